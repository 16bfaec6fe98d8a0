"""The writer: in order, in batches, never in the way, and honest when the disk is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from cordboard.app import writer as writer_
from cordboard.app.gaps import Gap, GapReason
from cordboard.app.ports import StorageFailure, StorageRefusal
from cordboard.app.writer import Writer
from cordboard.core.records import AwayChanged, Record
from cordboard.core.types import OrganisationId, UserId
from tests.support.memory_journal import MemoryJournal
from tests.support.waiting import until

NOW = 1_800_000_000_000
TWENTE, BRABANT = OrganisationId("twente"), OrganisationId("brabant")


class Journal(MemoryJournal):
    """Remembers its batches; may be away, and never takes records of one agent."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[OrganisationId, list[str]]] = []
        self.never: str | None = None
        self.gate: asyncio.Event | None = None

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise StorageFailure("the disk is full")
        names = [record.agent for record in records if isinstance(record, AwayChanged)]
        if self.never in names:
            raise StorageRefusal("contradicting rows")
        self.batches.append((organisation, list(names)))

    @property
    def names(self) -> list[str]:
        """All that is kept, in order."""
        return [name for _, names in self.batches for name in names]


def about(name: str) -> list[Record]:
    """One thing to remember."""
    return [AwayChanged(agent=UserId(name), away=True, at=1)]


@pytest.fixture
def journal() -> Journal:
    """An empty one."""
    return Journal()


@pytest.fixture
async def writer(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Writer]:
    """At work; it tries again at once."""
    monkeypatch.setattr(writer_, "RETRY_FIRST_MS", 1)
    monkeypatch.setattr(writer_, "RETRY_LAST_MS", 2)
    made = Writer(journal, lambda: NOW)
    made.start()
    yield made
    journal.away = False
    await made.stop(timeout_ms=1_000)


def is_failing(writer: Writer) -> bool:
    """The database refuses, as far as the writer knows."""
    return writer.failing_since is not None


async def flushed(writer: Writer) -> None:
    """Everything is written, or the test has hung."""
    async with asyncio.timeout(2):
        await writer.flushed()


async def test_what_was_decided_first_is_written_first(writer: Writer, journal: Journal) -> None:
    """Also across organisations, whose records go in batches of their own."""
    for name, organisation in (("a", TWENTE), ("b", TWENTE), ("c", BRABANT), ("d", TWENTE)):
        writer.add(organisation, about(name))
    await flushed(writer)

    assert journal.batches == [(TWENTE, ["a", "b"]), (BRABANT, ["c"]), (TWENTE, ["d"])]


async def test_what_comes_while_the_disk_works_goes_together_in_the_next_batch(
    writer: Writer, journal: Journal
) -> None:
    """A busy moment costs a few transactions, not one per record."""
    journal.gate = asyncio.Event()
    writer.add(TWENTE, about("first"))
    await asyncio.sleep(0)
    for number in range(100):
        writer.add(TWENTE, about(f"later-{number}"))
    journal.gate.set()
    await flushed(writer)

    assert [len(names) for _, names in journal.batches] == [1, 100]


async def test_a_promise_is_released_after_it_is_kept_and_not_before(
    writer: Writer, journal: Journal
) -> None:
    """The reply to a sign-in waits for the commit."""
    journal.gate = asyncio.Event()
    told: list[bool] = []
    writer.add(TWENTE, about("a"), told.append)
    await asyncio.sleep(0.01)
    assert told == []

    journal.gate.set()
    await flushed(writer)
    assert told == [True]


async def test_with_a_full_disk_promises_are_answered_no_and_facts_are_kept_for_later(
    writer: Writer, journal: Journal
) -> None:
    """F20: nobody relies on what is not stored; nothing is lost, nor turned round, when there is room again."""
    journal.away = True
    told: list[bool] = []
    answered = asyncio.Event()

    def tell(kept: bool) -> None:
        told.append(kept)
        answered.set()

    writer.add(TWENTE, about("a"))
    writer.add(TWENTE, about("b"), tell)
    async with asyncio.timeout(2):
        await answered.wait()
    assert told == [False]
    assert is_failing(writer)

    writer.add(TWENTE, about("c"))
    journal.away = False
    await flushed(writer)

    assert journal.names == ["a", "b", "c"]
    assert not is_failing(writer)
    assert (writer.dropped, told) == (0, [False])


