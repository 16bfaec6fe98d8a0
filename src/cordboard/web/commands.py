"""A command frame as a request of the core, and its answer as a result frame (D23)."""

from __future__ import annotations

from cordboard.core.requests import (
    AnswerCall,
    ChooseGroup,
    HangUpCall,
    HoldCall,
    PairDevice,
    RejectCall,
    Request,
    ResumeCall,
    ReturnToWork,
    SignIn,
    SignOut,
    StartWrapUp,
    StopWrapUp,
    UnpairDevice,
)
from cordboard.core.types import CallId, DeviceId, GroupId, QueueId, UserId
from cordboard.web import wire


def request_of(user: UserId, command: wire.Command) -> Request | None:
    """What is asked; None: an argument is missing, or it is not for the core."""
    args = command.args
    match command.op:
        case "call.answer" | "call.reject" | "call.hold" | "call.resume" | "call.hang_up":
            return _about_call(user, command.op, args.get("call"))
        case "queue.sign_in":
            return SignIn(agent=user, queue=QueueId(args["queue"])) if "queue" in args else None
        case "queue.sign_out":
            if "queue" not in args:
                return None
            confirmed = args.get("confirmed") == "true"
            return SignOut(agent=user, queue=QueueId(args["queue"]), confirmed=confirmed)
        case "device.pair":
            return PairDevice(agent=user, device=DeviceId(args["device"])) if "device" in args else None
        case "device.unpair":
            return UnpairDevice(agent=user)
        case "group.select":
            return ChooseGroup(agent=user, group=GroupId(args["group"])) if "group" in args else None
        case "wrap_up.start":
            return StartWrapUp(agent=user)
        case "wrap_up.stop":
            return StopWrapUp(agent=user)
        case "agent.return":
            return ReturnToWork(agent=user)
        case "practice.call":
            return None


def _about_call(user: UserId, op: str, call: str | None) -> Request | None:
    if call is None:
        return None
    call_id = CallId(call)
    match op:
        case "call.answer":
            return AnswerCall(agent=user, call=call_id)
        case "call.reject":
            return RejectCall(agent=user, call=call_id)
        case "call.hold":
            return HoldCall(agent=user, call=call_id)
        case "call.resume":
            return ResumeCall(agent=user, call=call_id)
        case _:
            return HangUpCall(agent=user, call=call_id)


def expected_version(command: wire.Command) -> int | None:
    """The version of the call that the clicker saw; None: any."""
    return command.expect.get(f"call:{command.args.get('call', '')}")
