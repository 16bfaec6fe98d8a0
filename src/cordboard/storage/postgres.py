"""How long PostgreSQL is waited for: one that hangs, or whose network is gone, must not hold up who waits for it.

A server that was killed is noticed at once, by its connection. One that stands still, or whose machine lost its
power, keeps the connection and says nothing more: without a limit who asks would wait for as long as the network
itself does, a quarter of an hour and more.

Imported only where an address names a PostgreSQL: its driver need not be there.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen
from sqlalchemy.engine import URL

from cordboard.storage.connection import PATIENCE_S

CONNECT_S = 5
"""For a new connection; an address with a `connect_timeout` of its own keeps that."""

T = TypeVar("T")


class Connection(psycopg.AsyncConnection[Any]):
    """A connection that is given up when nothing comes in time; what was under way may have been stored or not."""

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As the driver waits, with a limit; and who is cancelled does not first have the server say that it stopped.

        Raises:
            OperationalError: no answer; the connection is closed.
        """
        limit = PATIENCE_S.get() if timeout is None else timeout
        try:
            async with asyncio.timeout(limit):
                return await waiting.wait_async(gen, self.pgconn.socket, interval=interval)
        except TimeoutError as problem:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {limit:g} s") from problem
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


def connect_args(url: URL) -> dict[str, Any]:
    """For `create_async_engine`."""
    args: dict[str, Any] = {"async_creator_fn": Connection.connect}
    return args if "connect_timeout" in url.query else args | {"connect_timeout": CONNECT_S}
