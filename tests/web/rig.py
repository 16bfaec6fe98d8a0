"""The web on a real SQLite database and the real core, with an exchange that only listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
from litestar import Litestar

from cordboard.app.accounts import LogIns
from cordboard.app.administration.administration import Administration
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.provider import Provider
from cordboard.app.administration.removal import Removal
from cordboard.app.administration.studio import Studio
from cordboard.app.administration.take import Prompt
from cordboard.app.assembly import assemble
from cordboard.app.chat import Chat
from cordboard.app.clock import SteadyClock
from cordboard.app.engine import Engine
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.ldap_import import LdapImports
from cordboard.app.mailing import Mail, Mailing
from cordboard.app.password_links import PasswordLinks
from cordboard.app.passwords import Passwords
from cordboard.app.ports import Directory, GroupRow
from cordboard.app.second_factor import SecondFactor
from cordboard.app.tenancy import Tenancy
from cordboard.app.throttle import Throttle
from cordboard.app.writer import Writer
from cordboard.core.commands import Command
from cordboard.core.events import CallArrived, ExchangeRestored, LegEnd, LegEnded
from cordboard.core.types import CallId, DeviceId, GroupId, LegId, OrganisationId, QueueId, Right, UserId
from cordboard.ldap.servers import Ldap
from cordboard.storage.open import Database, open_database
from cordboard.web import rest, wire
from cordboard.web.chat import HubLines
from cordboard.web.guard import own_origins
from cordboard.web.live import Live
from cordboard.web.metrics import Figures, ProcessFigures, TaskFigures
from cordboard.web.push import Hub
from cordboard.web.server import make_server
from cordboard.web.services import Services
from cordboard.wiring.configured import RunningDesk
from cordboard.wiring.leaving import Leaving, kept_in
from cordboard.wiring.sounds import Sounds
from cordboard.wiring.voices import KeptVoices
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    PIET,
    TWENTE,
    directory,
    other_directory,
    queue,
)

FIGURES = Figures(
    version="1",
    exchange_up=True,
    database_ok=True,
    consoles=2,
    turns=7,
    loop_lag_s=0.0,
    records_waiting=0,
    records_dropped=3,
    commands_waiting=0,
    reconciled=1,
    disk_free_bytes=10**9,
    calls={("twente", "active"): 1},
    waiting={("twente", "algemeen"): 4},
    alarms={"not_saved": 1},
    processes={"server": ProcessFigures(resident_bytes=1_000_000, threads=5, open_files=9)},
    tasks=TaskFigures(processors=120, queued=3, queued_max=2, over_high_water=0),
)
EVERYTHING = frozenset(Right) - {Right.PROVIDER}
"""Inside an organisation."""
PASSWORD = "een lang wachtwoord"
HOST = "http://testserver.local"
OWN = {"X-Cordboard": "1"}


@dataclass
class Listening:
    """The exchange; keeps what it was told."""

    told: list[tuple[OrganisationId, Command]] = field(default_factory=list)

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Remember."""
        self.told += [(organisation, command) for command in commands]


@dataclass
class Telephones:
    """The exchange's side of recording on a telephone; keeps what it was told."""

    connected: bool = True
    told: list[tuple[str, ...]] = field(default_factory=list)

    def ring(self, leg: LegId, device: DeviceId) -> None:
        """Remember."""
        self.told.append(("ring", leg, device))

    def say(self, leg: LegId, language: str, prompt: Prompt, recording: str | None = None) -> None:
        """Remember."""
        self.told.append(("say", leg, language, prompt.value))

    def record(self, leg: LegId, name: str, ms_max: int) -> None:
        """Remember."""
        self.told.append(("record", leg, name))

    def hang_up(self, leg: LegId) -> None:
        """Remember."""
        self.told.append(("hang_up", leg))


@dataclass
class Letters:
    """The mail server; keeps what it was handed."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        """Kept."""
        self.mails.append(mail)


@dataclass
class Rig:
    """Everything behind the web."""

    database: Database
    services: Services
    writer: Writer
    exchange: Listening
    app: Litestar
    practised: list[wire.Command]
    letters: Letters
    mailing: Mailing
    told: list[str]
    """What the exchange was told of telephones."""
    telephones: Telephones

    def arrives(self, name: str, organisation: OrganisationId = TWENTE, queue: QueueId = ALGEMEEN) -> CallId:
        """A caller comes into a queue."""
        call = CallId(f"c-{name}")
        self.services.engine.tell(
            organisation,
            CallArrived(
                call=call,
                leg=LegId(name),
                queue=queue,
                number="31612345678",
                name="Jansen",
                dialled="31534800937",
            ),
        )
        return call

    def hangs_up(self, name: str, organisation: OrganisationId = TWENTE) -> None:
        """That caller goes."""
        self.services.engine.tell(organisation, LegEnded(leg=LegId(name), how=LegEnd.HUNG_UP))

    def live(self) -> Live:
        """What serves `/live`."""
        services = self.services
        return Live(
            services.hub,
            services.engine,
            services.logged_in,
            services.practice,
            lambda host: own_origins("http", host, services.origins),
            services.dial_plan,
            services.chat,
        )

    def client(self) -> httpx.AsyncClient:
        """A browser, on the same event loop as the server."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, self.app)), base_url=HOST)


