"""The server looks after the house: alarms come and go, and a stuck exchange is woken."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from cordboard.app.ports import StorageFailure
from cordboard.app.troubles import Troubles
from cordboard.asterisk import logfiles
from cordboard.asterisk.awaken import awaken
from cordboard.asterisk.runtime import find, is_exchange
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.transport import AriResponse, AriTransport, AriUnavailable
from cordboard.wiring import watching
from cordboard.wiring.watching import AWAKEN_AFTER_MS, DISK_LOW_BYTES, House, Watching, task_figures
from tests.support.waiting import until

PROCESSORS = """
Processor                        Processed   In Queue  Max Depth  Low water High water
app_voicemail                            0          0          0        450        500
pjsip/distributor-0000001f            4711        501        620        450        500
stasis/m:manager:core-00000006       12034          7         19       2700       3000

3 taskprocessors
"""


@dataclass
class Pretended:
    """The parts that are looked at, as a test wants them."""

    up: bool = True
    offline: frozenset[str] = frozenset()
    is_stuck: bool = False
    silent_ms: int = 0
    failing_since: float | None = None
    mail_fails: bool = False
    is_database_away: bool = False
    queued: int = 0
    """Tasks in one processor of the exchange, which bears 500."""
    told: list[str] = field(default_factory=list)
    freed: int = 0
    """So often another connection was used."""

    @contextlib.asynccontextmanager
    async def beside(self) -> AsyncIterator[AriTransport]:
        """The exchange's HTTP."""
        self.freed += 1
        yield cast(Any, self)

    async def database(self) -> None:
        """The database is asked something small."""
        if self.is_database_away:
            raise StorageFailure("the server closed the connection")

    async def action(self, _name: str, **_fields: str) -> list[tuple[str, str]]:
        """The exchange's management socket: its task processors."""
        return [("Output", f"pjsip/distributor-1f 4711 {self.queued} {self.queued} 450 500")]

    async def request(self, *_words: str, **_more: object) -> AriResponse:
        """Which does not answer either."""
        raise AriUnavailable("no answer")


def watch(tmp_path: Path, parts: Pretended, *, free: int = 10 * DISK_LOW_BYTES) -> tuple[Watching, Troubles]:
    """A watch over these."""
    troubles = Troubles(lambda: 1, parts.told.append)
    house = House(
        engine=cast(Any, parts),
        writer=cast(Any, parts),
        hub=cast(Any, parts),
        exchange=cast(Any, parts),
        link=cast(Any, parts),
        beside=parts.beside,
        ami=cast(Any, parts),
        trunks=lambda: (Trunk(name="provider", host="sip.example.net"),),
        mail_fails=lambda: parts.mail_fails,
        database=parts.database,
        data=tmp_path,
        exchange_folder=tmp_path,
    )
    return Watching(house, troubles, lambda: free), troubles


@pytest.mark.parametrize(
    ("parts", "free", "raised"),
    [
        (Pretended(), 10 * DISK_LOW_BYTES, []),
        (Pretended(up=False), 10 * DISK_LOW_BYTES, ["exchange_away"]),
        (Pretended(up=False, is_stuck=True), 10 * DISK_LOW_BYTES, ["exchange_stuck"]),
        (Pretended(failing_since=1.0), 10 * DISK_LOW_BYTES, ["not_saved"]),
        (Pretended(offline=frozenset({"t-provider"})), 10 * DISK_LOW_BYTES, ["trunk_down"]),
        (Pretended(), DISK_LOW_BYTES - 1, ["disk_low"]),
        (Pretended(mail_fails=True), 10 * DISK_LOW_BYTES, ["mail_away"]),
    ],
)
async def test_what_is_wrong_is_raised_once_and_goes_when_it_is_over(
    tmp_path: Path, parts: Pretended, free: int, raised: list[str]
) -> None:
    """One alarm for each cause."""
    watching, troubles = watch(tmp_path, parts, free=free)

    watching.look()
    watching.look()

    assert [trouble.code.value for trouble in troubles.raised.values()] == raised
    assert len(parts.told) == len(raised)
    parts.up, parts.is_stuck, parts.failing_since, parts.offline = True, False, None, frozenset()
    parts.mail_fails = False
    again = Watching(watching._house, troubles, lambda: 10 * DISK_LOW_BYTES)
    again.look()
    assert not troubles.raised


async def test_an_exchange_that_does_not_dial_is_woken_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before it had time to dial by itself, and not at every look."""
    woken: list[int] = []
    monkeypatch.setattr(watching, "find", lambda _folder: 4711)
    monkeypatch.setattr(watching, "awaken", woken.append)
    parts = Pretended(up=False)
    watcher, _ = watch(tmp_path, parts)
    for silent_ms in range(0, 3 * AWAKEN_AFTER_MS, 1_000):
        parts.silent_ms = silent_ms
        watcher.look()
        await asyncio.sleep(0)

    assert woken == [4711, 4711]
    assert parts.freed == 2


class Manager:
    """The exchange's management socket: says nothing, or something that nobody expected."""

    def __init__(self, problem: Exception | None) -> None:
        self.asked, self._problem = 0, problem

    async def action(self, _name: str, **_fields: str) -> list[tuple[str, str]]:
        """As `AmiClient`."""
        self.asked += 1
        if self._problem is not None:
            raise self._problem
        await asyncio.Event().wait()
        return []


