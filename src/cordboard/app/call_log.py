"""What the log of a call that is not over says of its past: what a new server must know to go on as the old one did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.core.records import Noted, Why
from cordboard.core.types import Instant, UserId
from cordboard.core.urgent import Rung

TELLING = frozenset({Why.ESCALATED, Why.LED_OUT, Why.NOT_REACHED, Why.RANG_OUT, Why.REJECTED, Why.TO_QUEUE})
"""The lines that matter."""


@dataclass(slots=True, kw_only=True)
class Past:
    """Of one call, as the core had it in mind."""

    rung: Rung = Rung.SIGNED_IN
    """How far it has climbed in the stretch that is running (D6): an outside number is not rung a second time."""
    led_out: str | None = None
    """By which reason it was led out last (D21, D29); None: it was not."""
    rejected: dict[UserId, Instant] = field(default_factory=dict)
    """Who refused it in the queue that it is in, and when (D4)."""
    tried: set[UserId] = field(default_factory=set)
    """Who let it ring since all had their turn, where one agent at a time is rung (D3)."""


def past_of(lines: Iterable[Noted], segment_since: Instant) -> Past:
    """Read a call's log.

    Args:
        lines: in the order in which they were told; those that are not `TELLING` say nothing here.
        segment_since: when the stretch that is running began; each wait begins at the bottom of the ladder.
    """
    past = Past()
    for line in lines:
        match line.why:
            case Why.ESCALATED if line.at > segment_since and line.detail is not None:
                past.rung = max(past.rung, Rung[line.detail.upper()])
            case Why.LED_OUT:
                past.led_out = line.detail
            case Why.REJECTED if line.agent is not None:
                past.rejected[line.agent] = line.at
            case Why.RANG_OUT | Why.NOT_REACHED if line.agent is not None:
                if line.agent in past.tried:
                    # Nobody has a second turn before all have had the first.
                    past.tried.clear()
                past.tried.add(line.agent)
            case Why.TO_QUEUE:
                # Another queue, other people.
                past.rejected.clear()
                past.tried.clear()
            case _:
                pass
    return past
