"""From the configuration file to what parent and server need: nothing that is written there is lost on the way."""

from __future__ import annotations

import asyncio
import json
import ssl
import stat
from pathlib import Path
from random import SystemRandom

import pytest
from cryptography import x509

from cordboard.app.settings import Settings, parse_settings
from cordboard.asterisk import config
from cordboard.asterisk import ports as free
from cordboard.launch import Launch, prepare, with_overrides
from cordboard.parent import QUICK_DEATH_MS
from tests.support.installation import Installation

NAT = """
[web]
listen = "0.0.0.0"
port = 8443
public_host = "telefoon.example.nl"

[exchange]
listen = "0.0.0.0"
external_address = "198.51.100.10"
local_networks = ["192.168.0.0/16"]
stun_server = "stun.example.nl:3478"
emergency_numbers = ["112", "144"]
practice = false

[exchange.ports]
sip = 25060
rtp_first = 31000
rtp_last = 31999

[[trunks]]
name = "provider"
host = "sip.example.nl"
transport = "tls"
user_name = "31534800900"
password = "secret"

[[numbers]]
number = "053 480 09 00"
queue = "Algemeen"
"""


def launched(folder: Path, text: str = "") -> Launch:
    """As a start would, up to the point where something runs."""
    settings: Settings = with_overrides(parse_settings(text, "c.toml"), listen=None, port=None, data=folder)
    return prepare(settings, folder / "console")


def test_ports_and_passwords_are_chosen_once_and_kept(tmp_path: Path) -> None:
    """Bookmarks, telephones and a living exchange go on working; nobody else may read the passwords."""
    first, second = launched(tmp_path), launched(tmp_path)

    assert first.server.exchange == second.server.exchange
    assert first.url == second.url
    assert stat.S_IMODE((tmp_path / "exchange" / "secrets.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "ports.json").read_text())["web"] == first.server.port


def test_the_exchange_is_given_no_port_of_our_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody serves them yet when the exchange's ports are chosen: a look at what is free would not tell."""
    web, *others = free.pick(6)
    monkeypatch.setattr(SystemRandom, "sample", lambda _self, _ports, _count: [web, *others])

    ports = launched(tmp_path, f"[web]\nport = {web}\n").server.exchange.ports

    assert [ports.sip, ports.sip_tls, ports.http, ports.ami, ports.ari] == others


@pytest.mark.rule("D28")
def test_addresses_trunks_and_numbers_reach_the_exchange(tmp_path: Path) -> None:
    """Behind a router, with a provider that wants encryption: all of it stands in the generated files."""
    launch = launched(tmp_path, NAT)

    assert launch.url == "https://telefoon.example.nl:8443/"
    assert launch.server.numbers[0].queue == "Algemeen"
    files = config.files(launch.server.exchange, config.Places(Path("/modules")))
    pjsip = files["pjsip.conf"]
    assert "bind=0.0.0.0:25060" in pjsip
    assert pjsip.count("external_media_address=198.51.100.10") == 3
    assert pjsip.count("external_signaling_address=198.51.100.10") == 3
    assert "local_net=192.168.0.0/16" in pjsip
    assert f"cert_file={tmp_path / 'tls' / 'certificate.pem'}" in pjsip
    assert "[t-provider]" in pjsip
    assert "practice" not in pjsip
    assert "rtpstart=31000" in files["rtp.conf"]
    assert "stunaddr=stun.example.nl:3478" in files["rtp.conf"]
    assert "exten => 144,1," in files["extensions.conf"]


def test_the_certificate_names_every_way_to_reach_us(tmp_path: Path) -> None:
    """The public name, this machine's own, and localhost."""
    launch = launched(tmp_path, NAT)

    assert launch.server.certificate is not None
    made = x509.load_pem_x509_certificate(launch.server.certificate.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"telefoon.example.nl", "localhost"} <= set(names.get_values_for_type(x509.DNSName))


def test_an_exchange_on_another_machine_is_told_where_we_are(tmp_path: Path) -> None:
    """It dials our address, is asked at its own, and lets only us manage it."""
    launch = launched(
        tmp_path,
        '[exchange]\nkind = "existing"\nari_url = "http://192.0.2.20:8088"\nari_listen = "0.0.0.0"\n'
        'ari_host = "192.0.2.10"\nari_user = "board"\nari_password = "from-the-file"\nami_user = "boss"\n'
        "[exchange.ports]\nari = 8189\n",
    )

    exchange = launch.server.exchange
    assert not launch.own_exchange
    assert exchange.http_url == "http://192.0.2.20:8088"
    files = config.shared_files(exchange)
    assert "uri=ws://192.0.2.10:8189/ari/cordboard\n" in files["websocket_client.conf"]
    assert "username=board" in files["websocket_client.conf"]
    assert "[board]" in files["ari.conf"]
    assert "password=from-the-file" in files["ari.conf"]
    assert "bindaddr=192.0.2.20" in files["http.conf"]
    assert "bindaddr=192.0.2.20" in files["manager.conf"]
    assert "permit=192.0.2.10/255.255.255.255" in files["manager.conf"]
    assert "[boss]" in files["manager.conf"]


@pytest.mark.exchange
async def test_a_restarted_server_does_not_end_calls_for_a_broken_database(tmp_path: Path) -> None:
    """It cannot start while the database is away: the exchange lives on, and when it is back so is the server."""
    async with Installation(tmp_path) as installation:
        await asyncio.sleep(QUICK_DEATH_MS / 1000 + 0.5)
        exchange, database = installation.exchange_pid(), installation.data / "cordboard.db"
        away = database.rename(tmp_path / "away.db")
        for name in ("cordboard.db-wal", "cordboard.db-shm"):
            (installation.data / name).unlink(missing_ok=True)
        database.mkdir()
        installation.kill_server()
        await asyncio.sleep(4)
        assert installation.exchange_pid() == exchange
        assert installation.parent is not None
        assert installation.parent.returncode is None
        database.rmdir()
        away.rename(database)
        await installation.healthy(within_ms=30_000)
        assert installation.exchange_pid() == exchange


@pytest.mark.exchange
async def test_telephones_may_speak_tls(tmp_path: Path) -> None:
    """The exchange shows them the certificate that browsers get."""
    async with Installation(tmp_path, configuration="[exchange]\ntls = true\n") as installation:
        port = json.loads((installation.data / "ports.json").read_text())["sip_tls"]
        trusting = ssl.create_default_context(cafile=str(installation.data / "tls" / "certificate.pem"))
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting, server_hostname="localhost"
        )
        # Asterisk goes on for a moment after our good-bye, which a polite end would complain of.
        writer.transport.abort()
