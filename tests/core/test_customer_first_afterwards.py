"""A customer who was rung first and has been spoken with is a caller like any other from then on (3.6, D14)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Sentence
from cordboard.core.events import DeviceEngaged
from cordboard.core.records import CallBackStatus, CallClosed
from cordboard.core.refusals import Code
from cordboard.core.requests import CompleteTransfer, PairDevice, SignOut, TransferToQueue
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import CallId, EndedBy, TransferKind, UserId
from tests.core.test_call_back import CHANTAL, HER, promise, row
from tests.core.test_customer_first import HIM, attempt, customer_first, dialled, said
from tests.support.desk import World, office


def spoken_with(world: World) -> str:
    """A customer who was rung first, and whom Chantal has."""
    one = promise(world)
    world.wait(60)
    call = attempt(world, one)
    world.outside_answers(call)
    world.click_answer("chantal", call)
    assert row(world, one).status is CallBackStatus.SUCCEEDED
    return call


@pytest.mark.rule("D14")
def test_a_customer_who_was_passed_on_keeps_no_agent_from_the_next_one() -> None:
    """They talk with somebody outside by now: the agent is free, and the next customer is rung."""
    world = customer_first("chantal")
    call = spoken_with(world)
    world.arms("chantal", call, TransferKind.ATTENDED)
    world.to_number("chantal", call, "31201234567")
    recipient = CallId(world.recipient(call))
    world.outside_answers(recipient)
    world.ask(CompleteTransfer(agent=CHANTAL, call=CallId(call), to=recipient, confirmed=True))
    assert world.state(call) is CallState.TRANSFERRED

    promise(world, number=HIM)
    world.wait(120)

    assert dialled(world) == [HER, "31201234567", HIM]


@pytest.mark.rule("D14", "D21")
def test_a_customer_who_is_sent_on_is_not_told_that_we_call_again() -> None:
    """The promise was kept; the other queue's own way out holds, as for every caller who is sent there."""
    world = customer_first("chantal")
    other = world.board.queues[world.queue_id("urgent")]
    other.urgent = False
    world.ask(SignOut(agent=CHANTAL, queue=other.id, confirmed=True))
    other.exits = {ExitReason.TIMEOUT: Exit(action=ExitAction.ANNOUNCEMENT)}
    other.wait_ms_max = 30_000
    call = spoken_with(world)
    world.ask(TransferToQueue(agent=CHANTAL, call=CallId(call), queue=other.id))
    assert world.state(call) is CallState.WAITING

    world.wait(31)

    assert world.state(call) in (CallState.LEAVING, CallState.ENDED)
    assert Sentence.CALL_BACK_AGAIN not in said(world)


@pytest.mark.rule("D14")
def test_when_the_customer_is_rung_is_not_written_before_it_is_so() -> None:
    """An attempt that comes to nothing, because the agent has a caller by then, leaves no trace of a ringing."""
    world = customer_first("chantal")
    world.tells = False

    one = promise(world, due=world.now)

    assert row(world, one).last_attempt_at is None
    world.tells = True
    world.settle()
    assert row(world, one).last_attempt_at == world.now


@pytest.mark.rule("D14", "D15")
def test_history_knows_who_spoke_with_a_customer_also_after_a_restart() -> None:
    """A server that starts anew has the call without its call back, which is over."""
    world = customer_first("chantal")
    call = spoken_with(world)
    world.call(call).callback = None

    world.party_hangs_up(call)

    closed = world.all(CallClosed)[-1]
    assert (closed.call, closed.agent, closed.ended_by) == (call, CHANTAL, EndedBy.CALLER)


@pytest.mark.rule("D15", "D16")
def test_a_telephone_that_is_spoken_into_is_taken_over_by_nobody() -> None:
    """It is in somebody's ear, although it has no call."""
    world = office("chantal", "piet")
    device = world.person("chantal").device
    assert device is not None
    world.tell(DeviceEngaged(device=device, engaged=True))

    with world.refuses(Code.DEVICE_IN_CALL):
        world.ask(PairDevice(agent=UserId("piet"), device=device, take_over=True))

    world.tell(DeviceEngaged(device=device, engaged=False))
    world.ask(PairDevice(agent=UserId("piet"), device=device, take_over=True))
    assert world.person("piet").device == device
