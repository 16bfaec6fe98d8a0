"""What the exchange wrote of calls that it handled alone, read (F2)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from itertools import pairwise

import pytest

from cordboard.asterisk import alone
from cordboard.asterisk.alone import BREATH, Alone, Entry, read
from cordboard.asterisk.ami import AmiFailed
from cordboard.asterisk.arrivals import Route
from cordboard.asterisk.inventory import Inventory
from cordboard.asterisk.translate import Arrival
from cordboard.core.events import CallHandledAlone, Event
from cordboard.core.types import CallId, DeviceId, EndedBy, Instant, LegId, OrganisationId, QueueId
from cordboard.simulator.clock import VirtualClock

BEGAN = 1_795_854_173_383
ORGANISATION = OrganisationId("vtel")
HEAD = f"{BEGAN} {BEGAN + 4_000} +31201234567 t-test"


def only(entries: Mapping[str, str]) -> Entry:
    """The one call that stands there."""
    found, broken = read(entries)
    assert not broken
    [entry] = found
    return entry


def test_a_call_is_read_with_its_moments_and_whom_it_was_from() -> None:
    """As Asterisk 22.10 wrote it."""
    entry = only(
        {
            "1795854175.2/answered": f"{BEGAN + 5_000} d-1",
            "1795854175.2/begun": f"{HEAD} n0612345678 nMevr.%20Jansen",
            "1795854175.2/ended": f"{BEGAN + 9_000} PJSIP/d-1-00000003",
        }
    )

    assert entry == Entry(
        channel="1795854175.2",
        began_at=BEGAN,
        rang_at=BEGAN + 4_000,
        dialled="+31201234567",
        endpoint="t-test",
        number="0612345678",
        name="Mevr. Jansen",
        answered_at=BEGAN + 5_000,
        answered_by="d-1",
        ended_at=BEGAN + 9_000,
        ended_by="PJSIP/d-1-00000003",
    )


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("PJSIP/t-test-00000001", EndedBy.CALLER),
        ("PJSIP/d-1-00000003", EndedBy.AGENT),
        ("dialplan/builtin", EndedBy.EXIT),
        ("PJSIP/d-2-00000003", EndedBy.UNKNOWN),
        ("", EndedBy.UNKNOWN),
    ],
)
def test_who_hung_up_is_told_by_the_channel_that_did(source: str, how: EndedBy) -> None:
    """A telephone that did not have the caller explains nothing; nor does an end of which the exchange knows none."""
    said = {
        "1.2/begun": f"{HEAD} n1 n",
        "1.2/answered": f"{BEGAN} d-1",
        "1.2/ended": f"{BEGAN} {source}",
    }
    assert only(said).how is how


def test_a_caller_who_gave_up_before_anything_rang_has_no_moment_of_it() -> None:
    """The dialplan writes 0."""
    assert only({"1.2/begun": f"{BEGAN} 0 +31201234567 t-test n1 n"}).rang_at is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("n", None),
        ("n%E2%80%AEgnp.exe", "gnp.exe"),
        ("nx%22%0D%0AResponse%3A%20Success%0D%0A", 'x" Response: Success'),
        ("n%24%7BSHELL%28id%29%7D", "${SHELL(id)}"),
        ("n%ff%fe", "��"),
        ("n" + "a" * 200, "a" * 80),
        # What the dialplan made of a name that means a part of the value; it is nobody's.
        ("a%", None),
    ],
)
def test_what_a_stranger_calls_himself_is_made_fit(written: str, name: str | None) -> None:
    """As on a call that comes in while we are there."""
    assert only({"1.2/begun": f"{HEAD} n1 {written}"}).name == name


@pytest.mark.parametrize("begun", ["", "rubbish", "1 2 3", f"x {HEAD} n n", "1 2 3 4 5 6 7"])
def test_what_cannot_be_understood_is_told_from_the_rest(begun: str) -> None:
    """Also an end whose beginning is not there."""
    found, broken = read(
        {"1.2/begun": begun, "1.3/ended": f"{BEGAN} x", "1.4/begun": f"{HEAD} n1 n", "rubbish": "x"}
    )
    assert [one.channel for one in found] == ["1.4"]
    assert sorted(broken) == ["", "1.2", "1.3"]


def test_the_oldest_comes_first() -> None:
    """Who called in vain and then again was missed once and then spoken to."""
    later = HEAD.replace(str(BEGAN), str(BEGAN + 1))
    found, _ = read({"1.2/begun": f"{later} n1 n", "1.3/begun": f"{HEAD} n1 n"})
    assert [one.channel for one in found] == ["1.3", "1.2"]


class Book:
    """An exchange's, in memory."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.written = dict(entries)
        self.is_away = False

    async def entries(self) -> Mapping[str, str]:
        """All there are."""
        if self.is_away:
            raise AmiFailed("away")
        return dict(self.written)

    async def forget(self, channel: str) -> None:
        """Everything of this call."""
        for key in [key for key in self.written if key.startswith(f"{channel}/")]:
            del self.written[key]


