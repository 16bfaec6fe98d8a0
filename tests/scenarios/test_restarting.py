"""Cordboard or the exchange died and is back: no caller is lost (D16; reliability F1, F10).

A restart is a new board with what the database kept, told by `ExchangeRestored` what lives.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.core.agent import Agent, AgentStatus, LineState, WrapUp
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.events import LegEnd, MessageRecorded, Place
from cordboard.core.records import CallClosed, CallMoved, CallOpened, MessageLeft
from cordboard.core.requests import (
    AnswerCall,
    CancelTransfer,
    StartConference,
    TransferToColleague,
)
from cordboard.core.rules import Exit, ExitAction
from cordboard.core.statistics import Tally, counted
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import AnswerMethod, CallId, EndedBy, LegId, QueueId, UserId
from tests.support.desk import World, office
from tests.support.pretend_exchange import Caller, Phone

Forgetting = Callable[[World, Board], None]


def restart(world: World, *, fresh: bool = False, forget: Forgetting | None = None) -> None:
    """Cordboard starts again on what was written down; the exchange lived on, unless it is fresh."""
    old, board = world.board, Board(organisation=world.board.organisation)
    board.queues = old.queues
    for device in old.devices.values():
        device.registered, device.failures, device.quiet_until = False, 0, 0
        board.devices[device.id] = device
    for was in old.agents.values():
        agent = Agent(id=was.id, name=was.name, groups=was.groups, rights=was.rights, group=was.group)
        agent.device, agent.signed_in, agent.away = was.device, was.signed_in, was.away
        agent.remembered = was.remembered
        agent.armed, agent.pending_wrap_up_ms = was.armed, was.pending_wrap_up_ms
        if was.wrap_up is not None:
            agent.wrap_up = WrapUp(kind=was.wrap_up.kind, since=was.wrap_up.since, until=was.wrap_up.until)
        board.agents[agent.id] = agent
    for call in old.calls.values():
        again = Call(
            id=call.id,
            leg=call.leg,
            queue=call.queue,
            to=call.to,
            direction=call.direction,
            number=call.number,
            name=call.name,
            entered_at=call.entered_at,
            urgent=call.urgent,
            priority=call.priority,
            state=call.state,
            since=call.since,
            segment_since=call.segment_since,
            segment=call.segment,
            answered_at=call.answered_at,
            handled_by=call.handled_by,
            made_by=call.made_by,
            agent=call.agent,
            confirmed=False,
        )
        board.add(again)
        if call.agent is not None:
            board.agents[call.agent].calls.append(call.id)
    if forget is not None:
        forget(world, board)
    world.board, world.desk = board, Switchboard(board, world._new_leg)
    world.exchange_comes_up(fresh=fresh)


def full_house() -> World:
    """c1 waits, c2 is talked with by Chantal who holds c3, c4 rings at Piet who also rejected c1."""
    world = office("chantal", "piet", "henk")
    for name in ("c3", "c2"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
        world.wait(5)
    world.call_arrives("c1")
    world.click_reject("piet", "c1")
    world.wait(1)
    world.call_arrives("c4")
    return world


@pytest.mark.rule("D16")
def test_after_a_restart_every_call_is_where_it_was() -> None:
    """Who talks goes on talking, who holds can resume, who waits keeps the place and rings again."""
    world = full_house()

    restart(world)

    assert world.hears("c2") == "chantal"
    assert (world.state("c2"), world.state("c3")) == (CallState.ACTIVE, CallState.HELD)
    assert world.order() == ["c1", "c4"]
    assert "henk" in world.who_hears("c1")
    assert not world.all(CallClosed)
    world.click_resume("chantal", "c3")
    assert (world.hears("c2"), world.hears("c3")) == ("music", "chantal")
    world.click_hang_up("chantal", "c3")
    world.caller_hangs_up("c2")
    assert world.phone_of("chantal") in (None, Phone.RINGING)


@pytest.mark.rule("D16")
def test_calls_that_ended_while_cordboard_was_away_are_closed_as_unseen() -> None:
    """Exactly once, and the agent is free again."""
    world = full_house()
    for name in ("c1", "c2", "c3"):
        list(world.exchange.end(LegId(f"{name}-leg"), LegEnd.HUNG_UP))

    restart(world)

    assert {c.call: c.ended_by for c in world.all(CallClosed)} == dict.fromkeys(
        ("c1", "c2", "c3"), EndedBy.UNKNOWN
    )
    assert world.person("chantal").calls == []
    assert world.phone_of("chantal") in (None, Phone.RINGING)


@pytest.mark.rule("D16")
def test_a_fresh_exchange_has_lost_its_calls_and_says_so() -> None:
    """Every call is closed as broken off, no ghost card stays, and agents are free."""
    world = full_house()
    world.exchange_goes_away()

    world.exchange_comes_up(fresh=True)

    assert {c.call: c.ended_by for c in world.all(CallClosed)} == dict.fromkeys(
        ("c1", "c2", "c3", "c4"), EndedBy.LOST
    )
    assert world.board.calls == {}
    assert world.status("piet") is AgentStatus.AVAILABLE
    world.call_arrives("c5")
    assert "chantal" in world.who_hears("c5")


@pytest.mark.rule("D16")
def test_a_caller_the_database_does_not_know_is_adopted_into_the_queue() -> None:
    """The crash came before the commit; the place is by the time of entry."""
    world = office("chantal")
    world.call_arrives("c2")
    world.exchange.callers[LegId("c1-leg")] = Caller(CallId("c1"), world.now - 60_000, QueueId("algemeen"))

    restart(world)

    assert world.order() == ["c1", "c2"]
    assert [r.call for r in world.all(CallOpened)] == ["c2", "c1"]
    assert world.who_hears("c1") == ["chantal"]
    assert world.hears("c1") == "music"


@pytest.mark.rule("D16")
def test_a_leg_for_no_queue_of_ours_is_ended() -> None:
    """Nobody would ever answer it."""
    world = office("chantal")
    world.exchange.callers[LegId("c9-leg")] = Caller(CallId("c9"), world.now, QueueId("nergens"))

    restart(world)

    assert world.hears("c9") == "gone"


@pytest.mark.rule("D16")
def test_what_the_exchange_says_wins_over_what_was_written_down() -> None:
    """The database last knew the caller as waiting; the exchange has it on Chantal's line."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    def behind(_world: World, board: Board) -> None:
        call = board.calls[CallId("c1")]
        call.state, call.agent, call.answered_at = CallState.WAITING, None, None
        board.agents[UserId("chantal")].calls.clear()
        board.queues[QueueId("algemeen")].numbers = counted({0: Tally(total=1)}, 0)

    restart(world, forget=behind)

    assert world.hears("c1") == "chantal"
    assert world.state("c1") is CallState.ACTIVE
    assert world.board.queues[QueueId("algemeen")].numbers.handled == 1
    assert world.all(CallMoved)[-1].agent == "chantal"


