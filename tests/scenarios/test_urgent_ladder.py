"""Urgent calls that nobody takes, long holds, and pauses (manual 2.2, 2.4; D6, D8, D11)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState
from cordboard.core.commands import Announce, Dial, Recall, Sentence
from cordboard.core.notices import Changed, Saying, Thing
from cordboard.core.records import PauseChanged
from cordboard.core.refusals import Code
from cordboard.core.requests import (
    CancelTransfer,
    Pause,
    TransferToColleague,
    TransferToQueue,
    UndoTransfer,
)
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, LegId, Right, UserId
from cordboard.core.urgent import Rung
from tests.support.day import Day
from tests.support.desk import World, office

OUTSIDE = "31880001122"
CHANTAL = UserId("chantal")


def nobody_answers(*, outside: str | None = None) -> World:
    """Chantal is signed in to urgent and lets it ring, Piet is not signed in; Chantal supervises."""
    world = office("chantal", "piet")
    world.board.queues[world.queue_id("urgent")].escalate_to = outside
    world.signs_out("piet", "urgent")
    world.person("piet").rights = frozenset(Right) - {Right.SUPERVISE}
    world.call_arrives("u1", "urgent")
    return world


@pytest.mark.rule("D6")
def test_after_half_a_minute_an_urgent_call_rings_those_who_are_not_signed_in() -> None:
    """With a console open."""
    world = nobody_answers()
    world.wait(29)
    assert world.who_sees("u1") == ["chantal"]
    world.wait(1)
    assert world.who_sees("u1") == ["chantal", "piet"]


@pytest.mark.rule("D6")
def test_then_an_outside_number_rings_too_and_the_first_has_the_caller() -> None:
    """An agent who is first silences it; so does the other way round."""
    world = nobody_answers(outside=OUTSIDE)
    world.wait(61)
    partner = world.call("u1").partner
    assert partner is not None
    assert world.hears("u1") == "music"
    world.click_answer("piet", "u1")
    assert world.state(partner) is CallState.ENDED
    assert world.hears("u1") == "piet"

    world = nobody_answers(outside=OUTSIDE)
    world.wait(61)
    partner = world.call("u1").partner
    assert partner is not None
    world.outside_answers(partner)
    assert world.hears("u1") == partner
    assert world.who_hears("u1") == []


def sent_to_piet_while_it_rings_outside() -> tuple[World, CallId]:
    """The caller has climbed to the outside number, which this gives the call of, and Chantal sends the caller on."""
    world = nobody_answers(outside=OUTSIDE)
    world.wait(61)
    partner = world.call("u1").partner
    assert partner is not None
    world.ask(TransferToColleague(agent=CHANTAL, call=CallId("u1"), colleague=UserId("piet")))
    return world, partner


@pytest.mark.rule("D6", "D7")
def test_who_was_first_outside_is_let_go_when_sending_the_caller_on_is_undone() -> None:
    """Chantal sent the caller to Piet, and the outside number that rang too was quicker."""
    world, partner = sent_to_piet_while_it_rings_outside()
    world.outside_answers(partner)
    assert world.hears("u1") == partner

    world.ask(UndoTransfer(agent=CHANTAL, call=CallId("u1")))

    assert world.state(partner) is CallState.ENDED
    assert world.state("u1") is CallState.HELD
    assert world.hears("u1") == "music"


@pytest.mark.rule("D6", "D7")
@pytest.mark.parametrize("how", ["not taken", "pulled back"])
def test_an_outside_number_goes_on_ringing_while_the_caller_is_sent_to_a_colleague_and_back(how: str) -> None:
    """Whoever is first has the caller, and it is silent then: who lifted it would hear nobody."""
    world, partner = sent_to_piet_while_it_rings_outside()
    if how == "not taken":
        world.wait(21)
    else:
        world.ask(CancelTransfer(agent=CHANTAL, call=CallId("u1")))
    assert world.transfer("u1") is None
    assert (world.call("u1").partner, world.state(partner)) == (partner, CallState.DIALLING)

    world.click_answer("chantal", "u1")

    assert world.hears("u1") == "chantal"
    assert world.state(partner) is CallState.ENDED


@pytest.mark.rule("D6", "D7", "D21")
@pytest.mark.parametrize("how", ["sent", "led out"])
def test_an_outside_number_is_silent_when_the_caller_goes_where_its_ladder_counts_no_more(how: str) -> None:
    """To another queue by hand, or to a sentence by the queue's rule."""
    world = nobody_answers(outside=OUTSIDE)
    if how == "led out":
        urgent = world.board.queues[world.queue_id("urgent")]
        urgent.wait_ms_max, urgent.exits = 70_000, {ExitReason.TIMEOUT: Exit(action=ExitAction.ANNOUNCEMENT)}
        world.caller_hangs_up("u1")
        world.call_arrives("u2", "urgent")
    caller = "u2" if how == "led out" else "u1"
    world.wait(61)
    partner = world.call(caller).partner
    assert partner is not None

    if how == "led out":
        world.wait(10)
        assert world.state(caller) is CallState.ENDED, "has heard it"
    else:
        queue = world.queue_id("algemeen")
        world.ask(TransferToQueue(agent=CHANTAL, call=world.call(caller).id, queue=queue))
        assert world.state(caller) is CallState.WAITING
        assert world.call(caller).partner is None

    assert world.state(partner) is CallState.ENDED


