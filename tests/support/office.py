"""A whole office on the virtual clock: engine, core, translation and reconciliation, on the pretended exchange.

::

    async with Office() as office:
        caller = office.caller().call("31534800900")
        await office.pass_ms(100)
        office.ask(AnswerCall(agent=CHANTAL, call=office.only_call().id))

Everything between the exchange's messages and the records is the product's own code.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from cordboard.app.assembly import assemble
from cordboard.app.engine import Accepted, Engine, NotDone
from cordboard.app.ports import DeviceRow, Directory, GroupRow, OrganisationRow, QueueRow, UserRow
from cordboard.app.writer import Writer
from cordboard.asterisk.alone import Alone
from cordboard.asterisk.exchange import AsteriskExchange, Route
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.speaking import Media
from cordboard.asterisk.translate import Arrival
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call
from cordboard.core.notices import Say
from cordboard.core.requests import ChooseGroup, PairDevice, Request, SignIn
from cordboard.core.types import (
    AnswerMethod,
    DeviceId,
    DeviceKind,
    GroupId,
    LegId,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    UserId,
)
from cordboard.simulator.dialplan import ALONE_FAMILY
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.people import Caller, Habits, Phone
from cordboard.simulator.socket import SimulatedNotifier, SimulatedSocket
from tests.support.memory_journal import MemoryJournal

ORGANISATION = OrganisationId("vtel")
GROUP = GroupId("enschede")
ALGEMEEN, URGENT = "31534800900", "31534800911"
CHANTAL, PIET = UserId("chantal"), UserId("piet")
PEOPLE = (CHANTAL, PIET)
QUEUES = {ALGEMEEN: QueueId("algemeen"), URGENT: QueueId("urgent")}


def directory() -> Directory:
    """Two queues, two people with a desk phone each."""
    return Directory(
        organisation=OrganisationRow(
            id=ORGANISATION,
            name="Vtel",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=False,
            contact="",
        ),
        groups=(GroupRow(id=GROUP, name="Enschede"),),
        users=tuple(
            UserRow(
                id=user,
                user_name=user,
                name=user.capitalize(),
                extension=None,
                email=None,
                language="nl",
                theme="system",
                disabled=False,
                groups=frozenset({GROUP}),
                rights=frozenset(Right),
            )
            for user in PEOPLE
        ),
        queues=tuple(
            QueueRow(
                id=queue,
                name=queue.capitalize(),
                urgent=queue == "urgent",
                priority=0,
                position=0,
                strategy=Strategy.RING_ALL,
                ring_ms=20_000,
                wrap_up_ms=15_000,
                ring_until_answered=False,
                locked=False,
                groups=frozenset({GROUP}),
                language="nl",
                numbers=frozenset({number}),
            )
            for number, queue in QUEUES.items()
        ),
        devices=tuple(
            DeviceRow(
                id=DeviceId(user),
                name=f"Toestel {user}",
                kind=DeviceKind.SIP,
                extension="201",
                answer_method=AnswerMethod.HEADER,
                password="not used here",
            )
            for user in PEOPLE
        ),
    )


class _Screens:
    """Who would be told; keeps the sentences."""

    def __init__(self) -> None:
        self.sayings: list[Say] = []

    def changed(self, organisation: OrganisationId, things: object) -> None:
        """Nobody looks."""

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Remember."""
        self.sayings += sayings


class PretendBook:
    """What the pretended exchange wrote of calls that it handled alone; it answers while it lives."""

    def __init__(self, exchange: SimulatedExchange) -> None:
        self._exchange = exchange

    async def entries(self) -> Mapping[str, str]:
        """As the port says."""
        database = self._exchange.registry.database
        return {key: value for (family, key), value in database.items() if family == ALONE_FAMILY}

    async def forget(self, channel: str) -> None:
        """As the port says."""
        database = self._exchange.registry.database
        for family, key in list(database):
            if family == ALONE_FAMILY and key.startswith(f"{channel}/"):
                del database[family, key]


