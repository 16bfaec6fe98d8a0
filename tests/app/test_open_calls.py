"""After a restart every call is on the board as it was, with what still falls due (D16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.assembly import assemble
from cordboard.app.ports import QueueRules, StoredAgent, StoredCall, StoredTransfer
from cordboard.core.board import Board
from cordboard.core.call import CallState, Reason, TransferState
from cordboard.core.records import SegmentKind, StoredState, WrapUpKind
from cordboard.core.rules import Exit, ExitAction, ExitReason, HouseRules
from cordboard.core.statistics import MINUTE_MS, Tally
from cordboard.core.types import (
    CallId,
    Direction,
    Instant,
    LegId,
    NumberKind,
    QueueId,
    TransferKind,
    UserId,
)
from tests.contracts.storage.samples import ALGEMEEN, CHANTAL, DESK, ENSCHEDE, PIET, directory

NOON = 1_530_000_000_000


def stored(name: str = "c1", state: StoredState = StoredState.WAITING) -> StoredCall:
    """A call of Algemeen that came in at noon."""
    return StoredCall(
        id=CallId(name),
        leg=LegId(f"leg-{name}"),
        queue=ALGEMEEN,
        direction=Direction.IN,
        number="31612345678",
        name=None,
        dialled=None,
        state=state,
        since=NOON + 5_000,
        agent=None,
        entered_at=NOON,
        answered_at=None,
        segment_since=NOON + 4_000,
    )


def outgoing(state: StoredState = StoredState.CONNECTING) -> StoredCall:
    """Chantal dialled."""
    return replace(stored("out", state), queue=None, direction=Direction.OUT, agent=CHANTAL, made_by=CHANTAL)


def passing(state: TransferState, **changed: object) -> StoredTransfer:
    """Chantal passes a caller on."""
    made = StoredTransfer(
        kind=TransferKind.BLIND,
        state=state,
        initiator=CHANTAL,
        since=NOON + 5_000,
        was_active=True,
        recipient=None,
        colleague=None,
        recipient_name="Piet",
        until=None,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def board(
    *calls: StoredCall,
    rules: HouseRules | None = None,
    agents: tuple[StoredAgent, ...] = (),
    counts: dict[QueueId, dict[Instant, Tally]] | None = None,
) -> Board:
    """The desk as the database has it."""
    made = directory()
    row = replace(made.organisation, rules=rules or HouseRules(), pause_reasons=("Lunch",))
    queues = (replace(made.queues[0], rules=_QUEUE), *made.queues[1:])
    users = (replace(made.users[0], number="31534800201"), *made.users[1:])
    groups = (replace(made.groups[0], number="31534800901"), *made.groups[1:])
    return assemble(
        replace(made, organisation=row, queues=queues, users=users, groups=groups),
        agents,
        calls,
        counts or {},
        counted_since=NOON,
        now=NOON + 6_000,
        new_leg=lambda: LegId("new"),
        emergency=frozenset({"199"}),
    ).board


_QUEUE = QueueRules(
    order=(PIET, CHANTAL),
    widen_ms=5_000,
    exits={ExitReason.FULL: Exit(action=ExitAction.BUSY)},
    calls_max=3,
    breaks_wrap_up=True,
    number="31534800937",
)


@pytest.mark.rule("X-a")
def test_every_rule_that_is_set_is_on_the_board() -> None:
    """Of the organisation, the queue, the person, the group and the telephone."""
    found = board(rules=HouseRules(undo_ms=0), counts={ALGEMEEN: _COUNTS})

    queue = found.queues[ALGEMEEN]
    assert (found.rules.undo_ms, found.pause_reasons) == (0, ("Lunch",))
    assert (found.group_numbers, found.agents[CHANTAL].number) == ({ENSCHEDE: "31534800901"}, "31534800201")
    assert (queue.order, queue.widen_ms, queue.calls_max) == ((PIET, CHANTAL), 5_000, 3)
    assert queue.exits == {ExitReason.FULL: Exit(action=ExitAction.BUSY)}
    assert (queue.breaks_wrap_up, queue.number, queue.language) == (True, "31534800937", "nl")
    assert (queue.numbers.answered_by, queue.numbers.total) == ({PIET: 2}, 3)
    assert found.devices[DESK].extension == "201"


_COUNTS = {
    NOON - MINUTE_MS: Tally(total=9),
    NOON: Tally(total=3, handled=2, answered=2, waited_ms=2_000, answered_by={PIET: 2}),
}


@pytest.mark.rule("D28")
def test_a_telephones_number_is_read_as_one_that_is_typed() -> None:
    """In the organisation's country, with the emergency numbers of the installation."""
    reads = board().reads

    assert reads("0534800937") == ("31534800937", NumberKind.NATIONAL)
    assert reads("199") == ("199", NumberKind.EMERGENCY)
    assert reads("*43") is None


