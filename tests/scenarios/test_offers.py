"""Who is offered a waiting call, and for how long (manual 2.1; D2, D3)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState
from cordboard.core.commands import PlaceInQueue, RingDevice
from cordboard.core.events import LegEnd
from cordboard.core.notices import Changed, Saying, Thing
from cordboard.core.records import AwayChanged, SegmentClosed, SegmentKind, SegmentOutcome
from cordboard.core.types import QueueId, Strategy
from tests.support.desk import World, office


@pytest.mark.rule("2.1-a", "D2")
def test_a_call_is_offered_to_everybody_who_is_free_and_rings_there() -> None:
    """With ring-all every free agent of the queue sees the card and hears the ring; the caller hears music."""
    world = office("chantal", "piet")

    world.call_arrives("c1")

    assert world.who_sees("c1") == ["chantal", "piet"]
    assert world.who_hears("c1") == ["chantal", "piet"]
    assert world.hears("c1") == "music"
    assert world.status("piet") is AgentStatus.RINGING


@pytest.mark.rule("2.1-c", "3.1-j")
def test_calls_of_a_queue_one_is_not_signed_in_to_are_not_offered() -> None:
    """Whoever is signed out of a queue is offered none of its calls."""
    world = office("chantal", "piet")
    world.signs_out("piet", "algemeen")

    world.call_arrives("c1")

    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("3.1-u")
def test_signing_in_while_calls_wait_offers_them_at_once() -> None:
    """A caller waits with nobody signed in; who signs in is rung immediately."""
    world = office("chantal")
    world.signs_out("chantal", "algemeen")
    world.call_arrives("c1")

    world.signs_in("chantal", "algemeen")

    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D2", "D5")
def test_every_waiting_call_is_a_card_and_the_phone_rings_for_the_first() -> None:
    """Two callers wait: both are cards, the telephone rings for the longest waiting, then for the other."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.wait(1)
    world.call_arrives("c2")

    assert world.who_sees("c2") == ["chantal", "piet"]
    assert world.who_hears("c2") == []

    world.click_answer("chantal", "c1")
    assert world.who_sees("c2") == ["piet"]
    assert world.who_hears("c2") == ["piet"]


@pytest.mark.rule("D2")
def test_urgent_goes_before_priority_and_priority_before_time() -> None:
    """Calls stand in one order everywhere: urgent, the queue's priority, then who entered first."""
    world = office()
    world.queue("intercollegiaal", priority=5)
    for name, queue in (("c1", "algemeen"), ("c2", "algemeen"), ("c3", "intercollegiaal"), ("c4", "urgent")):
        world.call_arrives(name, queue)
        world.wait(1)

    assert world.order() == ["c4", "c3", "c1", "c2"]


@pytest.mark.rule("D2", "5.2-a")
def test_an_urgent_call_takes_over_a_phone_that_rings_for_a_general_one() -> None:
    """The telephone rings for a general caller; an urgent one comes and is rung for at once."""
    world = office("chantal")
    world.call_arrives("c1")

    world.call_arrives("c2", "urgent")

    assert world.who_hears("c2") == ["chantal"]
    assert world.who_hears("c1") == []
    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D2")
def test_longest_idle_offers_to_one_agent_at_a_time() -> None:
    """Who has been free the longest is rung; the other is not."""
    world = office("chantal", "piet", strategy=Strategy.LONGEST_IDLE)
    world.person("chantal").idle_since -= 1000

    world.call_arrives("c1")

    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D2")
def test_longest_idle_moves_to_who_has_not_just_had_a_call() -> None:
    """After a call one is the last in line for the next."""
    world = office("chantal", "piet", strategy=Strategy.LONGEST_IDLE)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(60)
    world.caller_hangs_up("c1")

    world.call_arrives("c2")

    assert world.who_hears("c2") == ["piet"]


@pytest.mark.rule("D3", "D2")
def test_an_unanswered_offer_moves_to_the_next_agent() -> None:
    """Chantal lets it ring; after the ring time it is Piet's turn, then hers again, and the place is kept."""
    world = office("chantal", "piet", strategy=Strategy.LONGEST_IDLE)
    world.call_arrives("c1")
    world.call_arrives("c2")
    assert world.who_hears("c1") == ["chantal"]
    assert world.who_hears("c2") == ["piet"]
    world.caller_hangs_up("c2")

    world.wait(20)
    assert world.who_hears("c1") == ["piet"]
    assert world.order() == ["c1"]

    world.wait(20)
    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D2")
