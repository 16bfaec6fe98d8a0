"""What is kept of outgoing, direct and passed-on calls while they go on, so that a restart loses none of it."""

from __future__ import annotations

import pytest

from cordboard.app.ports import StoredCall, StoredTransfer
from cordboard.core.call import Reason, TransferState
from cordboard.core.records import (
    CallMoved,
    CallOpened,
    PauseChanged,
    SegmentKind,
    SegmentOutcome,
    StoredState,
    TransferMoved,
    WrapUpChanged,
    WrapUpKind,
)
from cordboard.core.statistics import Tally
from cordboard.core.types import CallId, Direction, Instant, LegId, TransferKind, UserId
from cordboard.storage.open import Database
from tests.contracts.storage.samples import (
    ALGEMEEN,
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
    summed,
)

NOON = 1_530_000_000_000


def step(
    state: TransferState,
    at: Instant,
    *,
    kind: TransferKind = TransferKind.BLIND,
    recipient: str | None = None,
    colleague: UserId | None = None,
    until: Instant | None = None,
    reason: Reason | None = None,
) -> TransferMoved:
    """Chantal passes call c1 on."""
    return TransferMoved(
        call=CallId("c1"),
        kind=kind,
        state=state.value,
        initiator=CHANTAL,
        was_active=True,
        recipient=CallId(recipient) if recipient is not None else None,
        colleague=colleague,
        recipient_name="Piet",
        until=until,
        reason=reason.value if reason is not None else None,
        at=at,
    )


def talking() -> list[CallOpened | CallMoved]:
    """Chantal talks with the caller of c1."""
    return [
        opened("c1", NOON),
        moved("c1", StoredState.ACTIVE, NOON + 4_000, agent=CHANTAL, answered_at=NOON + 4_000),
    ]


async def first(database: Database) -> StoredCall:
    """Call c1 as a restart would find it."""
    return next(call for call in await database.journal.open_calls(TWENTE) if call.id == "c1")


@pytest.mark.rule("D7")
async def test_a_transfer_is_found_again_in_the_step_in_which_it_was(database: Database) -> None:
    """Armed, then the recipient rings: kind, parties, names and the time that is left."""
    await database.journal.append(
        TWENTE,
        [
            *talking(),
            moved("c1", StoredState.HELD, NOON + 9_000, agent=CHANTAL, answered_at=NOON + 4_000),
            step(TransferState.ARMED, NOON + 9_000, kind=TransferKind.ATTENDED),
        ],
    )
    armed = (await first(database)).transfer

    await database.journal.append(
        TWENTE,
        [
            step(
                TransferState.DIALLING,
                NOON + 11_000,
                kind=TransferKind.ATTENDED,
                recipient="c2",
                colleague=PIET,
            )
        ],
    )

    assert armed is not None
    assert (armed.state, armed.recipient) == (TransferState.ARMED, None)
    assert (await first(database)).transfer == StoredTransfer(
        kind=TransferKind.ATTENDED,
        state=TransferState.DIALLING,
        initiator=CHANTAL,
        since=NOON + 11_000,
        was_active=True,
        recipient=CallId("c2"),
        colleague=PIET,
        recipient_name="Piet",
        until=None,
    )


@pytest.mark.rule("D7")
@pytest.mark.parametrize(
    "end",
    [TransferState.CANCELLED, TransferState.FAILED, TransferState.ABANDONED, TransferState.CLOSED],
)
async def test_a_transfer_that_is_over_is_not_found_again(database: Database, end: TransferState) -> None:
    """Completed can still be undone, and stays; after its end there is nothing left to take up."""
    until = NOON + 30_000
    await database.journal.append(TWENTE, [*talking(), step(TransferState.COMPLETED, NOON, until=until)])
    undoable = (await first(database)).transfer
    assert undoable is not None
    assert (undoable.state, undoable.until) == (TransferState.COMPLETED, until)

    await database.journal.append(TWENTE, [step(end, NOON + 30_000)])

    assert (await first(database)).transfer is None


