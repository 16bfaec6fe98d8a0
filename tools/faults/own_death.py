"""Notices an exchange that dies by itself, so that its calls are not counted against Cordboard and the death is told.

Asterisk 22.10 can end by a fault of its own when the connection of its events breaks in the middle of a write
(docs/decisions/0003).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from cordboard.asterisk.runtime import find, is_exchange
from tools.faults.office import Office

LOOK_S = 0.05
STRIKES_PER_DEATH = 100
"""One such death in so many strikes is known of Asterisk; more of them are a fault of this campaign's own time."""


class OwnDeaths:
    """Watches the process of the exchange.

    Args:
        say: shows a line of progress.
    """

    def __init__(self, office: Office, say: Callable[[str], None]) -> None:
        self.office = office
        self.count = 0
        self._say = say
        self._dealt: set[int] = set()

    def will_be_killed(self) -> None:
        """The death of the exchange that lives now is a strike."""
        self._dealt.add(self.office.cordboard.exchange_pid())

    def complaint(self, strikes: int) -> str | None:
        """More deaths than are known of Asterisk."""
        if self.count <= max(1, strikes // STRIKES_PER_DEATH):
            return None
        return f"Asterisk died by itself {self.count} times"

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch while this lasts; a watch that ended by itself is complained of."""
        watching = asyncio.create_task(self.watch())
        try:
            yield
        finally:
            watching.cancel()
            for end in await asyncio.gather(watching, return_exceptions=True):
                if isinstance(end, Exception):
                    self.office.complaints.append(f"nobody watched whether Asterisk dies: {end!r}")

    async def watch(self) -> None:
        """Until cancelled."""
        folder = self.office.cordboard.data / "exchange"
        pid = self.office.cordboard.exchange_pid()
        while True:
            await asyncio.sleep(LOOK_S)
            if is_exchange(pid, folder):
                continue
            is_own = pid not in self._dealt
            if is_own:
                self.count += 1
                self._say("Asterisk died by itself")
                self.office.callers.exchange_died()
            while (next_one := find(folder)) is None:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(LOOK_S)
            pid = next_one
            if is_own:
                await self.office.phones_come_back()