class House:
    """Who is told, and a database that takes what is told, or does not."""

    def __init__(self, book: Book, now: Instant) -> None:
        self.told: list[CallHandledAlone] = []
        self.database: set[CallId] = set()
        self.takes = True
        self.clock = VirtualClock(now)
        self.alone = Alone(
            book, router=self.route, inbox=self.tell, known=self.known, clock=self.clock, named=self.named
        )

    def route(self, arrival: Arrival) -> Route | None:
        """One number is ours."""
        if arrival.dialled != "+31201234567":
            return None
        return Route(
            organisation=ORGANISATION,
            queue=QueueId("algemeen"),
            number=arrival.number,
            name=arrival.name,
            dialled=arrival.dialled,
        )

    def tell(self, organisation: OrganisationId, event: Event) -> None:
        """Into the inbox."""
        assert organisation == ORGANISATION
        assert isinstance(event, CallHandledAlone)
        self.told.append(event)
        if self.takes:
            self.database.add(event.call)

    async def known(self, organisation: OrganisationId, asked: Collection[CallId]) -> Collection[CallId]:
        """What is written."""
        return self.database & set(asked)

    async def named(self, organisation: OrganisationId, number: str) -> str | None:
        """One number is in the address book."""
        return "Mevrouw de Vries" if number == "0655555555" else None

    async def look(self, *living: str, at: Instant | None = None, boot: str = "") -> None:
        """The exchange has said what lives in it; a second later the look is over."""
        looking = asyncio.create_task(self.alone.look(self.said(*living, at=at, boot=boot)))
        while not looking.done():
            await asyncio.sleep(0)
            if (due := self.clock.next_due()) is not None:
                self.clock.step(due)
        await looking

    def said(self, *living: str, at: Instant | None = None, boot: str = "") -> Inventory:
        """What the exchange says that lives in it."""
        return Inventory(
            boot=boot,
            at=at if at is not None else self.clock.now(),
            legs=[],
            dialled=frozenset(),
            unmarked=[],
            names={LegId(one): f"PJSIP/t-test-{one}" for one in living},
            hears={},
            bridges={},
            doubles=[],
            inside={},
            online=frozenset(),
            registered=frozenset(),
            offline=frozenset(),
            channels_of={},
        )


def a_call(channel: str, *, number: str = "0612345678", dialled: str = "+31201234567") -> dict[str, str]:
    """One that nobody answered."""
    return {
        f"{channel}/begun": f"{BEGAN} {BEGAN + 4_000} {dialled} t-test n{number} nJansen",
        f"{channel}/ended": f"{BEGAN + 9_000} PJSIP/t-test-00000001",
    }


async def test_a_call_is_told_once_and_forgotten_when_the_database_has_it() -> None:
    """Not before; and the next look finds nothing."""
    book = Book(a_call("1.2"))
    house = House(book, BEGAN + 20_000)
    house.takes = False
    await house.look()
    [fact] = house.told
    assert (fact.call, fact.leg, fact.ended_by) == ("c-1.2", "1.2", EndedBy.CALLER)
    assert (fact.began_at, fact.rang_at, fact.answered_at, fact.ended_at) == (
        BEGAN,
        BEGAN + 4_000,
        None,
        BEGAN + 9_000,
    )
    assert book.written

    house.database.add(fact.call)
    await house.look()

    assert len(house.told) == 1
    assert not book.written


async def test_a_caller_who_is_known_has_the_name_by_which_the_house_knows_them() -> None:
    """As on a card (2.1.2-e)."""
    house = House(Book(a_call("1.2", number="0655555555")), BEGAN + 20_000)
    await house.look()
    assert [fact.name for fact in house.told] == ["Mevrouw de Vries"]


