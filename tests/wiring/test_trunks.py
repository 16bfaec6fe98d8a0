"""Trunks that an administrator made, as the exchange has them (D28)."""

from __future__ import annotations

import pytest

from cordboard.app.trunks import TrunkRow
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.types import OrganisationId
from cordboard.wiring.trunks import trunk_of

OURS = OrganisationId("vtel")


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("caller_id", "shown"), [("468122390", "+468122390"), ("46850630600", "+46850630600"), ("900", "900")]
)
def test_the_number_that_was_chosen_is_the_one_that_is_shown(caller_id: str, shown: str) -> None:
    """Also where its digits without plus, as they are kept, are dialled for another: in Sweden for one in Lund."""
    trunk = trunk_of(OURS, TrunkRow(id="t", name="T", host="sip.example.net", caller_id=caller_id))

    way = WaysOut((trunk,), ("112",), lambda _organisation: "SE").to(OURS, "46812345678", None)

    assert way is not None and way.show == shown