def test_a_lease_is_not_taken_away_for_another_general_call() -> None:
    """Piet's telephone rings for the second caller; the first, rung out at Chantal's, does not take it over."""
    world = office("chantal", "piet", strategy=Strategy.LONGEST_IDLE)
    world.call_arrives("c1")
    world.wait(10)
    world.call_arrives("c2")

    world.wait(10.5)

    assert world.who_hears("c2") == ["piet"]
    assert world.who_sees("c1") == []


@pytest.mark.rule("D2")
def test_calls_of_two_strategies_do_not_wait_behind_each_other() -> None:
    """Chantal's phone rings for a ring-all call; the longest-idle call after it goes to Piet, who can ring."""
    world = office("chantal")
    world.queue("balie", strategy=Strategy.LONGEST_IDLE)
    world.agent("piet", queues=("balie",))
    world.signs_in("chantal", "balie")
    world.call_arrives("c1")

    world.call_arrives("c2", "balie")

    assert world.who_hears("c1") == ["chantal"]
    assert world.who_hears("c2") == ["piet"]


@pytest.mark.rule("D3")
def test_with_ring_all_the_card_stays_and_the_phone_rings_again_after_a_pause() -> None:
    """Twenty seconds of ringing, five of silence with the card still there, and again."""
    world = office("chantal", "piet")
    world.call_arrives("c1")

    world.wait(20)
    assert world.who_hears("c1") == []
    assert world.who_sees("c1") == ["chantal", "piet"]

    world.wait(5)
    assert world.who_hears("c1") == ["chantal", "piet"]


@pytest.mark.rule("D3", "D11", "2.3-i")
def test_three_rings_in_a_row_set_the_agent_to_not_answered() -> None:
    """After three unanswered rings nothing is offered any more until the agent does something; no wrap-up."""
    world = office("chantal", "piet", wrap_up_s=30)
    world.signs_out("chantal", "urgent")
    world.signs_out("piet", "urgent", confirmed=True)
    world.call_arrives("c1")

    world.wait(20 + 5 + 20 + 5 + 19)
    assert world.status("chantal") is AgentStatus.RINGING
    world.wait(1)

    assert world.status("chantal") is AgentStatus.NOT_ANSWERED
    assert world.said("chantal") == [Saying.ALARM_URGENT_EMPTY, Saying.SET_AWAY]
    assert world.who_sees("c1") == []
    assert world.order() == ["c1"]
    assert [(r.agent, r.away) for r in world.all(AwayChanged)] == [("chantal", True), ("piet", True)]

    world.wait(60)
    world.returns_to_work("chantal")
    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D3")
def test_an_answer_begins_the_count_of_missed_rings_anew() -> None:
    """Two misses, one answered call, two misses: still available."""
    world = office("chantal")
    world.signs_out("chantal", "urgent", confirmed=True)
    world.call_arrives("c1")
    world.wait(20 + 5 + 20 + 5)
    world.click_answer("chantal", "c1")
    world.caller_hangs_up("c1")
    world.call_arrives("c2")

    world.wait(20 + 5 + 20 + 1)

    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D3", "2.2-c")
def test_the_last_agent_of_an_urgent_queue_is_never_set_away() -> None:
    """There is an alarm instead, once, and the call goes on being offered; it goes when the agent does something."""
    world = office("chantal")
    supervisor = world.agent("anja", queues=())
    world.call_arrives("c1", "urgent")
    queue = world.board.queues[world.queue_id("urgent")]

    world.wait(69)
    assert Saying.ALARM_URGENT_DESERTED not in world.said("anja")
    world.wait(1)
    assert queue.deserted_since == world.now
    world.wait(55)

    assert world.status("chantal") is AgentStatus.RINGING
    assert Saying.LAST_IN_URGENT in world.said("chantal")
    assert world.said(supervisor.id).count(Saying.ALARM_URGENT_DESERTED) == 1
    assert world.who_hears("c1") == ["chantal"]
    world.tells = False
    world.click_answer("chantal", "c1")
    assert not queue.deserted_since
    assert Changed(Thing.ALARM, "urgent") in world.changed


