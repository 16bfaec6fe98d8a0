"""`cordboard run` and the server process that it starts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import uvloop

from cordboard.app.demo import (
    LOGINS_FILE,
    NO_DEMO_FILE,
    DemoLogins,
    create_demo,
    read_demo_logins,
    write_demo_logins,
)
from cordboard.app.settings import SettingsWrong
from cordboard.asterisk.binary import ExchangeBinary
from cordboard.cli.exchange import get_exchange
from cordboard.cli.options import Complaint, fail, launch_for, launch_options, overrides
from cordboard.launch import Launch, require_console, require_ports
from cordboard.logs import log_to
from cordboard.parent import LOADED, Parent, alone, server_words

if TYPE_CHECKING:
    from cordboard.wiring.server import Server

LOOK_AGAIN_MS = 50
OOM_SCORE = 300
"""Of a server: as if it had three tenths of the machine's memory more than it has."""
DATABASE_MS = 5_000
"""So long a server that waits for its turn waits for the database's answer; the others are not held up by it."""


@click.command()
@launch_options
def run(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> None:
    """Start everything and keep it running; Ctrl-C ends it."""
    try:
        launch = launch_for(config, listen, port, data)
        require_console(launch.server.console)
        with alone(launch.data):
            require_ports(launch)
            binary = get_exchange(launch.settings.exchange.binary) if launch.own_exchange else None
            demo = _demo(launch)
            log_to(launch.data / "log" / "parent.log")
            words = server_words(
                config.absolute() if config is not None else None, overrides(listen, port, data)
            )
            sys.exit(uvloop.run(_run(launch, words, binary, demo)))
    except Complaint as problem:
        fail(problem)


async def _run(
    launch: Launch, words: list[str], binary: ExchangeBinary | None, demo: DemoLogins | None
) -> int:
    welcome = asyncio.create_task(_welcome_when_there(launch, demo), name="welcome")
    try:
        return await Parent(launch, words, binary, click.echo).run()
    finally:
        welcome.cancel()
        await asyncio.gather(welcome, return_exceptions=True)


def _demo(launch: Launch) -> DemoLogins | None:
    """The demo organisation's log-ins, made at the first start; None: there is none, or nobody knows them."""
    if (launch.data / LOGINS_FILE).exists() and (launch.data / "cordboard.db").exists():
        # Opening the database is half of a start's time, and the server does it anyway.
        return read_demo_logins(launch.data)
    return asyncio.run(_first_run(launch))


async def _first_run(launch: Launch) -> DemoLogins | None:
    """Make the database; in an empty one the demo organisation, unless that was removed."""
    # Loaded here only: it is slow to load, and no other start of the parent needs it.
    from cordboard.storage.open import open_database

    database = await open_database(launch.server.database_url, backups=launch.data / "backups")
    try:
        if (launch.data / NO_DEMO_FILE).exists():
            return None
        made = await create_demo(database.directories, database.accounts, int(time.time() * 1000))
    finally:
        await database.close()
    if made is not None:
        write_demo_logins(launch.data, made)
        return made
    return read_demo_logins(launch.data)


async def _welcome_when_there(launch: Launch, demo: DemoLogins | None) -> None:
    """Tell the address once a browser would be answered there."""
    server = launch.server
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.listen, server.listen)
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, server.port)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            break
        await asyncio.sleep(LOOK_AGAIN_MS / 1000)
    _welcome(launch, demo)


def _welcome(launch: Launch, demo: DemoLogins | None) -> None:
    click.echo(f"\n  Cordboard is at {click.style(launch.url, bold=True)}\n")
    if demo is not None:
        width = max(len(entry.user_name) for entry in demo.log_ins)
        click.echo("  Log in as one of the demo organisation's people:\n")
        for entry in demo.log_ins:
            click.echo(f"    {entry.user_name:<{width}}   {entry.password:<28} {entry.name}")
        click.echo(
            "\n  Choose Operator and a group, take your browser as the telephone, sign in to a queue and click\n"
            '  "Laat een oefenbeller bellen" (let a practice caller ring). Ctrl-C ends everything.\n'
        )


@click.command(hidden=True)
@launch_options
@click.option("--wait", is_flag=True, help="Be ready, and begin when a line comes in on standard input.")
def serve(config: Path | None, listen: str | None, port: int | None, data: Path | None, wait: bool) -> None:
    """The server process itself; `run` starts it and keeps it alive."""
    _be_first_to_go()
    # Loaded before the wait: a server that stands by has done the slow part.
    from cordboard.wiring.server import Server

    if wait and not _told_to_go(config, listen, port, data):
        return
    try:
        launch = launch_for(config, listen, port, data, again=True)
        log_to(launch.data / "log" / "server.log")
        uvloop.run(_serve(Server(launch.server)))
    except SettingsWrong as problem:
        # What only the database can tell does not know which file it was read from.
        known = config is None or str(config) in str(problem)
        fail(problem if known else SettingsWrong(f"{config}: {problem}"))
    except Complaint as problem:
        fail(problem)


def _be_first_to_go() -> None:
    """Have the kernel end us before the exchange when memory is full: calls outlive a server, and nothing else."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))


def _told_to_go(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> bool:
    """Say whether we could serve, and wait for our turn; False: there will be none, for the parent is gone.

    The configuration is read again when our turn comes. What is wrong with it now may be right by then.
    """
    try:
        launch = launch_for(config, listen, port, data, again=True)
        wrong = asyncio.run(_newer_tables(launch))
    except Complaint as problem:
        wrong = str(problem)
    with contextlib.suppress(OSError):
        os.write(0, (wrong or LOADED).replace("\n", " ").encode() + b"\n")
    try:
        return bool(os.read(0, 16))
    except OSError:
        return False


async def _newer_tables(launch: Launch) -> str:
    """What keeps us from using the database: tables that this version does not know; empty: nothing."""
    from cordboard.storage.look import revision_in
    from cordboard.storage.migrate import knows

    try:
        async with asyncio.timeout(DATABASE_MS / 1000):
            revision = await revision_in(launch.server.database_url)
    except TimeoutError:
        return "the database does not answer"
    if revision is None or knows(revision):
        return ""
    return f"the database has tables of version {revision}, which this Cordboard does not know"


async def _serve(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    _watch_parent(loop, server.stop)
    await server.run()


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """The parent holds the other end of our standard input; its end is ours too. The exchange lives on."""
    if os.isatty(0):
        return

    def readable() -> None:
        try:
            more = os.read(0, 64)
        except OSError:
            more = b""
        if not more:
            loop.remove_reader(0)
            stop()

    try:
        loop.add_reader(0, readable)
    except (OSError, ValueError):
        # Standard input is a plain file or /dev/null: nobody watches over us.
        return
