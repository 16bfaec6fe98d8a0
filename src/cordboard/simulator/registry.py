"""Everything that lives in the pretend exchange, and the telling of it to whoever subscribed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from cordboard.simulator.clock import VirtualClock
from cordboard.simulator.faults import Faults
from cordboard.simulator.outbox import ALL_DEVICES, Application, Outbox
from cordboard.simulator.things import Bridge, Channel, Endpoint, Person, Playback
from cordboard.simulator.words import ChannelState, JsonObject

CHANNEL_VARIABLES = (
    "CB_CALL", "CB_ROLE", "CB_ORG", "CB_QUEUE", "CB_LEG", "CB_TO", "CB_SAYS", "CB_OUT", "CB_BEGUN", "CB_HEARS",
)  # fmt: skip
"""ari.conf's `channelvars`: what every channel object carries."""


class Registry:
    """The state of one running exchange; `forget` is its death."""

    def __init__(self, clock: VirtualClock, faults: Faults, applications: Iterable[str], seed: int) -> None:
        self.clock = clock
        self.faults = faults
        self.random = random.Random(seed)
        self.asterisk_id = "02:cb:00:00:00:01"
        self.endpoints: dict[str, Endpoint] = {}
        self.database: dict[tuple[str, str], str] = {}
        """The exchange's own small store (astdb): family and key -> value; it survives a death."""
        self.outside: dict[str, Person] = {}
        """Who answers over a trunk, by number as the trunk has it."""
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.playbacks: dict[str, Playback] = {}
        self.names = tuple(applications)
        self.applications: dict[str, Application] = {}
        self.outboxes: dict[str, Outbox] = {}
        self.started_ms = clock.now()
        self.generation = 0
        """Counts the lives of the exchange: what was planned in an earlier one does not happen any more."""
        self._numbers = 0
        self._wires = 0
        self.forget()

    def forget(self) -> None:
        """The process died: no channel, bridge, subscription or kept event remains."""
        self.channels.clear()
        self.bridges.clear()
        self.playbacks.clear()
        self.generation += 1
        self._numbers = 0
        self.started_ms = self.clock.now()
        for endpoint in self.endpoints.values():
            endpoint.channels.clear()
            endpoint.is_reachable = False
            endpoint.device_state = "NOT_INUSE" if endpoint.is_trunk else "UNAVAILABLE"
        self.applications = {name: Application(name) for name in self.names}
        self.outboxes = {
            name: Outbox(application, self.clock, self.faults, self.asterisk_id)
            for name, application in self.applications.items()
        }

    def soon(self, delay_ms: int, action: Callable[[], None]) -> None:
        """Let something happen in the exchange, should it still be in this life."""
        generation = self.generation
        self.clock.call_in(delay_ms, lambda: action() if generation == self.generation else None)

    def new_unique_id(self) -> str:
        """An id as Asterisk makes them for calls that come in."""
        return f"{self.clock.now() // 1000}.{self._numbers}"

    def new_name(self, endpoint: str) -> str:
        """A channel name, such as `PJSIP/d-1-0000001f`."""
        self._numbers += 1
        return f"PJSIP/{endpoint}-{self._numbers - 1:08x}"

    def new_wire_number(self) -> int:
        """What sets the names of two Local channels apart from those of others."""
        self._wires += 1
        return self._wires - 1

    def new_token(self) -> str:
        """A Call-ID, playback id or bridge id that nobody chose."""
        return f"{self.random.getrandbits(64):016x}"

    # -- telling ----------------------------------------------------------------------------------------------

    def tell(self, application: str, kind: str, **fields: object) -> None:
        """One application, whether it subscribed or not."""
        if application in self.outboxes:
            self.outboxes[application].emit(kind, fields)

    def tell_of_channel(self, kind: str, channel: Channel, **fields: object) -> None:
        """Everyone who subscribed to the channel or its endpoint, once per subscription."""
        self._tell_subscribers(kind, channel, fields | {"channel": channel.json(CHANNEL_VARIABLES)})

    def tell_of_dial(self, channel: Channel, status: str) -> None:
        """The same, of the progress of a call of ours; `status` is "" at its beginning."""
        fields = {"dialstatus": status, "forward": "", "dialstring": channel.endpoint}
        self._tell_subscribers("Dial", channel, fields | {"peer": channel.json(CHANNEL_VARIABLES)})

    def tell_of_transfer(self, channel: Channel, refer_to: JsonObject, state: str | None) -> None:
        """Somebody pressed the transfer key on this channel's telephone; `state`: how far it has come since."""
        fields: JsonObject = {
            "refer_to": refer_to,
            "referred_by": {"source_channel": channel.json(CHANNEL_VARIABLES)},
        }
        if state is not None:
            fields["state"] = state
        for name, application in self.applications.items():
            for _ in range(application.copies_of_channel(channel.id, channel.endpoint)):
                self.outboxes[name].emit("ChannelTransfer", fields)

    def tell_of_sound(self, kind: str, channel: Channel, **fields: object) -> None:
        """What is played to a channel: as often as anything else about it (seen on 22.10.1)."""
        self._tell_subscribers(kind, channel, fields)

    def _tell_subscribers(self, kind: str, channel: Channel, fields: JsonObject) -> None:
        for name, application in self.applications.items():
            endpoint = None if channel.at.is_wire else channel.endpoint
            for _ in range(application.copies_of_channel(channel.id, endpoint)):
                self.outboxes[name].emit(kind, fields)

    def tell_of_bridge(self, kind: str, bridge: Bridge, channel: Channel | None = None) -> None:
        """Everyone who has, or had, a channel in the bridge."""
        fields: dict[str, object] = {"bridge": bridge.json()}
        if channel is not None:
            fields["channel"] = channel.json(CHANNEL_VARIABLES)
        for name, application in self.applications.items():
            if bridge.id in application.bridges:
                self.outboxes[name].emit(kind, fields)

    def tell_of_endpoint(self, kind: str, endpoint: Endpoint, **fields: object) -> None:
        """Everyone who subscribed to the endpoint."""
        if endpoint.is_wire:
            return
        fields["endpoint"] = endpoint.json()
        for name, application in self.applications.items():
            for _ in range(application.copies_of_endpoint(endpoint.name)):
                self.outboxes[name].emit(kind, fields)

    def look_at_device(self, endpoint: Endpoint) -> None:
        """Tell of the device's state if it has become another."""
        if endpoint.is_wire:
            return
        state = self.device_state(endpoint)
        if state == endpoint.device_state:
            return
        endpoint.device_state = state
        device = f"PJSIP/{endpoint.name}"
        for name, application in self.applications.items():
            for _ in range((device in application.devices) + (ALL_DEVICES in application.devices)):
                fields = {"device_state": {"name": device, "state": state}}
                self.outboxes[name].emit("DeviceStateChanged", fields)

    def device_state(self, endpoint: Endpoint) -> str:
        """Asterisk's word for what the telephone is doing; a call that has not yet rung does not count."""
        states = [self.channels[id_].state for id_ in endpoint.channels]
        busy = [state for state in states if state is not ChannelState.DOWN]
        if not busy:
            return "NOT_INUSE" if endpoint.state == "online" else "UNAVAILABLE"
        if endpoint.is_busy_at_one:
            return "BUSY"
        ringing = sum(state is ChannelState.RINGING for state in busy)
        if ringing:
            return "RINGING" if ringing == len(busy) else "RINGINUSE"
        held = all(self.channels[id_].is_held_by_party for id_ in endpoint.channels)
        return "ONHOLD" if held else "INUSE"

    # -- endpoints --------------------------------------------------------------------------------------------

    def set_reachable(self, endpoint: Endpoint, reachable: bool, status: str) -> None:
        """A contact came, answered a qualify, stopped answering or went; `status` is ARI's word for it."""
        changed = endpoint.is_reachable != reachable
        endpoint.is_reachable = reachable
        if changed:
            self.tell_of_endpoint("EndpointStateChange", endpoint)
            peer = {"peer_status": "Reachable" if reachable else "Unreachable"}
            self.tell_of_endpoint("PeerStatusChange", endpoint, peer=peer)
        self.tell_of_endpoint("ContactStatusChange", endpoint, contact_info=endpoint.contact(status))
        self.look_at_device(endpoint)

    def allowed_events(self, channel: Channel) -> str | None:
        """The Allow-Events of the telephone's 200; None when there was no such answer to read from."""
        if not (channel.is_outgoing and channel.is_up) or channel.person is None:
            return None
        return channel.person.events_known()