@pytest.mark.rule("D7")
async def test_a_caller_who_came_back_waits_for_the_initiator_with_the_reason(database: Database) -> None:
    """Piet did not answer; the caller waits for Chantal, until she has the call again."""
    await database.journal.append(
        TWENTE,
        [
            *talking(),
            moved("c1", StoredState.TRANSFERRING, NOON + 9_000, answered_at=NOON + 4_000),
            step(TransferState.RINGING, NOON + 9_000, colleague=PIET, until=NOON + 29_000),
            step(TransferState.RETURNED, NOON + 29_000, reason=Reason.NO_ANSWER),
            moved("c1", StoredState.WAITING, NOON + 29_000, answered_at=NOON + 4_000),
        ],
    )
    back = await first(database)
    await database.journal.append(
        TWENTE, [moved("c1", StoredState.CONNECTING, NOON + 31_000, agent=CHANTAL, answered_at=NOON + 4_000)]
    )
    clicked = await first(database)
    await database.journal.append(
        TWENTE, [moved("c1", StoredState.ACTIVE, NOON + 32_000, agent=CHANTAL, answered_at=NOON + 4_000)]
    )
    again = await first(database)

    assert (back.not_reached, clicked.not_reached, again.not_reached) == ("Piet", "Piet", None)
    assert (back.back_to, back.back_at, back.reason) == (CHANTAL, NOON + 29_000, Reason.NO_ANSWER)
    assert (back.transfer, back.returned, back.agent) == (None, True, None)
    assert (clicked.back_to, clicked.reason) == (CHANTAL, Reason.NO_ANSWER)
    assert (again.back_to, again.back_at, again.reason) == (None, None, None)


@pytest.mark.rule("D7")
async def test_a_waiting_caller_who_was_sent_on_in_vain_waits_for_anybody(database: Database) -> None:
    """Nobody had answered the call before, so it goes back to the queue and not to Chantal."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            step(TransferState.RINGING, NOON + 1_000, colleague=PIET, until=NOON + 21_000),
            step(TransferState.RETURNED, NOON + 21_000, reason=Reason.NO_ANSWER),
            moved("c1", StoredState.WAITING, NOON + 21_000),
        ],
    )

    assert ((await first(database)).back_to, (await first(database)).returned) == (None, False)


@pytest.mark.rule("D7")
async def test_a_caller_in_another_queue_does_not_belong_to_the_one_before(database: Database) -> None:
    """Chantal got the call back and sent it to Urgent: it waits there, with its time of entry, for anybody."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            *talking(),
            step(TransferState.RETURNED, NOON + 20_000, reason=Reason.BUSY),
            moved("c1", StoredState.WAITING, NOON + 20_000, answered_at=NOON + 4_000),
            moved("c1", StoredState.WAITING, NOON + 25_000, answered_at=NOON + 4_000, queue=URGENT),
        ],
    )

    call = await first(database)

    assert (call.queue, call.entered_at, call.back_to, call.reason) == (URGENT, NOON, None, None)
    assert call.returned is False


