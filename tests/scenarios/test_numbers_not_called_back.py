"""Numbers that the organisation does not call back: asked for by a caller, at the desk, and promised before (D14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cordboard.core.commands import Sentence
from cordboard.core.records import CallBackReason, CallBackRow, CallBackStatus
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import AcceptCallBack, MakeCallBack, RetryCallBack
from cordboard.core.types import CallBackId, NumberKind, Right, UserId
from tests.scenarios.test_asking_to_be_called_back import (
    HER,
    OTHER,
    QUEUE,
    offered,
    offering,
    press,
    promised,
    said,
)
from tests.scenarios.test_configuring import configure
from tests.support.desk import World

CHANTAL = UserId("chantal")
C, S, R = Sentence, CallBackStatus, CallBackReason


def block(world: World, *numbers: str) -> World:
    """The administrator has this list from now on."""
    rules = replace(world.board.rules, never_called_back=numbers)
    configure(world, lambda wanted: setattr(wanted, "rules", rules))
    return world


def plan(world: World, number: str = HER, *, minutes: int = 10) -> CallBackId:
    """Chantal makes an appointment; gives its id."""
    wish = MakeCallBack(
        agent=CHANTAL,
        number=number,
        kind=NumberKind.NATIONAL,
        queue=QUEUE,
        due_at=world.now + minutes * 60_000,
    )
    world.ask(wish)
    return list(world.board.callbacks)[-1]


def kept(world: World, one: CallBackId) -> Iterator[CallBackRow]:
    """What was written of it, oldest first."""
    return (row for row in promised(world) if row.id == one)


@pytest.mark.rule("3.6-t", "D14")
@pytest.mark.parametrize("blocked", [HER, "3161234*"])
def test_a_caller_from_a_blocked_number_hears_why_and_is_asked_for_another(blocked: str) -> None:
    """One number, or all that begin so; however another one is typed, the list is the same."""
    world = offered(offering("chantal"))
    world.board.rules = replace(world.board.rules, never_called_back=("31201112222", blocked))
    press(world, "1")
    assert said(world) == [C.CALL_BACK_BLOCKED, C.CALL_BACK_TYPE]
    for typed in ("0612345678#", "0031612345678#", "0612345678#"):
        press(world, typed)
    assert said(world) == [C.CALL_BACK_BLOCKED, C.CALL_BACK_STAYS]
    assert (promised(world), world.hears("c1")) == ([], "music")
    press(world, "1" + "0534800111#1")
    assert [row.number for row in promised(world)] == [OTHER]


@pytest.mark.rule("3.6-t", "D14")
def test_a_number_that_is_blocked_before_the_yes_is_refused_with_its_reason() -> None:
    """It was read back a moment ago; nothing is promised and the place is kept."""
    world = offered(offering("chantal"))
    press(world, "1")
    world.board.rules = replace(world.board.rules, never_called_back=(HER,))
    press(world, "1")
    assert said(world) == [C.CALL_BACK_BLOCKED, C.CALL_BACK_TYPE]
    assert (promised(world), world.hears("c1")) == ([], "music")


@pytest.mark.rule("3.6-u", "D14")
def test_no_appointment_is_made_with_a_blocked_number() -> None:
    """The desk is told so; a number that only begins alike is called back."""
    world = block(offering("chantal"), HER)
    with world.refuses(Code.CALLBACK_BLOCKED):
        plan(world)
    assert world.board.callbacks == {}
    one = plan(world, HER[:-1])
    assert world.board.callbacks[one].is_open


@pytest.mark.rule("D14")
def test_what_was_promised_to_a_number_that_is_blocked_now_does_not_take_place() -> None:
    """It ends with its reason, its card goes, and by hand it is not repeated either; others go on."""
    world = offering("chantal")
    later, now = plan(world, minutes=60), plan(world, OTHER, minutes=1)
    other = plan(world, "31612340000", minutes=1)
    world.wait(61)
    assert len(world.board.callbacks[now].offers) + len(world.board.callbacks[other].offers) == 1

    block(world, HER, OTHER)

    for one in (later, now):
        *_, row = kept(world, one)
        assert (row.status, row.reason, row.ended_at) == (S.FAILED, R.BLOCKED, world.now)
        with pytest.raises(Refused, match="not_offered"):
            world.ask(AcceptCallBack(agent=CHANTAL, callback=one))
        with world.refuses(Code.CALLBACK_BLOCKED):
            world.ask(RetryCallBack(agent=CHANTAL, callback=one))
    assert list(world.board.callbacks[other].offers) == [CHANTAL]

    block(world)
    world.ask(RetryCallBack(agent=CHANTAL, callback=now))
    assert world.board.callbacks[now].row.call is not None


@pytest.mark.rule("D14")
def test_an_attempt_that_goes_on_is_the_last_one_to_a_number_that_is_blocked_meanwhile() -> None:
    """Nobody's telephone is taken from the ear; not answered, it is not tried again."""
    world = offering("chantal")
    one = plan(world, minutes=1)
    world.wait(61)
    world.ask(AcceptCallBack(agent=CHANTAL, callback=one))
    block(world, HER)
    call = world.board.callbacks[one].row.call
    assert call is not None
    assert world.board.callbacks[one].row.status is S.IN_PROGRESS
    world.party_hangs_up(call)
    world.wait(24 * 3_600)
    *_, row = kept(world, one)
    assert (row.status, row.reason, row.attempts) == (S.FAILED, R.BLOCKED, 1)


@pytest.mark.rule("D14", "2.6-g")
def test_a_call_back_is_no_way_to_a_number_that_the_agent_may_not_dial() -> None:
    """Neither planned nor repeated without the right; what a colleague planned may be accepted."""
    world = offering("chantal")
    made = plan(world, minutes=1)
    world.board.agents[CHANTAL].rights -= {Right.DIAL_OUTSIDE}

    with pytest.raises(Refused, match="number_not_allowed"):
        plan(world, OTHER)
    world.wait(61)
    world.ask(AcceptCallBack(agent=CHANTAL, callback=made))
    assert world.board.callbacks[made].row.call is not None


@pytest.mark.rule("D14", "2.6-g")
def test_one_that_is_over_is_repeated_by_who_may_dial_outside() -> None:
    """It is then the agent's own call."""
    world = offering("chantal")
    made = plan(world, minutes=1)
    block(world, HER)
    block(world)
    world.board.agents[CHANTAL].rights -= {Right.DIAL_OUTSIDE}

    with world.refuses(Code.NUMBER_NOT_ALLOWED):
        world.ask(RetryCallBack(agent=CHANTAL, callback=made))
    world.board.agents[CHANTAL].rights |= {Right.DIAL_OUTSIDE}
    world.ask(RetryCallBack(agent=CHANTAL, callback=made))
    assert world.board.callbacks[made].row.call is not None
