"""What the exchange is told for the time without us."""

from __future__ import annotations

import pytest

from cordboard.wiring.telephones import forms_of


@pytest.mark.rule("D28")
def test_a_fallback_is_found_however_the_trunk_writes_our_number() -> None:
    """The exchange looks the called number up as it came in, without anybody to read it."""
    assert forms_of("31534800937", "NL") >= {"0534800937", "31534800937", "0031534800937", "+31534800937"}
