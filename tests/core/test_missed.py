"""The list of missed callers at the desk: who comes on it, who calls, and when an entry goes (3.6, D14, D16, D21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.assembly import _work_list_again
from cordboard.app.dialling import DialPlan
from cordboard.core import missed
from cordboard.core.commands import Dial
from cordboard.core.events import DayStarted, LegEnd, MessageRecorded, PhoneTransferAsked, QueueOpened
from cordboard.core.records import CallBackRow, MissedRow, MissedWhy, RequestedBy
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import (
    AcceptCallBack,
    CallMissed,
    ClaimMissed,
    CloseMissed,
    LogOut,
    MakeCallBack,
    ReleaseMissed,
)
from cordboard.core.rules import CallBackRules, Exit, ExitAction, ExitReason
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import CallId, LegId, MissedId, NumberKind, QueueId, Right, UserId
from tests.support.desk import World, office

HER = "31612345678"
CHANTAL, PIET, HENK = UserId("chantal"), UserId("piet"), UserId("henk")
QUEUE = QueueId("algemeen")
W = MissedWhy


def rows(world: World) -> list[MissedRow]:
    """The list; what is written last is the same."""
    listed = list(world.board.missed.values())
    written = {row.id: row for row in world.all(MissedRow)}
    assert listed == [row for row in written.values() if row.closed_at is None]
    return listed


def one(world: World) -> MissedRow:
    """The only entry."""
    [row] = rows(world)
    return row


def gives_up(world: World, name: str = "c1", number: str | None = HER, queue: str = "algemeen") -> MissedId:
    """A caller waits a moment and hangs up; gives the entry."""
    world.call_arrives(name, queue=queue, number=number)
    world.wait(5)
    world.caller_hangs_up(name)
    return next(row.id for row in rows(world) if row.last_call == name)


def calls(world: World, entry: MissedId, agent: UserId = CHANTAL, *, confirmed: bool = False) -> str:
    """ "I call": gives the call."""
    world.ask(CallMissed(agent=agent, missed=entry, confirmed=confirmed))
    call = world.board.missed[entry].attempt
    assert call is not None
    return call


@pytest.mark.rule("D14", "3.6-u")
def test_a_caller_who_gave_up_stands_there_once_with_how_often() -> None:
    """The newest call counts; another queue's list has its own entry, and so has every withheld number."""
    world = office("chantal")
    entered = world.now
    entry = gives_up(world)
    row = one(world)
    assert (row.number, row.why, row.times, row.at, row.queue) == (HER, W.ABANDONED, 1, entered, QUEUE)

    world.wait(600)
    again = world.now
    assert gives_up(world, "c2") == entry
    assert (one(world).times, one(world).at, one(world).last_call) == (2, again, "c2")

    gives_up(world, "c3", queue="urgent")
    gives_up(world, "c4", None)
    gives_up(world, "c5", None)
    assert [(r.queue, r.number, r.times) for r in rows(world)] == [
        (QUEUE, HER, 2),
        ("urgent", HER, 1),
        (QUEUE, None, 1),
        (QUEUE, None, 1),
    ]


@pytest.mark.rule("D14", "D21")
@pytest.mark.parametrize(
    ("reason", "action", "why"),
    [
        (ExitReason.CLOSED, ExitAction.ANNOUNCEMENT, W.CLOSED),
        (ExitReason.CLOSED, ExitAction.HANG_UP, W.CLOSED),
        (ExitReason.FULL, ExitAction.ANNOUNCEMENT, W.NOT_HELPED),
        (ExitReason.FULL, ExitAction.BUSY, W.NOT_HELPED),
    ],
)
def test_who_is_led_out_is_missed_and_the_list_says_why(
    reason: ExitReason, action: ExitAction, why: MissedWhy
) -> None:
    """Outside opening hours is told from everything else."""
    world = office("chantal")
    queue = world.board.queues[QUEUE]
    queue.exits[reason] = Exit(action=action)
    if reason is ExitReason.CLOSED:
        world.tell(QueueOpened(queue=QUEUE, open=False))
    else:
        queue.calls_max = 0
    world.call_arrives("c1")
    assert one(world).why is why


