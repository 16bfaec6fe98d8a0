"""The queue's numbers of today (3.1-e, 3.1-g), counted from the same moments as the stored segments (D15)."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.core.types import Instant


@dataclass(slots=True, kw_only=True)
class QueueNumbers:
    """Counts since `since`, the organisation's midnight."""

    since: Instant = 0
    total: int = 0
    """Distinct calls that entered the queue."""
    handled: int = 0
    """Those of them that an agent answered."""
    answered: int = 0
    """Calls answered in the window, whenever they entered; divides `waited_ms`."""
    waited_ms: int = 0

    def entered(self) -> None:
        """A caller entered."""
        self.total += 1

    def was_answered(self, *, entered_at: Instant, answered_at: Instant) -> None:
        """A caller was answered for the first time."""
        self.answered += 1
        self.waited_ms += answered_at - entered_at
        if entered_at >= self.since:
            self.handled += 1

    def average_wait_ms(self) -> int | None:
        """Mean wait until answer; None when nobody has been answered."""
        return self.waited_ms // self.answered if self.answered else None

    def start_anew(self, since: Instant) -> None:
        """Midnight: nothing counted yet."""
        self.since, self.total, self.handled, self.answered, self.waited_ms = since, 0, 0, 0, 0
