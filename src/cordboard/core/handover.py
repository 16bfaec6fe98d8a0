"""A transfer's steps and what they lead to: completed, back, closed. The buttons are in `transfer`, what happens by
itself is in `aftermath`.

Decision D7; its states are `TransferState`, its moves `transitions.TRANSFER`.
"""

from __future__ import annotations

from cordboard.core import outside, rescue, talk, wrapup
from cordboard.core.agent import Agent
from cordboard.core.call import Call, CallState, Reason, Transfer, TransferState
from cordboard.core.commands import Hold, Pair
from cordboard.core.notices import Saying
from cordboard.core.records import SegmentOutcome, TransferMoved, Why
from cordboard.core.transitions import TRANSFER
from cordboard.core.turn import Turn
from cordboard.core.types import TransferKind

_WHY = {
    TransferState.ARMED: Why.TRANSFER_ARMED,
    TransferState.COMPLETED: Why.TRANSFERRED,
    TransferState.CANCELLED: Why.TRANSFER_CANCELLED,
    TransferState.FAILED: Why.TRANSFER_FAILED,
    TransferState.RETURNED: Why.TRANSFER_RETURNED,
}
ENDS = frozenset(
    {
        TransferState.CANCELLED,
        TransferState.FAILED,
        TransferState.ABANDONED,
        TransferState.RETURNED,
        TransferState.CLOSED,
    }
)


def step(turn: Turn, call: Call, state: TransferState, reason: Reason | None = None) -> None:
    """The transfer of this call comes a step further; with an end state there is none any more."""
    transfer = call.transfer
    assert transfer is not None, call
    assert state in TRANSFER[transfer.state], (transfer, state)
    if transfer.state is TransferState.COMPLETED and state is TransferState.CANCELLED:
        why: Why | None = Why.TRANSFER_UNDONE
    else:
        why = _WHY.get(state) if state is not transfer.state else None
    transfer.state, transfer.since = state, turn.now
    initiator = turn.board.agents.get(transfer.initiator)
    if why is not None:
        turn.note(call, why, initiator, reason.value if reason is not None else transfer.recipient_name)
    remember(turn, call, transfer, reason)
    if state in ENDS:
        call.transfer = None
    elif transfer.until is not None:
        turn.wake_call(transfer.until, call)
    call.version += 1
    turn.show_call(call)
    if initiator is not None:
        turn.show_agent(initiator)


def remember(turn: Turn, call: Call, transfer: Transfer, reason: Reason | None = None) -> None:
    """Have the database keep how far the transfer is."""
    turn.remember(
        TransferMoved(
            call=call.id,
            kind=transfer.kind,
            state=transfer.state.value,
            initiator=transfer.initiator,
            was_active=transfer.was_active,
            recipient=transfer.recipient,
            colleague=transfer.colleague,
            recipient_name=transfer.recipient_name,
            until=transfer.until,
            reason=reason.value if reason is not None else None,
            at=turn.now,
        )
    )


def join(turn: Turn, agent: Agent, call: Call, to: Call) -> None:
    """Caller and recipient hear each other, and the agent is out of it."""
    transfer = call.transfer
    assert transfer is not None, call
    if to.transfer is not None:
        step(turn, to, TransferState.CANCELLED)
    transfer.kind, transfer.recipient = TransferKind.ATTENDED, to.id
    transfer.recipient_name = transfer.recipient_name or name_of(to)
    turn.do(Pair(one=call.leg, other=to.leg))
    for each, other in ((call, to), (to, call)):
        talk.leave(turn, agent, each)
        each.agent, each.partner, each.note, each.reason = None, other.id, None, None
        turn.move(each, CallState.TRANSFERRED, SegmentOutcome.TRANSFERRED)
        talk.free_line(turn, agent, each, tone=False)
    completed(turn, call)
    turn.say(agent, Saying.TRANSFER_DONE, call.id, name=transfer.recipient_name or "")


def completed(turn: Turn, call: Call) -> None:
    """It can be undone for a while, where the organisation lets it (D7)."""
    rules = turn.board.rules
    transfer = call.transfer
    assert transfer is not None, call
    recipient = recipient_of(turn, call)
    is_outside = recipient is not None and recipient.peer is None
    if rules.undo_ms and not (is_outside and not rules.undo_outside):
        transfer.until = turn.now + rules.undo_ms
        step(turn, call, TransferState.COMPLETED)
    else:
        step(turn, call, TransferState.COMPLETED)
        close(turn, call)


def come_back(turn: Turn, call: Call, reason: Reason) -> None:
    """A blind recipient did not take the caller: back to the initiator, with the reason (D7)."""
    transfer = call.transfer
    assert transfer is not None, call
    initiator = turn.board.agents.get(transfer.initiator)
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.MISSED)
    sent_unanswered = call.handled_by is None
    name = transfer.recipient_name or ""
    step(turn, call, TransferState.RETURNED, reason)
    if outside.rings_for(turn, call) is None:
        call.partner = None
    call.to = call.agent = call.until = None
    if initiator is not None:
        turn.say(initiator, Saying.TRANSFER_RETURNED, call.id, name=name, reason=reason.value)
    if sent_unanswered and call.queue is not None:
        back_in_queue(turn, call, SegmentOutcome.RETURNED)
        return
    wait_for_initiator(turn, call, initiator, reason, transfer.recipient_name)


