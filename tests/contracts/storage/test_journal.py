"""What every journal keeps: promises to agents, open calls and the queue numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from cordboard.app.ports import StorageFailure, StoredAgent, StoredCall
from cordboard.core.records import (
    AnswerMethodLearned,
    AwayChanged,
    CallOpened,
    DevicePaired,
    GroupChosen,
    QueueSignInChanged,
    SegmentKind,
    SegmentOutcome,
    StoredState,
    WrapUpChanged,
    WrapUpKind,
)
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.statistics import Tally
from cordboard.core.types import AnswerMethod, CallId, DeviceId, Direction, GroupId, Instant, LegId, QueueId
from cordboard.storage.open import Database, open_database
from tests.contracts.storage.samples import (
    ALGEMEEN,
    BRABANT,
    CHANTAL,
    DESK,
    ENSCHEDE,
    PIET,
    TWENTE,
    URGENT,
    answered_call,
    closed,
    directory,
    moved,
    opened,
    other_directory,
    segment,
    summed,
)

NOON = 1_530_000_000_000


def no_promise() -> StoredAgent:
    """Chantal, to whom nothing is promised."""
    return StoredAgent(
        user=CHANTAL,
        group=None,
        device=None,
        signed_in=frozenset(),
        wrap_up_kind=None,
        wrap_up_since=None,
        wrap_up_until=None,
        wrap_up_pending_ms=0,
        wrap_up_armed=False,
        away=False,
    )


def wrap_up(kind: WrapUpKind | None, until: Instant | None = None) -> WrapUpChanged:
    """Chantal's wrap-up changes."""
    return WrapUpChanged(
        agent=CHANTAL,
        kind=kind,
        since=None if kind is None else NOON,
        until=until,
        pending_ms=0,
        armed=False,
        at=NOON,
    )


def remembered(queue: QueueId, *, group: GroupId = ENSCHEDE, still: bool = True) -> SignInRemembered:
    """Where Chantal was in that group."""
    return SignInRemembered(agent=CHANTAL, group=group, queue=queue, remembered=still, at=NOON)


@pytest.mark.rule("1.2-h", "2.3-b")
async def test_promises_to_an_agent_are_there_after_opening_again(database_url: str) -> None:
    """Chantal's group, device, sign-ins, wrap-up and 'not answered' outlive the server."""
    before = await open_database(database_url, backups=None)
    await before.directories.save(directory())
    await before.journal.append(
        TWENTE,
        [
            GroupChosen(agent=CHANTAL, group=ENSCHEDE, at=NOON),
            DevicePaired(agent=CHANTAL, device=DESK, at=NOON),
            QueueSignInChanged(agent=CHANTAL, queue=ALGEMEEN, signed_in=True, at=NOON),
            QueueSignInChanged(agent=CHANTAL, queue=URGENT, signed_in=True, at=NOON),
            QueueSignInChanged(agent=CHANTAL, queue=URGENT, signed_in=False, at=NOON),
            remembered(ALGEMEEN),
            remembered(ALGEMEEN),
            remembered(URGENT),
            remembered(URGENT, still=False),
            WrapUpChanged(
                agent=CHANTAL,
                kind=WrapUpKind.AUTOMATIC,
                since=NOON,
                until=NOON + 15_000,
                pending_ms=20_000,
                armed=True,
                at=NOON,
            ),
            AwayChanged(agent=CHANTAL, away=True, at=NOON),
        ],
    )
    await before.close()

    after = await open_database(database_url, backups=None)
    agents = await after.journal.agents(TWENTE)
    await after.close()

    assert agents == (
        StoredAgent(
            user=CHANTAL,
            group=ENSCHEDE,
            device=DESK,
            signed_in=frozenset({ALGEMEEN}),
            remembered=frozenset({(ENSCHEDE, ALGEMEEN)}),
            wrap_up_kind=WrapUpKind.AUTOMATIC,
            wrap_up_since=NOON,
            wrap_up_until=NOON + 15_000,
            wrap_up_pending_ms=20_000,
            wrap_up_armed=True,
            away=True,
        ),
    )


@pytest.mark.rule("D12", "X-c")
async def test_what_is_remembered_of_a_group_is_read_of_who_is_nowhere_now(database: Database) -> None:
    """After logging out nothing else is promised; what is gone is left out, another's is not ours."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())

    await database.journal.append(
        TWENTE,
        [remembered(ALGEMEEN), remembered(QueueId("q-gone")), remembered(URGENT, group=GroupId("g-gone"))],
    )

    assert await database.journal.agents(TWENTE) == (
        replace(no_promise(), remembered=frozenset({(ENSCHEDE, ALGEMEEN)})),
    )
    assert await database.journal.agents(BRABANT) == ()


async def test_each_fact_changes_only_its_own_part_of_the_promises(database: Database) -> None:
    """A wrap-up that ends does not unpair the device; a device that goes leaves the sign-ins."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE, [DevicePaired(agent=CHANTAL, device=DESK, at=NOON), wrap_up(WrapUpKind.MANUAL)]
    )

    await database.journal.append(TWENTE, [wrap_up(None)])

    assert await database.journal.agents(TWENTE) == (replace(no_promise(), device=DESK),)


