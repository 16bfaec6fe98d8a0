"""Calls that come in: announced, claimed, answered, ended; and those that nobody takes."""

from __future__ import annotations

import pytest

from cordboard.asterisk.settings import CHANNEL_VARIABLES
from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_call_is_announced_and_then_handed_to_the_one_who_claims_it(rig: Rig) -> None:
    """The claim is answered with 204; the arguments say which number was called, and through which trunk."""
    caller = await rig.make_caller("Mevr. Jansen")

    await caller.call("+31880001")
    channel = await rig.announced(caller)
    broadcast = await rig.event("CallBroadcast", channel)
    claimed = await rig.status("POST", "events/claim", channelId=channel, application="cordboard")
    start = await rig.event("StasisStart", channel)

    assert claimed == 204
    assert broadcast["called"] == "+31880001"
    assert broadcast["channel"]["caller"] == {"name": "Mevr. Jansen", "number": caller.number}
    assert broadcast["channel"]["state"] == "Ring"
    assert broadcast["channel"]["name"].startswith("PJSIP/t-trunk-")
    assert start["args"] == ["did", "+31880001", "t-trunk"]
    assert start["channel"]["dialplan"]["exten"] == "+31880001"
    assert start["channel"]["channelvars"] == dict.fromkeys(CHANNEL_VARIABLES, "")


async def test_a_second_claim_is_refused(rig: Rig) -> None:
    """409, also when it comes from the one who has the call."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    answer = await rig.message("POST", "events/claim", channelId=channel, application="cordboard")

    assert answer == (409, "Channel has already been claimed by another application")


async def test_a_claim_for_a_call_that_is_gone_or_never_was_finds_nothing(rig: Rig) -> None:
    """404 after the announcement has run out."""
    caller = await rig.make_caller()
    await caller.call("+31880001")
    channel = await rig.announced(caller)

    await caller.hang_up()
    await rig.wait(1_200)

    nothing = (404, "Channel not found or not in broadcast state")
    assert await rig.message("POST", "events/claim", channelId=channel, application="cordboard") == nothing
    assert await rig.message("POST", "events/claim", channelId="nope", application="cordboard") == nothing


async def test_a_claim_without_its_parameters_is_refused(rig: Rig) -> None:
    """400."""
    answer = await rig.message("POST", "events/claim", channelId="nope")

    assert answer == (400, "application parameter is required")


async def test_a_caller_who_hangs_up_before_the_claim_is_handed_over_and_ends_at_once(rig: Rig) -> None:
    """The claim still succeeds; the end follows without a hang-up request of its own."""
    caller = await rig.make_caller()
    await caller.call("+31880001")
    channel = await rig.announced(caller)

    await caller.hang_up()
    await rig.wait(50)
    claimed = await rig.status("POST", "events/claim", channelId=channel, application="cordboard")
    await rig.event("StasisEnd", channel)

    assert claimed == 204
    assert rig.kinds(channel) == ["CallBroadcast", "StasisStart", "StasisEnd"]


async def test_a_call_that_nobody_claims_is_announced_again_while_the_caller_hears_ringing(rig: Rig) -> None:
    """Every 0.8 seconds; a later announcement can be claimed as well as the first."""
    caller = await rig.make_caller()
    await caller.call("+31880001")
    channel = await rig.announced(caller)

    await rig.until(lambda: rig.kinds(channel).count("CallBroadcast") == 2, "announced twice")
    await caller.rings()
    claimed = await rig.status("POST", "events/claim", channelId=channel, application="cordboard")
    await rig.event("StasisStart", channel)

    assert claimed == 204


async def test_a_call_that_nobody_ever_claims_is_announced_five_times_and_then_ended(rig: Rig) -> None:
    """The number has no fallback group: the caller hears a sentence, or nothing when that is missing."""
    caller = await rig.make_caller()
    await caller.call("+31880001")
    channel = await rig.announced(caller)

    how = await caller.ended()

    assert how == "BYE"
    assert rig.kinds(channel) == ["CallBroadcast"] * 5


async def test_answering_makes_a_call_up_and_answering_twice_changes_nothing(rig: Rig) -> None:
    """204 both times, one change of state."""
    caller = await rig.make_caller()
    channel = await rig.take(caller, answer=False)

    first = await rig.status("POST", f"channels/{channel}/answer")
    await caller.answered()
    second = await rig.status("POST", f"channels/{channel}/answer")
    await rig.wait(50)

    assert (first, second) == (204, 204)
    assert rig.kinds(channel) == ["CallBroadcast", "StasisStart", "ChannelStateChange"]
    assert (await rig.ok("GET", f"channels/{channel}"))["state"] == "Up"


async def test_a_caller_can_be_let_ring_before_the_answer(rig: Rig) -> None:
    """D25: a queue may ring until somebody answers."""
    caller = await rig.make_caller()
    channel = await rig.take(caller, answer=False)

    rung = await rig.status("POST", f"channels/{channel}/ring")
    await caller.rings()

    assert rung == 204
    assert (await rig.ok("GET", f"channels/{channel}"))["state"] == "Ring"


async def test_a_caller_who_gives_up_while_it_rings_ends_with_interworking(rig: Rig) -> None:
    """Cause 127, SIP 487; no ChannelDestroyed reaches an application that never called this channel."""
    caller = await rig.make_caller()
    channel = await rig.take(caller, answer=False)

    await caller.hang_up()
    request = await rig.event("ChannelHangupRequest", channel)
    await rig.event("StasisEnd", channel)
    await rig.wait(50)

    assert (request["cause"], request["tech_cause"]) == (127, 487)
    assert rig.kinds(channel)[-2:] == ["ChannelHangupRequest", "StasisEnd"]
    assert await rig.status("GET", f"channels/{channel}") == 404


async def test_an_answered_caller_who_hangs_up_leaves_bridge_and_application(rig: Rig) -> None:
    """In this order: wish, bridge, application."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    await rig.bridge("queue", "holding", channel)
    since = rig.mark()

    await caller.hang_up()
    await rig.event("StasisEnd", channel, since=since)

    assert rig.kinds(channel, since) == ["ChannelHangupRequest", "ChannelLeftBridge", "StasisEnd"]


