"""One click on the green handset, on every kind of telephone (manual 2.1.1, 2.1.2; D2, D13)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, Note
from cordboard.core.commands import AnswerDevice, Join, RingDevice
from cordboard.core.events import JoinFailed, TalkPackageSeen
from cordboard.core.notices import Saying
from cordboard.core.records import AnswerMethodLearned, SegmentClosed, SegmentKind, SegmentOutcome
from cordboard.core.refusals import Code
from cordboard.core.requests import AnswerCall, SignIn, TransferToQueue
from cordboard.core.rules import HouseRules
from cordboard.core.types import AnswerMethod, CallId, DeviceId, DeviceKind, QueueId, Right, UserId
from tests.support.desk import World, office


@pytest.mark.rule("2.1.1-b", "2.1.1-w", "2.2-b")
@pytest.mark.parametrize("method", [AnswerMethod.HEADER, AnswerMethod.NOTIFY_TALK, AnswerMethod.WEB])
@pytest.mark.parametrize("queue", ["algemeen", "urgent"])
def test_one_click_connects_without_touching_the_phone(method: AnswerMethod, queue: str) -> None:
    """The telephone takes the call by the way it has, and caller and agent hear each other."""
    kind = DeviceKind.WEB if method is AnswerMethod.WEB else DeviceKind.SIP
    world = office("chantal", kind=kind, method=method)
    world.call_arrives("c1", queue)

    world.click_answer("chantal", "c1")

    assert world.hears("c1") == "chantal"
    assert world.status("chantal") is AgentStatus.IN_CALL


@pytest.mark.rule("2.1.1-w", "D2")
def test_a_phone_without_a_way_is_picked_up_by_hand_and_the_console_says_so() -> None:
    """The card says to answer on the telephone; the caller hears music until that has happened."""
    world = office("chantal", method=AnswerMethod.MANUAL)
    world.call_arrives("c1")

    world.click_answer("chantal", "c1")
    assert world.call("c1").note is Note.ANSWER_ON_PHONE
    assert world.hears("c1") == "music"
    assert world.commanded(Join) == []

    world.wait(3)
    world.phone_answers("chantal")
    assert world.hears("c1") == "chantal"
    assert world.call("c1").note is None


@pytest.mark.rule("2.1.1-w")
def test_a_phone_that_ignores_the_notify_is_called_anew_and_told_to_answer() -> None:
    """1.2 seconds after the NOTIFY the ringing leg is replaced by one that answers at once."""
    world = office("chantal", method=AnswerMethod.NOTIFY_TALK)
    world.exchange.obey_talk.clear()
    world.call_arrives("c1")

    world.click_answer("chantal", "c1")
    assert len(world.commanded(AnswerDevice)) == 1
    assert world.hears("c1") == "music"

    world.wait(1.2)
    assert world.commanded(RingDevice)[-1].at_once
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("2.1.1-w")
def test_a_phone_that_does_not_answer_at_once_must_be_picked_up() -> None:
    """After three seconds the console says so; lifting the handset still takes the call."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    world.wait(3)
    assert world.call("c1").note is Note.ANSWER_ON_PHONE

    world.phone_answers("chantal")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D13", "2.1.2-i")
@pytest.mark.parametrize("method", [AnswerMethod.HEADER, AnswerMethod.NOTIFY_TALK, AnswerMethod.MANUAL])
def test_a_click_reserves_the_call_for_some_seconds_and_then_it_waits_again(method: AnswerMethod) -> None:
    """The telephone stays down: the caller is back in the old place, everybody's card returns."""
    world = office("chantal", "piet", method=method)
    world.exchange.answer_at_once.clear()
    world.exchange.obey_talk.clear()
    world.call_arrives("c1")
    world.wait(2)
    world.call_arrives("c2")
    world.click_answer("chantal", "c1")
    assert world.state("c1") is CallState.CONNECTING

    world.wait(7.9)
    assert world.state("c1") is CallState.CONNECTING
    world.wait(1.5)

    assert world.order() == ["c1", "c2"]
    assert "piet" in world.who_sees("c1")
    assert world.said("chantal") == [Saying.ANSWER_FAILED]


