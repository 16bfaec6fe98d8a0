"""The tables grow and shrink without losing what they can keep."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from cordboard.app.ports import StorageFailure
from cordboard.storage.migrate import alembic_config, newest_revision
from cordboard.storage.open import Database, open_database
from cordboard.storage.tables import metadata
from tests.contracts.storage.samples import CHANTAL, TWENTE, answered_call, directory

NOON = 1_530_000_000_000


async def test_migrations_and_tables_agree(database: Database) -> None:
    """A database made by the migrations is the one that the code describes."""

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with database.access.reading() as connection:
        found = await connection.run_sync(differences)

    assert found == []


async def test_a_filled_database_goes_down_step_by_step_and_up_again(database: Database) -> None:
    """What an older version knows survives; nothing else is in the way."""
    await database.directories.save(directory())
    await database.journal.append(TWENTE, answered_call("c1", NOON, wait_ms=1, talk_ms=1))

    await change(database, "0001")
    assert await database.directories.directory(TWENTE) == directory()
    await change(database, "head")
    await database.journal.append(TWENTE, answered_call("c2", NOON, wait_ms=1, talk_ms=1))
    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=5)
    assert [row.call for row in rows] == ["c2"]

    await change(database, "base")
    await change(database, "head")
    assert await database.directories.organisations() == ()


async def test_a_newer_cordboards_database_is_refused_in_a_sentence(database_url: str) -> None:
    """Nothing is changed, and the sentence says what to do."""
    database = await open_database(database_url)
    async with database.access.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(StorageFailure, match="start that version"):
        await open_database(database_url)


async def change(database: Database, revision: str) -> None:
    """Bring the tables to this revision, up or down."""

    def run(connection: Connection) -> None:
        config = alembic_config(connection)
        if revision in ("head", newest_revision()):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)

    async with database.access.writing() as connection:
        await connection.run_sync(run)
