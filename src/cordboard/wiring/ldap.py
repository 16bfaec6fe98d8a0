"""Directories that are imported by themselves, each night or every few hours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from cordboard.app.hours import midnight
from cordboard.app.ldap import LdapFailure, LdapRow, LdapRun, Repeats
from cordboard.app.ldap_import import LdapImports, server_at
from cordboard.app.ports import StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.core.types import Instant, OrganisationId

log = logging.getLogger(__name__)

LOOK_S = 60.0
HOUR_MS = 3_600_000
NIGHT_MS = 3 * HOUR_MS
"""After midnight, when nobody works and no backup of a usual server runs."""


class ByItself:
    """Imports what is due, one directory at a time."""

    def __init__(self, imports: LdapImports, tenancy: Tenancy, now: Callable[[], Instant]) -> None:
        """
        Args:
            now: the clock on the wall: a night is one of the calendar.
        """
        self._imports, self._tenancy, self._now = imports, tenancy, now
        self._tidied: dict[OrganisationId, frozenset[str]] = {}
        self._refused: dict[OrganisationId, dict[str, Instant]] = {}
        """When storage refused what a directory gave in the last hour; perhaps that could not be noted either."""

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            for organisation in self._tenancy.organisations():
                try:
                    await self.look(organisation)
                except StorageFailure as failure:
                    log.warning(
                        "directories could not be looked after",
                        extra={"organisation": organisation, "reason": str(failure)},
                    )

    async def look(self, organisation: OrganisationId) -> None:
        """Once.

        Raises:
            StorageFailure: the rest waits for the next look.
        """
        directory = self._tenancy.all.get(organisation)
        if directory is None:
            # It was deleted while the one before was looked at.
            return
        there = frozenset(source.id for source in directory.ldap)
        # One that was taken away while it was being imported still gets contacts.
        if self._tidied.get(organisation) != there and organisation not in self._imports.running:
            await self._imports.tidy(organisation)
            self._tidied[organisation] = there
        if directory.organisation.disabled or not directory.ldap:
            return
        last, now = await self._imports.runs.last(organisation), self._now()
        refused = self._refused[organisation] = {
            source: at for source, at in self._refused.get(organisation, {}).items() if now - at < HOUR_MS
        }
        for source in directory.ldap:
            if source.id in refused:
                continue
            if due(source, last.get(source.id), self._now(), directory.organisation.time_zone):
                await self._import(organisation, source)

    async def _import(self, organisation: OrganisationId, source: LdapRow) -> None:
        try:
            await self._imports.take(server_at(organisation), source, dry_run=False, looked_at=False)
        except LdapFailure as failure:
            log.warning(
                "a directory was not imported",
                extra={"organisation": organisation, "directory": source.id, "reason": str(failure)},
            )
        except StorageFailure as failure:
            # The next directory is another matter; this one would be read whole every minute.
            self._refused[organisation][source.id] = self._now()
            log.warning(
                "contacts of a directory could not be kept",
                extra={"organisation": organisation, "directory": source.id, "reason": str(failure)},
            )


def due(source: LdapRow, last: LdapRun | None, now: Instant, time_zone: str) -> bool:
    """Whether it is to be imported now; one that failed is tried again an hour later at the latest.

    The first time somebody does it by hand, having seen what becomes of it.
    """
    if last is None or source.repeats is Repeats.NEVER:
        return False
    every = source.every_hours * HOUR_MS
    if source.repeats is Repeats.HOURS:
        return now - last.at >= (every if last.problem is None else min(every, HOUR_MS))
    if last.problem is not None and now - last.at >= HOUR_MS:
        return True
    today = midnight(now, time_zone)
    night = today + NIGHT_MS if now >= today + NIGHT_MS else midnight(today - 1, time_zone) + NIGHT_MS
    return last.at < night <= now
