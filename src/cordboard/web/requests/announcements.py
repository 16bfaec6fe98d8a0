"""The sounds of announcements: hear one, put a recording in its place, also from a telephone, take that away."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import File

from cordboard.app.administration.administration import NotThere
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.fields import FieldProblem, Invalid
from cordboard.app.administration.studio import Studio
from cordboard.web.guard import AnyRequest
from cordboard.web.requests.admin import actor_of, refusals
from cordboard.web.services import Services

BYTES_MAX = 5_000_000
"""Five minutes for a telephone, and somewhat more: of what is a little too long it can be said why it is not taken."""


class AnnouncementRequests(Controller):
    """`/api/announcements`; the list itself is one of `/api/admin`."""

    path = "/api/announcements"

    @get("/{thing:str}/sound")
    async def hear(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> File:
        """What callers hear."""
        actor = await actor_of(request, services)
        with refusals():
            path = announcements_of(services).sound(actor, thing)
        return File(
            path=path, filename=f"{thing}.wav", media_type="audio/wav", content_disposition_type="inline"
        )

    @put("/{thing:str}/sound", request_max_body_size=BYTES_MAX)
    async def record(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """A WAV file of 8000 samples a second, 16 bits, one channel."""
        actor = await actor_of(request, services)
        with refusals():
            return Response(await announcements_of(services).record(actor, thing, await request.body()))

    @delete("/{thing:str}/sound", status_code=200)
    async def forget(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """Our voice again."""
        actor = await actor_of(request, services)
        with refusals():
            return Response(await announcements_of(services).forget(actor, thing))

    # --- on a telephone ---

    @get("/{thing:str}/telephone")
    async def take(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """How the recording on a telephone is."""
        actor = await actor_of(request, services)
        with refusals():
            return Response(studio_of(services).shown(actor, thing))

    @post("/{thing:str}/telephone", status_code=200)
    async def ring(
        self,
        request: AnyRequest,
        services: NamedDependency[Services],
        thing: FromPath[str],
        data: JSONBody[dict[str, Any]],
    ) -> Response[dict[str, Any]]:
        """Ring a telephone, to record on it."""
        actor = await actor_of(request, services)
        device = data.get("telephone")
        with refusals():
            if device is not None and not isinstance(device, str):
                raise Invalid([FieldProblem(field="telephone", code="bad_value")])
            return Response(studio_of(services).begin(actor, thing, device))

    @get("/{thing:str}/telephone/sound")
    async def hear_take(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> File:
        """What was recorded on the telephone."""
        actor = await actor_of(request, services)
        with refusals():
            path = studio_of(services).sound(actor, thing)
        return File(
            path=path, filename=f"{thing}.wav", media_type="audio/wav", content_disposition_type="inline"
        )

    @put("/{thing:str}/telephone")
    async def keep(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """It is heard from now on."""
        actor = await actor_of(request, services)
        with refusals():
            return Response(await studio_of(services).keep(actor, thing))

    @delete("/{thing:str}/telephone")
    async def throw_away(
        self, request: AnyRequest, services: NamedDependency[Services], thing: FromPath[str]
    ) -> None:
        """It is not, and the telephone is hung up."""
        actor = await actor_of(request, services)
        with refusals():
            studio_of(services).throw_away(actor, thing)


def studio_of(services: Services) -> Studio:
    """That of this server.

    Raises:
        NotThere: no telephone can be rung to record.
    """
    if services.studio is None:
        raise NotThere
    return services.studio


def announcements_of(services: Services) -> Announcements:
    """Those of this server.

    Raises:
        NotThere: there are no sounds.
    """
    if services.announcements is None:
        raise NotThere
    return services.announcements
