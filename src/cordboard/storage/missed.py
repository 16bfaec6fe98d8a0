"""Keeps callers who were missed, and finds those to whom nobody has spoken (D14)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import MissedRow, MissedWhy
from cordboard.core.types import CallId, MissedId, OrganisationId, QueueId, UserId
from cordboard.storage.connection import upsert
from cordboard.storage.tables_missed import missed

c = missed.c


async def write_missed(connection: AsyncConnection, organisation: OrganisationId, row: MissedRow) -> None:
    """As it is now; a row that is told late changes nothing newer."""
    values: dict[str, Any] = {
        "organisation": organisation,
        "id": row.id,
        "queue_id": row.queue,
        "number": None if row.number is None else row.number.replace("\0", "")[:64],
        "name": None if row.name is None else row.name.replace("\0", "")[:200],
        "at": row.at,
        "why": row.why.value,
        "message": row.message,
        "times": row.times,
        "last_call": row.last_call,
        "attempts": row.attempts,
        "last_attempt_at": row.last_attempt_at,
        "claimed_by": row.claimed_by,
        "claimed_at": row.claimed_at,
        "attempt": row.attempt,
        "closed_at": row.closed_at,
        "closed_by": row.closed_by,
        "written_at": row.written_at,
    }
    statement = upsert(connection.dialect.name, missed).values(values)
    changes = {name: statement.excluded[name] for name in values if name not in ("organisation", "id")}
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation", "id"],
            set_=changes,
            where=statement.excluded.written_at >= c.written_at,
        )
    )


async def read_missed(connection: AsyncConnection, organisation: OrganisationId) -> tuple[MissedRow, ...]:
    """Those to whom nobody has spoken, the oldest first."""
    asked = select(missed).where(c.organisation == organisation, c.closed_at.is_(None))
    return tuple(_row(row) for row in await connection.execute(asked.order_by(c.at, c.id)))


def _row(row: Any) -> MissedRow:
    return MissedRow(
        id=MissedId(row.id),
        queue=QueueId(row.queue_id),
        number=row.number,
        name=row.name,
        at=row.at,
        why=MissedWhy(row.why),
        message=row.message,
        times=row.times,
        last_call=_call(row.last_call),
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        claimed_by=_user(row.claimed_by),
        claimed_at=row.claimed_at,
        attempt=_call(row.attempt),
        closed_at=row.closed_at,
        closed_by=_user(row.closed_by),
        written_at=row.written_at,
    )


def _call(stored: str | None) -> CallId | None:
    return None if stored is None else CallId(stored)


def _user(stored: str | None) -> UserId | None:
    return None if stored is None else UserId(stored)
