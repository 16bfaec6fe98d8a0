"""Call backs at the desk: at whose turn, to whom, how often, and when not (3.6, D14)."""

from __future__ import annotations

import pytest

from cordboard.app.assembly import _promise_again
from cordboard.core.call import CallState
from cordboard.core.commands import Dial
from cordboard.core.events import LegEnd, QueueOpened
from cordboard.core.records import CallBackReason, CallBackRow, CallBackStatus
from cordboard.core.refusals import Code
from cordboard.core.requests import (
    AcceptCallBack,
    AnswerCall,
    CancelCallBack,
    MakeCallBack,
    Pause,
    RejectCallBack,
    RetryCallBack,
)
from cordboard.core.rules import CallBackRules
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import (
    CallBackId,
    CallId,
    NumberKind,
    QueueId,
    Right,
    Strategy,
    TransferKind,
    UserId,
)
from tests.support.desk import World, office

HER = "31687654321"
CHANTAL, PIET = UserId("chantal"), UserId("piet")
QUEUE = QueueId("algemeen")
S, R = CallBackStatus, CallBackReason


def promise(
    world: World, *, due: int | None = None, mine: bool = False, call: str | None = None, number: str = HER
) -> CallBackId:
    """Chantal plans one; gives its id."""
    before = set(world.board.callbacks)
    world.ask(
        MakeCallBack(
            agent=CHANTAL,
            number=number,
            kind=NumberKind.NATIONAL,
            queue=QUEUE,
            due_at=due,
            mine=mine,
            call=CallId(call) if call is not None else None,
        )
    )
    world.wait(0)
    return next(c for c in world.board.callbacks if c not in before)


def row(world: World, callback: CallBackId) -> CallBackRow:
    """As it is now; what is written is the same."""
    kept = [r for r in world.all(CallBackRow) if r.id == callback]
    assert kept[-1] == world.board.callbacks[callback].row
    return kept[-1]


def cards(world: World, callback: CallBackId) -> list[str]:
    """Who has its white card."""
    return sorted(world.board.callbacks[callback].offers)


def accept(world: World, callback: CallBackId, agent: UserId = CHANTAL) -> str:
    """The agent takes it and the customer's telephone rings; gives the call."""
    world.ask(AcceptCallBack(agent=agent, callback=callback))
    call = row(world, callback).call
    assert call is not None
    return call


def try_in_vain(world: World, callback: CallBackId, how: LegEnd = LegEnd.NO_ANSWER) -> None:
    """At its turn it is dialled, and not answered."""
    world.party_hangs_up(accept(world, callback), how)


@pytest.mark.rule("3.6-p", "3.6-q", "D14")
def test_at_its_turn_it_is_offered_accepted_dialled_and_answered() -> None:
    """From the queue's number, for thirty seconds; the dot turns green when the customer answers."""
    world = office("chantal", "piet")
    world.board.queues[QUEUE].number = "31534800937"
    one = promise(world)
    assert (row(world, one).status, row(world, one).due_at - world.now) == (S.PLANNED, 60_000)
    assert cards(world, one) == []

    world.wait(60)
    assert cards(world, one) == ["chantal", "piet"]
    call = accept(world, one, PIET)
    assert cards(world, one) == []
    assert row(world, one).status is S.IN_PROGRESS
    dialled = world.commanded(Dial)[-1]
    assert (dialled.number, dialled.show, dialled.ring_ms) == (HER, "31534800937", 30_000)
    world.outside_answers(call)

    done = row(world, one)
    assert (done.status, done.handled_by, done.attempts, done.reason) == (S.SUCCEEDED, PIET, 0, None)
    assert (done.last_attempt_at, done.ended_at) == (world.now, world.now)
    assert world.agent_hears("piet") == [call]


@pytest.mark.rule("3.6-f", "3.6-i", "3.6-q", "D14")
def test_after_three_attempts_it_has_failed() -> None:
    """Five minutes after the first, a quarter of an hour after the second; then nobody is offered it any more."""
    world = office("chantal")
    one = promise(world, due=world.now)
    for at, (how, pause, reason) in enumerate(
        ((LegEnd.BUSY, 300, R.BUSY), (LegEnd.NO_ANSWER, 900, R.NO_ANSWER)), start=1
    ):
        try_in_vain(world, one, how)
        now = row(world, one)
        assert (now.status, now.attempts, now.reason) == (S.PLANNED, at, reason)
        world.wait(pause - 1)
        assert cards(world, one) == []
        world.wait(1)
        assert cards(world, one) == ["chantal"]
    try_in_vain(world, one, LegEnd.UNREACHABLE)

    failed = row(world, one)
    assert (failed.status, failed.attempts, failed.reason) == (S.FAILED, 3, R.UNREACHABLE)
    world.wait(86_400)
    assert row(world, one) == failed


