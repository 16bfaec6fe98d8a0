"""The only place where the adapters meet: builds one server process and runs it until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from cordboard.app.accounts import LogIns
from cordboard.app.assembly import assemble
from cordboard.app.clock import Alarm, SteadyClock
from cordboard.app.engine import Engine
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.passwords import Passwords
from cordboard.app.ports import StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.app.throttle import Throttle
from cordboard.app.writer import Writer
from cordboard.asterisk import provision
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.client import AriLink, AriServer
from cordboard.asterisk.config import applications
from cordboard.asterisk.exchange import AsteriskExchange, Route
from cordboard.asterisk.settings import PRACTICE_APPLICATION
from cordboard.asterisk.translate import Arrival, device_of_endpoint
from cordboard.control import Answer, Control, Question
from cordboard.core.board import Board
from cordboard.core.call import CallState
from cordboard.core.events import ConsoleLost, ConsoleSeen, DayStarted
from cordboard.core.notices import Changed, Say, Thing
from cordboard.core.types import DeviceKind, Instant, LegId, OrganisationId, UserId
from cordboard.practice.callers import PracticeCallers, TooManyCallers
from cordboard.server_settings import ServerSettings
from cordboard.storage.open import Database, open_database
from cordboard.web import rest, wire
from cordboard.web.push import Hub
from cordboard.web.server import make_server
from cordboard.web.services import Services

log = logging.getLogger(__name__)

CONSOLE_GRACE_MS = 30_000
"""After the last console went nothing changes for this long (D16); the socket's own 15 s come before it."""
FALLBACK_SETTLE_MS = 2_000
REBUILD_AGAIN_MS = 1_000


