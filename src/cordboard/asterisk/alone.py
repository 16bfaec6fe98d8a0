"""Calls that the exchange handled alone, as it wrote them into astdb, become facts once we are back (F2).

The dialplan writes three entries for a call, each in one go: `begun` as soon as it knows that nobody takes the call,
`answered` when a telephone of the fallback group does, `ended` at the end. Here they are read whenever the exchange has
said what lives in it. Each finished call is told to the organisation that it was for, and its entries go only when
the database says that it has the call: whoever dies in between tells it again, under the same id, and nothing is
there twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

from cordboard.app.clock import Clock, pause
from cordboard.app.ports import StorageFailure
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.arrivals import Route, Router, call_of_leg
from cordboard.asterisk.dialplan import ALONE_FAMILY
from cordboard.asterisk.inventory import Inventory
from cordboard.asterisk.parties import Inbox
from cordboard.asterisk.translate import Arrival, device_of_endpoint, endpoint_of, instant, name_of
from cordboard.core.events import CallHandledAlone
from cordboard.core.types import CallId, DeviceId, EndedBy, Instant, LegId, OrganisationId

log = logging.getLogger(__name__)

TAKEN_MAX = 500
"""So many calls are taken up at once, the oldest first; the next ones when the database has these."""
BREATH = 20
"""After so many of them others have their turn."""
READ_MS_MAX = 30_000
"""What an exchange wrote in a night without us may take so long to be read."""
WRITTEN_MS = 1_000
"""So long after it was told a call is looked for in the database; one that is not there yet waits for the next look."""
CLOCKS_MS = 10_000
"""The exchange's clock is this far from ours: one of them was set, and its moments are counted from now."""


class Book(Protocol):
    """Where the exchange writes."""

    async def entries(self) -> Mapping[str, str]:
        """All there are: `<channel>/<kind>` -> what it says.

        Raises:
            AmiFailed: the exchange does not say.
        """

    async def forget(self, channel: str) -> None:
        """Everything of this call.

        Raises:
            AmiFailed: it may still be there.
        """


