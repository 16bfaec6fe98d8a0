"""A command frame as a request of the core, and its answer as a result frame (D23)."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.dialling import DialPlan
from cordboard.app.engine import NotDone
from cordboard.app.numbers import is_outside
from cordboard.core.refusals import Code
from cordboard.core.requests import (
    AcceptCallBack,
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallMissed,
    CallNumber,
    CancelCallBack,
    CancelTransfer,
    ChooseGroup,
    ClaimMissed,
    CloseMissed,
    CompleteTransfer,
    ConnectWithoutWaiting,
    ExtendWrapUp,
    HangUpCall,
    HoldCall,
    MakeCallBack,
    PairDevice,
    Pause,
    RejectCall,
    RejectCallBack,
    ReleaseMissed,
    Request,
    ResumeCall,
    RetryCallBack,
    ReturnToWork,
    SendKeys,
    SignIn,
    SignOut,
    StartConference,
    StartWrapUp,
    StopWrapUp,
    TransferToColleague,
    TransferToNumber,
    TransferToQueue,
    UndoTransfer,
    UnpairDevice,
)
from cordboard.core.types import (
    CallBackId,
    CallId,
    DeviceId,
    GroupId,
    MissedId,
    QueueId,
    TransferKind,
    UserId,
)
from cordboard.web import wire

BAD = NotDone(Code.BAD_COMMAND.value, {})
NAME_MAX = 200
"""Characters of a name that the console gives along with a number."""

INSTANT_DIGITS_MAX = 15
"""Digits of an instant in milliseconds that any calendar knows."""

Args = dict[str, str]


def request_of(user: UserId, command: wire.Command, plan: DialPlan) -> Request | NotDone:
    """What is asked of the core.

    Returns:
        `bad_command` when an argument is missing or it is not for the core, `bad_number` when what was typed
        reaches nobody.
    """
    try:
        return _REQUESTS[command.op](user, command.args, plan)
    except KeyError:
        return BAD


def _dial(user: UserId, args: Args, plan: DialPlan) -> Request | NotDone:
    text = args["number"]
    if (colleague := plan.colleague(text)) is not None:
        return CallColleague(agent=user, colleague=colleague)
    outside = plan.outside(text)
    if outside is None:
        return _unread(text)
    return CallNumber(agent=user, number=outside[0], kind=outside[1], name=_name(args))


def _transfer_to_number(user: UserId, args: Args, plan: DialPlan) -> Request | NotDone:
    call, text = CallId(args["call"]), args["number"]
    if (colleague := plan.colleague(text)) is not None:
        return TransferToColleague(agent=user, call=call, colleague=colleague)
    outside = plan.outside(text)
    if outside is None:
        return _unread(text)
    return TransferToNumber(agent=user, call=call, number=outside[0], kind=outside[1], name=_name(args))


def _make_call_back(user: UserId, args: Args, plan: DialPlan) -> Request | NotDone:
    text, queue, at = args["number"], QueueId(args["queue"]), args.get("due_at")
    outside = plan.outside(text) if plan.colleague(text) is None else None
    if outside is None or not is_outside(outside[0]):
        return _unread(text)
    if at is not None and not (at.isascii() and at.isdigit() and len(at) <= INSTANT_DIGITS_MAX):
        return BAD
    return MakeCallBack(
        agent=user,
        number=outside[0],
        kind=outside[1],
        name=_name(args),
        queue=queue,
        due_at=None if at is None else int(at),
        mine=args.get("owner") == "me",
        call=CallId(args["call"]) if "call" in args else None,
    )


def _unread(text: str) -> NotDone:
    return NotDone(Code.BAD_NUMBER.value, {"number": text[:32]})


def _name(args: Args) -> str | None:
    return args.get("name", "")[:NAME_MAX] or None


def _arm(user: UserId, args: Args, _plan: DialPlan) -> Request | NotDone:
    if args["kind"] not in {kind.value for kind in TransferKind}:
        return BAD
    return ArmTransfer(agent=user, call=CallId(args["call"]), kind=TransferKind(args["kind"]))


def _sign_out(user: UserId, args: Args, _plan: DialPlan) -> Request:
    return SignOut(agent=user, queue=QueueId(args["queue"]), confirmed=args.get("confirmed") == "true")


def _choose_group(user: UserId, args: Args, _plan: DialPlan) -> Request:
    return ChooseGroup(agent=user, group=GroupId(args["group"]), confirmed=args.get("confirmed") == "true")


def _pair(user: UserId, args: Args, _plan: DialPlan) -> Request:
    return PairDevice(agent=user, device=DeviceId(args["device"]), take_over=args.get("take_over") == "true")


def _complete(user: UserId, args: Args, _plan: DialPlan) -> Request:
    return CompleteTransfer(
        agent=user,
        call=CallId(args["call"]),
        to=CallId(args["to"]),
        confirmed=args.get("confirmed") == "true",
    )


def _claim_missed(user: UserId, args: Args, _plan: DialPlan) -> Request:
    confirmed = args.get("confirmed") == "true"
    return ClaimMissed(agent=user, missed=MissedId(args["missed"]), confirmed=confirmed)


def _call_missed(user: UserId, args: Args, _plan: DialPlan) -> Request:
    confirmed = args.get("confirmed") == "true"
    return CallMissed(agent=user, missed=MissedId(args["missed"]), confirmed=confirmed)


# A missing argument is a KeyError, which `request_of` answers.
_REQUESTS: dict[wire.CommandName, Callable[[UserId, Args, DialPlan], Request | NotDone]] = {
    "call.answer": lambda user, args, _: AnswerCall(agent=user, call=CallId(args["call"])),
    "call.reject": lambda user, args, _: RejectCall(agent=user, call=CallId(args["call"])),
    "call.hold": lambda user, args, _: HoldCall(agent=user, call=CallId(args["call"])),
    "call.resume": lambda user, args, _: ResumeCall(agent=user, call=CallId(args["call"])),
    "call.hang_up": lambda user, args, _: HangUpCall(agent=user, call=CallId(args["call"])),
    "call.conference": lambda user, args, _: StartConference(agent=user, call=CallId(args["call"])),
    "call.keys": lambda user, args, _: SendKeys(agent=user, digits=args["digits"]),
    "call.dial": _dial,
    "call.colleague": lambda user, args, _: CallColleague(agent=user, colleague=UserId(args["user"])),
    "transfer.arm": _arm,
    "transfer.cancel": lambda user, args, _: CancelTransfer(agent=user, call=CallId(args["call"])),
    "transfer.number": _transfer_to_number,
    "transfer.colleague": lambda user, args, _: TransferToColleague(
        agent=user, call=CallId(args["call"]), colleague=UserId(args["user"])
    ),
    "transfer.queue": lambda user, args, _: TransferToQueue(
        agent=user, call=CallId(args["call"]), queue=QueueId(args["queue"])
    ),
    "transfer.complete": _complete,
    "transfer.connect": lambda user, args, _: ConnectWithoutWaiting(agent=user, call=CallId(args["call"])),
    "transfer.undo": lambda user, args, _: UndoTransfer(agent=user, call=CallId(args["call"])),
    "queue.sign_in": lambda user, args, _: SignIn(agent=user, queue=QueueId(args["queue"])),
    "queue.sign_out": _sign_out,
    "device.pair": _pair,
    "device.unpair": lambda user, _args, _: UnpairDevice(agent=user),
    "group.select": _choose_group,
    "wrap_up.start": lambda user, _args, _: StartWrapUp(agent=user),
    "wrap_up.stop": lambda user, _args, _: StopWrapUp(agent=user),
    "wrap_up.extend": lambda user, _args, _: ExtendWrapUp(agent=user),
    "agent.return": lambda user, _args, _: ReturnToWork(agent=user),
    "callback.make": _make_call_back,
    "callback.cancel": lambda user, args, _: CancelCallBack(
        agent=user, callback=CallBackId(args["callback"])
    ),
    "callback.retry": lambda user, args, _: RetryCallBack(agent=user, callback=CallBackId(args["callback"])),
    "callback.accept": lambda user, args, _: AcceptCallBack(
        agent=user, callback=CallBackId(args["callback"])
    ),
    "callback.reject": lambda user, args, _: RejectCallBack(
        agent=user, callback=CallBackId(args["callback"])
    ),
    "missed.claim": _claim_missed,
    "missed.call": _call_missed,
    "missed.release": lambda user, args, _: ReleaseMissed(agent=user, missed=MissedId(args["missed"])),
    "missed.close": lambda user, args, _: CloseMissed(agent=user, missed=MissedId(args["missed"])),
    "agent.pause": lambda user, args, _: Pause(agent=user, reason=args["reason"]),
}


def expected_version(command: wire.Command) -> int | None:
    """The version of the call that the clicker saw; None: any."""
    return command.expect.get(f"call:{command.args.get('call', '')}")
