"""The clock on the wall: days that begin, and queues that open and close."""

from __future__ import annotations

import asyncio

from cordboard.app.clock import SteadyClock
from cordboard.app.engine import Engine
from cordboard.app.hours import counted_since, is_open, midnight
from cordboard.app.ports import Directory
from cordboard.app.tenancy import Tenancy
from cordboard.core.events import CountsBegan, DayStarted, QueueOpened
from cordboard.core.types import Instant, OrganisationId
from cordboard.web.push import Hub
from cordboard.wiring.wall import agree

CALENDAR_S = 5
"""How often it is looked at; a queue opens or closes at most so much late."""


class Calendar:
    """Tells every organisation, also one that was made a moment ago."""

    def __init__(self, clock: SteadyClock, engine: Engine, hub: Hub, tenancy: Tenancy) -> None:
        self._clock, self._engine, self._hub, self._tenancy = clock, engine, hub, tenancy

    async def run(self) -> None:
        """Each organisation's midnight, numbers (D15) and opening hours (D21), by its own clock on the wall."""
        begun: dict[OrganisationId, Instant] = {}
        while True:
            for organisation, directory in self._tenancy.all.items():
                today = self._today(directory)
                if today > begun.setdefault(organisation, today):
                    begun[organisation] = today
                    self._engine.tell(organisation, DayStarted())
                self._count(organisation, directory)
                self._open_and_close(organisation, directory)
            await asyncio.sleep(CALENDAR_S)
            agree(self._clock, self._engine, self._hub)

    def _count(self, organisation: OrganisationId, directory: Directory) -> None:
        desk = self._engine.desks.get(organisation)
        if desk is None:
            return
        since = counted_since(self._clock.wall(), directory.organisation)
        # Looked at queue by queue: one that was made a moment ago counts from another moment.
        if any(queue.numbers.since != since for queue in desk.board.queues.values()):
            self._engine.tell(organisation, CountsBegan(since=since))

    def _open_and_close(self, organisation: OrganisationId, directory: Directory) -> None:
        desk = self._engine.desks.get(organisation)
        if desk is None:
            return
        now = self._clock.wall()
        for row in directory.queues:
            opens = is_open(directory, row, now)
            if row.id in desk.board.queues and desk.board.queues[row.id].open is not opens:
                self._engine.tell(organisation, QueueOpened(queue=row.id, open=opens))

    def _today(self, directory: Directory) -> Instant:
        # The wall clock on purpose: a day begins when people's clocks say so.
        return midnight(self._clock.wall(), directory.organisation.time_zone)
