"""Where callers are led whom nobody takes (D21, D25, D29), and what they hear while they wait."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Announce, HangUp, HangUpReason, PlaceInQueue, RecordMessage, Sentence
from cordboard.core.events import LegEnd, MessageRecorded, PairFailed, QueueOpened
from cordboard.core.records import CallClosed, MessageLeft, Noted, Why
from cordboard.core.rules import Exit, ExitAction, ExitReason, HouseRules
from cordboard.core.types import EndedBy, LegId
from tests.support.desk import World, office

OUTSIDE = "31880001122"


def office_with(reason: ExitReason, way: Exit, *agents: str) -> World:
    """The general queue leads out by this way for this reason."""
    world = office(*agents)
    world.board.queues[world.queue_id("algemeen")].exits[reason] = way
    return world


def said(world: World) -> list[Sentence]:
    """What callers were told."""
    return [phrase.sentence for command in world.commanded(Announce) for phrase in command.phrases]


@pytest.mark.rule("D21", "D25")
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (ExitReason.CLOSED, Sentence.CLOSED),
        (ExitReason.FULL, Sentence.FULL),
        (ExitReason.TIMEOUT, Sentence.LATER),
        (ExitReason.JOIN_EMPTY, Sentence.NOBODY),
        (ExitReason.JOIN_UNAVAILABLE, Sentence.NOBODY),
        (ExitReason.LEAVE_EMPTY, Sentence.NOBODY),
        (ExitReason.LEAVE_UNAVAILABLE, Sentence.NOBODY),
    ],
)
def test_each_reason_leads_out_and_says_why(reason: ExitReason, sentence: Sentence) -> None:
    """The caller hears a sentence, and the call ends with its one record."""
    world = office_with(reason, Exit(action=ExitAction.ANNOUNCEMENT), "chantal")
    queue = world.board.queues[world.queue_id("algemeen")]
    match reason:
        case ExitReason.CLOSED:
            world.tell(QueueOpened(queue=queue.id, open=False))
        case ExitReason.FULL:
            queue.calls_max = 0
        case ExitReason.TIMEOUT:
            queue.wait_ms_max = 40_000
        case ExitReason.JOIN_EMPTY:
            world.signs_out("chantal", "algemeen")
        case ExitReason.JOIN_UNAVAILABLE:
            world.phone_vanishes("chantal")
        case _:
            pass
    world.call_arrives("c1")
    if reason is ExitReason.TIMEOUT:
        world.wait(39)
        assert world.state("c1") is CallState.WAITING
        world.wait(1)
    elif reason is ExitReason.LEAVE_EMPTY:
        world.signs_out("chantal", "algemeen")
        world.wait(61)
    elif reason is ExitReason.LEAVE_UNAVAILABLE:
        world.phone_vanishes("chantal")
        world.wait(61)

    assert world.state("c1") is CallState.ENDED
    assert said(world) == [sentence]
    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.EXIT]
    assert [n.detail for n in world.all(Noted) if n.why is Why.LED_OUT] == [reason.value]


@pytest.mark.rule("D21")
def test_without_a_way_out_callers_wait_on() -> None:
    """A queue that leads nowhere keeps its callers, also when nobody is there."""
    world = office()
    world.call_arrives("c1")
    world.wait(600)
    assert world.hears("c1") == "music"


@pytest.mark.rule("D21")
def test_agents_in_a_call_or_in_wrap_up_count_as_present() -> None:
    """Nobody is led out because everybody is at work."""
    world = office_with(ExitReason.JOIN_UNAVAILABLE, Exit(action=ExitAction.HANG_UP), "chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_clock("piet")
    world.call_arrives("c2")
    assert world.state("c2") is CallState.WAITING


@pytest.mark.rule("D21")
def test_when_the_last_agent_comes_back_in_time_callers_stay() -> None:
    """A minute is the default."""
    world = office_with(ExitReason.LEAVE_EMPTY, Exit(action=ExitAction.HANG_UP), "chantal")
    world.call_arrives("c1")
    world.signs_out("chantal", "algemeen")
    world.wait(59)
    world.signs_in("chantal", "algemeen")
    world.wait(60)
    assert world.state("c1") is CallState.WAITING


@pytest.mark.rule("D21")
def test_on_to_another_queue_with_the_time_of_the_visit() -> None:
    """The place there is that of the time of entry."""
    world = office_with(ExitReason.CLOSED, Exit(action=ExitAction.QUEUE, target="urgent"), "chantal")
    world.tell(QueueOpened(queue=world.queue_id("algemeen"), open=False))
    world.call_arrives("c1")
    assert world.call("c1").queue == "urgent"
    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D21")
def test_ways_out_that_lead_in_a_circle_end_with_a_sentence() -> None:
    """Nobody is sent round for ever."""
    world = office_with(ExitReason.CLOSED, Exit(action=ExitAction.QUEUE, target="balie"), "chantal")
    balie = world.queue("balie")
    balie.exits[ExitReason.CLOSED] = Exit(action=ExitAction.QUEUE, target="algemeen")
    for queue in ("algemeen", "balie"):
        world.tell(QueueOpened(queue=world.queue_id(queue), open=False))
    world.call_arrives("c1")
    assert world.state("c1") is CallState.ENDED
    assert said(world) == [Sentence.CLOSED]


@pytest.mark.rule("D21")
def test_on_to_a_number_and_whoever_answers_there_has_the_caller() -> None:
    """With ringing meanwhile, and a sentence when nobody does."""
    way = Exit(action=ExitAction.NUMBER, target=OUTSIDE)
    world = office_with(ExitReason.JOIN_EMPTY, way)
    world.call_arrives("c1")
    assert world.hears("c1") == "ringing"
    partner = world.call("c1").partner
    assert partner is not None
    world.outside_answers(partner)
    assert world.hears("c1") == partner
    world.caller_hangs_up("c1")
    assert not world.board.calls

    world = office_with(ExitReason.JOIN_EMPTY, way)
    world.exchange.engaged[OUTSIDE] = LegEnd.BUSY
    world.call_arrives("c1")
    assert world.state("c1") is CallState.ENDED
    assert said(world) == [Sentence.NOT_REACHED]


@pytest.mark.rule("D21", "D29")
def test_on_to_a_colleague_and_then_that_colleagues_own_rule() -> None:
    """He is rung like for a direct call."""
    way = Exit(action=ExitAction.COLLEAGUE, target="piet")
    world = office_with(ExitReason.CLOSED, way, "chantal", "piet")
    world.tell(QueueOpened(queue=world.queue_id("algemeen"), open=False))
    world.call_arrives("c1")
    assert world.who_hears("c1") == ["piet"]
    world.wait(31)
    assert world.state("c1") is CallState.ENDED


@pytest.mark.rule("D29", "D21")
def test_a_caller_may_leave_a_message_for_a_person() -> None:
    """A word what to do, then the recording; it is kept for whom it was meant."""
    world = office("chantal")
    world.person("chantal").direct_exit = Exit(action=ExitAction.MESSAGE)
    world.direct_call("d1", to="chantal")
    world.wait(31)

    assert said(world) == [Sentence.LEAVE_MESSAGE]
    (command,) = world.commanded(RecordMessage)
    assert world.state("d1") is CallState.LEAVING
    world.tell(MessageRecorded(leg=command.leg, name=command.name, ms=4_200))
    (left,) = world.all(MessageLeft)
    assert (left.to, left.queue, left.ms) == ("chantal", None, 4_200)
    assert world.state("d1") is CallState.ENDED


@pytest.mark.rule("D29")
def test_a_message_of_who_just_hangs_up_is_kept_and_an_empty_one_is_not() -> None:
    """Most people end a message by hanging up."""
    for ms in (4_200, 0):
        world = office("chantal")
        world.board.rules = HouseRules(direct_exit=Exit(action=ExitAction.MESSAGE))
        world.direct_call("d1", to="chantal")
        world.click_reject("chantal", "d1")
        (command,) = world.commanded(RecordMessage)
        world.exchange.speaks_ms = ms
        world.caller_hangs_up("d1")
        assert [left.name for left in world.all(MessageLeft)] == ([command.name] if ms else [])
        assert len(world.all(CallClosed)) == 1


@pytest.mark.rule("D29", "D4")
def test_a_direct_call_that_is_rejected_hears_the_busy_tone_by_default() -> None:
    """As from any telephone."""
    world = office("chantal")
    world.direct_call("d1", to="chantal")
    world.click_reject("chantal", "d1")
    assert [c.reason for c in world.commanded(HangUp) if c.leg == "d1-leg"] == [HangUpReason.BUSY]


def test_a_caller_who_gives_up_while_hearing_an_announcement_has_one_record() -> None:
    """Nothing is ended twice."""
    world = office_with(ExitReason.JOIN_EMPTY, Exit(action=ExitAction.ANNOUNCEMENT))
    world.tells = False
    world.call_arrives("c1")
    world.caller_hangs_up("c1")
    world.settle()
    assert len(world.all(CallClosed)) == 1


@pytest.mark.rule("D21")
def test_callers_hear_their_place_and_how_long_it_may_take() -> None:
    """In the queue's language, at first and then each minute."""
    world = office("chantal")
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.announce_first_ms, queue.language = 10_000, "en"
    queue.numbers.was_answered(
        entered_at=world.now - 120_000, answered_at=world.now, by=next(iter(world.board.agents))
    )
    world.click_clock("chantal")
    world.call_arrives("c1")
    world.wait(5)
    world.call_arrives("c2")
    world.wait(10)
    by_leg = {command.leg: command for command in world.commanded(Announce)}
    assert [p.number for p in by_leg[LegId("c1-leg")].phrases] == [1, 2]
    assert [p.number for p in by_leg[LegId("c2-leg")].phrases] == [2, 4]
    assert by_leg[LegId("c1-leg")].language == "en"

    world.wait(60)
    assert len(world.commanded(Announce)) == 4


