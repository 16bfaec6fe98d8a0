"""A directory is tried or imported (docs/admin/rest.md is its contract)."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from cordboard.app.administration.administration import Actor, Conflict, NotThere
from cordboard.app.administration.fields import Row
from cordboard.app.ldap import LdapFailure
from cordboard.web import rest_contacts
from cordboard.web.services import Services


async def try_directory(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """What would become of it; nothing has changed."""
    return await _take(services, actor, row, dry_run=True)


async def import_directory(services: Services, actor: Actor, row: Row, _sent: Row) -> Response[Any]:
    """Every good entry is a contact from now on."""
    return await _take(services, actor, row, dry_run=False)


async def _take(services: Services, actor: Actor, row: Row, *, dry_run: bool) -> Response[Any]:
    known = services.tenancy.all[actor.organisation].ldap
    source = next((one for one in known if one.id == row["id"]), None)
    if source is None:
        raise NotThere
    try:
        done = await services.ldap.take(actor, source, dry_run=dry_run)
    except LdapFailure as failure:
        raise Conflict(failure.problem.value, detail=failure.detail) from failure
    return Response(msgspec.convert(done, rest_contacts.LdapImported, from_attributes=True))
