"""Numbers of the configuration file lead to the queues that it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from cordboard.app.demo import DEMO, demo_directory
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.ports import OrganisationRow
from cordboard.app.settings import NumberSettings, SettingsWrong
from cordboard.core.types import OrganisationId, UserId
from cordboard.storage.open import Database, open_database


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An installation with the demo organisation."""
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    await database.directories.save(demo_directory())
    yield database
    await database.close()


async def numbers(database: Database, *entries: NumberSettings) -> dict[str, set[str]]:
    """Queue name to numbers, with these lines in the file."""
    directory = await DirectoriesWithNumbers(database.directories, entries).directory(DEMO)
    return {queue.name: set(queue.numbers) for queue in directory.queues}


@pytest.mark.rule("D28", "2.1.1-k")
async def test_a_number_of_the_file_leads_to_its_queue(database: Database) -> None:
    """Written in any form, the queue by name or id; what is stored stays beside it."""
    found = await numbers(
        database,
        NumberSettings(number="053 433 27 60", queue="algemeen"),
        NumberSettings(number="+31 53 433 27 61", queue="demo-urgent"),
        NumberSettings(number="14053", queue="Urgent", organisation=DEMO),
    )

    assert found["Algemeen"] == {"31534800900", "31534332760"}
    assert found["Urgent"] == {"31534800911", "31534332761", "14053"}


async def test_the_file_wins_over_what_is_stored_and_stores_nothing(database: Database) -> None:
    """A number moves to another queue while the file says so."""
    moved = await numbers(database, NumberSettings(number="0534800900", queue="Urgent"))

    assert (moved["Algemeen"], moved["Urgent"]) == (set(), {"31534800900", "31534800911"})
    assert (await numbers(database))["Algemeen"] == {"31534800900"}


@pytest.mark.rule("D28", "D29")
async def test_a_number_of_the_file_may_be_one_persons(database: Database) -> None:
    """By user name or id; it is taken from whoever has it in the database."""
    entries = [
        NumberSettings(number="053 480 08 00", person="Chantal"),
        NumberSettings(number="053 480 02 03", person="demo-chantal"),
        NumberSettings(number="053 480 09 11", person="piet"),
    ]

    directory = await DirectoriesWithNumbers(database.directories, entries).directory(DEMO)

    people = {user.user_name: user.numbers for user in directory.users}
    assert people["chantal"] == {"31534800201", "31534800203", "31534800800"}
    assert people["piet"] == {"31534800911"}
    assert [queue.numbers for queue in directory.queues if queue.name == "Urgent"] == [frozenset()]
    with pytest.raises(SettingsWrong, match=r'numbers 1\.person is "jan"; write the user name of'):
        await numbers(database, NumberSettings(number="0534800800", person="jan"))


async def test_a_queue_or_organisation_that_is_not_there_is_said(database: Database) -> None:
    """With those that are."""
    with pytest.raises(SettingsWrong, match=r'numbers 1\.queue is "Algemen"; write one of: Algemeen, Urgent'):
        await numbers(database, NumberSettings(number="0534800900", queue="Algemen"))
    other = OrganisationId("other")
    with pytest.raises(SettingsWrong, match=r'numbers 1\.organisation is "other"; write one of: demo\.'):
        await numbers(database, NumberSettings(number="0534800900", queue="Urgent", organisation=other))


@pytest.mark.rule("X-c")
async def test_with_two_organisations_each_number_names_its_own(database: Database) -> None:
    """The other organisation's numbers do not appear here."""
    row = demo_directory().organisation
    await database.directories.save(
        replace(
            demo_directory(),
            organisation=OrganisationRow(
                id=OrganisationId("mine"),
                name="Mine",
                country=row.country,
                language="nl",
                time_zone=row.time_zone,
                demo=False,
                contact="",
            ),
            groups=(),
            users=(),
            queues=(),
            devices=(),
        )
    )

    with pytest.raises(SettingsWrong, match=r"numbers 1\.organisation is missing; write one of: demo, mine"):
        await numbers(database, NumberSettings(number="0534332760", queue="Urgent"))
    directories = DirectoriesWithNumbers(
        database.directories, [NumberSettings(number="0534332760", queue="Urgent", organisation=DEMO)]
    )
    assert (await directories.directory(OrganisationId("mine"))).queues == ()
    assert await directories.organisations() == ("demo", "mine")


async def test_the_rest_is_as_stored(database: Database) -> None:
    """Saving and own settings go through."""
    directories = DirectoriesWithNumbers(
        database.directories, [NumberSettings(number="14053", queue="Urgent")]
    )

    await directories.set_user_settings(UserId("demo-piet"), language="en", theme=None)
    await directories.save(replace(await database.directories.directory(DEMO), devices=()))

    directory = await directories.directory(DEMO)
    assert directory.devices == ()
    assert [user.language for user in directory.users if user.user_name == "piet"] == ["en"]
