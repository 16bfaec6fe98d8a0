"""Who is asking, and from which page: session cookie, origin, own header (ASVS V3, V4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, WebSocket
from litestar.datastructures import State
from litestar.exceptions import WebSocketDisconnect

from cordboard.app.projection import Viewer
from cordboard.core.types import OrganisationId

COOKIE_SECURE = "__Host-cordboard"
COOKIE_PLAIN = "cordboard"
"""Over plain HTTP, which is served on a loopback address only, browsers refuse the `__Host-` name."""
BROWSER_SECURE = "__Host-cordboard-browser"
BROWSER_PLAIN = "cordboard-browser"
"""Says that somebody logged in from this browser before (D20); opens nothing."""
OWN_HEADER = "x-cordboard"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""They change nothing, and bring nothing that is read."""

GONE = (WebSocketDisconnect, OSError, RuntimeError)
"""What a socket says, in three layers' words, when the other side has left in the middle of a frame."""

AnyRequest = Request[Any, Any, State]
AnySocket = WebSocket[Any, Any, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A valid log-in."""

    organisation: OrganisationId
    viewer: Viewer
    session: bytes
    """Hash of the token; names the session."""


def same_origin(origin: str | None, own: frozenset[str]) -> bool:
    """The page that asks is ours. A program without a browser sends no Origin and has no cookie to steal."""
    return origin is None or origin in own


def origins(scheme: str, hosts: frozenset[str], port: int) -> frozenset[str]:
    """Every way in which a browser may write our own address."""
    default = {"http": 80, "https": 443}[scheme]
    suffix = "" if port == default else f":{port}"
    return frozenset(f"{scheme}://{host}{suffix}" for host in hosts)


def own_origins(scheme: str, host_header: str | None, configured: frozenset[str]) -> frozenset[str]:
    """The configured origins, and the one by which this request reached us."""
    try:
        named = urlsplit(f"//{host_header or ''}").hostname
    except ValueError:
        return configured
    if not named:
        return configured
    return configured | {f"{scheme}://{host_header}"}


def browser_of(cookies: dict[str, str], *, secure: bool) -> str | None:
    """What an earlier log-in left in this browser; None: a stranger's."""
    return cookies.get(BROWSER_SECURE if secure else BROWSER_PLAIN)


def token_of(cookies: dict[str, str], *, secure: bool) -> str | None:
    """The session's token; None: not logged in.

    Over HTTPS only the `__Host-` cookie counts: another one may have been put there by a neighbouring page.
    """
    return cookies.get(COOKIE_SECURE if secure else COOKIE_PLAIN)
