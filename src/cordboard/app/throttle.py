"""How often one may try to log in: per account a delay that doubles, per address a bucket of tries (1.1-f).

Nobody is locked out for good, because that would let a stranger lock out a colleague. The figures leave a stranger
fewer than a hundred tries a day on one account, however many machines he has.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

from cordboard.core.types import Instant

FREE_FAILURES = 5
"""Wrong passwords in a row that cost nothing; typing errors."""

DELAY_MS_FIRST = 1_000
DELAY_MS_MAX = 1_024_000
"""About 17 minutes."""

FORGOTTEN_AFTER_MS = 24 * 3_600_000
"""An account's failures are forgotten after a day without another one."""

ADDRESS_TRIES = 20
ADDRESS_MS_PER_TRY = 10_000
"""A wrong try comes back to its address after ten seconds; a right one costs nothing."""

REMEMBERED_MAX = 10_000
"""Accounts and addresses remembered at most, each. Of accounts the least failures go first, of addresses the longest
untouched."""


@dataclass(slots=True)
class _Failures:
    count: int
    last_at: Instant
    before_at: Instant
    """When the one before the last was; of the first one the same moment."""

    def next_at(self) -> Instant:
        """When the next try is let through."""
        if self.count < FREE_FAILURES:
            return self.last_at
        doublings = min(self.count - FREE_FAILURES, 30)
        return self.last_at + min(DELAY_MS_FIRST << doublings, DELAY_MS_MAX)


@dataclass(slots=True)
class _Bucket:
    tries: float
    at: Instant


class Throttle:
    """Remembers failures in memory: a restart forgives, which is not worth a write per wrong password."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, _Failures] = OrderedDict()
        self._addresses: OrderedDict[str, _Bucket] = OrderedDict()

    def try_now(self, account: str, address: str, now: Instant) -> int:
        """May this try go on? 0: yes, and it counts as wrong until `was_right`; else milliseconds to wait.

        Counted before the password is compared, so that a hundred tries at once are a hundred tries.
        """
        failures, bucket = self._failures(account, now), self._bucket(network(address), now)
        wait_ms = max(
            failures.next_at() - now if failures is not None else 0,
            round((1 - bucket.tries) * ADDRESS_MS_PER_TRY),
            0,
        )
        if wait_ms > 0:
            return wait_ms
        self._count(account, failures, now)
        bucket.tries -= 1
        return 0

    def was_right(self, account: str, address: str, now: Instant) -> None:
        """The password was right: the account's failures are forgotten, the address has its try back."""
        self._accounts.pop(account, None)
        bucket = self._bucket(network(address), now)
        bucket.tries = min(bucket.tries + 1, ADDRESS_TRIES)

    def take_back(self, account: str, address: str, now: Instant) -> None:
        """This try was neither right nor wrong: a second factor is still to come. It counts as if it never was."""
        failures, bucket = self._failures(account, now), self._bucket(network(address), now)
        if failures is not None:
            failures.count -= 1
            # Another's try that came meanwhile stays the last one.
            if failures.last_at == now:
                failures.last_at = failures.before_at
            if failures.count == 0:
                del self._accounts[account]
        bucket.tries = min(bucket.tries + 1, ADDRESS_TRIES)

    def _failures(self, account: str, now: Instant) -> _Failures | None:
        """None: there are none that count. Asking costs nobody else's failures their place."""
        known = self._accounts.get(account)
        return known if known is not None and now - known.last_at <= FORGOTTEN_AFTER_MS else None

    def _count(self, account: str, failures: _Failures | None, now: Instant) -> None:
        if account not in self._accounts and len(self._accounts) >= REMEMBERED_MAX:
            self._make_room(now)
        before = failures or _Failures(0, now, now)
        self._accounts[account] = _Failures(before.count + 1, now, before.last_at)
        self._accounts.move_to_end(account)

    def _make_room(self, now: Instant) -> None:
        """Made-up names push out each other, not an account with many failures; of as many the longest untouched."""
        gone = next(
            (
                account
                for account, failures in self._accounts.items()
                if failures.count == 1 or now - failures.last_at > FORGOTTEN_AFTER_MS
            ),
            None,
        )
        del self._accounts[gone or min(self._accounts, key=lambda one: self._accounts[one].count)]

    def _bucket(self, address: str, now: Instant) -> _Bucket:
        bucket = self._addresses.get(address)
        if bucket is None:
            bucket = self._addresses[address] = _Bucket(ADDRESS_TRIES, now)
        bucket.tries = min(bucket.tries + (now - bucket.at) / ADDRESS_MS_PER_TRY, ADDRESS_TRIES)
        bucket.at = now
        self._addresses.move_to_end(address)
        if len(self._addresses) > REMEMBERED_MAX:
            self._addresses.popitem(last=False)
        return bucket


def network(address: str) -> str:
    """Whom an address stands for: itself, or the /64 that a household has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
