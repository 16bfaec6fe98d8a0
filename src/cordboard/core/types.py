"""The typed ids and small words that every part of the core uses."""

from __future__ import annotations

from enum import Enum
from typing import NewType

OrganisationId = NewType("OrganisationId", str)
GroupId = NewType("GroupId", str)
UserId = NewType("UserId", str)
"""A person who can log in; as a handler of calls the same person is an agent."""
QueueId = NewType("QueueId", str)
DeviceId = NewType("DeviceId", str)
CallId = NewType("CallId", str)
CallBackId = NewType("CallBackId", str)
"""A promise to ring somebody back (3.6)."""
MissedId = NewType("MissedId", str)
"""A caller of a queue to whom nobody spoke (D14)."""
LegId = NewType("LegId", str)
"""One party's connection to the exchange (a channel of Asterisk)."""

Instant = int
"""Milliseconds since 1970 UTC, as told by the shell; the core never reads a clock."""


class DeviceKind(Enum):
    """What kind of telephone a device is."""

    WEB = "web"
    """The softphone inside the console's own page."""
    SIP = "sip"
    """Any telephone that registers with user name and password."""


class AnswerMethod(Enum):
    """How a click on answer makes the device take the call, best first (statement 2.1.1-w)."""

    WEB = "web"
    """The page answers its own softphone."""
    NOTIFY_TALK = "notify_talk"
    """A ringing phone answers on an in-dialog NOTIFY with event talk."""
    HEADER = "header"
    """A new call that asks to be answered at once replaces the ringing one."""
    MANUAL = "manual"
    """The phone must be picked up by hand; the console says so."""


class Strategy(Enum):
    """Who is offered a waiting call (D2)."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    RING_ALL = "ring_all"
    """Everybody who is free, at once."""
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """The one after the one who was offered the last call of this queue."""
    LINEAR = "linear"
    """Always from the first of the queue's order on."""
    FEWEST_CALLS = "fewest_calls"
    """Who answered the fewest calls of this queue today."""
    RING_PROGRESSIVELY = "ring_progressively"
    """The longest idle first, then one more after each `widen_ms`, and all of them go on ringing."""


class Direction(Enum):
    """Who started the call."""

    IN = "in"
    OUT = "out"


class NumberKind(Enum):
    """What an outside number costs and who may call it (2.6-g); read by the app from the numbering plan (D28)."""

    NATIONAL = "national"
    INTERNATIONAL = "international"
    PREMIUM = "premium"
    """Paid services, at home or abroad."""
    EMERGENCY = "emergency"
    """Everybody may."""


class TransferKind(Enum):
    """How a caller is passed on."""

    ATTENDED = "attended"
    """The initiator speaks with the recipient first (2.1.1-n)."""
    BLIND = "blind"
    """The initiator does not (2.1.1-o)."""


MESSAGE = "message-"
"""Names of the messages that callers leave begin so; the call's id follows."""


class EndedBy(Enum):
    """Why a call is over."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    CALLER = "caller"
    """The party at the other end: the caller, or who was called."""
    AGENT = "agent"
    LOST = "lost"
    """Broken off by the exchange's death; on the missed-calls list."""
    TRANSFER = "transfer"
    """An agent's part: the consultation that a transfer was completed from."""
    NOT_REACHED = "not_reached"
    """An outgoing call that was busy, rejected, not answered or could not be dialled."""
    EXIT = "exit"
    """A rule led the caller out: closed, full, nobody there, waited too long (D21, D29)."""
    CALL_BACK = "call_back"
    """The caller asked to be called back, and was promised it (3.6-t)."""
    UNKNOWN = "unknown"
    """Ended while Cordboard was away; nobody saw by whom."""


class Right(Enum):
    """What a user may do beyond answering calls (X-b)."""

    MANUAL_WRAP_UP = "wrapup.manual"
    HISTORY = "history.view"
    COLLEAGUES_NUMBERS = "colleagues.numbers"
    CHAT = "chat.use"
    """Write to colleagues and be written to; without it the tab is not there (3.5-a)."""
    PICK = "queue.pick"
    CONTACTS = "contacts.change"
    """Add, change and delete contacts; everybody may find them."""
    PRACTICE = "practice.call"
    TAKE_OVER_DEVICE = "device.take_over"
    DIAL_OUTSIDE = "dial.outside"
    """Call and transfer to numbers outside the house; colleagues can always be called."""
    DIAL_INTERNATIONAL = "dial.international"
    DIAL_PREMIUM = "dial.premium"
    CALLBACK_SEE = "callback.see"
    """See the planning of call backs; without it the tab is not there (3.6-a, 3.6-v)."""
    CALLBACK_MANAGE = "callback.manage"
    """Plan, cancel and repeat call backs."""
    SUPERVISE = "desk.supervise"
    """Hear the alarms: an urgent queue without anybody, an urgent call that nobody takes."""
    ADMIN_ORGANISATION = "admin.organisation"
    ADMIN_USERS = "admin.users"
    """People, groups and rights."""
    ADMIN_QUEUES = "admin.queues"
    ADMIN_TELEPHONY = "admin.telephony"
    """Telephones and numbers."""
    ADMIN_AUDIT = "admin.audit"
    """Read who changed what."""
    PROVIDER = "provider.manage"
    """Stands above the organisations: makes them, and says which modules and numbers they have."""
