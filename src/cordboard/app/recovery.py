"""Puts an organisation back after a crashed turn: from the database and the exchange, as after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from cordboard.app.clock import Clock, pause
from cordboard.app.engine import Engine
from cordboard.core.events import ConsoleSeen
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import Instant, OrganisationId, UserId

log = logging.getLogger(__name__)

FLUSH_MS_MAX = 5_000
"""With a full disk the last facts are not written; callers are not left alone for that."""
PAUSE_FIRST_MS = 250
PAUSE_LAST_MS = 5_000
CALM_MS = 60_000
"""A crash so long after the one before begins without a pause again."""


class Recovery:
    """One rebuild at a time per organisation; one that crashes again and again does not keep the machine busy."""

    def __init__(
        self,
        clock: Clock,
        *,
        engine: Callable[[], Engine],
        flushed: Callable[[], Awaitable[None]],
        assemble: Callable[[OrganisationId], Awaitable[Switchboard]],
        at_consoles: Callable[[OrganisationId], Iterable[UserId]],
        put_back: Callable[[OrganisationId], None],
    ) -> None:
        """
        Args:
            engine: which runs the organisations.
            flushed: waits until every fact is in the database.
            assemble: the desk as the database has it.
            at_consoles: whose consoles are connected: the database does not know.
            put_back: is told when the desk is in service again, to show it and to ask the exchange.
        """
        self._clock = clock
        self._engine = engine
        self._flushed = flushed
        self._assemble = assemble
        self._at_consoles = at_consoles
        self._put_back = put_back
        self.told: list[Callable[[OrganisationId], None]] = []
        """Who hears of it before the exchange is asked, and so before anybody is given a call there."""
        self._last: dict[OrganisationId, tuple[Instant, int]] = {}
        """When each organisation crashed last, and the pause before it was rebuilt."""
        self._tasks: dict[OrganisationId, asyncio.Task[None]] = {}

    def crashed(self, organisation: OrganisationId) -> None:
        """Have it rebuilt."""
        running = self._tasks.get(organisation)
        if running is None or running.done():
            self._tasks[organisation] = asyncio.get_running_loop().create_task(self._rebuild(organisation))

    async def _rebuild(self, organisation: OrganisationId) -> None:
        while self._engine().is_broken(organisation):
            await self._pause(self._next_pause(organisation))
            attempt = asyncio.get_running_loop().create_task(self._try(organisation))
            await asyncio.wait({attempt})
            if (problem := attempt.exception()) is not None:
                log.error(
                    "an organisation cannot be rebuilt yet",
                    exc_info=problem,
                    extra={"organisation": organisation},
                )

    async def _try(self, organisation: OrganisationId) -> None:
        try:
            async with asyncio.timeout(FLUSH_MS_MAX / 1000):
                await self._flushed()
        except TimeoutError:
            log.error(
                "an organisation is rebuilt without its last facts", extra={"organisation": organisation}
            )
        desk = await self._assemble(organisation)
        engine = self._engine()
        engine.put(organisation, desk)
        for user in self._at_consoles(organisation):
            engine.tell(organisation, ConsoleSeen(agent=user))
        for tell in self.told:
            tell(organisation)
        self._put_back(organisation)

    def _next_pause(self, organisation: OrganisationId) -> int:
        now = self._clock.now()
        last = self._last.get(organisation)
        if last is None or now - last[0] > CALM_MS:
            pause = 0
        else:
            pause = min(max(last[1] * 2, PAUSE_FIRST_MS), PAUSE_LAST_MS)
        self._last[organisation] = (now, pause)
        return pause

    async def _pause(self, ms: int) -> None:
        if ms:
            await pause(self._clock, ms)
