"""Twenty consoles get every change at once while a twenty-first does not read (reliability F12).

    bench/run stalled-console [--quick] [--changes N]

The whole product. A colleague's status changes; each console says when it saw it. First with everybody reading, then
with one console more that asks for one snapshot after the other and reads none of them, so that everything between it
and the server is full. What is measured is from the click until the change is decoded here, and so holds the fifty
milliseconds that colleagues' statuses may wait by design (AMBIENT_MS). A change that is not seen ends the run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from bench import report
from tests.support.installation import Desk, Installation

CONSOLES = 20
CHANGES, CHANGES_QUICK = 200, 10
WHO, COLLEAGUES, GROUP, DEVICE, QUEUE = (
    "chantal",
    ("piet", "anja", "henk"),
    "Enschede",
    "demo-201",
    "Algemeen",
)
LIMIT_MS = 100
SYNCS_PER_S = 20
PAUSE_S = 0.12
SEEN_S_MAX = 5


class Watcher(Desk):
    """A console that notes when it saw a colleague's status change."""

    seen_at = 0.0

    async def sees_by(self, deadline: float) -> None:
        """Wait for it until then, on the monotonic clock.

        Raises:
            AssertionError: it was not seen.
        """
        left_ms = max(0, round((deadline - time.monotonic()) * 1000))
        await self.until(lambda: self.seen_at, within_ms=left_ms)

    def _apply(self, op: dict[str, Any]) -> None:
        super()._apply(op)
        if op.get("e", op)["k"] == "agent":
            self.seen_at = time.monotonic()


async def _logged_in(
    stack: contextlib.AsyncExitStack, cordboard: Installation, name: str
) -> aiohttp.ClientSession:
    client = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
    first = Desk(cordboard, client)
    await first.log_in(name, cordboard.password(name))
    await first.connect()
    await first.command("group.select", group=first.group(GROUP))
    await first.close()
    return client


@contextlib.asynccontextmanager
async def stalled(cordboard: Installation, client: aiohttp.ClientSession) -> AsyncIterator[Desk]:
    """A console that asks and asks and does not read."""
    desk = Desk(cordboard, client)
    await desk.connect()
    desk.stop_reading()

    async def ask() -> None:
        while True:
            assert desk._socket is not None
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await desk._socket.send_json({"t": "sync", "epoch": "", "rev": 0})
            await asyncio.sleep(1 / SYNCS_PER_S)

    asking = asyncio.create_task(ask())
    try:
        yield desk
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await desk.close()


async def changes(agent: Desk, watchers: list[Watcher], count: int) -> list[float]:
    """Make so many changes; milliseconds from the click until each console had seen it.

    Raises:
        AssertionError: a console did not see one.
    """
    times: list[float] = []
    # As the round before left it: the same status again would be no change.
    pauses = agent.me["pause"] is None
    for _ in range(count):
        for watcher in watchers:
            watcher.seen_at = 0.0
        began = time.monotonic()
        await (agent.command("agent.pause", reason="Pauze") if pauses else agent.command("agent.return"))
        pauses = not pauses
        for watcher in watchers:
            await watcher.sees_by(began + SEEN_S_MAX)
        times += [(watcher.seen_at - began) * 1000 for watcher in watchers]
        await asyncio.sleep(PAUSE_S)
    return times


async def measure(count: int) -> dict[str, list[float]]:
    """Without and with the one that does not read."""
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cordboard-bench-"))
        cordboard = await stack.enter_async_context(Installation(Path(folder)))
        clients = [await _logged_in(stack, cordboard, name) for name in COLLEAGUES]
        agent = await stack.enter_async_context(cordboard.desk(WHO))
        await agent.work(GROUP, DEVICE, QUEUE)
        watchers = [Watcher(cordboard, clients[number % len(clients)]) for number in range(CONSOLES)]
        for watcher in watchers:
            await watcher.connect()
            stack.push_async_callback(watcher.close)
        report.say(f"{CONSOLES} consoles are connected")
        alone = await changes(agent, watchers, count)
        async with stalled(cordboard, clients[0]):
            beside = await changes(agent, watchers, count)
        return {"all read": alone, "one does not": beside}


def main() -> int:
    """Measure, show, and say in the last line what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--changes", type=int, default=None)
    chosen = parser.parse_args()
    count = chosen.changes or (CHANGES_QUICK if chosen.quick else CHANGES)
    machine = report.machine()
    rows = asyncio.run(measure(count))
    report.spread_table(rows)
    late = sum(ms > LIMIT_MS for ms in rows["one does not"])
    report.finish(
        name="stalled-console",
        machine=machine,
        n=count,
        consoles=CONSOLES,
        dropped=0,
        later_than_100_ms=late,
        **{name.replace(" ", "_"): report.spread(values) for name, values in rows.items()},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
