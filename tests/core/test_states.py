"""The state machines are tables, and what happens is in them."""

from __future__ import annotations

from enum import Enum

import pytest

from cordboard.core import transitions
from cordboard.core.agent import AgentStatus
from cordboard.core.call import CallState, TransferState
from cordboard.core.dialogue import DialogueStep
from cordboard.core.records import SegmentOutcome
from tools import states


def test_the_diagrams_are_the_tables() -> None:
    """`python -m tools.states` draws them again."""
    assert states.PAGE.read_text() == states.page()


@pytest.mark.parametrize(
    ("machine", "table"),
    [
        (CallState, transitions.CALL),
        (TransferState, transitions.TRANSFER),
        (transitions.OfferState, transitions.OFFER),
        (transitions.WrapUpState, transitions.WRAP_UP),
        (AgentStatus, transitions.AGENT),
        (DialogueStep, transitions.DIALOGUE),
    ],
)
def test_every_state_is_in_its_table_and_can_be_reached(
    machine: type[Enum], table: dict[Enum, frozenset[Enum]]
) -> None:
    """From the first one, by some way."""
    assert set(table) == set(machine)
    first = next(iter(machine))
    reached, look = {first}, [first]
    while look:
        for following in table[look.pop()] - reached:
            reached.add(following)
            look.append(following)
    assert reached == set(machine)


def test_every_end_of_an_offer_is_an_outcome_that_is_written() -> None:
    """The card's end is the segment's outcome."""
    ends = {state.value for state in transitions.OfferState} - {"open"}
    assert ends <= {outcome.value for outcome in SegmentOutcome}
