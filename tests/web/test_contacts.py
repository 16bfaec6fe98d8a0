"""The address book over REST (manual 3.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from cordboard.app import contact_import
from cordboard.app.ports import StorageFailure
from tests.web.administrator import change, code_of, give
from tests.web.rig import OWN, PIET, TWENTE, Rig, log_in

BAKKER: dict[str, Any] = {
    "name": " Piet  Bakker ",
    "function": "Inkoper",
    "numbers": ["053-480 09 37", "+31 6 12345678", "0534800937"],
    "addresses": ["piet@bakker.example"],
}


async def add(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """A contact like Piet Bakker."""
    return await client.post("/api/contacts", json=BAKKER | fields, headers=OWN)


def seen(answer: httpx.Response) -> dict[str, str]:
    """The version in this answer is the one that is changed."""
    return OWN | {"If-Match": answer.headers["etag"]}


async def test_a_contact_is_added_found_changed_and_forgotten(web: Rig) -> None:
    """With numbers as somebody types them; the first number and address are the primary ones."""
    async with web.client() as client:
        await log_in(client)
        added = await add(client)
        path = f"/api/contacts/{added.json()['id']}"
        found = await client.get("/api/contacts", params={"q": "053480"})
        changed = await client.put(path, json={"name": "Piet Smit"}, headers=seen(added))
        again = await client.get(path)
        late = await client.put(path, json={"name": "Piet Bos"}, headers=seen(added))
        blind = await client.put(path, json={"name": "Piet Bos"}, headers=OWN)
        kept = await client.delete(path, headers=seen(added))
        gone = await client.delete(path, headers=seen(again))
        after = await client.get(path)

    assert added.status_code == 201
    assert found.json() == {
        "favourites": [],
        "colleagues": [],
        "found": [added.json()],
        "found_colleagues": [],
        "barred": {},
    }
    assert added.json()["name"] == "Piet Bakker"
    assert added.json()["numbers"] == ["31534800937", "31612345678"]
    assert changed.json() == again.json()
    assert (again.json()["name"], again.json()["numbers"]) == ("Piet Smit", [])
    assert [code_of(late), code_of(kept)] == [(412, "out_of_date")] * 2
    assert code_of(blind) == (428, "version_missing")
    assert gone.status_code == 204
    assert code_of(after) == (404, "not_found")


@pytest.mark.rule("3.3-p", "D28")
async def test_a_number_that_is_sent_back_as_it_was_shown_stays(web: Rig, chantal: httpx.AsyncClient) -> None:
    """Also in Germany, where the digits of this Belgian number are dialled for another one."""
    house = await change(chantal, f"organisation/{TWENTE}", country="DE")
    assert house.status_code == 200, house.text
    added = await add(chantal, numbers=["+32 450 00 77 25"])

    changed = await chantal.put(
        f"/api/contacts/{added.json()['id']}",
        json={"name": "Piet Smit", "numbers": [*added.json()["numbers"], "030 1234567"]},
        headers=seen(added),
    )

    assert changed.json()["numbers"] == ["32450007725", "49301234567"]


@pytest.mark.rule("3.3-q")
async def test_a_colleague_is_found_by_an_own_number_that_no_console_is_told(web: Rig) -> None:
    """In any notation, with a word of the name or not; and a contact of the house by its group."""
    directory = web.services.tenancy.all[TWENTE]
    users = tuple(
        replace(u, numbers=frozenset({"31534800977"})) if u.id == PIET else u for u in directory.users
    )
    web.services.tenancy.all[TWENTE] = replace(directory, users=users)
    async with web.client() as client:
        await log_in(client)
        await add(client, name="Kantine", internal=True, group="g-enschede")
        answers = {
            typed: (await client.get("/api/contacts", params={"q": typed})).json()
            for typed in ("053-480 09 77", "+31 53", "piet 0977", "chantal 0977", "piet", "enschede")
        }

    found = {typed: answer["found_colleagues"] for typed, answer in answers.items()}
    assert found == {
        "053-480 09 77": [PIET],
        "+31 53": [PIET],
        "piet 0977": [PIET],
        "chantal 0977": [],
        "piet": [],
        "enschede": [],
    }
    assert [one["name"] for one in answers["enschede"]["found"]] == ["Kantine"]
    assert "31534800977" not in str(answers)


async def test_a_star_is_ones_own_and_shows_before_anything_is_typed(web: Rig) -> None:
    """Chantal's favourite is not Piet's; who may not change contacts may find and star them (D19)."""
    async with web.client() as chantal, web.client() as piet:
        await log_in(chantal)
        added = (await add(chantal)).json()
        star = f"/api/contacts/{added['id']}/favourite"
        assert (await chantal.put(star, headers=OWN)).status_code == 204
        assert (await chantal.put(f"/api/contacts/{PIET}/favourite", headers=OWN)).status_code == 204
        await give(web, PIET)
        await log_in(piet, "Piet@twente.example")
        his = await piet.get("/api/contacts", params={"q": "bakker"})
        refused = await add(piet)
        hers = await chantal.get("/api/contacts")
        for whom in (added["id"], PIET):
            await chantal.delete(f"/api/contacts/{whom}/favourite", headers=OWN)
        without = await chantal.get("/api/contacts")

    assert his.json() == {
        "favourites": [],
        "colleagues": [],
        "found": [added],
        "found_colleagues": [],
        "barred": dict.fromkeys(added["numbers"], "national"),
    }
    assert code_of(refused) == (403, "no_right")
    nobody: dict[str, Any] = {"found": [], "found_colleagues": [], "barred": {}}
    assert hers.json() == {"favourites": [added], "colleagues": [PIET]} | nobody
    assert without.json() == {"favourites": [], "colleagues": []} | nobody


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 121),
        ("function", "x" * 121),
        ("numbers", ["jan"]),
        ("numbers", ["anonymous"]),
        ("numbers", [str(31200000000 + n) for n in range(21)]),
        ("group", "g-breda"),
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


@pytest.mark.rule("3.3-p", "X-b")
async def test_who_changed_which_contact_how_is_in_the_log(web: Rig) -> None:
    """Only what differs; a change that changes nothing leaves no line."""
    async with web.client() as client:
        await log_in(client)
        added = await add(client)
        path = f"/api/contacts/{added.json()['id']}"
        fields = BAKKER | {"name": "Piet Bakker", "internal": True, "group": "g-enschede"}
        changed = await client.put(path, json=fields, headers=seen(added))
        await client.put(path, json=fields, headers=seen(changed))
        await client.delete(path, headers=seen(changed))
        rows = (await client.get("/api/admin/audit", params={"resource": "contacts"})).json()["rows"]

    assert [(row["action"], row["user_name"], row["name"]) for row in rows] == [
        ("delete", "Chantal", "Piet Bakker"),
        ("change", "Chantal", "Piet Bakker"),
        ("create", "Chantal", "Piet Bakker"),
    ]
    assert (rows[1]["before"], rows[1]["after"]) == ({}, {"internal": True, "group": "g-enschede"})
    assert rows[2]["after"]["numbers"] == ["31534800937", "31612345678"]


@pytest.mark.rule("3.3-b", "3.3-d", "D19")
async def test_the_bars_above_the_list_filter_what_is_found(web: Rig) -> None:
    """Somebody internal has to fit both bars; whoever is external ignores the groups."""
    async with web.client() as client:
        await log_in(client)
        await add(client)
        inside = BAKKER | {"name": "Bakkerij", "internal": True, "group": "g-enschede"}
        await client.post("/api/contacts", json=inside, headers=OWN)
        groups = (await client.get("/api/contacts/groups")).json()["groups"]

        async def found(**bars: Any) -> list[str]:
            page = await client.get("/api/contacts", params={"q": "bakker"} | bars)
            return [row["name"] for row in page.json()["found"]]

        assert await found() == ["Bakkerij", "Piet Bakker"]
        assert (
            await found(external="false") == await found(external="false", group="g-enschede") == ["Bakkerij"]
        )
        assert await found(group="g-other") == await found(internal="false") == ["Piet Bakker"]
    assert [(group["id"], group["name"]) for group in groups] == [
        ("g-denbosch", "Den Bosch"),
        ("g-enschede", "Enschede"),
    ]
    assert PIET in groups[1]["people"]


BOOK = """naam;nummer;e-mail
Piet Bakker;053 480 09 37;piet@bakker.example
Anne de Boer;geen nummer;
;06 12345678;
Anne Smit;06 12345678;anne@smit
Piet Bakker;053 480 09 37;piet@bakker.example
Zoë;+49 30 123456;
"""


@pytest.mark.rule("3.3-p", "X-b")
async def test_a_file_is_looked_at_first_and_then_taken_without_its_bad_rows(web: Rig) -> None:
    """Every bad row with its line; the same file again changes nothing; the log has one line for it."""
    async with web.client() as client:
        await log_in(client)

        async def take(text: str = BOOK, format: str = "csv", **more: Any) -> dict[str, Any]:
            body = {"format": format, "text": text} | more
            answer = await client.post("/api/contacts/import", json=body, headers=OWN)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        tried = await take()
        nobody = (await client.get("/api/contacts", params={"q": "bakker"})).json()["found"]
        taken = await take(dry_run=False)
        again = await take(dry_run=False)
        changed = await take(BOOK.replace("piet@", "p@"), dry_run=False)
        found = (await client.get("/api/contacts", params={"q": "bakker"})).json()["found"]
        csv = await client.get("/api/contacts/export?format=csv")
        cards = await client.get("/api/contacts/export?format=vcard")
        unknown = await client.get("/api/contacts/export?format=xlsx")
        back = [await take(csv.text), await take(cards.text, "vcard")]
        rows = (await client.get("/api/admin/audit", params={"resource": "contacts"})).json()["rows"]

    assert [(row["line"], row["reason"]) for row in tried["bad"]] == [
        (3, "numbers"),
        (4, "name"),
        (5, "addresses"),
        (6, "twice"),
    ]
    counts = [
        (one["done"], one["added"], one["changed"], one["same"]) for one in (tried, taken, again, changed)
    ]
    assert counts == [(False, 2, 0, 0), (True, 2, 0, 0), (True, 0, 0, 2), (True, 0, 1, 1)]
    assert nobody == []
    assert [row["addresses"] for row in found] == [["p@bakker.example"]]
    assert [(one["added"], one["changed"], one["same"], one["bad"]) for one in back] == [(0, 0, 2, [])] * 2
    assert csv.headers["content-disposition"] == 'attachment; filename="contacts.csv"'
    assert code_of(unknown) == (404, "not_found")
    assert [(row["action"], row["after"]) for row in rows] == [
        ("import", {"added": 0, "changed": 1}),
        ("import", {"added": 2, "changed": 0}),
    ]


@pytest.mark.rule("3.3-p")
async def test_every_bad_row_of_a_file_is_told_but_not_of_a_file_of_something_else(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no file of contacts does not fill the server; how many there are is told all the same."""
    async with web.client() as client:
        await log_in(client)
        body = {"format": "csv", "text": "name\n" + "a,b\n" * 2_500}
        told = (await client.post("/api/contacts/import", json=body, headers=OWN)).json()
        monkeypatch.setattr(contact_import, "BAD_LISTED_MAX", 1_000)
        some = (await client.post("/api/contacts/import", json=body, headers=OWN)).json()

    assert [row["line"] for row in told["bad"]] == list(range(2, 2_502))
    assert ([row["line"] for row in some["bad"]], some["bad_count"]) == (list(range(2, 1_002)), 2_500)
    assert contact_import.BAD_LISTED_MAX * len(b'{"line":199999,"reason":"columns"},') < 8_000_000


