"""An organisation that is deleted leaves nothing behind, and takes nothing of another's along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table, insert, select

from cordboard.app.administration.audit import Action, AuditEntry
from cordboard.app.ports import StorageFailure
from cordboard.core.types import OrganisationId
from cordboard.storage.open import Database
from cordboard.storage.tables import metadata
from tests.contracts.storage.samples import BRABANT, TWENTE, answered_call, directory, other_directory

NOON = 1_530_000_000_000
LINE = AuditEntry(
    organisation=BRABANT,
    at=NOON,
    user="u-anja",
    user_name="Anja",
    action=Action.DELETE,
    resource="organisations",
    thing=TWENTE,
    name="Twente",
)


def _row(table: Table, organisation: OrganisationId) -> dict[str, Any]:
    """One that any table takes: every word in it is the same, so that whatever points at something finds it."""
    row: dict[str, Any] = {}
    for column in table.columns:
        match column.type:
            case _ if column.name == "organisation" or column is metadata.tables["organisations"].c.id:
                row[column.name] = organisation
            case _ if column.autoincrement is True:
                continue
            case Boolean():
                row[column.name] = True
            case LargeBinary():
                row[column.name] = organisation.encode()
            case Integer() | BigInteger():
                row[column.name] = 1
            case _:
                row[column.name] = f"{organisation}-x"
    return row


async def _filled(database: Database, organisation: OrganisationId) -> None:
    async with database.access.writing() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(insert(table), [_row(table, organisation)])


async def _all_of(database: Database, organisation: OrganisationId) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of it, by table; those without any are left out."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with database.access.reading() as connection:
        for table in metadata.sorted_tables:
            column = table.c.id if table.name == "organisations" else table.c.organisation
            rows = (await connection.execute(select(table).where(column == organisation))).all()
            if rows:
                found[table.name] = [tuple(row) for row in rows]
    return found


async def _past_of(database: Database, organisation: OrganisationId, limit: int) -> list[int]:
    """How many rows went in each turn."""
    turns = []
    while went := await database.directories.remove_past(organisation, limit=limit):
        turns.append(went)
    return turns


@pytest.mark.rule("X-a", "X-c")
async def test_nothing_is_left_of_an_organisation_in_any_table(database: Database) -> None:
    """A table that is new is filled and looked at here too; the other organisation has every row that it had."""
    for organisation in (TWENTE, BRABANT):
        await _filled(database, organisation)
    before = await _all_of(database, BRABANT)
    assert before.keys() == set(metadata.tables) == (await _all_of(database, TWENTE)).keys()

    await _past_of(database, TWENTE, 100)
    await database.directories.remove(TWENTE, [LINE])

    assert await _all_of(database, TWENTE) == {}
    after = await _all_of(database, BRABANT)
    [*kept, line] = after.pop("audit")
    assert kept == before.pop("audit") and after == before
    assert "Twente" in line and "Anja" in line
    assert await database.directories.organisations() == (BRABANT,)
    # All of it could come back under the same names.
    await _filled(database, TWENTE)


@pytest.mark.rule("X-a")
async def test_the_past_goes_a_little_at_a_time_and_the_configuration_stays_whole(database: Database) -> None:
    """No turn at the database is longer than was asked; whoever stops half-way still has the organisation."""
    for made in (directory(), other_directory()):
        await database.directories.save(made)
        for number in range(12):
            call = answered_call(f"c{number}", NOON + number, wait_ms=1, talk_ms=1)
            await database.journal.append(made.organisation.id, call)
    others = await _all_of(database, BRABANT)

    turns = await _past_of(database, TWENTE, 5)

    assert max(turns) == 5 and sum(turns) > 12
    left = await _all_of(database, TWENTE)
    assert not left.keys() & {"calls", "segments", "participations", "queue_visits"}
    assert await database.directories.directory(TWENTE) == directory()
    assert await _all_of(database, BRABANT) == others


async def test_without_its_line_in_the_log_nothing_is_taken_away(database: Database) -> None:
    """Both or neither."""
    await database.directories.save(directory())
    wrong = replace(LINE, user_name=cast(str, None))

    with pytest.raises(StorageFailure):
        await database.directories.remove(TWENTE, [wrong])

    assert await database.directories.directory(TWENTE) == directory()
