"""Who called a queue in vain (D14), in the calls and in the list that is worked through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy.engine import Connection

from cordboard.app.history import MissedCaller
from cordboard.core.records import CallOpened, MissedRow, MissedWhy, SegmentKind, SegmentOutcome, StoredState
from cordboard.core.types import CallId, Direction, EndedBy, Instant, MissedId, QueueId, UserId
from cordboard.storage.migrate import alembic_config
from cordboard.storage.open import Database, open_database
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    TWENTE,
    URGENT,
    answered_call,
    closed,
    directory,
    moved,
    opened,
    other_directory,
    segment,
)

NOON = 1_530_000_000_000
BOTH = frozenset({ALGEMEEN, URGENT})


async def missed(
    database: Database, queues: frozenset[QueueId] = BOTH, *, since: Instant = 0, limit: int = 100
) -> tuple[MissedCaller, ...]:
    """As somebody asks who serves these queues."""
    return await database.history.missed(TWENTE, queues, since=since, limit=limit)


def dialled(call: str, at: Instant) -> CallOpened:
    """Chantal calls the number of the samples."""
    return replace(opened(call, at, queue=None), direction=Direction.OUT, dialled=None, agent=CHANTAL)


async def test_who_gave_up_is_listed_once_with_how_often(database: Database) -> None:
    """The last call's times, by the name that the queue had."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            closed("c1", NOON + 5_000),
            opened("c2", NOON + 60_000, name="Mevrouw Jansen"),
            closed("c2", NOON + 90_000, by=EndedBy.EXIT),
        ],
    )
    await database.directories.save(replace(directory(), queues=()))

    found = await missed(database)

    assert found == (
        MissedCaller(
            call=CallId("c2"),
            number="31884800943",
            name="Mevrouw Jansen",
            queue=ALGEMEEN,
            queue_name="Algemeen",
            at=NOON + 60_000,
            wait_ms=30_000,
            ended_by=EndedBy.EXIT,
            times=2,
        ),
    )


async def test_who_still_waits_or_was_answered_is_not_missed(database: Database) -> None:
    """Nor who called one person directly, or whom a rule connected with somebody outside."""
    await database.journal.append(
        TWENTE,
        [
            replace(opened("c1", NOON), number="31600000001"),
            *answered_call("c2", NOON, wait_ms=5_000, talk_ms=60_000),
            replace(opened("c3", NOON, queue=None), number="31600000003", to=CHANTAL),
            closed("c3", NOON + 5_000),
            replace(opened("c4", NOON), number="31600000004"),
            segment("c4", SegmentKind.AWAY, NOON + 5_000, NOON + 9_000, SegmentOutcome.ENDED),
            closed("c4", NOON + 9_000),
        ],
    )

    assert await missed(database) == ()


async def test_a_later_call_that_is_answered_takes_the_caller_off_the_list(database: Database) -> None:
    """As soon as they talk; who calls in vain after that is missed anew, and once."""
    await database.journal.append(TWENTE, [opened("c1", NOON), closed("c1", NOON + 5_000)])
    assert [(caller.call, caller.times) for caller in await missed(database)] == [("c1", 1)]

    await database.journal.append(
        TWENTE,
        [
            opened("c2", NOON + 60_000, queue=URGENT),
            moved(
                "c2",
                StoredState.ACTIVE,
                NOON + 70_000,
                agent=CHANTAL,
                answered_at=NOON + 70_000,
                queue=URGENT,
            ),
        ],
    )
    assert await missed(database) == ()

    await database.journal.append(
        TWENTE,
        [
            closed("c2", NOON + 80_000, agent=CHANTAL),
            opened("c3", NOON + 90_000),
            closed("c3", NOON + 95_000),
        ],
    )
    assert [(caller.call, caller.times) for caller in await missed(database)] == [("c3", 1)]


async def test_who_is_called_back_and_answers_is_off_the_list(database: Database) -> None:
    """Dialled without an answer is not yet spoken to."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            closed("c1", NOON + 5_000),
            dialled("c2", NOON + 60_000),
            closed("c2", NOON + 80_000, by=EndedBy.NOT_REACHED),
        ],
    )
    assert [caller.call for caller in await missed(database)] == ["c1"]

    await database.journal.append(
        TWENTE,
        [
            dialled("c3", NOON + 90_000),
            moved(
                "c3", StoredState.ACTIVE, NOON + 95_000, agent=CHANTAL, answered_at=NOON + 95_000, queue=None
            ),
        ],
    )
    assert await missed(database) == ()


async def test_withheld_numbers_stand_alone(database: Database) -> None:
    """Nobody knows whether it was the same person, nor that somebody else was spoken to."""
    await database.journal.append(
        TWENTE,
        [
            replace(opened("c1", NOON), number=None),
            closed("c1", NOON + 5_000),
            replace(opened("c2", NOON + 10_000), number=None),
            closed("c2", NOON + 15_000),
            replace(opened("c3", NOON + 20_000), number=None),
            moved("c3", StoredState.ACTIVE, NOON + 25_000, agent=CHANTAL, answered_at=NOON + 25_000),
        ],
    )

    assert [(caller.call, caller.times) for caller in await missed(database)] == [("c2", 1), ("c1", 1)]


async def test_a_caller_is_in_the_queue_that_was_last_of_those_asked_for(database: Database) -> None:
    """One who came from another queue is one caller; queues of others and older calls are left out."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            moved("c1", StoredState.WAITING, NOON + 5_000, queue=URGENT),
            closed("c1", NOON + 9_000),
        ],
    )

    assert [caller.queue for caller in await missed(database)] == [URGENT]
    assert [caller.queue for caller in await missed(database, frozenset({ALGEMEEN}))] == [ALGEMEEN]
    assert await missed(database, frozenset()) == ()
    assert await missed(database, since=NOON + 1) == ()
    assert await database.history.missed(BRABANT, BOTH, since=0, limit=10) == ()


