"""What the core tells the screens: which things look different now, and sentences to say once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.types import CallId, UserId


class Thing(Enum):
    """The kinds of things a console shows."""

    AGENT = "agent"
    QUEUE = "queue"
    CALL = "call"
    DEVICE = "device"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Changed:
    """This thing may look different; the projection reads the board."""

    thing: Thing
    id: str


class Saying(Enum):
    """Sentences for one agent; the console has the words in both languages."""

    ANSWERED_BY = "answered_by"
    CALLER_HUNG_UP = "caller_hung_up"
    DEVICE_LOST = "device_lost"
    OFFER_MISSED = "offer_missed"
    SET_AWAY = "set_away"
    CALL_RETURNED = "call_returned"
    ANSWER_FAILED = "answer_failed"
    HOLD_FAILED = "hold_failed"
    LAST_IN_URGENT = "last_in_urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Tell this agent something once."""

    agent: UserId
    saying: Saying
    call: CallId | None = None
    args: dict[str, str] = field(default_factory=dict)


Notice = Changed | Say
