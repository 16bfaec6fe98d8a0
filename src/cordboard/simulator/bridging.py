"""Bridges: who goes in, who comes out, and what the parties are shown when they meet."""

from __future__ import annotations

from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Bridge, Channel, Who
from cordboard.simulator.words import BridgeKind


class Bridging:
    """The bridges of one exchange."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def create(self, bridge_id: str, kind: BridgeKind, name: str) -> Bridge:
        """A new, empty one; nobody is told, because nobody has subscribed to it yet."""
        bridge = Bridge(bridge_id, kind, name, self._registry.clock.now())
        self._registry.bridges[bridge_id] = bridge
        return bridge

    def destroy(self, bridge: Bridge) -> None:
        """Channels in it stay in Stasis, in silence; then only those hear of the end who still subscribe."""
        for id_ in list(bridge.channels):
            self.remove(self._registry.channels[id_])
        del self._registry.bridges[bridge.id]
        self._registry.tell_of_bridge("BridgeDestroyed", bridge)
        for application in self._registry.applications.values():
            application.bridges.pop(bridge.id, None)

    def enter(self, bridge: Bridge, channel: Channel, *, shows_parties: bool = True) -> None:
        """Put a channel in, out of whichever it was in."""
        self.leave(channel)
        application = self._registry.applications[channel.application or ""]
        application.bridges[bridge.id] += 1
        bridge.channels.insert(0, channel.id)
        channel.bridge = bridge.id
        channel.is_ringing_tone = False
        self._registry.tell_of_bridge("ChannelEnteredBridge", bridge, channel)
        if not bridge.is_holding and len(bridge.channels) == 2 and shows_parties:
            other = self._registry.channels[bridge.channels[1]]
            self._show(channel, other)
            self._show(other, channel)

    def leave(self, channel: Channel) -> None:
        """Take a channel out; nothing happens when it is in none."""
        bridge = self._registry.bridges.get(channel.bridge or "")
        channel.bridge = None
        if bridge is not None:
            bridge.channels.remove(channel.id)
            if not bridge.channels:
                # The music leaves with the last listener and does not come back by itself.
                bridge.has_music = False
            self._registry.tell_of_bridge("ChannelLeftBridge", bridge, channel)

    def remove(self, channel: Channel) -> None:
        """As `leave`, by command: with it goes the application's subscription to the bridge."""
        bridge_id = channel.bridge or ""
        self.leave(channel)
        application = self._registry.applications.get(channel.application or "")
        if application is not None:
            application.drop(application.bridges, bridge_id)

    def _show(self, channel: Channel, other: Channel) -> None:
        shown = Who(other.caller.name, other.caller.number)
        if channel.connected != shown:
            channel.connected = shown
            self._registry.tell_of_channel("ChannelConnectedLine", channel)
