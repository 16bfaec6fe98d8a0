"""What may go wrong between the exchange and Cordboard: seeded, and off unless a test switches it on (F3, F6, F16)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Faults:
    """Each share is between 0 (never) and 1 (always); the same seed gives the same faults."""

    seed: int = 0
    drop: float = 0.0
    """Events that never arrive."""
    duplicate: float = 0.0
    """Events that arrive twice."""
    late: float = 0.0
    """Events that arrive after others that came later."""
    late_ms_max: int = 400
    lose_response: float = 0.0
    """Commands that are carried out but never answered."""
    delay_response: float = 0.0
    delay_ms_max: int = 400
    only: frozenset[str] | None = None
    """The event types that are touched; None: all."""
    happened: Counter[str] = field(default_factory=Counter)
    """How often each kind of fault has happened: a campaign that never met one has proved nothing about it."""
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def deliveries(self, kind: str) -> tuple[int, ...]:
        """After how many milliseconds an event arrives, one number per arrival; empty: never."""
        if not (self.drop or self.duplicate or self.late) or (
            self.only is not None and kind not in self.only
        ):
            return (0,)
        if self._chance(self.drop, "drop"):
            return ()
        first = self._delay(self.late, self.late_ms_max, "late")
        if self._chance(self.duplicate, "duplicate"):
            return (first, first + self._random.randint(0, self.late_ms_max))
        return (first,)

    def response_is_lost(self) -> bool:
        """The answer to this command never comes."""
        return self._chance(self.lose_response, "lose_response")

    def response_delay_ms(self) -> int:
        """How long the answer to this command takes longer than usual."""
        return self._delay(self.delay_response, self.delay_ms_max, "delay_response")

    def _chance(self, share: float, kind: str) -> bool:
        if share and self._random.random() < share:
            self.happened[kind] += 1
            return True
        return False

    def _delay(self, share: float, ms_max: int, kind: str) -> int:
        return self._random.randint(1, ms_max) if self._chance(share, kind) else 0
