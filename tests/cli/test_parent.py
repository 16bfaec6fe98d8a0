"""The parent: when a server may be given up, and what happens to the exchange then."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cordboard import parent as parent_
from cordboard import watchdog
from cordboard.launch import CannotStart, Launch
from cordboard.parent import EXIT_CANNOT_START, LOADED, Parent
from cordboard.watchdog import Said
from tests.support.waiting import until

SERVER = """
import os, pathlib, sys, time
count = pathlib.Path(sys.argv[1])
if sys.argv[5] == "ends":
    sys.exit(1)
os.write(0, sys.argv[5].encode() + bool(sys.argv[5]) * b"\\n")
if not sys.stdin.buffer.raw.read(16):
    sys.exit(0)
starts = int(count.read_text()) + 1
count.write_text(str(starts))
if starts in [int(word) for word in sys.argv[2].split(",")]:
    time.sleep(float(sys.argv[3]))
    sys.exit(int(sys.argv[4]))
sys.exit(78)
"""
"""Says that it has loaded, lives for a while at the starts named, and then ends with that code; at every other
start it cannot start."""


class Exchange:
    """A living one."""

    def __init__(self, *, adopted: bool) -> None:
        self.adopted = adopted
        self.stopped = self.closed = self.killed = False

    async def answers(self) -> bool:
        """It hangs."""
        return False

    def kill(self) -> None:
        """Ended without asking."""
        self.killed = True

    async def stop(self) -> None:
        """Ended, with its calls."""
        self.stopped = True

    def close(self) -> None:
        """Let go of."""
        self.closed = True


def parent_of(folder: Path, *, lives_at: str, seconds: float, code: int = 1) -> tuple[Parent, Path]:
    """A parent of such servers, and the file with how often one was started."""
    count = folder / "starts"
    count.write_text("0")
    words = [sys.executable, "-c", SERVER, str(count), lives_at, str(seconds), str(code), LOADED]
    parent = Parent(cast(Launch, None), words, None, lambda _line: None)
    parent._ask_server = answering(count, lives_at)  # type: ignore[method-assign]
    return parent, count


def answering(count: Path, lives_at: str) -> Callable[[], Coroutine[Any, Any, Said]]:
    """What such a server says when it is asked."""

    async def answers() -> Said:
        return Said.by(count.read_text() in lives_at.split(","))

    return answers


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    monkeypatch.setattr(parent_, "RESTART_PAUSES_MS", (0, 50))
    monkeypatch.setattr(parent_, "QUICK_DEATH_MS", 400)
    monkeypatch.setattr(parent_, "SPARE_AFTER_MS", 100)
    monkeypatch.setattr(watchdog, "START_LOOK_MS", 50)


async def test_a_server_that_cannot_start_at_all_ends_the_parent(tmp_path: Path) -> None:
    """It has said why; starting it again would say the same."""
    parent, count = parent_of(tmp_path, lives_at="99", seconds=0)
    with pytest.raises(CannotStart):
        await asyncio.wait_for(parent.run(), 20)

    assert count.read_text() == "1"


async def test_a_server_that_has_served_is_started_again_until_it_can(tmp_path: Path) -> None:
    """It died, and for a while its disk is full: the exchange with its calls is not ended for that."""
    parent, count = parent_of(tmp_path, lives_at="1,4", seconds=1.0)
    parent._exchange = cast(Any, exchange := Exchange(adopted=False))
    running = asyncio.create_task(parent.run())
    for _ in range(400):
        if count.read_text() == "4":
            break
        await asyncio.sleep(0.05)
    assert not running.done()
    assert not exchange.stopped

    parent._stopping.set()
    assert await asyncio.wait_for(running, 20) == 0
    assert exchange.stopped


async def test_a_slow_machine_hears_as_well_that_it_cannot_start(tmp_path: Path) -> None:
    """The server needs its time to say no: that is no service, and it is not asked again."""
    parent, count = parent_of(tmp_path, lives_at="99", seconds=0)
    parent._words[2] = parent._words[2].replace("sys.exit(78)", "time.sleep(1.5); sys.exit(78)")
    with pytest.raises(CannotStart):
        await asyncio.wait_for(parent.run(), 20)

    assert count.read_text() == "1"


@pytest.mark.parametrize("when", ["the server died", "a newer one was asked for"])
async def test_a_machine_that_has_no_room_for_a_server_does_not_end_the_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Its memory was full, which is why the server died, or the program is being replaced: it is tried again."""
    monkeypatch.setattr(parent_, "SPARE_AFTER_MS", 100_000)
    died = when == "the server died"
    parent, count = parent_of(tmp_path, lives_at="1,2", seconds=0.6 if died else 100.0)
    parent._exchange = cast(Any, exchange := Exchange(adopted=False))
    begins, start = 0, parent_._Child.start

    async def begun(words: list[str]) -> parent_._Child:
        nonlocal begins
        begins += 1
        if begins in (2, 3):
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return await start(words)

    monkeypatch.setattr(parent_._Child, "start", begun)
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    if not died:
        parent._renewing.set()
    await until(lambda: running.done() or (count.read_text() == "2" if died else begins == 2))
    await asyncio.sleep(0.2)
    lives, served = not running.done(), count.read_text()
    parent._stopping.set()
    await asyncio.gather(running, return_exceptions=True)

    assert lives
    assert served == ("2" if died else "1")
    assert exchange.stopped, "told to stop"


