"""Up to when the history is whole, and what a server that died is told to have left (F20)."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from cordboard.app.clock import SteadyClock
from cordboard.app.gaps import SHOWN_MS, Gap, GapReason
from cordboard.app.tenancy import Tenancy
from cordboard.app.troubles import Trouble, TroubleCode, Troubles
from cordboard.app.writer import Writer
from cordboard.core.records import AwayChanged
from cordboard.core.types import Instant, OrganisationId, UserId
from cordboard.storage.open import Database, open_database
from cordboard.wiring import wholeness
from cordboard.wiring.wholeness import POWER_CUT_MS, Wholeness, WrittenFile, WrittenUntil, left_behind
from tests.contracts.storage.samples import BRABANT, TWENTE, directory, opened, other_directory
from tests.support.waiting import until

NOON = 1_800_000_000_000


@dataclass
class Wall:
    """A clock that a test sets."""

    at: Instant = NOON
    offset_ns: int = 7

    def now(self) -> Instant:
        """Milliseconds UTC."""
        return self.at


@dataclass
class House:
    """What one server has of it."""

    wholeness: Wholeness
    writer: Writer
    troubles: Troubles
    wall: Wall
    told: list[str] = field(default_factory=list)
    renewed: list[tuple[OrganisationId, list[str]]] = field(default_factory=list)
    """Of whom what goes on was to be written anew, and which calls were open in the database."""

    @property
    def alarms(self) -> list[tuple[OrganisationId | None, Instant, Instant | None]]:
        """Whose history has a gap, and when."""
        return [(t.organisation, t.since, t.until) for t in self.troubles.of(TroubleCode.HISTORY_GAP)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """With two organisations."""
    database = await open_database(f"sqlite:///{tmp_path}/cordboard.db", backups=None)
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    yield database
    await database.close()


@asynccontextmanager
async def server(database: Database, folder: Path, at: Instant) -> AsyncIterator[House]:
    """One that looks all the time and is not stopped: at the end it is as if it were killed."""
    wall = Wall(at)
    writer = Writer(database.journal, wall.now)
    writer.start()
    tenancy = Tenancy(database.directories)
    await tenancy.load()
    told: list[str] = []
    renewed: list[tuple[OrganisationId, list[str]]] = []
    troubles = Troubles(wall.now, told.append)
    whole = Wholeness(
        file=WrittenFile(folder / wholeness.FILE),
        writer=writer,
        journal=database.journal,
        history=database.history,
        remember_all=lambda organisation, calls: renewed.append((organisation, list(calls))),
        tenancy=tenancy,
        troubles=troubles,
        clock=cast(SteadyClock, wall),
    )
    await whole.begin()
    looking = asyncio.create_task(whole.run())
    try:
        yield House(whole, writer, troubles, wall, told, renewed)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await writer.stop(timeout_ms=0)


async def noted(folder: Path, moment: Instant) -> None:
    """The file says so."""
    file = WrittenFile(folder / wholeness.FILE)
    await until(lambda: (found := file.read()) is not None and found.moment == moment)


@pytest.fixture(autouse=True)
def looks_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second here."""
    monkeypatch.setattr(wholeness, "EVERY_MS", 1)


async def test_after_a_death_the_history_says_that_something_may_be_missing(
    database: Database, tmp_path: Path
) -> None:
    """From when everything was written last until the next server; in both organisations, and in their alarms."""
    async with server(database, tmp_path, NOON) as first:
        first.wall.at = NOON + 60_000
        await noted(tmp_path, NOON + 60_000)
        assert first.alarms == []

    gap = Gap(since=NOON + 60_000, until=NOON + 63_000, reason=GapReason.DIED, records=None)
    async with server(database, tmp_path, NOON + 63_000) as second:
        async with asyncio.timeout(30):
            await second.writer.flushed()
        assert await database.history.gaps(TWENTE, 0, None) == (gap,)
        assert await database.history.gaps(BRABANT, 0, None) == (gap,)
        assert sorted(second.alarms, key=str) == sorted(
            [(TWENTE, gap.since, gap.until), (BRABANT, gap.since, gap.until)], key=str
        )
        await noted(tmp_path, NOON + 63_000)

        second.wall.at = gap.until + SHOWN_MS + 1
        await until(lambda: not second.alarms)
        assert await database.history.gaps(TWENTE, 0, None) == (gap,)