@pytest.mark.rule("D6")
def test_at_last_those_who_supervise_are_alarmed() -> None:
    """And the caller goes on waiting, offered to everybody."""
    world = nobody_answers()
    world.wait(61)
    assert Saying.ALARM_URGENT_UNANSWERED in world.said("chantal")
    assert Saying.ALARM_URGENT_UNANSWERED not in world.said("piet")
    assert world.who_sees("u1") == ["chantal", "piet"]


@pytest.mark.rule("D6", "2.4-j")
def test_an_urgent_queue_that_everybody_left_is_an_alarm() -> None:
    """It can be left after a confirmation; those who supervise hear of it, and when it is over."""
    world = office("chantal")
    with world.refuses(Code.LAST_IN_URGENT):
        world.signs_out("chantal", "urgent")
    world.signs_out("chantal", "urgent", confirmed=True)
    assert Saying.ALARM_URGENT_EMPTY in world.said("chantal")
    assert Changed(Thing.ALARM, "urgent") in world.changed
    world.signs_in("chantal", "urgent")
    assert Changed(Thing.ALARM, "urgent") in world.changed


@pytest.mark.rule("D6", "2.4-c", "2.3-e")
def test_in_wrap_up_and_pause_an_urgent_call_is_not_offered_and_can_be_taken() -> None:
    """Taking it ends both."""
    for how in ("wrap-up", "pause"):
        world = office("chantal")
        world.board.pause_reasons = ("Lunch",)
        if how == "wrap-up":
            world.click_clock("chantal")
        else:
            world.ask(Pause(agent=UserId("chantal"), reason="Lunch"))
        world.call_arrives("u1", "urgent")
        assert world.who_sees("u1") == []
        world.click_answer("chantal", "u1")
        assert world.hears("u1") == "chantal"
        assert world.person("chantal").pause is None
        assert world.person("chantal").wrap_up is None


@pytest.mark.rule("D6")
def test_a_queue_can_break_through_wrap_up_and_pause() -> None:
    """The setting."""
    world = office("chantal")
    world.board.queues[world.queue_id("urgent")].breaks_wrap_up = True
    world.click_clock("chantal")
    world.call_arrives("u1", "urgent")
    assert world.who_hears("u1") == ["chantal"]
    world.click_answer("chantal", "u1")
    assert world.hears("u1") == "chantal"


@pytest.mark.rule("D11")
def test_a_pause_has_a_reason_of_the_organisation_and_ends_by_returning() -> None:
    """Nothing is offered meanwhile; colleagues see it."""
    world = office("chantal")
    world.board.pause_reasons = ("Lunch", "Overleg")
    with world.refuses(Code.NO_REASON):
        world.ask(Pause(agent=UserId("chantal"), reason="Geen zin"))
    world.ask(Pause(agent=UserId("chantal"), reason="Lunch"))
    assert world.status("chantal") is AgentStatus.PAUSED
    world.call_arrives("c1")
    assert world.who_sees("c1") == []

    world.returns_to_work("chantal")
    assert world.status("chantal") is AgentStatus.RINGING
    assert [p.reason for p in world.all(PauseChanged)] == ["Lunch", None]


@pytest.mark.rule("D8")
def test_a_long_hold_turns_amber_reminds_the_agent_and_tells_the_caller() -> None:
    """After 45 s, 90 s and then each further 45 s; the caller each minute."""
    world = office("chantal")
    world.call_arrives("c0")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_answer("chantal", "c0")
    assert world.state("c1") is CallState.HELD

    world.wait(44)
    assert not world.call("c1").warned
    world.wait(1)
    assert world.call("c1").warned
    world.wait(45)
    assert world.said("chantal").count(Saying.HOLD_LONG) == 1
    world.wait(45)
    assert world.said("chantal").count(Saying.HOLD_LONG) == 2
    assert len(world.commanded(Recall)) == 2
    words = [p.sentence for a in world.commanded(Announce) for p in a.phrases]
    assert words == [Sentence.STILL_HOLDING] * 2

    world.click_resume("chantal", "c1")
    assert not world.call("c1").warned


