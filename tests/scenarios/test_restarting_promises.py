"""What a new server must not say again, and must not forget (D4, D8, D16, D21, D29)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Announce, FindMessage, Recall, RecordMessage, Sentence
from cordboard.core.events import AnnouncementEnded, LegEnd, MessageRecorded
from cordboard.core.leaving import FINDING_MS_MAX
from cordboard.core.notices import Saying
from cordboard.core.records import CallClosed, MessageLeft, RequestedBy
from cordboard.core.requests import MakeCallBack
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import EndedBy, NumberKind, Strategy, UserId
from tests.scenarios.test_restarting import restart
from tests.support.day import Day, directory_of
from tests.support.desk import World, office


def reconnect(world: World) -> None:
    """The connection to the exchange was away for a moment."""
    world.exchange_goes_away()
    world.exchange_comes_up()


@pytest.mark.rule("D8", "D16")
@pytest.mark.parametrize("how", [restart, reconnect])
def test_a_reminder_of_a_long_hold_is_not_repeated_by_a_restart(how: Callable[[World], None]) -> None:
    """Ten minutes: twelve reminders, and the next one comes when it would have come."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.wait(600)
    assert world.said("chantal").count(Saying.HOLD_LONG) == 12
    told = len(world.commanded(Announce))

    for _ in range(2):
        how(world)
        world.wait(1)

    assert world.said("chantal").count(Saying.HOLD_LONG) == 12
    assert len(world.commanded(Recall)) == 12
    assert len(world.commanded(Announce)) == told
    world.wait(27)
    assert world.said("chantal").count(Saying.HOLD_LONG) == 12
    world.wait(1)
    assert world.said("chantal").count(Saying.HOLD_LONG) == 13


@pytest.mark.rule("D8")
def test_a_reminder_that_comes_sooner_by_a_new_rule_comes_once() -> None:
    """Not once for each time that it would have come."""
    world = office("chantal")
    world.board.rules = replace(world.board.rules, hold_recall_ms=400_000)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.wait(300)

    world.board.rules = replace(world.board.rules, hold_recall_ms=10_000)
    world.wait(61)

    assert world.said("chantal").count(Saying.HOLD_LONG) == 1


# --- refusals ---


class Morning(Day):
    """Chantal and Piet, one queue, and a journal that a new server reads."""

    strategy = Strategy.RING_ALL

    def _furnish(self) -> None:
        self.queue("algemeen", strategy=self.strategy)
        self.queue("urgent", urgent=True)
        for name in ("chantal", "piet"):
            self._promise(self.agent(name, queues=("algemeen", "urgent")).id)


@pytest.mark.rule("D4", "D16")
def test_a_caller_who_was_refused_is_not_offered_to_the_same_agent_by_a_restart() -> None:
    """Nor after a second one; and who is alone with the refusal gets the call back at its time, not before."""
    morning = Morning(1)
    morning.call_arrives("c1")
    morning.click_reject("chantal", "c1")
    morning.wait(2)

    for _ in range(2):
        morning.restarts()
        morning.wait(1)
        assert morning.who_sees("c1") == ["piet"]
        assert morning.who_hears("c1") == ["piet"]

    morning.signs_out("piet", "algemeen")
    morning.wait(25)
    assert morning.who_sees("c1") == []
    morning.wait(1)
    assert morning.who_sees("c1") == ["chantal"]
    assert morning.call("c1").offers[morning.person("chantal").id].nobody_else


@pytest.mark.rule("D4", "D16", "D21")
def test_a_refusal_counts_in_its_own_queue_after_a_restart() -> None:
    """Led to another queue, the caller is offered to everybody there, as without a restart."""
    morning = Morning(1)
    morning.call_arrives("c1")
    morning.click_reject("chantal", "c1")
    morning.click_answer("piet", "c1")
    morning.wait(5)
    morning.to_queue("piet", "c1", "urgent")
    assert morning.who_sees("c1") == ["chantal", "piet"]

    morning.restarts()

    assert morning.who_sees("c1") == ["chantal", "piet"]


@pytest.mark.rule("D6", "D16", "2.2-c")
def test_an_urgent_call_silenced_at_the_telephone_stays_so_for_its_three_seconds_after_a_restart() -> None:
    """It is no refusal: it comes back then."""
    morning = Morning(1)
    morning.call_arrives("u1", "urgent")
    morning.wait(1)
    morning.phone_rejects("chantal")
    morning.wait(1)

    morning.restarts()

    assert morning.who_sees("u1") == ["piet"]
    morning.wait(2)
    assert morning.who_sees("u1") == ["chantal", "piet"]