@pytest.mark.rule("3.3-p")
async def test_one_file_is_read_at_a_time(web: Rig) -> None:
    """The second is told so at once, and may come back."""
    async with web.client() as client:
        await log_in(client)

        async def take() -> httpx.Response:
            body = {"format": "csv", "text": "name,number\n" + "Anne,0612345678\n" * 500}
            return await client.post("/api/contacts/import", json=body, headers=OWN)

        # As while another one is read, of whichever organisation.
        with contact_import._BUSY:
            busy = await take()
        later = await take()

    assert code_of(busy) == (409, "import_busy")
    assert later.status_code == 200


@pytest.mark.rule("3.3-p", "X-b")
async def test_what_was_taken_of_a_file_stands_in_the_log_when_the_rest_is_not(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away halfway: what is there has its line, and the file again takes the rest."""
    monkeypatch.setattr(contact_import, "AT_ONCE", 2)
    save_many, parts = web.database.contacts.save_many, [0]

    async def twice(*args: Any, **more: Any) -> None:
        parts[0] += 1
        if parts[0] == 3:
            raise StorageFailure("away")
        await save_many(*args, **more)

    monkeypatch.setattr(web.database.contacts, "save_many", twice)
    text = "naam\n" + "".join(f"Anne {n}\n" for n in range(6))
    async with web.client() as client:
        await log_in(client)
        body = {"format": "csv", "text": text, "dry_run": False}
        failed = await client.post("/api/contacts/import", json=body, headers=OWN)
        again = await client.post("/api/contacts/import", json=body, headers=OWN)
        rows = (await client.get("/api/admin/audit", params={"resource": "contacts"})).json()["rows"]

    assert failed.status_code == 503
    assert (again.json()["added"], again.json()["same"]) == (2, 4)
    assert [row["after"] for row in rows] == [{"added": 2, "changed": 0}] * 3


async def test_files_of_contacts_are_for_who_may_change_them(web: Rig) -> None:
    """To take the whole book along is no small thing."""
    async with web.client() as client:
        await give(web, PIET)
        await log_in(client, "Piet@twente.example")
        taken = await client.post("/api/contacts/import", json={"format": "csv", "text": BOOK}, headers=OWN)
        given = await client.get("/api/contacts/export?format=csv")

    assert code_of(taken) == code_of(given) == (403, "no_right")
