"""Legs that we make come into our hands a moment after the command: until then nothing can be done with them."""

from __future__ import annotations

import asyncio

from cordboard.core.types import LegId

ENTRANCE_MS_MAX = 3_000
"""A leg that has not come by then will not."""


class Entrances:
    """Who is expected, and who has come."""

    def __init__(self) -> None:
        self._expected: dict[LegId, asyncio.Future[bool]] = {}

    def expect(self, leg: LegId) -> None:
        """Say so before the leg is made: it may be there before the answer is."""
        self._expected[leg] = asyncio.get_running_loop().create_future()

    async def came(self, leg: LegId) -> bool:
        """Wait for it; False: it ended, the exchange went away, or it took too long."""
        expected = self._expected.get(leg)
        if expected is None:
            return False
        try:
            async with asyncio.timeout(ENTRANCE_MS_MAX / 1000):
                return await expected
        except TimeoutError:
            return False
        finally:
            self._expected.pop(leg, None)

    def has_come(self, leg: LegId) -> None:
        """It is in our application."""
        self._tell(leg, came=True)

    def is_gone(self, leg: LegId) -> None:
        """It ended."""
        self._tell(leg, came=False)
        # Of one that could not be made nobody waits for its coming.
        self._expected.pop(leg, None)

    def lost(self) -> None:
        """The exchange is away."""
        for leg in list(self._expected):
            self._tell(leg, came=False)

    def _tell(self, leg: LegId, *, came: bool) -> None:
        expected = self._expected.get(leg)
        if expected is not None and not expected.done():
            expected.set_result(came)
