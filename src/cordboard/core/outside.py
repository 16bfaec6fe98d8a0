"""The outside number that rings for an urgent caller who waits, beside whoever else is asked (D6)."""

from __future__ import annotations

from cordboard.core import talk
from cordboard.core.call import Call, CallState
from cordboard.core.turn import Turn


def rings_for(turn: Turn, call: Call) -> Call | None:
    """The call to that number; None: none rings."""
    other = turn.board.calls.get(call.partner) if call.partner is not None else None
    waits = call.state is not CallState.TRANSFERRING
    rings = other is not None and other.partner == call.id and other.state is CallState.DIALLING
    return other if waits and rings else None


def let_go(turn: Turn, call: Call) -> None:
    """It rings no more: the caller has somebody, or goes where this ladder counts no more."""
    other = rings_for(turn, call)
    if other is not None:
        # Who lifts it would hear nobody.
        other.partner = call.partner = None
        talk.hang_up(turn, other)
