"""Whether telephones can be reached, and what they are doing."""

from __future__ import annotations

import pytest

from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIPTION = "applications/cordboard/subscription"


async def _state(rig: Rig, name: str) -> str:
    return str((await rig.ok("GET", f"deviceStates/PJSIP%2F{name}"))["state"])


async def test_a_telephone_that_registers_and_unregisters_is_seen_at_once(rig: Rig) -> None:
    """D16: online and offline, with the contact."""
    phone = await rig.make_phone("a", registered=False)
    await rig.ok("POST", SUBSCRIPTION, eventSource="endpoint:PJSIP")
    since = rig.mark()

    await phone.register()
    await rig.until(lambda: "online" in _states(rig, phone.name, since), "it is there")
    await rig.until(
        lambda: "Reachable" in _contacts(rig, phone.name, since), f"{phone.name} answers the exchange"
    )
    found = await rig.ok("GET", f"endpoints/PJSIP/{phone.name}")
    since = rig.mark()
    await phone.unregister()
    await rig.until(lambda: "offline" in _states(rig, phone.name, since), "it is away")

    assert found == {"technology": "PJSIP", "resource": phone.name, "state": "online", "channel_ids": []}
    await rig.until(lambda: "Removed" in _contacts(rig, phone.name, since), "the contact is removed")


def _states(rig: Rig, name: str, since: int) -> list[str]:
    return [
        str(event["endpoint"]["state"])
        for event in rig.events[since:]
        if event["type"] == "EndpointStateChange" and event["endpoint"]["resource"] == name
    ]


def _contacts(rig: Rig, name: str, since: int) -> list[str]:
    return [
        str(event["contact_info"]["contact_status"])
        for event in rig.events[since:]
        if event["type"] == "ContactStatusChange" and event["endpoint"]["resource"] == name
    ]


async def test_a_telephone_that_vanishes_is_noticed_by_asking(rig: Rig) -> None:
    """D16: nobody told us; the exchange asks every second here."""
    phone = await rig.make_phone("a")
    # Until it has answered the first time there is no change to tell of.
    while await _state(rig, phone.name) != "NOT_INUSE":
        await rig.wait(20)
    await rig.ok("POST", SUBSCRIPTION, eventSource=f"endpoint:PJSIP/{phone.name}")
    since = rig.mark()

    await phone.vanish()
    await rig.until(lambda: "offline" in _states(rig, phone.name, since), "it is noticed", 8_000)

    assert (await rig.ok("GET", f"endpoints/PJSIP/{phone.name}"))["state"] == "offline"
    await rig.until(lambda: "Unreachable" in _contacts(rig, phone.name, since), "the contact is given up")


async def test_what_a_telephone_is_doing_is_told(rig: Rig) -> None:
    """Free, ringing, in use, free, away."""
    phone = await rig.make_phone("a")
    while await _state(rig, phone.name) != "NOT_INUSE":
        await rig.wait(20)
    await rig.ok("POST", SUBSCRIPTION, eventSource=f"deviceState:PJSIP/{phone.name}")
    since = rig.mark()

    channel = await rig.ring(phone)
    await rig.until(lambda: "RINGING" in _told(rig, since), "it rings")
    await phone.answer()
    await rig.until(lambda: "INUSE" in _told(rig, since), "it talks")
    await phone.hang_up()
    await rig.event("ChannelDestroyed", channel)
    await rig.until(lambda: "NOT_INUSE" in _told(rig, since), "it is free")
    await phone.unregister()
    await rig.until(lambda: "UNAVAILABLE" in _told(rig, since), "it is away")

    assert _told(rig, since) == ["RINGING", "INUSE", "NOT_INUSE", "UNAVAILABLE"]


def _told(rig: Rig, since: int) -> list[str]:
    return [
        str(event["device_state"]["state"])
        for event in rig.events[since:]
        if event["type"] == "DeviceStateChanged"
    ]


async def test_a_subscription_to_all_endpoints_tells_of_our_own_channels_twice(rig: Rig) -> None:
    """Once for the channel and once for its endpoint: whoever listens must not count."""
    phone = await rig.make_phone("a", answers_after_ms=20)
    await rig.ok("POST", SUBSCRIPTION, eventSource="endpoint:PJSIP")

    channel = await rig.ring(phone)
    await rig.event("StasisStart", channel)
    await rig.ok("DELETE", f"channels/{channel}")
    await rig.until(lambda: rig.kinds(channel).count("ChannelDestroyed") == 2, "destroyed, told twice")

    kinds = rig.kinds(channel)
    assert kinds.count("ChannelStateChange") == 4
    assert kinds.count("StasisStart") == 1
    assert kinds.count("StasisEnd") == 1


async def test_with_all_endpoints_a_callers_end_is_told_with_its_cause(rig: Rig) -> None:
    """ChannelDestroyed comes through the trunk's subscription, besides StasisEnd and in no sure order."""
    caller = await rig.make_caller()
    await rig.ok("POST", SUBSCRIPTION, eventSource="endpoint:PJSIP")
    channel = await rig.take(caller)

    await caller.hang_up()
    end = await rig.event("ChannelDestroyed", channel)

    # What a BYE without a Reason gives: the exchange knows no better.
    assert end["cause"] in (0, 16)
    await rig.event("StasisEnd", channel)


async def test_what_was_subscribed_twice_stays_until_both_are_taken_back(rig: Rig) -> None:
    """Subscriptions are counted."""
    phone = await rig.make_phone("a")
    source = f"endpoint:PJSIP/{phone.name}"

    await rig.ok("POST", SUBSCRIPTION, eventSource=source)
    await rig.ok("POST", SUBSCRIPTION, eventSource=source)
    once = await rig.ok("DELETE", SUBSCRIPTION, eventSource=source)
    twice = await rig.ok("DELETE", SUBSCRIPTION, eventSource=source)

    assert once["endpoint_ids"] == [f"PJSIP/{phone.name}"]
    assert twice["endpoint_ids"] == []
    assert await rig.message("DELETE", SUBSCRIPTION, eventSource=source) == (
        422,
        "Event source was not subscribed to",
    )


async def test_an_endpoint_or_device_that_is_not_there_says_so(rig: Rig) -> None:
    """404, and the word INVALID."""
    assert await rig.message("GET", "endpoints/PJSIP/nobody") == (404, "Endpoint not found")
    assert await rig.ok("GET", "deviceStates/PJSIP%2Fnobody") == {"name": "PJSIP/nobody", "state": "INVALID"}


async def test_which_channels_a_telephone_has_is_told_when_one_comes_and_when_it_goes(rig: Rig) -> None:
    """D11: one that is not ours is a call that we do not carry; its end is told too."""
    phone = await rig.make_phone("a")
    while await _state(rig, phone.name) != "NOT_INUSE":
        await rig.wait(20)
    await rig.ok("POST", SUBSCRIPTION, eventSource="endpoint:PJSIP")
    since = rig.mark()

    channel = await rig.ring(phone)
    await rig.until(lambda: [channel] in _channels(rig, phone.name, since), "it has one")
    await phone.rings()
    await phone.answer()
    await rig.event("StasisStart", channel)
    since = rig.mark()
    await phone.hang_up()

    await rig.until(lambda: [] in _channels(rig, phone.name, since), "it has none")


def _channels(rig: Rig, name: str, since: int) -> list[list[str]]:
    return [
        list(event["endpoint"]["channel_ids"])
        for event in rig.events[since:]
        if event["type"] == "EndpointStateChange" and event["endpoint"]["resource"] == name
    ]