@pytest.mark.rule("D14", "D29")
@pytest.mark.parametrize("first", ["hangs up", "recording", "nothing said"])
def test_a_message_is_heard_from_the_list(first: str) -> None:
    """Whether or not the end of the recording was told; a caller who said nothing is there all the same."""
    world = office()
    world.board.queues[QUEUE].exits[ExitReason.JOIN_EMPTY] = Exit(action=ExitAction.MESSAGE)
    world.call_arrives("c1")
    if first == "hangs up":
        world.exchange.speaks_ms = 4_000
        world.caller_hangs_up("c1")
    else:
        ms = 0 if first == "nothing said" else 4_000
        world.tell(MessageRecorded(leg=LegId("c1-leg"), name="message-c1", ms=ms))
    if first == "nothing said":
        assert (one(world).why, one(world).message) == (W.NOT_HELPED, None)
        return
    assert (one(world).why, one(world).message, one(world).times) == (W.MESSAGE, "message-c1", 1)
    world.board.queues[QUEUE].exits.clear()
    gives_up(world, "c2")
    assert (one(world).why, one(world).message, one(world).times) == (W.ABANDONED, "message-c1", 2)


@pytest.mark.rule("D14", "D16")
def test_who_was_broken_off_by_the_exchanges_death_is_missed_also_in_a_conversation() -> None:
    """Whether waiting or speaking."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.call_arrives("c2", number="31687654321")
    world.exchange_goes_away()
    world.exchange_comes_up(fresh=True)
    assert {(r.number, r.why) for r in rows(world)} == {
        (HER, W.INTERRUPTED),
        ("31687654321", W.INTERRUPTED),
    }


@pytest.mark.rule("D14")
def test_who_was_spoken_to_is_not_missed_whoever_hung_up() -> None:
    """But who is passed on to a queue and gives up there is that queue's."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.caller_hangs_up("c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.click_hang_up("chantal", "c2")
    assert rows(world) == []

    world.call_arrives("c3")
    world.click_answer("chantal", "c3")
    world.queue("balie")
    world.to_queue("chantal", "c3", "balie")
    world.caller_hangs_up("c3")
    assert (one(world).queue, one(world).why) == ("balie", W.ABANDONED)


@pytest.mark.rule("3.6-i", "D14")
def test_a_failed_call_back_is_missed_and_one_that_is_planned_is_not() -> None:
    """Who is called back by the planning is not called by a colleague as well; the entry says whence it came."""
    world = office("chantal")
    world.board.queues[QUEUE].callback = CallBackRules(attempts=1)
    gives_up(world)
    plan = MakeCallBack(
        agent=CHANTAL, number=HER, kind=NumberKind.NATIONAL, queue=QUEUE, due_at=world.now + 60_000
    )
    world.ask(plan)
    assert rows(world) == []
    [planned] = world.all(CallBackRow)
    assert planned.requested_by is RequestedBy.MISSED

    world.call_arrives("c2")
    world.caller_hangs_up("c2")
    assert rows(world) == []

    world.wait(60)
    world.ask(AcceptCallBack(agent=CHANTAL, callback=planned.id))
    attempt = world.board.callbacks[planned.id].row.call
    assert attempt is not None
    world.party_hangs_up(attempt, LegEnd.NO_ANSWER)
    row = one(world)
    assert (row.why, row.number, row.at, row.times, row.last_call) == (
        W.CALLBACK_FAILED,
        HER,
        world.now,
        1,
        None,
    )


@pytest.mark.rule("D14", "3.6-v")
@pytest.mark.parametrize("way", ["calls in", "is called", "is called from another queue's list"])
def test_an_entry_goes_when_the_caller_was_spoken_to(way: str) -> None:
    """In or out, whoever it was."""
    world = office("chantal", "piet")
    entry = gives_up(world)
    if way == "calls in":
        world.call_arrives("c2", queue="urgent")
        assert rows(world)
        world.click_answer("piet", "c2")
    elif way == "is called":
        call = world.calls("piet", HER)
        assert rows(world)
        world.outside_answers(call)
    else:
        gives_up(world, "c2", queue="urgent")
        other = next(row.id for row in rows(world) if row.id != entry)
        call = calls(world, other, PIET)
        assert len(rows(world)) == 2
        world.outside_answers(call)
    assert rows(world) == []
    last = [row for row in world.all(MissedRow) if row.id == entry][-1]
    assert (last.closed_at, last.closed_by) == (world.now, PIET)


@pytest.mark.rule("D14", "3.6-v")
def test_it_stays_when_only_somebody_spoke_who_may_not_see_the_queue() -> None:
    """Another department knows nothing of what the caller wanted here."""
    world = office("chantal")
    world.agent("henk", groups=("hengelo",))
    entry = gives_up(world)
    world.outside_answers(world.calls("henk", HER))
    assert one(world).id == entry
    for request in (ClaimMissed, CallMissed, ReleaseMissed, CloseMissed):
        with world.refuses(Code.MISSED_GONE):
            world.ask(request(agent=HENK, missed=entry))
    world.board.agents[CHANTAL].rights -= {Right.CALLBACK_MANAGE}
    for request in (ClaimMissed, CallMissed, ReleaseMissed, CloseMissed):
        with world.refuses(Code.NO_RIGHT):
            world.ask(request(agent=CHANTAL, missed=entry))


