"""Puts the calls that had not ended back on the board, each where it was, with what still falls due (D16)."""

from __future__ import annotations

import heapq

from cordboard.app.ports import StoredCall, StoredTransfer
from cordboard.core import dial, offer
from cordboard.core.board import Board
from cordboard.core.call import OWN, Call, CallState, Transfer, TransferState
from cordboard.core.records import SegmentKind
from cordboard.core.turn import CALL_ALARM, OF_AGENT, SEGMENT
from cordboard.core.types import CallId, Direction, Instant, UserId


def set_alarm(board: Board, at: Instant, whom: str) -> None:
    """Have this agent or call looked at then; what is past is looked at in the first turn."""
    if (at, whom) not in board.alarms_set:
        board.alarms_set.add((at, whom))
        heapq.heappush(board.alarms, (at, whom))


def take_up(board: Board, stored: StoredCall) -> None:
    """One call; it is believed to live until the exchange has spoken."""
    queue = board.queues.get(stored.queue) if stored.queue is not None else None
    call = Call(
        id=stored.id,
        leg=stored.leg,
        queue=queue.id if queue is not None else None,
        direction=stored.direction,
        number=stored.number,
        name=stored.name,
        entered_at=stored.entered_at,
        queued_at=stored.queued_at,
        urgent=stored.urgent or (queue is not None and queue.urgent),
        priority=queue.priority if queue is not None else 0,
        peer=stored.peer,
        partner=stored.partner,
        reason=stored.reason,
        not_reached=stored.not_reached,
        state=CallState(stored.state.value),
        since=stored.since,
        segment_since=stored.segment_since,
        answered_at=stored.answered_at,
        handled_by=_known(board, stored.handled_by),
        made_by=_known(board, stored.made_by),
        picked=stored.picked,
        rung=stored.past.rung,
        led_out=stored.past.led_out,
        tried={user for user in stored.past.tried if user in board.agents},
        confirmed=False,
    )
    _refusals(board, call, stored)
    agent = board.agents.get(stored.agent) if stored.agent is not None else None
    if agent is not None and call.state is not CallState.WAITING:
        call.agent = agent.id
        agent.calls.append(call.id)
    elif call.state in OWN and call.direction is Direction.IN:
        # Whose it was has left the organisation.
        call.state = CallState.WAITING
    if call.direction is Direction.OUT and call.state is not CallState.WAITING and call.queue is None:
        call.to = _known(board, stored.to)
        call.show = dial.shown_number(board, agent, None)
    _segment(call)
    if stored.transfer is not None:
        _transfer(board, call, stored.transfer)
    if call.state is CallState.WAITING:
        _waits(board, call, stored)
    elif call.state is CallState.CONNECTING and call.direction is Direction.IN:
        # Whom it is for takes it: should the telephone not come up, it is still for that person alone.
        call.to = _known(board, stored.to)
    elif call.state is CallState.LEAVING and call.direction is Direction.IN:
        # For whom the message is that the caller may leave.
        call.to = _known(board, stored.to)
    elif call.state is CallState.DIALLING and call.partner is None:
        wait = board.rules.dial_ring_ms + (board.rules.direct_ring_ms if call.peer is not None else 0)
        _until(board, call, stored.since + wait)
    if call.queue is not None:
        call.visited.add(call.queue)
    board.add(call)


def join_partners(board: Board) -> None:
    """A waiting caller for whom an outside number rings as well knows of it by that one's word (D6)."""
    for call in board.calls.values():
        other = board.calls.get(call.partner) if call.partner is not None else None
        if call.state is CallState.DIALLING and other is not None and other.partner is None:
            other.partner = call.id


def _refusals(board: Board, call: Call, stored: StoredCall) -> None:
    """Who refused it is not asked again at once; an urgent call can only be silenced for a moment (D4, D6)."""
    refused = {user: at for user, at in stored.past.rejected.items() if user in board.agents}
    if call.urgent:
        call.not_before = {user: at + offer.URGENT_AGAIN_MS for user, at in refused.items()}
    else:
        call.rejected = refused


def _known(board: Board, user: UserId | None) -> UserId | None:
    return user if user in board.agents else None


def _segment(call: Call) -> None:
    """The stretch that is running, as the core has it in this state."""
    if call.state is CallState.CONNECTING and call.direction is Direction.OUT and call.answered_at is None:
        call.segment = SegmentKind.DIAL
    else:
        call.segment = SEGMENT[call.state]
    call.segment_agent = call.agent if call.segment in OF_AGENT else None


def _transfer(board: Board, call: Call, stored: StoredTransfer) -> None:
    call.transfer = Transfer(
        kind=stored.kind,
        state=stored.state,
        initiator=stored.initiator,
        since=stored.since,
        was_active=stored.was_active,
        recipient=stored.recipient,
        colleague=_known(board, stored.colleague),
        recipient_name=stored.recipient_name,
        until=stored.until,
    )
    if stored.until is not None:
        _look_at(board, stored.until, call.id)


def _waits(board: Board, call: Call, stored: StoredCall) -> None:
    """For whom, and until when, before the next rule is asked (D7, D29)."""
    rules = board.rules
    transfer = call.transfer
    call.returned = stored.returned
    if transfer is not None and transfer.state is TransferState.RINGING and transfer.colleague is not None:
        call.to = transfer.colleague
    elif stored.back_to is not None and stored.back_at is not None:
        call.returned = True
        call.back_to = _known(board, stored.back_to)
        call.back_until = stored.back_at + rules.return_ms
        _look_at(board, call.back_until, call.id)
    elif stored.to is not None and call.direction is Direction.IN:
        # A direct call, or one that a rule led to this person.
        call.to = _known(board, stored.to)
        _until(board, call, stored.since + rules.direct_ring_ms)


def _until(board: Board, call: Call, at: Instant) -> None:
    call.until = at
    _look_at(board, at, call.id)


def _look_at(board: Board, at: Instant, call: CallId) -> None:
    set_alarm(board, at, f"{CALL_ALARM}{call}")
