"""Contacts from a directory: set up, tried, imported, brought up to date; against a real one (OpenLDAP's slapd)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app import contact_import, ldap_import
from cordboard.app.contacts import Contact, ContactId
from cordboard.app.hours import midnight
from cordboard.app.ldap import LdapFailure, LdapProblem, LdapRun, Repeats
from cordboard.app.ldap_import import server_at
from cordboard.core.types import Right
from cordboard.wiring.ldap import HOUR_MS, NIGHT_MS, ByItself, due
from tests.support.slapd import ADMIN, PASSWORD, PEOPLE, Slapd, running_slapd
from tests.web.administrator import change, code_of, delete, errors_of, give, make, one, refusing
from tests.web.rig import CHANTAL, OWN, TWENTE, Rig, rig

HAND = Contact(id=ContactId("c-hand"), name="Hand Werk", numbers=("31534800999",))
SOME_DAY = 1_800_000_000_000
"""In winter."""


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    with running_slapd(tmp_path / "slapd") as server:
        yield server


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        rights = (Right.ADMIN_ORGANISATION, Right.ADMIN_AUDIT, Right.ADMIN_USERS, Right.CONTACTS)
        await give(made, CHANTAL, *rights)
        yield made


def fields(slapd: Slapd, **others: Any) -> dict[str, Any]:
    """That directory, as an administrator fills it in."""
    return {
        "name": "Gids",
        "url": slapd.secure,
        "bind_dn": ADMIN,
        "password": PASSWORD,
        "certificate": slapd.certificate,
        "base": PEOPLE,
    } | others


async def set_up(chantal: httpx.AsyncClient, slapd: Slapd, **others: Any) -> str:
    """Made; gives its place."""
    made = await make(chantal, "ldap", **fields(slapd, **others))
    assert made.status_code == 201, made.text
    return f"ldap/{made.json()['id']}"


async def act(chantal: httpx.AsyncClient, place: str, what: str) -> httpx.Response:
    """`try` or `import`."""
    return await chantal.post(f"/api/admin/{place}/{what}", headers=OWN)


def counts(answer: httpx.Response) -> dict[str, Any]:
    """What became of it, without the bad ones."""
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if not name.startswith("bad") and value}


async def names(web: Rig) -> set[str]:
    """Everybody in the address book."""
    return {contact.name for contact in await web.database.contacts.page(TWENTE, after=None, limit=500)}


@pytest.mark.rule("3.3-p")
async def test_a_directory_is_tried_imported_and_followed(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """New, changed and removed in its own contacts; nothing is changed by a try, nor any contact made by hand."""
    await web.database.contacts.save(TWENTE, HAND)
    jan = slapd.add("jan", displayName="Jan Jansen", telephoneNumber=["053-480 09 00"], title="Inkoper")
    truus = slapd.add("truus", cn="Truus", mobile=["0612345678"], departmentNumber="Enschede")
    place = await set_up(chantal, slapd, group_attribute="departmentNumber")

    assert counts(await act(chantal, place, "try")) == {"added": 2}
    assert await names(web) == {"Hand Werk"}
    assert counts(await act(chantal, place, "import")) == {"done": True, "added": 2}
    found = (await chantal.get("/api/contacts", params={"q": "0534800900"})).json()["found"]
    assert [(c["name"], c["function"], c["numbers"], c["internal"], c["source"]) for c in found] == [
        ("Jan Jansen", "Inkoper", ["31534800900"], True, place.removeprefix("ldap/"))
    ]
    [truus_now] = (await chantal.get("/api/contacts", params={"q": "truus"})).json()["found"]
    assert truus_now["group"] is not None

    moved = slapd.rename(jan, "jan.jansen")
    slapd.change(moved, title="Verkoper")
    slapd.remove(truus)
    assert counts(await act(chantal, place, "try")) == {"changed": 1, "removed": 1}
    assert counts(await act(chantal, place, "import")) == {"done": True, "changed": 1, "removed": 1}
    [now] = (await chantal.get("/api/contacts", params={"q": "jansen"})).json()["found"]
    assert (now["id"], now["function"]) == (found[0]["id"], "Verkoper")
    assert await names(web) == {"Hand Werk", "Jan Jansen"}
    assert counts(await act(chantal, place, "import")) == {"done": True, "same": 1}
    last = (await one(chantal, place))["last"]
    assert (last["problem"], last["same"], last["bad"]) == (None, 1, 0)


@pytest.mark.rule("3.3-p")
async def test_every_bad_entry_is_told_and_one_that_is_there_already_stays(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """By its distinguished name and the field; whoever is bad today is not gone."""
    jan = slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd, filter="(objectClass=inetOrgPerson)")
    await act(chantal, place, "import")
    slapd.change(jan, telephoneNumber="toestel van Truus")
    mail = slapd.add("mail", mail="geen adres")
    long_ = slapd.add("lang", title="x" * 200)

    tried = await act(chantal, place, "try")
    assert {(row["entry"], row["reason"]) for row in tried.json()["bad"]} == {
        (jan, "numbers"),
        (mail, "addresses"),
        (long_, "function"),
    }
    assert counts(await act(chantal, place, "import")) == {"done": True}
    assert await names(web) == {"jan"}
    assert (await one(chantal, place))["last"]["bad"] == 3


@pytest.mark.rule("3.3-p")
async def test_bad_entries_are_counted_and_no_more_than_some_are_told_one_by_one(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a filter that lets everything through; one whose place is taken counts too."""
    monkeypatch.setattr(ldap_import, "BAD_LISTED_MAX", 3)
    slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd, filter="(objectClass=inetOrgPerson)")
    await act(chantal, place, "import")
    [kept] = await web.database.contacts.page(TWENTE, after=None, limit=9)
    await web.database.contacts.save(TWENTE, replace(kept, source=None))
    slapd.add("nul", title="a\0b")
    slapd.add("teken", displayName="Bel\u0007")

    told = []
    for uid in ("mail1", "mail2"):
        done = (await act(chantal, place, "import")).json()
        told.append(([row["reason"] for row in done["bad"]], done["bad_count"]))
        slapd.add(uid, mail="geen adres")
    done = (await act(chantal, place, "import")).json()

    assert told == [(["function", "name", "taken"], 3), (["function", "name", "addresses"], 4)]
    assert ([row["reason"] for row in done["bad"]], done["bad_count"]) == (
        ["function", "name", "addresses"],
        5,
    )
    assert (await one(chantal, place))["last"]["bad"] == 5


