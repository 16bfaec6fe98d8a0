"""The address book: who is in it, how they are found, and whose favourites they are (manual 3.3).

Colleagues who have a log-in are not in it: the console knows them by themselves, with their status. Statements
3.3-f, 3.3-l to 3.3-r; D19.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import NewType, Protocol

from cordboard.app.administration.audit import AuditEntry
from cordboard.app.numbers import SHORT_DIGITS_MAX, read_number, without_country
from cordboard.app.ports import Directory
from cordboard.core.types import GroupId, OrganisationId, UserId

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
WORDS_MAX = 8
"""Of a search; the others are not looked at."""

_MARKS_ALONE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart, though people type them without."""
_NUMBER_ONLY = re.compile(r"[\d\s+().\-/]+")
_NATIONAL_ZERO = re.compile(r"\(0\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who can be called: outside the house, or inside it without a log-in of his own."""

    id: ContactId
    name: str
    """First name first, as it is shown (3.3-n)."""
    function: str = ""
    """What somebody is there for, or of which company."""
    numbers: tuple[str, ...] = ()
    """E.164 without plus, or an extension; the first is the primary one (3.3-l)."""
    addresses: tuple[str, ...] = ()
    """Of mail; the first is the primary one (3.3-l)."""
    internal: bool = False
    """Of the own organisation (3.3-j)."""
    group: GroupId | None = None
    """Where somebody internal works (3.3-b); None: nowhere in particular, or external."""
    source: str | None = None
    """Id of the directory that it comes from, which alone changes it; None: somebody made it here."""

    @property
    def version(self) -> str:
        """Another one whenever anything of it is different."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom the bars above the list let through (D19)."""

    external: bool = True
    internal: bool = True
    groups: frozenset[GroupId] | None = None
    """Of the internal ones: who works there; None: everybody. External ones ignore it."""
    names: Mapping[GroupId, str] = field(default_factory=dict)
    """What groups are called: who works in one is found by its name too (3.3-q)."""


EVERYBODY = Wanted()


class WrongContact(Exception):
    """It cannot be kept so; nothing has changed."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ContactFromDirectory(Exception):
    """It is changed in the directory that it comes from; nothing was done."""


class ContactOutOfDate(Exception):
    """Somebody else changed or deleted it meanwhile; nothing was done."""


class Contacts(Protocol):
    """Keeps the address book of each organisation, and each person's favourites in it."""

    async def save(
        self,
        organisation: OrganisationId,
        contact: Contact,
        *,
        seen: str | None = None,
        log: Sequence[AuditEntry] = (),
    ) -> None:
        """Add it, or replace the one with its id, together with these lines of the log.

        Args:
            seen: the version that is replaced; None: whatever is there.

        Raises:
            ContactOutOfDate: what is there has another version.
        """

    async def save_many(
        self, organisation: OrganisationId, many: Sequence[Contact], *, log: Sequence[AuditEntry] = ()
    ) -> None:
        """All of them or none; with a number of them that one transaction can bear."""

    async def contact(self, organisation: OrganisationId, contact: ContactId) -> Contact | None: ...

    async def of_source(
        self, organisation: OrganisationId, source: str, *, after: ContactId | None, limit: int
    ) -> tuple[ContactId, ...]:
        """Who comes from that directory, by id, a part at a time; `after` is the last one of the part before."""

    async def sources(self, organisation: OrganisationId) -> frozenset[str]:
        """Of which directories there are contacts."""

    async def delete_many(
        self,
        organisation: OrganisationId,
        source: str,
        many: Sequence[ContactId],
        *,
        log: Sequence[AuditEntry] = (),
    ) -> None:
        """Forget those of them that come from that directory; with a number that one transaction can bear."""

    async def delete(
        self,
        organisation: OrganisationId,
        contact: ContactId,
        *,
        seen: str | None = None,
        log: Sequence[AuditEntry] = (),
    ) -> bool:
        """Forget it, as a favourite too; False: there was none.

        Raises:
            ContactOutOfDate: it has another version than `seen`.
        """

    async def search(
        self, organisation: OrganisationId, typed: str, wanted: Wanted = EVERYBODY
    ) -> tuple[Contact, ...]:
        """Who has every word of it, in any order, in name, function, address, number or group; by shown name.

        At most `FOUND_MAX`; nobody when less was typed than `may_search` asks for.
        """

    async def those(self, organisation: OrganisationId, ids: Sequence[ContactId]) -> dict[ContactId, Contact]:
        """Of these the ones that are there; not more ids than one question can bear."""

    async def page(
        self, organisation: OrganisationId, *, after: ContactId | None, limit: int
    ) -> tuple[Contact, ...]:
        """The whole book by id, a part at a time; `after` is the last one of the part before."""

    async def owner(self, organisation: OrganisationId, number: str) -> Contact | None:
        """Whose number this is, as Cordboard keeps it; None: nobody's (3.3-r).

        Of several, who has it highest in the own list of numbers; of those, who is first in the alphabet.
        """

    async def owners(self, organisation: OrganisationId, numbers: Sequence[str]) -> dict[str, Contact]:
        """The same for many numbers; a number that is nobody's is not in it."""

    async def favourites(self, organisation: OrganisationId, user: UserId) -> tuple[Contact, ...]:
        """Of this person, by shown name."""

    async def favourite_colleagues(
        self, organisation: OrganisationId, user: UserId
    ) -> tuple[UserId, ...]: ...

    async def set_favourite(
        self, organisation: OrganisationId, user: UserId, whom: ContactId | UserId, *, on: bool
    ) -> bool:
        """Give or take the star (3.3-m), of a contact or of a colleague; False: there is nobody of that id."""


def folded(text: str) -> str:
    """Without capitals, accents and surplus space: `Yıldız` is found by `yildiz`."""
    if text.isascii():
        return " ".join(text.casefold().split())
    apart = unicodedata.normalize("NFD", text.casefold().translate(_MARKS_ALONE))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def digits_in(typed: str) -> str | None:
    """The digits that were typed, without the notation around them; None: it is no number.

    `+31 (0)53-480` is `3153480`; zeros in front are kept, see `parts_of`.
    """
    if not _NUMBER_ONLY.fullmatch(typed) or not any(c.isdigit() for c in typed):
        return None
    return re.sub(r"\D", "", _NATIONAL_ZERO.sub("", typed))


def bare_digits(typed: str) -> str:
    """The same without the zeros in front, which no number has as it is kept; empty: it is no number."""
    return (digits_in(typed) or "").lstrip("0")


def may_search(typed: str) -> bool:
    """Enough was typed: 3 letters or 2 digits (3.3-f, D19)."""
    digits = digits_in(typed)
    if digits is not None:
        return len(digits) >= DIGITS_MIN and bool(digits.strip("0"))
    return len(folded(typed)) >= LETTERS_MIN


def parts_of(typed: str) -> tuple[str, ...]:
    """What has to stand in `found_by` of who is meant, each of it somewhere.

    A word of three letters is found anywhere, a shorter one at the beginning of a word. The zeros in front of a
    national or foreign number are not part of it as it is kept: `053-480` looks for `53480`, `0031 (0)53` for `3153`.
    Fewer than three digits that are left are looked for where a number begins.
    """
    digits = digits_in(typed)
    words = [digits] if digits is not None else folded(typed).split()[:WORDS_MAX]
    return tuple(_part(word) for word in words)


def _part(word: str) -> str:
    if not (word.isascii() and word.isdigit()):
        return word if len(word) >= LETTERS_MIN else f" {word}"
    bare = word.lstrip("0")
    if len(bare) >= LETTERS_MIN:
        return bare
    return f" {bare}" if len(bare) == DIGITS_MIN else f" {word[-DIGITS_MIN:]}"


def in_groups(parts: Sequence[str], wanted: Wanted) -> Mapping[tuple[str, ...], frozenset[GroupId]]:
    """In which groups some of it stands in the name, by what has to stand in `found_by` of who works there."""
    rests: defaultdict[tuple[str, ...], set[GroupId]] = defaultdict(set)
    for group, name in wanted.names.items() if wanted.internal else ():
        if wanted.groups is not None and group not in wanted.groups:
            continue
        words = f" {folded(name)} "
        rest = tuple(part for part in parts if part not in words)
        if len(rest) < len(parts):
            rests[rest].add(group)
    return {rest: frozenset(groups) for rest, groups in rests.items()}


def found_by(contact: Contact) -> str:
    """Everything by which it is found: each word and each beginning of a number after a space."""
    return _found_by((contact.name, contact.function, *contact.addresses), contact.numbers)


def words_of_colleagues(directory: Directory) -> Mapping[UserId, str]:
    """By what colleagues with an outside number of their own are found; without one there is nobody in it.

    Consoles find colleagues themselves by what they show of them; these numbers they do not have.
    """
    groups = {group.id: group.name for group in directory.groups}
    return {
        user.id: _found_by(
            (user.name, user.extension or "", user.email or "", *(groups.get(g, "") for g in user.groups)),
            sorted(user.numbers),
        )
        for user in directory.users
        if user.numbers and not user.disabled
    }


def colleagues_by_number(words: Mapping[UserId, str], typed: str) -> list[UserId]:
    """Whose number it is, or begins so; what else was typed stands in the name, the address or a group.

    Args:
        words: what `words_of_colleagues` made.
    """
    if not may_search(typed) or not any(c.isdigit() for c in typed):
        return []
    parts = parts_of(typed)
    return [user for user, there in words.items() if all(part in there for part in parts)]


def _found_by(texts: Iterable[str], numbers: Iterable[str]) -> str:
    words = folded(" ".join(texts))
    beginnings: dict[str, None] = {}
    for number in numbers:
        beginnings[number] = None
        if len(number) > SHORT_DIGITS_MAX:
            # As people at home type it; only the beginning, the rest stands in the number itself.
            bare = without_country(number)
            beginnings[bare[:2]] = beginnings[f"0{bare[:1]}"] = None
    return f" {' '.join((words, *beginnings))} "


def read_contact(
    id: ContactId,
    *,
    name: str,
    function: str,
    numbers: list[str],
    addresses: list[str],
    country: str,
    internal: bool = False,
    group: GroupId | None = None,
    kept: Sequence[str] = (),
) -> Contact:
    """A contact as somebody typed it; numbers in any notation, nothing twice.

    Args:
        kept: its numbers as they are; sent back as they were shown, they stay.

    Raises:
        WrongContact: names the first field that cannot be so.
    """
    shown, task = " ".join(name.split()), " ".join(function.split())
    # What nobody can read PostgreSQL cannot keep either: one zero would stop everybody who is stored with it.
    if not shown or len(shown) > TEXT_MAX or not shown.isprintable():
        raise WrongContact("name")
    if len(function) > TEXT_MAX or not task.isprintable():
        raise WrongContact("function")
    found: dict[str, None] = {}
    for number in numbers:
        read = number if number in kept else read_number(number, country)
        if read is None or not read.isascii() or not read.isdigit() or len(read) > 32:
            raise WrongContact("numbers")
        found[read] = None
    mail = dict.fromkeys(address.strip() for address in addresses)
    if any(not _is_address(address) for address in mail):
        raise WrongContact("addresses")
    for what, values in (("numbers", found), ("addresses", mail)):
        if len(values) > VALUES_MAX:
            raise WrongContact(what)
    return Contact(
        id=id,
        name=shown,
        function=task,
        numbers=tuple(found),
        addresses=tuple(mail),
        internal=internal,
        group=group if internal else None,
    )


def _is_address(text: str) -> bool:
    before, at, after = text.rpartition("@")
    whole = bool(before and at and "." in after and len(text) <= TEXT_MAX)
    # An address becomes part of a `mailto:` link and of a line: no space, no control sign, nor what stands between two.
    return whole and text.isprintable() and not {" ", "|"} & set(text)
