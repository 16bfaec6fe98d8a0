"""What people, telephones and the exchange do on a random day (`day`)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from cordboard.core import line as lines
from cordboard.core.agent import Agent, LineState
from cordboard.core.call import Call, CallState
from cordboard.core.events import (
    ConsoleLost,
    ConsoleSeen,
    HoldFailed,
    JoinFailed,
    LegEnd,
    MessageRecorded,
    PhoneTransferAsked,
    Place,
    TalkPackageSeen,
)
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
    LogOut,
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
from cordboard.core.types import DeviceId, GroupId, NumberKind, QueueId, TransferKind, UserId
from tests.support.day_promises import Promises
from tests.support.day_weights import NAMES
from tests.support.pretend_exchange import Phone

if TYPE_CHECKING:
    from tests.support.day import Day

CALLS_MAX = 9
OUTSIDE = "31880009988"


def deeds(day: Day) -> list[Callable[[], None]]:
    """Everything that may happen, in the order of `WEIGHTS`."""
    return [getattr(_Deeds(day), name) for name in NAMES]


class _Deeds(Promises):
    def __init__(self, day: Day) -> None:
        self.day = day

    # --- callers ---

    def a_caller_comes(self) -> None:
        day = self.day
        if len(day.board.calls) >= CALLS_MAX or not day.board.exchange_up:
            return
        day.arrived += 1
        kind = day.chance.random()
        if kind < 0.12:
            day.direct_call(f"c{day.arrived}", day.chance.choice(sorted(day.board.agents)))
        elif kind < 0.14:
            day.announcement_called(f"c{day.arrived}", "a-hours")
        else:
            day.call_arrives(f"c{day.arrived}", day.chance.choice(sorted(day.board.queues)))

    def a_caller_has_had_enough(self) -> None:
        call = self._a_call(lambda c: True)
        if call is not None and call.leg in self.day.exchange.callers:
            self.day.saw("caller gone", call)
            self.day.party_hangs_up(call.id, self.day.chance.choice(list(LegEnd)))

    def somebody_outside_answers(self) -> None:
        day = self.day
        ringing = sorted(leg for leg, c in day.exchange.callers.items() if c.number and not c.answered)
        if ringing:
            day.events.extend(day.exchange.answer(day.chance.choice(ringing)))
            self._tell()

    # --- people ---

    def somebody_answers(self) -> None:
        cards = sorted((c.id, a) for c in self.day.board.calls.values() for a in c.offers)
        if cards:
            call, agent = self.day.chance.choice(cards)
            self._ask(AnswerCall(agent=agent, call=call))

    def somebody_rejects(self) -> None:
        cards = sorted((c.id, a) for c in self.day.board.calls.values() for a in c.offers)
        if cards:
            call, agent = self.day.chance.choice(cards)
            self._ask(RejectCall(agent=agent, call=call))

    def somebody_picks(self) -> None:
        call = self._a_call(lambda c: c.state is CallState.WAITING)
        if call is not None:
            self._ask(AnswerCall(agent=self._somebody().id, call=call.id))

    def two_click_at_once(self) -> None:
        call = self._a_call(lambda c: c.state is CallState.WAITING)
        if call is not None:
            for agent in self.day.chance.sample(sorted(self.day.board.agents), 2):
                self._ask(AnswerCall(agent=UserId(agent), call=call.id))
            self.day.sometimes["two clicks"] += 1

    def somebody_does_something_with_a_call(self) -> None:
        own = self._own_call()
        if own is None:
            return
        agent, call = own
        requests: list[Request] = [
            HoldCall(agent=agent.id, call=call.id),
            ResumeCall(agent=agent.id, call=call.id),
            HangUpCall(agent=agent.id, call=call.id),
            ArmTransfer(agent=agent.id, call=call.id, kind=self.day.chance.choice(list(TransferKind))),
            StartConference(agent=agent.id, call=call.id),
            SendKeys(agent=agent.id, digits="12#"),
            StartWrapUp(agent=agent.id),
        ]
        for _ in range(self.day.chance.choice((1, 1, 2))):
            # A double click does a thing once.
            self._ask(self.day.chance.choice(requests))

    def a_call_is_passed_on(self) -> None:
        day = self.day
        passed = [c for c in day.board.calls.values() if c.transfer is not None]
        if not passed:
            mine = self._own_call()
            if mine is not None:
                kind = day.chance.choice(list(TransferKind))
                self._ask(ArmTransfer(agent=mine[0].id, call=mine[1].id, kind=kind))
            return
        call = day.chance.choice(sorted(passed, key=lambda c: c.id))
        assert call.transfer is not None
        who, to = call.transfer.initiator, call.transfer.recipient
        day.sometimes[f"transfer:{call.transfer.state.value}"] += 1
        day.exchange.pairs = day.chance.random() > 0.15
        other = UserId(day.chance.choice(sorted(day.board.agents)))
        queue = QueueId(day.chance.choice(sorted(day.board.queues)))
        own = sorted(day.board.agents[who].calls)
        requests: list[Request] = [
            TransferToNumber(agent=who, call=call.id, number=OUTSIDE, kind=NumberKind.NATIONAL),
            TransferToColleague(agent=who, call=call.id, colleague=other),
            TransferToColleague(agent=who, call=call.id, colleague=other),
            CompleteTransfer(agent=who, call=call.id, to=to or call.id, confirmed=True),
            CompleteTransfer(agent=who, call=call.id, to=to or call.id, confirmed=True),
            CancelTransfer(agent=who, call=call.id),
            ConnectWithoutWaiting(agent=who, call=call.id),
            UndoTransfer(agent=who, call=call.id),
            TransferToQueue(agent=who, call=call.id, queue=queue),
        ]
        if to is not None:
            requests.append(HangUpCall(agent=who, call=to))
        if own:
            requests.append(
                CompleteTransfer(agent=who, call=call.id, to=day.chance.choice(own), confirmed=True)
            )
        self._ask(day.chance.choice(requests))

    def somebody_calls(self) -> None:
        day = self.day
        if len(day.board.calls) >= CALLS_MAX:
            return
        engaged = day.chance.choice((None, None, LegEnd.BUSY, LegEnd.NO_ANSWER, LegEnd.UNREACHABLE))
        day.exchange.engaged = {OUTSIDE: engaged} if engaged is not None else {}
        agent = self._somebody().id
        if day.chance.random() < 0.5:
            self._ask(CallNumber(agent=agent, number=OUTSIDE, kind=NumberKind.NATIONAL))
        else:
            self._ask(CallColleague(agent=agent, colleague=self._somebody().id))

    def a_waiting_call_is_sent_on(self) -> None:
        call = self._a_call(lambda c: c.state is CallState.WAITING)
        if call is not None:
            self._ask(
                TransferToColleague(agent=self._somebody().id, call=call.id, colleague=self._somebody().id)
            )

    def somebody_changes_something(self) -> None:
        day, agent = self.day, self._somebody()
        queue = QueueId(day.chance.choice(sorted(day.board.queues)))
        requests: list[Request] = [
            SignIn(agent=agent.id, queue=queue),
            SignIn(agent=agent.id, queue=queue),
            SignOut(agent=agent.id, queue=queue, confirmed=True),
            StartWrapUp(agent=agent.id),
            StopWrapUp(agent=agent.id),
            StopWrapUp(agent=agent.id),
            Pause(agent=agent.id, reason="Lunch"),
            PairDevice(
                agent=agent.id,
                device=DeviceId(day.chance.choice(sorted(day.board.devices))),
                take_over=day.chance.random() < 0.3,
            ),
            ReturnToWork(agent=agent.id),
            ReturnToWork(agent=agent.id),
            UnpairDevice(agent=agent.id),
            *(ExtendWrapUp(agent=a.id) for a in day.board.agents.values() if a.wrap_up is not None),
            ChooseGroup(agent=agent.id, group=GroupId(day.chance.choice(sorted(agent.groups)))),
            LogOut(agent=agent.id, device_too=day.chance.random() < 0.3),
        ]
        self._ask(day.chance.choice(requests))

    def somebody_changes_group(self) -> None:
        agent = self._somebody()
        other = next(group for group in sorted(agent.groups) if group != agent.group)
        self._ask(ChooseGroup(agent=agent.id, group=other))
        for queue in sorted(self.day.board.queues):
            self._ask(SignIn(agent=agent.id, queue=queue))

    def somebody_comes_to_work(self) -> None:
        agent = self._somebody()
        device = DeviceId(f"{agent.id}-phone")
        requests: list[Request] = [
            PairDevice(agent=agent.id, device=device),
            StopWrapUp(agent=agent.id),
            ReturnToWork(agent=agent.id),
            *(SignIn(agent=agent.id, queue=q) for q in sorted(self.day.board.queues)),
        ]
        for request in requests:
            self._ask(request)
        if self.day.board.exchange_up and agent.device is not None:
            self.day.phone_comes_back(agent.id)

    def nobody_does_anything(self) -> None:
        """Telephones ring out, and who never takes one is set away."""
        day = self.day
        before = {agent.id for agent in day.board.agents.values() if agent.away}
        for _ in range(5):
            day.wait(4)
        day.sometimes["set away"] += sum(a.away and a.id not in before for a in day.board.agents.values())

    def a_console_comes_or_goes(self) -> None:
        """The page is closed; whoever stays away is signed out after ten minutes (D16)."""
        day, agent = self.day, self._somebody()
        if not agent.console:
            day.tell(ConsoleSeen(agent=agent.id))
            return
        day.tell(ConsoleLost(agent=agent.id))
        if day.chance.random() < 0.3 and day.board.exchange_up:
            before = len(agent.signed_in)
            day.wait(day.board.rules.console_gone_ms / 1000 + 1)
            day.sometimes["signed out without a console"] += before > len(agent.signed_in)

    def a_phone_registers_while_nobody_sits_there(self) -> None:
        """Its agent let it ring and went home; ten minutes later nobody is signed in there, and it comes back."""
        day = self.day
        gone = [a for a in day.board.agents.values() if a.away and a.device is not None and not a.calls]
        if not gone or not day.board.exchange_up:
            return
        agent = gone[0]
        day.tell(ConsoleLost(agent=agent.id))
        day.wait(day.board.rules.console_gone_ms / 1000 + 1)
        if agent.away and not agent.signed_in and agent.device is not None:
            day.phone_vanishes(agent.id)
            day.phone_comes_back(agent.id)
            day.sometimes["registers while away and signed out"] += 1

    # --- telephones ---

    def a_phone_is_lifted(self) -> None:
        ringing = self.day.lines_in(Phone.RINGING)
        if ringing:
            self.day.events.extend(self.day.exchange.lift(self.day.chance.choice(ringing)))
            self._tell()

    def a_phone_is_put_down_or_breaks(self) -> None:
        day = self.day
        lines = sorted(day.exchange.lines)
        if not lines:
            return
        leg = day.chance.choice(lines)
        how = day.chance.choice((LegEnd.HUNG_UP, LegEnd.HUNG_UP, LegEnd.LOST, LegEnd.REJECTED))
        agent = day.board.agents.get(day.board.lines[leg]) if leg in day.board.lines else None
        for call in day.board.calls_of(agent) if agent is not None else ():
            day.saw("phone gone", call)
        day.events.extend(day.exchange.end(leg, how))
        self._tell()

    def a_phone_vanishes_or_comes_back(self) -> None:
        day, agent = self.day, self._somebody()
        if agent.device is None or not day.board.exchange_up:
            return
        if agent.device in day.exchange.registered and day.chance.random() < 0.4:
            for call in day.board.calls_of(agent):
                day.saw("phone vanished", call)
            day.phone_vanishes(agent.id)
        elif agent.device not in day.exchange.registered:
            day.phone_comes_back(agent.id)

    def a_phone_changes_its_mind(self) -> None:
        agent = self._somebody()
        if agent.device is not None:
            self.day.exchange.answer_at_once ^= {agent.device}

    def a_phone_says_what_it_can(self) -> None:
        """It answers when told to while it rings."""
        day = self.day
        device = day.chance.choice(sorted(day.board.devices))
        if day.board.exchange_up and not day.events:
            day.tell(TalkPackageSeen(device=DeviceId(device)))

    def a_phone_holds(self) -> None:
        up = self.day.lines_in(Phone.UP)
        if up and self.day.board.exchange_up:
            agent = self.day.board.lines.get(self.day.chance.choice(up))
            if agent is not None:
                self.day.phone_holds(agent, held=self.day.chance.random() < 0.5)

    def somebody_dials_on_the_telephone(self) -> None:
        day, agent = self.day, self._somebody()
        if (
            day.board.exchange_up
            and agent.device in day.exchange.registered
            and len(day.board.calls) < CALLS_MAX
        ):
            day.phone_dials(agent.id, day.chance.choice(("0880009988", "201", "203", "x")))
            day.sometimes["dialled on the telephone"] += 1

    def a_transfer_key_is_pressed(self) -> None:
        day = self.day
        up = day.lines_in(Phone.UP)
        if not up or not day.board.exchange_up or day.events:
            return
        leg = day.chance.choice(up)
        others = [
            other for other in up if day.board.lines.get(other) == day.board.lines.get(leg) and other != leg
        ]
        other = day.chance.choice(others) if others else None
        number = day.chance.choice(("0880009988", "201", "203", "x")) if other is None else None
        queue = QueueId("balie") if other is None and day.chance.random() < 0.2 else None
        day.sometimes["transfer key between two legs" if other is not None else "transfer key"] += 1
        day.tell(PhoneTransferAsked(leg=leg, number=number, other=other, queue=queue))

    # --- the exchange and the server ---

    def the_exchange_is_late(self) -> None:
        day = self.day
        day.tells = not day.tells
        if day.tells:
            self._tell()
        else:
            day.sometimes["late"] += 1

    def the_exchange_says_it_twice(self) -> None:
        if self.day.board.exchange_up and not self.day.events:
            self.day.repeat()

    def the_exchange_fails_to_do_something(self) -> None:
        day = self.day
        if day.events or not day.board.exchange_up:
            return
        own = self._own_call()
        if own is None:
            return
        agent, call = own
        line = agent.line
        if line is None or line.state is not LineState.UP:
            return
        if call.state is CallState.ACTIVE and line.call == call.id:
            day.sometimes["join failed"] += 1
            day.tell(JoinFailed(line=line.leg, party=call.leg))
        elif call.state is CallState.HELD and line.call is None and not day.board.on_line(agent):
            day.sometimes["hold failed"] += 1
            caller = day.exchange.callers[call.leg]
            leg = lines.own_leg(agent, call) or line
            caller.place, caller.line = Place.LINE, leg.leg
            day.tell(HoldFailed(party=call.leg))

    def a_message_is_recorded(self) -> None:
        day = self.day
        for leg, name in sorted(day.exchange.recording.items()):
            if day.exchange.recording.pop(leg, None) is None:
                continue
            day.sometimes["message"] += 1
            day.tell(MessageRecorded(leg=leg, name=name, ms=day.chance.choice((0, 5_000))))

    def the_exchange_is_away_for_a_moment(self) -> None:
        day = self.day
        if not day.board.exchange_up:
            return
        for call in day.board.calls.values():
            day.saw("exchange away", call)
        day.exchange_goes_away()
        for _ in range(day.chance.randrange(4)):
            day.wait(day.chance.random() * 3)
            self.a_caller_has_had_enough()
        day.exchange_comes_up(fresh=day.chance.random() < 0.2)
        day.tells = True

    def the_server_is_killed(self) -> None:
        day = self.day
        day.tells = True
        if day.chance.random() < 0.4:
            self._something_is_not_written()
        day.restarts(fresh=day.chance.random() < 0.15)

    def _something_is_not_written(self) -> None:
        """The last that is done before the end is in the exchange, and not in the database."""
        day = self.day
        day.settle()
        numbers = {queue.id: copy.deepcopy(queue.numbers) for queue in day.board.queues.values()}
        day.writes = False
        last = day.chance.choice(
            (
                self.somebody_answers,
                self.somebody_outside_answers,
                self.somebody_picks,
                self.somebody_does_something_with_a_call,
                self.a_call_is_passed_on,
                self.a_caller_has_had_enough,
                self.a_phone_is_lifted,
                self.a_phone_is_put_down_or_breaks,
            )
        )
        day.note(f"  not written: {last.__name__}")
        last()
        day.writes = True
        day.sometimes["not written"] += 1
        for queue in day.board.queues.values():
            queue.numbers = numbers[queue.id]

    # --- who and what ---

    def _ask(self, request: Request) -> None:
        self.day.note(f"  {request}")
        self.day.try_to(request)

    def _tell(self) -> None:
        day = self.day
        if not day.board.exchange_up:
            day.events.clear()
        elif day.tells:
            day.settle()

    def _somebody(self) -> Agent:
        return self.day.board.agents[UserId(self.day.chance.choice(sorted(self.day.board.agents)))]

    def _a_call(self, fits: Callable[[Call], bool]) -> Call | None:
        found = sorted((c for c in self.day.board.calls.values() if fits(c)), key=lambda c: c.id)
        return self.day.chance.choice(found) if found else None

    def _own_call(self) -> tuple[Agent, Call] | None:
        own = sorted((c, a.id) for a in self.day.board.agents.values() for c in a.calls)
        if not own:
            return None
        call, agent = self.day.chance.choice(own)
        return self.day.board.agents[agent], self.day.board.calls[call]
