"""`cordboard export` and `cordboard apply`: an organisation as a file that can be kept in version control."""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from cordboard.app.administration.administration import Administration
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.file import FileWrong, written
from cordboard.app.administration.installation_file import parts
from cordboard.app.administration.installation_file import written as written_installation
from cordboard.app.administration.network import kept_row
from cordboard.app.administration.provider import Provider
from cordboard.app.demo import readable_password
from cordboard.app.network import read_kept
from cordboard.app.passwords import Passwords
from cordboard.app.ports import Accounts, Directory, OrganisationRow, UserRow
from cordboard.app.settings import Settings
from cordboard.cli.options import Complaint, config_option, data_option, fail, settings_for
from cordboard.control import Answer, Question, ServerAway, ask
from cordboard.core.types import OrganisationId
from cordboard.launch import CannotStart, require_folder

if TYPE_CHECKING:
    from cordboard.wiring.voices import KeptVoices

organisation_option = click.option(
    "--organisation", help="Whose; left out, the only organisation that there is."
)


@click.command()
@config_option
@data_option
@organisation_option
@click.option("--installation", is_flag=True, help="Its organisations, modules, numbers and network instead.")
def export(config: Path | None, data: Path | None, organisation: str | None, installation: bool) -> None:
    """Write an organisation as TOML, without passwords."""
    try:
        settings = settings_for(config, data=data)
        require_folder(settings.data_folder())
        if installation:
            click.echo(asyncio.run(_installation(settings)), nl=False)
            return
        directory = asyncio.run(_read(settings, organisation))
        click.echo(written(directory, _voices(settings).all(directory.organisation.id)), nl=False)
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
    """Make an organisation, or the installation, what FILE says, after showing what is different.

    At once, if Cordboard runs.
    """
    try:
        settings = settings_for(config, data=data)
        require_folder(settings.data_folder())
        text = file.read()
        # A file of the installation alone is about no organisation in particular.
        known = asyncio.run(_read(settings, organisation)).organisation if parts(text).within else None
        wanted = Question(ask="apply", organisation=known.id if known else "", text=text, prune=prune)
        answer = _ask(settings, wanted, check=True)
        for line in answer.lines:
            click.echo(line)
        if not answer.lines:
            click.echo(answer.sentence)
            return
        if not yes and not click.confirm(f"Apply this to {known.name if known else 'this installation'}?"):
            sys.exit(1)
        click.echo(_ask(settings, wanted, check=False).sentence)
    except FileWrong as wrong:
        fail(CannotStart(str(wrong)))
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
    from cordboard.wiring.applying import Applying, IdleDesk, apply_file
    from cordboard.wiring.network import idle_network_of

    database = await open_database(settings.database_url(), backups=settings.data_folder() / "backups")
    try:
        administration = Administration(
            database.directories, database.audit, IdleDesk(), lambda: int(time.time() * 1000)
        )
        provider = Provider(database.directories, administration)
        announcements = Announcements(_voices(settings), administration)
        network = idle_network_of(settings, administration, await provider.directories())
        to = Applying(
            administration=administration,
            provider=provider,
            announcements=announcements,
            network=network,
            invite=partial(_with_password, database.accounts),
        )
        return await apply_file(to, question)
    finally:
        await database.close()


def _voices(settings: Settings) -> KeptVoices:
    """What callers hear, as it lies in the data folder."""
    from cordboard.asterisk.obtain import default_sounds
    from cordboard.wiring.voices import KeptVoices

    return KeptVoices(settings.data_folder() / "recordings", default_sounds())


async def _with_password(accounts: Accounts, _house: OrganisationRow, person: UserRow) -> str:
    """No letter goes while nothing runs: a password is told, this once."""
    password, hashing = readable_password(), Passwords()
    try:
        await accounts.set_password_hash(person.id, await hashing.hash(password))
    finally:
        hashing.close()
    return f"Told once: {person.user_name} logs in with {password}"


async def _installation(settings: Settings) -> str:
    from cordboard.storage.open import open_database

    database = await open_database(settings.database_url(), backups=settings.data_folder() / "backups")
    try:
        known = [
            await database.directories.directory(one) for one in await database.directories.organisations()
        ]
        kept = read_kept(settings.data_folder()) if settings.exchange.kind == "own" else None
        return written_installation(known, kept_row(kept) if kept is not None else None)
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
