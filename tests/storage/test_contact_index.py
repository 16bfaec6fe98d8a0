"""The index of contacts: it says what reading every contact says, whatever was added, changed and taken away."""

from __future__ import annotations

import asyncio
import errno
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from cordboard.app.contacts import EVERYBODY, Contact, ContactId, Wanted, parts_of
from cordboard.core.types import GroupId
from cordboard.storage import contact_indexes
from cordboard.storage.contact_index import ContactIndex, Entry
from cordboard.storage.open import Database, open_database
from cordboard.storage.tables_contacts import contacts
from tests.contracts.storage.samples import ENSCHEDE, TWENTE, directory

NAMES = ("Jan", "Anja", "Jürgen", "de", "van", "der", "Boer", "Berg", "Øst", "O'Neil", "B.V.", "12", "x")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Twente, without contacts."""
    database = await open_database(f"sqlite:///{tmp_path}/book.db", backups=None, indexes=tmp_path / "index")
    await database.directories.save(directory())
    yield database
    await database.close()


def somebody(chance: random.Random, number: int) -> Contact:
    """A contact with a name and numbers of few parts, so that searches meet."""
    return Contact(
        id=ContactId(f"c-{number}"),
        name=" ".join(chance.choices(NAMES, k=3)),
        function=chance.choice(("", "Inkoper", "Berging")),
        numbers=tuple(chance.sample(("31534800937", "31612345678", "203", "4930123456", "12025550123"), 2)),
        internal=chance.random() < 0.3,
        group=chance.choice((None, ENSCHEDE)),
    )


async def same_as_reading_all(database: Database, typed: str, wanted: Wanted = EVERYBODY) -> int:
    """The index and the scan agree on who is found, and in which order; how many were."""
    found = await database.contacts.search(TWENTE, typed, wanted)
    assert found == await database.contacts.scan(TWENTE, parts_of(typed), wanted), typed
    return len(found)


@pytest.mark.rule("3.3-f", "D19")
async def test_the_index_finds_whom_reading_everything_finds(database: Database) -> None:
    """After adding, changing and deleting in any order; also words of one letter, and filters."""
    chance = random.Random(4)
    contacts = database.contacts
    await contacts.save_many(TWENTE, [somebody(chance, n) for n in range(300)])
    for number in range(200, 380):
        await contacts.save(TWENTE, somebody(chance, number))
    for number in range(60):
        await contacts.delete(TWENTE, ContactId(f"c-{number}"))

    searches = (
        "boer",
        "jan b",
        "berg van",
        "d boer",
        "o'n",
        "b.v.",
        "x d",
        "06",
        "053",
        "53",
        "0049",
        "1202",
    )
    found = [await same_as_reading_all(database, typed) for typed in searches]
    inside = Wanted(external=False, groups=frozenset({ENSCHEDE, GroupId("g-else")}))
    filtered = [await same_as_reading_all(database, "boer", w) for w in (inside, Wanted(internal=False))]
    nobody = await same_as_reading_all(database, "boer", Wanted(external=False, internal=False))

    in_group = await contacts.search(TWENTE, "balie", Wanted(external=False, names={ENSCHEDE: "Balie"}))
    everybody = await contacts.scan(TWENTE, (), Wanted(external=False, groups=frozenset({ENSCHEDE})))

    assert min(found) > 0 and min(filtered) > 0 and nobody == 0
    assert in_group == everybody and len(in_group) > 10


async def test_there_is_room_between_two_neighbours_for_any_number_of_others(tmp_path: Path) -> None:
    """Names that all come at one place of the alphabet, forwards and backwards."""
    index = ContactIndex(tmp_path / "one.index")
    ends = [Entry("a", "aa", "x", " aa zuiver ", "a"), Entry("z", "zz", "x", " zz zuiver ", "z")]
    index.take("book", ends, 2)
    order = [*range(500, 700), *reversed(range(300, 500))]
    for number in order:
        index.take(
            "book", [Entry(f"c-{number}", f"m {number}", "x", f" m {number} zuiver ", f"c-{number}")], number
        )

    found = index.search(["zuiver"], EVERYBODY)
    last = [index.search([f" m {number}"], EVERYBODY) for number in order]
    index.close()

    assert found == ["a", *(f"c-{number}" for number in range(300, 349))]
    assert last == [[f"c-{number}"] for number in order]


async def test_a_book_that_is_far_ahead_is_indexed_anew_while_people_search(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the new index stands, the database itself is read; nobody waits."""
    monkeypatch.setattr(contact_indexes, "BEHIND_MAX", 10)
    chance = random.Random(5)
    await database.contacts.save_many(TWENTE, [somebody(chance, n) for n in range(1200)])

    meanwhile = await same_as_reading_all(database, "boer")
    await database.contacts.indexes.prepare([TWENTE])
    after = await database.contacts.indexes.search(TWENTE, ["boer"], EVERYBODY)

    assert meanwhile == 50
    assert after is not None and len(after) == 50
    assert await same_as_reading_all(database, "jan berg") > 0


