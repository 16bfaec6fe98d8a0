"""The sounds of announcements: hear one, put a recording in its place, take that away."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File

from cordboard.app.administration.administration import NotThere
from cordboard.app.administration.announcements import Announcements
from cordboard.web.guard import AnyRequest
from cordboard.web.requests.admin import actor_of, refusals
from cordboard.web.services import Services

BYTES_MAX = 5_000_000
"""Five minutes for a telephone."""


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


def announcements_of(services: Services) -> Announcements:
    """Those of this server.

    Raises:
        NotThere: there are no sounds.
    """
    if services.announcements is None:
        raise NotThere
    return services.announcements