@pytest.mark.rule("3.6-j", "3.6-n", "D14")
@pytest.mark.parametrize("answered", [True, False])
def test_one_that_is_over_is_repeated_by_hand(*, answered: bool) -> None:
    """Answered it has succeeded by hand; else it stays what it was, with one attempt more."""
    world = office("chantal")
    one = promise(world, due=world.now)
    world.board.queues[QUEUE].callback = CallBackRules(attempts=1)
    try_in_vain(world, one)
    assert row(world, one).status is S.FAILED
    world.ask(RetryCallBack(agent=CHANTAL, callback=one))
    call = row(world, one).call
    assert call is not None
    with world.refuses(Code.OUT_OF_DATE):
        world.ask(RetryCallBack(agent=CHANTAL, callback=one))
    if answered:
        world.outside_answers(call)
        assert (row(world, one).status, row(world, one).reason) == (S.SUCCEEDED, R.MANUAL)
    else:
        world.party_hangs_up(call, LegEnd.BUSY)
        assert (row(world, one).status, row(world, one).attempts, row(world, one).call) == (S.FAILED, 2, None)


@pytest.mark.rule("3.6-l", "3.6-w", "D14")
def test_cancelling_stops_the_dialling_and_is_refused_after_the_answer() -> None:
    """In the planning and while the customer's telephone rings; twice is as good as once."""
    world = office("chantal")
    one = promise(world, due=world.now)
    call = accept(world, one)
    world.ask(CancelCallBack(agent=CHANTAL, callback=one))
    assert call not in world.board.calls
    cancelled = row(world, one)
    assert (cancelled.status, cancelled.reason, cancelled.attempts) == (S.CANCELLED, R.BY_AGENT, 0)
    world.ask(CancelCallBack(agent=CHANTAL, callback=one))
    world.wait(86_400)
    assert row(world, one) == cancelled

    two = promise(world, due=world.now)
    world.outside_answers(accept(world, two))
    with world.refuses(Code.CALLBACK_ANSWERED):
        world.ask(CancelCallBack(agent=CHANTAL, callback=two))


@pytest.mark.rule("3.6-u", "D14")
def test_one_number_has_one_open_call_back_per_queue() -> None:
    """A second one is refused with the first; numbers that cost are not called back at all."""
    world = office("chantal")
    promise(world)
    with world.refuses(Code.CALLBACK_OPEN):
        promise(world)
    for kind in (NumberKind.PREMIUM, NumberKind.INTERNATIONAL, NumberKind.EMERGENCY):
        with world.refuses(Code.CALLBACK_REFUSED_NUMBER):
            world.ask(MakeCallBack(agent=CHANTAL, number="31900123456", kind=kind, queue=QUEUE))


@pytest.mark.rule("D14")
def test_who_was_spoken_to_meanwhile_is_not_called_back() -> None:
    """The caller rings again and is answered: the promise is kept already."""
    world = office("chantal", "piet")
    one = promise(world)
    world.call_arrives("c1", number=HER)
    world.click_answer("piet", "c1")
    assert (row(world, one).status, row(world, one).reason) == (S.CANCELLED, R.ALREADY_SPOKEN)


@pytest.mark.rule("3.6-p", "D14")
def test_the_place_is_that_of_the_original_entry() -> None:
    """Its card comes before who entered later is served; behind who waits longer."""
    world = office("chantal")
    world.phone_vanishes("chantal")
    world.call_arrives("first", number="31611111111")
    world.wait(1)
    world.call_arrives("c1", number=HER)
    one = promise(world, call="c1")
    world.caller_hangs_up("c1")
    world.wait(1)
    world.call_arrives("later", number="31622222222")
    world.wait(600)
    assert cards(world, one) == []
    world.phone_comes_back("chantal")
    assert (cards(world, one), world.who_hears("first")) == ([], ["chantal"])
    world.caller_hangs_up("first")
    assert (cards(world, one), world.who_hears("later")) == (["chantal"], ["chantal"])
    world.ask(RejectCallBack(agent=CHANTAL, callback=one))
    world.wait(2)
    assert (cards(world, one), world.who_hears("later")) == ([], ["chantal"])


