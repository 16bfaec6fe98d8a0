"""Start the exchange, find a living one again, and stop it only when told to.

It runs in a session of its own: no signal of Cordboard's terminal and no death of Cordboard ends it.
It is found again by its run folder, so a restarted server adopts it and never starts a second one.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import fcntl
import json
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cordboard.asterisk import config, mend
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.logfiles import put_aside
from cordboard.asterisk.modules import missing_modules
from cordboard.asterisk.ports import require_free
from cordboard.asterisk.prompts import DIGITS
from cordboard.asterisk.settings import APPLICATION, ExchangeSettings

READY_MS = 15_000
"""How long a start may take before it counts as failed; measured: 300 to 800 ms."""

STOP_MS = 5_000
"""A clean end takes up to 1.7 s; after this it is killed."""

OWN_WANT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
"""Why we may be unable to ask: nothing that the exchange is to be ended for."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords between Cordboard and its exchange; made once per run folder, so that adoption works."""

    ari: str
    ami: str
    practice: str


def secrets_for(run_dir: Path) -> Secrets:
    """Those of this run folder, made on first use (random, 128 bits each)."""
    path = run_dir / "secrets.json"
    try:
        kept = json.loads(path.read_text())
        return Secrets(str(kept["ari"]), str(kept["ami"]), str(kept["practice"]))
    except (FileNotFoundError, ValueError, KeyError):
        made = Secrets(*(secrets.token_hex(16) for _ in range(3)))
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({"ari": made.ari, "ami": made.ami, "practice": made.practice}) + "\n"
    config.write(run_dir, {path.name: text})
    return made


