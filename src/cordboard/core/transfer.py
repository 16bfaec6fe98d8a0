"""Passing a caller on: attended, blind, late, to a queue; cancelling, pulling back, undoing.

Manual 2.1.1, 5.1, 5.2; statements 2.1.1-n, 2.1.1-o, 2.6-h, 5.1-f to 5.1-j, 5.2-c to 5.2-i; decision D7, whose states
are `TransferState` and whose moves are `transitions.TRANSFER`.

Parties: the *initiator* (an agent), the *transferred* (the call that carries the transfer) and the *recipient*. A
recipient who is spoken with or dialled outside is a call of its own; a colleague to whom a caller is passed on blind is
rung for that caller itself.
"""

from __future__ import annotations

from cordboard.core import dial, handover, outside, talk
from cordboard.core.agent import Agent
from cordboard.core.call import Call, CallState, Transfer, TransferState
from cordboard.core.commands import Hold, LetRing
from cordboard.core.queue import Queue
from cordboard.core.records import SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Direction, TransferKind

ANSWERED = frozenset({CallState.ACTIVE, CallState.CONFERENCE, CallState.HELD})


def arm(turn: Turn, agent: Agent, call: Call, kind: TransferKind) -> None:
    """The transfer button: the caller is held and the button turns black; nobody is dialled (D7).

    Raises:
        Refused: `not_answered_yet`, `transfer_in_progress`, or `only_attended` when the agent talks with somebody else
            already (5.1-g); nothing has changed.
    """
    if call.state not in ANSWERED:
        raise Refused(Code.NOT_ANSWERED_YET)
    transfer = call.transfer
    if transfer is not None and transfer.state is not TransferState.COMPLETED:
        if transfer.state is TransferState.ARMED and transfer.kind is not kind:
            if kind is TransferKind.BLIND:
                _require_nobody_consulted(turn, agent, call)
            transfer.kind = kind
            handover.step(turn, call, TransferState.ARMED)
            return
        if transfer.kind is kind:
            return
        raise Refused(Code.TRANSFER_IN_PROGRESS)
    if kind is TransferKind.BLIND:
        _require_nobody_consulted(turn, agent, call)
    if transfer is not None:
        # A colleague's, still undoable; who has the call now passes it on.
        handover.close(turn, call)
    was_active = call.state is not CallState.HELD
    talk.hold(turn, agent, call)
    call.reason = None
    call.transfer = Transfer(
        kind=kind,
        state=TransferState.ARMED,
        initiator=agent.id,
        since=turn.now,
        was_active=was_active,
    )
    turn.note(call, Why.TRANSFER_ARMED, agent)
    handover.remember(turn, call, call.transfer)
    call.version += 1
    turn.show_call(call)


def _require_nobody_consulted(turn: Turn, agent: Agent, call: Call) -> None:
    """Without announcement is not possible to somebody with whom one is speaking (5.1-g)."""
    if any(other is not call for other in turn.board.on_line(agent)):
        raise Refused(Code.ONLY_ATTENDED)


def spoken_with_again(turn: Turn, call: Call) -> None:
    """Resumed by its own button while only armed: the agent has thought better of passing it on."""
    if call.transfer is not None and call.transfer.state is TransferState.ARMED and call.agent is not None:
        handover.step(turn, call, TransferState.CANCELLED)


def cancel(turn: Turn, agent: Agent, call: Call) -> None:
    """The same button again before it is done, or "pull back" while a blind recipient rings (5.1-h, D7).

    Raises:
        Refused: `not_armed`, `too_late` when it is done; nothing has changed.
    """
    transfer = _own(call, agent)
    match transfer.state:
        case TransferState.ARMED:
            handover.step(turn, call, TransferState.CANCELLED)
            _resume_if_free(turn, agent, call, wanted=transfer.was_active)
        case TransferState.DIALLING:
            recipient = handover.recipient_of(turn, call)
            handover.step(turn, call, TransferState.CANCELLED)
            if recipient is not None:
                talk.hang_up(turn, recipient)
            _resume_if_free(turn, agent, call, wanted=True)
        case TransferState.CONSULTING:
            # Both calls are as they were: one active, one held (5.1-j).
            handover.step(turn, call, TransferState.CANCELLED)
        case TransferState.RINGING:
            _fetch_back(turn, agent, call)
            _resume_if_free(turn, agent, call, wanted=True)
        case _:
            raise Refused(Code.TOO_LATE)


