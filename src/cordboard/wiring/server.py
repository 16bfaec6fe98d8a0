"""Here the adapters meet: builds one server process and runs it until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from cordboard.app.accounts import LogIns
from cordboard.app.administration.administration import Administration
from cordboard.app.assembly import assemble
from cordboard.app.chat import Chat
from cordboard.app.clock import SteadyClock
from cordboard.app.engine import Engine
from cordboard.app.hours import is_open
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.password_links import PasswordLinks
from cordboard.app.passwords import Passwords
from cordboard.app.ports import Directory
from cordboard.app.recovery import Recovery
from cordboard.app.second_factor import SecondFactor
from cordboard.app.tenancy import Tenancy
from cordboard.app.throttle import Throttle
from cordboard.app.writer import Writer
from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.client import AriLink, AriServer
from cordboard.asterisk.config import applications
from cordboard.asterisk.exchange import AsteriskExchange, Route
from cordboard.asterisk.provision import Provisioner
from cordboard.asterisk.settings import PRACTICE_APPLICATION
from cordboard.asterisk.translate import Arrival, device_of_endpoint
from cordboard.asterisk.way_out import WaysOut
from cordboard.control import Answer, Control, Question
from cordboard.core.board import Board
from cordboard.core.events import ConsoleLost, ConsoleSeen, DayStarted, QueueOpened
from cordboard.core.notices import Changed, Say, Thing
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import CallId, DeviceKind, Instant, LegId, OrganisationId, UserId
from cordboard.practice.callers import PracticeCallers
from cordboard.server_settings import ServerSettings
from cordboard.storage.open import Database, open_database
from cordboard.web import rest, wire
from cordboard.web.chat import HubLines
from cordboard.web.push import Hub
from cordboard.web.services import Services
from cordboard.wiring.applying import apply_text
from cordboard.wiring.configured import RunningDesk, sip_server
from cordboard.wiring.letters import make_mailing
from cordboard.wiring.practising import Practising
from cordboard.wiring.sounds import Sounds
from cordboard.wiring.telephones import NotifyTalk, Telephones
from cordboard.wiring.web import make_web

log = logging.getLogger(__name__)

CONSOLE_GRACE_MS = 30_000
"""After the last console went nothing changes for this long (D16); the socket's own 15 s come before it."""


CALENDAR_S = 5
"""How often the clock on the wall is looked at; a queue opens or closes at most so much late."""


