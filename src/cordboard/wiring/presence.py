"""Whether somebody's console is there: a reload, or a line that was gone for a moment, changes nothing (D16)."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.clock import Alarm, Clock
from cordboard.core.events import ConsoleLost, ConsoleSeen, Event
from cordboard.core.types import OrganisationId, UserId

CONSOLE_GRACE_MS = 30_000
"""After the last console went nothing changes for this long (D16); the socket's own 15 s come before it."""


class Presence:
    """Tells the desks whose last console went and did not come back in time."""

    def __init__(self, tell: Callable[[OrganisationId, Event], None], clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._away: dict[UserId, Alarm] = {}

    def seen(self, organisation: OrganisationId, user: UserId) -> None:
        """A console of theirs has connected."""
        timer = self._away.pop(user, None)
        if timer is not None:
            timer.cancel()
        self._tell(organisation, ConsoleSeen(agent=user))

    def gone(self, organisation: OrganisationId, user: UserId) -> None:
        """Their last one went."""

        def over() -> None:
            self._away.pop(user, None)
            self._tell(organisation, ConsoleLost(agent=user))

        self._away[user] = self._clock.call_in(CONSOLE_GRACE_MS, over)