@pytest.mark.rule("3.6-q", "D14")
@pytest.mark.parametrize("strategy", [Strategy.RING_ALL, Strategy.LONGEST_IDLE])
def test_a_card_that_nobody_looks_at_keeps_no_caller_waiting(strategy: Strategy) -> None:
    """Who is on the line rings at once; the call back can still be taken instead, and the caller waits on."""
    world = office("chantal", strategy=strategy)
    one = promise(world, due=world.now)
    assert cards(world, one) == ["chantal"]
    world.wait(1)
    world.call_arrives("c1")
    assert (cards(world, one), world.who_hears("c1")) == (["chantal"], ["chantal"])
    accept(world, one)
    assert world.who_hears("c1") == []
    assert world.hears("c1") == "music"


@pytest.mark.rule("D14")
def test_nobody_accepting_counts_only_for_an_appointment_with_one_employee() -> None:
    """A round of two minutes; then it is tried again later."""
    world = office("chantal", "piet")
    anybody = promise(world, due=world.now)
    world.wait(120)
    now = row(world, anybody)
    assert (now.status, now.attempts, now.reason, now.due_at) == (
        S.PLANNED,
        0,
        R.NO_AGENT,
        world.now + 300_000,
    )
    world.ask(CancelCallBack(agent=CHANTAL, callback=anybody))

    hers = promise(world, due=world.now, mine=True)
    assert cards(world, hers) == ["chantal"]
    world.wait(120 + 300 + 120 + 900 + 120)
    assert (row(world, hers).status, row(world, hers).attempts) == (S.FAILED, 3)
    assert not world.commanded(Dial)


@pytest.mark.rule("D14")
def test_outside_opening_hours_nobody_is_called_back() -> None:
    """What falls due then waits for the next opening; a time outside the hours cannot be chosen."""
    world = office("chantal")
    opening = world.now + 3_600_000
    world.board.opens = lambda _queue, at: max(at, opening)
    with world.refuses(Code.CALLBACK_CLOSED_HOURS):
        promise(world, due=world.now)
    one = promise(world)
    assert row(world, one).due_at == opening
    world.board.opens = lambda _queue, at: max(at, opening + 60_000)
    world.wait(3_600)
    assert (cards(world, one), row(world, one).due_at) == ([], opening + 60_000)
    world.wait(60)
    assert cards(world, one) == ["chantal"]


@pytest.mark.rule("D14")
def test_a_card_that_still_lies_there_when_the_hours_end_is_not_taken() -> None:
    """The queue is told seconds after the clock has passed its end; nobody is rung in between."""
    world = office("chantal")
    one = promise(world, due=world.now)
    opening = world.now + 3_600_000
    world.board.opens = lambda _queue, at: max(at, opening)
    assert cards(world, one) == ["chantal"]
    with world.refuses(Code.CALLBACK_CLOSED_HOURS):
        world.ask(AcceptCallBack(agent=CHANTAL, callback=one))
    assert not world.commanded(Dial)

    world.tell(QueueOpened(queue=QUEUE, open=False))
    assert (cards(world, one), row(world, one).due_at) == ([], opening)


@pytest.mark.rule("D14")
def test_ten_minutes_take_as_many_as_the_queue_says() -> None:
    """The next one has to choose another time."""
    world = office("chantal")
    world.board.queues[QUEUE].callback = CallBackRules(per_ten_minutes=1)
    at = world.now - world.now % 600_000 + 1_200_000
    promise(world, due=at)
    with world.refuses(Code.CALLBACK_FULL):
        promise(world, due=at + 1, number="31611111111")
    promise(world, due=at + 600_000, number="31611111111")


@pytest.mark.rule("3.6-q", "D14")
@pytest.mark.parametrize("dialled", [False, True])
def test_a_restart_neither_loses_a_call_back_nor_calls_twice(*, dialled: bool) -> None:
    """What was written is taken up: a promise is offered once, an attempt that ended unseen counts."""
    world = office("chantal")
    one = promise(world)
    if dialled:
        world.wait(60)
        accept(world, one)
    kept = row(world, one)
    after = office("chantal")
    after.now = world.now
    _promise_again(after.board, kept)
    after.desk = Switchboard(after.board, after._new_leg)
    after.records.append(kept)
    after.exchange_comes_up()
    after.wait(60)
    if dialled:
        assert (row(after, one).attempts, row(after, one).status) == (1, S.PLANNED)
        assert cards(after, one) == []
    else:
        assert cards(after, one) == ["chantal"]
        after.outside_answers(accept(after, one))
        after.wait(86_400)
        assert row(after, one).status is S.SUCCEEDED
    assert len(after.commanded(Dial)) == (0 if dialled else 1)


