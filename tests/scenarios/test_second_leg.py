"""Telephones that have a leg for each call, and a second leg when the first is on hold at the handset (D27, D6)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState, Note
from cordboard.core.commands import RingDevice
from cordboard.core.events import LegEnd, LegResumedByPhone
from cordboard.core.notices import Saying
from cordboard.core.refusals import Code
from cordboard.core.requests import ArmTransfer, TransferToQueue
from cordboard.core.types import AnswerMethod, CallId, DeviceId, DeviceKind, LegId, TransferKind, UserId
from tests.support.desk import World, office

OUTSIDE = "31201234567"
TALK = AnswerMethod.NOTIFY_TALK


def ends(world: World, leg: LegId, how: LegEnd = LegEnd.HUNG_UP) -> None:
    """This leg is ended at the telephone."""
    for event in list(world.exchange.end(leg, how)):
        world.tell(event)


def talking(
    *, one_line: bool, method: AnswerMethod | None = None, kind: DeviceKind = DeviceKind.SIP, leg: str = "c1"
) -> World:
    """Chantal talks with c1."""
    world = office("chantal", "piet", method=method, kind=kind)
    device = world.person("chantal").device
    assert device is not None
    world.board.devices[device].one_line = one_line
    world.call_arrives(leg)
    world.click_answer("chantal", leg)
    return world


def consulting(*, method: AnswerMethod | None = None) -> tuple[World, str]:
    """Her telephone has a leg for each call; c1 is on hold on the first, somebody outside spoken with on the second."""
    world = talking(one_line=False, method=method)
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    call = world.recipient("c1")
    world.outside_answers(call)
    return world, call


# --- a leg for each call ---


@pytest.mark.rule("D27")
def test_a_telephone_with_a_leg_for_each_call_is_rung_once_more_for_the_consultation() -> None:
    """The caller has music, the recipient is on the second leg; others have one leg for both."""
    world, call = consulting()
    first, second = world.legs_of("chantal")
    assert (world.hears("c1"), world.exchange.callers[world.call(call).leg].line) == ("music", second)
    assert [r.leg for r in world.commanded(RingDevice) if r.device == "chantal-phone" and r.at_once][
        -1
    ] == second
    assert first != second

    other = talking(one_line=True)
    other.arms("chantal", "c1")
    other.to_number("chantal", "c1", OUTSIDE)
    assert len(other.legs_of("chantal")) == 1


@pytest.mark.rule("D27", "D7")
def test_completing_from_two_legs_ends_both() -> None:
    """Caller and recipient speak, and the telephone is free."""
    world, call = consulting()

    world.completes("chantal", "c1", call)

    assert (world.hears("c1"), world.phone_of("chantal")) == (call, None)
    assert world.legs_of("chantal") == []


@pytest.mark.rule("D27", "D7")
def test_the_second_leg_put_down_completes_as_with_one_leg() -> None:
    """Consulting, and the handset goes down: what people who transfer at the telephone expect."""
    world, call = consulting()

    ends(world, world.legs_of("chantal")[1])

    assert world.hears("c1") == call
    assert world.legs_of("chantal") == []


@pytest.mark.rule("D27")
@pytest.mark.parametrize("side", ["cross", "party"])
def test_the_consultation_over_the_first_leg_is_the_line_again(side: str) -> None:
    """Its own leg ends with it; resuming the caller rings nothing."""
    world, call = consulting()
    first, _ = world.legs_of("chantal")

    if side == "cross":
        world.click_hang_up("chantal", call)
    else:
        world.party_hangs_up(call)
    assert world.legs_of("chantal") == [first]
    world.click_resume("chantal", "c1")

    assert world.hears("c1") == "chantal"
    assert world.legs_of("chantal") == [first]


@pytest.mark.rule("D27", "D8")
def test_resuming_the_other_call_goes_to_its_leg() -> None:
    """One click holds the one and speaks with the other, each on its own leg."""
    world, call = consulting()
    first, second = world.legs_of("chantal")

    world.click_resume("chantal", "c1")
    assert (world.exchange.callers[world.call("c1").leg].line, world.hears(call)) == (first, "music")
    world.click_resume("chantal", call)

    assert (world.exchange.callers[world.call(call).leg].line, world.hears("c1")) == (second, "music")
    assert world.legs_of("chantal") == [first, second]


@pytest.mark.rule("D27")
def test_a_leg_taken_off_hold_at_the_handset_is_the_one_that_is_spoken_on() -> None:
    """The telephone's own swap shows in the console."""
    world, call = consulting()
    first, _ = world.legs_of("chantal")

    world.tell(LegResumedByPhone(leg=first))
    assert world.hears("c1") == "music", "it was not on hold there"
    world.person("chantal").aside[0].held_by_phone = True
    world.tell(LegResumedByPhone(leg=first))

    assert (world.hears("c1"), world.hears(call)) == ("chantal", "music")


