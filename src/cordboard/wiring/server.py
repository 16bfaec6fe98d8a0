"""Here the adapters meet: builds one server process and runs it until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from functools import partial
from importlib.metadata import version

from cordboard.app.accounts import LogIns
from cordboard.app.administration.administration import Administration
from cordboard.app.administration.provider import Provider
from cordboard.app.assembly import assemble
from cordboard.app.chat import Chat
from cordboard.app.engine import Engine
from cordboard.app.hours import counted_since
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.ldap_import import LdapImports
from cordboard.app.message_letters import MessageLetters
from cordboard.app.password_links import PasswordLinks
from cordboard.app.passwords import Passwords
from cordboard.app.recognition import Recognition
from cordboard.app.recovery import Recovery
from cordboard.app.second_factor import SecondFactor
from cordboard.app.tenancy import Tenancy
from cordboard.app.throttle import Throttle
from cordboard.app.troubles import Troubles
from cordboard.app.writer import Writer
from cordboard.asterisk.alone import Alone, AstdbBook
from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.booth import AsteriskBooth
from cordboard.asterisk.client import AriLink, AriServer
from cordboard.asterisk.config import applications
from cordboard.asterisk.exchange import AsteriskExchange, Route
from cordboard.asterisk.http import AriOverHttp
from cordboard.asterisk.provision import Provisioner
from cordboard.asterisk.settings import PRACTICE_APPLICATION, STUDIO_APPLICATION
from cordboard.asterisk.translate import Arrival, device_of_endpoint
from cordboard.asterisk.way_in import whose
from cordboard.asterisk.way_out import WaysOut
from cordboard.control import Answer, Control, Question
from cordboard.core.board import Board
from cordboard.core.callback import KEPT_MS
from cordboard.core.statistics import KEPT_MS as COUNTS_KEPT_MS
from cordboard.core.statistics import MINUTE_MS
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import DeviceKind, LegId, OrganisationId
from cordboard.ldap.servers import Ldap
from cordboard.practice.callers import PracticeCallers
from cordboard.server_settings import ServerSettings
from cordboard.storage.open import Database
from cordboard.web import rest, wire
from cordboard.web.chat import HubLines
from cordboard.web.push import Hub
from cordboard.web.services import Services
from cordboard.wiring.administered import administered
from cordboard.wiring.answers import Answers, health_of, opened, told_of
from cordboard.wiring.applying import Applying, apply_file, invited_by_letter
from cordboard.wiring.calendar import Calendar
from cordboard.wiring.configured import RunningDesk, sip_server
from cordboard.wiring.fan import Fan
from cordboard.wiring.keeping import keeping_of
from cordboard.wiring.ldap import ByItself
from cordboard.wiring.leaving import removal_of
from cordboard.wiring.letters import make_mailing
from cordboard.wiring.music import voices_and_music
from cordboard.wiring.practising import Practising
from cordboard.wiring.presence import Presence
from cordboard.wiring.sounds import Sounds
from cordboard.wiring.studio import studio_of
from cordboard.wiring.telephones import NotifyTalk, Telephones
from cordboard.wiring.trunks import Trunks
from cordboard.wiring.wall import continued, wall_clock
from cordboard.wiring.watching import House, Watching
from cordboard.wiring.web import make_web
from cordboard.wiring.wholeness import FILE, Wholeness, WrittenFile

log = logging.getLogger(__name__)


class Server:
    """One Cordboard server: decisions and web in one process."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._written = WrittenFile(settings.data / FILE)
        self._epoch = f"{time.time_ns() // 1_000_000:x}{secrets.token_hex(3)}"
        """Names this start of the process: time, so that later is larger, and chance."""
        self._numbers = 0
        self._stopping = asyncio.Event()
        self.answers = Answers()
        self.control = Control(settings.data, self.answers)

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
        self.clock = continued(self._written, wall_clock())
        self.database: Database = await opened(settings, self.control, self.answers)
        self.directories = DirectoriesWithNumbers(self.database.directories, settings.numbers)
        self.tenancy = Tenancy(self.directories)
        await self.tenancy.load()
        self.writer = Writer(self.database.journal, self.clock.now)
        self.writer.start()
        self._build()
        await self.wholeness.begin()
        for organisation in self.tenancy.organisations():
            self.engine.put(organisation, await self._desk(organisation))
            self.voices.follow(organisation)
        self._own_devices()
        await self.ari.start()
        self.exchange.start()
        self.practice.start()
        web = asyncio.create_task(self._serve_web(), name="web")
        self.answers.serve(self._control)
        background = [
            asyncio.create_task(self._heartbeats(), name="heartbeats"),
            asyncio.create_task(
                Calendar(self.clock, self.engine, self.hub, self.tenancy).run(), name="calendar"
            ),
            asyncio.create_task(keeping_of(self).run(), name="keeping"),
            asyncio.create_task(ByItself(self.ldap, self.tenancy, self.clock.wall).run(), name="ldap"),
            asyncio.create_task(self.watching.run(), name="watching"),
            asyncio.create_task(self.wholeness.run(), name="wholeness"),
            asyncio.create_task(self.writer.crashed(), name="writer watch"),
        ]
        indexing = asyncio.create_task(
            self.database.contacts.indexes.prepare(self.tenancy.organisations()), name="contacts"
        )
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait({web, stopped, *background}, return_when=asyncio.FIRST_COMPLETED)
            # What crashed says why here, and the parent starts a new server.
            for task in done - {stopped}:
                task.result()
        finally:
            await self._shut_down(web, [stopped, indexing, *background])

    def _own_devices(self) -> None:
        devices = self.tenancy.devices()
        browsers = frozenset(d for d, (_, row) in devices.items() if row.kind is DeviceKind.WEB)
        self.exchange.own_devices({d: o for d, (o, _) in devices.items()}, browsers)

    def stop(self) -> None:
        """Ask `run` to end; calls and the exchange go on."""
        self._stopping.set()

    def _build_roads(self) -> None:
        """To the exchange, to its telephones, and out of the house."""
        exchange = self.settings.exchange
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
        self.ways_out = WaysOut(
            exchange.trunks,
            exchange.emergency_numbers,
            lambda organisation: self.tenancy.organisation(organisation).country,
            for_emergencies=lambda whose: self.trunks.settings.emergency_trunks(whose),
        )
        self.trunks = Trunks(
            self.settings,
            tenancy=self.tenancy,
            ways_out=self.ways_out,
            ami=self.ami,
            link=self.ari.link(),
            exchange=lambda: self.exchange,
        )
        self.telephones = Telephones(
            Provisioner(self.ari.link(), self.ami, exchange),
            self.tenancy,
            self._board,
            self.clock,
            lambda: self.exchange.up,
            self.ways_out,
        )

    def _build(self) -> None:
        settings, exchange = self.settings, self.settings.exchange
        self._build_roads()
        presence = Presence(lambda house, event: self.engine.tell(house, event), self.clock)
        self.hub = Hub(
            epoch=self._epoch,
            now=self.clock.now,
            board=self._board,
            present=presence.seen,
            absent=presence.gone,
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
        self.recognition = Recognition(
            self.database.contacts,
            self.tenancy,
            lambda organisation, event: self.engine.tell(organisation, event),
        )
        self._boot_file = settings.data / "exchange-boot"
        self.sounds = Sounds(settings.data / "recordings", exchange.messages_dir)
        self.voices, self.music = voices_and_music(settings, self.tenancy, self.ami, lambda: self.exchange)
        self.exchange = AsteriskExchange(
            self.ari.link(),
            router=self._route,
            inbox=lambda owner, event: self.engine.tell(owner, self.tenancy.as_read(owner, event)),
            organisations=self.tenancy.organisations,
            new_id=self._new_id,
            clock=self.clock,
            notifier=NotifyTalk(self.ami),
            ways_out=self.ways_out,
            media=self.sounds.media,
            spoken=self.sounds.spoken_ms,
            music=self.music.of,
            last_boot=self._boot_file.read_text().strip() if self._boot_file.exists() else "",
            booted=self._booted,
            prepare=self._prepare,
            alone=Alone(
                AstdbBook(self.ami),
                router=self._route,
                inbox=lambda organisation, event: self.engine.tell(organisation, event),
                known=self.database.journal.known,
                named=self.recognition.name_of,
                clock=self.clock,
            ),
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
            Fan(self.hub, self.practising, self.telephones.agents_changed, self.recognition),
            self.recovery.crashed,
        )
        self.ldap = LdapImports(
            Ldap(), self.database.contacts, self.database.ldap, self.tenancy.all.__getitem__, self.clock.wall
        )
        self.administration = self._administration()
        self.mailing = make_mailing(settings.mail, settings.data)
        self.writer.written = MessageLetters(
            self.tenancy, self.database.history, self.mailing, self.sounds.message, settings.url
        ).written
        self.watching = self._watching()

    def _watching(self) -> Watching:
        troubles = self.troubles = Troubles(self.clock.now, self.hub.trouble_changed)
        self.hub.troubles = troubles.raised
        self.wholeness = Wholeness(
            file=self._written,
            writer=self.writer,
            journal=self.database.journal,
            history=self.database.history,
            remember_all=self.engine.remember_all,
            tenancy=self.tenancy,
            troubles=troubles,
            clock=self.clock,
        )
        house = House(
            engine=self.engine,
            writer=self.writer,
            hub=self.hub,
            exchange=self.exchange,
            link=self.ari.link(),
            beside=partial(AriOverHttp, self.settings.exchange),
            ami=self.ami,
            trunks=self.trunks.all,
            mail_fails=lambda: self.mailing.fails,
            database=self.database.check,
            data=self.settings.data,
            exchange_folder=self.settings.exchange.run_dir,
        )
        return Watching(house, troubles)

    # --- organisations ---

    def _board(self, organisation: OrganisationId) -> Board | None:
        desk = self.engine.desks.get(organisation)
        return desk.board if desk is not None else None

    async def _desk(self, organisation: OrganisationId) -> Switchboard:
        """As the database has it."""
        now = self.clock.now()
        since = counted_since(now, self.tenancy.organisation(organisation))
        journal = self.database.journal
        return assemble(
            self.tenancy.all[organisation],
            await journal.agents(organisation),
            await journal.open_calls(organisation),
            await journal.counts(organisation, now - now % MINUTE_MS - COUNTS_KEPT_MS),
            counted_since=since,
            now=now,
            new_leg=lambda: LegId(self._new_id()),
            emergency=frozenset(self.settings.exchange.emergency_numbers),
            callbacks=await self.database.callbacks.living(organisation, now - KEPT_MS),
            missed=await journal.missed(organisation),
        )

    async def _begin(self, organisation: OrganisationId) -> None:
        """One that was made a moment ago; what the exchange says of its telephones comes after."""
        self.engine.put(organisation, await self._desk(organisation))
        self.exchange.look_again(organisation)

    def _put_back(self, organisation: OrganisationId) -> None:
        """After a rebuild: consoles begin with a snapshot, and the exchange is asked what lives in it."""
        self.hub.everything_changed(organisation)
        self.exchange.look_again(organisation)

    def _route(self, arrival: Arrival) -> Route | None:
        found = self.tenancy.destination(
            device=device_of_endpoint(arrival.endpoint),
            dialled=arrival.dialled,
            caller=arrival.number,
            over=whose(self.trunks.all(), arrival.endpoint),
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
            announcement=found.announcement,
        )

    # --- the exchange ---

    async def _prepare(self) -> None:
        """What administrators set up is in the exchange, at every (re)connect."""
        await self.trunks.write()
        await self.music.write()
        await self.telephones.write()

    def _booted(self, boot: str) -> None:
        new = self._boot_file.with_suffix(".new")
        with contextlib.suppress(OSError):
            # Whole or not at all: a full disk must not make the next start take these calls for lost ones.
            new.write_text(boot + "\n")
            new.replace(self._boot_file)

    async def _control(self, question: Question) -> Answer:
        """A question of another command on this machine."""
        if question.ask == "practice":
            return await self.practising.from_command(question)
        if question.ask == "apply":
            return await apply_file(self.applying, question)
        return told_of(self._health())

    def _health(self) -> rest.Health:
        database_ok = self.watching.database_ok
        return health_of(self.engine, self.exchange, self.hub, database_ok=database_ok)

    async def _serve_web(self) -> None:
        settings = self.settings
        secure = settings.certificate is not None
        scheme = "https" if secure else "http"
        doors = self.database.doors
        second_factor = SecondFactor(doors)
        links = PasswordLinks(
            doors,
            self.mailing,
            self.tenancy,
            url=settings.url,
            now=self.clock.now,
            tells_unknown=settings.mail.reset_unknown == "error",
            domains=frozenset(settings.mail.domains),
            contact=settings.contact,
        )
        provider = Provider(self.database.directories, self.administration)
        parts = administered(settings, self.administration, self.tenancy, self.voices)
        booth = AsteriskBooth(self.ari.link(STUDIO_APPLICATION), new_id=self._new_id)
        rebuilt = self.recovery.told
        studio = studio_of(parts["announcements"], booth, self.engine, self.clock, self.sounds, rebuilt)
        self.applying = Applying(
            administration=self.administration,
            provider=provider,
            announcements=parts["announcements"],
            network=parts["network"],
            invite=partial(invited_by_letter, links),
        )
        services = Services(
            administration=self.administration,
            provider=provider,
            removal=removal_of(self, self._own_devices),
            log_ins=LogIns(self.database.accounts, Passwords(), Throttle(), second_factor),
            password_links=links,
            second_factor=second_factor,
            preferences=doors,
            mail="outbox" if settings.mail.host is None else "smtp",
            tenancy=self.tenancy,
            directories=self.directories,
            history=self.database.history,
            contacts=self.database.contacts,
            callbacks=self.database.callbacks,
            ldap=self.ldap,
            engine=self.engine,
            hub=self.hub,
            chat=Chat(HubLines(self.hub), self.tenancy.viewer, self.clock.now),
            now=self.clock.now,
            practice=self.practising.from_console,
            health=self._health,
            figures=self.watching.figures,
            metrics_token=settings.metrics_token,
            secure=secure,
            origins=frozenset(f"{scheme}://{host}:{settings.port}" for host in settings.hosts),
            contact=settings.contact,
            version=version("cordboard"),
            console=settings.console,
            exchange_ws=f"ws{settings.exchange.http_url.removeprefix('http')}/ws",
            loopback=settings.listen.startswith("127."),
            recordings=self.sounds.message,
            emergency=frozenset(settings.exchange.emergency_numbers),
            trunks=self.trunks,
            studio=studio,
            **parts,
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
            ldap=self.ldap,
            voices=self.voices,
            telephones=self.telephones.configured,
            own_devices=self._own_devices,
            now=self.clock.wall,
            emergency=frozenset(self.settings.exchange.emergency_numbers),
            sip_server=sip_server(self.settings),
            trunks=self.trunks,
            music=self.music.changed,
            begin=self._begin,
        )
        return Administration(self.database.directories, self.database.audit, desk, self.clock.now)

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
        self.recognition.stop()
        self.engine.stop()
        await self.mailing.stop()
        await self.control.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.exchange.settle(), 1)
        await self.ari.stop()
        await self.ami.close()
        await self.writer.stop()
        self.wholeness.end()
        await self.database.close()
