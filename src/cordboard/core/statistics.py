"""The queue's numbers (3.1-e, 3.1-g), counted from the same moments as the stored calls (D15).

They are kept minute by minute, so that the window may begin at midnight, at the start of a shift, or always a day ago,
and another choice counts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordboard.core.types import Instant, UserId

MINUTE_MS = 60_000
"""No window begins within a minute."""
KEPT_MS = 25 * 60 * MINUTE_MS
"""As far back as any window goes: a day, and one of twenty-five hours when the clocks are set."""
MINUTES_MAX = 2 * KEPT_MS // MINUTE_MS
"""So many are kept before the old ones go."""
SHORT_ABANDON_MS = 5_000
"""Who hangs up sooner, and was not answered, has hardly called (D15)."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was counted in a minute, or in a window."""

    total: int = 0
    """Distinct calls that entered the queue."""
    short: int = 0
    """Those of them that hung up almost at once, and were not answered."""
    handled: int = 0
    """Those of them that an agent answered."""
    answered: int = 0
    """Calls answered in the window, whenever they entered; divides `waited_ms`."""
    waited_ms: int = 0
    answered_by: dict[UserId, int] = field(default_factory=dict)
    """How many of those each agent took (D2, fewest calls); nobody stands in it with none."""

    def add(self, other: Tally, times: int = 1) -> None:
        """With that too; `times` -1: without it."""
        self.total += times * other.total
        self.short += times * other.short
        self.handled += times * other.handled
        self.answered += times * other.answered
        self.waited_ms += times * other.waited_ms
        for agent, count in other.answered_by.items():
            left = self.answered_by.get(agent, 0) + times * count
            if left:
                self.answered_by[agent] = left
            else:
                del self.answered_by[agent]


@dataclass(slots=True, kw_only=True)
class QueueNumbers(Tally):
    """Counts since `since`, and the minutes that they are the sum of."""

    since: Instant = 0
    """Begin of a minute."""
    minutes: dict[Instant, Tally] = field(default_factory=dict)
    """By their begin, also some from before the window."""

    def entered(self, at: Instant) -> None:
        """A caller entered."""
        self.count(at, Tally(total=1))

    def gave_up_early(self, entered_at: Instant) -> None:
        """A caller hung up almost at once."""
        self.count(entered_at, Tally(short=1))

    def was_answered(self, *, entered_at: Instant, answered_at: Instant, by: UserId) -> None:
        """A caller was answered for the first time."""
        self.count(entered_at, Tally(handled=1))
        wait = Tally(answered=1, waited_ms=answered_at - entered_at, answered_by={by: 1})
        self.count(answered_at, wait)

    def count(self, at: Instant, one: Tally) -> None:
        """That happened then."""
        minute = at - at % MINUTE_MS
        self.minutes.setdefault(minute, Tally()).add(one)
        if minute >= self.since:
            self.add(one)

    def average_wait_ms(self) -> int | None:
        """Mean wait until answer; None when nobody has been answered."""
        return self.waited_ms // self.answered if self.answered else None

    def come_in(self, *, short: bool) -> int:
        """How many came in; `short` False: without those who hung up almost at once."""
        return self.total if short else self.total - self.short

    def begin(self, since: Instant) -> None:
        """The window begins there from now on, later than before or earlier."""
        before, self.since = self.since, since - since % MINUTE_MS
        times = -1 if before < self.since else 1
        first, last = sorted((before, self.since))
        for minute, tally in self.minutes.items():
            if first <= minute < last:
                self.add(tally, times)
        if len(self.minutes) > MINUTES_MAX:
            newest = max(self.minutes)
            for minute in [one for one in self.minutes if one < newest - KEPT_MS]:
                del self.minutes[minute]


def counted(minutes: Mapping[Instant, Tally], since: Instant) -> QueueNumbers:
    """The numbers of a window, out of what was counted minute by minute."""
    numbers = QueueNumbers()
    for at, tally in minutes.items():
        numbers.count(at, tally)
    numbers.begin(since)
    return numbers