def to_recipient(
    turn: Turn, agent: Agent, call: Call, *, number: str | None, colleague: Agent | None, name: str | None
) -> None:
    """The recipient of the armed transfer is chosen: dialled with the agent listening, or blind (5.2-d, 2.6-h).

    Raises:
        Refused: `not_armed`, `transfer_in_progress`, or what keeps the agent's telephone from being used; nothing has
            changed.
    """
    transfer = _own(call, agent)
    if transfer.state is not TransferState.ARMED:
        raise Refused(Code.TRANSFER_IN_PROGRESS)
    if colleague is not None:
        _not_the_party(turn, call, colleague)
    if call.state is not CallState.HELD:
        # Resumed by the telephone itself since it was armed.
        talk.hold(turn, agent, call)
    shown = name or (colleague.name if colleague is not None else number)
    if transfer.kind is TransferKind.BLIND:
        _pass_on_blind(turn, call, number=number, colleague=colleague, name=shown)
        return
    talk.require_device(turn, agent)
    if agent.line is not None and agent.line.is_coming_up:
        raise Refused(Code.LIVE_CALL)
    recipient = dial.open_call(
        turn,
        agent,
        number=colleague.extension if colleague is not None else number,
        name=shown if colleague is not None else name,
        to=colleague.id if colleague is not None else None,
        queue=call.queue,
    )
    transfer.recipient, transfer.recipient_name = recipient.id, shown
    handover.step(turn, call, TransferState.DIALLING)
    agent.ring_back_at = None
    talk.bring_up(turn, agent, recipient)


def chosen(turn: Turn, agent: Agent, call: Call, recipient: Call) -> None:
    """Somebody whom the agent's telephone dialled by itself is the recipient of this armed transfer.

    Raises:
        Refused: `transfer_in_progress` when it has another; nothing has changed.
    """
    transfer = call.transfer
    assert transfer is not None, call
    if transfer.recipient == recipient.id:
        return
    if transfer.state is not TransferState.ARMED:
        raise Refused(Code.TRANSFER_IN_PROGRESS)
    transfer.recipient, transfer.recipient_name = recipient.id, handover.name_of(recipient) or None
    _not_for_another(turn, agent, call, recipient)
    handover.step(turn, call, TransferState.DIALLING)


def _not_for_another(turn: Turn, agent: Agent, call: Call, recipient: Call) -> None:
    """Who was dialled for another of the agent's callers is this one's now: that transfer has no recipient again."""
    for other in turn.board.calls_of(agent):
        theirs = other.transfer
        if other is not call and theirs is not None and theirs.recipient == recipient.id:
            theirs.recipient = theirs.recipient_name = None
            handover.step(turn, other, TransferState.ARMED)


def _not_the_party(turn: Turn, call: Call, colleague: Agent) -> None:
    """A colleague cannot be connected with himself."""
    peer = turn.board.calls.get(call.peer) if call.peer is not None else None
    if peer is not None and colleague.id in (peer.agent, peer.to, peer.made_by):
        raise Refused(Code.YOURSELF)


def complete(turn: Turn, agent: Agent, call: Call, to: Call, *, confirmed: bool) -> None:
    """The green check: caller and recipient hear each other, the agent is out of it (5.1-f, 5.2-f, 5.2-i).

    Raises:
        Refused: `not_armed`, `not_answered_yet`, `call_gone`, `confirm_recipient` when `to` is another customer or
            not whom the agent dialled for this; nothing has changed.
    """
    both_talk = call.state is CallState.CONFERENCE and to.state is CallState.CONFERENCE
    if call.transfer is None and both_talk:
        call.transfer = Transfer(
            kind=TransferKind.ATTENDED,
            state=TransferState.ARMED,
            initiator=agent.id,
            since=turn.now,
            was_active=True,
        )
    transfer = _own(call, agent)
    if transfer.state not in (TransferState.ARMED, TransferState.CONSULTING, TransferState.DIALLING):
        raise Refused(Code.TOO_LATE)
    if to is call or to.agent != agent.id:
        raise Refused(Code.NOT_YOUR_CALL)
    if to.state not in ANSWERED or call.state not in ANSWERED:
        raise Refused(Code.NOT_ANSWERED_YET)
    if handover.has_gone(turn, to):
        raise Refused(Code.CALL_GONE)
    another = transfer.recipient is not None and transfer.recipient != to.id
    customer = to.direction is Direction.IN and to.peer is None
    if (another or customer) and not confirmed and not both_talk:
        raise Refused(Code.CONFIRM_RECIPIENT, one=handover.name_of(call), other=handover.name_of(to))
    if transfer.state is TransferState.DIALLING:
        handover.step(turn, call, TransferState.ARMED)
        if (rings := handover.recipient_of(turn, call)) is not None:
            transfer.recipient = None
            talk.hang_up(turn, rings)
    _not_for_another(turn, agent, call, to)
    handover.join(turn, agent, call, to)


