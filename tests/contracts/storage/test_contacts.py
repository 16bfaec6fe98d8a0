"""The address book on both databases (manual 3.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.contacts import FOUND_MAX, Contact, ContactId, ContactOutOfDate, Wanted
from cordboard.app.ldap import LdapRow, LdapRun
from cordboard.core.records import CallNamed
from cordboard.core.types import CallId, GroupId, OrganisationId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    BRABANT,
    CHANTAL,
    ENSCHEDE,
    PIET,
    TWENTE,
    answered_call,
    directory,
)

JURGEN = Contact(
    id=ContactId("c-1"),
    name="Jürgen Yıldız",
    function="Inkoper 100%_zeker",
    numbers=("31534800937", "31612345678"),
    addresses=("j.yildiz@bakker.example",),
)
ANNE = Contact(id=ContactId("c-2"), name="Anne de Boer", numbers=("31201234567",))


async def names(database: Database, typed: str, organisation: OrganisationId = TWENTE) -> list[str]:
    """Who is found, in that order."""
    return [contact.name for contact in await database.contacts.search(organisation, typed)]


@pytest.fixture(autouse=True)
async def book(database: Database) -> None:
    """Twente with two contacts."""
    await database.directories.save(directory())
    for contact in (JURGEN, ANNE):
        await database.contacts.save(TWENTE, contact)


@pytest.mark.parametrize(
    "typed",
    [
        "jurgen",
        "YILDIZ",
        "rgen yil",
        "inkoper",
        "bakker.ex",
        "100%_",
        "053-480 09",
        "+31 (0)53",
        "0031 53",
        "0937",
    ],
)
async def test_a_contact_is_found_without_accents_and_by_a_number_in_any_notation(
    database: Database, typed: str
) -> None:
    """In the middle of a word too; a percent sign is only a percent sign."""
    assert await names(database, typed) == ["Jürgen Yıldız"]


@pytest.mark.parametrize("typed", ["", "  ", "ju", "9", "00", "0", "%%%", "___", "jurgen anne", "999"])
async def test_too_little_and_what_nobody_has_find_nobody(database: Database, typed: str) -> None:
    """Three letters or two digits is the least (3.3-f, D19)."""
    assert await names(database, typed) == []


async def test_what_is_found_stands_by_shown_name_and_has_a_limit(database: Database) -> None:
    """By first name, whatever the database's own order of letters is."""
    for number in range(FOUND_MAX + 3):
        named = Contact(id=ContactId(f"x-{number}"), name=f"zuiver {number:03}")
        await database.contacts.save(TWENTE, named)
    await database.contacts.save(TWENTE, Contact(id=ContactId("y"), name="Élise Zuiver"))

    found = await names(database, "zuiver")

    assert found[:2] == ["Élise Zuiver", "zuiver 000"]
    assert len(found) == FOUND_MAX


async def test_a_changed_contact_is_found_by_its_new_words_only(database: Database) -> None:
    """Name and number are replaced whole."""
    changed = replace(ANNE, name="Anne Bos", numbers=("31307654321",))

    await database.contacts.save(TWENTE, changed)

    assert await database.contacts.contact(TWENTE, ANNE.id) == changed
    assert await names(database, "boer") + await names(database, "020123") == []
    assert await names(database, "030-765") == ["Anne Bos"]


@pytest.mark.rule("3.3-o")
async def test_a_favourite_is_ones_own_and_stays(database: Database) -> None:
    """Also when the configuration is saved anew; with the contact it goes, and with the person."""
    for contact in (JURGEN, ANNE, JURGEN):
        assert await database.contacts.set_favourite(TWENTE, CHANTAL, contact.id, on=True)
    await database.directories.save(directory())

    assert await database.contacts.favourites(TWENTE, CHANTAL) == (ANNE, JURGEN)
    assert await database.contacts.favourites(TWENTE, PIET) == ()
    await database.contacts.set_favourite(TWENTE, CHANTAL, ANNE.id, on=False)
    assert await database.contacts.favourites(TWENTE, CHANTAL) == (JURGEN,)
    assert await database.contacts.delete(TWENTE, JURGEN.id)
    assert await database.contacts.favourites(TWENTE, CHANTAL) == ()
    assert not await database.contacts.delete(TWENTE, JURGEN.id)

    await database.contacts.set_favourite(TWENTE, PIET, ANNE.id, on=True)
    assert await database.contacts.set_favourite(TWENTE, CHANTAL, PIET, on=True)
    await database.directories.save(directory())
    assert await database.contacts.favourite_colleagues(TWENTE, CHANTAL) == (PIET,)
    assert await database.contacts.favourite_colleagues(TWENTE, PIET) == ()
    without = replace(directory(), users=directory().users[:1])
    await database.directories.save(without)
    await database.directories.save(directory())
    assert await database.contacts.favourites(TWENTE, PIET) == ()
    assert await database.contacts.favourite_colleagues(TWENTE, CHANTAL) == ()


