"""A call that the exchange handled alone (F2), as the core writes it and the database reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.assembly import assemble
from cordboard.core.events import CallHandledAlone
from cordboard.core.records import MissedWhy, Record
from cordboard.core.statistics import MINUTE_MS
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import CallId, EndedBy, LegId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import ALGEMEEN, BRABANT, CHANTAL, DESK, PIET, TWENTE, directory, summed

NOON = 1_530_000_000_000
ANSWERED = CallHandledAlone(
    call=CallId("c-1.1"),
    leg=LegId("1.1"),
    queue=ALGEMEEN,
    to=None,
    number="31612345678",
    name="Mevrouw Jansen",
    dialled="31534800937",
    began_at=NOON,
    rang_at=NOON + 4_000,
    answered_at=NOON + 9_000,
    device=DESK,
    ended_at=NOON + 69_000,
    ended_by=EndedBy.CALLER,
)
MISSED = replace(
    ANSWERED,
    call=CallId("c-1.2"),
    leg=LegId("1.2"),
    number="31687654321",
    name=None,
    began_at=NOON + 100_000,
    rang_at=NOON + 104_000,
    answered_at=None,
    device=None,
    ended_at=NOON + 120_000,
)
DIRECT = replace(MISSED, call=CallId("c-1.3"), leg=LegId("1.3"), queue=None, to=PIET)


async def desk_of(database: Database) -> Switchboard:
    """As a server that starts has it; Chantal has the desk phone."""
    desk = assemble(
        directory(),
        await database.journal.agents(TWENTE),
        await database.journal.open_calls(TWENTE),
        await database.journal.counts(TWENTE, NOON - NOON % MINUTE_MS),
        counted_since=NOON - NOON % MINUTE_MS,
        now=NOON + 300_000,
        new_leg=lambda: LegId("leg"),
        missed=await database.journal.missed(TWENTE),
    )
    desk.board.devices[DESK].used_by = CHANTAL
    return desk


async def keep(database: Database, *events: CallHandledAlone) -> Switchboard:
    """Told to the core; what it remembers is written."""
    await database.directories.save(directory())
    desk = await desk_of(database)
    records: list[Record] = []
    for event in events:
        records += desk.handle(event, NOON + 300_000).records
    await database.journal.append(TWENTE, records)
    # A server that died before it heard of the commit writes it all once more.
    await database.journal.append(TWENTE, [one for one in records if "Missed" not in type(one).__name__])
    return desk


@pytest.mark.rule("D24")
async def test_it_is_in_the_history_of_who_answered_with_its_own_moments(database: Database) -> None:
    """Once, with how long the caller waited and was spoken with, though it is written minutes later."""
    await keep(database, ANSWERED)

    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=10)

    [row] = rows
    assert (row.call, row.kind, row.number, row.name) == (
        "c-1.1",
        "answered",
        "31612345678",
        "Mevrouw Jansen",
    )
    assert (row.at, row.wait_ms, row.talk_ms) == (NOON + 9_000, 9_000, 60_000)
    assert (row.queue_name, row.ended_by) == ("Algemeen", EndedBy.CALLER)
    assert await database.journal.open_calls(TWENTE) == ()
    log = await database.history.log(TWENTE, row.call)
    assert log is not None
    whys = [line.why for line in log.lines]
    assert whys[:4] == ["entered", "fallback", "fallback_answered", "ended"]
    assert log.queues == {ALGEMEEN}


@pytest.mark.rule("D14")
async def test_who_was_not_answered_is_missed_with_the_reason(database: Database) -> None:
    """In the calls that nobody answered, and in the list that is worked through; a direct one in its person's own."""
    await keep(database, MISSED, DIRECT)

    [caller] = await database.history.missed(TWENTE, frozenset({ALGEMEEN}), since=0, limit=10)
    [row] = await database.journal.missed(TWENTE)
    [own], _ = await database.history.of_user(TWENTE, PIET, before=None, limit=10)

    assert (caller.call, caller.at, caller.wait_ms, caller.times) == (
        "c-1.2",
        NOON + 100_000,
        20_000,
        1,
    )
    assert (row.number, row.why, row.at) == ("31687654321", MissedWhy.FALLBACK, NOON + 100_000)
    assert (own.call, own.kind, own.at) == ("c-1.3", "missed", NOON + 100_000)


@pytest.mark.rule("D15")
async def test_the_queue_s_numbers_are_the_same_before_and_after_a_restart(database: Database) -> None:
    """The database counts it in the minutes in which the core did."""
    short = replace(
        MISSED, call=CallId("c-1.4"), leg=LegId("1.4"), rang_at=None, ended_at=MISSED.began_at + 2_000
    )
    nobodys = replace(ANSWERED, call=CallId("c-1.5"), leg=LegId("1.5"), device=None, number="31600000005")
    before = await keep(database, ANSWERED, MISSED, DIRECT, short, nobodys)

    after = await desk_of(database)

    one, other = (desk.board.queues[ALGEMEEN].numbers for desk in (before, after))
    assert (one.total, one.handled, one.short, one.waited_ms) == (4, 1, 1, 9_000)
    assert one.minutes == other.minutes
    assert summed(await database.journal.counts(TWENTE, NOON - NOON % MINUTE_MS))[ALGEMEEN].total == 4


async def test_the_database_says_which_calls_it_has(database: Database) -> None:
    """Of one organisation; asked for none it has none."""
    await keep(database, ANSWERED)
    asked = {CallId("c-1.1"), CallId("c-1.2")}

    assert await database.journal.known(TWENTE, asked) == {"c-1.1"}
    assert await database.journal.known(BRABANT, asked) == frozenset()
    assert await database.journal.known(TWENTE, ()) == frozenset()
