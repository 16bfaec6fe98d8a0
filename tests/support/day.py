"""A random day of an office, from a seed: people, telephones, callers, an exchange that fails, a server that restarts.

The real core runs on the virtual clock, its records go to a journal, and after a restart the desk is made from that
journal and from what lives in the exchange, as the server does it. After every turn the invariants are checked
(`desk_checks`, reliability 3.3); `sometimes` counts what was reached, so that a day on which nothing went wrong proves
nothing. `tools/simulate` runs many of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

from cordboard.app import projection
from cordboard.app.assembly import assemble
from cordboard.app.dialling import DialPlan
from cordboard.app.ports import DeviceRow, Directory, GroupRow, OrganisationRow, QueueRow, QueueRules, UserRow
from cordboard.app.projection import Viewer
from cordboard.app.views import View
from cordboard.core.agent import LineState
from cordboard.core.board import Board
from cordboard.core.call import Call
from cordboard.core.events import Event, LegAnswered, LegEnd, LegEnded
from cordboard.core.notices import Thing
from cordboard.core.records import CallBackReason, CallBackRow, CallMoved, TransferMoved
from cordboard.core.refusals import Refused
from cordboard.core.requests import Request
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason, HouseRules, OnHookRinging
from cordboard.core.turn import Turn
from cordboard.core.types import (
    AnswerMethod,
    DeviceKind,
    LegId,
    QueueId,
    Strategy,
    UserId,
)
from tests.support import day_clicks, day_weights, desk_checks
from tests.support.desk import World
from tests.support.memory_journal import MemoryJournal
from tests.support.pretend_exchange import Phone

AGENTS = {
    "anja": (DeviceKind.SIP, AnswerMethod.HEADER),
    "chantal": (DeviceKind.WEB, AnswerMethod.WEB),
    "henk": (DeviceKind.SIP, AnswerMethod.NOTIFY_TALK),
    "paulien": (DeviceKind.SIP, AnswerMethod.MANUAL),
    "piet": (DeviceKind.SIP, AnswerMethod.HEADER),
}
QUEUES = ("algemeen", "balie", "intercollegiaal", "urgent")
GROUPS = ("enschede", "hengelo")
CALLS_MAX = 9
"""More callers at a time than agents; later ones wait outside."""
LOOK_EVERY = 25
"""So often the console's copy is compared with a fresh one."""
OUTSIDE = "31880009988"
PAUSES = ("Lunch", "Overleg")


