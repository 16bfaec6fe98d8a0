"""Where the organisation has it so, the first call goes on by itself when the second has ended (D8, D7, D9, D27)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.board import Board
from cordboard.core.call import CallState, TransferState
from cordboard.core.events import LegEnd
from cordboard.core.types import AnswerMethod, LegId
from tests.scenarios.test_restarting import restart
from tests.support.desk import World, office

OUTSIDE = "31201234567"


def held_and_talking(*held: str, one_line: bool = True, auto: bool = True, wrap_up_s: int = 0) -> World:
    """Chantal holds these, the first for longest, and talks with `last`."""
    world = office("chantal", wrap_up_s=wrap_up_s)
    world.board.rules = replace(world.board.rules, auto_resume=auto)
    device = world.person("chantal").device
    assert device is not None
    world.board.devices[device].one_line = one_line
    for name in (*held, "last"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
        world.wait(5)
    assert (world.hears("last"), world.state(held[0])) == ("chantal", CallState.HELD)
    return world


def clicks_the_cross(world: World) -> None:
    """The agent ends it."""
    world.click_hang_up("chantal", "last")


def hangs_up(world: World) -> None:
    """The caller ends it."""
    world.caller_hangs_up("last")


@pytest.mark.rule("D8", "5.1-e")
@pytest.mark.parametrize("end", [clicks_the_cross, hangs_up])
@pytest.mark.parametrize("one_line", [True, False])
def test_the_first_call_goes_on_by_itself_where_the_organisation_has_it_so(
    end: Callable[[World], None], *, one_line: bool
) -> None:
    """Whoever ended the second; without the setting the first stays on hold until it is resumed."""
    for auto in (True, False):
        world = held_and_talking("c1", one_line=one_line, auto=auto)

        end(world)

        assert world.hears("c1") == ("chantal" if auto else "music")
        assert world.state("last") is CallState.ENDED
        assert len(world.legs_of("chantal")) == 1


@pytest.mark.rule("D8")
@pytest.mark.parametrize("one_line", [True, False])
def test_of_several_on_hold_the_longest_held_goes_on(*, one_line: bool) -> None:
    """And when that one has ended, the next."""
    world = held_and_talking("c1", "c2", one_line=one_line)
    world.click_resume("chantal", "c1")
    world.wait(1)
    world.click_resume("chantal", "last")
    world.wait(1)

    world.click_hang_up("chantal", "last")
    assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")
    world.wait(3)
    world.caller_hangs_up("c2")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D8", "D9")
def test_wrap_up_waits_until_the_first_call_has_ended_as_well() -> None:
    """It was earned by the second, and is shown as what follows."""
    world = held_and_talking("c1", wrap_up_s=20)

    world.click_hang_up("chantal", "last")
    assert world.hears("c1") == "chantal"
    assert world.person("chantal").pending_wrap_up_ms == 20_000
    assert world.person("chantal").wrap_up is None

    world.click_hang_up("chantal", "c1")
    assert world.status("chantal") is AgentStatus.WRAP_UP


@pytest.mark.rule("D8")
def test_a_held_caller_who_hangs_up_lets_nobody_go_on() -> None:
    """Neither of a conversation, which goes on, nor of several on hold, whom the agent put there."""
    world = held_and_talking("c1", "c2")
    world.caller_hangs_up("c1")
    assert (world.hears("c2"), world.hears("last")) == ("music", "chantal")

    world.click_hold("chantal", "last")
    world.caller_hangs_up("c2")
    assert world.hears("last") == "music"


@pytest.mark.rule("D8", "D27")
def test_with_the_handset_down_nobody_is_resumed() -> None:
    """It is rung back, as always."""
    world = held_and_talking("c1")

    world.phone_hangs_up("chantal")
    assert (world.hears("last"), world.hears("c1")) == ("gone", "music")
    assert world.phone_of("chantal") is None
    world.wait(10)
    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D8")
def test_who_leaves_a_conference_lets_nobody_else_go_on() -> None:
    """The others are spoken with; after the last of them the held one is."""
    world = held_and_talking("c1", "c2")
    world.starts_conference("chantal", "c2")
    world.caller_hangs_up("last")
    assert (world.hears("c1"), world.hears("c2")) == ("music", "chantal")

    world.caller_hangs_up("c2")
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D8")
def test_dialling_somebody_else_brings_nobody_back_meanwhile() -> None:
    """Whom one gives up for another call is not the second call's end; who does not answer is."""
    world = held_and_talking("c1")
    world.click_hang_up("chantal", "last")
    call = world.calls("chantal", OUTSIDE)
    world.call_arrives("c3")
    world.click_answer("chantal", "c3")
    assert world.state(call) is CallState.ENDED
    assert (world.hears("c1"), world.hears("c3")) == ("music", "chantal")

    call = world.calls("chantal", OUTSIDE)
    world.party_hangs_up(call, LegEnd.BUSY)
    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D8", "D7")
def test_a_transfer_that_goes_on_is_not_ended_by_it() -> None:
    """The recipient is hung up on: another can be chosen, and the caller keeps music."""
    world = held_and_talking("c1")
    world.arms("chantal", "last")
    world.to_number("chantal", "last", OUTSIDE)
    recipient = world.recipient("last")
    world.outside_answers(recipient)

    world.click_hang_up("chantal", recipient)
    assert world.transfer("last") is TransferState.ARMED
    assert (world.hears("c1"), world.hears("last")) == ("music", "music")


@pytest.mark.rule("D8", "D7")
def test_whose_consultation_it_was_goes_on_when_the_recipient_hangs_up() -> None:
    """Not who is on hold for longer."""
    for auto in (True, False):
        world = held_and_talking("c1", auto=auto)
        world.arms("chantal", "last")
        world.to_number("chantal", "last", OUTSIDE)
        recipient = world.recipient("last")
        world.outside_answers(recipient)
        world.wait(2)

        world.party_hangs_up(recipient)
        assert world.hears("last") == ("chantal" if auto else "music")
        assert world.hears("c1") == "music"


@pytest.mark.rule("D7", "D8")
def test_a_consultation_that_nobody_answered_has_its_own_setting() -> None:
    """Off, the caller stays on hold also where the first call goes on by itself."""
    world = held_and_talking("c1")
    world.board.rules = replace(world.board.rules, resume_if_never_answered=False)
    world.arms("chantal", "last")
    world.to_number("chantal", "last", OUTSIDE)

    world.party_hangs_up(world.recipient("last"), LegEnd.BUSY)

    assert (world.hears("c1"), world.hears("last")) == ("music", "music")


@pytest.mark.rule("D8", "D16")
def test_what_ended_while_cordboard_was_away_lets_the_first_go_on() -> None:
    """The agent still sits there with nobody on the line."""
    world = held_and_talking("c1")
    list(world.exchange.end(LegId("last-leg"), LegEnd.HUNG_UP))

    def as_configured(before: World, board: Board) -> None:
        board.rules = before.board.rules

    restart(world, forget=as_configured)

    assert world.hears("c1") == "chantal"


@pytest.mark.rule("D8", "D27")
def test_on_hold_at_the_telephone_nobody_is_put_through() -> None:
    """The telephone would let neither hear the other."""
    world = office("chantal", method=AnswerMethod.HEADER)
    world.board.rules = replace(world.board.rules, auto_resume=True)
    for name in ("c1", "last"):
        world.call_arrives(name)
        world.click_answer("chantal", name)
        world.wait(5)
    world.phone_holds("chantal")

    world.caller_hangs_up("last")

    assert world.state("c1") is CallState.HELD
