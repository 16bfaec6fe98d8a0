"""The network in the administration: what is in use, what waits for the next start, and what would not start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app.administration.network import NetworkAdministration
from cordboard.app.network import Network, read_kept, said_by, with_network, write_kept
from cordboard.app.settings import ExchangeSettings, PortSettings
from cordboard.core.types import Right
from cordboard.storage.audit import SqlAudit
from tests.web.administrator import NO_LINE, change, code_of, errors_of, give, one, refusing
from tests.web.rig import CHANTAL, OWN, Rig, rig

PLACE = "network/network"


@dataclass
class Place:
    """The house, as a test wants it."""

    in_use: Network = field(
        default_factory=lambda: Network(
            listen="127.0.0.1", sip=5060, sip_tls=5061, rtp_first=30000, rtp_last=30399
        )
    )
    fixed: Network = field(default_factory=Network)
    set: Network = field(default_factory=Network)
    refuses: tuple[str, str] | None = None
    full: bool = False

    def kept(self) -> Network:
        """As it was set."""
        return self.set

    def keep(self, network: Network) -> None:
        """Or the disk is full."""
        if self.full:
            raise OSError
        self.set = network

    def wrong(self, _network: Network) -> tuple[str, str] | None:
        """What would not start."""
        return self.refuses


@pytest.fixture
async def place() -> Place:
    return Place()


@pytest.fixture
async def others() -> list[bool]:
    return [False]


@pytest.fixture
async def web(tmp_path: Path, place: Place, others: list[bool]) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        services = made.services
        network = NetworkAdministration(
            place, services.administration, lambda mine: services.tenancy.all[mine], lambda _mine: others[0]
        )
        object.__setattr__(services, "network", network)
        await give(made, CHANTAL, Right.ADMIN_TELEPHONY, Right.ADMIN_AUDIT)
        yield made


@pytest.mark.rule("X-b")
async def test_what_is_set_waits_for_the_next_start_and_is_in_the_log(
    chantal: httpx.AsyncClient, place: Place
) -> None:
    """Shown beside what is in use; set back, nothing waits any more."""
    before = await one(chantal, PLACE)
    assert (before["restart_needed"], before["in_use"]["sip"]) == (False, 5060)
    wanted: dict[str, Any] = {
        "listen": "0.0.0.0",
        "external_address": "192.0.2.10",
        "local_networks": ["10.0.0.1/8"],
    }

    changed = await change(chantal, PLACE, **wanted)

    assert changed.status_code == 200, changed.text
    assert changed.json()["restart_needed"] is True
    assert changed.json()["local_networks"] == ["10.0.0.0/8"]
    assert changed.json()["in_use"]["listen"] == "127.0.0.1"
    assert place.set.external_address == "192.0.2.10"
    log = (await chantal.get("/api/admin/audit?resource=network")).json()["rows"]
    assert [(row["before"]["listen"], row["after"]["listen"]) for row in log] == [(None, "0.0.0.0")]
    back = await change(chantal, PLACE, listen=None, external_address=None, local_networks=[])
    assert back.json()["restart_needed"] is False


@pytest.mark.rule("X-b")
async def test_nobody_changes_the_network_of_others(
    web: Rig, chantal: httpx.AsyncClient, place: Place, others: list[bool]
) -> None:
    """Not beside another organisation, not without the right, and not over what somebody else has set meanwhile."""
    version = (await one(chantal, PLACE))["version"]
    place.set = replace(place.set, sip=5070)
    stale = await chantal.patch(
        f"/api/admin/{PLACE}", json={"sip": 5080}, headers={"X-Cordboard": "1", "If-Match": version}
    )
    assert code_of(stale) == (412, "out_of_date")
    others[0] = True
    assert code_of(await change(chantal, PLACE, sip=5080)) == (409, "not_alone")
    await give(web, CHANTAL, Right.ADMIN_QUEUES)
    assert code_of(await change(chantal, PLACE, sip=5080)) == (403, "no_right")
    assert place.set.sip == 5070


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"listen": "sip.example.net"}, {"listen": "bad_address"}),
        ({"local_networks": ["x"]}, {"local_networks.1": "bad_network"}),
        ({"stun_server": "a b"}, {"stun_server": "bad_host"}),
        ({"sip": 80}, {"sip": "too_small"}),
        ({"sip": 5062, "sip_tls": 5062}, {"sip_tls": "taken"}),
        ({"rtp_first": 20000}, {"rtp_last": "required"}),
        ({"rtp_first": 20000, "rtp_last": 20050}, {"rtp_last": "too_small"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
    ],
)
async def test_what_could_not_be_used_is_refused_by_its_field(
    chantal: httpx.AsyncClient, place: Place, fields: dict[str, Any], wrong: dict[str, str]
) -> None:
    """Nothing is kept that the next start would stumble over."""
    assert errors_of(await change(chantal, PLACE, **fields)) == wrong
    assert place.set == Network()


async def test_the_configuration_file_goes_before(chantal: httpx.AsyncClient, place: Place) -> None:
    """What stands there cannot be changed here; an address that is not ours and a full disk are told."""
    place.fixed = Network(external_address="192.0.2.99")
    assert (await one(chantal, PLACE))["in_file"] == ["external_address"]
    refused = await change(chantal, PLACE, external_address="192.0.2.10")
    assert errors_of(refused) == {"external_address": "stands_in_file"}
    place.refuses = ("listen", "not_here")
    assert errors_of(await change(chantal, PLACE, listen="192.0.2.7")) == {"listen": "not_here"}
    place.refuses, place.full = None, True
    assert code_of(await change(chantal, PLACE, sip=5080)) == (409, "not_saved")
    assert (await chantal.get("/api/admin/audit?resource=network")).json()["rows"] == []


async def test_what_the_log_cannot_say_is_not_changed(
    web: Rig, chantal: httpx.AsyncClient, place: Place
) -> None:
    """The next start has what was set before."""
    async with refusing(web, NO_LINE):
        assert code_of(await change(chantal, PLACE, sip=5080)) == (503, "not_saved")
    assert place.set == Network()
    assert (await change(chantal, PLACE, sip=5080)).status_code == 200


def test_the_next_start_has_what_was_set(tmp_path: Path) -> None:
    """Where the file says nothing; a file that cannot be read is as none."""
    set_ = Network(listen="0.0.0.0", external_address="192.0.2.10", sip=5070, local_networks=("10.0.0.0/8",))
    write_kept(tmp_path, set_)
    assert read_kept(tmp_path) == set_
    assert (tmp_path / "network.json").stat().st_mode & 0o077 == 0
    file = ExchangeSettings(external_address="192.0.2.99", ports=PortSettings(http=8190))
    used = with_network(file, read_kept(tmp_path))
    assert (used.listen, used.external_address, used.local_networks) == (
        "0.0.0.0",
        "192.0.2.99",
        ("10.0.0.0/8",),
    )
    assert (used.ports.sip, used.ports.http, used.ports.sip_tls) == (5070, 8190, None)
    assert said_by(file) == Network(external_address="192.0.2.99")
    (tmp_path / "network.json").write_text("{")
    assert read_kept(tmp_path) == Network()


async def test_of_two_who_change_the_network_at_once_the_second_is_told(
    web: Rig, chantal: httpx.AsyncClient, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw the same, and the log is slow; what the first was told is what is kept."""
    note = SqlAudit.note

    async def slowly(self: SqlAudit, *args: Any) -> None:
        await asyncio.sleep(0.05)
        await note(self, *args)

    monkeypatch.setattr(SqlAudit, "note", slowly)
    version = (await one(chantal, PLACE))["version"]
    headers = OWN | {"If-Match": f'"{version}"'}
    answers = await asyncio.gather(
        chantal.patch(f"/api/admin/{PLACE}", json={"sip": 5070}, headers=headers),
        chantal.patch(f"/api/admin/{PLACE}", json={"sip_tls": 5071}, headers=headers),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [told] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (place.set.sip, place.set.sip_tls) == (told["sip"], told["sip_tls"])
