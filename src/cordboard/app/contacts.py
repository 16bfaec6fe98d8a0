"""The address book: people outside the house, how they are found, and whose favourites they are (manual 3.3).

Colleagues are not in it: the console knows them by themselves, with their status. Rules 3.3-l to 3.3-q.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType, Protocol

from cordboard.app.numbers import read_number
from cordboard.core.types import OrganisationId, UserId

ContactId = NewType("ContactId", str)

LETTERS_MIN = 3
"""Of a name: with fewer, nearly everybody is found (3.3-f)."""
DIGITS_MIN = 2
"""Of a number (D19)."""
FOUND_MAX = 50
"""More than that nobody reads; another letter is quicker."""
VALUES_MAX = 20
"""Numbers, and addresses, of one contact."""
TEXT_MAX = 120
"""Characters of a name, a function or an address."""

_MARKS_ALONE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart, though people type them without."""
_NUMBER_ONLY = re.compile(r"[\d\s+().\-/]+")
_NATIONAL_ZERO = re.compile(r"\(0\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody outside the house."""

    id: ContactId
    name: str
    """First name first, as it is shown (3.3-n)."""
    function: str = ""
    numbers: tuple[str, ...] = ()
    """E.164 without plus; the first is the primary one (3.3-l)."""
    addresses: tuple[str, ...] = ()
    """Of mail; the first is the primary one (3.3-l)."""


class WrongContact(Exception):
    """It cannot be kept so; nothing has changed."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Contacts(Protocol):
    """Keeps the address book of each organisation, and each person's favourites in it."""

    async def save(self, organisation: OrganisationId, contact: Contact) -> None:
        """Add it, or replace the one with its id."""

    async def contact(self, organisation: OrganisationId, contact: ContactId) -> Contact | None: ...

    async def delete(self, organisation: OrganisationId, contact: ContactId) -> bool:
        """Forget it, as a favourite too; False: there was none."""

    async def search(self, organisation: OrganisationId, typed: str) -> tuple[Contact, ...]:
        """Who has every word of it in name, function or address, or its digits in a number; by shown name.

        At most `FOUND_MAX`; nobody when less was typed than `may_search` asks for.
        """

    async def favourites(self, organisation: OrganisationId, user: UserId) -> tuple[Contact, ...]:
        """Of this person, by shown name."""

    async def set_favourite(
        self, organisation: OrganisationId, user: UserId, contact: ContactId, *, on: bool
    ) -> bool:
        """Give or take the star (3.3-m); False: there is no such contact."""


def folded(text: str) -> str:
    """Without capitals, accents and surplus space: `Yıldız` is found by `yildiz`."""
    apart = unicodedata.normalize("NFD", text.casefold().translate(_MARKS_ALONE))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def digits_in(typed: str) -> str | None:
    """What stands in every notation of the number that was typed; None: it is no number.

    The zeros in front of a national or foreign number are not part of it as it is kept: `053-480` looks for `53480`,
    `0031 (0)53` for `3153`.
    """
    if not _NUMBER_ONLY.fullmatch(typed) or not any(c.isdigit() for c in typed):
        return None
    digits = re.sub(r"\D", "", _NATIONAL_ZERO.sub("", typed))
    return digits.lstrip("0")


def may_search(typed: str) -> bool:
    """Enough was typed: 3 letters or 2 digits (3.3-f, D19)."""
    digits = digits_in(typed)
    return len(digits) >= DIGITS_MIN if digits is not None else len(folded(typed)) >= LETTERS_MIN


def read_contact(
    id: ContactId,
    *,
    name: str,
    function: str,
    numbers: list[str],
    addresses: list[str],
    country: str,
) -> Contact:
    """A contact as somebody typed it; numbers in any notation, nothing twice.

    Raises:
        WrongContact: names the first field that cannot be so.
    """
    shown = " ".join(name.split())
    if not shown or len(shown) > TEXT_MAX:
        raise WrongContact("name")
    if len(function) > TEXT_MAX:
        raise WrongContact("function")
    kept: dict[str, None] = {}
    for number in numbers:
        read = read_number(number, country)
        if read is None or not read.isascii() or not read.isdigit() or len(read) > 32:
            raise WrongContact("numbers")
        kept[read] = None
    mail = dict.fromkeys(address.strip() for address in addresses)
    if any(not _is_address(address) for address in mail):
        raise WrongContact("addresses")
    for field, values in (("numbers", kept), ("addresses", mail)):
        if len(values) > VALUES_MAX:
            raise WrongContact(field)
    return Contact(
        id=id, name=shown, function=" ".join(function.split()), numbers=tuple(kept), addresses=tuple(mail)
    )


def _is_address(text: str) -> bool:
    before, at, after = text.rpartition("@")
    whole = bool(before and at and "." in after and len(text) <= TEXT_MAX)
    # An address becomes part of a `mailto:` link and of a line: no space, no control sign.
    return whole and text.isprintable() and " " not in text
