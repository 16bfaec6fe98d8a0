"""What people ask, carried out or refused: which rule each request belongs to.

A refusal is raised before anything changes, so a double click is harmless (D23).
"""

from __future__ import annotations

from cordboard.core import callback, desk, dial, exits, missed, offer, talk, transfer, wrapup
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.promise import CallBack
from cordboard.core.queue import Queue
from cordboard.core.records import CallBackReason, RequestedBy
from cordboard.core.refusals import Code, Refused
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
    LogOut,
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
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, NumberKind, QueueId, Right


def click(turn: Turn, agent: Agent, request: Request, expected: int | None) -> None:
    """Carry it out.

    Args:
        expected: the version of the call that the asker saw; None: any.

    Raises:
        Refused: the rules forbid it; nothing has changed.
    """
    match request:
        case (
            SignIn()
            | SignOut()
            | PairDevice()
            | UnpairDevice()
            | ChooseGroup()
            | ReturnToWork()
            | Pause()
            | LogOut()
        ):
            _about_the_desk(turn, agent, request)
        case StartWrapUp():
            wrapup.start(turn, agent)
        case StopWrapUp():
            wrapup.stop(turn, agent)
        case ExtendWrapUp():
            wrapup.extend(turn, agent)
        case CallNumber() | CallColleague() | SendKeys():
            _about_a_new_call(turn, agent, request)
        case (
            ArmTransfer()
            | CancelTransfer()
            | TransferToNumber()
            | TransferToColleague()
            | TransferToQueue()
            | CompleteTransfer()
            | ConnectWithoutWaiting()
            | UndoTransfer()
        ):
            _require_exchange(turn.board)
            _about_a_transfer(turn, agent, request, expected)
        case AnswerCall() | RejectCall() | HoldCall() | ResumeCall() | HangUpCall() | StartConference():
            _about_a_call(turn, agent, request, expected)
        case MakeCallBack() | CancelCallBack() | RetryCallBack() | AcceptCallBack() | RejectCallBack():
            _about_a_call_back(turn, agent, request)
        case ClaimMissed() | CallMissed() | ReleaseMissed() | CloseMissed():
            _about_a_missed_caller(turn, agent, request)


def _about_a_call_back(
    turn: Turn,
    agent: Agent,
    request: MakeCallBack | CancelCallBack | RetryCallBack | AcceptCallBack | RejectCallBack,
) -> None:
    if not isinstance(request, AcceptCallBack | RejectCallBack):
        callback.require_right(agent)
    if isinstance(request, MakeCallBack):
        callback.make(turn, _wish(turn.board, agent, request))
        return
    one = callback.find(turn.board, request.callback)
    match request:
        case CancelCallBack():
            attempt = callback.cancel(turn, one, agent.id, CallBackReason.BY_AGENT)
            if attempt is not None:
                talk.hang_up(turn, attempt)
        case RetryCallBack():
            callback.require_over(one)
            callback.require_not_blocked(turn.board, one.row.number)
            # Only numbers of the own country are ever promised a call.
            dial.may_call(agent, one.row.number, NumberKind.NATIONAL)
            _call_back(turn, agent, one)
        case AcceptCallBack():
            callback.require_offered(agent, one)
            callback.require_hours(turn, one)
            _call_back(turn, agent, one)
        case RejectCallBack():
            callback.reject(turn, agent, one)


def _wish(board: Board, agent: Agent, request: MakeCallBack) -> callback.Wish:
    queue = _queue(board, request.queue)
    if not agent.groups & queue.groups:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    waits = board.calls.get(request.call) if request.call is not None else None
    if waits is None or waits.number != request.number:
        # Else a plan would be a way to call numbers that the agent may not dial.
        dial.may_call(agent, request.number, request.kind)
    return callback.Wish(
        number=request.number,
        kind=request.kind,
        name=request.name,
        queue=queue.id,
        by=RequestedBy.AGENT,
        at=request.due_at,
        owner=agent.id if request.mine else None,
        entered_at=waits.place_at if waits is not None and waits.queue == queue.id else None,
    )


def _call_back(turn: Turn, agent: Agent, one: CallBack) -> None:
    """Ring the agent's telephone, then the customer from the queue's number."""
    row = one.row
    _require_exchange(turn.board)
    _ready_to_call(turn, agent)
    call = dial.open_call(turn, agent, number=row.number, name=row.name, queue=row.queue)
    callback.begin(turn, agent, one, call)
    talk.bring_up(turn, agent, call)


def _about_a_missed_caller(
    turn: Turn, agent: Agent, request: ClaimMissed | CallMissed | ReleaseMissed | CloseMissed
) -> None:
    row = missed.find(turn.board, agent, request.missed)
    match request:
        case ClaimMissed(confirmed=confirmed):
            missed.claim(turn, agent, row, confirmed=confirmed)
        case ReleaseMissed():
            missed.release(turn, agent, row)
        case CloseMissed():
            missed.close(turn, agent, row)
        case CallMissed(confirmed=confirmed):
            whose = missed.require_callable(turn.board, agent, row)
            missed.require_nobody(turn.board, agent, row, confirmed=confirmed)
            other = dial.colleague(turn.board, agent, whose) if whose is not None else None
            _ready_to_call(turn, agent)
            name = other.name if other is not None else row.name
            call = dial.open_call(turn, agent, number=row.number, name=name, to=whose, queue=row.queue)
            missed.begin(turn, agent, row, call)
            talk.bring_up(turn, agent, call)


