"""Who is rung for a waiting call (manual 2.1; D2)."""

from __future__ import annotations

import pytest

from cordboard.core.events import CountsBegan
from cordboard.core.types import Strategy, UserId
from tests.support.desk import World, office

NAMES = ("anja", "chantal", "piet")


def three(strategy: Strategy) -> World:
    """Three free agents; Anja has been idle for longest, then Chantal."""
    world = office(*NAMES, strategy=strategy)
    for at, name in enumerate(NAMES):
        world.person(name).idle_since = world.now - 1000 * (3 - at)
    return world


def whose_turn(world: World, calls: int) -> list[str]:
    """Who is rung for each of so many calls, one after the other; nobody answers and every caller gives up."""
    turns = []
    for number in range(calls):
        world.call_arrives(f"c{number}")
        turns += world.who_hears(f"c{number}")
        world.caller_hangs_up(f"c{number}")
        world.wait(1)
    return turns


@pytest.mark.rule("D2", "2.1.1-k")
def test_longest_idle_rings_one_agent_who_has_had_no_call_for_longest() -> None:
    """And nobody else."""
    assert whose_turn(three(Strategy.LONGEST_IDLE), 1) == ["anja"]


@pytest.mark.rule("D2")
def test_round_robin_goes_round() -> None:
    """Each in turn, then from the first again."""
    assert whose_turn(three(Strategy.ROUND_ROBIN), 4) == ["anja", "chantal", "piet", "anja"]


@pytest.mark.rule("D2")
def test_linear_always_begins_with_the_first_of_the_queues_order() -> None:
    """The next one only when the first is not free or lets it ring."""
    world = three(Strategy.LINEAR)
    world.board.queues[world.queue_id("algemeen")].order = (UserId("piet"), UserId("anja"))
    assert whose_turn(world, 2) == ["piet", "piet"]

    world.call_arrives("c9")
    world.wait(21)
    assert world.who_hears("c9") == ["anja"]


@pytest.mark.rule("D2")
def test_fewest_calls_rings_who_answered_the_fewest_today() -> None:
    """Counted by queue."""
    world = three(Strategy.FEWEST_CALLS)
    for number in range(3):
        world.call_arrives(f"c{number}")
        (who,) = world.who_hears(f"c{number}")
        world.phone_answers(who)
        world.caller_hangs_up(f"c{number}")
        world.wait(1)
    answered = world.board.queues[world.queue_id("algemeen")].numbers.answered_by
    assert answered == dict.fromkeys(NAMES, 1)


@pytest.mark.rule("D2")
def test_ring_progressively_rings_one_more_after_each_step_and_those_go_on() -> None:
    """The first one's telephone is not silenced for it."""
    world = three(Strategy.RING_PROGRESSIVELY)
    world.call_arrives("c1")
    heard = [world.who_hears("c1")]
    for _ in range(2):
        world.wait(10)
        heard.append(sorted(set(world.who_sees("c1"))))
    assert heard == [["anja"], ["anja", "chantal"], ["anja", "chantal", "piet"]]


@pytest.mark.rule("D2")
@pytest.mark.parametrize("strategy", Strategy)
def test_which_call_comes_first_is_the_same_everywhere(strategy: Strategy) -> None:
    """Urgent, then priority, then the time of entry, across queues, whatever the strategy."""
    world = office("chantal", strategy=strategy)
    world.queue("balie", priority=5)
    world.signs_in("chantal", "balie")
    world.click_clock("chantal")
    for name, queue in (("a1", "algemeen"), ("a2", "algemeen"), ("b1", "balie"), ("u1", "urgent")):
        world.call_arrives(name, queue)
        world.wait(1)
    assert world.order() == ["u1", "b1", "a1", "a2"]

    world.click_clock_again("chantal")
    assert world.who_hears("u1") == ["chantal"]


@pytest.mark.rule("D2", "D3")
@pytest.mark.parametrize("strategy", [s for s in Strategy if s is not Strategy.RING_ALL])
def test_nobody_waits_while_somebody_free_has_not_been_rung(strategy: Strategy) -> None:
    """An unanswered ring goes on to the others, and begins anew after all were tried."""
    world = three(strategy)
    world.call_arrives("c1")
    rung: set[str] = set()
    for _ in range(70):
        rung.update(world.who_hears("c1"))
        world.wait(1)
    assert rung == set(NAMES)


@pytest.mark.rule("D2", "D15")
def test_fewest_calls_begins_anew_each_day() -> None:
    """Yesterday's calls do not count."""
    world = three(Strategy.FEWEST_CALLS)
    numbers = world.board.queues[world.queue_id("algemeen")].numbers
    for _ in range(7):
        numbers.was_answered(entered_at=world.now, answered_at=world.now, by=UserId("anja"))
    world.wait(60)
    world.tell(CountsBegan(since=world.now))

    assert whose_turn(world, 1) == ["anja"]


@pytest.mark.rule("D2")
def test_ring_progressively_rings_another_agent_for_the_next_caller() -> None:
    """Two callers do not both wait for the one who is idle longest."""
    world = three(Strategy.RING_PROGRESSIVELY)
    world.call_arrives("c1")
    world.call_arrives("c2")

    assert world.who_hears("c1") == ["anja"]
    assert world.who_hears("c2") == ["chantal"]