async def test_hanging_up_a_caller_twice_is_harmless_and_later_it_is_not_found(rig: Rig) -> None:
    """204, and 404 once it is gone."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    since = rig.mark()

    first = await rig.status("DELETE", f"channels/{channel}")
    how = await caller.ended()
    await rig.event("StasisEnd", channel, since=since)
    await rig.wait(50)

    assert first == 204
    assert how == "BYE"
    request = await rig.event("ChannelHangupRequest", channel, since=since)
    assert (request["cause"], request["soft"]) == (32, True)
    assert await rig.message("DELETE", f"channels/{channel}") == (404, "Channel not found")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"reason": "normal"}, "603"),
        ({"reason": "busy"}, "486"),
        ({"reason": "congestion"}, "503"),
        ({"reason": "no_answer"}, "480"),
        ({"reason_code": "1"}, "404"),
        ({"reason_code": "21"}, "403"),
    ],
)
async def test_refusing_a_caller_says_why(rig: Rig, query: dict[str, str], status: str) -> None:
    """Each reason has its own SIP status before the answer."""
    caller = await rig.make_caller()
    channel = await rig.take(caller, answer=False)

    await rig.ok("DELETE", f"channels/{channel}", **query)

    assert await caller.ended() == status


async def test_an_unknown_reason_is_refused_and_the_call_lives(rig: Rig) -> None:
    """400."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    answer = await rig.message("DELETE", f"channels/{channel}", reason="because")

    assert answer == (400, "Invalid reason for hangup reason provided")
    assert await rig.status("GET", f"channels/{channel}") == 200


async def test_a_call_given_back_to_the_dialplan_leaves_the_application_and_ends(rig: Rig) -> None:
    """Our dialplan has nothing more to do with it."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    given_back = await rig.status("POST", f"channels/{channel}/continue")
    await rig.event("StasisEnd", channel)

    assert given_back == 204
    assert await caller.ended() == "BYE"


async def test_a_telephones_own_call_is_announced_with_the_number_it_dialled(rig: Rig) -> None:
    """Statement: one try, then a tone; here it is refused as busy."""
    phone = await rig.make_phone("a")
    since = rig.mark()

    await phone.dial("201")
    broadcast = await rig.event("CallBroadcast", since=since)
    channel = str(broadcast["channel"]["id"])
    await rig.ok("POST", "events/claim", channelId=channel, application="cordboard")
    start = await rig.event("StasisStart", channel)

    assert start["args"] == ["out", "201", phone.name]
    assert broadcast["called"] == "201"
    await rig.ok("DELETE", f"channels/{channel}", reason="busy")
    await rig.event("StasisEnd", channel)