async def test_an_agent_to_whom_nothing_is_promised_is_not_read(database: Database) -> None:
    """Signed out, unpaired, no wrap-up: as if never seen."""
    await database.directories.save(directory())
    await database.journal.append(TWENTE, [DevicePaired(agent=CHANTAL, device=DESK, at=NOON)])

    await database.journal.append(TWENTE, [DevicePaired(agent=CHANTAL, device=None, at=NOON)])

    assert await database.journal.agents(TWENTE) == ()


async def test_facts_about_what_was_deleted_are_taken_and_left_out(database: Database) -> None:
    """A queue, a device and a person go while a call of theirs is still being written down."""
    await database.directories.save(directory())

    await database.journal.append(
        TWENTE,
        [
            QueueSignInChanged(agent=CHANTAL, queue=QueueId("q-gone"), signed_in=True, at=NOON),
            DevicePaired(agent=CHANTAL, device=DeviceId("d-gone"), at=NOON),
            GroupChosen(agent=CHANTAL, group=ENSCHEDE, at=NOON),
            GroupChosen(agent=PIET, group=ENSCHEDE, at=NOON),
            *answered_call("c1", NOON, wait_ms=5, talk_ms=5, queue=QueueId("q-gone")),
        ],
    )
    await database.directories.save(replace(directory(), users=directory().users[:1]))

    assert await database.journal.agents(TWENTE) == (replace(no_promise(), group=ENSCHEDE),)


async def test_an_open_call_is_read_with_its_place(database: Database) -> None:
    """After a crash the caller is where he was: waiting, or held by Chantal, with the times of before."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            opened("c2", NOON + 1_000, name="Mevrouw Jansen"),
            opened("c1", NOON),
            moved("c1", StoredState.ACTIVE, NOON + 4_000, agent=CHANTAL, answered_at=NOON + 4_000),
            moved("c1", StoredState.HELD, NOON + 9_000, agent=CHANTAL, answered_at=NOON + 4_000),
            *answered_call("c3", NOON, wait_ms=5, talk_ms=5),
        ],
    )

    calls = await database.journal.open_calls(TWENTE)

    assert [(call.id, call.state, call.since) for call in calls] == [
        (CallId("c1"), StoredState.HELD, NOON + 9_000),
        (CallId("c2"), StoredState.WAITING, NOON + 1_000),
    ]
    assert calls[1] == StoredCall(
        id=CallId("c2"),
        leg=LegId("leg-c2"),
        queue=ALGEMEEN,
        direction=Direction.IN,
        number="31884800943",
        name="Mevrouw Jansen",
        dialled="31534800937",
        state=StoredState.WAITING,
        since=NOON + 1_000,
        agent=None,
        entered_at=NOON + 1_000,
        answered_at=None,
        segment_since=NOON + 1_000,
    )


async def test_the_first_answer_stays_when_the_caller_goes_back_to_waiting(database: Database) -> None:
    """Chantal's line was lost; the caller waits again, and was answered all the same."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            moved("c1", StoredState.ACTIVE, NOON + 4_000, agent=CHANTAL, answered_at=NOON + 4_000),
            moved("c1", StoredState.WAITING, NOON + 8_000),
        ],
    )

    (call,) = await database.journal.open_calls(TWENTE)

    assert (call.state, call.agent, call.answered_at) == (StoredState.WAITING, None, NOON + 4_000)


async def test_what_is_already_there_changes_nothing(database: Database) -> None:
    """After a restart the same facts are told again: one call, one end, one line in the history."""
    facts = answered_call("c1", NOON, wait_ms=12_000, talk_ms=2_000)
    await database.journal.append(TWENTE, facts)

    await database.journal.append(TWENTE, facts)
    await database.journal.append(TWENTE, [closed("c1", NOON + 99_000, agent=PIET)])
    await database.journal.append(TWENTE, [moved("c1", StoredState.WAITING, NOON + 99_000)])

    assert await database.journal.open_calls(TWENTE) == ()
    rows, _ = await database.history.of_user(TWENTE, CHANTAL, before=None, limit=10)
    assert [(row.wait_ms, row.talk_ms) for row in rows] == [(12_000, 2_000)]
    assert summed(await database.journal.counts(TWENTE, NOON))[ALGEMEEN].total == 1


