"""The web server: REST under `/api`, the live connection, SIP for browser phones, and the console's own files."""

from __future__ import annotations

from pathlib import Path

from litestar import Litestar, Response, get
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath
from litestar.response import File
from litestar.types import Message, Scope

from cordboard.app.ports import StorageFailure
from cordboard.web.guard import OWN_HEADER, SAFE_METHODS, AnyRequest, own_origins, same_origin
from cordboard.web.live import Live
from cordboard.web.modules import require_module
from cordboard.web.problems import (
    AdminRefusal,
    Refusal,
    admin_refused,
    bad_request,
    broken,
    refused,
    storage_failed,
    unreadable,
)
from cordboard.web.requests.admin import AdminRequests
from cordboard.web.requests.announcements import AnnouncementRequests
from cordboard.web.requests.callbacks import CallBackRequests
from cordboard.web.requests.calls import CallRequests
from cordboard.web.requests.contact_files import ContactFileRequests
from cordboard.web.requests.contacts import ContactRequests
from cordboard.web.requests.desk import DeskRequests
from cordboard.web.requests.history import HistoryRequests
from cordboard.web.requests.own import OwnRequests
from cordboard.web.requests.password import PasswordRequests
from cordboard.web.requests.provider import ProviderRequests
from cordboard.web.requests.session import SessionRequests
from cordboard.web.requests.watch import WatchRequests
from cordboard.web.services import Services
from cordboard.web.sip_proxy import SipProxy

BODY_BYTES_MAX = 65_536

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}


def make_server(services: Services) -> Litestar:
    """The application for uvicorn."""
    live = Live(
        services.hub,
        services.engine,
        services.logged_in,
        services.practice,
        lambda host: own_origins(_scheme(services), host, services.origins),
        services.dial_plan,
        services.chat,
    )
    proxy = SipProxy(services)

    async def guard(request: AnyRequest) -> Response[object] | None:
        """State changes come from our own page only (CSRF: ASVS V3.5); what is not taken is not served."""
        if request.method not in SAFE_METHODS:
            own = own_origins(_scheme(services), request.headers.get("host"), services.origins)
            if OWN_HEADER not in request.headers or not same_origin(request.headers.get("origin"), own):
                raise Refusal(403, "foreign_page")
        await require_module(request, services)
        return None

    async def secure_headers(message: Message, _scope: Scope) -> None:
        """On every answer, the refusals too."""
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if services.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")

    async def provide_services() -> Services:
        return services

    return Litestar(
        route_handlers=[
            SessionRequests,
            PasswordRequests,
            OwnRequests,
            DeskRequests,
            HistoryRequests,
            CallRequests,
            CallBackRequests,
            ContactRequests,
            AnnouncementRequests,
            ContactFileRequests,
            AdminRequests,
            ProviderRequests,
            WatchRequests,
            live.handler(),
            proxy.handler(),
            *_files(services.console),
        ],
        dependencies={"services": Provide(provide_services)},
        before_request=guard,
        before_send=[secure_headers],
        exception_handlers={
            Refusal: refused,
            AdminRefusal: admin_refused,
            HTTPException: bad_request,
            StorageFailure: storage_failed,
            RecursionError: unreadable,
            UnicodeDecodeError: unreadable,
            Exception: broken,
        },
        openapi_config=OpenAPIConfig(
            title="Cordboard",
            version=services.version,
            path="/api",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
    )


def _scheme(services: Services) -> str:
    return "https" if services.secure else "http"


def _files(console: Path) -> list[HTTPRouteHandler]:
    """The built console; every address that is not a file is the console's own page."""
    root = console.resolve()
    page = root / "index.html"

    def _send(path: Path) -> File:
        fixed = path.parent.name == "assets"
        # Built files carry their content's hash in the name; the page itself must always be asked for.
        headers = {"Cache-Control": "public, max-age=31536000, immutable" if fixed else "no-cache"}
        return File(path=path, filename=path.name, content_disposition_type="inline", headers=headers)

    @get(["/", "/{path:path}"], include_in_schema=False)
    async def files(path: FromPath[str] = "") -> File:
        try:
            wanted = (root / path.lstrip("/")).resolve()
            if wanted.is_relative_to(root) and wanted.is_file():
                return _send(wanted)
        except (ValueError, OSError):
            # No file can have such a name.
            raise Refusal(404, "not_found") from None
        if path.startswith(("/api/", "/assets/")) or not page.is_file():
            raise Refusal(404, "not_found")
        return _send(page)

    return [files]
