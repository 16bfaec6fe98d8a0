"""A whole file of contacts at once: first only looked at, then taken, by right and with a line in the log (3.3-p)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum

from cordboard.app.address_book import RESOURCE, AddressBook
from cordboard.app.administration.administration import Actor
from cordboard.app.administration.audit import Action, AuditEntry
from cordboard.app.contact_files import BadRow, read_csv, read_vcards
from cordboard.app.contacts import Contact, ContactId, WrongContact, folded
from cordboard.app.ports import Directory
from cordboard.core.types import Instant, Right

AT_ONCE = 500
"""Contacts of one transaction, with a line of the log: calls are written down between them."""


class FileFormat(Enum):
    """Of a file of contacts."""

    CSV = "csv"
    VCARD = "vcard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file, or would."""

    added: int
    changed: int
    same: int
    """There already, with nothing different."""
    bad: tuple[BadRow, ...]
    """Every one; they are left out."""
    done: bool
    """False: nothing has changed."""


async def import_contacts(
    book: AddressBook,
    actor: Actor,
    directory: Directory,
    text: str,
    *,
    format: FileFormat,
    dry_run: bool,
    now: Instant,
) -> Imported:
    """Take every good row of a file; bad ones are told and left out.

    Raises:
        NoRight: nothing was done.
        StorageFailure: what was stored before stays, and stands in the log; the same file again takes the rest.
    """
    actor.require(Right.CONTACTS)
    # Reading a hundred thousand numbers takes seconds; calls come in meanwhile.
    good, bad = await asyncio.to_thread(_judged, book, actor, directory, text, format)
    added, changed, same = 0, 0, 0
    for start in range(0, len(good), AT_ONCE):
        part = good[start : start + AT_ONCE]
        there = await book.contacts.those(actor.organisation, [contact.id for contact in part])
        new = [contact for contact in part if there.get(contact.id) != contact]
        changes = sum(contact.id in there for contact in new)
        added += len(new) - changes
        changed += changes
        same += len(part) - len(new)
        if new and not dry_run:
            line = _line(actor, now, added=len(new) - changes, changed=changes)
            await book.contacts.save_many(actor.organisation, new, log=[line])
    return Imported(added=added, changed=changed, same=same, bad=tuple(bad), done=not dry_run)


def _judged(
    book: AddressBook, actor: Actor, directory: Directory, text: str, format: FileFormat
) -> tuple[list[Contact], list[BadRow]]:
    groups = {folded(group.name): group.id for group in directory.groups}
    rows = read_csv(text, groups) if format is FileFormat.CSV else read_vcards(text, groups)
    good: dict[ContactId, Contact] = {}
    bad: list[BadRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        elif row.id in good:
            bad.append(BadRow(line=row.line, reason="twice"))
        else:
            try:
                good[row.id] = book.read(actor, row.id, row.draft)
            except WrongContact as wrong:
                bad.append(BadRow(line=row.line, reason=wrong.field))
    return list(good.values()), bad


def _line(actor: Actor, now: Instant, *, added: int, changed: int) -> AuditEntry:
    return AuditEntry(
        organisation=actor.organisation,
        at=now,
        user=actor.user or "",
        user_name=actor.name,
        action=Action.IMPORT,
        resource=RESOURCE,
        thing="",
        name=str(added + changed),
        after={"added": added, "changed": changed},
    )


def names_of_groups(directory: Directory) -> dict[str, str]:
    """By id."""
    return {group.id: group.name for group in directory.groups}
