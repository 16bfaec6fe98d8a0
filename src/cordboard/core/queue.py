"""A queue: where callers wait, and the rules it is set to (2.1.1-k)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.core.statistics import QueueNumbers
from cordboard.core.types import GroupId, QueueId, Strategy, UserId


@dataclass(slots=True, kw_only=True)
class Queue:
    """One queue with its settings, who is signed in to it, and its numbers of today."""

    id: QueueId
    name: str
    urgent: bool = False
    priority: int = 0
    position: int = 0
    strategy: Strategy = Strategy.RING_ALL
    ring_ms: int = 20_000
    """How long a device rings for one offer (D3)."""
    wrap_up_ms: int = 0
    """Automatic wrap-up after a call of this queue; 0: none (2.3-f)."""
    ring_until_answered: bool = False
    locked: bool = False
    groups: frozenset[GroupId] = frozenset()
    signed_in: set[UserId] = field(default_factory=set)
    numbers: QueueNumbers = field(default_factory=QueueNumbers)
