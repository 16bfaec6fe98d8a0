"""A whole file of contacts at once: first only looked at, then taken, by right and with a line in the log (3.3-p)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cordboard.app.address_book import RESOURCE, AddressBook
from cordboard.app.administration.administration import Actor
from cordboard.app.administration.audit import Action, AuditEntry
from cordboard.app.contact_files import BadRow, FileRow, read_csv, read_vcards
from cordboard.app.contacts import Contact, ContactId, Contacts, WrongContact, folded
from cordboard.app.ports import Directory
from cordboard.core.types import Instant, OrganisationId, Right

AT_ONCE = 500
"""Contacts of one transaction, with a line of the log: calls are written down between them."""

BAD_LISTED_MAX = 200_000
"""Bad rows that are told one by one, in an answer of some 8 MB: all of a file of contacts (20 MB of them have some
150,000 rows), and of a directory. A file of something else has millions, which nobody reads."""
_BUSY = threading.Lock()
"""A whole file, and what is made of it, is in memory once at a time."""


class ImportBusy(Exception):
    """Another file is being read; nothing was done."""


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
    """Every one, up to `BAD_LISTED_MAX`; they are left out."""
    bad_count: int
    """How many there are."""
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
        ImportBusy: another file is being read, of whichever organisation; nothing was done.
        StorageFailure: what was stored before stays, and stands in the log; the same file again takes the rest.
    """
    actor.require(Right.CONTACTS)
    if not _BUSY.acquire(blocking=False):
        raise ImportBusy
    try:
        return await _imported(book, actor, directory, text, format=format, dry_run=dry_run, now=now)
    finally:
        _BUSY.release()


async def _imported(
    book: AddressBook,
    actor: Actor,
    directory: Directory,
    text: str,
    *,
    format: FileFormat,
    dry_run: bool,
    now: Instant,
) -> Imported:
    # Reading a hundred thousand numbers takes seconds; calls come in meanwhile.
    good, lines, bad, bad_count = await asyncio.to_thread(_judged, book, actor, directory, text, format)

    def log(*, added: int, changed: int) -> AuditEntry:
        return line_of(actor, now, added=added, changed=changed)

    kept = await keep(book.contacts, actor.organisation, good, dry_run=dry_run, log=log)
    bad_count += len(kept.elsewhere)
    bad = await asyncio.to_thread(_with_elsewhere, bad, [lines[contact] for contact in kept.elsewhere])
    return Imported(
        added=kept.added,
        changed=kept.changed,
        same=kept.same,
        bad=tuple(bad),
        bad_count=bad_count,
        done=not dry_run,
    )


def _with_elsewhere(bad: list[BadRow], elsewhere: list[int]) -> list[BadRow]:
    """Also the rows that others have the say about, in the order of the file; the first `BAD_LISTED_MAX`."""
    bad = bad + [BadRow(line=line, reason="directory") for line in elsewhere]
    return sorted(bad, key=lambda row: row.line)[:BAD_LISTED_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of contacts, or would."""

    added: int
    changed: int
    same: int
    elsewhere: tuple[ContactId, ...]
    """Left alone: who is there with that id comes from somewhere else."""


async def keep(
    contacts: Contacts,
    organisation: OrganisationId,
    good: Sequence[Contact],
    *,
    dry_run: bool,
    log: Callable[..., AuditEntry],
) -> Kept:
    """Store those that are new or different, a part at a time.

    Args:
        log: makes the line of the log for `added` and `changed` ones.

    Raises:
        StorageFailure: what was stored before stays, and stands in the log.
    """
    added, changed, same = 0, 0, 0
    elsewhere: list[ContactId] = []
    for start in range(0, len(good), AT_ONCE):
        part = good[start : start + AT_ONCE]
        there = await contacts.those(organisation, [contact.id for contact in part])
        others = [one.id for one in part if one.id in there and there[one.id].source != one.source]
        elsewhere += others
        new = [one for one in part if there.get(one.id) != one and one.id not in others]
        changes = sum(contact.id in there for contact in new)
        added += len(new) - changes
        changed += changes
        same += len(part) - len(new) - len(others)
        if new and not dry_run:
            line = log(added=len(new) - changes, changed=changes)
            await contacts.save_many(organisation, new, log=[line])
    return Kept(added=added, changed=changed, same=same, elsewhere=tuple(elsewhere))


def _judged(
    book: AddressBook, actor: Actor, directory: Directory, text: str, format: FileFormat
) -> tuple[list[Contact], Mapping[ContactId, int], list[BadRow], int]:
    """The good ones with the lines they stand in, the first bad ones, and how many bad ones there are."""
    groups = {folded(group.name): group.id for group in directory.groups}
    rows = read_csv(text, groups) if format is FileFormat.CSV else read_vcards(text, groups)
    good: dict[ContactId, Contact] = {}
    lines: dict[ContactId, int] = {}
    bad: list[BadRow] = []
    bad_count = 0
    for row in rows:
        judged = _row(book, actor, row, good)
        if isinstance(judged, Contact):
            good[judged.id], lines[judged.id] = judged, row.line
            continue
        bad_count += 1
        if bad_count <= BAD_LISTED_MAX:
            bad.append(judged)
    return list(good.values()), lines, bad, bad_count


def _row(
    book: AddressBook, actor: Actor, row: FileRow | BadRow, good: Mapping[ContactId, Contact]
) -> Contact | BadRow:
    if isinstance(row, BadRow):
        return row
    if row.id in good:
        return BadRow(line=row.line, reason="twice")
    try:
        return book.read(actor, row.id, row.draft)
    except WrongContact as wrong:
        return BadRow(line=row.line, reason=wrong.field)


def line_of(
    actor: Actor, now: Instant, *, added: int = 0, changed: int = 0, removed: int = 0, source: str = ""
) -> AuditEntry:
    """A line of the log.

    Args:
        source: id of the directory that they come from; empty: a file.
    """
    after = {"added": added, "changed": changed} | ({"removed": removed} if source else {})
    return AuditEntry(
        organisation=actor.organisation,
        at=now,
        user=actor.user or "",
        user_name=actor.name,
        action=Action.IMPORT,
        resource=RESOURCE,
        thing=source,
        name=str(added + changed + removed),
        after=after,
    )


def names_of_groups(directory: Directory) -> dict[str, str]:
    """By id."""
    return {group.id: group.name for group in directory.groups}
