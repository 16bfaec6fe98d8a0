"""A reload of the page changes nothing; a console that stays away is told after half a minute (D16)."""

from __future__ import annotations

import pytest

from cordboard.core.events import ConsoleLost, ConsoleSeen, Event
from cordboard.core.types import OrganisationId, UserId
from cordboard.simulator.clock import VirtualClock
from cordboard.wiring.presence import CONSOLE_GRACE_MS, Presence

HOUSE, CHANTAL = OrganisationId("vtel"), UserId("chantal")


@pytest.mark.rule("D16")
def test_a_console_that_is_back_in_time_was_never_lost() -> None:
    """And one that is not is told as lost, once, when the time is over."""
    clock, told = VirtualClock(), list[Event]()
    presence = Presence(lambda _organisation, event: told.append(event), clock)
    presence.seen(HOUSE, CHANTAL)
    presence.gone(HOUSE, CHANTAL)
    clock.advance(CONSOLE_GRACE_MS - 1)
    presence.seen(HOUSE, CHANTAL)
    clock.advance(CONSOLE_GRACE_MS)
    assert told == [ConsoleSeen(agent=CHANTAL), ConsoleSeen(agent=CHANTAL)]

    presence.gone(HOUSE, CHANTAL)
    clock.advance(CONSOLE_GRACE_MS - 1)
    assert len(told) == 2
    clock.advance(1)
    clock.advance(CONSOLE_GRACE_MS)
    assert told[2:] == [ConsoleLost(agent=CHANTAL)]