@pytest.mark.rule("D14")
def test_of_two_who_claim_one_is_warned_and_may_call_all_the_same() -> None:
    """Releasing what is a colleague's changes nothing."""
    world = office("chantal", "piet")
    entry = gives_up(world)
    world.ask(ClaimMissed(agent=CHANTAL, missed=entry))
    world.ask(ClaimMissed(agent=CHANTAL, missed=entry))
    assert (one(world).claimed_by, one(world).claimed_at) == (CHANTAL, world.now)

    names = []
    for request in (ClaimMissed, CallMissed):
        with world.refuses(Code.MISSED_CLAIMED):
            try:
                world.ask(request(agent=PIET, missed=entry))
            except Refused as refused:
                names.append(refused.args_["name"])
                raise
    assert names == ["Chantal", "Chantal"]
    world.ask(ReleaseMissed(agent=PIET, missed=entry))
    assert one(world).claimed_by == CHANTAL

    world.ask(ClaimMissed(agent=PIET, missed=entry, confirmed=True))
    assert one(world).claimed_by == PIET
    world.ask(ReleaseMissed(agent=PIET, missed=entry))
    assert (one(world).claimed_by, one(world).claimed_at) == (None, None)


@pytest.mark.rule("D14")
@pytest.mark.parametrize("how", ["dials", "speaks", "claimed in another queue"])
def test_a_colleague_at_that_number_is_warned_of_wherever_that_began(how: str) -> None:
    """By the keypad, in another department, or from another queue's list."""
    world = office("chantal", "piet")
    world.agent("henk", groups=("hengelo",))
    entry = gives_up(world)
    if how == "claimed in another queue":
        gives_up(world, "c2", queue="urgent")
        other = next(row.id for row in rows(world) if row.id != entry)
        world.ask(ClaimMissed(agent=PIET, missed=other))
    else:
        call = world.calls("henk", HER)
        if how == "speaks":
            world.outside_answers(call)
    with world.refuses(Code.MISSED_CLAIMED):
        world.ask(CallMissed(agent=CHANTAL, missed=entry))
    calls(world, entry, confirmed=True)


@pytest.mark.rule("D14", "2.5-f", "D28")
@pytest.mark.parametrize("answered", [True, False])
def test_i_call_rings_my_telephone_and_then_the_caller_from_the_queues_number(*, answered: bool) -> None:
    """Answered, the entry is gone, with the queue's wrap-up after it; else anybody may call again."""
    world = office("chantal", "piet", wrap_up_s=15)
    world.board.queues[QUEUE].number = "31534800937"
    world.board.reads = lambda dialled: DialPlan(country="NL").outside(dialled)
    entry = gives_up(world)
    call = calls(world, entry)
    dialled = world.commanded(Dial)[-1]
    assert (dialled.number, dialled.show) == (HER, "31534800937")
    assert (one(world).claimed_by, one(world).attempt) == (CHANTAL, call)
    with world.refuses(Code.OUT_OF_DATE):
        world.ask(CallMissed(agent=CHANTAL, missed=entry))
    if not answered:
        world.party_hangs_up(call, LegEnd.BUSY)
        row = one(world)
        assert (row.claimed_by, row.attempt, row.attempts, row.last_attempt_at) == (None, None, 1, world.now)
        return
    world.outside_answers(call)
    assert rows(world) == []
    world.wait(30)
    world.party_hangs_up(call)
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.queue == QUEUE


@pytest.mark.rule("D14", "D27")
def test_whom_the_transfer_key_connects_with_another_caller_is_still_to_be_called() -> None:
    """The key between two legs, while the second still rings: who answers speaks with a caller and not with us."""
    world = office("chantal", "piet")
    entry = gives_up(world)
    device = world.board.device_of(world.person("chantal"))
    assert device is not None
    device.one_line = False
    world.call_arrives("c2", number="31687654321")
    world.click_answer("chantal", "c2")
    world.click_hold("chantal", "c2")
    call = calls(world, entry)
    hers, rings = world.legs_of("chantal")
    world.tell(PhoneTransferAsked(leg=hers, number=None, other=rings))
    assert (one(world).claimed_by, one(world).attempt, world.call(call).agent) == (CHANTAL, call, None)

    world.outside_answers(call)

    assert world.hears("c2") == call
    row = one(world)
    assert (row.id, row.claimed_by, row.claimed_at, row.attempt) == (entry, None, None, None)
    assert (row.attempts, row.last_attempt_at) == (1, world.now)