@pytest.mark.rule("D23")
async def test_while_the_database_is_known_to_refuse_a_promise_is_answered_no_at_once(
    writer: Writer, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after another try, which may take seconds; those who asked during the first one wait for no second. The
    facts are kept."""
    monkeypatch.setattr(writer_, "RETRY_FIRST_MS", 60_000)
    journal.gate, journal.away = asyncio.Event(), True
    told: list[str] = []
    writer.add(TWENTE, about("first"), lambda kept: told.append(f"first {kept}"))
    await asyncio.sleep(0)
    writer.add(TWENTE, about("meanwhile"), lambda kept: told.append(f"meanwhile {kept}"))
    journal.gate.set()
    await until(lambda: is_failing(writer))

    writer.add(TWENTE, about("later"), lambda kept: told.append(f"later {kept}"))
    assert told == ["first False", "meanwhile False", "later False"]
    assert writer.waiting == 3


async def test_what_the_memory_cannot_hold_is_counted_as_a_gap(
    writer: Writer, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest facts go first, and their promises are answered no."""
    monkeypatch.setattr(writer_, "BACKLOG_MAX", 10)
    journal.gate = asyncio.Event()
    told: list[bool] = []
    writer.add(TWENTE, about("under way"))
    await asyncio.sleep(0)
    writer.add(TWENTE, about("oldest"), told.append)
    for number in range(10):
        writer.add(TWENTE, about(f"{number}"))
    journal.gate.set()
    await flushed(writer)

    assert writer.dropped == 2
    assert told == [False]
    assert journal.names == ["under way", *(f"{number}" for number in range(1, 10))]
    assert journal.gaps == [Gap(since=NOW, until=NOW, reason=GapReason.OVERFLOW, records=2)]


async def test_records_that_the_database_will_never_take_do_not_stop_the_others(
    writer: Writer, journal: Journal
) -> None:
    """Contradicting rows are a gap in the history, not the end of it."""
    journal.never = "poison"
    journal.gate = asyncio.Event()
    told: list[tuple[str, bool]] = []
    for name in ("a", "poison", "b", "c"):
        writer.add(TWENTE, about(name), lambda kept, name=name: told.append((name, kept)))  # type: ignore[misc]
    journal.gate.set()
    await flushed(writer)

    assert journal.names == ["a", "b", "c"]
    assert told == [("a", True), ("poison", False), ("b", True), ("c", True)]
    assert (writer.dropped, writer.failing_since) == (1, None)
    assert journal.gaps == [Gap(since=NOW, until=NOW, reason=GapReason.REFUSED, records=1)]


async def test_a_gap_reaches_from_the_first_to_the_last_record_that_was_given_up(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mark for each organisation that lost something, written when the database is back and not before."""
    monkeypatch.setattr(writer_, "RETRY_FIRST_MS", 1)
    monkeypatch.setattr(writer_, "BACKLOG_MAX", 2)
    moments = iter(range(NOW, NOW + 100))
    writer = Writer(journal, lambda: next(moments))
    marked: list[tuple[OrganisationId, Gap]] = []
    writer.marked = lambda organisation, gap: marked.append((organisation, gap))
    for organisation in (TWENTE, BRABANT, TWENTE, BRABANT, BRABANT):
        writer.add(organisation, about("a"))
    assert writer.whole_until == NOW
    assert marked == []

    writer.start()
    await flushed(writer)

    assert marked == [
        (TWENTE, Gap(since=NOW, until=NOW + 2, reason=GapReason.OVERFLOW, records=2)),
        (BRABANT, Gap(since=NOW + 1, until=NOW + 1, reason=GapReason.OVERFLOW, records=1)),
    ]
    assert [organisation for organisation, _ in journal.batches] == [BRABANT]
    await writer.stop()


async def test_the_history_is_whole_up_to_the_oldest_record_that_waits(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of what the database has just refused, and of a gap that is not marked yet."""
    monkeypatch.setattr(writer_, "RETRY_FIRST_MS", 1)
    now = NOW
    writer = Writer(journal, lambda: now)
    writer.start()
    assert writer.whole_until == NOW

    journal.away = True
    writer.add(TWENTE, about("a"))
    failed = asyncio.Event()
    now += 60_000
    writer.add(TWENTE, about("b"), lambda _kept: failed.set())
    async with asyncio.timeout(2):
        await failed.wait()
    now += 60_000
    assert writer.whole_until == NOW

    writer.gap(TWENTE, Gap(since=NOW - 5, until=NOW, reason=GapReason.DIED, records=None))
    assert writer.whole_until == NOW - 5

    journal.away = False
    await flushed(writer)
    assert writer.whole_until == now
    assert journal.gaps == [Gap(since=NOW - 5, until=NOW, reason=GapReason.DIED, records=None)]
    await writer.stop()


async def test_a_writer_that_crashes_says_so(journal: Journal) -> None:
    """What waits for it can stop waiting: a server without a writer must not go on as if nothing were wrong."""
    writer = Writer(journal, lambda: NOW)
    writer.start()

    def crash(_kept: bool) -> None:
        raise RuntimeError("a bug")

    writer.add(TWENTE, about("a"), crash)

    async with asyncio.timeout(2):
        with pytest.raises(RuntimeError, match="a bug"):
            await writer.crashed()