@pytest.mark.rule("D7", "D16")
def test_a_blind_transfer_goes_on_ringing_and_is_given_up_in_time() -> None:
    """At Piet's desk: the call is for him until the time is over."""
    until = NOON + 25_000
    call = replace(
        stored(),
        answered_at=NOON + 1_000,
        transfer=passing(TransferState.RINGING, colleague=PIET, until=until),
    )

    found = board(call)

    taken_up = found.calls[CallId("c1")]
    assert taken_up.transfer is not None
    assert (taken_up.transfer.state, taken_up.to, taken_up.agent) == (TransferState.RINGING, PIET, None)
    assert (until, "call c1") in found.alarms
    assert (until, "call c1") in found.alarms_set


@pytest.mark.rule("D7", "D16")
def test_a_caller_who_came_back_still_waits_for_the_initiator() -> None:
    """For what is left of the time, and then for anybody."""
    back = replace(
        stored(),
        answered_at=NOON + 1_000,
        back_to=CHANTAL,
        back_at=NOON + 5_000,
        reason=Reason.NO_ANSWER,
        handled_by=CHANTAL,
    )

    found = board(back).calls[CallId("c1")]

    assert (found.back_to, found.back_until, found.reason) == (CHANTAL, NOON + 25_000, Reason.NO_ANSWER)
    assert (found.returned, found.handled_by) == (True, CHANTAL)


@pytest.mark.rule("D7", "D16")
def test_a_call_that_its_person_was_taking_is_still_for_that_person() -> None:
    """The server died between the click and the telephone coming up: nobody else is rung for it afterwards."""
    found = board(replace(stored("c1", StoredState.CONNECTING), agent=PIET, to=PIET))

    assert found.calls[CallId("c1")].to == PIET


@pytest.mark.rule("D29", "D16")
def test_a_direct_call_is_still_for_its_person_until_the_rule_is_due() -> None:
    """As long as nobody took it; who left the organisation gets none."""
    direct = replace(stored(), queue=None, to=PIET)

    found = board(direct, replace(direct, id=CallId("c2"), leg=LegId("l2"), to=UserId("u-gone")))

    assert (found.calls[CallId("c1")].to, found.calls[CallId("c1")].until) == (PIET, NOON + 35_000)
    assert found.calls[CallId("c2")].to is None


@pytest.mark.rule("D16", "2.6-i")
def test_an_outgoing_call_is_its_diallers_and_shows_the_same_number() -> None:
    """It is not dialled yet, or it rings: until when is known too."""
    connecting = board(outgoing()).calls[CallId("out")]
    rings = board(outgoing(StoredState.DIALLING))
    inside = board(replace(outgoing(StoredState.DIALLING), to=PIET, peer=CallId("there")))

    assert (connecting.agent, connecting.made_by, connecting.state) == (
        CHANTAL,
        CHANTAL,
        CallState.CONNECTING,
    )
    assert (connecting.segment, connecting.segment_agent) == (SegmentKind.DIAL, CHANTAL)
    assert (connecting.show, connecting.until) == ("31534800201", None)
    assert rings.calls[CallId("out")].until == NOON + 35_000
    assert rings.agents[CHANTAL].calls == ["out"]
    assert (inside.calls[CallId("out")].until, inside.calls[CallId("out")].to) == (NOON + 65_000, PIET)


