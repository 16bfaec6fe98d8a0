"""The rules of queue and organisation about wrap-up (manual 2.3 to 2.5; D9, D10)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue, WrapUpMode
from cordboard.core.refusals import Code
from cordboard.core.requests import CallNumber, ExtendWrapUp
from cordboard.core.rules import HouseRules
from cordboard.core.types import NumberKind, Right, UserId
from tests.scenarios.test_configuring import configure, ruled
from tests.support.desk import World, office

OUTSIDE = "31880001122"


def algemeen(world: World) -> Queue:
    """The general queue."""
    return world.board.queues[world.queue_id("algemeen")]


def after_a_call(mode: WrapUpMode = WrapUpMode.TIMED) -> World:
    """Chantal is in the wrap-up of the general queue."""
    world = office("chantal", wrap_up_s=30)
    algemeen(world).wrap_up_mode = mode
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    world.caller_hangs_up("c1")
    assert world.status("chantal") is AgentStatus.WRAP_UP
    return world


def calls_outside(world: World, seconds: float = 5) -> None:
    """Chantal calls a number, talks and hangs up."""
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.wait(seconds)
    world.click_hang_up("chantal", call)


@pytest.mark.rule("D9", "2.3-a", "2.3-f")
def test_a_queue_can_forbid_ending_its_wrap_up_early() -> None:
    """The clock is refused, the time goes on to its end."""
    world = after_a_call(WrapUpMode.TIMED_NO_EARLY_EXIT)
    with world.refuses(Code.WRAP_UP_FIXED):
        world.click_clock_again("chantal")
    world.wait(30)
    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D9")
def test_a_queues_wrap_up_can_be_open_ended() -> None:
    """Until the agent ends it."""
    world = after_a_call(WrapUpMode.OPEN_ENDED)
    world.wait(3600)
    assert world.status("chantal") is AgentStatus.WRAP_UP
    world.click_clock_again("chantal")
    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("D9")
def test_a_wrap_up_is_lengthened_as_often_as_the_queue_allows() -> None:
    """Half a minute each time, twice."""
    world = after_a_call()
    for _ in range(2):
        world.ask(ExtendWrapUp(agent=UserId("chantal")))
    with world.refuses(Code.WRAP_UP_FIXED):
        world.ask(ExtendWrapUp(agent=UserId("chantal")))
    world.wait(89)
    assert world.status("chantal") is AgentStatus.WRAP_UP
    world.wait(1)
    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("2.5-a", "2.5-d")
def test_an_outgoing_call_is_followed_by_wrap_up_where_the_organisation_wants_it() -> None:
    """Its length is the organisation's, for there is no queue."""
    world = office("chantal")
    calls_outside(world)
    assert world.person("chantal").wrap_up is None

    world.board.rules = HouseRules(outbound_wrap_up_ms=20_000)
    calls_outside(world)
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 20_000


@pytest.mark.rule("2.5-c")
def test_without_a_sign_in_there_is_no_wrap_up_after_an_outgoing_call() -> None:
    """Neither by itself nor by the clock, which says so."""
    world = office("chantal")
    world.board.rules = HouseRules(outbound_wrap_up_ms=20_000)
    for queue in ("algemeen", "urgent"):
        world.signs_out("chantal", queue, confirmed=True)
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.click_clock("chantal")
    assert Saying.WRAP_UP_NEEDS_SIGN_IN in world.said("chantal")
    assert not world.person("chantal").armed
    world.wait(5)
    world.click_hang_up("chantal", call)
    assert world.person("chantal").wrap_up is None


@pytest.mark.rule("2.5-b")
def test_the_clock_before_an_outgoing_call_ends_gives_wrap_up_after_it() -> None:
    """Open-ended, as any that is asked for by hand."""
    world = office("chantal")
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.click_clock("chantal")
    world.wait(5)
    world.click_hang_up("chantal", call)
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until is None