def _about_the_desk(
    turn: Turn,
    agent: Agent,
    request: SignIn | SignOut | PairDevice | UnpairDevice | ChooseGroup | ReturnToWork | Pause | LogOut,
) -> None:
    board = turn.board
    match request:
        case SignIn(queue=queue_id):
            desk.sign_in(turn, agent, _queue(board, queue_id))
        case SignOut(queue=queue_id, confirmed=confirmed):
            desk.sign_out(turn, agent, _queue(board, queue_id), confirmed=confirmed)
            _no_queue_no_wrap_up(turn, agent)
        case PairDevice(device=device_id, take_over=take_over):
            desk.pair(turn, agent, device_id, take_over=take_over)
        case UnpairDevice():
            desk.unpair(turn, agent)
        case ChooseGroup(group=group, confirmed=confirmed):
            desk.choose_group(turn, agent, group, confirmed=confirmed)
        case ReturnToWork():
            desk.unpause(turn, agent)
        case Pause(reason=reason):
            desk.pause(turn, agent, reason)
        case LogOut(device_too=device_too, confirmed=confirmed, phone_stays=phone_stays):
            if any(c.state is CallState.HELD for c in board.calls_of(agent)):
                raise Refused(Code.LIVE_CALL)
            if phone_stays and not device_too and desk.may_go_on_by_phone(board, agent):
                desk.go_on_by_phone(turn, agent)
                return
            if not confirmed:
                desk.must_leave_somebody(agent, desk.queues_of(board, agent))
            if device_too:
                desk.unpair(turn, agent)
            desk.sign_out_everywhere(turn, agent)
            desk.unpause(turn, agent)
            wrapup.drop(turn, agent)
            missed.let_go(turn, agent.id)


def _about_a_call(
    turn: Turn,
    agent: Agent,
    request: AnswerCall | RejectCall | HoldCall | ResumeCall | HangUpCall | StartConference,
    expected: int | None,
) -> None:
    board = turn.board
    match request:
        case AnswerCall(call=call_id):
            _answer(turn, agent, _call(board, call_id, None), expected)
        case RejectCall(call=call_id):
            offer.reject(turn, agent, _call(board, call_id, expected))
        case HoldCall(call=call_id):
            call = _own_call(board, agent, call_id, expected)
            _require_exchange(board)
            talk.hold(turn, agent, call)
        case ResumeCall(call=call_id):
            call = _own_call(board, agent, call_id, expected)
            talk.resume(turn, agent, call)
            transfer.spoken_with_again(turn, call)
        case HangUpCall(call=call_id):
            call = _own_call(board, agent, call_id, expected)
            _require_exchange(board)
            talk.hang_up(turn, call)
        case StartConference(call=call_id):
            call = _own_call(board, agent, call_id, expected)
            _require_exchange(board)
            talk.join_conference(turn, agent, call)
            transfer.spoken_with_again(turn, call)


def _about_a_new_call(turn: Turn, agent: Agent, request: CallNumber | CallColleague | SendKeys) -> None:
    board = turn.board
    match request:
        case SendKeys(digits=digits):
            _require_exchange(board)
            talk.send_keys(turn, agent, digits)
        case CallNumber(number=number, name=name, kind=kind, queue=queue_id):
            dial.may_call(agent, number, kind)
            if queue_id is not None:
                _queue(board, queue_id)
            _ready_to_call(turn, agent)
            call = dial.open_call(turn, agent, number=number, name=name, queue=queue_id)
            call.for_queue = queue_id
            talk.bring_up(turn, agent, call)
        case CallColleague(colleague=other_id):
            other = dial.colleague(board, agent, other_id)
            _ready_to_call(turn, agent)
            call = dial.open_call(turn, agent, number=other.extension, name=other.name, to=other.id)
            talk.bring_up(turn, agent, call)


def _ready_to_call(turn: Turn, agent: Agent) -> None:
    """The agent's telephone can be used for one more call, and a running wrap-up ends (D9)."""
    talk.require_device(turn, agent)
    if agent.line is not None and agent.line.is_coming_up:
        raise Refused(Code.LIVE_CALL)
    wrapup.give_way(turn, agent)
    agent.ring_back_at = None