async def test_a_terminal_that_was_closed_does_not_end_the_calls(tmp_path: Path) -> None:
    """Its end asks for a newer server, as SIGHUP does; what is said of that reaches nobody."""
    parent, count = parent_of(tmp_path, lives_at="1,2", seconds=100.0)

    def closed(_line: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    parent = Parent(cast(Launch, None), parent._words, None, closed)
    parent._ask_server = answering(count, "1,2")  # type: ignore[method-assign]
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    parent._renewing.set()
    await until(lambda: running.done() or count.read_text() == "2")
    lives = not running.done()
    parent._stopping.set()
    await asyncio.gather(running, return_exceptions=True)

    assert lives


async def test_when_memory_is_full_a_server_goes_before_the_exchange(tmp_path: Path) -> None:
    """Calls outlive the one; the other is what they are in, and may be the larger of the two."""
    words = (sys.executable, "-m", "cordboard", "serve", "--wait", "--data", str(tmp_path))
    server = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE)
    score = Path(f"/proc/{server.pid}/oom_score_adj")
    try:
        await until(lambda: int(score.read_text()) > int(Path("/proc/self/oom_score_adj").read_text()))
    finally:
        server.kill()
        await server.wait()


@pytest.mark.parametrize(("adopted", "ends"), [(True, True), (False, False)])
async def test_an_exchange_that_hung_before_we_came_is_started_anew_as_one_that_does_so_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adopted: bool, ends: bool
) -> None:
    """After the time that the configuration gives, though it never answered this parent; a new one has answered."""
    parent, _ = parent_of(tmp_path, lives_at="99", seconds=0)
    exchange_settings = SimpleNamespace(restart_when_stuck_s=10)
    parent._launch = cast(Launch, SimpleNamespace(settings=SimpleNamespace(exchange=exchange_settings)))
    exchange = Exchange(adopted=adopted)
    now = iter(range(0, 10**9, 1_000))
    watch = partial(watchdog.watch, now=lambda: next(now))
    monkeypatch.setattr(parent_, "watch", watch)

    watching = asyncio.create_task(parent._watch_exchange(cast(Any, exchange)))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(watching, 2)

    assert exchange.killed is ends


@pytest.mark.parametrize("adopted", [True, False])
async def test_an_exchange_that_was_found_alive_survives_a_parent_that_cannot_go_on(
    tmp_path: Path, adopted: bool
) -> None:
    """Its calls are older than we; one that we started ourselves a moment ago has none."""
    parent, _ = parent_of(tmp_path, lives_at="99", seconds=0)
    parent._exchange = cast(Any, exchange := Exchange(adopted=adopted))
    with pytest.raises(CannotStart):
        await asyncio.wait_for(parent.run(), 20)

    assert (exchange.closed, exchange.stopped) == (adopted, not adopted)
    assert EXIT_CANNOT_START == 78


