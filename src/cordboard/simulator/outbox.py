"""Who is told what: ARI applications, their subscriptions and filters, and the events that wait for them.

With the outbound WebSocket Asterisk keeps an application's events while its socket is down and delivers them in
order afterwards, then says ApplicationRegistered (seen on 22.10.1).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

import msgspec

from cordboard.simulator.clock import VirtualClock
from cordboard.simulator.faults import Faults
from cordboard.simulator.words import JsonObject, ari_time

ALL_DEVICES = "__AST_DEVICE_STATE_ALL_TOPIC"


class Application:
    """One ARI application, as long as the exchange lives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.channels: Counter[str] = Counter()
        self.bridges: Counter[str] = Counter()
        self.endpoints: Counter[str] = Counter()
        """`PJSIP` for all of them, or `PJSIP/d-1`."""
        self.devices: Counter[str] = Counter()
        self.allowed: list[JsonObject] = []
        self.disallowed: list[JsonObject] = []

    def json(self) -> JsonObject:
        """As ARI shows it."""
        return {
            "name": self.name,
            "channel_ids": list(self.channels),
            "bridge_ids": list(self.bridges),
            "endpoint_ids": list(self.endpoints),
            "device_names": list(self.devices),
            "events_allowed": self.allowed,
            "events_disallowed": self.disallowed,
        }

    def wants(self, kind: str) -> bool:
        """The event filter lets this type of event through."""
        if self.allowed and not any(rule.get("type") == kind for rule in self.allowed):
            return False
        return not any(rule.get("type") == kind for rule in self.disallowed)

    def copies_of_channel(self, channel: str, endpoint: str | None) -> int:
        """How often an event of this channel arrives: once per subscription that covers it (seen on the wire).

        `endpoint` None: it belongs to none, as a Local channel.
        """
        if endpoint is None:
            return int(channel in self.channels)
        covered = (channel in self.channels, f"PJSIP/{endpoint}" in self.endpoints, "PJSIP" in self.endpoints)
        return sum(covered)

    def copies_of_endpoint(self, endpoint: str) -> int:
        """The same for an event of an endpoint."""
        return (f"PJSIP/{endpoint}" in self.endpoints) + ("PJSIP" in self.endpoints)

    def drop(self, subscriptions: Counter[str], name: str) -> None:
        """One subscription less; what was subscribed twice stays until both are gone."""
        subscriptions[name] -= 1
        if subscriptions[name] <= 0:
            del subscriptions[name]


class Outbox:
    """The events on their way to one application."""

    def __init__(
        self, application: Application, clock: VirtualClock, faults: Faults, asterisk_id: str
    ) -> None:
        self.application = application
        self.is_connected = False
        self._clock, self._faults, self._asterisk_id = clock, faults, asterisk_id
        self._kept: deque[bytes] = deque()
        self._blind_until_ms = 0
        """Until then the exchange has not noticed that the socket is down, and writes into nothing."""
        self._ready: deque[bytes] = deque()

    def emit(self, kind: str, fields: Mapping[str, object]) -> None:
        """Say that something happened, unless the application filters it out."""
        if not self.application.wants(kind):
            return
        message: JsonObject = {"type": kind, "timestamp": ari_time(self._clock.now()), **fields}
        message |= {"asterisk_id": self._asterisk_id, "application": self.application.name}
        data = msgspec.json.encode(message)
        for delay_ms in self._faults.deliveries(kind):
            if delay_ms == 0:
                self._deliver(data)
            else:
                self._clock.call_in(delay_ms, lambda: self._deliver(data))

    def _deliver(self, data: bytes) -> None:
        if self.is_connected:
            self._ready.append(data)
        elif self._clock.now() >= self._blind_until_ms:
            self._kept.append(data)

    def connect(self) -> None:
        """The socket is up: what was kept comes first, in order."""
        self.is_connected = True
        self._ready.extend(self._kept)
        self._kept.clear()
        self.emit("ApplicationRegistered", {})

    def disconnect(self, blind_ms: int) -> None:
        """The socket is down: what was not taken out yet is lost with it, what comes after `blind_ms` is kept."""
        self.is_connected = False
        self._blind_until_ms = self._clock.now() + blind_ms
        self._ready.clear()

    def take(self) -> list[bytes]:
        """Everything that has arrived, in order."""
        taken = list(self._ready)
        self._ready.clear()
        return taken
