"""Who called a queue in vain (D14)."""

from __future__ import annotations

from dataclasses import replace

from cordboard.app.history import MissedCaller
from cordboard.core.records import CallOpened, SegmentKind, SegmentOutcome, StoredState
from cordboard.core.types import CallId, Direction, EndedBy, Instant, QueueId
from cordboard.storage.open import Database
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
