"""What an organisation says in its own words: to who enters a queue, and at a number of its own (D21, D25)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Announce, HangUp, Join, PlaceInQueue, Sentence
from cordboard.core.events import AnnouncementEnded
from cordboard.core.records import CallClosed, CallOpened, Noted, Why
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import EndedBy
from tests.scenarios.test_restarting import restart
from tests.support.desk import World, office

WELCOME, HOURS = "a-welcome", "a-hours"


def greeting_office(*agents: str) -> World:
    """The general queue greets who enters it, and says places after five seconds."""
    world = office(*agents)
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.greeting, queue.announce_first_ms = WELCOME, 5_000
    return world


def said(world: World) -> list[tuple[Sentence, str | None]]:
    """What callers were told, and by which recording."""
    return [(p.sentence, p.recording) for command in world.commanded(Announce) for p in command.phrases]


GREETED = (Sentence.GREETING, WELCOME)


@pytest.mark.rule("D25")
def test_who_enters_is_answered_and_greeted_while_agents_are_asked() -> None:
    """The caller is in the queue's music first, so that who answers meanwhile ends the greeting."""
    world = greeting_office("chantal")
    world.call_arrives("c1")

    assert [type(c) for c in world.commands if isinstance(c, PlaceInQueue | Announce)] == [
        PlaceInQueue,
        Announce,
    ]
    assert said(world) == [GREETED]
    assert world.call("c1").offers
    world.click_answer("chantal", "c1")
    assert world.state("c1") is CallState.ACTIVE
    assert world.commanded(Join)


@pytest.mark.rule("D25")
def test_nothing_else_is_said_before_the_greeting_is_over() -> None:
    """A place that would be due in the middle of it follows ten seconds after its end."""
    world = greeting_office()
    world.tells = False
    world.call_arrives("c1")
    world.events.clear()
    world.wait(20)
    assert said(world) == [GREETED]

    world.tell(AnnouncementEnded(leg=world.call("c1").leg))
    world.wait(9)
    assert said(world) == [GREETED]
    world.wait(1)
    assert said(world) == [GREETED, (Sentence.POSITION, None)]


@pytest.mark.rule("D25")
def test_a_greeting_whose_end_is_never_told_counts_as_over_after_a_minute() -> None:
    """The place is said then."""
    world = greeting_office()
    world.tells = False
    world.call_arrives("c1")
    world.events.clear()
    world.wait(59)
    assert said(world) == [GREETED]
    world.wait(1)
    assert said(world) == [GREETED, (Sentence.POSITION, None)]


@pytest.mark.rule("D25")
def test_where_it_rings_until_an_agent_answers_nobody_is_greeted() -> None:
    """That caller has not been answered."""
    world = greeting_office()
    world.board.queues[world.queue_id("algemeen")].ring_until_answered = True
    world.call_arrives("c1")
    world.wait(60)
    assert said(world) == []


@pytest.mark.rule("D21", "D25")
def test_who_may_not_stay_hears_why_and_no_greeting() -> None:
    """In the organisation's own words, where the way out has them."""
    world = greeting_office()
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.calls_max = 0
    queue.exits[ExitReason.FULL] = Exit(action=ExitAction.ANNOUNCEMENT, target=HOURS)
    world.call_arrives("c1")
    assert said(world) == [(Sentence.FULL, HOURS)]
    assert world.state("c1") is CallState.ENDED


@pytest.mark.rule("D21", "D25")
def test_who_is_led_to_another_queue_is_not_greeted_a_second_time() -> None:
    """Nor by that queue's own greeting: one house says welcome once."""
    world = greeting_office()
    other = world.board.queues[world.queue_id("urgent")]
    other.greeting = "a-other"
    queue = world.board.queues[world.queue_id("algemeen")]
    queue.wait_ms_max, queue.announce_first_ms = 10_000, None
    queue.exits[ExitReason.TIMEOUT] = Exit(action=ExitAction.QUEUE, target=other.id)
    world.call_arrives("c1")
    world.wait(10)
    assert (world.call("c1").queue, said(world)) == (other.id, [GREETED])


@pytest.mark.rule("D21", "D28")
def test_a_number_that_leads_to_an_announcement_says_it_and_hangs_up() -> None:
    """Nobody is asked anything; it is a call of the history, and no missed one."""
    world = office("chantal")
    world.announcement_called("c1", HOURS)

    assert said(world) == [(Sentence.NOT_REACHED, HOURS)]
    assert world.state("c1") is CallState.ENDED
    assert world.commanded(HangUp)
    assert [(o.queue, o.to) for o in world.all(CallOpened)] == [(None, None)]
    assert [(c.answered, c.ended_by) for c in world.all(CallClosed)] == [(False, EndedBy.EXIT)]
    assert [n.detail for n in world.all(Noted) if n.why is Why.LED_OUT] == ["number"]
    assert not world.board.missed


@pytest.mark.rule("D21")
def test_a_long_announcement_is_heard_to_its_end() -> None:
    """A recording may last five minutes; one whose end is never told ends the call after a little more."""
    world = office()
    world.tells = False
    world.announcement_called("c1", HOURS)
    world.events.clear()
    world.wait(300)
    assert world.state("c1") is CallState.LEAVING
    world.wait(30)
    assert world.state("c1") is CallState.ENDED


@pytest.mark.rule("D21")
def test_who_gives_up_while_it_is_said_is_gone() -> None:
    """And nothing is left of the call."""
    world = office()
    world.tells = False
    world.announcement_called("c1", HOURS)
    world.events.clear()
    world.caller_hangs_up("c1")
    world.settle()
    assert world.state("c1") is CallState.ENDED
    assert not world.board.calls


@pytest.mark.rule("D21", "D25")
def test_a_caller_whom_the_database_does_not_know_hears_it_from_the_beginning() -> None:
    """The server died between claiming the call and writing it down: the leg says what the number was for."""
    world = office()
    world.tells = False
    world.announcement_called("c1", HOURS)
    world.events.clear()
    after = World(world.now)
    after.exchange = world.exchange
    after.tells = False
    after.exchange_comes_up()
    assert said(after) == said(world)
    assert after.state("c1") is CallState.LEAVING
    assert not after.board.messages
    after.wait(300)
    assert after.state("c1") is CallState.LEAVING
    after.wait(30)
    assert after.state("c1") is CallState.ENDED


@pytest.mark.rule("D21", "D16")
def test_a_long_announcement_is_not_cut_short_by_a_death() -> None:
    """The exchange goes on saying it; the next server waits as long as one may last."""
    world = office()
    world.tells = False
    world.announcement_called("c1", HOURS)
    world.events.clear()
    restart(world)
    world.tells = False
    world.wait(300)
    assert world.state("c1") is CallState.LEAVING
