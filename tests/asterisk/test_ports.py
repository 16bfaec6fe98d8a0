"""A taken port is said in one sentence, before the exchange starts deaf."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.ports import RANGE_VARIABLE, free_ports, is_free, pick, require_free
from cordboard.asterisk.settings import ExchangeSettings
from tests.support.taken import taken


def test_picked_ports_are_free_and_different() -> None:
    """A whole set for one exchange."""
    ports = free_ports()

    chosen = [ports.sip, ports.sip_tls, ports.http, ports.ami, ports.ari]
    assert len(set(chosen)) == 5
    assert all(is_free(port) and is_free(port, udp=True) for port in chosen)
    assert ports.rtp_last > ports.rtp_first


def test_two_runs_side_by_side_pick_from_ranges_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that is down for a moment finds its ports free again."""
    monkeypatch.setenv(RANGE_VARIABLE, "24000-24100")

    assert all(24_000 <= port < 24_100 for port in pick(5))


@pytest.mark.parametrize(
    ("name", "kind", "setting"),
    [
        ("sip", socket.SOCK_DGRAM, "sip"),
        ("sip", socket.SOCK_STREAM, "sip"),
        ("http", socket.SOCK_STREAM, "http"),
        ("ami", socket.SOCK_STREAM, "ami"),
    ],
)
def test_a_taken_port_is_named_with_its_setting(
    tmp_path: Path, name: str, kind: socket.SocketKind, setting: str
) -> None:
    """Who reads it knows which port, what for, and what to change."""
    ports = free_ports()
    with (
        taken(kind, getattr(ports, name)) as port,
        pytest.raises(ExchangeUnavailable, match=rf"Port {port} .*\[exchange\.ports\] {setting} "),
    ):
        require_free(ExchangeSettings(run_dir=tmp_path, ports=ports))


def test_an_address_that_is_not_this_machines_is_said(tmp_path: Path) -> None:
    """192.0.2.1 belongs to documentation, and to nobody's machine."""
    with pytest.raises(ExchangeUnavailable, match=r"192\.0\.2\.1 cannot be listened on"):
        require_free(ExchangeSettings(run_dir=tmp_path, ports=free_ports(), listen="192.0.2.1"))
