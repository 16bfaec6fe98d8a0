"""What the commands share: their options, and how they say that something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cordboard.app.ports import StorageFailure
from cordboard.app.settings import Settings, SettingsWrong, read_settings
from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.settings import SettingsWrong as ExchangeSettingsWrong
from cordboard.launch import CannotStart, Launch, prepare, with_overrides
from cordboard.parent import EXIT_CANNOT_START

CONSOLE = Path(__file__).resolve().parents[3] / "console" / "dist"

Complaint = (CannotStart, SettingsWrong, ExchangeSettingsWrong, ExchangeUnavailable, StorageFailure)
"""What is said in one sentence, without a stack trace."""

Command = TypeVar("Command", bound=Callable[..., Any])

config_option = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration file (TOML)."
)
data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder for database and exchange."
)
_listen = click.option("--listen", help="Address for browsers; any other than loopback serves HTTPS.")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port for browsers.")


def launch_options(command: Command) -> Command:
    """Every option that changes how Cordboard starts."""
    for option in (data_option, _port, _listen, config_option):
        command = option(command)
    return command


def settings_for(
    config: Path | None, listen: str | None = None, port: int | None = None, data: Path | None = None
) -> Settings:
    """The configuration file, with what the command line says on top.

    Raises:
        SettingsWrong: it cannot be used.
    """
    return with_overrides(read_settings(config), listen=listen, port=port, data=data)


def launch_for(
    config: Path | None, listen: str | None, port: int | None, data: Path | None, *, again: bool = False
) -> Launch:
    """The same, with folders made and ports settled (`again`: see `launch.prepare`).

    Raises:
        SettingsWrong, CannotStart: it cannot be used.
    """
    return prepare(settings_for(config, listen, port, data), CONSOLE, again=again)


def overrides(listen: str | None, port: int | None, data: Path | None) -> list[str]:
    """The same options for another process."""
    words: list[str] = []
    for name, value in (("--listen", listen), ("--port", port), ("--data", data)):
        if value is not None:
            words += [name, str(value)]
    return words


def fail(problem: Exception) -> None:
    """One sentence, what was tried, and out."""
    text = str(problem)
    # The server child has said it already when there are no words.
    if text:
        click.echo(f"cordboard: {text}", err=True)
    for line in getattr(problem, "tried", ()):
        if line not in text:
            click.echo(f"  tried: {line}", err=True)
    sys.exit(EXIT_CANNOT_START)


def step(line: str) -> None:
    """What goes on meanwhile."""
    click.echo(f"cordboard: {line}", err=True)
