"""What people type, and whom it reaches (2.6-c, 2.6-g, D26, D28)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.app.dialling import DialPlan, dial_plan
from cordboard.core.types import NumberKind, Right
from tests.contracts.storage.samples import CHANTAL, PIET, directory

NATIONAL, ABROAD = NumberKind.NATIONAL, NumberKind.INTERNATIONAL
PREMIUM, EMERGENCY = NumberKind.PREMIUM, NumberKind.EMERGENCY

NL = DialPlan(country="NL", emergency=frozenset({"199"}))


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("typed", "number", "kind"),
    [
        ("053 480 09 37", "31534800937", NATIONAL),
        ("+31 (53) 480-0937", "31534800937", NATIONAL),
        ("0031534800937", "31534800937", NATIONAL),
        ("06-12345678", "31612345678", NATIONAL),
        ("0800 400 400", "31800400400", NATIONAL),
        ("14 053", "14053", NATIONAL),
        ("144", "144", NATIONAL),
        ("+49 30 123456", "4930123456", ABROAD),
        ("00 1 876 555 1234", "18765551234", ABROAD),
        ("+800 1234 5678", "80012345678", ABROAD),
        ("0900-8844", "319008844", PREMIUM),
        ("0906 123456", "31906123456", PREMIUM),
        ("18 88", "1888", PREMIUM),
        ("+44 70 1234 5678", "447012345678", PREMIUM),
        ("+1 900 555 1234", "19005551234", PREMIUM),
        ("+870 773 123 456", "870773123456", PREMIUM),
        ("+979 1 2345 678", "97912345678", PREMIUM),
        ("112", "112", EMERGENCY),
        ("199", "199", EMERGENCY),
    ],
)
def test_a_number_is_read_in_the_organisations_country_and_its_kind_is_known(
    typed: str, number: str, kind: NumberKind
) -> None:
    """In every form; what costs more or saves lives is told apart, so that rights can be about it."""
    assert NL.outside(typed) == (number, kind)


@pytest.mark.rule("2.6-g")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "anonymous",
        "jan",
        "*43",
        "12",
        "+3",
        "00",
        "0970123456789",
        "053480",
        "0" * 40,
        "sip:x@y",
        "٣١٢",
    ],
)
def test_what_cannot_be_called_is_no_number(typed: str) -> None:
    """Refused before anything is dialled."""
    assert NL.outside(typed) is None


@pytest.mark.rule("D28")
def test_a_country_that_shares_its_code_is_abroad() -> None:
    """From the United States, Jamaica is abroad though both are +1."""
    us = DialPlan(country="us")

    assert us.outside("212 555 1234") == ("12125551234", NATIONAL)
    assert us.outside("876 555 1234") == ("18765551234", ABROAD)
    assert us.outside("911") == ("911", EMERGENCY)


@pytest.mark.rule("2.6-c", "D29")
def test_a_colleague_is_reached_by_extension_or_own_number_in_any_form() -> None:
    """Who is disabled is not."""
    made = directory()
    chantal, piet = made.users
    users = (
        replace(chantal, extension="201", numbers=frozenset({"31534800201"})),
        replace(piet, extension="203", disabled=True),
    )
    plan = dial_plan(replace(made, users=users))

    assert [plan.colleague(typed) for typed in ("201", "053 480 02 01", "+31534800201")] == [CHANTAL] * 3
    assert [plan.colleague(typed) for typed in ("203", "202", "", "anonymous")] == [None] * 4
    assert dial_plan(made).colleague("201") in (CHANTAL, PIET)


@pytest.mark.rule("2.6-g")
def test_the_numbers_of_the_address_book_that_somebody_may_not_call_are_named_with_their_kind() -> None:
    """A colleague's extension and the emergency number can always be called."""
    plan = DialPlan(country="NL", colleagues={"211": PIET})
    numbers = ["211", "112", "31534800937", "4930123456", "319008844", "jan"]

    nothing = plan.barred(numbers, frozenset())
    outside = plan.barred(numbers, frozenset({Right.DIAL_OUTSIDE}))
    everything = plan.barred(
        numbers, frozenset({Right.DIAL_OUTSIDE, Right.DIAL_INTERNATIONAL, Right.DIAL_PREMIUM})
    )

    assert nothing == {"31534800937": NATIONAL, "4930123456": ABROAD, "319008844": PREMIUM}
    assert outside == {"4930123456": ABROAD, "319008844": PREMIUM}
    assert everything == {}
