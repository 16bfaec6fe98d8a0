"""A call: the caller's leg, where it stands, and who may take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.dialogue import Dialogue
from cordboard.core.records import SegmentKind
from cordboard.core.types import (
    CallBackId,
    CallId,
    Direction,
    Instant,
    LegId,
    QueueId,
    TransferKind,
    UserId,
)


class CallState(Enum):
    """Where a call is in its life; exactly one of these at a time. The moves are in `transitions`."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    WAITING = "waiting"
    """Nobody has it: in a queue with music, or a direct call that rings for one person. To whom it is offered
    is read from its offers."""
    CONNECTING = "connecting"
    """An agent has clicked; the agent's device is not up yet. The caller still hears music, or, of an outgoing
    call, nobody has been dialled yet."""
    DIALLING = "dialling"
    """An outgoing call: the other side rings, its agent hears the ringing tone."""
    ACTIVE = "active"
    """Party and agent hear each other."""
    CONFERENCE = "conference"
    """Party and agent hear each other, and other parties of that agent with them."""
    HELD = "held"
    """The party hears music and belongs to an agent."""
    TRANSFERRING = "transferring"
    """Passed on without announcement: hears the ringing tone while the recipient is rung (D7, blind)."""
    TRANSFERRED = "transferred"
    """Talks with its partner, and no agent of ours is in between."""
    LEAVING = "leaving"
    """Led out by a rule: hears an announcement or leaves a message (D21, D29)."""
    ENDED = "ended"


OWN = frozenset(
    {CallState.CONNECTING, CallState.DIALLING, CallState.ACTIVE, CallState.CONFERENCE, CallState.HELD}
)
"""States in which a call belongs to an agent."""
ON_LINE = frozenset({CallState.DIALLING, CallState.ACTIVE, CallState.CONFERENCE})
"""States in which the party is on its agent's line."""


class Note(Enum):
    """Something about a call that its agent must know."""

    PHONE_HOLD = "phone_hold"
    ANSWER_ON_PHONE = "answer_on_phone"
    LINE_LOST = "line_lost"
    NOBODY_ELSE = "nobody_else"
    RETURNED = "returned"
    """A blind transfer came back; `Call.reason` says why."""
    CALLER_GONE = "caller_gone"
    """The caller hung up while the agent consulted; the consultation goes on (D7)."""
    BREAKS_WRAP_UP = "breaks_wrap_up"
    """An urgent call that waits during wrap-up or pause: shown, not offered (D6)."""


class TransferState(Enum):
    """Where passing a caller on is. The moves are in `transitions`; the last five are ends and never stored."""

    ARMED = "armed"
    """The button is black, the caller has music, nobody has been dialled."""
    DIALLING = "dialling"
    """Attended: the recipient rings, the initiator listens."""
    CONSULTING = "consulting"
    """Attended: initiator and recipient speak."""
    RINGING = "ringing"
    """Blind: the recipient rings, the caller hears it, the initiator is free and can pull the caller back."""
    COMPLETED = "completed"
    """Caller and recipient speak; can be undone until `until`."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """The recipient was not reached; the caller stays on hold."""
    ABANDONED = "abandoned"
    """The caller hung up first, or the initiator ended the call."""
    RETURNED = "returned"
    """Blind: the caller is back with the initiator, or in the queue."""
    CLOSED = "closed"
    """Completed and past undoing."""


@dataclass(slots=True, kw_only=True)
class Transfer:
    """One passing-on of one caller. Parties: initiator (an agent), transferred (the call it stands on), recipient."""

    kind: TransferKind
    state: TransferState
    initiator: UserId
    since: Instant
    """Since when it is in this state."""
    was_active: bool
    """The caller was being spoken with when it was armed: cancelling resumes (D7)."""
    recipient: CallId | None = None
    """The call to the recipient: the consultation, or the outside number that rings; None: none yet, or a colleague
    who is rung for the caller itself."""
    colleague: UserId | None = None
    """Blind to a colleague: who is rung."""
    recipient_name: str | None = None
    """As the buttons name the recipient."""
    until: Instant | None = None
    """When ringing is given up (RINGING) or undoing ends (COMPLETED)."""


class Reason(Enum):
    """Why a call did not get where it was sent; shown on the card and in the call's log."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    HUNG_UP = "hung_up"


