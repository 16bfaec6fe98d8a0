"""One writer: commits what the core wants remembered, in order and in batches, and releases promises after it.

Call control never waits for it. While the database is away the facts are kept here, up to a limit; what is
dropped then is counted, and marked in the history as a gap when the database is back (reliability F20).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from cordboard.app.gaps import Gap, GapReason
from cordboard.app.ports import Journal, StorageFailure, StorageRefusal
from cordboard.core.records import Record
from cordboard.core.types import Instant, OrganisationId

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
    at: Instant
    """When it was decided."""


class Writer:
    """Feeds the journal."""

    def __init__(self, journal: Journal, now: Callable[[], Instant]) -> None:
        self._journal = journal
        self._now = now
        self._in_hand: list[_Entry] = []
        """What is being written; older than the backlog."""
        self._gaps: dict[tuple[OrganisationId, GapReason], Gap] = {}
        """Not marked in the history yet."""
        self.marked: Callable[[OrganisationId, Gap], None] = lambda _organisation, _gap: None
        """Is told of each gap that stands in the history from now on."""
        self.written: Callable[[OrganisationId, Sequence[Record]], None] = lambda _organisation, _records: (
            None
        )
        """Is told of what stands in the database from now on."""
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

    @property
    def waiting(self) -> int:
        """Records that are not in the database yet."""
        return self._size

    @property
    def whole_until(self) -> Instant:
        """Everything that was decided before this moment is in the database, or marked there as a gap."""
        oldest = [gap.since for gap in self._gaps.values()]
        oldest += [entry.at for entry in (*self._in_hand[:1], *islice(self._backlog, 1))]
        return min(oldest, default=self._now())

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
        """Have these kept. Never waits; while the database refuses, a promise is answered with no at once (D23)."""
        if not records:
            if released is not None:
                released(True)
            return
        if released is not None and self.failing_since is not None:
            self.add(organisation, records)
            released(False)
            return
        self._backlog.append(_Entry(organisation, tuple(records), released, self._now()))
        self._size += len(records)
        while self._size > BACKLOG_MAX:
            lost = self._backlog.popleft()
            self._size -= len(lost.records)
            self._lost(lost, GapReason.OVERFLOW)
            if lost.released is not None:
                lost.released(False)
        self._idle.clear()
        self._wake.set()

    def gap(self, organisation: OrganisationId, gap: Gap) -> None:
        """Have it marked in the history, as soon as the database takes it; joined with one of the same reason."""
        key = (organisation, gap.reason)
        before = self._gaps.get(key)
        if before is not None:
            counts = (before.records, gap.records)
            gap = replace(
                gap,
                since=min(before.since, gap.since),
                until=max(before.until, gap.until),
                records=None if None in counts else sum(count or 0 for count in counts),
            )
        self._gaps[key] = gap
        self._idle.clear()
        self._wake.set()

    def _lost(self, entry: _Entry, reason: GapReason) -> None:
        self.dropped += len(entry.records)
        self.gap(
            entry.organisation,
            Gap(since=entry.at, until=entry.at, reason=reason, records=len(entry.records)),
        )

    async def flushed(self) -> None:
        """Wait until everything added so far is committed, gaps included."""
        await self._idle.wait()

    async def crashed(self) -> None:
        """Wait for ever; a bug that ended the writer comes out here, because nothing can be promised any more."""
        assert self._task is not None, "not started"
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        retry_ms = RETRY_FIRST_MS
        while True:
            if not self._backlog and not self._gaps:
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
            batch = self._in_hand = self._next_batch()
            try:
                await self._write(batch)
                await self._mark_gaps()
            except StorageFailure as failure:
                await self._failed(batch, failure, retry_ms)
                retry_ms = min(retry_ms * 2, RETRY_LAST_MS)
                continue
            retry_ms = RETRY_FIRST_MS
            if self.failing_since is not None:
                log.warning("the database takes records again", extra={"dropped": self.dropped})
                self.failing_since = None

    def _next_batch(self) -> list[_Entry]:
        batch: list[_Entry] = []
        count = 0
        while self._backlog and count < BATCH_MAX:
            batch.append(self._backlog.popleft())
            count += len(batch[-1].records)
        return batch

    async def _mark_gaps(self) -> None:
        for key, gap in list(self._gaps.items()):
            organisation, _ = key
            try:
                await self._journal.mark(organisation, gap)
            except StorageRefusal as refusal:
                log.error(
                    "a gap cannot be marked",
                    extra={"organisation": organisation, "reason": str(refusal)},
                )
            else:
                log.warning(
                    "records may be missing",
                    extra={
                        "organisation": organisation,
                        "since": gap.since,
                        "until": gap.until,
                        "reason": gap.reason.value,
                        "records": gap.records,
                    },
                )
                self.marked(organisation, gap)
            # One that has grown meanwhile is written again.
            if self._gaps[key] is gap:
                del self._gaps[key]

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
            self._lost(entry, GapReason.REFUSED)
            whose = {call for record in entry.records if (call := getattr(record, "call", None)) is not None}
            for call in whose or {None}:
                log.error(
                    "records that the database refuses are lost",
                    extra={"organisation": organisation, "call": call, "reason": str(refusal)},
                )
            self._done([entry], kept=False)
        else:
            self._done([entry], kept=True)

    def _done(self, run: list[_Entry], *, kept: bool) -> None:
        for entry in run:
            self._size -= len(entry.records)
            if entry.released is not None:
                entry.released(kept)
            if kept:
                self.written(entry.organisation, entry.records)

    async def _failed(self, batch: list[_Entry], failure: StorageFailure, retry_ms: int) -> None:
        """Keep the facts for later; a promise is answered with no at once, so that nobody relies on it: those that
        have come while the database was tried, too, for the next try may take as long."""
        if self.failing_since is None:
            self.failing_since = asyncio.get_running_loop().time()
            log.error("the database does not take records", extra={"reason": str(failure)})
        self._backlog.extendleft(reversed(batch))
        self._in_hand = []
        promises = [entry.released for entry in self._backlog if entry.released is not None]
        self._backlog = deque(replace(e, released=None) if e.released else e for e in self._backlog)
        for released in promises:
            released(False)
        await asyncio.sleep(retry_ms / 1000)
