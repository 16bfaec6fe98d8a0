"""Hold, resume, swap and hang up, and the one leg of the telephone (manual 2.1.1, 5.1; D8, D27)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState
from cordboard.core.commands import HangUp, RingDevice
from cordboard.core.notices import Saying
from cordboard.core.records import CallClosed, SegmentClosed, SegmentKind, SegmentOutcome
from cordboard.core.refusals import Code
from cordboard.core.types import AnswerMethod, DeviceKind, EndedBy
from tests.support.desk import World, office
from tests.support.pretend_exchange import Phone


def two_calls(method: AnswerMethod = AnswerMethod.HEADER) -> World:
    """Chantal talks with c2 and has c1 on hold."""
    kind = DeviceKind.WEB if method is AnswerMethod.WEB else DeviceKind.SIP
    world = office("chantal", kind=kind, method=method)
    world.call_arrives("c1")
    world.phone_answers("chantal")
    world.wait(10)
    world.call_arrives("c2")
    world.click_answer("chantal", "c2")
    world.wait(5)
    return world


@pytest.mark.rule("5.1-a", "2.1.1-m", "5.1-k")
def test_a_call_on_hold_hears_music_and_comes_back_with_one_click() -> None:
    """Hold and resume, and the telephone is not rung for it."""
    world = office("chantal")
    world.call_arrives("c1")
    world.phone_answers("chantal")

    world.click_hold("chantal", "c1")
    assert world.hears("c1") == "music"
    assert world.status("chantal") is AgentStatus.HOLDING

    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"
    assert len(world.commanded(RingDevice)) == 1


@pytest.mark.rule("5.1-d", "2.1.1-s", "D8")
def test_swapping_takes_two_clicks_or_one_and_can_be_repeated() -> None:
    """The manual's hold and resume work, and so does resume alone: the other is held first."""
    world = two_calls()

    world.click_hold("chantal", "c2")
    world.click_resume("chantal", "c1")
    assert (world.hears("c1"), world.hears("c2")) == ("chantal", "music")

    for _ in range(3):
        world.click_resume("chantal", "c2")
        assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")
        world.click_resume("chantal", "c1")
        assert (world.hears("c1"), world.hears("c2")) == ("chantal", "music")


@pytest.mark.rule("5.1-e", "D8", "2.1.1-p")
def test_after_ending_the_second_call_the_first_is_resumed_by_hand() -> None:
    """It does not come back by itself."""
    world = two_calls()

    world.click_hang_up("chantal", "c2")
    assert world.hears("c2") == "gone"
    assert world.hears("c1") == "music"

    world.click_resume("chantal", "c1")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_the_leg_lives_as_long_as_the_agent_has_any_call() -> None:
    """The far end goes while another is on hold: a short tone, the leg stays; after the last it is ended."""
    world = two_calls()
    line = world.person("chantal").line
    assert line is not None

    world.caller_hangs_up("c2")
    assert world.exchange.tones == [line.leg]
    assert world.phone_of("chantal") is Phone.UP

    world.caller_hangs_up("c1")
    assert world.phone_of("chantal") is None
    assert world.commanded(HangUp)[-1].leg == line.leg
    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D8", "D27")
def test_a_held_caller_who_hangs_up_is_told_of_without_a_tone() -> None:
    """The conversation that goes on is not disturbed."""
    world = two_calls()

    world.caller_hangs_up("c1")

    assert world.said("chantal") == [Saying.CALLER_ON_HOLD_HUNG_UP]
    assert world.exchange.tones == []
    assert world.hears("c2") == "chantal"


