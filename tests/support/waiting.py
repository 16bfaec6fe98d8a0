"""Waiting for what a test has no other way to be told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(so: Callable[[], bool]) -> None:
    """Looked at every few milliseconds, for half a minute at least.

    Raises:
        AssertionError: it is not so.
    """
    for _ in range(6_000):
        if so():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")
