"""The switchboard's no: a stable code with its arguments; nothing has changed."""

from __future__ import annotations

from enum import Enum


class Code(Enum):
    """Why a request is refused. Part of the public interface: never rename one."""

    ANSWERED_BY = "answered_by"
    CALL_GONE = "call_gone"
    NO_DEVICE = "no_device"
    DEVICE_NOT_REGISTERED = "device_not_registered"
    DEVICE_TAKEN = "device_taken"
    URGENT_CANNOT_BE_REJECTED = "urgent_cannot_be_rejected"
    NOT_OFFERED = "not_offered"
    NOT_YOUR_CALL = "not_your_call"
    NOT_SIGNED_IN = "not_signed_in"
    QUEUE_NOT_AVAILABLE = "queue_not_available"
    QUEUE_LOCKED = "queue_locked"
    LAST_IN_URGENT = "last_in_urgent"
    WRAP_UP_NOT_ALLOWED = "wrap_up_not_allowed"
    NO_WRAP_UP = "no_wrap_up"
    EXCHANGE_DOWN = "exchange_down"
    OUT_OF_DATE = "out_of_date"
    LIVE_CALL = "live_call"
    NO_RIGHT = "no_right"
    PRESS_HOLD_ON_PHONE = "press_hold_on_phone"
    BAD_COMMAND = "bad_command"
    BAD_NUMBER = "bad_number"
    """It cannot be called."""
    NUMBER_NOT_ALLOWED = "number_not_allowed"
    """This person may not call numbers of that kind (args kind)."""
    YOURSELF = "yourself"
    NOBODY_ON_LINE = "nobody_on_line"
    """There is nobody to send tones to."""
    COLLEAGUE_NOT_THERE = "colleague_not_there"
    """The colleague has no telephone that can be rung (args name)."""
    NOT_ARMED = "not_armed"
    """No transfer of this call is in progress."""
    TRANSFER_IN_PROGRESS = "transfer_in_progress"
    """This call is being passed on already."""
    NOT_ANSWERED_YET = "not_answered_yet"
    """The recipient has not answered, so there is nothing to complete."""
    ONLY_ATTENDED = "only_attended"
    """The agent already talks with the recipient: without announcement is not possible (5.1-g)."""
    CONFIRM_RECIPIENT = "confirm_recipient"
    """That would connect two customers, or not whom was dialled (args one, other): ask first (D7)."""
    TOO_LATE = "too_late"
    """It cannot be undone any more."""
    WRAP_UP_FIXED = "wrap_up_fixed"
    """This queue's wrap-up cannot be ended early, or not lengthened any more."""
    BUSY_TALKING = "busy_talking"
    """The organisation does not let calls be taken while talking (D5)."""
    QUEUE_HAS_CALLERS = "queue_has_callers"
    """An administrator may not take away a queue that somebody waits in or talks from (args queue, count)."""
    USER_IN_CALL = "user_in_call"
    """Nor a person whose call goes on (args user)."""
    DEVICE_IN_CALL = "device_in_call"
    """Nor a telephone (args device)."""
    NO_REASON = "no_reason"
    """A pause needs one of the organisation's reasons."""


class Refused(Exception):
    """The rules forbid what was asked; the board is as it was."""

    def __init__(self, code: Code, **args: str) -> None:
        super().__init__(code.value, args)
        self.code = code
        self.args_ = args
