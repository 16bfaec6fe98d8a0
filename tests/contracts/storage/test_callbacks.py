"""Call backs on both databases (3.6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.core.records import CallBackReason, CallBackRow, CallBackStatus, RequestedBy
from cordboard.core.types import CallBackId, CallId, QueueId
from cordboard.storage import callbacks
from cordboard.storage.open import Database
from tests.contracts.storage.samples import BRABANT, CHANTAL, TWENTE, directory

NOON = 1_800_000_000_000
PLANNED = CallBackRow(
    id=CallBackId("b1"),
    queue=QueueId("algemeen"),
    number="31687654321",
    name="Jürgen",
    owner=None,
    requested_at=NOON,
    requested_by=RequestedBy.CALLER,
    entered_at=NOON - 5_000,
    due_at=NOON + 98_000,
    planned_at=NOON + 98_000,
    at=NOON,
)
FAILED = replace(
    PLANNED,
    id=CallBackId("b2"),
    owner=CHANTAL,
    requested_by=RequestedBy.AGENT,
    entered_at=None,
    last_attempt_at=NOON + 900_000,
    attempts=3,
    status=CallBackStatus.FAILED,
    handled_by=CHANTAL,
    reason=CallBackReason.NO_ANSWER,
    ended_at=NOON + 930_000,
    call=CallId("c1"),
)


@pytest.fixture(autouse=True)
async def kept(database: Database) -> None:
    """One to come, one that failed."""
    await database.directories.save(directory())
    await database.journal.append(TWENTE, [PLANNED, FAILED])


@pytest.mark.rule("3.6-q")
async def test_a_call_back_is_read_as_it_was_written_last(database: Database) -> None:
    """What comes late changes nothing newer; another organisation has none of them."""
    later = replace(PLANNED, status=CallBackStatus.IN_PROGRESS, call=CallId("c2"), at=NOON + 1)
    await database.journal.append(TWENTE, [later, PLANNED])
    assert set(await database.callbacks.living(TWENTE, NOON)) == {later, FAILED}
    assert await database.callbacks.living(TWENTE, NOON + 930_001) == (later,)
    assert await database.callbacks.living(BRABANT, 0) == ()


@pytest.mark.rule("3.6-b", "3.6-k", "D14")
async def test_the_planning_has_each_in_its_cell(database: Database) -> None:
    """At its planned time before the first attempt, then at the last one."""
    kept = database.callbacks
    assert await kept.between(TWENTE, NOON, NOON + 900_000, "") == (PLANNED,)
    assert await kept.between(TWENTE, NOON + 900_000, NOON + 900_001, "") == (FAILED,)
    assert await kept.between(TWENTE, NOON, NOON + 900_001, "8765") == (PLANNED, FAILED)
    assert await kept.between(TWENTE, NOON, NOON + 900_001, "000") == ()
    assert await kept.between(BRABANT, 0, NOON * 2, "") == ()


@pytest.mark.rule("3.6-o")
async def test_a_number_is_found_by_any_of_its_digits(database: Database) -> None:
    """And a sign that means something to a database means nothing here."""
    assert {r.id for r in await database.callbacks.search(TWENTE, "6876")} == {"b1", "b2"}
    assert await database.callbacks.search(TWENTE, "%") == ()
    assert await database.callbacks.search(BRABANT, "6876") == ()


@pytest.mark.rule("3.6-v", "3.6-o")
async def test_what_may_not_be_seen_takes_nobodys_place(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list has an end: a colleague's queue must not fill it; one's own are found in any queue."""
    other = replace(PLANNED, id=CallBackId("b3"), queue=QueueId("urgent"), requested_at=NOON + 1)
    await database.journal.append(TWENTE, [other])
    monkeypatch.setattr(callbacks, "FOUND_MAX", 1)
    monkeypatch.setattr(callbacks, "DAY_MAX", 1)
    kept, hidden = database.callbacks, frozenset({QueueId("urgent")})

    assert await kept.search(TWENTE, "6876") == (other,)
    assert await kept.search(TWENTE, "6876", hidden=hidden) == (PLANNED,)
    assert await kept.between(TWENTE, NOON, NOON + 900_000, "", hidden=hidden | {PLANNED.queue}) == ()
    everywhere = hidden | {PLANNED.queue}
    assert await kept.search(TWENTE, "6876", hidden=everywhere, user=CHANTAL) == (FAILED,)
    assert await kept.between(TWENTE, NOON, NOON * 2, "", hidden=everywhere, user=CHANTAL) == (FAILED,)
