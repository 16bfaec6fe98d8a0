"""Own history, newest first, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.ports import Participation
from cordboard.core.records import CallOpened, Record, SegmentKind, SegmentOutcome
from cordboard.core.types import CallId, Direction, EndedBy
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    CHANTAL,
    PIET,
    TWENTE,
    URGENT,
    answered_call,
    closed,
    directory,
    opened,
    segment,
)

NOON = 1_530_000_000_000


async def own(database: Database, user: str = CHANTAL) -> list[Participation]:
    """The first page of somebody's history."""
    rows, _ = await database.history.of_user(
        TWENTE, CHANTAL if user == CHANTAL else PIET, before=None, limit=50
    )
    return list(rows)


@pytest.mark.rule("3.4-b", "3.4-c", "X-h", "D24")
async def test_an_answered_call_shows_with_wait_and_talk(database: Database) -> None:
    """Direction, number, talk, wait and moment, as in the manual's table."""
    await database.directories.save(directory())

    await database.journal.append(
        TWENTE, answered_call("c1", NOON, wait_ms=12_000, talk_ms=2_000, queue=URGENT)
    )

    assert await own(database) == [
        Participation(
            call=CallId("c1"),
            kind="answered",
            direction=Direction.IN,
            number="31884800943",
            name=None,
            queue_name="Urgent",
            urgent=True,
            at=NOON + 12_000,
            wait_ms=12_000,
            talk_ms=2_000,
            ended_by=EndedBy.CALLER,
        )
    ]


async def test_a_call_that_still_goes_on_does_not_show(database: Database) -> None:
    """History is of finished calls."""
    await database.journal.append(TWENTE, answered_call("c1", NOON, wait_ms=1, talk_ms=1)[:-1])

    assert await own(database) == []


async def test_a_queues_name_stays_after_the_queue_is_gone(database: Database) -> None:
    """The call keeps the name it came in under."""
    await database.directories.save(directory())
    await database.journal.append(TWENTE, answered_call("c1", NOON, wait_ms=1, talk_ms=1))

    await database.directories.save(replace(directory(), queues=()))

    assert [row.queue_name for row in await own(database)] == ["Algemeen"]


@pytest.mark.rule("D24")
async def test_talk_is_summed_and_holds_do_not_count(database: Database) -> None:
    """Two stretches of talk around a minute on hold."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            segment("c1", SegmentKind.WAIT, NOON, NOON + 5_000, SegmentOutcome.ANSWERED),
            segment("c1", SegmentKind.TALK, NOON + 5_000, NOON + 8_000, SegmentOutcome.HELD, CHANTAL),
            segment("c1", SegmentKind.HOLD, NOON + 8_000, NOON + 68_000, SegmentOutcome.RESUMED, CHANTAL),
            segment("c1", SegmentKind.TALK, NOON + 68_000, NOON + 70_000, SegmentOutcome.ENDED, CHANTAL),
            closed("c1", NOON + 70_000, agent=CHANTAL, by=EndedBy.AGENT),
        ],
    )

    (row,) = await own(database)
    assert (row.at, row.wait_ms, row.talk_ms) == (NOON + 5_000, 5_000, 5_000)
    assert row.ended_by is EndedBy.AGENT


@pytest.mark.rule("D24")
async def test_a_call_answered_by_another_is_nobodys_missed_call(database: Database) -> None:
    """It rang at Chantal too, but Piet took it."""
    await database.journal.append(
        TWENTE,
        [
            *answered_call("c1", NOON, wait_ms=9_000, talk_ms=1_000, agent=PIET),
            segment("c1", SegmentKind.OFFER, NOON, NOON + 9_000, SegmentOutcome.ELSEWHERE, CHANTAL),
            segment("c1", SegmentKind.OFFER, NOON - 1, NOON, SegmentOutcome.MISSED, CHANTAL),
        ],
    )

    assert await own(database) == []
    assert [row.kind for row in await own(database, PIET)] == ["answered"]


@pytest.mark.rule("D24")
async def test_a_rejected_call_shows_as_rejected_unless_answered_later(database: Database) -> None:
    """Chantal rejects one call for good, and takes the other after all."""
    await database.journal.append(
        TWENTE,
        [
            *answered_call("c1", NOON, wait_ms=9_000, talk_ms=1_000, agent=PIET),
            segment("c1", SegmentKind.OFFER, NOON + 3, NOON + 9, SegmentOutcome.REJECTED, CHANTAL),
            *answered_call("c2", NOON + 50_000, wait_ms=9_000, talk_ms=1_000),
            segment("c2", SegmentKind.OFFER, NOON + 49_000, NOON + 50_000, SegmentOutcome.REJECTED, CHANTAL),
        ],
    )

    assert [(row.call, row.kind) for row in await own(database)] == [("c2", "answered"), ("c1", "rejected")]
    assert (await own(database))[1].at == NOON + 3
    assert (await own(database))[1].talk_ms is None


async def test_a_missed_direct_call_shows_as_missed(database: Database) -> None:
    """It was for Chantal alone, not from a queue (D29)."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON, queue=None),
            segment("c1", SegmentKind.OFFER, NOON, NOON + 20_000, SegmentOutcome.MISSED, CHANTAL),
            closed("c1", NOON + 21_000),
        ],
    )

    assert [row.kind for row in await own(database)] == ["missed"]


