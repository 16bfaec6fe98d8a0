"""A call's log and the messages that callers left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.call_log import Past
from cordboard.app.history import StoredLine, StoredMessage
from cordboard.core.records import MessageLeft, Noted, Record, SegmentKind, SegmentOutcome, StoredState, Why
from cordboard.core.types import CallId, Instant, QueueId, UserId
from cordboard.core.urgent import Rung
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    PIET,
    TWENTE,
    URGENT,
    closed,
    directory,
    moved,
    opened,
    segment,
)

NOON = 1_530_000_000_000


def noted(why: Why, at: Instant, agent: UserId | None = None, detail: str | None = None) -> Noted:
    """A line about call c1."""
    return Noted(call=CallId("c1"), why=why, agent=agent, detail=detail, at=at)


def left(name: str, at: Instant, *, to: UserId | None = None, queue: QueueId | None = None) -> MessageLeft:
    """A caller spoke for four seconds."""
    return MessageLeft(call=CallId("c1"), name=name, ms=4_000, to=to, queue=queue, at=at)


@pytest.mark.rule("X-h")
async def test_a_calls_log_is_read_in_the_order_in_which_it_happened(database: Database) -> None:
    """Also of what happened in one millisecond, and of a call that still goes on."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            noted(Why.SKIPPED_PAUSED, NOON, PIET),
            noted(Why.ENTERED, NOON, None, ALGEMEEN),
            noted(Why.OFFERED, NOON, CHANTAL),
        ],
    )
    await database.journal.append(TWENTE, [noted(Why.RANG_OUT, NOON + 20_000, CHANTAL)])

    log = await database.history.log(TWENTE, CallId("c1"))

    assert log is not None
    assert log.lines == (
        StoredLine(at=NOON, why="skipped_paused", agent=PIET, detail=None),
        StoredLine(at=NOON, why="entered", agent=None, detail=ALGEMEEN),
        StoredLine(at=NOON, why="offered", agent=CHANTAL, detail=None),
        StoredLine(at=NOON + 20_000, why="rang_out", agent=CHANTAL, detail=None),
    )


async def test_a_line_that_is_told_again_is_one_line(database: Database) -> None:
    """The connection broke after the commit, and the batch came a second time."""
    facts: list[Record] = [opened("c1", NOON), noted(Why.ENTERED, NOON), noted(Why.OFFERED, NOON, CHANTAL)]
    await database.journal.append(TWENTE, facts)

    await database.journal.append(TWENTE, facts)

    log = await database.history.log(TWENTE, CallId("c1"))
    assert log is not None
    assert [line.why for line in log.lines] == ["entered", "offered"]


@pytest.mark.rule("D6", "D16")
async def test_how_far_an_urgent_call_climbed_is_known_after_a_restart(database: Database) -> None:
    """By its log, in the wait that is running: who comes back begins at the bottom."""
    facts: list[Record] = [opened("c1", NOON), opened("c2", NOON), opened("c3", NOON)]
    for call in ("c1", "c2"):
        facts += [
            replace(noted(Why.ESCALATED, NOON + 30_000, detail="everybody"), call=CallId(call)),
            replace(noted(Why.ESCALATED, NOON + 60_000, detail="outside"), call=CallId(call)),
        ]
    facts.append(segment("c2", SegmentKind.WAIT, NOON, NOON + 70_000, SegmentOutcome.ANSWERED))
    await database.journal.append(TWENTE, facts)

    calls = await database.journal.open_calls(TWENTE)

    assert [call.past.rung for call in calls] == [Rung.OUTSIDE, Rung.SIGNED_IN, Rung.SIGNED_IN]
    assert await database.journal.open_calls(BRABANT) == ()


