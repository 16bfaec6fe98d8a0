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
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.kept_trunks import with_kept
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.runtime import RunningExchange, started_exchange
from cordboard.control import Question, ServerAway, ask
from cordboard.launch import CannotStart, Launch
from cordboard.watchdog import ANSWER_MS, Duties, Patience, watch

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
"""A server that takes another's place and has not answered by then hangs in its start."""
STOP_MS = 8_000
"""How long a server may take to end cleanly."""
RENEW_LOAD_MS = 6_000
"""How long a server of a new version may load before the old one is asked to end; calls are handled meanwhile."""


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
    """A server process: loaded and waiting until told to go. The pipe to it tells it when we are gone."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    @classmethod
    async def start(cls, words: list[str]) -> Self:
        """Have one load."""
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *words, "--wait", stdin=reading, start_new_session=True
            )
        except BaseException:
            # Without an end to its pipe a child that came up all the same would wait for ever.
            os.close(writing)
            raise
        finally:
            os.close(reading)
        return cls(process, writing)

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
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, b"go\n")

    async def ended(self) -> None:
        """Return when it has ended, whatever ended it."""
        await self._process.wait()

    def kill(self) -> None:
        """End it without asking."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def let_go(self) -> None:
        """Close the pipe of one that has ended."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

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
        self.let_go()


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
        self._say = say
        self._stopping = asyncio.Event()
        self._renewing = asyncio.Event()
        self._exchange: RunningExchange | None = None
        self._has_served = False
        """A server of ours has answered: how long one lived says nothing, for a slow machine needs long to refuse."""

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
        stuck_s = self._launch.settings.exchange.restart_when_stuck_s
        await watch(
            self._duties("exchange", exchange.answers, exchange.kill),
            Patience(alarm_ms=STUCK_ALARM_MS, act_ms=stuck_s * 1000 or None),
        )

    async def _watch_server(self, server: _Child) -> None:
        """The same of the server; the one that stands by takes its place, and calls go on."""
        await watch(
            self._duties("server", self._server_answers, server.kill),
            Patience(
                alarm_ms=SERVER_STUCK_MS,
                act_ms=SERVER_STUCK_MS,
                # The first one may have a whole database to change; one that takes another's place has not.
                start_ms=SERVER_START_MS if self._has_served else None,
            ),
        )

    async def _server_answers(self) -> bool:
        is_there = await self._ask_server()
        self._has_served = self._has_served or is_there
        return is_there

    async def _ask_server(self) -> bool:
        try:
            await asyncio.to_thread(ask, self._launch.data, Question(ask="health"), timeout_ms=ANSWER_MS)
        except ServerAway:
            return False
        return True

    def _duties(self, who: str, answers: Callable[[], Awaitable[bool]], kill: Callable[[], None]) -> Duties:
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
                    spare.let_go()
                    spare = None
                server = running or spare or await _Child.start(self._words)
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
                        continue
                    if server.exit_code is None and not self._stopping.is_set():
                        running = server
                        continue
                watching.cancel()
                if self._stopping.is_set():
                    await server.end()
                    return
                server.let_go()
                if server.exit_code == EXIT_CANNOT_START and not self._has_served:
                    # Later on it is tried again and again: calls go on meanwhile, and a full disk or a database
                    # that is away may be back in a minute.
                    raise CannotStart("")
                log.error("the server died and is started anew", extra={"exit_code": server.exit_code})
                deaths = deaths + 1 if (time.monotonic() - started) * 1000 < QUICK_DEATH_MS else 1
                if deaths == len(RESTART_PAUSES_MS):
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
        """Have one of the version that is installed now load; None: it does not, and the running one goes on.

        The one that loads takes over at once when the running one ends meanwhile.
        """
        self._renewing.clear()
        if spare is not None:
            # It has loaded the old version.
            await spare.end()
        self._say("A server of the version that is installed now loads; then it takes over, and calls go on.")
        new = await _Child.start(self._words)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RENEW_LOAD_MS / 1000):
                await self._until_ended(new, server)
        if new.alive:
            return new
        new.let_go()
        self._say(
            "It does not start, so the running one goes on; log/server.log in the data folder says why."
        )
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

    async def _until_ended(self, *what: _Child | asyncio.Event) -> None:
        """Until one of these processes has ended, one of these events is set, or we are to stop."""
        waits = [
            asyncio.create_task(self._stopping.wait()),
            *(asyncio.create_task(one.ended() if isinstance(one, _Child) else one.wait()) for one in what),
        ]
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


EXIT_CANNOT_START = 78
"""The server said by itself why it cannot run (sysexits: configuration); starting it again would not help."""


def server_words(config: Path | None, overrides: list[str]) -> list[str]:
    """The command line of the server child."""
    words = [sys.executable, "-m", "cordboard", "serve", *overrides]
    return words + (["--config", str(config)] if config is not None else [])
