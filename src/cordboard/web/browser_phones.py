"""The connections of browser phones: each lives as long as its log-in, and nobody has many."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cordboard.app.modules import Module
from cordboard.app.projection import Viewer
from cordboard.core.types import OrganisationId, UserId
from cordboard.web.guard import LoggedIn

PHONES_PER_USER_MAX = 5
"""Browsers of one person; with more the oldest without a call ends."""
CALLS_KEPT_MAX = 50
_CALL = re.compile(r"\r\n(?:Call-ID|i)[ \t]*:[ \t]*([^\r\n]{1,200})", re.IGNORECASE)
_OVER = re.compile(r"(?:BYE |CANCEL |SIP/2\.0 [3-6])")


@dataclass(eq=False, slots=True)
class BrowserPhone:
    """One connection."""

    by: LoggedIn
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Its log-in ended: it closes."""
    calls: set[str] = field(default_factory=set)
    """SIP's names of the calls that were begun on it and not ended, as far as its messages say."""

    @property
    def user(self) -> UserId:
        """Whose it is."""
        return self.by.viewer.user.id

    def passed(self, message: str) -> None:
        """A message went by, in either direction."""
        begins = message.startswith("INVITE ")
        if not begins and _OVER.match(message) is None:
            return
        named = _CALL.search(message)
        if named is None:
            return
        self.calls.discard(named[1])
        if begins and len(self.calls) < CALLS_KEPT_MAX:
            self.calls.add(named[1])


class BrowserPhones:
    """All of them."""

    def __init__(self) -> None:
        self._phones: dict[BrowserPhone, None] = {}

    def join(self, phone: BrowserPhone) -> None:
        """One connected."""
        self._phones[phone] = None
        own = [other for other in self._phones if other.user == phone.user and not other.over.is_set()]
        # A call goes on as long as its person is logged in: those without one go first, of these the oldest.
        others = sorted((one for one in own if one is not phone), key=lambda one: bool(one.calls))
        for oldest in others[: len(own) - PHONES_PER_USER_MAX] if len(own) > PHONES_PER_USER_MAX else ():
            oldest.over.set()

    def leave(self, phone: BrowserPhone) -> None:
        """One is gone."""
        self._phones.pop(phone, None)

    def end(self, wanted: Callable[[BrowserPhone], bool]) -> None:
        """These close."""
        for phone in self._phones:
            if wanted(phone):
                phone.over.set()

    def reconfigured(
        self, organisation: OrganisationId, viewer_of: Callable[[UserId], Viewer | None]
    ) -> None:
        """An administrator changed something: who may not look any more has no telephone either."""

        def gone(phone: BrowserPhone) -> bool:
            if phone.by.organisation != organisation:
                return False
            viewer = viewer_of(phone.user)
            return viewer is None or Module.OPERATOR in viewer.organisation.modules_off

        self.end(gone)
