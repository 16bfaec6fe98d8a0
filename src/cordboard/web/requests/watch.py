"""For machines that watch: whether the server lives, whether it can handle calls, and its figures.

`/healthz` and `/readyz` say a word to anybody who asks; `/metrics` to this machine and to who has the token.
"""

from __future__ import annotations

import hmac
from typing import Literal

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from cordboard.web import metrics, rest
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

LOOPBACK = ("127.", "::1", "::ffff:127.")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""A proxy on this machine speaks for others."""


class WatchRequests(Controller):
    """`/healthz`, `/readyz`, `/metrics`."""

    @get("/healthz", include_in_schema=False)
    async def alive(self) -> Response[str]:
        """The process answers; whatever else is wrong, starting it anew would not help."""
        return _plain("ok\n", 200)

    @get("/readyz", include_in_schema=False)
    async def ready(self, services: NamedDependency[Services]) -> Response[str]:
        """503 while calls cannot be handled, with what is missing."""
        health: rest.Health = services.health()
        missing = []
        if health.exchange != "up":
            missing.append("exchange")
        if health.database != "ok":
            missing.append("database")
        # Calls are handled without the database: that alone is no reason to send nobody here.
        code: Literal[200, 503] = 503 if health.exchange != "up" else 200
        return _plain("".join(f"{word} away\n" for word in missing) or "ok\n", code)

    @get("/metrics", include_in_schema=False)
    async def figures(self, request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
        """Prometheus's text.

        Raises:
            Refusal: 404: neither from this machine nor with the token, so there is nothing to be seen.
        """
        if not _may_look(request, services.metrics_token):
            raise Refusal(404, "not_found")
        return Response(metrics.as_text(services.figures()), media_type=metrics.CONTENT_TYPE)


def _plain(text: str, code: int) -> Response[str]:
    return Response(text, status_code=code, media_type="text/plain; charset=utf-8")


def _may_look(request: AnyRequest, token: str | None) -> bool:
    given = request.headers.get("authorization", "")
    if token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    here = request.client is not None and request.client.host.startswith(LOOPBACK)
    return here and token is None and not any(name in request.headers for name in FORWARDED)
