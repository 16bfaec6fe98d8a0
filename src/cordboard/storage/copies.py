"""A whole database as one SQLite file, made while calls run, and back into whichever database there is.

The file is the same for both kinds of database: a backup of a PostgreSQL can be put back into SQLite and the other
way round, which is also how an installation moves from the one to the other.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, func, insert, select, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cordboard.app.ports import StorageFailure
from cordboard.storage.migrate import newest_revision, revision_of, upgrade

ROWS_AT_ONCE = 1_000
"""Rows in memory at a time."""


async def copy_out(url: str, file: Path) -> str:
    """Write one state of this database into a new SQLite file; returns the version of its tables.

    The database goes on being written meanwhile. What was there at `file` is replaced, by the whole copy or not at all.

    Raises:
        StorageFailure: the database cannot be read, is empty, or the file cannot be written.
    """
    return await asyncio.to_thread(_copy_out, make_url(url), file)


async def copy_in(file: Path, url: str) -> None:
    """Fill an empty database from such a file, and bring its tables to this version.

    Raises:
        StorageFailure: the file is damaged or a newer Cordboard's, or the database cannot be written or has
            tables already; nothing has changed.
    """
    await asyncio.to_thread(_copy_in, file, make_url(url))


def look_into(file: Path) -> str:
    """The version of the tables in such a file.

    Raises:
        StorageFailure: it is no whole copy of a Cordboard database.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            [said] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                raise StorageFailure(f"{file.name} is damaged: {said}")
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as problem:
        raise StorageFailure(f"{file.name} is no copy of a Cordboard database: {problem}") from problem


def left_beside(url: str) -> Path | None:
    """What a SQLite database that was moved away has left in its place; None: nothing.

    What a server that died had not put into the database yet stands in a file beside it. SQLite takes that for part of
    whichever database has the name, and damages it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    places = (Path(f"{parsed.database}{ending}") for ending in ("-wal", "-journal"))
    return next((place for place in places if place.exists()), None)


def _copy_out(url: URL, file: Path) -> str:
    half = file.with_name(f"{file.name}.half")
    try:
        half.unlink(missing_ok=True)
        # Made first, and by us: it holds everything, so nobody else may read it, not even for a moment.
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if url.get_backend_name() == "sqlite":
            _copy_file(Path(url.database or ""), half)
        else:
            _copy_rows_out(url, half)
        revision = look_into(half)
        half.replace(file)
    except (OSError, sqlite3.Error, SQLAlchemyError) as problem:
        raise StorageFailure(f"the database could not be copied: {problem}") from problem
    finally:
        half.unlink(missing_ok=True)
    return revision


def _copy_file(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        # In one step: between two, somebody else's write would begin it anew. Writers need not wait for a reader.
        reading.backup(writing)
        # The copy is read once and moved about: one file, without the two beside it that WAL keeps.
        writing.execute("PRAGMA journal_mode=DELETE")


def _copy_rows_out(url: URL, target: Path) -> None:
    # Everything as it was at one instant, however long it takes.
    with _connected(_server(url), "REPEATABLE READ") as source, _connected(_file(target)) as copy:
        revision = revision_of(source)
        if revision is None:
            raise StorageFailure("there is nothing in the database yet")
        upgrade(copy, revision)
        _copy_rows(source, copy)


def _copy_in(file: Path, url: URL) -> None:
    revision = look_into(file)
    try:
        if url.get_backend_name() == "sqlite":
            _place_file(file, Path(url.database or ""))
            return
        with _connected(_server(url)) as target, _connected(_file(file)) as source:
            if revision_of(target) is not None:
                raise StorageFailure("the database has tables already; give an empty one")
            upgrade(target, revision)
            _copy_rows(source, target)
            _count_on(target)
            upgrade(target, newest_revision())
    except (OSError, sqlite3.Error, SQLAlchemyError) as problem:
        raise StorageFailure(f"the database could not be filled: {problem}") from problem


def _place_file(file: Path, target: Path) -> None:
    if target.exists():
        raise StorageFailure(f"{target} is there already")
    half = target.with_name(f"{target.name}.half")
    try:
        with (
            closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(half)) as writing,
        ):
            reading.backup(writing)
        with _connected(_file(half)) as connection:
            upgrade(connection, newest_revision())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _server(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")


def _file(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


@contextmanager
def _connected(url: URL, isolation: IsolationLevel | None = None) -> Iterator[Connection]:
    """One transaction on this database; nothing of it stays when the block raises."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if isolation is not None:
                connection = connection.execution_options(isolation_level=isolation, stream_results=True)
            with connection.begin():
                yield connection
    finally:
        engine.dispose()


def _copy_rows(source: Connection, target: Connection) -> None:
    """Every table that both have; what only one kind of database has (an index for searching) fills itself."""
    theirs, ours = _tables(source), _tables(target)
    for table in theirs.sorted_tables:
        into = ours.tables.get(table.name)
        if into is None or table.name == "alembic_version":
            continue
        columns = [column for column in table.columns if column.name in into.columns]
        rows = source.execute(select(*columns))
        for batch in rows.mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(into), [dict(row) for row in batch])


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _count_on(target: Connection) -> None:
    """PostgreSQL numbers rows from a counter of its own, which copied rows do not move."""
    for table in _tables(target).sorted_tables:
        for column in table.columns:
            if column.primary_key and column.server_default is not None and "nextval" in _words(column):
                _set_counter(target, table, column)


def _words(column: Any) -> str:
    return str(getattr(column.server_default, "arg", ""))


def _set_counter(target: Connection, table: Table, column: Any) -> None:
    highest = target.execute(select(func.max(column))).scalar()
    if highest is not None:
        target.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
            {"table": table.name, "column": column.name, "highest": highest},
        )
