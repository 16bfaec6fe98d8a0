"""A server that dies at a chosen moment: at the n-th thing for which it waits, before that is done or right after.

It waits for two things: for the exchange to do a command, and for the database to take records. Nothing that it had
decided and not handed over survives, and nothing of it runs on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from cordboard.asterisk.transport import AriResponse
from cordboard.core.records import Record
from cordboard.core.types import OrganisationId
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.socket import SimulatedSocket
from tests.support.memory_journal import MemoryJournal
from tests.support.office import Office

T = TypeVar("T")


class Moment(Enum):
    """When in a wait the server dies."""

    BEFORE = "before"
    """It has not left yet: nothing of it happens."""
    AFTER = "after"
    """It was done, and the server does not hear of it."""


@dataclass
class Fate:
    """Of one server: when it dies."""

    at: int | None = None
    """The number of the wait, from 1; None: it lives."""
    moment: Moment = Moment.BEFORE
    waits: list[str] = field(default_factory=list)
    """For what it has waited since it was armed."""
    is_armed: bool = False
    is_dead: bool = False

    async def waiting(self, what: str, do: Callable[[], Awaitable[T]]) -> T:
        """One wait; the dead wait for ever."""
        if self.is_dead:
            await _for_ever()
        if not self.is_armed:
            return await do()
        self.waits.append(what)
        if len(self.waits) != self.at:
            return await do()
        if self.moment is Moment.AFTER:
            await do()
        self.is_dead = True
        await _for_ever()
        raise AssertionError("the dead do not go on")


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()


class MortalSocket(SimulatedSocket):
    """Its server may die on it."""

    def __init__(self, exchange: SimulatedExchange, fate: Fate) -> None:
        super().__init__(exchange)
        self.fate = fate

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """As the socket's, as long as the server lives."""
        ask = super().request
        return await self.fate.waiting(
            f"{method} {uri.split('/')[0]}", lambda: ask(method, uri, query=query, body=body)
        )

    def flush(self) -> None:
        """The dead hear nothing; what the exchange tells meanwhile it keeps for the next server."""
        if not self.fate.is_dead:
            super().flush()


@dataclass
class MortalJournal(MemoryJournal):
    """The database outlives the servers; which of them writes is known by `fate`."""

    fate: Fate = field(default_factory=Fate)

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """Whole or not at all, and never for a dead server."""
        keep = super().append
        await self.fate.waiting("append", lambda: keep(organisation, records))


class MortalOffice(Office):
    """An office whose servers may die at any wait."""

    def __init__(self) -> None:
        super().__init__(trunk=True)
        self.fate = Fate()
        self.journal: MortalJournal = MortalJournal(fate=self.fate)

    def _dial(self) -> SimulatedSocket:
        return MortalSocket(self.pretended, self.fate)

    def arm(self, at: int | None, moment: Moment = Moment.BEFORE) -> None:
        """From now on waits are counted, and at this one the server dies."""
        self.fate.at, self.fate.moment, self.fate.is_armed = at, moment, True
        self.fate.waits.clear()

    async def bury(self, *, again_at: int | None = None) -> None:
        """Have a new server in the place of the dead one.

        Args:
            again_at: that one dies as well, at this wait of its recovery.
        """
        self.fate.is_dead = True
        self.socket.set_listener(lambda _data: None, lambda: None, lambda: None)
        self.pretended.disconnect()
        self.engine.stop()
        dead = asyncio.all_tasks() - {asyncio.current_task()}
        for task in dead:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*dead, return_exceptions=True)
        self.fate = self.journal.fate = Fate(at=again_at, is_armed=again_at is not None)
        await self._start()