@pytest.mark.rule("D16")
def test_a_caller_in_the_air_is_held_if_it_was_answered_and_waits_if_it_was_not() -> None:
    """Their bridge went while nobody looked: nobody stays in silence."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.call_arrives("c2")
    for caller in world.exchange.callers.values():
        caller.place, caller.line = Place.NOWHERE, None

    restart(world)

    assert world.state("c1") is CallState.HELD
    assert world.person("chantal").calls == ["c1"]
    assert (world.hears("c1"), world.hears("c2")) == ("music", "music")
    assert world.who_hears("c2") == ["piet"]


@pytest.mark.rule("D16")
def test_a_click_whose_phone_had_not_answered_gives_the_call_back_to_the_queue() -> None:
    """The ring that was under way is ended and the caller is offered again."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    restart(world)

    assert world.state("c1") is CallState.WAITING
    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D16", "2.1.1-w")
def test_a_phone_lifted_while_nobody_looked_gets_the_caller_it_was_clicked_for() -> None:
    """The click was written down, the telephone is up: they are connected."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.tells = False
    world.phone_answers("chantal")
    world.tells = True

    restart(world)

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D16", "D27")
def test_held_callers_without_a_line_are_rung_back_after_a_restart() -> None:
    """Never a held caller without a way back."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.phone_hangs_up("chantal")

    restart(world)
    world.wait(10)

    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D16")
