"""Telephone numbers: every way of writing one is one number (D28)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordboard.app.numbers import NumberForm, for_trunk, is_emergency, is_outside, read_number


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    "written",
    [
        "0534800937",
        "31534800937",
        "0031534800937",
        "+31534800937",
        "053-480 09 37",
        "(053) 4800937",
        "+31 (0)53 480 09 37",
        " 053\u00a04800937 ",
        "053.480.09.37",
        "053/4800937",
        "053\u20134800937",
    ],
)
def test_every_way_of_writing_a_number_is_one_number(written: str) -> None:
    """The manual's callback number, as people and trunks write it."""
    assert read_number(written, "NL") == "31534800937"


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("088 4 800 911", "31884800911"),
        ("31884800943", "31884800943"),
        ("08000403", "318000403"),
        ("203", "203"),
        ("0534800937", "31534800937"),
    ],
)
def test_the_manuals_numbers_are_kept(written: str, kept: str) -> None:
    """Support desk, caller, storing number, Piet's extension, callback."""
    assert read_number(written, "NL") == kept


@pytest.mark.rule("D28")
@pytest.mark.parametrize("dialled", ["203", "112", "14053", "116123", "1850", "7", "*43", "jan"])
def test_extensions_short_and_emergency_numbers_stay_as_dialled(dialled: str) -> None:
    """Also at the trunk, whatever form it wants."""
    assert read_number(dialled, "NL") == dialled
    assert not is_outside(dialled)
    for form in NumberForm:
        assert for_trunk(dialled, form, "NL") == dialled


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("number", "plus", "e164", "national"),
    [
        ("31534800937", "+31534800937", "31534800937", "0534800937"),
        ("318000403", "+318000403", "318000403", "08000403"),
        ("4930123456", "+4930123456", "4930123456", "004930123456"),
        ("12125550100", "+12125550100", "12125550100", "0012125550100"),
    ],
)
def test_each_trunk_gets_the_form_it_wants(number: str, plus: str, e164: str, national: str) -> None:
    """With plus, without, or as dialled at home; abroad with the prefix for abroad."""
    assert [for_trunk(number, form, "NL") for form in NumberForm] == [plus, e164, national]


@pytest.mark.rule("D28")
def test_the_same_digits_are_another_number_in_another_country() -> None:
    """The organisation's country decides."""
    assert read_number("0201234567", "NL") == "31201234567"
    assert read_number("0201234567", "DE") == "49201234567"


@pytest.mark.parametrize("withheld", [None, "", " ", "anonymous", "Anonymous", "unknown", "Restricted"])
def test_a_withheld_number_is_none(withheld: str | None) -> None:
    """Not the text that says so."""
    assert read_number(withheld, "NL") is None


@pytest.mark.parametrize("odd", ["0880", "02012345678901234567890", "+0", "00", "0" * 100])
def test_what_no_country_has_is_kept_as_dialled(odd: str) -> None:
    """Nothing is thrown away, nothing made up."""
    assert read_number(odd, "NL") == odd.removeprefix("+")[:64]


def test_a_number_newer_than_our_tables_is_kept_when_written_internationally() -> None:
    """A country's plan grows; the caller can still be called back."""
    assert read_number("+49 15999 12345", "NL") == "491599912345"


@pytest.mark.rule("D28")
def test_emergency_numbers_are_known_by_country() -> None:
    """112 everywhere in Europe; a colleague's 113 is not one."""
    assert is_emergency("112", "NL")
    assert is_emergency("999", "GB")
    assert not is_emergency("203", "NL")


@given(st.text(max_size=30))
@example("3100000")
@example("3110000")
@example("311000000")
@example("003114020")
def test_no_text_breaks_it_and_reading_twice_is_reading_once(text: str) -> None:
    """Whatever a stranger's exchange sends as his number."""
    kept = read_number(text, "NL")

    if kept is not None:
        assert len(kept) <= 64
        if is_outside(kept):
            assert read_number(f"+{kept}", "NL") == kept
            for form in (NumberForm.PLUS, NumberForm.NATIONAL):
                assert read_number(for_trunk(kept, form, "NL"), "NL") == kept


@given(st.from_regex(r"\+?[0-9 ()-]{6,16}", fullmatch=True), st.sampled_from(["NL", "BE", "DE", "GB", "US"]))
def test_a_trunks_form_reads_back_as_the_same_number(text: str, country: str) -> None:
    """What we send as caller-id comes back as the same number, in each country."""
    kept = read_number(text, country)

    if kept is not None and is_outside(kept):
        assert read_number(for_trunk(kept, NumberForm.PLUS, country), country) == kept
