"""A pause with a reason: no calls for a while (D11), and how somebody who let it ring is back (D3)."""

from __future__ import annotations

import pytest

from cordboard.core.agent import AgentStatus
from cordboard.core.records import PauseChanged
from cordboard.core.requests import Pause
from cordboard.core.types import UserId
from tests.support.desk import World, office

OUTSIDE = "31880001122"


def paused(*others: str) -> World:
    """Chantal is at lunch; the urgent queue breaks through."""
    world = office("chantal", *others)
    world.board.pause_reasons = ("lunch",)
    world.board.queues[world.queue_id("urgent")].breaks_wrap_up = True
    world.ask(Pause(agent=UserId("chantal"), reason="lunch"))
    assert world.status("chantal") is AgentStatus.PAUSED
    return world


@pytest.mark.rule("D11", "D6")
def test_taking_an_urgent_call_on_the_handset_ends_the_pause() -> None:
    """As the click does; it is written down."""
    world = paused()
    world.call_arrives("u1", "urgent")
    world.phone_answers("chantal")
    world.caller_hangs_up("u1")

    assert world.status("chantal") is AgentStatus.AVAILABLE
    assert [r.reason for r in world.all(PauseChanged)] == ["lunch", None]


@pytest.mark.rule("D11")
def test_calling_somebody_oneself_does_not_end_the_pause() -> None:
    """Who pauses takes no calls; making one is something else."""
    world = paused()
    call = world.calls("chantal", OUTSIDE)
    assert world.status("chantal") is AgentStatus.IN_CALL
    world.click_hang_up("chantal", call)

    assert world.status("chantal") is AgentStatus.PAUSED


@pytest.mark.rule("D29", "D11")
def test_a_direct_call_in_a_pause_follows_the_busy_rule() -> None:
    """It is not offered either."""
    world = paused("piet")
    world.direct_call("d1", "chantal")

    assert world.hears("d1") == "gone"


@pytest.mark.rule("D3")
def test_dialling_on_the_telephone_shows_that_one_is_there_again() -> None:
    """Chantal let three calls ring; she dials, and is offered calls after it."""
    world = office("chantal", "piet")
    world.phone_vanishes("piet")
    world.signs_out("chantal", "urgent", confirmed=True)
    world.call_arrives("c1")
    world.wait(3 * 25)
    assert world.status("chantal") is AgentStatus.NOT_ANSWERED

    call = world.phone_dials("chantal", OUTSIDE)
    world.click_hang_up("chantal", call)

    assert not world.person("chantal").away
    assert world.who_sees("c1") == ["chantal"]