async def test_an_index_that_cannot_be_made_is_tried_again_only_after_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the database itself is read, and the next try is a minute later."""
    clock, tries, full = [1_000.0], list[Path](), True

    def made(file: Path) -> ContactIndex:
        if file.suffix == ".new":
            tries.append(file)
            if full:
                raise OSError(errno.ENOSPC, "No space left on device")
        return ContactIndex(file)

    monkeypatch.setattr(contact_indexes, "BEHIND_MAX", 10)
    monkeypatch.setattr(contact_indexes, "ContactIndex", made)
    monkeypatch.setattr(contact_indexes, "monotonic", lambda: clock[0])
    chance = random.Random(7)
    await database.contacts.save_many(TWENTE, [somebody(chance, n) for n in range(200)])
    for _ in range(3):
        await database.contacts.indexes.prepare([TWENTE])
        await same_as_reading_all(database, "boer")
    tried_at_once = len(tries)

    full = False
    clock[0] += contact_indexes.BUILD_AGAIN_S
    await database.contacts.indexes.prepare([TWENTE])
    after = await database.contacts.indexes.search(TWENTE, ["boer"], EVERYBODY)

    assert tried_at_once == 1
    assert len(tries) == 2 and after is not None and len(after) > 0


@pytest.mark.parametrize("saved_again", [False, True])
async def test_who_is_deleted_while_a_new_index_is_made_is_not_in_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, saved_again: bool
) -> None:
    """Its rows were read before the deletion; who is saved again since is found again."""
    chance = random.Random(8)
    await database.contacts.save_many(TWENTE, [somebody(chance, n) for n in range(40)])
    gone = Contact(id=ContactId("c-7"), name="Zwaantje Zuiver")
    await database.contacts.save(TWENTE, gone)
    read, deleted = asyncio.Event(), asyncio.Event()

    async def slowly(connection: Any, asked: Any) -> AsyncIterator[Any]:
        async for rows in parts(connection, asked):
            read.set()
            await deleted.wait()
            yield rows

    parts = contact_indexes._parts
    monkeypatch.setattr(contact_indexes, "_parts", slowly)
    monkeypatch.setattr(contact_indexes, "BEHIND_MAX", 10)
    await database.contacts.save_many(TWENTE, [somebody(chance, n) for n in range(100, 150)])
    await read.wait()

    await database.contacts.delete(TWENTE, gone.id)
    if saved_again:
        await database.contacts.save(TWENTE, gone)
    deleted.set()
    await database.contacts.indexes.prepare([TWENTE])
    found = await database.contacts.indexes.search(TWENTE, ["zuiver"], EVERYBODY)

    assert found is not None and len(found) == int(saved_again)


@pytest.mark.parametrize("saved_again", [False, True])
async def test_who_is_deleted_while_the_index_catches_up_stays_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, saved_again: bool
) -> None:
    """The one who saved was read for the index already, and is deleted before it is put in."""
    gone = Contact(id=ContactId("c-7"), name="Zwaantje Zuiver")
    taken, go_on, as_ever = asyncio.Event(), asyncio.Event(), contact_indexes.ContactIndexes._ask

    async def slowly(indexes: Any, organisation: Any, work: Any) -> Any:
        if getattr(work, "func", None) is contact_indexes._take and not taken.is_set():
            taken.set()
            await go_on.wait()
        return await as_ever(indexes, organisation, work)

    monkeypatch.setattr(contact_indexes.ContactIndexes, "_ask", slowly)
    saving = asyncio.create_task(database.contacts.save(TWENTE, gone))
    await taken.wait()
    async with database.access.writing() as connection:
        await connection.execute(delete(contacts).where(contacts.c.id == gone.id))
    forgetting = asyncio.create_task(database.contacts.indexes.forget(TWENTE, [gone.id]))
    for _ in range(5):
        # Far enough to come to whatever it waits for.
        await asyncio.wait({forgetting}, timeout=0.02)
    again = asyncio.create_task(database.contacts.save(TWENTE, gone)) if saved_again else None
    go_on.set()
    await asyncio.gather(saving, forgetting, *([again] if again else []))
    found = await database.contacts.indexes.search(TWENTE, ["zuiver"], EVERYBODY)

    assert found is not None and len(found) == int(saved_again)


@pytest.mark.parametrize("damage", ["half", "older", "of another book", "one too many"])
async def test_an_index_that_is_damaged_old_or_not_this_books_is_made_anew(
    tmp_path: Path, damage: str
) -> None:
    """Nobody notices: who was added while it was away is found too."""
    url = f"sqlite:///{tmp_path}/book.db"
    database = await open_database(url, backups=None, indexes=tmp_path / "index")
    await database.directories.save(directory())
    chance = random.Random(6)
    await database.contacts.save_many(TWENTE, [somebody(chance, n) for n in range(100)])
    await same_as_reading_all(database, "boer")
    await database.close()
    [file] = (tmp_path / "index").glob("*.index")
    match damage:
        case "half":
            file.write_bytes(file.read_bytes()[:5000])
        case "older":
            _write(file, "PRAGMA user_version=99")
        case "one too many":
            await _delete_behind_its_back(url)
        case _:
            _write(file, "UPDATE book SET book = 'another'")

    database = await open_database(url, backups=None, indexes=tmp_path / "index")
    (tmp_path / "index" / "of-nobody.index").touch()
    await database.contacts.indexes.prepare([TWENTE])
    found = [await same_as_reading_all(database, typed) for typed in ("boer", "berg", "06")]
    await asyncio.sleep(0)
    await database.close()

    assert min(found) > 0
    assert [path.name for path in (tmp_path / "index").glob("*.index")] == [file.name]


def _write(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


async def _delete_behind_its_back(url: str) -> None:
    """As a server does that dies before it has told the index."""
    database = await open_database(url, backups=None)
    await database.contacts.delete(TWENTE, ContactId("c-1"))
    await database.close()