class Office:
    """One organisation at work; `restart` gives it a new server on the same exchange and journal."""

    media: Media = staticmethod(lambda _organisation, _phrases, _language: [])
    """What is played for what has to be said; nothing: it counts as said."""

    def __init__(
        self,
        exchange: SimulatedExchange | None = None,
        *,
        trunk: bool = False,
        ways_out: WaysOut | None = None,
        prepare: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """`trunk`: numbers outside can be called; `ways_out`: over these; `prepare`: done at every connection."""
        self._prepare = prepare
        if trunk:
            out = Trunk(name="out", host="sip.example.net")
            ways_out = WaysOut((out,), ("112",), lambda _organisation: "NL")
        self._ways_out = ways_out
        self.pretended = exchange or SimulatedExchange(seed=1)
        self.clock = self.pretended.clock
        self.journal = MemoryJournal()
        self.phones: dict[UserId, Phone] = {
            user: self.pretended.phone(f"d-{user}", label=user, habits=Habits(knows_talk=False))
            for user in PEOPLE
        }
        self._starts = 0
        self._boot = ""

    async def __aenter__(self) -> Self:
        await self._start()
        for user in PEOPLE:
            for request in (
                ChooseGroup(agent=user, group=GROUP),
                PairDevice(agent=user, device=DeviceId(user)),
                SignIn(agent=user, queue=QueueId("algemeen")),
                SignIn(agent=user, queue=QueueId("urgent")),
            ):
                await self.asks(request)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.stop()
        await self.writer.stop()

    async def _start(self) -> None:
        self._starts += 1
        numbers = iter(range(1, 1_000_000))
        start = self._starts

        def new_id() -> str:
            return f"cb-{start}-{next(numbers):x}"

        self.socket = self._dial()
        self.writer = Writer(self.journal, self.clock.now)
        self.writer.start()
        self.screens = _Screens()
        self.exchange = AsteriskExchange(
            self.socket,
            router=self._route,
            inbox=lambda organisation, event: self.engine.tell(organisation, event),
            organisations=lambda: [ORGANISATION],
            new_id=new_id,
            clock=self.clock,
            notifier=SimulatedNotifier(self.pretended),
            ways_out=self._ways_out,
            media=self.media,
            spoken=self.pretended.calls.recordings.spoken_ms,
            last_boot=self._boot,
            booted=self._booted,
            prepare=self._prepare,
            alone=Alone(
                PretendBook(self.pretended),
                router=self._route,
                inbox=lambda organisation, event: self.engine.tell(organisation, event),
                known=self.journal.known,
                clock=self.clock,
            ),
        )
        self.exchange.own_devices({DeviceId(u): ORGANISATION for u in PEOPLE}, frozenset())
        self.engine = Engine(self.clock, self.exchange, self.writer, self.screens, self._crashed)
        desk = assemble(
            directory(),
            await self.journal.agents(ORGANISATION),
            await self.journal.open_calls(ORGANISATION),
            {},
            counted_since=0,
            now=self.clock.now(),
            new_leg=lambda: LegId(new_id()),
            missed=await self.journal.missed(ORGANISATION),
        )
        self.engine.put(ORGANISATION, desk)
        self.exchange.start()
        await self.settle()

    def _dial(self) -> SimulatedSocket:
        """The connection of a server that starts."""
        return SimulatedSocket(self.pretended)

    async def restart(self) -> None:
        """Kill -9 of the server and a new one in its place; the exchange lives on."""
        self.pretended.disconnect()
        self.engine.stop()
        # What was decided before the crash and not written yet is what a real crash may lose; here it is kept.
        await self.writer.stop()
        await self._start()

    def _booted(self, boot: str) -> None:
        self._boot = boot

    def _crashed(self, organisation: OrganisationId) -> None:
        raise AssertionError(f"a turn of {organisation} crashed")

    def _route(self, arrival: Arrival) -> Route | None:
        queue = QUEUES.get(arrival.dialled)
        if queue is None:
            return None
        number = (arrival.number or "").lstrip("+") or None
        return Route(
            organisation=ORGANISATION, queue=queue, number=number, name=arrival.name, dialled=arrival.dialled
        )

    # --- time and people ---

    async def settle(self) -> None:
        """Everything that was woken runs; no time passes."""
        await self.socket.settle()

    async def pass_ms(self, ms: int) -> None:
        """Time passes."""
        await self.socket.advance(ms)

    def caller(self, number: str = "+31612345678", name: str = "") -> Caller:
        """Somebody outside."""
        return self.pretended.caller(number, name)

    def ask(self, request: Request) -> list[Accepted | NotDone]:
        """A click; the answer comes in the list, at once or after the commit."""
        answers: list[Accepted | NotDone] = []
        self.engine.ask(ORGANISATION, request, answers.append)
        return answers

    async def asks(self, request: Request) -> Accepted | NotDone:
        """A click, and its answer."""
        answers = self.ask(request)
        await self.settle()
        assert answers, f"no answer to {request}"
        return answers[0]

    # --- what there is ---

    @property
    def board(self) -> Board:
        """The desk as it is."""
        return self.engine.desks[ORGANISATION].board

    def agent(self, user: UserId) -> Agent:
        """One of the people."""
        return self.board.agents[user]

    def only_call(self) -> Call:
        """The one call that lives."""
        (call,) = self.board.calls.values()
        return call
