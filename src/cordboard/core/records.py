"""What the core wants remembered: facts for the database, in the order in which they happened.

The writer commits them in batches, in order. Everything that must survive a crash is here: history, who is
signed in where, wrap-ups with their end, calls with the place they are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.core.types import (
    CallId,
    DeviceId,
    Direction,
    EndedBy,
    GroupId,
    Instant,
    LegId,
    QueueId,
    UserId,
)


class StoredState(Enum):
    """Where a call that is not over was, when it was last written down."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    ACTIVE = "active"
    HELD = "held"


class SegmentKind(Enum):
    """What a stretch of a call's life was."""

    WAIT = "wait"
    """In the queue with music; agent None."""
    OFFER = "offer"
    """Offered to one agent; outcome says how that ended."""
    TALK = "talk"
    HOLD = "hold"


class SegmentOutcome(Enum):
    """How a segment ended."""

    ANSWERED = "answered"
    """This offer was taken by its agent; a wait that led to an answer."""
    ELSEWHERE = "elsewhere"
    """Another agent took the call."""
    REJECTED = "rejected"
    MISSED = "missed"
    """It rang its full time and nobody took it."""
    WITHDRAWN = "withdrawn"
    """The offer ended for another reason: signed out, device lost, no longer free."""
    ABANDONED = "abandoned"
    """The caller hung up first."""
    HELD = "held"
    RESUMED = "resumed"
    ENDED = "ended"
    RETURNED = "returned"
    """The agent's line was lost; the caller went back to waiting."""
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOpened:
    """A caller reached a queue, or an agent dialled out."""

    call: CallId
    leg: LegId
    queue: QueueId | None
    direction: Direction
    number: str | None
    name: str | None
    dialled: str | None
    """The number of ours that was called; None for an outgoing call."""
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMoved:
    """The call's place changed; what recovery reads after a crash."""

    call: CallId
    state: StoredState
    agent: UserId | None
    answered_at: Instant | None
    """When an agent first answered it; None: not yet."""
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentClosed:
    """A stretch of the call's life is over; written once, complete."""

    call: CallId
    kind: SegmentKind
    agent: UserId | None
    started_at: Instant
    ended_at: Instant
    outcome: SegmentOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CallClosed:
    """The call is over: exactly one of these for each CallOpened."""

    call: CallId
    answered: bool
    ended_by: EndedBy
    agent: UserId | None
    """Who handled it last; None when nobody did."""
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSignInChanged:
    """An agent signed in to or out of a queue."""

    agent: UserId
    queue: QueueId
    signed_in: bool
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePaired:
    """An agent's device changed; None: no device."""

    agent: UserId
    device: DeviceId | None
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChosen:
    """An agent works for this group now."""

    agent: UserId
    group: GroupId
    at: Instant


class WrapUpKind(Enum):
    """What started a wrap-up."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpChanged:
    """An agent's wrap-up began, changed or ended.

    Attributes:
        kind: None: no wrap-up (it ended).
        since: start; None with kind None.
        until: end by itself; None: open-ended, or no wrap-up.
        pending_ms: wrap-up that still follows when the last live call ends (D9); 0: none.
        armed: the clock was pressed during a call; manual wrap-up follows (2.4-f).
    """

    agent: UserId
    kind: WrapUpKind | None
    since: Instant | None
    until: Instant | None
    pending_ms: int
    armed: bool
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayChanged:
    """The agent let three offers ring unanswered and is set to "not answered", or came back (D3)."""

    agent: UserId
    away: bool
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMethodLearned:
    """The device showed at an answered call that it can be answered by NOTIFY talk."""

    device: DeviceId
    method: str
    at: Instant


Record = (
    CallOpened
    | CallMoved
    | SegmentClosed
    | CallClosed
    | QueueSignInChanged
    | DevicePaired
    | GroupChosen
    | WrapUpChanged
    | AwayChanged
    | AnswerMethodLearned
)
