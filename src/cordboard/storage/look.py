"""A look at a database that changes nothing in it: is it there, is it whole, whose version made it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from cordboard.storage.connection import Access
from cordboard.storage.migrate import newest_revision, revision_of
from cordboard.storage.open import driver_args


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSeen:
    """What there is."""

    revision: str | None
    """The tables' version; None: no tables yet."""
    newest: str
    """The one that this Cordboard works with; an older one is brought up to date at the next start."""
    damage: str | None
    """What SQLite finds broken; None: nothing."""


async def look_at_database(url: str) -> DatabaseSeen | None:
    """Look; None: the file is not there yet.

    Raises:
        StorageFailure: it cannot be opened.
    """
    async with _opened(url) as connection:
        if connection is None:
            return None
        damage = None
        if connection.dialect.name == "sqlite":
            said = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one()
            damage = None if said == "ok" else str(said)
        return DatabaseSeen(
            revision=await connection.run_sync(revision_of), newest=newest_revision(), damage=damage
        )


async def revision_in(url: str) -> str | None:
    """The version of its tables alone, at once however large it is; None: there are none yet.

    Raises:
        StorageFailure: it cannot be opened.
    """
    async with _opened(url) as connection:
        return None if connection is None else await connection.run_sync(revision_of)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncConnection | None]:
    """A connection for a look; None: the file is not there yet."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if is_file and not Path(parsed.database or "").is_file():
        yield None
        return
    engine = create_async_engine(
        parsed.set(drivername="sqlite+aiosqlite" if is_file else "postgresql+psycopg"),
        connect_args=driver_args(parsed),
    )
    try:
        async with Access(engine).words(), engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
