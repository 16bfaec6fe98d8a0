"""What the core wants remembered: facts for the database, in the order in which they happened.

The writer commits them in batches, in order. Everything that must survive a crash is here: history, who is
signed in where, wrap-ups with their end, calls with the place they are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.types import (
    CallBackId,
    CallId,
    DeviceId,
    Direction,
    EndedBy,
    GroupId,
    Instant,
    LegId,
    MissedId,
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
    queued_at: Instant | None = None  # from when its place counts, see `Call`
    to: UserId | None = None
    """Whom alone it is for now, or who was called; None: nobody, or a queue's."""
    counts: bool = True
    """False: it waits where its first call was counted already, as a customer who is called back (D15)."""


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
    RECOGNISED = "recognised"
    """The number is somebody's whom we know; the detail is the name."""
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
    CALL_BACK = "call_back"
    """The caller asked to be called back by a key, and was promised it (3.6-t)."""
    FALLBACK = "fallback"
    """We were away, and the exchange had the telephones ring by itself (F2); with the detail `early` the caller gave
    up before they rang."""
    FALLBACK_ANSWERED = "fallback_answered"
    """Who answered then; the detail is the telephone's name."""
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
class CallNamed:
    """Whose number it is was found out (2.1.2-e)."""

    call: CallId
    name: str
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


class CallBackStatus(Enum):
    """Where a call back stands (3.6-e to 3.6-h). The moves are in `transitions`."""

    PLANNED = "planned"
    """To take place: before the first attempt, or between two."""
    IN_PROGRESS = "in_progress"
    """An agent took it and the telephone comes up, or the customer's rings; customer first: or the customer waits."""
    SUCCEEDED = "succeeded"
    """The customer answered."""
    FAILED = "failed"
    """After the last attempt (3.6-i)."""
    CANCELLED = "cancelled"


class CallBackReason(Enum):
    """Why a call back stands where it stands; of the last attempt while it is planned again."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    NO_AGENT = "no_agent"
    """Nobody accepted it in a whole round of offers."""
    ALREADY_SPOKEN = "already_spoken"
    """The customer called again, or was called, and was answered meanwhile."""
    BY_AGENT = "by_agent"
    MANUAL = "manual"
    """Answered at an attempt that an agent made by hand."""
    EXPIRED = "expired"
    """Its queue is no more."""
    BLOCKED = "blocked"
    """The organisation does not call back that number any more."""
    HUNG_UP = "hung_up"
    """Customer first: the customer answered, and did not wait for an agent."""


class RequestedBy(Enum):
    """Who asked for a call back."""

    CALLER = "caller"
    AGENT = "agent"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackRow:
    """A call back as it is from now on: written whole at every change (3.6-k)."""

    id: CallBackId
    queue: QueueId
    number: str
    """E.164 digits without plus."""
    name: str | None
    owner: UserId | None
    """The one employee whose appointment it is; None: anybody's of the queue."""
    requested_at: Instant
    requested_by: RequestedBy
    entered_at: Instant | None
    """When the caller entered the queue: the place that was kept; None: an appointment."""
    due_at: Instant
    """The next attempt; of one that is over: the last that was planned."""
    planned_at: Instant
    """As it was planned first."""
    last_attempt_at: Instant | None = None
    attempts: int = 0
    """How often the customer was dialled and did not answer, and rounds in which an owner did not accept (D14)."""
    status: CallBackStatus = CallBackStatus.PLANNED
    handled_by: UserId | None = None
    """Who is at it, spoke with the customer or cancelled it."""
    reason: CallBackReason | None = None
    ended_at: Instant | None = None
    call: CallId | None = None
    """The attempt that is going on; of one that is over: by hand."""
    at: Instant


class MissedWhy(Enum):
    """Why a caller was not helped."""

    ABANDONED = "abandoned"
    """Hung up while waiting."""
    CLOSED = "closed"
    """Called outside the opening hours."""
    NOT_HELPED = "not_helped"
    """Led out of the queue for another reason: full, nobody there, waited too long."""
    MESSAGE = "message"
    """Left a message (D29)."""
    INTERRUPTED = "interrupted"
    """Broken off by the exchange's death (D16)."""
    CALLBACK_FAILED = "callback_failed"
    """Was called back in vain (3.6-i)."""
    FALLBACK = "fallback"
    """Called while we were away, and nobody answered the telephones that the exchange had ring by itself (F2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedRow:
    """A caller of a queue to whom nobody spoke, as it is from now on: written whole at every change."""

    id: MissedId
    queue: QueueId
    number: str | None
    """E.164 digits without plus, or an extension; None: withheld, so every call is an entry of its own."""
    name: str | None
    at: Instant
    """When the newest call entered the queue, or the call back failed."""
    why: MissedWhy
    """Of the newest call."""
    message: str | None = None
    """Name of the last message that the caller left; None: none."""
    times: int = 1
    """How often this caller has called in vain."""
    last_call: CallId | None = None
    """The newest call; None: of a call back only."""
    attempts: int = 0
    """How often the caller was called from this list and did not answer."""
    last_attempt_at: Instant | None = None
    claimed_by: UserId | None = None
    """Who calls; None: nobody yet."""
    claimed_at: Instant | None = None
    attempt: CallId | None = None
    """The call of who claimed it, while it goes on."""
    closed_at: Instant | None = None
    """None: somebody has to call."""
    closed_by: UserId | None = None
    """Who spoke to the caller or closed it by hand; None with an instant: nobody did, and it became too old."""
    written_at: Instant


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
    | SignInRemembered
    | DevicePaired
    | GroupChosen
    | WrapUpChanged
    | AwayChanged
    | AnswerMethodLearned
    | TransferMoved
    | Noted
    | CallNamed
    | MessageLeft
    | CallBackRow
    | MissedRow
    | PauseChanged
)
