"""The database goes away; Cordboard says so once, goes on, and marks what it could not keep."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cordboard.app import writer as writer_
from cordboard.app.gaps import GapReason
from cordboard.app.ports import StorageFailure
from cordboard.app.writer import Writer
from cordboard.storage import journal as journal_
from cordboard.storage import open as open_
from cordboard.storage.open import open_database
from tests.contracts.storage.samples import TWENTE, directory, opened
from tests.support.postgres import PostgresServer

NOON = 1_530_000_000_000


@pytest.mark.postgres
async def test_after_a_broken_connection_the_next_batch_has_a_new_one(
    postgres_server: PostgresServer,
) -> None:
    """The server was restarted between two batches: one fails, the next is stored."""
    url = postgres_server.new_database()
    database = await open_database(url, backups=None)
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    name = url.partition("?")[0].rpartition("/")[2]

    postgres_server.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    with pytest.raises(StorageFailure):
        await database.journal.append(TWENTE, [opened("c2", NOON)])
    await database.journal.append(TWENTE, [opened("c3", NOON)])
    assert [call.id for call in await database.journal.open_calls(TWENTE)] == ["c1", "c3"]
    await database.close()


@pytest.mark.postgres
async def test_a_server_that_hangs_is_not_waited_for(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps its connections and says nothing: a batch fails after its time, so does the next one, which needs a
    new connection; when it goes on everything is stored, once."""
    monkeypatch.setattr(journal_, "WRITE_S", 0.3)
    url = f"{postgres_server.new_database()}&connect_timeout=2"
    database = await open_database(url, backups=None)
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    began = asyncio.get_running_loop().time()

    with postgres_server.frozen():
        for _ in range(2):
            with pytest.raises(StorageFailure):
                await database.journal.append(TWENTE, [opened("c2", NOON)])
        with pytest.raises(StorageFailure):
            await database.check()
    assert asyncio.get_running_loop().time() - began < 10

    await database.journal.append(TWENTE, [opened("c2", NOON)])
    await database.check()
    assert [call.id for call in await database.journal.open_calls(TWENTE)] == ["c1", "c2"]
    await database.close()


@pytest.mark.postgres
async def test_who_is_cancelled_does_not_wait_for_a_server_that_hangs(
    postgres_server: PostgresServer,
) -> None:
    """The driver would first ask it to stop, and wait ten seconds for the answer."""
    database = await open_database(postgres_server.new_database(), backups=None)
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    began = asyncio.get_running_loop().time()

    with postgres_server.frozen(), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await database.journal.append(TWENTE, [opened("c2", NOON)])
    assert asyncio.get_running_loop().time() - began < 2

    await database.journal.append(TWENTE, [opened("c3", NOON)])
    await database.close()


@contextmanager
def away(url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """The database takes nothing: PostgreSQL lets nobody in, SQLite's file is somebody else's."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = url.partition("?")[0].rpartition("/")[2]
    server.query(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    yield
    server.query(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def test_what_waited_is_written_when_the_database_is_back_and_what_was_given_up_is_marked(
    database_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six calls come while it is away and memory holds four: the first two are a gap (F20)."""
    monkeypatch.setattr(open_, "BUSY_MS", 1)
    monkeypatch.setattr(writer_, "BACKLOG_MAX", 4)
    monkeypatch.setattr(writer_, "RETRY_FIRST_MS", 1)
    monkeypatch.setattr(writer_, "RETRY_LAST_MS", 1)
    moments = iter(range(NOON, NOON + 100))
    database = await open_database(database_url, backups=None)
    await database.directories.save(directory())
    writer = Writer(database.journal, lambda: next(moments))
    writer.start()
    writer.add(TWENTE, [opened("c0", NOON)])
    await writer.flushed()

    with away(database_url, request):
        refused = asyncio.Event()
        writer.add(TWENTE, [opened("c1", NOON)], lambda _kept: refused.set())
        async with asyncio.timeout(30):
            await refused.wait()
        for number in range(2, 7):
            writer.add(TWENTE, [opened(f"c{number}", NOON)])
        assert writer.waiting == 4
    async with asyncio.timeout(30):
        await writer.flushed()

    kept = {call.id for call in await database.journal.open_calls(TWENTE)}
    lost = {f"c{number}" for number in range(7)} - kept
    (gap,) = await database.history.gaps(TWENTE, 0, None)
    assert (gap.reason, gap.records, writer.dropped) == (GapReason.OVERFLOW, len(lost), len(lost))
    # The very first may just have been under way once more.
    assert lost in ({"c1", "c2"}, {"c2", "c3"})
    assert (gap.since, gap.until) == (NOON + int(min(lost)[1]), NOON + int(max(lost)[1]))
    await writer.stop()
    await database.close()


async def test_a_database_that_went_away_says_so_when_it_is_asked(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Also while nothing is written, and until it is back; of SQLite that is a file that is not in its place."""
    database = await open_database(database_url, backups=None)
    await database.check()
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        file.rename(tmp_path / "moved.db")
        with pytest.raises(StorageFailure, match="gone"):
            await database.check()
        (tmp_path / "moved.db").rename(file)
    else:
        with away(database_url, request), pytest.raises(StorageFailure):
            await database.check()
    await database.check()
    await database.close()
