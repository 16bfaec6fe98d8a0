"""When each directory was last imported, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from cordboard.app.ldap import LdapRun
from cordboard.core.types import OrganisationId
from cordboard.storage.connection import Access
from cordboard.storage.rules import from_text, to_text
from cordboard.storage.tables_administration import ldap


class SqlLdapRuns:
    """The port `LdapRuns` on SQLite and PostgreSQL; raises `StorageFailure` when the database did not do it."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def last(self, organisation: OrganisationId) -> Mapping[str, LdapRun]:
        """By id of the directory."""
        asked = select(ldap.c.id, ldap.c.last_run).where(
            ldap.c.organisation == organisation, ldap.c.last_run.is_not(None)
        )
        async with self._access.reading() as connection:
            return {row.id: from_text(row.last_run, LdapRun) for row in await connection.execute(asked)}

    async def note(self, organisation: OrganisationId, source: str, run: LdapRun) -> None:
        """In the place of the one before; nothing when the directory is gone."""
        noted = update(ldap).where(ldap.c.organisation == organisation, ldap.c.id == source)
        async with self._access.writing() as connection:
            await connection.execute(noted.values(last_run=to_text(run)))
