"""The address book on both databases (manual 3.3)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.administration.audit import AuditEntry
from cordboard.app.contacts import (
    EVERYBODY,
    FOUND_MAX,
    Contact,
    ContactId,
    ContactOutOfDate,
    Wanted,
    folded,
    found_by,
    in_groups,
    may_search,
    parts_of,
)
from cordboard.core.types import GroupId, OrganisationId, UserId
from cordboard.storage.audit import write_entries
from cordboard.storage.connection import Access, upsert
from cordboard.storage.contact_indexes import ContactIndexes, alphabet, contact_shown
from cordboard.storage.tables import users
from cordboard.storage.tables_contacts import (
    books,
    contact_numbers,
    contacts,
    favourite_colleagues,
    favourites,
)

AT_ONCE = 500
"""Rows of one statement; a database takes only so many values in one."""


class SqlContacts:
    """The port `Contacts` on SQLite and PostgreSQL; raises `StorageFailure` when the database did not do it."""

    def __init__(self, access: Access, indexes: ContactIndexes) -> None:
        self._access, self.indexes = access, indexes

    async def save(
        self,
        organisation: OrganisationId,
        contact: Contact,
        *,
        seen: str | None = None,
        log: Sequence[AuditEntry] = (),
    ) -> None:
        """Add it, or replace the one with its id.

        Raises:
            ContactOutOfDate: what is there has another version than `seen`.
        """
        async with self._access.writing() as connection:
            if seen is not None:
                await _must_be(connection, organisation, contact.id, seen)
            await _put(connection, organisation, [contact])
            await write_entries(connection, log)
        await self.indexes.catch_up(organisation)

    async def save_many(
        self, organisation: OrganisationId, many: Sequence[Contact], *, log: Sequence[AuditEntry] = ()
    ) -> None:
        """All of them or none."""
        async with self._access.writing() as connection:
            for start in range(0, len(many), AT_ONCE):
                await _put(connection, organisation, many[start : start + AT_ONCE])
            await write_entries(connection, log)
        await self.indexes.catch_up(organisation)

    async def contact(self, organisation: OrganisationId, contact: ContactId) -> Contact | None:
        """None: there is none with this id."""
        async with self._access.reading() as connection:
            row = (await connection.execute(select(contacts).where(_is(organisation, contact)))).one_or_none()
        return None if row is None else _contact(row)

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
        async with self._access.writing() as connection:
            if seen is not None:
                await _must_be(connection, organisation, contact, seen)
            gone = await connection.execute(delete(contacts).where(_is(organisation, contact)))
            if gone.rowcount:
                await write_entries(connection, log)
        if gone.rowcount:
            await self.indexes.forget(organisation, [contact])
        return gone.rowcount > 0

    async def delete_many(
        self,
        organisation: OrganisationId,
        source: str,
        many: Sequence[ContactId],
        *,
        log: Sequence[AuditEntry] = (),
    ) -> None:
        """All of them that come from that directory, or none."""
        ids = contacts.c.id.in_(many)
        async with self._access.writing() as connection:
            await connection.execute(
                delete(contacts).where(
                    contacts.c.organisation == organisation, contacts.c.source == source, ids
                )
            )
            await write_entries(connection, log)
        await self.indexes.forget(organisation, many)

    async def of_source(
        self, organisation: OrganisationId, source: str, *, after: ContactId | None, limit: int
    ) -> tuple[ContactId, ...]:
        """Who comes from that directory, by id, a part at a time."""
        wanted = select(contacts.c.id).where(
            contacts.c.organisation == organisation, contacts.c.source == source
        )
        if after is not None:
            wanted = wanted.where(contacts.c.id > after)
        async with self._access.reading() as connection:
            rows = await connection.execute(wanted.order_by(contacts.c.id).limit(limit))
            return tuple(ContactId(row.id) for row in rows)

    async def sources(self, organisation: OrganisationId) -> frozenset[str]:
        """Of which directories there are contacts."""
        wanted = select(contacts.c.source).where(
            contacts.c.organisation == organisation, contacts.c.source.is_not(None)
        )
        async with self._access.reading() as connection:
            return frozenset(row.source for row in await connection.execute(wanted.distinct()))

    async def search(
        self, organisation: OrganisationId, typed: str, wanted: Wanted = EVERYBODY
    ) -> tuple[Contact, ...]:
        """Who has every word of it, in any order; by shown name."""
        if not may_search(typed):
            return ()
        parts = parts_of(typed)
        found = await self._having(organisation, parts, wanted)
        there = in_groups(parts, wanted)
        if not there:
            return found
        # Where a group is called so, who works there need not have that in the own words.
        several = {contact.id: contact for contact in found}
        for rest, groups in there.items():
            only = Wanted(external=False, groups=groups)
            several |= {one.id: one for one in await self._having(organisation, rest, only)}
        ordered = sorted(several.values(), key=lambda one: (folded(one.name), one.id))
        return tuple(ordered[:FOUND_MAX])

    async def _having(
        self, organisation: OrganisationId, parts: Sequence[str], wanted: Wanted
    ) -> tuple[Contact, ...]:
        found = await self.indexes.search(organisation, parts, wanted)
        if found is None:
            return await self.scan(organisation, parts, wanted)
        return tuple(contact_shown(shown) for shown in found)

    async def scan(
        self, organisation: OrganisationId, parts: Sequence[str], wanted: Wanted
    ) -> tuple[Contact, ...]:
        """The same without the index, row by row: while a large one is made."""
        sides: list[ColumnElement[bool]] = []
        if wanted.external:
            sides.append(contacts.c.internal.is_(False))
        if wanted.internal:
            inside = contacts.c.internal.is_(True)
            sides.append(
                inside if wanted.groups is None else and_(inside, contacts.c.group_id.in_(wanted.groups))
            )
        if not sides:
            return ()
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(contacts)
                .where(
                    contacts.c.organisation == organisation,
                    or_(*sides),
                    *(contacts.c.found_by.contains(part, autoescape=True) for part in parts),
                )
                .order_by(*alphabet(connection.dialect.name))
                .limit(FOUND_MAX)
            )
            return tuple(_contact(row) for row in rows)

    async def those(self, organisation: OrganisationId, ids: Sequence[ContactId]) -> dict[ContactId, Contact]:
        """Of these the ones that are there."""
        wanted = select(contacts).where(contacts.c.organisation == organisation, contacts.c.id.in_(ids))
        async with self._access.reading() as connection:
            return {row.id: _contact(row) for row in await connection.execute(wanted)}

    async def page(
        self, organisation: OrganisationId, *, after: ContactId | None, limit: int
    ) -> tuple[Contact, ...]:
        """The whole book by id, a part at a time."""
        wanted = select(contacts).where(contacts.c.organisation == organisation)
        if after is not None:
            wanted = wanted.where(contacts.c.id > after)
        async with self._access.reading() as connection:
            rows = await connection.execute(wanted.order_by(contacts.c.id).limit(limit))
            return tuple(_contact(row) for row in rows)

    async def owner(self, organisation: OrganisationId, number: str) -> Contact | None:
        """Whose number this is (3.3-r)."""
        return (await self.owners(organisation, (number,))).get(number)

    async def owners(self, organisation: OrganisationId, numbers: Sequence[str]) -> dict[str, Contact]:
        """Whose numbers these are; who has one highest in the own list goes first, then the alphabet."""
        if not numbers:
            return {}
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(contacts, contact_numbers.c.number)
                .join(
                    contact_numbers,
                    and_(
                        contact_numbers.c.organisation == contacts.c.organisation,
                        contact_numbers.c.contact == contacts.c.id,
                    ),
                )
                .where(
                    contact_numbers.c.organisation == organisation,
                    contact_numbers.c.number.in_(list(dict.fromkeys(numbers))),
                )
                .order_by(contact_numbers.c.place, *alphabet(connection.dialect.name))
            )
            found: dict[str, Contact] = {}
            for row in rows:
                found.setdefault(row.number, _contact(row))
            return found

    async def favourites(self, organisation: OrganisationId, user: UserId) -> tuple[Contact, ...]:
        """Of this person, by shown name."""
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(contacts)
                .join(
                    favourites,
                    and_(
                        favourites.c.organisation == contacts.c.organisation,
                        favourites.c.contact == contacts.c.id,
                    ),
                )
                .where(favourites.c.organisation == organisation, favourites.c.user_id == user)
                .order_by(*alphabet(connection.dialect.name))
            )
            return tuple(_contact(row) for row in rows)

    async def favourite_colleagues(self, organisation: OrganisationId, user: UserId) -> tuple[UserId, ...]:
        """By id."""
        starred = favourite_colleagues
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(starred.c.colleague)
                .where(starred.c.organisation == organisation, starred.c.user_id == user)
                .order_by(starred.c.colleague)
            )
            return tuple(UserId(row.colleague) for row in rows)

    async def set_favourite(
        self, organisation: OrganisationId, user: UserId, whom: ContactId | UserId, *, on: bool
    ) -> bool:
        """Give or take the star; False: there is nobody of that id."""
        key = {"organisation": organisation, "user_id": user}
        async with self._access.writing() as connection:
            for people, table, column in (
                (contacts, favourites, "contact"),
                (users, favourite_colleagues, "colleague"),
            ):
                there = select(people.c.id).where(people.c.organisation == organisation, people.c.id == whom)
                if (await connection.execute(there)).one_or_none() is None:
                    continue
                row = key | {column: whom}
                await connection.execute(
                    upsert(connection.dialect.name, table).values(row).on_conflict_do_nothing()
                    if on
                    else delete(table).where(*(table.c[name] == value for name, value in row.items()))
                )
                return True
        return False


async def _put(connection: AsyncConnection, organisation: OrganisationId, many: Sequence[Contact]) -> None:
    key = {"organisation": organisation}
    book = upsert(connection.dialect.name, books)
    # Whoever writes next waits here: changes are numbered in the order in which they are stored.
    last = await connection.execute(
        book.values(key | {"book": secrets.token_hex(8), "changes": len(many)})
        .on_conflict_do_update(index_elements=["organisation"], set_={"changes": books.c.changes + len(many)})
        .returning(books.c.changes)
    )
    first = last.scalar_one() - len(many) + 1
    rows = upsert(connection.dialect.name, contacts)
    values = [_values(contact) | {"change": first + place} for place, contact in enumerate(many)]
    await connection.execute(
        rows.on_conflict_do_update(
            index_elements=["organisation", "id"],
            set_={name: rows.excluded[name] for name in values[0] if name != "id"},
        ),
        [key | row for row in values],
    )
    await connection.execute(
        delete(contact_numbers).where(
            contact_numbers.c.organisation == organisation,
            contact_numbers.c.contact.in_([contact.id for contact in many]),
        )
    )
    owned = [
        key | {"contact": contact.id, "number": number, "place": place}
        for contact in many
        for place, number in enumerate(contact.numbers)
    ]
    if owned:
        await connection.execute(insert(contact_numbers), owned)


def _values(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name,
        "name_key": folded(contact.name),
        "function": contact.function,
        "numbers": json.dumps(contact.numbers),
        "addresses": json.dumps(contact.addresses),
        "internal": contact.internal,
        "group_id": contact.group,
        "found_by": found_by(contact),
        "source": contact.source,
    }


async def _must_be(
    connection: AsyncConnection, organisation: OrganisationId, contact: ContactId, version: str
) -> None:
    # Locked, where a database has rows to lock: two who change one at once must not both be the first.
    asked = select(contacts).where(_is(organisation, contact)).with_for_update()
    row = (await connection.execute(asked)).one_or_none()
    if row is None or _contact(row).version != version:
        raise ContactOutOfDate


def _is(organisation: OrganisationId, contact: ContactId) -> ColumnElement[bool]:
    return and_(contacts.c.organisation == organisation, contacts.c.id == contact)


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        id=row.id,
        name=row.name,
        function=row.function,
        numbers=tuple(json.loads(row.numbers)),
        addresses=tuple(json.loads(row.addresses)),
        internal=row.internal,
        group=None if row.group_id is None else GroupId(row.group_id),
        source=row.source,
    )
