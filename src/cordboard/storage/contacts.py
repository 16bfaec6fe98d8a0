"""The address book on both databases (manual 3.3)."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, select

from cordboard.app.contacts import FOUND_MAX, Contact, ContactId, digits_in, folded, may_search
from cordboard.core.types import OrganisationId, UserId
from cordboard.storage.connection import Access, upsert
from cordboard.storage.tables_contacts import contacts, favourites


class SqlContacts:
    """The port `Contacts` on SQLite and PostgreSQL; raises `StorageFailure` when the database did not do it."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def save(self, organisation: OrganisationId, contact: Contact) -> None:
        """Add it, or replace the one with its id."""
        key = {"organisation": organisation, "id": contact.id}
        values = {
            "name": contact.name,
            "name_key": folded(contact.name),
            "function": contact.function,
            "numbers": json.dumps(contact.numbers),
            "addresses": json.dumps(contact.addresses),
            "words": folded(" ".join((contact.name, contact.function, *contact.addresses))),
            "digits": " ".join(contact.numbers),
        }
        async with self._access.writing() as connection:
            await connection.execute(
                upsert(connection.dialect.name, contacts)
                .values(key | values)
                .on_conflict_do_update(index_elements=list(key), set_=values)
            )

    async def contact(self, organisation: OrganisationId, contact: ContactId) -> Contact | None:
        """None: there is none with this id."""
        async with self._access.reading() as connection:
            row = (await connection.execute(select(contacts).where(_is(organisation, contact)))).one_or_none()
        return None if row is None else _contact(row)

    async def delete(self, organisation: OrganisationId, contact: ContactId) -> bool:
        """Forget it, as a favourite too; False: there was none."""
        async with self._access.writing() as connection:
            gone = await connection.execute(delete(contacts).where(_is(organisation, contact)))
            return gone.rowcount > 0

    async def search(self, organisation: OrganisationId, typed: str) -> tuple[Contact, ...]:
        """Who has every word of it, or its digits in a number; by shown name."""
        if not may_search(typed):
            return ()
        digits = digits_in(typed)
        found = (
            [contacts.c.words.contains(word, autoescape=True) for word in folded(typed).split()]
            if digits is None
            else [contacts.c.digits.contains(digits, autoescape=True)]
        )
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(contacts)
                .where(contacts.c.organisation == organisation, *found)
                .order_by(contacts.c.name_key, contacts.c.id)
                .limit(FOUND_MAX)
            )
            return tuple(_contact(row) for row in rows)

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
                .order_by(contacts.c.name_key, contacts.c.id)
            )
            return tuple(_contact(row) for row in rows)

    async def set_favourite(
        self, organisation: OrganisationId, user: UserId, contact: ContactId, *, on: bool
    ) -> bool:
        """Give or take the star; False: there is no such contact."""
        key = {"organisation": organisation, "user_id": user, "contact": contact}
        async with self._access.writing() as connection:
            if (
                await connection.execute(select(contacts.c.id).where(_is(organisation, contact)))
            ).one_or_none() is None:
                return False
            await connection.execute(
                upsert(connection.dialect.name, favourites).values(key).on_conflict_do_nothing()
                if on
                else delete(favourites).where(*(favourites.c[name] == value for name, value in key.items()))
            )
            return True


def _is(organisation: OrganisationId, contact: ContactId) -> ColumnElement[bool]:
    return and_(contacts.c.organisation == organisation, contacts.c.id == contact)


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        id=row.id,
        name=row.name,
        function=row.function,
        numbers=tuple(json.loads(row.numbers)),
        addresses=tuple(json.loads(row.addresses)),
    )
