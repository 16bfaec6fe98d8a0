"""Cordboard died in the middle of a transfer: what the exchange has of it wins over what was written (D7, D16)."""

from __future__ import annotations

import copy

import pytest

from cordboard.core.board import Board
from cordboard.core.call import CallState, TransferState
from cordboard.core.events import LegEnd, Place
from cordboard.core.records import SegmentKind
from cordboard.core.refusals import Refused
from cordboard.core.requests import CallNumber, CompleteTransfer, ConnectWithoutWaiting
from cordboard.core.types import AnswerMethod, CallId, NumberKind, TransferKind, UserId
from tests.scenarios.test_restarting import restart
from tests.support.desk import World, office


@pytest.mark.rule("D7", "D16")
def test_a_caller_pulled_back_in_the_last_moment_is_spoken_with() -> None:
    """The click was done in the exchange and not written any more: the database has the transfer still ringing."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.arms("chantal", "c1", TransferKind.BLIND)
    world.to_number("chantal", "c1", "31201234567")
    ringing = copy.deepcopy(world.call("c1"))
    assert ringing.state is CallState.TRANSFERRING
    world.cancels("chantal", "c1")

    def not_written(_world: World, board: Board) -> None:
        call = board.calls[CallId("c1")]
        call.state, call.transfer = ringing.state, ringing.transfer

    restart(world, forget=not_written)

    assert (world.hears("c1"), world.state("c1"), world.transfer("c1")) == ("chantal", CallState.ACTIVE, None)


@pytest.mark.rule("D7", "D16")
def test_a_caller_back_in_the_queue_is_not_passed_on_by_the_former_agent() -> None:
    """Given back to the queue in the last moment and not written any more: the button of the agent before is gone."""
    world = office("chantal", "piet", method=AnswerMethod.MANUAL)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.phone_answers("chantal")
    world.arms("chantal", "c1", TransferKind.ATTENDED)
    assert world.state("c1") is CallState.HELD
    world.exchange.callers[world.call("c1").leg].place = Place.QUEUE

    def armed(world: World, board: Board) -> None:
        board.calls[CallId("c1")].transfer = copy.deepcopy(world.call("c1").transfer)

    restart(world, forget=armed)

    assert world.state("c1") is CallState.WAITING
    with pytest.raises(Refused):
        world.cancels("chantal", "c1")
    assert world.transfer("c1") is None


@pytest.mark.rule("D7", "D16")
def test_a_recipient_who_answered_unwritten_and_is_put_aside_is_consulted() -> None:
    """A swap broke off, and the database has the recipient ringing: what can be clicked is what can be done."""
    world = office("chantal")
    for name in ("a1", "a2"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
    world.arms("chantal", "a2", TransferKind.ATTENDED)
    world.to_number("chantal", "a2", "31201234567")
    recipient = world.recipient("a2")
    rings, was = copy.deepcopy(world.call("a2").transfer), copy.deepcopy(world.call(recipient))
    world.outside_answers(recipient)
    other, line = world.exchange.callers[world.call("a1").leg], world.person("chantal").line
    assert line is not None
    other.place, other.line = Place.LINE, line.leg
    world.exchange.callers[world.call(recipient).leg].since = other.since + 1

    def not_written(_world: World, board: Board) -> None:
        board.calls[CallId("a2")].transfer = rings
        again = board.calls[CallId(recipient)]
        again.state, again.answered_at, again.handled_by = was.state, was.answered_at, was.handled_by

    restart(world, forget=not_written)

    assert (world.state("a1"), world.state(recipient)) == (CallState.ACTIVE, CallState.HELD)
    assert world.transfer("a2") is TransferState.CONSULTING
    with pytest.raises(Refused, match="too_late"):
        world.ask(ConnectWithoutWaiting(agent=UserId("chantal"), call=CallId("a2")))


@pytest.mark.rule("D7", "D16")
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "rings"])
def test_a_recipient_who_was_dialled_unwritten_is_connected_when_there_is_an_answer(answered: bool) -> None:
    """The database has the agent's own telephone coming up still: the card says that the recipient rings, or speaks."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.arms("chantal", "c1", TransferKind.ATTENDED)
    world.to_number("chantal", "c1", "31201234567")
    recipient = world.recipient("c1")
    rings = copy.deepcopy(world.call("c1").transfer)
    if answered:
        world.outside_answers(recipient)

    def not_written(_world: World, board: Board) -> None:
        board.calls[CallId("c1")].transfer = rings
        again = board.calls[CallId(recipient)]
        again.state, again.segment, again.answered_at = CallState.CONNECTING, SegmentKind.DIAL, None
        again.handled_by = None

    restart(world, forget=not_written)

    if not answered:
        assert (world.state(recipient), world.transfer("c1")) == (CallState.DIALLING, TransferState.DIALLING)
        world.outside_answers(recipient)
    assert (world.state(recipient), world.transfer("c1")) == (CallState.ACTIVE, TransferState.CONSULTING)
    world.ask(
        CompleteTransfer(agent=UserId("chantal"), call=CallId("c1"), to=CallId(recipient), confirmed=True)
    )
    assert {world.state("c1"), world.state(recipient)} == {CallState.TRANSFERRED}


