"""Call backs where the customer is rung first: never in vain, at the head of the queue, kept once (3.6, D14)."""

from __future__ import annotations

from functools import partial

import pytest

from cordboard.app.assembly import _promise_again
from cordboard.app.cards import card
from cordboard.app.open_calls import take_up
from cordboard.app.ports import StoredCall
from cordboard.core.board import Board
from cordboard.core.commands import Announce, Dial, Sentence
from cordboard.core.events import LegEnd, QueueOpened
from cordboard.core.records import CallBackReason, CallBackStatus, CallOpened, StoredState
from cordboard.core.refusals import Code
from cordboard.core.requests import CancelCallBack, Pause, ReturnToWork, SignIn, SignOut
from cordboard.core.rules import CallBackRules
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import CallBackId, CallId
from tests.core.test_call_back import CHANTAL, HER, QUEUE, cards, promise, row
from tests.scenarios.test_configuring import configure
from tests.support.desk import World, office

HIM = "31611111111"
S, R = CallBackStatus, CallBackReason


def calls_back(board: Board, *, customer_first: bool) -> None:
    """How the general queue does it."""
    queue = board.queues[QUEUE]
    queue.number, queue.callback = "31534800937", CallBackRules(customer_first=customer_first)


def customer_first(*agents: str) -> World:
    """The general queue rings its customers first."""
    world = office(*agents)
    calls_back(world.board, customer_first=True)
    return world


def has_a_pause(world: World) -> None:
    """Chantal goes to lunch."""
    world.board.pause_reasons = ("lunch",)
    world.ask(Pause(agent=CHANTAL, reason="lunch"))


def dialled(world: World) -> list[str]:
    """Which numbers were rung, in this order."""
    return [command.number for command in world.commanded(Dial)]


def attempt(world: World, callback: CallBackId) -> str:
    """The call that goes on."""
    call = row(world, callback).call
    assert call is not None
    return call


def said(world: World) -> list[Sentence]:
    """What customers heard of us."""
    return [phrase.sentence for c in world.commanded(Announce) for phrase in c.phrases]


@pytest.mark.rule("3.6-p", "3.6-q", "D14")
def test_the_customer_is_rung_first_and_then_offered_like_a_caller() -> None:
    """No card asks for it; the customer hears why, then music, and the dot is green when an agent speaks."""
    world = customer_first("chantal", "piet")
    one = promise(world)
    world.wait(59)
    assert not dialled(world)
    world.wait(1)

    call = attempt(world, one)
    rung = world.commanded(Dial)[-1]
    assert (rung.number, rung.show, rung.line, rung.ring_ms) == (HER, "31534800937", None, 30_000)
    assert (row(world, one).status, cards(world, one)) == (S.IN_PROGRESS, [])
    assert not world.call(call).offers

    world.outside_answers(call)
    assert said(world) == [Sentence.CALL_BACK_HERE]
    assert world.hears(call) == "music"
    assert world.who_hears(call) == ["chantal", "piet"]
    view = card(world.board, world.person("chantal"), CallId(call))
    assert view is not None
    assert (view.called_back, view.direction, view.queue, view.entered_at) == (
        True,
        "in",
        QUEUE,
        row(world, one).entered_at,
    )
    assert row(world, one).status is S.IN_PROGRESS

    world.click_answer("piet", call)
    assert world.hears(call) == "piet"
    done = row(world, one)
    assert (done.status, done.handled_by, done.attempts, done.call) == (S.SUCCEEDED, "piet", 0, None)
    numbers = world.board.queues[QUEUE].numbers
    assert (numbers.total, numbers.answered) == (0, 0), "the first call was counted already"


@pytest.mark.rule("D14")
def test_the_customer_comes_before_who_came_later() -> None:
    """Answered, the customer has the head of the queue."""
    world = customer_first("chantal")
    one = promise(world)
    world.wait(60)
    world.call_arrives("later")
    call = attempt(world, one)
    world.outside_answers(call)
    waiting = [c.id for c in world.board.waiting()]
    assert waiting == [call, "later"]
    assert world.board.waiting()[0].entered_at == row(world, one).entered_at


@pytest.mark.rule("3.6-f", "3.6-i", "D14")
def test_three_attempts_in_vain_are_all() -> None:
    """Engaged, not answered and hung up while waiting count alike, with the pauses of the queue."""
    world = customer_first("chantal")
    one = promise(world, due=world.now)
    world.party_hangs_up(attempt(world, one), LegEnd.BUSY)
    assert (row(world, one).attempts, row(world, one).reason) == (1, R.BUSY)
    world.wait(299)
    assert len(dialled(world)) == 1
    world.wait(1)
    assert len(dialled(world)) == 2
    world.wait(30)
    assert (row(world, one).attempts, row(world, one).reason) == (2, R.NO_ANSWER)
    world.wait(900)
    call = attempt(world, one)
    world.outside_answers(call)
    world.party_hangs_up(call)

    failed = row(world, one)
    assert (failed.status, failed.attempts, failed.reason) == (S.FAILED, 3, R.HUNG_UP)
    assert [entry.why.value for entry in world.board.missed.values()] == ["callback_failed"]
    world.wait(86_400)
    assert len(dialled(world)) == 3


