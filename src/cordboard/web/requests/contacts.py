"""The address book (manual 3.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cordboard.app.address_book import AddressBook, Draft
from cordboard.app.administration.administration import NoRight
from cordboard.app.contacts import (
    Contact,
    ContactFromDirectory,
    ContactId,
    ContactOutOfDate,
    Wanted,
    WrongContact,
    colleagues_by_number,
)
from cordboard.core.types import GroupId
from cordboard.web import rest_contacts
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.requests.admin import actor_of
from cordboard.web.services import Services

TYPED_MAX = 100
"""Characters of a search; what is longer finds nobody."""


class ContactRequests(Controller):
    """`/api/contacts`, `/api/contacts/groups`, `/api/contacts/{id}`, `/api/contacts/{id}/favourite`."""

    path = "/api/contacts"

    @get()
    async def search(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        q: FromQuery[str] = "",
        external: FromQuery[bool] = True,
        internal: FromQuery[bool] = True,
        group: FromQuery[list[str] | None] = None,
    ) -> rest_contacts.ContactPage:
        """Own favourites, and whom the search finds; also before anything was typed there are favourites (D19)."""
        logged_in = await services.require(request.cookies)
        organisation = logged_in.organisation
        directory = services.tenancy.all[organisation]
        wanted = Wanted(
            external=external,
            internal=internal,
            groups=None if group is None else frozenset(GroupId(one) for one in group),
            names={one.id: one.name for one in directory.groups},
        )
        typed = "" if len(q) > TYPED_MAX else q
        user = logged_in.viewer.user.id
        # At each key: side by side.
        starred, colleagues, found = await asyncio.gather(
            services.contacts.favourites(organisation, user),
            services.contacts.favourite_colleagues(organisation, user),
            services.contacts.search(organisation, typed, wanted),
        )
        barred = services.dial_plan(organisation).barred(
            (number for contact in (*starred, *found) for number in contact.numbers),
            logged_in.viewer.user.rights,
        )
        return rest_contacts.ContactPage(
            favourites=[row_of(contact) for contact in starred],
            colleagues=list(colleagues),
            found=[row_of(contact) for contact in found],
            found_colleagues=list(colleagues_by_number(services.colleagues(organisation), typed)),
            barred={number: kind.value for number, kind in barred.items()},
        )

    @get("/groups")
    async def groups(
        self, request: AnyRequest, services: NamedDependency[Services]
    ) -> rest_contacts.ContactGroups:
        """Of the own organisation, with who may work for each (3.3-b)."""
        logged_in = await services.require(request.cookies)
        directory = services.tenancy.all[logged_in.organisation]
        return rest_contacts.ContactGroups(
            groups=[
                rest_contacts.ContactGroup(
                    id=group.id,
                    name=group.name,
                    people=[u.id for u in directory.users if group.id in u.groups and not u.disabled],
                )
                for group in sorted(directory.groups, key=lambda group: group.name.casefold())
            ]
        )

    @post(status_code=201)
    async def add(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        data: JSONBody[rest_contacts.ContactFields],
    ) -> Response[rest_contacts.ContactRow]:
        """A new one."""
        actor = await actor_of(request, services)
        with refusals():
            return _answer(await book_of(services).add(actor, _draft(data)), 201)

    @get("/{contact:str}")
    async def one(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> Response[rest_contacts.ContactRow]:
        """One of the own organisation."""
        logged_in = await services.require(request.cookies)
        return _answer(_there(await services.contacts.contact(logged_in.organisation, ContactId(contact))))

    @put("/{contact:str}")
    async def change(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        contact: FromPath[str],
        data: JSONBody[rest_contacts.ContactFields],
    ) -> Response[rest_contacts.ContactRow]:
        """All of its fields."""
        actor = await actor_of(request, services)
        with refusals():
            version = _version(request)
            changed = await book_of(services).change(actor, ContactId(contact), version, _draft(data))
        return _answer(_there(changed))

    @delete("/{contact:str}", status_code=204)
    async def forget(
        self, request: AnyRequest, services: NamedDependency[Services], contact: FromPath[str]
    ) -> None:
        """For everybody, as a favourite too."""
        actor = await actor_of(request, services)
        with refusals():
            if not await book_of(services).delete(actor, ContactId(contact), _version(request)):
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


def book_of(services: Services) -> AddressBook:
    """The use-cases."""
    return AddressBook(
        services.contacts,
        lambda organisation: services.tenancy.all[organisation],
        services.now,
    )


@contextmanager
def refusals() -> Iterator[None]:
    """What the address book refuses, in the words of the web."""
    try:
        yield
    except NoRight:
        raise Refusal(403, "no_right") from None
    except WrongContact as wrong:
        raise Refusal(422, "wrong_contact", field=wrong.field) from None
    except ContactFromDirectory:
        raise Refusal(409, "from_directory") from None
    except ContactOutOfDate:
        raise Refusal(412, "out_of_date") from None


def _version(request: AnyRequest) -> str:
    """The version that was seen."""
    if_match = request.headers.get("if-match")
    if if_match is None:
        raise Refusal(428, "version_missing")
    return if_match.removeprefix("W/").strip('"')


def _there(contact: Contact | None) -> Contact:
    if contact is None:
        raise Refusal(404, "not_found")
    return contact


def _draft(data: rest_contacts.ContactFields) -> Draft:
    return Draft(
        name=data.name,
        function=data.function,
        numbers=tuple(data.numbers),
        addresses=tuple(data.addresses),
        internal=data.internal,
        group=data.group,
    )


def _answer(contact: Contact, status: int = 200) -> Response[rest_contacts.ContactRow]:
    return Response(row_of(contact), status_code=status, headers={"ETag": f'"{contact.version}"'})


def row_of(contact: Contact) -> rest_contacts.ContactRow:
    """As the console gets it."""
    return rest_contacts.ContactRow(
        id=contact.id,
        name=contact.name,
        function=contact.function,
        numbers=list(contact.numbers),
        addresses=list(contact.addresses),
        internal=contact.internal,
        group=contact.group,
        source=contact.source,
        version=contact.version,
    )
