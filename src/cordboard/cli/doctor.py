"""`cordboard doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cordboard.app.settings import Settings
from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.cli.exchange import kept_exchange
from cordboard.cli.options import CONSOLE, Complaint, fail, launch_options, settings_for

_COLOURS = {"ok": "green", "note": "yellow", "wrong": "red"}
ABOUT_WIDTH = 17


@click.command()
@launch_options
def doctor(config: Path | None, listen: str | None, port: int | None, data: Path | None) -> None:
    """Look at everything that a call needs; says what is wrong and what to do. Changes nothing."""
    from cordboard.doctor import Level, examine

    try:
        settings = settings_for(config, listen, port, data)
    except Complaint as problem:
        fail(problem)
        return
    wrong = 0
    for finding in examine(settings, CONSOLE, _binary(settings)):
        word = click.style(f"{finding.level.value:<6}", fg=_COLOURS[finding.level.value])
        click.echo(f"{word} {finding.about:<{ABOUT_WIDTH}} {finding.said}")
        if finding.do:
            click.echo(f"{'':<{ABOUT_WIDTH + 8}}-> {finding.do}")
        wrong += finding.level is Level.WRONG
    click.echo("Everything is as it should be." if not wrong else f"{wrong} of these must be put right.")
    sys.exit(1 if wrong else 0)


def _binary(settings: Settings) -> ExchangeBinary | ExchangeUnavailable | None:
    if settings.exchange.kind == "existing":
        return None
    try:
        return kept_exchange(settings.exchange.binary)
    except ExchangeUnavailable as problem:
        return problem