async def test_what_lives_or_came_after_the_question_is_left_alone() -> None:
    """Without an end only who cannot live any more is over."""
    book = Book({"1.2/begun": f"{HEAD} n1 n", "1.3/answered": f"{BEGAN} d-1"})
    house = House(book, BEGAN + 20_000)
    await house.look("1.2", "1.3")
    await house.look("1.3", at=BEGAN)
    assert (house.told, len(book.written)) == ([], 2)

    await house.look("1.3", at=BEGAN + 15_000)

    assert [(fact.ended_by, fact.ended_at) for fact in house.told] == [(EndedBy.UNKNOWN, BEGAN + 15_000)]
    assert list(book.written) == ["1.3/answered"]


async def test_an_exchange_that_was_started_since_has_broken_the_call_off() -> None:
    """At the latest when it was started again."""
    book = Book({"1.2/begun": f"{HEAD} n1 n", "1.2/answered": f"{BEGAN + 5_000} d-1"})
    house = House(book, BEGAN + 60_000)
    await house.look(boot="2026-11-28T08:23:13.383+0000")
    [fact] = house.told
    assert (fact.ended_by, fact.ended_at, fact.device) == (EndedBy.LOST, BEGAN + 20_000, DeviceId("1"))


async def test_moments_are_counted_from_now_when_one_of_the_clocks_was_set() -> None:
    """The exchange's clock is an hour behind ours."""
    house = House(Book(a_call("1.2")), BEGAN + 3_600_000 + 20_000)
    await house.look(at=BEGAN + 20_000)
    assert [fact.began_at for fact in house.told] == [BEGAN + 3_600_000]


async def test_an_exchange_that_does_not_say_is_asked_again() -> None:
    """Its silence is no crash."""
    book = Book(a_call("1.2"))
    house = House(book, BEGAN + 20_000)
    book.is_away = True
    await house.look()
    assert not house.told
    book.is_away = False
    await house.look()
    assert len(house.told) == 1


async def test_while_the_book_is_slow_the_last_answer_of_the_exchange_is_waited_for_and_no_other() -> None:
    """A busy exchange is asked all the time; and how long reading took is not taken for a clock that was set."""
    book = Book(a_call("1.2"))
    house = House(book, BEGAN + 20_000)
    reads, is_read, entries = 0, asyncio.Event(), book.entries

    async def slowly() -> Mapping[str, str]:
        nonlocal reads
        reads += 1
        await is_read.wait()
        return await entries()

    book.entries = slowly  # type: ignore[method-assign]
    looks = [asyncio.create_task(house.alone.look(house.said("1.2"))) for _ in range(99)]
    await asyncio.sleep(0)
    looks.append(asyncio.create_task(house.alone.look(house.said())))
    await asyncio.sleep(0)
    house.clock.step(house.clock.now() + 25_000)
    is_read.set()
    while not all(look.done() for look in looks):
        await asyncio.sleep(0)
        if (due := house.clock.next_due()) is not None:
            house.clock.step(due)

    assert reads == 2
    assert [(fact.call, fact.began_at) for fact in house.told] == [("c-1.2", BEGAN)]


async def test_no_more_than_so_many_are_taken_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next ones when the database has those, in the same look; else the others wait for the next."""
    monkeypatch.setattr(alone, "TAKEN_MAX", 2)
    book = Book(a_call("1.1") | a_call("1.2") | a_call("1.3") | a_call("1.4", dialled="+31209999999"))
    house = House(book, BEGAN + 20_000)
    house.takes = False
    await house.look()
    assert [fact.call for fact in house.told] == ["c-1.1", "c-1.2"]

    house.told.clear()
    house.takes = True
    await house.look()
    assert [fact.call for fact in house.told] == ["c-1.1", "c-1.2", "c-1.3"]
    assert {fact.began_at for fact in house.told} == {BEGAN}
    assert not book.written


async def test_others_have_their_turn_while_a_night_s_calls_are_taken_up() -> None:
    """A click and a call that comes in do not wait until the last of five hundred has its place."""
    book = Book({key: said for number in range(500) for key, said in a_call(f"{number}.1").items()})
    house, turns = House(book, BEGAN + 20_000), list[int]()
    route = house.route
    looked_up: list[str] = []

    def counted(arrival: Arrival) -> Route | None:
        looked_up.append(arrival.channel)
        return route(arrival)

    house.alone._router = counted

    async def somebody_else() -> None:
        while len(looked_up) < 500:
            turns.append(len(looked_up))
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    await house.look()
    await other

    assert max(after - before for before, after in pairwise([*turns, 500])) <= BREATH
    assert len(house.told) == 500
