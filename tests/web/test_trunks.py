"""Trunks in the administration: who may set them up, and a password that is never told again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app.trunks import TrunkState
from cordboard.core.types import OrganisationId, Right
from tests.web.administrator import change, code_of, delete, errors_of, give, make, one
from tests.web.rig import CHANTAL, OWN, Rig, rig

SECRET = "geheim;van=de/lijn"
TRUNK = {"name": "KPN", "host": "sip.example.net", "user_name": "31534800900", "password": SECRET}


class Lines:
    """The trunks of an exchange, as a test wants them."""

    def __init__(self) -> None:
        self.tested: list[tuple[str, str]] = []
        self.up = True

    async def states(self, _organisation: OrganisationId) -> dict[str, TrunkState]:
        """None is known."""
        return {}

    async def test(self, _organisation: OrganisationId, trunk: str, number: str) -> bool:
        """Kept."""
        self.tested.append((trunk, number))
        return self.up


@pytest.fixture
async def lines() -> Lines:
    return Lines()


@pytest.fixture
async def web(tmp_path: Path, lines: Lines) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        object.__setattr__(made.services, "trunks", lines)
        await give(made, CHANTAL, Right.ADMIN_TELEPHONY, Right.ADMIN_AUDIT, Right.DIAL_OUTSIDE)
        yield made


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one_ in value.values():
            yield from _texts(one_)
    elif isinstance(value, list):
        for one_ in value:
            yield from _texts(one_)
    else:
        yield str(value)


@pytest.mark.rule("X-b")
async def test_a_trunks_password_is_never_told_again(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Not in the answer, the list, the log or the export; another one is seen as another one."""
    made = await make(chantal, "trunks", **TRUNK)
    assert made.status_code == 201, made.text
    place = f"trunks/{made.json()['id']}"
    before = (await one(chantal, place))["password"]
    assert before is not None

    assert (await change(chantal, place, sends="national")).status_code == 200
    assert (await one(chantal, place))["password"] == before
    assert (await change(chantal, place, password="een ander".replace(" ", "-"))).status_code == 200
    assert (await one(chantal, place))["password"] not in (before, None)

    shown = [made.json(), (await chantal.get("/api/admin/trunks")).json()]
    shown.append((await chantal.get("/api/admin/audit?resource=trunks")).json())
    assert len(shown[-1]["rows"]) == 3
    assert not [text for text in _texts(shown) if SECRET in text or "een-ander" in text]
    directory = await web.database.directories.directory(OrganisationId("twente"))
    assert [(t.password, t.sends.value) for t in directory.trunks] == [("een-ander", "national")]


@pytest.mark.rule("X-b")
async def test_a_kept_password_cannot_be_sent_to_another_server(chantal: httpx.AsyncClient) -> None:
    """Whoever changes where it registers has to know the password; and what stands for one is none itself."""
    made = (await make(chantal, "trunks", **TRUNK)).json()
    place = f"trunks/{made['id']}"

    assert errors_of(await change(chantal, place, host="evil.example")) == {"password": "password_again"}
    moved = await change(chantal, place, host="new.example", password=SECRET)
    assert moved.status_code == 200
    hidden = moved.json()["password"]
    stolen = await make(chantal, "trunks", **TRUNK | {"name": "Other", "password": hidden})
    assert errors_of(stolen) == {"password": "bad_password"}


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"host": "sip.example.net;x"}, {"host": "bad_host"}),
        ({"host": "a\nb"}, {"host": "bad_host"}),
        ({"user_name": "a b"}, {"user_name": "bad_account"}),
        ({"password": "a b"}, {"password": "bad_password"}),
        ({"password": None}, {"password": "required"}),
        ({"user_name": None}, {"user_name": "required"}),
        ({"match": ["nowhere"]}, {"match.1": "bad_network"}),
        ({"codecs": []}, {"codecs": "required"}),
        ({"sends": "roman"}, {"sends": "bad_choice"}),
        ({"caller_id": "x"}, {"caller_id": "bad_number"}),
        ({"port": 70_000}, {"port": "too_large"}),
        ({"id": "l" * 41}, {"id": "too_long"}),
    ],
)
async def test_what_the_exchange_could_not_read_is_refused_by_its_field(
    chantal: httpx.AsyncClient, fields: dict[str, Any], wrong: dict[str, str]
) -> None:
    """Nothing that is typed here can break out of its line of the exchange's configuration."""
    assert errors_of(await make(chantal, "trunks", **TRUNK | fields)) == wrong
    assert (await chantal.get("/api/admin/trunks")).json()["rows"] == []


@pytest.mark.rule("D28")
async def test_a_test_call_takes_the_right_to_call_there_and_is_never_for_help(
    chantal: httpx.AsyncClient, lines: Lines
) -> None:
    """A number in any form; abroad by right; 112 not at all; and it is in the log."""
    made = (await make(chantal, "trunks", **TRUNK)).json()
    path = f"/api/admin/trunks/{made['id']}/test"

    async def test(number: Any) -> httpx.Response:
        return await chantal.post(path, json={"number": number}, headers=OWN)

    assert (await test("06 12 34 56 78")).status_code == 202
    assert lines.tested == [(made["id"], "31612345678")]
    assert code_of(await test("+49 30 123456")) == (403, "no_right")
    assert code_of(await test("112")) == (409, "emergency_number")
    assert errors_of(await test("jan")) == {"number": "bad_number"}
    assert errors_of(await test(7)) == {"number": "required"}
    assert (await chantal.post(path, content=b"[", headers=OWN)).status_code == 400
    lines.up = False
    assert code_of(await test("0612345678")) == (409, "exchange_down")
    page = (await chantal.get("/api/admin/audit?resource=trunks")).json()["rows"]
    assert [row["action"] for row in page] == ["test_call", "create"]


@pytest.mark.rule("X-b")
async def test_a_trunk_is_deleted(web: Rig, chantal: httpx.AsyncClient) -> None:
    """And is gone from the database."""
    made = (await make(chantal, "trunks", **TRUNK)).json()
    assert (await delete(chantal, f"trunks/{made['id']}")).status_code == 204
    assert (await web.database.directories.directory(OrganisationId("twente"))).trunks == ()