@pytest.mark.rule("X-c")
async def test_another_organisation_has_an_address_book_of_its_own(database: Database) -> None:
    """Nothing is found, starred or deleted across."""
    assert await names(database, "jurgen", BRABANT) == []
    assert await database.contacts.contact(BRABANT, JURGEN.id) is None
    assert not await database.contacts.set_favourite(BRABANT, CHANTAL, JURGEN.id, on=True)
    assert not await database.contacts.delete(BRABANT, JURGEN.id)
    assert await database.contacts.contact(TWENTE, JURGEN.id) == JURGEN


@pytest.mark.rule("3.3-r")
async def test_a_number_belongs_to_who_has_it_as_the_primary_one(database: Database) -> None:
    """Exactly this number, of this organisation; a changed or deleted contact no longer has it."""
    shared = replace(ANNE, numbers=("31201234567", "31534800937"))
    await database.contacts.save(TWENTE, shared)
    owners = database.contacts.owners

    assert await database.contacts.owner(TWENTE, "31534800937") == JURGEN
    assert await database.contacts.owner(TWENTE, "3153480093") is None
    assert await database.contacts.owner(BRABANT, "31534800937") is None
    assert await owners(TWENTE, ("31201234567", "31612345678", "1")) == {
        "31201234567": shared,
        "31612345678": JURGEN,
    }
    await database.contacts.delete(TWENTE, JURGEN.id)
    assert await database.contacts.owner(TWENTE, "31534800937") == shared
    await database.contacts.save(TWENTE, ANNE)
    assert await owners(TWENTE, ("31534800937",)) == await owners(TWENTE, ()) == {}


@pytest.mark.rule("2.1.2-e")
async def test_a_name_that_was_found_out_stands_in_the_history(database: Database) -> None:
    """In the place of what the network said."""
    records = [*answered_call("c1", 1_530_000_000_000, wait_ms=1, talk_ms=1)]
    named = CallNamed(call=CallId("c1"), name="Jürgen Yıldız", at=1_530_000_000_001)
    await database.journal.append(TWENTE, [records[0], named, *records[1:]])

    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=5)

    assert [row.name for row in rows] == ["Jürgen Yıldız"]


async def test_of_two_who_change_one_contact_the_second_is_told(database: Database) -> None:
    """Nothing is lost in silence; so too when it was deleted meanwhile, and when it is deleted."""
    first = replace(ANNE, function="Inkoop")
    await database.contacts.save(TWENTE, first, seen=ANNE.version)

    with pytest.raises(ContactOutOfDate):
        await database.contacts.save(TWENTE, replace(ANNE, function="Verkoop"), seen=ANNE.version)
    with pytest.raises(ContactOutOfDate):
        await database.contacts.delete(TWENTE, ANNE.id, seen=ANNE.version)
    assert await database.contacts.contact(TWENTE, ANNE.id) == first
    assert await database.contacts.delete(TWENTE, ANNE.id, seen=first.version)
    with pytest.raises(ContactOutOfDate):
        await database.contacts.save(TWENTE, ANNE, seen=first.version)


@pytest.mark.rule("3.3-b", "D19")
async def test_somebody_of_the_house_without_a_log_in_is_found_by_the_group(database: Database) -> None:
    """Who is outside it ignores groups (D19)."""
    inside = Contact(id=ContactId("c-3"), name="Kantine", numbers=("211",), internal=True, group=ENSCHEDE)
    await database.contacts.save(TWENTE, inside)
    other = Wanted(groups=frozenset({GroupId("g-other")}))

    assert await database.contacts.search(TWENTE, "kantine") == (inside,)
    assert await database.contacts.search(TWENTE, "21", Wanted(external=False)) == (inside,)
    assert await database.contacts.search(TWENTE, "kantine", other) == ()
    assert await names(database, "boer") == [
        c.name for c in await database.contacts.search(TWENTE, "boer", other)
    ]


