"""Looks after the house: raises alarms for those who supervise, and gathers the figures for `/metrics`."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cordboard.app.engine import Engine
from cordboard.app.ports import StorageFailure
from cordboard.app.troubles import TroubleCode, Troubles
from cordboard.app.writer import Writer
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.awaken import awaken, end_sounds
from cordboard.asterisk.client import AriLink
from cordboard.asterisk.exchange import AsteriskExchange
from cordboard.asterisk.logfiles import keep_short
from cordboard.asterisk.runtime import find, is_exchange
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.transport import AriTransport, AriUnavailable
from cordboard.core.call import CallState
from cordboard.core.types import OrganisationId
from cordboard.web.metrics import Figures, ProcessFigures, TaskFigures
from cordboard.web.push import Hub

log = logging.getLogger(__name__)

LOOK_MS = 1_000
"""Between two looks; an alarm comes at most so much later than its cause."""
AWAKEN_AFTER_MS = 5_000
TASKS_EVERY = 15
"""Looks between two questions for the exchange's task processors: the answer is a page of text."""
BUSY_ANSWERS = 2
"""So many answers running with one past its limit are an alarm: a burst is over by the second."""
DATABASE_EVERY = 5
"""Looks between two questions whether the database answers: while nobody calls nothing else would tell."""
LOGS_EVERY = 60
"""Looks between two at the size of the exchange's logs."""
DATABASE_MS = 4_000
"""Longer is no answer."""
DISK_LOW_BYTES = 512 * 2**20
"""With less an alarm is raised; a full one costs history and then the start after a crash (F20)."""
_TASK = re.compile(r"^(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$")


@dataclass(frozen=True, kw_only=True)
class House:
    """What is looked at."""

    engine: Engine
    writer: Writer
    hub: Hub
    exchange: AsteriskExchange
    link: AriLink
    beside: Callable[[], AbstractAsyncContextManager[AriTransport]]
    """A connection beside it, for when it hangs."""
    ami: AmiClient
    trunks: Callable[[], Sequence[Trunk]]
    """Those that there are now."""
    mail_fails: Callable[[], bool]
    """Letters do not leave."""
    database: Callable[[], Awaitable[None]]
    """Asks it something small; raises StorageFailure."""
    data: Path
    exchange_folder: Path


