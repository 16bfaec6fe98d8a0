"""The provider's level above the organisations (X-a; docs/admin/rest.md is its contract)."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cordboard.app.administration.administration import Actor
from cordboard.app.password_links import TooManyLetters
from cordboard.app.ports import OrganisationRow, StorageFailure, UserRow
from cordboard.web import rest
from cordboard.web.guard import AnyRequest
from cordboard.web.requests.admin import actor_of, as_row, refusals, seen_version
from cordboard.web.services import Services

log = logging.getLogger(__name__)


class ProviderRequests(Controller):
    """`/api/provider`."""

    path = "/api/provider/organisations"

    @get()
    async def rows(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.AdminRows:
        """All organisations."""
        actor = await actor_of(request, services)
        with refusals():
            return rest.AdminRows(rows=await services.provider.rows(actor))

    @get("/{organisation:str}")
    async def row(
        self, request: AnyRequest, services: NamedDependency[Services], organisation: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """One of them."""
        actor = await actor_of(request, services)
        with refusals():
            return as_row(await services.provider.row(actor, organisation))

    @post()
    async def create(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        data: JSONBody[dict[str, Any]],
        check: FromQuery[bool] = False,
    ) -> Response[dict[str, Any]]:
        """Make one; its first administrator gets the letter by which he chooses a password (1.1-c).

        When no letter can go, it is made all the same: the letter is asked for again.
        """
        actor = await actor_of(request, services)
        with refusals():
            made = await services.provider.create(actor, data, check=check)
            if not check:
                try:
                    await _invite(services, actor, made.organisation, made.administrator)
                except (TooManyLetters, StorageFailure) as no:
                    log.warning(
                        "nobody was invited to a new organisation",
                        extra={"organisation": made.organisation.id, "reason": repr(no)},
                    )
            return as_row(made.row, 201)

    @post("/{organisation:str}/invitation", status_code=204)
    async def invitation(
        self, request: AnyRequest, services: NamedDependency[Services], organisation: FromPath[str]
    ) -> None:
        """The letter once more, for administrators who have not chosen a password yet."""
        actor = await actor_of(request, services)
        with refusals():
            for house, person in await services.provider.to_invite(actor, organisation):
                await _invite(services, actor, house, person)

    @patch("/{organisation:str}")
    async def change(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        organisation: FromPath[str],
        data: JSONBody[dict[str, Any]],
        check: FromQuery[bool] = False,
    ) -> Response[dict[str, Any]]:
        """Change the fields that are sent."""
        actor = await actor_of(request, services)
        with refusals():
            version = seen_version(request)
            row = await services.provider.change(actor, organisation, data, version, check=check)
            return as_row(row)

    @delete("/{organisation:str}", status_code=204)
    async def remove(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        organisation: FromPath[str],
        name: FromQuery[str] = "",
        check: FromQuery[bool] = False,
    ) -> None:
        """Delete one that is out of service, with all that was ever kept of it; `name` says that it is meant."""
        actor = await actor_of(request, services)
        with refusals():
            version = seen_version(request)
            gone = await services.removal.delete(actor, organisation, version, name, check=check)
        if gone is not None:
            services.forget(gone)
            log.warning("an organisation was deleted", extra={"organisation": organisation, "by": actor.user})


async def _invite(services: Services, actor: Actor, house: OrganisationRow, person: UserRow) -> None:
    await services.password_links.invite(house, person)
    await services.provider.invited(actor, house, person)
