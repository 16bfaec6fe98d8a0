"""What is kept and what is lost while Cordboard is away, and when the exchange itself dies."""

from __future__ import annotations

import pytest

from cordboard.core.types import EndedBy
from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_calls_go_on_and_events_are_kept_in_order_while_nobody_listens(mortal_rig: Rig) -> None:
    """F1, F3: the parties go on hearing each other; ApplicationRegistered comes behind what was kept."""
    rig = mortal_rig
    talker, waiter = await rig.make_caller("Jansen"), await rig.make_caller("Bakker")
    phone = await rig.make_phone("a", answers_after_ms=20)
    party, waiting = await rig.take(talker), await rig.take(waiter)
    line = await rig.ring(phone, variables={"CB_CALL": "c-1"})
    await rig.event("StasisStart", line)
    bridge = await rig.bridge("line", "mixing,dtmf_events", line, party)
    queue = await rig.bridge("queue", "holding", waiting)

    await rig.leave()
    since = rig.mark()
    await talker.hears(phone)
    await waiter.hears_music()
    await waiter.hang_up()
    await rig.wait(100)
    await talker.press("5")
    await rig.wait(100)
    assert rig.events[since:] == []
    await rig.come_back()

    kept = [str(e["type"]) for e in rig.events[since:] if e["type"] not in ("ChannelVarset", "Dial")]
    assert kept == [
        "ChannelHangupRequest",
        "ChannelLeftBridge",
        "StasisEnd",
        "ChannelDtmfReceived",
        "ApplicationRegistered",
    ]
    channels = {one["id"]: one for one in await rig.ok("GET", "channels")}
    bridges = {one["id"]: one for one in await rig.ok("GET", "bridges")}
    assert sorted(channels) == sorted([line, party])
    assert channels[line]["channelvars"]["CB_CALL"] == "c-1"
    assert sorted(bridges[bridge]["channels"]) == sorted([line, party])
    assert bridges[queue]["channels"] == []
    application = await rig.ok("GET", "applications/cordboard")
    assert sorted(application["channel_ids"]) == sorted([line, party])


async def test_subscriptions_and_filter_outlive_the_socket(mortal_rig: Rig) -> None:
    """They belong to the application, which stays registered."""
    rig = mortal_rig
    await rig.ok("POST", "applications/cordboard/subscription", eventSource="endpoint:PJSIP")
    body = {"disallowed": [{"type": "ChannelVarset"}]}
    await rig.ok("PUT", "applications/cordboard/eventFilter", body=body)

    await rig.leave()
    await rig.come_back()

    application = await rig.ok("GET", "applications/cordboard")
    assert application["endpoint_ids"] == ["PJSIP"]
    assert application["events_disallowed"] == [{"type": "ChannelVarset"}]


async def test_a_call_that_comes_while_nobody_listens_is_announced_until_somebody_does(
    mortal_rig: Rig,
) -> None:
    """F2: the announcements are kept, old ones too; the one that runs can be claimed."""
    rig = mortal_rig
    caller = await rig.make_caller()

    await rig.leave()
    since = rig.mark()
    await caller.call("+31880001")
    await rig.wait(1_000)
    await rig.come_back()
    channel = await rig.announced(caller, since)
    claimed = await rig.status("POST", "events/claim", channelId=channel, application="cordboard")
    await rig.event("StasisStart", channel)

    assert claimed == 204
    announcements = [e for e in rig.events[since:] if e["type"] == "CallBroadcast"]
    assert len(announcements) >= 2
    assert len({e["timestamp"] for e in announcements}) == len(announcements)


async def test_a_telephone_that_answers_while_nobody_listens_waits_for_us(mortal_rig: Rig) -> None:
    """Its StasisStart is kept."""
    rig = mortal_rig
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)
    await phone.rings()
    await rig.event("ChannelStateChange", channel)

    await rig.leave()
    since = rig.mark()
    await phone.answer()
    await rig.wait(200)
    await rig.come_back()

    assert rig.kinds(channel, since) == ["ChannelStateChange", "StasisStart"]


