"""`cordboard doctor`: looks at everything that a call needs, and says what is wrong and what to do.

It changes nothing, and works whether Cordboard runs or not: what only a running one can tell is left out otherwise.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cordboard.app.mailing import MailNotSent
from cordboard.app.ports import StorageFailure
from cordboard.app.settings import Settings
from cordboard.asterisk import existing, trunks
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.modules import missing_modules
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.prompts import PROMPTS
from cordboard.asterisk.runtime import find
from cordboard.control import Question, ServerAway, ask
from cordboard.launch import CannotStart, Launch, prepare, require_console, require_folder, require_ports
from cordboard.storage.look import look_at_database
from cordboard.wiring.letters import mail_server, outbox

SPACE_COMFORTABLE = 1024 * 2**20
"""Bytes. With less on the data folder's disk the doctor warns."""
EXPIRES_SOON_DAYS = 30
CLOCK_UNSYNCHRONISED = 5
"""What adjtimex(2) answers while nothing keeps the clock right."""


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; calls can be handled."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what was found."""

    level: Level
    about: str
    said: str
    do: str = ""
    """What to do about it; empty: nothing."""


def ok(about: str, said: str) -> Finding:
    """As it should be."""
    return Finding(Level.OK, about, said)


def examine(
    settings: Settings, console: Path, binary: ExchangeBinary | ExchangeUnavailable | None
) -> Iterator[Finding]:
    """Look at everything, the first things first.

    Args:
        binary: the exchange's program, or why there is none; None: the configuration names a running exchange.
    """
    yield _python()
    yield _clock(settings.data_folder())
    yield _console(console)
    if binary is not None:
        yield from _program(binary)
    data = settings.data_folder()
    if not data.exists():
        yield Finding(Level.NOTE, "data folder", f"{data} is not there yet; the first start makes it.")
        return
    try:
        require_folder(data)
        launch = prepare(settings, console)
    except CannotStart as problem:
        yield Finding(Level.WRONG, "data folder", str(problem))
        return
    yield _space(data)
    yield _certificate(launch)
    yield asyncio.run(_database(launch))
    yield asyncio.run(_mail(settings))
    running = _is_running(data)
    yield from _server(launch) if running else _ports(launch)
    if running or not launch.own_exchange or find(launch.server.exchange.run_dir) is not None:
        yield from asyncio.run(_exchange(launch, running=running))
        yield from asyncio.run(_trunks(launch, binary if isinstance(binary, ExchangeBinary) else None))


