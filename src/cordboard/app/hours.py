"""Opening hours: whether a queue is open at this moment (D21), in the organisation's own time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from cordboard.app.ports import Directory, HoursRow, OpenTime, QueueRow
from cordboard.core.types import Instant


def is_open(directory: Directory, queue: QueueRow, now: Instant) -> bool:
    """Whether callers of this queue are helped now; a queue without hours, or whose hours are gone, always is."""
    hours = next((one for one in directory.hours if one.id == queue.rules.hours), None)
    return hours is None or open_at(hours, directory.organisation.time_zone, now)


def open_at(hours: HoursRow, time_zone: str, now: Instant) -> bool:
    """Whether that moment lies in one of the stretches; a holiday's own stretches take its weekday's place."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(time_zone))
    holiday = next((one for one in hours.holidays if one.day == local.date().isoformat()), None)
    stretches: Iterable[OpenTime]
    if holiday is not None:
        stretches = holiday.open
    else:
        stretches = (stretch for day, stretch in hours.week if day == local.isoweekday())
    # Written with leading zeros, times of day sort as text; so does 24:00, the end of a day.
    clock = f"{local:%H:%M}"
    return any(stretch.start <= clock < stretch.end for stretch in stretches)
