"""Takes an organisation out of the database: first what has piled up, a little at a time, then the rest at once.

A house that called for years has millions of rows. One transaction for all of them would hold the others' calls up for
as long as it takes; so the past goes in turns as short as anybody's, and only the rest, which is small, goes together
with the word of it in the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_

from cordboard.app.administration.audit import AuditEntry
from cordboard.core.types import OrganisationId
from cordboard.storage.audit import write_entries
from cordboard.storage.connection import Access
from cordboard.storage.tables import (
    call_log,
    calls,
    messages,
    metadata,
    organisations,
    participations,
    queue_visits,
    segments,
    transfers,
)
from cordboard.storage.tables_callbacks import callbacks
from cordboard.storage.tables_contacts import contact_numbers, contacts, favourites
from cordboard.storage.tables_gaps import gaps
from cordboard.storage.tables_missed import missed

PAST = (
    call_log,
    segments,
    participations,
    queue_visits,
    transfers,
    calls,
    messages,
    callbacks,
    missed,
    gaps,
    favourites,
    contact_numbers,
    contacts,
)
"""Tables that grow with the years; what points at a row goes before it."""


async def remove_past(access: Access, organisation: OrganisationId, *, limit: int) -> int:
    """Take away at most so many rows of what an organisation has lived through; gives how many, 0 when none is left.

    Raises:
        StorageFailure: these are still there.
    """
    async with access.reading() as connection:
        for table in PAST:
            there = select(table.c.organisation).where(table.c.organisation == organisation).limit(1)
            if (await connection.execute(there)).first() is not None:
                break
        else:
            return 0
    # The columns that tell its rows apart; that it is this organisation's is said already.
    key = [column for column in table.primary_key if column.name != "organisation"]
    some = select(*key).where(table.c.organisation == organisation).limit(limit)
    async with access.writing() as connection:
        gone = await connection.execute(
            delete(table).where(
                table.c.organisation == organisation,
                key[0].in_(some) if len(key) == 1 else tuple_(*key).in_(some),
            )
        )
    return gone.rowcount


async def remove(access: Access, organisation: OrganisationId, log: Sequence[AuditEntry] = ()) -> None:
    """Take all the rest of an organisation away, people with their passwords, sessions and its own log too.

    Args:
        log: who did it, in the log of an organisation that stays; written with it or not at all.

    Raises:
        StorageFailure: nothing of this has changed.
    """
    async with access.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if "organisation" in table.c:
                await connection.execute(delete(table).where(table.c.organisation == organisation))
        await connection.execute(delete(organisations).where(organisations.c.id == organisation))
        await write_entries(connection, log)