@pytest.mark.rule("D25")
def test_a_queue_that_lets_it_ring_has_no_announcements() -> None:
    """The caller has not been answered."""
    world = office("chantal")
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.announce_first_ms, queue.ring_until_answered = 10_000, True
    world.click_clock("chantal")
    world.call_arrives("c1")
    world.wait(60)
    assert not world.commanded(Announce)


@pytest.mark.rule("D25", "D21")
@pytest.mark.parametrize(("ring_s", "answer"), [(0, False), (30, True)])
def test_who_may_not_stay_hears_why_before_the_answer(ring_s: int, answer: bool) -> None:
    """Closed is said early; who has waited has been answered long ago."""
    world = office_with(ExitReason.CLOSED, Exit(action=ExitAction.ANNOUNCEMENT), "chantal")
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.ANNOUNCEMENT)
    queue.open, queue.wait_ms_max = ring_s > 0, 30_000

    world.call_arrives("c1")
    world.wait(ring_s)

    assert [command.answer for command in world.commanded(Announce)] == [answer]
    assert len(world.commanded(PlaceInQueue)) == (1 if answer else 0)


@pytest.mark.rule("D21")
def test_each_queue_has_its_own_limit_to_the_wait() -> None:
    """Led from one to another after half a minute, the caller has that one's minute there."""
    world = office_with(ExitReason.TIMEOUT, Exit(action=ExitAction.QUEUE, target="balie"), "chantal")
    world.board.queues[world.queue_id("algemeen")].wait_ms_max = 30_000
    balie = world.queue("balie")
    balie.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.ANNOUNCEMENT)
    balie.wait_ms_max = 60_000
    entered = world.now
    world.call_arrives("c1")

    world.wait(30)
    assert world.call("c1").queue == "balie"
    assert world.call("c1").entered_at == entered
    world.wait(59)
    assert world.state("c1") is CallState.WAITING
    world.wait(1)
    assert said(world) == [Sentence.LATER]
    queues = world.board.queues.values()
    assert {q.id: q.numbers.total for q in queues} == {"algemeen": 1, "urgent": 0, "balie": 1}