def connect_without_waiting(turn: Turn, agent: Agent, call: Call) -> None:
    """The recipient still rings: the transfer goes on as a blind one that can come back (D7).

    Raises:
        Refused: `not_armed`, or `too_late` when the recipient has answered; nothing has changed.
    """
    transfer = _own(call, agent)
    recipient = handover.recipient_of(turn, call)
    if transfer.state is not TransferState.DIALLING or recipient is None:
        raise Refused(Code.TOO_LATE if transfer.state is not TransferState.ARMED else Code.NOT_ARMED)
    board = turn.board
    transfer.kind = TransferKind.BLIND
    if recipient.to is not None or recipient.state is CallState.CONNECTING:
        # A colleague is rung for the caller itself; and nobody was dialled yet while our own telephone comes up.
        colleague = board.agents.get(recipient.to) if recipient.to is not None else None
        number, name = recipient.number, transfer.recipient_name
        transfer.recipient = None
        talk.hang_up(turn, recipient)
        _pass_on_blind(turn, call, number=number, colleague=colleague, name=name)
        return
    _leave_to_ring(turn, agent, call)
    talk.leave(turn, agent, recipient)
    recipient.agent, recipient.partner, call.partner = None, call.id, recipient.id
    turn.do(Hold(party=recipient.leg, line=agent.line.leg if agent.line is not None else None))
    turn.move(call, CallState.TRANSFERRING, SegmentOutcome.TRANSFERRED)
    turn.move(recipient, CallState.DIALLING, SegmentOutcome.TRANSFERRED)
    for each in (call, recipient):
        talk.free_line(turn, agent, each, tone=False)
    transfer.until = turn.now + board.rules.blind_ring_ms
    recipient.until = transfer.until
    turn.wake_call(transfer.until, recipient)
    handover.step(turn, call, TransferState.RINGING)


def _leave_to_ring(turn: Turn, agent: Agent, call: Call) -> None:
    """The caller hears ringing instead of music, and is not the agent's any more."""
    if call.id in agent.calls:
        talk.leave(turn, agent, call)
    call.agent, call.note, call.reason, call.taken_at = None, None, None, None
    turn.do(LetRing(leg=call.leg, call=call.id))


def _pass_on_blind(
    turn: Turn, call: Call, *, number: str | None, colleague: Agent | None, name: str | None
) -> None:
    """Blind: the recipient is rung while the caller hears it (D7)."""
    transfer = call.transfer
    assert transfer is not None, call
    board = turn.board
    agent = board.agents[transfer.initiator]
    transfer.recipient_name = name
    transfer.until = turn.now + board.rules.blind_ring_ms
    shown = dial.shown_number(board, agent, call.queue)
    _leave_to_ring(turn, agent, call)
    if colleague is not None:
        transfer.colleague = colleague.id
        call.to = colleague.id
        call.rejected.clear()
        turn.move(call, CallState.WAITING, SegmentOutcome.TRANSFERRED)
    else:
        recipient = dial.open_call(turn, None, number=number, name=name, show=shown)
        recipient.made_by = agent.id
        recipient.partner, call.partner, transfer.recipient = call.id, recipient.id, recipient.id
        dial.begin(turn, recipient, None, consults=True, ring_ms=board.rules.blind_ring_ms)
        turn.move(call, CallState.TRANSFERRING, SegmentOutcome.TRANSFERRED)
    talk.free_line(turn, agent, call, tone=False)
    handover.step(turn, call, TransferState.RINGING)


