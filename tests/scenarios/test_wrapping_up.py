"""Time after a call in which nothing is offered (manual 2.3, 2.4; D9, D10)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.records import WrapUpChanged, WrapUpKind
from cordboard.core.refusals import Code
from cordboard.core.types import QueueId, Right
from tests.support.desk import World, office


def had_a_call(world: World, name: str = "c1", queue: str = "algemeen", seconds: float = 30) -> None:
    """Chantal answers a caller, talks, and the caller hangs up."""
    world.call_arrives(name, queue)
    world.click_answer("chantal", name)
    world.wait(seconds)
    world.caller_hangs_up(name)


@pytest.mark.rule("2.3-b", "2.3-c", "2.3-e", "2.3-g", "D9")
@pytest.mark.parametrize("who_ends", ["caller", "agent", "handset"])
def test_wrap_up_begins_after_the_call_and_ends_by_itself(who_ends: str) -> None:
    """Whoever hangs up: ten seconds in which nothing is offered, and then the next caller."""
    world = office("chantal", wrap_up_s=10)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(30)
    {
        "caller": lambda: world.caller_hangs_up("c1"),
        "agent": lambda: world.click_hang_up("chantal", "c1"),
        "handset": lambda: world.phone_hangs_up("chantal"),
    }[who_ends]()
    world.call_arrives("c2")

    assert world.status("chantal") is AgentStatus.WRAP_UP
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 10_000
    assert world.who_sees("c2") == []

    world.wait(9.9)
    assert world.who_sees("c2") == []
    world.wait(0.1)
    assert world.who_hears("c2") == ["chantal"]


@pytest.mark.rule("2.3-a")
def test_a_queue_without_wrap_up_gives_none() -> None:
    """It is the queue's own setting."""
    world = office("chantal", wrap_up_s=0)

    had_a_call(world)

    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D9")
def test_a_call_of_under_three_seconds_gives_no_wrap_up() -> None:
    """There was nothing to write down."""
    world = office("chantal", wrap_up_s=10)

    had_a_call(world, seconds=2.9)
    assert world.status("chantal") is AgentStatus.AVAILABLE

    had_a_call(world, "c2", seconds=3)
    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("D9", "5.2-j")
def test_wrap_up_is_pending_while_another_call_is_on_hold_and_the_longest_counts() -> None:
    """Ten and thirty seconds earned: thirty, not forty, after the last call."""
    world = office("chantal", wrap_up_s=10)
    world.board.queues[QueueId("urgent")].wrap_up_ms = 30_000
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(10)
    world.call_arrives("c2", "urgent")
    world.click_answer("chantal", "c2")
    world.wait(10)

    world.click_hang_up("chantal", "c2")
    assert world.person("chantal").wrap_up is None
    assert world.person("chantal").pending_wrap_up_ms == 30_000
    assert world.status("chantal") is AgentStatus.HOLDING

    world.wait(60)
    world.caller_hangs_up("c1")
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 30_000
    assert world.person("chantal").pending_wrap_up_ms == 0


@pytest.mark.rule("2.1.2-k", "D9")
def test_a_picked_call_gives_the_wrap_up_of_its_queue() -> None:
    """Also to an agent who is signed in elsewhere only."""
    world = office("chantal", wrap_up_s=10)
    world.signs_out("chantal", "algemeen")

    had_a_call(world)

    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("2.3-i")
def test_an_answer_that_failed_gives_no_wrap_up_but_an_earlier_one_is_not_forgotten() -> None:
    """A held call ended while the telephone came up for another, and that came to nothing."""
    world = office("chantal", wrap_up_s=10)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(10)
    world.click_hold("chantal", "c1")
    world.phone_hangs_up("chantal")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.caller_hangs_up("c1")
    assert world.person("chantal").wrap_up is None

    world.wait(8)

    assert world.status("chantal") is AgentStatus.WRAP_UP
    assert world.order() == ["c2"]


@pytest.mark.rule("D9", "D13")
def test_taking_a_call_ends_the_wrap_up_and_earns_a_new_one() -> None:
    """A call is picked in the middle of it."""
    world = office("chantal", wrap_up_s=10)
    had_a_call(world)
    world.call_arrives("c2")

    world.click_answer("chantal", "c2")
    assert world.person("chantal").wrap_up is None
    world.wait(60)
    world.caller_hangs_up("c2")

    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("D9")
