"""The wire that can be broken: what each fault looks like from its two ends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cordboard.asterisk.ports import pick
from tools.faults.proxy import FaultProxy, SocketFault

NEAR = "127.0.0.9"


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[FaultProxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    """Somebody who says back what they hear, at the other end of the wire."""
    port = pick(1)[0]

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1024):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(say_back, "127.0.0.1", port)
    try:
        async with FaultProxy(NEAR, port, random.Random(1)) as wire:
            reader, writer = await asyncio.open_connection(NEAR, port)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            try:
                yield wire, reader, writer
            finally:
                writer.close()
    finally:
        server.close()


async def test_a_reset_and_a_close_are_told_as_what_they_are() -> None:
    """RST is an error at once, FIN is an end."""
    async with echo() as (wire, reader, _):
        assert await wire.suffer(SocketFault.RESET, for_ms=0) == 1
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
    async with echo() as (wire, reader, _):
        await wire.suffer(SocketFault.CLOSED, for_ms=0)
        assert await reader.read(1) == b""


@pytest.mark.parametrize("fault", [SocketFault.STALLED, SocketFault.DRIPPING])
async def test_a_stall_and_a_drip_lose_nothing(fault: SocketFault) -> None:
    """All comes in the end, in order."""
    async with echo() as (wire, reader, writer):
        suffering = asyncio.create_task(wire.suffer(fault, for_ms=100))
        await asyncio.sleep(0)
        writer.write(b"one two three")
        assert await reader.readexactly(13) == b"one two three"
        await suffering


async def test_a_half_open_path_says_nothing_until_it_heals() -> None:
    """Then both ends learn that it was cut; a new connection passes meanwhile."""
    async with echo() as (wire, reader, writer):
        suffering = asyncio.create_task(wire.suffer(SocketFault.HALF_OPEN, for_ms=200))
        await asyncio.sleep(0)
        writer.write(b"anybody?")
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        assert await suffering == 1