@pytest.mark.rule("D3")
def test_the_alarm_of_a_last_agent_who_lets_it_ring_goes_when_another_is_there() -> None:
    """Also where it were general calls that rang; whoever is set away then is not the last one."""
    world = office("chantal", "piet")
    queue = world.board.queues[world.queue_id("urgent")]
    world.signs_out("piet", "urgent")
    world.signs_out("piet", "algemeen")
    world.call_arrives("c1")
    world.wait(71)
    assert (world.person("chantal").away, queue.deserted_since is None) == (False, False)

    world.signs_in("piet", "urgent")
    assert queue.deserted_since is None
    world.wait(30)
    assert world.person("chantal").away
    assert world.said("chantal").count(Saying.ALARM_URGENT_DESERTED) == 1


@pytest.mark.rule("2.1.1-u", "2.3-i")
def test_a_caller_who_gives_up_takes_the_card_along() -> None:
    """The card goes, the telephone falls silent, and the call counts as not handled."""
    world = office("chantal", wrap_up_s=10)
    world.call_arrives("c1")
    world.wait(7)

    world.caller_hangs_up("c1")

    assert world.state("c1") is CallState.ENDED
    assert world.phone_of("chantal") is None
    assert world.status("chantal") is AgentStatus.AVAILABLE
    wait = world.all(SegmentClosed)[-1]
    assert (wait.kind, wait.outcome) == (SegmentKind.WAIT, SegmentOutcome.ABANDONED)
    assert wait.ended_at - wait.started_at == 7_000
    numbers = world.board.queues[QueueId("algemeen")].numbers
    assert (numbers.total, numbers.handled) == (1, 0)


@pytest.mark.rule("D16")
def test_a_phone_that_cannot_be_rung_is_left_alone_for_longer_and_longer() -> None:
    """A dead telephone is tried after 5, 10, 20 seconds, not hammered; it is not a miss."""
    world = office("chantal")
    world.exchange.registered.clear()
    world.call_arrives("c1")
    rings = [len(world.commanded(RingDevice))]

    for pause in (4, 1, 9, 1, 19, 1):
        world.wait(pause)
        rings.append(len(world.commanded(RingDevice)))

    assert rings == [1, 1, 2, 2, 3, 3, 4]
    assert world.person("chantal").misses == 0
    assert world.order() == ["c1"]


@pytest.mark.rule("D16")
def test_an_unregistered_phone_is_offered_nothing_and_comes_back_by_itself() -> None:
    """Its offers go at once, are not missed, and return when it registers again."""
    world = office("chantal", "piet")
    world.call_arrives("c1")

    world.phone_vanishes("chantal")
    assert world.who_sees("c1") == ["piet"]
    assert world.status("chantal") is AgentStatus.DEVICE_LOST
    assert world.person("chantal").misses == 0

    world.phone_comes_back("chantal")
    assert world.who_hears("c1") == ["chantal", "piet"]


@pytest.mark.rule("D25")
def test_a_caller_is_answered_on_entering_unless_the_queue_lets_it_ring() -> None:
    """The queue's setting decides; the wait counts from entering either way."""
    world = World()
    world.queue("algemeen")
    world.queue("balie", ring_until_answered=True)
    world.agent("chantal", queues=("balie",))
    world.exchange_comes_up()

    world.call_arrives("c1", "algemeen")
    world.call_arrives("c2", "balie")
    world.wait(6)
    world.click_answer("chantal", "c2")

    assert [p.answer for p in world.commanded(PlaceInQueue)] == [True, False]
    assert world.board.queues[QueueId("balie")].numbers.average_wait_ms() == 6_000


@pytest.mark.rule("D3")
def test_a_ring_that_the_exchange_gives_up_counts_as_missed() -> None:
    """Whoever ends the ring, the telephone pauses before it rings again."""
    world = office("chantal")
    world.call_arrives("c1")
    line = world.person("chantal").line
    assert line is not None

    world.events.extend(world.exchange.end(line.leg, LegEnd.NO_ANSWER))
    world.settle()

    assert world.person("chantal").misses == 1
    assert world.who_hears("c1") == []
    world.wait(5)
    assert world.who_hears("c1") == ["chantal"]
