"""A wire that can be broken, between the exchange and Cordboard's ARI port.

The exchange dials the wire's address, the wire dials Cordboard; both have the same port number. While nothing is
done to it, it hands on what comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable
from enum import Enum
from typing import Self

CHUNK_BYTES = 65_536
DRIP_BYTES_MAX = 7
DRIP_PAUSE_MS = 2
NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER: what is closed so says RST instead of FIN."""


class SocketFault(Enum):
    """What can happen to the connection."""

    RESET = "reset"
    """Both ends are told RST."""
    CLOSED = "closed"
    """Both ends are told FIN, without the WebSocket's good-bye."""
    STALLED = "stalled"
    """Nothing moves for a while, and then goes on."""
    HALF_OPEN = "half-open"
    """Nothing moves, and nothing is told; later the path is there again and both ends learn that it was cut."""
    DRIPPING = "dripping"
    """A few bytes at a time."""


class _Pair:
    """One connection: the exchange's end and ours."""

    def __init__(
        self,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        chance: random.Random,
    ) -> None:
        self.near, self.far = near, far
        self._chance = chance
        self.open = asyncio.Event()
        """Not set: nothing moves."""
        self.open.set()
        self.drips = False
        self.is_dead = False
        """Its ends are told nothing any more."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on one direction until its end."""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK_BYTES):
                await self.open.wait()
                if self.is_dead:
                    return
                await self._send(writer, data)
        if not self.is_dead:
            await self.open.wait()
        if not self.is_dead:
            with contextlib.suppress(ConnectionError, OSError):
                writer.close()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        at = 0
        while at < len(data):
            size = self._chance.randint(1, DRIP_BYTES_MAX) if self.drips else len(data) - at
            writer.write(data[at : at + size])
            await writer.drain()
            at += size
            if self.drips:
                await asyncio.sleep(DRIP_PAUSE_MS / 1000)

    def end(self, *, by_reset: bool) -> None:
        """Tell both ends."""
        self.is_dead = True
        self.open.set()
        for _, writer in (self.near, self.far):
            if by_reset:
                raw = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                writer.transport.abort()
            else:
                writer.close()


class FaultProxy:
    """The wire; as a context it is there.

    Args:
        chance: of the size of its drips.
    """

    def __init__(self, address: str, port: int, chance: random.Random, *, to: str = "127.0.0.1") -> None:
        self._address, self._port, self._chance, self._to = address, port, chance, to
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.connections = 0
        """How often the exchange has dialled through."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._dialled, self._address, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for pair in list(self._pairs):
            pair.end(by_reset=True)
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _dialled(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far = await asyncio.open_connection(self._to, self._port)
        except OSError:
            # Cordboard is not there: the exchange hears what it would have heard from the port itself.
            writer.transport.abort()
            return
        self.connections += 1
        pair = _Pair((reader, writer), far, self._chance)
        self._pairs.add(pair)
        ways = [
            asyncio.create_task(pair.carry(reader, far[1])),
            asyncio.create_task(pair.carry(far[0], writer)),
        ]
        self._carrying.update(ways)
        await asyncio.gather(*ways, return_exceptions=True)
        self._carrying.difference_update(ways)
        self._pairs.discard(pair)

    async def suffer(self, fault: SocketFault, *, for_ms: int) -> int:
        """Do this to every connection that is there now; returns how many there were.

        Args:
            for_ms: how long a stall, a half-open path or a drip lasts.
        """
        pairs = list(self._pairs)
        match fault:
            case SocketFault.RESET | SocketFault.CLOSED:
                _all(pairs, lambda pair: pair.end(by_reset=fault is SocketFault.RESET))
            case SocketFault.STALLED:
                _all(pairs, lambda pair: pair.open.clear())
                await asyncio.sleep(for_ms / 1000)
                _all(pairs, lambda pair: pair.open.set())
            case SocketFault.HALF_OPEN:
                _all(pairs, lambda pair: pair.open.clear())
                await asyncio.sleep(for_ms / 1000)
                _all(pairs, lambda pair: pair.end(by_reset=True))
            case SocketFault.DRIPPING:
                _all(pairs, lambda pair: setattr(pair, "drips", True))
                await asyncio.sleep(for_ms / 1000)
                _all(pairs, lambda pair: setattr(pair, "drips", False))
        return len(pairs)


def _all(pairs: list[_Pair], do: Callable[[_Pair], None]) -> None:
    for pair in pairs:
        do(pair)
