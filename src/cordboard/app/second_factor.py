"""A second thing to show at log-in: six digits that change every half minute (RFC 6238), or a recovery code.

ASVS 6.5: a code counts once, also within its half minute; recovery codes are kept as hashes and work once.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pyotp

from cordboard.app.tokens import hash_of
from cordboard.core.types import Instant, UserId

STEP_MS = 30_000
STEPS_EITHER_WAY = 1
"""A telephone's clock may be half a minute off."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """A person's second factor."""

    user: UserId
    secret: str
    """Base32, 160 bits."""
    active: bool
    """False: shown, but no code of it was typed yet; log-in does not ask for it."""
    last_step: int
    """The half minute of the last code that counted; 0: none did."""


class AlreadyOn(Exception):
    """This person shows a second factor already."""


class Factors(Protocol):
    """Keeps second factors."""

    async def factor(self, user: UserId) -> FactorRow | None: ...

    async def put(self, row: FactorRow, codes: Sequence[bytes]) -> None:
        """In place of what this person had, recovery codes too."""

    async def step_used(self, user: UserId, step: int) -> bool:
        """A code of this half minute counts; False: one of it or of a later one counted already."""

    async def code_used(self, user: UserId, code_hash: bytes) -> bool:
        """A recovery code counts; False: there is none such, or no more."""

    async def codes_left(self, user: UserId) -> int: ...

    async def remove(self, user: UserId) -> None: ...


class SecondFactor:
    """Setting it up, and asking for it."""

    def __init__(self, factors: Factors) -> None:
        self._factors = factors

    async def active(self, user: UserId) -> bool:
        """Whether log-in asks this person for a code."""
        row = await self._factors.factor(user)
        return row is not None and row.active

    async def codes_left(self, user: UserId) -> int:
        """Recovery codes that still work."""
        return await self._factors.codes_left(user)

    async def begin(self, user: UserId, user_name: str, issuer: str) -> str:
        """A new secret, not asked for yet. Gives the address that an authenticator reads as a QR picture.

        Raises:
            AlreadyOn: take the present one away first.
        """
        if await self.active(user):
            raise AlreadyOn
        secret = pyotp.random_base32(32)
        await self._factors.put(FactorRow(user=user, secret=secret, active=False, last_step=0), ())
        return pyotp.TOTP(secret).provisioning_uri(name=user_name, issuer_name=issuer)

    async def confirm(self, user: UserId, code: str, now: Instant) -> tuple[str, ...] | None:
        """The first code of the new secret: from now on log-in asks. Gives the recovery codes, this once.

        None: the code is wrong, nothing has changed.
        """
        row = await self._factors.factor(user)
        step = _step_of(row.secret, code, now) if row is not None and not row.active else None
        if row is None or step is None:
            return None
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        hashes = [hash_of(_plain(one)) for one in codes]
        await self._factors.put(FactorRow(user=user, secret=row.secret, active=True, last_step=step), hashes)
        return codes

    async def check(self, user: UserId, code: str, now: Instant) -> bool:
        """Whether this code counts; it does so once."""
        row = await self._factors.factor(user)
        if row is None or not row.active:
            return False
        step = _step_of(row.secret, code, now)
        if step is not None:
            return await self._factors.step_used(user, step)
        plain = _plain(code)
        return len(plain) == 16 and await self._factors.code_used(user, hash_of(plain))

    async def remove(self, user: UserId) -> None:
        """Log-in does not ask any more."""
        await self._factors.remove(user)


def _step_of(secret: str, code: str, now: Instant) -> int | None:
    """The half minute that this code belongs to; None: to none near now."""
    digits = re.sub(r"\s", "", code)
    totp, present, found = pyotp.TOTP(secret), now // STEP_MS, None
    for step in range(present - STEPS_EITHER_WAY, present + STEPS_EITHER_WAY + 1):
        # Every one is compared, so that the time says nothing.
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode("utf-8", "replace")):
            found = step
    return found


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()
