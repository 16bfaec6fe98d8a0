"""Many consoles of the demo organisation in a process of their own, so that the measured ones are not alone.

    python -m bench.consoles FOLDER PORT COUNT

They are logged in as people of group Enschede, see every call of its queues and answer every heartbeat. Says
"ready" when all are connected; lives until its input is closed; then says how many frames they took.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.support.installation import ROOT, Desk, Installation

PEOPLE = ("piet", "anja", "henk")
GROUP = "Enschede"
NICENESS = 19
"""In life these are other machines; here they should not take the processor from what is measured."""
READY_S = 60


class Colleagues:
    """The process, as the bench that started it sees it."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def connected(self) -> None:
        """All of them are still there.

        Raises:
            RuntimeError: the process has ended, or a console lost its connection.
        """
        if self.process.returncode is not None:
            raise RuntimeError(f"the consoles ended by themselves ({self.process.returncode})")


@contextlib.asynccontextmanager
async def consoles(cordboard: Installation, count: int) -> AsyncIterator[Colleagues]:
    """Have so many consoles connected while the context lasts.

    Raises:
        RuntimeError: they could not all connect, or not all stayed connected to the end.
    """
    words = ["-m", "bench.consoles", str(cordboard.folder), str(cordboard.port), str(count)]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=PIPE, stdout=PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), READY_S)
        if said != b"ready\n":
            raise RuntimeError(f"{count} consoles did not connect")
        yield Colleagues(process)
        process.stdin.close()
        if await asyncio.wait_for(process.wait(), 20) != 0:
            raise RuntimeError("a console lost its connection")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _log_in(cordboard: Installation, client: aiohttp.ClientSession, name: str) -> None:
    first = Desk(cordboard, client)
    await first.log_in(name, cordboard.password(name))
    await first.connect()
    await first.command("group.select", group=first.group(GROUP))
    await first.close()


async def main(folder: Path, port: int, count: int) -> int:
    """Connect, stay, leave; the exit code says whether all stayed."""
    cordboard = Installation(folder, port=port)
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
            for _ in PEOPLE
        ]
        for client, name in zip(clients, PEOPLE, strict=True):
            await _log_in(cordboard, client, name)
        desks = [Desk(cordboard, clients[number % len(clients)]) for number in range(count)]
        for desk in desks:
            await desk.connect()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)
        # A reader that has ended is a connection that was lost.
        lost = sum(desk._reader is None or desk._reader.done() for desk in desks)
        for desk in desks:
            await desk.close()
    return 1 if lost else 0


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