def wait_for_initiator(
    turn: Turn, call: Call, initiator: Agent | None, reason: Reason, not_reached: str | None = None
) -> None:
    """The caller hears music and is offered to the initiator alone for a while, then to the queue (D7)."""
    if call.queue is not None:
        turn.place_in_queue(call)
    else:
        turn.do(Hold(party=call.leg, line=None))
    call.reason, call.not_reached, call.returned = reason, not_reached, True
    if initiator is not None:
        call.back_to, call.back_until = initiator.id, turn.now + turn.board.rules.return_ms
        call.rejected.pop(initiator.id, None)
        turn.wake_call(call.back_until, call)
    turn.move(call, CallState.WAITING, SegmentOutcome.RETURNED)


def back_in_queue(turn: Turn, call: Call, outcome: SegmentOutcome) -> None:
    """The caller waits in the queue again, where the time of entry puts it."""
    assert call.queue is not None, call
    _release(turn, call)
    if outside.rings_for(turn, call) is None:
        call.partner = None
    call.to = call.agent = call.until = None
    turn.place_in_queue(call)
    turn.move(call, CallState.WAITING, outcome)


def _release(turn: Turn, call: Call) -> None:
    """Whoever has the call, or is about to, has it no more."""
    other = turn.board.agents.get(call.agent) if call.agent is not None else None
    if other is not None:
        talk.leave(turn, other, call)
        call.agent = None
        talk.free_line(turn, other, call, tone=call.state is CallState.ACTIVE)


def give_back(turn: Turn, initiator: Agent, call: Call) -> None:
    """A transfer was taken back: on hold for its initiator; who was sent on unanswered waits in the queue (D7)."""
    if call.handled_by is None and call.queue is not None:
        back_in_queue(turn, call, SegmentOutcome.RETURNED)
    else:
        hold_for(turn, initiator, call, SegmentOutcome.RETURNED)


def hold_for(turn: Turn, agent: Agent, call: Call, outcome: SegmentOutcome) -> None:
    """The call is this agent's again, on hold; whoever had it has it no more."""
    other = turn.board.agents.get(call.agent) if call.agent is not None else None
    line = other.line if other is not None else None
    turn.do(Hold(party=call.leg, line=line.leg if line is not None else None))
    _release(turn, call)
    call.partner = call.to = call.until = call.note = None
    call.back_to = call.back_until = None
    call.agent = agent.id
    agent.calls.append(call.id)
    if call.taken_at is None and call.answered_at is not None:
        call.taken_at = turn.now
    turn.move(call, CallState.HELD, outcome)
    wrapup.give_way(turn, agent)
    rescue.way_back(turn, agent)
    turn.show_agent(agent)


def drop(turn: Turn, call: Call) -> None:
    """The transfer ends with what it hung on: given up, or past undoing where it was done already."""
    if call.transfer is not None:
        done = call.transfer.state is TransferState.COMPLETED
        step(turn, call, TransferState.CLOSED if done else TransferState.ABANDONED)


def close(turn: Turn, call: Call) -> None:
    """Past undoing. A colleague who was consulted gets the caller instead of the wire to the initiator."""
    recipient = recipient_of(turn, call)
    step(turn, call, TransferState.CLOSED)
    there = turn.board.calls.get(recipient.peer) if recipient is not None and recipient.peer else None
    if recipient is not None and there is not None and call.state is CallState.TRANSFERRED:
        _hand_over(turn, call, recipient, there)


def _hand_over(turn: Turn, call: Call, recipient: Call, there: Call) -> None:
    """`there` is the colleague's end of the wire on which the caller was brought; the caller takes its place."""
    colleague = turn.board.agents.get(there.agent) if there.agent is not None else None
    if colleague is None or there.transfer is not None:
        return
    line = colleague.line
    talks = there.state is CallState.ACTIVE and line is not None and line.call == there.id
    if not talks and there.state is not CallState.HELD:
        return
    colleague.calls[colleague.calls.index(there.id)] = call.id
    for leg in (line, *colleague.aside):
        if leg is not None and leg.whose == there.id:
            leg.whose = call.id
    call.agent, call.partner, call.taken_at, call.handled_by = colleague.id, None, turn.now, colleague.id
    recipient.partner, there.agent = None, None
    turn.do(Hold(party=there.leg, line=line.leg if line is not None else None))
    if line is not None and line.call == there.id:
        # Also when the telephone is on its way up for it.
        line.call = call.id
    talk.put_through(turn, colleague, call, talks=talks)
    for end_of_wire in (recipient, there):
        talk.hang_up(turn, end_of_wire)


def recipient_of(turn: Turn, call: Call) -> Call | None:
    """The call to whom this one is passed on; None: not chosen, gone, or a colleague rung for the caller itself."""
    transfer = call.transfer
    recipient = transfer.recipient if transfer is not None else None
    return turn.board.calls.get(recipient) if recipient is not None else None


def has_gone(turn: Turn, recipient: Call) -> bool:
    """The colleague at the far end has hung up a moment ago, and this end of the wire is about to end as well."""
    return recipient.peer is not None and recipient.peer not in turn.board.calls


def name_of(call: Call) -> str:
    """How buttons and sentences name this party; "" when nothing is known."""
    return call.name or call.number or ""


def not_reached(how: str) -> Reason:
    """A leg's end as the reason that is shown."""
    try:
        return Reason(how)
    except ValueError:
        return Reason.UNREACHABLE