@pytest.mark.rule("3.3-p")
async def test_its_contacts_are_changed_in_the_directory_alone(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """Not by hand, nor by a file that was exported; a star may be given."""
    slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd)
    await act(chantal, place, "import")
    [jan] = (await chantal.get("/api/contacts", params={"q": "jan"})).json()["found"]
    path, seen = f"/api/contacts/{jan['id']}", OWN | {"If-Match": f'"{jan["version"]}"'}

    assert code_of(await chantal.put(path, json={"name": "Piet"}, headers=seen)) == (409, "from_directory")
    assert code_of(await chantal.delete(path, headers=seen)) == (409, "from_directory")
    file = (await chantal.get("/api/contacts/export")).text.replace(",jan,", ",Piet,")
    taken = await chantal.post(
        "/api/contacts/import", json={"format": "csv", "text": file, "dry_run": False}, headers=OWN
    )
    assert taken.json()["bad"] == [{"line": 2, "reason": "directory"}]
    assert (await chantal.put(f"{path}/favourite", headers=OWN)).status_code == 204
    assert await names(web) == {"jan"}


@pytest.mark.rule("3.3-p")
async def test_a_contact_made_by_hand_is_never_touched(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """Not even one that came back from a file after its directory was taken away, and so has an entry's place."""
    slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd)
    await act(chantal, place, "import")
    [kept] = await web.database.contacts.page(TWENTE, after=None, limit=9)
    await web.database.contacts.save(TWENTE, replace(kept, name="Eigen Werk", source=None))

    done = (await act(chantal, place, "import")).json()
    assert [row["reason"] for row in done["bad"]] == ["taken"]
    assert await names(web) == {"Eigen Werk"}


