"""Which of the exchange's tellings are presses of a key, and which tell of one again."""

from __future__ import annotations

from cordboard.core.types import Instant

SETTLES_MS = 45 + 55
"""The exchange wants 45 ms between two keys (`AST_MIN_DTMF_GAP`), and passes on what waited with the next packet, or
with one of the next when it is busy. Longer, and who presses one key again and again quickly would not be believed.
"""


class PressedKeys:
    """What one leg's telephone pressed.

    Each press is told for the leg and for its endpoint, at one moment. One that came too soon after another is told
    when it came and again when the exchange passes it on, after playing the key before it to its end (22.10, both
    seen): so do packets that were held up on their way. Whoever presses one key twice within a burst of such packets
    may be heard once.
    """

    def __init__(self) -> None:
        self._last: dict[str, Instant] = {}
        """When each key was last told."""
        self._free_at: Instant = 0
        """From then on the exchange surely passes on a key as it comes."""
        self._again_by: dict[str, Instant] = {}
        """Keys that may have come too soon: by then they are told again, or never."""

    def is_press(self, key: str, at: Instant, lasted_ms: int) -> bool:
        """Whether this telling is of a new press.

        Args:
            at: when it came up, on the exchange's clock.
            lasted_ms: how long it was down.
        """
        if self._last.get(key) == at:
            return False
        self._last[key] = at
        waiting = {other: by for other, by in self._again_by.items() if at <= by}
        is_new = waiting.pop(key, None) is None
        if is_new and at < self._free_at:
            after_them = (by + lasted_ms + SETTLES_MS for by in waiting.values())
            waiting[key] = max(self._free_at, *after_them, 0)
        self._again_by = waiting
        self._free_at = max(self._free_at, at + lasted_ms + SETTLES_MS)
        return is_new
