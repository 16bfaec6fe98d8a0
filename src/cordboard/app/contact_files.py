"""Contacts in files: CSV and vCard, read and written (3.3-p).

A file comes from anywhere, so each row is judged by itself, and a bad one is told by its line. Numbers may be in any
notation. What is written here is read here again without loss, in the organisation that it is of: who is internal
and in which group stands in a card as well, in properties of our own.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import vobject  # type: ignore[import-untyped]

from cordboard.app.address_book import Draft
from cordboard.app.contacts import Contact, ContactId, folded
from cordboard.app.numbers import SHORT_DIGITS_MAX
from cordboard.app.spreadsheets import harmless, plain

BETWEEN = "|"
"""Between several numbers or addresses in one cell."""
COLUMNS = ("id", "name", "function", "numbers", "addresses", "internal", "group")
"""As written, in this order."""
CARD_INTERNAL, CARD_GROUP = "x-cordboard-internal", "x-cordboard-group"
"""What no vCard has a property for; other programs keep these as they are (RFC 6350, 6.10)."""
_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("id",), "id"),
    **dict.fromkeys(("name", "naam", "full name", "display name", "weergavenaam"), "name"),
    **dict.fromkeys(("first name", "given name", "voornaam"), "first"),
    **dict.fromkeys(("last name", "family name", "achternaam"), "last"),
    **dict.fromkeys(("function", "functie", "company", "bedrijf", "organization", "title"), "function"),
    **dict.fromkeys(
        (
            "number",
            "numbers",
            "nummer",
            "nummers",
            "phone",
            "telephone",
            "telefoon",
            "telefoonnummer",
            "mobile",
        ),
        "numbers",
    ),
    **dict.fromkeys(("mobiel", "business phone", "mobile phone", "home phone", "tel"), "numbers"),
    **dict.fromkeys(
        ("address", "addresses", "e-mail", "email", "mail", "e-mailadres", "e-mail address"), "addresses"
    ),
    **dict.fromkeys(("internal", "intern"), "internal"),
    **dict.fromkeys(("group", "groep"), "group"),
}
_BROKEN = (vobject.base.VObjectError, ValueError, LookupError, AttributeError, TypeError)
"""What the library raises at cards that are none; whatever it is, that card is told and the next one is read."""
_YES = {"1", "yes", "ja", "true", "waar", "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One contact of a file, not judged yet."""

    line: int
    """Where it begins, from 1."""
    id: ContactId
    """The same for the same contact whenever the file is read again."""
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """Why one cannot be taken."""

    line: int
    reason: str
    """`name`, `function`, `numbers`, `addresses`, `group`: that field; `columns`: more cells than the head;
    `unreadable`: no card, or a quote that has no end; `twice`: stands in the file already; `directory`: comes from
    a directory (LDAP), which alone changes it; `head`: no column has a name that is known."""


def read_csv(text: str, groups: Mapping[str, str]) -> Iterator[FileRow | BadRow]:
    """Rows below a head that names the columns, in Dutch or English, in any order; others are not looked at.

    Args:
        text: separated by comma, semicolon or tab, whichever the head has most of.
        groups: ids by folded name, and by id.
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    named = [_ALIASES.get(folded(cell).strip("*:")) for cell in next(_rows(reader), None) or ()]
    if not {"name", "first", "last"} & set(named):
        yield BadRow(line=1, reason="head")
        return
    line = reader.line_num + 1
    for cells in _rows(reader):
        begun, line = line, reader.line_num + 1
        if cells is None:
            yield BadRow(line=begun, reason="unreadable")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(named):
            yield BadRow(line=begun, reason="columns")
            continue
        row: dict[str, list[str]] = {}
        for column, cell in zip(named, cells, strict=False):
            if column is not None and cell.strip():
                row.setdefault(column, []).append(plain(cell.strip()))
        yield _row(begun, row, groups)


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """None: the reader gave up on a cell that is larger than any it takes, and goes on at the line after that."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def read_vcards(text: str, groups: Mapping[str, str]) -> Iterator[FileRow | BadRow]:
    """Cards of the versions 2.1, 3.0 and 4.0 (RFC 6350), as telephones and mail programs write them, and our own.

    Args:
        groups: ids by folded name.
    """
    begun, lines = 0, list[str]()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.strip().upper() == "BEGIN:VCARD":
            if lines:
                yield BadRow(line=begun, reason="unreadable")
            begun, lines = number, [line.strip()]
        elif lines:
            lines.append(line)
            if line.strip().upper() == "END:VCARD":
                yield _card(begun, "\r\n".join(lines) + "\r\n", groups)
                lines = []
        elif line.strip():
            yield BadRow(line=number, reason="unreadable")
    if lines:
        yield BadRow(line=begun, reason="unreadable")