@pytest.mark.parametrize("what", ["the running one hangs", "it is stopped"])
async def test_while_a_newer_server_loads_nothing_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """There is no spare then: the one that loads takes over at once, and a stop is not waited for."""
    monkeypatch.setattr(parent_, "RENEW_LOAD_MS", 120_000)
    parent, count = parent_of(tmp_path, lives_at="1,2", seconds=100.0)
    parent._words[-1] = ""
    started: list[parent_._Child] = []
    hangs, start = asyncio.Event(), parent_._Child.start

    async def watched(server: parent_._Child) -> None:
        await hangs.wait()
        hangs.clear()
        server.kill()

    async def begun(words: list[str]) -> parent_._Child:
        started.append(await start(words))
        return started[-1]

    monkeypatch.setattr(parent, "_watch_server", watched)
    monkeypatch.setattr(parent_._Child, "start", begun)
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and len(started) == 2)
    parent._renewing.set()
    await until(lambda: len(started) == 3)

    if what == "the running one hangs":
        hangs.set()
        await until(lambda: count.read_text() == "2")
    parent._stopping.set()

    assert await asyncio.wait_for(running, 40) == 0
    assert not [child for child in started if child.alive]


@pytest.mark.parametrize("says", [Said.STARTING, Said.NOTHING])
async def test_a_successor_may_change_its_database_for_as_long_as_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: Said
) -> None:
    """It says so, and is waited for with calls up; one that says nothing for so long is replaced."""
    monkeypatch.setattr(parent_, "SERVER_START_MS", 500)
    monkeypatch.setattr(parent_, "CHANGE_TOLD_MS", 300)
    told: list[str] = []
    parent, count = parent_of(tmp_path, lives_at="1,2,3", seconds=100.0)
    parent._say = told.append
    asked = 0

    async def answers() -> Said:
        nonlocal asked
        if not parent._is_new:
            return Said.WORKS
        asked += 1
        return says if asked < 40 else Said.WORKS

    monkeypatch.setattr(parent, "_ask_server", answers)
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    parent._renewing.set()
    await until(lambda: asked >= 40 or count.read_text() == "3")
    starts = count.read_text()
    parent._stopping.set()
    await asyncio.wait_for(running, 40)

    # Forty looks with fifty milliseconds between them are four times what one may be silent.
    assert (starts == "2") is (says is Said.STARTING), starts
    assert sum("brings its database" in line for line in told) == (says is Said.STARTING), told


@pytest.mark.parametrize(
    ("word", "told"),
    [("queue 'x' is not known", "queue 'x' is not known"), ("ends", "it ended"), ("", "not said")],
)
async def test_a_newer_server_that_could_not_serve_does_not_take_the_place_of_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, told: str
) -> None:
    """It could not load, its settings are wrong, or it says nothing: the running one goes on, and why is said."""
    monkeypatch.setattr(parent_, "RENEW_LOAD_MS", 1_000)
    lines: list[str] = []
    parent, count = parent_of(tmp_path, lives_at="1", seconds=100.0)
    parent._say = lines.append
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    parent._words[-1] = word
    parent._renewing.set()
    await until(lambda: any("cannot serve" in line for line in lines))
    lives = not running.done()
    parent._stopping.set()
    await asyncio.wait_for(running, 40)

    assert lives
    assert count.read_text() == "1", "no other one was told to serve"
    assert told in lines[-1]


async def test_a_newer_server_takes_over_as_soon_as_it_has_loaded(tmp_path: Path) -> None:
    """It is not waited for any longer than it takes."""
    parent, count = parent_of(tmp_path, lives_at="1,2", seconds=100.0)
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    parent._renewing.set()
    async with asyncio.timeout(parent_.RENEW_LOAD_MS / 2_000):
        await until(lambda: count.read_text() == "2")
    parent._stopping.set()

    assert await asyncio.wait_for(running, 40) == 0


async def test_a_version_that_cannot_serve_after_all_is_told_at_its_first_death(tmp_path: Path) -> None:
    """Nobody is in control of the calls that go on: what to do about it is said at once."""
    lines: list[str] = []
    parent, count = parent_of(tmp_path, lives_at="1", seconds=100.0)
    parent._say = lines.append

    async def answers() -> Said:
        return Said.by(not parent._is_new and count.read_text() == "1")

    parent._ask_server = answers  # type: ignore[method-assign]
    running = asyncio.create_task(parent.run())
    await until(lambda: count.read_text() == "1" and parent._has_served)
    parent._renewing.set()
    await until(lambda: count.read_text() in ("3", "4"))
    lives = not running.done()
    parent._stopping.set()
    await asyncio.wait_for(running, 40)

    assert lives
    assert sum("docs/admin/install.md" in line for line in lines) == 1
