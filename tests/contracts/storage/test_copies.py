"""A backup's database: one instant of the whole, made while calls run, that fits either kind of database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cordboard.app.ports import StorageFailure
from cordboard.storage.copies import copy_in, copy_out, look_into
from cordboard.storage.migrate import newest_revision
from cordboard.storage.open import Database, open_database
from cordboard.storage.tables import metadata
from tests.contracts.storage.samples import TWENTE, answered_call, directory
from tests.contracts.storage.test_migrations import change
from tests.support.postgres import PostgresServer

NOON = 1_530_000_000_000
WRITTEN_BEFORE = 20
"""Calls beside those that were there: the writer is at work when the copy begins."""


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    found = {}
    async with database.access.reading() as connection:
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


async def filled(database: Database) -> None:
    """An organisation and calls that were told to the journal."""
    await database.directories.save(directory())
    for index in range(10):
        await database.journal.append(TWENTE, answered_call(f"c{index}", NOON + index, wait_ms=1, talk_ms=1))


async def test_what_comes_out_goes_back_in_whole(
    database: Database, database_url: str, fresh_url: str, tmp_path: Path
) -> None:
    """Into another database of the same kind: every row of every table, and it can be written on."""
    await filled(database)

    revision = await copy_out(database_url, tmp_path / "copy.db")
    assert revision == look_into(tmp_path / "copy.db") == newest_revision()
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0

    await copy_in(tmp_path / "copy.db", fresh_url)
    again = await open_database(fresh_url, backups=None)
    assert await everything(again) == await everything(database)
    await again.journal.append(TWENTE, answered_call("later", NOON + 99, wait_ms=1, talk_ms=1))
    await again.close()


@pytest.mark.postgres
async def test_an_installation_moves_from_the_one_kind_to_the_other_and_back(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """SQLite to PostgreSQL to SQLite: the same rows."""
    first, second, third = (
        f"sqlite:///{tmp_path}/a.db", postgres_server.new_database(), f"sqlite:///{tmp_path}/b.db",
    )  # fmt: skip
    before = await open_database(first, backups=None)
    await filled(before)

    await copy_out(first, tmp_path / "one.db")
    await copy_in(tmp_path / "one.db", second)
    await copy_out(second, tmp_path / "two.db")
    await copy_in(tmp_path / "two.db", third)

    after = await open_database(third, backups=None)
    assert await everything(after) == await everything(before)
    await before.close()
    await after.close()


async def test_a_copy_is_one_instant_while_calls_are_written(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """No call is in it by halves: each has its rows in every table, or in none; all are stored in the database."""
    await filled(database)

    is_busy, is_copied = asyncio.Event(), asyncio.Event()
    written: list[str] = []

    async def busy() -> None:
        while not is_copied.is_set():
            call = f"b{len(written):05}"
            at = NOON + 1_000 + len(written)
            await database.journal.append(TWENTE, answered_call(call, at, wait_ms=1, talk_ms=1))
            written.append(call)
            if len(written) == WRITTEN_BEFORE:
                is_busy.set()

    writing = asyncio.create_task(busy())
    await is_busy.wait()
    try:
        await copy_out(database_url, tmp_path / "copy.db")
    finally:
        is_copied.set()
        await writing

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        calls = {row[0] for row in copy.execute("SELECT id FROM calls")}
        parts = {row[0] for row in copy.execute("SELECT DISTINCT call_id FROM participations")}
    assert calls == parts
    assert 10 + WRITTEN_BEFORE <= len(calls) <= 10 + len(written)
    assert len((await everything(database))["calls"]) == 10 + len(written)


async def test_before_its_tables_change_a_database_is_copied(
    database_url: str, fresh_url: str, tmp_path: Path
) -> None:
    """As it was, with its version in the name; a second start makes no second one."""
    before = await open_database(database_url, backups=None)
    await filled(before)
    await change(before, "0003")
    await before.close()

    backups = tmp_path / "backups"
    told: list[bool] = []

    def changing() -> None:
        """The copy is part of it: it takes long, too."""
        told.append(backups.exists())

    await (await open_database(database_url, backups=backups, changing=changing)).close()
    [kept] = backups.iterdir()
    assert kept.name == f"before-{newest_revision()}-tables-0003.db"
    assert look_into(kept) == "0003"
    await (await open_database(database_url, backups=backups, changing=changing)).close()
    assert list(backups.iterdir()) == [kept]
    assert told == [False], "told before anything is done, and only when there is something to change"

    # And it can be gone back to.
    await copy_in(kept, fresh_url)
    again = await open_database(fresh_url, backups=None)
    assert len((await everything(again))["calls"]) == 10
    await again.close()


async def test_without_room_for_that_copy_nothing_changes(database_url: str, tmp_path: Path) -> None:
    """The start ends with a sentence, and the older version can go on."""
    before = await open_database(database_url, backups=None)
    await change(before, "0003")
    await before.close()
    (tmp_path / "backups").write_text("in the way")

    with pytest.raises(StorageFailure, match=r"did not do it|could not be copied"):
        await open_database(database_url, backups=tmp_path / "backups")

    (tmp_path / "backups").unlink()
    await (await open_database(database_url, backups=tmp_path / "backups")).close()
    [kept] = (tmp_path / "backups").iterdir()
    assert look_into(kept) == "0003"


async def test_what_is_no_copy_is_refused(database_url: str, fresh_url: str, tmp_path: Path) -> None:
    """Nonsense, half a file, a newer Cordboard's, and a database that holds something."""
    file = tmp_path / "copy.db"
    await (await open_database(database_url, backups=None)).close()
    await copy_out(database_url, file)
    whole = file.read_bytes()

    for content in (b"nonsense" * 1000, b"", whole[: len(whole) // 2]):
        file.write_bytes(content)
        with pytest.raises(StorageFailure, match=r"copy\.db is"):
            await copy_in(file, fresh_url)

    file.write_bytes(whole)
    with pytest.raises(StorageFailure, match="already"):
        await copy_in(file, database_url)

    with sqlite3.connect(file) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFailure, match="another version"):
        await copy_in(file, fresh_url)
    file.write_bytes(whole)
    await copy_in(file, fresh_url)