class LinearMorning(Morning):
    """One at a time: Chantal first."""

    strategy = Strategy.LINEAR


@pytest.mark.rule("D2", "D3", "D16")
def test_who_let_a_caller_ring_is_not_rung_first_again_by_a_restart() -> None:
    """It is Piet's turn, before the restart and after it."""
    morning = LinearMorning(1)
    morning.call_arrives("c1")
    assert morning.who_hears("c1") == ["chantal"]
    morning.wait(21)
    assert morning.who_hears("c1") == ["piet"]

    morning.wait(5)
    morning.restarts()

    assert morning.who_hears("c1") == ["piet"]
    morning.wait(25)
    assert morning.who_hears("c1") == ["chantal"]


# --- leaving a message ---


def hears_that_a_message_can_be_left(*, in_queue: bool) -> Morning:
    """c1, whom nobody took, in the middle of the sentence."""
    morning = Morning(1)
    morning.exchange.says_at_once = False
    way = Exit(action=ExitAction.MESSAGE)
    if in_queue:
        queue = morning.board.queues[morning.queue_id("algemeen")]
        queue.wait_ms_max, queue.exits[ExitReason.TIMEOUT] = 30_000, way
        morning.call_arrives("c1")
    else:
        morning.person("chantal").direct_exit = way
        morning.direct_call("c1", to="chantal")
    morning.directory = directory_of(morning)
    morning.wait(31)
    assert morning.state("c1") is CallState.LEAVING
    assert said(morning) == [Sentence.LEAVE_MESSAGE]
    return morning


def said(world: World) -> list[Sentence]:
    """What callers were told, in order."""
    return [phrase.sentence for one in world.commanded(Announce) for phrase in one.phrases]


@pytest.mark.rule("D16", "D21", "D29")
@pytest.mark.parametrize("in_queue", [True, False])
@pytest.mark.parametrize("how", [Morning.restarts, reconnect])
def test_who_was_told_to_leave_a_message_can_leave_it_after_a_restart(
    how: Callable[[Morning], None], *, in_queue: bool
) -> None:
    """The sentence is said anew, then the message is recorded and kept for whom it was meant."""
    morning = hears_that_a_message_can_be_left(in_queue=in_queue)
    leg = morning.call("c1").leg

    how(morning)

    assert said(morning) == [Sentence.LEAVE_MESSAGE] * 2
    assert morning.commanded(RecordMessage) == []
    morning.tell(AnnouncementEnded(leg=leg))
    assert [one.leg for one in morning.commanded(RecordMessage)] == [leg]
    assert morning.state("c1") is CallState.LEAVING
    morning.tell(MessageRecorded(leg=leg, name="message-c1", ms=4_000))
    assert morning.state("c1") is CallState.ENDED
    [message] = morning.all(MessageLeft)
    assert (message.to, message.queue) == ((None, "algemeen") if in_queue else ("chantal", None))


@pytest.mark.rule("D16", "D29")
def test_who_is_recorded_is_asked_nothing_again_by_a_restart() -> None:
    """And what was said is still for the person who was called."""
    morning = hears_that_a_message_can_be_left(in_queue=False)
    leg = morning.call("c1").leg
    morning.tell(AnnouncementEnded(leg=leg))

    morning.restarts()

    assert said(morning) == [Sentence.LEAVE_MESSAGE]
    assert len(morning.commanded(RecordMessage)) == 1
    morning.tell(MessageRecorded(leg=leg, name="message-c1", ms=4_000))
    [message] = morning.all(MessageLeft)
    assert (message.to, morning.state("c1")) == ("chantal", CallState.ENDED)


def is_recorded(*, in_queue: bool) -> Morning:
    """c1 in the middle of the message."""
    morning = hears_that_a_message_can_be_left(in_queue=in_queue)
    morning.tell(AnnouncementEnded(leg=morning.call("c1").leg))
    return morning


def hangs_up_unheard(morning: Morning) -> None:
    """The exchange's word of it is lost."""
    list(morning.exchange.end(morning.call("c1").leg, LegEnd.HUNG_UP))


