"""Passing a caller on without announcement, to a queue, or unanswered (manual 2.1.1; D7)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, Reason, TransferState
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying
from cordboard.core.types import TransferKind
from tests.support.desk import World, office

OUTSIDE = "3180004030"
BLIND, ATTENDED = TransferKind.BLIND, TransferKind.ATTENDED


def talking(*others: str) -> World:
    """Chantal talks with c1."""
    world = office("chantal", *others)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    return world


# --- blind ---


@pytest.mark.rule("2.1.1-o", "D7")
def test_a_blind_transfer_rings_the_colleague_while_the_caller_hears_it() -> None:
    """The initiator is free at once and speaks with nobody."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")

    assert world.hears("c1") == "ringing"
    assert world.who_hears("c1") == ["piet"]
    assert world.phone_of("chantal") is None
    world.click_answer("piet", "c1")
    assert world.hears("c1") == "piet"
    assert world.transfer("c1") is TransferState.COMPLETED


@pytest.mark.rule("D7")
def test_a_blind_transfer_to_outside_connects_both_when_it_is_answered() -> None:
    """The caller hears ringing until then."""
    world = talking()
    world.arms("chantal", "c1", BLIND)
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")
    assert world.hears("c1") == "ringing"
    assert world.person("chantal").calls == []

    world.outside_answers(recipient)
    assert world.hears("c1") == recipient


