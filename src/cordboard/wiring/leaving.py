"""An organisation that is deleted leaves everything that runs: desk, consoles, routing, telephones (X-a)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from cordboard.app.administration.administration import Administration, Conflict
from cordboard.app.administration.removal import Kept, Removal
from cordboard.app.clock import SteadyClock
from cordboard.app.demo import forget_demo
from cordboard.app.engine import Engine
from cordboard.app.inbound import DirectoriesWithNumbers
from cordboard.app.ldap_import import LdapImports
from cordboard.app.ports import Directory, StorageFailure
from cordboard.app.recognition import Recognition
from cordboard.app.settings import SettingsWrong
from cordboard.app.tenancy import Tenancy
from cordboard.app.troubles import Troubles
from cordboard.app.writer import Writer
from cordboard.core.types import OrganisationId
from cordboard.server_settings import ServerSettings
from cordboard.storage.open import Database
from cordboard.web.push import Hub
from cordboard.wiring.sounds import Sounds
from cordboard.wiring.telephones import Telephones
from cordboard.wiring.trunks import Trunks

log = logging.getLogger(__name__)

WRITTEN_MS_MAX = 5_000
"""What was decided last is written by then, or the database is away and the organisation stays."""


def kept_in(database: Database, sounds: Sounds) -> Kept:
    """All that this installation keeps of organisations."""
    return Kept(
        rows=database.directories,
        messages=database.history,
        sounds=sounds,
        indexes=database.contacts.indexes,
    )


class Running(Protocol):
    """What a server has that knows of organisations."""

    settings: ServerSettings
    clock: SteadyClock
    database: Database
    directories: DirectoriesWithNumbers
    tenancy: Tenancy
    writer: Writer
    engine: Engine
    hub: Hub
    ldap: LdapImports
    recognition: Recognition
    troubles: Troubles
    telephones: Telephones
    trunks: Trunks
    sounds: Sounds
    administration: Administration


def removal_of(server: Running, own_devices: Callable[[], None]) -> Removal:
    """Of this server."""

    def forget(organisation: OrganisationId) -> None:
        server.recognition.forget(organisation)
        server.troubles.forget(organisation)

    house = Leaving(
        engine=server.engine,
        tenancy=server.tenancy,
        numbers=server.directories,
        hub=server.hub,
        writer=server.writer,
        ldap=server.ldap,
        telephones=server.telephones.configured,
        own_devices=own_devices,
        data=server.settings.data,
        trunks=server.trunks,
        forget=forget,
    )
    return Removal(kept_in(server.database, server.sounds), server.administration, house, server.clock.now)


class Leaving:
    """The port `House` of the removal, on a running server."""

    def __init__(
        self,
        *,
        engine: Engine,
        tenancy: Tenancy,
        numbers: DirectoriesWithNumbers,
        hub: Hub,
        writer: Writer,
        ldap: LdapImports,
        telephones: Callable[[], Awaitable[None]],
        own_devices: Callable[[], None],
        data: Path,
        trunks: Trunks | None = None,
        forget: Callable[[OrganisationId], None] = lambda _organisation: None,
    ) -> None:
        """
        Args:
            numbers: knows those of the configuration file.
            telephones: writes them into the exchange, and takes out those that nobody has.
            own_devices: says whose telephone is whose.
            data: the folder of the installation.
            trunks: None: there is no exchange that has any.
            forget: is told, for all who remember something of organisations.
        """
        self._engine, self._tenancy, self._numbers, self._hub = engine, tenancy, numbers, hub
        self._writer, self._ldap = writer, ldap
        self._telephones, self._own_devices, self._trunks = telephones, own_devices, trunks
        self._data, self._forget = data, forget

    def require_possible(self, directory: Directory) -> None:
        """See `House`."""
        organisation = directory.organisation.id
        desk = self._engine.desks.get(organisation)
        if desk is None:
            raise Conflict("exchange_down")
        if desk.board.calls:
            raise Conflict("organisation_in_call", count=str(len(desk.board.calls)))
        if organisation in self._ldap.running:
            raise Conflict("ldap_busy")
        if self._stands_in_file(organisation):
            raise Conflict("stands_in_file")

    def _stands_in_file(self, organisation: OrganisationId) -> bool:
        """The next start would look for it in vain, or take its trunk for everybody's."""
        trunks = self._trunks.all() if self._trunks is not None else ()
        if any(trunk.organisation == organisation and not trunk.made_in_browser for trunk in trunks):
            return True
        others = [one for one in self._tenancy.organisations() if one != organisation]
        try:
            for other in others[:1]:
                self._numbers.on_top(self._tenancy.all[other], others)
        except SettingsWrong:
            return True
        return False

    async def set_aside(self, directory: Directory) -> None:
        """See `House`."""
        self.require_possible(directory)
        organisation = directory.organisation.id
        self._engine.set_aside(organisation)
        try:
            async with asyncio.timeout(WRITTEN_MS_MAX / 1000):
                await self._writer.flushed()
        except TimeoutError:
            self.put_back(organisation)
            raise StorageFailure("what was decided last is not written yet") from None

    def put_back(self, organisation: OrganisationId) -> None:
        """See `House`."""
        self._engine.put_back(organisation)

    async def gone(self, directory: Directory) -> None:
        """See `House`."""
        organisation = directory.organisation.id
        self._engine.forget(organisation)
        self._tenancy.forget(organisation)
        self._own_devices()
        self._hub.forget(organisation, [user.id for user in directory.users])
        self._forget(organisation)
        if directory.organisation.demo:
            try:
                forget_demo(self._data)
            except OSError as problem:
                log.warning("a demo may be made again", extra={"reason": problem.strerror})
        if self._trunks is not None and directory.trunks:
            await self._trunks.write()
        await self._telephones()
