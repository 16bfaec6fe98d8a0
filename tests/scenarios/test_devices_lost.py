"""A telephone or console that goes away, with and without callers on it (D16, D27)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, Note
from cordboard.core.commands import RingDevice
from cordboard.core.events import Place
from cordboard.core.notices import Saying
from cordboard.core.records import CallMoved, SegmentClosed, SegmentKind, SegmentOutcome, StoredState
from cordboard.core.types import AnswerMethod, DeviceKind, QueueId, TransferKind, UserId
from tests.scenarios.test_restarting import restart
from tests.support.desk import World, office
from tests.support.pretend_exchange import Phone


def talking(kind: DeviceKind = DeviceKind.SIP) -> World:
    """Chantal talks with c1; Piet is free."""
    world = office("chantal", "piet", kind=kind)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(20)
    return world


@pytest.mark.rule("D16")
def test_closing_the_softphones_tab_in_a_call_gives_the_caller_music_at_once() -> None:
    """The page is the telephone: no evidence is needed. When it is back it is rung and answers."""
    world = talking(DeviceKind.WEB)

    world.phone_vanishes("chantal")
    assert world.hears("c1") == "music"
    assert world.call("c1").note is Note.LINE_LOST
    assert world.said("chantal") == [Saying.DEVICE_LOST]
    assert world.phone_of("chantal") is None

    world.wait(3)
    world.phone_comes_back("chantal")
    assert world.commanded(RingDevice)[-1].at_once
    assert world.hears("c1") == "chantal"
    assert world.call("c1").note is None


@pytest.mark.rule("D16")
def test_a_desk_phone_that_unregisters_in_a_call_is_given_ten_seconds() -> None:
    """Sound may go on without registration: the call is left alone until the time is over."""
    world = talking()

    world.phone_vanishes("chantal")
    world.wait(9.9)
    assert world.hears("c1") == "chantal"
    world.wait(0.1)

    assert world.hears("c1") == "music"
    assert world.state("c1") is CallState.HELD


@pytest.mark.rule("D16")
def test_a_desk_phone_that_is_back_in_time_loses_nothing() -> None:
    """The registration lapsed for a moment; nobody noticed."""
    world = talking()

    world.phone_vanishes("chantal")
    world.wait(5)
    world.phone_comes_back("chantal")
    world.wait(30)

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D16")
def test_a_caller_whose_agent_does_not_come_back_goes_to_the_front_of_the_queue() -> None:
    """Before callers who were there earlier, with a label, and any free agent gets the card."""
    world = office("chantal", "piet", kind=DeviceKind.WEB)
    world.signs_out("piet", "algemeen")
    world.call_arrives("c0")
    world.wait(1)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.phone_vanishes("chantal")

    world.wait(14.9)
    assert world.state("c1") is CallState.HELD
    world.wait(0.1)

    assert world.order() == ["c1", "c0"]
    assert world.call("c1").note is Note.LINE_LOST
    assert world.said("chantal")[-1] is Saying.CALL_RETURNED
    world.signs_in("piet", "algemeen")
    assert world.who_hears("c1") == ["piet"]
    moved = world.all(CallMoved)[-1]
    assert (moved.state, moved.agent) == (StoredState.WAITING, None)
    held = [s for s in world.all(SegmentClosed) if s.kind is SegmentKind.HOLD]
    assert [(s.agent, s.outcome) for s in held] == [("chantal", SegmentOutcome.RETURNED)]


@pytest.mark.rule("D16")
def test_a_leg_that_breaks_while_the_phone_is_registered_is_called_back_at_once() -> None:
    """The caller hears music for the moment that this takes."""
    world = talking()

    world.phone_breaks("chantal")

    assert world.hears("c1") == "chantal"
    assert len(world.commanded(RingDevice)) == 4


@pytest.mark.rule("D16")
def test_a_ring_back_that_began_in_time_may_finish() -> None:
    """The device returned at the last moment: its ring is not cut by the fifteen seconds."""
    world = talking(DeviceKind.WEB)
    world.phone_vanishes("chantal")
    world.exchange.answer_at_once.clear()
    world.wait(14)
    world.phone_comes_back("chantal")

    world.wait(4)
    assert world.phone_of("chantal") is Phone.RINGING
    world.phone_answers("chantal")

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D16", "D27")
def test_held_callers_without_any_telephone_return_to_the_queue() -> None:
    """The handset is down, a caller on hold, and then the telephone is unplugged."""
    world = talking()
    world.click_hold("chantal", "c1")
    world.phone_hangs_up("chantal")

    world.phone_vanishes("chantal")
    world.wait(15)

    assert world.who_hears("c1") == ["piet"]
    assert world.person("chantal").calls == []


@pytest.mark.rule("D16", "D27")
def test_a_telephone_that_returns_to_held_callers_rings_and_does_not_answer_by_itself() -> None:
    """Nobody may be there: the handset has to be lifted."""
    world = talking()
    world.click_hold("chantal", "c1")
    world.phone_hangs_up("chantal")
    world.phone_vanishes("chantal")

    world.phone_comes_back("chantal")

    assert world.phone_of("chantal") is Phone.RINGING
    assert not world.commanded(RingDevice)[-1].at_once
    world.phone_answers("chantal")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D16")
def test_a_returned_call_is_one_call_with_two_agents() -> None:
    """Counted once as answered; each agent's part is a segment of its own; wrap-up is by own talk."""
    world = office("chantal", "piet", kind=DeviceKind.WEB, wrap_up_s=10)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(20)
    world.phone_vanishes("chantal")
    world.wait(15)
    assert world.status("chantal") is AgentStatus.WRAP_UP

    world.click_answer("piet", "c1")
    world.wait(1)
    world.caller_hangs_up("c1")

    talks = [s for s in world.all(SegmentClosed) if s.kind is SegmentKind.TALK]
    assert [(s.agent, s.ended_at - s.started_at) for s in talks] == [("chantal", 20_000), ("piet", 1_000)]
    numbers = world.board.queues[QueueId("algemeen")].numbers
    assert (numbers.total, numbers.handled) == (1, 1)
    assert world.status("piet") is AgentStatus.AVAILABLE