async def test_a_list_of_missed_callers_has_an_end(database: Database) -> None:
    """The latest stay."""
    for number in range(3):
        await database.journal.append(
            TWENTE,
            [
                replace(opened(f"c{number}", NOON + number), number=f"3160000000{number}"),
                closed(f"c{number}", NOON + 10),
            ],
        )

    assert [caller.call for caller in await missed(database, limit=2)] == ["c2", "c1"]


# --- the list ---

LISTED = MissedRow(
    id=MissedId("c1"),
    queue=ALGEMEEN,
    number="31884800943",
    name="Jürgen",
    at=NOON,
    why=MissedWhy.ABANDONED,
    last_call=CallId("c1"),
    written_at=NOON + 5_000,
)
WITHHELD = MissedRow(
    id=MissedId("c2"),
    queue=URGENT,
    number=None,
    name=None,
    at=NOON + 1,
    why=MissedWhy.MESSAGE,
    message="message-c2",
    times=2,
    last_call=None,
    attempts=3,
    last_attempt_at=NOON + 9_000,
    claimed_by=CHANTAL,
    claimed_at=NOON + 10_000,
    attempt=CallId("c9"),
    written_at=NOON + 10_000,
)


@pytest.mark.rule("D14", "X-c")
async def test_a_missed_caller_is_read_as_written_last(database: Database) -> None:
    """What comes late changes nothing newer; who was spoken to is on no list, and another organisation has none."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    await database.journal.append(TWENTE, [LISTED, WITHHELD])
    assert await database.journal.missed(TWENTE) == (LISTED, WITHHELD)
    assert await database.journal.missed(BRABANT) == ()

    again = replace(LISTED, times=2, why=MissedWhy.CLOSED, written_at=NOON + 20_000)
    done = replace(
        WITHHELD, closed_at=NOON + 30_000, closed_by=CHANTAL, attempt=None, written_at=NOON + 30_000
    )
    await database.journal.append(TWENTE, [again, LISTED, done])
    await database.journal.append(BRABANT, [replace(LISTED, number="31765296000")])
    assert await database.journal.missed(TWENTE) == (again,)
    assert [row.number for row in await database.journal.missed(BRABANT)] == ["31765296000"]


@pytest.mark.rule("3.4-i", "D14")
async def test_missed_callers_go_when_they_were_closed_long_ago(database: Database) -> None:
    """A few at a time, each organisation its own; whoever still waits to be called stays."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    over = [
        replace(
            LISTED, id=MissedId(f"c{n}"), closed_at=NOON + n, closed_by=UserId("nobody"), written_at=NOON + n
        )
        for n in range(3, 7)
    ]
    await database.journal.append(TWENTE, [LISTED, *over])
    await database.journal.append(BRABANT, over[:1])

    first = await database.history.forget(TWENTE, NOON + 6, limit=2)
    rest = await database.history.forget(TWENTE, NOON + 6, limit=2)

    assert (first.missed, rest.missed, rest.calls) == (2, 1, 0)
    assert await database.journal.missed(TWENTE) == (LISTED,)
    assert (await database.history.forget(BRABANT, NOON + 6, limit=2)).missed == 1


async def test_a_filled_database_of_the_version_before_gets_the_list_and_loses_nothing(
    database_url: str,
) -> None:
    """Who was missed before stands in the calls, as it did; from now on the list is kept."""

    def go_to(revision: str) -> Callable[[Connection], None]:
        return lambda connection: command.downgrade(alembic_config(connection), revision)

    before = await open_database(database_url, backups=None)
    await before.directories.save(directory())
    await before.journal.append(TWENTE, [opened("c1", NOON), closed("c1", NOON + 5_000), LISTED])
    async with before.access.writing() as connection:
        await connection.run_sync(go_to("0014"))
    await before.close()

    database = await open_database(database_url, backups=None)

    assert [caller.call for caller in await missed(database)] == ["c1"]
    assert await database.journal.missed(TWENTE) == ()
    await database.journal.append(TWENTE, [WITHHELD])
    assert await database.journal.missed(TWENTE) == (WITHHELD,)
    await database.close()
