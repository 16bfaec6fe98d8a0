"""Gaps: stretches of time of which the history may not have everything (reliability F20)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.core.types import Instant

SHOWN_MS = 24 * 3_600_000
"""So long a gap stands among the alarms of those who supervise; in the history it stays."""


class GapReason(Enum):
    """Why something may be missing."""

    OVERFLOW = "overflow"
    """The database was away for so long that the memory was full; the oldest was given up."""
    REFUSED = "refused"
    """The database would never have taken it: it contradicts what is there."""
    DIED = "died"
    """The server ended without a stop, with what it had not written; until the next one nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Between these two moments records may be missing."""

    since: Instant
    until: Instant
    """Not before `since`."""
    reason: GapReason
    records: int | None
    """How many are; None: nobody knows, perhaps none."""
