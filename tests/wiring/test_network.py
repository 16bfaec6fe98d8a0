"""What was set of the network in the browser, at the next start."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cordboard.app.network import Network, write_kept
from cordboard.app.settings import ExchangeSettings, Settings
from cordboard.launch import Launch, prepare
from cordboard.wiring.network import place_of


def started(data: Path, exchange: ExchangeSettings | None = None) -> Launch:
    """As the next start prepares it."""
    return prepare(Settings(data=str(data), exchange=exchange or ExchangeSettings()), data)


@pytest.mark.rule("X-b")
def test_what_was_set_in_the_browser_is_in_use_after_the_next_start(tmp_path: Path) -> None:
    """Addresses and ports; what the configuration file says goes before; an Asterisk of one's own is left alone."""
    write_kept(
        tmp_path, Network(listen="127.0.0.2", external_address="192.0.2.10", sip=15_060, stun_server="stun")
    )

    used = place_of(started(tmp_path).server).in_use
    assert (used.listen, used.external_address, used.sip) == ("127.0.0.2", "192.0.2.10", 15_060)
    of_file = started(tmp_path, ExchangeSettings(external_address="192.0.2.99")).server
    assert of_file.exchange.external_media_address == "192.0.2.99"
    assert of_file.network_of_file == Network(external_address="192.0.2.99")
    theirs = ExchangeSettings(kind="existing", ari_url="http://127.0.0.1:8088")
    assert started(tmp_path, theirs).server.exchange.external_media_address is None


def test_what_would_keep_the_next_start_from_succeeding_is_refused(tmp_path: Path) -> None:
    """An address of another machine, one of our own ports, and one that somebody else has."""
    place = place_of(started(tmp_path).server)
    ports = started(tmp_path).server.exchange.ports

    assert place.wrong(Network(listen="192.0.2.1")) == ("listen", "not_here")
    assert place.wrong(Network(sip=ports.ami)) == ("sip", "port_taken")
    assert place.wrong(Network(listen="127.0.0.1", sip=ports.sip, sip_tls=ports.sip_tls)) is None
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert place.wrong(Network(sip_tls=other.getsockname()[1])) == ("sip_tls", "port_taken")