class Fan:
    """What changed, for the consoles, the practice callers and the exchange's fall-backs."""

    def __init__(self, hub: Hub, practising: Practising, agents_changed: Callable[[], None]) -> None:
        self._hub = hub
        self._practising = practising
        self._agents_changed = agents_changed

    def changed(self, organisation: OrganisationId, things: Iterable[Changed]) -> None:
        """Tell all three."""
        self._hub.changed(organisation, things)
        board = self._hub.board(organisation)
        for thing in things:
            if thing.thing is Thing.AGENT:
                self._agents_changed()
            elif thing.thing is Thing.CALL and board is not None:
                call = board.calls.get(CallId(thing.id))
                if call is not None:
                    self._practising.observe(call)

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Sentences are for people at consoles."""
        self._hub.say(organisation, sayings)


class Server:
    """One Cordboard server: decisions and web in one process."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.clock = SteadyClock()
        self._epoch = _epoch()
        self._numbers = 0
        self._away: dict[UserId, asyncio.TimerHandle] = {}
        self._stopping = asyncio.Event()

    def _new_id(self) -> str:
        """A name that was never used before: start of this process and a counter (reliability F8)."""
        self._numbers += 1
        return f"cb-{self._epoch}-{self._numbers:x}"

    async def run(self) -> None:
        """Serve until `stop`.

        Raises:
            StorageFailure: the database cannot be opened.
            SettingsWrong: a number of the configuration file leads to a queue that is not there.
            ExchangeUnavailable: the port for the exchange is taken.
        """
        settings = self.settings
        self.database: Database = await open_database(
            settings.database_url, backups=settings.data / "backups"
        )
        self.directories = DirectoriesWithNumbers(self.database.directories, settings.numbers)
        self.tenancy = Tenancy(self.directories)
        await self.tenancy.load()
        self.writer = Writer(self.database.journal)
        self.writer.start()
        self._build()
        for organisation in self.tenancy.organisations():
            self.engine.put(organisation, await self._desk(organisation))
        self._own_devices()
        await self.ari.start()
        self.exchange.start()
        self.practice.start()
        await self.control.start()
        web = asyncio.create_task(self._serve_web(), name="web")
        background = [
            asyncio.create_task(self._heartbeats(), name="heartbeats"),
            asyncio.create_task(self._calendar(), name="calendar"),
            asyncio.create_task(self.writer.crashed(), name="writer watch"),
        ]
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait({web, stopped, *background}, return_when=asyncio.FIRST_COMPLETED)
            # What crashed says why here, and the parent starts a new server.
            for task in done - {stopped}:
                task.result()
        finally:
            await self._shut_down(web, [stopped, *background])

    def _own_devices(self) -> None:
        devices = self.tenancy.devices()
        browsers = frozenset(d for d, (_, row) in devices.items() if row.kind is DeviceKind.WEB)
        self.exchange.own_devices({d: o for d, (o, _) in devices.items()}, browsers)

    def stop(self) -> None:
        """Ask `run` to end; calls and the exchange go on."""
        self._stopping.set()

    def _build(self) -> None:
        settings = self.settings
        exchange = settings.exchange
        self.ari = AriServer(
            exchange.ports.ari,
            exchange.ari_password,
            applications(exchange),
            listen=exchange.ari_listen,
            user=exchange.ari_user,
        )
        self.ami = AmiClient(
            exchange.ports.ami, exchange.ami_password, host=exchange.ami_host, user=exchange.ami_user
        )
        self.telephones = Telephones(
            Provisioner(self.ari.link(), self.ami, exchange),
            self.tenancy,
            self._board,
            self.clock,
            lambda: self.exchange.up,
        )
        self.hub = Hub(
            epoch=self._epoch,
            now=self.clock.now,
            board=self._board,
            present=self._console_seen,
            absent=self._console_gone,
        )
        # Switched off, they have a line that nobody ever connects.
        link = self.ari.link(PRACTICE_APPLICATION) if exchange.practice else AriLink(PRACTICE_APPLICATION)
        self.practice = PracticeCallers(link, new_id=self._new_id)
        self.practising = Practising(
            self.practice,
            self.tenancy,
            lambda organisation: self.hub.state(organisation).rev,
            enabled=exchange.practice,
        )
        self.control = Control(settings.data, self._control)
        self._boot_file = settings.data / "exchange-boot"
        self.sounds = Sounds(settings.data / "recordings", exchange.messages_dir)
        self.exchange = AsteriskExchange(
            self.ari.link(),
            router=self._route,
            inbox=lambda organisation, event: self.engine.tell(organisation, event),
            organisations=self.tenancy.organisations,
            new_id=self._new_id,
            clock=self.clock,
            notifier=NotifyTalk(self.ami),
            ways_out=WaysOut(
                exchange.trunks,
                exchange.emergency_numbers,
                lambda organisation: self.tenancy.organisation(organisation).country,
            ),
            media=self.sounds.media,
            last_boot=self._boot_file.read_text().strip() if self._boot_file.exists() else "",
            booted=self._booted,
            prepare=self.telephones.write,
        )
        self.recovery = Recovery(
            self.clock,
            engine=lambda: self.engine,
            flushed=self.writer.flushed,
            assemble=self._desk,
            at_consoles=self.hub.users,
            put_back=self._put_back,
        )
        self.engine = Engine(
            self.clock,
            self.exchange,
            self.writer,
            Fan(self.hub, self.practising, self.telephones.agents_changed),
            self.recovery.crashed,
        )
        self.administration = self._administration()

    # --- organisations ---

    def _board(self, organisation: OrganisationId) -> Board | None:
        desk = self.engine.desks.get(organisation)
        return desk.board if desk is not None else None

    async def _desk(self, organisation: OrganisationId) -> Switchboard:
        """As the database has it."""
        now = self.clock.now()
        since = _midnight(now, self.tenancy.organisation(organisation).time_zone)
        journal = self.database.journal
        return assemble(
            self.tenancy.all[organisation],
            await journal.agents(organisation),
            await journal.open_calls(organisation),
            await journal.counts(organisation, since),
            day_started=since,
            now=now,
            new_leg=lambda: LegId(self._new_id()),
            emergency=frozenset(self.settings.exchange.emergency_numbers),
        )

    def _put_back(self, organisation: OrganisationId) -> None:
        """After a rebuild: consoles begin with a snapshot, and the exchange is asked what lives in it."""
        self.hub.everything_changed(organisation)
        self.exchange.look_again(organisation)

    def _route(self, arrival: Arrival) -> Route | None:
        found = self.tenancy.destination(
            device=device_of_endpoint(arrival.endpoint), dialled=arrival.dialled, caller=arrival.number
        )
        if found is None:
            return None
        return Route(
            organisation=found.organisation,
            queue=found.queue,
            number=found.number,
            name=found.name or (arrival.name if arrival.name != arrival.number else None),
            dialled=found.dialled,
            to=found.to,
        )

    # --- the exchange ---

    def _booted(self, boot: str) -> None:
        new = self._boot_file.with_suffix(".new")
        with contextlib.suppress(OSError):
            # Whole or not at all: a full disk must not make the next start take these calls for lost ones.
            new.write_text(boot + "\n")
            new.replace(self._boot_file)

    # --- consoles ---

    def _console_seen(self, organisation: OrganisationId, user: UserId) -> None:
        timer = self._away.pop(user, None)
        if timer is not None:
            timer.cancel()
        self.engine.tell(organisation, ConsoleSeen(agent=user))

    def _console_gone(self, organisation: OrganisationId, user: UserId) -> None:
        loop = asyncio.get_running_loop()

        def gone() -> None:
            self._away.pop(user, None)
            self.engine.tell(organisation, ConsoleLost(agent=user))

        self._away[user] = loop.call_later(CONSOLE_GRACE_MS / 1000, gone)

    async def _control(self, question: Question) -> Answer:
        """A question of another command on this machine."""
        if question.ask == "practice":
            return await self.practising.from_command(question)
        if question.ask == "apply":
            return await apply_text(self.administration, question)
        health = self._health()
        return Answer(
            done=health.ok,
            sentence=f"Cordboard {health.version} runs.",
            exchange=health.exchange == "up",
            database=health.database == "ok",
            calls=health.calls,
            consoles=health.consoles,
        )

    def _health(self) -> rest.Health:
        failing = self.writer.failing_since is not None
        return rest.Health(
            ok=self.exchange.up and not failing,
            version=version("cordboard"),
            exchange="up" if self.exchange.up else "down",
            database="failing" if failing else "ok",
            calls=sum(len(desk.board.calls) for desk in self.engine.desks.values()),
            consoles=self.hub.count(),
        )

    async def _serve_web(self) -> None:
        settings = self.settings
        secure = settings.certificate is not None
        scheme = "https" if secure else "http"
        doors = self.database.doors
        second_factor = SecondFactor(doors)
        self.mailing = make_mailing(settings.mail, settings.data)
        services = Services(
            administration=self.administration,
            log_ins=LogIns(self.database.accounts, Passwords(), Throttle(), second_factor),
            password_links=PasswordLinks(
                doors,
                self.mailing,
                self.tenancy,
                url=settings.url,
                now=self.clock.now,
                tells_unknown=settings.mail.reset_unknown == "error",
                domains=frozenset(settings.mail.domains),
                contact=settings.contact,
            ),
            second_factor=second_factor,
            preferences=doors,
            mail="outbox" if settings.mail.host is None else "smtp",
            tenancy=self.tenancy,
            directories=self.directories,
            history=self.database.history,
            contacts=self.database.contacts,
            engine=self.engine,
            hub=self.hub,
            chat=Chat(HubLines(self.hub), self.tenancy.viewer, self.clock.now),
            now=self.clock.now,
            practice=self.practising.from_console,
            health=self._health,
            secure=secure,
            origins=frozenset(f"{scheme}://{host}:{settings.port}" for host in settings.hosts),
            contact=settings.contact,
            version=version("cordboard"),
            console=settings.console,
            exchange_ws=f"ws{settings.exchange.http_url.removeprefix('http')}/ws",
            loopback=settings.listen.startswith("127."),
            recordings=self.sounds.message,
            emergency=frozenset(settings.exchange.emergency_numbers),
        )
        self._web = make_web(settings, services)
        await self._web.serve()

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(wire.HEARTBEAT_MS / 1000)
            self.hub.heartbeat()

    def _administration(self) -> Administration:
        desk = RunningDesk(
            engine=self.engine,
            tenancy=self.tenancy,
            numbers=self.directories,
            hub=self.hub,
            accounts=self.database.accounts,
            telephones=self.telephones.configured,
            own_devices=self._own_devices,
            now=lambda: int(time.time() * 1000),
            emergency=frozenset(self.settings.exchange.emergency_numbers),
            sip_server=sip_server(self.settings),
        )
        return Administration(self.database.directories, self.database.audit, desk, self.clock.now)

    async def _calendar(self) -> None:
        """Each organisation's midnight (D15) and opening hours (D21), by its own clock on the wall."""
        begun = {o: self._today(o) for o in self.tenancy.organisations()}
        while True:
            await asyncio.sleep(CALENDAR_S)
            for organisation, since in begun.items():
                today = self._today(organisation)
                if today > since:
                    begun[organisation] = today
                    self.engine.tell(organisation, DayStarted(since=today))
            for organisation, directory in self.tenancy.all.items():
                self._open_and_close(organisation, directory)

    def _open_and_close(self, organisation: OrganisationId, directory: Directory) -> None:
        board = self._board(organisation)
        if board is None:
            return
        now = int(time.time() * 1000)
        for row in directory.queues:
            opens = is_open(directory, row, now)
            if row.id in board.queues and board.queues[row.id].open is not opens:
                self.engine.tell(organisation, QueueOpened(queue=row.id, open=opens))

    def _today(self, organisation: OrganisationId) -> Instant:
        # The wall clock on purpose: a day begins when people's clocks say so.
        return _midnight(int(time.time() * 1000), self.tenancy.organisation(organisation).time_zone)

    async def _shut_down(self, web: asyncio.Task[None], tasks: list[asyncio.Task[object]]) -> None:
        """Consoles are told to come back, what is under way is finished, the database is written."""
        self.hub.drain(spread_ms=1_000)
        for task in tasks:
            task.cancel()
        if not web.done():
            await asyncio.sleep(0.1)
            self._web.should_exit = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(web), 5)
        self.engine.stop()
        await self.mailing.stop()
        await self.control.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.exchange.settle(), 1)
        await self.ari.stop()
        await self.ami.close()
        await self.writer.stop()
        await self.database.close()


def _epoch() -> str:
    """Names this start of the process: time, so that later is larger, and chance."""
    return f"{time.time_ns() // 1_000_000:x}{secrets.token_hex(3)}"


def _midnight(now: Instant, zone: str) -> Instant:
    """Start of the day in which `now` lies, in that time zone."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(0)
    return int(start.timestamp() * 1000)
