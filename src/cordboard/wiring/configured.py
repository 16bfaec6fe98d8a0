"""What an administrator changes, carried to everything that runs: desk, consoles, telephones (X-b)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial
from urllib.parse import urlsplit

from cordboard.app.administration.administration import Conflict
from cordboard.app.administration.announcements import OWN
from cordboard.app.administration.fields import Row
from cordboard.app.assembly import empty_board
from cordboard.app.engine import Accepted, Engine, NotDone
from cordboard.app.hours import open_at
from cordboard.app.in_force import in_force
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.ldap import LdapRun
from cordboard.app.ldap_import import LdapImports
from cordboard.app.modules import Module
from cordboard.app.ports import Accounts, Directory, OrganisationRow
from cordboard.app.settings import SettingsWrong
from cordboard.app.tenancy import Tenancy
from cordboard.app.trunks import TrunkState
from cordboard.core.board import Board
from cordboard.core.configure import require_possible
from cordboard.core.refusals import Refused
from cordboard.core.types import DeviceId, Instant, OrganisationId, UserId
from cordboard.server_settings import ServerSettings
from cordboard.web.push import Hub
from cordboard.wiring.music import chosen
from cordboard.wiring.trunks import Trunks
from cordboard.wiring.voices import KeptVoices


def sip_server(settings: ServerSettings) -> tuple[str, int] | None:
    """Where telephones register: the exchange's own address, or our name when it listens on all of them."""
    exchange = settings.exchange
    host = exchange.listen
    if host in ("0.0.0.0", "::"):
        host = urlsplit(settings.url).hostname or host
    return host, exchange.ports.sip


async def _nothing(_organisation: OrganisationId) -> None:
    """Somebody else does it."""