def _about_a_transfer(
    turn: Turn,
    agent: Agent,
    request: ArmTransfer
    | CancelTransfer
    | TransferToNumber
    | TransferToColleague
    | TransferToQueue
    | CompleteTransfer
    | ConnectWithoutWaiting
    | UndoTransfer,
    expected: int | None,
) -> None:
    board = turn.board
    match request:
        case ArmTransfer(call=call_id, kind=kind):
            transfer.arm(turn, agent, _own_call(board, agent, call_id, expected), kind)
        case CancelTransfer(call=call_id):
            transfer.cancel(turn, agent, _call(board, call_id, None))
        case ConnectWithoutWaiting(call=call_id):
            transfer.connect_without_waiting(turn, agent, _call(board, call_id, None))
        case UndoTransfer(call=call_id):
            transfer.undo(turn, agent, _call(board, call_id, None))
        case CompleteTransfer(call=call_id, to=to_id, confirmed=confirmed):
            call = _own_call(board, agent, call_id, expected)
            transfer.complete(turn, agent, call, _own_call(board, agent, to_id, None), confirmed=confirmed)
        case TransferToNumber(call=call_id, number=number, name=name, kind=kind):
            dial.may_call(agent, number, kind)
            call = _own_call(board, agent, call_id, expected)
            transfer.to_recipient(turn, agent, call, number=number, colleague=None, name=name)
        case TransferToColleague(call=call_id, colleague=other_id):
            call = _call(board, call_id, expected)
            if call.state is CallState.WAITING:
                _may_send(turn, agent, call)
                transfer.send_waiting(turn, agent, call, dial.colleague(board, agent, other_id))
            else:
                call = _own_call(board, agent, call_id, expected)
                other = dial.colleague(board, agent, other_id)
                transfer.to_recipient(turn, agent, call, number=None, colleague=other, name=None)
        case TransferToQueue(call=call_id, queue=queue_id):
            call = _call(board, call_id, expected)
            if call.state is CallState.WAITING:
                _may_send(turn, agent, call)
            else:
                _own_call(board, agent, call_id, expected)
            queue = _queue(board, queue_id)
            exits.may_be_sent(turn, call, queue)
            transfer.to_queue(turn, agent, call, queue)


def _may_send(turn: Turn, agent: Agent, call: Call) -> None:
    """A waiting call may be sent on by who may pick it; its cards go."""
    _may_pick(turn.board, agent, call)
    if call.transfer is not None:
        raise Refused(Code.TRANSFER_IN_PROGRESS)


def _answer(turn: Turn, agent: Agent, call: Call, expected: int | None) -> None:
    board = turn.board
    if call.agent == agent.id:
        if call.state is CallState.HELD:
            raise Refused(Code.OUT_OF_DATE)
        return
    if call.agent is not None:
        raise Refused(Code.ANSWERED_BY, name=board.agents[call.agent].name)
    if call.state is not CallState.WAITING:
        raise Refused(Code.OUT_OF_DATE)
    if expected is not None and expected != call.version:
        raise Refused(Code.OUT_OF_DATE)
    if agent.id not in call.offers:
        _may_pick(board, agent, call)
    if board.on_line(agent) and not call.urgent and not board.rules.pick_while_busy:
        raise Refused(Code.BUSY_TALKING)
    talk.require_device(turn, agent)
    if agent.line is not None and agent.line.is_coming_up:
        raise Refused(Code.LIVE_CALL)
    wrapup.give_way(turn, agent)
    desk.unpause(turn, agent)
    offer.claim(turn, agent, call)
    talk.bring_up(turn, agent, call)


def _may_pick(board: Board, agent: Agent, call: Call) -> None:
    """Cherry-pick any waiting call of the chosen group, signed in or not (2.1.2-h, 2.1.2-l), unless the organisation
    wants a sign-in for it (D13)."""
    if agent.id in (call.to, call.back_to):
        return
    queue = board.queues.get(call.queue) if call.queue is not None else None
    if queue is None or agent.group is None or agent.group not in queue.groups:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    if Right.PICK not in agent.rights:
        raise Refused(Code.NO_RIGHT)
    if board.rules.pick_signed_in_only and queue.id not in agent.signed_in:
        raise Refused(Code.NOT_SIGNED_IN)


def _no_queue_no_wrap_up(turn: Turn, agent: Agent) -> None:
    """Signed out of everything: there is nothing to be shielded from (D9)."""
    if not agent.signed_in and agent.wrap_up is not None and agent.wrap_up.until is not None:
        wrapup.finish(turn, agent)


def _call(board: Board, call_id: CallId, expected: int | None) -> Call:
    call = board.calls.get(call_id)
    if call is None:
        raise Refused(Code.CALL_GONE)
    if expected is not None and expected != call.version:
        raise Refused(Code.OUT_OF_DATE)
    return call


def _own_call(board: Board, agent: Agent, call_id: CallId, expected: int | None) -> Call:
    call = _call(board, call_id, expected)
    if call.agent != agent.id:
        raise Refused(Code.NOT_YOUR_CALL)
    return call


def _queue(board: Board, queue_id: QueueId) -> Queue:
    queue = board.queues.get(queue_id)
    if queue is None:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    return queue


def _require_exchange(board: Board) -> None:
    if not board.exchange_up:
        raise Refused(Code.EXCHANGE_DOWN)