def find(run_dir: Path) -> int | None:
    """The process id of the exchange that lives in this run folder; None when none does."""
    found = (entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return next((int(pid) for pid in found if is_exchange(int(pid), run_dir)), None)


def is_exchange(pid: int, run_dir: Path) -> bool:
    """This process is the exchange that lives in this run folder."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # it ended while we looked, or is somebody else's
        return False
    # A dead one that nobody has waited for has an empty command line.
    return str(run_dir / "etc" / "asterisk.conf").encode() in words and b"-C" in words


class RunningExchange:
    """A living Asterisk, started by us or found alive."""

    def __init__(self, pid: int, settings: ExchangeSettings, *, adopted: bool, outdated: bool) -> None:
        self.pid = pid
        self.settings = settings
        self.adopted = adopted
        """It was already alive."""
        self.outdated = outdated
        """It was adopted, and the settings have changed since it started: they count from its next start."""
        try:
            self._pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._pidfd = -1

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return find(self.settings.run_dir) == self.pid

    async def answers(self) -> bool:
        """It can tell which calls there are; a locked one still answers a ping.

        Raises:
            OSError: we could not ask.
        """
        return await _answers(self.settings, "channels")

    def kill(self) -> None:
        """End it without asking: it hangs, and every call with it."""
        with contextlib.suppress(ProcessLookupError):
            if self._pidfd >= 0:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def ended(self) -> None:
        """Return when the process has ended, whatever ended it."""
        if self._pidfd < 0:
            return
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        watched = os.dup(self._pidfd)
        loop.add_reader(watched, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(watched)
            os.close(watched)
        self._reap()

    async def stop(self) -> None:
        """End it: cleanly if it can, by force after `STOP_MS`. Every call ends with it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                # "core stop gracefully" would wait for ever while one channel is stuck.
                if self._pidfd >= 0:
                    signal.pidfd_send_signal(self._pidfd, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_MS / 1000):
                    await self.ended()
                    break
        self.close()

    def close(self) -> None:
        """Let go of it without ending it."""
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    async def _is_there(self) -> bool:
        try:
            return await _answers(self.settings)
        except OSError:
            return False

    async def ready(self) -> None:
        """Wait until it answers.

        Raises:
            ExchangeUnavailable: it ended, or did not answer within `READY_MS`; says what it logged last.
        """
        end = asyncio.create_task(self.ended())
        try:
            async with asyncio.timeout(READY_MS / 1000):
                while not await self._is_there():
                    if end.done():
                        raise ExchangeUnavailable(
                            f"The exchange ended while starting: {_last_words(self.settings.run_dir)}"
                        )
                    await asyncio.sleep(0.02)
        except TimeoutError:
            words = _last_words(self.settings.run_dir)
            raise ExchangeUnavailable(
                f"The exchange did not answer within {READY_MS // 1000} s: {words}"
            ) from None
        finally:
            end.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await end

    def _reap(self) -> None:
        # Ours if we started it; an adopted one is somebody else's child.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)


def ensure(
    binary: ExchangeBinary, settings: ExchangeSettings, *, sounds: Path | None = None
) -> RunningExchange:
    """The living exchange of this run folder, or a new one; never a second one.

    Call `await it.ready()` next.

    Args:
        binary: the program to start if none lives.
        settings: what its configuration is generated from.
        sounds: the folder that `prompts.prepare_prompts` fills, before or after; None: no prompts of ours.

    Raises:
        ExchangeUnavailable: a port is taken, a module is missing, or the folder cannot be written.
    """
    present = frozenset(path.stem for path in binary.modules_dir.glob("*.so"))
    contents = config.files(settings, config.Places(mend.modules_dir(binary, settings.run_dir), present))
    try:
        settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(settings.run_dir):
            living = find(settings.run_dir)
            etc = settings.run_dir / "etc"
            if living is not None:
                outdated = any(_text(etc / name) != text for name, text in contents.items())
                return RunningExchange(living, settings, adopted=True, outdated=outdated)
            missing = missing_modules(present)
            if missing:
                raise ExchangeUnavailable(
                    f"Asterisk {binary.version} at {binary.program} lacks what Cordboard needs: "
                    f"{', '.join(missing)}; install its complete package."
                )
            require_free(settings)
            prepare(binary, settings, sounds)
            config.write(etc, contents)
            return RunningExchange(_spawn(binary, settings), settings, adopted=False, outdated=False)
    except OSError as problem:
        raise ExchangeUnavailable(
            f"The exchange's folder {settings.run_dir} cannot be used: "
            f"{problem.strerror} ({problem.filename})."
        ) from problem


async def started_exchange(
    binary: ExchangeBinary,
    settings: ExchangeSettings,
    sounds: Path | None = None,
    seen: Callable[[RunningExchange], None] = lambda _exchange: None,
) -> RunningExchange:
    """The living exchange of this run folder, or a new one that answers; one that stays mute is tried once more.

    One that was alive may have calls, and be slow or hang: whoever watches it decides when it counts as dead.

    Args:
        seen: told of the process before it answers, for who must be able to end it.

    Raises:
        ExchangeUnavailable: see `ensure` and `RunningExchange.ready`.
    """
    exchange = ensure(binary, settings, sounds=sounds)
    seen(exchange)
    if exchange.adopted:
        return exchange
    try:
        await exchange.ready()
    except ExchangeUnavailable:
        # Seen once in some hundred starts on a busy machine: a process that never gets as far as its own log.
        await exchange.stop()
        exchange = ensure(binary, settings, sounds=sounds)
        seen(exchange)
        await exchange.ready()
    return exchange


def prepare(binary: ExchangeBinary, settings: ExchangeSettings, sounds: Path | None = None) -> None:
    """Make the run folder: its own folders, and links to the program's documentation, sounds and music."""
    run = settings.run_dir
    for name in config.FOLDERS:
        (run / name).mkdir(parents=True, exist_ok=True)
    mend.lay_out(binary, run)
    for name in ("documentation", "rest-api"):
        _link(run / "data" / name, binary.data_dir / name)
    english = binary.find_data("sounds/en", "sounds/en_US_f_Allison")
    if english is not None:
        _link(run / "data/sounds/en", english)
    if sounds is not None:
        # One folder for every run: a sentence is spoken once, and practice callers find theirs here too.
        for name in ("cordboard", *DIGITS):
            _link(run / "data/sounds" / name, sounds.absolute() / name)
    music = binary.find_data("moh")
    for track in sorted(music.glob("*.wav")) if music else ():
        _link(run / "moh" / track.name, track)
    put_aside(run)


def _spawn(binary: ExchangeBinary, settings: ExchangeSettings) -> int:
    run = settings.run_dir
    words = [*binary.command(), "-f", "-C", str(run / "etc/asterisk.conf")]
    kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    log = str(run / "log/exchange.log")
    # Not subprocess: its object would insist on waiting for a child that is meant to outlive us.
    return os.posix_spawn(
        words[0],
        words,
        {**kept, "LC_ALL": "C.UTF-8", "HOME": str(run)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGHUP],
    )


async def _answers(settings: ExchangeSettings, what: str = "asterisk/ping") -> bool:
    """One ARI question over HTTP, by hand: this is asked before anything else works."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.ports.http)
    except OSError as problem:
        if problem.errno in OWN_WANT:
            raise
        return False
    login = base64.b64encode(f"{APPLICATION}:{settings.ari_password}".encode()).decode()
    try:
        writer.write(
            f"GET /ari/{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        await writer.drain()
        said = await asyncio.wait_for(reader.readline(), 2)
        # To the end: it would log an answer that nobody wanted to hear.
        await asyncio.wait_for(reader.read(), 2)
        return b" 200 " in said
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _last_words(run_dir: Path) -> str:
    """The last error that it logged."""
    lines: list[str] = []
    for name in ("messages", "exchange.log"):
        lines += _text(run_dir / "log" / name).splitlines()[-200:]
    errors = [line for line in lines if "ERROR" in line]
    return (errors or lines or ["it logged nothing"])[-1].strip()[-400:]


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    if not link.exists():
        link.symlink_to(target)


@contextlib.contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    """One starter at a time; a dead one lets go by itself."""
    deadline = time.monotonic() + 10
    with (run_dir / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ExchangeUnavailable(
                        f"Another Cordboard is starting the exchange in {run_dir} and does not finish."
                    ) from None
                time.sleep(0.05)
        yield
