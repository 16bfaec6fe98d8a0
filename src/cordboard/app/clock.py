"""The time that the core is told: wall-clock milliseconds that never jump (reliability F14)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from cordboard.core.types import Instant

STEP_MS_MIN = 500
"""A wall clock that is less than this away agrees: it is being steered, not set."""


class Alarm(Protocol):
    """Something that will happen at its time."""

    def cancel(self) -> None:
        """It shall not happen; harmless when it has."""


class Clock(Protocol):
    """Tells the time, and wakes who asks for it."""

    def now(self) -> Instant:
        """Milliseconds UTC; never smaller than before."""

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> Alarm:
        """Call `action` when that much time has passed."""


class SteadyClock:
    """The wall clock as it was at the start, carried on by the monotonic clock.

    A step of the machine's clock (NTP, an operator's hand, a computer that slept) neither ends a wrap-up early nor
    makes one longer. It is taken over when nothing is being timed (`agree`), so that what is stored later has the
    right time again.
    """

    def __init__(
        self,
        offset_ns: int | None = None,
        *,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """
        Args:
            offset_ns: how far this clock is ahead of the monotonic one, as a server before this one had it since the
                same start of the machine: what it promised keeps its moment. None: as the wall clock has it now.
            wall: nanoseconds UTC, as the machine's clock has them.
        """
        self._wall, self._monotonic = wall, monotonic
        self.offset_ns = wall() - monotonic() if offset_ns is None else offset_ns

    def now(self) -> Instant:
        """Milliseconds UTC."""
        return (self._monotonic() + self.offset_ns) // 1_000_000

    def wall(self) -> Instant:
        """What people's clocks say, in milliseconds UTC: for days and opening hours; it may jump."""
        return self._wall() // 1_000_000

    def agree(self) -> int:
        """Take the wall clock's time over; gives by how many milliseconds that was a step (0: it agreed already)."""
        offset_ns = self._wall() - self._monotonic()
        step_ms = (offset_ns - self.offset_ns) // 1_000_000
        if abs(step_ms) < STEP_MS_MIN:
            return 0
        self.offset_ns = offset_ns
        return step_ms

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> Alarm:
        """Call `action` on the event loop."""
        return asyncio.get_running_loop().call_later(delay_ms / 1000, action)


async def pause(clock: Clock, ms: int) -> None:
    """Wait so many milliseconds."""
    over = asyncio.Event()
    clock.call_in(ms, over.set)
    await over.wait()
