"""Consoles that connect, take their first picture, and never read again: they must cost the others nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from tests.support.installation import Desk, Installation

WHO = "henk"
LOAD_S = 30.0
AGAIN_S = 0.5
"""After the server is gone, or has had enough of it, the page is loaded again so soon, and freezes again."""


@dataclass
class Frozen:
    """Those that do not read."""

    frozen: int = 0
    """How often one had its picture and stopped reading."""

    def complaints(self) -> list[str]:
        """That there were none at all."""
        return [] if self.frozen else ["no frozen console ever had its picture"]


@contextlib.asynccontextmanager
async def frozen_consoles(cordboard: Installation, count: int) -> AsyncIterator[Frozen]:
    """Have so many of them for as long as the context lasts."""
    frozen = Frozen()
    pages = [asyncio.create_task(_page(cordboard, frozen)) for _ in range(count)]
    try:
        yield frozen
    finally:
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)


async def _page(cordboard: Installation, frozen: Frozen) -> None:
    """One page, that is loaded anew whenever its connection has ended."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError, AssertionError):
                await _freeze(cordboard, client, frozen)
            await asyncio.sleep(AGAIN_S)


async def _freeze(cordboard: Installation, client: aiohttp.ClientSession, frozen: Frozen) -> None:
    """Load the page, see the picture, and read no more until the connection is gone."""
    desk = Desk(cordboard, client)
    try:
        async with asyncio.timeout(LOAD_S):
            await desk.log_in(WHO, cordboard.password(WHO))
            await desk.connect()
            await desk.until(lambda: desk.snapshots > 0)
        desk.stop_reading()
        frozen.frozen += 1
        while desk.is_connected:  # noqa: ASYNC110  # who does not read is told nothing
            await asyncio.sleep(AGAIN_S)
    finally:
        await desk.close()