@pytest.mark.rule("D27")
def test_a_leg_on_hold_at_the_handset_is_resumed_by_asking_the_telephone() -> None:
    """Where it can be asked; otherwise the console says which key to press."""
    for method, can in ((TALK, True), (AnswerMethod.HEADER, False)):
        world, call = consulting(method=method)
        world.person("chantal").aside[0].held_by_phone = True
        if can:
            world.click_resume("chantal", "c1")
            assert (world.hears("c1"), world.hears(call)) == ("chantal", "music")
        else:
            with world.refuses(Code.PRESS_HOLD_ON_PHONE):
                world.click_resume("chantal", "c1")


@pytest.mark.rule("D27")
def test_a_leg_ended_at_the_telephone_ends_the_call_that_it_is_for() -> None:
    """Not the conversation on the other leg."""
    world, call = consulting()

    ends(world, world.legs_of("chantal")[0])

    assert world.state("c1") is CallState.ENDED
    assert world.hears(call) == "chantal"


@pytest.mark.rule("D16", "D27")
def test_legs_that_break_lose_nobody() -> None:
    """The telephone dies with two legs: both parties have music, and one after the other is got back."""
    world, call = consulting()

    ends(world, world.legs_of("chantal")[1], LegEnd.LOST)

    assert {world.state("c1"), world.state(call)} <= {CallState.HELD, CallState.ACTIVE}
    assert len(world.legs_of("chantal")) == 1
    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_a_second_leg_that_does_not_come_up_gives_the_conversation_back() -> None:
    """Nobody picks the second ring up: the number is not dialled, and the caller is spoken with again."""
    world = talking(one_line=False, method=AnswerMethod.MANUAL)
    call = ""
    world.phone_answers("chantal")
    assert world.hears("c1") == "chantal"

    call = world.calls("chantal", OUTSIDE)
    assert (world.hears("c1"), world.call(call).note) == ("music", Note.ANSWER_ON_PHONE)
    world.wait(9)

    assert world.hears("c1") == "chantal"
    assert world.state(call) is CallState.ENDED
    assert Saying.ANSWER_FAILED in world.said("chantal")


@pytest.mark.rule("D13", "D27")
def test_a_caller_picked_on_a_second_leg_that_does_not_come_up_keeps_the_place() -> None:
    """Waits again where the caller was."""
    world = talking(one_line=False, method=AnswerMethod.MANUAL)
    world.phone_answers("chantal")
    world.call_arrives("c2")

    world.click_answer("chantal", "c2")
    ends(world, world.legs_of("chantal")[1], LegEnd.REJECTED)

    assert (world.hears("c1"), world.state("c2")) == ("chantal", CallState.WAITING)


@pytest.mark.rule("D27")
def test_a_page_has_one_leg_whatever_is_set() -> None:
    """It shows the calls itself."""
    world = talking(one_line=False, kind=DeviceKind.WEB)

    world.calls("chantal", OUTSIDE)

    assert len(world.legs_of("chantal")) == 1


@pytest.mark.rule("D27")
def test_more_calls_than_a_telephone_has_legs_share() -> None:
    """The fifth goes on the fourth leg."""
    world = talking(one_line=False)
    for _ in range(4):
        world.outside_answers(world.calls("chantal", OUTSIDE))

    assert len(world.legs_of("chantal")) == 4
    assert len(world.person("chantal").calls) == 5


@pytest.mark.rule("D27")
def test_after_a_lost_connection_the_legs_are_as_they_were() -> None:
    """Also which call each is for."""
    world, call = consulting()
    first, second = world.legs_of("chantal")

    world.exchange_goes_away()
    world.exchange_comes_up()
    assert world.legs_of("chantal") == [first, second]
    world.click_resume("chantal", "c1")

    assert (world.exchange.callers[world.call("c1").leg].line, world.hears(call)) == (first, "music")


# --- the handset's own hold ---


@pytest.mark.rule("D6", "D27")
@pytest.mark.parametrize("method", [AnswerMethod.HEADER, TALK])
def test_an_urgent_call_during_the_handset_s_own_hold_is_answered_on_a_second_leg(
    method: AnswerMethod,
) -> None:
    """The red card is there and the telephone does not ring; a click holds the first caller and rings a second leg."""
    world = talking(one_line=True, method=method)
    (first,) = world.legs_of("chantal")
    world.phone_holds("chantal")

    world.call_arrives("c2", queue="urgent")
    assert "chantal" in world.who_sees("c2")
    assert "chantal" not in world.who_hears("c2")
    world.click_answer("chantal", "c2")

    assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")
    assert len(world.legs_of("chantal")) == 2 and world.legs_of("chantal")[0] == first


@pytest.mark.rule("D6", "D27")
def test_after_the_urgent_call_the_handset_s_hold_key_gives_the_caller_back() -> None:
    """The second leg is over with its call; the console says which key to press where it cannot do it itself."""
    world = talking(one_line=True)
    (first,) = world.legs_of("chantal")
    world.phone_holds("chantal")
    world.call_arrives("c2", queue="urgent")
    world.click_answer("chantal", "c2")

    world.caller_hangs_up("c2")
    assert world.legs_of("chantal") == [first]
    with world.refuses(Code.PRESS_HOLD_ON_PHONE):
        world.click_resume("chantal", "c1")
    world.phone_holds("chantal", held=False)

    assert (world.hears("c1"), world.call("c1").note) == ("chantal", None)


