"""A call back on the board: what is kept of it, and to whom it is offered now (3.6, D14)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.core.records import CallBackRow, CallBackStatus
from cordboard.core.types import CallBackId, Instant, UserId

OPEN = frozenset({CallBackStatus.PLANNED, CallBackStatus.IN_PROGRESS})
"""Still to take place (3.6-h)."""


@dataclass(slots=True, kw_only=True)
class CallBack:
    """One promise to ring one number for one queue."""

    row: CallBackRow
    offers: dict[UserId, Instant] = field(default_factory=dict)
    """Whose card it is now, and since when; not kept: after a restart it is offered anew."""
    declined: set[UserId] = field(default_factory=set)
    """Who rejected it in this round."""
    round_until: Instant | None = None
    """When this round of offers is over; None: none has begun."""
    rung: bool = True
    """Customer first: the customer of the attempt that goes on has been dialled, or may have been before a restart."""

    @property
    def id(self) -> CallBackId:
        """Its name."""
        return self.row.id

    @property
    def is_open(self) -> bool:
        """Still to take place."""
        return self.row.status in OPEN

    def order(self) -> tuple[Instant, str]:
        """Smaller is offered first: by the original time of entry; an appointment by its time."""
        return (self.row.due_at if self.row.entered_at is None else self.row.entered_at, self.row.id)
