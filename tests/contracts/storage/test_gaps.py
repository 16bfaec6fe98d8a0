"""What the history says of moments of which it may not have everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.gaps import Gap, GapReason
from cordboard.app.ports import StorageRefusal
from cordboard.storage.open import Database
from tests.contracts.storage.samples import BRABANT, TWENTE, directory, other_directory

NOON = 1_530_000_000_000
DIED = Gap(since=NOON, until=NOON + 1_000, reason=GapReason.DIED, records=None)


async def test_gaps_are_read_the_latest_first_and_stay_within_their_organisation(database: Database) -> None:
    """Between two moments: the first one not included, as a page of the history is."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    later = Gap(since=NOON + 5_000, until=NOON + 9_000, reason=GapReason.OVERFLOW, records=12)
    await database.journal.mark(TWENTE, DIED)
    await database.journal.mark(TWENTE, later)
    await database.journal.mark(BRABANT, DIED)

    assert await database.history.gaps(TWENTE, 0, None) == (later, DIED)
    assert await database.history.gaps(TWENTE, NOON + 1_000, None) == (later,)
    assert await database.history.gaps(TWENTE, 0, NOON + 8_999) == (DIED,)
    assert await database.history.gaps(BRABANT, 0, None) == (DIED,)


async def test_a_gap_that_has_grown_takes_its_own_place(database: Database) -> None:
    """It is marked again when more of it is known, or when nobody knows whether it was; another reason is another."""
    await database.directories.save(directory())
    grown = Gap(since=NOON, until=NOON + 4_000, reason=GapReason.OVERFLOW, records=7)
    for gap in (replace(grown, until=NOON + 1, records=1), grown, grown, DIED):
        await database.journal.mark(TWENTE, gap)

    assert await database.history.gaps(TWENTE, 0, None) == (grown, DIED)


async def test_nobodys_history_has_no_gap(database: Database) -> None:
    """An organisation that was deleted meanwhile; the writer goes on."""
    with pytest.raises(StorageRefusal):
        await database.journal.mark(TWENTE, DIED)