def test_a_page_whose_phone_registers_a_moment_later_keeps_its_conversation() -> None:
    """It registers through the server that was down: it is given ten seconds, its sound never stopped."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    registered = set(world.exchange.registered)
    world.exchange.registered.clear()

    restart(world)
    world.wait(2)
    world.exchange.registered |= registered
    world.phone_comes_back("chantal")
    world.wait(30)

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D16")
def test_a_phone_that_does_not_register_again_after_a_restart_counts_as_lost() -> None:
    """After ten seconds its caller hears music and waits for it, as when it had vanished in sight."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.exchange.registered.clear()

    restart(world)
    world.wait(10)
    assert world.hears("c1") == "music"
    world.wait(15)

    assert world.order() == ["c1"]


@pytest.mark.rule("D16")
def test_a_telephone_that_is_up_for_nobody_is_hung_up() -> None:
    """A line whose caller went, and one of a device that nobody uses any more."""
    world = office("chantal", "piet")
    for name, agent in (("c1", "chantal"), ("c2", "piet")):
        world.call_arrives(name)
        world.click_answer(agent, name)
    world.exchange.callers.clear()

    def unpaired(_world: World, board: Board) -> None:
        agent = board.agents[UserId("piet")]
        assert agent.device is not None
        board.devices[agent.device].used_by = None
        agent.device = None

    restart(world, forget=unpaired)

    assert world.exchange.lines == {}


