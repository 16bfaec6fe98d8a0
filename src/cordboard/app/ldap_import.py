"""Contacts of a directory: first only looked at, then taken; later ones changed in their place, gone ones removed.

What a directory gave is told from what people made by its source, and only that is ever touched. Whatever goes wrong on
the way to the directory is told before anything has changed: it is read whole first.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cordboard.app.administration.administration import Actor
from cordboard.app.administration.audit import AuditEntry
from cordboard.app.contact_import import AT_ONCE, BAD_LISTED_MAX, keep, line_of
from cordboard.app.contacts import Contact, ContactId, Contacts, WrongContact, folded, read_contact
from cordboard.app.ldap import (
    ENTRIES_MAX,
    NOT_SAVED,
    BadReason,
    LdapEntry,
    LdapFailure,
    LdapProblem,
    LdapRow,
    LdapRun,
    LdapRuns,
    LdapServers,
)
from cordboard.app.ports import Directory, StorageFailure
from cordboard.core.types import GroupId, Instant, OrganisationId

GONE_MIN = 10
"""Fewer contacts than that may all go without somebody looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """Why one cannot be taken."""

    entry: str
    """Its distinguished name."""
    reason: BadReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapImported:
    """What became of a directory's entries, or would."""

    added: int
    changed: int
    removed: int
    same: int
    bad: tuple[BadEntry, ...]
    """Every one, up to `BAD_LISTED_MAX`; they are left out, and a contact that is there already stays as it is."""
    bad_count: int
    """How many there are."""
    done: bool
    """False: nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    good: list[Contact]
    names: dict[ContactId, str]
    """Of every entry, good or bad: whoever is bad today is not gone."""
    bad: list[BadEntry]
    """The first `BAD_LISTED_MAX`."""
    bad_count: int


class LdapImports:
    """The use-cases; one import of an organisation at a time."""

    def __init__(
        self,
        servers: LdapServers,
        contacts: Contacts,
        runs: LdapRuns,
        directory: Callable[[OrganisationId], Directory],
        now: Callable[[], Instant],
    ) -> None:
        self._servers, self._contacts, self.runs = servers, contacts, runs
        self._directory, self._now = directory, now
        self.running: set[OrganisationId] = set()

    async def take(
        self, actor: Actor, source: LdapRow, *, dry_run: bool, looked_at: bool = True
    ) -> LdapImported:
        """Take every good entry and remove who is no longer there; bad ones are told and left out.

        Args:
            actor: whose name stands in the log; the caller has seen to his right.
            looked_at: somebody could have seen first what would become of it.

        Raises:
            LdapFailure: nothing has changed.
            StorageFailure: what was stored before stays, and stands in the log; the next time takes the rest.
        """
        organisation = actor.organisation
        if organisation in self.running:
            raise LdapFailure(LdapProblem.BUSY)
        self.running.add(organisation)
        try:
            done = await self._take(actor, source, dry_run=dry_run, looked_at=looked_at)
        except LdapFailure as failure:
            if not dry_run:
                run = LdapRun(at=self._now(), problem=failure.problem.value)
                await self.runs.note(organisation, source.id, run)
            raise
        except StorageFailure:
            if not dry_run:
                # What takes no contact may well take this line.
                with contextlib.suppress(StorageFailure):
                    run = LdapRun(at=self._now(), problem=NOT_SAVED)
                    await self.runs.note(organisation, source.id, run)
            raise
        finally:
            self.running.discard(organisation)
        if not dry_run:
            run = LdapRun(
                at=self._now(),
                added=done.added,
                changed=done.changed,
                removed=done.removed,
                same=done.same,
                bad=done.bad_count,
            )
            await self.runs.note(organisation, source.id, run)
        return done

    async def _take(self, actor: Actor, source: LdapRow, *, dry_run: bool, looked_at: bool) -> LdapImported:
        organisation = actor.organisation
        entries = await self._servers.entries(source, ENTRIES_MAX)
        # Reading thousands of numbers takes seconds; calls come in meanwhile.
        judged = await asyncio.to_thread(judge, self._directory(organisation), source, entries)
        known = await self._known(organisation, source.id)
        gone = [contact for contact in known if contact not in judged.names]
        if known and not entries:
            raise LdapFailure(LdapProblem.NOBODY)
        if not looked_at and len(gone) > max(len(known) // 2, GONE_MIN):
            raise LdapFailure(LdapProblem.MOST_GONE)

        def log(*, added: int = 0, changed: int = 0, removed: int = 0) -> AuditEntry:
            return line_of(
                actor, self._now(), added=added, changed=changed, removed=removed, source=source.id
            )

        kept = await keep(self._contacts, organisation, judged.good, dry_run=dry_run, log=log)
        if not dry_run:
            await self._remove(organisation, source.id, gone, log)
        left = kept.elsewhere[: BAD_LISTED_MAX - len(judged.bad)]
        taken = [BadEntry(entry=judged.names[one], reason="taken") for one in left]
        return LdapImported(
            added=kept.added,
            changed=kept.changed,
            removed=len(gone),
            same=kept.same,
            bad=(*judged.bad, *taken),
            bad_count=judged.bad_count + len(kept.elsewhere),
            done=not dry_run,
        )

    async def tidy(self, organisation: OrganisationId) -> None:
        """Contacts of directories that were taken away go too.

        Raises:
            StorageFailure: some are still there.
        """
        kept = {source.id for source in self._directory(organisation).ldap}
        actor = server_at(organisation)
        for source in sorted(await self._contacts.sources(organisation) - kept):

            def log(*, removed: int, source: str = source) -> AuditEntry:
                return line_of(actor, self._now(), removed=removed, source=source)

            known = await self._known(organisation, source)
            await self._remove(organisation, source, known, log)

    async def _known(self, organisation: OrganisationId, source: str) -> list[ContactId]:
        known: list[ContactId] = []
        while True:
            after = known[-1] if known else None
            part = await self._contacts.of_source(organisation, source, after=after, limit=AT_ONCE)
            known += part
            if len(part) < AT_ONCE:
                return known

    async def _remove(
        self,
        organisation: OrganisationId,
        source: str,
        gone: Sequence[ContactId],
        log: Callable[..., AuditEntry],
    ) -> None:
        for start in range(0, len(gone), AT_ONCE):
            part = gone[start : start + AT_ONCE]
            line = log(removed=len(part))
            await self._contacts.delete_many(organisation, source, part, log=[line])


def server_at(organisation: OrganisationId) -> Actor:
    """Nobody: it is done by itself."""
    return Actor(organisation=organisation, user=None, name="", rights=frozenset())


def judge(directory: Directory, source: LdapRow, entries: Iterable[LdapEntry]) -> _Judged:
    """Entries as contacts, as far as they can be."""
    groups = {folded(group.name): group.id for group in directory.groups}
    good: dict[ContactId, Contact] = {}
    names: dict[ContactId, str] = {}
    bad: list[BadEntry] = []
    bad_count = 0
    for entry in entries:
        id_ = _id(source, entry)
        reason: BadReason = "twice"
        if id_ not in names:
            names[id_] = entry.name
            try:
                good[id_] = _contact(id_, directory, source, entry, groups)
                continue
            except WrongContact as wrong:
                reason = _REASONS[wrong.field]
        bad_count += 1
        if bad_count <= BAD_LISTED_MAX:
            bad.append(BadEntry(entry=entry.name, reason=reason))
    return _Judged(good=list(good.values()), names=names, bad=bad, bad_count=bad_count)


_REASONS: dict[str, BadReason] = {
    "name": "name",
    "function": "function",
    "numbers": "numbers",
    "addresses": "addresses",
}


def _id(source: LdapRow, entry: LdapEntry) -> ContactId:
    words = f"{source.id}|{entry.key}"
    return ContactId(f"c-l{hashlib.sha256(words.encode()).hexdigest()[:20]}")


def _contact(
    id_: ContactId, directory: Directory, source: LdapRow, entry: LdapEntry, groups: dict[str, GroupId]
) -> Contact:
    def all_of(attributes: Sequence[str]) -> list[str]:
        said = (value.strip() for name in attributes for value in entry.values.get(name.lower(), ()))
        return list(dict.fromkeys(value for value in said if value))

    group = all_of([source.group_attribute]) if source.group_attribute is not None else []
    read = read_contact(
        id_,
        name=next(iter(all_of(source.name_attributes)), ""),
        function=", ".join(all_of(source.function_attributes)),
        numbers=all_of(source.number_attributes),
        addresses=all_of(source.address_attributes),
        country=directory.organisation.country,
        internal=source.internal,
        group=next((groups[folded(name)] for name in group if folded(name) in groups), None),
    )
    return replace(read, source=source.id)
