"""Contacts in files, as telephones, mail programs and spreadsheets write them."""

from __future__ import annotations

import pytest

from cordboard.app.address_book import Draft
from cordboard.app.contact_files import BadRow, FileRow, read_csv, read_vcards, write_csv, write_vcards
from cordboard.app.contacts import Contact, ContactId, WrongContact, read_contact
from cordboard.app.spreadsheets import harmless, plain
from cordboard.core.types import GroupId

GROUPS = {"enschede": "g-enschede"}

VCARDS = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Y=C4=B1ld=C4=B1z;J=C3=BCrgen
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen Y=C4=B1ld=C4=B1z
TEL;HOME:053 480 09 37
TEL;CELL;PREF:06-12345678
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Anne de Boer
ORG:Bakker B.V.;Inkoop
TITLE:Inkoper
item1.TEL;type=WORK;type=pref:+31 20 123 45 67
EMAIL;TYPE=INTERNET:anne@bakker.exam
 ple
UID:een-twee
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Zoë
TEL;VALUE=uri;PREF=1:tel:+49-30-123456
TEL;VALUE=uri;PREF=2:tel:+31201234567
END:VCARD
"""


def drafts(rows: list[FileRow | BadRow]) -> list[Draft]:
    """Of a file without bad rows."""
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [row.draft for row in rows if isinstance(row, FileRow)]


@pytest.mark.rule("3.3-p")
def test_cards_of_every_version_are_read_with_the_preferred_number_first() -> None:
    """2.1 with its own letters, 3.0 with folded lines, 4.0 with addresses for numbers."""
    rows = list(read_vcards(VCARDS, GROUPS))

    jurgen, anne, zoe = drafts(rows)
    assert (jurgen.name, jurgen.numbers) == ("Jürgen Yıldız", ("06-12345678", "053 480 09 37"))
    assert (anne.function, anne.addresses) == ("Inkoper, Bakker B.V. Inkoop", ("anne@bakker.example",))
    assert zoe.numbers == ("+49-30-123456", "+31201234567")
    assert [row.line for row in rows] == [1, 8, 18]
    assert list(read_vcards(VCARDS, GROUPS)) == rows, "the same file has the same contacts"


def test_what_is_no_card_is_told_by_its_line_and_the_others_are_read() -> None:
    """A card without an end, one that is broken, words between them."""
    text = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Half\n"
        + VCARDS
        + "los\nBEGIN:VCARD\nwat is dit\nEND:VCARD\nBEGIN:VCARD\n"
    )

    bad = [row for row in read_vcards(text, GROUPS) if isinstance(row, BadRow)]
    good = [row for row in read_vcards(text, GROUPS) if isinstance(row, FileRow)]

    assert [(row.line, row.reason) for row in bad] == [
        (1, "unreadable"),
        (27, "unreadable"),
        (28, "unreadable"),
        (31, "unreadable"),
    ]
    assert [row.draft.name for row in good] == ["Jürgen Yıldız", "Anne de Boer", "Zoë"]


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_columns_are_known_by_their_names_in_any_order(between: str) -> None:
    """Dutch or English; several columns of one kind, several values in a cell; unknown ones are not looked at."""
    head = between.join(("E-mail", "Voornaam", "Achternaam", "Telefoon", "Schoenmaat", "Mobiel", "Groep"))
    row = between.join(
        ("a@b.nl|c@d.nl", "Anne", '"de ""Boer"""', "053 4800937", "38", "0612345678", "Enschede")
    )

    [draft] = drafts(list(read_csv(f"\ufeff{head}\r\n\r\n{row}\r\n", GROUPS)))

    assert draft == Draft(
        name='Anne de "Boer"',
        numbers=("053 4800937", "0612345678"),
        addresses=("a@b.nl", "c@d.nl"),
        internal=True,
        group="g-enschede",
    )


def test_a_bad_row_is_told_by_the_line_on_which_it_begins() -> None:
    """Also after a cell of several lines; a file without a known head is told at once."""
    text = 'naam,groep\n"Anne\nde Boer",\nPiet,,te veel\nJan,Nergens\n'

    rows = list(read_csv(text, GROUPS))

    assert [(row.line, row.reason) for row in rows if isinstance(row, BadRow)] == [
        (4, "columns"),
        (5, "group"),
    ]
    assert list(read_csv("wat,is,dit\n1,2,3\n", GROUPS)) == [BadRow(line=1, reason="head")]
    assert list(read_csv("", GROUPS)) == [BadRow(line=1, reason="head")]


