"""The parent of one installation: starts and restarts the server and the exchange, and does nothing else.

The exchange lives in a session of its own and outlives a dead server, and a dead parent: the next one adopts it.
Only an explicit stop (Ctrl-C, SIGTERM) ends it. SIGHUP has a server of the version that is installed now take the
place of the running one; calls go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.kept_trunks import with_kept
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.runtime import OWN_WANT, RunningExchange, started_exchange
from cordboard.control import Question, ServerAway, ask
from cordboard.launch import CannotStart, Launch
from cordboard.watchdog import ANSWER_MS, Duties, Patience, Said, watch

log = logging.getLogger(__name__)

RESTART_PAUSES_MS = (0, 0, 250, 1_000, 5_000)
"""Pause before each start that follows a quick death; the last one repeats."""
QUICK_DEATH_MS = 5_000
EXCHANGE_DEATHS_MAX = 2 * len(RESTART_PAUSES_MS)
"""So many in a row, and it is not worth trying."""
SPARE_AFTER_MS = 3_000
"""When the next server is loaded: after the first one's own start, which should have the processor."""
STUCK_ALARM_MS = 8_000
"""With the time between two looks, silence of the exchange is told within ten seconds."""
SERVER_STUCK_MS = 8_000
"""So long without an answer, and the server counts as dead: calls outlive it, and another one stands ready."""
SERVER_START_MS = 30_000
"""A server that takes another's place and has said nothing for so long hangs in its start. One that changes its
database says so, and may take any time over it: ended in the middle it would only begin anew."""
CHANGE_TOLD_MS = 5_000
"""A change of the database that takes longer is told at the terminal."""
STOP_MS = 8_000
"""How long a server may take to end cleanly."""
RENEW_LOAD_MS = 120_000
"""How long a server of a new version may load; without a word that it has, the old one goes on."""
LOADED = "loaded"
"""What a server that waits says when it could serve; anything else says why it could not."""


