"""A desk on the virtual clock: the real core, people who click, telephones that ring, callers who wait.

    world = office("chantal", "piet")
    world.call_arrives("c1")
    assert world.who_hears("c1") == ["chantal", "piet"]

Every turn is checked by `desk_checks`, so each story also proves what must stay true whatever happens.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

import pytest

from cordboard.core.agent import Agent, AgentStatus, LineState
from cordboard.core.call import Call, CallState, TransferState
from cordboard.core.commands import Command
from cordboard.core.events import (
    AnnouncementCalled,
    CallArrived,
    ConsoleLost,
    ConsoleSeen,
    DeviceRegistered,
    DeviceUnregistered,
    DirectCallArrived,
    Event,
    ExchangeLost,
    ExchangeRestored,
    HoldFailed,
    LegEnd,
    LegEnded,
    LegHeldByPhone,
    LegResumedByPhone,
    PhoneDialled,
    Place,
)
from cordboard.core.notices import Changed, Say, Saying
from cordboard.core.records import Record
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import (
    Request,
)
from cordboard.core.switchboard import Switchboard
from cordboard.core.transitions import WRAP_UP, WrapUpState, wrap_up_state
from cordboard.core.turn import Turn
from cordboard.core.types import (
    AnswerMethod,
    CallId,
    DeviceKind,
    Direction,
    LegId,
    QueueId,
    Strategy,
    UserId,
)
from tests.support import desk_checks
from tests.support.clicks import Clicks
from tests.support.furniture import Furniture
from tests.support.pretend_exchange import Caller, Phone
from tests.support.pretend_exchange import Line as PhoneLine

MORNING = 1_800_000_000_000
"""An instant like any other."""

R = TypeVar("R")


class World(Clicks, Furniture):
    """One organisation, its exchange, and everything that was said and written down."""

    def __init__(self, now: int = MORNING) -> None:
        super().__init__(now)
        self._legs = count(1)
        self.desk = Switchboard(self.board, self._new_leg)
        self.events: deque[Event] = deque()
        """What the exchange has to tell; normally told at once."""
        self._wrap_ups: dict[UserId, WrapUpState] = {}
        self.tells = True
        """False: the exchange does as it is told and keeps what came of it to itself, until `settle`."""
        self.checks = True
        self.commands: list[Command] = []
        self.records: list[Record] = []
        self.sayings: list[Say] = []
        self.changed: set[Changed] = set()
        """What looked different in the last turn."""

    def _new_leg(self) -> LegId:
        return LegId(f"leg-{next(self._legs)}")

    def exchange_comes_up(self, *, fresh: bool = False) -> None:
        """The exchange is there and tells what lives in it."""
        if fresh:
            self.exchange.lines.clear()
            self.exchange.callers.clear()
        self.events.clear()
        self.tell(
            ExchangeRestored(
                fresh=fresh,
                legs=self.exchange.inventory(),
                registered=frozenset(self.exchange.registered),
            )
        )

    def exchange_goes_away(self) -> None:
        """The connection to the exchange is lost."""
        self.tell(ExchangeLost())

    # --- the turn ---

    def tell(self, event: Event) -> None:
        """A fact."""
        self._take(self.desk.handle(event, self.now))
        if self.tells:
            self.settle()

    def ask(self, request: Request, expected: int | None = None) -> None:
        """Somebody asks for something."""
        self._take(self.desk.ask(request, self.now, expected))
        if self.tells:
            self.settle()

    def settle(self) -> None:
        """The exchange tells all that it has to tell, and pages answer their own telephones."""
        while True:
            self._pages_answer()
            if not self.events:
                return
            self._take(self.desk.handle(self.events.popleft(), self.now))

    def _pages_answer(self) -> None:
        """A page that sees its call connecting answers its own softphone."""
        for agent in self.board.agents.values():
            line, device = agent.line, self.board.device_of(agent)
            if line is None or device is None or device.answer_method is not AnswerMethod.WEB:
                continue
            leg = self.exchange.lines.get(line.leg)
            clicked = line.state is LineState.ANSWERING and not line.ring_back
            willing = clicked and device.id in self.exchange.answer_at_once
            if willing and leg is not None and leg.state is Phone.RINGING:
                self.events.extend(self.exchange.lift(line.leg))

    def _take(self, turn: Turn) -> None:
        self.commands += turn.commands
        # While the connection is gone nothing we say is heard.
        for command in turn.commands if self.board.exchange_up else ():
            self.events.extend(self.exchange.do(command))
        self.events.extend(turn.once_kept)
        self.records += turn.records
        self.sayings += turn.sayings
        self.changed = set(turn.changed)
        if self.checks:
            desk_checks.check(self)
            desk_checks.nobody_is_rung_in_vain(self.board, turn)
            self._wrap_ups_move_as_in_the_table()

    def _wrap_ups_move_as_in_the_table(self) -> None:
        now = {agent.id: wrap_up_state(agent) for agent in self.board.agents.values()}
        for agent, state in now.items():
            before = self._wrap_ups.get(agent, state)
            assert state is before or state in WRAP_UP[before], (agent, before, state)
        self._wrap_ups = now

    def wait(self, seconds: float) -> None:
        """Time passes, and everything that falls due happens at its moment."""
        end = self.now + int(seconds * 1000)
        while (deadline := self.desk.next_deadline()) is not None and deadline <= end:
            self.reach(deadline)
        self.now = end

    def reach(self, instant: int) -> None:
        """It is this late now; what is due happens."""
        self.now = max(self.now, instant)
        self._take(self.desk.handle_deadline(self.now))
        deadline = self.desk.next_deadline()
        assert deadline is None or deadline > self.now, f"always due: {self.board.alarms[0]}"
        if self.tells:
            self.settle()

    # --- callers ---

    def call_arrives(self, name: str, queue: str = "algemeen", number: str | None = "31612345678") -> None:
        """A caller reaches the queue."""
        call, leg = CallId(name), LegId(f"{name}-leg")
        self.exchange.callers[leg] = Caller(call, self.now, QueueId(queue))
        self.tell(
            CallArrived(
                call=call, leg=leg, queue=QueueId(queue), number=number, name=None, dialled="31534800937"
            )
        )

    def caller_hangs_up(self, name: str) -> None:
        """The caller has had enough, or is done."""
        self._leg_ends(LegId(f"{name}-leg"), LegEnd.HUNG_UP)

    def hears(self, name: str) -> str:
        """Whom or what the caller hears: an agent, "music", "nothing" (in the air), or "gone"."""
        leg = self.call(name).leg if CallId(name) in self.board.calls else LegId(f"{name}-leg")
        caller = self.exchange.callers.get(leg)
        if caller is None:
            return "gone"
        match caller.place:
            case Place.QUEUE | Place.HOLD:
                return "music"
            case Place.LINE:
                assert caller.line is not None, caller
                device = self.board.devices[self.exchange.lines[caller.line].device]
                return str(device.used_by)
            case Place.PAIR:
                assert caller.pair is not None, caller
                return self._at(caller.pair)
            case Place.NOWHERE:
                return "ringing" if caller.rings else "nothing"

    def _at(self, leg: LegId) -> str:
        """Who is at this party's end: a colleague at the other end of the wire, or the party itself."""
        party = self.exchange.callers[leg]
        other = self.exchange.callers.get(party.wire) if party.wire is not None else None
        if other is None:
            return str(party.call)
        if other.line is not None:
            return str(self.board.devices[self.exchange.lines[other.line].device].used_by)
        return "music"

    def agent_hears(self, agent: str) -> list[str]:
        """Whom the agent's telephone lets hear: names of calls, or of colleagues at the other end of a wire."""
        device = self.person(agent).device
        line = self.exchange.line_of(device) if device is not None else None
        return sorted(self._at(leg) for leg, c in self.exchange.callers.items() if line and c.line == line)

    # --- other people ---

    def outside_answers(self, call: str) -> None:
        """Who was dialled takes the call."""
        self._happens(self.exchange.answer(self.call(call).leg))

    def party_hangs_up(self, call: str, how: LegEnd = LegEnd.HUNG_UP) -> None:
        """Whoever is at the other end of this call, or its network, ends it."""
        self._happens(self.exchange.end(self.call(call).leg, how))

    def direct_call(self, name: str, to: str, number: str | None = "31687654321") -> None:
        """Somebody outside dials this person's own number."""
        call, leg = CallId(name), LegId(f"{name}-leg")
        self.exchange.callers[leg] = Caller(call, self.now)
        self.tell(
            DirectCallArrived(
                call=call, leg=leg, to=UserId(to), number=number, name=None, dialled="31534800990"
            )
        )

    def announcement_called(self, name: str, announcement: str) -> None:
        """Somebody outside dials a number at which this is said."""
        call, leg = CallId(name), LegId(f"{name}-leg")
        self.exchange.callers[leg] = Caller(call, self.now, announcement=announcement)
        self.tell(
            AnnouncementCalled(
                call=call, leg=leg, announcement=announcement, number=None, name=None, dialled="31534800980"
            )
        )

    def phone_dials(self, agent: str, number: str) -> str:
        """The agent dials on the telephone itself; gives the name of the new call."""
        before = set(self.board.calls)
        device = self.person(agent).device
        assert device is not None, agent
        leg = self._new_leg()
        self.exchange.lines[leg] = PhoneLine(device, CallId(""), at_once=False, state=Phone.UP)
        self.tell(PhoneDialled(leg=leg, device=device, number=number))
        return next(
            (c.id for c in self.board.calls.values() if c.id not in before and c.direction is Direction.OUT),
            "",
        )

    def there(self, call: str) -> str:
        """The other end of a call between two desks."""
        peer = self.call(call).peer
        assert peer is not None, call
        return peer

    def recipient(self, call: str) -> str:
        """The call to the recipient of this one's transfer."""
        transfer = self.call(call).transfer
        assert transfer is not None and transfer.recipient is not None, call
        return transfer.recipient

    def transfer(self, call: str) -> TransferState | None:
        """How far passing this call on is; None: it is not passed on."""
        transfer = self.call(call).transfer
        return transfer.state if transfer is not None else None

    def console_goes(self, agent: str) -> None:
        """No console of this agent for the grace time."""
        self.tell(ConsoleLost(agent=UserId(agent)))

    def console_comes(self, agent: str) -> None:
        """A console is open."""
        self.tell(ConsoleSeen(agent=UserId(agent)))

    # --- telephones ---

    def phone_answers(self, agent: str) -> None:
        """The agent lifts the handset."""
        self._happens(self.exchange.lift(self._line(agent)))

    def phone_rejects(self, agent: str) -> None:
        """The red key on the handset."""
        self._leg_ends(self._line(agent), LegEnd.REJECTED)

    def phone_hangs_up(self, agent: str) -> None:
        """The agent puts the handset down."""
        self._leg_ends(self._line(agent), LegEnd.HUNG_UP)

    def phone_breaks(self, agent: str) -> None:
        """The telephone's leg breaks."""
        self._leg_ends(self._line(agent), LegEnd.LOST)

    def phone_holds(self, agent: str, *, held: bool = True) -> None:
        """The hold key on the handset."""
        leg = self._line(agent)
        self.tell(LegHeldByPhone(leg=leg) if held else LegResumedByPhone(leg=leg))

    def phone_vanishes(self, agent: str) -> None:
        """The telephone is not registered any more."""
        device = self.board.agents[UserId(agent)].device
        assert device is not None, agent
        self.exchange.registered.discard(device)
        self.tell(DeviceUnregistered(device=device))

    def phone_comes_back(self, agent: str) -> None:
        """The telephone is registered again."""
        device = self.board.agents[UserId(agent)].device
        assert device is not None, agent
        self.exchange.registered.add(device)
        self.tell(DeviceRegistered(device=device))

    def _line(self, agent: str) -> LegId:
        device = self.board.agents[UserId(agent)].device
        leg = self.exchange.line_of(device) if device is not None else None
        assert leg is not None, f"no telephone of {agent} rings or is up"
        return leg

    def _leg_ends(self, leg: LegId, how: LegEnd) -> None:
        self._happens(self.exchange.end(leg, how))

    def _happens(self, events: Iterator[Event]) -> None:
        happened = list(events)
        if self.board.exchange_up:
            self.events.extend(happened)
        if self.tells:
            self.settle()

    def settle_callers(self) -> None:
        """The exchange tells what it has of callers; word of telephones is lost."""
        heard = [e for e in self.events if isinstance(e, LegEnded) and e.leg in self.board.parties]
        self.events.clear()
        for event in heard:
            self._take(self.desk.handle(event, self.now))
        self.events.clear()

    def hold_fails(self, name: str) -> None:
        """The exchange could not take this caller off its agent's line."""
        call = self.call(name)
        assert call.agent is not None, call
        line = self.board.agents[call.agent].line
        assert line is not None, call
        caller = self.exchange.callers[call.leg]
        caller.place, caller.line = Place.LINE, line.leg
        self.tell(HoldFailed(party=call.leg))

    def leg_ended(self, leg: LegId, how: LegEnd = LegEnd.HUNG_UP) -> None:
        """Word of a leg's end, true or not."""
        self.tell(LegEnded(leg=leg, how=how))

    # --- what there is to see ---

    def call(self, name: str) -> Call:
        """A call that has not ended."""
        return self.board.calls[CallId(name)]

    def state(self, name: str) -> CallState:
        """Where a call is; ended when there is no such call."""
        call = self.board.calls.get(CallId(name))
        return call.state if call is not None else CallState.ENDED

    def person(self, name: str) -> Agent:
        """An agent."""
        return self.board.agents[UserId(name)]

    def status(self, name: str) -> AgentStatus:
        """What colleagues see."""
        return self.person(name).status

    def who_sees(self, call: str) -> list[str]:
        """Whose card for this call can be answered."""
        return sorted(self.call(call).offers)

    def who_hears(self, call: str) -> list[str]:
        """Whose telephone rings for this call."""
        return sorted(
            str(self.board.devices[line.device].used_by)
            for line in self.exchange.lines.values()
            if line.state is Phone.RINGING and line.call == CallId(call)
        )

    def phone_of(self, agent: str) -> Phone | None:
        """Whether the agent's telephone rings or is up; None: it is silent."""
        device = self.person(agent).device
        leg = self.exchange.line_of(device) if device is not None else None
        return self.exchange.lines[leg].state if leg is not None else None

    def legs_of(self, agent: str) -> list[LegId]:
        """The legs of the agent's telephone, oldest first; most have one."""
        device = self.person(agent).device
        return [leg for leg, line in self.exchange.lines.items() if line.device == device]

    def queue_id(self, name: str) -> QueueId:
        """A queue's id."""
        return QueueId(name)

    def order(self) -> list[str]:
        """Waiting calls, first comes first."""
        return [str(c.id) for c in self.board.waiting()]

    def said(self, agent: str) -> list[Saying]:
        """What this agent was told."""
        return [s.saying for s in self.sayings if s.agent == agent]

    def all(self, kind: type[R]) -> list[R]:
        """What was written down of this kind."""
        return [r for r in self.records if isinstance(r, kind)]

    def commanded(self, kind: type[R]) -> list[R]:
        """What the exchange was told to do of this kind."""
        return [c for c in self.commands if isinstance(c, kind)]

    @contextmanager
    def refuses(self, code: Code) -> Iterator[None]:
        """What follows is refused with this code, and nothing at all has changed."""
        before = copy.deepcopy(self.board)
        with pytest.raises(Refused) as refused:
            yield
        assert refused.value.code is code
        assert self.board == before


def office(
    *agents: str,
    strategy: Strategy = Strategy.RING_ALL,
    ring_s: int = 20,
    wrap_up_s: int = 0,
    kind: DeviceKind = DeviceKind.SIP,
    method: AnswerMethod | None = None,
) -> World:
    """The manual's office: a general and an urgent queue, and these agents signed in to both."""
    world = World()
    world.queue("algemeen", strategy=strategy, ring_s=ring_s, wrap_up_s=wrap_up_s)
    world.queue("urgent", urgent=True, ring_s=ring_s)
    for agent in agents:
        world.agent(agent, queues=("algemeen", "urgent"), kind=kind, method=method)
    world.exchange_comes_up()
    return world
