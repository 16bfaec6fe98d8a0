"""A call's log: why it rang whom, and why not (D2 to D6, X-h)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.distribute import SKIPPED_MAX
from cordboard.core.events import LegEnd
from cordboard.core.records import Noted, Why
from cordboard.core.requests import Pause
from cordboard.core.types import Strategy, UserId
from tests.support.desk import World, office


def log(world: World, call: str) -> list[tuple[Why, str | None]]:
    """What is noted of this call, about whom."""
    return [(line.why, line.agent) for line in world.all(Noted) if line.call == call]


@pytest.mark.rule("D2", "X-h")
def test_the_log_says_why_each_agent_is_not_rung() -> None:
    """Each signed-in agent once, with the reason."""
    world = office("anja", "bert", "chantal", "dirk", "els", "frits")
    world.board.pause_reasons = ("lunch",)
    world.call_arrives("c0")
    world.click_answer("anja", "c0")
    world.click_clock("bert")
    world.ask(Pause(agent=UserId("chantal"), reason="lunch"))
    dirk = world.person("dirk")
    dirk.away, dirk.status = True, AgentStatus.NOT_ANSWERED
    world.board.overview.known = False
    world.phone_vanishes("els")

    world.call_arrives("c1")
    world.wait(60)

    assert log(world, "c1")[:7] == [
        (Why.ENTERED, None),
        (Why.SKIPPED_BUSY, "anja"),
        (Why.SKIPPED_WRAP_UP, "bert"),
        (Why.SKIPPED_PAUSED, "chantal"),
        (Why.SKIPPED_AWAY, "dirk"),
        (Why.SKIPPED_NO_DEVICE, "els"),
        (Why.OFFERED, "frits"),
    ]
    skipped = [line for line in log(world, "c1") if line[0].value.startswith("skipped")]
    assert len(skipped) == 5


@pytest.mark.rule("D2", "X-h")
def test_of_many_agents_who_are_not_rung_the_log_counts_them() -> None:
    """A busy house does not fill the log of each call with every name in it."""
    names = [f"agent{number}" for number in range(SKIPPED_MAX + 1)]
    world = office(*names, "chantal")
    for name in names:
        world.click_clock(name)

    world.call_arrives("c1")

    lines = [line for line in world.all(Noted) if line.why is Why.SKIPPED_WRAP_UP]
    assert [(line.agent, line.detail) for line in lines] == [(None, str(SKIPPED_MAX + 1))]


@pytest.mark.rule("D3", "D4", "X-h")
def test_the_log_follows_a_call_from_one_agent_to_the_next() -> None:
    """Rung out, rejected, not to be reached, and taken at last."""
    world = office("anja", "bert", "chantal", "dirk", strategy=Strategy.LINEAR, ring_s=20)
    order = ("anja", "bert", "chantal", "dirk")
    world.board.queues[world.queue_id("algemeen")].order = tuple(UserId(name) for name in order)
    world.call_arrives("c1")
    world.wait(20)
    world.click_reject("bert", "c1")
    line = world.person("chantal").line
    assert line is not None
    world.events.extend(world.exchange.end(line.leg, LegEnd.UNREACHABLE))
    world.settle()
    world.phone_answers("dirk")

    assert log(world, "c1")[1:-1] == [
        (Why.OFFERED, "anja"),
        (Why.RANG_OUT, "anja"),
        (Why.OFFERED, "bert"),
        (Why.REJECTED, "bert"),
        (Why.OFFERED, "chantal"),
        (Why.NOT_REACHED, "chantal"),
        (Why.OFFERED, "dirk"),
        (Why.TAKEN, "dirk"),
    ]


@pytest.mark.rule("D13", "X-h")
def test_a_click_whose_telephone_does_not_come_up_is_in_the_log() -> None:
    """Picked by name, and why it came to nothing."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()
    world.signs_out("chantal", "algemeen")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(8)

    assert log(world, "c1") == [
        (Why.ENTERED, None),
        (Why.NOBODY_SIGNED_IN, None),
        (Why.PICKED, "chantal"),
        (Why.DEVICE_FAILED, "chantal"),
    ]


@pytest.mark.rule("D2", "X-h")
def test_a_card_that_comes_again_is_noted_once() -> None:
    """Chantal is busy and free again while the caller waits: the log does not repeat itself."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    for _ in range(3):
        world.click_clock("chantal")
        world.click_clock_again("chantal")

    assert log(world, "c1").count((Why.OFFERED, "chantal")) == 1
