"""What the web needs from the rest, handed over once at the start (`wiring`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from cordboard.app.accounts import LogIns
from cordboard.app.engine import Engine
from cordboard.app.ports import DeviceRow, Directories, History
from cordboard.app.tenancy import Tenancy
from cordboard.core.types import Instant, OrganisationId
from cordboard.web import rest, wire
from cordboard.web.guard import LoggedIn, token_of
from cordboard.web.push import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a request may use."""

    log_ins: LogIns
    tenancy: Tenancy
    directories: Directories
    history: History
    engine: Engine
    hub: Hub
    now: Callable[[], Instant]
    practice: Callable[[OrganisationId, wire.Command], Awaitable[wire.Result]]
    health: Callable[[], rest.Health]
    secure: bool
    """Served over HTTPS."""
    origins: frozenset[str]
    contact: str
    version: str
    console: Path
    """Folder of the built console."""
    exchange_ws: str
    """Where the exchange takes SIP over WebSocket: `ws://127.0.0.1:8188/ws`."""
    loopback: bool
    """Only this machine can reach us."""

    async def logged_in(self, cookies: dict[str, str]) -> LoggedIn | None:
        """Whose browser this is; None: not logged in, or no longer."""
        token = token_of(cookies, secure=self.secure)
        session = await self.log_ins.check(token, self.now()) if token is not None else None
        if session is None:
            return None
        viewer = self.tenancy.viewer(session.user)
        if viewer is None:
            return None
        return LoggedIn(organisation=session.organisation, viewer=viewer, session=session.token_hash)

    def paired_device(self, logged_in: LoggedIn) -> DeviceRow | None:
        """The device that the user has paired; None: none."""
        desk = self.engine.desks.get(logged_in.organisation)
        agent = desk.board.agents.get(logged_in.viewer.user.id) if desk is not None else None
        if agent is None or agent.device is None:
            return None
        known = self.tenancy.devices().get(agent.device)
        return known[1] if known is not None else None
