"""Jobs that nobody waits for: kept until they end, and what went wrong with one is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

log = logging.getLogger(__name__)


class Jobs:
    """What is under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(
        self, job: Coroutine[Any, Any, None], crashed: Callable[[], None] = lambda: None
    ) -> asyncio.Task[None]:
        """Begin this, and do not wait for it; `crashed` is told when it did not come to its end."""
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, crashed))
        return task

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _done(self, crashed: Callable[[], None], task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.error("a job crashed", exc_info=problem)
            crashed()