@pytest.mark.rule("D16", "D11")
def test_without_a_console_a_desk_phone_goes_on_ringing_for_ten_minutes() -> None:
    """Then the agent is signed out, except where that would leave an urgent queue empty."""
    world = office("chantal", "piet")
    world.signs_out("piet", "urgent")

    world.console_goes("chantal")
    assert world.status("chantal") is AgentStatus.CONSOLE_GONE
    world.wait(599)
    world.call_arrives("c1")
    assert world.who_hears("c1") == ["chantal", "piet"]
    world.wait(1)

    assert world.person("chantal").signed_in == {"urgent"}
    assert world.who_sees("c1") == ["piet"]


def deserted(world: World) -> bool:
    """Those who supervise see that nobody seems to be there for urgent calls."""
    return world.board.queues[QueueId("urgent")].deserted_since is not None


@pytest.mark.rule("D16", "D6")
@pytest.mark.parametrize(
    ("goes", "comes", "seconds"),
    [(World.console_goes, World.console_comes, 600), (World.phone_vanishes, World.phone_comes_back, 900)],
)
def test_the_last_one_of_an_urgent_queue_who_seems_gone_stays_signed_in_with_an_alarm(
    goes: Callable[[World, str], None], comes: Callable[[World, str], None], seconds: int
) -> None:
    """Without a console for ten minutes, without a telephone for fifteen; it goes when what was missed is back."""
    world = office("chantal", "piet")
    world.signs_out("piet", "urgent")
    goes(world, "chantal")

    world.wait(seconds - 1)
    assert (world.person("chantal").signed_in, deserted(world)) == ({"algemeen", "urgent"}, False)
    world.wait(1)
    assert (world.person("chantal").signed_in, deserted(world)) == ({"urgent"}, True)
    assert world.said("piet").count(Saying.ALARM_URGENT_DESERTED) == 1

    comes(world, "chantal")
    assert (world.person("chantal").signed_in, deserted(world)) == ({"urgent"}, False)
    world.wait(2 * seconds)
    assert world.said("piet").count(Saying.ALARM_URGENT_DESERTED) == 1


@pytest.mark.rule("D16")
def test_who_stayed_as_the_last_one_is_signed_out_as_soon_as_somebody_else_is_there() -> None:
    """Then no urgent queue is left empty by it."""
    world = office("chantal", "piet")
    world.signs_out("piet", "urgent")
    world.console_goes("chantal")
    world.wait(600)

    world.signs_in("piet", "urgent")
    world.wait(1)

    assert world.board.queues[QueueId("urgent")].signed_in == {"piet"}
    assert not deserted(world)


