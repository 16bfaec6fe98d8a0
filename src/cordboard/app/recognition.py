"""Whose number is it: the name of a contact or a colleague on the card, in the log and in the history.

The card is on the screen before anybody is asked; the name follows, a few milliseconds later. A database that is slow
or away costs the name and nothing else. Statements 2.1.2-e, 3.3-r.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from cordboard.app.contacts import Contact
from cordboard.app.dialling import DialPlan, dial_plan
from cordboard.app.ports import Directory, StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.core.call import Call
from cordboard.core.events import PartyRecognised
from cordboard.core.types import CallId, Direction, OrganisationId

SLOW_MS = 2_000
"""Later a name helps nobody any more."""
ASKED_MAX = 200
"""Look-ups under way at once; in a flood of calls the others stay without a name."""
REMEMBERED_MAX = 10_000
"""Calls that were looked at; the oldest are forgotten first."""


class Owners(Protocol):
    """Knows whose number it is."""

    async def owner(self, organisation: OrganisationId, number: str) -> Contact | None: ...


class Recognition:
    """Looks at each call once, when it first shows."""

    def __init__(
        self, owners: Owners, tenancy: Tenancy, tell: Callable[[OrganisationId, PartyRecognised], None]
    ) -> None:
        self._owners, self._tenancy, self._tell = owners, tenancy, tell
        self._seen: dict[tuple[OrganisationId, CallId], None] = {}
        self._plans: dict[OrganisationId, tuple[Directory, DialPlan]] = {}
        self._asked: set[asyncio.Task[None]] = set()

    def observe(self, organisation: OrganisationId, call: Call) -> None:
        """A call shows, for the first time or again; never waits."""
        key = (organisation, call.id)
        if key in self._seen:
            return
        self._seen[key] = None
        if len(self._seen) > REMEMBERED_MAX:
            del self._seen[next(iter(self._seen))]
        if call.number is None or not self._may_be_named(organisation, call):
            return
        if len(self._asked) < ASKED_MAX:
            task = asyncio.get_running_loop().create_task(self._recognise(organisation, call.id, call.number))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    def forget(self, organisation: OrganisationId) -> None:
        """It is no more."""
        self._plans.pop(organisation, None)

    def stop(self) -> None:
        """Nobody is named any more."""
        for task in self._asked:
            task.cancel()

    def _may_be_named(self, organisation: OrganisationId, call: Call) -> bool:
        if call.to is not None and call.direction is Direction.OUT:
            # Called by name, not by number.
            return False
        directory = self._tenancy.all.get(organisation)
        if directory is None:
            return False
        if call.direction is Direction.OUT:
            return call.name is None
        # What a network calls its caller is often only a town; a linked organisation's name says more (D22).
        return call.name is None or call.name not in {linked.name for linked in directory.links}

    def _colleague(self, organisation: OrganisationId, number: str) -> str | None:
        """Who of our own people has this extension or this outside number; None: nobody."""
        directory = self._tenancy.all.get(organisation)
        if directory is None:
            return None
        known = self._plans.get(organisation)
        if known is None or known[0] is not directory:
            # All numbers are read once, not at each call.
            known = self._plans[organisation] = (directory, dial_plan(directory))
        user = known[1].colleagues.get(number)
        return next((one.name for one in directory.users if one.id == user), None)

    async def name_of(self, organisation: OrganisationId, number: str) -> str | None:
        """Whose number it is; None: nobody's that is known, or the database is slow."""
        name = self._colleague(organisation, number)
        if name is not None:
            return name
        try:
            async with asyncio.timeout(SLOW_MS / 1000):
                contact = await self._owners.owner(organisation, number)
        except (TimeoutError, StorageFailure):
            return None
        return contact.name if contact is not None else None

    async def _recognise(self, organisation: OrganisationId, call: CallId, number: str) -> None:
        name = await self.name_of(organisation, number)
        if name is not None:
            self._tell(organisation, PartyRecognised(call=call, name=name))
