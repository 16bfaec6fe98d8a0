"""Telephones as the exchange tells of them: whose they are, whether they can be reached, what they can do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from cordboard.app.clock import Alarm, Clock
from cordboard.asterisk import translate
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.parties import Inbox
from cordboard.asterisk.wire import Wire
from cordboard.core.events import DeviceRegistered, DeviceUnregistered, TalkPackageSeen
from cordboard.core.types import DeviceId, LegId, OrganisationId

OFFLINE_SETTLE_MS = 300
"""A phone that registers anew shows offline for some milliseconds; only longer counts."""


class Devices:
    """The telephones of all organisations on one exchange."""

    def __init__(
        self,
        wire: Wire,
        legs: Legs,
        inbox: Inbox,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        *,
        asks_talk: bool,
    ) -> None:
        """
        Args:
            spawn: has a question to the exchange asked in the background.
            asks_talk: whether it matters which of them answer on NOTIFY talk.
        """
        self._wire = wire
        self._legs = legs
        self._inbox = inbox
        self._clock = clock
        self._spawn = spawn
        self._asks_talk = asks_talk
        self._owner: dict[DeviceId, OrganisationId] = {}
        self._asked_talk: set[DeviceId] = set()
        self._offline: dict[DeviceId, Alarm] = {}

    def own(self, owners: Mapping[DeviceId, OrganisationId]) -> None:
        """Which organisation each belongs to."""
        self._owner = dict(owners)

    def owner(self, device: DeviceId) -> OrganisationId | None:
        """None: nobody's."""
        return self._owner.get(device)

    def lost(self) -> None:
        """The exchange is away: what it said last about a telephone says nothing any more."""
        for alarm in self._offline.values():
            alarm.cancel()
        self._offline.clear()

    def registration(self, endpoint: str, *, online: bool) -> None:
        """A telephone came or went."""
        device = translate.device_of_endpoint(endpoint)
        if device is None or device not in self._owner:
            return
        waiting = self._offline.pop(device, None)
        if waiting is not None:
            waiting.cancel()
        if online:
            self._inbox(self._owner[device], DeviceRegistered(device=device))
            return
        self._offline[device] = self._clock.call_in(OFFLINE_SETTLE_MS, partial(self._is_offline, device))

    def _is_offline(self, device: DeviceId) -> None:
        self._offline.pop(device, None)
        owner = self._owner.get(device)
        if owner is not None:
            self._inbox(owner, DeviceUnregistered(device=device))

    def answered(self, leg: LegId) -> None:
        """Once per device: does it answer on NOTIFY? Only an answered leg can be asked."""
        device = self._legs.device(leg)
        if device is None or device in self._asked_talk or not self._asks_talk:
            return
        self._asked_talk.add(device)
        self._spawn(self._learn_talk_package(leg, device))

    async def _learn_talk_package(self, leg: LegId, device: DeviceId) -> None:
        query = {"variable": "PJSIP_RESPONSE_HEADER(read,Allow-Events)"}
        answer = await self._wire.ask("GET", f"channels/{leg}/variable", query=query)
        owner = self._owner.get(device)
        if answer is None or not answer.is_done or owner is None:
            return
        body = answer.json()
        value = body.get("value", "") if isinstance(body, dict) else ""
        if isinstance(value, str) and "talk" in [part.strip().lower() for part in value.split(",")]:
            self._inbox(owner, TalkPackageSeen(device=device))
