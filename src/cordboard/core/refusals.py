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


class Refused(Exception):
    """The rules forbid what was asked; the board is as it was."""

    def __init__(self, code: Code, **args: str) -> None:
        super().__init__(code.value, args)
        self.code = code
        self.args_ = args