class Watching:
    """Looks once a second, for as long as `run` runs."""

    def __init__(self, house: House, troubles: Troubles, free_bytes: Callable[[], int] | None = None) -> None:
        self._house = house
        self._troubles = troubles
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(house.data).free)
        self._lag_s = 0.0
        self._disk_free = 0
        self._tasks: TaskFigures | None = None
        self._busy = 0
        """Answers running in which a task processor was past its limit."""
        self._asking: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None
        self._shortening: asyncio.Task[None] | None = None
        self._database_answers = True
        self._freeing: asyncio.Task[None] | None = None
        self._exchange_pid: int | None = None
        """As it was seen last; it may have ended since."""
        self._looks = 0
        self._woken_at_ms = 0
        """After how much silence it was woken last."""

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                due = loop.time() + LOOK_MS / 1000
                await asyncio.sleep(LOOK_MS / 1000)
                self._lag_s = max(0.0, loop.time() - due)
                self.look()
                if self._looks % TASKS_EVERY == 1 and (self._asking is None or self._asking.done()):
                    # An exchange that is slow to answer must not hold up the alarm that says so.
                    self._asking = asyncio.create_task(self._ask_tasks(), name="task processors")
                    self._asking.add_done_callback(_tried)
                if self._looks % DATABASE_EVERY == 0 and (self._checking is None or self._checking.done()):
                    self._checking = asyncio.create_task(self._check_database(), name="database")
                    self._checking.add_done_callback(_tried)
                if self._looks % LOGS_EVERY == 0 and (self._shortening is None or self._shortening.done()):
                    shorten = keep_short(self._house.exchange_folder, self._house.ami)
                    self._shortening = asyncio.create_task(shorten, name="logs")
                    self._shortening.add_done_callback(_tried)
        finally:
            for task in (self._asking, self._freeing, self._checking, self._shortening):
                if task is not None:
                    task.cancel()

    def look(self) -> None:
        """See what is wrong now, and what is wrong no more."""
        self._looks += 1
        self._awaken()
        house, is_set = self._house, self._troubles.set
        stuck = house.link.is_stuck
        is_set(TroubleCode.EXCHANGE_AWAY, on=not house.exchange.up and not stuck)
        is_set(TroubleCode.EXCHANGE_STUCK, on=not house.exchange.up and stuck)
        is_set(TroubleCode.EXCHANGE_BUSY, on=house.exchange.up and self._busy >= BUSY_ANSWERS)
        is_set(TroubleCode.NOT_SAVED, on=not self.database_ok)
        try:
            self._disk_free = self._free_bytes()
        except OSError:
            self._disk_free = 0
        is_set(TroubleCode.DISK_LOW, on=self._disk_free < DISK_LOW_BYTES)
        is_set(TroubleCode.MAIL_AWAY, on=house.mail_fails())
        trunks = house.trunks()
        living = {(trunk.name, trunk.organisation or None) for trunk in trunks}
        for down in self._troubles.of(TroubleCode.TRUNK_DOWN):
            if (down.name, down.organisation) not in living:
                is_set(TroubleCode.TRUNK_DOWN, on=False, name=down.name, organisation=down.organisation)
        for trunk in trunks:
            # An exchange that is away says nothing of its trunks; what it said last stands.
            if house.exchange.up:
                is_set(
                    TroubleCode.TRUNK_DOWN,
                    on=trunk.endpoint in house.exchange.offline,
                    name=trunk.name,
                    organisation=OrganisationId(trunk.organisation) if trunk.organisation else None,
                )

    @property
    def database_ok(self) -> bool:
        """It took what was written last, and it answers."""
        return self._database_answers and self._house.writer.failing_since is None

    async def _check_database(self) -> None:
        try:
            async with asyncio.timeout(DATABASE_MS / 1000):
                await self._house.database()
        except (StorageFailure, TimeoutError) as problem:
            if self._database_answers:
                reason = str(problem) or f"no answer within {DATABASE_MS} ms"
                log.error("the database does not answer", extra={"reason": reason})
            self._database_answers = False
        else:
            if not self._database_answers:
                log.warning("the database answers again")
            self._database_answers = True

    def _awaken(self) -> None:
        """An exchange that lives dials us twice a second; one that does not has to be woken."""
        silent_ms = self._house.link.silent_ms
        if silent_ms < AWAKEN_AFTER_MS or silent_ms - self._woken_at_ms < AWAKEN_AFTER_MS:
            if silent_ms == 0:
                self._woken_at_ms = 0
            return
        self._woken_at_ms = silent_ms
        pid = self._find_exchange()
        if pid is not None:
            reached = awaken(pid)
            log.error("the exchange lives and does not dial; it is woken", extra={"threads": reached})
        if self._freeing is None or self._freeing.done():
            self._freeing = asyncio.create_task(self._free(), name="freeing the exchange")
            self._freeing.add_done_callback(_tried)

    async def _free(self) -> None:
        """A tone, a sentence or a message may hold up a command, and with it the thread that would dial."""
        try:
            async with self._house.beside() as transport:
                ended = await end_sounds(transport)
        except AriUnavailable as problem:
            log.warning("the exchange does not answer beside the connection", extra={"reason": str(problem)})
            return
        if ended:
            log.error("what may have held up the exchange is ended", extra={"sounds": ended})

    def _find_exchange(self) -> int | None:
        """None: none lives here. Going through all processes of a large machine takes long, so it is rarely done."""
        folder = self._house.exchange_folder
        if self._exchange_pid is None or not is_exchange(self._exchange_pid, folder):
            self._exchange_pid = find(folder)
        return self._exchange_pid

    async def _ask_tasks(self) -> None:
        figures = None
        try:
            answer = await self._house.ami.action("Command", Command="core show taskprocessors")
            figures = task_figures(text for key, text in answer if key == "Output")
        except AmiFailed:
            return
        finally:
            self._tasks = figures
            # Of one that says nothing it is not known: other alarms tell of that.
            self._busy = self._busy + 1 if figures is not None and figures.over_high_water else 0

    def figures(self) -> Figures:
        """As it is now; cheap enough for every few seconds."""
        house = self._house
        calls: Counter[tuple[str, str]] = Counter()
        waiting: Counter[tuple[str, str]] = Counter()
        agents: Counter[tuple[str, str]] = Counter()
        for organisation, desk in house.engine.desks.items():
            for call in desk.board.calls.values():
                calls[organisation, call.state.value] += 1
                if call.state is CallState.WAITING and call.queue is not None:
                    waiting[organisation, call.queue] += 1
            for agent in desk.board.agents.values():
                agents[organisation, agent.status.value] += 1
        pid = self._find_exchange()
        processes = {
            "server": process_figures(os.getpid()),
            "exchange": None if pid is None else process_figures(pid),
        }
        return Figures(
            version=version("cordboard"),
            exchange_up=house.exchange.up,
            database_ok=self.database_ok,
            consoles=house.hub.count(),
            turns=house.engine.turns,
            loop_lag_s=self._lag_s,
            records_waiting=house.writer.waiting,
            records_dropped=house.writer.dropped,
            commands_waiting=house.link.waiting,
            reconciled=house.exchange.compared,
            disk_free_bytes=self._disk_free,
            calls=calls,
            waiting=waiting,
            agents=agents,
            alarms=Counter(trouble.code.value for trouble in self._troubles.raised.values()),
            processes={name: its for name, its in processes.items() if its is not None},
            tasks=self._tasks,
        )


def task_figures(lines: Iterable[str]) -> TaskFigures | None:
    """Sum up what `core show taskprocessors` prints; None: it is something else."""
    rows = [found.groups() for line in lines if (found := _TASK.match(line.strip())) is not None]
    if not rows:
        return None
    queued = [int(row[2]) for row in rows]
    return TaskFigures(
        processors=len(rows),
        queued=sum(queued),
        queued_max=max(queued),
        over_high_water=sum(int(row[2]) > int(row[5]) for row in rows),
    )


def process_figures(pid: int) -> ProcessFigures | None:
    """As the kernel counts them; None: there is no such process, or it is not for us to see."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        threads = len(os.listdir(f"/proc/{pid}/task"))
        files = len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, IndexError, ValueError):
        return None
    return ProcessFigures(
        resident_bytes=pages * os.sysconf("SC_PAGE_SIZE"), threads=threads, open_files=files
    )


def _tried(task: asyncio.Task[None]) -> None:
    """What cannot be had of the exchange is no reason to end a server that has calls."""
    problem = None if task.cancelled() else task.exception()
    if problem is not None:
        log.error("the exchange was asked in vain", extra={"task": task.get_name()}, exc_info=problem)
