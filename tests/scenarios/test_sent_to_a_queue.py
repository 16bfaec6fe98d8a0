"""Callers whom an agent sends to a queue follow its ways out, and nobody is sent where the call would end (D7, D21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Announce, AnswerTransferKey, Sentence
from cordboard.core.events import PhoneTransferAsked, QueueOpened
from cordboard.core.queue import Queue
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import TransferToQueue
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import CallId, QueueId, TransferKind, UserId
from tests.support.desk import World, office

OUTSIDE = "31880001122"
SENTENCE = Exit(action=ExitAction.ANNOUNCEMENT)


def talking() -> tuple[World, Queue]:
    """Chantal talks with c1; there is a queue for sales, and Piet is signed in to it."""
    world = office("chantal", "piet")
    sales = world.queue("verkoop")
    world.signs_in("piet", "verkoop")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    return world, sales


def takes_nobody(world: World, sales: Queue, why: str) -> None:
    """Sales is closed, full, or has nobody."""
    if why == "closed":
        world.tell(QueueOpened(queue=sales.id, open=False))
    elif why == "full":
        sales.calls_max = 1
        world.call_arrives("earlier", queue="verkoop")
    else:
        world.signs_out("piet", "verkoop")


REASONS = {"closed": ExitReason.CLOSED, "full": ExitReason.FULL, "nobody": ExitReason.JOIN_EMPTY}


@pytest.mark.rule("D7", "D21")
@pytest.mark.parametrize("why", REASONS)
def test_nobody_is_sent_to_a_queue_that_would_end_the_call(why: str) -> None:
    """The agent is told why, and the caller is where the caller was: on hold, to be sent to somebody else."""
    world, sales = talking()
    sales.exits[REASONS[why]] = SENTENCE
    takes_nobody(world, sales, why)
    world.arms("chantal", "c1")

    with world.refuses(Code.QUEUE_TAKES_NOBODY):
        world.to_queue("chantal", "c1", "verkoop")
    with pytest.raises(Refused) as refused:
        world.ask(TransferToQueue(agent=UserId("chantal"), call=CallId("c1"), queue=sales.id))

    assert refused.value.args_ == {"queue": "verkoop", "reason": why}
    assert world.state("c1") is CallState.HELD


@pytest.mark.rule("D21")
@pytest.mark.parametrize("why", REASONS)
def test_a_queue_without_a_way_out_keeps_who_is_sent_there(why: str) -> None:
    """As it keeps who calls it."""
    world, sales = talking()
    takes_nobody(world, sales, why)

    world.to_queue("chantal", "c1", "verkoop")

    assert (world.call("c1").queue, world.hears("c1")) == ("verkoop", "music")


@pytest.mark.rule("D21", "D29")
def test_who_is_sent_to_a_closed_queue_may_leave_a_message_there() -> None:
    """That is not the end of the matter."""
    world, sales = talking()
    sales.exits[ExitReason.CLOSED] = Exit(action=ExitAction.MESSAGE)
    takes_nobody(world, sales, "closed")

    world.to_queue("chantal", "c1", "verkoop")

    assert world.state("c1") is CallState.LEAVING
    said = [phrase.sentence for command in world.commanded(Announce) for phrase in command.phrases]
    assert said[-1] is Sentence.LEAVE_MESSAGE
    assert world.call("c1").leg in world.exchange.recording


@pytest.mark.rule("D21")
@pytest.mark.parametrize("to", ["queue", "number", "colleague"])
def test_who_is_sent_to_a_closed_queue_goes_where_it_leads(to: str) -> None:
    """To another queue, to a number outside, to a colleague."""
    world, sales = talking()
    target = {"queue": "urgent", "number": OUTSIDE, "colleague": "piet"}[to]
    sales.exits[ExitReason.CLOSED] = Exit(action=ExitAction(to), target=target)
    takes_nobody(world, sales, "closed")

    world.to_queue("chantal", "c1", "verkoop")

    if to == "queue":
        assert (world.call("c1").queue, world.call("c1").urgent) == ("urgent", True)
        assert world.who_sees("c1") == ["chantal", "piet"]
    elif to == "number":
        partner = world.call("c1").partner
        assert partner is not None
        world.outside_answers(partner)
        assert world.hears("c1") == partner
    else:
        assert world.who_hears("c1") == ["piet"]


@pytest.mark.rule("D21")
def test_nobody_is_sent_round_closed_queues() -> None:
    """Sales leads to the office, which is closed too and leads back."""
    world, sales = talking()
    sales.exits[ExitReason.CLOSED] = Exit(action=ExitAction.QUEUE, target="kantoor")
    kantoor = world.queue("kantoor")
    kantoor.exits[ExitReason.CLOSED] = Exit(action=ExitAction.QUEUE, target="verkoop")
    for queue in (sales, kantoor):
        world.tell(QueueOpened(queue=queue.id, open=False))

    with world.refuses(Code.QUEUE_TAKES_NOBODY):
        world.to_queue("chantal", "c1", "verkoop")


@pytest.mark.rule("D7", "D21")
def test_a_waiting_caller_keeps_the_place_when_another_queue_would_end_the_call() -> None:
    """Sent on without being answered."""
    world, sales = talking()
    sales.exits[ExitReason.CLOSED] = SENTENCE
    takes_nobody(world, sales, "closed")
    world.call_arrives("c2")

    with world.refuses(Code.QUEUE_TAKES_NOBODY):
        world.to_queue("chantal", "c2", "verkoop")

    assert world.call("c2").queue == "algemeen"


@pytest.mark.rule("D27", "D21")
def test_the_transfer_key_to_a_queue_that_would_end_the_call_is_refused() -> None:
    """And the conversation goes on."""
    world, sales = talking()
    sales.exits[ExitReason.CLOSED] = SENTENCE
    takes_nobody(world, sales, "closed")
    leg = next(iter(world.exchange.lines))

    world.tell(PhoneTransferAsked(leg=leg, number="0534800950", other=None, queue=QueueId("verkoop")))

    assert world.commanded(AnswerTransferKey) == [AnswerTransferKey(leg=leg, done=False)]
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D7", "D21")
def test_the_limit_to_the_wait_counts_from_when_the_caller_was_sent_there() -> None:
    """The talk before it does not count; then the queue's way out is taken."""
    world, sales = talking()
    sales.wait_ms_max = 60_000
    sales.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.QUEUE, target="urgent")
    world.wait(120)

    world.to_queue("chantal", "c1", "verkoop")
    world.wait(59)
    assert world.call("c1").queue == "verkoop"
    world.wait(2)

    assert world.call("c1").queue == "urgent"


