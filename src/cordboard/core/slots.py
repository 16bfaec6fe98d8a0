"""Moments of call backs: which can be planned, and how a caller chooses one by keys (3.6-t, D14)."""

from __future__ import annotations

from cordboard.core.board import Board
from cordboard.core.commands import Phrase, Sentence
from cordboard.core.queue import Queue
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Instant

DIGITS = 4
"""Hours and minutes; `930` is half past nine."""
MINUTE_MS = 60_000
SLOT_MS = 10 * MINUTE_MS
DAY_MIN = 1_440


def moment(board: Board, now: Instant, typed: str) -> Instant | None:
    """The begin of the ten minutes in which the organisation's clock shows this next; None: it is no time of day.

    Of the ten minutes that have begun already there is no begin to come: it is that of the next ones.
    """
    digits = typed.zfill(DIGITS)
    hours, minutes = int(digits[:2]), int(digits[2:])
    if len(typed) not in (DIGITS - 1, DIGITS) or hours > 23 or minutes > 59:
        return None
    wanted = hours * 60 + minutes
    at = now - now % MINUTE_MS + (wanted - board.clock(now)[1]) % DAY_MIN * MINUTE_MS
    # Summer time may begin or end before.
    off = (wanted - board.clock(at)[1] + DAY_MIN // 2) % DAY_MIN - DAY_MIN // 2
    at += (off - minutes % 10) * MINUTE_MS
    return at if at >= now else at + SLOT_MS


def spoken(board: Board, now: Instant, at: Instant) -> Phrase:
    """That moment as a caller is told it, today or tomorrow."""
    day, minute = board.clock(at)
    today = board.clock(now)[0] == day
    return Phrase(sentence=Sentence.CALL_BACK_AT if today else Sentence.CALL_BACK_TOMORROW, number=minute)


def require(turn: Turn, queue: Queue, at: Instant) -> None:
    """It can be planned for that moment.

    Raises:
        Refused: `callback_closed_hours` or `callback_full`.
    """
    opening = turn.board.opens(queue.id, at)
    if at < turn.now or opening != at:
        raise Refused(Code.CALLBACK_CLOSED_HOURS, **({} if opening is None else {"at": str(opening)}))
    most = queue.callback.per_ten_minutes
    slot = at // SLOT_MS
    planned = [b for b in turn.board.callbacks.values() if b.is_open and b.row.queue == queue.id]
    if most is not None and sum(b.row.due_at // SLOT_MS == slot for b in planned) >= most:
        raise Refused(Code.CALLBACK_FULL)


def why_not(turn: Turn, queue: Queue, at: Instant) -> Sentence | None:
    """Why nobody is called back then; None: it is possible."""
    try:
        require(turn, queue, at)
    except Refused as refused:
        full = refused.code is Code.CALLBACK_FULL
        return Sentence.CALL_BACK_FULL_THEN if full else Sentence.CALL_BACK_CLOSED_THEN
    return None