@pytest.mark.rule("D21")
def test_who_comes_after_the_last_agent_has_left_waits_as_long_as_who_was_there() -> None:
    """A minute from the arrival, not from when the last one left."""
    world = office_with(ExitReason.LEAVE_EMPTY, Exit(action=ExitAction.ANNOUNCEMENT), "chantal")
    world.signs_out("chantal", "algemeen")
    world.wait(300)
    world.call_arrives("c1")

    world.wait(59)
    assert world.state("c1") is CallState.WAITING
    world.wait(1)
    assert said(world) == [Sentence.NOBODY]


@pytest.mark.rule("D29")
def test_who_hangs_up_before_the_tone_leaves_nothing_behind() -> None:
    """No message is waited for."""
    world = office_with(ExitReason.JOIN_EMPTY, Exit(action=ExitAction.MESSAGE))
    world.tells = False
    world.call_arrives("c1")
    assert list(world.board.messages) == ["c1-leg"]
    world.leg_ended(LegId("c1-leg"))

    assert world.board.messages == {}


@pytest.mark.rule("D21")
def test_a_wait_that_is_expected_to_be_short_is_at_least_a_minute() -> None:
    """Nobody is told that it takes no time."""
    world = office("chantal")
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.announce_first_ms = 10_000
    queue.numbers.was_answered(
        entered_at=world.now - 5_000, answered_at=world.now, by=next(iter(world.board.agents))
    )
    world.click_clock("chantal")
    world.call_arrives("c1")
    world.wait(10)

    assert [p.number for p in world.commanded(Announce)[0].phrases] == [1, 1]


