"""The eye that the campaign keeps on what consoles show while the clock on the wall is set."""

from __future__ import annotations

import pytest

from tools.faults.wall import CLOCK_MS_MAX, JUMPS_MS, Moments


def shown(*, entered: int = 1_000_000, answered: int | None = 1_010_000, clock_ms: float = 0) -> Moments:
    """One call, as it is shown."""
    return Moments(calls={"c-1": (entered, answered)}, wrap_ups={}, clock_ms=clock_ms)


@pytest.mark.parametrize("died", [True, False])
@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_a_call_that_came_or_was_answered_a_jump_away_is_found(jump_ms: int, died: bool) -> None:
    """Also when the server's own time made a step; nothing is found where nothing changed."""
    assert list(shown().broken(shown(answered=1_010_000 + jump_ms), died=died))
    assert list(shown().broken(shown(entered=1_000_000 + jump_ms), died=died))
    assert list(shown().broken(shown(clock_ms=jump_ms), died=died))
    assert not list(shown().broken(shown(), died=died))


def test_an_answer_that_is_gone_is_found() -> None:
    """A death is no excuse for it."""
    assert list(shown().broken(shown(answered=None), died=True))


def test_an_answer_that_a_killed_server_had_not_written_may_be_found_later() -> None:
    """Never earlier, and never by a server that went on."""
    assert not list(shown().broken(shown(answered=1_010_800), died=True))
    assert list(shown().broken(shown(answered=1_009_200), died=True))
    assert list(shown().broken(shown(answered=1_010_000 + CLOCK_MS_MAX), died=True))
    assert list(shown().broken(shown(answered=1_010_800), died=False))
