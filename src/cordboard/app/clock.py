"""The time that the core is told: wall-clock milliseconds that never jump (reliability F14)."""

from __future__ import annotations

import time
from typing import Protocol

from cordboard.core.types import Instant


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Instant:
        """Milliseconds UTC; never smaller than before."""


class SteadyClock:
    """The wall clock as it was at the start, carried on by the monotonic clock.

    A step of the system's clock (NTP, an operator's hand) neither ends a wrap-up early nor makes one longer.
    """

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now(self) -> Instant:
        """Milliseconds UTC."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000
