"""Commands in order: two that concern the same leg never overtake each other, others never wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from cordboard.core.types import LegId

log = logging.getLogger(__name__)


class Lanes:
    """Runs jobs; each waits for the earlier ones that share a leg with it."""

    def __init__(self) -> None:
        self._last: dict[LegId, asyncio.Task[None]] = {}

    def post(self, legs: Iterable[LegId], job: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run `job` after everything posted before for any of these legs; never waits itself. Gives what does it.

        The job must not raise: what goes wrong is an event like any other.
        """
        keys = tuple(legs)
        before = {self._last[leg] for leg in keys if leg in self._last}
        task = asyncio.get_running_loop().create_task(self._run(before, job))
        for leg in keys:
            self._last[leg] = task
        task.add_done_callback(lambda done: self._forget(keys, done))
        return task

    async def _run(self, before: set[asyncio.Task[None]], job: Callable[[], Awaitable[None]]) -> None:
        if before:
            await asyncio.wait(before)
        await job()

    def _forget(self, keys: tuple[LegId, ...], done: asyncio.Task[None]) -> None:
        if not done.cancelled() and (problem := done.exception()) is not None:
            log.error("a command to the exchange crashed", exc_info=problem)
        for leg in keys:
            if self._last.get(leg) is done:
                del self._last[leg]

    async def passed(self) -> None:
        """Wait until what is under way now is done; what is posted meanwhile is not waited for."""
        if self._last:
            await asyncio.wait(set(self._last.values()))

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._last:
            await asyncio.wait(set(self._last.values()))
