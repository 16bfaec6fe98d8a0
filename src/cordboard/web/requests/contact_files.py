"""Contacts in files: in, after a dry run, and out (3.3-p)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.response import Stream

from cordboard.app.contact_files import BadRow, write_csv, write_vcards
from cordboard.app.contact_import import FileFormat, ImportBusy, import_contacts, names_of_groups
from cordboard.app.contacts import ContactId
from cordboard.core.types import OrganisationId, Right
from cordboard.web import rest_contacts
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.requests.admin import actor_of
from cordboard.web.requests.contacts import book_of, refusals
from cordboard.web.services import Services

BYTES_MAX = 20_000_000
"""Of a file, some 150,000 contacts; more of them come in several files."""
PAGE = 500


class ContactFileRequests(Controller):
    """`/api/contacts/import`, `/api/contacts/export`."""

    path = "/api/contacts"

    @post("/import", status_code=200, request_max_body_size=BYTES_MAX)
    async def take(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        data: JSONBody[rest_contacts.ContactFile],
    ) -> rest_contacts.ContactsImported:
        """Every good row, or only what would become of the file; the bad rows with their lines."""
        actor = await actor_of(request, services)
        try:
            with refusals():
                done = await import_contacts(
                    book_of(services),
                    actor,
                    services.tenancy.all[actor.organisation],
                    data.text,
                    format=FileFormat(data.format),
                    dry_run=data.dry_run,
                    now=services.now(),
                )
        except ImportBusy:
            raise Refusal(409, "import_busy") from None
        # A hundred thousand bad rows take their time; calls come in meanwhile.
        bad = await asyncio.to_thread(_told, done.bad)
        return rest_contacts.ContactsImported(
            done=done.done,
            added=done.added,
            changed=done.changed,
            same=done.same,
            bad=bad,
            bad_count=done.bad_count,
        )

    @get("/export")
    async def give(
        self, request: AnyRequest, services: NamedDependency[Services], format: FromQuery[str] = "csv"
    ) -> Stream:
        """The whole book, in a form that is read here again."""
        actor = await actor_of(request, services)
        with refusals():
            actor.require(Right.CONTACTS)
        if format not in {one.value for one in FileFormat}:
            raise Refusal(404, "not_found")
        as_csv = format == FileFormat.CSV.value
        ending, kind = ("csv", "text/csv") if as_csv else ("vcf", "text/vcard")
        return Stream(
            _pages(services, actor.organisation, as_csv=as_csv),
            media_type=f"{kind}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="contacts.{ending}"'},
        )


def _told(bad: Sequence[BadRow]) -> list[rest_contacts.BadContact]:
    return [msgspec.convert(row, rest_contacts.BadContact, from_attributes=True) for row in bad]


async def _pages(services: Services, organisation: OrganisationId, *, as_csv: bool) -> AsyncIterator[str]:
    groups = names_of_groups(services.tenancy.all[organisation])
    after: ContactId | None = None
    if as_csv:
        yield write_csv((), groups)
    while page := await services.contacts.page(organisation, after=after, limit=PAGE):
        after = page[-1].id
        yield write_csv(page, groups, head=False) if as_csv else write_vcards(page, groups)
