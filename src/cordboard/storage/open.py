"""Opens the database named by a URL, brings its tables up to date, and hands out the ports."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cordboard.app.ports import StorageFailure
from cordboard.storage.accounts import SqlAccounts
from cordboard.storage.audit import SqlAudit
from cordboard.storage.callbacks import SqlCallBacks
from cordboard.storage.connection import Access, patience
from cordboard.storage.contact_indexes import ContactIndexes
from cordboard.storage.contacts import SqlContacts
from cordboard.storage.copies import copy_out
from cordboard.storage.directories import SqlDirectories
from cordboard.storage.doors import SqlDoors
from cordboard.storage.history import SqlHistory
from cordboard.storage.journal import SqlJournal
from cordboard.storage.ldap import SqlLdapRuns
from cordboard.storage.migrate import migrate, newest_revision, revision_of

BUSY_MS = 5_000
"""How long a write waits for another one on SQLite before it fails."""

WAL_AGAIN_MS = 20
"""Between two tries to make a new file one that is read while it is written."""

CHECK_S = 2.0
"""For a question that a database answers at once."""

READERS_MAX = 4
"""Connections besides the journal's own; each is a thread on SQLite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database: the ports on it."""

    journal: SqlJournal
    directories: SqlDirectories
    accounts: SqlAccounts
    history: SqlHistory
    doors: SqlDoors
    audit: SqlAudit
    contacts: SqlContacts
    callbacks: SqlCallBacks
    ldap: SqlLdapRuns
    access: Access
    file: Path | None
    """Of SQLite."""

    async def check(self) -> None:
        """Ask it something small, that it has to look up where it is kept.

        Raises:
            StorageFailure: it does not answer, or its file is gone from its place: what is written then is lost.
        """
        with patience(CHECK_S):
            await self._check()

    async def _check(self) -> None:
        async with self.access.reading() as connection:
            if self.file is not None and not await asyncio.to_thread(self.file.exists):
                raise StorageFailure(f"{self.file} is gone")
            await connection.execute(text("SELECT version_num FROM alembic_version"))

    async def close(self) -> None:
        """Let go of it; everything that was confirmed is stored. Later calls raise `StorageFailure`."""
        await self.journal.close()
        await self.contacts.indexes.close()
        self.access.closed = True
        await self.access.engine.dispose()


async def open_database(
    url: str,
    *,
    backups: Path | None,
    indexes: Path | None = None,
    changing: Callable[[], None] = lambda: None,
) -> Database:
    """Open (SQLite: create) the database and bring its tables up to date.

    Args:
        url: `sqlite:///relative/file.db`, `sqlite:////absolute/file.db` or `postgresql://user:password@host/name`.
        backups: folder for a copy of the database as it was, made before its tables change; None: no copy.
        indexes: folder for what is made of it to find contacts quickly; None: made anew each time.
        changing: is told when its tables are going to be copied and changed, which takes as long as it takes.

    Raises:
        StorageFailure: it cannot be opened or copied, or a newer Cordboard made it; nothing has changed.
    """
    parsed = _parse(url)
    engine = create_async_engine(
        parsed,
        pool_size=READERS_MAX,
        max_overflow=READERS_MAX,
        pool_pre_ping=_remote(parsed),
        # An error that is logged must not carry callers' numbers and names along.
        hide_parameters=True,
        connect_args=driver_args(parsed),
    )
    if not _remote(parsed):
        _prepare_sqlite(engine)
    access = Access(engine)
    try:
        async with access.words():
            async with engine.connect() as connection:
                revision = await connection.run_sync(revision_of)
            if revision != newest_revision():
                changing()
                if revision is not None and backups is not None:
                    # What another version made is undone by ours: without a copy nothing may change.
                    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
                    await copy_out(url, backups / f"before-{newest_revision()}-tables-{revision}.db")
            with patience(None):
                await migrate(engine)
    except (StorageFailure, asyncio.CancelledError):
        await engine.dispose()
        raise
    return Database(
        journal=SqlJournal(access),
        directories=SqlDirectories(access),
        accounts=SqlAccounts(access),
        history=SqlHistory(access),
        doors=SqlDoors(access),
        audit=SqlAudit(access),
        contacts=SqlContacts(access, ContactIndexes(access, indexes)),
        callbacks=SqlCallBacks(access),
        ldap=SqlLdapRuns(access),
        access=access,
        file=None if _remote(parsed) else Path(parsed.database or "").absolute(),
    )


def driver_args(url: URL) -> dict[str, Any]:
    """What the driver is told beside the address.

    Raises:
        StorageFailure: there is no driver for this kind of database.
    """
    if not _remote(url):
        return {}
    if find_spec("psycopg") is None:
        raise StorageFailure(
            "PostgreSQL needs a driver: install cordboard with its extra, cordboard[postgres]"
        )
    from cordboard.storage import postgres  # its driver need not be there

    return postgres.connect_args(url)


def _remote(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageFailure(f"{url!r} is not a database address; write sqlite:///folder/file.db") from error
    match parsed.get_backend_name():
        case "sqlite":
            # Every connection would get a memory of its own.
            if parsed.database in (None, "", ":memory:"):
                raise StorageFailure("Cordboard's database is a file; write sqlite:///folder/file.db")
            assert parsed.database is not None
            folder = Path(parsed.database).parent
            if not folder.is_dir():
                raise StorageFailure(f"the folder {folder} for the database does not exist; make it first")
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StorageFailure(f"Cordboard stores in SQLite or PostgreSQL, not in {other}")


def _write_ahead(cursor: Any) -> None:
    """Readers never wait for the writer from now on; the file keeps it.

    SQLite does not wait for its lock here, whatever its busy time-out: two that open a new file at once collide.
    """
    for left in reversed(range(BUSY_MS // WAL_AGAIN_MS)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or left == 0:
                raise
        time.sleep(WAL_AGAIN_MS / 1000)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """WAL, so that readers never wait for the writer; transactions that begin when we say so."""

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The driver's own habit of beginning a transaction late would let a batch start outside of one.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _write_ahead(cursor)
        # With WAL a killed process loses nothing; a power cut can cost the last commits, not the database.
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()
        # Its own knows capitals of ASCII only: what is found must not depend on the database.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("cordboard_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
