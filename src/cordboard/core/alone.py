"""Calls that the exchange handled by itself while we were away, written down afterwards (F2, D15, D24).

Nothing can be done any more about such a call. What is written of it is what would have been: its wait, who talked
for how long, its end; it counts in its queue's numbers, and a caller to whom nobody spoke is on the missed list.
"""

from __future__ import annotations

from cordboard.core import callback, missed, talk
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.events import CallHandledAlone
from cordboard.core.notices import Thing
from cordboard.core.queue import Queue
from cordboard.core.records import (
    CallClosed,
    CallMoved,
    CallOpened,
    MissedWhy,
    Noted,
    SegmentClosed,
    SegmentKind,
    SegmentOutcome,
    StoredState,
    Why,
)
from cordboard.core.statistics import SHORT_ABANDON_MS
from cordboard.core.turn import Turn
from cordboard.core.types import Direction, EndedBy, Instant

EARLY = "early"
"""Detail of the line of a caller who gave up before any telephone rang."""
NOBODY = "nobody"
"""Detail of the end of a call that nobody answered, when that was said to its caller."""
TOLD_MAX = 10_000
"""Of so many calls it is remembered that they were told; of an older one the database has known for long."""
_SEEN = frozenset({EndedBy.CALLER, EndedBy.AGENT, EndedBy.EXIT})
"""Whose doing its end was."""


def handled(turn: Turn, event: CallHandledAlone) -> None:
    """One of them is over. Told again, nothing happens."""
    board = turn.board
    if event.call in board.calls or event.leg in board.ended or event.call in board.told_of:
        return
    board.told_of[event.call] = None
    if len(board.told_of) > TOLD_MAX:
        del board.told_of[next(iter(board.told_of))]
    queue = board.queues.get(event.queue) if event.queue is not None else None
    agent = _who_answered(board, event)
    call = _as_it_was(turn, event, queue, agent)
    _write(turn, call, event, agent)
    if queue is not None:
        _count(turn, call, queue, event, agent)
    if call.answered_at is not None and event.ended_by is not EndedBy.LOST:
        missed.spoken_with_then(turn, call)
        if agent is not None:
            for attempt in callback.spoken_with(turn, call, since=call.answered_at):
                talk.hang_up(turn, attempt)
    elif event.ended_by is EndedBy.LOST:
        missed.then(turn, call, MissedWhy.INTERRUPTED)
    else:
        missed.then(turn, call, MissedWhy.FALLBACK)


def _who_answered(board: Board, event: CallHandledAlone) -> Agent | None:
    """Who has the telephone paired; None: nobody, or nobody answered."""
    device = board.devices.get(event.device) if event.device is not None else None
    return board.agents.get(device.used_by) if device is not None and device.used_by is not None else None


def _as_it_was(turn: Turn, event: CallHandledAlone, queue: Queue | None, agent: Agent | None) -> Call:
    """The call with moments in their order, none of them in the future, whatever the exchange's clock did."""
    ended = min(event.ended_at, turn.now)
    began = min(event.began_at, ended)
    answered = None if event.answered_at is None else max(began, min(event.answered_at, ended))
    return Call(
        id=event.call,
        leg=event.leg,
        queue=queue.id if queue is not None else None,
        direction=Direction.IN,
        number=event.number,
        name=event.name,
        entered_at=began,
        urgent=queue is not None and queue.urgent,
        priority=0,
        to=event.to if queue is None and event.to in turn.board.agents else None,
        state=CallState.ENDED,
        since=ended,
        answered_at=answered,
        agent=agent.id if agent is not None else None,
    )


def _write(turn: Turn, call: Call, event: CallHandledAlone, agent: Agent | None) -> None:
    began, ended = call.entered_at, call.since
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=call.queue,
            direction=Direction.IN,
            number=call.number,
            name=call.name,
            dialled=event.dialled,
            at=began,
            to=call.to,
        )
    )
    person = turn.board.agents.get(call.to) if call.to is not None else None
    _note(turn, call, Why.ENTERED, began, person, call.queue)
    rang = event.rang_at
    _note(
        turn,
        call,
        Why.FALLBACK,
        ended if rang is None else max(began, min(rang, ended)),
        None,
        EARLY if rang is None else None,
    )
    if call.answered_at is None:
        _stretch(turn, call, SegmentKind.WAIT, None, began, ended, _waited_in_vain(event.ended_by))
    else:
        _answered(turn, call, event, agent, call.answered_at)
    turn.remember(
        CallClosed(
            call=call.id,
            answered=call.answered_at is not None,
            ended_by=event.ended_by,
            agent=call.agent,
            at=ended,
        )
    )
    nobody = event.ended_by is EndedBy.EXIT
    _note(turn, call, Why.ENDED, ended, agent, NOBODY if nobody else event.ended_by.value)


def _answered(
    turn: Turn, call: Call, event: CallHandledAlone, agent: Agent | None, answered_at: Instant
) -> None:
    device = turn.board.devices.get(event.device) if event.device is not None else None
    turn.remember(
        CallMoved(
            call=call.id,
            # Who is nobody of ours as far as we know is as one to whom a rule led the caller.
            state=StoredState.ACTIVE if agent is not None else StoredState.TRANSFERRED,
            agent=call.agent,
            answered_at=answered_at,
            at=answered_at,
            queue=call.queue,
            to=call.to,
        )
    )
    _stretch(turn, call, SegmentKind.WAIT, None, call.entered_at, answered_at, SegmentOutcome.ANSWERED)
    _note(
        turn,
        call,
        Why.FALLBACK_ANSWERED,
        answered_at,
        agent,
        device.name if device is not None else None,
    )
    kind = SegmentKind.TALK if agent is not None else SegmentKind.AWAY
    outcome = SegmentOutcome.ENDED if event.ended_by in _SEEN else SegmentOutcome.LOST
    _stretch(turn, call, kind, agent, answered_at, call.since, outcome)


def _waited_in_vain(by: EndedBy) -> SegmentOutcome:
    if by is EndedBy.CALLER:
        return SegmentOutcome.ABANDONED
    return SegmentOutcome.ENDED if by in _SEEN else SegmentOutcome.LOST


def _stretch(
    turn: Turn,
    call: Call,
    kind: SegmentKind,
    agent: Agent | None,
    began: Instant,
    ended: Instant,
    outcome: SegmentOutcome,
) -> None:
    turn.remember(
        SegmentClosed(
            call=call.id,
            kind=kind,
            agent=agent.id if agent is not None else None,
            started_at=began,
            ended_at=ended,
            outcome=outcome,
        )
    )


def _note(
    turn: Turn, call: Call, why: Why, at: Instant, agent: Agent | None = None, detail: str | None = None
) -> None:
    turn.remember(
        Noted(call=call.id, why=why, agent=agent.id if agent is not None else None, detail=detail, at=at)
    )


def _count(turn: Turn, call: Call, queue: Queue, event: CallHandledAlone, agent: Agent | None) -> None:
    """In the minutes in which it happened, as the database will count it after a restart (D15)."""
    queue.numbers.entered(call.entered_at)
    if call.answered_at is not None and agent is not None:
        queue.numbers.was_answered(entered_at=call.entered_at, answered_at=call.answered_at, by=agent.id)
    elif _hardly_called(call, event):
        queue.numbers.gave_up_early(call.entered_at)
    turn.show(Thing.QUEUE, queue.id)


def _hardly_called(call: Call, event: CallHandledAlone) -> bool:
    gave_up = call.answered_at is None and event.ended_by is EndedBy.CALLER
    return gave_up and call.since - call.entered_at < SHORT_ABANDON_MS