@pytest.mark.rule("D7")
@pytest.mark.parametrize("to", ["colleague", "outside"])
def test_nobody_answers_a_blind_transfer_and_the_caller_comes_back_with_the_reason(to: str) -> None:
    """After twenty seconds it is offered to the initiator alone, above everything."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    if to == "colleague":
        world.to_colleague("chantal", "c1", "piet")
    else:
        world.to_number("chantal", "c1", OUTSIDE)
    world.wait(21)

    assert world.who_sees("c1") == ["chantal"]
    assert world.call("c1").reason is Reason.NO_ANSWER
    assert Saying.TRANSFER_RETURNED in world.said("chantal")
    world.click_answer("chantal", "c1")
    assert world.hears("c1") == "chantal"
    assert world.call("c1").reason is None


@pytest.mark.rule("D7")
def test_a_colleague_who_rejects_or_is_in_wrap_up_sends_the_caller_back() -> None:
    """With that reason, without waiting for the time-out."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.click_reject("piet", "c1")
    assert world.call("c1").reason is Reason.REJECTED
    assert world.who_sees("c1") == ["chantal"]

    world = talking("piet")
    world.click_clock("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    assert world.call("c1").reason is Reason.BUSY


@pytest.mark.rule("D7")
def test_a_returned_caller_whom_the_initiator_does_not_take_is_first_in_the_queue() -> None:
    """Twenty seconds for the initiator, then anybody."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_number("chantal", "c1", OUTSIDE)
    world.party_hangs_up(world.recipient("c1"), LegEnd.BUSY)
    world.call_arrives("c2")
    assert "piet" not in world.who_sees("c1")

    world.wait(21)
    assert "piet" in world.who_sees("c1")
    assert world.order()[0] == "c1"


def timed(world: World) -> World:
    """The general queue gives half a minute of wrap-up, the urgent one three quarters."""
    world.board.queues[world.queue_id("algemeen")].wrap_up_ms = 30_000
    world.board.queues[world.queue_id("urgent")].wrap_up_ms = 45_000
    return world


@pytest.mark.rule("2.3-k", "D9")
@pytest.mark.parametrize("to", ["colleague", "outside", "queue"])
def test_who_passes_a_caller_on_without_announcement_is_in_the_wrap_up_of_that_call(to: str) -> None:
    """By the rules of the queue that it came through, not of the one it is sent to."""
    world = timed(talking("piet"))
    world.arms("chantal", "c1", BLIND)
    if to == "colleague":
        world.to_colleague("chantal", "c1", "piet")
    elif to == "outside":
        world.to_number("chantal", "c1", OUTSIDE)
    else:
        world.to_queue("chantal", "c1", "urgent")

    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 30_000


@pytest.mark.rule("D7", "2.4-c")
def test_a_returned_caller_comes_through_the_wrap_up_that_passing_on_began() -> None:
    """It is no new call. A wrap-up that was asked for by hand is left in peace."""
    world = timed(talking("piet"))
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.wait(21)
    assert world.who_sees("c1") == world.who_hears("c1") == ["chantal"]
    assert world.status("chantal") is AgentStatus.WRAP_UP
    world.click_answer("chantal", "c1")
    assert world.hears("c1") == "chantal"
    assert world.person("chantal").wrap_up is None

    world = timed(talking("piet"))
    world.click_clock("chantal")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.wait(21)
    assert "chantal" not in world.who_sees("c1")


@pytest.mark.rule("D7")
@pytest.mark.parametrize("to", ["colleague", "outside"])
def test_pulling_back_while_the_recipient_rings_resumes_the_caller(to: str) -> None:
    """Nobody rings any more."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    if to == "colleague":
        world.to_colleague("chantal", "c1", "piet")
    else:
        world.to_number("chantal", "c1", OUTSIDE)
    world.cancels("chantal", "c1")

    assert world.hears("c1") == "chantal"
    assert world.phone_of("piet") is None
    assert set(world.board.calls) == {"c1"}


@pytest.mark.rule("D7")
def test_undoing_a_blind_transfer_takes_the_caller_from_the_colleague() -> None:
    """The colleague's telephone is free, the caller on hold with the initiator."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.click_answer("piet", "c1")
    world.undoes("chantal", "c1")

    assert world.hears("c1") == "music"
    assert world.person("chantal").calls == ["c1"]
    assert world.phone_of("piet") is None


@pytest.mark.rule("D7")
@pytest.mark.parametrize("to", ["colleague", "outside"])
def test_going_on_without_waiting_makes_it_a_safe_blind_transfer(to: str) -> None:
    """It can still be pulled back, and returns if nobody answers."""
    world = talking("piet")
    world.arms("chantal", "c1")
    if to == "colleague":
        world.to_colleague("chantal", "c1", "piet")
    else:
        world.to_number("chantal", "c1", OUTSIDE)
    world.connects_without_waiting("chantal", "c1")

    assert world.transfer("c1") is TransferState.RINGING
    assert world.hears("c1") == "ringing"
    assert world.phone_of("chantal") is None
    world.wait(21)
    assert world.who_sees("c1") == ["chantal"]


# --- to a queue, and from one ---


@pytest.mark.rule("D7")
def test_a_call_passed_on_to_a_queue_keeps_the_time_of_its_visit() -> None:
    """It waits there before those who came later."""
    world = talking("piet")
    world.click_clock("piet")
    world.call_arrives("u1", queue="urgent")
    entered = world.call("c1").entered_at
    world.arms("chantal", "c1")
    world.to_queue("chantal", "c1", "urgent")

    assert world.hears("c1") == "music"
    assert (world.call("c1").queue, world.call("c1").entered_at) == ("urgent", entered)
    assert world.order() == ["c1", "u1"]
    assert world.person("chantal").calls == []


@pytest.mark.rule("D7", "2.1-b")
def test_a_waiting_call_is_sent_to_a_colleague_or_queue_without_answering_it() -> None:
    """Not taken, it is back in its old place."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.call_arrives("c2")
    world.to_colleague("chantal", "c1", "piet")
    assert world.who_sees("c1") == ["piet"]
    world.wait(21)
    assert world.order() == ["c1", "c2"]
    assert world.hears("c1") == "music"
    assert world.who_sees("c1") == ["chantal", "piet"]

    world.to_queue("chantal", "c2", "urgent")
    assert world.call("c2").queue == "urgent"


@pytest.mark.rule("D7", "D16")
def test_a_caller_who_comes_back_is_not_cut_off_because_the_initiators_telephone_cannot_be_rung() -> None:
    """It is tried again; then the caller waits at the head of the queue, for everybody."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_number("chantal", "c1", OUTSIDE)
    # Wrap-up of the timed kind does not keep away who comes back.
    world.exchange.registered.clear()
    world.party_hangs_up(world.recipient("c1"), LegEnd.BUSY)
    assert world.state("c1") is CallState.WAITING
    assert world.hears("c1") == "music"

    world.wait(60)
    assert world.state("c1") is CallState.WAITING
    assert "piet" in world.who_sees("c1")