@pytest.mark.rule("2.5-e")
def test_an_outgoing_call_that_nobody_answered_gives_none_unless_set_so() -> None:
    """The default and the setting."""
    world = office("chantal")
    world.exchange.engaged[OUTSIDE] = LegEnd.BUSY
    world.board.rules = HouseRules(outbound_wrap_up_ms=20_000)
    world.ask_to_call("chantal", OUTSIDE)
    assert world.person("chantal").wrap_up is None

    world.board.rules = HouseRules(outbound_wrap_up_ms=20_000, outbound_wrap_up_unanswered=True)
    world.ask_to_call("chantal", OUTSIDE)
    assert world.person("chantal").wrap_up is not None


@pytest.mark.rule("2.3-j", "D9")
def test_calls_past_the_queues_give_no_wrap_up() -> None:
    """A direct call, and one between colleagues."""
    world = office("chantal", "piet", wrap_up_s=30)
    world.board.rules = HouseRules(outbound_wrap_up_ms=20_000)
    world.direct_call("d1", to="chantal")
    world.click_answer("chantal", "d1")
    world.wait(5)
    world.caller_hangs_up("d1")
    call = world.calls_colleague("chantal", "piet")
    world.click_answer("piet", world.there(call))
    world.wait(5)
    world.click_hang_up("chantal", call)
    assert world.person("chantal").wrap_up is world.person("piet").wrap_up is None


@pytest.mark.rule("D10", "2.4-d")
def test_an_open_ended_wrap_up_is_reminded_of_every_five_minutes() -> None:
    """So that nobody forgets it."""
    world = office("chantal")
    world.click_clock("chantal")
    world.wait(16 * 60)
    assert world.said("chantal").count(Saying.WRAP_UP_GOES_ON) == 3


@pytest.mark.rule("D10")
@pytest.mark.parametrize(("every_ms", "times"), [(120_000, 8), (None, 0)])
def test_how_often_is_the_organisations_also_for_who_is_in_it_already(
    every_ms: int | None, times: int
) -> None:
    """Every two minutes here, or never."""
    world = office("chantal")
    world.click_clock("chantal")

    configure(world, ruled(manual_wrap_up_remind_ms=every_ms))
    world.wait(16 * 60)

    assert world.said("chantal").count(Saying.WRAP_UP_GOES_ON) == times


@pytest.mark.rule("D10")
def test_who_supervises_is_told_of_a_wrap_up_without_end_where_it_is_wanted() -> None:
    """After ten minutes, and again after twenty; not of one's own, nor who does not supervise. Off at first."""
    world = office("chantal", "piet", "anja")
    piet = world.person("piet")
    piet.rights = piet.rights - {Right.SUPERVISE}
    world.click_clock("chantal")
    world.wait(15 * 60)
    assert Saying.WRAP_UP_LONG not in world.said("anja")

    configure(world, ruled(manual_wrap_up_told_ms=600_000))
    world.wait(1)
    assert world.said("anja").count(Saying.WRAP_UP_LONG) == 1
    world.wait(5 * 60)
    assert world.said("anja").count(Saying.WRAP_UP_LONG) == 2
    assert Saying.WRAP_UP_LONG not in world.said("chantal") + world.said("piet")

    world.click_clock_again("chantal")
    world.wait(30 * 60)
    assert world.said("anja").count(Saying.WRAP_UP_LONG) == 2


@pytest.mark.rule("D9")
@pytest.mark.parametrize(("short_ms", "gives"), [(0, True), (10_000, False)])
def test_how_short_a_talk_gives_no_wrap_up_is_the_organisations(short_ms: int, gives: bool) -> None:
    """Two seconds are enough here, five are not there."""
    world = office("chantal", wrap_up_s=30)
    world.board.rules = HouseRules(short_talk_ms=short_ms)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(2 if gives else 5)
    world.caller_hangs_up("c1")
    assert (world.person("chantal").wrap_up is not None) is gives


@pytest.mark.rule("D10")
def test_an_organisation_can_limit_manual_wrap_up() -> None:
    """It ends by itself, and says so."""
    world = office("chantal")
    world.board.rules = HouseRules(manual_wrap_up_ms_max=10 * 60 * 1000)
    world.click_clock("chantal")
    world.wait(10 * 60)
    assert world.status("chantal") is AgentStatus.AVAILABLE
    assert Saying.WRAP_UP_LIMIT in world.said("chantal")


