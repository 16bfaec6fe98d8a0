"""Whose calls come in over a trunk."""

from __future__ import annotations

import pytest

from cordboard.asterisk.settings import Registration, Trunk
from cordboard.asterisk.way_in import address_of_another, whose

SHARED = Trunk(name="shared", host="sip.shared.example")
OURS = Trunk(name="ours", host="sip.ours.example", organisation="twente")
THEIRS = Trunk(name="theirs", host="sip.theirs.example", organisation="brabant")
ACCOUNT = Registration(username="31534800937", password="secret")


@pytest.mark.rule("D28", "X-c")
def test_a_trunk_is_its_organisation_s_or_everybody_s() -> None:
    """So is what the exchange calls by a name that we do not know."""
    trunks = (SHARED, OURS, THEIRS)

    assert whose(trunks, "t-ours") == ("twente",)
    assert whose(trunks, "t-theirs") == ("brabant",)
    assert whose(trunks, "t-shared") == ()
    assert whose(trunks, "practice-out") == ()


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (("203.0.113.0/24",), ("203.0.113.7",)),
        (("2001:db8::/32",), ("2001:db8::1",)),
        ((), ("SIP.ours.example",)),
    ],
)
def test_trunks_that_the_exchange_cannot_tell_apart_are_either_s(
    mine: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    """Two houses at one provider that knows them by address: no caller is lost for whose trunk came first."""
    one = Trunk(name="one", host="sip.ours.example", match=mine, organisation="twente")
    two = Trunk(name="two", host="sip.theirs.example", match=theirs, organisation="brabant")

    assert whose((one, two), "t-one") == ("twente", "brabant")
    assert whose((one, two), "t-two") == ("brabant", "twente")


@pytest.mark.rule("D28")
def test_an_account_tells_two_trunks_of_one_provider_apart() -> None:
    """The token of its registration says which it is."""
    one = Trunk(name="one", host="sip.ours.example", registration=ACCOUNT, organisation="twente")
    two = Trunk(name="two", host="sip.ours.example", registration=ACCOUNT, organisation="brabant")

    assert whose((one, two), "t-one") == ("twente",)


@pytest.mark.rule("D28")
def test_a_trunk_at_the_address_of_everybody_s_is_everybody_s() -> None:
    """The exchange may take a call of the shared one for it."""
    one = Trunk(name="one", host="sip.shared.example", organisation="twente")

    assert whose((SHARED, one), "t-one") == ()


@pytest.mark.rule("X-c", "D28")
@pytest.mark.parametrize(
    ("said", "refused"),
    [("0.0.0.0/0", True), ("203.0.113.0/24", True), ("sip.named.example", True), ("198.51.100.1", False)],
)
def test_an_address_of_another_organisation_s_trunk_is_not_taken(said: str, refused: bool) -> None:
    """Else its calls came in as somebody else's; what stood there already may stay."""
    others = (
        Trunk(name="a", host="sip.theirs.example", match=("203.0.113.7",), organisation="brabant"),
        Trunk(name="b", host="sip.named.example", organisation="brabant"),
    )
    mine = Trunk(name="mine", host="sip.ours.example", match=(said,), organisation="twente")

    assert address_of_another((*others, mine), others, mine) == (said if refused else None)
    assert address_of_another((*others, mine), (*others, mine), mine) is None
    assert address_of_another((SHARED, mine), (), mine) is None