class Fan:
    """What changed, for the consoles and for the practice callers."""

    def __init__(self, hub: Hub, practice: PracticeCallers, agents_changed: Callable[[], None]) -> None:
        self._hub = hub
        self._practice = practice
        self._agents_changed = agents_changed

    def changed(self, organisation: OrganisationId, things: Iterable[Changed]) -> None:
        """Tell both."""
        self._hub.changed(organisation, things)
        board = self._hub.board(organisation)
        for thing in things:
            if thing.thing is Thing.AGENT:
                self._agents_changed()
            if thing.thing is not Thing.CALL or board is None:
                continue
            call = board.calls.get(thing.id)  # type: ignore[call-overload]
            if call is None or call.number is None:
                continue
            if call.state is CallState.ACTIVE:
                self._practice.observe(call.number, "active")
            elif call.state is CallState.HELD:
                self._practice.observe(call.number, "held")

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Sentences are for people at consoles."""
        self._hub.say(organisation, sayings)


class NotifyTalk:
    """Makes a ringing phone answer, by AMI."""

    def __init__(self, ami: AmiClient) -> None:
        self._ami = ami

    async def talk(self, channel_name: str) -> bool:
        """True: sent."""
        try:
            await self._ami.notify_talk(channel_name)
        except AmiFailed:
            return False
        return True


class Server:
    """One Cordboard server: decisions and web in one process."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.clock = SteadyClock()
        self._epoch = _epoch()
        self._numbers = 0
        self._away: dict[UserId, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._fallback_timer: Alarm | None = None
        self._fallbacks_written: provision.Fallbacks | None = None
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
        self.database: Database = await open_database(settings.database_url)
        self.directories = DirectoriesWithNumbers(self.database.directories, settings.numbers)
        self.tenancy = Tenancy(self.directories)
        await self.tenancy.load()
        self.writer = Writer(self.database.journal)
        self.writer.start()
        self._build()
        for organisation in self.tenancy.organisations():
            await self._put_desk(organisation)
        devices = self.tenancy.devices()
        browsers = frozenset(d for d, (_, row) in devices.items() if row.kind is DeviceKind.WEB)
        self.exchange.own_devices({d: o for d, (o, _) in devices.items()}, browsers)
        await self.ari.start()
        self.exchange.start()
        self.practice.start()
        await self.control.start()
        web = asyncio.create_task(self._serve_web(), name="web")
        background = [
            asyncio.create_task(self._heartbeats(), name="heartbeats"),
            asyncio.create_task(self._midnights(), name="midnights"),
        ]
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({web, stopped, *background}, return_when=asyncio.FIRST_COMPLETED)
            if web.done():
                web.result()
        finally:
            await self._shut_down(web, [stopped, *background])

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
        self.provisioner = provision.Provisioner(self.ari.link(), self.ami, exchange)
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
        self.control = Control(settings.data, self._control)
        self._boot_file = settings.data / "exchange-boot"
        self.exchange = AsteriskExchange(
            self.ari.link(),
            router=self._route,
            inbox=lambda organisation, event: self.engine.tell(organisation, event),
            organisations=self.tenancy.organisations,
            new_id=self._new_id,
            clock=self.clock,
            notifier=NotifyTalk(self.ami),
            last_boot=self._boot_file.read_text().strip() if self._boot_file.exists() else "",
            booted=self._booted,
            prepare=self._provision,
        )
        self.engine = Engine(
            self.clock,
            self.exchange,
            self.writer,
            Fan(self.hub, self.practice, self._refresh_fallbacks),
            self._rebuild_later,
        )

    # --- organisations ---

    def _board(self, organisation: OrganisationId) -> Board | None:
        desk = self.engine.desks.get(organisation)
        return desk.board if desk is not None else None

    async def _put_desk(self, organisation: OrganisationId) -> None:
        now = self.clock.now()
        since = _midnight(now, self.tenancy.organisation(organisation).time_zone)
        journal = self.database.journal
        desk = assemble(
            self.tenancy.all[organisation],
            await journal.agents(organisation),
            await journal.open_calls(organisation),
            await journal.counts(organisation, since),
            day_started=since,
            now=now,
            new_leg=lambda: LegId(self._new_id()),
        )
        self.engine.put(organisation, desk)

    def _rebuild_later(self, organisation: OrganisationId) -> None:
        self._spawn(self._rebuild(organisation))

    async def _rebuild(self, organisation: OrganisationId) -> None:
        """As after a restart: from the database and the exchange."""
        while True:
            try:
                await self.writer.flushed()
                await self._put_desk(organisation)
                break
            except StorageFailure:
                log.exception("an organisation cannot be rebuilt yet", extra={"organisation": organisation})
                await asyncio.sleep(REBUILD_AGAIN_MS / 1000)
        self.hub.everything_changed(organisation)
        await self.exchange.look_again()

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
            name=arrival.name if arrival.name != arrival.number else None,
            dialled=found.dialled,
        )

    # --- the exchange ---

    def _booted(self, boot: str) -> None:
        with contextlib.suppress(OSError):
            self._boot_file.write_text(boot + "\n")

    async def _provision(self) -> None:
        """Phones and fall-backs, before calls are handled."""
        kinds = {DeviceKind.WEB: provision.DeviceKind.WEB, DeviceKind.SIP: provision.DeviceKind.SIP}
        self.provisioner.forget()
        try:
            await self.provisioner.write_all(
                provision.DeviceProvision(
                    id=row.id,
                    kind=kinds[row.kind],
                    name=row.name,
                    extension=row.extension,
                    username=f"d-{row.id}",
                    password=row.password,
                    language=self.tenancy.organisation(organisation).language,
                )
                for organisation, row in self.tenancy.devices().values()
            )
            self._fallbacks_written = self._fallbacks()
            await self.provisioner.write_fallbacks(self._fallbacks_written)
        except (provision.ProvisionFailed, AmiFailed):
            log.exception("the exchange did not take all phones")

    def _fallbacks(self) -> provision.Fallbacks:
        """Who rings for each number while we are away: the phones of those signed in, else every desk phone."""
        groups: dict[str, tuple[str, ...]] = {}
        for organisation, directory in self.tenancy.all.items():
            board = self._board(organisation)
            desk_phones = tuple(f"d-{d.id}" for d in directory.devices if d.kind is DeviceKind.SIP)
            for queue in directory.queues:
                signed_in = board.queues[queue.id].signed_in if board is not None else set()
                devices = [board.agents[a].device for a in sorted(signed_in)] if board is not None else []
                ringing = tuple(f"d-{d}" for d in devices if d is not None) or desk_phones
                for number in queue.numbers:
                    groups[number] = ringing
                    groups[f"+{number}"] = ringing
        return provision.Fallbacks(groups=groups)

    def _refresh_fallbacks(self) -> None:
        """Somebody signed in or took another phone: a moment later the exchange knows whom to ring without us."""
        if self._fallback_timer is None:
            self._fallback_timer = self.clock.call_in(FALLBACK_SETTLE_MS, self._write_fallbacks)

    def _write_fallbacks(self) -> None:
        self._fallback_timer = None
        fallbacks = self._fallbacks()
        if self.exchange.up and fallbacks != self._fallbacks_written:
            self._fallbacks_written = fallbacks
            self._spawn(self._send_fallbacks(fallbacks))

    async def _send_fallbacks(self, fallbacks: provision.Fallbacks) -> None:
        try:
            await self.provisioner.write_fallbacks(fallbacks)
        except AmiFailed:
            log.warning("the exchange did not take the fall-backs; they are sent again at the next change")
            self._fallbacks_written = None

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

    async def _practise(self, organisation: OrganisationId, command: wire.Command) -> wire.Result:
        """A practice caller, asked for from the console."""

        def refuse(code: str) -> wire.Result:
            rev = self.hub.state(organisation).rev
            return wire.Result(id=command.id, ok=False, rev=rev, code=code)

        directory = self.tenancy.all[organisation]
        if not directory.organisation.demo or not self.settings.exchange.practice:
            return refuse("no_right")
        urgent = command.args.get("urgent") == "true"
        wanted = command.args.get("queue")
        queues = [q for q in directory.queues if (q.id == wanted if wanted else q.urgent is urgent)]
        numbers = sorted(queues[0].numbers) if queues else []
        if not numbers:
            return refuse("queue_not_available")
        count = command.args.get("count", "1")
        try:
            started = await self.practice.call(
                numbers[0], count=int(count) if count in "12345" else 1, urgent=queues[0].urgent
            )
        except TooManyCallers:
            return refuse("too_many_practice_calls")
        if not started:
            return refuse("exchange_down")
        return wire.Result(id=command.id, ok=True, rev=self.hub.state(organisation).rev)

    async def _control(self, question: Question) -> Answer:
        """A question of another command on this machine."""
        if question.ask == "practice":
            return await self._practise_by_command(question)
        health = self._health()
        return Answer(
            done=health.ok,
            sentence=f"Cordboard {health.version} runs.",
            exchange=health.exchange == "up",
            database=health.database == "ok",
            calls=health.calls,
            consoles=health.consoles,
        )

    async def _practise_by_command(self, question: Question) -> Answer:
        """Practice callers, asked for by `cordboard practice`."""

        def no(sentence: str) -> Answer:
            return Answer(done=False, sentence=sentence)

        demos = [d for d in self.tenancy.all.values() if d.organisation.demo]
        if not self.settings.exchange.practice:
            return no("Practice callers are switched off in the configuration ([exchange] practice = false).")
        if not demos:
            return no("There is no demo organisation here; practice callers call only that one.")
        wanted = question.queue.casefold() if question.queue is not None else None
        found = [
            q
            for q in demos[0].queues
            if q.numbers
            and (wanted in (q.id.casefold(), q.name.casefold()) if wanted else q.urgent is question.urgent)
        ]
        if not found:
            names = ", ".join(queue.name for queue in demos[0].queues if queue.numbers)
            return no(f"There is no queue {question.queue or ''} to call; there are: {names}.")
        queue = found[0]
        try:
            started = await self.practice.call(
                min(queue.numbers), count=max(question.count, 1), urgent=question.urgent or queue.urgent
            )
        except TooManyCallers as problem:
            return no(str(problem))
        if not started:
            return no("The exchange is not connected, so nobody could call; see `cordboard doctor`.")
        who = "1 practice caller calls" if started == 1 else f"{started} practice callers call"
        return Answer(done=True, sentence=f"{who} queue {queue.name}.")

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
        services = Services(
            log_ins=LogIns(self.database.accounts, Passwords(), Throttle()),
            tenancy=self.tenancy,
            directories=self.directories,
            history=self.database.history,
            engine=self.engine,
            hub=self.hub,
            now=self.clock.now,
            practice=self._practise,
            health=self._health,
            secure=secure,
            origins=frozenset(f"{scheme}://{host}:{settings.port}" for host in settings.hosts),
            contact=settings.contact,
            version=version("cordboard"),
            console=settings.console,
            exchange_ws=f"ws{settings.exchange.http_url.removeprefix('http')}/ws",
            loopback=settings.listen.startswith("127."),
        )
        config = uvicorn.Config(
            make_server(services),
            host=settings.listen,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="websockets-sansio",
            # Compression costs more processor time than a local network saves.
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
            ssl_certfile=str(settings.certificate) if settings.certificate is not None else None,
            ssl_keyfile=str(settings.key) if settings.key is not None else None,
        )
        self._web = _Web(config)
        await self._web.serve()

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(wire.HEARTBEAT_MS / 1000)
            self.hub.heartbeat()

    async def _midnights(self) -> None:
        """The queue numbers of each organisation begin anew at its own midnight (D15)."""
        begun = {o: self._today(o) for o in self.tenancy.organisations()}
        while True:
            await asyncio.sleep(5)
            for organisation, since in begun.items():
                today = self._today(organisation)
                if today > since:
                    begun[organisation] = today
                    self.engine.tell(organisation, DayStarted(since=today))

    def _today(self, organisation: OrganisationId) -> Instant:
        # The wall clock on purpose: a day begins when people's clocks say so.
        return _midnight(int(time.time() * 1000), self.tenancy.organisation(organisation).time_zone)

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
        await self.control.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.exchange.settle(), 1)
        await self.ari.stop()
        await self.ami.close()
        await self.writer.stop()
        await self.database.close()


class _Web(uvicorn.Server):
    """uvicorn without its own hands on the signals; the parent's word counts."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def _epoch() -> str:
    """Names this start of the process: time, so that later is larger, and chance."""
    return f"{time.time_ns() // 1_000_000:x}{secrets.token_hex(3)}"


def _midnight(now: Instant, zone: str) -> Instant:
    """Start of the day in which `now` lies, in that time zone."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(0)
    return int(start.timestamp() * 1000)
