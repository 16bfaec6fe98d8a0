"""The address book (manual 3.3)."""

from __future__ import annotations

import secrets

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cordboard.app.contacts import Contact, ContactId, WrongContact, read_contact
from cordboard.core.types import Right
from cordboard.web import rest
from cordboard.web.guard import AnyRequest, LoggedIn
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

TYPED_MAX = 100
"""Characters of a search; what is longer finds nobody."""


class ContactRequests(Controller):
    """`/api/contacts`, `/api/contacts/{id}`, `/api/contacts/{id}/favourite`."""

    path = "/api/contacts"

    @get()
    async def search(
        self, request: AnyRequest, services: NamedDependency[Services], q: FromQuery[str] = ""
    ) -> rest.ContactPage:
        """Own favourites, and whom the search finds; also before anything was typed there are favourites (D19)."""
        logged_in = await services.require(request.cookies)
        organisation = logged_in.organisation
        starred = await services.contacts.favourites(organisation, logged_in.viewer.user.id)
        found = () if len(q) > TYPED_MAX else await services.contacts.search(organisation, q)
        return rest.ContactPage(
            favourites=[_row(contact) for contact in starred], found=[_row(contact) for contact in found]
        )

    @post(status_code=201)
    async def add(
        self, request: AnyRequest, services: NamedDependency[Services], data: JSONBody[rest.ContactFields]
    ) -> rest.ContactRow:
        """A new one."""
        logged_in = await _may_change(request, services)
        contact = _read(services, logged_in, ContactId(f"c-{secrets.token_hex(8)}"), data)
        await services.contacts.save(logged_in.organisation, contact)
        return _row(contact)

    @get("/{contact:str}")
    async def one(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> rest.ContactRow:
        """One of the own organisation."""
        logged_in = await services.require(request.cookies)
        return _row(await _existing(services, logged_in, contact))

    @put("/{contact:str}")
    async def change(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        contact: FromPath[str],
        data: JSONBody[rest.ContactFields],
    ) -> rest.ContactRow:
        """All of its fields."""
        logged_in = await _may_change(request, services)
        before = await _existing(services, logged_in, contact)
        after = _read(services, logged_in, before.id, data)
        await services.contacts.save(logged_in.organisation, after)
        return _row(after)

    @delete("/{contact:str}", status_code=204)
    async def forget(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> None:
        """For everybody, as a favourite too."""
        logged_in = await _may_change(request, services)
        if not await services.contacts.delete(logged_in.organisation, ContactId(contact)):
            raise Refusal(404, "not_found")

    @put("/{contact:str}/favourite", status_code=204)
    async def star(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> None:
        """My favourite from now on (3.3-m)."""
        await _set_favourite(request, services, contact, on=True)

    @delete("/{contact:str}/favourite", status_code=204)
    async def unstar(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> None:
        """No longer my favourite."""
        await _set_favourite(request, services, contact, on=False)


async def _set_favourite(request: AnyRequest, services: Services, contact: str, *, on: bool) -> None:
    logged_in = await services.require(request.cookies)
    user = logged_in.viewer.user.id
    if not await services.contacts.set_favourite(logged_in.organisation, user, ContactId(contact), on=on):
        raise Refusal(404, "not_found")


async def _may_change(request: AnyRequest, services: Services) -> LoggedIn:
    logged_in = await services.require(request.cookies)
    if Right.CONTACTS not in logged_in.viewer.user.rights:
        raise Refusal(403, "no_right")
    return logged_in


async def _existing(services: Services, logged_in: LoggedIn, contact: str) -> Contact:
    found = await services.contacts.contact(logged_in.organisation, ContactId(contact))
    if found is None:
        raise Refusal(404, "not_found")
    return found


def _read(services: Services, logged_in: LoggedIn, id: ContactId, data: rest.ContactFields) -> Contact:
    try:
        return read_contact(
            id,
            name=data.name,
            function=data.function,
            numbers=data.numbers,
            addresses=data.addresses,
            country=services.tenancy.all[logged_in.organisation].organisation.country,
        )
    except WrongContact as wrong:
        raise Refusal(422, "wrong_contact", field=wrong.field) from None


def _row(contact: Contact) -> rest.ContactRow:
    return rest.ContactRow(
        id=contact.id,
        name=contact.name,
        function=contact.function,
        numbers=list(contact.numbers),
        addresses=list(contact.addresses),
    )