class AstdbBook:
    """The exchange's own database, over its management socket."""

    def __init__(self, ami: AmiClient) -> None:
        self._ami = ami
        # A telephone that is to answer is told so over the other one, and does not wait for this.
        self._reader = ami.beside(timeout_ms=READ_MS_MAX)

    async def entries(self) -> Mapping[str, str]:
        """As the port says."""
        return await self._reader.family(ALONE_FAMILY)

    async def forget(self, channel: str) -> None:
        """As the port says."""
        await self._ami.remove_tree(ALONE_FAMILY, channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call as the exchange wrote it down; moments are those of its clock."""

    channel: str
    began_at: Instant
    """When the caller dialled."""
    rang_at: Instant | None
    """When the exchange went on by itself; None: the caller gave up before."""
    dialled: str
    endpoint: str
    """Of the trunk."""
    number: str | None
    name: str | None
    answered_at: Instant | None = None
    """None: not answered."""
    answered_by: str | None = None
    """The telephone's endpoint."""
    ended_at: Instant | None = None
    """None: it goes on, or its end was not written any more."""
    ended_by: str = ""
    """The channel that hung up, or `dialplan/...`; "": the exchange does not know."""

    @property
    def how(self) -> EndedBy:
        """Who ended it, as far as the exchange says."""
        if self.ended_by.startswith("dialplan/"):
            return EndedBy.EXIT
        by = endpoint_of(self.ended_by)
        if by == self.endpoint:
            return EndedBy.CALLER
        return EndedBy.AGENT if by == self.answered_by else EndedBy.UNKNOWN


def read(entries: Mapping[str, str]) -> tuple[list[Entry], list[str]]:
    """The calls that stand in the book, the oldest first, and the channels of which nothing can be understood."""
    of: dict[str, dict[str, str]] = {}
    for key, value in entries.items():
        channel, _, kind = key.rpartition("/")
        of.setdefault(channel, {})[kind] = value
    found, broken = [], []
    for channel, said in of.items():
        try:
            found.append(_entry(channel, said))
        except (KeyError, ValueError):
            broken.append(channel)
    return sorted(found, key=lambda one: (one.began_at, one.channel)), broken


def _entry(channel: str, said: Mapping[str, str]) -> Entry:
    began, rang, dialled, endpoint, number, name = said["begun"].split(" ")
    answered, _, telephone = said.get("answered", "").partition(" ")
    ended, _, by = said.get("ended", "").partition(" ")
    return Entry(
        channel=channel,
        began_at=int(began),
        rang_at=int(rang) or None,
        dialled=dialled,
        endpoint=endpoint,
        number=_text(number),
        name=name_of(_text(name)),
        answered_at=int(answered) if answered else None,
        answered_by=telephone.strip() or None,
        ended_at=int(ended) if ended else None,
        ended_by=by.strip(),
    )


def _text(written: str) -> str | None:
    """What stands behind the letter that the dialplan puts before it; None: nothing, or part of a strange one."""
    return unquote(written[1:]) or None if written.startswith("n") else None


async def _nobody(_organisation: OrganisationId, _number: str) -> str | None:
    return None


class Alone:
    """Takes up what the exchange did alone."""

    def __init__(
        self,
        book: Book,
        *,
        router: Router,
        inbox: Inbox,
        known: Callable[[OrganisationId, Collection[CallId]], Awaitable[Collection[CallId]]],
        clock: Clock,
        named: Callable[[OrganisationId, str], Awaitable[str | None]] = _nobody,
    ) -> None:
        """
        Args:
            router: whose call it was; None: nobody's.
            known: which of these calls the database has.
            named: whose number it is.
        """
        self._book = book
        self._router = router
        self._inbox = inbox
        self._known = known
        self._clock = clock
        self._named = named
        self._newest: tuple[Inventory, int] | None = None
        """What nobody has looked at yet, and by how much our clock was ahead of the exchange's when it came."""
        self._is_looking = False

    async def look(self, inventory: Inventory) -> None:
        """Tell of every call that is over, and forget those that the database has. Never raises.

        Args:
            inventory: what lives in the exchange, asked before: who is not in it had its end written already, if it
                was written at all.
        """
        self._newest = inventory, self._clock.now() - inventory.at
        if self._is_looking:
            # Done next, whatever comes meanwhile: a slow book must not have a look for each answer of a busy exchange.
            return
        self._is_looking = True
        try:
            while self._newest is not None:
                (inventory, ahead_ms), self._newest = self._newest, None
                await self._try(inventory, ahead_ms)
        finally:
            self._is_looking = False

    async def _try(self, inventory: Inventory, ahead_ms: int) -> None:
        try:
            await self._look(inventory, ahead_ms)
        except (AmiFailed, StorageFailure) as problem:
            # Nothing is lost by it: what is there is read again.
            log.warning(
                "calls that the exchange handled alone are taken up later", extra={"reason": str(problem)}
            )

    async def _look(self, inventory: Inventory, ahead_ms: int) -> None:
        entries, broken = read(await self._book.entries())
        for channel in broken:
            if LegId(channel) not in inventory.names:
                log.error("an entry of a call that the exchange handled alone cannot be read")
                await self._book.forget(channel)
        over = [one for one in (_over(entry, inventory) for entry in entries) if one is not None]
        for first in range(0, len(over), TAKEN_MAX):
            if not await self._take_up(over[first : first + TAKEN_MAX], ahead_ms):
                return

    async def _take_up(self, over: Sequence[tuple[Entry, EndedBy]], ahead_ms: int) -> bool:
        """These; False: the database has not taken all of them yet.

        Args:
            ahead_ms: by how much our clock was ahead of the exchange's when the look began.
        """
        told: dict[OrganisationId, dict[CallId, str]] = {}
        facts: list[tuple[OrganisationId, CallHandledAlone]] = []
        for number, (entry, how) in enumerate(over, 1):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            route = self._router(_arrival(entry))
            if route is None:
                log.warning("the exchange alone refused a call to a number that is nobody's")
                await self._book.forget(entry.channel)
                continue
            fact = _fact(entry, how, route, ahead_ms if abs(ahead_ms) > CLOCKS_MS else 0)
            told.setdefault(route.organisation, {})[fact.call] = entry.channel
            facts.append((route.organisation, fact))
        left = await self._forget_known(told)
        if not left:
            return True
        for number, (organisation, fact) in enumerate(facts, 1):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            if fact.call in left:
                name = await self._named(organisation, fact.number) if fact.number is not None else None
                self._inbox(organisation, fact if name is None else replace(fact, name=name))
        await pause(self._clock, WRITTEN_MS)
        return not await self._forget_known(told)

    async def _forget_known(self, told: dict[OrganisationId, dict[CallId, str]]) -> set[CallId]:
        """Forget what the database has; gives the others."""
        left: set[CallId] = set()
        for organisation, calls in told.items():
            written = set(await self._known(organisation, calls)) if calls else set()
            for call in written & calls.keys():
                await self._book.forget(calls.pop(call))
            left |= calls.keys()
        return left


def _over(entry: Entry, inventory: Inventory) -> tuple[Entry, EndedBy] | None:
    """Its end, where it has one; None: it goes on."""
    if entry.ended_at is not None:
        return entry, entry.how
    if LegId(entry.channel) in inventory.names or entry.began_at >= inventory.at:
        return None
    boot = _booted_at(inventory.boot)
    if boot is not None and entry.began_at < boot:
        # The exchange died under it: that ended it, some time before it was started again.
        return replace(entry, ended_at=boot), EndedBy.LOST
    return replace(entry, ended_at=inventory.at), EndedBy.UNKNOWN


def _booted_at(boot: str) -> Instant | None:
    try:
        return instant(boot)
    except ValueError:
        return None


def _arrival(entry: Entry) -> Arrival:
    return Arrival(
        channel=entry.channel,
        endpoint=entry.endpoint,
        dialled=entry.dialled,
        number=entry.number,
        name=entry.name,
        announced_at=entry.began_at,
    )


def _fact(entry: Entry, how: EndedBy, route: Route, ahead_ms: int) -> CallHandledAlone:
    assert entry.ended_at is not None, entry
    device: DeviceId | None = device_of_endpoint(entry.answered_by) if entry.answered_by is not None else None
    return CallHandledAlone(
        call=call_of_leg(LegId(entry.channel)),
        leg=LegId(entry.channel),
        queue=route.queue,
        to=route.to,
        number=route.number,
        name=route.name,
        dialled=route.dialled,
        began_at=entry.began_at + ahead_ms,
        rang_at=entry.rang_at + ahead_ms if entry.rang_at is not None else None,
        answered_at=entry.answered_at + ahead_ms if entry.answered_at is not None else None,
        device=device,
        ended_at=entry.ended_at + ahead_ms,
        ended_by=how,
    )
