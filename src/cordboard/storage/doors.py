"""Links by which passwords are chosen, second factors, and own settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.password_links import LinkRow, Purpose
from cordboard.app.ports import StorageFailure
from cordboard.app.second_factor import FactorRow
from cordboard.core.types import Instant, OrganisationId, UserId
from cordboard.storage.connection import Access, upsert
from cordboard.storage.tables import users
from cordboard.storage.tables_access import (
    known_browsers,
    password_links,
    recovery_codes,
    second_factors,
    user_preferences,
)

BROWSER_MS = 400 * 24 * 3_600_000
"""A browser in which nobody has logged in for so long is a stranger's again; browsers forget by then too."""


class SqlDoors:
    """The ports `Links`, `Factors` and `PreferenceStore` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    # --- links ---

    async def add(self, link: LinkRow) -> None:
        """Keep it; an older one of this person for the same purpose, and all expired ones, go."""
        table = password_links
        async with self._access.writing() as connection:
            await connection.execute(
                delete(table).where(
                    (table.c.expires_at <= link.created_at)
                    | ((table.c.user_id == link.user) & (table.c.purpose == link.purpose.value))
                )
            )
            await connection.execute(
                insert(table).values(
                    token_hash=link.token_hash,
                    organisation=link.organisation,
                    user_id=link.user,
                    purpose=link.purpose.value,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                )
            )

    async def look(self, token_hash: bytes) -> LinkRow | None:
        """The link; also one past its end."""
        async with self._access.reading() as connection:
            row = (
                await connection.execute(
                    select(password_links).where(password_links.c.token_hash == token_hash)
                )
            ).one_or_none()
        if row is None:
            return None
        return LinkRow(
            token_hash=bytes(row.token_hash),
            organisation=row.organisation,
            user=row.user_id,
            purpose=Purpose(row.purpose),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    async def use(self, token_hash: bytes) -> bool:
        """Take it away, and the person's others; True for exactly one who asks."""
        table = password_links
        async with self._access.writing() as connection:
            owner = (
                await connection.execute(select(table.c.user_id).where(table.c.token_hash == token_hash))
            ).scalar_one_or_none()
            taken = await connection.execute(delete(table).where(table.c.token_hash == token_hash))
            if taken.rowcount != 1:
                return False
            await connection.execute(delete(table).where(table.c.user_id == owner))
        return True

    async def know_browser(self, token_hash: bytes, organisation: OrganisationId, now: Instant) -> None:
        """Somebody of this organisation logged in there."""
        async with self._access.writing() as connection:
            await connection.execute(
                delete(known_browsers).where(known_browsers.c.seen_at <= now - BROWSER_MS)
            )
            await connection.execute(
                insert(known_browsers).values(token_hash=token_hash, organisation=organisation, seen_at=now)
            )

    async def known_browser(self, token_hash: bytes) -> OrganisationId | None:
        """Whose browser it is."""
        async with self._access.reading() as connection:
            found: OrganisationId | None = (
                await connection.execute(
                    select(known_browsers.c.organisation).where(known_browsers.c.token_hash == token_hash)
                )
            ).scalar_one_or_none()
        return found

    # --- second factors ---

    async def factor(self, user: UserId) -> FactorRow | None:
        """This person's."""
        async with self._access.reading() as connection:
            row = (
                await connection.execute(select(second_factors).where(second_factors.c.user_id == user))
            ).one_or_none()
        if row is None:
            return None
        return FactorRow(user=row.user_id, secret=row.secret, active=row.active, last_step=row.last_step)

    async def put(self, row: FactorRow, codes: Sequence[bytes]) -> None:
        """In place of what this person had, recovery codes too."""
        async with self._access.writing() as connection:
            organisation = await _organisation_of(connection, row.user)
            await _remove_factor(connection, row.user)
            await connection.execute(
                insert(second_factors).values(
                    organisation=organisation,
                    user_id=row.user,
                    secret=row.secret,
                    active=row.active,
                    last_step=row.last_step,
                )
            )
            if codes:
                await connection.execute(
                    insert(recovery_codes),
                    [{"organisation": organisation, "user_id": row.user, "code_hash": one} for one in codes],
                )

    async def step_used(self, user: UserId, step: int) -> bool:
        """A code of this half minute counts; False: one of it or of a later one counted already."""
        table = second_factors
        async with self._access.writing() as connection:
            result = await connection.execute(
                update(table).where(table.c.user_id == user, table.c.last_step < step).values(last_step=step)
            )
        return bool(result.rowcount == 1)

    async def code_used(self, user: UserId, code_hash: bytes) -> bool:
        """A recovery code counts, once."""
        table = recovery_codes
        async with self._access.writing() as connection:
            result = await connection.execute(
                delete(table).where(table.c.user_id == user, table.c.code_hash == code_hash)
            )
        return bool(result.rowcount == 1)

    async def codes_left(self, user: UserId) -> int:
        """Recovery codes that still work."""
        async with self._access.reading() as connection:
            found: int = (
                await connection.execute(
                    select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user)
                )
            ).scalar_one()
        return found

    async def remove(self, user: UserId) -> None:
        """Log-in does not ask any more."""
        async with self._access.writing() as connection:
            await _remove_factor(connection, user)

    # --- own settings ---

    async def preferences(self, user: UserId) -> str | None:
        """As text; None: never set."""
        async with self._access.reading() as connection:
            found: str | None = (
                await connection.execute(
                    select(user_preferences.c.preferences).where(user_preferences.c.user_id == user)
                )
            ).scalar_one_or_none()
        return found

    async def set_preferences(self, user: UserId, text: str) -> None:
        """From now on these."""
        async with self._access.writing() as connection:
            organisation = await _organisation_of(connection, user)
            await connection.execute(
                upsert(connection.dialect.name, user_preferences)
                .values(organisation=organisation, user_id=user, preferences=text)
                .on_conflict_do_update(index_elements=["organisation", "user_id"], set_={"preferences": text})
            )


async def _organisation_of(connection: AsyncConnection, user: UserId) -> Any:
    found = (
        await connection.execute(select(users.c.organisation).where(users.c.id == user))
    ).scalar_one_or_none()
    if found is None:
        raise StorageFailure(f"there is no user {user}")
    return found


async def _remove_factor(connection: AsyncConnection, user: UserId) -> None:
    for table in (recovery_codes, second_factors):
        await connection.execute(delete(table).where(table.c.user_id == user))
