"""Consoles over the live connection, for the tests of the web."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from cordboard.web.guard import AnySocket
from cordboard.web.live import Live
from tests.web.rig import Rig, Socket, log_in

Cookies = dict[str, str]


async def cookies(web: Rig, name: str = "Chantal@twente.example") -> Cookies:
    """Of a log-in."""
    async with web.client() as client:
        await log_in(client, name)
        return dict(client.cookies)


@asynccontextmanager
async def served(live: Live, socket: Socket) -> AsyncIterator[Socket]:
    """The handler runs; afterwards the browser is gone."""
    task = asyncio.create_task(live.serve(cast(AnySocket, socket)))
    try:
        yield socket
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def console(web: Rig, known: Cookies, live: Live | None = None) -> AsyncIterator[Socket]:
    """A console in step."""
    async with served(live or web.live(), Socket(known)) as socket:
        await socket.told(t="hello")
        socket.says(t="sync", epoch="", rev=0)
        await socket.told(t="snap")
        yield socket