async def test_a_batch_is_stored_whole_or_not_at_all(database: Database) -> None:
    """The second fact cannot be stored, so the first is not there either; the next batch is."""
    broken = replace(
        segment("c1", SegmentKind.WAIT, NOON, NOON, SegmentOutcome.ANSWERED), ended_at=cast("Instant", None)
    )

    with pytest.raises(StorageFailure):
        await database.journal.append(TWENTE, [opened("c1", NOON), broken])

    assert await database.journal.open_calls(TWENTE) == ()
    await database.journal.append(TWENTE, [opened("c1", NOON)])
    assert len(await database.journal.open_calls(TWENTE)) == 1


async def test_an_empty_batch_is_nothing(database: Database) -> None:
    """Nothing to store is no error."""
    await database.journal.append(TWENTE, [])

    assert await database.journal.open_calls(TWENTE) == ()


@pytest.mark.rule("X-c")
async def test_organisations_do_not_see_each_others_facts(database: Database) -> None:
    """The same ids in two organisations are two calls and two promises."""
    await database.directories.save(directory())
    await database.directories.save(other_directory())
    await database.journal.append(
        TWENTE, [opened("c1", NOON), GroupChosen(agent=CHANTAL, group=ENSCHEDE, at=NOON)]
    )

    await database.journal.append(BRABANT, [opened("c1", NOON), closed("c1", NOON + 5)])

    assert len(await database.journal.open_calls(TWENTE)) == 1
    assert await database.journal.open_calls(BRABANT) == ()
    assert await database.journal.agents(BRABANT) == ()
    assert (await database.history.of_user(BRABANT, CHANTAL, before=None, limit=5))[0] == ()


@pytest.mark.rule("D15")
async def test_queue_numbers_count_the_calls_of_the_window(database: Database) -> None:
    """Total and handled of those who entered since midnight; mean wait of those answered since midnight."""
    midnight = NOON
    await database.journal.append(
        TWENTE,
        [
            *answered_call("old", midnight - 9_000, wait_ms=1_000, talk_ms=500),
            *answered_call("across", midnight - 3_000, wait_ms=5_000, talk_ms=500),
            *answered_call("a", midnight, wait_ms=1_000, talk_ms=500),
            *answered_call("b", midnight + 1, wait_ms=2_000, talk_ms=500),
            opened("gave up", midnight + 2),
            closed("gave up", midnight + 5_001),
            opened("waits", midnight + 3),
            opened("urgent", midnight + 3, queue=URGENT),
            opened("direct", midnight + 3, queue=None),
        ],
    )

    counts = await database.journal.counts(TWENTE, midnight)

    assert summed(counts) == {
        ALGEMEEN: Tally(total=4, short=1, handled=2, answered=3, waited_ms=8_000, answered_by={CHANTAL: 3}),
        URGENT: Tally(total=1),
    }


@pytest.mark.rule("2.1.1-w")
async def test_a_learned_answer_method_is_configured_from_then_on(database: Database) -> None:
    """The desk phone turned out to answer on NOTIFY talk."""
    await database.directories.save(directory())

    await database.journal.append(TWENTE, [AnswerMethodLearned(device=DESK, method="notify_talk", at=NOON)])

    devices = (await database.directories.directory(TWENTE)).devices
    assert [device.answer_method for device in devices] == [AnswerMethod.NOTIFY_TALK, AnswerMethod.WEB]


async def test_a_callers_hostile_text_is_kept_without_what_a_database_cannot_hold(database: Database) -> None:
    """NUL, half a character and 10,000 letters do not cost the whole batch."""
    hostile = CallOpened(
        call=CallId("c1"),
        leg=LegId("l"),
        queue=ALGEMEEN,
        direction=Direction.IN,
        number="31\x00534800937",
        name="\ud800=HYPERLINK('x');--" + "x" * 10_000,
        dialled=None,
        at=NOON,
    )

    await database.journal.append(TWENTE, [hostile])

    (call,) = await database.journal.open_calls(TWENTE)
    assert call.number == "31534800937"
    assert call.name is not None
    assert call.name.startswith("?=HYPERLINK('x');--xx")
    assert len(call.name) == 200


async def test_a_closed_database_says_so(database: Database) -> None:
    """After closing nothing is taken silently."""
    await database.close()

    with pytest.raises(StorageFailure, match="closed"):
        await database.journal.append(TWENTE, [opened("c1", NOON)])
    with pytest.raises(StorageFailure, match="closed"):
        await database.check()
