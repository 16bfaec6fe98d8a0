"""How the rooms of storage reach the database, and what they say when it does not do it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cordboard.app.ports import StorageFailure, StorageRefusal

WRITE = {"cordboard_write": True}
"""Execution option of a transaction that will write: SQLite takes its write lock at its start, and waits
for it there, instead of failing in the middle when somebody else was quicker."""

PATIENCE_S: ContextVar[float | None] = ContextVar("patience", default=30.0)
"""How long PostgreSQL is waited for, in each statement; None: for ever. A search through years is slow, not dead."""
WRITE_S = 4.0
"""The same for what people wait for until it is kept: no answer is an answer to them, too."""


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Each statement of this block is waited for so long, and no longer."""
    before = PATIENCE_S.set(seconds)
    try:
        yield
    finally:
        PATIENCE_S.reset(before)


def upsert(dialect: str, table: Table) -> Any:
    """An INSERT of this database that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    Both databases have the same clause with the same meaning; SQLAlchemy keeps one construct for each.

    Args:
        dialect: `sqlite` or `postgresql`, as SQLAlchemy names them.
    """
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Access:
    """Short transactions on one database; what goes wrong comes out as `StorageFailure`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.closed = False

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for SELECTs that see one state of the database."""
        async with self.words(), self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: all of it is stored when the block ends, nothing when it raises."""
        async with self.words(), self.engine.connect() as connection:
            await connection.execution_options(**WRITE)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def words(self) -> AsyncIterator[None]:
        """Turns a driver's error into `StorageFailure` with the driver's sentence.

        Raises:
            StorageRefusal: the same would fail again; the transaction is rolled back.
            StorageFailure: the transaction is rolled back.
        """
        if self.closed:
            raise StorageFailure("the database is closed")
        try:
            yield
        except (IntegrityError, DataError) as error:
            raise StorageRefusal(f"the database refused contradicting rows: {error.orig}") from error
        except DBAPIError as error:
            raise StorageFailure(f"the database did not do it: {error.orig}") from error
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StorageFailure(f"the database did not do it: {error}") from error
