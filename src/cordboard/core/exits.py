"""Ways out: where a caller is led whom nobody takes.

Decisions D21 (queues) and D29 (direct calls).
"""

from __future__ import annotations

from cordboard.core import talk
from cordboard.core.call import Call, Reason
from cordboard.core.commands import (
    HangUp,
    HangUpReason,
)
from cordboard.core.events import MessageRecorded
from cordboard.core.queue import Queue
from cordboard.core.records import SegmentOutcome, Why
from cordboard.core.rules import Exit, ExitAction
from cordboard.core.turn import Turn
from cordboard.core.types import EndedBy, LegId


def stranded(turn: Turn, call: Call, reason: Reason) -> None:
    """Nobody took this direct caller, or nobody answered the number that a rule dialled."""
    person = turn.board.agents.get(call.to) if call.to is not None else None
    rule = (person.direct_exit if person is not None else None) or turn.board.rules.direct_exit
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.MISSED)
    lead_out(turn, call, rule, reason.value)


def lead_out(turn: Turn, call: Call, way: Exit, why: str) -> None:
    """Lead this caller out."""
    turn.note(call, Why.LED_OUT, detail=why)
    busy = way.action is ExitAction.BUSY
    turn.do(HangUp(leg=call.leg, reason=HangUpReason.BUSY if busy else HangUpReason.NORMAL))
    talk.end(turn, call, EndedBy.EXIT)


def on_arrival(turn: Turn, call: Call) -> None:
    """A caller has entered a queue."""


def announcement_ended(turn: Turn, leg: LegId) -> None:
    """What was to be said is said."""


def message_recorded(turn: Turn, event: MessageRecorded) -> None:
    """A caller left a message."""


def opened(turn: Turn, queue: Queue, *, is_open: bool) -> None:
    """Opening hours began or ended."""
    queue.open = is_open


def due(turn: Turn, call: Call) -> None:
    """Something about a waiting caller may be due."""