async def test_the_exchanges_death_takes_everything_and_registrations_come_back(mortal_rig: Rig) -> None:
    """F10: no channel, bridge, subscription or kept event; the telephone is found again by asking."""
    rig = mortal_rig
    caller, phone = await rig.make_caller(), await rig.make_phone("a", answers_after_ms=20)
    party = await rig.take(caller)
    line = await rig.ring(phone)
    await rig.event("StasisStart", line)
    await rig.bridge("line", "mixing,dtmf_events", line, party)
    await rig.ok("POST", "applications/cordboard/subscription", eventSource="endpoint:PJSIP")
    before = (await rig.ok("GET", "asterisk/info"))["status"]["startup_time"]
    # Asterisk writes its database once a second: what was provisioned just before a kill may be lost.
    await rig.wait(1_500)
    since = rig.mark()

    await rig.die()

    assert [e["type"] for e in rig.events[since:]] == ["ApplicationRegistered"]
    assert await rig.ok("GET", "channels") == []
    assert await rig.ok("GET", "bridges") == []
    application = await rig.ok("GET", "applications/cordboard")
    assert application["channel_ids"] == []
    assert application["endpoint_ids"] == []
    assert (await rig.ok("GET", "asterisk/info"))["status"]["startup_time"] != before
    # Found again by the next qualify, without registering anew.
    await rig.ok("POST", "applications/cordboard/subscription", eventSource="endpoint:PJSIP")
    if (await rig.ok("GET", f"endpoints/PJSIP/{phone.name}"))["state"] != "online":
        online = await rig.event("EndpointStateChange", phone.name, since=since, within_ms=8_000)
        assert online["endpoint"]["state"] == "online"


async def test_a_number_with_a_fallback_group_rings_it_when_nobody_claims_the_call(rig: Rig) -> None:
    """F2: all its telephones ring, the first has the caller, the others are told that it was answered."""
    caller = await rig.make_caller()
    first, second = await rig.make_phone("a"), await rig.make_phone("b")
    await rig.fall_back("+31880009", first, second)

    await caller.call("+31880009")
    await first.rings()
    await second.rings()
    await first.answer()
    await caller.hears(first)
    lost = await second.ended()
    await caller.hang_up()

    assert lost == "CANCEL elsewhere"
    assert await first.ended() == "BYE"


async def test_a_caller_who_gives_up_stops_the_fallback_group_ringing(rig: Rig) -> None:
    """The telephones list a missed call."""
    caller, phone = await rig.make_caller(), await rig.make_phone("a")
    await rig.fall_back("+31880009", phone)
    await caller.call("+31880009")
    await phone.rings()

    await caller.hang_up()

    assert await phone.ended() == "CANCEL"


TRIED_MS = 5 * 800


async def test_an_answer_by_the_fallback_group_is_written_down(rig: Rig) -> None:
    """F2: who called, when, on which telephone it was answered, and which side hung up."""
    caller, phone = await rig.make_caller("Jansen"), await rig.make_phone("a")
    await rig.fall_back("+31880009", phone)
    await caller.call("+31880009")
    await phone.rings()
    await phone.answer()
    await caller.hears(phone)
    await rig.wait(300)
    await phone.hang_up()
    await caller.ended()

    entry = await rig.handled_alone(caller)

    assert (entry.dialled, entry.name, entry.answered_by) == ("+31880009", "Jansen", phone.name)
    assert entry.rang_at is not None
    assert entry.answered_at is not None
    assert entry.ended_at is not None
    assert entry.rang_at - entry.began_at == pytest.approx(TRIED_MS, abs=500)
    assert entry.began_at < entry.rang_at <= entry.answered_at < entry.ended_at
    assert entry.how is EndedBy.AGENT


async def test_whom_nobody_answered_is_written_down_too(rig: Rig) -> None:
    """F2: gave up while the group rang, and before it did."""
    caller, phone = await rig.make_caller(), await rig.make_phone("a")
    await rig.fall_back("+31880009", phone)
    await caller.call("+31880009")
    await phone.rings()
    await caller.hang_up()
    rang = await rig.handled_alone(caller)
    early = await rig.make_caller()
    await early.call("+31880009")
    await rig.wait(1_200)
    await early.hang_up()
    gave_up = await rig.handled_alone(early)

    assert (rang.answered_at, rang.how, rang.rang_at is not None) == (None, EndedBy.CALLER, True)
    assert (gave_up.answered_at, gave_up.how, gave_up.rang_at) == (None, EndedBy.CALLER, None)


async def test_a_sentence_that_was_heard_to_its_end_is_the_house_s_end(rig: Rig) -> None:
    """F2: the number has no fallback group."""
    caller = await rig.make_caller()
    await caller.call("+31880008")
    await caller.ended()

    assert (await rig.handled_alone(caller)).how is EndedBy.EXIT


async def test_of_a_call_that_is_claimed_after_some_tries_nothing_is_written(rig: Rig) -> None:
    """It is ours, and ours to remember."""
    caller = await rig.make_caller()
    since = rig.mark()
    await caller.call("+31880009")
    await rig.wait(1_000)
    channel = await rig.announced(caller, since)
    assert await rig.status("POST", "events/claim", channelId=channel, application="cordboard") == 204
    await rig.event("StasisStart", channel)
    await caller.hang_up()
    await rig.event("StasisEnd", channel)
    await rig.wait(300)

    assert not [key for key in await rig.alone() if key.startswith(f"{channel}/")]
