"""A pretend Asterisk at the level of ARI messages, on a virtual clock: it takes the place of the socket.

Synchronous and deterministic: the same seed and the same acts give the same messages, byte for byte. What it
does was seen on Asterisk 22.10.1 and is held to it by tests/contracts/exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote

from cordboard.asterisk.transport import AriResponse
from cordboard.simulator.answers import Command, Refused
from cordboard.simulator.api_bridges import BridgeCommands
from cordboard.simulator.api_channels import ChannelCommands
from cordboard.simulator.api_system import SystemCommands
from cordboard.simulator.bridging import Bridging
from cordboard.simulator.calls import Calls
from cordboard.simulator.clock import VirtualClock
from cordboard.simulator.dialplan import Dialplan
from cordboard.simulator.faults import Faults
from cordboard.simulator.people import Caller, Habits, Phone
from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Endpoint, Who

APPLICATION = "cordboard"
TRUNK = "t-trunk"
BOOT_MS = 600
"""From the death of the exchange until it listens again."""
QUALIFY_MS = 3_000
"""After a start, until the contacts it remembers have answered."""


class SimulatedExchange:
    """One exchange with its telephones and trunks."""

    def __init__(
        self,
        clock: VirtualClock | None = None,
        *,
        seed: int = 0,
        faults: Faults | None = None,
        applications: tuple[str, ...] = (APPLICATION,),
    ) -> None:
        self.clock = clock or VirtualClock()
        self.faults = faults or Faults(seed=seed)
        self.registry = Registry(self.clock, self.faults, applications, seed)
        self.bridging = Bridging(self.registry)
        self.calls = Calls(self.registry, self.bridging)
        self.dialplan = Dialplan(self.registry, self.calls)
        self.system = SystemCommands(self.registry, self.dialplan, self.calls.recordings)
        self.phones: dict[str, Phone] = {}
        self.is_alive = True
        self.on_change: dict[str, Callable[[bool], None]] = {}
        """Told, per application, that its socket came up or went down."""
        self._channels = ChannelCommands(self.registry, self.calls, self.dialplan)
        self._bridges = BridgeCommands(self.registry, self.bridging)
        self._listening: set[str] = set()

    # -- the socket's side ------------------------------------------------------------------------------------

    def handle(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Carry out one ARI command at once, such as `POST`, `channels/cb-1/answer`."""
        path, _, in_uri = uri.lstrip("/").partition("?")
        parts = tuple(unquote(part) for part in path.split("/"))
        command = Command(method, parts, {**dict(parse_qsl(in_uri)), **(query or {})}, dict(body or {}))
        try:
            match parts[0]:
                case "channels" | "playbacks":
                    return self._channels.handle(command)
                case "bridges":
                    return self._bridges.handle(command)
                case _:
                    return self.system.handle(command)
        except Refused as refusal:
            return refusal.response

    def drain_events(self, application: str = APPLICATION) -> list[bytes]:
        """The events that have arrived since the last look, in order, as Asterisk sends them."""
        return self.registry.outboxes[application].take()

    def advance(self, ms: int) -> None:
        """Let time pass in the exchange (and in whatever else plans on its clock)."""
        self.clock.advance(ms)

    def is_connected(self, application: str = APPLICATION) -> bool:
        """The application's socket is up."""
        return self.registry.outboxes[application].is_connected

    def is_playing(self, channel_id: str) -> bool:
        """This channel hears a sound of ours."""
        channel = self.registry.channels.get(channel_id)
        return channel is not None and bool(channel.playbacks)

    def connect(self, application: str = APPLICATION) -> None:
        """Cordboard listens: the exchange dials in, now or as soon as it is up."""
        self._listening.add(application)
        if self.is_alive and not self.is_connected(application):
            self.registry.outboxes[application].connect()
            self.on_change.get(application, _nobody)(True)

    def disconnect(
        self, application: str = APPLICATION, *, back_after_ms: int | None = None, blind_ms: int = 0
    ) -> None:
        """The socket breaks; calls go on and events are kept.

        Args:
            back_after_ms: when Cordboard listens again; None: at the next `connect`.
            blind_ms: how long the exchange does not notice; what it says until then is lost (F3).
        """
        self._listening.discard(application)
        if self.is_connected(application):
            self.registry.outboxes[application].disconnect(blind_ms)
            self.on_change.get(application, _nobody)(False)
        if back_after_ms is not None:
            self.clock.call_in(back_after_ms, lambda: self.connect(application))

    def holds_back_answers(self, application: str = APPLICATION) -> bool:
        """An event filter with an allow list that does not name RESTResponse keeps answers to itself (22.10.1)."""
        return not self.registry.applications[application].wants("RESTResponse")

    # -- its life ---------------------------------------------------------------------------------------------

    def die(self, *, back_after_ms: int | None = BOOT_MS) -> None:
        """Kill -9: every call, bridge, subscription and kept event is gone; telephones are not told.

        Registrations are remembered, and the telephones found again by qualify. `back_after_ms` None: stays dead.
        """
        self.is_alive = False
        for application in self.registry.names:
            if self.is_connected(application):
                self.registry.outboxes[application].disconnect(0)
                self.on_change.get(application, _nobody)(False)
        for channel in list(self.registry.channels.values()):
            channel.is_gone = True
            if channel.person is not None:
                channel.person.told_ended(channel, 0, None)
        self.registry.forget()
        self.dialplan.forget()
        if back_after_ms is not None:
            self.clock.call_in(back_after_ms, self.start)

    def start(self) -> None:
        """Start again after a death."""
        if self.is_alive:
            return
        self.is_alive = True
        self.registry.started_ms = self.clock.now()
        for application in sorted(self._listening):
            self.connect(application)
        self.registry.soon(QUALIFY_MS, self._qualify)

    def _qualify(self) -> None:
        for phone in self.phones.values():
            if phone.is_there and phone.endpoint.has_contact and not phone.endpoint.is_reachable:
                self.registry.set_reachable(phone.endpoint, True, "Reachable")

    # -- people -----------------------------------------------------------------------------------------------

    def phone(
        self,
        name: str,
        *,
        label: str | None = None,
        number: str = "",
        habits: Habits | None = None,
        is_busy_at_one: bool = False,
        registered: bool = True,
    ) -> Phone:
        """A telephone with its endpoint, such as `d-1`; registered at once unless told otherwise."""
        endpoint = self.registry.endpoints.get(name)
        if endpoint is None:
            endpoint = Endpoint(name, "phones", Who(label or name, number or name))
            self.registry.endpoints[name] = endpoint
        endpoint.is_busy_at_one = is_busy_at_one
        phone = Phone(self, endpoint, label or name, habits or Habits())
        endpoint.person = phone
        self.phones[name] = phone
        if registered:
            phone.register()
        return phone

    def outsider(
        self, number: str, *, label: str = "", habits: Habits | None = None, trunk: str = TRUNK
    ) -> Phone:
        """Somebody outside who can be called; `number` as the trunk wants it, such as `+31612345678`."""
        phone = Phone(self, self._trunk(trunk), label or number, habits or Habits(knows_talk=False))
        phone.is_there = True
        self.registry.outside[number] = phone
        return phone

    def caller(self, number: str = "+31612345678", name: str = "", *, trunk: str = TRUNK) -> Caller:
        """Somebody outside; an empty number is a withheld one."""
        return Caller(self, self._trunk(trunk), Who(name, number))

    def _trunk(self, name: str) -> Endpoint:
        endpoint = self.registry.endpoints.get(name)
        if endpoint is None:
            endpoint = Endpoint(name, "inbound", Who(), is_trunk=True, device_state="NOT_INUSE")
            self.registry.endpoints[name] = endpoint
        return endpoint

    def notify(self, channel_name: str, event: str) -> bool:
        """AMI's PJSIPNotify in a call (`talk`, `hold`): True when it was sent, whatever the telephone does."""
        for channel in list(self.registry.channels.values()):
            if channel.name == channel_name:
                if channel.person is not None:
                    channel.person.told_event(channel, event)
                return True
        return False


def _nobody(_is_up: bool) -> None:
    """Nobody asked to be told."""