@pytest.mark.rule("D4", "D16")
async def test_who_refused_an_open_call_or_let_it_ring_is_read_with_it(database: Database) -> None:
    """And when; of the queue that it is in now, and of no other organisation or call."""
    other, over = CallId("c2"), CallId("c3")
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            opened("c2", NOON),
            opened("c3", NOON),
            noted(Why.REJECTED, NOON + 1_000, CHANTAL),
            noted(Why.RANG_OUT, NOON + 2_000, PIET),
            noted(Why.LED_OUT, NOON + 3_000, detail="timeout"),
            replace(noted(Why.REJECTED, NOON + 1_000, CHANTAL), call=other),
            replace(noted(Why.RANG_OUT, NOON + 1_000, CHANTAL), call=other),
            replace(noted(Why.TO_QUEUE, NOON + 1_000, CHANTAL, URGENT), call=other),
            replace(noted(Why.RANG_OUT, NOON + 2_000, CHANTAL), call=other),
            replace(noted(Why.NOT_REACHED, NOON + 3_000, PIET), call=other),
            replace(noted(Why.RANG_OUT, NOON + 4_000, CHANTAL), call=other),
            replace(noted(Why.REJECTED, NOON + 1_000, CHANTAL), call=over),
            closed("c3", NOON + 2_000),
        ],
    )
    await database.journal.append(BRABANT, [noted(Why.REJECTED, NOON + 1_000, PIET)])

    calls = {call.id: call for call in await database.journal.open_calls(TWENTE)}

    first, second = calls[CallId("c1")].past, calls[other].past
    assert calls.keys() == {CallId("c1"), other}
    assert first == Past(rejected={CHANTAL: NOON + 1_000}, tried={PIET}, led_out="timeout")
    # Chantal had a second turn, so everybody has had the first.
    assert second == Past(tried={CHANTAL})


@pytest.mark.rule("X-c", "X-h")
async def test_a_log_says_who_and_which_queues_had_to_do_with_the_call(database: Database) -> None:
    """Who was offered it or talked, now or before, and every queue that it was in; nothing of it elsewhere."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            noted(Why.SKIPPED_BUSY, NOON, UserId("u-anja")),
            segment("c1", SegmentKind.OFFER, NOON, NOON + 4_000, SegmentOutcome.REJECTED, PIET),
            moved("c1", StoredState.WAITING, NOON + 5_000, queue=URGENT),
            moved(
                "c1", StoredState.ACTIVE, NOON + 6_000, agent=CHANTAL, answered_at=NOON + 6_000, queue=URGENT
            ),
        ],
    )

    log = await database.history.log(TWENTE, CallId("c1"))

    assert log is not None
    assert log.people == {PIET, CHANTAL}
    assert log.queues == {ALGEMEEN, URGENT}
    assert await database.history.log(BRABANT, CallId("c1")) is None
    assert await database.history.log(TWENTE, CallId("c9")) is None


@pytest.mark.rule("D29")
async def test_messages_are_for_a_person_or_for_who_serves_the_queue(database: Database) -> None:
    """Newest first, with the caller's number and the name that the queue had."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON, name="Mevrouw Jansen"),
            left("m1", NOON + 1, to=CHANTAL),
            left("m2", NOON + 2, queue=ALGEMEEN),
            left("m3", NOON + 3, to=PIET, queue=ALGEMEEN),
            left("m4", NOON + 4, queue=URGENT),
            left("m2", NOON + 9, queue=ALGEMEEN),
            closed("c1", NOON + 9),
        ],
    )
    await database.directories.save(replace(directory(), queues=()))

    found = await database.history.messages(TWENTE, CHANTAL, frozenset({ALGEMEEN}), limit=10)

    assert found == (
        StoredMessage(
            name="m2",
            call=CallId("c1"),
            number="31884800943",
            caller_name="Mevrouw Jansen",
            to=None,
            queue=ALGEMEEN,
            queue_name="Algemeen",
            at=NOON + 2,
            ms=4_000,
        ),
        StoredMessage(
            name="m1",
            call=CallId("c1"),
            number="31884800943",
            caller_name="Mevrouw Jansen",
            to=CHANTAL,
            queue=None,
            queue_name=None,
            at=NOON + 1,
            ms=4_000,
        ),
    )
    assert await database.history.messages(TWENTE, UserId("u-anja"), frozenset(), limit=10) == ()
    assert await database.history.messages(BRABANT, CHANTAL, frozenset({ALGEMEEN}), limit=10) == ()
    assert len(await database.history.messages(TWENTE, CHANTAL, frozenset({URGENT, ALGEMEEN}), limit=2)) == 2
    assert await database.history.message(TWENTE, "m1") == found[1]
    assert await database.history.message(TWENTE, "m9") is None
    assert await database.history.message(BRABANT, "m1") is None
