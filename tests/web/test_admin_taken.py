"""Ids and user names are one organisation's alone: nothing of another one changes, not even for a moment (X-c)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app.settings import Settings
from cordboard.control import Question
from cordboard.core.types import DeviceId, UserId
from cordboard.storage.directories import SqlDirectories
from cordboard.wiring.applying import Applying, apply_file, invited_by_letter
from cordboard.wiring.network import idle_network_of
from tests.contracts.storage.samples import DESK
from tests.web.administrator import announcements_of, change, code_of, make
from tests.web.rig import BRABANT, CHANTAL, OWN, TWENTE, Rig, log_in

TAKEN = (409, "taken_elsewhere")


@pytest.fixture
async def anja(web: Rig) -> AsyncIterator[httpx.AsyncClient]:
    """She administers Brabant."""
    async with web.client() as client:
        await log_in(client, "anja@brabant.example")
        yield client


@pytest.fixture
def seen(web: Rig, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whose Chantal and the desk telephone are, at every moment in which the database is busy with a change."""
    tenancy, kept = web.services.tenancy, SqlDirectories.save
    found: list[object] = []

    async def looking(self: SqlDirectories, *args: Any) -> None:
        found.append((tenancy.viewer(CHANTAL), tenancy.devices().get(DESK)))
        await kept(self, *args)

    monkeypatch.setattr(SqlDirectories, "save", looking)
    return found


async def _refused(web: Rig, chantal: httpx.AsyncClient, seen: list[object]) -> None:
    """Nothing was ever Brabant's, and Chantal's session answers."""
    viewer = web.services.tenancy.viewer(CHANTAL)
    assert viewer is not None and viewer.organisation.id == TWENTE
    assert web.services.tenancy.devices()[DESK][0] == TWENTE
    assert all(one == (viewer, web.services.tenancy.devices()[DESK]) for one in seen)
    session = await chantal.get("/api/session")
    assert (session.status_code, session.json()["name"]) == (200, "Chantal")


@pytest.mark.rule("X-c")
async def test_an_id_of_a_person_or_telephone_elsewhere_cannot_be_chosen(
    web: Rig, chantal: httpx.AsyncClient, anja: httpx.AsyncClient, seen: list[object]
) -> None:
    """Also when it is only tried; who has it notices nothing."""
    person = {"id": CHANTAL, "name": "Chantal", "user_name": "new@brabant.example"}
    telephone = {"id": DESK, "name": "Mine", "extension": "209"}
    for resource, sent in (("users", person), ("devices", telephone)):
        tried = await anja.post(f"/api/admin/{resource}?check=1", json=sent, headers=OWN)
        assert code_of(tried) == TAKEN
        assert code_of(await make(anja, resource, **sent)) == TAKEN
        await _refused(web, chantal, seen)


async def test_a_user_name_of_another_organisation_is_refused_before_anything_moves(
    web: Rig, chantal: httpx.AsyncClient, anja: httpx.AsyncClient, seen: list[object]
) -> None:
    """Whatever its capitals; also by a change, and when it is only tried."""
    for check in (True, False):
        answer = await change(anja, "users/u-anja", check, user_name="CHANTAL@twente.example")
        assert code_of(answer) == TAKEN
    assert seen == []
    await _refused(web, chantal, seen)


async def test_two_organisations_that_choose_one_id_at_once_do_not_both_get_it(
    web: Rig, chantal: httpx.AsyncClient, anja: httpx.AsyncClient
) -> None:
    """The second is told, and the first has it."""
    made = await asyncio.gather(
        make(chantal, "users", id="kees", name="Kees", user_name="kees@twente.example"),
        make(anja, "users", id="kees", name="Kees", user_name="kees@brabant.example"),
    )

    assert sorted(answer.status_code for answer in made) == [201, 409]
    viewer = web.services.tenancy.viewer(UserId("kees"))
    assert viewer is not None
    assert viewer.organisation.id == (TWENTE if made[0].status_code == 201 else BRABANT)


async def test_a_file_cannot_choose_it_either(
    web: Rig, chantal: httpx.AsyncClient, seen: list[object], tmp_path: Path
) -> None:
    """`cordboard apply`, tried and done."""
    administration = web.services.administration
    to = Applying(
        administration=administration,
        provider=web.services.provider,
        announcements=announcements_of(web),
        network=idle_network_of(Settings(data=str(tmp_path)), administration, []),
        invite=partial(invited_by_letter, web.services.password_links),
    )
    text = f'[[users]]\nid = "{CHANTAL}"\nname = "Chantal"\nuser_name = "new@brabant.example"\n'

    for check in (True, False):
        answer = await apply_file(
            to, Question(ask="apply", text=text, organisation=str(BRABANT), check=check)
        )
        assert not answer.done and "taken_elsewhere" in answer.sentence, answer
        await _refused(web, chantal, seen)


async def test_a_desk_that_takes_over_leaves_people_and_telephones_of_others_alone(web: Rig) -> None:
    """Whatever it is told to take; also when it goes back afterwards."""
    tenancy = web.services.tenancy
    before, mine = tenancy.all[BRABANT], tenancy.all[TWENTE]

    tenancy.take(
        [replace(before, users=(*before.users, mine.users[0]), devices=(*before.devices, mine.devices[0]))]
    )
    for _ in range(2):
        viewer = tenancy.viewer(CHANTAL)
        assert viewer is not None and viewer.organisation.id == TWENTE
        assert tenancy.devices()[DeviceId(DESK)][0] == TWENTE
        tenancy.take([before])
