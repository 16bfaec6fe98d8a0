"""A number that is somebody's whom we know: the card comes first, the name follows, and nobody waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from cordboard.app import recognition
from cordboard.app.contacts import Contact, ContactId
from cordboard.app.dialling import DialPlan, dial_plan
from cordboard.app.ports import Directories, Directory, LinkedRow, StorageFailure
from cordboard.app.recognition import Recognition
from cordboard.app.tenancy import Tenancy
from cordboard.core.call import Call
from cordboard.core.events import PartyRecognised
from cordboard.core.records import CallNamed, Noted, Why
from cordboard.core.types import CallId, Direction, LegId, OrganisationId
from tests.contracts.storage.samples import ALGEMEEN, TWENTE, directory
from tests.support.desk import office

YILDIZ = Contact(id=ContactId("c-1"), name="Jürgen Yıldız", numbers=("31534800937",))


@dataclass
class Book:
    """An address book with one contact; slow or away if that is asked."""

    wait_s: float = 0
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def owner(self, organisation: OrganisationId, number: str) -> Contact | None:
        """As the database would answer."""
        assert organisation == TWENTE
        self.asked.append(number)
        await asyncio.sleep(self.wait_s)
        if self.away:
            raise StorageFailure("away")
        return YILDIZ if number in YILDIZ.numbers else None


def configured_by_hand() -> Tenancy:
    """Nothing is read: it is told what there is."""
    return Tenancy(cast("Directories", None))


def call(number: str | None, name: str | None = None, direction: Direction = Direction.IN) -> Call:
    """A caller in Algemeen, or a call that was dialled."""
    return Call(
        id=CallId("c1"),
        leg=LegId("l1"),
        queue=ALGEMEEN,
        direction=direction,
        number=number,
        name=name,
        entered_at=0,
        urgent=False,
        priority=0,
        since=0,
        segment_since=0,
    )


async def named(
    book: Book, *calls: Call, configured: Directory | None = None
) -> list[tuple[OrganisationId, PartyRecognised]]:
    """What the desk is told; nothing before the first breath."""
    tenancy = configured_by_hand()
    tenancy.take([configured or directory()])
    told: list[tuple[OrganisationId, PartyRecognised]] = []
    recognises = Recognition(book, tenancy, lambda organisation, event: told.append((organisation, event)))
    for one in calls:
        recognises.observe(TWENTE, one)
    assert told == []
    await asyncio.gather(*recognises._asked)
    recognises.stop()
    return told


@pytest.mark.rule("2.1.2-e", "3.3-r")
@pytest.mark.parametrize("direction", list(Direction))
async def test_a_known_number_gets_its_name_once(direction: Direction) -> None:
    """Also when we dialled it; the call is looked at when it first shows and not again."""
    book = Book()
    known = call("31534800937", direction=direction)

    told = await named(book, known, known)

    assert told == [(TWENTE, PartyRecognised(call=CallId("c1"), name="Jürgen Yıldız"))]
    assert book.asked == ["31534800937"]


@pytest.mark.rule("2.1.2-e")
async def test_a_colleague_is_known_by_extension_and_by_an_own_number() -> None:
    """Without asking the address book."""
    book, configured = Book(), directory()
    piet = replace(configured.users[1], extension="203", numbers=frozenset({"31612345678"}))
    configured = replace(configured, users=(configured.users[0], piet))

    told = await named(
        book, call("203"), replace(call("31612345678"), id=CallId("c2")), configured=configured
    )

    assert [event.name for _, event in told] == [piet.name, piet.name]
    assert book.asked == []


@pytest.mark.rule("2.1.2-e")
async def test_colleagues_are_known_as_they_are_dialled_and_their_numbers_are_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In whatever notation a number was given; again when something is changed, and not of who is gone."""
    read: list[Directory] = []

    def counted(directory: Directory) -> DialPlan:
        read.append(directory)
        return dial_plan(directory)

    monkeypatch.setattr(recognition, "dial_plan", counted)
    configured = directory()
    piet = replace(configured.users[1], numbers=frozenset({"06-1234 5678"}))
    with_him = replace(configured, users=(configured.users[0], piet))
    without = replace(configured, users=(configured.users[0], replace(piet, disabled=True)))
    tenancy = configured_by_hand()
    told: list[str] = []
    recognises = Recognition(Book(), tenancy, lambda _organisation, event: told.append(event.name))

    for at, now in enumerate((with_him, with_him, without)):
        tenancy.take([now])
        recognises.observe(TWENTE, replace(call("31612345678"), id=CallId(f"c{at}")))
        await asyncio.gather(*recognises._asked)

    assert told == [piet.name, piet.name]
    assert read == [with_him, without]


@pytest.mark.rule("3.3-r", "D22")
async def test_a_linked_organisation_and_a_name_that_we_dialled_stay() -> None:
    """What a network calls its caller does not: that is often only a town."""
    linked = LinkedRow(id="l1", name="Ziekenhuis", numbers=("31534800937",), queue=ALGEMEEN)
    configured = replace(directory(), links=(linked,))

    linked_told = await named(Book(), call("31534800937", "Ziekenhuis"), configured=configured)
    dialled_told = await named(Book(), call("31534800937", "Receptie", Direction.OUT))
    town_told = await named(Book(), call("31534800937", "ENSCHEDE"))

    assert linked_told == dialled_told == []
    assert [event.name for _, event in town_told] == ["Jürgen Yıldız"]


@pytest.mark.rule("2.1.2-e")
@pytest.mark.parametrize("book", [Book(away=True), Book(wait_s=60)], ids=["away", "slow"])
async def test_a_database_that_is_away_or_slow_costs_the_name_and_nothing_else(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So do an unknown number, and one that was withheld."""
    monkeypatch.setattr(recognition, "SLOW_MS", 5)

    assert await named(book, call("31534800937")) == []
    assert await named(Book(), call("31999999999"), replace(call(None), id=CallId("c2"))) == []


async def test_in_a_flood_of_calls_the_look_ups_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over it stays without a name; what was seen is forgotten, the oldest first."""
    monkeypatch.setattr(recognition, "ASKED_MAX", 3)
    monkeypatch.setattr(recognition, "REMEMBERED_MAX", 4)
    book = Book()

    await named(book, *(replace(call("31534800937"), id=CallId(f"c{n}")) for n in range(9)))

    assert len(book.asked) == 3


@pytest.mark.rule("2.1.2-e")
def test_the_name_changes_nothing_but_the_card_and_what_is_written_down() -> None:
    """Who clicks in that instant is not refused: it is the same version of the same call."""
    world = office("chantal")
    world.call_arrives("c1")
    on_board = world.call("c1")
    version, done = on_board.version, len(world.commands)

    world.tell(PartyRecognised(call=on_board.id, name="Jürgen Yıldız"))
    world.tell(PartyRecognised(call=on_board.id, name="Jürgen Yıldız"))
    world.tell(PartyRecognised(call=CallId("gone"), name="Niemand"))

    assert (on_board.name, on_board.version, len(world.commands)) == ("Jürgen Yıldız", version, done)
    assert [record.name for record in world.all(CallNamed)] == ["Jürgen Yıldız"]
    assert [note.detail for note in world.all(Noted) if note.why is Why.RECOGNISED] == ["Jürgen Yıldız"]
