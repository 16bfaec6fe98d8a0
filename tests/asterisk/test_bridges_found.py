"""What the exchange says of one house, when it was asked for that one only."""

from __future__ import annotations

from typing import cast

import pytest

from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.wire import Wire
from cordboard.core.events import Place
from cordboard.core.types import LegId, OrganisationId

OURS, THEIRS = OrganisationId("twente"), OrganisationId("brabant")


def pair(organisation: OrganisationId) -> BridgeName:
    """A bridge of two of this house."""
    return BridgeName(place=Place.PAIR, organisation=organisation, subject="leg-1")


@pytest.mark.rule("X-c", "D16")
def test_an_answer_for_one_house_moves_nobody_of_another() -> None:
    """They may have been moved since it was given; a bridge that two of them are on the way to is still theirs."""
    bridges = Bridges(cast(Wire, None), lambda: "id", lives=lambda _leg: True, music=lambda _name: None)
    theirs, ours = str(pair(THEIRS)), str(pair(OURS))
    bridges.found({theirs: "b-1"}, {LegId("leg-1"): theirs, LegId("leg-2"): theirs})

    bridges.found({ours: "b-2"}, {LegId("leg-3"): ours}, of={OURS})
    assert bridges.is_used(pair(THEIRS))
    assert bridges.is_used(pair(OURS))
    assert bridges.is_ours("b-1")

    bridges.found({}, {}, of={OURS})
    assert bridges.is_used(pair(THEIRS))
    assert not bridges.is_used(pair(OURS))
    bridges.found({}, {})
    assert not bridges.is_used(pair(THEIRS))
