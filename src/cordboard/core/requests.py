"""What people ask of the switchboard. Each is carried out at once or refused with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.core.types import (
    CallBackId,
    CallId,
    DeviceId,
    GroupId,
    Instant,
    MissedId,
    NumberKind,
    QueueId,
    TransferKind,
    UserId,
)


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
    take_over: bool = False
    """Also from the colleague who has it, when nothing goes on there; needs `device.take_over` (D16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpairDevice:
    """I have no telephone any more."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseGroup:
    """I work for this group now (1.1-t, 1.3)."""

    agent: UserId
    group: GroupId
    confirmed: bool = False
    """I know that the group lacks an urgent queue in which I am the last one (D12)."""


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
    """I am back after calls that I let ring (D3), or after a pause (D11)."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """I leave the console: my queue sign-ins and wrap-up end (D17)."""

    agent: UserId
    device_too: bool
    """Also unpair my telephone (4-c)."""
    confirmed: bool = False
    """I know that I am the last one in an urgent queue (D17)."""
    phone_stays: bool = False
    """I said No to the telephone: I go on there, where the organisation wants that (D17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNumber:
    """Call this number from my device; whom I talk with is held first (D8)."""

    agent: UserId
    number: str
    """E.164 digits without "+", or an extension or short number as typed; read by the app (D28)."""
    name: str | None = None
    """Of the contact that it belongs to."""
    kind: NumberKind
    queue: QueueId | None = None
    """A callback: for which queue it is made, whose number is shown and whose wrap-up follows (2.5-f); None: my own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallColleague:
    """Call this colleague."""

    agent: UserId
    colleague: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKeys:
    """Keys as tones to whom I talk with (D26)."""

    agent: UserId
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTransfer:
    """The transfer button on a call of mine: it goes on hold, the button turns black (D7)."""

    agent: UserId
    call: CallId
    kind: TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer:
    """The same button again, or `pull back` while a blind recipient rings (D7)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToNumber:
    """The recipient of my armed transfer is this number."""

    agent: UserId
    call: CallId
    number: str
    name: str | None = None
    kind: NumberKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToColleague:
    """The recipient of my armed transfer is this colleague; of a waiting call: send it there unanswered."""

    agent: UserId
    call: CallId
    colleague: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToQueue:
    """My call, or a waiting one of my group, goes on to this queue, with the time it has waited already (D7)."""

    agent: UserId
    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTransfer:
    """The green check: connect the call that is armed with this other one of mine (5.1-f, 5.2-f).

    Attributes:
        confirmed: I know that `to` is another customer, or not whom I dialled last (D7).
    """

    agent: UserId
    call: CallId
    to: CallId
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectWithoutWaiting:
    """The recipient of my attended transfer still rings: go on without me (D7)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoTransfer:
    """Take a completed transfer back (D7)."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConference:
    """Let this held call of mine join whom I talk with."""

    agent: UserId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendWrapUp:
    """A little more time (D9)."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """I take no calls for now (D11)."""

    agent: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCallBack:
    """Plan a call back (3.6-p, D14)."""

    agent: UserId
    number: str
    kind: NumberKind
    name: str | None = None
    queue: QueueId
    due_at: Instant | None = None
    """When; None: after the wait that the queue expects now."""
    mine: bool = False
    """Only I am offered it."""
    call: CallId | None = None
    """The waiting call whose place it keeps; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCallBack:
    """It is not needed (3.6-l)."""

    agent: UserId
    callback: CallBackId


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCallBack:
    """Ring my telephone, then the number of a failed or cancelled one (3.6-j, 3.6-n)."""

    agent: UserId
    callback: CallBackId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptCallBack:
    """I take the call back that is offered to me: ring my telephone, then the customer."""

    agent: UserId
    callback: CallBackId


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCallBack:
    """Offer it to the next; my own appointment comes back after a while."""

    agent: UserId
    callback: CallBackId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMissed:
    """I call this caller (D14)."""

    agent: UserId
    missed: MissedId
    confirmed: bool = False
    """Also where a colleague is at that number already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMissed:
    """The same, and now: ring my telephone, then the caller."""

    agent: UserId
    missed: MissedId
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMissed:
    """I do not call after all."""

    agent: UserId
    missed: MissedId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMissed:
    """Nobody has to call this caller any more."""

    agent: UserId
    missed: MissedId


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
    | CallNumber
    | CallColleague
    | SendKeys
    | ArmTransfer
    | CancelTransfer
    | TransferToNumber
    | TransferToColleague
    | TransferToQueue
    | CompleteTransfer
    | ConnectWithoutWaiting
    | UndoTransfer
    | StartConference
    | ExtendWrapUp
    | Pause
    | MakeCallBack
    | CancelCallBack
    | RetryCallBack
    | AcceptCallBack
    | RejectCallBack
    | ClaimMissed
    | CallMissed
    | ReleaseMissed
    | CloseMissed
)
