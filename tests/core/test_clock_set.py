"""The clock is set while the desk is at rest: what goes on goes on for as long, call backs keep their moment (F14)."""

from __future__ import annotations

import pytest

from cordboard.core.commands import Dial
from cordboard.core.records import CallBackRow, CallBackStatus
from cordboard.core.requests import AcceptCallBack, MakeCallBack
from cordboard.core.types import NumberKind, QueueId, UserId
from tests.support.desk import World, office

HOUR_MS = 3_600_000
QUEUE = QueueId("algemeen")


def set_clock(world: World, step_ms: int) -> None:
    """Somebody sets it, and the server has noticed."""
    assert world.desk.at_rest
    world.now += step_ms
    world.desk.set_clock(step_ms)
    world.reach(world.now)


def is_at_rest(world: World) -> bool:
    """Nothing is being timed."""
    return world.desk.at_rest


def promise(world: World, in_ms: int, *, mine: bool = False) -> None:
    """Chantal plans a call back; `mine`: for herself."""
    world.ask(
        MakeCallBack(
            agent=UserId("chantal"),
            number="31687654321",
            kind=NumberKind.NATIONAL,
            queue=QUEUE,
            due_at=world.now + in_ms,
            mine=mine,
        )
    )
    world.wait(0)


def is_offered(world: World) -> bool:
    """Somebody has its card."""
    (one,) = world.board.callbacks.values()
    return bool(one.offers)


def attempts(world: World) -> int:
    """How often it was tried; what is written is what counts after a death."""
    return max((row.attempts for row in world.all(CallBackRow)), default=0)


@pytest.mark.rule("D14")
def test_a_call_back_is_due_at_its_moment_of_the_day_also_when_the_clock_jumps_over_it() -> None:
    """It is offered at once, and once."""
    world = office("chantal")
    promise(world, HOUR_MS // 2)
    world.wait(60)
    assert not is_offered(world)

    set_clock(world, HOUR_MS)

    assert is_offered(world)
    (row,) = world.board.callbacks.values()
    assert (row.row.status, attempts(world)) == (CallBackStatus.PLANNED, 0)


@pytest.mark.rule("D14")
def test_a_clock_that_is_set_back_makes_a_call_back_wait_and_never_come_twice() -> None:
    """Its moment comes later; once it has been kept, setting the clock back over it begins nothing anew."""
    world = office("chantal")
    promise(world, HOUR_MS // 2)
    set_clock(world, -HOUR_MS)
    world.wait(HOUR_MS / 1000)
    assert not is_offered(world)

    world.wait(HOUR_MS / 2000)
    assert is_offered(world)
    (one,) = world.board.callbacks.values()
    world.ask(AcceptCallBack(agent=UserId("chantal"), callback=one.row.id))
    call = one.row.call
    assert call is not None
    world.outside_answers(call)
    world.party_hangs_up(call)
    world.wait(60)
    assert one.row.status is CallBackStatus.SUCCEEDED

    set_clock(world, -HOUR_MS)
    world.wait(2 * HOUR_MS / 1000)
    assert not is_offered(world)
    assert one.row.status is CallBackStatus.SUCCEEDED
    assert len(world.commanded(Dial)) == 1


@pytest.mark.rule("D14")
def test_a_desk_is_not_at_rest_while_a_call_back_is_offered_for_so_long_only() -> None:
    """A clock that is set in that time would end it early, and count it as an attempt."""
    world = office("chantal", "piet")
    promise(world, 60_000, mine=True)
    assert is_at_rest(world)
    world.wait(61)
    assert is_offered(world)

    assert not is_at_rest(world)


@pytest.mark.rule("D16")
@pytest.mark.parametrize("step_ms", [HOUR_MS, -HOUR_MS, 120_000, -120_000])
def test_who_has_no_console_is_signed_out_after_as_long_as_ever(step_ms: int) -> None:
    """Not an hour early, not an hour late; who is idle, and a queue without anybody, are so for as long as before."""
    world = office("chantal", "piet")
    world.console_goes("chantal")
    world.wait(60)
    idle = {agent.id: world.now - agent.idle_since for agent in world.board.agents.values()}

    set_clock(world, step_ms)

    assert {agent.id: world.now - agent.idle_since for agent in world.board.agents.values()} == idle
    world.wait((world.board.rules.console_gone_ms - 61_000) / 1000)
    assert world.person("chantal").signed_in
    world.wait(1)
    assert not world.person("chantal").signed_in
    assert world.person("piet").signed_in


def test_a_desk_is_not_at_rest_while_anything_is_timed() -> None:
    """A call, a line, a wrap-up, or an exchange whose calls are not known."""
    world = office("chantal", wrap_up_s=15)
    assert is_at_rest(world)
    world.call_arrives("c1")
    assert not is_at_rest(world)
    world.click_answer("chantal", "c1")
    world.wait(10)
    world.caller_hangs_up("c1")
    assert not is_at_rest(world)
    world.wait(16)
    assert is_at_rest(world)
    world.exchange_goes_away()
    assert not is_at_rest(world)
