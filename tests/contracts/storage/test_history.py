"""Own history, newest first, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.history import Participation
from cordboard.core.records import (
    CallOpened,
    Noted,
    Record,
    SegmentKind,
    SegmentOutcome,
    StoredState,
    Why,
)
from cordboard.core.types import CallId, Direction, EndedBy, LegId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    CHANTAL,
    PIET,
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


@pytest.mark.rule("D24", "3.4-h")
async def test_a_direct_call_that_rang_nowhere_is_missed_all_the_same(database: Database) -> None:
    """Piet's telephone was away, or the caller gave up in time; Chantal, who took it for him, has answered it."""
    for_piet = replace(opened("c1", NOON, queue=None), to=PIET)
    await database.journal.append(
        TWENTE,
        [
            for_piet,
            closed("c1", NOON + 3_000),
            replace(for_piet, call=CallId("c2"), leg=LegId("l2"), at=NOON + 60_000),
            segment("c2", SegmentKind.OFFER, NOON + 61_000, NOON + 70_000, SegmentOutcome.WITHDRAWN, PIET),
            segment("c2", SegmentKind.TALK, NOON + 75_000, NOON + 80_000, SegmentOutcome.ENDED, CHANTAL),
            closed("c2", NOON + 80_000, agent=CHANTAL),
        ],
    )

    assert [(row.call, row.kind, row.at) for row in await own(database, PIET)] == [
        ("c2", "missed", NOON + 60_000),
        ("c1", "missed", NOON),
    ]
    assert [row.kind for row in await own(database)] == ["answered"]


@pytest.mark.rule("D24", "3.4-b", "3.4-h")
async def test_a_call_between_two_desks_is_one_row_for_each(database: Database) -> None:
    """Chantal dialled, Piet answered; the second time he rejected."""
    for number, outcome in (("1", SegmentOutcome.ANSWERED), ("2", SegmentOutcome.REJECTED)):
        at = NOON + int(number) * 60_000
        here, there = f"here{number}", f"there{number}"
        talks = outcome is SegmentOutcome.ANSWERED
        dialled = replace(opened(here, at, queue=None), direction=Direction.OUT, agent=CHANTAL, to=PIET)
        records: list[Record] = [
            dialled,
            replace(opened(there, at, queue=None), to=PIET, peer=CallId(here)),
            segment(here, SegmentKind.DIAL, at, at + 5_000, SegmentOutcome.ANSWERED, CHANTAL),
            segment(there, SegmentKind.OFFER, at, at + 5_000, outcome, PIET),
        ]
        if talks:
            records += [
                segment(here, SegmentKind.TALK, at + 5_000, at + 9_000, SegmentOutcome.ENDED, CHANTAL),
                segment(there, SegmentKind.TALK, at + 5_000, at + 9_000, SegmentOutcome.ENDED, PIET),
            ]
        records += [
            closed(here, at + 9_000, agent=CHANTAL, by=EndedBy.AGENT if talks else EndedBy.NOT_REACHED),
            closed(there, at + 9_000, agent=PIET if talks else None),
        ]
        await database.journal.append(TWENTE, records)

    assert [(row.call, row.kind, row.talk_ms, row.ended_by) for row in await own(database)] == [
        ("here2", "outbound", None, EndedBy.NOT_REACHED),
        ("here1", "outbound", 4_000, EndedBy.AGENT),
    ]
    assert [(row.call, row.kind, row.talk_ms) for row in await own(database, PIET)] == [
        ("there2", "rejected", None),
        ("there1", "answered", 4_000),
    ]


@pytest.mark.rule("D24")
async def test_a_call_that_was_passed_on_says_to_whom_and_each_row_names_its_own_queue(
    database: Database,
) -> None:
    """Chantal sent it on to Urgent; Piet took it there and passed it on to Jan Jansen."""
    await database.directories.save(directory())
    c1 = CallId("c1")
    await database.journal.append(
        TWENTE,
        [
            *answered_call("c1", NOON, wait_ms=4_000, talk_ms=2_000)[:-1],
            Noted(call=c1, why=Why.TO_QUEUE, agent=CHANTAL, detail=URGENT, at=NOON + 6_000),
            moved("c1", StoredState.WAITING, NOON + 6_000, answered_at=NOON + 4_000, queue=URGENT),
            segment("c1", SegmentKind.WAIT, NOON + 6_000, NOON + 9_000, SegmentOutcome.ANSWERED),
            segment("c1", SegmentKind.TALK, NOON + 9_000, NOON + 12_000, SegmentOutcome.TRANSFERRED, PIET),
            Noted(call=c1, why=Why.TRANSFERRED, agent=PIET, detail="Jan Jansen", at=NOON + 12_000),
            closed("c1", NOON + 30_000, agent=PIET),
        ],
    )

    (chantal,), (piet,) = await own(database), await own(database, PIET)
    assert (chantal.transferred_to, chantal.queue_name, chantal.urgent) == ("Urgent", "Algemeen", False)
    assert (piet.transferred_to, piet.queue_name, piet.urgent) == ("Jan Jansen", "Urgent", True)


@pytest.mark.rule("D24", "D7")
async def test_a_transfer_that_was_taken_back_is_none(database: Database) -> None:
    """Within ten seconds, and then Chantal ended the call herself."""
    lines = [
        Noted(call=CallId("c1"), why=why, agent=CHANTAL, detail="Piet", at=NOON + at)
        for why, at in ((Why.TRANSFERRED, 5_000), (Why.TRANSFER_UNDONE, 9_000))
    ]

    await database.journal.append(TWENTE, [*lines, *answered_call("c1", NOON, wait_ms=1, talk_ms=9_999)])

    assert [row.transferred_to for row in await own(database)] == [None]


async def test_who_took_over_an_outgoing_call_has_answered_it(database: Database) -> None:
    """Chantal called a customer and passed the call on to Piet."""
    await database.journal.append(
        TWENTE,
        [
            replace(opened("c1", NOON, queue=None), direction=Direction.OUT, agent=CHANTAL),
            segment("c1", SegmentKind.TALK, NOON + 5_000, NOON + 9_000, SegmentOutcome.TRANSFERRED, CHANTAL),
            segment("c1", SegmentKind.TALK, NOON + 9_000, NOON + 20_000, SegmentOutcome.ENDED, PIET),
            closed("c1", NOON + 20_000, agent=CHANTAL),
        ],
    )

    assert [(row.kind, row.talk_ms) for row in await own(database)] == [("outbound", 4_000)]
    assert [(row.kind, row.talk_ms) for row in await own(database, PIET)] == [("answered", 11_000)]


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


async def test_a_stretch_that_lasted_is_kept_beside_one_without_any_length(database: Database) -> None:
    """Resumed and held again within one millisecond: two stretches of one kind with one beginning."""
    facts = answered_call("c1", NOON, wait_ms=1_000, talk_ms=3_000)
    at_once = segment("c1", SegmentKind.TALK, NOON + 1_000, NOON + 1_000, SegmentOutcome.HELD, CHANTAL)

    await database.journal.append(TWENTE, [at_once, *facts])
    await database.journal.append(TWENTE, [at_once])

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
