"""Everything that the simulator says is what the generated ARI messages can read, field by field."""

from __future__ import annotations

import msgspec

from cordboard.asterisk import messages as ari
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.people import Habits
from tests.simulator.story import EVENTS_OF_A_DAY, a_day


def test_every_event_of_a_day_is_read_as_its_own_type_and_not_a_field_is_lost() -> None:
    """Decoded and encoded again it is the same message."""
    exchange = SimulatedExchange()

    events = a_day(exchange)

    seen = set()
    for data in events:
        plain = msgspec.json.decode(data)
        event = ari.decode_event(data)
        assert type(event).__name__ == plain["type"]
        assert _without_nothing(msgspec.to_builtins(event)) == _without_nothing(plain)
        seen.add(plain["type"])
    assert seen >= EVENTS_OF_A_DAY


def test_every_object_asked_for_is_read_as_its_own_type() -> None:
    """Channels, bridges, endpoints, applications, the exchange itself."""
    exchange = SimulatedExchange()
    exchange.connect()
    exchange.phone("d-1", habits=Habits(answers_after_ms=10))
    caller = exchange.caller().call("+31880001")
    assert caller.channel is not None
    exchange.handle("POST", "events/claim", {"channelId": caller.channel.id, "application": "cordboard"})
    exchange.advance(10)
    exchange.handle("POST", "bridges", {"type": "holding", "bridgeId": "b"})
    exchange.handle("POST", "bridges/b/addChannel", {"channel": caller.channel.id})

    for uri, shape in (
        ("channels", list[ari.Channel]),
        ("bridges", list[ari.Bridge]),
        ("endpoints", list[ari.Endpoint]),
        ("applications", list[ari.Application]),
        ("asterisk/info", ari.AsteriskInfo),
        ("asterisk/ping", ari.AsteriskPing),
    ):
        body = exchange.handle("GET", uri).body
        assert _without_nothing(
            msgspec.to_builtins(msgspec.json.decode(body, type=shape))
        ) == _without_nothing(msgspec.json.decode(body)), uri


def _without_nothing(value: object) -> object:
    """The same without what is None or empty: the description says what may be left out."""
    if isinstance(value, dict):
        pairs = ((key, _without_nothing(one)) for key, one in value.items())
        return {key: one for key, one in pairs if one not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value]
    return value
