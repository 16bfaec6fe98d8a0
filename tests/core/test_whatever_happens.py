"""What stays true whatever people, telephones and the exchange do, in any order (reliability 3.3)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cordboard.core import line as lines
from cordboard.core.agent import LineState
from cordboard.core.call import CallState
from cordboard.core.events import (
    CallArrived,
    DeviceEngaged,
    Event,
    HoldFailed,
    JoinFailed,
    LegAnswered,
    LegEnd,
    LegEnded,
    Place,
    TalkPackageSeen,
)
from cordboard.core.refusals import Refused
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CallColleague,
    CallNumber,
    CancelTransfer,
    ChooseGroup,
    CompleteTransfer,
    ConnectWithoutWaiting,
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
    AnswerMethod,
    CallId,
    DeviceId,
    DeviceKind,
    GroupId,
    LegId,
    NumberKind,
    QueueId,
    Strategy,
    TransferKind,
    UserId,
)
from tests.support import desk_checks
from tests.support.desk import World
from tests.support.pretend_exchange import Phone

AGENTS = {
    "chantal": (DeviceKind.WEB, AnswerMethod.WEB),
    "piet": (DeviceKind.SIP, AnswerMethod.HEADER),
    "henk": (DeviceKind.SIP, AnswerMethod.NOTIFY_TALK),
    "paulien": (DeviceKind.SIP, AnswerMethod.MANUAL),
}
QUEUES = ("algemeen", "urgent", "balie", "locatie")
GROUPS = ("enschede", "hengelo")
CALLS_MAX = 6
OUTSIDE = "31880009988"
CLICKS: tuple[Callable[..., Request], ...] = (
    AnswerCall,
    AnswerCall,
    RejectCall,
    HoldCall,
    ResumeCall,
    HangUpCall,
)

agents = st.sampled_from(sorted(AGENTS))
queues = st.sampled_from(QUEUES)
spans = st.sampled_from((50, 900, 1_300, 3_100, 5_000, 8_000, 21_000, 31_000, 61_000))


class Office(RuleBasedStateMachine):
    """Four agents with four kinds of telephones, four queues, and a day on which everything goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.arrived = 0
        self.days = 0

    @initialize(
        strategy=st.sampled_from(Strategy),
        wrap_up_s=st.sampled_from((0, 10)),
        willing=st.sets(agents),
        immediate=st.booleans(),
    )
    def open_the_office(self, strategy: Strategy, wrap_up_s: int, willing: set[str], immediate: bool) -> None:
        world = self.world
        world.queue("algemeen", strategy=strategy, wrap_up_s=wrap_up_s)
        world.queue("urgent", urgent=True, strategy=strategy, groups=GROUPS)
        world.queue("balie", priority=1, ring_until_answered=True, ring_s=7)
        world.queue("locatie", strategy=Strategy.LONGEST_IDLE, locked=True, groups=("hengelo",))
        for name, (kind, method) in AGENTS.items():
            signed_in = ("algemeen", "urgent", "balie")
            world.agent(name, queues=signed_in, kind=kind, method=method, groups=GROUPS)
            if name not in willing:
                device = DeviceId(f"{name}-phone")
                world.exchange.answer_at_once.discard(device)
                world.exchange.obey_talk.discard(device)
        world.device("spare")
        world.tells = immediate
        world.exchange_comes_up()

    # --- callers ---

    @precondition(lambda self: len(self.world.board.calls) < CALLS_MAX)
    @rule(queue=queues)
    def a_call_arrives(self, queue: str) -> None:
        if self.world.board.exchange_up:
            self.arrived += 1
            self.world.call_arrives(f"c{self.arrived}", queue)

    @precondition(lambda self: self.world.exchange.callers)
    @rule(data=st.data())
    def a_caller_hangs_up(self, data: st.DataObject) -> None:
        caller = data.draw(st.sampled_from(sorted(self.world.exchange.callers)))
        self.world.caller_hangs_up(caller.removesuffix("-leg"))

    # --- people ---

    @rule(agent=agents, data=st.data())
    def somebody_clicks_on_a_call(self, agent: str, data: st.DataObject) -> None:
        if not self.world.board.calls:
            return
        call = data.draw(st.sampled_from(sorted(self.world.board.calls)))
        self._ask(data.draw(st.sampled_from(CLICKS))(agent=UserId(agent), call=call))

    @precondition(lambda self: any(c.offers for c in self.world.board.calls.values()))
    @rule(data=st.data(), answers=st.booleans())
    def somebody_clicks_on_a_card(self, data: st.DataObject, answers: bool) -> None:
        cards = sorted((c.id, a) for c in self.world.board.calls.values() for a in c.offers)
        call, agent = data.draw(st.sampled_from(cards))
        self._ask(AnswerCall(agent=agent, call=call) if answers else RejectCall(agent=agent, call=call))

    @precondition(lambda self: any(a.calls for a in self.world.board.agents.values()))
    @rule(data=st.data(), kind=st.sampled_from((HoldCall, ResumeCall, ResumeCall, HangUpCall)))
    def somebody_clicks_on_an_own_call(self, data: st.DataObject, kind: Callable[..., Request]) -> None:
        own = sorted((c, a.id) for a in self.world.board.agents.values() for c in a.calls)
        call, agent = data.draw(st.sampled_from(own))
        self._ask(kind(agent=agent, call=call))

    @rule(data=st.data(), urgent=st.booleans())
    def somebody_in_a_call_takes_another(self, data: st.DataObject, urgent: bool) -> None:
        """What conversations are made of, so that they happen often: a call, a click, and one more."""
        world = self.world
        if not world.board.exchange_up or len(world.board.calls) > CALLS_MAX:
            return
        able = sorted(a.id for a in world.board.agents.values() if world.board.is_reachable(a))
        if not able:
            return
        agent = world.board.agents[data.draw(st.sampled_from(able))]
        self.arrived += 1
        world.call_arrives(f"c{self.arrived}", "urgent" if urgent else "algemeen")
        self._ask(AnswerCall(agent=agent.id, call=CallId(f"c{self.arrived}")))
        if agent.line is not None and data.draw(st.booleans()):
            leg = world.exchange.lines.get(agent.line.leg)
            if leg is not None and leg.state is Phone.RINGING:
                world.phone_answers(agent.id)

    @rule(agent=agents, queue=queues)
    def somebody_slides_a_button(self, agent: str, queue: str) -> None:
        who, which = UserId(agent), QueueId(queue)
        if which in self.world.person(agent).signed_in:
            self._ask(SignOut(agent=who, queue=which, confirmed=False))
        else:
            self._ask(SignIn(agent=who, queue=which))

    @rule(agent=agents, data=st.data())
    def somebody_clicks_elsewhere(self, agent: str, data: st.DataObject) -> None:
        who = UserId(agent)
        requests: list[Request] = [
            StartWrapUp(agent=who),
            StopWrapUp(agent=who),
            ReturnToWork(agent=who),
            UnpairDevice(agent=who),
            LogOut(agent=who, device_too=False),
            LogOut(agent=who, device_too=True),
        ]
        requests += [PairDevice(agent=who, device=d) for d in sorted(self.world.board.devices)]
        requests += [ChooseGroup(agent=who, group=GroupId(g)) for g in GROUPS]
        self._ask(data.draw(st.sampled_from(requests)))

    @rule(agent=agents)
    def somebody_comes_to_work(self, agent: str) -> None:
        who, device = UserId(agent), DeviceId(f"{agent}-phone")
        morning: list[Request] = [PairDevice(agent=who, device=device), StopWrapUp(agent=who)]
        morning += [SignIn(agent=who, queue=QueueId(q)) for q in QUEUES]
        for request in morning:
            self._ask(request)
        if self.world.board.exchange_up and self.world.person(agent).device == device:
            self.world.phone_comes_back(agent)

    @rule(agent=agents)
    def a_console_comes_or_goes(self, agent: str) -> None:
        if self.world.person(agent).console:
            self.world.console_goes(agent)
        else:
            self.world.console_comes(agent)

    def _ask(self, request: Request) -> None:
        with contextlib.suppress(Refused):
            self.world.ask(request)

    @precondition(lambda self: len(self.world.board.calls) < CALLS_MAX)
    @rule(agent=agents, other=agents, outside=st.booleans(), engaged=st.sampled_from((None, *LegEnd)))
    def somebody_calls_somebody(self, agent: str, other: str, outside: bool, engaged: LegEnd | None) -> None:
        self.world.exchange.engaged = {OUTSIDE: engaged} if engaged is not None and agent == "piet" else {}
        who = UserId(agent)
        if outside:
            self._ask(CallNumber(agent=who, number=OUTSIDE, kind=NumberKind.NATIONAL))
        else:
            self._ask(CallColleague(agent=who, colleague=UserId(other)))

    @precondition(lambda self: self._passable())
    @rule(data=st.data(), kind=st.sampled_from(TransferKind))
    def somebody_presses_a_transfer_button(self, data: st.DataObject, kind: TransferKind) -> None:
        call, agent = data.draw(st.sampled_from(self._passable()))
        self._ask(ArmTransfer(agent=agent, call=call, kind=kind))

    @precondition(lambda self: self._passed_on())
    @rule(data=st.data(), other=agents, queue=queues, pairs=st.integers(0, 5))
    def somebody_goes_on_with_a_transfer(
        self, data: st.DataObject, other: str, queue: str, pairs: int
    ) -> None:
        call, agent = data.draw(st.sampled_from(self._passed_on()))
        self.world.exchange.pairs = pairs > 0
        transfer = self.world.board.calls[call].transfer
        to = transfer.recipient if transfer is not None and transfer.recipient is not None else call
        own = sorted(self.world.board.agents[agent].calls) or [call]
        requests: list[Request] = [
            CancelTransfer(agent=agent, call=call),
            TransferToNumber(agent=agent, call=call, number=OUTSIDE, kind=NumberKind.NATIONAL),
            TransferToColleague(agent=agent, call=call, colleague=UserId(other)),
            TransferToQueue(agent=agent, call=call, queue=QueueId(queue)),
            ConnectWithoutWaiting(agent=agent, call=call),
            CompleteTransfer(agent=agent, call=call, to=to, confirmed=True),
            CompleteTransfer(agent=agent, call=call, to=data.draw(st.sampled_from(own)), confirmed=True),
            UndoTransfer(agent=agent, call=call),
            StartConference(agent=agent, call=call),
        ]
        self._ask(data.draw(st.sampled_from(requests)))

    @precondition(lambda self: self._waiting())
    @rule(data=st.data(), agent=agents, other=agents, queue=queues, colleague=st.booleans())
    def somebody_sends_a_waiting_call_on(
        self, data: st.DataObject, agent: str, other: str, queue: str, colleague: bool
    ) -> None:
        call = data.draw(st.sampled_from(self._waiting()))
        if colleague:
            self._ask(TransferToColleague(agent=UserId(agent), call=call, colleague=UserId(other)))
        else:
            self._ask(TransferToQueue(agent=UserId(agent), call=call, queue=QueueId(queue)))

    @precondition(lambda self: self._ringing_outside())
    @rule(data=st.data())
    def somebody_outside_answers(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(self._ringing_outside()))
        self.world.events.extend(self.world.exchange.answer(leg))
        self._tell()

    @precondition(lambda self: self.world.exchange.callers)
    @rule(data=st.data(), how=st.sampled_from(LegEnd))
    def a_party_goes_in_any_way(self, data: st.DataObject, how: LegEnd) -> None:
        leg = data.draw(st.sampled_from(sorted(self.world.exchange.callers)))
        self.world.events.extend(self.world.exchange.end(leg, how))
        self._tell()

    @precondition(lambda self: len(self.world.board.calls) < CALLS_MAX)
    @rule(to=agents)
    def a_direct_call_arrives(self, to: str) -> None:
        if self.world.board.exchange_up:
            self.arrived += 1
            self.world.direct_call(f"c{self.arrived}", to)

    @precondition(lambda self: len(self.world.board.calls) < CALLS_MAX)
    @rule(agent=agents, number=st.sampled_from(("31880001122", "201", "abc")))
    def somebody_dials_on_the_telephone(self, agent: str, number: str) -> None:
        device = self.world.person(agent).device
        if self.world.board.exchange_up and device in self.world.exchange.registered:
            self.world.phone_dials(agent, number)

    def _waiting(self) -> list[CallId]:
        return sorted(c.id for c in self.world.board.calls.values() if c.state is CallState.WAITING)

    def _passable(self) -> list[tuple[CallId, UserId]]:
        return sorted((c, a.id) for a in self.world.board.agents.values() for c in a.calls)

    def _passed_on(self) -> list[tuple[CallId, UserId]]:
        calls = self.world.board.calls.values()
        return sorted((c.id, c.transfer.initiator) for c in calls if c.transfer is not None)

    def _ringing_outside(self) -> list[LegId]:
        callers = self.world.exchange.callers
        return sorted(leg for leg, c in callers.items() if c.number and not c.answered)

    # --- telephones ---

    @precondition(lambda self: self._lines(Phone.RINGING))
    @rule(data=st.data())
    def a_phone_is_lifted(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(self._lines(Phone.RINGING)))
        self.world.events.extend(self.world.exchange.lift(leg))
        self._tell()

    @precondition(lambda self: self.world.exchange.lines)
    @rule(data=st.data(), how=st.sampled_from(LegEnd))
    def a_phone_ends_its_leg(self, data: st.DataObject, how: LegEnd) -> None:
        leg = data.draw(st.sampled_from(sorted(self.world.exchange.lines)))
        self.world.events.extend(self.world.exchange.end(leg, how))
        self._tell()

    @precondition(lambda self: self._lines(Phone.UP))
    @rule(data=st.data(), held=st.booleans())
    def a_phone_holds(self, data: st.DataObject, held: bool) -> None:
        leg = data.draw(st.sampled_from(self._lines(Phone.UP)))
        agent = self.world.board.lines.get(leg)
        if agent is not None and self.world.board.exchange_up:
            self.world.phone_holds(agent, held=held)

    @rule(agent=agents)
    def a_phone_comes_or_goes(self, agent: str) -> None:
        device = self.world.person(agent).device
        if device is None or not self.world.board.exchange_up:
            return
        if device in self.world.exchange.registered:
            self.world.phone_vanishes(agent)
        else:
            self.world.phone_comes_back(agent)

    @rule(agent=agents, engaged=st.booleans())
    def a_phone_is_used_for_something_else_or_not(self, agent: str, engaged: bool) -> None:
        person = self.world.person(agent)
        # As the studio does: a telephone in use is not taken.
        if person.device is not None and (not engaged or (person.line is None and not person.calls)):
            self.world.tell(DeviceEngaged(device=person.device, engaged=engaged))

    @rule(agent=agents)
    def a_phone_becomes_willing_or_not(self, agent: str) -> None:
        device = self.world.person(agent).device
        if device is not None:
            self.world.exchange.answer_at_once ^= {device}
            if device == "henk-phone":
                self.world.exchange.obey_talk ^= {device}

    def _lines(self, state: Phone) -> list[LegId]:
        return sorted(leg for leg, line in self.world.exchange.lines.items() if line.state is state)

    # --- the exchange ---

    def _tell(self) -> None:
        if not self.world.board.exchange_up:
            self.world.events.clear()
        elif self.world.tells:
            self.world.settle()

    @precondition(lambda self: self.world.events)
    @rule()
    def the_exchange_tells(self) -> None:
        self.world.settle()

    @rule(fresh=st.booleans(), data=st.data())
    def the_exchange_goes_or_comes(self, fresh: bool, data: st.DataObject) -> None:
        if self.world.board.exchange_up:
            if data.draw(st.integers(0, 4)) == 0:
                self.world.exchange_goes_away()
        else:
            self.world.exchange_comes_up(fresh=fresh)

    @precondition(lambda self: not self.world.events and self.world.board.exchange_up)
    @rule(data=st.data())
    def something_is_told_late_or_twice(self, data: st.DataObject) -> None:
        """Word of legs that are no more, and word that was told before."""
        n = data.draw(st.integers(1, 9))
        old = LegId(f"leg-{n}")
        late: list[Event] = [TalkPackageSeen(device=DeviceId("piet-phone"))]
        if old not in self.world.board.lines and old not in self.world.board.parties:
            late += [LegEnded(leg=old, how=LegEnd.HUNG_UP), LegAnswered(leg=old)]
        for agent in self.world.board.agents.values():
            if agent.line is not None and agent.line.state is LineState.UP:
                late.append(LegAnswered(leg=agent.line.leg))
        if n <= self.arrived:
            call = CallId(f"c{n}")
            late.append(
                CallArrived(
                    call=call,
                    leg=LegId(f"{call}-leg"),
                    queue=QueueId("algemeen"),
                    number=None,
                    name=None,
                    dialled=None,
                )
            )
            late.append(JoinFailed(line=old, party=LegId(f"{call}-leg")))
        if self.world.tells:
            # A page may have become willing to answer since the last word; that is not what is asked here.
            self.world.settle()
        before = len(self.world.board.calls)
        self.world.tell(data.draw(st.sampled_from(late)))
        assert len(self.world.board.calls) == before

    @precondition(lambda self: not self.world.events)
    @rule(data=st.data())
    def the_exchange_fails_to_join_or_hold(self, data: st.DataObject) -> None:
        """It says that something did not work, and things are as it says."""
        world = self.world
        calls = [c for c in world.board.calls.values() if c.agent is not None]
        if not calls or not world.board.exchange_up:
            return
        call = data.draw(st.sampled_from(sorted(calls, key=lambda c: c.id)))
        agent = world.board.agents[UserId(str(call.agent))]
        line = agent.line
        if line is None or line.state is not LineState.UP:
            return
        if line.call == call.id:
            world.tell(JoinFailed(line=line.leg, party=call.leg))
        elif line.call is None:
            caller = world.exchange.callers[call.leg]
            # A telephone with a leg for each call is still heard on the one that it has for this call.
            own = lines.own_leg(agent, call) or line
            caller.place, caller.line = Place.LINE, own.leg
            world.tell(HoldFailed(party=call.leg))

    # --- time ---

    @rule(ms=spans)
    def time_passes(self, ms: int) -> None:
        self.world.wait(ms / 1000)

    @precondition(lambda self: self.world.desk.next_deadline() is not None)
    @rule()
    def time_jumps_to_the_next_deadline(self) -> None:
        deadline = self.world.desk.next_deadline()
        assert deadline is not None
        self.world.reach(deadline)

    # --- always ---

    @invariant()
    def the_books_balance(self) -> None:
        desk_checks.books_balance(self.world)

    def teardown(self) -> None:
        """At the end of the day everybody hangs up, and nothing is left behind."""
        world = self.world
        if not world.board.queues:
            return
        if not world.board.exchange_up:
            world.exchange_comes_up()
        world.settle()
        for leg in sorted(world.exchange.callers):
            world.events.extend(world.exchange.end(leg, LegEnd.HUNG_UP))
            world.settle()
        world.wait(700)
        world.settle()
        assert not world.board.calls
        assert not world.exchange.callers
        assert not world.exchange.lines, "a telephone is still up with nobody on it"
        assert not world.board.lines
        desk_checks.books_balance(world)


DAYS = int(os.environ.get("CORDBOARD_DEEP", "40"))
"""How many different days are tried: `CORDBOARD_DEEP=5000 pytest tests/core/test_whatever_happens.py`."""
SHRINK = bool(os.environ.get("CORDBOARD_SHRINK"))
"""Look for the shortest day that goes wrong as well; takes minutes when one does."""

Office.TestCase.settings = settings(
    max_examples=DAYS,
    stateful_step_count=50,
    phases=set(Phase) - (set() if SHRINK else {Phase.shrink, Phase.explain}),
    suppress_health_check=list(HealthCheck),
)
TestOffice = pytest.mark.rule("2.1.1-s", "D2", "D27")(Office.TestCase)
