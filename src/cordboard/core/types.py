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

    RING_ALL = "ring_all"
    LONGEST_IDLE = "longest_idle"


class Direction(Enum):
    """Who started the call."""

    IN = "in"
    OUT = "out"


class EndedBy(Enum):
    """Why a call is over."""

    CALLER = "caller"
    AGENT = "agent"
    LOST = "lost"
    """Broken off by the exchange's death; on the missed-calls list."""
    TRANSFER = "transfer"
    UNKNOWN = "unknown"
    """Ended while Cordboard was away; nobody saw by whom."""


class Right(Enum):
    """What a user may do beyond answering calls (X-b)."""

    MANUAL_WRAP_UP = "wrapup.manual"
    HISTORY = "history.view"
    COLLEAGUES_NUMBERS = "colleagues.numbers"
    PICK = "queue.pick"
    PRACTICE = "practice.call"
    TAKE_OVER_DEVICE = "device.take_over"
