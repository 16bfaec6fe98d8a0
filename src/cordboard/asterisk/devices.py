"""Telephones as the exchange tells of them: whose they are, whether they can be reached, what they can do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from functools import partial
from typing import Any

from cordboard.app.clock import Alarm, Clock
from cordboard.asterisk import translate
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.parties import Inbox
from cordboard.asterisk.wire import Wire
from cordboard.core.events import DeviceElsewhere, DeviceRegistered, DeviceUnregistered, TalkPackageSeen
from cordboard.core.types import DeviceId, LegId, OrganisationId

OFFLINE_SETTLE_MS = 300
"""A phone that registers anew shows offline for some milliseconds; only longer counts."""

ELSEWHERE_SETTLE_MS = 1_000
"""A telephone that dials has a channel before we are told that it comes to us; only one for longer is past us."""
OWN_PREFIX = "cb-"
"""How the ids of channels that we make begin."""


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
        self._channels: dict[DeviceId, frozenset[LegId]] = {}
        """Those of its channels that we did not make."""
        self._settles: dict[DeviceId, Alarm] = {}
        self._elsewhere: set[DeviceId] = set()

    def own(self, owners: Mapping[DeviceId, OrganisationId]) -> None:
        """Which organisation each belongs to."""
        self._owner = dict(owners)

    def owner(self, device: DeviceId) -> OrganisationId | None:
        """None: nobody's."""
        return self._owner.get(device)

    def lost(self) -> None:
        """The exchange is away: what it said last about a telephone says nothing any more."""
        for alarm in (*self._offline.values(), *self._settles.values()):
            alarm.cancel()
        self._offline.clear()
        self._settles.clear()
        for device in list(self._elsewhere):
            self._is_elsewhere(device, elsewhere=False)

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

    def found(self, channels_of: Mapping[str, Iterable[str]], told: Collection[OrganisationId] = ()) -> None:
        """All channels of all endpoints, as the exchange was asked.

        Args:
            told: who may know nothing of what was told before: their desks may be new.
        """
        before = sorted(self._elsewhere)
        for endpoint, ids in channels_of.items():
            self.channels(endpoint, ids)
        for device in before:
            owner = self._owner.get(device)
            if device in self._elsewhere and owner is not None and owner in told:
                self._inbox(owner, DeviceElsewhere(device=device, elsewhere=True))

    def channels(self, endpoint: str, ids: Iterable[str]) -> None:
        """All channels of a telephone now: one that is not ours is a call that we do not carry (D11)."""
        device = translate.device_of_endpoint(endpoint)
        if device is None or device not in self._owner:
            return
        self._channels[device] = frozenset(LegId(one) for one in ids if not one.startswith(OWN_PREFIX))
        if not self._past_us(device):
            if (alarm := self._settles.pop(device, None)) is not None:
                alarm.cancel()
            self._is_elsewhere(device, elsewhere=False)
        elif device not in self._settles and device not in self._elsewhere:
            self._settles[device] = self._clock.call_in(ELSEWHERE_SETTLE_MS, partial(self._settled, device))

    def _past_us(self, device: DeviceId) -> bool:
        return any(self._legs.owner(leg) is None for leg in self._channels.get(device, ()))

    def _settled(self, device: DeviceId) -> None:
        self._settles.pop(device, None)
        if self._past_us(device):
            self._is_elsewhere(device, elsewhere=True)

    def _is_elsewhere(self, device: DeviceId, *, elsewhere: bool) -> None:
        owner = self._owner.get(device)
        if elsewhere is (device in self._elsewhere):
            return
        if elsewhere:
            self._elsewhere.add(device)
        else:
            self._elsewhere.discard(device)
        if owner is not None:
            self._inbox(owner, DeviceElsewhere(device=device, elsewhere=elsewhere))

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
