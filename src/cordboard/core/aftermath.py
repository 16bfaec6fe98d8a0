"""What becomes of a transfer by itself: the recipient answers or does not, somebody hangs up, time runs out.

Decision D7: whoever hangs up, nobody is lost; the rest stay connected or on hold, with the reason on the card.
"""

from __future__ import annotations

from cordboard.core import handover, outside, rescue, talk
from cordboard.core import line as lines
from cordboard.core import transfer as transfer_
from cordboard.core.agent import Agent, LineState
from cordboard.core.call import ON_LINE, Call, CallState, Note, Reason, TransferState
from cordboard.core.commands import Pair
from cordboard.core.notices import Saying
from cordboard.core.records import SegmentOutcome
from cordboard.core.refusals import Refused
from cordboard.core.rules import OnHookRinging
from cordboard.core.turn import Ended, Turn
from cordboard.core.types import Direction, EndedBy, LegId

RECALL_MS = 30_000
"""Telephone put down while a recipient rang: the initiator is rung back so long, then the queue is next (D7)."""
_SAYING = {
    Reason.BUSY: Saying.RECIPIENT_BUSY,
    Reason.NO_ANSWER: Saying.RECIPIENT_NO_ANSWER,
    Reason.REJECTED: Saying.RECIPIENT_REJECTED,
    Reason.UNREACHABLE: Saying.RECIPIENT_UNREACHABLE,
    Reason.HUNG_UP: Saying.RECIPIENT_HUNG_UP,
}


def recipient_answered(turn: Turn, recipient: Call) -> None:
    """Somebody outside whom a blind transfer or a rule dialled has answered: join them (D7, D21)."""
    call = turn.board.calls.get(recipient.partner) if recipient.partner is not None else None
    recipient.until = None
    if call is None or call.state not in (CallState.TRANSFERRING, CallState.WAITING):
        talk.hang_up(turn, recipient)
        return
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.ELSEWHERE)
    recipient.answered_at = recipient.answered_at or turn.now
    turn.taken.append(recipient)
    call.partner = recipient.id
    call.back_to = call.back_until = call.until = None
    turn.do(Pair(one=call.leg, other=recipient.leg))
    for each in (call, recipient):
        turn.move(each, CallState.TRANSFERRED, SegmentOutcome.ANSWERED)
    if call.transfer is not None:
        handover.completed(turn, call)
        _tell(turn, call, Saying.TRANSFER_DONE)


def consulted(turn: Turn, agent: Agent, recipient: Call) -> None:
    """The recipient of an attended transfer has answered: the check appears (D7)."""
    call = talk.consultation_of(turn, agent, recipient)
    if call is not None and call.transfer is not None and call.transfer.state is TransferState.DIALLING:
        handover.step(turn, call, TransferState.CONSULTING)


def taken(turn: Turn, call: Call) -> None:
    """A caller who was passed on blind to a colleague speaks with somebody: done."""
    if call.agent is not None:
        # An agent was first.
        outside.let_go(turn, call)
    transfer = call.transfer
    if transfer is None or transfer.state is not TransferState.RINGING or call.agent is None:
        return
    call.to = None
    handover.completed(turn, call)
    _tell(turn, call, Saying.TRANSFER_DONE)


def _tell(turn: Turn, call: Call, saying: Saying) -> None:
    transfer = call.transfer
    if transfer is not None and (initiator := turn.board.agents.get(transfer.initiator)) is not None:
        turn.say(initiator, saying, call.id, name=transfer.recipient_name or "")


# --- somebody has gone ---


def after(turn: Turn, ended: Ended) -> None:
    """A call ended in this turn: what it was a part of goes on without it."""
    call = ended.call
    if call.transfer is not None:
        _transferred_gone(turn, ended)
    if call.partner is not None:
        _partner_gone(turn, ended)
    elif ended.agent is not None:
        _recipient_gone(turn, ended)


def _transferred_gone(turn: Turn, ended: Ended) -> None:
    call = ended.call
    transfer = call.transfer
    assert transfer is not None, call
    recipient = handover.recipient_of(turn, call)
    state = transfer.state
    done = state is TransferState.COMPLETED
    handover.drop(turn, call)
    if recipient is None or done:
        return
    if state is TransferState.CONSULTING:
        # The initiator keeps the recipient (D7).
        recipient.note = Note.CALLER_GONE if ended.by is EndedBy.CALLER else recipient.note
        turn.show_call(recipient)
    elif ended.by is EndedBy.CALLER and recipient.partner is None:
        talk.hang_up(turn, recipient)


