"""Telephone numbers as people type them, as Cordboard keeps them and as a trunk wants them (D28).

Inside, an outside number is its E.164 digits without plus: `31534800937`. Extensions, short and emergency numbers
(`203`, `112`, `14053`) stay as they are dialled.
"""

from __future__ import annotations

import re
from enum import Enum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

SHORT_DIGITS_MAX = 6
"""What has no more digits and no leading 0 or plus is an extension, a short or an emergency number."""

E164_DIGITS_MAX = 15

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
        return dialled[:64]
    if not dialled.startswith(("+", "0")) and len(digits) <= SHORT_DIGITS_MAX:
        return digits
    parsed = _parsed(dialled, country)
    if parsed is None:
        return digits[:64]
    return _digits(parsed)


def as_e164(text: str) -> str | None:
    """The number of the whole world that these digits are as they stand, without any country's reading; None: none."""
    dialled = _BETWEEN_DIGITS.sub("", text.strip())
    digits = dialled.removeprefix("+") if dialled.startswith("+") else dialled.removeprefix("00")
    return digits if is_outside(digits) else None


def _digits(number: PhoneNumber) -> str:
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"


def _parsed(dialled: str, country: str) -> PhoneNumber | None:
    """The number in some country's plan; None: it fits none."""
    try:
        parsed = phonenumbers.parse(dialled, country.upper())
    except NumberParseException:
        return None
    if phonenumbers.is_valid_number(parsed):
        return parsed
    # A country may have numbers that are newer than our tables; written internationally it is meant so.
    abroad = dialled.startswith("+") or parsed.country_code != phonenumbers.country_code_for_region(
        country.upper()
    )
    return parsed if abroad and phonenumbers.is_possible_number(parsed) else None


def for_trunk(number: str, form: NumberForm, country: str) -> str:
    """The number as this trunk wants it; what is no outside number goes as dialled.

    Args:
        number: as kept by `read_number`.
        country: the organisation's; the trunk is in the same.
    """
    parsed = _stored(number)
    if parsed is None:
        return number
    match form:
        case NumberForm.PLUS:
            return f"+{number}"
        case NumberForm.E164:
            return number
        case NumberForm.NATIONAL:
            formatted = phonenumbers.format_out_of_country_calling_number(parsed, country.upper())
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
    return _stored(number) is not None


def _stored(number: str) -> PhoneNumber | None:
    """A number as kept by `read_number`; None: it is no E.164 number."""
    if not number.isascii() or not number.isdigit() or number.startswith("0"):
        return None
    if not SHORT_DIGITS_MAX < len(number) <= E164_DIGITS_MAX:
        return None
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except NumberParseException:
        return None
    # Digits kept as dialled may look like a number of some country, which then reads them otherwise: no number.
    return parsed if phonenumbers.is_possible_number(parsed) and _digits(parsed) == number else None