def _python() -> Finding:
    # An older one than 3.11 does not get this far: it cannot read the program.
    return ok("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _clock(data: Path) -> Finding:
    now = time.time()
    newest = max((path.stat().st_mtime for path in data.glob("*.db*")), default=0.0)
    if newest > now + 60:
        return Finding(
            Level.WRONG,
            "clock",
            f"says {_date(now)}, but the database was written at {_date(newest)}.",
            "Set this machine's clock: waiting times and wrap-up are counted with it.",
        )
    # Modes 0: adjtimex only tells. The structure has 208 bytes.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256))
    if state == CLOCK_UNSYNCHRONISED:
        return Finding(
            Level.NOTE,
            "clock",
            f"{_date(now)}; nothing seems to keep it right.",
            "Run a time service (systemd-timesyncd, chrony), unless the machine's host does.",
        )
    return ok("clock", _date(now))


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _console(console: Path) -> Finding:
    try:
        require_console(console)
    except CannotStart as problem:
        return Finding(Level.WRONG, "console", str(problem))
    return ok("console", "is built")


def _program(binary: ExchangeBinary | ExchangeUnavailable) -> Iterator[Finding]:
    if isinstance(binary, ExchangeUnavailable):
        yield Finding(Level.WRONG, "exchange program", str(binary))
        return
    present = frozenset(path.stem for path in binary.modules_dir.glob("*.so"))
    missing = missing_modules(present)
    if missing:
        yield Finding(
            Level.WRONG,
            "exchange program",
            f"Asterisk {binary.version} at {binary.program} lacks {', '.join(missing)}.",
            "Install its complete package, or leave out [exchange] binary to have one fetched.",
        )
    else:
        yield ok("exchange program", f"Asterisk {binary.version} ({binary.source}), {len(present)} modules")
    yield _sounds(binary)


def _sounds(binary: ExchangeBinary) -> Finding:
    sounds = default_sounds()
    lacking = [
        f"{language}/{name}"
        for language, sentences in PROMPTS.items()
        for name in sentences
        if not (sounds / "cordboard" / language / f"{name}.wav").is_file()
    ]
    music = binary.find_data("moh")
    if lacking:
        return Finding(
            Level.WRONG,
            "sounds",
            f"{len(lacking)} sentences have not been spoken yet ({lacking[0]}, ...).",
            "Run `cordboard exchange obtain`.",
        )
    if music is None or not any(music.glob("*.wav")):
        return Finding(
            Level.WRONG,
            "sounds",
            "there is no hold music: callers would wait in silence.",
            "Install the package asterisk-moh-opsound-wav.",
        )
    if not (sounds / "cordboard" / "practice").is_dir():
        return Finding(
            Level.NOTE, "sounds", "practice callers have no voice yet.", "Run `cordboard exchange obtain`."
        )
    return ok("sounds", "sentences, practice callers and hold music are there")


def _space(data: Path) -> Finding:
    left = shutil.disk_usage(data).free
    if left < SPACE_COMFORTABLE:
        return Finding(
            Level.NOTE, "data folder", f"{data} has {left // 2**20} MB left.", "Make room before it is full."
        )
    return ok("data folder", f"{data}, {left // 2**30} GB free")


def _certificate(launch: Launch) -> Finding:
    server = launch.server
    if server.certificate is None or server.key is None:
        return ok("certificate", "none needed: browsers reach this only from the machine itself")
    again = "Renew it, or leave out web.certificate and web.key to have one made."
    try:
        found = x509.load_pem_x509_certificate(server.certificate.read_bytes())
        key = serialization.load_pem_private_key(server.key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as problem:
        return Finding(
            Level.WRONG, "certificate", f"{server.certificate} or its key cannot be read: {problem}", again
        )
    if found.public_key() != key.public_key():
        return Finding(
            Level.WRONG, "certificate", f"{server.key} does not belong to {server.certificate}.", again
        )
    days = (found.not_valid_after_utc - datetime.now(UTC)).days
    if days < 0 or found.not_valid_before_utc > datetime.now(UTC):
        return Finding(
            Level.WRONG,
            "certificate",
            f"{server.certificate} is valid from {found.not_valid_before_utc:%Y-%m-%d} "
            f"to {found.not_valid_after_utc:%Y-%m-%d}.",
            again,
        )
    if days < EXPIRES_SOON_DAYS:
        return Finding(Level.NOTE, "certificate", f"{server.certificate} ends in {days} days.", again)
    return ok("certificate", f"valid for {days} days more")


async def _database(launch: Launch) -> Finding:
    about = "database"
    try:
        seen = await look_at_database(launch.server.database_url)
    except StorageFailure as problem:
        return Finding(
            Level.WRONG, about, f"{problem}.", "See that it runs and that database = ... is right."
        )
    if seen is None:
        return Finding(Level.NOTE, about, "is not there yet; the first start makes it.")
    if seen.damage is not None:
        return Finding(
            Level.WRONG, about, f"is damaged: {seen.damage}.", "Stop Cordboard and restore a backup."
        )
    if seen.revision != seen.newest:
        return Finding(
            Level.NOTE,
            about,
            f"has tables of version {seen.revision}; the next start brings them to {seen.newest}.",
        )
    return ok(about, f"opens, tables are of version {seen.revision}")


async def _mail(settings: Settings) -> Finding:
    about, post = "letters", mail_server(settings.mail)
    if post is None:
        return Finding(
            Level.NOTE,
            about,
            f"no mail server is set: letters become files in {outbox(settings.data_folder())}.",
            "Set [mail] host, or bring them yourself.",
        )
    try:
        await post.knock()
    except MailNotSent as problem:
        return Finding(
            Level.WRONG,
            about,
            f"{post.host}, port {post.port}: {problem}.",
            "See that [mail] is right and that this machine may reach it; nobody can be invited meanwhile.",
        )
    return ok(about, f"the mail server {post.host}, port {post.port}, answers and lets us in")


def _is_running(data: Path) -> bool:
    try:
        with (data / "lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _ports(launch: Launch) -> Iterator[Finding]:
    try:
        require_ports(launch)
    except (CannotStart, ExchangeUnavailable) as problem:
        yield Finding(Level.WRONG, "ports", str(problem))
    else:
        yield ok("ports", "all free")
    yield Finding(Level.NOTE, "Cordboard", "does not run now; what only a running one can tell is left out.")


def _server(launch: Launch) -> Iterator[Finding]:
    try:
        answer = ask(launch.data, Question(ask="health"))
    except ServerAway:
        yield Finding(
            Level.WRONG,
            "Cordboard",
            "runs, but its server does not answer.",
            f"Look in {launch.data / 'log' / 'server.log'}; if it stays so, stop and start Cordboard.",
        )
        return
    if answer.starting:
        yield Finding(Level.NOTE, "Cordboard", answer.sentence, "Ask again when it serves.")
        return
    yield ok("Cordboard", f"runs at {launch.url} with {answer.consoles} consoles and {answer.calls} calls")
    if not answer.database:
        yield Finding(
            Level.WRONG,
            "database",
            "cannot be written now; calls go on, history waits.",
            "Make room on the disk, or see that the database runs.",
        )
    if answer.exchange:
        yield ok("exchange line", "the exchange is connected to the server")
    else:
        yield Finding(
            Level.WRONG,
            "exchange line",
            f"the exchange has not dialled the server at {launch.server.exchange.ari_authority}.",
            "See the next line; an exchange of your own needs a restart after its files have changed.",
        )


async def _exchange(launch: Launch, *, running: bool) -> list[Finding]:
    settings = launch.server.exchange
    found = await existing.check_running(settings)
    if not running:
        # Without a server nobody waits for its socket.
        found = [finding for finding in found if "has never connected" not in finding.sentence]
    if not found:
        word = None if launch.own_exchange else await existing.advice(settings)
        notes = [] if word is None else [Finding(Level.NOTE, "exchange", word, "")]
        return [ok("exchange", f"answers at {settings.http_url} and has what Cordboard needs"), *notes]
    log = f"Look in {settings.run_dir / 'log' / 'messages'}." if launch.own_exchange else ""
    return [Finding(Level.WRONG, "exchange", finding.sentence, log) for finding in found]


async def _trunks(launch: Launch, binary: ExchangeBinary | None) -> list[Finding]:
    found = []
    for state in await trunks.states(launch.server.exchange, binary if launch.own_exchange else None):
        about = f"trunk {state.name}"
        if state.is_fine:
            found.append(ok(about, state.sentence))
        else:
            found.append(Finding(Level.WRONG, about, state.sentence, state.do))
    return found
