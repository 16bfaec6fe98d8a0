"""Keeps call backs, and finds them for the planning (3.6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import CallBackReason, CallBackRow, CallBackStatus, RequestedBy
from cordboard.core.types import CallBackId, CallId, Instant, OrganisationId, QueueId, UserId
from cordboard.storage.connection import Access, upsert
from cordboard.storage.tables_callbacks import callbacks

FOUND_MAX = 200
"""Of a search; the newest."""
DAY_MAX = 5_000
"""Rows of one stretch of the planning; more cannot be read by people."""
c = callbacks.c


def cell_of(row: CallBackRow) -> Instant:
    """Where it stands in the planning: at the time it is due until the first attempt, then at the last one (D14)."""
    return row.due_at if row.last_attempt_at is None else row.last_attempt_at


async def write_callback(connection: AsyncConnection, organisation: OrganisationId, row: CallBackRow) -> None:
    """As it is now; a row that is told late changes nothing newer."""
    values: dict[str, Any] = {
        "organisation": organisation,
        "id": row.id,
        "queue_id": row.queue,
        "number": row.number[:64],
        "name": None if row.name is None else row.name.replace("\0", "")[:200],
        "owner": row.owner,
        "requested_at": row.requested_at,
        "requested_by": row.requested_by.value,
        "entered_at": row.entered_at,
        "due_at": row.due_at,
        "planned_at": row.planned_at,
        "last_attempt_at": row.last_attempt_at,
        "attempts": row.attempts,
        "status": row.status.value,
        "handled_by": row.handled_by,
        "reason": None if row.reason is None else row.reason.value,
        "ended_at": row.ended_at,
        "call_id": row.call,
        "at": row.at,
        "cell_at": cell_of(row),
    }
    statement = upsert(connection.dialect.name, callbacks).values(values)
    changes = {name: statement.excluded[name] for name in values if name not in ("organisation", "id")}
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation", "id"], set_=changes, where=statement.excluded.at >= c.at
        )
    )


class SqlCallBacks:
    """The port `CallBacks` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def living(self, organisation: OrganisationId, since: Instant) -> tuple[CallBackRow, ...]:
        """Open ones, and those that ended at or after this; as they were requested."""
        return await self._rows(
            organisation, or_(c.ended_at.is_(None), c.ended_at >= since), c.requested_at, c.id
        )

    async def between(
        self,
        organisation: OrganisationId,
        since: Instant,
        until: Instant,
        number: str,
        *,
        hidden: Collection[QueueId] = (),
        user: UserId | None = None,
    ) -> tuple[CallBackRow, ...]:
        """Whose cell lies in [since, until), or that are due in it, in the order of the planning.

        Args:
            number: digits that stand in the number; "": any.
            hidden: of these queues none, but for those that `user` owns.
        """
        here = (c.cell_at >= since) & (c.cell_at < until)
        due = c.ended_at.is_(None) & (c.due_at >= since) & (c.due_at < until)
        found = or_(here, due) & _seen(hidden, user)
        if number:
            found &= c.number.contains(number, autoescape=True)
        return await self._rows(organisation, found, c.cell_at, c.id, limit=DAY_MAX)

    async def search(
        self,
        organisation: OrganisationId,
        number: str,
        *,
        hidden: Collection[QueueId] = (),
        user: UserId | None = None,
    ) -> tuple[CallBackRow, ...]:
        """Those with these digits in their number, newest first (3.6-o); `hidden` as in `between`."""
        return await self._rows(
            organisation,
            c.number.contains(number, autoescape=True) & _seen(hidden, user),
            c.requested_at.desc(),
            c.id,
            limit=FOUND_MAX,
        )

    async def _rows(
        self, organisation: OrganisationId, which: Any, *order: Any, limit: int | None = None
    ) -> tuple[CallBackRow, ...]:
        asked = select(callbacks).where(c.organisation == organisation, which).order_by(*order).limit(limit)
        async with self._access.reading() as connection:
            found: Sequence[Any] = (await connection.execute(asked)).all()
        return tuple(_row(row) for row in found)


def _seen(hidden: Collection[QueueId], user: UserId | None) -> ColumnElement[bool]:
    """Before the limit: what nobody may see must not push away what may be seen."""
    if not hidden:
        return true()
    seen = c.queue_id.not_in(sorted(hidden))
    return seen if user is None else or_(seen, c.owner == user)


def _row(row: Any) -> CallBackRow:
    return CallBackRow(
        id=CallBackId(row.id),
        queue=QueueId(row.queue_id),
        number=row.number,
        name=row.name,
        owner=_user(row.owner),
        requested_at=row.requested_at,
        requested_by=RequestedBy(row.requested_by),
        entered_at=row.entered_at,
        due_at=row.due_at,
        planned_at=row.planned_at,
        last_attempt_at=row.last_attempt_at,
        attempts=row.attempts,
        status=CallBackStatus(row.status),
        handled_by=_user(row.handled_by),
        reason=None if row.reason is None else CallBackReason(row.reason),
        ended_at=row.ended_at,
        call=None if row.call_id is None else CallId(row.call_id),
        at=row.at,
    )


def _user(stored: str | None) -> UserId | None:
    return None if stored is None else UserId(stored)
