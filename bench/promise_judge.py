"""Judges the year of `callback_year` by what was asked, dialled and answered, not by what the core says of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cordboard.core.records import CallBackRow, CallBackStatus
from cordboard.core.types import CallBackId, Instant, QueueId

ZONE = ZoneInfo("Europe/Amsterdam")
SPACING_MS = (300_000, 900_000)
"""From the first attempt to the second, and to the third (D14)."""
ATTEMPTS_MAX = 3
OFFICE, FIRST, NIGHT = QueueId("q-office"), QueueId("q-first"), QueueId("q-night")
"""Agents are asked first, but of `FIRST`, which has the hours of the office: there the customer is rung first."""
_BY_DAY: dict[int, tuple[tuple[int, int], ...]] = {
    **dict.fromkeys(range(1, 6), ((510, 1020),)),
    6: ((600, 720),),
}
OPENING: dict[QueueId, dict[int, tuple[tuple[int, int], ...]]] = {
    OFFICE: _BY_DAY,
    FIRST: _BY_DAY,
    NIGHT: {5: ((1320, 1440),), 6: ((0, 300), (1320, 1440)), 7: ((0, 300), (1320, 1440)), 1: ((0, 150),)},
}
"""By day of the week, minutes from midnight."""
HOLIDAYS: dict[str, tuple[tuple[int, int], ...]] = {
    "2027-01-01": (), "2027-03-29": (), "2027-04-27": (), "2027-05-05": (), "2027-05-06": (), "2027-05-17": (),
    "2027-12-24": ((510, 720),), "2027-12-25": (),
}  # fmt: skip
"""Of the office."""


def wall(at: Instant) -> datetime:
    """What the clock on the wall shows."""
    return datetime.fromtimestamp(at / 1000, ZONE)


def instant(day: date, minute: int = 0) -> Instant:
    """When the clock on the wall shows this; of two the first."""
    begin = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE)
    return int(begin.timestamp() * 1000)


def within_hours(queue: QueueId, at: Instant) -> bool:
    """The judge's own reading of the opening hours."""
    local = wall(at)
    stretches = OPENING[queue].get(local.isoweekday(), ())
    if queue != NIGHT:
        stretches = HOLIDAYS.get(local.date().isoformat(), stretches)
    return any(begin <= local.hour * 60 + local.minute < end for begin, end in stretches)


@dataclass(slots=True)
class Life:
    """What the judge saw of one promise."""

    number: str
    queue: QueueId
    due_at: Instant
    dialled: list[Instant] = field(default_factory=list)
    spoken: int = 0
    over: bool = False
    """Cancelled, or the customer was spoken with."""


class Judge:
    """Keeps the rules apart from the core, from what was asked, dialled and answered."""

    def __init__(self) -> None:
        self.lives: dict[CallBackId, Life] = {}
        self._last: dict[tuple[str, QueueId], Life] = {}
        self.broken: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def _breaks(self, rule: str, callback: CallBackId, at: Instant) -> None:
        self.broken[rule] += 1
        self.examples.setdefault(rule, f"{callback} at {wall(at)}: {self.lives.get(callback)}")

    def promised(self, row: CallBackRow, at: Instant) -> None:
        """A new promise was given."""
        before = self._last.get((row.number, row.queue))
        if before is not None and not before.over:
            self._breaks("two open for one number", row.id, at)
        life = self.lives[row.id] = Life(row.number, row.queue, row.due_at)
        self._last[row.number, row.queue] = life

    def dialled(self, callback: CallBackId, at: Instant) -> None:
        """The customer's telephone begins to ring."""
        life = self.lives[callback]
        if life.spoken:
            self._breaks("called twice", callback, at)
        elif life.over:
            self._breaks("called after its end", callback, at)
        if len(life.dialled) >= ATTEMPTS_MAX:
            self._breaks("more than three attempts", callback, at)
        if not within_hours(life.queue, at):
            self._breaks("outside opening hours", callback, at)
        if at < life.due_at:
            self._breaks("before its time", callback, at)
        if life.dialled and at - life.dialled[-1] < SPACING_MS[min(len(life.dialled), 2) - 1]:
            self._breaks("too soon after the last attempt", callback, at)
        life.dialled.append(at)

    def rung_first(self, callback: CallBackId, at: Instant, *, customers: int, agents: int) -> None:
        """The customer is rung before an agent is, as one of so many who ring or wait, with so many agents free."""
        if customers > agents:
            self._breaks("rung with nobody free", callback, at)

    def spoken(self, callback: CallBackId) -> None:
        """The customer answered, and somebody of ours was there."""
        self.lives[callback].spoken += 1
        self.lives[callback].over = True

    def cancelled(self, callback: CallBackId) -> None:
        """Somebody cancelled it, and was not refused."""
        self.lives[callback].over = True

    def written(self, row: CallBackRow, at: Instant) -> None:
        """The core keeps this of it; an end ends it, and says what is true."""
        life = self.lives[row.id]
        if row.attempts > ATTEMPTS_MAX:
            self._breaks("more than three attempts", row.id, at)
        if row.ended_at is None:
            return
        if row.status is CallBackStatus.SUCCEEDED and not life.spoken:
            self._breaks("green without an answer", row.id, at)
        if row.status is CallBackStatus.FAILED and row.attempts != ATTEMPTS_MAX:
            self._breaks("failed too early", row.id, at)
        life.over = True

    def closes(self, kept: dict[CallBackId, CallBackRow], at: Instant) -> None:
        """The year is over: nobody may have been forgotten."""
        for callback in self.lives:
            if callback not in kept or kept[callback].ended_at is None:
                self._breaks("lost", callback, at)