def _partner_gone(turn: Turn, ended: Ended) -> None:
    call = ended.call
    other = turn.board.calls.get(call.partner) if call.partner is not None else None
    if other is None or other.partner != call.id:
        return
    other.partner = None
    match other.state:
        case CallState.TRANSFERRED | CallState.DIALLING:
            # Conversation over, or nobody left to be dialled for.
            talk.hang_up(turn, other)
        case CallState.TRANSFERRING:
            recipient_missed(turn, other, handover.not_reached(ended.reached))


def recipient_missed(turn: Turn, call: Call, reason: Reason) -> None:
    """Nobody was reached for this caller, who hears ringing."""
    if call.transfer is not None:
        handover.come_back(turn, call, reason)
    else:
        turn.stranded.append((call, reason))


def _recipient_gone(turn: Turn, ended: Ended) -> None:
    """A consultation ended: the caller stays on hold, whoever hung up (D7, 5.1-e)."""
    agent, recipient = ended.agent, ended.call
    assert agent is not None, ended
    call = talk.consultation_of(turn, agent, recipient)
    transfer = call.transfer if call is not None else None
    if call is None or transfer is None:
        if ended.by is EndedBy.NOT_REACHED:
            turn.say(agent, _SAYING[handover.not_reached(ended.reached)], recipient.id)
        _first_goes_on(turn, ended)
        return
    if transfer.state not in (TransferState.DIALLING, TransferState.CONSULTING):
        return
    never_answered = transfer.state is TransferState.DIALLING
    transfer.recipient = None
    if ended.by is EndedBy.AGENT:
        # Another recipient can be chosen.
        handover.step(turn, call, TransferState.ARMED)
        return
    reason = handover.not_reached(ended.reached) if never_answered else Reason.HUNG_UP
    handover.step(turn, call, TransferState.FAILED, reason)
    call.reason, call.not_reached = reason, transfer.recipient_name
    turn.say(agent, _SAYING[reason], call.id, name=transfer.recipient_name or "")
    if never_answered:
        if turn.board.rules.resume_if_never_answered and not turn.board.on_line(agent):
            _resume(turn, agent, call)
    else:
        _first_goes_on(turn, ended, first=call)


def _first_goes_on(turn: Turn, ended: Ended, first: Call | None = None) -> None:
    """Where the organisation has it so, the first call goes on by itself when the second has ended (D8, 5.1-e).

    Only for an agent who sits at the telephone with nobody on it: not when one of several held callers hung up, nor in
    a conference, nor while another call comes up, nor in the middle of passing somebody on. Passing the second one on
    does not end it.

    Args:
        first: whose consultation it was; None: of several the one who is on hold longest.
    """
    board, agent = turn.board, ended.agent
    assert agent is not None, ended
    if not board.rules.auto_resume or ended.state not in ON_LINE:
        return
    if any(c.state is not CallState.HELD or c.transfer is not None for c in board.calls_of(agent)):
        return
    held = [first] if first is not None else list(board.calls_of(agent))
    if not held:
        return
    longest = min(held, key=lambda c: (c.since, c.id))
    line, own = agent.line, lines.own_leg(agent, longest)
    if line is not None and line.state is LineState.UP and not line.held_by_phone:
        _resume(turn, agent, longest)
    elif line is not None and line.state is LineState.CLOSING and own is not None and own in agent.aside:
        # The telephone has a leg for each: this one is the line, and talked on, when the other has gone.
        agent.aside.remove(own)
        agent.aside.append(own)
        own.talked = True


def _resume(turn: Turn, agent: Agent, call: Call) -> None:
    try:
        talk.resume(turn, agent, call)
    except Refused:
        return


def pair_failed(turn: Turn, one: LegId, other: LegId) -> None:
    """They do not hear each other: both are the initiator's again, on hold (D7)."""
    board = turn.board
    ids = [board.parties.get(one), board.parties.get(other)]
    pair = [board.calls[i] for i in ids if i is not None]
    if len(pair) < 2 or pair[0].partner != pair[1].id or pair[0].state is not CallState.TRANSFERRED:
        # Told late, of two who are not together any more: either may talk with somebody else by now.
        return
    for call in pair:
        transfer = call.transfer
        if transfer is None:
            continue
        agent = board.agents[transfer.initiator]
        handover.step(turn, call, TransferState.FAILED, Reason.UNREACHABLE)
        for each in pair:
            handover.hold_for(turn, agent, each, SegmentOutcome.RETURNED)
        turn.say(agent, Saying.TRANSFER_NOT_DONE, call.id)
        return
    for call in pair:
        call.partner = None
        if call.direction is Direction.OUT:
            talk.hang_up(turn, call)
        elif call.queue is not None:
            handover.back_in_queue(turn, call, SegmentOutcome.RETURNED)
        else:
            turn.stranded.append((call, Reason.UNREACHABLE))