@pytest.mark.rule("D9", "5.2-j")
def test_of_several_wrap_ups_the_longest_counts_with_its_own_rules() -> None:
    """Open-ended beats any time."""
    world = office("chantal", wrap_up_s=30)
    world.board.queues[world.queue_id("urgent")].wrap_up_mode = WrapUpMode.OPEN_ENDED
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    world.call_arrives("u1", "urgent")
    world.click_answer("chantal", "u1")
    world.wait(5)
    world.click_hang_up("chantal", "u1")
    assert world.person("chantal").wrap_up is None
    world.caller_hangs_up("c1")
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until is None and wrap_up.queue == "urgent"


@pytest.mark.rule("D9", "D10")
@pytest.mark.parametrize("clicked", ["during the call", "during the wrap-up"])
def test_a_strict_wrap_up_is_not_cut_short_by_making_it_open_ended(clicked: str) -> None:
    """It has no end then, and still lasts its time."""
    world = office("chantal", wrap_up_s=30)
    algemeen(world).wrap_up_mode = WrapUpMode.TIMED_NO_EARLY_EXIT
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    if clicked == "during the call":
        world.click_clock("chantal")
    world.caller_hangs_up("c1")
    if clicked == "during the wrap-up":
        world.click_clock("chantal")

    world.wait(29)
    with world.refuses(Code.WRAP_UP_FIXED):
        world.click_clock_again("chantal")
    world.wait(1)
    assert world.status("chantal") is AgentStatus.WRAP_UP
    world.click_clock_again("chantal")
    assert world.status("chantal") is AgentStatus.AVAILABLE


@pytest.mark.rule("2.5-c")
def test_who_signs_out_during_an_outgoing_call_has_no_wrap_up_after_it() -> None:
    """Asked for in time, but there is no queue any more to be shielded from."""
    world = office("chantal")
    call = world.calls("chantal", OUTSIDE)
    world.outside_answers(call)
    world.click_clock("chantal")
    world.signs_out("chantal", "algemeen")
    world.signs_out("chantal", "urgent", confirmed=True)
    world.wait(5)
    world.click_hang_up("chantal", call)

    assert world.person("chantal").wrap_up is None
    assert world.said("chantal")[-1] is Saying.WRAP_UP_NEEDS_SIGN_IN


@pytest.mark.rule("2.5-f")
def test_a_call_that_is_made_for_a_queue_has_that_queues_wrap_up_and_number() -> None:
    """A callback, not the agent's own call."""
    world = office("chantal", wrap_up_s=30)
    algemeen(world).number = "31534800900"
    world.ask(
        CallNumber(
            agent=UserId("chantal"),
            number=OUTSIDE,
            kind=NumberKind.NATIONAL,
            queue=world.queue_id("algemeen"),
        )
    )
    (call,) = world.board.calls
    assert world.call(call).show == "31534800900"
    world.outside_answers(call)
    world.wait(5)
    world.click_hang_up("chantal", call)
    wrap_up = world.person("chantal").wrap_up
    assert wrap_up is not None and wrap_up.until == world.now + 30_000


@pytest.mark.rule("2.4-k")
def test_nobody_is_signed_in_again_by_itself_but_can_be_reminded() -> None:
    """After the time that the organisation sets, and again until it is done."""
    world = office("chantal")
    world.board.rules = HouseRules(sign_in_reminder_ms=600_000)
    for queue in ("algemeen", "urgent"):
        world.signs_out("chantal", queue, confirmed=True)
    world.wait(1_300)
    assert world.person("chantal").signed_in == set()
    assert world.said("chantal").count(Saying.SIGNED_OUT_REMINDER) == 2
    world.signs_in("chantal", "algemeen")
    world.wait(1_300)
    assert world.said("chantal").count(Saying.SIGNED_OUT_REMINDER) == 2
