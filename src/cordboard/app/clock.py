"""The time that the core is told: wall-clock milliseconds that never jump (reliability F14)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from cordboard.core.types import Instant


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

    A step of the system's clock (NTP, an operator's hand) neither ends a wrap-up early nor makes one longer.
    """

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now(self) -> Instant:
        """Milliseconds UTC."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> asyncio.TimerHandle:
        """Call `action` on the event loop."""
        return asyncio.get_running_loop().call_later(delay_ms / 1000, action)