@pytest.mark.rule("D27", "2.1.1-x")
def test_putting_the_handset_down_ends_the_active_call_and_keeps_the_held_one() -> None:
    """The held caller keeps music; resuming rings the device, which answers at once where it can."""
    world = two_calls()

    world.phone_hangs_up("chantal")
    assert world.hears("c2") == "gone"
    assert world.hears("c1") == "music"
    assert world.phone_of("chantal") is None

    world.click_resume("chantal", "c1")
    assert world.commanded(RingDevice)[-1].at_once
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
@pytest.mark.parametrize("method", list(AnswerMethod))
def test_after_ten_seconds_the_device_is_rung_back_once_for_the_longest_held(method: AnswerMethod) -> None:
    """It rings for thirty seconds, does not answer by itself, and is not rung again."""
    world = office(
        "chantal", method=method, kind=DeviceKind.WEB if method is AnswerMethod.WEB else DeviceKind.SIP
    )
    for name in ("c1", "c2", "c3"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
        if world.phone_of("chantal") is Phone.RINGING:
            world.phone_answers("chantal")
        world.wait(1)
    world.click_resume("chantal", "c1")
    world.wait(1)
    world.click_resume("chantal", "c3")
    world.phone_hangs_up("chantal")
    rings = len(world.commanded(RingDevice))

    world.wait(9.9)
    assert len(world.commanded(RingDevice)) == rings
    world.wait(0.1)
    assert world.who_hears("c2") == ["chantal"]
    assert not world.commanded(RingDevice)[-1].at_once

    world.wait(120)
    assert len(world.commanded(RingDevice)) == rings + 1
    assert (world.hears("c1"), world.hears("c2")) == ("music", "music")
    assert world.status("chantal") is AgentStatus.HOLDING


@pytest.mark.rule("D27")
def test_lifting_the_handset_at_the_ring_back_takes_the_held_caller() -> None:
    """The caller who waited longest is on the line."""
    world = two_calls()
    world.phone_hangs_up("chantal")

    world.wait(12)
    world.phone_answers("chantal")

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27", "2.1.1-w")
@pytest.mark.parametrize("method", [AnswerMethod.HEADER, AnswerMethod.NOTIFY_TALK, AnswerMethod.WEB])
def test_resume_during_the_ring_back_makes_the_phone_answer(method: AnswerMethod) -> None:
    """A click does what a click does, whether the telephone rings already or not."""
    world = two_calls(method)
    world.phone_hangs_up("chantal")
    world.wait(11)
    assert world.who_hears("c1") == ["chantal"]

    world.click_resume("chantal", "c1")

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D27")
def test_a_new_call_can_be_answered_while_the_ring_back_rings() -> None:
    """The telephone is used for the call that was clicked; the held caller stays held."""
    world = two_calls()
    world.phone_hangs_up("chantal")
    world.wait(11)
    world.call_arrives("c3")

    world.click_answer("chantal", "c3")

    assert world.hears("c3") == "chantal"
    assert world.hears("c1") == "music"


@pytest.mark.rule("D27")
def test_a_ring_back_goes_on_for_the_next_when_its_caller_hangs_up() -> None:
    """Two are on hold; the one it rings for goes, the other is waited for."""
    world = two_calls()
    world.call_arrives("c3")
    world.click_answer("chantal", "c3")
    world.phone_hangs_up("chantal")
    world.wait(11)

    world.caller_hangs_up("c1")
    world.phone_answers("chantal")

    assert world.hears("c2") == "chantal"


@pytest.mark.rule("2.1.1-p", "X-h")
def test_the_segments_tell_the_whole_life_of_a_call() -> None:
    """Wait, talk, hold, talk, each closed at the moment in which the next begins."""
    world = office("chantal")
    world.call_arrives("c1")
    world.wait(4)
    world.phone_answers("chantal")
    world.wait(30)
    world.click_hold("chantal", "c1")
    world.wait(8)
    world.click_resume("chantal", "c1")
    world.wait(2)
    world.click_hang_up("chantal", "c1")

    life = [s for s in world.all(SegmentClosed) if s.kind is not SegmentKind.OFFER]
    assert [(s.kind.value, s.ended_at - s.started_at, s.outcome) for s in life] == [
        ("wait", 4_000, SegmentOutcome.ANSWERED),
        ("talk", 30_000, SegmentOutcome.HELD),
        ("hold", 8_000, SegmentOutcome.RESUMED),
        ("talk", 2_000, SegmentOutcome.ENDED),
    ]
    closed = world.all(CallClosed)
    assert [(c.answered, c.ended_by, c.agent) for c in closed] == [(True, EndedBy.AGENT, "chantal")]


@pytest.mark.rule("X-h")
@pytest.mark.parametrize("moment", ["waiting", "connecting", "active", "held", "ring-back", "line lost"])
def test_a_caller_can_hang_up_at_any_moment(moment: str) -> None:
    """Exactly one end is written down, the agent is free, and no telephone stays up."""
    world = office("chantal")
    world.call_arrives("c1")
    if moment == "connecting":
        world.exchange.answer_at_once.clear()
    if moment != "waiting":
        world.click_answer("chantal", "c1")
    if moment in ("held", "ring-back"):
        world.click_hold("chantal", "c1")
    if moment == "ring-back":
        world.phone_hangs_up("chantal")
        world.wait(11)
    if moment == "line lost":
        world.phone_vanishes("chantal")
        world.phone_breaks("chantal")

    world.caller_hangs_up("c1")

    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALLER]
    assert world.state("c1") is CallState.ENDED
    assert world.phone_of("chantal") is None
    assert world.person("chantal").calls == []
    world.wait(60)
    assert len(world.all(CallClosed)) == 1


def test_only_ones_own_calls_can_be_held_resumed_or_ended() -> None:
    """Somebody else's conversation is refused, and so is one that is still ringing."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    with world.refuses(Code.NOT_YOUR_CALL):
        world.click_hold("chantal", "c1")
    world.click_answer("chantal", "c1")

    for click in (world.click_hold, world.click_resume, world.click_hang_up):
        with world.refuses(Code.NOT_YOUR_CALL):
            click("piet", "c1")


@pytest.mark.rule("D8")
def test_a_failed_hold_leaves_them_talking_and_says_so() -> None:
    """The exchange did not do it: caller and agent still hear each other."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    line = world.person("chantal").line
    assert line is not None
    world.click_hold("chantal", "c1")

    world.hold_fails("c1")

    assert world.state("c1") is CallState.ACTIVE
    assert world.said("chantal") == [Saying.HOLD_FAILED]


def one_on_hold() -> World:
    """Chantal has c1 on hold; Piet is free."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    return world


@pytest.mark.rule("D27", "D16")
def test_who_is_on_hold_with_somebody_who_has_gone_home_is_given_to_others() -> None:
    """The handset is down, the ring back was not answered, and for ten minutes there has been no console."""
    world = one_on_hold()
    world.phone_hangs_up("chantal")
    world.console_goes("chantal")
    world.wait(world.board.rules.console_gone_ms / 1000 - 1)
    assert world.state("c1") is CallState.HELD

    world.wait(2)

    assert world.state("c1") is CallState.WAITING
    assert world.who_sees("c1") == ["piet"]


@pytest.mark.rule("D27", "D16")
def test_who_is_gone_and_does_not_answer_the_ring_back_keeps_nobody_on_hold() -> None:
    """The handset was put down long after the console went."""
    world = one_on_hold()
    world.console_goes("chantal")
    world.wait(world.board.rules.console_gone_ms / 1000 + 60)
    assert world.state("c1") is CallState.HELD
    world.phone_hangs_up("chantal")
    world.wait(11)
    assert world.who_hears("c1") == ["chantal"]

    world.wait(31)

    assert world.state("c1") is CallState.WAITING
    assert world.who_sees("c1") == ["piet"]
