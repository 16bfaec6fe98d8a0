"""What is kept only so long, and goes by itself (3.4-i)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from cordboard.app.clock import SteadyClock
from cordboard.app.history import History, Place
from cordboard.app.ports import StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.app.writer import Writer
from cordboard.core.types import Instant, OrganisationId
from cordboard.storage.open import Database
from cordboard.wiring.sounds import Sounds

log = logging.getLogger(__name__)

DAY_MS = 24 * 3_600_000
STRAY_MS = DAY_MS
"""What was recorded so long ago and is nobody's message will be nobody's."""
LOOK_S = 3_600.0
"""How often it is looked whether something is old enough."""
BATCH = 200
"""Calls, call backs or messages, in one transaction: calls that go on must not wait for it."""
PAUSE_S = 0.05


class Running(Protocol):
    """What a server has in which things are kept."""

    database: Database
    tenancy: Tenancy
    clock: SteadyClock
    sounds: Sounds
    writer: Writer


def keeping_of(server: Running) -> Keeping:
    """Of this server."""
    return Keeping(
        server.database.history,
        server.tenancy,
        # The wall clock on purpose: half a year is half a year of the calendar.
        server.clock.wall,
        server.sounds.forget_message,
        recorded_before=server.sounds.recorded_before,
        whole_until=lambda: server.writer.whole_until,
    )


class Keeping:
    """Takes the parties out of calls that were kept as long as their organisation wants, and away what is nobody's."""

    def __init__(
        self,
        history: History,
        tenancy: Tenancy,
        now: Callable[[], Instant],
        forget_message: Callable[[str], None],
        *,
        recorded_before: Callable[[Instant], Sequence[str]] = lambda _before: (),
        whole_until: Callable[[], Instant] | None = None,
    ) -> None:
        """
        Args:
            forget_message: takes the sound of a message away, in a thread; OSError: it is still there.
            recorded_before: names of what callers left before that moment, as it lies on the disk; in a thread.
            whole_until: up to when everything is in the database; None: up to now.
        """
        self._history, self._tenancy, self._now, self._forget_message = history, tenancy, now, forget_message
        self._recorded_before, self._whole_until = recorded_before, whole_until or now
        self._looked: dict[OrganisationId, tuple[int, Place | None]] = {}

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            for organisation in self._tenancy.organisations():
                try:
                    await self.look(organisation)
                except StorageFailure as failure:
                    log.warning(
                        "old calls are still there",
                        extra={"organisation": organisation, "reason": str(failure)},
                    )
            try:
                await self.look_for_strays()
            except StorageFailure as failure:
                log.warning("recordings for nobody are still there", extra={"reason": str(failure)})
            await asyncio.sleep(LOOK_S)

    async def look(self, organisation: OrganisationId) -> int:
        """Once; gives how many calls it was.

        Raises:
            StorageFailure: the rest stays until the next look.
        """
        directory = self._tenancy.all.get(organisation)
        # It may have been deleted while the one before was looked at.
        days = directory.organisation.settings.history_days if directory is not None else None
        if days is None:
            return 0
        before, done = self._now() - days * DAY_MS, 0
        await self._look_for_messages(organisation, before)
        # Half a year of calls that are done with must not be read through each hour.
        looked_for, last = self._looked.get(organisation, (days, None))
        if looked_for != days:
            last = None
        while True:
            gone = await self._history.forget(organisation, before, limit=BATCH, after=last)
            last = gone.last
            self._looked[organisation] = (days, last)
            done += gone.calls
            if max(gone.calls, gone.call_backs, gone.missed) < BATCH:
                return done
            await asyncio.sleep(PAUSE_S)

    async def _look_for_messages(self, organisation: OrganisationId, before: Instant) -> None:
        """The sound first: who dies in between, or is refused it by the disk, still knows what is left to do."""
        last: str | None = None
        while True:
            names = await self._history.messages_before(organisation, before, limit=BATCH, after=last)
            gone = await asyncio.to_thread(self._take_away, organisation, names)
            if gone:
                await self._history.forget_messages(organisation, gone)
            if len(names) < BATCH:
                return
            last = names[-1]
            await asyncio.sleep(PAUSE_S)

    async def look_for_strays(self) -> int:
        """Recordings of more than a day that are nobody's message; gives how many have gone.

        Whoever recorded them died, or was deleted, before it was written down for whom they are.

        Raises:
            StorageFailure: the rest stays until the next look.
        """
        before, done = min(self._now(), self._whole_until()) - STRAY_MS, 0
        names = await asyncio.to_thread(self._recorded_before, before)
        for begin in range(0, len(names), BATCH):
            some = names[begin : begin + BATCH]
            kept = await self._history.kept_messages(some)
            strays = [name for name in some if name not in kept]
            done += len(await asyncio.to_thread(self._take_away, None, strays))
            await asyncio.sleep(PAUSE_S)
        return done

    def _take_away(self, organisation: OrganisationId | None, names: Sequence[str]) -> list[str]:
        gone = []
        for name in names:
            try:
                self._forget_message(name)
            except OSError as problem:
                log.warning(
                    "an old message is still there",
                    extra={"organisation": organisation, "recording": name, "reason": problem.strerror},
                )
            else:
                gone.append(name)
        return gone
