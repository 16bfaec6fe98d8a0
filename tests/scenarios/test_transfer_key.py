"""The transfer key on the telephone itself means the same as the console's button (D27, D7)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState, TransferState
from cordboard.core.commands import AnswerTransferKey
from cordboard.core.events import LegEnd, PhoneTransferAsked
from cordboard.core.notices import Saying
from cordboard.core.types import LegId, QueueId, UserId
from tests.support.desk import World, office

OUTSIDE, DIALLED = "31201234567", "0201234567"


def presses_key(world: World, agent: str, number: str, **leads: QueueId | UserId) -> LegId:
    """The transfer key, a number, and the key again; gives the leg on which that was."""
    leg = world.legs_of(agent)[-1]
    queue, to = leads.get("queue"), leads.get("to")
    world.tell(
        PhoneTransferAsked(
            leg=leg,
            number=number,
            other=None,
            queue=QueueId(queue) if queue is not None else None,
            to=UserId(to) if to is not None else None,
        )
    )
    return leg


def presses_key_between(world: World, agent: str, *, on: int = 0) -> LegId:
    """The transfer key with two calls on the display; `on`: on which leg this telephone asks."""
    both = world.legs_of(agent)
    world.tell(PhoneTransferAsked(leg=both[on], number=None, other=both[1 - on]))
    return both[on]


def talking() -> World:
    """Chantal talks with c1; Piet is there, with extension 202."""
    world = office("chantal", "piet")
    world.person("chantal").extension, world.person("piet").extension = "201", "202"
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    return world


def with_two_calls() -> tuple[World, str]:
    """Chantal has c1 on one leg and somebody outside, whom she dialled on the telephone, on another."""
    world = talking()
    call = world.phone_dials("chantal", DIALLED)
    world.outside_answers(call)
    assert (world.hears("c1"), world.hears(call)) == ("music", "chantal")
    assert len(world.legs_of("chantal")) == 2
    return world, call


@pytest.mark.rule("D27")
def test_a_number_keyed_in_at_the_telephone_passes_the_caller_on_without_announcement() -> None:
    """The caller hears ringing, the agent is free at once, and who answers has the caller."""
    world = talking()

    leg = presses_key(world, "chantal", DIALLED)
    assert world.exchange.transfer_keys == [(leg, True)]
    assert (world.hears("c1"), world.phone_of("chantal")) == ("ringing", None)
    recipient = world.recipient("c1")
    world.outside_answers(recipient)

    assert world.hears("c1") == recipient
    assert world.transfer("c1") is TransferState.COMPLETED


@pytest.mark.rule("D7")
@pytest.mark.parametrize("how", [LegEnd.BUSY, LegEnd.REJECTED, LegEnd.UNREACHABLE])
def test_who_is_passed_on_at_the_telephone_in_vain_comes_back_with_the_reason(how: LegEnd) -> None:
    """As from the console: rung anew for whoever passed the caller on."""
    world = talking()
    world.exchange.engaged = {OUTSIDE: how, DIALLED: how}

    presses_key(world, "chantal", DIALLED)

    call = world.call("c1")
    assert call.reason is not None and call.reason.value == how.value
    assert world.who_sees("c1") == ["chantal"]
    assert Saying.TRANSFER_RETURNED in world.said("chantal")
    world.click_answer("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_a_colleague_s_extension_keyed_in_rings_for_the_caller() -> None:
    """No answer brings the caller back."""
    world = talking()

    presses_key(world, "chantal", "202")
    assert world.who_hears("c1") == ["piet"]
    world.wait(21)

    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D7")
def test_one_of_our_own_numbers_keyed_in_leads_where_it_leads() -> None:
    """A queue's: the caller waits there. A person's: that telephone rings. Nobody is dialled outside."""
    world = talking()
    world.queue("verkoop")
    presses_key(world, "chantal", "0534800938", queue=QueueId("verkoop"))
    assert (world.call("c1").queue, world.state("c1")) == ("verkoop", CallState.WAITING)

    other = talking()
    presses_key(other, "chantal", "0534800991", to=UserId("piet"))
    assert other.who_hears("c1") == ["piet"]


@pytest.mark.rule("D27")
@pytest.mark.parametrize("number", ["201", "x", "203"])
def test_a_transfer_that_cannot_be_leaves_the_conversation_as_it_was(number: str) -> None:
    """To oneself, to nothing, to a colleague without a telephone: the telephone hears no, and goes on."""
    world = talking()
    world.agent("henk").extension = "203"
    world.phone_vanishes("henk")

    leg = presses_key(world, "chantal", number)

    assert world.exchange.transfer_keys == [(leg, False)]
    assert (world.hears("c1"), world.transfer("c1")) == ("chantal", None)
    assert Saying.TRANSFER_NOT_DONE in world.said("chantal")


@pytest.mark.rule("D27")
def test_a_caller_on_hold_at_the_telephone_is_passed_on_too() -> None:
    """So telephones do it: hold, the number, the key."""
    world = talking()
    world.phone_holds("chantal")

    presses_key(world, "chantal", "202")

    assert world.who_hears("c1") == ["piet"]
    world.click_answer("piet", "c1")
    assert world.hears("c1") == "piet"


@pytest.mark.rule("D27")
@pytest.mark.parametrize("on", [0, 1])
def test_the_key_between_two_calls_connects_them_whichever_leg_it_is_asked_on(on: int) -> None:
    """The caller is the one who is passed on, so that wrap-up and history know whose call it was."""
    world, call = with_two_calls()

    leg = presses_key_between(world, "chantal", on=on)

    assert world.exchange.transfer_keys == [(leg, True)]
    assert (world.hears("c1"), world.hears(call)) == (call, "c1")
    assert world.legs_of("chantal") == []
    assert world.transfer("c1") is TransferState.COMPLETED


@pytest.mark.rule("D7")
def test_two_whom_the_telephone_connected_are_taken_apart_by_undo() -> None:
    """Both are on hold at her desk, and her telephone rings for the way back."""
    world, call = with_two_calls()
    presses_key_between(world, "chantal")

    world.undoes("chantal", "c1")

    assert (world.state("c1"), world.state(call)) == (CallState.HELD, CallState.HELD)
    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_the_key_while_the_second_call_still_rings_passes_the_caller_on_blind() -> None:
    """As "connect without waiting": no answer brings the caller back."""
    world = talking()
    call = world.phone_dials("chantal", DIALLED)

    leg = presses_key_between(world, "chantal")
    assert world.exchange.transfer_keys == [(leg, True)]
    assert world.hears("c1") == "ringing"
    assert world.legs_of("chantal") == []
    world.party_hangs_up(call, LegEnd.NO_ANSWER)

    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D27")
def test_a_colleague_dialled_on_the_telephone_is_connected_by_the_key() -> None:
    """And has the caller for good once it cannot be undone any more."""
    world = talking()
    call = world.phone_dials("chantal", "202")
    world.click_answer("piet", world.there(call))
    assert world.agent_hears("piet") == ["chantal"]

    presses_key_between(world, "chantal")
    assert world.hears("c1") == "piet"
    world.wait(11)

    assert (world.hears("c1"), world.call("c1").agent) == ("piet", "piet")


@pytest.mark.rule("D27")
def test_an_armed_transfer_is_completed_by_the_telephone_s_key() -> None:
    """Begun in the console, dialled and completed at the telephone."""
    world = talking()
    world.arms("chantal", "c1")
    call = world.phone_dials("chantal", DIALLED)
    world.outside_answers(call)

    presses_key_between(world, "chantal")

    assert world.hears("c1") == call


@pytest.mark.rule("D27")
def test_a_key_pressed_with_nobody_to_pass_on_is_refused() -> None:
    """The caller hung up in the same moment."""
    world = talking()
    leg = world.legs_of("chantal")[0]
    world.tells = False
    world.caller_hangs_up("c1")
    world.tell(world.events.popleft())

    turn = world.desk.handle(PhoneTransferAsked(leg=leg, number="202", other=None), world.now)

    assert turn.commands == [AnswerTransferKey(leg=leg, done=False)]


@pytest.mark.rule("D27")
def test_the_second_call_over_the_first_is_still_on_its_own_leg() -> None:
    """The telephone's second leg ends with its call; resuming does not ring."""
    world, call = with_two_calls()

    world.party_hangs_up(call)
    assert len(world.legs_of("chantal")) == 1
    assert world.hears("c1") == "music"
    world.click_resume("chantal", "c1")

    assert world.hears("c1") == "chantal"
    assert len(world.legs_of("chantal")) == 1


@pytest.mark.rule("D27", "D7")
def test_the_key_takes_whom_the_console_dialled_for_another_caller() -> None:
    """c1's recipient rings; the key connects c2 with it instead, and c1 stays the agent's with a button that works."""
    world = talking()
    chantal = world.person("chantal")
    assert chantal.device is not None
    world.board.devices[chantal.device].one_line = False
    world.click_hold("chantal", "c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    rings = world.recipient("c1")
    assert chantal.line is not None
    of_c2 = next(leg.leg for leg in chantal.aside if leg.whose == "c2")

    world.tell(PhoneTransferAsked(leg=of_c2, number=None, other=chantal.line.leg))

    assert (world.state("c2"), world.state(rings)) == (CallState.TRANSFERRING, CallState.DIALLING)
    assert (world.transfer("c1"), world.call("c1").agent) == (TransferState.ARMED, "chantal")
