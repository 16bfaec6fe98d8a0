"""What a console is told of a colleague's call: how long for everybody, with whom only with the right (3.2)."""

from __future__ import annotations

import pytest

from cordboard.core.types import TransferKind
from tests.web.test_push import ORGANISATION, Tab, everything, hub_of, loop_free, office


@pytest.mark.rule("3.2-d", "3.2-b")
def test_numbers_of_colleagues_never_reach_a_browser_without_the_right() -> None:
    """Anja may not see whom Chantal talks with; Piet may."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    anja, piet = Tab(hub, world, "anja"), Tab(hub, world, "piet")
    world.chooses_group("anja", "denbosch")

    world.call_arrives("c1", "urgent", number="31699999999")
    world.click_answer("chantal", "c1")
    hub.changed(ORGANISATION.id, everything(world))
    anja.read()
    piet.read()

    assert b"31699999999" not in b"".join(anja.wire)
    assert piet.held["agent", "chantal"]["talk"] == {"direction": "in", "number": "31699999999"}
    assert anja.held["agent", "chantal"]["status"] == "in_call"


@pytest.mark.rule("3.2-a", "3.2-d")
def test_how_long_a_colleague_has_talked_is_known_to_everybody_and_runs_on_through_a_hold() -> None:
    """It counts from the answer of the call on the line: hold and resume change nothing, another call does."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    anja = Tab(hub, world, "anja")

    def talks_since() -> int | None:
        hub.changed(ORGANISATION.id, world.changed)
        anja.read()
        assert anja.held["agent", "chantal"]["talk"] is None
        since: int | None = anja.held["agent", "chantal"]["talk_since"]
        return since

    assert talks_since() is None
    world.call_arrives("c1", "algemeen", number="31699999999")
    world.wait(2)
    world.click_answer("chantal", "c1")
    answered = world.now
    assert talks_since() == answered

    world.wait(30)
    world.click_hold("chantal", "c1")
    assert talks_since() is None, "nobody is on the line; how long is the status's own time"
    world.wait(30)
    world.click_resume("chantal", "c1")
    assert talks_since() == answered

    world.wait(30)
    second = world.calls("chantal", "0687654321")
    assert talks_since() is None, "it rings at the other side"
    world.wait(5)
    world.outside_answers(second)
    assert talks_since() == world.now
    assert b"31699999999" not in b"".join(anja.wire)


@pytest.mark.rule("3.2-d")
def test_the_card_of_a_colleague_s_call_keeps_the_number_from_who_may_not_see_it() -> None:
    """In one group both see the call wait, with its number; once Chantal has it, Anja learns no more of it."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    world.chooses_group("anja", "denbosch")
    anja = Tab(hub, world, "anja")
    world.call_arrives("c1", "algemeen", number="31699999999")
    hub.changed(ORGANISATION.id, everything(world))
    anja.read()
    assert anja.held["call", "c1"]["number"] == "31699999999"

    world.click_answer("chantal", "c1")
    hub.changed(ORGANISATION.id, everything(world))
    anja.read()
    fresh = Tab(hub, world, "anja")
    fresh.read()

    assert anja.held["call", "c1"]["number"] is None
    assert anja.held["call", "c1"]["direction"] is None
    seen = b"".join(fresh.wire)
    assert b"31699999999" not in seen
    assert not any(
        word in seen for word in (b'"direction":"in"', b'"direction":"out"', b'"called_back":true')
    )
    may = Tab(hub, world, "piet")
    may.read()
    assert may.held["call", "c1"]["direction"] == "in"


@pytest.mark.rule("3.2-d")
def test_whom_a_colleague_called_and_sent_to_a_queue_has_no_direction_for_who_may_not_see_it() -> None:
    """Chantal dials somebody and sends them to the queue; once Piet has them, only who may know learns who called."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    world.chooses_group("anja", "denbosch")
    call = world.calls("chantal", "0687654321")
    world.outside_answers(call)
    world.arms("chantal", call, TransferKind.BLIND)
    world.to_queue("chantal", call, "algemeen")

    world.click_answer("piet", call)
    hub.changed(ORGANISATION.id, everything(world))
    tab = Tab(hub, world, "anja")
    tab.read()

    assert tab.held["call", call]["direction"] is None
    assert tab.held["call", call]["agent"] == "piet"
    assert b'"out"' not in b"".join(tab.wire)
