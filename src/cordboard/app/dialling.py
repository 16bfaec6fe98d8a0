"""Numbers as people type them or telephones dial them, and whom they reach (2.6-c, 2.6-g; D26, D28).

A colleague is reached without leaving the house; every other number goes out, with the kind that says who may call
it. Whether this person may is decided by the core.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from cordboard.app.numbers import SHORT_DIGITS_MAX, as_kept, is_emergency, read_number
from cordboard.app.ports import Directory
from cordboard.core.dial import RIGHTS
from cordboard.core.types import NumberKind, Right, UserId

_PAID = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER}
)
SHORT_DIGITS_MIN = 3
"""Fewer digits are no number anywhere."""
_PAID_SHORT = {"NL": re.compile(r"18\d\d")}
"""Paid short numbers that the tables do not price: the Dutch directory enquiries, 1888 and its like."""
_NO_COUNTRY = "001"
"""Where satellites, global networks and international services are numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """How one organisation's people dial."""

    country: str
    colleagues: Mapping[str, UserId] = field(default_factory=dict)
    """Extensions and own outside numbers."""
    emergency: frozenset[str] = frozenset()
    """Numbers that count as emergency calls beside the country's own."""

    def colleague(self, text: str) -> UserId | None:
        """The colleague whose extension or own number this is; None: nobody's."""
        number = read_number(text, self.country)
        return self.colleagues.get(number) if number is not None else None

    def outside(self, text: str) -> tuple[str, NumberKind] | None:
        """The number as it is kept, and its kind; None: it cannot be called."""
        number, kind = _read(text, self.country)
        if number is not None and number in self.emergency:
            return number, NumberKind.EMERGENCY
        return (number, kind) if number is not None and kind is not None else None

    def barred(self, numbers: Iterable[str], rights: frozenset[Right]) -> dict[str, NumberKind]:
        """Which of these numbers, as they are kept, whoever has these rights may not call, and what they are."""
        if rights.issuperset(RIGHTS.values()):
            return {}
        barred: dict[str, NumberKind] = {}
        for number in numbers:
            text = f"+{number}" if len(number) > SHORT_DIGITS_MAX else number
            outside = self.outside(text)
            # The extension of a colleague is not outside, also when it stands in the address book.
            if outside is None or outside[0] in self.colleagues:
                continue
            if (needed := RIGHTS.get(outside[1])) is not None and needed not in rights:
                barred[number] = outside[1]
        return barred


@lru_cache(maxsize=10_000)
def _read(text: str, country: str) -> tuple[str | None, NumberKind | None]:
    """The number and its kind. Remembered: the address book asks it of a hundred numbers at each letter typed."""
    number = read_number(text, country)
    if number is None or not number.isascii() or not number.isdigit():
        return None, None
    if is_emergency(number, country):
        return number, NumberKind.EMERGENCY
    if len(number) <= SHORT_DIGITS_MAX and not text.strip().startswith(("+", "0")):
        return number, _kind_of_short(number, country.upper())
    return number, _kind(number, country.upper())


def _kind(number: str, country: str) -> NumberKind | None:
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    sort = phonenumbers.number_type(parsed)
    if sort in _PAID or (region == _NO_COUNTRY and sort is not PhoneNumberType.TOLL_FREE):
        return NumberKind.PREMIUM
    # Several countries may share a code, as those of +1 do.
    if phonenumbers.region_code_for_number(parsed) == country:
        return NumberKind.NATIONAL
    return NumberKind.INTERNATIONAL


def _kind_of_short(number: str, country: str) -> NumberKind | None:
    """Of 14053, 144 and the like. Not all of them are in the tables, so an unknown one is left to the trunk."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return None
    if len(number) < SHORT_DIGITS_MIN:
        return None
    cost = phonenumbers.expected_cost_for_region(parsed, country)
    paid = country in _PAID_SHORT and _PAID_SHORT[country].fullmatch(number) is not None
    if paid or cost == phonenumbers.ShortNumberCost.PREMIUM_RATE:
        return NumberKind.PREMIUM
    return NumberKind.NATIONAL


def dial_plan(directory: Directory, emergency: frozenset[str] = frozenset()) -> DialPlan:
    """Of this organisation; somebody who is disabled cannot be called."""
    country = directory.organisation.country
    colleagues: dict[str, UserId] = {}
    for user in directory.users:
        if user.disabled:
            continue
        if user.extension is not None:
            # Typed as it is dialled.
            colleagues.setdefault(read_number(user.extension, country) or user.extension, user.id)
        for number in sorted(user.numbers):
            colleagues.setdefault(as_kept(number, country), user.id)
    return DialPlan(country=country, colleagues=colleagues, emergency=emergency)