@contextlib.contextmanager
def alone(data: Path) -> Iterator[None]:
    """One Cordboard per data folder.

    Raises:
        CannotStart: another one runs on it.
    """
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"Another Cordboard (process {file.read().strip() or 'unknown'}) runs on the data folder {data}. "
                'Stop that one, or give this one another folder with data = "..." in the configuration file.'
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class _Child:
    """A server process: loaded and waiting until told to go. The line to it tells it when we are gone."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self._process = process
        self._line = line
        self.said = asyncio.create_task(self._hear(), name="hear-server")
        """What it says when it has loaded: `LOADED`, or why it could not serve; nothing when it ended before."""

    @classmethod
    async def start(cls, words: list[str]) -> Self:
        """Have one load."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process = await asyncio.create_subprocess_exec(
                *words, "--wait", stdin=theirs.fileno(), start_new_session=True
            )
        except BaseException:
            # Without an end to its line a child that came up all the same would wait for ever.
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours)

    async def _hear(self) -> str:
        heard = b""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while not heard.endswith(b"\n") and (more := await loop.sock_recv(self._line, 4_096)):
                heard += more
        return heard.decode(errors="replace").strip()

    @property
    def alive(self) -> bool:
        """It has not ended."""
        return self._process.returncode is None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None: it has not."""
        return self._process.returncode

    def go(self) -> None:
        """Begin to serve."""
        with contextlib.suppress(OSError):
            self._line.send(b"go\n")

    async def ended(self) -> None:
        """Return when it has ended, whatever ended it."""
        await self._process.wait()

    def kill(self) -> None:
        """End it without asking."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def let_go(self) -> None:
        """Close the line to one that has ended."""
        self.said.cancel()
        # Not under the hands of who reads from it.
        await asyncio.gather(self.said, return_exceptions=True)
        self._line.close()

    async def end(self) -> None:
        """Ask it to stop; after a while end it."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), STOP_MS / 1000)
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self.let_go()


class Parent:
    """Keeps the two children alive."""

    def __init__(
        self,
        launch: Launch,
        server_words: list[str],
        binary: ExchangeBinary | None,
        say: Callable[[str], None],
    ) -> None:
        """
        Args:
            server_words: command line of the server child.
            binary: the exchange to run; None: the configuration names one that runs already.
            say: shows a line to the person at the terminal.
        """
        self._launch = launch
        self._words = server_words
        self._binary = binary
        self._say = _whether_heard_or_not(say)
        self._stopping = asyncio.Event()
        self._renewing = asyncio.Event()
        self._exchange: RunningExchange | None = None
        self._has_served = False
        """A server of ours has answered: how long one lived says nothing, for a slow machine needs long to refuse."""
        self._is_new = False
        """The version that was put in place has not served yet."""
        self._changing_since: float | None = None
        """Since when a server has been changing its database; None: none does. Infinite: it has been told."""

    async def run(self) -> int:
        """Run until told to stop; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._renewing.set)
        tasks = [asyncio.create_task(self._keep_server(), name="server")]
        if self._binary is not None:
            tasks.append(asyncio.create_task(self._keep_exchange(self._binary), name="exchange"))
        stopped = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        failure = next((t.exception() for t in done if t is not stopped and t.exception() is not None), None)
        self._stopping.set()
        for task in tasks:
            if task.get_name() == "exchange":
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._exchange is not None:
            await self._leave(self._exchange, failed=failure is not None)
        stopped.cancel()
        if failure is not None:
            raise failure
        return 0

    async def _leave(self, exchange: RunningExchange, *, failed: bool) -> None:
        """End the exchange when told to stop; when we cannot go on, one that we found alive keeps its calls."""
        if failed and exchange.adopted:
            exchange.close()
            self._say("The exchange goes on, with its calls; start Cordboard again to take it up.")
        else:
            await exchange.stop()

    async def _keep_exchange(self, binary: ExchangeBinary) -> None:
        """Adopt the living exchange or start one; start anew when it dies."""
        deaths = 0
        while not self._stopping.is_set():
            try:
                # Trunks may have come and gone since we started.
                settings = with_kept(self._launch.server.exchange)
                self._exchange = await started_exchange(binary, settings, default_sounds())
            except ExchangeUnavailable:
                # At the first start it is for a person to put right; later the dead one may not have let go yet.
                if deaths in (0, EXCHANGE_DEATHS_MAX):
                    raise
                log.exception("the exchange could not be started anew yet")
                deaths += 1
                await self._pause(deaths)
                continue
            if self._exchange.adopted:
                self._say("The exchange was still running and is used again; its calls went on.")
            if self._exchange.outdated:
                self._say(
                    "The configuration has changed since the exchange was started. For telephones, trunks and "
                    "ports that counts from its next start: end Cordboard with Ctrl-C, and start it again."
                )
            started = time.monotonic()
            watching = asyncio.create_task(self._watch_exchange(self._exchange), name="watch-exchange")
            await self._exchange.ended()
            watching.cancel()
            self._exchange.close()
            if self._stopping.is_set():
                return
            log.error("the exchange died and is started anew")
            deaths = deaths + 1 if (time.monotonic() - started) * 1000 < QUICK_DEATH_MS else 1
            if deaths > EXCHANGE_DEATHS_MAX:
                raise ExchangeUnavailable(
                    "The exchange dies again and again right after its start; see log/messages in "
                    f"{self._launch.server.exchange.run_dir}, or run `cordboard doctor`."
                )
            await self._pause(deaths)

    async def _watch_exchange(self, exchange: RunningExchange) -> None:
        """One that lives and does not answer is counted as dead after the time that the configuration gives."""
        stuck_ms = self._launch.settings.exchange.restart_when_stuck_s * 1000 or None

        async def answers() -> Said:
            return Said.by(await exchange.answers())

        await watch(
            self._duties("exchange", answers, exchange.kill),
            Patience(
                alarm_ms=STUCK_ALARM_MS,
                act_ms=stuck_ms,
                # One that hung already when we came to it may never have answered us.
                start_ms=stuck_ms if exchange.adopted else None,
            ),
        )

    async def _watch_server(self, server: _Child) -> None:
        """The same of the server; the one that stands by takes its place, and calls go on."""
        await watch(
            self._duties("server", self._server_answers, server.kill),
            Patience(
                alarm_ms=SERVER_STUCK_MS,
                act_ms=SERVER_STUCK_MS,
                # Before the first one nothing is lost by waiting.
                start_ms=SERVER_START_MS if self._has_served else None,
            ),
        )

    async def _server_answers(self) -> Said:
        said = await self._ask_server()
        if said is Said.WORKS:
            self._has_served, self._is_new = True, False
        self._tell_change(is_changing=said is Said.STARTING)
        return said

    def _tell_change(self, *, is_changing: bool) -> None:
        now = time.monotonic()
        if not is_changing:
            self._changing_since = None
        elif self._changing_since is None:
            self._changing_since = now
        elif (now - self._changing_since) * 1000 >= CHANGE_TOLD_MS:
            self._changing_since = math.inf
            self._say(
                "The server brings its database to this version, which takes as long as it takes. Calls go on "
                "meanwhile; nobody is in control of them until it is done."
            )

    async def _ask_server(self) -> Said:
        try:
            answer = await asyncio.to_thread(
                ask, self._launch.data, Question(ask="health"), timeout_ms=ANSWER_MS
            )
        except ServerAway as away:
            ours = isinstance(away.__cause__, OSError) and away.__cause__.errno in OWN_WANT
            return Said.UNASKED if ours else Said.NOTHING
        if not answer.starting:
            return Said.WORKS
        return Said.STARTING if answer.changing else Said.NOTHING

    def _duties(self, who: str, answers: Callable[[], Awaitable[Said]], kill: Callable[[], None]) -> Duties:
        def alarm(silent_ms: int) -> None:
            log.error("no answer", extra={"who": who, "silent_ms": silent_ms})
            self._say(f"The {who} has not answered for {silent_ms // 1000} s.")

        def act() -> None:
            log.error("does not answer and is ended", extra={"who": who})
            self._say(f"Without any answer for too long, the {who} is started anew.")
            kill()

        return Duties(
            answers=answers, alarm=alarm, relief=lambda: self._say(f"The {who} answers again."), act=act
        )

    async def _keep_server(self) -> None:
        """Start the server; when it dies the one that stands ready takes over at once."""
        deaths = 0
        spare: _Child | None = None
        running: _Child | None = None
        try:
            while not self._stopping.is_set():
                started = time.monotonic()
                if spare is not None and not spare.alive:
                    await spare.let_go()
                    spare = None
                server = running or spare or await self._begun()
                if server is None:
                    deaths += 1
                    await self._pause(deaths)
                    continue
                if running is None:
                    server.go()
                running = None
                getting_ready = asyncio.create_task(self._get_ready())
                watching = asyncio.create_task(self._watch_server(server), name="watch-server")
                await self._until_ended(server, self._renewing)
                spare = await self._ready_or_none(getting_ready)
                if self._renewing.is_set() and not self._stopping.is_set() and server.alive:
                    # It is watched all the while: with no spare beside it, it must not hang unseen.
                    spare = await self._newer(spare, server)
                    watching.cancel()
                    if spare is not None:
                        await server.end()
                        self._is_new = True
                        continue
                    if server.exit_code is None and not self._stopping.is_set():
                        running = server
                        continue
                watching.cancel()
                if self._stopping.is_set():
                    await server.end()
                    return
                await server.let_go()
                if server.exit_code == EXIT_CANNOT_START and not self._has_served:
                    # Later on it is tried again and again: calls go on meanwhile, and a full disk or a database
                    # that is away may be back in a minute.
                    raise CannotStart("")
                log.error("the server died and is started anew", extra={"exit_code": server.exit_code})
                deaths = deaths + 1 if (time.monotonic() - started) * 1000 < QUICK_DEATH_MS else 1
                if self._is_new:
                    self._is_new = False
                    self._say(
                        "The server of the version that was put in place cannot serve; what it said stands above "
                        "and in log/server.log. Calls go on without it, nobody is in control of them, and it is "
                        "tried again and again. To go back to the version before: docs/admin/install.md, "
                        '"Newer versions".'
                    )
                elif deaths == len(RESTART_PAUSES_MS):
                    self._say(
                        "The server dies again and again right after its start. Calls go on without it and it is "
                        f"tried every {RESTART_PAUSES_MS[-1] // 1000} s; log/server.log in the data folder says "
                        "why, `cordboard doctor` what to do."
                    )
                await self._pause(deaths)
        finally:
            if spare is not None:
                await spare.end()

    async def _newer(self, spare: _Child | None, server: _Child) -> _Child | None:
        """Have one of the version that is installed now load, and say that it could serve; None: it does not, and
        the running one goes on.

        The one that loads takes over at once when the running one ends meanwhile.
        """
        self._renewing.clear()
        if spare is not None:
            # It has loaded the old version.
            await spare.end()
        self._say("A server of the version that is installed now loads; then it takes over, and calls go on.")
        new = await self._begun()
        if new is None:
            self._say("No server can be started now, so the running one goes on; log/parent.log says why.")
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RENEW_LOAD_MS / 1000):
                await self._until_ended(new, server, new.said)
        said = new.said.result() if new.said.done() else None
        if said == LOADED or self._stopping.is_set() or not server.alive:
            # With the running one dead there is nothing better than this one.
            return new
        await new.end()
        if said is None:
            said = f"it has not said within {RENEW_LOAD_MS // 1000} s that it has loaded"
        self._say(
            "A server of the version that is installed now cannot serve, so the running one goes on: "
            + (said or "it ended; what it said stands above")
        )
        return None

    async def _begun(self) -> _Child | None:
        """One that loads; None: the machine has no room for it, or the program is just being replaced.

        The exchange with its calls is not ended for that.
        """
        try:
            return await _Child.start(self._words)
        except OSError:
            log.exception("no server can be started")
            return None

    async def _get_ready(self) -> _Child:
        """A second server that has loaded everything and waits: loading is most of a start's time."""
        await asyncio.sleep(SPARE_AFTER_MS / 1000)
        return await _Child.start(self._words)

    async def _ready_or_none(self, getting_ready: asyncio.Task[_Child]) -> _Child | None:
        if getting_ready.done() and getting_ready.exception() is None:
            return getting_ready.result()
        getting_ready.cancel()
        done = await asyncio.gather(getting_ready, return_exceptions=True)
        return done[0] if isinstance(done[0], _Child) else None

    async def _until_ended(self, *what: _Child | asyncio.Event | asyncio.Task[str]) -> None:
        """Until one of these processes has ended, one of these has come, or we are to stop."""

        async def comes(one: _Child | asyncio.Event | asyncio.Task[str]) -> None:
            match one:
                case _Child():
                    await one.ended()
                case asyncio.Event():
                    await one.wait()
                case _:
                    await asyncio.wait({one})

        waits = [asyncio.create_task(self._stopping.wait()), *(asyncio.create_task(comes(o)) for o in what)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _pause(self, deaths: int) -> None:
        pause = RESTART_PAUSES_MS[min(deaths, len(RESTART_PAUSES_MS)) - 1]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause / 1000)


def _whether_heard_or_not(say: Callable[[str], None]) -> Callable[[str], None]:
    """A terminal that was closed, or whoever read from us and has ended, is no reason to end calls."""

    def said(line: str) -> None:
        with contextlib.suppress(OSError):
            say(line)

    return said


EXIT_CANNOT_START = 78
"""The server said by itself why it cannot run (sysexits: configuration); starting it again would not help."""


def server_words(config: Path | None, overrides: list[str]) -> list[str]:
    """The command line of the server child."""
    words = [sys.executable, "-m", "cordboard", "serve", *overrides]
    return words + (["--config", str(config)] if config is not None else [])