@pytest.mark.rule("D14")
def test_a_telephone_that_does_not_come_up_is_no_attempt_and_holds_nobodys_entry() -> None:
    """And without a telephone nothing is claimed at all."""
    world = office("chantal")
    entry = gives_up(world)
    world.exchange.answer_at_once.clear()
    calls(world, entry)
    world.wait(60)
    assert (one(world).claimed_by, one(world).attempts) == (None, 0)
    world.phone_vanishes("chantal")
    with world.refuses(Code.DEVICE_NOT_REGISTERED):
        world.ask(CallMissed(agent=CHANTAL, missed=entry))
    assert one(world).claimed_by is None


@pytest.mark.rule("D14", "2.6-g")
def test_what_cannot_be_called_is_closed_by_hand() -> None:
    """A withheld number; a number that one may not call stays for who may."""
    world = office("chantal", "piet")
    world.board.reads = lambda dialled: DialPlan(country="NL").outside(dialled)
    withheld = gives_up(world, "c1", None)
    with world.refuses(Code.BAD_NUMBER):
        world.ask(CallMissed(agent=CHANTAL, missed=withheld))
    world.ask(CloseMissed(agent=CHANTAL, missed=withheld))
    assert rows(world) == []
    with world.refuses(Code.MISSED_GONE):
        world.ask(CloseMissed(agent=CHANTAL, missed=withheld))

    abroad = gives_up(world, "c2", "442079460000")
    world.board.agents[CHANTAL].rights -= {Right.DIAL_INTERNATIONAL}
    with world.refuses(Code.NUMBER_NOT_ALLOWED):
        world.ask(CallMissed(agent=CHANTAL, missed=abroad))
    calls(world, abroad, PIET)


@pytest.mark.rule("D14")
def test_a_colleague_who_called_a_queue_in_vain_is_called_at_the_desk() -> None:
    """The number is an extension."""
    world = office("chantal", "piet")
    world.board.agents[PIET].extension = "203"
    entry = gives_up(world, number="203")
    call = calls(world, entry)
    world.click_answer("piet", world.there(call))
    assert world.agent_hears("chantal") == ["piet"]
    assert rows(world) == []


@pytest.mark.rule("D14", "D17")
def test_a_claim_ends_with_who_made_it() -> None:
    """By logging out, by leaving, and with the day."""
    world = office("chantal", "piet")
    entry = gives_up(world)
    for ends in ("logs out", "a new day"):
        world.ask(ClaimMissed(agent=CHANTAL, missed=entry))
        if ends == "logs out":
            world.ask(LogOut(agent=CHANTAL, device_too=False, confirmed=True))
        else:
            world.tell(DayStarted())
        assert one(world).claimed_by is None, ends


@pytest.mark.rule("D14")
def test_the_list_has_an_end_and_forgets_whom_nobody_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes first; after a week an entry is no work any more."""
    monkeypatch.setattr(missed, "OPEN_MAX", 2)
    world = office("chantal")
    for n in range(3):
        gives_up(world, f"c{n}", f"3161234567{n}")
        world.wait(86_400)
    assert [row.last_call for row in rows(world)] == ["c1", "c2"]
    world.wait(5 * 86_400)
    world.tell(DayStarted())
    assert [row.last_call for row in rows(world)] == ["c2"]
    gone = [row for row in world.all(MissedRow) if row.closed_at is not None]
    assert {row.last_call: row.closed_by for row in gone} == {"c0": None, "c1": None}


@pytest.mark.rule("D14")
@pytest.mark.parametrize("dialled", [True, False])
def test_after_a_restart_the_list_is_as_it_was(*, dialled: bool) -> None:
    """An attempt that ended unseen has rung the caller, perhaps, so it counts; nobody's claim is lost otherwise."""
    world = office("chantal")
    entry = gives_up(world)
    if dialled:
        calls(world, entry)
    else:
        world.ask(ClaimMissed(agent=CHANTAL, missed=entry))
    kept = one(world)
    after = office("chantal")
    after.now = world.now
    _work_list_again(after.board, kept)
    after.desk = Switchboard(after.board, after._new_leg)
    after.records.append(kept)
    after.exchange_comes_up()
    if dialled:
        assert one(after) == replace(
            kept,
            claimed_by=None,
            claimed_at=None,
            attempt=None,
            attempts=1,
            last_attempt_at=after.now,
            written_at=after.now,
        )
    else:
        assert one(after) == kept
    assert gives_up(after, "c9") == entry
    assert one(after).times == 2
    assert CallId("c9") == one(after).last_call
