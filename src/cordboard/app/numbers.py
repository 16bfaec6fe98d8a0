"""Telephone numbers as people type them, as Cordboard keeps them and as a trunk wants them (D28).

Inside, an outside number is its E.164 digits without plus: `31534800937`. Extensions, short and emergency numbers
(`203`, `112`, `14053`) stay as they are dialled.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

SHORT_DIGITS_MAX = 6
"""What has no more digits and no leading 0 or plus is an extension, a short or an emergency number."""

E164_DIGITS_MAX = 15

KEPT_DIGITS_MAX = 64
"""Of what is no number of any country; no country's number is so long, whatever stands before it."""
REMEMBERED = 65_536
"""Readings that are remembered: to read a number takes a twentieth of a millisecond, and every number of every
organisation is asked for again whenever an agent signs in (`wiring/telephones`). 65 MB when all three are full."""

_WITHHELD = frozenset(
    {"", "anonymous", "unknown", "restricted", "unavailable", "private", "withheld", "invalid"}
)
_BETWEEN_DIGITS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")


class NumberForm(Enum):
    """How a trunk writes numbers."""

    PLUS = "plus"
    """`+31534800937`"""
    E164 = "e164"
    """`31534800937`"""
    NATIONAL = "national"
    """`0534800937`; foreign ones with the country's prefix for abroad, `00493012345`."""


def read_number(text: str | None, country: str) -> str | None:
    """The number as Cordboard keeps it.

    Args:
        text: as typed, or as a trunk or telephone sent it, in any form.
        country: the organisation's, ISO 3166 two letters.

    Returns:
        E.164 digits without plus; digits as dialled for an extension, short or emergency number or one that no
        country has; None when the caller withheld it. A SIP user that is no number (`jan`) stays as it is.
    """
    if text is None or text.strip().casefold() in _WITHHELD:
        return None
    dialled = _BETWEEN_DIGITS.sub("", text.strip())
    digits = dialled.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        # `*43` and `jan` are dialled as they are written.
        return dialled[:KEPT_DIGITS_MAX]
    if not dialled.startswith(("+", "0")) and len(digits) <= SHORT_DIGITS_MAX:
        return digits
    if len(digits) > KEPT_DIGITS_MAX:
        # Nor is it remembered: who sends long ones would fill the memory with them.
        return digits[:KEPT_DIGITS_MAX]
    return _in_the_world(dialled, country.upper()) or digits


def as_kept(number: str, country: str) -> str:
    """A number of ours as it is configured: kept already, or as somebody wrote it into a file.

    What is kept is not read once more: without its plus it may be dialled for another number in that country.
    """
    return number if is_outside(number) else read_number(number, country) or number


def as_e164(text: str) -> str | None:
    """The number of the whole world that these digits are as they stand, without any country's reading; None: none."""
    dialled = _BETWEEN_DIGITS.sub("", text.strip())
    digits = dialled.removeprefix("+") if dialled.startswith("+") else dialled.removeprefix("00")
    return digits if is_outside(digits) else None


@lru_cache(REMEMBERED)
def _in_the_world(dialled: str, country: str) -> str | None:
    """The E.164 digits of what is dialled in that country; None: it fits no country's plan."""
    parsed = _parsed(dialled, country)
    return _digits(parsed) if parsed is not None else None


def _digits(number: PhoneNumber) -> str:
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"


def _parsed(dialled: str, country: str) -> PhoneNumber | None:
    """The number in some country's plan; None: it fits none."""
    try:
        parsed = phonenumbers.parse(dialled, country)
    except NumberParseException:
        return None
    if phonenumbers.is_valid_number(parsed):
        return parsed
    # A country may have numbers that are newer than our tables; written internationally it is meant so.
    abroad = dialled.startswith("+") or parsed.country_code != phonenumbers.country_code_for_region(country)
    return parsed if abroad and phonenumbers.is_possible_number(parsed) else None


def for_trunk(number: str, form: NumberForm, country: str) -> str:
    """The number as this trunk wants it; what is no outside number goes as dialled.

    Args:
        number: as kept by `read_number`.
        country: the organisation's; the trunk is in the same.
    """
    if not is_outside(number):
        return number
    match form:
        case NumberForm.PLUS:
            return f"+{number}"
        case NumberForm.E164:
            return number
        case NumberForm.NATIONAL:
            return _national(number, country.upper())


@lru_cache(REMEMBERED)
def _national(number: str, country: str) -> str:
    """An outside number as it is dialled in that country, with a plus where that would be another one."""
    parsed = _stored(number)
    assert parsed is not None, number
    formatted = phonenumbers.format_out_of_country_calling_number(parsed, country)
    written = re.sub(r"\D", "", formatted)
    # Newer than our tables, or as short as an extension: without its country's code it is another number.
    return written if read_number(written, country) == number else f"+{number}"


def without_country(number: str) -> str:
    """An outside number as kept by `read_number` without its country's code: `534800937`; another one as it is."""
    for length in (1, 2, 3):
        if int(number[:length] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return number[length:]
    return number


def is_emergency(number: str, country: str) -> bool:
    """112 and what else saves lives in this country; never blocked, never limited."""
    return phonenumbers.is_emergency_number(number, country.upper())


def is_outside(number: str) -> bool:
    """It is an outside number, not an extension, a short number or a name."""
    if not number.isascii() or not number.isdigit() or number.startswith("0"):
        return False
    return SHORT_DIGITS_MAX < len(number) <= E164_DIGITS_MAX and _is_of_the_world(number)


@lru_cache(REMEMBERED)
def _is_of_the_world(number: str) -> bool:
    return _stored(number) is not None


def _stored(number: str) -> PhoneNumber | None:
    """Digits as kept by `read_number`; None: they are no E.164 number."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except NumberParseException:
        return None
    # Digits kept as dialled may look like a number of some country, which then reads them otherwise: no number.
    return parsed if phonenumbers.is_possible_number(parsed) and _digits(parsed) == number else None