@pytest.mark.rule("D16")
def test_two_callers_on_one_line_are_put_apart() -> None:
    """The crash came in the middle of a swap: one is talked with, the other hears music."""
    world = office("chantal")
    for name in ("c1", "c2"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
    first, second = (world.exchange.callers[LegId(f"{n}-leg")] for n in ("c1", "c2"))
    first.place, first.line = second.place, second.line

    restart(world)

    assert sorted((world.hears("c1"), world.hears("c2"))) == ["chantal", "music"]


@pytest.mark.rule("2.3-h", "D9", "D10")
def test_a_wrap_up_survives_a_restart_and_ends_at_its_time() -> None:
    """Not later, not earlier; and nothing is offered meanwhile."""
    world = office("chantal", wrap_up_s=30)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    world.caller_hangs_up("c1")
    world.wait(10)

    restart(world)
    world.call_arrives("c2")
    world.wait(19.9)
    assert world.who_sees("c2") == []
    world.wait(0.1)

    assert world.who_hears("c2") == ["chantal"]


@pytest.mark.rule("D16")
def test_a_console_that_never_returns_after_a_restart_is_signed_out_in_time() -> None:
    """Ten minutes after the restart, like one that was lost."""
    world = office("chantal", "piet")
    restart(world)
    world.console_comes("piet")

    world.wait(600)

    assert world.person("chantal").signed_in == set()
    assert world.person("piet").signed_in == {"algemeen", "urgent"}


@pytest.mark.rule("D16")
def test_while_the_exchange_is_away_nothing_is_counted_against_anybody() -> None:
    """A ring that could not be heard is not missed; a caller is not given up; offers come again."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("piet", "c1")
    world.call_arrives("c2")
    world.exchange_goes_away()

    world.wait(120)
    assert world.person("chantal").misses == 0
    assert world.state("c1") is CallState.ACTIVE
    world.exchange_comes_up()

    assert world.hears("c1") == "piet"
    assert world.who_hears("c2") == ["chantal"]


@pytest.mark.rule("D16")
def test_being_told_twice_what_lives_changes_nothing() -> None:
    """A second connection in a row finds everything in order."""
    world = full_house()

    world.exchange_comes_up()
    world.exchange_comes_up()

    assert world.hears("c2") == "chantal"
    assert world.state("c3") is CallState.HELD
    assert world.order() == ["c1", "c4"]


@pytest.mark.rule("D16")
def test_a_call_that_was_ended_just_before_does_not_come_back() -> None:
    """The hang-up was lost with the connection: it is repeated, not adopted."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    leg = world.call("c1").leg
    caller = world.exchange.callers[leg]
    world.click_hang_up("chantal", "c1")
    world.exchange.callers[leg] = caller
    caller.place, caller.line = Place.NOWHERE, None

    world.exchange_comes_up()

    assert world.hears("c1") == "gone"
    assert world.board.calls == {}
    assert len(world.all(CallClosed)) == 1


@pytest.mark.rule("D16", "D29")
def test_who_leaves_a_message_is_not_cut_off_by_a_restart() -> None:
    """The exchange goes on recording; what was said is kept, and the call ends by its exit as it would have."""
    world = office("chantal")
    world.person("chantal").direct_exit = Exit(action=ExitAction.MESSAGE)
    world.direct_call("d1", to="chantal")
    world.wait(31)
    assert world.state("d1") is CallState.LEAVING
    leg = world.call("d1").leg

    restart(world)

    assert world.state("d1") is CallState.LEAVING
    world.tell(MessageRecorded(leg=leg, name="message-d1", ms=4_000))
    assert world.state("d1") is CallState.ENDED
    [message] = world.all(MessageLeft)
    assert (message.call, message.to, message.ms) == ("d1", "chantal", 4_000)


@pytest.mark.rule("D7", "D15", "D16")
def test_a_caller_taken_back_before_anybody_spoke_is_not_answered_by_a_restart() -> None:
    """On hold and never spoken with: whoever of the queue answers later is the one who is counted."""
    world = office("chantal", "piet", method=AnswerMethod.MANUAL)
    world.direct_call("c1", to="chantal")
    world.ask(TransferToColleague(agent=UserId("chantal"), call=CallId("c1"), colleague=UserId("piet")))
    world.ask(AnswerCall(agent=UserId("piet"), call=CallId("c1")))
    world.ask(CancelTransfer(agent=UserId("chantal"), call=CallId("c1")))
    assert (world.state("c1"), world.call("c1").answered_at) == (CallState.HELD, None)

    restart(world)

    assert (world.state("c1"), world.call("c1").answered_at) == (CallState.HELD, None)


@pytest.mark.rule("D16")
@pytest.mark.parametrize("place", [Place.NOWHERE, Place.QUEUE])
def test_the_last_of_a_conference_who_is_found_off_the_line_is_not_on_it(place: Place) -> None:
    """One hung up while nobody looked, and the other's bridge went: on hold or in the queue, never in silence."""
    world = office("chantal")
    for name in ("c1", "c2"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
    world.ask(StartConference(agent=UserId("chantal"), call=CallId("c1")))
    assert {world.state("c1"), world.state("c2")} == {CallState.CONFERENCE}
    world.tells = False
    world.caller_hangs_up("c1")
    world.tells = True
    other = world.exchange.callers[world.call("c2").leg]
    other.place, other.line, other.queue = place, None, world.queue_id("algemeen")

    restart(world)

    line = world.person("chantal").line
    assert line is None or line.state is not LineState.UP or line.call is None
    assert world.state("c2") is (CallState.HELD if place is Place.NOWHERE else CallState.WAITING)
    assert world.hears("c2") == "music"


@pytest.mark.rule("D29", "D16")
def test_a_direct_caller_who_was_clicked_on_before_a_restart_does_not_ring_without_end() -> None:
    """The telephone was not lifted: it rings again for that person, and then the rule for the call is next."""
    world = office("chantal", "piet", method=AnswerMethod.MANUAL)
    world.direct_call("d1", to="piet")
    world.wait(2)
    world.click_answer("piet", "d1")
    assert world.state("d1") is CallState.CONNECTING

    restart(world)
    world.wait(25)
    assert world.hears("d1") == "ringing"
    world.wait(60)

    assert world.hears("d1") == "gone"
