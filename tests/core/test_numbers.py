"""The numbers of a queue, and the window over which they count (D15)."""

from __future__ import annotations

import pytest

from cordboard.core import statistics
from cordboard.core.statistics import KEPT_MS, MINUTE_MS, QueueNumbers, Tally, counted
from cordboard.core.types import UserId

HOUR_MS = 60 * MINUTE_MS
NOON = 500_000 * HOUR_MS
ANJA, PIET = UserId("anja"), UserId("piet")


def a_day() -> QueueNumbers:
    """One caller at nine, answered by Anja; one at eleven, by Piet; one at half past eleven, by nobody."""
    numbers = QueueNumbers()
    for hours, agent in ((3, ANJA), (1, PIET)):
        numbers.entered(NOON - hours * HOUR_MS)
        numbers.was_answered(
            entered_at=NOON - hours * HOUR_MS, answered_at=NOON - hours * HOUR_MS + 9_000, by=agent
        )
    numbers.entered(NOON - HOUR_MS // 2)
    numbers.gave_up_early(NOON - HOUR_MS // 2)
    return numbers


@pytest.mark.rule("D15")
def test_a_window_that_begins_later_or_earlier_counts_what_lies_in_it() -> None:
    """The organisation chooses another beginning: the numbers are right at once, without a restart."""
    numbers = a_day()

    numbers.begin(NOON - 2 * HOUR_MS)
    assert (numbers.total, numbers.handled, numbers.answered_by) == (2, 1, {PIET: 1})
    assert numbers.average_wait_ms() == 9_000
    numbers.begin(NOON)
    assert (numbers.total, numbers.average_wait_ms(), numbers.answered_by) == (0, None, {})
    numbers.begin(NOON - 4 * HOUR_MS)
    assert (numbers.total, numbers.handled, numbers.answered_by) == (3, 2, {ANJA: 1, PIET: 1})


@pytest.mark.rule("D15")
def test_a_window_of_a_day_loses_a_caller_when_a_day_has_passed() -> None:
    """Minute by minute, and to the minute."""
    numbers = a_day()

    numbers.begin(NOON - 3 * HOUR_MS + 59_000)
    assert (numbers.since, numbers.total) == (NOON - 3 * HOUR_MS, 3)
    numbers.begin(NOON - 3 * HOUR_MS + MINUTE_MS)
    assert numbers.total == 2


@pytest.mark.rule("D15")
def test_who_hangs_up_almost_at_once_can_be_left_out() -> None:
    """The total says how many called, or how many of them meant it."""
    numbers = a_day()

    assert (numbers.come_in(short=True), numbers.come_in(short=False)) == (3, 2)


@pytest.mark.rule("D15")
def test_a_restart_counts_the_same_window_out_of_the_same_minutes() -> None:
    """What the database has of before the window is kept, and not counted."""
    numbers = a_day()
    numbers.begin(NOON - 2 * HOUR_MS)

    assert counted(numbers.minutes, NOON - 2 * HOUR_MS) == numbers


@pytest.mark.rule("D15")
def test_minutes_that_no_window_reaches_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are never more than two days of them."""
    monkeypatch.setattr(statistics, "MINUTES_MAX", 3)
    numbers = QueueNumbers()
    old, now = NOON - KEPT_MS - MINUTE_MS, NOON
    for at in (old, now - KEPT_MS, now - MINUTE_MS, now):
        numbers.entered(at)

    numbers.begin(now)

    assert list(numbers.minutes) == [now - KEPT_MS, now - MINUTE_MS, now]
    assert numbers.minutes[now] == Tally(total=1)
    assert numbers.total == 1
