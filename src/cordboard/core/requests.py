"""What people ask of the switchboard. Each is carried out at once or refused with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.core.types import CallId, DeviceId, GroupId, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """Take this call: one offered to me, or any waiting one of my group (cherry-pick, 2.1.2-g)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCall:
    """Do not offer this call to me; the caller keeps the place (D4)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCall:
    """Give my caller music."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCall:
    """Talk with this held caller again; one I talk with now is held first (D8)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpCall:
    """End this call of mine."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Offer me the calls of this queue."""

    agent: UserId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Offer me no more calls of this queue.

    Attributes:
        confirmed: I know that I am the last one in an urgent queue (D6).
    """

    agent: UserId
    queue: QueueId
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDevice:
    """This is my telephone now (1.2)."""

    agent: UserId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpairDevice:
    """I have no telephone any more."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseGroup:
    """I work for this group now (1.1-t, 1.3)."""

    agent: UserId
    group: GroupId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWrapUp:
    """The green clock: manual wrap-up now, or after my call (D10)."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWrapUp:
    """The clock again: I am available."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToWork:
    """I am back after calls that I let ring (D3)."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """I leave the console: my queue sign-ins and wrap-up end (D17)."""

    agent: UserId
    device_too: bool
    """Also unpair my telephone (4-c)."""


Request = (
    AnswerCall
    | RejectCall
    | HoldCall
    | ResumeCall
    | HangUpCall
    | SignIn
    | SignOut
    | PairDevice
    | UnpairDevice
    | ChooseGroup
    | StartWrapUp
    | StopWrapUp
    | ReturnToWork
    | LogOut
)
