"""Own calls by what they were, and calls that were kept long enough (3.4-i)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from cordboard.app.history import Sought
from cordboard.core.records import CallBackRow, CallBackStatus, MessageLeft, Noted, RequestedBy, Why
from cordboard.core.types import CallBackId, CallId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    PIET,
    TWENTE,
    URGENT,
    answered_call,
    closed,
    directory,
    opened,
    other_directory,
    summed,
)

NOON = 1_530_000_000_000
DAY = 24 * 3_600_000


async def seen(database: Database, sought: Sought, limit: int = 50) -> list[str]:
    """The calls that are shown."""
    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=limit, sought=sought)
    return [row.call for row in rows]


@pytest.mark.rule("3.4-i")
async def test_only_the_calls_that_are_sought_are_shown(database: Database) -> None:
    """By kind, by digits in any notation, by the beginning of a name in any case, by the queue; pages go on."""
    await database.directories.save(directory())
    named = replace(opened("c2", NOON + 60_000), name="Zoë Jansen", number="31612345678")
    missed = replace(opened("c3", NOON + 120_000, queue=None), to=CHANTAL, number="31201234567")
    await database.journal.append(TWENTE, answered_call("c1", NOON, wait_ms=1, talk_ms=1, queue=URGENT))
    await database.journal.append(
        TWENTE, [named, *answered_call("c2", NOON + 60_000, wait_ms=1, talk_ms=1)[1:]]
    )
    await database.journal.append(TWENTE, [missed, closed("c3", NOON + 125_000)])

    assert await seen(database, Sought()) == ["c3", "c2", "c1"]
    assert await seen(database, Sought(kind="missed")) == ["c3"]
    assert await seen(database, Sought(typed="06-1234 56")) == ["c2"]
    assert await seen(database, Sought(typed="jansen")) == ["c2"]
    assert await seen(database, Sought(typed="urgent")) == ["c1"]
    assert await seen(database, Sought(kind="answered", typed="%")) == []


@pytest.mark.rule("3.4-i")
@pytest.mark.parametrize("typed", ["JOSÉ ØST", "josé", "øst", "ÖST", "öst"])
async def test_capitals_with_marks_are_capitals_on_every_database(database: Database, typed: str) -> None:
    """As `E` is found by `e`; a letter without its mark is another letter here."""
    await database.directories.save(directory())
    named = replace(opened("c1", NOON), name="José Øst (ÖST)")
    await database.journal.append(TWENTE, [named, *answered_call("c1", NOON, wait_ms=1, talk_ms=1)[1:]])

    assert await seen(database, Sought(typed=typed)) == ["c1"]
    assert await seen(database, Sought(typed="jose")) == []


@pytest.mark.rule("3.4-i")
async def test_calls_kept_long_enough_lose_their_parties_and_keep_their_numbers(database: Database) -> None:
    """Nobody's number, name or part is left; the queue's counts and younger calls are as they were."""
    await database.directories.save(directory())
    for call, at in (("old", NOON), ("young", NOON + DAY)):
        await database.journal.append(TWENTE, answered_call(call, at, wait_ms=5_000, talk_ms=9_000))
        await database.journal.append(
            TWENTE,
            [
                Noted(call=CallId(call), why=Why.TRANSFERRED, agent=CHANTAL, detail="31699999999", at=at),
                MessageLeft(call=CallId(call), name=f"m-{call}", ms=1, to=PIET, queue=None, at=at),
            ],
        )
    await database.journal.append(BRABANT, answered_call("theirs", NOON, wait_ms=1, talk_ms=1))
    before = await database.journal.counts(TWENTE, NOON)

    gone = await database.history.forget(TWENTE, NOON + DAY, limit=10)
    again = await database.history.forget(TWENTE, NOON + DAY, limit=10)

    assert (gone.calls, again.calls) == (1, 0)
    assert await seen(database, Sought()) == ["young"]
    assert await database.history.number_of(TWENTE, CHANTAL, CallId("old")) is None
    assert await database.history.number_of(TWENTE, CHANTAL, CallId("young")) == "31884800943"
    assert (await database.history.log(TWENTE, CallId("young"))).lines != ()  # type: ignore[union-attr]
    assert await database.journal.counts(TWENTE, NOON) == before
    assert summed(before)[ALGEMEEN].handled == 2
    async with database.access.reading() as connection:
        left = (
            await connection.execute(
                text("SELECT number, name, dialled FROM calls WHERE organisation = :o AND id = 'old'"),
                {"o": TWENTE},
            )
        ).one()
        theirs = (await connection.execute(text("SELECT number FROM calls WHERE id = 'theirs'"))).one()
    assert tuple(left) == (None, None, None)
    assert theirs.number is not None


@pytest.mark.rule("3.4-i")
async def test_they_go_the_oldest_first_a_few_at_a_time(database: Database) -> None:
    """So that nobody's call waits for it."""
    for day in range(3):
        await database.journal.append(
            TWENTE, answered_call(f"c{day}", NOON + day * DAY, wait_ms=1, talk_ms=1)
        )

    first = await database.history.forget(TWENTE, NOON + 9 * DAY, limit=2)

    assert first.calls == 2
    assert await seen(database, Sought()) == ["c2"]

    assert first.last == (NOON + DAY + 2, "c1")
    then = await database.history.forget(TWENTE, NOON + 9 * DAY, limit=2, after=first.last)
    nothing = await database.history.forget(TWENTE, NOON + 9 * DAY, limit=2, after=then.last)
    assert (then.calls, nothing.calls, nothing.last) == (1, 0, then.last)


