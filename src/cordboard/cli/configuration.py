"""`cordboard export` and `cordboard apply`: an organisation as a file that can be kept in version control."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import IO

import click

from cordboard.app.administration.administration import Administration
from cordboard.app.administration.file import written
from cordboard.app.ports import Directory
from cordboard.app.settings import Settings
from cordboard.cli.options import Complaint, config_option, data_option, fail, settings_for
from cordboard.control import Answer, Question, ServerAway, ask
from cordboard.core.types import OrganisationId
from cordboard.launch import CannotStart, require_folder

organisation_option = click.option(
    "--organisation", help="Whose; left out, the only organisation that there is."
)


@click.command()
@config_option
@data_option
@organisation_option
def export(config: Path | None, data: Path | None, organisation: str | None) -> None:
    """Write an organisation as TOML, without passwords."""
    try:
        settings = settings_for(config, data=data)
        require_folder(settings.data_folder())
        directory = asyncio.run(_read(settings, organisation))
        click.echo(written(directory), nl=False)
    except Complaint as problem:
        fail(problem)


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@config_option
@data_option
@organisation_option
@click.option("--prune", is_flag=True, help="Delete what the file's lists do not have.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def apply(
    file: IO[str],
    config: Path | None,
    data: Path | None,
    organisation: str | None,
    prune: bool,
    yes: bool,
) -> None:
    """Make an organisation what FILE says, after showing what is different. At once, if Cordboard runs."""
    try:
        settings = settings_for(config, data=data)
        require_folder(settings.data_folder())
        known = asyncio.run(_read(settings, organisation)).organisation
        wanted = Question(ask="apply", organisation=known.id, text=file.read(), prune=prune)
        answer = _ask(settings, wanted, check=True)
        for line in answer.lines:
            click.echo(line)
        if not answer.lines:
            click.echo(answer.sentence)
            return
        if not yes and not click.confirm(f"Apply this to {known.name}?"):
            sys.exit(1)
        click.echo(_ask(settings, wanted, check=False).sentence)
    except Complaint as problem:
        fail(problem)


def _ask(settings: Settings, question: Question, *, check: bool) -> Answer:
    asked = Question(
        ask="apply",
        organisation=question.organisation,
        text=question.text,
        prune=question.prune,
        check=check,
    )
    try:
        answer = ask(settings.data_folder(), asked)
    except ServerAway:
        answer = asyncio.run(_alone(settings, asked))
    if not answer.done:
        raise CannotStart(answer.sentence)
    return answer


async def _alone(settings: Settings, question: Question) -> Answer:
    """On the database, when no server runs."""
    # Loaded here only: they are slow to load, and a running server does it itself.
    from cordboard.storage.open import open_database
    from cordboard.wiring.applying import IdleDesk, apply_text

    database = await open_database(settings.database_url(), backups=settings.data_folder() / "backups")
    try:
        administration = Administration(
            database.directories, database.audit, IdleDesk(), lambda: int(time.time() * 1000)
        )
        return await apply_text(administration, question)
    finally:
        await database.close()


async def _read(settings: Settings, organisation: str | None) -> Directory:
    from cordboard.storage.open import open_database

    database = await open_database(settings.database_url(), backups=settings.data_folder() / "backups")
    try:
        known = await database.directories.organisations()
        if organisation is None and len(known) != 1:
            names = ", ".join(known) or "none; make one with `cordboard new-organisation`"
            raise CannotStart(f"Say which organisation you mean with --organisation: {names}.")
        wanted = known[0] if organisation is None else OrganisationId(organisation)
        if wanted not in known:
            raise CannotStart(f"There is no organisation {wanted}; there is: {', '.join(known) or 'none'}.")
        return await database.directories.directory(wanted)
    finally:
        await database.close()
