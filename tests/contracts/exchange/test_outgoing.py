"""Calls that we make to telephones: every way in which an offer can end."""

from __future__ import annotations

import pytest

from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUTO_ANSWER = {"PJSIP_HEADER(add,Call-Info)": "<sip:x>;answer-after=0"}


async def test_a_telephone_that_answers_comes_into_our_hands_only_then(rig: Rig) -> None:
    """Ringing, Up, StasisStart with the arguments of the command."""
    phone = await rig.make_phone("a")

    channel = await rig.ring(phone, variables={"CB_CALL": "c-1", "CB_ROLE": "line"})
    await phone.rings()
    await rig.event("ChannelStateChange", channel)
    await rig.wait(100)
    before = rig.kinds(channel)
    await phone.answer()
    start = await rig.event("StasisStart", channel)

    assert before == ["ChannelStateChange"]
    assert rig.kinds(channel) == ["ChannelStateChange", "ChannelStateChange", "StasisStart"]
    assert start["args"] == ["line", "one"]
    assert start["channel"]["state"] == "Up"
    assert start["channel"]["channelvars"]["CB_CALL"] == "c-1"
    assert start["channel"]["channelvars"]["CB_ROLE"] == "line"


async def test_the_telephone_is_shown_whom_we_say_and_others_see_who_it_is(rig: Rig) -> None:
    """CONNECTEDLINE is for the telephone's display, CALLERID for the other party's."""
    phone = await rig.make_phone("a")

    shown = {"CONNECTEDLINE(all,i)": '"Algemeen: Jansen" <0612345678>', "CALLERID(all)": '"Chantal" <201>'}
    channel = await rig.ring(phone, variables=shown)

    found = await rig.ok("GET", f"channels/{channel}")
    assert found["connected"] == {"name": "Algemeen: Jansen", "number": "0612345678"}
    assert found["caller"] == {"name": "Chantal", "number": "201"}


async def test_a_telephone_asked_by_header_answers_by_itself(rig: Rig) -> None:
    """Statement 2.1.1-w, method "header"."""
    phone = await rig.make_phone("a")

    channel = await rig.ring(phone, variables=AUTO_ANSWER)

    await rig.event("StasisStart", channel)


async def test_a_ringing_telephone_answers_on_notify_talk(rig: Rig) -> None:
    """Statement 2.1.1-w, method "notify talk"; the answered leg says that it can."""
    phone = await rig.make_phone("a", knows_talk=True)
    channel = await rig.ring(phone)
    await phone.rings()

    name = (await rig.ok("GET", f"channels/{channel}"))["name"]
    await rig.notify(name, "talk")
    await rig.event("StasisStart", channel)

    query = {"variable": "PJSIP_RESPONSE_HEADER(read,Allow-Events)"}
    assert await rig.ok("GET", f"channels/{channel}/variable", **query) == {"value": "talk,hold"}


async def test_a_telephone_without_the_talk_event_goes_on_ringing(rig: Rig) -> None:
    """The exchange says "sent" all the same."""
    phone = await rig.make_phone("a", knows_talk=False)
    channel = await rig.ring(phone)
    await phone.rings()

    name = (await rig.ok("GET", f"channels/{channel}"))["name"]
    await rig.notify(name, "talk")
    await rig.wait(300)

    assert (await rig.ok("GET", f"channels/{channel}"))["state"] == "Ringing"


async def test_an_answered_telephone_without_the_talk_event_has_no_such_header(rig: Rig) -> None:
    """500 says that there is nothing to read."""
    phone = await rig.make_phone("a", answers_after_ms=20)
    channel = await rig.ring(phone)
    await rig.event("StasisStart", channel)

    query = {"variable": "PJSIP_RESPONSE_HEADER(read,Allow-Events)"}
    answer = await rig.message("GET", f"channels/{channel}/variable", **query)

    assert answer == (500, "Unable to read provided function")


@pytest.mark.parametrize(("status", "cause"), [(486, 17), (603, 21), (480, 19), (404, 1)])
async def test_a_telephone_that_rejects_ends_with_the_cause_of_its_refusal(
    rig: Rig, status: int, cause: int
) -> None:
    """2.1.1: a reject on the handset is seen; StasisStart and StasisEnd never come."""
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)
    await phone.rings()

    await phone.reject(status)
    end = await rig.event("ChannelDestroyed", channel)

    assert (end["cause"], end["tech_cause"]) == (cause, status)
    assert end["channel"]["state"] == "Ringing"
    assert rig.kinds(channel) == ["ChannelStateChange", "ChannelHangupRequest", "ChannelDestroyed"]


async def test_a_telephone_that_is_busy_at_once_ends_without_ringing(rig: Rig) -> None:
    """486 straight after the INVITE."""
    phone = await rig.make_phone("a", rejects_with=486, rings=False)

    channel = await rig.ring(phone)
    end = await rig.event("ChannelDestroyed", channel)

    assert end["cause"] == 17
    assert end["channel"]["state"] == "Down"