@pytest.mark.rule("2.1.1-t", "D2")
def test_when_a_colleague_answers_my_card_goes_and_my_phone_falls_silent() -> None:
    """The cancelled ring says that it was answered elsewhere, so that no telephone lists it as missed."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.exchange.cancelled.clear()

    world.phone_answers("piet")

    assert world.hears("c1") == "piet"
    assert world.phone_of("chantal") is None
    assert [c.elsewhere for c in world.exchange.cancelled] == [True]
    offers = {s.agent: s.outcome for s in world.all(SegmentClosed) if s.kind is SegmentKind.OFFER}
    assert offers == {"chantal": SegmentOutcome.ELSEWHERE, "piet": SegmentOutcome.ANSWERED}


@pytest.mark.rule("2.1.1-v", "D2")
def test_of_two_clicks_on_one_call_the_first_wins_and_the_other_is_told_by_whom() -> None:
    """Both saw the same version of the card; one gets the caller, the other a sentence with the name."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    seen = world.call("c1").version

    world.ask(AnswerCall(agent=UserId("chantal"), call=CallId("c1")), expected=seen)
    with world.refuses(Code.ANSWERED_BY):
        world.ask(AnswerCall(agent=UserId("piet"), call=CallId("c1")), expected=seen)

    assert world.hears("c1") == "chantal"
    assert world.phone_of("piet") is None


@pytest.mark.rule("2.1.1-v")
def test_of_two_handsets_lifted_at_once_one_gets_the_caller() -> None:
    """Both legs come up before the exchange has heard of our cancel: the second is hung up."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.tells = False
    world.phone_answers("chantal")
    world.phone_answers("piet")

    world.settle()

    assert world.hears("c1") == "chantal"
    assert world.phone_of("piet") is None
    assert world.status("piet") is AgentStatus.AVAILABLE


@pytest.mark.rule("2.1.1-r")
def test_a_double_click_acts_once() -> None:
    """The second click on answer, hold or resume finds it done."""
    world = office("chantal")
    world.call_arrives("c1")

    world.click_answer("chantal", "c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.click_resume("chantal", "c1")
    world.click_resume("chantal", "c1")

    assert len(world.commanded(Join)) == 2
    assert world.hears("c1") == "chantal"
    world.click_hang_up("chantal", "c1")
    with world.refuses(Code.CALL_GONE):
        world.click_hang_up("chantal", "c1")


@pytest.mark.rule("2.1.1-r")
def test_a_second_call_cannot_be_clicked_while_the_phone_comes_up_for_the_first() -> None:
    """The first click stays good; the second is refused and changes nothing."""
    world = office("chantal")
    world.call_arrives("c1")
    world.call_arrives("c2")
    world.tells = False
    world.click_answer("chantal", "c1")

    with world.refuses(Code.LIVE_CALL):
        world.click_answer("chantal", "c2")
    world.tells = True
    world.settle()

    assert world.hears("c1") == "chantal"
    assert world.hears("c2") == "music"


@pytest.mark.rule("2.1.2-g", "2.1.2-h", "2.1.2-j", "D13")
def test_any_waiting_call_can_be_picked_also_when_signed_out_of_its_queue() -> None:
    """Picking gives the call, signs in to nothing, and counts as handled in the queue."""
    world = office("chantal", "piet")
    world.signs_out("piet", "algemeen")
    world.call_arrives("c1")
    world.call_arrives("c2")

    world.click_answer("piet", "c2")

    assert world.hears("c2") == "piet"
    assert world.person("piet").signed_in == {"urgent"}
    assert world.board.queues[QueueId("algemeen")].numbers.handled == 1
    assert world.who_sees("c1") == ["chantal"]


@pytest.mark.rule("D13")
def test_an_organisation_can_limit_picking_to_queues_that_one_is_signed_in_to() -> None:
    """Piet is refused, and so when he would send the caller on; signed in, he has the call."""
    world = office("chantal", "piet")
    world.signs_out("piet", "algemeen")
    world.board.rules = HouseRules(pick_signed_in_only=True)
    world.call_arrives("c1")

    with world.refuses(Code.NOT_SIGNED_IN):
        world.click_answer("piet", "c1")
    with world.refuses(Code.NOT_SIGNED_IN):
        world.ask(TransferToQueue(agent=UserId("piet"), call=CallId("c1"), queue=QueueId("urgent")))
    assert world.who_sees("c1") == ["chantal"]
    world.ask(SignIn(agent=UserId("piet"), queue=QueueId("algemeen")))
    world.click_answer("piet", "c1")

    assert world.hears("c1") == "piet"


@pytest.mark.rule("D5", "D13", "2.1.1-s")
def test_a_call_picked_in_a_conversation_holds_that_one_first() -> None:
    """One click: the present caller gets music, the picked one the agent; the line stays the same."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    rings = len(world.commanded(RingDevice))
    world.call_arrives("c2")
    assert world.who_sees("c2") == []

    world.click_answer("chantal", "c2")

    assert world.hears("c1") == "music"
    assert world.hears("c2") == "chantal"
    assert len(world.commanded(RingDevice)) == rings


