"""PostgreSQL breaks the connections; Cordboard says so once and goes on."""

from __future__ import annotations

import pytest

from cordboard.app.ports import StorageFailure
from cordboard.storage.open import open_database
from tests.contracts.storage.samples import TWENTE, opened
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
