"""An agent: a user as somebody who takes calls, with one device and that device's line (D27)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.records import WrapUpKind
from cordboard.core.rules import Exit
from cordboard.core.types import (
    AnswerMethod,
    CallId,
    DeviceId,
    DeviceKind,
    GroupId,
    Instant,
    LegId,
    QueueId,
    Right,
    UserId,
)


class AgentStatus(Enum):
    """What colleagues see (D11)."""

    AVAILABLE = "available"
    RINGING = "ringing"
    IN_CALL = "in_call"
    HOLDING = "holding"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    NOT_ANSWERED = "not_answered"
    DEVICE_LOST = "device_lost"
    CONSOLE_GONE = "console_gone"
    SIGNED_OUT = "signed_out"
    """In no queue, at a console or with neither console nor telephone."""
    PHONE_FREE = "phone_free"
    """In no queue and without a console, at a telephone that can be rung."""
    UNKNOWN = "unknown"
    """The same, and the telephone is not connected: nobody can say."""


@dataclass(slots=True, kw_only=True)
class WrapUp:
    """Time after a call in which nothing is offered."""

    kind: WrapUpKind
    since: Instant
    until: Instant | None
    """None: open-ended, switched off by hand (2.4-d)."""
    queue: QueueId | None = None
    """Whose rules about early end and lengthening hold; None: nobody's, or the organisation's after an outgoing
    call."""
    extended: int = 0
    """How often it was lengthened (D9)."""
    reminded_at: Instant | None = None
    """When the agent was last reminded that it goes on (D10)."""
    told: int = 0
    """How often those who supervise were told that it goes on (D10)."""


class LineState(Enum):
    """Where the leg to an agent's device is.

    ::

        ringing -> answering -> up -> closing -> (gone)
           |           |         |
           +-----------+---------+--> (gone)
    """

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    RINGING = "ringing"
    """The device rings for an offer."""
    ANSWERING = "answering"
    """The agent clicked; the device is on its way up."""
    UP = "up"
    CLOSING = "closing"
    """We hung up; the exchange has not confirmed yet, so the device cannot be rung."""


@dataclass(slots=True, kw_only=True)
class Line:
    """An audio leg of an agent's device."""

    leg: LegId
    device: DeviceId
    state: LineState
    call: CallId | None
    """For whom it rings or will be connected, or the one call on it; None when it is up with nobody on it, in
    a conference, or closing."""
    until: Instant | None
    """When ringing or answering is given up; None when up."""
    at_once: bool = False
    """It was asked to answer by itself."""
    told: bool = False
    """It was told to answer, by NOTIFY, while it rang."""
    ring_back: bool = False
    """It rings because callers are on hold; nobody has clicked (D27)."""
    replacing: bool = False
    """Cancelled so that a new leg that answers at once can take its place (answer method HEADER)."""
    reserved_until: Instant | None = None
    """End of the agent's claim on the call while answering (D13)."""
    held_by_phone: bool = False
    whose: CallId | None = None
    """Whom the telephone has it for: the call that was last on it. Counts while that is the agent's."""
    talked: bool = False
    """Set aside in a conversation, which goes on should the other leg not come up."""

    @property
    def is_coming_up(self) -> bool:
        """The agent clicked for a call, and the device is on its way up for that one."""
        return (self.state is LineState.ANSWERING and not self.ring_back) or (
            self.state is LineState.CLOSING and self.replacing
        )


@dataclass(slots=True, kw_only=True)
class Device:
    """A telephone."""

    id: DeviceId
    name: str
    kind: DeviceKind
    answer_method: AnswerMethod
    registered: bool = False
    used_by: UserId | None = None
    failures: int = 0
    """Times in a row that it could not be rung; widens the pause before the next try."""
    quiet_until: Instant = 0
    """Not to be rung before this: it just rang unanswered, rejected, or could not be reached."""
    extension: str | None = None
    engaged: bool = False
    """It is used for something that is no call, such as recording an announcement; nothing is put on it then."""
    elsewhere: bool = False
    """It is in a call that we do not carry. Shown and nothing more: whether it can be rung the telephone says."""
    one_line: bool = True
    """False: it cannot live with one leg for several calls; a second call comes on a leg of its own (D27)."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """A user as somebody who takes calls."""

    id: UserId
    name: str
    extension: str | None = None
    email: str | None = None
    groups: frozenset[GroupId] = frozenset()
    rights: frozenset[Right] = frozenset()
    group: GroupId | None = None
    device: DeviceId | None = None
    signed_in: set[QueueId] = field(default_factory=set)
    remembered: set[tuple[GroupId, QueueId]] = field(default_factory=set)
    """Where the agent was signed in last time in each group, and did not sign out by himself (D12)."""
    calls: list[CallId] = field(default_factory=list)
    """Own calls (connecting, active, held), oldest first."""
    offers: dict[CallId, None] = field(default_factory=dict)
    """Calls that are offered to this agent (`Call.offers`, seen from the other side)."""
    line: Line | None = None
    """The leg that the agent's calls are put on."""
    aside: list[Line] = field(default_factory=list)
    """Further legs of the same telephone: up, nobody on them, each for the one held call that was last on it (D27)."""
    wrap_up: WrapUp | None = None
    pending_wrap_up_ms: int = 0
    """Wrap-up that follows when the last own call has ended: the longest of those earned (D9)."""
    pending_wrap_up_queue: QueueId | None = None
    """Whose rules hold for it; None: after an outgoing call."""
    armed: bool = False
    """Manual wrap-up follows (2.4-f)."""
    misses: int = 0
    pause: str | None = None
    """Why the agent takes no calls for now, in the organisation's own word; None: not paused."""
    number: str | None = None
    """What called parties see of this agent's calls (D28); None: the next rule."""
    direct_exit: Exit | None = None
    """What becomes of direct calls that the agent does not take (D29); None: the organisation's rule."""
    away: bool = False
    """Three offers rang unanswered (D3)."""
    console: bool = False
    """A console is connected, or was within the grace time."""
    console_lost_at: Instant | None = None
    """When the grace time without a console ended; None while there is one (D16)."""
    device_lost_at: Instant | None = None
    """Since when the agent's device is not registered, or since a restart that found it so; None: it is, or there is
    none (D16)."""
    idle_since: Instant = 0
    """Since when no call is handled: for longest-idle."""
    status: AgentStatus = AgentStatus.SIGNED_OUT
    status_since: Instant = 0
    line_lost_until: Instant | None = None
    """The device's leg broke with callers on hold: until here we wait for the device to come back (D16)."""
    remind_at: Instant | None = None
    """When to be reminded of being signed out of every queue (2.4-k); None: not to be."""
    ring_back_at: Instant | None = None
    """The handset was hung up with callers on hold: when to ring it back once (D27)."""
