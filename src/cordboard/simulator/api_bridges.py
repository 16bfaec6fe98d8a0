"""The commands on bridges."""

from __future__ import annotations

from cordboard.asterisk.transport import AriResponse
from cordboard.simulator.answers import NO_CONTENT, Command, Refused, ok
from cordboard.simulator.bridging import Bridging
from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Bridge, Channel
from cordboard.simulator.words import BridgeKind

KINDS = {
    "": BridgeKind.MIXING,
    "mixing": BridgeKind.MIXING,
    "holding": BridgeKind.HOLDING,
    "mixing,dtmf_events": BridgeKind.MIXING_DTMF,
    "mixing,dtmf_events,video_sfu": BridgeKind.MIXING_DTMF,
}


class BridgeCommands:
    """Everything under `bridges`."""

    def __init__(self, registry: Registry, bridging: Bridging) -> None:
        self._registry, self._bridging = registry, bridging

    def handle(self, command: Command) -> AriResponse:
        """Carry out one command."""
        match command.method, command.path:
            case "GET", ("bridges",):
                return ok([bridge.json() for bridge in self._registry.bridges.values()])
            case "POST", ("bridges",):
                return self._create(command, command.get("bridgeId"))
            case "POST", ("bridges", id_):
                return self._create(command, id_)
            case "GET", ("bridges", id_):
                return ok(self._found(id_).json())
            case "DELETE", ("bridges", id_):
                self._bridging.destroy(self._found(id_))
                return NO_CONTENT
            case "POST", ("bridges", id_, "addChannel"):
                return self._add(command, self._found(id_))
            case "POST", ("bridges", id_, "removeChannel"):
                return self._remove(command, self._found(id_))
            case "POST", ("bridges", id_, "moh"):
                self._found(id_).has_music = True
                return NO_CONTENT
            case "DELETE", ("bridges", id_, "moh"):
                bridge = self._found(id_)
                if not bridge.has_music:
                    raise Refused(409, "Bridge isn't playing music")
                bridge.has_music = False
                return NO_CONTENT
            case _:
                raise Refused(405, "Invalid method")

    def _found(self, bridge_id: str) -> Bridge:
        bridge = self._registry.bridges.get(bridge_id)
        if bridge is None:
            raise Refused(404, "Bridge not found")
        return bridge

    def _create(self, command: Command, given_id: str | None) -> AriResponse:
        if given_id in self._registry.bridges:
            raise Refused(409, f"Bridge with id '{given_id}' already exists")
        kind = KINDS.get(command.get("type") or "")
        if kind is None:
            raise Refused(500, f"Unable to create bridge. Possible duplicate bridge id '{given_id}'")
        bridge_id = given_id or self._registry.new_token()
        return ok(self._bridging.create(bridge_id, kind, command.get("name") or "").json())

    def _channels(self, command: Command) -> list[Channel]:
        given = command.get("channel")
        if not given:
            raise Refused(400, "Missing parameter channel")
        names = given.split(",")
        if any(name not in self._registry.channels for name in names):
            raise Refused(400, "Channel not found")
        return [self._registry.channels[name] for name in names]

    def _add(self, command: Command, bridge: Bridge) -> AriResponse:
        channels = self._channels(command)
        if any(channel.application is None for channel in channels):
            raise Refused(422, "Channel not in Stasis application")
        shows_parties = command.get("inhibitConnectedLineUpdates") != "true"
        for channel in channels:
            # One that is about to end gets the command and is gone before it can carry it out.
            if channel.ending is None:
                self._bridging.enter(bridge, channel, shows_parties=shows_parties)
        return NO_CONTENT

    def _remove(self, command: Command, bridge: Bridge) -> AriResponse:
        channels = self._channels(command)
        if any(channel.bridge != bridge.id for channel in channels):
            raise Refused(422, "Channel not in this bridge")
        for channel in channels:
            self._bridging.remove(channel)
        return NO_CONTENT
