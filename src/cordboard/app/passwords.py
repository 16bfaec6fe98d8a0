"""Passwords: which may be chosen, and how they are kept (security.md 4.1; ASVS 6.2, 11.4)."""

from __future__ import annotations

import asyncio
import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

Result = TypeVar("Result")

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_CHARACTERS_MAX = 256
"""Longer ones are refused: hashing a megabyte is a way to keep the machine busy."""

HASHES_WAITING_MAX = 50
"""Log-ins that may wait for a core; at 40 ms each that is a second on two cores."""

_MOST_USED = """
12345678 123456789 1234567890 0123456789 87654321 11111111 00000000 88888888 12341234 11223344 123123123
password password1 password12 password123 passw0rd p@ssw0rd p@ssword qwerty12 qwerty123 qwertyuiop qwertyui
1q2w3e4r 1qaz2wsx q1w2e3r4 asdfghjkl asdfasdf zxcvbnm1 abcd1234 abc12345 abcdefgh iloveyou sunshine princess
football baseball superman starwars michelle jennifer computer trustno1 whatever corvette internet changeme
letmein1 welcome1 welcome123 administrator admin123 admin1234 administrator1 default1 testtest test1234
wachtwoord wachtwoord1 wachtwoord123 welkom01 welkom12 welkom123 welkom1234 welkom2024 welkom2025 welkom2026
geheim123 geheim01 voorjaar zomer2024 zomer2025 zomer2026 winter2024 winter2025 winter2026 herfst2025
herfst2026 lente2026 feyenoord ajax1234 amsterdam rotterdam enschede nederland cordboard cordboard1 operator1
"""
# Of at least eight characters, and what a Dutch office would think of first.
_COMMON = frozenset(_MOST_USED.split())


class PasswordProblem(Enum):
    """Why a password may not be chosen; the value is a stable code."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    TOO_COMMON = "password_too_common"
    IS_USER_NAME = "password_is_user_name"


class PasswordRefused(Exception):
    """The password may not be chosen; nothing has changed."""

    def __init__(self, problem: PasswordProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class TooBusy(Exception):
    """So many log-ins wait that another one would wait too long."""


def check_password(password: str, user_name: str) -> None:
    """Refuse what is guessed first. No rule about capitals and signs: length is what helps.

    Raises:
        PasswordRefused: with the first reason that applies.
    """
    plain = _same_for_all_keyboards(password).casefold()
    if len(plain) < PASSWORD_CHARACTERS_MIN:
        raise PasswordRefused(PasswordProblem.TOO_SHORT)
    if len(plain) > PASSWORD_CHARACTERS_MAX:
        raise PasswordRefused(PasswordProblem.TOO_LONG)
    if plain in (user_name.casefold(), user_name.partition("@")[0].casefold()):
        raise PasswordRefused(PasswordProblem.IS_USER_NAME)
    if plain in _COMMON or len(set(plain)) < 3:
        raise PasswordRefused(PasswordProblem.TOO_COMMON)


def _same_for_all_keyboards(password: str) -> str:
    """One spelling for what looks the same: "é" comes as one character or as two, after the keyboard."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and compares, in threads: at most one per core at a time, and never in the event loop.

    Argon2id with OWASP's figures: 19 MiB, two passes, one lane; about 40 ms.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="password")
        self._waiting = 0
        # Compared with when there is no such user, so that the answer takes as long as for one that is there.
        self._nobodys = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """What is stored in place of the password.

        Raises:
            TooBusy: too many wait already.
        """
        return await self._in_thread(lambda: self._hasher.hash(_same_for_all_keyboards(password)))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; takes the same time without a hash (None), and is then False.

        Raises:
            TooBusy: too many wait already.
        """
        known = password_hash if password_hash is not None else self._nobodys
        # A password of a megabyte is wrong; the comparison is done all the same, with its beginning.
        fits = len(password) <= PASSWORD_CHARACTERS_MAX
        candidate = _same_for_all_keyboards(password[:PASSWORD_CHARACTERS_MAX])
        same = await self._in_thread(lambda: self._verify(known, candidate))
        return same and fits and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    def outdated(self, password_hash: str) -> bool:
        """It was made with other figures than today's; hash anew at the next right password."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= HASHES_WAITING_MAX:
            raise TooBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
