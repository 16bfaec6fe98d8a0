"""The one door of the core: an event or a request in, effects out. It decides and never waits.

The shell feeds it (`handle`, `ask`), carries out what it returns, and wakes it when `next_deadline` says so
(`handle_deadline`). After every turn: can a waiting call be offered?
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection

from cordboard.core import (
    afresh,
    aftermath,
    alone,
    arrival,
    asking,
    callback,
    clicks,
    configure,
    customer_first,
    desk,
    exits,
    handover,
    holding,
    leaving,
    missed,
    offer,
    phone,
    restore,
    talk,
    transfer_key,
    urgent,
    wrapup,
)
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Reason, TransferState
from cordboard.core.distribute import distribute
from cordboard.core.events import (
    AnnouncementCalled,
    AnnouncementEnded,
    CallArrived,
    CallBackKept,
    CallHandledAlone,
    ConsoleLost,
    ConsoleSeen,
    CountsBegan,
    DayStarted,
    DeviceElsewhere,
    DeviceEngaged,
    DeviceRegistered,
    DeviceUnregistered,
    DirectCallArrived,
    Event,
    ExchangeLost,
    ExchangeRestored,
    HoldFailed,
    JoinFailed,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeldByPhone,
    LegResumedByPhone,
    LegRinging,
    MessageRecorded,
    PairFailed,
    PartyRecognised,
    PhoneDialled,
    PhoneTransferAsked,
    QueueOpened,
    TalkPackageSeen,
)
from cordboard.core.notices import Thing
from cordboard.core.records import SegmentOutcome
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import Request
from cordboard.core.turn import CALL_ALARM, CALLBACK_ALARM, OFFERS_ALARM, Turn
from cordboard.core.types import CallBackId, CallId, DeviceId, EndedBy, Instant, LegId, UserId

_BEGINS: dict[CallState, tuple[Callable[[Turn, Call], None], ...]] = {
    CallState.WAITING: (exits.watch, urgent.watch, customer_first.watch),
    CallState.DIALLING: (callback.moved,),
    CallState.HELD: (holding.begin,),
}
"""What begins for a call that has come into this state; in the others nothing does."""
ROUNDS_MAX = 50
"""What one turn may set off in turn; more is a mistake of ours."""


class Switchboard:
    """The desk of one organisation."""

    def __init__(self, board: Board, new_leg: Callable[[], LegId]) -> None:
        """`new_leg` gives a name that no leg had before, also not before a restart (reliability F8)."""
        self.board = board
        self._new_leg = new_leg

    def next_deadline(self) -> Instant | None:
        """The earliest moment at which something may happen by itself; None if nothing will."""
        return self.board.alarms[0][0] if self.board.alarms else None

    @property
    def at_rest(self) -> bool:
        """Nobody is on the line, no wrap-up runs or is due, and no call back is being offered for so long only."""
        board = self.board
        return (
            board.exchange_up
            and not board.calls
            and not board.lines
            and all(a.wrap_up is None and not a.pending_wrap_up_ms for a in board.agents.values())
            and all(one.round_until is None for one in board.callbacks.values())
        )

    def set_clock(self, step_ms: int) -> None:
        """The clock made a step while the desk was at rest (F14).

        What has gone on for a while goes on for as long, and is due after as much time as before; what is planned
        for a moment of people's day, a call back, is due at that moment.
        """
        assert self.at_rest
        board = self.board
        for agent in board.agents.values():
            agent.idle_since += step_ms
            agent.status_since += step_ms
            agent.remind_at = _moved(agent.remind_at, step_ms)
            agent.console_lost_at = _moved(agent.console_lost_at, step_ms)
            agent.device_lost_at = _moved(agent.device_lost_at, step_ms)
            agent.line_lost_until = _moved(agent.line_lost_until, step_ms)
            agent.ring_back_at = _moved(agent.ring_back_at, step_ms)
        for device in board.devices.values():
            device.quiet_until += step_ms
        for queue in board.queues.values():
            queue.empty_since = _moved(queue.empty_since, step_ms)
            queue.unstaffed_since = _moved(queue.unstaffed_since, step_ms)
            queue.deserted_since = _moved(queue.deserted_since, step_ms)
        board.exchange_since += step_ms
        board.alarms = [
            (at if key.startswith(CALLBACK_ALARM) else at + step_ms, key) for at, key in board.alarms
        ]
        heapq.heapify(board.alarms)
        board.alarms_set = set(board.alarms)

    def handle_deadline(self, now: Instant) -> Turn:
        """Let everything happen that is due by `now`."""
        turn = Turn(self.board, now, self._new_leg)
        due: dict[str, None] = {}
        while self.board.alarms and self.board.alarms[0][0] <= now:
            alarm = heapq.heappop(self.board.alarms)
            self.board.alarms_set.discard(alarm)
            due[alarm[1]] = None
        for key in due:
            if key.startswith(OFFERS_ALARM):
                if (concerned := self.board.agents.get(UserId(key.removeprefix(OFFERS_ALARM)))) is not None:
                    turn.touch_agent(concerned)
            elif key.startswith(CALL_ALARM):
                call = self.board.calls.get(CallId(key.removeprefix(CALL_ALARM)))
                if call is not None and self.board.exchange_up:
                    self._call_due(turn, call)
                    turn.touch_call(call)
            elif key.startswith(CALLBACK_ALARM):
                one = self.board.callbacks.get(CallBackId(key.removeprefix(CALLBACK_ALARM)))
                if one is not None:
                    callback.due(turn, one)
            elif (agent := self.board.agents.get(UserId(key))) is not None:
                self._agent_due(turn, agent)
        return self._finish(turn)

    def remember_all(self, open_calls: Collection[CallId], now: Instant) -> Turn:
        """Records were given up: have the database keep what there is, see `afresh`."""
        turn = Turn(self.board, now, self._new_leg)
        afresh.remember_all(turn, open_calls)
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
        agent = self.board.agents.get(request.agent)
        if agent is None:
            # Taken away while the click was on its way.
            raise Refused(Code.NO_RIGHT)
        clicks.click(turn, agent, request, expected)
        desk.back_to_work(turn, agent)
        return self._finish(turn)

    def configure(self, wanted: Board, now: Instant) -> Turn:
        """Take over what an administrator changed (see `configure`).

        Raises:
            Refused: it cannot be done now; nothing has changed.
        """
        turn = Turn(self.board, now, self._new_leg)
        configure.configure(turn, wanted)
        return self._finish(turn)

    def release(self, device: DeviceId, now: Instant) -> Turn:
        """An administrator takes a telephone from whoever has it paired (1.2-j).

        Raises:
            Refused: it cannot be done now; nothing has changed.
        """
        turn = Turn(self.board, now, self._new_leg)
        desk.release(turn, device)
        return self._finish(turn)

    def _finish(self, turn: Turn) -> Turn:
        for _ in range(ROUNDS_MAX):
            if not self._follow_up(turn):
                break
        else:
            raise AssertionError("a turn that sets off more and more")
        turn.settle_statuses()
        return turn

    def _follow_up(self, turn: Turn) -> bool:
        """What this turn set off; True: there may be more."""
        if turn.taken:
            taken, turn.taken = turn.taken, []
            for call in taken:
                aftermath.taken(turn, call)
                missed.spoken_with(turn, call)
                # Whom an agent passed on while it rang speaks with somebody, but not with one of ours.
                for attempt in callback.spoken_with(turn, call) if call.agent is not None else ():
                    talk.hang_up(turn, attempt)
        elif turn.over:
            over, turn.over = turn.over, []
            for ended in over:
                aftermath.after(turn, ended)
                urgent.settled(turn, ended.call)
                leaving.gone(turn, ended.call)
                callback.after(turn, ended)
                missed.after(turn, ended)
        elif turn.unanswered:
            unanswered, turn.unanswered = turn.unanswered, []
            for agent, call in unanswered:
                phone.not_up(turn, agent, call)
        elif turn.sent_on:
            sent_on, turn.sent_on = turn.sent_on, []
            for call in sent_on:
                exits.sent_on(turn, call)
        elif turn.stranded:
            stranded, turn.stranded = turn.stranded, []
            for call, reason in stranded:
                self._strand(turn, call, reason)
        elif turn.declined:
            declined, turn.declined = turn.declined, []
            for call in declined:
                exits.declined(turn, call)
        elif turn.moved:
            moved, turn.moved = turn.moved, []
            for call in moved:
                if call.dialogue is not None:
                    asking.moved(turn, call)
                    if call.state is not CallState.WAITING:
                        exits.watch(turn, call)
                for begin in _BEGINS.get(call.state, ()):
                    begin(turn, call)
                if call.state is not CallState.WAITING:
                    urgent.settled(turn, call)
        elif turn.left:
            left, turn.left = turn.left, []
            wrapup.after_calls(turn, left)
        elif turn.look_again:
            turn.look_again = False
            callback.settle(turn)
            customer_first.settle(turn)
            for queue in distribute(turn):
                urgent.staffing(turn, queue)
                exits.staffing(turn, queue)
        else:
            return False
        return True

    def _strand(self, turn: Turn, call: Call, reason: Reason) -> None:
        """Nobody took this caller: back to who passed it on, else the rule for it (D7, D21, D29)."""
        if call.state is CallState.ENDED or call.id not in turn.board.calls:
            return
        if call.transfer is not None and call.transfer.state is TransferState.RINGING:
            handover.come_back(turn, call, reason)
        else:
            exits.stranded(turn, call, reason)

    # --- facts ---

    def _event(self, turn: Turn, event: Event) -> None:
        board = self.board
        match event:
            case CallArrived():
                if (call := arrival.for_queue(turn, event)) is not None:
                    turn.moved.append(call)
            case DirectCallArrived():
                arrival.for_person(turn, event)
            case AnnouncementCalled():
                arrival.for_announcement(turn, event)
            case CallHandledAlone():
                alone.handled(turn, event)
            case PhoneDialled():
                arrival.phone_dialled(turn, event)
            case PhoneTransferAsked():
                transfer_key.asked(turn, event)
            case LegRinging():
                pass
            case LegAnswered(leg=leg):
                self._leg_answered(turn, leg)
            case PairFailed(one=one, other=other):
                aftermath.pair_failed(turn, one, other)
            case AnnouncementEnded(leg=leg):
                leaving.announcement_ended(turn, leg)
            case KeyPressed(leg=leg, key=key):
                asking.pressed(turn, leg, key)
            case CallBackKept(call=call_id):
                asking.kept(turn, call_id)
                customer_first.kept(turn, call_id)
            case MessageRecorded():
                leaving.message_recorded(turn, event)
            case QueueOpened(queue=queue_id, open=is_open):
                if (opened := board.queues.get(queue_id)) is not None:
                    exits.opened(turn, opened, is_open=is_open)
                    callback.hours_changed(turn, queue_id)
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
            case DeviceEngaged(device=device_id, engaged=engaged):
                phone.engaged(turn, device_id, engaged=engaged)
            case DeviceElsewhere(device=device_id, elsewhere=elsewhere):
                phone.elsewhere(turn, device_id, elsewhere=elsewhere)
            case TalkPackageSeen(device=device_id):
                phone.talk_package_seen(turn, device_id)
            case ConsoleSeen(agent=agent_id):
                if (seen := board.agents.get(agent_id)) is not None:
                    desk.console_seen(turn, seen)
            case ConsoleLost(agent=agent_id):
                if (lost := board.agents.get(agent_id)) is not None:
                    desk.console_lost(turn, lost)
            case ExchangeLost():
                board.exchange_up, board.exchange_since = False, turn.now
                turn.show(Thing.EXCHANGE, "exchange")
            case ExchangeRestored():
                restore.restored(turn, event)
                callback.look_at_all(turn)
                missed.look_at_all(turn)
                turn.look_again = turn.look_everywhere = True
            case PartyRecognised(call=call_id, name=name):
                arrival.recognised(turn, call_id, name)
            case DayStarted():
                callback.forget_old(turn)
                missed.forget_old(turn)
            case CountsBegan(since=since):
                for queue in board.queues.values():
                    queue.numbers.begin(since)
                    turn.show(Thing.QUEUE, queue.id)

    def _leg_answered(self, turn: Turn, leg: LegId) -> None:
        call_id = self.board.parties.get(leg)
        if call_id is None:
            phone.leg_answered(turn, leg)
            return
        call = self.board.calls[call_id]
        if call.state is not CallState.DIALLING:
            return
        agent = self.board.agents.get(call.agent) if call.agent is not None else None
        if call.rings_customer_first:
            customer_first.answered(turn, call)
        elif agent is None:
            aftermath.recipient_answered(turn, call)
        else:
            talk.party_answered(turn, agent, call)
            aftermath.consulted(turn, agent, call)

    def _leg_ended(self, turn: Turn, leg: LegId, how: LegEnd) -> None:
        call_id = self.board.parties.get(leg)
        if call_id is not None:
            call = self.board.calls[call_id]
            offer.withdraw_all(turn, call, SegmentOutcome.ABANDONED)
            not_reached = call.state is CallState.DIALLING
            by = EndedBy.CALL_BACK if asking.is_promised(call) else EndedBy.CALLER
            if not leaving.hung_up(turn, call, by):
                talk.end(turn, call, EndedBy.NOT_REACHED if not_reached else by, how)
            return
        phone.leg_ended(turn, leg, how)

    # --- what falls due ---

    def _agent_due(self, turn: Turn, agent: Agent) -> None:
        # With the exchange away nothing can be seen to happen; its return sets these moments again.
        if self.board.exchange_up:
            phone.due(turn, agent)
        wrapup.due(turn, agent)
        desk.due(turn, agent)
        phone.left_behind(turn, agent)

    def _call_due(self, turn: Turn, call: Call) -> None:
        aftermath.due(turn, call)
        for look in (holding.due, leaving.due, exits.due, urgent.due, customer_first.due):
            if call.state is not CallState.ENDED:
                look(turn, call)


def _moved(at: Instant | None, step_ms: int) -> Instant | None:
    return None if at is None else at + step_ms
