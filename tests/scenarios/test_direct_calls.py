"""Calls for one person (D5, D29)."""

from __future__ import annotations

import pytest

from cordboard.core.call import CallState
from cordboard.core.commands import LetRing
from cordboard.core.records import CallClosed
from cordboard.core.types import EndedBy, TransferKind
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