@pytest.mark.rule("3.4-i")
async def test_calls_of_one_instant_are_all_forgotten(database: Database) -> None:
    """Who goes on from a call goes on after it, not after its instant; what lies before is not looked at again."""
    await database.directories.save(directory())
    for number in range(5):
        await database.journal.append(TWENTE, answered_call(f"c{number}", NOON, wait_ms=1, talk_ms=1))

    first = await database.history.forget(TWENTE, NOON + DAY, limit=2)
    rest = await database.history.forget(TWENTE, NOON + DAY, limit=9, after=first.last)
    await database.journal.append(TWENTE, answered_call("c0", NOON, wait_ms=1, talk_ms=1))
    passed = await database.history.forget(TWENTE, NOON + DAY, limit=9, after=rest.last)

    assert (first.calls, rest.calls, passed.calls) == (2, 3, 0)


@pytest.mark.rule("3.4-i", "3.6-k")
async def test_call_backs_go_when_they_ended_long_ago(database: Database) -> None:
    """Those that are still to come stay, however long ago they were asked for; each organisation keeps its own."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    asked = CallBackRow(
        id=CallBackId("b0"),
        queue=ALGEMEEN,
        number="31687654321",
        name="Jürgen",
        owner=None,
        requested_at=NOON,
        requested_by=RequestedBy.CALLER,
        entered_at=NOON,
        due_at=NOON,
        planned_at=NOON,
        at=NOON,
    )
    over = [
        replace(
            asked, id=CallBackId(f"b{n}"), status=CallBackStatus.SUCCEEDED, ended_at=NOON + n, at=NOON + n
        )
        for n in range(1, 5)
    ]
    await database.journal.append(TWENTE, [asked, *over])
    await database.journal.append(BRABANT, over[:1])

    first = await database.history.forget(TWENTE, NOON + 4, limit=2)
    rest = await database.history.forget(TWENTE, NOON + 4, limit=2)

    assert (first.call_backs, rest.call_backs, rest.calls) == (2, 1, 0)
    assert {one.id for one in await database.callbacks.living(TWENTE, 0)} == {"b0", "b4"}
    assert len(await database.callbacks.living(BRABANT, 0)) == 1


@pytest.mark.rule("3.4-i", "D29")
async def test_old_messages_are_named_until_their_sound_is_gone(database: Database) -> None:
    """By name, a part at a time; only those that were said to be gone are forgotten."""
    await database.directories.save(directory())
    for organisation, call, at in ((TWENTE, "c1", NOON), (TWENTE, "c2", NOON + DAY), (BRABANT, "c1", NOON)):
        await database.journal.append(organisation, answered_call(call, at, wait_ms=1, talk_ms=1))
        for name in ("m-a", "M-b", "m-c"):
            left = MessageLeft(call=CallId(call), name=f"{name}-{call}", ms=1, to=PIET, queue=None, at=at)
            await database.journal.append(organisation, [left])
    history = database.history

    first = await history.messages_before(TWENTE, NOON + DAY, limit=2, after=None)
    rest = await history.messages_before(TWENTE, NOON + DAY, limit=2, after=first[-1])
    await history.forget_messages(TWENTE, [*first])

    assert (first, rest) == (("M-b-c1", "m-a-c1"), ("m-c-c1",))
    assert await history.messages_before(TWENTE, NOON + 2 * DAY, limit=9, after=None) == (
        "M-b-c2",
        "m-a-c2",
        "m-c-c1",
        "m-c-c2",
    )
    assert len(await history.messages_before(BRABANT, NOON + DAY, limit=9, after=None)) == 3


@pytest.mark.rule("3.4-i", "D29")
async def test_recordings_that_somebody_keeps_are_told_from_strays(database: Database) -> None:
    """As a message of any organisation, or because the call is not over."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    left = MessageLeft(call=CallId("c1"), name="message-c1", ms=1, to=PIET, queue=None, at=NOON)
    await database.journal.append(TWENTE, [*answered_call("c1", NOON, wait_ms=1, talk_ms=1), left])
    await database.journal.append(BRABANT, [replace(left, call=CallId("b1"), name="message-b1")])
    await database.journal.append(BRABANT, [opened("b2", NOON)])
    await database.journal.append(TWENTE, [opened("c2", NOON), closed("c2", NOON + 1)])

    names = [f"message-{call}" for call in ("c1", "c2", "c3", "b1", "b2")]

    assert await database.history.kept_messages(names) == {"message-c1", "message-b1", "message-b2"}
    assert await database.history.kept_messages([]) == frozenset()
