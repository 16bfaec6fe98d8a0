"""Bridges: who meets whom, what they hear, and what their telephones do meanwhile."""

from __future__ import annotations

import pytest

from tests.contracts.exchange.rig import Rig, RigCaller, RigPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _talk(rig: Rig, kind: str = "mixing,dtmf_events") -> tuple[RigCaller, RigPhone, str, str, str]:
    """A caller and a telephone in one bridge: caller, phone, caller's leg, phone's leg, bridge."""
    caller, phone = await rig.make_caller(), await rig.make_phone("a", answers_after_ms=20)
    party = await rig.take(caller)
    line = await rig.ring(phone)
    await rig.event("StasisStart", line)
    bridge = await rig.bridge("line", kind, line, party)
    return caller, phone, party, line, bridge


async def test_a_caller_in_a_holding_bridge_hears_music(rig: Rig) -> None:
    """The queue (2.1); the bridge names its channels."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    bridge = rig.id("queue")
    await rig.ok("POST", "bridges", type="holding", bridgeId=bridge, name="name of queue")
    started = await rig.status("POST", f"bridges/{bridge}/moh")
    added = await rig.status("POST", f"bridges/{bridge}/addChannel", channel=channel)
    entered = await rig.event("ChannelEnteredBridge", channel)
    await caller.hears_music()

    assert (started, added) == (204, 204)
    assert entered["bridge"]["bridge_type"] == "holding"
    found = await rig.ok("GET", f"bridges/{bridge}")
    assert (found["id"], found["name"], found["channels"]) == (bridge, "name of queue", [channel])


async def test_a_holding_bridge_without_the_music_command_is_silent(rig: Rig) -> None:
    """The music is a command of its own; forgetting it leaves the caller in silence."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    await rig.bridge_quietly("queue", "holding", channel)
    await rig.event("ChannelEnteredBridge", channel)

    await caller.hears()


async def test_the_music_leaves_with_the_last_listener_and_must_be_started_again(rig: Rig) -> None:
    """A queue that was empty for a moment is silent for the next caller, until it is told to play."""
    first, second = await rig.make_caller("Jansen"), await rig.make_caller("Bakker")
    channel = await rig.take(first)
    bridge = await rig.bridge("queue", "holding", channel)
    await first.hears_music()
    await rig.ok("DELETE", f"channels/{channel}")
    await rig.event("ChannelLeftBridge", channel)
    await rig.wait(200)

    next_one = await rig.take(second)
    await rig.ok("POST", f"bridges/{bridge}/addChannel", channel=next_one)
    await second.hears()
    await rig.ok("POST", f"bridges/{bridge}/moh")

    await second.hears_music()


async def test_two_in_a_bridge_hear_each_other_and_nobody_else(rig: Rig) -> None:
    """And each is shown who the other is."""
    caller, phone, party, line, bridge = await _talk(rig)

    await caller.hears(phone)
    await phone.hears(caller)

    assert sorted((await rig.ok("GET", f"bridges/{bridge}"))["channels"]) == sorted([party, line])
    assert (await rig.ok("GET", f"channels/{line}"))["connected"]["number"] == caller.number


async def test_adding_to_another_bridge_moves_the_caller_and_the_telephone_hears_nothing(rig: Rig) -> None:
    """Hold from the console is one command (5-a): out of the one, into the other."""
    caller, phone, party, _line, bridge = await _talk(rig)
    hold = await rig.bridge("hold", "holding")
    since = rig.mark()

    await rig.ok("POST", f"bridges/{hold}/addChannel", channel=party)
    await rig.event("ChannelEnteredBridge", party, since=since)
    await caller.hears_music()
    await phone.hears()

    moves = [e for e in rig.events[since:] if e["type"] in ("ChannelLeftBridge", "ChannelEnteredBridge")]
    assert [(e["type"], e["bridge"]["id"]) for e in moves] == [
        ("ChannelLeftBridge", bridge),
        ("ChannelEnteredBridge", hold),
    ]
    since = rig.mark()
    await rig.ok("POST", f"bridges/{bridge}/addChannel", channel=party)
    await rig.event("ChannelEnteredBridge", party, since=since)
    await caller.hears(phone)


async def test_hold_pressed_on_the_telephone_is_told_and_the_caller_hears_music(rig: Rig) -> None:
    """D27: the exchange plays it by itself, and stops when the call is taken back."""
    caller, phone, _party, line, _bridge = await _talk(rig)
    # Within the first moments Asterisk itself re-invites the telephone, and a hold then is refused or not heard.
    await caller.hears(phone)
    await rig.wait(300)

    await phone.hold()
    held = await rig.event("ChannelHold", line)
    await caller.hears_music()
    await phone.resume()
    await rig.event("ChannelUnhold", line)
    await caller.hears(phone)

    assert held["musicclass"] == "default"