@pytest.mark.rule("D16")
def test_the_running_stretch_goes_on_where_it_began() -> None:
    """A held caller's hold is Chantal's, since the end of the talk before it."""
    held = replace(stored(state=StoredState.HELD), agent=CHANTAL, answered_at=NOON, picked=True)
    away = replace(stored("c2", StoredState.TRANSFERRED), answered_at=NOON, partner=CallId("c3"))

    found = board(held, away).calls

    on_hold, gone = found[CallId("c1")], found[CallId("c2")]
    assert (on_hold.segment, on_hold.segment_agent) == (SegmentKind.HOLD, CHANTAL)
    assert (on_hold.segment_since, on_hold.picked) == (NOON + 4_000, True)
    assert (gone.segment, gone.segment_agent, gone.partner) == (SegmentKind.AWAY, None, "c3")


@pytest.mark.rule("D6", "D16")
def test_a_caller_for_whom_an_outside_number_rings_is_joined_with_it_again() -> None:
    """An urgent call that nobody took waits on while somebody at home is rung."""
    rings = replace(outgoing(StoredState.DIALLING), agent=None, made_by=None, partner=CallId("c1"))

    found = board(stored(), rings).calls

    assert (found[CallId("c1")].partner, found[CallId("c1")].state) == ("out", CallState.WAITING)
    assert found[CallId("out")].until is None


def test_a_call_of_somebody_who_left_the_organisation_waits_again() -> None:
    """The caller is not lost with the account."""
    call = replace(stored(state=StoredState.ACTIVE), agent=UserId("u-gone"), answered_at=NOON)

    found = board(call).calls[CallId("c1")]

    assert (found.state, found.agent, found.segment) == (CallState.WAITING, None, SegmentKind.WAIT)


@pytest.mark.rule("D11", "D9", "D10")
def test_pause_and_wrap_up_are_as_promised() -> None:
    """Why, whose rules hold, how often it was lengthened, and when it is looked at again."""
    promise = StoredAgent(
        user=CHANTAL,
        group=ENSCHEDE,
        device=None,
        signed_in=frozenset({ALGEMEEN}),
        wrap_up_kind=WrapUpKind.AUTOMATIC,
        wrap_up_since=NOON,
        wrap_up_until=NOON + 45_000,
        wrap_up_pending_ms=0,
        wrap_up_armed=False,
        away=False,
        wrap_up_queue=ALGEMEEN,
        wrap_up_extended=1,
        pause="Lunch",
    )

    found = board(agents=(promise,))

    agent = found.agents[CHANTAL]
    assert agent.wrap_up is not None
    assert (agent.pause, agent.wrap_up.queue, agent.wrap_up.extended) == ("Lunch", ALGEMEEN, 1)
    assert (NOON + 45_000, CHANTAL) in found.alarms


@pytest.mark.rule("D10")
@pytest.mark.parametrize(
    ("lasted_ms", "reminded_ms"), [(60_000, None), (301_000, 300_000), (1_000_000, 900_000)]
)
def test_a_wrap_up_without_end_is_not_reminded_of_anew_by_a_restart(
    lasted_ms: int, reminded_ms: int | None
) -> None:
    """What was said before is not said again; the next word comes when it would have come."""
    promise = StoredAgent(
        user=CHANTAL,
        group=ENSCHEDE,
        device=None,
        signed_in=frozenset(),
        wrap_up_kind=WrapUpKind.MANUAL,
        wrap_up_since=NOON + 6_000 - lasted_ms,
        wrap_up_until=None,
        wrap_up_pending_ms=0,
        wrap_up_armed=False,
        away=False,
    )

    wrap_up = board(agents=(promise,)).agents[CHANTAL].wrap_up

    assert wrap_up is not None
    assert wrap_up.reminded_at == (None if reminded_ms is None else NOON + 6_000 - lasted_ms + reminded_ms)