@pytest.mark.rule("D21", "D29")
def test_a_colleague_whose_own_rule_is_the_queue_sends_the_caller_back_to_it() -> None:
    """The queue's exit is that colleague: nobody is cut off by the circle, which only goes round so often."""
    world = office_with(
        ExitReason.TIMEOUT, Exit(action=ExitAction.COLLEAGUE, target="piet"), "chantal", "piet"
    )
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.wait_ms_max = 60_000
    world.person("piet").direct_exit = Exit(action=ExitAction.QUEUE, target=queue.id)
    world.call_arrives("c1")
    world.wait(61)
    assert world.call("c1").to == "piet"

    world.wait(31)

    assert (world.state("c1"), world.call("c1").queue, world.call("c1").to) == (
        CallState.WAITING, queue.id, None,
    )  # fmt: skip
    assert world.hears("c1") == "music"
    assert "chantal" in world.who_sees("c1")
    world.wait(600)
    assert world.hears("c1") == "gone"


@pytest.mark.rule("D21", "X-h")
def test_a_caller_who_could_not_be_joined_with_the_number_of_an_exit_waits_on() -> None:
    """The exchange refuses it: the number is let go, and nobody hears the busy tone."""
    world = office_with(ExitReason.TIMEOUT, Exit(action=ExitAction.NUMBER, target="31880001122"), "chantal")
    world.board.queues[world.queue_id("algemeen")].wait_ms_max = 30_000
    world.call_arrives("c1")
    world.wait(31)
    recipient = world.call("c1").partner
    assert recipient is not None
    world.outside_answers(recipient)
    assert world.state("c1") is CallState.TRANSFERRED

    world.tell(PairFailed(one=world.call("c1").leg, other=world.call(recipient).leg))

    assert world.state(recipient) is CallState.ENDED
    assert (world.state("c1"), world.hears("c1")) == (CallState.WAITING, "music")
    assert world.who_sees("c1") == ["chantal"]
