"""The log of who changed what, and organisations that come and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.administration.audit import Action, AuditEntry, KeptEntry
from cordboard.core.types import OrganisationId
from cordboard.storage.connection import Access
from cordboard.storage.rules import to_text
from cordboard.storage.tables_administration import audit


async def write_entries(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """In the transaction of what they are about."""
    if entries:
        await connection.execute(
            insert(audit),
            [
                {
                    "organisation": entry.organisation,
                    "at": entry.at,
                    "user_id": entry.user,
                    "user_name": entry.user_name,
                    "action": entry.action.value,
                    "resource": entry.resource,
                    "thing": entry.thing,
                    "name": entry.name,
                    "before": None if entry.before is None else to_text(entry.before),
                    "after": None if entry.after is None else to_text(entry.after),
                }
                for entry in entries
            ],
        )


class SqlAudit:
    """The port `Audit` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def note(self, entries: Sequence[AuditEntry]) -> None:
        """What was done beside the configuration.

        Raises:
            StorageFailure: it is not stored.
        """
        async with self._access.writing() as connection:
            await write_entries(connection, entries)

    async def page(
        self,
        organisation: OrganisationId,
        *,
        before: int | None,
        limit: int,
        resource: str | None,
        thing: str | None,
        user: str | None,
    ) -> tuple[KeptEntry, ...]:
        """Newest first, those older than `before`."""
        wanted = select(audit).where(audit.c.organisation == organisation)
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        for column, value in ((audit.c.resource, resource), (audit.c.thing, thing), (audit.c.user_id, user)):
            if value is not None:
                wanted = wanted.where(column == value)
        async with self._access.reading() as connection:
            rows = (await connection.execute(wanted.order_by(audit.c.id.desc()).limit(limit))).all()
        return tuple(KeptEntry(id=row.id, entry=_entry(row)) for row in rows)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        organisation=row.organisation,
        at=row.at,
        user=row.user_id,
        user_name=row.user_name,
        action=Action(row.action),
        resource=row.resource,
        thing=row.thing,
        name=row.name,
        before=None if row.before is None else msgspec.json.decode(row.before),
        after=None if row.after is None else msgspec.json.decode(row.after),
    )
