"""A short day in a simulated exchange, in which nearly every kind of event happens."""

from __future__ import annotations

import msgspec

from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.people import Habits

EVENTS_OF_A_DAY = {
    "ApplicationRegistered",
    "BridgeDestroyed",
    "CallBroadcast",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelHangupRequest",
    "ChannelHold",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "ChannelUnhold",
    "ChannelVarset",
    "ContactStatusChange",
    "DeviceStateChanged",
    "Dial",
    "EndpointStateChange",
    "PeerStatusChange",
    "PlaybackFinished",
    "PlaybackStarted",
    "StasisEnd",
    "StasisStart",
}


def a_day(exchange: SimulatedExchange) -> list[bytes]:
    """Twenty callers, one telephone that answers, rejects and lets ring in turn; every event, in order."""
    events: list[bytes] = []
    exchange.connect()
    phone = exchange.phone("d-1", registered=False)
    for source in ("endpoint:PJSIP", "deviceState:"):
        exchange.handle("POST", "applications/cordboard/subscription", {"eventSource": source})
    phone.register()
    habits = (Habits(answers_after_ms=700), Habits(rejects_after_ms=900), Habits())
    for number in range(20):
        phone.habits = habits[number % len(habits)]
        caller = exchange.caller(f"+3161000{number:04d}", f"Caller {number}")
        caller.call("+31880001", gives_up_after_ms=20_000)
        assert caller.channel is not None
        channel, line = caller.channel.id, f"line-{number}"
        exchange.handle("POST", "events/claim", {"channelId": channel, "application": "cordboard"})
        exchange.advance(10)
        exchange.handle("POST", f"channels/{channel}/variable", {"variable": "CB_CALL", "value": "c"})
        exchange.handle("POST", f"channels/{channel}/answer")
        exchange.handle("POST", f"channels/{channel}/play", {"media": "sound:welcome"})
        exchange.handle("POST", "bridges", {"type": "holding", "bridgeId": f"queue-{number}"})
        exchange.handle("POST", f"bridges/queue-{number}/addChannel", {"channel": channel})
        wanted = {"endpoint": "PJSIP/d-1", "app": "cordboard", "channelId": line, "timeout": "5"}
        exchange.handle("POST", "channels", wanted)
        exchange.advance(6_000)
        kind = {"type": "mixing,dtmf_events", "bridgeId": f"talk-{number}"}
        exchange.handle("POST", "bridges", kind)
        exchange.handle("POST", f"bridges/talk-{number}/addChannel", {"channel": f"{line},{channel}"})
        if phone.calls:
            phone.hold()
            phone.resume()
        caller.press("5")
        exchange.advance(3_000)
        phone.hang_up()
        caller.hang_up()
        exchange.advance(100)
        exchange.handle("DELETE", f"bridges/queue-{number}")
        exchange.handle("DELETE", f"bridges/talk-{number}")
        events += exchange.drain_events()
    phone.unregister()
    return events + exchange.drain_events()


def kinds(events: list[bytes]) -> list[str]:
    """Their types."""
    return [str(msgspec.json.decode(data)["type"]) for data in events]
