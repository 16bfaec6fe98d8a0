"""A directory is tried or imported (docs/admin/rest.md is its contract)."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Response

from cordboard.app.administration.administration import Actor, Conflict, NotThere
from cordboard.app.administration.fields import Row
from cordboard.app.ldap import LdapFailure, LdapProblem
from cordboard.web import rest_contacts
from cordboard.web.services import Services

log = logging.getLogger(__name__)

_OF_THE_NETWORK = (LdapProblem.UNREACHABLE, LdapProblem.NO_TLS)


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
        log.warning(
            "a directory was not read",
            extra={"organisation": actor.organisation, "directory": source.id, "reason": str(failure)},
        )
        # What the operating system says of an address would let a tenant look around in the provider's own network.
        said = {} if failure.problem in _OF_THE_NETWORK else {"detail": failure.detail}
        raise Conflict(failure.problem.value, **said) from failure
    return Response(msgspec.convert(done, rest_contacts.LdapImported, from_attributes=True))