@pytest.mark.rule("3.3-p")
async def test_what_goes_wrong_is_told_and_loses_nothing(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, a directory that is away, nobody at all, too many, and two at once."""
    jan = slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd)
    await act(chantal, place, "import")

    async def refused(what: str = "import", **changes: Any) -> str:
        if changes:
            changed = await change(chantal, place, **changes)
            assert changed.status_code == 200, changed.text
        status, code = code_of(await act(chantal, place, what))
        assert status == 409
        return code

    assert await refused(password="verkeerd") == "ldap_password"
    assert (await one(chantal, place))["last"]["problem"] == "ldap_password"
    assert await refused(url="ldaps://127.0.0.1:1", password=PASSWORD) == "ldap_unreachable"
    assert await refused(url=slapd.secure, password=PASSWORD, filter="(uid=niemand)") == "ldap_nobody"
    await change(chantal, place, filter="(objectClass=person)")
    monkeypatch.setattr(ldap_import, "ENTRIES_MAX", 0)
    assert await refused() == "ldap_too_many"
    monkeypatch.undo()
    web.services.ldap.running.add(TWENTE)
    assert await refused("try") == "ldap_busy"
    web.services.ldap.running.clear()
    slapd.remove(jan)
    assert await refused() == "ldap_nobody"
    assert await names(web) == {"jan"}


@pytest.mark.rule("3.3-p", "X-c")
async def test_nobody_looks_around_in_the_provider_s_network_with_it(
    chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """What the operating system says of an address is in the server's log alone; what a directory says is told."""
    place = await set_up(chantal, slapd)
    for url, code in (
        ("ldaps://127.0.0.1:1", "ldap_unreachable"),
        ("ldaps://nowhere.invalid", "ldap_unreachable"),
        (slapd.plain.replace("ldap:", "ldaps:"), "ldap_no_tls"),
    ):
        await change(chantal, place, url=url, password=PASSWORD)
        answer = await act(chantal, place, "try")
        assert (code_of(answer), answer.json()["args"]) == ((409, code), {})

    await change(chantal, place, url=slapd.secure, password="verkeerd")
    assert (await act(chantal, place, "try")).json()["args"] == {"detail": "invalid_credentials"}


@pytest.mark.rule("3.3-p", "X-b")
async def test_who_may_set_it_up_and_what_the_log_says(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """Never the password; whoever has no right of it may neither change nor import."""
    slapd.add("jan", telephoneNumber=["053-4800900"])
    place = await set_up(chantal, slapd)
    assert (await change(chantal, place, password="een ander")).status_code == 200
    assert (await change(chantal, place, password=PASSWORD)).status_code == 200
    await act(chantal, place, "import")

    shown = [(await one(chantal, place)), (await chantal.get("/api/admin/audit")).json()]
    assert PASSWORD not in str(shown) and "een ander" not in str(shown)
    log = [(row["resource"], row["action"], row["after"]) for row in shown[1]["rows"]]
    assert log[0] == ("contacts", "import", {"added": 1, "changed": 0, "removed": 0})
    assert [entry[:2] for entry in log[1:]] == [("ldap", "change"), ("ldap", "change"), ("ldap", "create")]
    kept = (await web.database.directories.directory(TWENTE)).ldap
    assert [one_.password for one_ in kept] == [PASSWORD]

    await give(web, CHANTAL, Right.ADMIN_AUDIT, Right.CONTACTS)
    for what in ("try", "import"):
        assert code_of(await act(chantal, place, what)) == (403, "no_right")


@pytest.mark.rule("3.3-p", "X-b")
async def test_a_kept_password_cannot_be_sent_to_another_server(
    chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """Whoever changes where it is asked has to know the password."""
    place = await set_up(chantal, slapd)
    assert errors_of(await change(chantal, place, url="ldaps://evil.example")) == {
        "password": "password_again"
    }


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"url": "http://gids.example"}, {"url": "bad_ldap_url"}),
        ({"url": "ldaps://jan:x@gids.example"}, {"url": "bad_ldap_url"}),
        ({"url": "ldaps://gids.example:99999"}, {"url": "bad_ldap_url"}),
        ({"filter": "(&(a=b)"}, {"filter": "bad_filter"}),
        ({"filter": "a=b"}, {"filter": "bad_filter"}),
        ({"certificate": "-----BEGIN"}, {"certificate": "bad_certificate"}),
        ({"number_attributes": ["telefoon nummer"]}, {"number_attributes.1": "bad_attribute"}),
        ({"name_attributes": []}, {"name_attributes": "required"}),
        ({"password": None}, {"password": "required"}),
        ({"bind_dn": None}, {"bind_dn": "required"}),
        ({"every_hours": 0}, {"every_hours": "too_small"}),
        ({"repeats": "daily"}, {"repeats": "bad_choice"}),
    ],
)
@pytest.mark.rule("3.3-p")
async def test_what_no_directory_can_be_asked_is_refused_by_its_field(
    chantal: httpx.AsyncClient, wrong: dict[str, Any], codes: dict[str, str]
) -> None:
    """Before it is tried."""
    right = {
        "name": "Gids",
        "url": "ldaps://gids.example",
        "bind_dn": "cn=a",
        "password": "b",
        "base": "c=NL",
    }
    assert errors_of(await make(chantal, "ldap", **right | wrong)) == codes