@pytest.mark.rule("D14")
def test_planning_needs_the_right_and_taking_needs_the_card() -> None:
    """And who rejects leaves it to the others."""
    world = office("chantal", "piet")
    one = promise(world, due=world.now)
    world.ask(RejectCallBack(agent=CHANTAL, callback=one))
    assert cards(world, one) == ["piet"]
    with world.refuses(Code.NOT_OFFERED):
        world.ask(AcceptCallBack(agent=CHANTAL, callback=one))
    world.board.agents[PIET].rights -= {Right.CALLBACK_MANAGE}
    with world.refuses(Code.NO_RIGHT):
        world.ask(CancelCallBack(agent=PIET, callback=one))
    with world.refuses(Code.CALLBACK_GONE):
        world.ask(AcceptCallBack(agent=PIET, callback=CallBackId("nergens")))


@pytest.mark.rule("2.5-f", "D14")
def test_it_has_the_wrap_up_of_its_queue() -> None:
    """After a conversation."""
    world = office("chantal", wrap_up_s=15)
    one = promise(world, due=world.now)
    call = accept(world, one)
    world.outside_answers(call)
    world.wait(30)
    world.party_hangs_up(call)
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None
    assert (wrap_up.queue, wrap_up.until) == (QUEUE, world.now + 15_000)


@pytest.mark.rule("D14")
def test_a_telephone_that_does_not_come_up_is_no_attempt() -> None:
    """Nobody was dialled; it is offered anew."""
    world = office("chantal", "piet")
    one = promise(world, due=world.now)
    world.exchange.answer_at_once.clear()
    world.ask(AcceptCallBack(agent=CHANTAL, callback=one))
    world.wait(60)
    now = row(world, one)
    assert (now.status, now.attempts, now.last_attempt_at) == (S.PLANNED, 0, None)
    assert now.call is None
    assert not world.commanded(Dial)


@pytest.mark.rule("3.6-w", "D14")
def test_who_is_called_back_and_calls_in_that_moment_is_spoken_with_once() -> None:
    """The agent takes the call that comes in: the one that rings at the customer's ends, and the promise with it."""
    world = office("chantal")
    one = promise(world, due=world.now)
    rings = accept(world, one)
    world.call_arrives("c1", number=HER)

    world.ask(AnswerCall(agent=CHANTAL, call=CallId("c1")))
    world.wait(1)

    assert world.hears("c1") == "chantal"
    assert CallId(rings) not in world.board.calls
    assert (row(world, one).status, row(world, one).reason) == (S.CANCELLED, R.ALREADY_SPOKEN)


@pytest.mark.rule("D7", "D14", "D16")
@pytest.mark.parametrize("why", ["passed on in vain", "the telephone is gone"])
def test_a_customer_whom_we_called_and_spoke_with_is_not_cut_off(why: str) -> None:
    """As any caller of that queue: its head is next, and it counts there as before."""
    world = office("chantal", "piet", "jan")
    callback = promise(world)
    world.wait(60)
    call = accept(world, callback)
    world.outside_answers(call)
    world.wait(5)
    total = world.board.queues[QUEUE].numbers.come_in(short=True)
    if why == "passed on in vain":
        world.arms("chantal", call, TransferKind.BLIND)
        world.to_colleague("chantal", call, "piet")
        world.board.pause_reasons = ("Lunch",)
        world.ask(Pause(agent=CHANTAL, reason="Lunch"))
        world.phone_rejects("piet")
        world.wait(61)
    else:
        world.phone_vanishes("chantal")
        world.wait(60)

    assert (world.state(call), world.hears(call)) == (CallState.WAITING, "music")
    assert "jan" in world.who_sees(call)
    assert world.board.queues[QUEUE].numbers.come_in(short=True) == total
    world.click_answer("jan", call)
    assert world.hears(call) == "jan"
    world.caller_hangs_up(call)
    assert world.all(CallBackRow)[-1].status is S.SUCCEEDED
