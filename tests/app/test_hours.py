"""Opening hours in the organisation's own time zone (D21)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cordboard.app.hours import open_at
from cordboard.app.ports import Holiday, HoursRow, OpenTime

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