@pytest.mark.rule("D15", "D7")
async def test_a_call_that_was_in_two_queues_counts_once_in_each(database: Database) -> None:
    """Answered in Algemeen, sent to Urgent and answered there too: answered once, where that was first."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            *talking(),
            moved("c1", StoredState.WAITING, NOON + 9_000, answered_at=NOON + 4_000, queue=URGENT),
            moved(
                "c1", StoredState.ACTIVE, NOON + 12_000, agent=PIET, answered_at=NOON + 4_000, queue=URGENT
            ),
            moved("c1", StoredState.WAITING, NOON + 15_000, answered_at=NOON + 4_000, queue=ALGEMEEN),
            opened("c2", NOON),
            moved("c2", StoredState.WAITING, NOON + 2_000, queue=URGENT),
            moved("c2", StoredState.ACTIVE, NOON + 6_000, agent=PIET, answered_at=NOON + 6_000, queue=URGENT),
        ],
    )

    assert summed(await database.journal.counts(TWENTE, NOON)) == {
        ALGEMEEN: Tally(total=2, handled=1, answered=1, waited_ms=4_000, answered_by={CHANTAL: 1}),
        URGENT: Tally(total=2, handled=1, answered=1, waited_ms=6_000, answered_by={PIET: 1}),
    }


@pytest.mark.rule("D2")
async def test_what_each_agent_answered_today_is_known_after_a_restart(database: Database) -> None:
    """The fewest-calls queue goes on where it was; calls of yesterday do not count."""
    await database.journal.append(
        TWENTE,
        [
            *answered_call("yesterday", NOON - 90_000, wait_ms=1_000, talk_ms=1),
            *answered_call("a", NOON, wait_ms=1_000, talk_ms=1),
            *answered_call("b", NOON, wait_ms=1_000, talk_ms=1, agent=PIET),
            *answered_call("c", NOON, wait_ms=1_000, talk_ms=1, agent=PIET),
        ],
    )

    counts = summed(await database.journal.counts(TWENTE, NOON))[ALGEMEEN]

    assert counts.answered_by == {CHANTAL: 1, PIET: 2}


@pytest.mark.rule("D16")
async def test_an_outgoing_call_is_found_again_with_its_dialler_and_its_new_leg(database: Database) -> None:
    """A call to Piet's desk is two calls; the dialler's end got its leg only when the telephone was up."""
    await database.journal.append(
        TWENTE,
        [
            CallOpened(
                call=CallId("out"),
                leg=LegId("leg-1"),
                queue=None,
                direction=Direction.OUT,
                number="203",
                name="Piet",
                dialled=None,
                at=NOON,
                to=PIET,
                agent=CHANTAL,
            ),
            CallOpened(
                call=CallId("there"),
                leg=LegId("leg-2"),
                queue=None,
                direction=Direction.IN,
                number="201",
                name="Chantal",
                dialled=None,
                at=NOON + 1,
                to=PIET,
                peer=CallId("out"),
            ),
        ],
    )
    before, there = await database.journal.open_calls(TWENTE)
    await database.journal.append(
        TWENTE,
        [
            CallMoved(
                call=CallId("out"),
                state=StoredState.DIALLING,
                agent=CHANTAL,
                answered_at=None,
                at=NOON + 900,
                leg=LegId("leg-9"),
            )
        ],
    )
    after, _ = await database.journal.open_calls(TWENTE)

    assert (before.state, before.agent, before.made_by, before.to) == (
        StoredState.CONNECTING,
        CHANTAL,
        CHANTAL,
        PIET,
    )
    assert (there.state, there.to, there.peer, there.agent) == (StoredState.WAITING, PIET, "out", None)
    assert (after.state, after.leg, after.handled_by) == (StoredState.DIALLING, "leg-9", None)


@pytest.mark.rule("D16")
async def test_partner_pick_and_running_stretch_are_found_again(database: Database) -> None:
    """With whom it talks, that it was picked, who talked last, and since when the running stretch runs."""
    await database.journal.append(
        TWENTE,
        [
            opened("c1", NOON),
            segment("c1", SegmentKind.OFFER, NOON, NOON + 60_000, SegmentOutcome.ELSEWHERE, PIET),
            segment("c1", SegmentKind.WAIT, NOON, NOON + 4_000, SegmentOutcome.ANSWERED),
            segment("c1", SegmentKind.TALK, NOON + 4_000, NOON + 9_000, SegmentOutcome.TRANSFERRED, CHANTAL),
            moved(
                "c1",
                StoredState.TRANSFERRED,
                NOON + 9_500,
                answered_at=NOON + 4_000,
                partner="c2",
                picked=True,
                queued_at=NOON + 7,
            ),
        ],
    )

    call = await first(database)

    assert (call.partner, call.picked, call.handled_by) == ("c2", True, CHANTAL)
    assert call.queued_at == NOON + 7
    assert call.segment_since == NOON + 9_000


@pytest.mark.rule("D11", "D9")
async def test_a_pause_and_a_lengthened_wrap_up_outlive_the_server(database: Database) -> None:
    """Why, of which queue, and how often it was lengthened; coming back ends the pause and nothing else."""
    await database.directories.save(directory())
    await database.journal.append(
        TWENTE,
        [
            PauseChanged(agent=CHANTAL, reason="Lunch", at=NOON),
            WrapUpChanged(
                agent=CHANTAL,
                kind=WrapUpKind.AUTOMATIC,
                since=NOON,
                until=NOON + 45_000,
                pending_ms=0,
                armed=False,
                at=NOON,
                queue=ALGEMEEN,
                extended=1,
            ),
        ],
    )
    (before,) = await database.journal.agents(TWENTE)
    await database.journal.append(TWENTE, [PauseChanged(agent=CHANTAL, reason=None, at=NOON + 1)])
    (after,) = await database.journal.agents(TWENTE)

    assert (before.pause, before.wrap_up_queue, before.wrap_up_extended) == ("Lunch", ALGEMEEN, 1)
    assert (after.pause, after.wrap_up_queue, after.wrap_up_extended) == (None, ALGEMEEN, 1)


async def test_the_end_of_a_call_ends_what_is_kept_for_it(database: Database) -> None:
    """A transfer that was under way when its caller left is nobody's to take up."""
    await database.journal.append(
        TWENTE,
        [*talking(), step(TransferState.ARMED, NOON + 5_000), closed("c1", NOON + 6_000, agent=CHANTAL)],
    )

    assert await database.journal.open_calls(TWENTE) == ()