class RunningDesk:
    """The port `Desk` of the administration, on a running server."""

    def __init__(
        self,
        *,
        engine: Engine,
        tenancy: Tenancy,
        numbers: DirectoriesWithNumbers,
        hub: Hub,
        accounts: Accounts,
        ldap: LdapImports,
        voices: KeptVoices,
        telephones: Callable[[], Awaitable[None]],
        own_devices: Callable[[], None],
        now: Callable[[], Instant],
        emergency: frozenset[str],
        sip_server: tuple[str, int] | None = None,
        trunks: Trunks | None = None,
        music: Callable[[], None] = lambda: None,
        begin: Callable[[OrganisationId], Awaitable[None]] = _nothing,
    ) -> None:
        """
        Args:
            begin: puts a desk for an organisation that is known since a moment ago into service.
            numbers: puts those of the configuration file on top.
            telephones: writes them into the exchange.
            own_devices: says whose telephone is whose, before the exchange speaks of them.
            sip_server: where telephones register; None: nowhere.
            trunks: None: there is no exchange that has any.
            music: is told when other music may have been chosen.
        """
        self._engine, self._tenancy, self._numbers, self._hub = engine, tenancy, numbers, hub
        self._accounts, self._telephones, self._own_devices = accounts, telephones, own_devices
        self._now, self._emergency, self._sip_server = now, emergency, sip_server
        self._trunks, self._music = trunks, music
        self._ldap = ldap
        self._voices = voices
        self._begin = begin

    def try_it(self, directory: Directory) -> None:
        """Whether it could be taken over now (see `Desk`)."""
        desk = self._engine.desks.get(directory.organisation.id)
        if desk is None:
            raise Conflict("exchange_down")
        if self._trunks is not None:
            self._trunks.require_possible(directory)
        self._require_quiet(desk.board, directory)
        try:
            require_possible(desk.board, self._board(self._running(directory)))
        except Refused as refused:
            raise Conflict(refused.code.value, **refused.args_) from refused

    def take(self, directory: Directory) -> None:
        """Desk, routing and consoles follow in this instant (see `Desk`)."""
        organisation = directory.organisation.id
        running = self._running(directory)
        if (desk := self._engine.desks.get(organisation)) is not None:
            self._require_quiet(desk.board, directory)
        if self._trunks is not None:
            self._trunks.require_possible(directory)
        answers: list[Accepted | NotDone] = []
        self._engine.configure(organisation, self._board(running), answers.append)
        for answer in answers:
            if isinstance(answer, NotDone):
                raise Conflict(answer.code, **answer.args)
        self._tenancy.take([running])
        if self._trunks is not None:
            self._trunks.taken_up()
        self._own_devices()
        self._hub.reconfigured(organisation, self._tenancy.viewer)

    def _require_quiet(self, board: Board, directory: Directory) -> None:
        """Nobody talks or waits in an organisation that goes out of service.

        Raises:
            Conflict: somebody does.
        """
        before = self._tenancy.organisation(directory.organisation.id)
        if _serves(before) and not _serves(directory.organisation) and board.calls:
            raise Conflict("organisation_in_call", count=str(len(board.calls)))

    async def begin(self, organisation: OrganisationId) -> None:
        """It is configured, has a desk, and its telephones are known (see `Desk`)."""
        self._tenancy.take([await self._numbers.directory(organisation)])
        self._own_devices()
        await self._begin(organisation)
        self._voices.follow(organisation)

    async def taken(self, before: Directory, after: Directory) -> None:
        """Sessions end, telephones are written (see `Desk`)."""
        active = {user.id for user in in_force(after).users if not user.disabled}
        for user in before.users:
            if user.id not in active:
                await self._accounts.end_sessions_of(user.id)
                self._hub.end_sessions_of(user.id)
        if before.announcements != after.announcements:
            self._voices.follow(after.organisation.id)
        if chosen(before) != chosen(after):
            self._music()
        if before.trunks != after.trunks and self._trunks is not None:
            await self._trunks.write()
        if (
            before.trunks != after.trunks
            or before.devices != after.devices
            or before.organisation != after.organisation
        ):
            await self._telephones()

    async def facts(self, organisation: OrganisationId, resource: str) -> Callable[[Row], Row]:
        """What only the running desk knows of things of that kind (see `Desk`)."""
        directory = self._tenancy.all[organisation]
        desk = self._engine.desks.get(organisation)
        match resource:
            case "users":
                chosen = await self._accounts.with_password(organisation)
                return lambda row: _of_user(directory, row) | {"has_password": row["id"] in chosen}
            case "hours":
                return lambda row: {"open_now": _is_open(directory, row, self._now())}
            case "devices":
                return lambda row: self._of_device(desk.board if desk is not None else None, row)
            case "trunks":
                states = await self._trunks.states(organisation) if self._trunks is not None else {}
                return lambda row: _of_trunk(states.get(row["id"], TrunkState(state="unknown")))
            case "own_announcements":
                return partial(self._of_announcement, organisation)
            case "ldap":
                last = await self._ldap.runs.last(organisation)
                running = organisation in self._ldap.running
                return lambda row: _of_ldap(last.get(row["id"]), running=running)
            case _:
                return lambda _row: {}

    def _of_device(self, board: Board | None, row: Row) -> Row:
        device = board.devices.get(DeviceId(row["id"])) if board is not None else None
        used_by = device.used_by if device is not None else None
        server = self._sip_server
        return {
            "registered": device is not None and device.registered,
            "used_by": used_by,
            "used_by_name": board.agents[used_by].name if board is not None and used_by is not None else None,
            "server": None
            if server is None or row["kind"] == "web"
            else {"host": server[0], "port": server[1], "transport": "udp"},
            "user": f"d-{row['id']}",
        }

    def _of_announcement(self, organisation: OrganisationId, row: Row) -> Row:
        one = self._voices.one(organisation, f"{OWN}.{row['id']}")
        return {
            "source": one.source if one is not None else "none",
            "ms": one.ms if one is not None else None,
            "speaking": self._voices.is_speaking(organisation, row["id"]),
        }

    def _running(self, directory: Directory) -> Directory:
        try:
            return in_force(self._numbers.on_top(directory, self._tenancy.organisations()))
        except SettingsWrong as wrong:
            raise Conflict("still_used", by="numbers", name=str(wrong)) from wrong

    def _board(self, directory: Directory) -> Board:
        return empty_board(directory, now=self._now(), emergency=self._emergency)


def _serves(organisation: OrganisationRow) -> bool:
    return not organisation.disabled and Module.OPERATOR not in organisation.modules_off


def _of_trunk(state: TrunkState) -> Row:
    test = state.test
    told = None if test is None else {"number": test.number, "result": test.result, "cause": test.cause}
    return {"state": state.state, "state_detail": state.detail, "test": told}


def _of_ldap(last: LdapRun | None, *, running: bool) -> Row:
    return {"last": None if last is None else asdict(last), "running": running}


def _is_open(directory: Directory, row: Row, now: Instant) -> bool:
    hours = next((one for one in directory.hours if one.id == row["id"]), None)
    return hours is not None and open_at(hours, directory.organisation.time_zone, now)


def _of_user(directory: Directory, row: Row) -> Row:
    user = next((one for one in directory.users if one.id == UserId(row["id"])), None)
    rights: Sequence[str] = []
    if user is not None:
        rights = sorted(right.value for right in directory.rights_of(user))
    return {"all_rights": rights}
