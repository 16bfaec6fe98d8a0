"""The one door of the core: an event or a request in, effects out. It decides and never waits.

The shell feeds it (`handle`, `ask`), carries out what it returns, and wakes it when `next_deadline` says so
(`handle_deadline`). After every turn: can a waiting call be offered?
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from cordboard.core import desk, offer, phone, restore, talk, wrapup
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.commands import PlaceInQueue
from cordboard.core.events import (
    CallArrived,
    ConsoleLost,
    ConsoleSeen,
    DayStarted,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    ExchangeLost,
    ExchangeRestored,
    HoldFailed,
    JoinFailed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeldByPhone,
    LegResumedByPhone,
    TalkPackageSeen,
)
from cordboard.core.notices import Changed, Thing
from cordboard.core.queue import Queue
from cordboard.core.records import CallOpened, SegmentOutcome
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import (
    AnswerCall,
    ChooseGroup,
    HangUpCall,
    HoldCall,
    LogOut,
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
from cordboard.core.turn import Turn
from cordboard.core.types import (
    CallId,
    Direction,
    EndedBy,
    Instant,
    LegId,
    QueueId,
    Right,
    UserId,
)


class Switchboard:
    """The desk of one organisation."""

    def __init__(self, board: Board, new_leg: Callable[[], LegId]) -> None:
        """`new_leg` gives a name that no leg had before, also not before a restart (reliability F8)."""
        self.board = board
        self._new_leg = new_leg

    def next_deadline(self) -> Instant | None:
        """The earliest moment at which something may happen by itself; None if nothing will."""
        return self.board.alarms[0][0] if self.board.alarms else None

    def handle_deadline(self, now: Instant) -> Turn:
        """Let everything happen that is due by `now`."""
        turn = Turn(self.board, now, self._new_leg)
        due: dict[str, None] = {}
        while self.board.alarms and self.board.alarms[0][0] <= now:
            alarm = heapq.heappop(self.board.alarms)
            self.board.alarms_set.discard(alarm)
            due[alarm[1]] = None
        for key in due:
            if not key:
                turn.look_again = True
            elif (agent := self.board.agents.get(UserId(key))) is not None:
                self._agent_due(turn, agent)
        return self._finish(turn)

    def handle(self, event: Event, now: Instant) -> Turn:
        """Take one fact."""
        turn = Turn(self.board, now, self._new_leg)
        self._event(turn, event)
        return self._finish(turn)

    def ask(self, request: Request, now: Instant, expected: int | None = None) -> Turn:
        """Carry out what somebody asks.

        Args:
            expected: the version of the call that the asker saw; None: any.

        Raises:
            Refused: the rules forbid it; nothing has changed.
        """
        turn = Turn(self.board, now, self._new_leg)
        agent = self.board.agents[request.agent]
        self._request(turn, agent, request, expected)
        desk.back_to_work(turn, agent)
        return self._finish(turn)

    def _finish(self, turn: Turn) -> Turn:
        for agent, call in turn.left:
            wrapup.after_call(turn, agent, call)
        turn.left.clear()
        if turn.look_again:
            turn.look_again = False
            offer.distribute(turn)
        turn.settle_statuses()
        return turn

    # --- facts ---

    def _event(self, turn: Turn, event: Event) -> None:
        board = self.board
        match event:
            case CallArrived():
                self._arrived(turn, event)
            case LegAnswered(leg=leg):
                phone.leg_answered(turn, leg)
            case LegEnded(leg=leg, how=how):
                self._leg_ended(turn, leg, how)
            case LegHeldByPhone(leg=leg):
                phone.held_by_phone(turn, leg, held=True)
            case LegResumedByPhone(leg=leg):
                phone.held_by_phone(turn, leg, held=False)
            case JoinFailed(line=line, party=party):
                phone.join_failed(turn, line, party)
            case HoldFailed(party=party):
                phone.hold_failed(turn, party)
            case DeviceRegistered(device=device):
                phone.registration(turn, device, registered=True)
            case DeviceUnregistered(device=device):
                phone.registration(turn, device, registered=False)
            case TalkPackageSeen(device=device_id):
                phone.talk_package_seen(turn, device_id)
            case ConsoleSeen(agent=agent_id):
                desk.console_seen(turn, board.agents[agent_id])
            case ConsoleLost(agent=agent_id):
                desk.console_lost(turn, board.agents[agent_id])
            case ExchangeLost():
                board.exchange_up, board.exchange_since = False, turn.now
                turn.changed[Changed(Thing.EXCHANGE, "exchange")] = None
            case ExchangeRestored():
                restore.restored(turn, event)
                turn.look_again = True
            case DayStarted(since=since):
                for queue in board.queues.values():
                    queue.numbers.start_anew(since)
                    turn.changed[Changed(Thing.QUEUE, queue.id)] = None

    def _arrived(self, turn: Turn, event: CallArrived) -> None:
        board = self.board
        queue = board.queues[event.queue]
        if event.leg in board.parties or event.call in board.calls or event.leg in board.ended:
            return
        call = Call(
            id=event.call,
            leg=event.leg,
            queue=queue.id,
            direction=Direction.IN,
            number=event.number,
            name=event.name,
            entered_at=turn.now,
            urgent=queue.urgent,
            priority=queue.priority,
            since=turn.now,
            segment_since=turn.now,
        )
        board.calls[call.id] = call
        board.parties[call.leg] = call.id
        queue.numbers.entered()
        turn.remember(
            CallOpened(
                call=call.id,
                leg=call.leg,
                queue=queue.id,
                direction=Direction.IN,
                number=call.number,
                name=call.name,
                dialled=event.dialled,
                at=turn.now,
            )
        )
        answer = not queue.ring_until_answered
        turn.do(PlaceInQueue(leg=call.leg, call=call.id, queue=queue.id, answer=answer))
        turn.show_call(call)

    def _leg_ended(self, turn: Turn, leg: LegId, how: LegEnd) -> None:
        call_id = self.board.parties.get(leg)
        if call_id is not None:
            call = self.board.calls[call_id]
            offer.withdraw_all(turn, call, SegmentOutcome.ABANDONED)
            talk.end(turn, call, EndedBy.CALLER)
            return
        phone.leg_ended(turn, leg, how)

    # --- what falls due ---

    def _agent_due(self, turn: Turn, agent: Agent) -> None:
        # With the exchange away nothing can be seen to happen; its return sets these moments again.
        if self.board.exchange_up:
            phone.due(turn, agent)
        wrapup.due(turn, agent)
        desk.due(turn, agent)

    # --- requests ---

    def _request(self, turn: Turn, agent: Agent, request: Request, expected: int | None) -> None:
        match request:
            case AnswerCall(call=call_id):
                self._answer(turn, agent, self._call(call_id, None), expected)
            case RejectCall(call=call_id):
                offer.reject(turn, agent, self._call(call_id, expected))
            case HoldCall(call=call_id):
                call = self._own_call(agent, call_id, expected)
                self._require_exchange()
                talk.hold(turn, agent, call)
            case ResumeCall(call=call_id):
                talk.resume(turn, agent, self._own_call(agent, call_id, expected))
            case HangUpCall(call=call_id):
                call = self._own_call(agent, call_id, expected)
                self._require_exchange()
                talk.hang_up(turn, call)
            case SignIn(queue=queue_id):
                desk.sign_in(turn, agent, self._queue(queue_id))
            case SignOut(queue=queue_id, confirmed=confirmed):
                desk.sign_out(turn, agent, self._queue(queue_id), confirmed=confirmed)
                self._no_queue_no_wrap_up(turn, agent)
            case PairDevice(device=device_id):
                desk.pair(turn, agent, device_id)
            case UnpairDevice():
                desk.unpair(turn, agent)
            case ChooseGroup(group=group):
                desk.choose_group(turn, agent, group)
            case StartWrapUp():
                wrapup.start(turn, agent)
            case StopWrapUp():
                wrapup.stop(turn, agent)
            case ReturnToWork():
                pass
            case LogOut(device_too=device_too):
                if any(c.state is CallState.HELD for c in self.board.calls_of(agent)):
                    raise Refused(Code.LIVE_CALL)
                if device_too:
                    desk.unpair(turn, agent)
                desk.sign_out_everywhere(turn, agent)
                wrapup.drop(turn, agent)

    def _answer(self, turn: Turn, agent: Agent, call: Call, expected: int | None) -> None:
        if call.agent == agent.id:
            if call.state is CallState.HELD:
                raise Refused(Code.OUT_OF_DATE)
            return
        if call.agent is not None:
            raise Refused(Code.ANSWERED_BY, name=self.board.agents[call.agent].name)
        if expected is not None and expected != call.version:
            raise Refused(Code.OUT_OF_DATE)
        if agent.id not in call.offers:
            self._may_pick(agent, call)
        talk.require_device(turn, agent)
        if agent.line is not None and agent.line.is_coming_up:
            raise Refused(Code.LIVE_CALL)
        wrapup.give_way(turn, agent)
        offer.claim(turn, agent, call)
        talk.bring_up(turn, agent, call)

    def _may_pick(self, agent: Agent, call: Call) -> None:
        """Cherry-pick any waiting call of the chosen group, signed in or not (2.1.2-h, 2.1.2-l)."""
        queue = self.board.queues.get(call.queue) if call.queue is not None else None
        if queue is None or agent.group is None or agent.group not in queue.groups:
            raise Refused(Code.QUEUE_NOT_AVAILABLE)
        if Right.PICK not in agent.rights:
            raise Refused(Code.NO_RIGHT)

    def _no_queue_no_wrap_up(self, turn: Turn, agent: Agent) -> None:
        """Signed out of everything: there is nothing to be shielded from (D9)."""
        if not agent.signed_in and agent.wrap_up is not None and agent.wrap_up.until is not None:
            wrapup.finish(turn, agent)

    def _call(self, call_id: CallId, expected: int | None) -> Call:
        call = self.board.calls.get(call_id)
        if call is None:
            raise Refused(Code.CALL_GONE)
        if expected is not None and expected != call.version:
            raise Refused(Code.OUT_OF_DATE)
        return call

    def _own_call(self, agent: Agent, call_id: CallId, expected: int | None) -> Call:
        call = self._call(call_id, expected)
        if call.agent != agent.id:
            raise Refused(Code.NOT_YOUR_CALL)
        return call

    def _queue(self, queue_id: QueueId) -> Queue:
        queue = self.board.queues.get(queue_id)
        if queue is None:
            raise Refused(Code.QUEUE_NOT_AVAILABLE)
        return queue

    def _require_exchange(self) -> None:
        if not self.board.exchange_up:
            raise Refused(Code.EXCHANGE_DOWN)