def write_csv(contacts: Iterable[Contact], groups: Mapping[str, str], *, head: bool = True) -> str:
    """With every column that is read; `groups`: names by id."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if head:
        writer.writerow(COLUMNS)
    for one in contacts:
        numbers, addresses = BETWEEN.join(map(_number, one.numbers)), BETWEEN.join(one.addresses)
        group = groups.get(one.group, "") if one.group is not None else ""
        cells = (one.id, one.name, one.function, numbers, addresses, "1" if one.internal else "", group)
        writer.writerow(cell if cell == numbers else harmless(cell) for cell in cells)
    return out.getvalue()


def write_vcards(contacts: Iterable[Contact], groups: Mapping[str, str]) -> str:
    """Version 3.0, which everything reads; `groups`: names by id."""
    return "".join(_write_card(contact, groups) for contact in contacts)


def _row(line: int, row: dict[str, list[str]], groups: Mapping[str, str]) -> FileRow | BadRow:
    name = " ".join(row["name"] if "name" in row else [*row.get("first", []), *row.get("last", [])])
    group = " ".join(row.get("group", ()))
    known = groups.get(folded(group)) if group else None
    if group and known is None:
        return BadRow(line=line, reason="group")
    draft = Draft(
        name=name,
        function=", ".join(row.get("function", ())),
        numbers=_parts(row.get("numbers", ())),
        addresses=_parts(row.get("addresses", ())),
        internal=known is not None or any(folded(cell) in _YES for cell in row.get("internal", ())),
        group=known,
    )
    return FileRow(line=line, id=_id(row.get("id", [""])[0], draft), draft=draft)


def _card(line: int, text: str, groups: Mapping[str, str]) -> FileRow | BadRow:
    try:
        card = vobject.readOne(text)
        values = {name: list(found) for name, found in card.contents.items()}
        name = str(card.fn.value) if "fn" in values else str(card.n.value) if "n" in values else ""
        companies = [" ".join(part for part in org.value if part) for org in values.get("org", ())]
        titles = [str(title.value) for title in values.get("title", ())]
        group = str(values[CARD_GROUP][0].value) if CARD_GROUP in values else ""
        known = groups.get(folded(group)) if group else None
        draft = Draft(
            name=name,
            function=", ".join(part for part in (*titles, *companies) if part),
            numbers=_parts(_by_preference(values.get("tel", ()))),
            addresses=_parts(_by_preference(values.get("email", ()))),
            internal=CARD_INTERNAL in values,
            group=known,
        )
        uid = str(values["uid"][0].value) if "uid" in values else ""
    except _BROKEN:
        return BadRow(line=line, reason="unreadable")
    if group and known is None:
        return BadRow(line=line, reason="group")
    return FileRow(line=line, id=_id(uid.removeprefix("urn:cordboard:"), draft), draft=draft)


def _by_preference(found: Iterable[object]) -> list[str]:
    """The preferred one first (TYPE=pref before version 4, PREF=1 since)."""

    def rank(one: object) -> int:
        said: dict[str, list[str]] = getattr(one, "params", {})
        if "PREF" in said:
            return int(said["PREF"][0]) if said["PREF"] and said["PREF"][0].isdigit() else 1
        # Version 2.1 has the kinds bare, without TYPE.
        kinds = [*said.get("TYPE", ()), *getattr(one, "singletonparams", ())]
        return 1 if any(kind.lower() == "pref" for kind in kinds) else 101

    return [str(getattr(one, "value", "")).removeprefix("tel:") for one in sorted(found, key=rank)]


def _write_card(contact: Contact, groups: Mapping[str, str]) -> str:
    card = vobject.vCard()
    card.add("fn").value = contact.name
    first, _, last = contact.name.rpartition(" ")
    card.add("n").value = vobject.vcard.Name(family=last, given=first)
    card.add("uid").value = f"urn:cordboard:{contact.id}"
    if contact.function:
        card.add("title").value = contact.function
    for kind, values in (("tel", map(_number, contact.numbers)), ("email", contact.addresses)):
        for place, value in enumerate(values):
            line = card.add(kind)
            line.value = value
            line.type_param = ["WORK" if kind == "tel" else "INTERNET", *(["pref"] if place == 0 else [])]
    if contact.internal:
        card.add(CARD_INTERNAL).value = "1"
        if contact.group is not None and contact.group in groups:
            card.add(CARD_GROUP).value = groups[contact.group]
    return str(card.serialize())


def _id(given: str, draft: Draft) -> ContactId:
    """The given one if it is ours; else one that follows from what the file says, so that it is found again."""
    if given.startswith("c-") and given[2:].isalnum() and len(given) <= 40:
        return ContactId(given)
    first = next(iter((*draft.numbers, *draft.addresses)), "")
    source = given or f"{folded(draft.name)}|{first}"
    return ContactId(f"c-f{hashlib.sha256(source.encode()).hexdigest()[:20]}")


def _parts(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.strip() for cell in cells for part in cell.split(BETWEEN) if part.strip())


def _number(number: str) -> str:
    return number if len(number) <= SHORT_DIGITS_MAX else f"+{number}"
