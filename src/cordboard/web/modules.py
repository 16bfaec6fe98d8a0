"""What an organisation has not taken is refused at every route and live command, whatever rights somebody has."""

from __future__ import annotations

from cordboard.app.modules import MODULE_OFF, Module
from cordboard.app.ports import OrganisationRow
from cordboard.core.types import Right
from cordboard.web.guard import AnyRequest
from cordboard.web.problems import AdminRefusal
from cordboard.web.services import Services

PORTAL = (
    "/api/portal",
    "/api/session",
    "/api/settings",
    "/api/password",
    "/api/preferences",
    "/api/second-factor",
    "/api/health",
    "/api/openapi.json",
    "/api/provider",
)
"""Beginnings of what is there for everybody who may log in, and for the provider's own people."""
AREAS = {
    "/api/admin": Module.ADMINISTRATION,
    "/api/announcements": Module.ADMINISTRATION,
    "/api/callbacks": Module.CALLBACK,
}
"""Beginnings of what belongs to a module; what stands in neither list is the operator's."""
OVERVIEW = ("/api/admin", "/api/admin/rights")
"""The provider's people begin here, also where their own organisation is not administered in the browser."""
COMMANDS = {"callback.": Module.CALLBACK, "missed.": Module.CALLBACK}
"""Beginnings of live commands; all are the operator's too. Missed callers are worked on beside the planning."""


def module_of(template: str) -> Module | None:
    """To which module a route belongs; None: to none of them.

    Args:
        template: its path as it is declared.
    """
    if not template.startswith("/api/") or _begins(template, PORTAL):
        return None
    return next((module for at, module in AREAS.items() if _begins(template, (at,))), Module.OPERATOR)


def _begins(path: str, beginnings: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in beginnings)


def module_off_for(organisation: OrganisationRow, command: str) -> Module | None:
    """The module that this live command takes and the organisation has not; None: it may be done."""
    wanted = (module for at, module in COMMANDS.items() if command.startswith(at))
    return next((one for one in (Module.OPERATOR, *wanted) if one in organisation.modules_off), None)


async def require_module(request: AnyRequest, services: Services) -> None:
    """The organisation of who asks has what this route belongs to.

    Raises:
        AdminRefusal: 403 `module_off`.
    """
    # Most installations have everything, and ask nobody twice who he is.
    if not services.tenancy.modules_off:
        return
    template = request.scope["path_template"]
    module = module_of(template)
    logged_in = await services.logged_in(request.cookies) if module is not None else None
    if module is None or logged_in is None or module not in logged_in.viewer.organisation.modules_off:
        return
    if template in OVERVIEW and Right.PROVIDER in logged_in.viewer.user.rights:
        return
    raise AdminRefusal(403, MODULE_OFF, {"module": module.value})