@pytest.mark.parametrize("head", ["naam,functie\n", ""])
def test_a_quote_without_an_end_costs_its_rows_and_no_others(head: str) -> None:
    """The reader of such files gives up at a cell of 128 KiB; what it read until then is told by its line."""
    text = f'{head}Anne,"Inkoop\n' + "Piet,Verkoop\n" * 12_000 + "Jan,Magazijn\n"

    rows = list(read_csv(text, GROUPS))

    bad = [row for row in rows if isinstance(row, BadRow)]
    names = [row.draft.name for row in rows if isinstance(row, FileRow)]
    if head:
        assert bad == [BadRow(line=2, reason="unreadable")]
        assert 0 < len(names) < 12_001 and names[-1] == "Jan"
    else:
        assert rows == [BadRow(line=1, reason="head")]


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("format", ["csv", "vcard"])
def test_what_is_written_is_read_again_without_loss(format: str) -> None:
    """With the same id; a name that a spreadsheet would work out is harmless in between."""
    contact = Contact(
        id=ContactId("c-12ab"),
        name='=2+3 "Jürgen"; Yıldız, jr',
        function="@Inkoper",
        numbers=("31534800937", "203"),
        addresses=("j@b.example", "y@b.example"),
        internal=True,
        group=GroupId("g-enschede"),
    )
    write = write_csv if format == "csv" else write_vcards
    text = write([contact], {"g-enschede": "Enschede"})

    [row] = read_csv(text, GROUPS) if format == "csv" else read_vcards(text, GROUPS)

    assert isinstance(row, FileRow)
    draft = row.draft
    again = read_contact(
        row.id,
        name=draft.name,
        function=draft.function,
        numbers=list(draft.numbers),
        addresses=list(draft.addresses),
        country="nl",
        internal=draft.internal,
        group=GroupId(draft.group) if draft.group else None,
    )
    assert again == contact
    assert not any(cell.startswith(("=", "@")) for cell in text.replace("\r\n", ",").split(","))


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("text", ["'=2+3", "''s", "'s-Gravenhage", "'", "=2+3", "-", "'" * 3 + "@x", "Jan"])
def test_a_cell_is_harmless_in_a_spreadsheet_and_comes_back_as_it_was(text: str) -> None:
    """Also when it begins with the sign by which the others are made harmless."""
    assert plain(harmless(text)) == text
    assert harmless(text)[0] not in "=+-@\t\r"


@pytest.mark.rule("3.3-p")
def test_a_card_with_a_group_that_is_not_there_is_told() -> None:
    """As a row is; a card that came from elsewhere is of somebody external, whatever its categories are."""
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Anne\n{}\nEND:VCARD\n"

    assert list(read_vcards(card.format("X-CORDBOARD-GROUP:Nergens"), GROUPS)) == [
        BadRow(line=1, reason="group")
    ]
    [elsewhere] = drafts(list(read_vcards(card.format("CATEGORIES:Enschede"), GROUPS)))
    assert (elsewhere.internal, elsewhere.group) == (False, None)


@pytest.mark.rule("3.3-p")
def test_an_address_has_nothing_in_it_that_stands_between_two() -> None:
    """It would be two when the file is read again."""
    with pytest.raises(WrongContact):
        read_contact(
            ContactId("c-1"), name="Jan", function="", numbers=[], addresses=["a|b@c.nl"], country="nl"
        )


@pytest.mark.rule("3.3-p")
@pytest.mark.parametrize("sign", ["\0", "\a", "\x7f", "\u202e", "\ufeff"])
@pytest.mark.parametrize("field", ["name", "function"])
def test_what_nobody_can_read_is_in_no_name_and_no_function(field: str, sign: str) -> None:
    """PostgreSQL keeps no zero, and one row of a file would stop all that are stored with it."""
    name, function = (f"a{sign}b" if field == one else "Jan" for one in ("name", "function"))

    with pytest.raises(WrongContact) as wrong:
        read_contact(ContactId("c-1"), name=name, function=function, numbers=[], addresses=[], country="nl")

    assert wrong.value.field == field
