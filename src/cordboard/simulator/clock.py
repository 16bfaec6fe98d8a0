"""Time that passes only when a test lets it: the one clock of a simulation."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

START_MS = 1_767_600_000_000
"""Monday 5 January 2026, 08:00 UTC: a working day."""


class Timer:
    """Something that will happen, unless it is called off first."""

    __slots__ = ("_action", "due_ms")

    def __init__(self, due_ms: int, action: Callable[[], None]) -> None:
        self.due_ms = due_ms
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Call it off; doing so twice, or too late, does nothing."""
        self._action = None

    @property
    def is_pending(self) -> bool:
        """It has neither happened nor been called off."""
        return self._action is not None

    def fire(self) -> None:
        """Happen, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class VirtualClock:
    """Milliseconds UTC that stand still between two calls; equal times happen in the order they were planned."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self._now_ms = start_ms
        self._planned: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()

    def now(self) -> int:
        """The instant, in milliseconds since 1970 UTC."""
        return self._now_ms

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> Timer:
        """Let something happen `delay_ms` from now; 0 means in this instant, but not before we return."""
        assert delay_ms >= 0, delay_ms
        return self.call_at(self._now_ms + delay_ms, action)

    def call_at(self, due_ms: int, action: Callable[[], None]) -> Timer:
        """Let something happen at an instant; one that has passed counts as now."""
        timer = Timer(max(due_ms, self._now_ms), action)
        heapq.heappush(self._planned, (timer.due_ms, next(self._order), timer))
        return timer

    def next_due(self) -> int | None:
        """When the next thing happens by itself; None if nothing will."""
        while self._planned and not self._planned[0][2].is_pending:
            heapq.heappop(self._planned)
        return self._planned[0][0] if self._planned else None

    def step(self, until_ms: int) -> bool:
        """Let the next planned thing happen; when there is none until then, move to `until_ms`, return False."""
        due = self.next_due()
        if due is None or due > until_ms:
            self._now_ms = max(self._now_ms, until_ms)
            return False
        self._now_ms = due
        heapq.heappop(self._planned)[2].fire()
        return True

    def advance(self, ms: int) -> None:
        """Let time pass, with all that happens in it."""
        self.advance_to(self._now_ms + ms)

    def advance_to(self, instant_ms: int) -> None:
        """Let time pass until an instant; one that has passed lets only what is due now happen."""
        while self.step(instant_ms):
            pass