@pytest.mark.rule("2.1.2-l")
def test_picking_is_for_ones_own_group_and_by_right() -> None:
    """A queue that the group does not have is out of reach, and so is all of it without the right."""
    world = World()
    world.queue("algemeen")
    world.queue("elders", groups=("hengelo",))
    world.agent("chantal")
    world.agent("piet", rights=frozenset())
    world.exchange_comes_up()
    world.call_arrives("c1")
    world.call_arrives("c2", "elders")

    with world.refuses(Code.QUEUE_NOT_AVAILABLE):
        world.click_answer("chantal", "c2")
    with world.refuses(Code.NO_RIGHT):
        world.click_answer("piet", "c1")
    assert Right.PICK in world.person("chantal").rights


@pytest.mark.rule("1.2-l")
def test_without_a_telephone_nothing_can_be_answered() -> None:
    """No device, or one that is not registered, or no exchange: refused with the reason."""
    world = office("chantal")
    world.call_arrives("c1")
    world.unpairs("chantal")
    with world.refuses(Code.NO_DEVICE):
        world.click_answer("chantal", "c1")

    world.pairs("chantal", "chantal-phone")
    world.phone_vanishes("chantal")
    with world.refuses(Code.DEVICE_NOT_REGISTERED):
        world.click_answer("chantal", "c1")

    world.exchange_goes_away()
    with world.refuses(Code.EXCHANGE_DOWN):
        world.click_answer("chantal", "c1")


@pytest.mark.rule("2.1.1-x")
def test_answering_and_hanging_up_on_the_handset_show_on_the_card() -> None:
    """Lifting is answering, putting down is ending."""
    world = office("chantal")
    world.call_arrives("c1")

    world.phone_answers("chantal")
    assert world.state("c1") is CallState.ACTIVE
    assert world.hears("c1") == "chantal"

    world.phone_hangs_up("chantal")
    assert world.state("c1") is CallState.ENDED
    assert world.hears("c1") == "gone"


@pytest.mark.rule("2.1.1-x", "D27")
def test_hold_on_the_handset_is_shown_and_the_console_says_what_to_press() -> None:
    """A phone that can be told is resumed from the console; for another the agent presses hold on it."""
    world = office("chantal")
    world.call_arrives("c1")
    world.phone_answers("chantal")

    world.phone_holds("chantal")
    assert world.call("c1").note is Note.PHONE_HOLD
    with world.refuses(Code.PRESS_HOLD_ON_PHONE):
        world.click_resume("chantal", "c1")

    world.board.devices[DeviceId("chantal-phone")].answer_method = AnswerMethod.NOTIFY_TALK
    world.click_resume("chantal", "c1")
    assert len(world.commanded(AnswerDevice)) == 1
    world.phone_holds("chantal", held=False)
    assert world.call("c1").note is None


@pytest.mark.rule("2.1.1-w")
def test_a_phone_that_shows_the_talk_package_is_told_from_then_on() -> None:
    """Seen once at an answered call, remembered, and used at the next."""
    world = office("chantal")
    world.tell(TalkPackageSeen(device=DeviceId("chantal-phone")))
    world.exchange.obey_talk.add(DeviceId("chantal-phone"))
    world.call_arrives("c1")

    world.click_answer("chantal", "c1")

    assert [r.method for r in world.all(AnswerMethodLearned)] == ["notify_talk"]
    assert len(world.commanded(RingDevice)) == 1
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("2.1.1-u")
def test_a_caller_who_hangs_up_while_the_phone_comes_up_leaves_nothing_behind() -> None:
    """The reserved call ends as not handled, the telephone is let go, and the next card comes."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.call_arrives("c2")
    world.click_answer("chantal", "c1")

    world.caller_hangs_up("c1")

    assert world.state("c1") is CallState.ENDED
    assert world.said("chantal") == [Saying.CALLER_HUNG_UP]
    assert world.board.queues[QueueId("algemeen")].numbers.handled == 0
    assert world.who_hears("c2") == ["chantal"]


@pytest.mark.rule("D13")
def test_a_phone_that_is_gone_at_the_click_gives_the_call_back_at_once() -> None:
    """Nobody waits eight seconds for a telephone that is known not to be there."""
    world = office("chantal", "piet")
    world.exchange.answer_at_once.clear()
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    world.phone_vanishes("chantal")

    assert world.who_sees("c1") == ["piet"]
    assert world.phone_of("chantal") is None


@pytest.mark.rule("5.1-k")
def test_a_failed_join_leaves_the_caller_on_music_with_the_agent() -> None:
    """The exchange could not connect them: the card stays, held, and can be resumed."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    line = world.person("chantal").line
    assert line is not None

    world.tell(JoinFailed(line=line.leg, party=world.call("c1").leg))
    assert world.state("c1") is CallState.HELD
    assert world.hears("c1") == "music"

    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"
