"""Knows up to when the history is whole, also after a death, and has what may be missing marked in it (F20).

A small file beside the database says up to which moment everything is written. A server that ends without a stop
leaves it as it was: the next one marks what lies between that moment and its own start. Where the file cannot be
written either, the moment in it only grows older, and the mark longer: nothing is missing without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from cordboard.app.clock import SteadyClock
from cordboard.app.gaps import SHOWN_MS, Gap, GapReason
from cordboard.app.history import History
from cordboard.app.ports import Journal, StorageFailure
from cordboard.app.tenancy import Tenancy
from cordboard.app.troubles import Trouble, TroubleCode, Troubles
from cordboard.app.writer import Writer
from cordboard.core.types import CallId, Instant, OrganisationId

log = logging.getLogger(__name__)

FILE = "written-until"
EVERY_MS = 1_000
"""Between two looks; a mark begins at most so much before what it is about."""
POWER_CUT_MS = 60_000
"""A machine that starts anew may have lost what was committed so shortly before (SQLite does not wait for the disk
at each commit, and the system writes by itself after half a minute)."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenUntil:
    """What the file says."""

    moment: Instant
    boot: str
    """Names this start of the machine; empty: it does not say."""
    offset_ns: int
    """How far its clock was ahead of the monotonic one (`SteadyClock`)."""
    stopped: bool
    """The server ended as it should, and left nothing unwritten."""


class WrittenFile:
    """The file; written in place, in one piece, so that it needs no room on a disk that is full."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.boot = _boot()

    def read(self) -> WrittenUntil | None:
        """None: there is none, or it says nothing that can be read."""
        try:
            moment, boot, offset, state = self._path.read_text(encoding="ascii").split("|")
            return WrittenUntil(
                moment=int(moment),
                boot=boot.strip(),
                offset_ns=int(offset),
                stopped=state.strip() == "stopped",
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            log.warning("it is not known up to when the history is whole", extra={"reason": str(problem)})
            return None

    def write(self, moment: Instant, offset_ns: int, *, stopped: bool = False) -> None:
        """Replace what it says.

        Raises:
            OSError: it says what it said.
        """
        line = f"{moment:20d}|{self.boot:36}|{offset_ns:20d}|{'stopped' if stopped else 'running'}\n".encode(
            "ascii"
        )
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, line, 0)
        finally:
            os.close(file)


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def left_behind(found: WrittenUntil | None, boot: str, now: Instant) -> Gap | None:
    """What a server before this one may have left unwritten; None: nothing, or there was none.

    Args:
        boot: names this start of the machine.
    """
    if found is None or found.stopped:
        return None
    since = found.moment if found.boot == boot else found.moment - POWER_CUT_MS
    # Somebody may have set the machine's clock back.
    return Gap(since=min(since, now), until=max(since, now), reason=GapReason.DIED, records=None)


class Wholeness:
    """Keeps the file, shows the gaps of the last day, and has what goes on written anew when records were given up."""

    def __init__(
        self,
        *,
        file: WrittenFile,
        writer: Writer,
        journal: Journal,
        history: History,
        remember_all: Callable[[OrganisationId, Collection[CallId]], None],
        tenancy: Tenancy,
        troubles: Troubles,
        clock: SteadyClock,
    ) -> None:
        """
        Args:
            remember_all: writes anew what goes on in an organisation, and closes those of these open calls that do not.
        """
        self._file, self._writer, self._history = file, writer, history
        self._tenancy, self._troubles, self._clock = tenancy, troubles, clock
        self._journal, self._remember_all = journal, remember_all
        self._to_renew: set[OrganisationId] = set()
        """Whose records were given up, and of whom what goes on is not written anew yet."""
        self._failing = False
        self._ended = False
        self._one_at_a_time = threading.Lock()

    async def begin(self) -> None:
        """Have marked what the server before this one may have left, before anything new is written.

        Raises:
            StorageFailure: the gaps of the last day cannot be read.
        """
        now = self._clock.now()
        self._writer.marked = self._marked
        for organisation in self._tenancy.organisations():
            # The latest comes first, and is the one that stays.
            for gap in reversed(await self._history.gaps(organisation, now - SHOWN_MS, None)):
                self._show(organisation, gap)
        left = left_behind(self._file.read(), self._file.boot, now)
        if left is not None:
            for organisation in self._tenancy.organisations():
                self._writer.gap(organisation, left)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._forget(self._clock.now())
            await asyncio.to_thread(self._note, self._writer.whole_until)
            await self._renew()
            await asyncio.sleep(EVERY_MS / 1000)

    def end(self) -> None:
        """The server stops, and the writer has stopped; what is not written by now stays to be marked."""
        whole = self._writer.waiting == 0
        # A look that is still under way must not have the last word.
        with self._one_at_a_time, contextlib.suppress(OSError):
            self._ended = True
            self._file.write(self._writer.whole_until, self._clock.offset_ns, stopped=whole)

    def _note(self, moment: Instant) -> None:
        try:
            with self._one_at_a_time:
                if not self._ended:
                    self._file.write(moment, self._clock.offset_ns)
        except OSError as problem:
            if not self._failing:
                log.error("cannot note up to when the history is whole", extra={"reason": problem.strerror})
            self._failing = True
        else:
            self._failing = False

    async def _renew(self) -> None:
        for organisation in list(self._to_renew):
            try:
                open_calls = await self._journal.open_calls(organisation)
            except StorageFailure as failure:
                log.warning("what goes on is not written anew yet", extra={"reason": str(failure)})
                return
            self._to_renew.discard(organisation)
            log.warning("what goes on is written anew", extra={"organisation": organisation})
            self._remember_all(organisation, [call.id for call in open_calls])

    def _marked(self, organisation: OrganisationId, gap: Gap) -> None:
        self._show(organisation, gap)
        # What the database refuses it would refuse again; what a dead server had not written the next one has asked.
        if gap.reason is GapReason.OVERFLOW:
            self._to_renew.add(organisation)

    def _show(self, organisation: OrganisationId, gap: Gap) -> None:
        self._troubles.show(
            Trouble(code=TroubleCode.HISTORY_GAP, since=gap.since, until=gap.until, organisation=organisation)
        )

    def _forget(self, now: Instant) -> None:
        for trouble in self._old(now):
            self._troubles.set(TroubleCode.HISTORY_GAP, on=False, organisation=trouble.organisation)

    def _old(self, now: Instant) -> Iterable[Trouble]:
        return [
            trouble
            for trouble in self._troubles.of(TroubleCode.HISTORY_GAP)
            if trouble.until is not None and now - trouble.until > SHOWN_MS
        ]