class Day(World):
    """One office, one seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.chance = random.Random(seed)
        self.journal = MemoryJournal()
        self.sometimes: Counter[str] = Counter()
        self.transcript: deque[str] = deque(maxlen=400)
        self.arrived = 0
        self.turns = 0
        self.late: list[Event] = []
        self.writes = True
        """False: the server is about to be killed, and what it decides now is never written."""
        self.exchange.speaks_ms = 4_000 if seed % 2 else 0
        self._furnish()
        self.journal.urgent_queues = frozenset(q.id for q in self.board.queues.values() if q.urgent)
        self.directory = directory_of(self)
        self.viewer = Viewer(
            user=self.directory.users[1],
            organisation=self.directory.organisation,
            group_names={g.id: g.name for g in self.directory.groups},
        )
        self.screen: dict[tuple[str, str], View] = {}
        self._eyes: tuple[object, ...] = ()
        self.exchange_comes_up()

    def _furnish(self) -> None:
        strategies = list(Strategy)
        self.board.rules = HouseRules(
            outbound_wrap_up_ms=self.chance.choice((0, 8_000)),
            direct_exit=Exit(
                action=self.chance.choice((ExitAction.BUSY, ExitAction.MESSAGE, ExitAction.ANNOUNCEMENT))
            ),
            on_hook_ringing=self.chance.choice(list(OnHookRinging)),
            undo_ms=self.chance.choice((0, 10_000, 10_000)),
            resume_if_never_answered=self.chance.random() < 0.7,
            auto_resume=self.chance.random() < 0.2,
            ring_pause_ms=1_000 if self.seed % 4 == 0 else 5_000,
            reserved_ms=3_000 if self.seed % 6 == 0 else 8_000,
            short_talk_ms=0 if self.seed % 9 == 0 else 3_000,
            manual_wrap_up_remind_ms=None if self.seed % 8 == 0 else 300_000,
            manual_wrap_up_told_ms=120_000 if self.seed % 3 == 1 else None,
            keep_entry_time=self.seed % 3 != 2,
            misses_max=1 if self.seed % 5 == 0 else 3,
            rejected_back_ms=5_000 if self.seed % 3 == 0 else 30_000,
            console_gone_ms=60_000 if self.seed % 7 == 0 else 600_000,
            remember_sign_ins=self.seed % 2 == 0,
            device_lost_ms=60_000 if self.seed % 11 == 0 else 900_000,
            sign_in_reminder_ms=self.chance.choice((None, 60_000)),
            manual_wrap_up_ms_max=self.chance.choice((None, 60_000)),
            direct_rings_in_wrap_up=self.seed % 4 == 1,
        )
        self.board.pause_reasons = PAUSES
        self.board.reads = DialPlan(country="NL").outside
        for name in QUEUES:
            queue = self.queue(
                name,
                urgent=name == "urgent",
                priority=1 if name == "balie" else 0,
                strategy=self.chance.choice(strategies),
                ring_s=self.chance.choice((5, 20)),
                wrap_up_s=self.chance.choice((0, 5, 20)),
                ring_until_answered=name == "balie" and self.chance.random() < 0.3,
                groups=GROUPS if name != "intercollegiaal" else GROUPS[1:],
            )
            if self.chance.random() < 0.4:
                queue.wait_ms_max = self.chance.choice((60_000, 200_000))
                way = self.chance.choice(
                    (
                        Exit(action=ExitAction.ANNOUNCEMENT),
                        Exit(action=ExitAction.QUEUE, target="urgent"),
                        Exit(action=ExitAction.NUMBER, target=OUTSIDE),
                        Exit(action=ExitAction.MESSAGE),
                        Exit(action=ExitAction.CALL_BACK),
                        Exit(action=ExitAction.COLLEAGUE, target="piet"),
                    )
                )
                queue.exits[ExitReason.TIMEOUT] = queue.exits[ExitReason.LEAVE_EMPTY] = way
            queue.callback = CallBackRules(
                spacing_ms=(5_000, 20_000),
                ring_ms=20_000,
                offer_ms=30_000,
                caller_first_ms=self.chance.choice((None, 5_000, 10_000)),
                caller_every_ms=20_000,
                caller_chooses=self.chance.random() < 0.8,
                per_ten_minutes=self.chance.choice((None, 1)),
                customer_first=self.chance.random() < 0.5,
            )
            if self.chance.random() < 0.4:
                queue.announce_first_ms = 15_000
                queue.greeting = "a-welcome"
            if self.chance.random() < 0.3:
                queue.calls_max = self.chance.choice((1, 2))
                queue.exits[ExitReason.FULL] = Exit(action=ExitAction.ANNOUNCEMENT)
        self.board.queues[QueueId("urgent")].escalate_to = self.chance.choice((None, OUTSIDE))
        for extension, (name, (kind, method)) in enumerate(AGENTS.items(), start=201):
            agent = self.agent(name, queues=QUEUES[:2] + QUEUES[3:], kind=kind, method=method, groups=GROUPS)
            agent.extension = str(extension)
            if agent.device is not None:
                self.board.devices[agent.device].one_line = self.chance.random() < 0.7
            # What the database would know from earlier days.
            self._promise(agent.id)

    def _promise(self, user: UserId) -> None:
        agent = self.board.agents[user]
        self.journal.promised[user] = replace(
            self.journal._agent(user),
            group=agent.group,
            device=agent.device,
            signed_in=frozenset(agent.signed_in),
            remembered=frozenset(agent.remembered),
        )

    # --- every turn ---

    def _take(self, turn: Turn) -> None:
        self.turns += 1
        for record in turn.records:
            if isinstance(record, TransferMoved) and (before := self.journal.transfers.get(record.call)):
                self.sometimes[f"arrow:{before.state}-{record.state}"] += 1
            if isinstance(record, CallMoved) and not record.counts:
                self.sometimes[f"customer first:{record.state.value}"] += 1
            if isinstance(record, CallBackRow) and record.reason is CallBackReason.HUNG_UP:
                self.sometimes["customer first:hung up"] += 1
            if self.writes:
                self.journal._keep(record)
        if not self.writes:
            turn.records.clear()
        super()._take(turn)
        self._show(turn)
        if self.turns % LOOK_EVERY == 0:
            self._the_screen_is_as_a_fresh_one()

    def _show(self, turn: Turn) -> None:
        """The console's copy is only told what changed (I15)."""
        if (eyes := self._eyes_now()) != self._eyes:
            # The connection looks at these calls, or at everything, again then (`web.push`).
            self.screen, self._eyes = self._snapshot(), eyes
        for what in turn.changed:
            self._show_one(what.thing, what.id)

    def _eyes_now(self) -> tuple[object, ...]:
        """What of the viewer's own decides how calls look."""
        agent = self.board.agents[self.viewer.user.id]
        shielded = agent.wrap_up is not None or agent.pause is not None
        return agent.group, shielded, sorted(agent.signed_in) if shielded else []

    def _show_one(self, thing: Thing, id_: str) -> None:
        view = projection.view_of(self.board, self.viewer, thing, id_)
        if view is None:
            self.screen.pop((thing.value, id_), None)
        else:
            self.screen[(thing.value, id_)] = view

    def _snapshot(self) -> dict[tuple[str, str], View]:
        things: dict[Thing, list[str]] = {
            Thing.QUEUE: list(self.board.queues),
            Thing.DEVICE: list(self.board.devices),
            Thing.AGENT: list(self.board.agents),
            Thing.CALL: list(self.board.calls),
        }
        found = {}
        for thing, ids in things.items():
            for id_ in ids:
                view = projection.view_of(self.board, self.viewer, thing, id_)
                if view is not None:
                    found[(thing.value, id_)] = view
        return found

    def _the_screen_is_as_a_fresh_one(self) -> None:
        fresh = self._snapshot()
        shown = {
            key: view for key, view in self.screen.items() if key[0] in ("queue", "device", "agent", "call")
        }
        # What depends on the viewer's own choice (group, wrap-up) is sent anew by the connection when that changes.
        desk_checks.screen_is_right(shown, fresh, self.board, self.viewer.user.id)
        self.screen = {**self.screen, **fresh}

    # --- the server ---

    def restarts(self, *, fresh: bool = False) -> None:
        """Kill -9 of the server, and a new one in its place; with `fresh` the exchange died as well."""
        for call in self.board.calls.values():
            first = "customer first, " if call.rings_customer_first else ""
            self.sometimes[f"{first}restart:{call.state.value}"] += 1
        self.note(f"the server restarts{', and the exchange with it' if fresh else ''}")
        agents = asyncio.run(self.journal.agents(self.board.organisation))
        calls = asyncio.run(self.journal.open_calls(self.board.organisation))
        numbers = {queue.id: queue.numbers for queue in self.board.queues.values()}
        desk = assemble(
            self.directory,
            agents,
            calls,
            {},
            counted_since=self.now,
            now=self.now,
            new_leg=self._new_leg,
            callbacks=tuple(self.journal.callbacks.values()),
            missed=asyncio.run(self.journal.missed(self.board.organisation)),
        )
        self.board, self.desk = desk.board, desk
        for queue in self.board.queues.values():
            queue.numbers = numbers[queue.id]
        for agent in self.board.agents.values():
            agent.console = True
        self._wrap_ups = {}
        # Consoles ask for a snapshot from a new server.
        self.screen, self._eyes = self._snapshot(), self._eyes_now()
        self.exchange_comes_up(fresh=fresh)
        self.settle()
        self.screen = self._snapshot()

    def configured(self, wanted: Board) -> None:
        """The administrator changed something that stands in nobody's way."""
        self._take(self.desk.configure(wanted, self.now))
        self.settle()

    def note(self, words: str) -> None:
        """A line of the transcript."""
        self.transcript.append(f"{self.now % 100_000_000:>9} {words}")

    def try_to(self, request: Request) -> None:
        """A click that may be refused."""
        with contextlib.suppress(Refused):
            self.ask(request)
            self.sometimes[type(request).__name__] += 1

    # --- a day ---

    def run(self, calls: int) -> Counter[str]:
        """Live until so many callers have come and gone, then everybody hangs up and the books are balanced."""
        deeds: list[Callable[[], None]] = day_clicks.deeds(self)
        weights = day_weights.WEIGHTS
        while self.arrived < calls:
            self.wait(self.chance.expovariate(1 / 0.9))
            (deed,) = self.chance.choices(deeds, weights)
            self.note(deed.__name__)
            deed()
        self._end_of_the_day()
        return self.sometimes

    def _end_of_the_day(self) -> None:
        if not self.board.exchange_up:
            self.exchange_comes_up()
        self.tells = True
        self.settle()
        for leg in sorted(self.exchange.callers):
            self.events.extend(self.exchange.end(leg, LegEnd.HUNG_UP))
            self.settle()
        self.wait(900)
        self.settle()
        assert not self.board.calls, self.board.calls
        assert not self.exchange.callers, self.exchange.callers
        assert not self.exchange.lines, "a telephone is still up with nobody on it"
        desk_checks.one_record_each(self)

    def saw(self, what: str, call: Call) -> None:
        """This fault met a call in this state."""
        self.sometimes[f"{what}:{call.state.value}"] += 1

    def lines_in(self, state: Phone) -> list[LegId]:
        """Telephones that ring or are up."""
        return sorted(leg for leg, line in self.exchange.lines.items() if line.state is state)

    def repeat(self) -> None:
        """The exchange says something twice, or something old."""
        for agent in self.board.agents.values():
            if agent.line is not None and agent.line.state is LineState.UP:
                self.tell(LegAnswered(leg=agent.line.leg))
                self.sometimes["told twice"] += 1
                return
        for leg in list(self.board.ended)[-3:]:
            self.tell(LegEnded(leg=leg, how=LegEnd.HUNG_UP))
            self.sometimes["told late"] += 1


