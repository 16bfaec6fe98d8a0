"""Calling from the console and from the telephone itself (manual 2.6, 5.1; D8, D26, D27, D28, D29)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import Dial, PlayEndTone, RingDevice
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying
from cordboard.core.records import CallClosed, SegmentClosed, SegmentKind
from cordboard.core.refusals import Code
from cordboard.core.rules import HouseRules
from cordboard.core.types import EndedBy, NumberKind, Right
from tests.support.desk import World, office
from tests.support.furniture import GROUP
from tests.support.pretend_exchange import Phone

OUTSIDE = "31880001122"


@pytest.mark.rule("2.6-c", "2.1.1-a", "2.1.1-e")
def test_a_number_is_called_with_the_agents_own_telephone_first() -> None:
    """The telephone answers by itself, then the other side rings, then they speak."""
    world = office("chantal")

    call = world.calls("chantal", OUTSIDE)
    assert world.state(call) is CallState.DIALLING
    assert [d.number for d in world.commanded(Dial)] == [OUTSIDE]

    world.outside_answers(call)
    assert world.state(call) is CallState.ACTIVE
    assert world.agent_hears("chantal") == [call]

    world.click_hang_up("chantal", call)
    assert world.phone_of("chantal") is None
    kinds = [s.kind for s in world.all(SegmentClosed)]
    assert kinds == [SegmentKind.DIAL, SegmentKind.TALK]


@pytest.mark.rule("2.6-c")
def test_nobody_is_dialled_before_the_agents_telephone_is_up() -> None:
    """A telephone that must be lifted by hand: the other side does not ring before it is."""
    world = office("chantal")
    world.exchange.answer_at_once.clear()

    call = world.calls("chantal", OUTSIDE)
    assert world.state(call) is CallState.CONNECTING
    assert not world.commanded(Dial)

    world.phone_answers("chantal")
    assert world.state(call) is CallState.DIALLING


@pytest.mark.rule("2.1.1-d", "D4")
def test_the_red_cross_cancels_an_outgoing_call_that_still_rings() -> None:
    """No dialling any more, and the telephone is free."""
    world = office("chantal")
    call = world.calls("chantal", OUTSIDE)

    world.click_hang_up("chantal", call)
    assert world.state(call) is CallState.ENDED
    assert world.phone_of("chantal") is None
    assert world.all(CallClosed)[0].answered is False


@pytest.mark.rule("5.1-b", "5.1-c", "D8")
def test_calling_somebody_while_talking_holds_the_caller_first() -> None:
    """The general line is on hold, another conversation goes on, and the telephone is not rung again."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    call = world.calls_colleague("chantal", "piet")
    world.click_answer("piet", world.there(call))
    assert world.hears("c1") == "music"
    assert world.agent_hears("chantal") == ["piet"]
    assert world.agent_hears("piet") == ["chantal"]
    assert len([r for r in world.commanded(RingDevice) if r.device == "chantal-phone"]) == 2


@pytest.mark.rule("5.1-k")
def test_holding_a_colleague_gives_music_at_the_other_desk() -> None:
    """Hold works the same between two desks, from either side."""
    world = office("chantal", "piet")
    call = world.calls_colleague("chantal", "piet")
    there = world.there(call)
    world.click_answer("piet", there)

    world.click_hold("chantal", call)
    assert world.agent_hears("piet") == ["music"]
    world.click_resume("chantal", call)
    world.click_hold("piet", there)
    assert world.agent_hears("chantal") == ["music"]
    world.click_resume("piet", there)
    assert world.agent_hears("chantal") == ["piet"]


def test_ending_a_call_between_two_desks_ends_it_at_both() -> None:
    """Whoever hangs up."""
    for who in ("chantal", "piet"):
        world = office("chantal", "piet")
        call = world.calls_colleague("chantal", "piet")
        there = world.there(call)
        world.click_answer("piet", there)

        world.click_hang_up(who, call if who == "chantal" else there)
        assert not world.board.calls
        assert world.phone_of("chantal") is None and world.phone_of("piet") is None


@pytest.mark.rule("2.6-g", "D28")
def test_a_number_that_is_not_allowed_or_no_number_is_refused_with_the_reason() -> None:
    """By kind of number and right; nothing has changed."""
    world = office("chantal")
    agent = world.person("chantal")
    agent.rights = frozenset({Right.DIAL_OUTSIDE})

    with world.refuses(Code.NUMBER_NOT_ALLOWED):
        world.calls("chantal", "4930123456", NumberKind.INTERNATIONAL)
    with world.refuses(Code.NUMBER_NOT_ALLOWED):
        world.calls("chantal", "31900123", NumberKind.PREMIUM)
    with world.refuses(Code.BAD_NUMBER):
        world.calls("chantal", "jan@elders", NumberKind.NATIONAL)
    agent.rights = frozenset()
    with world.refuses(Code.NUMBER_NOT_ALLOWED):
        world.calls("chantal", OUTSIDE)
    world.calls("chantal", "112", NumberKind.EMERGENCY)


