"""One writer: commits what the core wants remembered, in order and in batches, and releases promises after it.

Call control never waits for it. While the database is away the facts are kept here, up to a limit; what is
dropped then is counted as a gap and said so (reliability F20).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from cordboard.app.ports import Journal, StorageFailure, StorageRefusal
from cordboard.core.records import Record
from cordboard.core.types import OrganisationId

log = logging.getLogger(__name__)

BACKLOG_MAX = 100_000
"""Records kept in memory while the database is away."""
BATCH_MAX = 500
RETRY_FIRST_MS = 100
RETRY_LAST_MS = 5_000

Released = Callable[[bool], None]
"""Called after the commit (True), or when the records could not be kept (False)."""


@dataclass(frozen=True, slots=True)
class _Entry:
    organisation: OrganisationId
    records: tuple[Record, ...]
    released: Released | None


class Writer:
    """Feeds the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._backlog: deque[_Entry] = deque()
        self._size = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self.failing_since: float | None = None
        """Loop time since when the database refuses; None: it does not."""
        self.dropped = 0
        """Records that could not be kept: gaps in the history."""

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="writer")

    async def stop(self, timeout_ms: int = 5_000) -> None:
        """Write what is left, as far as the time allows."""
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await self._idle.wait()
        except TimeoutError:
            log.error("records were not written before the stop", extra={"records": self._size})
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def add(
        self, organisation: OrganisationId, records: Sequence[Record], released: Released | None = None
    ) -> None:
        """Have these kept. Never waits."""
        if not records:
            if released is not None:
                released(True)
            return
        self._backlog.append(_Entry(organisation, tuple(records), released))
        self._size += len(records)
        while self._size > BACKLOG_MAX:
            lost = self._backlog.popleft()
            self._size -= len(lost.records)
            self.dropped += len(lost.records)
            if lost.released is not None:
                lost.released(False)
        self._idle.clear()
        self._wake.set()

    async def flushed(self) -> None:
        """Wait until everything added so far is committed."""
        await self._idle.wait()

    async def crashed(self) -> None:
        """Wait for ever; a bug that ended the writer comes out here, because nothing can be promised any more."""
        assert self._task is not None, "not started"
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        retry_ms = RETRY_FIRST_MS
        while True:
            if not self._backlog:
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
            batch: list[_Entry] = []
            count = 0
            while self._backlog and count < BATCH_MAX:
                batch.append(self._backlog.popleft())
                count += len(batch[-1].records)
            try:
                await self._write(batch)
            except StorageFailure as failure:
                await self._failed(batch, failure, retry_ms)
                retry_ms = min(retry_ms * 2, RETRY_LAST_MS)
                continue
            retry_ms = RETRY_FIRST_MS
            if self.failing_since is not None:
                log.warning("the database takes records again", extra={"dropped": self.dropped})
                self.failing_since = None

    async def _write(self, batch: list[_Entry]) -> None:
        while batch:
            organisation = batch[0].organisation
            size = next(len(list(run)) for _, run in groupby(batch, key=lambda entry: entry.organisation))
            try:
                await self._append(organisation, batch[:size])
            except StorageRefusal as refusal:
                # One of them can never be stored; the others can.
                size = 1
                await self._append_or_drop(organisation, batch[0], refusal)
            else:
                self._done(batch[:size], kept=True)
            del batch[:size]

    async def _append(self, organisation: OrganisationId, run: list[_Entry]) -> None:
        await self._journal.append(organisation, [record for entry in run for record in entry.records])

    async def _append_or_drop(
        self, organisation: OrganisationId, entry: _Entry, refusal: StorageRefusal
    ) -> None:
        try:
            await self._append(organisation, [entry])
        except StorageRefusal:
            self.dropped += len(entry.records)
            log.error("records that the database refuses are lost", extra={"reason": str(refusal)})
            self._done([entry], kept=False)
        else:
            self._done([entry], kept=True)

    def _done(self, run: list[_Entry], *, kept: bool) -> None:
        for entry in run:
            self._size -= len(entry.records)
            if entry.released is not None:
                entry.released(kept)

    async def _failed(self, batch: list[_Entry], failure: StorageFailure, retry_ms: int) -> None:
        """Keep the facts for later; a promise is answered with no at once, so that nobody relies on it."""
        if self.failing_since is None:
            self.failing_since = asyncio.get_running_loop().time()
            log.error("the database does not take records", extra={"reason": str(failure)})
        for index, entry in enumerate(batch):
            if entry.released is not None:
                entry.released(False)
                batch[index] = _Entry(entry.organisation, entry.records, None)
        self._backlog.extendleft(reversed(batch))
        await asyncio.sleep(retry_ms / 1000)