async def test_a_server_that_died_while_the_database_was_away_leaves_a_gap_from_its_first_fact_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes of calls were in its memory only."""
    moments: list[Instant] = []
    write = WrittenFile.write

    def counted(file: WrittenFile, moment: Instant, offset_ns: int, *, stopped: bool = False) -> None:
        write(file, moment, offset_ns, stopped=stopped)
        moments.append(moment)

    monkeypatch.setattr(WrittenFile, "write", counted)
    async with server(database, tmp_path, NOON) as first:
        await noted(tmp_path, NOON)
        with monkeypatch.context() as away:
            away.setattr(database.access, "closed", True)
            first.wall.at = NOON + 1_000
            first.writer.add(TWENTE, [AwayChanged(agent=UserId("u"), away=True, at=NOON + 1_000)])
            first.wall.at = NOON + 600_000
            await noted(tmp_path, NOON + 1_000)
            looked = len(moments)
            await until(lambda: len(moments) >= looked + 2)
            await first.writer.stop(timeout_ms=0)

    async with server(database, tmp_path, NOON + 601_000) as second:
        async with asyncio.timeout(30):
            await second.writer.flushed()
    (gap,) = await database.history.gaps(TWENTE, 0, None)
    assert (gap.since, gap.until) == (NOON + 1_000, NOON + 601_000)


async def test_when_records_were_given_up_what_goes_on_is_written_anew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the database is back; a call that is open there may be over. Nothing else is a reason to."""
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    async with server(database, tmp_path, NOON) as house:
        house.writer.gap(BRABANT, Gap(since=NOON, until=NOON, reason=GapReason.REFUSED, records=1))
        await house.writer.flushed()
        with monkeypatch.context() as away:
            away.setattr(database.access, "closed", True)
            house.writer.gap(TWENTE, Gap(since=NOON, until=NOON, reason=GapReason.OVERFLOW, records=1))
            await until(lambda: house.writer.failing_since is not None)
            assert house.renewed == []
        await until(lambda: bool(house.renewed))

        assert house.renewed == [(TWENTE, ["c1"])]


async def test_a_server_that_was_stopped_leaves_no_gap_and_the_next_still_knows_the_last_one(
    database: Database, tmp_path: Path
) -> None:
    """However long the house is closed; what stood in the alarms stands there again."""
    await database.journal.mark(
        TWENTE, Gap(since=NOON - 9, until=NOON - 5, reason=GapReason.OVERFLOW, records=1)
    )
    async with server(database, tmp_path, NOON) as first:
        await first.writer.stop()
        first.wholeness.end()

    async with server(database, tmp_path, NOON + 3_600_000) as second:
        async with asyncio.timeout(30):
            await second.writer.flushed()
        assert second.alarms == [(TWENTE, NOON - 9, NOON - 5)]
        assert len(await database.history.gaps(TWENTE, 0, None)) == 1


def test_what_a_power_cut_may_have_taken_back_is_in_the_gap() -> None:
    """Of a machine that started anew; a clock that was set back gives no gap that ends before it begins."""
    left = WrittenUntil(moment=NOON, boot="one", offset_ns=7, stopped=False)

    same = left_behind(left, "one", NOON + 5)
    assert same == Gap(since=NOON, until=NOON + 5, reason=GapReason.DIED, records=None)
    other = left_behind(left, "two", NOON + 5)
    assert other == Gap(since=NOON - POWER_CUT_MS, until=NOON + 5, reason=GapReason.DIED, records=None)
    back = left_behind(left, "one", NOON - 50)
    assert back == Gap(since=NOON - 50, until=NOON, reason=GapReason.DIED, records=None)
    assert (
        left_behind(WrittenUntil(moment=NOON, boot="one", offset_ns=7, stopped=True), "two", NOON + 5) is None
    )
    assert left_behind(None, "two", NOON) is None


def test_the_file_is_written_in_place_and_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    """It never needs more room than it has; only its owner reads it."""
    path = tmp_path / wholeness.FILE
    file = WrittenFile(path)
    assert file.read() is None
    file.write(NOON, 7)
    before = path.stat()
    file.write(NOON + 1, -7, stopped=True)

    after = path.stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
    assert stat.S_IMODE(after.st_mode) == 0o600
    assert file.read() == WrittenUntil(moment=NOON + 1, boot=file.boot, offset_ns=-7, stopped=True)
    path.write_text("nonsense")
    assert file.read() is None


def test_an_organisations_gap_is_one_alarm_that_is_replaced() -> None:
    """And each of two organisations has its own."""
    told: list[str] = []
    troubles = Troubles(lambda: NOON, told.append)
    for organisation, ended in ((TWENTE, 2), (TWENTE, 9), (BRABANT, 3)):
        troubles.show(Trouble(code=TroubleCode.HISTORY_GAP, since=1, until=ended, organisation=organisation))

    found = {trouble.organisation: trouble.until for trouble in troubles.of(TroubleCode.HISTORY_GAP)}
    assert found == {TWENTE: 9, BRABANT: 3}
    assert len(told) == 3