@pytest.mark.rule("2.6-i", "D28")
def test_the_called_party_sees_the_users_number_else_the_groups_else_the_organisations() -> None:
    """Only numbers of ours."""
    world = office("chantal")
    world.board.rules = HouseRules(number="31534800900")
    shown = []
    for step in ("organisation", "group", "user"):
        if step == "group":
            world.board.group_numbers[GROUP] = "31534800901"
        if step == "user":
            world.person("chantal").number = "31534800902"
        world.click_hang_up("chantal", world.calls("chantal", OUTSIDE))
        shown.append(world.commanded(Dial)[-1].show)
    assert shown == ["31534800900", "31534800901", "31534800902"]


@pytest.mark.parametrize(
    ("how", "saying"),
    [
        (LegEnd.BUSY, Saying.RECIPIENT_BUSY),
        (LegEnd.NO_ANSWER, Saying.RECIPIENT_NO_ANSWER),
        (LegEnd.REJECTED, Saying.RECIPIENT_REJECTED),
        (LegEnd.UNREACHABLE, Saying.RECIPIENT_UNREACHABLE),
    ],
)
def test_who_is_not_reached_is_told_of_with_the_reason(how: LegEnd, saying: Saying) -> None:
    """And the telephone is free again."""
    world = office("chantal")
    world.exchange.engaged[OUTSIDE] = how
    world.ask_to_call("chantal", OUTSIDE)

    assert saying in world.said("chantal")
    assert world.phone_of("chantal") is None
    assert world.all(CallClosed)[0].ended_by is EndedBy.NOT_REACHED


def test_a_number_that_never_answers_is_given_up_after_the_time_for_it() -> None:
    """Also when the exchange forgot to say so (reliability F9)."""
    world = office("chantal")
    call = world.calls("chantal", OUTSIDE)

    world.wait(31)
    assert world.state(call) is CallState.ENDED
    assert Saying.RECIPIENT_NO_ANSWER in world.said("chantal")


@pytest.mark.rule("D27")
def test_the_far_end_of_a_second_call_gone_the_line_stays_with_a_short_tone() -> None:
    """The first caller is on hold, and resuming does not ring."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)

    world.party_hangs_up(call)
    assert world.commanded(PlayEndTone)
    assert world.hears("c1") == "music"
    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_a_number_dialled_on_the_telephone_is_a_call_like_any_other() -> None:
    """It shows, it can be held and resumed from the console."""
    world = office("chantal")
    call = world.phone_dials("chantal", OUTSIDE)
    world.outside_answers(call)
    assert world.agent_hears("chantal") == [call]

    world.click_hold("chantal", call)
    world.click_resume("chantal", call)
    assert world.agent_hears("chantal") == [call]
    world.phone_hangs_up("chantal")
    assert not world.board.calls


@pytest.mark.rule("D27")
def test_a_second_call_dialled_on_the_telephone_leaves_the_first_caller_on_hold() -> None:
    """The new leg takes the old one's place; nobody is lost."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    call = world.phone_dials("chantal", OUTSIDE)
    world.outside_answers(call)
    assert world.hears("c1") == "music"
    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"
    assert world.state(call) is CallState.HELD


@pytest.mark.rule("D26")
def test_keys_go_to_whom_one_talks_with_and_are_kept_nowhere() -> None:
    """A PIN is in no record and in no notice."""
    world = office("chantal")
    call = world.calls("chantal", OUTSIDE)
    with world.refuses(Code.NOBODY_ON_LINE):
        world.presses_keys("chantal", "42#")
    world.outside_answers(call)

    world.presses_keys("chantal", "42#")
    assert world.exchange.keys == [(world.call(call).leg, "42#")]
    assert "42#" not in repr(world.records) + repr(world.sayings)
    with world.refuses(Code.BAD_NUMBER):
        world.presses_keys("chantal", "4x")


def conference() -> tuple[World, str]:
    """Chantal talks with c1 and somebody outside together."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.starts_conference("chantal", "c1")
    return world, call


def test_in_a_conference_all_hear_each_other() -> None:
    """The held caller joins."""
    world, call = conference()
    assert world.state("c1") is world.state(call) is CallState.CONFERENCE
    assert world.agent_hears("chantal") == sorted([call, "c1"])


def test_who_leaves_a_conference_of_two_leaves_a_conversation() -> None:
    """By hold, by hanging up, by the agent's cross."""
    for leave in ("hold", "party", "cross"):
        world, call = conference()
        if leave == "hold":
            world.click_hold("chantal", "c1")
        elif leave == "party":
            world.caller_hangs_up("c1")
        else:
            world.click_hang_up("chantal", "c1")
        assert world.state(call) is CallState.ACTIVE
        assert world.agent_hears("chantal") == [call]


def test_the_telephone_put_down_in_a_conference_ends_it() -> None:
    """Nobody stays behind."""
    world, _ = conference()
    world.phone_hangs_up("chantal")
    assert not world.board.calls
    assert world.phone_of("chantal") is not Phone.UP


@pytest.mark.rule("D7")
def test_somebody_whom_an_agent_called_and_sent_to_a_queue_is_not_dialled_again() -> None:
    """Piet takes the call out of the queue: the two speak, and nobody's telephone outside rings anew."""
    world = office("chantal", "piet")
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.to_queue("chantal", call, "algemeen")

    world.click_answer("piet", call)

    assert world.hears(call) == "piet"
    assert len(world.commanded(Dial)) == 1
