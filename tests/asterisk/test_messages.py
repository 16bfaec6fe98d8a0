"""Typed ARI messages: known events become types, unknown ones never an exception, and nothing drifts."""

from __future__ import annotations

import msgspec
import pytest

from cordboard.asterisk import operations
from cordboard.asterisk.messages import ChannelDestroyed, RawEvent, StasisStart, decode_event
from tests.support.exchange import exchange_binary
from tools.ari_generate import FOLDER, generate

CHANNEL = {
    "id": "1.1",
    "protocol_id": "x",
    "name": "PJSIP/t-one-00000001",
    "state": "Ring",
    "caller": {"name": "", "number": "0612345678"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {"context": "inbound", "exten": "1", "priority": 1, "app_name": "", "app_data": ""},
    "creationtime": "2026-11-23T22:01:08.226+0000",
    "language": "nl",
    "channelvars": {"CB_CALL": "c1"},
}


def event(kind: str, **fields: object) -> bytes:
    """An event as Asterisk sends it."""
    head = {"type": kind, "application": "cordboard", "timestamp": "2026-11-23T22:01:08.226+0000"}
    return msgspec.json.encode(head | fields)


def test_a_known_event_becomes_its_type() -> None:
    """With its channel and our variables on it."""
    start = decode_event(event("StasisStart", args=["did", "+31201234567"], channel=CHANNEL))

    assert isinstance(start, StasisStart)
    assert start.args == ["did", "+31201234567"]
    assert start.channel.channelvars == {"CB_CALL": "c1"}


def test_a_newer_asterisk_may_add_fields() -> None:
    """They are passed over."""
    ended = decode_event(event("ChannelDestroyed", cause=16, cause_txt="", channel=CHANNEL, new_thing=[1]))

    assert isinstance(ended, ChannelDestroyed)
    assert ended.cause == 16


@pytest.mark.parametrize("data", [event("BrandNew", x=1), event("StasisStart"), b'{"no": "type"}', b"[1]"])
def test_what_is_unknown_becomes_a_raw_event(data: bytes) -> None:
    """Never an exception: one odd message must not end the connection."""
    assert isinstance(decode_event(data), RawEvent)


def test_a_command_is_built_with_its_parts_in_their_places() -> None:
    """Path parts are quoted, lists joined, booleans spelt as ARI wants, and what is absent is left out."""
    state = operations.device_states_get(device_name="PJSIP/d-1")
    add = operations.bridges_add_channel(
        bridge_id="cb-1", channel=["a", "b"], inhibit_connected_line_updates=True
    )
    call = operations.channels_originate(endpoint="PJSIP/d-1", app="cordboard", variables={"CB_CALL": "c"})

    assert (state.method, state.uri) == ("GET", "deviceStates/PJSIP%2Fd-1")
    assert add.query == {"channel": "a,b", "inhibitConnectedLineUpdates": "true"}
    assert call.query == {"endpoint": "PJSIP/d-1", "app": "cordboard"}
    assert call.body == {"variables": {"CB_CALL": "c"}}


@pytest.mark.exchange
def test_the_committed_messages_are_what_the_description_says() -> None:
    """Regenerating gives the same files."""
    binary = exchange_binary()

    for name, text in generate(binary.data_dir / "rest-api", str(binary.version.major)).items():
        assert (FOLDER / name).read_text() == text, f"{name}: run `python -m tools.ari_generate`"