async def test_a_telephone_that_is_let_ring_ends_by_itself_after_the_time_out(rig: Rig) -> None:
    """Cause 19; later it is not found, and the telephone lists a missed call."""
    phone = await rig.make_phone("a")

    channel = await rig.ring(phone, timeout_s=1)
    await phone.rings()
    end = await rig.event("ChannelDestroyed", channel)

    assert (end["cause"], end["tech_cause"]) == (19, 480)
    assert rig.kinds(channel) == ["ChannelStateChange", "ChannelDestroyed"]
    assert await rig.status("DELETE", f"channels/{channel}") == 404
    assert await phone.ended() == "CANCEL"


async def test_a_frozen_telephone_ends_by_itself_without_ever_ringing(rig: Rig) -> None:
    """The registration is there, the INVITE is swallowed."""
    phone = await rig.make_phone("a")
    await phone.vanish()

    channel = await rig.ring(phone, timeout_s=1)
    end = await rig.event("ChannelDestroyed", channel)

    assert end["cause"] == 19
    assert end["channel"]["state"] == "Down"
    assert rig.kinds(channel) == ["ChannelDestroyed"]


async def test_an_unregistered_telephone_is_refused_at_once(rig: Rig) -> None:
    """500, and nothing was made; the same for one that does not exist."""
    phone = await rig.make_phone("a", registered=False)

    query = {"app": "cordboard", "channelId": rig.id("leg")}
    failed = (500, "Allocation failed")
    assert await rig.message("POST", "channels", endpoint=f"PJSIP/{phone.name}", **query) == failed
    assert await rig.message("POST", "channels", endpoint="PJSIP/nobody", **query) == failed
    assert await rig.message("POST", "channels", endpoint="FOO/nobody", **query) == failed
    assert await rig.status("GET", f"channels/{rig.id('leg')}") == 404


async def test_a_ringing_telephone_that_is_cancelled_as_answered_elsewhere_lists_no_missed_call(
    rig: Rig,
) -> None:
    """Reason 26 goes into the CANCEL (2.1.1-j)."""
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)
    await phone.rings()
    await rig.event("ChannelStateChange", channel)

    first = await rig.status("DELETE", f"channels/{channel}", reason_code="26")
    end = await rig.event("ChannelDestroyed", channel)

    assert first == 204
    assert end["cause"] == 26
    assert await phone.ended() == "CANCEL elsewhere"
    assert rig.kinds(channel) == ["ChannelStateChange", "ChannelHangupRequest", "ChannelDestroyed"]


async def test_a_ringing_telephone_that_is_cancelled_normally_lists_a_missed_call(rig: Rig) -> None:
    """Without the reason it is an ordinary CANCEL."""
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)
    await phone.rings()

    await rig.ok("DELETE", f"channels/{channel}", reason="normal")
    end = await rig.event("ChannelDestroyed", channel)

    assert end["cause"] == 16
    assert await phone.ended() == "CANCEL"


async def test_a_telephone_cancelled_before_it_could_ring_ends_all_the_same(rig: Rig) -> None:
    """DELETE right behind the POST."""
    phone = await rig.make_phone("a")

    channel = await rig.ring(phone)
    first = await rig.status("DELETE", f"channels/{channel}", reason_code="26")
    end = await rig.event("ChannelDestroyed", channel)

    assert first == 204
    assert end["cause"] == 26


async def test_a_telephone_that_hangs_up_ends_in_this_order(rig: Rig) -> None:
    """Wish, bridge, application, end; cause 16."""
    phone = await rig.make_phone("a", answers_after_ms=20)
    channel = await rig.ring(phone)
    await rig.event("StasisStart", channel)
    await rig.bridge("line", "mixing,dtmf_events", channel)
    since = rig.mark()

    await phone.hang_up()
    end = await rig.event("ChannelDestroyed", channel, since=since)

    assert end["cause"] == 16
    assert rig.kinds(channel, since) == [
        "ChannelHangupRequest",
        "ChannelLeftBridge",
        "StasisEnd",
        "ChannelDestroyed",
    ]


async def test_two_telephones_answering_in_the_same_instant_are_both_up_and_the_loser_is_hung_up(
    rig: Rig,
) -> None:
    """Ring-all: the exchange lets both answer; who has the call is ours to decide."""
    first, second = await rig.make_phone("a"), await rig.make_phone("b")
    winner, loser = await rig.ring(first, "leg-a"), await rig.ring(second, "leg-b")
    await first.rings()
    await second.rings()

    await first.answer()
    await second.answer()
    await rig.event("StasisStart", winner)
    await rig.event("StasisStart", loser)
    await rig.ok("DELETE", f"channels/{loser}", reason_code="26")
    end = await rig.event("ChannelDestroyed", loser)

    assert end["channel"]["state"] == "Up"
    assert await second.ended() == "BYE"
    assert (await rig.ok("GET", f"channels/{winner}"))["state"] == "Up"