@pytest.mark.rule("D7", "D16")
@pytest.mark.parametrize("state", [CallState.CONNECTING, CallState.DIALLING])
def test_two_who_were_connected_unwritten_stay_connected(state: CallState) -> None:
    """Neither the answer nor the green check was written: the exchange has them together, and there they stay."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.arms("chantal", "c1", TransferKind.ATTENDED)
    world.to_number("chantal", "c1", "31201234567")
    recipient = world.recipient("c1")
    rings = copy.deepcopy(world.call("c1").transfer)
    world.outside_answers(recipient)
    chantal, other = UserId("chantal"), CallId(recipient)
    world.ask(CompleteTransfer(agent=chantal, call=CallId("c1"), to=other, confirmed=True))
    assert {world.state("c1"), world.state(recipient)} == {CallState.TRANSFERRED}

    def not_written(_world: World, board: Board) -> None:
        agent = board.agents[chantal]
        caller, again = board.calls[CallId("c1")], board.calls[other]
        caller.state, caller.transfer, caller.agent = CallState.HELD, rings, chantal
        again.state, again.answered_at, again.handled_by, again.agent = state, None, None, chantal
        again.segment = SegmentKind.DIAL
        agent.calls += [caller.id, again.id]

    restart(world, forget=not_written)

    assert {world.state("c1"), world.state(recipient)} == {CallState.TRANSFERRED}
    assert world.call(recipient).answered_at is not None


@pytest.mark.rule("D7", "D16")
def test_who_came_back_from_a_transfer_and_is_being_taken_is_not_hung_up_by_a_look() -> None:
    """One whom we had called, and who was passed on in vain: the initiator has clicked, the telephone comes up."""
    world = office("chantal", "piet", method=AnswerMethod.MANUAL)
    world.ask(CallNumber(agent=UserId("chantal"), number="31201234567", kind=NumberKind.NATIONAL))
    world.phone_answers("chantal")
    called = next(iter(world.board.calls.values()))
    world.outside_answers(called.id)
    world.arms("chantal", called.id, TransferKind.BLIND)
    world.to_number("chantal", called.id, "31209999999")
    world.party_hangs_up(world.recipient(called.id), LegEnd.BUSY)
    assert (called.state, called.back_to) == (CallState.WAITING, UserId("chantal"))
    world.click_answer("chantal", called.id)
    assert called.state is CallState.CONNECTING

    world.exchange_comes_up()

    assert world.state(called.id) in (CallState.CONNECTING, CallState.HELD, CallState.WAITING)


@pytest.mark.rule("D7", "D16")
@pytest.mark.parametrize("lost", ["c1", "recipient"])
def test_one_of_two_who_were_passed_on_long_ago_is_put_back_to_the_other(lost: str) -> None:
    """The exchange has one of them nowhere: the other would hear silence until hanging up."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.arms("chantal", "c1", TransferKind.BLIND)
    world.to_number("chantal", "c1", "31201234567")
    recipient = world.recipient("c1")
    world.outside_answers(recipient)
    world.wait(60)
    assert world.transfer("c1") is None
    assert world.hears("c1") == recipient
    world.exchange.callers[world.call("c1" if lost == "c1" else recipient).leg].place = Place.NOWHERE

    def paired(world: World, board: Board) -> None:
        for name in ("c1", recipient):
            board.calls[CallId(name)].partner = world.call(name).partner

    restart(world, forget=paired)

    assert world.hears("c1") == recipient
    assert world.hears(recipient) == "c1"
