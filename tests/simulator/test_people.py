"""Pretend telephones and callers do what people do, and what they hear can be asked."""

from __future__ import annotations

import pytest

from cordboard.simulator.exchange import SimulatedExchange
from cordboard.simulator.hearing import Heard, Sound
from cordboard.simulator.people import Caller, Habits


@pytest.fixture
def exchange() -> SimulatedExchange:
    """One that Cordboard is connected to."""
    exchange = SimulatedExchange()
    exchange.connect()
    return exchange


def _take(exchange: SimulatedExchange, caller: Caller) -> str:
    """Claim and answer a caller; the channel's id."""
    assert caller.channel is not None
    channel = caller.channel.id
    exchange.handle("POST", "events/claim", {"channelId": channel, "application": "cordboard"})
    exchange.advance(5)
    exchange.handle("POST", f"channels/{channel}/answer")
    return channel


def _ring(exchange: SimulatedExchange, name: str, leg: str, **variables: str) -> None:
    query = {"endpoint": f"PJSIP/{name}", "app": "cordboard", "channelId": leg, "timeout": "20"}
    exchange.handle("POST", "channels", query, {"variables": variables})
    exchange.advance(50)


def _join(exchange: SimulatedExchange, bridge: str, *channels: str) -> None:
    exchange.handle("POST", "bridges", {"type": "mixing,dtmf_events", "bridgeId": bridge})
    exchange.handle("POST", f"bridges/{bridge}/addChannel", {"channel": ",".join(channels)})


def test_a_caller_who_waits_gives_up_only_while_nobody_speaks(exchange: SimulatedExchange) -> None:
    """Music is not company; an agent is."""
    impatient, patient = exchange.caller("+311", "Jansen"), exchange.caller("+312", "Bakker")
    exchange.phone("d-1", habits=Habits(answers_after_ms=10))
    waiting = _take(exchange, impatient.call("+31880001", gives_up_after_ms=5_000))
    talking = _take(exchange, patient.call("+31880001", gives_up_after_ms=5_000))
    exchange.handle("POST", "bridges", {"type": "holding", "bridgeId": "queue"})
    exchange.handle("POST", "bridges/queue/moh")
    exchange.handle("POST", "bridges/queue/addChannel", {"channel": waiting})
    _ring(exchange, "d-1", "line")
    _join(exchange, "talk", "line", talking)

    assert impatient.hears() == Heard(Sound.MUSIC)
    exchange.advance(6_000)

    assert not impatient.is_connected
    assert patient.is_connected
    assert patient.hears() == Heard(Sound.PEOPLE, frozenset({"d-1"}))


def test_a_caller_who_is_served_hangs_up_after_the_talk(exchange: SimulatedExchange) -> None:
    """The time counts from the first word, not from the answer of the queue."""
    caller = exchange.caller()
    exchange.phone("d-1", habits=Habits(answers_after_ms=10))
    channel = _take(exchange, caller.call("+31880001", talks_for_ms=60_000))
    exchange.advance(30_000)
    _ring(exchange, "d-1", "line")
    _join(exchange, "talk", "line", channel)

    exchange.advance(59_000)
    still_there = caller.is_connected
    exchange.advance(2_000)

    assert still_there
    assert not caller.is_connected
    assert caller.refused_with is None


def test_two_who_share_a_bridge_are_never_heard_by_a_third(exchange: SimulatedExchange) -> None:
    """Who hears whom is read from the bridges alone."""
    callers = [exchange.caller(f"+31{number}", f"Caller {number}") for number in range(2)]
    for number in range(2):
        exchange.phone(f"d-{number}", habits=Habits(answers_after_ms=10))
    channels = [_take(exchange, caller.call("+31880001")) for caller in callers]
    for number, channel in enumerate(channels):
        _ring(exchange, f"d-{number}", f"line-{number}")
        _join(exchange, f"talk-{number}", f"line-{number}", channel)

    heard = [caller.hears().people for caller in callers]
    answers = [exchange.phones[f"d-{number}"].hears().people for number in range(2)]

    assert heard == [{"d-0"}, {"d-1"}]
    assert answers == [{"Caller 0"}, {"Caller 1"}]


def test_a_telephone_whose_plug_is_pulled_is_missed_after_three_seconds(exchange: SimulatedExchange) -> None:
    """And its call is ended when no sound has come for two minutes."""
    phone = exchange.phone("d-1", habits=Habits(answers_after_ms=10))
    _ring(exchange, "d-1", "line")

    phone.vanish()
    exchange.advance(2_900)
    at_first = exchange.handle("GET", "deviceStates/PJSIP%2Fd-1").json()
    exchange.advance(200)
    endpoint = exchange.handle("GET", "endpoints/PJSIP/d-1").json()
    exchange.advance(120_000)

    assert at_first == {"name": "PJSIP/d-1", "state": "INUSE"}
    assert isinstance(endpoint, dict)
    assert endpoint["state"] == "offline"
    assert exchange.handle("GET", "channels/line").status == 404


def test_a_telephone_lists_what_it_missed_but_not_what_a_colleague_took(exchange: SimulatedExchange) -> None:
    """2.1.1-j: answered elsewhere is no missed call; ringing in vain is."""
    phone = exchange.phone("d-1")
    shown = {"CONNECTEDLINE(all,i)": '"Jansen" <+311>'}

    _ring(exchange, "d-1", "taken", **shown)
    exchange.handle("DELETE", "channels/taken", {"reason_code": "26"})
    exchange.advance(5)
    after_taken = list(phone.missed)
    _ring(exchange, "d-1", "missed", **shown)
    exchange.advance(21_000)

    assert after_taken == []
    assert phone.missed == ["+311"]


def test_a_telephone_asked_to_answer_by_notify_does_so_if_it_can(exchange: SimulatedExchange) -> None:
    """The exchange says "sent" either way, and "no such call" when there is none."""
    able, unable = exchange.phone("d-1"), exchange.phone("d-2", habits=Habits(knows_talk=False))
    _ring(exchange, "d-1", "one")
    _ring(exchange, "d-2", "two")

    sent = [exchange.notify(phone.call.name, "talk") for phone in (able, unable)]
    nowhere = exchange.notify("PJSIP/d-9-00000000", "talk")
    exchange.advance(50)

    assert sent == [True, True]
    assert not nowhere
    assert [phone.call.is_up for phone in (able, unable)] == [True, False]


def test_the_exchanges_death_ends_every_call_and_its_timers(exchange: SimulatedExchange) -> None:
    """Nothing of the old life happens in the new one."""
    caller, phone = exchange.caller(), exchange.phone("d-1")
    _take(exchange, caller.call("+31880001", gives_up_after_ms=10_000))
    _ring(exchange, "d-1", "line")

    exchange.die()
    exchange.drain_events()
    exchange.advance(60_000)

    assert not caller.is_connected
    assert not phone.is_ringing
    assert [event for event in exchange.drain_events() if b"ApplicationRegistered" not in event] == []
    assert exchange.handle("GET", "endpoints/PJSIP/d-1").json() == {
        "technology": "PJSIP",
        "resource": "d-1",
        "state": "online",
        "channel_ids": [],
    }