@pytest.mark.rule("D21")
def test_the_last_agent_leaving_leads_out_who_was_sent_there() -> None:
    """After the time for it."""
    world, sales = talking()
    sales.exits[ExitReason.LEAVE_EMPTY] = Exit(action=ExitAction.NUMBER, target=OUTSIDE)

    world.to_queue("chantal", "c1", "verkoop")
    world.signs_out("piet", "verkoop")
    world.wait(61)

    assert world.state("c1") is CallState.TRANSFERRING


def came_back() -> tuple[World, Queue]:
    """Piet did not answer a caller whom Chantal passed on to him: her telephone rings for the return."""
    world, _ = talking()
    queue = world.board.queues[QueueId("algemeen")]
    queue.wait_ms_max = 75_000
    queue.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.QUEUE, target="urgent")
    world.arms("chantal", "c1", TransferKind.BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.wait(21)
    assert world.call("c1").back_to == "chantal"
    return world, queue


@pytest.mark.rule("D7", "D21")
@pytest.mark.parametrize("rejects", [False, True])
def test_a_returned_caller_whom_nobody_takes_follows_the_queue_again(*, rejects: bool) -> None:
    """The initiator lets it ring or rejects it: the limit to the wait holds."""
    world, _ = came_back()
    world.exchange.answer_at_once.clear()
    if rejects:
        world.click_reject("chantal", "c1")
    world.wait(53)
    assert world.call("c1").queue == "algemeen"
    world.wait(2)

    assert world.call("c1").queue == "urgent"


@pytest.mark.rule("D7")
@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("waiting", [True, False])
def test_who_is_sent_to_a_queue_has_the_place_of_the_visit_or_joins_at_the_end(
    *, keeps: bool, waiting: bool
) -> None:
    """The organisation's to say, of one who was spoken with and of one who waits; when the visit began is known."""
    world, _ = talking()
    world.board.rules = replace(world.board.rules, keep_entry_time=keeps)
    began = world.call("c1").entered_at
    sent = "c1"
    if waiting:
        world.caller_hangs_up("c1")
        world.signs_out("chantal", "algemeen")
        world.signs_out("piet", "algemeen")
        world.call_arrives("c3")
        sent, began = "c3", world.call("c3").entered_at
    world.wait(60)
    world.signs_out("piet", "verkoop")
    world.call_arrives("c2", queue="verkoop")
    world.wait(5)

    if not waiting:
        world.arms("chantal", sent)
    world.to_queue("chantal", sent, "verkoop")

    assert world.order() == ([sent, "c2"] if keeps else ["c2", sent])
    assert world.call(sent).entered_at == began
