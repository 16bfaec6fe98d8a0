"""The management socket of the exchange: what takes long holds nobody up (2.1.1-w, F2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cordboard.asterisk.alone import AstdbBook
from cordboard.asterisk.ami import AmiClient, AmiFailed
from tests.support.waiting import until

ENTRIES = 3_000
SHORT_MS = 200
"""What an action may take here."""


class Slow:
    """An exchange whose list of entries comes when it is let go."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.notified = 0
        self.connected = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connected += 1
        try:
            writer.write(b"Asterisk Call Manager/11.0.0\r\n")
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields = dict(line.split(": ", 1) for line in asked.strip().split("\r\n"))
                number = f"ActionID: {fields['ActionID']}\r\n"
                writer.write(f"Response: Success\r\n{number}\r\n".encode())
                if fields["Action"] == "PJSIPNotify":
                    self.notified += 1
                elif fields["Action"] == "DBGetTree":
                    self.asked.set()
                    await self.goes_on.wait()
                    entry = f"Event: DBGetTreeResponse\r\n{number}Key: /alone/%d.1/begun\r\nVal: x\r\n\r\n"
                    writer.write("".join(entry % one for one in range(ENTRIES)).encode())
                    writer.write(f"Event: DBGetTreeComplete\r\n{number}\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            self.connected -= 1
        finally:
            writer.close()


@asynccontextmanager
async def exchange() -> AsyncIterator[tuple[Slow, AmiClient]]:
    """It listens, and we know where."""
    slow = Slow()
    server = await asyncio.start_server(slow.serve, "127.0.0.1", 0)
    ami = AmiClient(server.sockets[0].getsockname()[1], "secret", timeout_ms=SHORT_MS)
    try:
        yield slow, ami
    finally:
        await ami.close()
        server.close()


@pytest.mark.rule("2.1.1-w")
async def test_a_telephone_is_told_to_answer_while_a_night_s_calls_are_read() -> None:
    """At once, over another connection; and the reading has its own time."""
    async with exchange() as (slow, ami):
        reading = asyncio.create_task(AstdbBook(ami).entries())
        await slow.asked.wait()
        await ami.notify_talk("PJSIP/d-1-0000000d")
        assert (slow.notified, reading.done()) == (1, False)

        await asyncio.sleep(SHORT_MS * 2 / 1_000)
        slow.goes_on.set()
        assert len(await reading) == ENTRIES


async def test_both_connections_are_closed_with_the_one() -> None:
    """A server that stops leaves none behind."""
    async with exchange() as (slow, ami):
        slow.goes_on.set()
        await AstdbBook(ami).entries()
        await ami.notify_talk("PJSIP/d-1-0000000d")
        assert slow.connected == 2

        await ami.close()

        await until(lambda: not slow.connected)


async def test_an_answer_that_does_not_come_in_time_is_a_failure() -> None:
    """As said when the connection was made."""
    async with exchange() as (_slow, ami):
        with pytest.raises(AmiFailed):
            await ami.family("alone")