@pytest.mark.rule("D14")
def test_nobody_is_rung_while_no_agent_is_free() -> None:
    """Nobody signed in, or without a telephone: it waits, uncounted, until somebody is free."""
    world = customer_first("chantal")
    world.ask(SignOut(agent=CHANTAL, queue=QUEUE, confirmed=True))
    one = promise(world, due=world.now)
    world.wait(7200)
    assert (dialled(world), row(world, one).attempts, row(world, one).status) == ([], 0, S.PLANNED)
    world.phone_vanishes("chantal")
    world.ask(SignIn(agent=CHANTAL, queue=QUEUE))
    assert dialled(world) == []
    world.phone_comes_back("chantal")
    assert dialled(world) == [HER]


@pytest.mark.rule("D14")
def test_nobody_is_rung_while_the_only_agent_has_a_pause() -> None:
    """Signed in, with a telephone: the customer is rung when the pause is over."""
    world = customer_first("chantal")
    has_a_pause(world)
    one = promise(world, due=world.now)
    world.wait(3600)
    assert (dialled(world), row(world, one).attempts, row(world, one).status) == ([], 0, S.PLANNED)
    world.ask(ReturnToWork(agent=CHANTAL))
    assert dialled(world) == [HER]


@pytest.mark.rule("D14")
def test_nobody_is_rung_while_the_only_agent_is_in_a_call() -> None:
    """However long it takes; the customer is rung when it is over."""
    world = customer_first("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    one = promise(world, due=world.now)
    world.wait(3600)
    assert (dialled(world), row(world, one).attempts, row(world, one).status) == ([], 0, S.PLANNED)
    world.caller_hangs_up("c1")
    assert dialled(world) == [HER]


@pytest.mark.rule("D14")
def test_as_many_are_rung_as_agents_are_free() -> None:
    """One each; the third when an agent is free for that one too."""
    world = customer_first("chantal", "piet")
    due = world.now + 1_000
    promises = [promise(world, due=due, number=f"3161111111{n}") for n in range(3)]
    world.wait(1)
    assert len(dialled(world)) == 2
    first = attempt(world, promises[0])
    world.outside_answers(first)
    assert len(dialled(world)) == 2
    world.click_answer("chantal", first)
    assert len(dialled(world)) == 2
    world.party_hangs_up(first)
    assert dialled(world)[2:] == ["31611111112"]


@pytest.mark.rule("D14")
def test_who_is_on_the_line_goes_first_until_it_has_been_due_for_long() -> None:
    """The only agent rings for a caller who came later; a queue that is never empty still calls back in the end."""
    world = customer_first("chantal")
    promise(world, due=world.now + 1_000)
    world.wait(0.5)
    world.call_arrives("c1")
    world.wait(1.5)
    world.call_arrives("c2")
    world.caller_hangs_up("c1")
    world.wait(58)
    assert dialled(world) == []
    world.ask(ReturnToWork(agent=CHANTAL))
    world.wait(60)
    world.ask(ReturnToWork(agent=CHANTAL))
    world.wait(1.5)
    assert dialled(world) == [HER]


@pytest.mark.rule("3.6-w", "D14")
def test_cancelling_ends_the_ringing_and_is_refused_once_answered() -> None:
    """As with the agent first."""
    world = customer_first("chantal")
    one = promise(world, due=world.now)
    call = attempt(world, one)
    world.ask(CancelCallBack(agent=CHANTAL, callback=one))
    assert call not in world.board.calls
    assert (row(world, one).status, row(world, one).attempts) == (S.CANCELLED, 0)

    two = promise(world, due=world.now)
    world.outside_answers(attempt(world, two))
    with world.refuses(Code.CALLBACK_ANSWERED):
        world.ask(CancelCallBack(agent=CHANTAL, callback=two))
    assert world.hears(attempt(world, two)) == "music"


@pytest.mark.rule("D14")
def test_a_customer_does_not_wait_where_nobody_is_any_more() -> None:
    """The last agent leaves: after a while the customer hears so, and is called again."""
    world = customer_first("chantal")
    one = promise(world, due=world.now)
    call = attempt(world, one)
    world.outside_answers(call)
    world.wait(110)
    world.ask(SignOut(agent=CHANTAL, queue=QUEUE, confirmed=True))
    assert world.hears(call) == "music"
    world.wait(11)
    assert said(world)[-1] is Sentence.CALL_BACK_AGAIN
    assert world.hears(call) == "gone"
    now = row(world, one)
    assert (now.status, now.attempts, now.reason) == (S.PLANNED, 1, R.NO_AGENT)


@pytest.mark.rule("D14")
def test_an_appointment_with_one_employee_is_that_ones_to_accept() -> None:
    """Nobody else may take it, so the customer is not rung before the employee is there."""
    world = customer_first("chantal", "piet")
    one = promise(world, due=world.now, mine=True)
    assert (cards(world, one), dialled(world)) == (["chantal"], [])


@pytest.mark.rule("D14")
def test_outside_the_hours_nobody_is_rung() -> None:
    """Also not in the seconds before the queue is told that its hours are over."""
    world = customer_first("chantal")
    opening = world.now + 3_600_000
    one = promise(world, due=world.now + 10_000)
    world.board.opens = lambda _queue, at: max(at, opening)
    world.wait(10)
    assert (dialled(world), row(world, one).due_at) == ([], opening)
    world.tell(QueueOpened(queue=QUEUE, open=False))
    world.board.opens = lambda _queue, at: at
    world.wait(3_600)
    assert dialled(world) == [HER]


@pytest.mark.rule("D14")
def test_who_calls_in_is_not_rung_meanwhile() -> None:
    """The customer is on the line: served there, the promise is kept."""
    world = customer_first("chantal", "piet")
    one = promise(world, due=world.now + 5_000)
    world.call_arrives("c1", number=HER)
    world.wait(10)
    assert dialled(world) == []
    world.click_answer("piet", "c1")
    assert (row(world, one).status, row(world, one).reason) == (S.CANCELLED, R.ALREADY_SPOKEN)


@pytest.mark.rule("D14")
def test_nothing_is_dialled_before_it_is_written() -> None:
    """The database is slow: the customer's telephone waits for it."""
    world = customer_first("chantal")
    world.tells = False
    one = promise(world, due=world.now)
    assert (row(world, one).status, dialled(world)) == (S.IN_PROGRESS, [])
    world.tells = True
    world.settle()
    assert dialled(world) == [HER]


@pytest.mark.rule("D14", "D16")
@pytest.mark.parametrize("when", ["rings", "answered unseen", "waits", "gone"])
def test_a_restart_calls_nobody_twice_and_loses_nobody(when: str) -> None:
    """Killed while the customer's telephone rang, or while the customer waited: the same call goes on."""
    world = customer_first("chantal")
    one = promise(world)
    world.wait(60)
    call = attempt(world, one)
    waits = when == "waits"
    if waits:
        world.outside_answers(call)
    after = _killed(world, one, call, StoredState.WAITING if waits else StoredState.DIALLING)
    if when == "answered unseen":
        after.exchange.callers[world.call(call).leg].answered = True
    if when == "gone":
        del after.exchange.callers[world.call(call).leg]
    after.exchange_comes_up()

    assert not dialled(after)
    if when == "gone":
        assert (row(after, one).status, row(after, one).attempts) == (S.PLANNED, 1)
        return
    if when == "rings":
        after.outside_answers(call)
    assert after.hears(call) == "music"
    assert after.call(call).returned
    assert after.call(call).entered_at == row(after, one).entered_at
    assert after.who_hears(call) == ["chantal"]
    after.click_answer("chantal", call)
    assert (row(after, one).status, row(after, one).handled_by) == (S.SUCCEEDED, CHANTAL)
    after.wait(86_400)
    assert not dialled(after)


def _killed(world: World, one: CallBackId, name: str, state: StoredState) -> World:
    """Another server, with what the first one wrote; the exchange has lived on."""
    after = customer_first("chantal")
    after.now = world.now
    for _ in range(10):
        after._new_leg()
    opened = next(r for r in world.all(CallOpened) if r.call == name)
    call = world.call(name)
    take_up(
        after.board,
        StoredCall(
            id=call.id,
            leg=call.leg,
            queue=call.queue,
            direction=opened.direction,
            number=opened.number,
            name=opened.name,
            dialled=None,
            state=state,
            since=call.since,
            agent=None,
            entered_at=opened.at,
            answered_at=call.answered_at,
            segment_since=call.segment_since,
        ),
    )
    kept = row(world, one)
    _promise_again(after.board, kept)
    after.desk = Switchboard(after.board, after._new_leg)
    after.records += [opened, kept]
    after.exchange.callers[call.leg] = world.exchange.callers[call.leg]
    return after


@pytest.mark.rule("D14")
def test_the_setting_holds_at_once() -> None:
    """Cards that lie there go, and the customer is rung; switched off, agents are asked again."""
    world = office("chantal", "piet")
    calls_back(world.board, customer_first=False)
    one = promise(world, due=world.now)
    assert cards(world, one) == ["chantal", "piet"]

    configure(world, partial(calls_back, customer_first=True))
    assert (cards(world, one), dialled(world)) == ([], [HER])

    world.party_hangs_up(attempt(world, one), LegEnd.BUSY)
    configure(world, partial(calls_back, customer_first=False))
    world.wait(300)
    assert (cards(world, one), dialled(world)) == (["chantal", "piet"], [HER])


@pytest.mark.rule("D14")
def test_a_customer_who_waits_to_be_rung_is_on_the_cards_once_agents_are_asked_first() -> None:
    """Due while nobody was free: the first who is free again is asked, and nobody is rung."""
    world = customer_first("chantal")
    has_a_pause(world)
    one = promise(world, due=world.now)
    configure(world, partial(calls_back, customer_first=False))
    world.ask(ReturnToWork(agent=CHANTAL))

    assert (cards(world, one), dialled(world)) == (["chantal"], [])
