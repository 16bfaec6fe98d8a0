"""Brings a database's tables to this version of Cordboard."""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from cordboard.app.ports import StorageFailure
from cordboard.storage.connection import WRITE

FOLDER = Path(__file__).parent / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings without an alembic.ini; the migrations run on this connection."""
    config = Config(stdout=io.StringIO())
    # "%" would be read as the start of a variable.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """The revision that this version of Cordboard works with."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


def knows(revision: str) -> bool:
    """Tables of this version can be used, or brought up to date."""
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError:
        return False
    return True


def revision_of(connection: Connection) -> str | None:
    """The version of the tables that are there; None: there are none yet."""
    return MigrationContext.configure(connection).get_current_revision()


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Upgrade to this revision, in one transaction.

    Raises:
        StorageFailure: the database was made by a newer Cordboard; nothing has changed.
    """
    async with engine.connect() as connection:
        await connection.execution_options(**WRITE)
        async with connection.begin():
            await connection.run_sync(upgrade, revision)


def upgrade(connection: Connection, revision: str) -> None:
    """The same on a connection whose transaction is the caller's.

    Raises:
        StorageFailure: the database was made by a newer Cordboard.
    """
    try:
        command.upgrade(alembic_config(connection), revision)
    except CommandError as error:
        raise StorageFailure(
            f"this database was made by another version of Cordboard, which knows more than this one"
            f" ({error}); start that version, or restore a backup made by this one"
        ) from error