@pytest.mark.rule("D6", "D27")
def test_during_the_urgent_call_one_click_gives_the_first_caller_back_on_the_second_leg() -> None:
    """This telephone can live with one leg: the urgent caller is held, the first leg is not needed any more."""
    world = talking(one_line=True)
    world.phone_holds("chantal")
    world.call_arrives("c2", queue="urgent")
    world.click_answer("chantal", "c2")
    _, second = world.legs_of("chantal")

    world.click_resume("chantal", "c1")

    assert (world.hears("c1"), world.hears("c2")) == ("chantal", "music")
    assert world.legs_of("chantal") == [second]


@pytest.mark.rule("D6", "D27")
def test_an_urgent_call_whose_second_leg_is_not_picked_up_stays_offered() -> None:
    """The first caller is on hold, and hold on the handset is the way back; nobody is lost."""
    world = talking(one_line=True, method=AnswerMethod.MANUAL)
    world.phone_answers("chantal")
    world.phone_holds("chantal")
    world.call_arrives("c2", queue="urgent")
    world.click_answer("chantal", "c2")
    assert world.hears("c2") == "music"

    world.wait(9)
    assert world.state("c2") is CallState.WAITING
    assert "chantal" in world.who_sees("c2")
    world.phone_holds("chantal", held=False)

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D6", "D27")
def test_the_first_call_taken_back_at_the_handset_gives_the_urgent_ring_up() -> None:
    """Who presses hold instead of answering the second ring has thought better of it."""
    world = talking(one_line=True, method=AnswerMethod.MANUAL)
    world.phone_answers("chantal")
    (first,) = world.legs_of("chantal")
    world.phone_holds("chantal")
    world.call_arrives("c2", queue="urgent")
    world.click_answer("chantal", "c2")

    world.tell(LegResumedByPhone(leg=first))

    assert (world.hears("c1"), world.state("c2")) == ("chantal", CallState.WAITING)


@pytest.mark.rule("D27")
def test_another_call_during_the_handset_s_hold_is_never_put_where_it_is_not_heard() -> None:
    """A held caller and a new number, too, come on a leg that is not on hold."""
    world = talking(one_line=True)
    world.click_hold("chantal", "c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.phone_holds("chantal")

    world.click_resume("chantal", "c1")

    assert (world.hears("c1"), world.hears("c2")) == ("chantal", "music")
    assert len(world.legs_of("chantal")) == 2


@pytest.mark.rule("D16", "D27")
def test_a_leg_rung_in_vain_while_the_telephone_is_away_strands_nobody() -> None:
    """It was away before the click, and the leg that was up is given up: the caller on hold waits again in the end."""
    world = talking(one_line=True, method=AnswerMethod.MANUAL)
    world.phone_answers("chantal")
    world.click_hold("chantal", "c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    # From now on it wants a leg for each call.
    world.board.devices[DeviceId("chantal-phone")].one_line = False
    world.phone_vanishes("chantal")
    world.click_resume("chantal", "c1")
    queue = world.call("c2").queue
    assert queue is not None
    world.ask(ArmTransfer(agent=UserId("chantal"), call=CallId("c2"), kind=TransferKind.ATTENDED))
    world.ask(TransferToQueue(agent=UserId("chantal"), call=CallId("c2"), queue=queue))

    world.wait(60)

    assert (world.state("c1"), world.call("c1").returned) == (CallState.WAITING, True)


def held_without_a_leg() -> tuple[World, LegId]:
    """c1 is on hold and its leg has failed; Chantal speaks with c2 on the other leg, which this gives."""
    world = talking(one_line=False)
    world.click_hold("chantal", "c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    first, second = world.legs_of("chantal")
    ends(world, first, LegEnd.LOST)
    return world, second


@pytest.mark.rule("D27", "D16")
def test_a_leg_that_cannot_be_rung_costs_nobody_the_call_on_the_other_leg() -> None:
    """The telephone has lost its registration, and the leg on which the agent speaks may live: who is on it stays."""
    world, second = held_without_a_leg()
    world.call("c1").note = Note.LINE_LOST
    world.phone_vanishes("chantal")

    world.click_resume("chantal", "c1")

    assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")
    assert world.legs_of("chantal") == [second]
    world.wait(60)
    assert (world.state("c1"), world.state("c2")) == (CallState.WAITING, CallState.WAITING)
    assert world.legs_of("chantal") == []


@pytest.mark.rule("D16", "D27")
def test_a_leg_that_cannot_be_rung_takes_nobody_from_a_telephone_that_is_up() -> None:
    """Its owner has had no console for a quarter of an hour, and speaks on another leg: somebody is there."""
    world, _ = held_without_a_leg()
    world.console_goes("chantal")
    world.wait(15 * 60)
    world.phone_vanishes("chantal")

    world.click_resume("chantal", "c1")

    assert world.state("c1") is CallState.HELD
    assert world.hears("c2") == "chantal"
    assert Saying.ANSWER_FAILED in world.said("chantal")