@pytest.mark.rule("D16", "D29")
@pytest.mark.parametrize("in_queue", [True, False])
@pytest.mark.parametrize("how", [Morning.restarts, reconnect])
def test_the_message_of_who_was_gone_at_the_return_is_for_whom_it_was_meant(
    how: Callable[[Morning], None], *, in_queue: bool
) -> None:
    """What the exchange recorded meanwhile is looked for; the call is over once."""
    morning = is_recorded(in_queue=in_queue)
    morning.exchange.speaks_ms = 4_000
    hangs_up_unheard(morning)

    how(morning)

    [message] = morning.all(MessageLeft)
    assert (message.call, message.ms) == ("c1", 4_000)
    assert (message.to, message.queue) == ((None, "algemeen") if in_queue else ("chantal", None))
    assert [one.call for one in morning.all(CallClosed)] == ["c1"]
    assert not morning.board.messages


@pytest.mark.rule("D16", "D29")
def test_a_message_is_not_looked_for_for_ever() -> None:
    """While the exchange is away it is waited for; when it has not answered in half a minute the call is over."""
    morning = is_recorded(in_queue=True)
    hangs_up_unheard(morning)
    morning.tells = False
    reconnect(morning)
    assert len(morning.commanded(FindMessage)) == 1
    morning.exchange_goes_away()
    morning.wait(600)
    assert morning.state("c1") is CallState.LEAVING

    morning.exchange_comes_up()
    assert len(morning.commanded(FindMessage)) == 2
    morning.wait(FINDING_MS_MAX // 1_000)

    assert [one.ended_by for one in morning.all(CallClosed)] == [EndedBy.UNKNOWN]
    assert not morning.board.messages


@pytest.mark.rule("D29")
def test_a_caller_whose_end_is_told_twice_is_looked_for_once() -> None:
    """As the exchange does."""
    morning = is_recorded(in_queue=True)
    leg = morning.call("c1").leg
    hangs_up_unheard(morning)
    morning.tells = False

    morning.leg_ended(leg)
    morning.leg_ended(leg)

    assert len(morning.commanded(FindMessage)) == 1
    morning.tell(MessageRecorded(leg=leg, name="message-c1", ms=0))
    assert [one.ended_by for one in morning.all(CallClosed)] == [EndedBy.CALLER]


@pytest.mark.rule("D16", "D21")
def test_a_caller_who_hears_a_last_sentence_is_not_led_out_twice_by_a_restart() -> None:
    """The exchange says it to its end, and then the call is over."""
    morning = Morning(1)
    morning.exchange.says_at_once = False
    queue = morning.board.queues[morning.queue_id("algemeen")]
    queue.wait_ms_max, queue.exits[ExitReason.TIMEOUT] = 30_000, Exit(action=ExitAction.ANNOUNCEMENT)
    queue.exits[ExitReason.CLOSED] = Exit(action=ExitAction.MESSAGE)
    morning.directory = directory_of(morning)
    morning.call_arrives("c1")
    morning.wait(31)

    morning.restarts()

    assert said(morning) == [Sentence.LATER]
    morning.tell(AnnouncementEnded(leg=morning.call("c1").leg))
    assert morning.state("c1") is CallState.ENDED
    assert morning.commanded(RecordMessage) == []


@pytest.mark.rule("D14", "D21", "D16")
def test_who_hears_that_the_queue_is_full_and_was_promised_a_call_back_hears_that_at_the_exchanges_return() -> (
    None
):
    """The promise was made from another telephone meanwhile; its sentence has a time of its own, and only that."""
    world = office("chantal")
    world.exchange.says_at_once = False
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.calls_max, queue.exits = 0, {ExitReason.FULL: Exit(action=ExitAction.ANNOUNCEMENT)}
    world.call_arrives("c1", number="31612345678")
    assert world.call("c1").until is not None
    kind = NumberKind.NATIONAL
    world.ask(
        MakeCallBack(
            agent=UserId("chantal"), number="31612345678", kind=kind, queue=queue.id, due_at=None, mine=False
        )
    )
    (promise,) = world.board.callbacks.values()
    promise.row = replace(promise.row, requested_by=RequestedBy.CALLER, entered_at=None)

    reconnect(world)
    assert Sentence.CALL_BACK_THANKS in said(world)
    assert world.call("c1").until is None
    world.wait(61)

    assert world.hears("c1") == "gone"