@pytest.mark.rule("D16")
def test_sign_ins_last_fifteen_minutes_without_a_device() -> None:
    """One that is back in time keeps them, and who signs in anew has as long again."""
    world = office("chantal", "piet")
    world.phone_vanishes("chantal")
    world.wait(890)
    world.phone_comes_back("chantal")
    world.wait(890)
    assert world.person("chantal").signed_in == {"algemeen", "urgent"}

    world.phone_vanishes("chantal")
    world.wait(900)
    assert world.person("chantal").signed_in == set()
    assert world.status("chantal") is AgentStatus.SIGNED_OUT

    world.signs_in("chantal", "algemeen")
    world.wait(899)
    assert world.person("chantal").signed_in == {"algemeen"}
    world.wait(1)
    assert world.person("chantal").signed_in == set()


@pytest.mark.rule("D16")
def test_the_time_without_a_device_goes_on_through_a_lost_connection_and_begins_with_a_restart() -> None:
    """A new server does not know since when; while the exchange is away nobody is signed out for it."""
    world = office("chantal", "piet")
    world.phone_vanishes("chantal")
    world.wait(600)
    world.exchange_goes_away()
    world.wait(400)
    assert world.person("chantal").signed_in
    world.exchange_comes_up()
    world.wait(1)
    assert world.person("chantal").signed_in == set()

    world = office("chantal", "piet")
    world.phone_vanishes("chantal")
    world.wait(600)
    restart(world)
    for name in ("chantal", "piet"):
        world.console_comes(name)
    world.wait(899)
    assert world.person("chantal").signed_in == {"algemeen", "urgent"}
    world.wait(1)
    assert world.person("chantal").signed_in == set()


@pytest.mark.rule("D16")
def test_a_console_that_returns_in_time_keeps_the_sign_ins() -> None:
    """Reloading the page costs nothing, and neither does a call in progress."""
    world = talking()
    world.console_goes("chantal")
    world.wait(500)
    assert world.hears("c1") == "chantal"

    world.console_comes("chantal")
    world.wait(600)

    assert world.person("chantal").signed_in == {"algemeen", "urgent"}


@pytest.mark.rule("D16")
def test_a_line_that_vanishes_as_the_agent_clicks_loses_no_caller() -> None:
    """The page is reloaded between click and answer: the call waits again at its place."""
    world = office("chantal", kind=DeviceKind.WEB, method=AnswerMethod.WEB)
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    world.phone_vanishes("chantal")
    assert world.state("c1") is CallState.WAITING
    world.phone_comes_back("chantal")

    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D3", "D16")
def test_who_went_home_without_logging_out_stops_nobody_elses_calls() -> None:
    """Set to "not answered", later signed out because no console is there: a telephone that registers is just that."""
    world = office("chantal", "piet", "henk")
    world.console_goes("chantal")
    world.call_arrives("c0")
    world.wait(100)
    world.caller_hangs_up("c0")
    world.wait(3 * 3600)
    assert world.person("chantal").away
    assert not world.person("chantal").signed_in
    world.call_arrives("c1")

    world.phone_vanishes("henk")
    world.phone_comes_back("henk")

    assert world.who_sees("c1") == ["piet"]
    world.click_answer("piet", "c1")
    assert world.hears("c1") == "piet"


@pytest.mark.rule("D16", "2.1.1-a")
def test_an_agent_whose_caller_went_back_to_the_queue_unseen_is_free_at_once() -> None:
    """The command had reached the exchange before the connection broke; nobody is left to wait for."""
    world = talking()
    world.signs_out("piet", "algemeen")
    world.phone_vanishes("chantal")
    world.wait(10)
    world.exchange.answer_at_once.clear()
    world.phone_comes_back("chantal")
    assert world.phone_of("chantal") is Phone.RINGING

    world.exchange_goes_away()
    party = world.exchange.callers[world.call("c1").leg]
    party.place, party.line, party.queue = Place.QUEUE, None, QueueId("algemeen")
    world.exchange_comes_up()

    assert world.state("c1") is CallState.WAITING
    assert UserId("chantal") in world.call("c1").offers


@pytest.mark.rule("D7", "D16")
def test_a_colleagues_telephone_that_goes_while_the_transfer_can_be_undone_gives_the_caller_back() -> None:
    """An organisation may allow a minute for undoing: longer than a lost telephone is waited for."""
    world = talking()
    world.board.rules = replace(world.board.rules, undo_ms=60_000)
    world.arms("chantal", "c1", TransferKind.BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.click_answer("piet", "c1")

    world.phone_vanishes("piet")
    world.wait(45)

    assert (world.state("c1"), world.transfer("c1")) == (CallState.WAITING, None)