@pytest.mark.rule("3.4-b")
async def test_an_outgoing_call_shows_also_when_nobody_answered_it(database: Database) -> None:
    """Chantal dials out twice; one call is answered."""
    records: list[Record] = []
    for call, at in (("c1", NOON), ("c2", NOON + 60_000)):
        dialled = opened(call, at, queue=None)
        records.append(
            CallOpened(
                call=dialled.call,
                leg=dialled.leg,
                queue=None,
                direction=Direction.OUT,
                number="8000403",
                name="Jan Jansen",
                dialled=None,
                at=at,
            )
        )
    records += [
        segment("c1", SegmentKind.TALK, NOON + 5_000, NOON + 9_000, SegmentOutcome.ENDED, CHANTAL),
        closed("c1", NOON + 9_000, agent=CHANTAL),
        closed("c2", NOON + 70_000, agent=CHANTAL, by=EndedBy.AGENT),
    ]

    await database.journal.append(TWENTE, records)

    assert [(row.kind, row.at, row.wait_ms, row.talk_ms) for row in await own(database)] == [
        ("outbound", NOON + 60_000, None, None),
        ("outbound", NOON, None, 4_000),
    ]


async def test_two_agents_of_one_call_each_have_their_own_row(database: Database) -> None:
    """Chantal's line was lost, the caller waited again and Piet took over."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            segment("c1", SegmentKind.WAIT, NOON, NOON + 4_000, SegmentOutcome.ANSWERED),
            segment("c1", SegmentKind.TALK, NOON + 4_000, NOON + 10_000, SegmentOutcome.RETURNED, CHANTAL),
            segment("c1", SegmentKind.WAIT, NOON + 10_000, NOON + 13_000, SegmentOutcome.ANSWERED),
            segment("c1", SegmentKind.TALK, NOON + 13_000, NOON + 20_000, SegmentOutcome.ENDED, PIET),
            closed("c1", NOON + 20_000, agent=PIET),
        ],
    )

    assert [(row.wait_ms, row.talk_ms) for row in await own(database)] == [(4_000, 6_000)]
    assert [(row.wait_ms, row.talk_ms) for row in await own(database, PIET)] == [(7_000, 7_000)]


async def test_a_segment_that_comes_after_the_end_still_counts(database: Database) -> None:
    """The end and the last stretch of talk were written in the other order."""
    facts = answered_call("c1", NOON, wait_ms=1_000, talk_ms=3_000)
    talk = facts.pop(-2)

    await database.journal.append(TWENTE, facts)
    await database.journal.append(TWENTE, [talk])

    assert [row.talk_ms for row in await own(database)] == [3_000]


async def test_a_call_lost_with_the_exchange_says_so(database: Database) -> None:
    """Broken off by a failure, not by the caller (F10)."""
    facts = answered_call("c1", NOON, wait_ms=1_000, talk_ms=3_000)[:-1]

    await database.journal.append(
        TWENTE, [*facts, closed("c1", NOON + 4_000, agent=CHANTAL, by=EndedBy.LOST)]
    )

    assert [row.ended_by for row in await own(database)] == [EndedBy.LOST]


async def test_pages_join_without_a_gap_or_a_repeat(database: Database) -> None:
    """Newest first, also where two calls were answered in the same millisecond."""
    for number in range(7):
        await database.journal.append(
            TWENTE, answered_call(f"c{number}", NOON + number // 2, wait_ms=1, talk_ms=1)
        )

    seen: list[str] = []
    before: str | None = None
    pages = 0
    while True:
        rows, before = await database.history.of_user(TWENTE, CHANTAL, before=before, limit=3)
        seen += [row.call for row in rows]
        pages += 1
        if before is None:
            break
        await database.journal.append(TWENTE, answered_call(f"new{pages}", NOON + 99, wait_ms=1, talk_ms=1))

    assert seen == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    assert pages == 3


async def test_an_unreadable_page_key_is_refused(database: Database) -> None:
    """A key that no page gave is the asker's mistake, not the database's."""
    for key in ("", "x", "12", "x.c1", "9999999999999999999999.c1", "-5.c1"):
        with pytest.raises(ValueError, match="page"):
            await database.history.of_user(TWENTE, CHANTAL, before=key, limit=3)