async def log_in(client: httpx.AsyncClient, name: str = "Chantal@twente.example") -> httpx.Response:
    """With the right password; the cookie stays in the client."""
    answer = await client.post("/api/session", json={"user_name": name, "password": PASSWORD}, headers=OWN)
    assert answer.status_code == 200, answer.text
    return answer


def _brabant() -> Directory:
    """A second organisation with a group, a queue and a telephone of its own."""
    made = other_directory()
    group, theirs = (
        GroupId("g-breda"),
        queue(QueueId("q-breda"), position=0, numbers=frozenset({"31765296000"})),
    )
    return replace(
        made,
        groups=(GroupRow(id=group, name="Breda"),),
        users=tuple(replace(user, groups=frozenset({group})) for user in made.users),
        queues=(replace(theirs, groups=frozenset({group})),),
        devices=(replace(directory().devices[1], id=DeviceId("d-9"), name="Browser"),),
    )


def _with_rights(made: Directory) -> Directory:
    return replace(made, users=tuple(replace(user, rights=EVERYTHING) for user in made.users))


@asynccontextmanager
async def rig(folder: Path, *, secure: bool = False, console: Path | None = None) -> AsyncIterator[Rig]:
    """Two organisations at work, Twente and Brabant; everybody's password is `PASSWORD`."""
    database = await open_database(f"sqlite:///{folder}/web.db", backups=None)
    passwords = Passwords()
    hashed = await passwords.hash(PASSWORD)
    for made in (directory(), _brabant()):
        made = _with_rights(made)
        await database.directories.save(made)
        for user in made.users:
            await database.accounts.set_password_hash(user.id, hashed)
    tenancy = Tenancy(database.directories)
    await tenancy.load()
    clock = SteadyClock()
    writer = Writer(database.journal, clock.now)
    writer.start()
    hub = Hub(
        epoch="e1",
        now=clock.now,
        board=lambda o: engine.desks[o].board if o in engine.desks else None,
        present=lambda *_: None,
        absent=lambda *_: None,
    )
    exchange = Listening()
    engine = Engine(clock, exchange, writer, hub, lambda organisation: None)
    legs = iter(range(1, 10_000))

    async def begin(organisation: OrganisationId) -> None:
        desk = assemble(
            tenancy.all[organisation],
            (),
            (),
            {},
            counted_since=0,
            now=clock.now(),
            new_leg=lambda: LegId(f"cb-{next(legs)}"),
        )
        engine.put(organisation, desk)
        devices = frozenset(DeviceId(d.id) for d in tenancy.all[organisation].devices)
        engine.tell(organisation, ExchangeRestored(fresh=True, legs={}, registered=devices))

    for organisation in (TWENTE, BRABANT):
        await begin(organisation)
    practised: list[wire.Command] = []

    async def practice(_organisation: OrganisationId, command: wire.Command) -> wire.Result:
        practised.append(command)
        return wire.Result(id=command.id, ok=True, rev=0)

    told: list[str] = []

    async def telephones() -> None:
        told.append("telephones")

    numbers = DirectoriesWithNumbers(database.directories, ())
    ldap = LdapImports(Ldap(), database.contacts, database.ldap, tenancy.all.__getitem__, clock.now)
    voices = KeptVoices(folder / "recordings", folder / "prompts", tenancy.announcements)
    desk_of = RunningDesk(
        engine=engine,
        tenancy=tenancy,
        numbers=numbers,
        hub=hub,
        accounts=database.accounts,
        ldap=ldap,
        voices=voices,
        telephones=telephones,
        own_devices=lambda: None,
        now=clock.now,
        emergency=frozenset(),
        sip_server=("192.0.2.10", 5060),
        begin=begin,
    )
    administration = Administration(database.directories, database.audit, desk_of, clock.now)
    announcements, booth = Announcements(voices, administration), Telephones()
    takes = Sounds(folder / "recordings", folder)
    studio = Studio(
        announcements,
        booth,
        board=lambda o: engine.desks[o].board if o in engine.desks else None,
        tell=engine.tell,
        clock=clock,
        new_leg=lambda: LegId(f"cb-take-{next(legs)}"),
        sound=takes.message,
        forget=takes.forget_message,
    )
    letters = Letters()
    mailing = Mailing(letters)
    leaving = Leaving(
        engine=engine,
        tenancy=tenancy,
        numbers=numbers,
        hub=hub,
        writer=writer,
        ldap=ldap,
        telephones=telephones,
        own_devices=lambda: None,
        data=folder,
    )
    second_factor = SecondFactor(database.doors)
    services = Services(
        administration=administration,
        provider=Provider(database.directories, administration),
        removal=Removal(kept_in(database, takes), administration, leaving, clock.now),
        announcements=announcements,
        studio=studio,
        log_ins=LogIns(database.accounts, passwords, Throttle(), second_factor),
        password_links=PasswordLinks(
            database.doors,
            mailing,
            tenancy,
            url=f"{HOST}/",
            now=clock.now,
            domains=frozenset({"twente.example"}),
        ),
        second_factor=second_factor,
        preferences=database.doors,
        mail="smtp",
        tenancy=tenancy,
        directories=database.directories,
        history=database.history,
        contacts=database.contacts,
        callbacks=database.callbacks,
        ldap=ldap,
        engine=engine,
        hub=hub,
        chat=Chat(HubLines(hub), tenancy.viewer, clock.now),
        now=clock.now,
        practice=practice,
        figures=lambda: FIGURES,
        health=lambda: rest.Health(ok=True, version="1", exchange="up", database="ok", calls=0, consoles=0),
        secure=secure,
        origins=frozenset({"http://localhost:8080"}),
        contact="",
        version="1",
        console=console or folder,
        exchange_ws="ws://127.0.0.1:1/ws",
        loopback=True,
    )
    app = make_server(services)
    made_rig = Rig(database, services, writer, exchange, app, practised, letters, mailing, told, booth)
    try:
        yield made_rig
    finally:
        engine.stop()
        await mailing.stop()
        await writer.stop()
        passwords.close()
        await database.close()


