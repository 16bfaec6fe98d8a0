"""Which trunk, how the number is written there, and what is shown (D28)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.app.numbers import NumberForm
from cordboard.asterisk.settings import ExchangeSettings, Registration, Trunk, TrunkTransport
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


@pytest.mark.rule("D28")
def test_a_call_for_help_goes_over_the_first_of_its_trunks_that_is_up() -> None:
    """None is: the first all the same, which may be there again. Other calls keep to the organisation's trunk."""
    one, two = Trunk(name="one", host="a.example.net"), Trunk(name="two", host="b.example.net")
    ways = WaysOut((one, two), ("199",), lambda _organisation: "NL", for_emergencies=lambda _o: (two, one))

    def over(number: str) -> str:
        found = ways.to(OURS, number, SHOWN)
        assert found is not None
        return found.endpoint

    assert over("199") == "PJSIP/t-two/sip:199@b.example.net"
    ways.all_online({"t-one", "d-201"})
    assert over("199") == over("199") == "PJSIP/t-one/sip:199@a.example.net"
    ways.seen("t-two", online=True)
    assert over("112") == "PJSIP/t-two/sip:112@b.example.net"
    ways.seen("t-two", online=False)
    assert over("112") == "PJSIP/t-one/sip:112@a.example.net"
    assert over(NUMBER) == "PJSIP/+31612345678@t-one"


@pytest.mark.rule("D28")
def test_the_exchange_is_told_how_to_call_for_help_by_itself() -> None:
    """Which trunks, and our number as the first of them writes it."""
    one = Trunk(name="one", host="a.example.net", sends=NumberForm.NATIONAL)
    two = Trunk(name="two", host="b.example.net", caller_id="053 480 09 11")

    ways = WaysOut((one, two), (), lambda _organisation: "NL", for_emergencies=lambda _o: (one, two))
    assert ways.for_help(OURS, SHOWN) == (("t-one", "t-two"), "0534800900")
    assert ways.for_help(OURS, None) == (("t-one", "t-two"), None)
    assert WaysOut((two,), (), lambda _o: "NL").for_help(OURS, None) == (("t-two",), "+31534800911")
    assert WaysOut((), (), lambda _o: "NL").for_help(OURS, SHOWN) == ((), None)


@pytest.mark.rule("D28")
def test_a_trunk_for_help_is_tried_first_for_help_and_last_for_other_calls() -> None:
    """Its organisation's alone; without another trunk it carries the other calls too."""
    help_, usual = (
        Trunk(name="help", host="a.example.net", organisation=OURS, emergency=True),
        Trunk(name="usual", host="b.example.net", organisation=OURS),
    )
    settings = ExchangeSettings(run_dir=Path("/nowhere"), trunks=(usual, help_))
    ways = WaysOut((help_, usual), ("112",), lambda _o: "NL", for_emergencies=settings.emergency_trunks)
    alone = WaysOut((help_,), ("112",), lambda _o: "NL")

    def over(found: WayOut | None) -> str:
        assert found is not None
        return found.endpoint

    assert over(ways.to(OURS, "112", None)) == "PJSIP/t-help/sip:112@a.example.net"
    assert over(ways.to(OURS, NUMBER, None)).endswith("@t-usual")
    assert over(alone.to(OURS, NUMBER, None)).endswith("@t-help")
    ways.use((help_,))
    assert over(ways.to(OURS, NUMBER, None)).endswith("@t-help")


@pytest.mark.rule("D28")
def test_only_a_number_that_the_provider_lets_us_show_is_shown() -> None:
    """Another one of ours gives way to the trunk's own."""
    allowed = ("31534800900", "31534800911")
    trunk = Trunk(name="one", host="a.example.net", caller_ids=allowed, sends=NumberForm.E164)

    def shown(trunk: Trunk, number: str | None) -> str | None:
        way = WaysOut((trunk,), (), lambda _o: "NL").to(OURS, NUMBER, number)
        assert way is not None
        return way.show

    assert shown(trunk, "31534800911") == "31534800911"
    assert shown(trunk, "31201234567") == "31534800900"
    assert shown(replace(trunk, caller_id="053 480 09 11"), "31201234567") == "31534800911"


def test_a_test_call_goes_over_the_trunk_that_is_meant_and_nobody_elses() -> None:
    """Whatever other trunks there are."""
    mine = Trunk(name="mine", host="a.example.net", organisation=OURS, sends=NumberForm.NATIONAL)
    theirs = Trunk(name="theirs", host="b.example.net", organisation=THEIRS)
    ways = WaysOut((theirs, mine), (), lambda _o: "NL")

    found = ways.over("mine", OURS, NUMBER)
    assert found is not None
    assert found.endpoint == "PJSIP/0612345678@t-mine"
    assert ways.over("theirs", OURS, NUMBER) is None
