"""What the address book says over REST, beside `cordboard.web.rest`, whose head names the routes."""

from __future__ import annotations

from typing import Literal

import msgspec


class ContactFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact as somebody fills it in; of numbers and addresses the first is the primary one (3.3-l)."""

    name: str
    function: str = ""
    numbers: list[str] = []
    """In any notation."""
    addresses: list[str] = []
    internal: bool = False
    """Of the own organisation, without a log-in (3.3-p)."""
    group: str | None = None
    """Where somebody internal works."""


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be called; colleagues with a log-in are not among them."""

    id: str
    name: str
    function: str
    numbers: list[str]
    """E.164 without plus; the first is the primary one."""
    addresses: list[str]
    internal: bool
    group: str | None
    source: str | None
    """Id of the directory (LDAP) that it comes from, which alone changes it; None: it was made here."""
    version: str
    """For `If-Match`."""


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """Both by shown name; a favourite that is found stands in both."""

    favourites: list[ContactRow]
    colleagues: list[str]
    """Ids of the colleagues who have my star."""
    found: list[ContactRow]
    """At most 50; empty below 3 characters or 2 digits."""
    found_colleagues: list[str]
    """Ids of the colleagues whose own outside number was typed, or how it begins; consoles do not have those numbers,
    and find colleagues by everything else themselves."""
    barred: dict[str, str]
    """Which of their numbers this person may not call: "national", "international" or "premium"."""


class ContactFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of contacts, to be looked at or taken."""

    format: Literal["csv", "vcard"]
    text: str
    dry_run: bool = True
    """Only say what would become of it."""


class BadContact(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be taken."""

    line: int
    """Of the file, from 1."""
    reason: Literal[
        "name",
        "function",
        "numbers",
        "addresses",
        "group",
        "columns",
        "unreadable",
        "twice",
        "directory",
        "head",
    ]
    """A field that cannot be so; more cells than columns; no card; in the file already; comes from a directory, which
    alone changes it; no column that is known."""


class ContactsImported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the file, or would."""

    done: bool
    added: int
    changed: int
    same: int
    bad: list[BadContact]
    """All of them, up to 200,000; they are left out."""
    bad_count: int
    """How many there are."""


class BadLdapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a directory that cannot be taken."""

    entry: str
    """Its distinguished name."""
    reason: Literal["name", "function", "numbers", "addresses", "twice", "taken"]
    """A field that cannot be so; stands there twice; a contact that was made here has its place."""


class LdapImported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a directory's entries, or would."""

    done: bool
    added: int
    changed: int
    removed: int
    """Contacts of it that it no longer has."""
    same: int
    bad: list[BadLdapEntry]
    """All of them; they are left out, and a contact that is there already stays as it is."""
    bad_count: int
    """How many there are."""


class ContactGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A department or location, for the left bar of the address book (3.3-b)."""

    id: str
    name: str
    people: list[str]
    """Ids of the colleagues who may work for it."""


class ContactGroups(msgspec.Struct, frozen=True, kw_only=True):
    """All of the organisation, by name."""

    groups: list[ContactGroup]
