"""Who hears of what changed: the consoles first, then everything that follows the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cordboard.app.recognition import Recognition
from cordboard.core.notices import Changed, Say, Thing
from cordboard.core.types import CallId, OrganisationId
from cordboard.web.push import Hub
from cordboard.wiring.practising import Practising


class Fan:
    """What changed, for the consoles, the practice callers, the exchange's fall-backs and the address book."""

    def __init__(
        self,
        hub: Hub,
        practising: Practising,
        agents_changed: Callable[[], None],
        recognition: Recognition,
    ) -> None:
        self._recognition = recognition
        self._hub = hub
        self._practising = practising
        self._agents_changed = agents_changed

    def changed(self, organisation: OrganisationId, things: Iterable[Changed]) -> None:
        """Tell all of them, the consoles first."""
        self._hub.changed(organisation, things)
        board = self._hub.board(organisation)
        for thing in things:
            if thing.thing is Thing.AGENT:
                self._agents_changed()
            elif thing.thing is Thing.CALL and board is not None:
                call = board.calls.get(CallId(thing.id))
                if call is not None:
                    self._practising.observe(call)
                    self._recognition.observe(organisation, call)

    def say(self, organisation: OrganisationId, sayings: Iterable[Say]) -> None:
        """Sentences are for people at consoles."""
        self._hub.say(organisation, sayings)