# --- the telephone, and the time ---


def on_hook(turn: Turn, agent: Agent) -> None:
    """The initiator's telephone is put down, and what was on it is about to end: a transfer goes first (D7, D27)."""
    board = turn.board
    for call in list(board.calls_of(agent)):
        transfer = call.transfer
        if transfer is None or transfer.initiator != agent.id:
            continue
        recipient = handover.recipient_of(turn, call)
        if (
            transfer.state is TransferState.CONSULTING
            and recipient is not None
            and recipient.agent == agent.id
            and recipient.state in transfer_.ANSWERED
            and not handover.has_gone(turn, recipient)
            and call.state is CallState.HELD
        ):
            # What people who transfer at the telephone expect.
            handover.join(turn, agent, call, recipient)
        elif transfer.state is TransferState.DIALLING:
            if board.rules.on_hook_ringing is OnHookRinging.SAFE_BLIND and recipient is not None:
                transfer_.connect_without_waiting(turn, agent, call)
            else:
                # Never a silent blind transfer: the initiator is rung back, then the queue is next.
                agent.ring_back_at = turn.now
                turn.wake(turn.now, agent)
                call.until = turn.now + RECALL_MS
                turn.wake_call(call.until, call)


def due(turn: Turn, call: Call) -> None:
    """Something about this call may have taken its full time."""
    transfer = call.transfer
    if transfer is not None and transfer.until is not None and transfer.until <= turn.now:
        if transfer.state is TransferState.COMPLETED:
            handover.close(turn, call)
        elif transfer.state is TransferState.RINGING:
            _rang_out(turn, call)
    if call.back_until is not None and call.back_until <= turn.now and call.state is CallState.CONNECTING:
        # The initiator has clicked, and the telephone may still come up.
        call.back_until = turn.now + turn.board.rules.reserved_ms
        turn.wake_call(call.back_until, call)
    if call.back_until is not None and call.back_until <= turn.now and call.state is CallState.WAITING:
        call.back_to = call.back_until = None
        call.version += 1
        turn.show_call(call)
        # The queue's again, with its limit and what it says to who waits.
        turn.moved.append(call)
        if call.queue is None:
            turn.stranded.append((call, call.reason or Reason.NO_ANSWER))
    if call.until is not None and call.until <= turn.now and call.state is not CallState.LEAVING:
        # What a caller on the way out hears is `exits`' affair.
        _until(turn, call)


def _rang_out(turn: Turn, call: Call) -> None:
    recipient = handover.recipient_of(turn, call)
    if recipient is not None and call.state is CallState.TRANSFERRING:
        recipient.partner, call.partner = None, None
        talk.hang_up(turn, recipient)
        handover.come_back(turn, call, Reason.NO_ANSWER)
    elif call.state is CallState.WAITING:
        handover.come_back(turn, call, Reason.NO_ANSWER)
    elif call.transfer is not None:
        # The colleague has clicked, and the telephone may still come up.
        call.transfer.until = turn.now + turn.board.rules.reserved_ms
        handover.remember(turn, call, call.transfer)
        turn.wake_call(call.transfer.until, call)
        turn.show_call(call)


def _until(turn: Turn, call: Call) -> None:
    call.until = None
    agent = turn.board.agents.get(call.agent) if call.agent is not None else None
    if call.state is CallState.DIALLING:
        # The exchange should have given up by itself.
        talk.give_up(turn, call)
    elif call.state is CallState.HELD and agent is not None:
        line = agent.line
        if line is not None and line.call == call.id and line.is_coming_up:
            # The agent has clicked, and the telephone may still come up.
            call.until = turn.now + turn.board.rules.reserved_ms
            turn.wake_call(call.until, call)
        elif (line is None or line.state is not LineState.UP) and call.queue is not None:
            if line is not None and line.call == call.id:
                lines.stop_ringing(turn, agent, elsewhere=False)
            handover.drop(turn, call)
            rescue.return_to_queue(turn, agent, call)
    elif call.state is CallState.CONNECTING and call.to is not None:
        # The same: whom it is for has clicked.
        call.until = turn.now + turn.board.rules.reserved_ms
        turn.wake_call(call.until, call)
    elif call.state is CallState.WAITING and call.to is not None and call.transfer is None:
        turn.stranded.append((call, Reason.NO_ANSWER))