class Socket:
    """A browser's WebSocket, as the handler of the live connection sees it."""

    def __init__(self, cookies: dict[str, str], origin: str | None = HOST, *, reads: bool = True) -> None:
        self.cookies = cookies
        self.headers = {"host": "testserver.local"} | ({"origin": origin} if origin is not None else {})
        self.frames: list[dict[str, Any]] = []
        self.accepted = False
        self.closed: int | None = None
        self._reads = reads
        self._inbox: asyncio.Queue[str] = asyncio.Queue()
        self.news = asyncio.Event()

    async def accept(self, subprotocols: str) -> None:
        """The hand-shake."""
        assert subprotocols == "cordboard.v1"
        self.accepted = True

    async def send_text(self, text: str) -> None:
        """The server speaks; a browser that does not read makes it wait."""
        if self.closed is not None:
            raise RuntimeError("closed")
        if not self._reads:
            await asyncio.Event().wait()
        self.frames.append(msgspec.json.decode(text))
        self.news.set()

    async def receive_text(self) -> str:
        """What the browser says next."""
        return await self._inbox.get()

    async def close(self, code: int = 1000) -> None:
        """The first one counts."""
        if self.closed is None:
            self.closed = code
        self.news.set()

    def says(self, **frame: Any) -> None:
        """One frame of the browser."""
        self._inbox.put_nowait(msgspec.json.encode(frame).decode())

    def says_text(self, text: str) -> None:
        """Whatever it likes."""
        self._inbox.put_nowait(text)

    def command(self, op: str, id: str = "", **args: str) -> str:
        """A click; gives its id."""
        name = id or f"{op}-{len(self.frames)}-{self._inbox.qsize()}"
        self.says(t="cmd", id=name, op=op, args=args)
        return name

    async def told(self, **wanted: Any) -> dict[str, Any]:
        """The first frame with these fields, come or still to come."""
        async with asyncio.timeout(5):
            while True:
                for frame in self.frames:
                    if all(frame.get(key) == value for key, value in wanted.items()):
                        return frame
                self.news.clear()
                await self.news.wait()

    async def told_op(self, **wanted: Any) -> dict[str, Any]:
        """The first change with these fields, come or still to come; of `f` only those that are named."""
        fields = wanted.pop("f", {})

        def fits(op: dict[str, Any]) -> bool:
            of = op.get("f", {})
            return all(op.get(key) == value for key, value in wanted.items()) and all(
                of.get(key) == value for key, value in fields.items()
            )

        async with asyncio.timeout(5):
            while True:
                for frame in self.frames:
                    for op in frame.get("ops", []):
                        if fits(op):
                            return cast(dict[str, Any], op)
                self.news.clear()
                await self.news.wait()

    async def ended(self) -> int:
        """The code with which it was closed."""
        async with asyncio.timeout(5):
            while self.closed is None:
                self.news.clear()
                await self.news.wait()
        return self.closed


__all__ = ["ALGEMEEN", "BRABANT", "CHANTAL", "PIET", "TWENTE", "Rig", "Socket", "UserId", "log_in", "rig"]