def to_queue(turn: Turn, agent: Agent, call: Call, queue: Queue) -> None:
    """The caller waits in that queue, with the time of the whole visit if the house has it so; no coming back (D7).

    Raises:
        Refused: `not_answered_yet`, `transfer_in_progress`; nothing has changed.
    """
    if call.state not in ANSWERED and call.state is not CallState.WAITING:
        raise Refused(Code.NOT_ANSWERED_YET)
    transfer = call.transfer
    if transfer is not None and transfer.state not in (TransferState.ARMED, TransferState.COMPLETED):
        raise Refused(Code.TRANSFER_IN_PROGRESS)
    if transfer is not None:
        transfer.recipient_name = queue.name
        handover.step(turn, call, TransferState.CLOSED)
    if call.id in agent.calls:
        talk.leave(turn, agent, call)
    elif call.state is CallState.WAITING:
        # Each queue has its own wait, with its own limit (D21), and its own ladder.
        turn.close_segment(call, SegmentOutcome.TRANSFERRED)
        outside.let_go(turn, call)
    turn.enters(call, queue)
    call.agent = call.to = call.back_to = call.back_until = call.until = call.note = call.reason = (
        call.taken_at
    ) = None
    call.queue, call.urgent = queue.id, call.urgent or queue.urgent
    call.priority = queue.priority
    call.queued_at = None if turn.board.rules.keep_entry_time else turn.now
    for memory in (call.rejected, call.not_before, call.tried):
        memory.clear()
    turn.place_in_queue(call)
    turn.note(call, Why.TO_QUEUE, agent, queue.id)
    turn.move(call, CallState.WAITING, SegmentOutcome.TRANSFERRED)
    call.exits = 0
    turn.sent_on.append(call)
    talk.free_line(turn, agent, call, tone=False)


def send_waiting(turn: Turn, agent: Agent, call: Call, colleague: Agent) -> None:
    """A waiting call goes to a colleague unanswered; not taken, it has its old place in the queue."""
    assert call.state is CallState.WAITING, call
    if call.transfer is not None:
        raise Refused(Code.TRANSFER_IN_PROGRESS)
    call.transfer = Transfer(
        kind=TransferKind.BLIND,
        state=TransferState.ARMED,
        initiator=agent.id,
        since=turn.now,
        was_active=False,
    )
    _pass_on_blind(turn, call, number=None, colleague=colleague, name=colleague.name)


def undo(turn: Turn, agent: Agent, call: Call) -> None:
    """Take a completed transfer back: the caller is on hold again, a consulted recipient too, another is let go (D7).

    Raises:
        Refused: `not_armed`, `too_late`; nothing has changed.
    """
    transfer = _own(call, agent)
    if transfer.state is not TransferState.COMPLETED:
        raise Refused(Code.NOT_ARMED)
    if transfer.until is None or turn.now >= transfer.until:
        raise Refused(Code.TOO_LATE)
    recipient = handover.recipient_of(turn, call)
    if recipient is None and call.partner is not None:
        # Sent to a colleague, while an outside number rang for it too and was first (D6).
        recipient = turn.board.calls.get(call.partner)
    attended = transfer.kind is TransferKind.ATTENDED
    handover.step(turn, call, TransferState.CANCELLED)
    handover.hold_for(turn, agent, call, SegmentOutcome.UNDONE)
    if recipient is not None:
        recipient.partner = None
        if attended:
            handover.hold_for(turn, agent, recipient, SegmentOutcome.UNDONE)
        else:
            talk.hang_up(turn, recipient)


def _own(call: Call, agent: Agent) -> Transfer:
    if call.transfer is None or call.transfer.initiator != agent.id:
        raise Refused(Code.NOT_ARMED)
    return call.transfer


def _resume_if_free(turn: Turn, agent: Agent, call: Call, *, wanted: bool) -> None:
    """Talk on with the caller, unless the agent talks with somebody else or the telephone cannot be used."""
    if not wanted or call.state is not CallState.HELD or turn.board.on_line(agent):
        return
    try:
        talk.resume(turn, agent, call)
    except Refused:
        return


def _fetch_back(turn: Turn, agent: Agent, call: Call) -> None:
    """A blind recipient rings and the initiator wants the caller back."""
    recipient = handover.recipient_of(turn, call)
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.WITHDRAWN)
    handover.step(turn, call, TransferState.CANCELLED)
    if recipient is not None:
        recipient.partner = None
        talk.hang_up(turn, recipient)
    handover.give_back(turn, agent, call)
