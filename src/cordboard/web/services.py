"""What the web needs from the rest, handed over once at the start (`wiring`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cordboard.app.accounts import LogIns
from cordboard.app.administration.administration import Administration
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.network import NetworkAdministration
from cordboard.app.administration.provider import Provider
from cordboard.app.administration.removal import Removal
from cordboard.app.administration.studio import Studio
from cordboard.app.chat import Chat
from cordboard.app.contacts import Contacts, words_of_colleagues
from cordboard.app.dialling import DialPlan, dial_plan
from cordboard.app.engine import Engine
from cordboard.app.history import History
from cordboard.app.ldap_import import LdapImports
from cordboard.app.password_links import PasswordLinks
from cordboard.app.ports import CallBacks, DeviceRow, Directories, Directory
from cordboard.app.preferences import PreferenceStore
from cordboard.app.second_factor import SecondFactor
from cordboard.app.tenancy import Tenancy
from cordboard.app.trunks import TrunkLines
from cordboard.core.types import Instant, OrganisationId, QueueId, UserId
from cordboard.web import rest, wire
from cordboard.web.guard import LoggedIn, token_of
from cordboard.web.metrics import Figures
from cordboard.web.problems import Refusal
from cordboard.web.push import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a request may use."""

    log_ins: LogIns
    administration: Administration
    provider: Provider
    removal: Removal
    tenancy: Tenancy
    directories: Directories
    history: History
    contacts: Contacts
    callbacks: CallBacks
    ldap: LdapImports
    engine: Engine
    hub: Hub
    chat: Chat
    now: Callable[[], Instant]
    practice: Callable[[OrganisationId, wire.Command], Awaitable[wire.Result]]
    health: Callable[[], rest.Health]
    figures: Callable[[], Figures]
    secure: bool
    """Served over HTTPS."""
    origins: frozenset[str]
    contact: str
    version: str
    console: Path
    """Folder of the built console."""
    exchange_ws: str
    """Where the exchange takes SIP over WebSocket: `ws://127.0.0.1:8188/ws`."""
    password_links: PasswordLinks
    second_factor: SecondFactor
    preferences: PreferenceStore
    mail: Literal["smtp", "outbox"]
    loopback: bool
    """Only this machine can reach us."""
    metrics_token: str | None = None
    """Who shows it may read `/metrics`; None: this machine alone may, without any."""
    recordings: Callable[[str], Path | None] = lambda _name: None
    """Where the sound of a message that a caller left is; None: it is not there (any more)."""
    network: NetworkAdministration | None = None
    """None: the exchange is not ours to set up."""
    announcements: Announcements | None = None
    """None: there are no sounds."""
    studio: Studio | None = None
    """None: no telephone can be rung to record."""
    trunks: TrunkLines | None = None
    """None: there is no exchange that has any."""
    emergency: frozenset[str] = frozenset()
    """Numbers that count as emergency calls beside the country's own."""
    plans: dict[OrganisationId, tuple[Directory, DialPlan]] = field(default_factory=dict, init=False)
    """How each organisation's people dial, as long as its configuration is this one."""
    words: dict[OrganisationId, tuple[Directory, Mapping[UserId, str]]] = field(
        default_factory=dict, init=False
    )
    """By what they are found, likewise."""

    def dial_plan(self, organisation: OrganisationId) -> DialPlan:
        """How this organisation's people dial."""
        directory = self.tenancy.all[organisation]
        known = self.plans.get(organisation)
        # Read anew for each click, five hundred people would cost every other caller milliseconds.
        if known is None or known[0] is not directory:
            known = self.plans[organisation] = (directory, dial_plan(directory, self.emergency))
        return known[1]

    def colleagues(self, organisation: OrganisationId) -> Mapping[UserId, str]:
        """By what this organisation's people are found who have an outside number of their own."""
        directory = self.tenancy.all[organisation]
        known = self.words.get(organisation)
        # Asked at each key that somebody types.
        if known is None or known[0] is not directory:
            known = self.words[organisation] = (directory, words_of_colleagues(directory))
        return known[1]

    def forget(self, directory: Directory) -> None:
        """That organisation is no more."""
        organisation = directory.organisation.id
        self.plans.pop(organisation, None)
        self.words.pop(organisation, None)
        if self.studio is not None:
            self.studio.forget(organisation)
        for user in directory.users:
            self.chat.forget(user.id)

    async def logged_in(self, cookies: dict[str, str]) -> LoggedIn | None:
        """Whose browser this is; None: not logged in, or no longer."""
        token = token_of(cookies, secure=self.secure)
        session = await self.log_ins.check(token, self.now()) if token is not None else None
        if session is None:
            return None
        viewer = self.tenancy.viewer(session.user)
        if viewer is None or viewer.organisation.id != session.organisation:
            return None
        return LoggedIn(organisation=session.organisation, viewer=viewer, session=session.token_hash)

    async def require(self, cookies: dict[str, str]) -> LoggedIn:
        """Whose browser this is.

        Raises:
            Refusal: 401 `no_session`.
        """
        logged_in = await self.logged_in(cookies)
        if logged_in is None:
            raise Refusal(401, "no_session")
        return logged_in

    def queues_of(self, logged_in: LoggedIn) -> frozenset[QueueId]:
        """The queues of the groups that the user may work for."""
        groups = logged_in.viewer.user.groups
        return frozenset(q.id for q in self.tenancy.all[logged_in.organisation].queues if q.groups & groups)

    def paired_device(self, logged_in: LoggedIn) -> DeviceRow | None:
        """The device that the user has paired; None: none."""
        desk = self.engine.desks.get(logged_in.organisation)
        agent = desk.board.agents.get(logged_in.viewer.user.id) if desk is not None else None
        if agent is None or agent.device is None:
            return None
        known = self.tenancy.devices().get(agent.device)
        return known[1] if known is not None else None
