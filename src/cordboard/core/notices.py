"""What the core tells the screens: which things look different now, and sentences to say once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.types import CallId, UserId


class Thing(Enum):
    """The kinds of things a console shows."""

    # By identity: the hash of a name is worked out in Python each time, and this one is looked up all day.
    __hash__ = object.__hash__

    AGENT = "agent"
    QUEUE = "queue"
    CALL = "call"
    DEVICE = "device"
    EXCHANGE = "exchange"
    ALARM = "alarm"
    CALLBACK = "callback"
    MISSED = "missed"


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
    CALLER_ON_HOLD_HUNG_UP = "caller_on_hold_hung_up"
    """Who was on hold has gone (D8)."""
    RECIPIENT_BUSY = "recipient_busy"
    RECIPIENT_NO_ANSWER = "recipient_no_answer"
    RECIPIENT_REJECTED = "recipient_rejected"
    RECIPIENT_UNREACHABLE = "recipient_unreachable"
    RECIPIENT_HUNG_UP = "recipient_hung_up"
    TRANSFER_RETURNED = "transfer_returned"
    """A blind transfer came back (args name, reason)."""
    TRANSFER_DONE = "transfer_done"
    """Caller and recipient speak (args name)."""
    TRANSFER_NOT_DONE = "transfer_not_done"
    """They could not be joined; both are as they were."""
    HOLD_LONG = "hold_long"
    """Somebody has been on hold for long; the recall tone sounds (D8)."""
    WRAP_UP_GOES_ON = "wrap_up_goes_on"
    """A reminder that open-ended wrap-up is still on (D10)."""
    WRAP_UP_LIMIT = "wrap_up_limit"
    """It reached the organisation's limit and ended."""
    WRAP_UP_LONG = "wrap_up_long"
    """A colleague's wrap-up without end goes on (args name); for those who supervise (D10)."""
    WRAP_UP_NEEDS_SIGN_IN = "wrap_up_needs_sign_in"
    """Asked for in an outgoing call without any sign-in: ignored (2.5-c)."""
    SIGNED_OUT_REMINDER = "signed_out_reminder"
    """Signed out of every queue for a while (2.4-k)."""
    DEVICE_RELEASED = "device_released"
    """An administrator took the telephone away (args name) (1.2-j)."""
    DEVICE_TAKEN_OVER = "device_taken_over"
    """Somebody with the right to it works on the telephone that was yours (args name, by) (D16)."""
    PRESS_HOLD_ON_PHONE = "press_hold_on_phone"
    ALARM_URGENT_UNANSWERED = "alarm_urgent_unanswered"
    """Nobody takes an urgent call (args queue); for those who supervise (D6)."""
    ALARM_URGENT_EMPTY = "alarm_urgent_empty"
    """Nobody is signed in to an urgent queue (args queue) (D6)."""
    ALARM_URGENT_DESERTED = "alarm_urgent_deserted"
    """Who is signed in to an urgent queue is by all signs not there (args queue) (D3, D16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Tell this agent something once."""

    agent: UserId
    saying: Saying
    call: CallId | None = None
    args: dict[str, str] = field(default_factory=dict)


Notice = Changed | Say
