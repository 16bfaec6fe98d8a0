"""The answers of every other command: variables, sounds, applications, endpoints, the exchange itself."""

from __future__ import annotations

import pytest

from cordboard.asterisk.transport import AriTimeout
from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_channel_that_is_not_there_is_not_found(rig: Rig) -> None:
    """404, whatever is asked of it."""
    nothing = (404, "Channel not found")
    assert await rig.message("GET", "channels/nope") == nothing
    assert await rig.message("DELETE", "channels/nope") == nothing
    for action in ("answer", "ring", "moh", "hold", "dial", "continue"):
        assert await rig.message("POST", f"channels/nope/{action}") == nothing, action
    assert await rig.message("POST", "channels/nope/variable", variable="A", value="b") == nothing
    assert await rig.message("POST", "channels/nope/play", media="sound:beep") == nothing


async def test_what_does_not_exist_and_what_cannot_be_done_have_their_own_answers(rig: Rig) -> None:
    """404 and 405."""
    assert await rig.message("GET", "foo/bar") == (404, "Resource not found")
    assert await rig.message("PUT", "channels") == (405, "Invalid method")


async def test_a_variable_is_set_read_and_carried_by_every_channel_object(rig: Rig) -> None:
    """What restores who is who after a crash (F1)."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    uri = f"channels/{channel}/variable"

    put = await rig.status("POST", uri, variable="CB_CALL", value="c-9")
    changed = await rig.event("ChannelVarset", channel)

    assert put == 204
    assert (changed["variable"], changed["value"]) == ("CB_CALL", "c-9")
    assert await rig.ok("GET", uri, variable="CB_CALL") == {"value": "c-9"}
    found = {one["id"]: one for one in await rig.ok("GET", "channels")}
    assert found[channel]["channelvars"]["CB_CALL"] == "c-9"
    assert await rig.ok("GET", uri, variable="CB_DID") == {"value": "+31880001"}
    assert await rig.ok("GET", uri, variable="CHANNEL(endpoint)") == {"value": "t-trunk"}


async def test_a_variable_that_is_not_set_is_not_found(rig: Rig) -> None:
    """Nor is one without a value; a list with one missing fails as a whole."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    uri = f"channels/{channel}/variable"
    nothing = (404, "Provided variable was not found")

    assert await rig.status("POST", uri, variable="CB_EMPTY") == 204
    assert await rig.message("GET", uri, variable="CB_EMPTY") == nothing
    assert await rig.message("GET", uri, variable="CB_NEVER") == nothing
    assert await rig.message("GET", uri) == (400, "Variable name is required")
    many = f"channels/{channel}/variables"
    assert await rig.message("GET", many, variables="CB_DID,CB_NEVER") == nothing
    read = await rig.message("GET", uri, variable="PJSIP_RESPONSE_HEADER(read,Allow-Events)")
    assert read == (500, "Unable to read provided function")


async def test_a_tone_plays_until_it_is_stopped(rig: Rig) -> None:
    """PlaybackStarted, PlaybackFinished; afterwards it is not found."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    playback = rig.id("tone")

    begun = await rig.request(
        "POST", f"channels/{channel}/play", media="tone:ring;tonezone=nl", playbackId=playback
    )
    await rig.event("PlaybackStarted", playback)
    found = await rig.ok("GET", f"playbacks/{playback}")
    stopped = await rig.status("DELETE", f"playbacks/{playback}")
    finished = await rig.event("PlaybackFinished", playback)

    assert begun.status == 201
    assert found["state"] == "playing"
    assert found["target_uri"] == f"channel:{channel}"
    assert stopped == 204
    assert finished["playback"]["state"] == "done"
    assert await rig.message("DELETE", f"playbacks/{playback}") == (404, "Playback not found")


async def test_a_caller_who_hangs_up_ends_what_was_played_to_them(rig: Rig) -> None:
    """PlaybackFinished comes before StasisEnd."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)
    playback = rig.id("tone")
    await rig.ok("POST", f"channels/{channel}/play", media="tone:ring;tonezone=nl", playbackId=playback)
    await rig.event("PlaybackStarted", playback)

    await caller.hang_up()
    await rig.event("StasisEnd", channel)

    wanted = ("PlaybackFinished", "StasisEnd", "PlaybackStarted")
    # The last words of an earlier case's caller may come in now.
    order = [e["type"] for e in rig.events if e["type"] in wanted and channel in str(e)]
    assert order == ["PlaybackStarted", "PlaybackFinished", "StasisEnd"]


async def test_playing_nothing_is_refused(rig: Rig) -> None:
    """500."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    assert await rig.message("POST", f"channels/{channel}/play") == (
        500,
        "Failed to queue media for playback",
    )


async def test_ringing_music_and_hold_on_a_channel_of_ours_are_always_granted(rig: Rig) -> None:
    """204, on and off, in any order."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    for action in ("ring", "moh", "hold"):
        for method in ("POST", "POST", "DELETE", "DELETE"):
            assert await rig.status(method, f"channels/{channel}/{action}") == 204, (method, action)