def test_the_clock_ends_an_automatic_wrap_up_early_when_clicked_off() -> None:
    """The agent is done sooner."""
    world = office("chantal", wrap_up_s=60)
    had_a_call(world)

    world.click_clock_again("chantal")

    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D9")
def test_signing_out_of_all_queues_ends_a_timed_wrap_up() -> None:
    """There is nothing left to be shielded from; changing group does not end it."""
    world = office("chantal", "piet", wrap_up_s=60)
    had_a_call(world)
    world.signs_out("chantal", "urgent")
    assert world.status("chantal") is AgentStatus.WRAP_UP

    world.signs_out("chantal", "algemeen")

    assert world.status("chantal") is AgentStatus.SIGNED_OUT


@pytest.mark.rule("2.4-b", "2.4-c", "2.4-d", "D10")
def test_manual_wrap_up_starts_now_and_lasts_until_switched_off() -> None:
    """A general and an urgent caller wait; nothing is offered for an hour; a click and both are."""
    world = office("chantal")

    world.click_clock("chantal")
    world.call_arrives("c1")
    world.call_arrives("c2", "urgent")
    world.wait(3600)
    assert world.who_sees("c1") == world.who_sees("c2") == []

    world.click_clock_again("chantal")
    assert world.who_hears("c2") == ["chantal"]
    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("2.4-f", "2.4-b", "D10")
def test_the_clock_clicked_in_a_call_takes_effect_after_it() -> None:
    """It replaces the timed wrap-up and has no end; a second click takes it back."""
    world = office("chantal", wrap_up_s=10)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_clock("chantal")
    assert world.person("chantal").wrap_up is None
    world.wait(30)

    world.caller_hangs_up("c1")
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None
    assert (wrap_up.kind, wrap_up.until) == (WrapUpKind.MANUAL, None)


@pytest.mark.rule("D10")
def test_the_clock_clicked_twice_in_a_call_is_off() -> None:
    """Then the queue's own wrap-up follows."""
    world = office("chantal", wrap_up_s=10)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_clock("chantal")
    world.click_clock_again("chantal")
    world.wait(30)

    world.caller_hangs_up("c1")

    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.kind is WrapUpKind.AUTOMATIC


@pytest.mark.rule("D10", "5.2-b")
def test_an_armed_clock_survives_answering_an_urgent_call() -> None:
    """Both calls are over before it takes effect."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_clock("chantal")
    world.call_arrives("c2", "urgent")
    world.click_answer("chantal", "c2")
    world.caller_hangs_up("c2")
    assert world.person("chantal").wrap_up is None

    world.caller_hangs_up("c1")

    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("D10", "2.4-b")
def test_the_clock_clicked_in_a_timed_wrap_up_takes_its_end_away() -> None:
    """It began when it began, and now stays until it is switched off."""
    world = office("chantal", wrap_up_s=10)
    had_a_call(world)
    began = world.now
    world.wait(5)

    world.click_clock("chantal")
    world.wait(60)

    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None
    assert (wrap_up.kind, wrap_up.since, wrap_up.until) == (WrapUpKind.MANUAL, began, None)


@pytest.mark.rule("2.4-a")
def test_without_the_right_the_clock_is_refused() -> None:
    """The administrator decides who may."""
    world = office()
    world.agent("chantal", queues=("algemeen",), rights=frozenset({Right.PICK}))

    with world.refuses(Code.WRAP_UP_NOT_ALLOWED):
        world.click_clock("chantal")
    with world.refuses(Code.NO_WRAP_UP):
        world.click_clock_again("chantal")


@pytest.mark.rule("2.3-h", "D9")
def test_every_change_of_a_wrap_up_is_written_down_with_its_end() -> None:
    """What a reload, a second screen and a restart read: begin with the end, and the end."""
    world = office("chantal", wrap_up_s=10)
    had_a_call(world)
    began = world.now
    world.wait(10)

    changes = [(r.kind, r.since, r.until) for r in world.all(WrapUpChanged)]
    assert changes == [(WrapUpKind.AUTOMATIC, began, began + 10_000), (None, None, None)]