async def test_notify_hold_and_talk_hold_and_resume_at_the_telephone(rig: Rig) -> None:
    """D27: resume from the console for a call that was held at the phone."""
    caller, phone = await rig.make_caller(), await rig.make_phone("a", knows_talk=True)
    party = await rig.take(caller)
    line = await rig.ring(phone)
    await phone.rings()
    await phone.answer()
    await rig.event("StasisStart", line)
    await rig.bridge("line", "mixing,dtmf_events", line, party)
    name = (await rig.ok("GET", f"channels/{line}"))["name"]
    await caller.hears(phone)
    await rig.wait(300)

    await rig.notify(name, "hold")
    await rig.event("ChannelHold", line)
    await rig.notify(name, "talk")
    await rig.event("ChannelUnhold", line)

    await caller.hears(phone)


@pytest.mark.parametrize("kind", ["holding", "mixing,dtmf_events"])
async def test_a_key_pressed_in_a_bridge_is_told(rig: Rig, kind: str) -> None:
    """Holding, and mixing with dtmf_events."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    await rig.bridge("queue", kind, channel)

    await caller.press("5")
    pressed = await rig.event("ChannelDtmfReceived", channel)

    assert (pressed["digit"], pressed["duration_ms"]) == ("5", 100)


async def test_a_key_pressed_outside_a_bridge_is_told(rig: Rig) -> None:
    """An announcement's "press 1"."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    await caller.press("1")

    assert (await rig.event("ChannelDtmfReceived", channel))["digit"] == "1"


async def test_adding_a_channel_again_takes_it_out_and_in(rig: Rig) -> None:
    """A double command does no harm, but is seen."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    bridge = await rig.bridge("queue", "holding", channel)
    since = rig.mark()

    again = await rig.status("POST", f"bridges/{bridge}/addChannel", channel=channel)
    await rig.event("ChannelEnteredBridge", channel, since=since)

    assert again == 204
    assert rig.kinds(channel, since) == ["ChannelLeftBridge", "ChannelEnteredBridge"]


async def test_a_list_with_a_dead_channel_is_refused_and_nobody_is_added(rig: Rig) -> None:
    """400, and the living one stays where it was."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    bridge = await rig.bridge("line", "mixing")
    add = f"bridges/{bridge}/addChannel"

    assert await rig.message("POST", add, channel=f"{channel},nope") == (400, "Channel not found")
    assert await rig.message("POST", add, channel="nope") == (400, "Channel not found")
    assert await rig.message("POST", add) == (400, "Missing parameter channel")
    assert (await rig.ok("GET", f"bridges/{bridge}"))["channels"] == []


async def test_a_channel_can_be_taken_out_and_then_hears_nothing(rig: Rig) -> None:
    """422 when it is not in it."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    bridge = await rig.bridge("queue", "holding", channel)
    remove = f"bridges/{bridge}/removeChannel"

    out = await rig.status("POST", remove, channel=channel)
    await rig.event("ChannelLeftBridge", channel)

    assert out == 204
    assert await rig.message("POST", remove, channel=channel) == (422, "Channel not in this bridge")
    assert await rig.message("POST", remove, channel="nope") == (400, "Channel not found")
    await caller.hears()


async def test_a_bridge_that_is_not_there_is_not_found(rig: Rig) -> None:
    """404 for every command on it, before the channel is looked at."""
    nothing = (404, "Bridge not found")
    assert await rig.message("GET", "bridges/nope") == nothing
    assert await rig.message("DELETE", "bridges/nope") == nothing
    assert await rig.message("POST", "bridges/nope/addChannel", channel="nope") == nothing
    assert await rig.message("POST", "bridges/nope/removeChannel", channel="nope") == nothing
    assert await rig.message("POST", "bridges/nope/moh") == nothing


async def test_a_bridges_id_can_be_used_once_at_a_time(rig: Rig) -> None:
    """409; a type that is not known is refused with 500."""
    bridge = await rig.bridge("queue", "holding")

    used = (409, f"Bridge with id '{bridge}' already exists")
    assert await rig.message("POST", "bridges", bridgeId=bridge, type="holding") == used
    assert await rig.message("POST", f"bridges/{bridge}", type="holding") == used
    assert await rig.status("POST", "bridges", bridgeId=rig.id("other"), type="foo") == 500


async def test_an_empty_bridge_that_had_channels_tells_of_its_end(rig: Rig) -> None:
    """Only those who had a channel in it hear of it."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    bridge = await rig.bridge("queue", "holding", channel)
    await caller.hang_up()
    await rig.event("StasisEnd", channel)

    gone = await rig.status("DELETE", f"bridges/{bridge}")
    await rig.event("BridgeDestroyed", bridge)

    assert gone == 204
    assert await rig.message("DELETE", f"bridges/{bridge}") == (404, "Bridge not found")


async def test_channels_in_a_bridge_that_is_taken_away_live_on_in_silence(rig: Rig) -> None:
    """They leave it and stay ours."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    bridge = await rig.bridge("queue", "holding", channel)

    await rig.ok("DELETE", f"bridges/{bridge}")
    await rig.event("ChannelLeftBridge", channel)
    await caller.hears()

    assert await rig.status("GET", f"channels/{channel}") == 200


async def test_music_that_is_not_playing_cannot_be_stopped(rig: Rig) -> None:
    """204 once, then 409."""
    bridge = await rig.bridge("queue", "holding")

    assert await rig.status("DELETE", f"bridges/{bridge}/moh") == 204
    assert await rig.message("DELETE", f"bridges/{bridge}/moh") == (409, "Bridge isn't playing music")
