"""The command line: `cordboard run | serve | exchange | exchange-config | practice | doctor`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import uvloop

from cordboard.app.demo import DemoLogins, create_demo, read_demo_logins, write_demo_logins
from cordboard.app.ports import StorageFailure
from cordboard.app.settings import Settings, SettingsWrong, read_settings
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.obtain import default_cache, obtain
from cordboard.asterisk.settings import SettingsWrong as ExchangeSettingsWrong
from cordboard.launch import CannotStart, Launch, prepare, require_web_port, with_overrides
from cordboard.logs import log_to
from cordboard.parent import EXIT_CANNOT_START, Parent, alone, server_words
from cordboard.storage.open import open_database
from cordboard.wiring import Server

CONSOLE = Path(__file__).resolve().parents[2] / "console" / "dist"
Complaint = (
    CannotStart,
    SettingsWrong,
    ExchangeSettingsWrong,
    ExchangeUnavailable,
    StorageFailure,
)
"""What is said in one sentence, without a stack trace."""

_config = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration file (TOML)."
)
_listen = click.option("--listen", help="Address for browsers; any other than loopback serves HTTPS.")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port for browsers.")
_data = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder for database and exchange."
)


def _launch(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> Launch:
    settings: Settings = read_settings(config)
    return prepare(with_overrides(settings, listen=listen, port=port, data=data), CONSOLE)


def _overrides(listen: str | None, port: int | None, data: Path | None) -> list[str]:
    words: list[str] = []
    for name, value in (("--listen", listen), ("--port", port), ("--data", data)):
        if value is not None:
            words += [name, str(value)]
    return words


def _fail(problem: Exception) -> None:
    """One sentence, and out."""
    text = str(problem)
    if text:
        click.echo(f"cordboard: {text}", err=True)
    tried = getattr(problem, "tried", ())
    for line in tried:
        click.echo(f"  tried: {line}", err=True)
    sys.exit(EXIT_CANNOT_START)


@click.group()
@click.version_option(package_name="cordboard")
def main() -> None:
    """Cordboard: telephone operator console and call queue."""


@main.command()
@_config
@_listen
@_port
@_data
def run(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> None:
    """Start everything and keep it running; Ctrl-C ends it."""
    try:
        launch = _launch(config, listen, port, data)
        with alone(launch.data):
            require_web_port(launch)
            binary = _exchange(launch)
            demo = asyncio.run(_first_run(launch))
            _welcome(launch, demo)
            log_to(launch.data / "log" / "parent.log")
            words = server_words(
                config.absolute() if config is not None else None, _overrides(listen, port, data)
            )
            sys.exit(uvloop.run(Parent(launch, words, binary, click.echo).run()))
    except Complaint as problem:
        _fail(problem)


def _exchange(launch: Launch) -> ExchangeBinary | None:
    if not launch.own_exchange:
        return None
    return obtain(default_cache(), None, _step)


def _step(line: str) -> None:
    click.echo(f"cordboard: {line}", err=True)


async def _first_run(launch: Launch) -> DemoLogins | None:
    """Make the database; in an empty one the demo organisation. Returns its log-ins when they are known."""
    database = await open_database(launch.server.database_url)
    try:
        made = await create_demo(database.directories, database.accounts, int(time.time() * 1000))
    finally:
        await database.close()
    if made is not None:
        write_demo_logins(launch.data, made)
        return made
    return read_demo_logins(launch.data)


def _welcome(launch: Launch, demo: DemoLogins | None) -> None:
    click.echo(f"\n  Cordboard is at {click.style(launch.url, bold=True)}\n")
    if demo is not None:
        width = max(len(entry.user_name) for entry in demo.log_ins)
        click.echo("  Log in as one of the demo organisation's people:\n")
        for entry in demo.log_ins:
            click.echo(f"    {entry.user_name:<{width}}   {entry.password:<28} {entry.name}")
        click.echo(
            "\n  Choose a group, choose your browser as the telephone, sign in to a queue and press\n"
            '  "Oefenbeller" for a practice caller. Ctrl-C ends everything.\n'
        )


@main.command(hidden=True)
@_config
@_listen
@_port
@_data
@click.option("--wait", is_flag=True, help="Be ready, and begin when a line comes in on standard input.")
def serve(config: Path | None, listen: str | None, port: int | None, data: Path | None, wait: bool) -> None:
    """The server process itself; `run` starts it and keeps it alive."""
    if wait and not os.read(0, 16):
        return
    try:
        launch = _launch(config, listen, port, data)
        log_to(launch.data / "log" / "server.log")
        uvloop.run(_serve(Server(launch.server)))
    except Complaint as problem:
        _fail(problem)


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


@main.group()
def exchange() -> None:
    """The telephone exchange (Asterisk)."""


@exchange.command("obtain")
def exchange_obtain() -> None:
    """Fetch Asterisk without root, unless one that is new enough is there."""
    try:
        binary = obtain(default_cache(), None, _step)
    except ExchangeUnavailable as problem:
        _fail(problem)
        return
    click.echo(f"cordboard: Asterisk {binary.version} ({binary.source})", err=True)


if __name__ == "__main__":
    main()