@pytest.mark.parametrize("problem", [None, ValueError("not a letter")])
async def test_alarms_are_looked_for_whatever_the_figures_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception | None
) -> None:
    """The exchange does not answer a question about itself, or with what cannot be read; it is asked one at a time."""
    monkeypatch.setattr(watching, "LOOK_MS", 1)
    monkeypatch.setattr(watching, "TASKS_EVERY", 2)
    parts, manager = Pretended(), Manager(problem)
    watcher, troubles = watch(tmp_path, parts)
    watcher._house = dataclasses.replace(watcher._house, ami=cast(Any, manager))
    running = asyncio.create_task(watcher.run())
    await until(lambda: watcher._looks >= 9)
    parts.up = False
    await until(lambda: bool(troubles.raised))
    still_looks = not running.done()
    running.cancel()

    assert still_looks
    assert manager.asked == 1 if problem is None else manager.asked > 1


def test_the_exchange_is_looked_for_only_when_it_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which process it is, is asked of it alone as long as it lives."""
    looked: list[Path] = []
    alive = {4711}

    def find_it(folder: Path) -> int | None:
        looked.append(folder)
        return min(alive, default=None)

    monkeypatch.setattr(watching, "find", find_it)
    monkeypatch.setattr(watching, "is_exchange", lambda pid, _folder: pid in alive)
    watcher, _ = watch(tmp_path, Pretended())

    first = [watcher._find_exchange() for _ in range(5)]
    alive.clear()
    none = watcher._find_exchange()
    alive.add(4712)
    then = [watcher._find_exchange() for _ in range(5)]

    assert (first, none, then) == ([4711] * 5, None, [4712] * 5)
    assert len(looked) == 3


def test_the_exchange_is_known_by_its_command_line(tmp_path: Path) -> None:
    """Not by its number alone, which another process may have by now."""
    words = [
        sys.executable,
        "-c",
        "import sys; print(flush=True); sys.stdin.read()",
        "-C",
        str(tmp_path / "etc" / "asterisk.conf"),
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        # Between the fork and its first step it has no command line.
        assert process.stdout is not None and process.stdout.readline()
        assert find(tmp_path) == process.pid
        assert is_exchange(process.pid, tmp_path)
        assert not is_exchange(process.pid, tmp_path / "other")
    assert find(tmp_path) is None
    assert not is_exchange(process.pid, tmp_path)


def test_waking_reaches_every_thread() -> None:
    """Each thread waits for the signal that Asterisk uses for this, and goes on."""
    program = (
        "import signal, threading\n"
        "wanted = {signal.SIGURG}\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, wanted)\n"
        "threads = [threading.Thread(target=signal.sigwait, args=(wanted,)) for _ in range(3)]\n"
        "[t.start() for t in threads]\n"
        "print('ready', flush=True)\n"
        "signal.sigwait(wanted)\n"
        "[t.join() for t in threads]\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            assert awaken(process.pid) == 4
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    assert awaken(process.pid) == 0


def test_the_task_processors_are_summed_up() -> None:
    """How many, how much waits, the longest, and those that are past their limit (F19)."""
    figures = task_figures(PROCESSORS.splitlines())

    assert figures is not None
    assert (figures.processors, figures.queued, figures.queued_max, figures.over_high_water) == (
        3,
        508,
        501,
        1,
    )
    assert task_figures(["No such command"]) is None


async def test_a_database_that_goes_away_while_nobody_calls_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written then that could fail: it is asked now and then, and told when it answers again."""
    assert watching.LOOK_MS * watching.DATABASE_EVERY + watching.DATABASE_MS <= 10_000
    monkeypatch.setattr(watching, "LOOK_MS", 1)
    parts = Pretended()
    watcher, troubles = watch(tmp_path, parts)
    running = asyncio.create_task(watcher.run())
    await until(lambda: watcher._looks > watching.DATABASE_EVERY)
    at_first = watcher.database_ok

    parts.is_database_away = True
    await until(lambda: [trouble.code.value for trouble in troubles.raised.values()] == ["not_saved"])
    away = watcher.database_ok
    parts.is_database_away = False
    await until(lambda: not troubles.raised)
    running.cancel()

    assert (at_first, away, watcher.database_ok) == (True, False, True)


async def test_a_database_that_does_not_say_anything_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that swallows the question raises nothing."""
    monkeypatch.setattr(watching, "DATABASE_MS", 20)
    watcher, _ = watch(tmp_path, Pretended())

    async def silent() -> None:
        await asyncio.Event().wait()

    watcher._house = dataclasses.replace(watcher._house, database=silent)
    await watcher._check_database()

    assert not watcher.database_ok


async def test_the_exchange_s_logs_are_kept_short_while_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a minute; what is not there is begun anew, as is what has just been put aside."""
    monkeypatch.setattr(watching, "LOOK_MS", 1)
    monkeypatch.setattr(logfiles, "LOG_BYTES_MAX", 10)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "security").write_text("somebody tries a password")
    told: list[str] = []
    parts = Pretended()

    async def action(_name: str, **fields: str) -> list[tuple[str, str]]:
        told.append(fields["Command"])
        return []

    parts.action = action  # type: ignore[method-assign]
    running = asyncio.create_task(watch(tmp_path, parts)[0].run())
    await until(lambda: logfiles.REOPEN in told)
    running.cancel()

    assert (tmp_path / "log" / "security.old").exists()
    assert not (tmp_path / "log" / "security").exists()


async def test_an_exchange_that_cannot_keep_up_is_told_when_it_lasts(tmp_path: Path) -> None:
    """F19: a task processor past its limit is an alarm at the second answer, and none when it is within it again."""
    parts = Pretended(queued=501)
    watcher, troubles = watch(tmp_path, parts)

    async def raised() -> list[str]:
        await watcher._ask_tasks()
        watcher.look()
        return [trouble.code.value for trouble in troubles.raised.values()]

    burst, lasts = await raised(), await raised()
    parts.queued = 500
    over = await raised()

    assert (burst, lasts, over) == ([], ["exchange_busy"], [])
