"""The address book over REST (manual 3.3)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.administrator import code_of, give
from tests.web.rig import OWN, PIET, Rig, log_in

BAKKER: dict[str, Any] = {
    "name": " Piet  Bakker ",
    "function": "Inkoper",
    "numbers": ["053-480 09 37", "+31 6 12345678", "0534800937"],
    "addresses": ["piet@bakker.example"],
}


async def add(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """A contact like Piet Bakker."""
    return await client.post("/api/contacts", json=BAKKER | fields, headers=OWN)


async def test_a_contact_is_added_found_changed_and_forgotten(web: Rig) -> None:
    """With numbers as somebody types them; the first number and address are the primary ones."""
    async with web.client() as client:
        await log_in(client)
        added = await add(client)
        path = f"/api/contacts/{added.json()['id']}"
        found = await client.get("/api/contacts", params={"q": "053480"})
        changed = await client.put(path, json={"name": "Piet Smit"}, headers=OWN)
        again = await client.get(path)
        gone = await client.delete(path, headers=OWN)
        after = await client.get(path)

    assert added.status_code == 201
    assert found.json() == {"favourites": [], "found": [added.json()]}
    assert added.json()["name"] == "Piet Bakker"
    assert added.json()["numbers"] == ["31534800937", "31612345678"]
    assert changed.json() == again.json()
    assert (again.json()["name"], again.json()["numbers"]) == ("Piet Smit", [])
    assert gone.status_code == 204
    assert code_of(after) == (404, "not_found")


async def test_a_star_is_ones_own_and_shows_before_anything_is_typed(web: Rig) -> None:
    """Chantal's favourite is not Piet's; who may not change contacts may find and star them (D19)."""
    async with web.client() as chantal, web.client() as piet:
        await log_in(chantal)
        added = (await add(chantal)).json()
        star = f"/api/contacts/{added['id']}/favourite"
        assert (await chantal.put(star, headers=OWN)).status_code == 204
        await give(web, PIET)
        await log_in(piet, "Piet@twente.example")
        his = await piet.get("/api/contacts", params={"q": "bakker"})
        refused = await add(piet)
        hers = await chantal.get("/api/contacts")
        await chantal.delete(star, headers=OWN)
        without = await chantal.get("/api/contacts")

    assert his.json() == {"favourites": [], "found": [added]}
    assert code_of(refused) == (403, "no_right")
    assert hers.json() == {"favourites": [added], "found": []}
    assert without.json() == {"favourites": [], "found": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 121),
        ("function", "x" * 121),
        ("numbers", ["jan"]),
        ("numbers", ["anonymous"]),
        ("numbers", [str(31200000000 + n) for n in range(21)]),
        ("addresses", ["piet"]),
        ("addresses", ["piet@bakker.example\r\nbcc: x@y.example"]),
        ("addresses", [f"p{n}@bakker.example" for n in range(21)]),
    ],
)
async def test_a_contact_that_cannot_be_so_names_its_field(web: Rig, field: str, value: object) -> None:
    """Nothing is stored."""
    async with web.client() as client:
        await log_in(client)
        answer = await add(client, **{field: value})
        found = await client.get("/api/contacts", params={"q": "bakker"})

    assert code_of(answer) == (422, "wrong_contact")
    assert answer.json()["args"] == {"field": field}
    assert found.json()["found"] == []