async def test_an_id_can_be_used_once_at_a_time(rig: Rig) -> None:
    """409 for originate and create."""
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)

    query = {"endpoint": f"PJSIP/{phone.name}", "app": "cordboard", "channelId": channel}
    used = (409, "Channel with given unique ID already exists")
    assert await rig.message("POST", "channels", **query) == used
    assert await rig.message("POST", "channels/create", **query) == used


async def test_a_ringing_leg_is_not_ours_to_command_yet(rig: Rig) -> None:
    """409 for everything but reading it and hanging it up; 422 for a bridge."""
    phone = await rig.make_phone("a")
    channel = await rig.ring(phone)
    await phone.rings()
    bridge = await rig.bridge("line", "mixing,dtmf_events")

    not_ours = "Channel not in Stasis application"
    for action in ("answer", "ring", "moh", "hold", "continue"):
        assert await rig.message("POST", f"channels/{channel}/{action}") == (409, not_ours), action
    variable = f"channels/{channel}/variable"
    assert await rig.message("POST", variable, variable="CB_CALL", value="x") == (409, not_ours)
    assert await rig.message("POST", f"bridges/{bridge}/addChannel", channel=channel) == (422, not_ours)


async def test_an_originate_for_an_application_that_is_not_there_rings_and_then_dies(rig: Rig) -> None:
    """It is carried out, and ends when the telephone answers."""
    phone = await rig.make_phone("a")
    channel = rig.id("leg")
    query = {"endpoint": f"PJSIP/{phone.name}", "app": "nobody", "channelId": channel}

    made = await rig.status("POST", "channels", **query)
    await phone.rings()
    await phone.answer()

    assert made == 200
    assert await phone.ended() == "BYE"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"app": "cordboard"}, "Endpoint must be specified"),
        ({"endpoint": "PJSIP/nobody"}, "Application or extension must be specified"),
        ({"endpoint": "nobody", "app": "cordboard"}, "Invalid endpoint specified"),
    ],
)
async def test_an_originate_that_lacks_something_is_refused(
    rig: Rig, query: dict[str, str], words: str
) -> None:
    """400."""
    assert await rig.message("POST", "channels", **query) == (400, words)


async def test_a_created_channel_is_ours_at_once_and_rings_when_it_is_dialled(rig: Rig) -> None:
    """StasisStart in state Down; dialling twice is refused."""
    phone = await rig.make_phone("a")
    channel = rig.id("leg")
    query = {"endpoint": f"PJSIP/{phone.name}", "app": "cordboard", "appArgs": "line", "channelId": channel}

    await rig.ok("POST", "channels/create", body={"variables": {"CB_CALL": "c-2"}}, **query)
    start = await rig.event("StasisStart", channel)
    dialled = await rig.status("POST", f"channels/{channel}/dial", timeout="5")
    await phone.rings()
    await rig.event("ChannelStateChange", channel)
    again = await rig.message("POST", f"channels/{channel}/dial", timeout="5")
    since = rig.mark()
    await phone.answer()
    up = await rig.event("ChannelStateChange", channel, since=since)

    assert start["channel"]["state"] == "Down"
    assert start["channel"]["channelvars"]["CB_CALL"] == "c-2"
    assert dialled == 204
    assert again == (409, "Channel is not in the 'Down' state")
    assert up["channel"]["state"] == "Up"


async def test_a_dialled_channel_that_is_not_answered_ends_after_its_time_out(rig: Rig) -> None:
    """As an originate, but out of the application."""
    phone = await rig.make_phone("a")
    channel = rig.id("leg")
    query = {"endpoint": f"PJSIP/{phone.name}", "app": "cordboard", "channelId": channel}
    await rig.ok("POST", "channels/create", **query)
    await rig.event("StasisStart", channel)

    await rig.ok("POST", f"channels/{channel}/dial", timeout="1")
    end = await rig.event("ChannelDestroyed", channel)

    assert end["cause"] == 19
    assert rig.kinds(channel) == [
        "StasisStart",
        "ChannelStateChange",
        "ChannelHangupRequest",
        "StasisEnd",
        "ChannelDestroyed",
    ]


async def test_a_channel_cannot_be_created_towards_an_unregistered_telephone(rig: Rig) -> None:
    """Asterisk says that the id is in use, which it is not."""
    phone = await rig.make_phone("a", registered=False)
    query = {"endpoint": f"PJSIP/{phone.name}", "app": "cordboard", "channelId": rig.id("leg")}

    assert await rig.status("POST", "channels/create", **query) == 409
    assert await rig.status("POST", f"channels/{rig.id('leg')}/dial") == 404
