"""A studio beside an office on the pretended exchange: telephones that are rung to record an announcement."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from cordboard.app.administration.administration import Actor, Administration
from cordboard.app.administration.announcements import Announcements
from cordboard.app.administration.fields import Row
from cordboard.asterisk.booth import AsteriskBooth
from cordboard.asterisk.settings import STUDIO_APPLICATION
from cordboard.core.types import OrganisationId, Right, UserId
from cordboard.simulator.exchange import APPLICATION, SimulatedExchange
from cordboard.simulator.socket import SimulatedSocket
from cordboard.storage.open import Database, open_database
from cordboard.wiring.sounds import Sounds
from cordboard.wiring.studio import studio_of
from cordboard.wiring.voices import KeptVoices
from tests.support import tone
from tests.support.office import CHANTAL, ORGANISATION, Office, directory

STEP_MS = 20
CLOSED = "nl.closed"


def administrator(user: UserId = CHANTAL) -> Actor:
    """Somebody who may change announcements."""
    return Actor(
        organisation=ORGANISATION, user=user, name=user.capitalize(), rights=frozenset({Right.ADMIN_QUEUES})
    )


class RecordingOffice:
    """An office, the studio of its server, and its folders."""

    def __init__(self, office: Office, database: Database, folder: Path) -> None:
        self.office, self.database = office, database
        self._messages = folder / "messages"
        self._messages.mkdir()
        self._starts = itertools.count(1)
        self._sounds = Sounds(folder / "own", self._messages)
        self.voices = KeptVoices(folder / "own", folder / "ours")
        administration = Administration(
            database.directories, database.audit, cast(Any, None), office.clock.now
        )
        self.announcements = Announcements(self.voices, administration)
        self.rebuilt: list[Callable[[OrganisationId], None]] = []
        """Who is to hear of a rebuild (`Recovery.told`)."""
        self.start_server()

    def start_server(self) -> None:
        """A server's part of this, on whatever the exchange has."""
        ids = (f"s{next(self._starts)}-{n}" for n in itertools.count(1))
        self._socket = SimulatedSocket(self.office.pretended, STUDIO_APPLICATION)
        self.booth = AsteriskBooth(self._socket, new_id=lambda: next(ids))
        self.studio = studio_of(
            self.announcements,
            self.booth,
            self.office.engine,
            self.office.clock,
            self._sounds,
            self.rebuilt,
        )

    def kill_server(self) -> None:
        """The connection is gone, and with it everything the server knew."""
        self.office.pretended.disconnect(STUDIO_APPLICATION)

    async def pass_ms(self, ms: int) -> None:
        """Time passes, in both applications."""
        step_ms = STEP_MS if ms < 4_000 else 10 * STEP_MS
        for _ in range(ms // step_ms):
            await self.office.pass_ms(step_ms)
            await self._socket.settle()
            await self.studio.settle()
            await self._socket.settle()

    def begin(self, actor: Actor | None = None, device: str | None = None) -> Row:
        """Ring for the announcement of closed hours."""
        return self.studio.begin(actor or administrator(), CLOSED, device)

    @property
    def state(self) -> tuple[str | None, str | None]:
        """As the browser is told: where it is, and what is wrong."""
        row = self.studio.shown(administrator(), CLOSED)
        return row["state"], row["wrong"]

    @property
    def heard(self) -> str:
        """What callers hear: `ours` or `recorded`."""
        found = self.voices.one(ORGANISATION, CLOSED)
        assert found is not None
        return found.source

    @property
    def recordings(self) -> list[str]:
        """Files that wait for a decision."""
        return sorted(path.name for path in self._messages.iterdir())

    def speaks(self, hz: int | None = 600, ms: int = 1_500) -> None:
        """What is being recorded is this tone; None: silence."""
        name = list(self.office.pretended.calls.recordings.kept)[-1]
        samples = tone.sine(hz or 600, ms, dbfs=-12.0 if hz is not None else -70.0)
        tone.write_wav(self._messages / f"{name}.wav", samples)

    async def records(self) -> None:
        """Chantal picks up and hears what to do, up to the tone."""
        phone = self.office.phones[CHANTAL]
        await self.pass_ms(200)
        phone.answer()
        await self.pass_ms(2_000)
        assert self.state == ("recording", None)


@asynccontextmanager
async def recording_office(folder: Path) -> AsyncIterator[RecordingOffice]:
    """Chantal and Piet are at work, and Chantal may change announcements."""
    exchange = SimulatedExchange(seed=1, applications=(APPLICATION, STUDIO_APPLICATION))
    database = await open_database(f"sqlite:///{folder}/office.db", backups=None)
    try:
        await database.directories.save(directory())
        async with Office(exchange) as office:
            yield RecordingOffice(office, database, folder)
    finally:
        await database.close()
