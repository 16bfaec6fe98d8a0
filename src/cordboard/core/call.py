"""A call: the caller's leg, where it stands, and who may take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.types import CallId, Direction, Instant, LegId, QueueId, UserId


class CallState(Enum):
    """Where a call is in its life; exactly one of these at a time.

    ::

        waiting -> connecting -> active <-> held -> ended
           ^           |           |         |
           +--no phone-+           +-lost----+
           |                            |
           +------- line not back ------+

    Whether a waiting call is offered to anybody is read from its offers.
    """

    WAITING = "waiting"
    """In the queue, hearing music."""
    CONNECTING = "connecting"
    """An agent has clicked; the agent's device is not up yet. The caller still hears music."""
    ACTIVE = "active"
    """Caller and agent hear each other."""
    HELD = "held"
    """The caller hears music and belongs to an agent."""
    ENDED = "ended"


class Note(Enum):
    """Something about a call that its agent must know."""

    PHONE_HOLD = "phone_hold"
    ANSWER_ON_PHONE = "answer_on_phone"
    LINE_LOST = "line_lost"
    NOBODY_ELSE = "nobody_else"


@dataclass(slots=True, kw_only=True)
class Offer:
    """A waiting call shown to one agent as a card that can be answered."""

    agent: UserId
    since: Instant
    nobody_else: bool = False
    """Offered again after a rejection since nobody else is free (D4)."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One caller's visit."""

    id: CallId
    leg: LegId
    queue: QueueId | None
    direction: Direction
    number: str | None
    name: str | None
    entered_at: Instant
    """Start of the visit; the place in the queue is kept by it through every return."""
    urgent: bool
    priority: int
    state: CallState = CallState.WAITING
    since: Instant = 0
    """Since when it is in this state."""
    segment_since: Instant = 0
    """Start of the segment that is running (connecting belongs to the wait)."""
    version: int = 1
    """Grows when state or agent changes; what a command of the console expects (D23)."""
    agent: UserId | None = None
    answered_at: Instant | None = None
    """When an agent first answered it; None: not yet."""
    taken_at: Instant | None = None
    """When the present agent and the caller first heard each other; None: they have not."""
    handled_by: UserId | None = None
    """Who talked with the caller last, also after a return to the queue; None: nobody did."""
    returned: bool = False
    """It came back from an agent whose line was lost: the front of its queue is its place (D16)."""
    note: Note | None = None
    offers: dict[UserId, Offer] = field(default_factory=dict)
    rejected: dict[UserId, Instant] = field(default_factory=dict)
    """Who refused it, and when (D4)."""
    tried: set[UserId] = field(default_factory=set)
    """Who let it ring, in strategies that offer to one agent at a time; emptied when all were tried."""
    not_before: dict[UserId, Instant] = field(default_factory=dict)
    """Earliest moment to offer it again to an agent whose handset rejected an urgent call (D6)."""
    confirmed: bool = True
    """False after a restart until the exchange has said that the leg lives."""

    def order(self) -> tuple[bool, int, bool, Instant, str]:
        """Smaller is offered first: urgent, priority, returned, then time of entry; the id settles a draw."""
        return (not self.urgent, -self.priority, not self.returned, self.entered_at, self.id)

    def talked_ms(self, now: Instant) -> int:
        """How long the present agent has had the caller; 0 when they never heard each other."""
        return now - self.taken_at if self.taken_at is not None else 0
