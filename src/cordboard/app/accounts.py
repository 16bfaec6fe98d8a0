"""Logging in and out of the portal (manual 1.1; security.md 4.1)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from cordboard.app.passwords import Passwords, TooBusy, check_password
from cordboard.app.ports import Accounts, Credential, SessionRow, StorageFailure
from cordboard.app.second_factor import SecondFactor
from cordboard.app.throttle import Throttle
from cordboard.app.tokens import hash_of, new_token
from cordboard.core.types import Instant, UserId

INACTIVE_MS_MAX = 12 * 3_600_000
"""A session unused for a whole shift is over."""

SESSION_MS_MAX = 16 * 3_600_000
"""No session lives longer, however busy."""

TOUCH_MS = 60_000
"""Use of a session is written down at most once a minute."""

BUSY_SECONDS = 2


class WrongCredentials(Exception):
    """User name and password do not belong together; which of both was wrong is not said (1.1-f)."""


class CodeNeeded(Exception):
    """Name and password are right, and this person shows a second factor too."""


class WrongCode(Exception):
    """Name and password are right, the code is not, or it was used before."""


class TooManyAttempts(Exception):
    """Try again later; the password was not even looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A new session."""

    token: str
    """For the cookie; 256 random bits, kept nowhere but there."""
    session: SessionRow


class LogIns:
    """Who may come in, and who is in."""

    def __init__(
        self,
        accounts: Accounts,
        passwords: Passwords,
        throttle: Throttle,
        second: SecondFactor | None = None,
    ) -> None:
        self._second = second
        self._accounts = accounts
        self._passwords = passwords
        self._throttle = throttle

    async def log_in(
        self, user_name: str, password: str, *, address: str, now: Instant, code: str = ""
    ) -> LoggedIn:
        """Compare name and password and open a session.

        An unknown name, a wrong password, an account without a password and a disabled one all cost the same work
        and get the same answer.

        Args:
            address: where the browser is.
            code: of the second factor; empty: none was asked for yet.

        Raises:
            WrongCredentials: nobody is logged in.
            CodeNeeded: name and password are right; ask for the second factor.
            WrongCode: they are, and the code is not.
            TooManyAttempts: too many wrong tries of this account or address, too many log-ins at once, or the password
                changed while it was compared.
            StorageFailure: the database did not do it.
        """
        credential = await self.confirm(user_name, password, address=address, now=now, code=code)
        token = new_token()
        session = SessionRow(
            token_hash=hash_of(token),
            user=credential.user,
            organisation=credential.organisation,
            created_at=now,
            last_seen_at=now,
            expires_at=now + INACTIVE_MS_MAX,
        )
        if not await self._accounts.add_session(session, credential.password_hash):
            raise TooManyAttempts(BUSY_SECONDS)
        return LoggedIn(token=token, session=session)

    async def confirm(
        self, user_name: str, password: str, *, address: str, now: Instant, code: str = ""
    ) -> Credential:
        """Compare name, password and, where there is one, the second factor; also asked before something weighty.

        Raises:
            As `log_in`.
        """
        account = user_name.strip().casefold()[:200]
        wait_ms = self._throttle.try_now(account, address, now)
        if wait_ms > 0:
            raise TooManyAttempts(-(-wait_ms // 1_000))
        credential = await self._accounts.credential(user_name)
        known = credential.password_hash if credential is not None else None
        try:
            matches = await self._passwords.matches(password, known)
        except TooBusy as busy:
            raise TooManyAttempts(BUSY_SECONDS) from busy
        if not matches or credential is None or credential.disabled:
            raise WrongCredentials
        if self._second is not None and await self._second.active(credential.user):
            if not code:
                self._throttle.take_back(account, address, now)
                raise CodeNeeded
            if not await self._second.check(credential.user, code, now):
                raise WrongCode
        self._throttle.was_right(account, address, now)
        if known is not None and self._passwords.outdated(known):
            renewed = await self._passwords.hash(password)
            if await self._accounts.renew_password_hash(credential.user, renewed, known):
                return replace(credential, password_hash=renewed)
        return credential

    async def check(self, token: str, now: Instant) -> SessionRow | None:
        """Whose session this is; None: unknown, ended, unused for 12 hours or older than 16."""
        session = await self._accounts.session(hash_of(token))
        if session is None:
            return None
        if now >= session.expires_at:
            with contextlib.suppress(StorageFailure):
                await self._accounts.end_session(session.token_hash)
            return None
        if now - session.last_seen_at >= TOUCH_MS:
            # A full disk logs nobody out: the use is written down at the next look.
            with contextlib.suppress(StorageFailure):
                await self._accounts.touch_session(
                    session.token_hash, now, min(now + INACTIVE_MS_MAX, session.created_at + SESSION_MS_MAX)
                )
        return session

    async def log_out(self, token: str) -> None:
        """End this session; twice is once."""
        await self._accounts.end_session(hash_of(token))

    async def end_sessions_of(self, user: UserId) -> None:
        """Log somebody out everywhere, because an administrator says so."""
        await self._accounts.end_sessions_of(user)

    async def hash_password(self, user_name: str, password: str) -> str:
        """What is to be stored of a password that somebody chooses.

        Raises:
            PasswordRefused: it is guessed too easily.
            TooManyAttempts: too many log-ins at once; try again.
        """
        check_password(password, user_name)
        try:
            return await self._passwords.hash(password)
        except TooBusy as busy:
            raise TooManyAttempts(BUSY_SECONDS) from busy

    async def set_password(self, user: UserId, password_hash: str, but: bytes = b"") -> None:
        """Store a password; every session of this person ends (1.1-c, 1.1-j, ASVS 7.4.3).

        Args:
            password_hash: of `hash_password`.
            but: hash of the one session that stays, in which it was changed.

        Raises:
            StorageFailure: the database did not do it.
        """
        await self._accounts.set_password_hash(user, password_hash)
        await self._accounts.end_sessions_of(user, but)