@pytest.mark.rule("3.3-p")
async def test_with_a_directory_go_its_contacts(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By themselves, a part at a time, and nobody else's."""
    monkeypatch.setattr(contact_import, "AT_ONCE", 2)
    monkeypatch.setattr(ldap_import, "AT_ONCE", 2)
    await web.database.contacts.save(TWENTE, HAND)
    slapd.add_many(5)
    place = await set_up(chantal, slapd)
    await act(chantal, place, "import")
    assert len(await names(web)) == 6
    assert (await delete(chantal, place)).status_code == 204

    await ByItself(web.services.ldap, web.services.tenancy, lambda: SOME_DAY).look(TWENTE)

    assert await names(web) == {"Hand Werk"}
    assert (await chantal.get("/api/contacts", params={"q": "persoon"})).json()["found"] == []


@pytest.mark.rule("3.3-p")
async def test_it_repeats_by_itself_and_then_removes_no_more_than_half(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd
) -> None:
    """What nobody looked at is left for somebody to look at; the log says that the server did the rest."""
    slapd.add_many(24)
    place = await set_up(chantal, slapd, repeats="hours", every_hours=1)
    await act(chantal, place, "import")
    slapd.add("jan", telephoneNumber=["053-4800900"])
    later = (await one(chantal, place))["last"]["at"]
    by_itself = ByItself(web.services.ldap, web.services.tenancy, lambda: later + HOUR_MS)
    await by_itself.look(TWENTE)
    assert "jan" in await names(web)
    [newest] = (await chantal.get("/api/admin/audit?limit=1")).json()["rows"]
    assert (newest["user_name"], newest["action"], newest["name"]) == ("", "import", "1")

    for number in range(13):
        slapd.remove(f"uid=p{number},{PEOPLE}")
    source = web.services.tenancy.all[TWENTE].ldap[0]
    with pytest.raises(LdapFailure) as most:
        await web.services.ldap.take(server_at(TWENTE), source, dry_run=False, looked_at=False)
    assert most.value.problem is LdapProblem.MOST_GONE
    assert len(await names(web)) == 25
    assert counts(await act(chantal, place, "import")) == {"done": True, "same": 12, "removed": 13}


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("noted", [True, False], ids=["noted", "nothing is kept at all"])
async def test_a_directory_that_storage_refuses_waits_an_hour_and_the_next_one_does_not(
    web: Rig, chantal: httpx.AsyncClient, slapd: Slapd, noted: bool
) -> None:
    """And whoever administers sees it as the last import, where that could be noted."""
    slapd.add("kapot", telephoneNumber=["053-4800900"])
    slapd.add("jan", telephoneNumber=["053-4800901"])
    first = await set_up(chantal, slapd, filter="(uid=kapot)", repeats="hours", every_hours=1)
    second = await set_up(chantal, slapd, name="Tweede", filter="(uid=jan)", repeats="hours", every_hours=1)
    now = SOME_DAY
    for place in (first, second):
        await web.database.ldap.note(TWENTE, place.removeprefix("ldap/"), LdapRun(at=now))
    what = ["insert on contacts when new.name = 'kapot'"]
    if not noted:
        what += ["update of last_run on ldap when new.last_run like '%not_saved%'"]
    by_itself = ByItself(web.services.ldap, web.services.tenancy, lambda: now)

    now += HOUR_MS
    async with refusing(web, *what):
        await by_itself.look(TWENTE)
    assert await names(web) == {"jan"}
    last = (await one(chantal, first))["last"]
    assert last["problem"] == ("not_saved" if noted else None)

    later = last["at"] if noted else now
    now += HOUR_MS - 1
    await by_itself.look(TWENTE)
    assert await names(web) == {"jan"}
    now = max(now + 1, later + HOUR_MS)
    await by_itself.look(TWENTE)
    assert await names(web) == {"jan", "kapot"}
    assert (await one(chantal, first))["last"]["problem"] is None


@pytest.mark.rule("3.3-p")
def test_when_a_directory_is_due() -> None:
    """After somebody did it once: every so many hours, or at three at night; an hour after a failure."""
    source = replace(_source(), repeats=Repeats.NIGHTLY)
    zone = "Europe/Amsterdam"
    three = midnight(SOME_DAY, zone) + NIGHT_MS

    def asked(last: LdapRun | None, now: int, **changes: Any) -> bool:
        return due(replace(source, **changes), last, now, zone)

    before = LdapRun(at=three - HOUR_MS)
    assert not asked(None, three)
    assert [asked(before, three + wait) for wait in (-1, 0, HOUR_MS)] == [False, True, True]
    assert not asked(LdapRun(at=three), three + 23 * HOUR_MS)
    assert asked(LdapRun(at=three), three + 24 * HOUR_MS)
    failed = LdapRun(at=three, problem="ldap_unreachable")
    assert [asked(failed, three + wait) for wait in (HOUR_MS - 1, HOUR_MS)] == [False, True]
    assert not asked(before, three, repeats=Repeats.NEVER)
    hours = {"repeats": Repeats.HOURS, "every_hours": 4}
    assert [asked(before, before.at + n * HOUR_MS, **hours) for n in (3, 4)] == [False, True]
    assert asked(failed, failed.at + HOUR_MS, **hours)


def _source() -> Any:
    return Slapd(plain="", secure="", certificate="").source()
