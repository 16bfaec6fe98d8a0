"""`cordboard exchange` and `cordboard exchange-config`: the telephone exchange, ours or one that runs already."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from cordboard.asterisk import existing
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.obtain import default_cache, default_sounds, obtain
from cordboard.asterisk.prompts import prepare_prompts
from cordboard.cli.options import Complaint, config_option, data_option, fail, launch_for, step
from cordboard.control import Question, ServerAway, ask
from cordboard.launch import Launch
from cordboard.practice.speech import prepare_speech


def get_exchange(named: str | None) -> ExchangeBinary:
    """Asterisk, fetched if it has to be, and everything that it will say; quick when all is there.

    Args:
        named: the program that the configuration names; None: none.

    Raises:
        ExchangeUnavailable: it could not be had; says what was tried.
    """
    binary = obtain(default_cache(), Path(named).expanduser() if named is not None else None, step)
    made = prepare_prompts(binary, default_sounds()) + prepare_speech(binary, default_sounds())
    if made:
        step(f"spoke {made} sentences for callers and practice callers")
    return binary


@click.group()
def exchange() -> None:
    """The telephone exchange (Asterisk)."""


@exchange.command("obtain")
def exchange_obtain() -> None:
    """Fetch Asterisk without root, unless one that is new enough is there, and let it learn its sentences."""
    try:
        binary = get_exchange(None)
    except ExchangeUnavailable as problem:
        fail(problem)
        return
    step(f"Asterisk {binary.version} ({binary.source})")


@click.command("exchange-config")
@config_option
@data_option
@click.option("--check", is_flag=True, help="Change nothing: ask the running exchange what it still lacks.")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def exchange_config(config: Path | None, data: Path | None, check: bool, folder: Path | None) -> None:
    """Write into FOLDER what an Asterisk of your own needs to serve Cordboard; --check asks whether it has it.

    The configuration file says where that Asterisk is ([exchange] kind = "existing").
    """
    try:
        launch = launch_for(config, None, None, data)
        if not check and folder is None:
            raise click.UsageError("Name the folder to write into, or use --check.")
        if check:
            sys.exit(_check(launch, folder))
        assert folder is not None
        _write(launch, folder.absolute())
    except Complaint as problem:
        fail(problem)


def _write(launch: Launch, folder: Path) -> None:
    try:
        written = existing.write_for_existing(folder, launch.server.exchange)
        sounds = existing.copy_sounds(default_sounds(), folder / "sounds")
    except OSError as problem:
        raise ExchangeUnavailable(
            f"The files cannot be written to {folder}: {problem.strerror}. Name a folder that you may write."
        ) from problem
    click.echo(
        f"{len(written)} files and {sounds} sounds are in {folder}; README.txt there says what to do next."
    )
    if not sounds:
        click.echo(
            "No sentences have been spoken yet: run `cordboard exchange obtain`, then this again.", err=True
        )


def _check(launch: Launch, folder: Path | None) -> int:
    settings = launch.server.exchange
    found = existing.check_folder(folder, settings) if folder is not None else []
    found += asyncio.run(existing.check_running(settings))
    if not found:
        found += _check_connected(launch)
    for finding in found:
        click.echo(f"wrong  {finding.sentence}")
    if not found and (word := asyncio.run(existing.advice(settings))) is not None:
        click.echo(f"note   {word}")
    if not found:
        click.echo(f"ok     The exchange at {settings.http_url} has all that Cordboard needs.")
    return 1 if found else 0


def _check_connected(launch: Launch) -> list[existing.Finding]:
    """Only the running server knows whether the exchange is at the other end of its socket now."""
    try:
        answer = ask(launch.data, Question(ask="health"))
    except ServerAway as problem:
        return [existing.Finding(f"The exchange will do, but it is not connected: {problem}")]
    if answer.starting:
        return [existing.Finding(f"The exchange will do, but it is not connected: {answer.sentence}")]
    if answer.exchange:
        return []
    where = launch.server.exchange.ari_authority
    return [
        existing.Finding(f"The exchange will do, but it has not dialled Cordboard at {where}; restart it.")
    ]


def kept_exchange(named: str | None) -> ExchangeBinary:
    """The exchange without fetching anything; for looking only.

    Raises:
        ExchangeUnavailable: there is none yet, or it will not do.
    """
    return obtain(default_cache(), Path(named).expanduser() if named is not None else None, fetch=False)
