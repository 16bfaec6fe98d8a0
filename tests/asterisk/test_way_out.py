"""Which trunk, how the number is written there, and what is shown (D28)."""

from __future__ import annotations

import pytest

from cordboard.app.numbers import NumberForm
from cordboard.asterisk.settings import Registration, Trunk, TrunkTransport
from cordboard.asterisk.way_out import WayOut, WaysOut
from cordboard.core.types import OrganisationId

OURS, THEIRS = OrganisationId("vtel"), OrganisationId("other")
NUMBER, SHOWN = "31612345678", "31534800900"


def way(trunk: Trunk, number: str = NUMBER, show: str | None = SHOWN) -> WayOut:
    """How a number is dialled when this is the only trunk."""
    found = WaysOut((trunk,), ("112",), lambda _organisation: "NL").to(OURS, number, show)
    assert found is not None
    return found


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("form", "number", "show"),
    [
        (NumberForm.PLUS, "+31612345678", "+31534800900"),
        (NumberForm.E164, "31612345678", "31534800900"),
        (NumberForm.NATIONAL, "0612345678", "0534800900"),
    ],
)
def test_both_numbers_are_written_as_the_trunk_wants_them(form: NumberForm, number: str, show: str) -> None:
    """`sends` of the trunk."""
    found = way(Trunk(name="provider", host="sip.example.net", sends=form))

    assert (found.endpoint, found.show) == (f"PJSIP/{number}@t-provider", show)


@pytest.mark.rule("D28")
def test_the_trunks_own_number_is_shown_when_nothing_else_says_so() -> None:
    """`caller_id`, in whatever form it was written; else the account that the provider knows."""
    trunk = Trunk(name="provider", host="sip.example.net", caller_id="053 480 09 11")
    account = Registration(username="31887770000", password="secret")

    assert way(trunk, show=None).show == "+31534800911"
    assert way(trunk).show == "+31534800900"
    registered = Trunk(name="provider", host="sip.example.net", registration=account)
    assert way(registered, show=None).show == "+31887770000"
    assert way(Trunk(name="provider", host="sip.example.net"), show=None).show is None


@pytest.mark.rule("D28")
def test_short_and_emergency_numbers_go_as_they_are_dialled() -> None:
    """The latter by the trunk's address, with its port and transport."""
    trunk = Trunk(name="provider", host="sip.example.net", port=5070, transport=TrunkTransport.TCP)

    assert way(trunk, "14053").endpoint == "PJSIP/14053@t-provider"
    assert way(trunk, "112").endpoint == "PJSIP/t-provider/sip:112@sip.example.net:5070;transport=tcp"


@pytest.mark.rule("D28")
def test_an_organisation_dials_over_its_own_trunk_or_everybodys() -> None:
    """Never over somebody else's."""
    mine = Trunk(name="mine", host="a.example.net", organisation=OURS)
    shared = Trunk(name="shared", host="b.example.net")
    theirs = Trunk(name="theirs", host="c.example.net", organisation=THEIRS)

    ways = WaysOut((theirs, shared, mine), ("112",), lambda _organisation: "NL")
    own, other = ways.to(OURS, NUMBER, None), ways.to(OrganisationId("third"), NUMBER, None)

    assert own is not None
    assert own.endpoint.endswith("@t-mine")
    assert other is not None
    assert other.endpoint.endswith("@t-shared")
    assert WaysOut((theirs,), (), lambda _organisation: "NL").to(OURS, NUMBER, None) is None
