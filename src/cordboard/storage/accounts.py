"""User names, password hashes and sessions."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from cordboard.app.ports import Credential, SessionRow, StorageFailure
from cordboard.core.types import Instant, OrganisationId, UserId
from cordboard.storage.connection import Access
from cordboard.storage.tables import sessions, users
from cordboard.storage.tables_access import password_links


def user_name_key(user_name: str) -> str:
    """The user name without what people do not hear: capitals and surrounding space."""
    return user_name.strip().casefold()


class SqlAccounts:
    """The port `Accounts` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def credential(self, user_name: str) -> Credential | None:
        """What log-in compares with; capitals in the user name do not matter. None: no such user."""
        async with self._access.reading() as connection:
            row = (
                await connection.execute(
                    select(users.c.id, users.c.organisation, users.c.password_hash, users.c.disabled).where(
                        users.c.user_name_key == user_name_key(user_name)
                    )
                )
            ).one_or_none()
        if row is None:
            return None
        return Credential(
            user=row.id, organisation=row.organisation, password_hash=row.password_hash, disabled=row.disabled
        )

    async def set_password_hash(self, user: UserId, password_hash: str) -> None:
        """Set the hash that the next log-in compares with; links by which this person may choose one are worth nothing
        any more.

        Raises:
            StorageFailure: there is no such user, or the database did not do it; nothing is stored.
        """
        async with self._access.writing() as connection:
            result = await connection.execute(
                update(users).where(users.c.id == user).values(password_hash=password_hash)
            )
            if result.rowcount != 1:
                raise StorageFailure(f"there is no user {user}")
            await connection.execute(delete(password_links).where(password_links.c.user_id == user))

    async def renew_password_hash(self, user: UserId, password_hash: str, compared: str) -> bool:
        """The same password by newer figures; False: it is not the one that was compared any more, which stays."""
        async with self._access.writing() as connection:
            result = await connection.execute(
                update(users)
                .where(users.c.id == user, users.c.password_hash == compared)
                .values(password_hash=password_hash)
            )
        return bool(result.rowcount == 1)

    async def add_session(self, session: SessionRow, compared: str | None = None) -> bool:
        """Somebody logged in. Sessions that are past their end go at the same time.

        Args:
            compared: the hash with which the password was found right; None: there is none to compare.

        False: meanwhile the password changed or the account was disabled; nobody is logged in.
        """
        still = select(users.c.id).where(users.c.id == session.user, users.c.disabled.is_(False))
        if compared is not None:
            still = still.where(users.c.password_hash == compared)
        async with self._access.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
            # Until this is committed nobody changes the row; who does so afterwards ends this session too.
            if (await connection.execute(still.with_for_update(read=True))).one_or_none() is None:
                return False
            await connection.execute(
                insert(sessions).values(
                    token_hash=session.token_hash,
                    organisation=session.organisation,
                    user_id=session.user,
                    created_at=session.created_at,
                    last_seen_at=session.last_seen_at,
                    expires_at=session.expires_at,
                )
            )
        return True

    async def session(self, token_hash: bytes) -> SessionRow | None:
        """The log-in with this token, also one past its end: the caller knows the time.

        None: unknown, or of somebody who may not log in any more.
        """
        async with self._access.reading() as connection:
            row = (
                await connection.execute(
                    select(sessions)
                    .join(users, users.c.id == sessions.c.user_id)
                    .where(sessions.c.token_hash == token_hash, users.c.disabled.is_(False))
                )
            ).one_or_none()
        if row is None:
            return None
        return SessionRow(
            token_hash=bytes(row.token_hash),
            user=row.user_id,
            organisation=row.organisation,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
        )

    async def touch_session(self, token_hash: bytes, at: Instant, expires_at: Instant) -> None:
        """The session was used; it ends later now. A session that is gone stays gone."""
        async with self._access.writing() as connection:
            await connection.execute(
                update(sessions)
                .where(sessions.c.token_hash == token_hash)
                .values(last_seen_at=at, expires_at=expires_at)
            )

    async def end_session(self, token_hash: bytes) -> None:
        """Log out; twice is once."""
        async with self._access.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    async def end_sessions_of(self, user: UserId, but: bytes = b"") -> None:
        """Log a person out everywhere: the account is disabled or the password is new.

        Args:
            but: hash of the one session that stays, in which the password was changed.
        """
        async with self._access.writing() as connection:
            await connection.execute(
                delete(sessions).where(sessions.c.user_id == user, sessions.c.token_hash != but)
            )

    async def with_password(self, organisation: OrganisationId) -> frozenset[UserId]:
        """Who has chosen one."""
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(users.c.id).where(
                    users.c.organisation == organisation, users.c.password_hash.is_not(None)
                )
            )
            return frozenset(row.id for row in rows)
