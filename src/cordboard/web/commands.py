"""A command frame as a request of the core, and its answer as a result frame (D23)."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.dialling import DialPlan
from cordboard.app.engine import NotDone
from cordboard.core.refusals import Code
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallNumber,
    CancelTransfer,
    ChooseGroup,
    CompleteTransfer,
    ConnectWithoutWaiting,
    ExtendWrapUp,
    HangUpCall,
    HoldCall,
    PairDevice,
    Pause,
    RejectCall,
    Request,
    ResumeCall,
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
from cordboard.core.types import CallId, DeviceId, GroupId, QueueId, TransferKind, UserId
from cordboard.web import wire

BAD = NotDone(Code.BAD_COMMAND.value, {})
NAME_MAX = 200
"""Characters of a name that the console gives along with a number."""

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


def _complete(user: UserId, args: Args, _plan: DialPlan) -> Request:
    return CompleteTransfer(
        agent=user,
        call=CallId(args["call"]),
        to=CallId(args["to"]),
        confirmed=args.get("confirmed") == "true",
    )


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
    "device.pair": lambda user, args, _: PairDevice(agent=user, device=DeviceId(args["device"])),
    "device.unpair": lambda user, _args, _: UnpairDevice(agent=user),
    "group.select": lambda user, args, _: ChooseGroup(agent=user, group=GroupId(args["group"])),
    "wrap_up.start": lambda user, _args, _: StartWrapUp(agent=user),
    "wrap_up.stop": lambda user, _args, _: StopWrapUp(agent=user),
    "wrap_up.extend": lambda user, _args, _: ExtendWrapUp(agent=user),
    "agent.return": lambda user, _args, _: ReturnToWork(agent=user),
    "agent.pause": lambda user, args, _: Pause(agent=user, reason=args["reason"]),
}


def expected_version(command: wire.Command) -> int | None:
    """The version of the call that the clicker saw; None: any."""
    return command.expect.get(f"call:{command.args.get('call', '')}")
