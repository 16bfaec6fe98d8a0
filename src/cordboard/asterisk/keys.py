"""Which of the exchange's tellings are presses of a key, and which tell of one again."""

from __future__ import annotations

from typing import NamedTuple

from cordboard.core.types import Instant

GAP_MS = 45
"""The exchange wants so long between two keys (`AST_MIN_DTMF_GAP`)."""
LATE_MS = 55
"""It passes on what waited with the next packet, or with one of the next when it is busy. Longer, and who presses one
key again and again quickly would not be believed.
"""
VERY_LATE_MS = 400
"""Of a key that surely waits, a very busy exchange may tell again so late."""
SET_BACK_MS = 1_000
"""A telling of so long before another that came earlier is of another clock."""


class _PutBack(NamedTuple):
    lasted_ms: int
    by: Instant
    """By then it is told again, or never."""
    surely: bool
    """False: the exchange may as well have passed it on when it came."""


class PressedKeys:
    """What one leg's telephone pressed.

    Each press is told for the leg and for its endpoint, at one moment. One that came too soon after another is told
    when it came and again when the exchange passes it on, after playing the key before it to its end (22.10, both
    seen), with the same length: so do packets that were held up on their way. Whoever presses one key twice within a
    burst of such packets may be heard once.
    """

    def __init__(self) -> None:
        self._last: dict[str, Instant] = {}
        """When each key was last told."""
        self._busy_until: Instant = 0
        """Until then the exchange surely puts back what comes."""
        self._free_at: Instant = 0
        """From then on it surely passes on a key as it comes, unless it is very busy."""
        self._put_back: dict[str, _PutBack] = {}
        """Keys that may have come too soon."""

    def is_press(self, key: str, at: Instant, lasted_ms: int) -> bool:
        """Whether this telling is of a new press.

        Args:
            at: when it came up, on the exchange's clock.
            lasted_ms: how long it was down.
        """
        if self._last.get(key) == at:
            return False
        if at < max(self._last.values(), default=at) - SET_BACK_MS:
            # The clock was set back: what was to come by then would be waited for until it is that time again.
            self._busy_until = self._free_at = 0
            self._put_back.clear()
        self._last[key] = at
        waiting = {other: put for other, put in self._put_back.items() if at <= put.by}
        before = waiting.pop(key, None)
        is_new = before is None or before.lasted_ms != lasted_ms
        # What waits is passed on in its order: who comes while one waits, waits as well.
        surely = at < self._busy_until or any(put.surely for put in waiting.values())
        if is_new and (surely or at < self._free_at):
            after_them = (put.by + lasted_ms + GAP_MS + LATE_MS for put in waiting.values())
            by = max(self._free_at, *after_them, 0)
            waiting[key] = _PutBack(lasted_ms, max(by, at + VERY_LATE_MS) if surely else by, surely)
        self._put_back = waiting
        if not is_new:
            # It begins now, and is played as long as it was.
            self._busy_until = at + lasted_ms + GAP_MS
        elif not surely:
            self._busy_until = at + GAP_MS
        self._free_at = max(self._free_at, at + lasted_ms + GAP_MS + LATE_MS)
        return is_new
