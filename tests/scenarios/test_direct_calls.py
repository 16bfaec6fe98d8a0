"""Calls for one person (D5, D29)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import LetRing
from cordboard.core.records import CallClosed
from cordboard.core.requests import Pause
from cordboard.core.types import AnswerMethod, EndedBy, TransferKind, UserId
from tests.support.desk import World, office

OUTSIDE = "3180004030"
BLIND, ATTENDED = TransferKind.BLIND, TransferKind.ATTENDED


def talking(*others: str) -> World:
    """Chantal talks with c1."""
    world = office("chantal", *others)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.wait(5)
    return world


# --- direct calls ---


@pytest.mark.rule("D29", "2.1.1-i")
def test_a_direct_call_rings_its_person_and_shows_no_queue() -> None:
    """The caller hears ringing and is not answered before the agent is there."""
    world = office("chantal", "piet")
    world.direct_call("d1", to="piet")

    assert world.who_sees("d1") == ["piet"]
    assert world.who_hears("d1") == ["piet"]
    assert world.call("d1").queue is None
    assert world.commanded(LetRing)
    world.click_answer("piet", "d1")
    assert world.hears("d1") == "piet"


@pytest.mark.rule("D5")
def test_a_direct_call_while_talking_is_a_card_without_a_ring() -> None:
    """Answering it holds the present call."""
    world = talking()
    world.direct_call("d1", to="chantal")
    assert world.who_sees("d1") == ["chantal"]
    assert world.who_hears("d1") == []
    world.click_answer("chantal", "d1")
    assert (world.hears("c1"), world.hears("d1")) == ("music", "chantal")


@pytest.mark.rule("D29", "D4", "2.4-c")
def test_a_direct_call_that_is_not_taken_follows_the_rule_for_it() -> None:
    """No answer for thirty seconds, rejected, no telephone, in wrap-up: the busy tone by default."""
    for why in ("silence", "reject", "vanished", "wrap-up"):
        world = office("chantal")
        if why == "vanished":
            world.phone_vanishes("chantal")
        if why == "wrap-up":
            world.click_clock("chantal")
        world.direct_call("d1", to="chantal")
        if why == "reject":
            world.click_reject("chantal", "d1")
        if why == "silence":
            world.wait(31)
        assert world.state("d1") is CallState.ENDED, why
        assert world.all(CallClosed)[0].ended_by is EndedBy.EXIT


@pytest.mark.rule("D29", "2.4-c")
@pytest.mark.parametrize("how", ["wrap-up", "pause"])
@pytest.mark.parametrize("rings", [True, False])
def test_in_wrap_up_and_pause_a_direct_call_rings_where_the_organisation_has_it_so(
    how: str, *, rings: bool
) -> None:
    """Else it follows the busy rule; a call of a queue is not offered either way. Taking it ends the rest."""
    world = office("chantal")
    world.board.rules = replace(world.board.rules, direct_rings_in_wrap_up=rings)
    world.board.pause_reasons = ("Lunch",)
    if how == "pause":
        world.ask(Pause(agent=UserId("chantal"), reason="Lunch"))
    else:
        world.click_clock("chantal")
    world.call_arrives("c1")

    world.direct_call("d1", to="chantal")

    assert world.who_sees("c1") == []
    if not rings:
        assert world.state("d1") is CallState.ENDED
        return
    assert world.who_hears("d1") == ["chantal"]
    world.phone_answers("chantal")
    assert world.hears("d1") == "chantal"
    assert (world.person("chantal").pause, world.person("chantal").wrap_up) == (None, None)


@pytest.mark.rule("D29", "D11")
def test_a_direct_call_that_rings_follows_the_rule_when_its_person_begins_a_pause() -> None:
    """Unless direct calls ring in a pause: then it goes on ringing."""
    for rings in (True, False):
        world = office("chantal")
        world.board.rules = replace(world.board.rules, direct_rings_in_wrap_up=rings)
        world.board.pause_reasons = ("Lunch",)
        world.direct_call("d1", to="chantal")

        world.ask(Pause(agent=UserId("chantal"), reason="Lunch"))

        assert (world.state("d1") is CallState.WAITING) is rings


@pytest.mark.rule("D29", "D13")
def test_a_click_in_the_last_moment_takes_no_limit_away() -> None:
    """Nobody lifts the telephone: the rule for the direct call is next all the same, not ringing without end."""
    world = office("chantal", "piet", method=AnswerMethod.MANUAL)
    world.direct_call("d1", to="piet")
    world.wait(25)
    world.click_answer("piet", "d1")
    assert world.state("d1") is CallState.CONNECTING

    world.wait(90)

    assert world.hears("d1") == "gone"
