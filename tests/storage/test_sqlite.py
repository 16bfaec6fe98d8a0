"""What is SQLite's own: the file, the locks, the full disk, the killed process."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import cordboard.storage.open as opening
from cordboard.app.ports import StorageFailure
from cordboard.core.types import OrganisationId
from cordboard.storage.open import Database, open_database
from tests.contracts.storage.samples import TWENTE, answered_call, directory, opened

NOON = 1_530_000_000_000


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database file."""
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    yield database
    await database.close()


async def test_readers_and_the_writer_do_not_wait_for_each_other(database: Database, tmp_path: Path) -> None:
    """The file is in WAL mode: somebody reads for long, a call is written down all the same."""
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    with sqlite3.connect(tmp_path / "cordboard.db") as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM calls").fetchone() == (1,)

        await asyncio.wait_for(database.journal.append(TWENTE, [opened("c2", NOON)]), 2)

        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()
    assert len(await database.journal.open_calls(TWENTE)) == 2


async def test_a_lock_that_does_not_go_away_is_a_failure_and_then_it_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the file; the batch is not stored, the next one is."""
    monkeypatch.setattr(opening, "BUSY_MS", 100)
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    other = sqlite3.connect(tmp_path / "cordboard.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageFailure, match="locked"):
        await database.journal.append(TWENTE, [opened("c1", NOON)])

    other.execute("ROLLBACK")
    other.close()
    await database.journal.append(TWENTE, [opened("c2", NOON)])
    assert [call.id for call in await database.journal.open_calls(TWENTE)] == ["c2"]
    await database.close()


async def test_a_full_disk_is_a_failure_and_then_it_works_again(database: Database, tmp_path: Path) -> None:
    """No room for one more page: nothing of the batch is stored; with room again, everything works."""
    await database.journal.append(TWENTE, [opened("c0", NOON)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    batch = [
        fact for number in range(200) for fact in answered_call(f"c{number}", NOON, wait_ms=1, talk_ms=1)
    ]
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    largest = max(file.stat().st_size for file in tmp_path.iterdir())

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 20_000, limits[1]))
    try:
        with pytest.raises(StorageFailure):
            await database.journal.append(TWENTE, batch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)

    assert [call.id for call in await database.journal.open_calls(TWENTE)] == ["c0"]
    await database.journal.append(TWENTE, batch)
    assert await database.journal.open_calls(TWENTE) == ()


KILLED = """
import asyncio, os, signal, sys
from cordboard.storage.open import open_database
from tests.contracts.storage.samples import TWENTE, directory, opened

async def main():
    database = await open_database(sys.argv[1], backups=None)
    await database.directories.save(directory())
    for number in range(20):
        await database.journal.append(TWENTE, [opened(f"c{number}", number)])
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_what_was_confirmed_is_there_after_a_kill(tmp_path: Path) -> None:
    """`kill -9` right after the last confirmation: all twenty calls are there."""
    url = f"sqlite:///{tmp_path}/cordboard.db"
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, url],
        env=os.environ | {"PYTHONPATH": "src:."},
        timeout=60,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL

    database = await open_database(url, backups=None)

    assert len(await database.journal.open_calls(TWENTE)) == 20
    assert await database.directories.directory(TWENTE) == directory()
    await database.close()


async def test_the_journal_does_not_wait_for_slow_readers(database: Database) -> None:
    """Every reading connection is taken; the journal has its own."""
    await database.journal.append(TWENTE, [opened("c0", NOON)])
    enough = asyncio.Event()

    async def read() -> None:
        async with database.access.reading():
            await enough.wait()

    readers = [asyncio.create_task(read()) for _ in range(opening.READERS_MAX * 2 + 5)]
    await asyncio.sleep(0.05)

    await asyncio.wait_for(database.journal.append(TWENTE, [opened("c1", NOON)]), 2)

    enough.set()
    await asyncio.gather(*readers)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("cordboard.db", "not a database address"),
        ("sqlite://", "is a file"),
        ("sqlite:///:memory:", "is a file"),
        ("sqlite:////nowhere/at/all/x.db", "does not exist"),
        ("mysql://localhost/x", "SQLite or PostgreSQL"),
    ],
)
async def test_a_wrong_address_is_refused_in_a_sentence(url: str, says: str) -> None:
    """The sentence says what is wrong; no file is made."""
    with pytest.raises(StorageFailure, match=says):
        await open_database(url, backups=None)


async def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    """Somebody pointed at the wrong file."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer, " * 1_000)

    with pytest.raises(StorageFailure, match="not a database"):
        await open_database(f"sqlite:///{file}", backups=None)

    assert file.read_text() == "Dear customer, " * 1_000


async def test_batches_of_two_writers_queue_up(database: Database) -> None:
    """An import writes while calls go on: nobody fails, everything is there."""

    async def calls() -> None:
        for number in range(30):
            await database.journal.append(TWENTE, [opened(f"c{number}", NOON)])

    async def imports() -> None:
        for _ in range(10):
            await database.directories.save(directory())

    await asyncio.gather(calls(), imports(), imports())

    assert len(await database.journal.open_calls(TWENTE)) == 30
    assert await database.directories.organisations() == (OrganisationId("twente"),)


async def test_opening_at_the_same_moment_migrates_once(tmp_path: Path) -> None:
    """Three commands start on a new database together."""
    opened_ones = await asyncio.gather(
        *(open_database(f"sqlite:///{tmp_path}/x.db", backups=None) for _ in range(3))
    )

    for database in opened_ones:
        assert await database.directories.organisations() == ()
        await database.close()