@dataclass(slots=True, kw_only=True)
class Offer:
    """A waiting call shown to one agent as a card that can be answered."""

    agent: UserId
    since: Instant
    nobody_else: bool = False
    """Offered again after a rejection since nobody else is free (D4)."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One party's visit: a caller's, or that of somebody whom an agent called.

    A call between two of our own people is two calls, one on each desk, whose legs are the two ends of one piece of
    wire (`peer`): holding, passing on and ending work the same at both ends (decision 0005).
    """

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
    queued_at: Instant | None = None
    """From when the place counts, of one who was sent to another queue without it (D7); None: from the entry."""
    to: UserId | None = None
    """A direct call: the person whom it is for (D29); None: a queue's, or an outgoing one."""
    peer: CallId | None = None
    """The other end of a call between two of our own people; None: the party is outside."""
    partner: CallId | None = None
    """With whom it talks while TRANSFERRED, or who is dialled for it while TRANSFERRING or LEAVING."""
    transfer: Transfer | None = None
    """It is being passed on; None: it is not."""
    reason: Reason | None = None
    """With Note.RETURNED: why it came back."""
    not_reached: str | None = None
    """With a reason: who was not reached, as the initiator's buttons named them; None: nobody knows."""
    back_to: UserId | None = None
    """Waits for this initiator after a blind transfer came back; None: for anybody of its queue (D7)."""
    back_until: Instant | None = None
    """When the queue is next if the initiator does not take it."""
    for_queue: QueueId | None = None
    """An outgoing call that is made for a queue: a callback (2.5-f); None: the agent's own."""
    callback: CallBackId | None = None
    """An attempt of this call back (3.6); None: of none."""
    show: str | None = None
    """An outgoing call: the number of ours that the called party sees (D28); None: none is known."""
    state: CallState = CallState.WAITING
    since: Instant = 0
    """Since when it is in this state."""
    segment: SegmentKind = SegmentKind.WAIT
    """The stretch of its life that is running (connecting belongs to the wait)."""
    segment_agent: UserId | None = None
    """Whose stretch it is; None: nobody's."""
    segment_since: Instant = 0
    version: int = 1
    """Grows when state or agent changes; what a command of the console expects (D23)."""
    agent: UserId | None = None
    answered_at: Instant | None = None
    """When it was first answered: by an agent, or an outgoing one by the called party; None: not yet."""
    taken_at: Instant | None = None
    """When the present agent and the party first heard each other; None: they have not."""
    handled_by: UserId | None = None
    """Who talked with the party last, also after a return to the queue; None: nobody did."""
    made_by: UserId | None = None
    """An outgoing call: who dialled; None: an incoming one, or a rule dialled."""
    visited: set[QueueId] = field(default_factory=set)
    """Queues that have counted it."""
    returned: bool = False
    """It came back from an agent: the front of its queue is its place (D7, D16)."""
    picked: bool = False
    """Cherry-picked by its agent (D13)."""
    until: Instant | None = None
    """When dialling is given up, or a direct call follows its person's rule; None: neither."""
    exits: int = 0
    """How many ways out it was led."""
    led_out: str | None = None
    """Why it was led out last: a value of ExitReason or Reason; None: it was not, or that was not written any more."""
    message: str | None = None
    """Name of the message that the caller has left; None: none yet."""
    announced_at: Instant | None = None
    """When the caller last heard the place in the queue; None: not yet."""
    offered_back_at: Instant | None = None
    """When the caller was last offered a call back (3.6-t); None: not in this wait."""
    quiet_until: Instant = 0
    """Nothing new is said before this, so that one announcement does not cut off another."""
    dialogue: Dialogue | None = None
    """The caller is asking to be called back; None: is not."""
    rung: int = 0
    """How far an unanswered urgent call has climbed (`urgent.Rung`); each wait begins at the bottom."""
    recalls: int = 0
    """How often its agent was reminded of this hold."""
    held_told: int = 0
    """How often the caller was told that this hold goes on."""
    warned: bool = False
    """Its hold has turned amber, or its wait is an alarm (D6); reset when it moves."""
    note: Note | None = None
    offers: dict[UserId, Offer] = field(default_factory=dict)
    noted: set[UserId] = field(default_factory=set)
    """Of whom its log says already that they were offered it, or why not."""
    explained_in: QueueId | None = None
    """Of which queue its log says why not everybody is rung."""
    rejected: dict[UserId, Instant] = field(default_factory=dict)
    """Who refused it, and when (D4)."""
    tried: set[UserId] = field(default_factory=set)
    """Who let it ring, in strategies that offer to one agent at a time; emptied when all were tried."""
    not_before: dict[UserId, Instant] = field(default_factory=dict)
    """Earliest moment to offer it again to an agent whose handset rejected an urgent call (D6)."""
    confirmed: bool = True
    """False after a restart until the exchange has said that the leg lives."""

    @property
    def person(self) -> UserId | None:
        """Whose alone it is: the one to whom it came back, or whom it is for; None: its queue's."""
        return self.back_to if self.back_to is not None else self.to

    def order(self) -> tuple[bool, bool, int, bool, Instant, str]:
        """Smaller is offered first: urgent, direct, priority, returned, time of entry; the id settles a draw."""
        return (
            not self.urgent,
            self.to is None and self.back_to is None,
            -self.priority,
            not self.returned,
            self.place_at,
            self.id,
        )

    @property
    def place_at(self) -> Instant:
        """By which its place in the queue is kept."""
        return self.entered_at if self.queued_at is None else self.queued_at

    @property
    def rings_customer_first(self) -> bool:
        """A call back for which no agent dialled: whoever is free takes it when the customer has answered (D14)."""
        return self.callback is not None and self.made_by is None

    @property
    def awaits_first_agent(self) -> bool:
        """The customer was rung first, and nobody of ours has spoken with them yet."""
        return self.rings_customer_first and self.handled_by is None

    @property
    def is_undialled(self) -> bool:
        """An outgoing call whose agent's telephone is on its way up; nobody has been dialled."""
        return (
            self.state is CallState.CONNECTING
            and self.direction is Direction.OUT
            and self.segment is SegmentKind.DIAL
        )

    def talked_ms(self, now: Instant) -> int:
        """How long the present agent has had the caller; 0 when they never heard each other."""
        return now - self.taken_at if self.taken_at is not None else 0