async def test_the_exchange_says_that_it_lives_and_since_when(rig: Rig) -> None:
    """How a server tells a new life of the exchange from an old one (F10)."""
    ping = await rig.ok("GET", "asterisk/ping")
    info = await rig.ok("GET", "asterisk/info")
    again = await rig.ok("GET", "asterisk/info", only="status")

    assert ping["ping"] == "pong"
    assert info["system"]["version"].startswith("22.")
    assert info["status"]["startup_time"] == again["status"]["startup_time"]


async def test_a_telephone_is_written_changed_and_removed_by_command(rig: Rig) -> None:
    """Dynamic provisioning; what a file owns is refused with 403."""
    uri = f"asterisk/config/dynamic/res_pjsip/aor/{rig.id('x')}"
    fields = {"fields": [{"attribute": "max_contacts", "value": "1"}]}

    written = await rig.ok("PUT", uri, body=fields)
    read = await rig.ok("GET", uri)

    assert {"attribute": "max_contacts", "value": "1"} in written
    assert {"attribute": "max_contacts", "value": "1"} in read
    assert await rig.status("DELETE", uri) == 204
    nothing = (404, f"Object with id '{rig.id('x')}' not found")
    assert await rig.message("DELETE", uri) == nothing
    assert await rig.message("GET", uri) == nothing
    trunk = "asterisk/config/dynamic/res_pjsip/aor/t-trunk"
    assert await rig.status("PUT", trunk, body=fields) == 403
    assert await rig.status("DELETE", trunk) == 403
    assert await rig.message("PUT", uri.replace("aor", "foo"), body=fields) == (
        404,
        "objectType 'foo' not found",
    )
    assert await rig.message("PUT", uri.replace("res_pjsip", "foo"), body=fields) == (
        404,
        "configClass 'foo' not found",
    )


async def test_an_application_shows_what_it_has(rig: Rig) -> None:
    """The channels in our hands are in it."""
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    application = await rig.ok("GET", "applications/cordboard")
    every = await rig.ok("GET", "applications")

    assert channel in application["channel_ids"]
    assert "cordboard" in [one["name"] for one in every]
    assert await rig.message("GET", "applications/nobody") == (404, "Application not found")


async def test_what_the_filter_leaves_out_is_not_told(rig: Rig) -> None:
    """`disallowed` names what is kept from us; an unknown word in a filter changes nothing."""
    uri = "applications/cordboard/eventFilter"
    caller = await rig.make_caller()
    channel = await rig.take(caller)

    application = await rig.ok("PUT", uri, body={"disallowed": [{"type": "ChannelVarset"}]})
    await rig.ok("POST", f"channels/{channel}/variable", variable="CB_CALL", value="c-1")
    unchanged = await rig.ok("PUT", uri, body={"foo": 1})
    await caller.hang_up()
    await rig.event("StasisEnd", channel)

    assert application["events_disallowed"] == [{"type": "ChannelVarset"}]
    assert unchanged["events_disallowed"] == [{"type": "ChannelVarset"}]
    assert not [e for e in rig.events if e["type"] == "ChannelVarset" and e["variable"] == "CB_CALL"]


async def test_a_list_of_what_alone_is_told_holds_back_the_answers_to_our_commands_too(
    mortal_rig: Rig,
) -> None:
    """The command is carried out, and its answer never comes, unless RESTResponse is on the list."""
    rig = mortal_rig  # our own pings go unanswered too, and the connection is given up some seconds later
    uri = "applications/cordboard/eventFilter"
    with_answers = {"allowed": [{"type": "StasisEnd"}, {"type": "RESTResponse"}]}

    assert await rig.status("PUT", uri, body=with_answers) == 200
    assert await rig.status("GET", "asterisk/ping") == 200
    with pytest.raises(AriTimeout):
        await rig.request("PUT", uri, body={"allowed": [{"type": "StasisEnd"}]})
    assert await rig.status("PUT", uri, body={"allowed": []}) == 200


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("foo:1", (400, "Invalid event source URI scheme")),
        ("endpoint:PJSIP/nobody", (422, "Event source does not exist")),
        ("channel:nope", (422, "Event source does not exist")),
    ],
)
async def test_a_subscription_to_what_does_not_exist_is_refused(
    rig: Rig, source: str, answer: tuple[int, str]
) -> None:
    """400 for the scheme, 422 for the name."""
    uri = "applications/cordboard/subscription"

    assert await rig.message("POST", uri, eventSource=source) == answer


async def test_a_subscription_needs_a_source(rig: Rig) -> None:
    """400."""
    uri = "applications/cordboard/subscription"

    assert await rig.message("POST", uri) == (400, "Missing parameter eventSource")