def directory_of(day: Day) -> Directory:
    """What is configured, as the office is furnished now."""
    board = day.board
    return Directory(
        organisation=OrganisationRow(
            id=board.organisation,
            name="Vtel",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=False,
            contact="",
            rules=board.rules,
            pause_reasons=board.pause_reasons,
        ),
        groups=tuple(
            GroupRow(id=g, name=g.capitalize()) for g in sorted(next(iter(board.agents.values())).groups)
        ),
        users=tuple(
            UserRow(
                id=agent.id,
                user_name=agent.id,
                name=agent.name,
                extension=agent.extension,
                email=None,
                language="nl",
                theme="system",
                disabled=False,
                groups=agent.groups,
                rights=agent.rights,
                direct_exit=agent.direct_exit,
            )
            for agent in board.agents.values()
        ),
        queues=tuple(
            QueueRow(
                id=queue.id,
                name=queue.name,
                urgent=queue.urgent,
                priority=queue.priority,
                position=0,
                strategy=queue.strategy,
                ring_ms=queue.ring_ms,
                wrap_up_ms=queue.wrap_up_ms,
                ring_until_answered=queue.ring_until_answered,
                locked=queue.locked,
                groups=queue.groups,
                language="nl",
                numbers=frozenset(),
                rules=QueueRules(
                    callback=queue.callback,
                    exits=dict(queue.exits),
                    calls_max=queue.calls_max,
                    wait_ms_max=queue.wait_ms_max,
                    announce_first_ms=queue.announce_first_ms,
                    greeting=queue.greeting,
                    escalate_to=queue.escalate_to,
                ),
            )
            for queue in board.queues.values()
        ),
        devices=tuple(
            DeviceRow(
                id=device.id,
                name=device.name,
                kind=device.kind,
                extension="",
                answer_method=device.answer_method,
                password="",
                one_line=device.one_line,
            )
            for device in board.devices.values()
        ),
    )
