"""`cordboard new-organisation` and `cordboard remove-demo`: from the demo to an installation of one's own."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cordboard.app.administration.administration import Administration, Conflict
from cordboard.app.administration.fields import Context, Invalid, read_row
from cordboard.app.administration.house import ORGANISATION
from cordboard.app.administration.ids import plain_id
from cordboard.app.administration.people import USERS
from cordboard.app.demo import DEMO, forget_demo, readable_password
from cordboard.app.passwords import Passwords
from cordboard.app.ports import Directory, OrganisationRow
from cordboard.app.settings import Settings
from cordboard.asterisk.settings import messages_dir
from cordboard.cli.options import Complaint, config_option, data_option, fail, settings_for
from cordboard.core.types import OrganisationId, Right, UserId
from cordboard.launch import CannotStart, require_folder
from cordboard.parent import alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    name: str
    user_name: str
    person: str
    email: str | None
    country: str
    language: str
    time_zone: str


@click.command("new-organisation")
@click.argument("name")
@click.option("--user-name", required=True, help="Of the first administrator.")
@click.option("--person", required=True, help="The administrator's own name.")
@click.option("--email", help="Where letters to the administrator go.")
@click.option("--country", default="NL", show_default=True, help="Two letters, for reading numbers.")
@click.option("--language", default="nl", show_default=True, type=click.Choice(["nl", "en"]))
@click.option("--time-zone", default="Europe/Amsterdam", show_default=True)
@config_option
@data_option
def new_organisation(config: Path | None, data: Path | None, **wanted: Any) -> None:
    """Make an organisation and its first administrator; the password is told once. Cordboard may not run."""
    asked = _Wanted(**wanted)
    try:
        settings = settings_for(config, data=data)
        folder = settings.data_folder()
        require_folder(folder)
        with alone(folder):
            password = asyncio.run(_make(settings, asked))
    except Complaint as problem:
        fail(problem)
        return
    click.echo(f"{asked.name} is there. Start Cordboard and log in:\n\n    {asked.user_name}   {password}\n")
    click.echo("Change that password under My settings. Everything else is in Administration.")


@click.command("remove-demo")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@data_option
def remove_demo(config: Path | None, data: Path | None, yes: bool) -> None:
    """Remove the demo organisation with its people, passwords, calls and messages. Cordboard may not run."""
    try:
        settings = settings_for(config, data=data)
        folder = settings.data_folder()
        require_folder(folder)
        with alone(folder):
            if not yes:
                click.confirm("Remove the demo organisation and all that was ever called in it?", abort=True)
            there, provider = asyncio.run(_remove(settings))
            forget_demo(folder)
    except Complaint as problem:
        fail(problem)
        return
    click.echo("The demo organisation is gone." if there else "There is no demo organisation.")
    if there and not provider:
        click.echo(
            "Nobody may make and change organisations now: give somebody the right provider.manage "
            "(cordboard export, add it, cordboard apply)."
        )


async def _make(settings: Settings, wanted: _Wanted) -> str:
    # Loaded here only: they are slow to load.
    from cordboard.storage.open import open_database
    from cordboard.wiring.applying import IdleDesk, by_the_server

    database = await open_database(settings.database_url(), backups=settings.data_folder() / "backups")
    try:
        known = await database.directories.organisations()
        made = _directory(wanted, known)
        password, hashing = readable_password(), Passwords()
        administration = Administration(
            database.directories, database.audit, IdleDesk(), lambda: int(time.time() * 1000)
        )
        try:
            await administration.open(by_the_server(made.organisation.id), made, check=False)
            await database.accounts.set_password_hash(made.users[0].id, await hashing.hash(password))
        finally:
            hashing.close()
        return password
    except Conflict as taken:
        raise CannotStart(f"Somebody has the user name {wanted.user_name} already.") from taken
    except Invalid as wrong:
        problem = wrong.problems[0]
        raise CannotStart(f"{problem.field} cannot be so: {problem.code}.") from wrong
    finally:
        await database.close()


def _directory(wanted: _Wanted, known: tuple[OrganisationId, ...]) -> Directory:
    id_ = OrganisationId(plain_id(wanted.name, 40) or "organisation")
    if id_ in known:
        raise CannotStart(f"There is an organisation {id_} already.")
    empty = Directory(
        organisation=OrganisationRow(
            id=id_,
            name=wanted.name,
            country=wanted.country,
            language=wanted.language,
            time_zone=wanted.time_zone,
            demo=False,
            contact="",
        ),
        groups=(),
        users=(),
        queues=(),
        devices=(),
    )
    context = Context(directory=empty)
    house = {"name": wanted.name, "country": wanted.country, "time_zone": wanted.time_zone}
    house_row = read_row(ORGANISATION.fields, house, ORGANISATION.rows(empty)[0], context)
    person = {
        "user_name": wanted.user_name,
        "name": wanted.person,
        "email": wanted.email,
        "language": wanted.language,
        # The first organisation of one's own administers the installation too.
        "rights": [right.value for right in Right if right is not Right.PROVIDER or not set(known) - {DEMO}],
    }
    row = read_row(USERS.fields, person, None, context)
    return USERS.put(ORGANISATION.put(empty, house_row), row | {"id": UserId(f"{id_}-administrator")})


async def _remove(settings: Settings) -> tuple[bool, bool]:
    """Whether it was there, and whether organisations that stay have somebody with the provider's right; true when
    none stays."""
    # Loaded here only: they are slow to load.
    from cordboard.app.administration.removal import take_away
    from cordboard.storage.open import open_database
    from cordboard.wiring.leaving import kept_in
    from cordboard.wiring.sounds import Sounds

    folder = settings.data_folder()
    database = await open_database(
        settings.database_url(), backups=folder / "backups", indexes=folder / "contacts"
    )
    try:
        if DEMO not in await database.directories.organisations():
            return False, True
        sounds = Sounds(folder / "recordings", messages_dir(folder / "exchange"))
        await take_away(kept_in(database, sounds), DEMO)
        stay = [await database.directories.directory(o) for o in await database.directories.organisations()]
        provider = any(Right.PROVIDER in one.rights_of(user) for one in stay for user in one.users)
        return True, provider or not stay
    finally:
        await database.close()
