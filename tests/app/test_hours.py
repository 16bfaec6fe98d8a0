"""Opening hours in the organisation's own time zone (D21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cordboard.app.hours import counted_since, midnight, next_opening, open_at
from cordboard.app.ports import Holiday, HoursRow, OpenTime
from cordboard.core.rules import CountWindow, HouseRules
from tests.contracts.storage.samples import directory

ZONE = "Europe/Amsterdam"
OFFICE = HoursRow(
    id="h",
    name="Kantoor",
    week=(
        *((day, OpenTime(start="08:30", end="17:00")) for day in range(1, 6)),
        (6, OpenTime(start="10:00", end="12:00")),
        (6, OpenTime(start="20:00", end="24:00")),
    ),
    holidays=(
        Holiday(day="2026-12-25", name="Kerst"),
        Holiday(day="2026-12-24", name="Kerstavond", open=(OpenTime(start="08:30", end="12:00"),)),
    ),
)


@pytest.mark.rule("D21")
@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-26 08:29", False),
        ("2026-11-26 08:30", True),
        ("2026-11-26 16:59", True),
        ("2026-11-26 17:00", False),
        ("2026-11-28 11:00", True),
        ("2026-11-28 13:00", False),
        ("2026-11-28 23:59", True),
        ("2026-11-29 00:00", False),
        ("2026-12-24 09:00", True),
        ("2026-12-24 13:00", False),
        ("2026-12-25 09:00", False),
        ("2026-07-02 08:29", False),
        ("2026-07-02 08:30", True),
        ("2026-07-02 16:59", True),
        ("2026-07-02 17:00", False),
    ],
)
def test_a_queue_is_open_in_its_stretches_and_on_holidays_in_theirs(moment: str, is_open: bool) -> None:
    """Summer time or not: the clock on the wall counts."""
    local = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(ZONE))
    assert open_at(OFFICE, ZONE, int(local.timestamp() * 1000)) is is_open


@pytest.mark.rule("D14", "D21")
@pytest.mark.parametrize(
    ("start", "moment", "opening"),
    [
        ("08:30", "2026-11-26 12:00", "2026-11-26 12:00"),
        ("08:30", "2026-11-26 06:00", "2026-11-26 08:30"),
        ("08:30", "2026-11-26 17:00", "2026-11-27 08:30"),
        # From Christmas Eve over Christmas to Saturday.
        ("08:30", "2026-12-24 12:00", "2026-12-26 08:30"),
        # In the night of 28 March the clock skips from two to three.
        ("02:30", "2027-03-27 18:00", "2027-03-28 03:00"),
        ("03:00", "2027-03-27 18:00", "2027-03-28 03:00"),
        # In that of 25 October it shows the hour from two to three twice.
        ("02:30", "2026-10-24 18:00", "2026-10-25 02:30"),
    ],
)
def test_the_next_opening_is_a_moment_at_which_the_queue_is_open(
    start: str, moment: str, opening: str
) -> None:
    """Also over holidays and where the clock changes."""
    hours = replace(OFFICE, week=tuple((day, OpenTime(start=start, end="17:00")) for day in range(1, 8)))
    found = directory()
    queue = found.queues[0]
    queue = replace(queue, rules=replace(queue.rules, hours="h"))
    organisation = replace(found.organisation, time_zone=ZONE)
    found = replace(found, hours=(hours,), queues=(queue,), organisation=organisation)

    at = next_opening(found, queue.id, _at(moment))

    assert at is not None
    assert at == _at(opening)
    assert open_at(hours, ZONE, at)


@pytest.mark.rule("D14", "D21")
def test_a_queue_that_never_opens_has_no_next_opening() -> None:
    """And one without hours is always open."""
    found = directory()
    queue = found.queues[0]
    assert next_opening(found, queue.id, 5) == 5
    shut = replace(queue, rules=replace(queue.rules, hours="h"))
    found = replace(found, hours=(replace(OFFICE, week=(), holidays=()),), queues=(shut,))
    assert next_opening(found, queue.id, 5) is None


def _at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


def local(text: str) -> int:
    """A moment by the organisation's clock."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@pytest.mark.rule("D15")
@pytest.mark.parametrize(
    ("window", "start", "now", "since"),
    [
        (CountWindow.DAY, "00:00", "2026-11-28 02:10", "2026-11-28 00:00"),
        (CountWindow.DAY, "07:30", "2026-11-28 07:29", "2026-11-27 07:30"),
        (CountWindow.DAY, "07:30", "2026-11-28 07:30", "2026-11-28 07:30"),
        # Spring: the clock skips from two to three; autumn: it goes through two twice.
        (CountWindow.DAY, "02:30", "2026-03-29 04:00", "2026-03-29 03:30"),
        (CountWindow.DAY, "02:30", "2026-10-25 12:00", "2026-10-25 02:30"),
        (CountWindow.LAST_24_HOURS, "07:30", "2026-11-28 09:15", "2026-11-27 09:15"),
        (CountWindow.LAST_24_HOURS, "00:00", "2026-03-29 12:00", "2026-03-28 11:00"),
    ],
)
def test_the_numbers_count_from_where_the_organisation_has_it(
    window: CountWindow, start: str, now: str, since: str
) -> None:
    """Midnight, the beginning of the shift by its own clock, or a day ago at every moment."""
    rules = HouseRules(count_window=window, count_from=start)
    house = replace(directory().organisation, time_zone=ZONE, rules=rules)

    assert counted_since(local(now) + 17_000, house) == local(since)


@pytest.mark.rule("D21")
@pytest.mark.parametrize(
    ("clock", "is_open"), [("09:00", True), ("12:30", False), ("14:00", True), ("16:00", False)]
)
def test_a_holiday_that_stands_there_twice_is_open_in_both_its_stretches(clock: str, is_open: bool) -> None:
    """In the administration that is how a holiday gets a morning and an afternoon."""
    morning, afternoon = OpenTime(start="08:30", end="12:00"), OpenTime(start="13:00", end="15:00")
    twice = tuple(Holiday(day="2026-12-24", name="Kerstavond", open=(one,)) for one in (morning, afternoon))
    local = datetime.strptime(f"2026-12-24 {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(ZONE))

    assert open_at(replace(OFFICE, holidays=twice), ZONE, int(local.timestamp() * 1000)) is is_open


@pytest.mark.rule("X-d")
def test_a_day_begins_once_where_the_clock_goes_back_over_midnight() -> None:
    """In Havana the first half hour of 1 November 2026 comes twice; it is the same day both times."""
    zone = ZoneInfo("America/Havana")
    first, second = (
        int(datetime(2026, 11, 1, 0, 30, tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1)
    )

    assert second - first == 3_600_000
    assert midnight(second, "America/Havana") == midnight(first, "America/Havana") == first - 1_800_000
