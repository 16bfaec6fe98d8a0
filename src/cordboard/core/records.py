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
    TransferKind,
    UserId,
)


class StoredState(Enum):
    """Where a call that is not over was, when it was last written down."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    DIALLING = "dialling"
    ACTIVE = "active"
    CONFERENCE = "conference"
    HELD = "held"
    TRANSFERRING = "transferring"
    TRANSFERRED = "transferred"
    LEAVING = "leaving"


class SegmentKind(Enum):
    """What a stretch of a call's life was."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    WAIT = "wait"
    """In the queue with music; agent None."""
    OFFER = "offer"
    """Offered to one agent; outcome says how that ended."""
    DIAL = "dial"
    """An outgoing call rings at the other side."""
    TALK = "talk"
    HOLD = "hold"
    TRANSFER = "transfer"
    """Passed on blind: hears ringing; agent None."""
    AWAY = "away"
    """Talks with a recipient without an agent of ours; agent None."""
    LEAVE = "leave"
    """Hears an announcement or leaves a message; agent None."""


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
    """The agent's line was lost, or a transfer came back; the caller went back to waiting."""
    TRANSFERRED = "transferred"
    """The agent passed the call on."""
    UNDONE = "undone"
    """A transfer was taken back."""
    NOT_REACHED = "not_reached"
    LED_OUT = "led_out"
    """A rule led the caller out of the queue (D21)."""
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
    to: UserId | None = None
    """A direct call: for whom."""
    peer: CallId | None = None
    """The other end of a call between two of our own people."""
    agent: UserId | None = None
    """Who dialled; None for an incoming call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMoved:
    """The call's place changed; what recovery reads after a crash."""

    call: CallId
    state: StoredState
    agent: UserId | None
    answered_at: Instant | None
    """When it was first answered; None: not yet."""
    at: Instant
    leg: LegId | None = None
    """The party's leg, when it only now got one (an outgoing call); None: as it was opened."""
    queue: QueueId | None = None
    """The queue it is in now; None: none, or a direct call."""
    partner: CallId | None = None
    """With whom it talks while transferred."""
    picked: bool = False
    to: UserId | None = None
    """Whom alone it is for now, or who was called; None: nobody, or a queue's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferMoved:
    """Passing a caller on came a step further; with an end state nothing is in progress any more (D7)."""

    call: CallId
    kind: TransferKind
    state: str
    """A value of TransferState."""
    initiator: UserId
    was_active: bool
    recipient: CallId | None
    colleague: UserId | None
    recipient_name: str | None
    until: Instant | None
    reason: str | None
    """A value of Reason, with a failed or returned one."""
    at: Instant


class Why(Enum):
    """One line of a call's log: why it rang whom, and why not (the detail pane says it in words)."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    ENTERED = "entered"
    OFFERED = "offered"
    RANG_OUT = "rang_out"
    REJECTED = "rejected"
    NOT_REACHED = "not_reached"
    """The telephone could not be rung."""
    WITHDRAWN = "withdrawn"
    """Signed out, busy or gone meanwhile."""
    SKIPPED_BUSY = "skipped_busy"
    SKIPPED_WRAP_UP = "skipped_wrap_up"
    SKIPPED_PAUSED = "skipped_paused"
    SKIPPED_AWAY = "skipped_away"
    SKIPPED_NO_DEVICE = "skipped_no_device"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    TAKEN = "taken"
    PICKED = "picked"
    DEVICE_FAILED = "device_failed"
    """Clicked, but the telephone did not come up: the caller waits again."""
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFER_ARMED = "transfer_armed"
    TRANSFER_CANCELLED = "transfer_cancelled"
    TRANSFER_FAILED = "transfer_failed"
    TRANSFER_RETURNED = "transfer_returned"
    TRANSFERRED = "transferred"
    TRANSFER_UNDONE = "transfer_undone"
    TO_QUEUE = "to_queue"
    RETURNED = "returned"
    """The agent's telephone was lost; back to the front of the queue."""
    ESCALATED = "escalated"
    LED_OUT = "led_out"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A line of the call's log."""

    call: CallId
    why: Why
    agent: UserId | None
    """Whom it is about; None: nobody."""
    detail: str | None
    """A queue's id, a recipient's name, a reason; None: nothing more to say."""
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """A caller left a message (D29)."""

    call: CallId
    name: str
    ms: int
    to: UserId | None
    """For whom; None: for the queue."""
    queue: QueueId | None
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseChanged:
    """An agent takes no calls for a reason, or came back (reason None) (D11)."""

    agent: UserId
    reason: str | None
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
    queue: QueueId | None = None
    """Whose rules hold."""
    extended: int = 0


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
    | TransferMoved
    | Noted
    | MessageLeft
    | PauseChanged
)
