"""The clock of the server and the one on the wall (F14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.app.clock import STEP_MS_MIN, SteadyClock
from cordboard.wiring.wall import AHEAD_FILE, continued, wall_clock
from cordboard.wiring.wholeness import WrittenFile

HOUR_MS = 3_600_000
JUMPS_MS = (HOUR_MS, -HOUR_MS, 120_000, -120_000)


class Machine:
    """Its two clocks, in nanoseconds."""

    def __init__(self) -> None:
        self.up_ns = 5_000_000_000
        self.ahead_ns = 1_800_000_000_000_000_000

    def wall(self) -> int:
        """May be set."""
        return self.up_ns + self.ahead_ns

    def monotonic(self) -> int:
        """Never jumps."""
        return self.up_ns

    def clock(self, offset_ns: int | None = None) -> SteadyClock:
        """A server's."""
        return SteadyClock(offset_ns, wall=self.wall, monotonic=self.monotonic)

    def passes(self, ms: int) -> None:
        """Time."""
        self.up_ns += ms * 1_000_000

    def jumps(self, ms: int) -> None:
        """Somebody sets the wall clock."""
        self.ahead_ns += ms * 1_000_000


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_a_clock_that_was_set_is_followed_only_when_it_is_said(jump_ms: int) -> None:
    """Until then time goes on as if nothing had happened; days and opening hours have the new time at once."""
    machine = Machine()
    clock = machine.clock()
    began = clock.now()

    machine.jumps(jump_ms)
    machine.passes(30_000)
    assert clock.now() == began + 30_000
    assert clock.wall() == began + 30_000 + jump_ms

    assert clock.agree() == jump_ms
    assert clock.now() == clock.wall() == began + 30_000 + jump_ms
    assert clock.agree() == 0


def test_a_clock_that_is_steered_is_no_clock_that_was_set() -> None:
    """NTP moves it by milliseconds all day."""
    machine = Machine()
    clock = machine.clock()
    began = clock.now()

    machine.jumps(STEP_MS_MIN - 1)
    assert (clock.agree(), clock.now()) == (0, began)


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_the_next_server_has_the_clock_of_the_one_before(tmp_path: Path, jump_ms: int) -> None:
    """What was promised for half a minute from now stays so, although the wall clock jumped before the death."""
    machine = Machine()
    clock = machine.clock()
    promised = clock.now() + 30_000
    file = WrittenFile(tmp_path / "written-until")
    file.write(clock.now(), clock.offset_ns)

    machine.jumps(jump_ms)
    machine.passes(1_000)
    found = file.read()
    assert found is not None
    after = machine.clock(found.offset_ns)

    assert promised - after.now() == 29_000


def test_after_a_start_of_the_machine_the_clock_begins_anew(tmp_path: Path) -> None:
    """Its monotonic clock did too, so the old difference says nothing; nor does that of a machine without a name."""
    file = WrittenFile(tmp_path / "written-until")
    machine = Machine()
    file.write(1, 42)
    assert continued(file, machine.wall).offset_ns == 42

    file.boot = "another"
    assert continued(file, machine.wall).offset_ns != 42
    file.boot = ""
    file.write(1, 42)
    assert continued(file, machine.wall).offset_ns != 42


def test_a_trial_can_set_the_clock_of_the_server_and_of_nothing_else(tmp_path: Path) -> None:
    """By a file that the environment of who starts it names; what cannot be read leaves it as it was."""
    file = tmp_path / "ahead"
    plain, tried = wall_clock({}), wall_clock({AHEAD_FILE: str(file)})
    assert abs(tried() - plain()) < 60 * 1_000_000_000

    file.write_text(str(HOUR_MS))
    ahead_s = (tried() - plain()) / 1e9
    file.write_text("")
    still_s = (tried() - plain()) / 1e9
    assert 3_540 < ahead_s < 3_660
    assert 3_540 < still_s < 3_660
