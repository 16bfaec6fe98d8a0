"""Who changes the address book: by right, from the version that was seen, with a line in the log (3.3-p, X-b)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cordboard.app.administration.administration import Actor
from cordboard.app.administration.audit import Action, AuditEntry
from cordboard.app.contacts import (
    Contact,
    ContactFromDirectory,
    ContactId,
    ContactOutOfDate,
    Contacts,
    WrongContact,
    read_contact,
)
from cordboard.app.ports import Directory
from cordboard.core.types import GroupId, Instant, OrganisationId, Right

RESOURCE = "contacts"
"""What it is called in the log of changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A contact as somebody typed it, or as it stood in a file."""

    name: str
    function: str = ""
    numbers: tuple[str, ...] = ()
    """In any notation; the first is the primary one."""
    addresses: tuple[str, ...] = ()
    internal: bool = False
    group: str | None = None
    """Id of the group; None: none."""


class AddressBook:
    """The use-cases."""

    def __init__(
        self,
        contacts: Contacts,
        directory: Callable[[OrganisationId], Directory],
        now: Callable[[], Instant],
    ) -> None:
        self.contacts, self._directory, self._now = contacts, directory, now

    def read(self, actor: Actor, id: ContactId, draft: Draft, before: Contact | None = None) -> Contact:
        """As it will be kept.

        Args:
            before: as it is; None: it is new.

        Raises:
            WrongContact: it cannot be kept so.
        """
        directory = self._directory(actor.organisation)
        if draft.group is not None and draft.group not in {group.id for group in directory.groups}:
            raise WrongContact("group")
        return read_contact(
            id,
            name=draft.name,
            function=draft.function,
            numbers=list(draft.numbers),
            addresses=list(draft.addresses),
            country=directory.organisation.country,
            kept=before.numbers if before is not None else (),
            internal=draft.internal,
            group=GroupId(draft.group) if draft.group is not None else None,
        )

    async def add(self, actor: Actor, draft: Draft) -> Contact:
        """A new one.

        Raises:
            NoRight, WrongContact: nothing was done.
        """
        actor.require(Right.CONTACTS)
        contact = self.read(actor, new_id(), draft)
        await self.contacts.save(
            actor.organisation, contact, log=[self._entry(actor, Action.CREATE, None, contact)]
        )
        return contact

    async def change(self, actor: Actor, id: ContactId, version: str, draft: Draft) -> Contact | None:
        """All of its fields; None: there is no such contact.

        Raises:
            NoRight, WrongContact, ContactFromDirectory: nothing was done.
            ContactOutOfDate: somebody else changed it after it was read; nothing was done.
        """
        actor.require(Right.CONTACTS)
        before = await self._seen(actor, id, version)
        if before is None:
            return None
        after = self.read(actor, id, draft, before)
        if after != before:
            log = [self._entry(actor, Action.CHANGE, before, after)]
            await self.contacts.save(actor.organisation, after, seen=version, log=log)
        return after

    async def delete(self, actor: Actor, id: ContactId, version: str) -> bool:
        """Forget it, for everybody; False: there is no such contact.

        Raises:
            NoRight, ContactFromDirectory: nothing was done.
            ContactOutOfDate: somebody else changed it after it was read; nothing was done.
        """
        actor.require(Right.CONTACTS)
        before = await self._seen(actor, id, version)
        if before is None:
            return False
        log = [self._entry(actor, Action.DELETE, before, None)]
        return await self.contacts.delete(actor.organisation, id, seen=version, log=log)

    async def _seen(self, actor: Actor, id: ContactId, version: str) -> Contact | None:
        before = await self.contacts.contact(actor.organisation, id)
        if before is not None and before.version != version:
            raise ContactOutOfDate
        if before is not None and before.source is not None:
            raise ContactFromDirectory
        return before

    def _entry(
        self, actor: Actor, action: Action, before: Contact | None, after: Contact | None
    ) -> AuditEntry:
        """A line of the log: only what differs."""
        contact = after or before
        assert contact is not None
        was, now = _fields(before), _fields(after)
        changed = {name for name in was | now if was.get(name) != now.get(name)}
        return AuditEntry(
            organisation=actor.organisation,
            at=self._now(),
            user=actor.user or "",
            user_name=actor.name,
            action=action,
            resource=RESOURCE,
            thing=contact.id,
            name=contact.name,
            before=None if before is None else {n: v for n, v in was.items() if n in changed},
            after=None if after is None else {n: v for n, v in now.items() if n in changed},
        )


def new_id() -> ContactId:
    """One that no contact has."""
    return ContactId(f"c-{secrets.token_hex(8)}")


def _fields(contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {}
    values = {
        "name": contact.name,
        "function": contact.function,
        "numbers": list(contact.numbers),
        "addresses": list(contact.addresses),
        "internal": contact.internal,
        "group": contact.group,
    }
    return {name: value for name, value in values.items() if value or name == "name"}
