"""What may go wrong on the way is seeded, counted, and can be repeated to the byte."""

from __future__ import annotations

import asyncio
import collections

import msgspec
import pytest

from cordboard.asterisk import messages as ari
from cordboard.asterisk.transport import AriTimeout, AriUnavailable
from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.faults import Faults
from cordboard.simulator.socket import SimulatedSocket
from tests.simulator.story import a_day, kinds


def test_the_same_seed_gives_the_same_day_byte_for_byte() -> None:
    """A failing seed is a recording."""
    first = a_day(SimulatedExchange(faults=Faults(seed=7, drop=0.05, duplicate=0.05, late=0.1), seed=3))
    again = a_day(SimulatedExchange(faults=Faults(seed=7, drop=0.05, duplicate=0.05, late=0.1), seed=3))
    other = a_day(SimulatedExchange(faults=Faults(seed=8, drop=0.05, duplicate=0.05, late=0.1), seed=3))

    assert first == again
    assert first != other


def test_without_faults_nothing_is_lost_doubled_or_late() -> None:
    """Timestamps never go back."""
    events = a_day(SimulatedExchange())

    times = [str(msgspec.json.decode(data)["timestamp"]) for data in events]
    assert times == sorted(times)


def test_dropped_doubled_and_late_events_are_counted() -> None:
    """A campaign that met no fault has proved nothing, so the faults say that they happened."""
    faults = Faults(seed=1, drop=0.1, duplicate=0.1, late=0.1)

    events = a_day(SimulatedExchange(faults=faults))

    assert all(faults.happened[kind] > 20 for kind in ("drop", "duplicate", "late"))
    times = [str(msgspec.json.decode(data)["timestamp"]) for data in events]
    assert times != sorted(times)


def test_only_the_chosen_types_are_touched() -> None:
    """Swallow every terminal event of a ring attempt (F9)."""
    everything = collections.Counter(kinds(a_day(SimulatedExchange())))
    faults = Faults(drop=1, only=frozenset({"ChannelDestroyed"}))

    without = collections.Counter(kinds(a_day(SimulatedExchange(faults=faults))))

    assert everything["ChannelDestroyed"] > 0
    assert without == everything - collections.Counter(ChannelDestroyed=everything["ChannelDestroyed"])


async def test_a_lost_answer_is_a_time_out_of_a_command_that_was_carried_out() -> None:
    """F16: whether it acted is not known, and here it did."""
    exchange = SimulatedExchange(faults=Faults(lose_response=1))
    socket = SimulatedSocket(exchange)
    socket.set_listener(lambda _data: None, lambda: None, lambda: None)

    asked = asyncio.ensure_future(socket.request("POST", "bridges", query={"bridgeId": "b"}))
    await socket.advance(6_000)

    with pytest.raises(AriTimeout):
        await asked
    assert exchange.handle("GET", "bridges/b").status == 200


async def test_an_answer_that_is_under_way_when_the_socket_breaks_never_comes() -> None:
    """AriUnavailable, at once."""
    exchange = SimulatedExchange(faults=Faults(delay_response=1, delay_ms_max=400))
    socket = SimulatedSocket(exchange)
    changes: list[str] = []
    socket.set_listener(lambda _data: None, lambda: changes.append("up"), lambda: changes.append("down"))
    asked = asyncio.ensure_future(socket.request("GET", "asterisk/ping"))
    await socket.settle()

    exchange.disconnect(back_after_ms=500)
    with pytest.raises(AriUnavailable):
        await asked
    with pytest.raises(AriUnavailable):
        await socket.request("GET", "asterisk/ping")
    await socket.advance(500)

    assert changes == ["up", "down", "up"]


async def test_events_reach_the_listener_in_order_and_after_the_answer() -> None:
    """What was kept while the socket was down comes before ApplicationRegistered."""
    exchange = SimulatedExchange()
    socket = SimulatedSocket(exchange)
    heard: list[bytes] = []
    socket.set_listener(heard.append, lambda: None, lambda: None)
    await socket.settle()
    exchange.disconnect()
    caller = exchange.caller().call("+31880001")

    await socket.advance(900)
    assert kinds(heard) == ["ApplicationRegistered"]
    exchange.connect()
    await socket.settle()
    assert caller.channel is not None
    answer = await socket.request(
        "POST", "events/claim", query={"channelId": caller.channel.id, "application": "cordboard"}
    )
    await socket.advance(10)

    assert answer.status == 204
    assert kinds(heard) == [
        "ApplicationRegistered",
        "CallBroadcast",
        "CallBroadcast",
        "ApplicationRegistered",
        "StasisStart",
    ]


def test_what_is_said_before_the_exchange_notices_that_the_socket_broke_is_lost() -> None:
    """F3: seen with the real one; the list of channels is the only way to learn of it."""
    exchange = SimulatedExchange()
    exchange.connect()
    exchange.drain_events()
    early, late = exchange.caller("+311"), exchange.caller("+312")

    exchange.disconnect(blind_ms=100)
    early.call("+31880001")
    exchange.advance(150)
    late.call("+31880001")
    exchange.connect()

    numbers = [
        event.caller
        for event in map(ari.decode_event, exchange.drain_events())
        if isinstance(event, ari.CallBroadcast)
    ]
    assert numbers == ["+312"]
