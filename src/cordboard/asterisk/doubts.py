"""Parties that the exchange refused to move: they live, and are not where the core believes them (F16)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cordboard.app.clock import Clock
from cordboard.core.types import LegId, OrganisationId

FIRST_MS = 500
"""The word of an end may come so much later than a refusal because of it."""
AGAIN_MS = 30_000
"""Each look lets telephones ring anew, so for a leg that is refused again and again they are few."""


class Doubts:
    """Has the exchange asked where they are, when they have not just ended."""

    def __init__(
        self, clock: Clock, *, lives: Callable[[LegId], bool], look: Callable[[OrganisationId], None]
    ) -> None:
        self._clock = clock
        self._lives = lives
        self._look = look
        self._waiting: set[LegId] = set()
        """Those for whom a look is planned."""
        self._looked: set[LegId] = set()
        """Those for whom there was one."""

    def of(self, leg: LegId, organisation: OrganisationId) -> None:
        """A command was refused, and this leg is not where it should be."""
        if leg not in self._waiting and self._lives(leg):
            self._waiting.add(leg)
            after_ms = AGAIN_MS if leg in self._looked else FIRST_MS
            self._clock.call_in(after_ms, partial(self._is_due, leg, organisation))

    def _is_due(self, leg: LegId, organisation: OrganisationId) -> None:
        if leg in self._waiting:
            self._waiting.discard(leg)
            self._looked.add(leg)
            self._look(organisation)

    def forget(self, leg: LegId) -> None:
        """The leg is no more."""
        self._waiting.discard(leg)
        self._looked.discard(leg)
