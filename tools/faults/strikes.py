"""What is done to a busy office: each strike says what it hit, waits until it is over, and is measured."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cordboard.parent import QUICK_DEATH_MS
from cordboard.wiring.calendar import CALENDAR_S
from tests.support.postgres import aside
from tools.faults.office import Office
from tools.faults.own_death import OwnDeaths
from tools.faults.proxy import SocketFault
from tools.faults.wall import moments

CALLS_MIN, STATES_MIN = 10, 5
"""A strike counts only with so many calls up in so many states."""
FULL_S, BACK_S, EXCHANGE_BACK_S = 60.0, 40.0, 60.0
STOP_S = (1.0, 4.0)
LONG_STOP_S = 14.0
"""Longer than the parent bears of a server."""
DISK_FULL_S = (3.0, 6.0)
DATABASE_AWAY_S = (3.0, 8.0)
VANISHED_S = (2.0, 6.0)
TINY_FILE_BYTES = 4_096


@dataclass(slots=True)
class Tally:
    """What was struck and how long it took to come back; milliseconds."""

    struck: Counter[str] = field(default_factory=Counter)
    seen_ms: list[float] = field(default_factory=list)
    """From the death of a server until every console was whole again."""
    control_ms: list[float] = field(default_factory=list)
    """From the death of a server until a click of somebody who talks was obeyed."""
    exchange_ms: list[float] = field(default_factory=list)
    """From the death of an exchange until every console had the next one."""
    socket_ms: list[float] = field(default_factory=list)
    """From the end of a socket fault until every console was whole and a click was obeyed."""
    states: Counter[str] = field(default_factory=Counter)
    """Calls in each state, over all strikes at the server and the exchange."""


class NotFull(Exception):
    """The office did not get busy enough for a strike to count."""


class Striker:
    """Strikes an office.

    Args:
        say: shows a line of progress.
        deaths: is told of a death that is dealt.
        disk: fills the disk while the context lasts; None: the server's files may not grow instead.
        away: takes the database away while the context lasts; None: somebody else has SQLite's file to themselves.
    """

    def __init__(
        self,
        office: Office,
        say: Callable[[str], None],
        deaths: OwnDeaths,
        disk: Callable[[], contextlib.AbstractContextManager[None]] | None = None,
        away: Callable[[], contextlib.AbstractContextManager[None]] | None = None,
    ) -> None:
        self.office = office
        self.tally = Tally()
        self._say = say
        self._away = away
        self._deaths = deaths
        self._disk = disk
        self._died_at = 0.0

    async def _ready(self) -> str:
        """Wait until enough calls are up.

        Raises:
            NotFull: they did not come.
        """
        counted = await self.office.full(CALLS_MIN, STATES_MIN, FULL_S)
        if counted is None:
            raise NotFull(f"only {dict(self.office.states())} after {FULL_S:.0f} s")
        self.tally.states.update(counted)
        named = ", ".join(f"{number} {state}" for state, number in counted.most_common())
        return f"{counted.total()} calls up ({named})"

    async def kill_server(self) -> None:
        """kill -9, in the middle of whatever is clicked then."""
        cordboard = self.office.cordboard
        await cordboard.standby()
        # A server that dies right after its start is waited for on purpose; that is not what is measured here.
        await asyncio.sleep(max(0.0, self._died_at + QUICK_DEATH_MS / 1000 + 0.3 - time.monotonic()))
        up = await self._ready()
        began = self._died_at = time.monotonic()
        os.kill(cordboard.server_pid(), signal.SIGKILL)
        await self._server_back("kill of Cordboard", began, up, measured=True)

    async def _server_back(self, what: str, began: float, up: str, *, measured: bool) -> bool:
        """Wait until it is; counts the strike, or complains. Says whether it is."""
        office = self.office
        seen = await office.seen_again(began, BACK_S)
        control = await office.in_control(began, BACK_S)
        if seen is None or control is None:
            office.complaints.append(f"{what}: not back within {BACK_S:.0f} s")
            return False
        if measured:
            self.tally.seen_ms.append(seen)
            self.tally.control_ms.append(control)
        self.tally.struck[what] += 1
        await office.settles(what)
        self._say(f"{what}: {up}; consoles back after {seen:.0f} ms, in control after {control:.0f} ms")
        return True

    async def stop_server(self) -> None:
        """SIGSTOP: for a moment, or for so long that the parent replaces it."""
        office = self.office
        is_long = office.chance.random() < 0.25
        if is_long:
            await office.cordboard.standby()
        up = await self._ready()
        pid, began = office.cordboard.server_pid(), time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        if is_long:
            self._died_at = began + LONG_STOP_S
            with office.callers.kept_apart():
                await self._server_back("long stop of Cordboard", began, up, measured=False)
            return
        stopped_s = office.chance.uniform(*STOP_S)
        with office.callers.kept_apart():
            await asyncio.sleep(stopped_s)
            os.kill(pid, signal.SIGCONT)
            control = await office.in_control(time.monotonic(), BACK_S)
        await self._over("stop of Cordboard", f"{up}; for {stopped_s:.1f} s", control)

    async def stop_exchange(self) -> None:
        """SIGSTOP of Asterisk, and on again; a stop past 5 s is noticed by the consoles."""
        office = self.office
        up = await self._ready()
        stopped_s = office.chance.uniform(*STOP_S) * (2 if office.chance.random() < 0.3 else 1)
        pid = office.cordboard.exchange_pid()
        os.kill(pid, signal.SIGSTOP)
        with office.callers.kept_apart():
            await asyncio.sleep(stopped_s)
            os.kill(pid, signal.SIGCONT)
            control = await office.in_control(time.monotonic(), BACK_S)
        await self._over("stop of Asterisk", f"{up}; for {stopped_s:.1f} s", control)

    async def kill_exchange(self) -> None:
        """kill -9 of Asterisk: its calls are gone, everything else comes back."""
        office = self.office
        up = await self._ready()
        began = time.monotonic()
        self._deaths.will_be_killed()
        office.cordboard.kill_exchange()
        office.callers.exchange_died()
        await office.until(lambda: not office.everybody_sees(), began + EXCHANGE_BACK_S)
        told = (time.monotonic() - began) * 1000
        await office.phones_come_back()
        if not await office.until(office.everybody_sees, began + EXCHANGE_BACK_S):
            office.complaints.append(f"kill of Asterisk: not back within {EXCHANGE_BACK_S:.0f} s")
            return
        back = (time.monotonic() - began) * 1000
        self.tally.exchange_ms.append(back)
        self.tally.struck["kill of Asterisk"] += 1
        await office.settles("kill of Asterisk")
        self._say(f"kill of Asterisk: {up}; consoles told after {told:.0f} ms, back after {back:.0f} ms")

    async def break_socket(self) -> None:
        """One of the things that can happen to the connection between the two."""
        office = self.office
        up = await self._ready()
        fault = office.chance.choices(list(SocketFault), weights=(4, 3, 2, 1, 2), k=1)[0]
        lasts_ms = 6_000 if fault is SocketFault.HALF_OPEN else office.chance.randint(200, 2_000)
        dialled = office.wire.connections
        with office.callers.kept_apart():
            if await office.wire.suffer(fault, for_ms=lasts_ms) == 0:
                office.complaints.append(f"socket {fault.value}: there was no connection to break")
            began = time.monotonic()
            if fault in (SocketFault.RESET, SocketFault.CLOSED, SocketFault.HALF_OPEN):
                await office.until(lambda: office.wire.connections > dialled, began + BACK_S)
            control = await office.in_control(began, BACK_S)
        if control is not None:
            self.tally.socket_ms.append(control)
        await self._over(f"socket {fault.value}", up, control)

    async def fill_disk(self) -> None:
        """No byte can be written; calls go on."""
        await self._without_storage("full disk", self._full_disk(), DISK_FULL_S)

    def _full_disk(self) -> contextlib.AbstractContextManager[None]:
        return (
            self._disk() if self._disk is not None else _files_cannot_grow(self.office.cordboard.server_pid())
        )

    async def stop_database(self) -> None:
        """The database takes nothing."""
        file = self.office.cordboard.data / "cordboard.db"
        away = self._away() if self._away is not None else _locked(file)
        await self._without_storage("database away", away, DATABASE_AWAY_S)

    async def _without_storage(
        self, what: str, away: contextlib.AbstractContextManager[None], lasts_s: tuple[float, float]
    ) -> None:
        up = await self._ready()
        office, seconds = self.office, self.office.chance.uniform(*lasts_s)
        # Beside the loop: the telephones of this office speak meanwhile.
        async with aside(away):
            began = time.monotonic()
            meanwhile = await office.in_control(began, seconds)
            await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
        control = await office.in_control(time.monotonic(), BACK_S)
        if meanwhile is not None:
            await self._over(what, f"{up}; for {seconds:.1f} s; in control meanwhile", control)
            return
        office.complaints.append(f"{what}: not in control while it lasted")
        if control is None:
            office.complaints.append(f"{what}: not in control afterwards")
        await office.settles(what)

    async def pull_plug(self) -> None:
        """An agent's telephone is gone without a word, and registers again later."""
        office = self.office
        up = await self._ready()
        agent = office.chance.choice(office.agents)
        agent.cut_off |= {card["id"] for card in agent.mine()}
        agent.phone.vanish()
        await asyncio.sleep(office.chance.uniform(*VANISHED_S))
        await agent.phone.open()
        await office.registers(agent)
        control = await office.in_control(time.monotonic(), BACK_S)
        await self._over("vanished telephone", up, control)

    async def set_clock(self) -> None:
        """The machine's clock is set, as far as the server can tell; every second time it dies right after."""
        office, dies = self.office, self.office.chance.random() < 0.5
        if dies:
            await office.cordboard.standby()
        up = await self._ready()
        before = moments(office.cards(), office.consoles)
        jump_ms, began = office.wall.jump(office.chance), time.monotonic()
        if dies:
            self._died_at = began
            os.kill(office.cordboard.server_pid(), signal.SIGKILL)
            if not await self._server_back("clock set and kill of Cordboard", began, up, measured=False):
                return
        # It has looked at the wall by then.
        await asyncio.sleep(CALENDAR_S + 1)
        control = await office.in_control(time.monotonic(), BACK_S)
        office.complaints += before.broken(moments(office.cards(), office.consoles), died=dies)
        if not dies:
            await self._over("clock set", f"{up}; by {jump_ms / 1000:+.0f} s", control)
        elif control is None:
            office.complaints.append("clock set and kill of Cordboard: not in control afterwards")

    async def _over(self, what: str, up: str, control: float | None) -> None:
        if control is None:
            self.office.complaints.append(f"{what}: not in control afterwards")
            return
        self.tally.struck[what] += 1
        await self.office.settles(what)
        self._say(f"{what}: {up}; in control after {control:.0f} ms")

    @property
    def by_name(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What can be asked for."""
        return {
            "kills": self.kill_server,
            "asterisk-kills": self.kill_exchange,
            "stops": self.stop_server,
            "asterisk-stops": self.stop_exchange,
            "socket-faults": self.break_socket,
            "full-disks": self.fill_disk,
            "database-stops": self.stop_database,
            "vanished-phones": self.pull_plug,
            "clock-jumps": self.set_clock,
        }


@contextlib.contextmanager
def _files_cannot_grow(pid: int) -> Iterator[None]:
    """For a process of ours: a write past the first bytes of any file fails (EFBIG), as on a disk that is full."""
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (TINY_FILE_BYTES, limits[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextlib.contextmanager
def _locked(database: Path) -> Iterator[None]:
    # Taken in one thread and given back in another (`aside`), never in two at once.
    connection = sqlite3.connect(database, isolation_level=None, timeout=10, check_same_thread=False)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextlib.contextmanager
def ballast(folder: Path) -> Iterator[None]:
    """Fill the (small) disk of this folder to the last byte."""
    file = folder / "ballast"
    with file.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 65_536)
    with file.open("ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