@pytest.mark.rule("D6")
@pytest.mark.parametrize("how", ["taken", "abandoned"])
def test_the_alarm_goes_when_somebody_takes_the_call_or_the_caller_gives_up(how: str) -> None:
    """And stands while nobody does."""
    world = nobody_answers()
    alarm = Changed(Thing.ALARM, "urgent")
    world.wait(60)
    assert world.call("u1").warned

    world.tells = False
    if how == "taken":
        world.click_answer("chantal", "u1")
    else:
        world.leg_ended(LegId("u1-leg"))
    assert alarm in world.changed


@pytest.mark.rule("D6", "D16")
def test_a_caller_who_comes_back_climbs_from_the_bottom() -> None:
    """The telephone broke in an urgent call: at first who is signed in, not the whole house."""
    world = nobody_answers()
    world.wait(30)
    assert world.who_sees("u1") == ["chantal", "piet"]
    world.click_answer("chantal", "u1")
    world.phone_vanishes("chantal")
    world.wait(30)

    assert world.state("u1") is CallState.WAITING
    assert world.call("u1").rung == 0


class Night(Day):
    """Chantal alone is signed in to urgent, Piet is at his console, and after a minute an outside number rings."""

    def _furnish(self) -> None:
        self.queue("urgent", urgent=True).escalate_to = OUTSIDE
        for name, queues in (("chantal", ("urgent",)), ("piet", ())):
            self._promise(self.agent(name, queues=queues).id)


@pytest.mark.rule("D6", "D16")
@pytest.mark.parametrize(("seconds", "rings"), [(35, False), (65, True), (95, False), (300, False)])
def test_after_a_restart_an_urgent_call_stands_on_the_rung_that_it_had_climbed(
    seconds: float, rings: bool
) -> None:
    """No outside number is rung a second time, and what is still to come comes at its time."""
    night = Night(1)
    night.call_arrives("u1", "urgent")
    night.wait(seconds)
    before = night.call("u1")
    dialled = len(night.commanded(Dial))

    night.restarts()
    night.wait(1)

    after = night.call("u1")
    assert (after.rung, after.warned, after.partner) == (before.rung, before.warned, before.partner)
    assert (after.partner is not None) is rings
    assert len(night.commanded(Dial)) == dialled
    night.wait(max(0, before.segment_since + 91_000 - night.now) / 1000)
    assert night.call("u1").warned
    assert len(night.commanded(Dial)) == 1


@pytest.mark.rule("D3", "D6", "D16")
@pytest.mark.parametrize("how", ["a telephone registers", "the exchange returns"])
def test_who_let_it_ring_and_is_signed_in_nowhere_stops_nobody_elses_calls(how: str) -> None:
    """Whoever is looked at anew then, the caller who waits stays offered to those who are there."""
    world = nobody_answers()
    world.signs_out("piet", "algemeen")
    world.wait(125)
    assert world.person("piet").away
    assert not world.person("piet").signed_in

    if how == "a telephone registers":
        world.phone_vanishes("chantal")
        world.phone_comes_back("chantal")
    else:
        world.exchange_goes_away()
        world.exchange_comes_up()

    assert world.who_sees("u1") == ["chantal"]
    world.click_answer("chantal", "u1")
    assert world.hears("u1") == "chantal"


@pytest.mark.rule("D6", "D21")
def test_in_the_next_queue_an_urgent_caller_begins_at_the_foot_of_its_ladder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the alarm of the first queue, which the caller has left, goes."""
    world = nobody_answers()
    urgent, general = (world.board.queues[world.queue_id(name)] for name in ("urgent", "algemeen"))
    general.urgent, general.escalate_to = True, OUTSIDE
    urgent.wait_ms_max = 70_000
    urgent.exits = {ExitReason.TIMEOUT: Exit(action=ExitAction.QUEUE, target=general.id)}
    world.caller_hangs_up("u1")
    world.call_arrives("u2", "urgent")
    world.wait(65)
    assert world.call("u2").rung == Rung.ALARM
    shown: set[Changed] = set()
    take = world._take

    def listen(turn: Turn) -> None:
        take(turn)
        shown.update(turn.changed)

    monkeypatch.setattr(world, "_take", listen)
    world.wait(6)
    assert world.call("u2").queue == general.id
    assert world.call("u2").rung == Rung.SIGNED_IN
    assert {Changed(Thing.ALARM, "urgent"), Changed(Thing.QUEUE, "urgent")} <= shown
    world.wait(61)
    assert [dial.number for dial in world.commanded(Dial)] == [OUTSIDE]