@pytest.mark.rule("3.3-q")
async def test_who_works_in_a_group_is_found_by_its_name_too(database: Database) -> None:
    """Every word stands somewhere, in the group's name or in the contact's; nobody outside has a group."""
    enschede = Contact(id=ContactId("c-3"), name="Kantine", numbers=("211",), internal=True, group=ENSCHEDE)
    elsewhere = replace(enschede, id=ContactId("c-4"), name="Poort", group=GroupId("g-other"))
    outside = Contact(id=ContactId("c-5"), name="Bakkerij Enschede", numbers=("31534800999",))
    await database.contacts.save_many(TWENTE, [enschede, elsewhere, outside])
    called = {ENSCHEDE: "Enschede-Zuid", GroupId("g-other"): "Den Bosch"}

    async def found(typed: str, wanted: Wanted) -> list[str]:
        return [one.name for one in await database.contacts.search(TWENTE, typed, wanted)]

    named = Wanted(names=called)
    assert await found("enschede", named) == ["Bakkerij Enschede", "Kantine"]
    assert await found("zuid 21", named) == await found("kan ensch", named) == ["Kantine"]
    assert await found("den bosch", named) == ["Poort"]
    assert await found("den boer", named) == await found("enschede poort", named) == []
    assert await found("enschede", replace(named, internal=False)) == ["Bakkerij Enschede"]
    other = frozenset({GroupId("g-other")})
    assert await found("enschede", replace(named, external=False, groups=other)) == []
    assert await found("enschede", Wanted()) == ["Bakkerij Enschede"]


async def test_the_whole_book_is_read_a_page_at_a_time(database: Database) -> None:
    """By id, each contact once."""
    many = [Contact(id=ContactId(f"d-{n}"), name=f"Naam {n}", numbers=(f"3120{n:07}",)) for n in range(1_100)]
    await database.contacts.save_many(TWENTE, many)

    found: list[Contact] = []
    while page := await database.contacts.page(TWENTE, after=found[-1].id if found else None, limit=400):
        found += page

    assert {contact.id: contact for contact in found} == {c.id: c for c in (*many, JURGEN, ANNE)}
    assert len(found) == len(many) + 2


async def test_contacts_of_a_directory_are_told_from_the_others_and_go_alone(database: Database) -> None:
    """By their source, a part at a time; nobody else's, whatever ids are named."""
    for number in range(3):
        one = Contact(id=ContactId(f"l-{number}"), name=f"Uit de gids {number}", source="gids")
        await database.contacts.save(TWENTE, one)
    contacts = database.contacts

    first = await contacts.of_source(TWENTE, "gids", after=None, limit=2)
    rest = await contacts.of_source(TWENTE, "gids", after=first[-1], limit=2)
    assert [*first, *rest] == ["l-0", "l-1", "l-2"]
    assert await contacts.sources(TWENTE) == {"gids"}
    [found] = await contacts.search(TWENTE, "gids 1")
    assert found.source == "gids"

    await contacts.delete_many(TWENTE, "gids", [*first, JURGEN.id])
    assert await names(database, "gids") == ["Uit de gids 2"]
    assert await names(database, "jurgen") == ["Jürgen Yıldız"]


async def test_the_last_import_of_a_directory_is_kept_while_it_is_changed(database: Database) -> None:
    """And goes with the directory."""
    source = LdapRow(id="gids", name="Gids", url="ldaps://gids.example", base="c=NL", password="geheim")
    await database.directories.save(replace(directory(), ldap=(source,)))
    assert (await database.directories.directory(TWENTE)).ldap == (source,)
    assert await database.ldap.last(TWENTE) == {}
    run = LdapRun(at=1_800_000_000_000, added=3, bad=1)
    await database.ldap.note(TWENTE, "gids", run)

    await database.directories.save(replace(directory(), ldap=(replace(source, base="c=BE"),)))
    assert await database.ldap.last(TWENTE) == {"gids": run}
    await database.directories.save(directory())
    assert await database.ldap.last(TWENTE) == {}
