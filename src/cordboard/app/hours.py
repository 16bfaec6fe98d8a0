"""Opening hours: whether a queue is open at this moment (D21), in the organisation's own time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cordboard.app.ports import Directory, HoursRow, OpenTime, OrganisationRow, QueueRow
from cordboard.core.rules import CountWindow
from cordboard.core.statistics import MINUTE_MS
from cordboard.core.types import Instant, QueueId

DAYS_MAX = 400
"""An opening that is further away is none."""


def is_open(directory: Directory, queue: QueueRow, now: Instant) -> bool:
    """Whether callers of this queue are helped now; a queue without hours, or whose hours are gone, always is."""
    hours = next((one for one in directory.hours if one.id == queue.rules.hours), None)
    return hours is None or open_at(hours, directory.organisation.time_zone, now)


def open_at(hours: HoursRow, time_zone: str, now: Instant) -> bool:
    """Whether that moment lies in one of the stretches; a holiday's own stretches take its weekday's place."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(time_zone))
    stretches = _stretches(hours, local.date())
    # Written with leading zeros, times of day sort as text; so does 24:00, the end of a day.
    clock = f"{local:%H:%M}"
    return any(stretch.start <= clock < stretch.end for stretch in stretches)


def midnight(now: Instant, time_zone: str) -> Instant:
    """Start of the day in which that moment lies."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(time_zone))
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp() * 1000)


def counted_since(now: Instant, organisation: OrganisationRow) -> Instant:
    """When the window of the queues' numbers begins, at that moment (D15)."""
    rules = organisation.rules
    if rules.count_window is CountWindow.LAST_24_HOURS:
        return now - now % MINUTE_MS - 24 * 60 * MINUTE_MS
    zone = ZoneInfo(organisation.time_zone)
    today = datetime.fromtimestamp(now / 1000, zone).date()
    for day in (today, today - timedelta(days=1)):
        # An hour that the clock goes through twice is that of its first time; a time that it skips comes later.
        begin = int(datetime.combine(day, time.fromisoformat(rules.count_from), zone).timestamp() * 1000)
        if begin <= now:
            return begin
    raise AssertionError((now, rules.count_from))


def _stretches(hours: HoursRow, day: date) -> Iterable[OpenTime]:
    holidays = [one for one in hours.holidays if one.day == day.isoformat()]
    if holidays:
        # A day that stands there twice is open in the stretches of both, as a weekday is.
        return [stretch for holiday in holidays for stretch in holiday.open]
    return (stretch for weekday, stretch in hours.week if weekday == day.isoweekday())


def local_clock(time_zone: str, at: Instant) -> tuple[int, int]:
    """What a clock of this zone shows then: the day's number in the calendar, and the minute of that day."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(time_zone))
    return local.toordinal(), local.hour * 60 + local.minute


def next_opening(directory: Directory, queue: QueueId, at: Instant) -> Instant | None:
    """The first moment from this one on at which the queue is open, to the minute; None: not within a year.

    A stretch that begins in an hour that the clock skips, or goes through twice, begins when `open_at` first says so.
    """
    row = next((one for one in directory.queues if one.id == queue), None)
    hours = next((one for one in directory.hours if row is not None and one.id == row.rules.hours), None)
    if hours is None:
        return at
    name = directory.organisation.time_zone
    if open_at(hours, name, at):
        return at
    zone = ZoneInfo(name)
    today = datetime.fromtimestamp(at / 1000, zone).date()
    for days in range(DAYS_MAX):
        day = today + timedelta(days=days)
        found = [
            begin
            for stretch in _stretches(hours, day)
            for begin in _begins(day, stretch.start, zone)
            if begin >= at and open_at(hours, name, begin)
        ]
        if found:
            return min(found)
    return None


def _begins(day: date, clock: str, zone: ZoneInfo) -> list[Instant]:
    """The instants at which the clock shows this; where it skips it, the moment after the gap too."""
    if clock >= "24:00":
        return []
    local = datetime.combine(day, time.fromisoformat(clock))
    instants = [int(local.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1)]
    return (
        instants if instants[0] <= instants[1] else [_end_of_gap(instants[1], instants[0], zone), instants[0]]
    )


def _end_of_gap(before: Instant, after: Instant, zone: ZoneInfo) -> Instant:
    """Where between these two the clock jumps."""
    offset = datetime.fromtimestamp(before / 1000, zone).utcoffset()
    while after - before > 1000:
        middle = (before + after) // 2000 * 1000
        if datetime.fromtimestamp(middle / 1000, zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
