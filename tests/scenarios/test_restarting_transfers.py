"""Cordboard died in the middle of a transfer: what the exchange has of it wins over what was written (D7, D16)."""

from __future__ import annotations

import copy

import pytest

from cordboard.core.board import Board
from cordboard.core.call import CallState, TransferState
from cordboard.core.events import Place
from cordboard.core.refusals import Refused
from cordboard.core.requests import CompleteTransfer, ConnectWithoutWaiting
from cordboard.core.types import AnswerMethod, CallId, TransferKind, UserId
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
        again.state, again.answered_at = was.state, was.answered_at

    restart(world, forget=not_written)

    assert (world.state("a1"), world.state(recipient)) == (CallState.ACTIVE, CallState.HELD)
    assert world.transfer("a2") is TransferState.CONSULTING
    with pytest.raises(Refused, match="too_late"):
        world.ask(ConnectWithoutWaiting(agent=UserId("chantal"), call=CallId("a2")))


@pytest.mark.rule("D7", "D16")
def test_a_recipient_whose_answer_the_transfer_has_not_heard_of_is_not_hung_up_by_the_green_check() -> None:
    """A death in between left it as ringing; both speak, and are connected by the click."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.arms("chantal", "c1", TransferKind.ATTENDED)
    world.to_number("chantal", "c1", "31201234567")
    recipient = world.recipient("c1")
    world.outside_answers(recipient)
    transfer = world.call("c1").transfer
    assert transfer is not None
    transfer.state = TransferState.DIALLING

    click = CompleteTransfer(agent=UserId("chantal"), call=CallId("c1"), to=CallId(recipient), confirmed=True)
    world.ask(click)

    assert {world.state("c1"), world.state(recipient)} == {CallState.TRANSFERRED}
