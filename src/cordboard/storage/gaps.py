"""Writes and reads the gaps of an organisation's history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.gaps import Gap, GapReason
from cordboard.core.types import Instant, OrganisationId
from cordboard.storage.connection import Access, upsert
from cordboard.storage.tables_gaps import gaps

READ_MAX = 200
"""Of one answer, the latest; more would say no more."""


async def write_gap(connection: AsyncConnection, organisation: OrganisationId, gap: Gap) -> None:
    """Once for each beginning and reason: one that has grown takes the place of what it was."""
    statement: Any = upsert(connection.dialect.name, gaps)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[column.name for column in gaps.primary_key],
            set_={"until": statement.excluded.until, "records": statement.excluded.records},
        ),
        {
            "organisation": organisation,
            "since": gap.since,
            "until": gap.until,
            "reason": gap.reason.value,
            "records": gap.records,
        },
    )


async def read_gaps(
    access: Access, organisation: OrganisationId, since: Instant, until: Instant | None
) -> tuple[Gap, ...]:
    """Those that end after `since`, and not after `until` (None: however late), the latest first.

    Raises:
        StorageFailure: nothing could be read.
    """
    wanted = [gaps.c.organisation == organisation, gaps.c.until > since]
    if until is not None:
        wanted.append(gaps.c.until <= until)
    async with access.reading() as connection:
        rows = await connection.execute(
            select(gaps).where(*wanted).order_by(gaps.c.until.desc(), gaps.c.since.desc()).limit(READ_MAX)
        )
        return tuple(
            Gap(since=row.since, until=row.until, reason=GapReason(row.reason), records=row.records)
            for row in rows
        )
