"""What callers hear while they wait or are on hold: the organisation's choice, kept in the exchange (D25)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from cordboard.app.jobs import Jobs
from cordboard.app.ports import Directory
from cordboard.app.tenancy import Tenancy
from cordboard.asterisk import config, music
from cordboard.asterisk.ami import AmiClient, AmiFailed
from cordboard.asterisk.exchange import AsteriskExchange
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.translate import BridgeName
from cordboard.core.types import OrganisationId
from cordboard.server_settings import ServerSettings
from cordboard.wiring.voices import KeptVoices

log = logging.getLogger(__name__)

Sound = Callable[[OrganisationId, str], Path | None]
"""Where an organisation's own announcement of this id lies; None: nothing of it can be heard."""


def chosen(directory: Directory) -> dict[str, str]:
    """The announcements that are played as music, by queue, and under "" to those on hold."""
    places = {"": directory.organisation.settings.hold_music}
    places |= {queue.id: queue.rules.music for queue in directory.queues}
    return {place: id_ for place, id_ in places.items() if id_ is not None}


class Music:
    """Of all organisations on one exchange."""

    def __init__(
        self,
        server: ServerSettings,
        tenancy: Tenancy,
        ami: AmiClient,
        sound: Sound,
        play_on: Callable[[], None],
    ) -> None:
        """
        Args:
            play_on: has the music of everybody who hears some be what it is to be by now.
        """
        self._etc = server.exchange.run_dir / "etc"
        self._is_ours = server.own_exchange
        self._tenancy, self._ami, self._sound, self._play_on = tenancy, ami, sound, play_on
        self._lock = asyncio.Lock()
        self._unread = False
        """The exchange has not read what is written."""
        self._jobs = Jobs()

    def of(self, name: BridgeName) -> str | None:
        """The class of music of a queue, or of those on hold; None: the usual one."""
        directory = self._tenancy.all.get(name.organisation)
        if directory is None:
            return None
        id_ = chosen(directory).get(name.subject)
        # A class whose file is gone would be silence; one that the exchange does not know is the usual music.
        sound = self._sound(name.organisation, id_) if id_ is not None else None
        return music.class_of(sound) if sound is not None else None

    def changed(self) -> None:
        """Somebody chose other music, or its sound has come or gone: whoever hears it now hears the other."""
        self._jobs.spawn(self._take_up())

    async def _take_up(self) -> None:
        await self.write()
        self._play_on()

    async def write(self) -> None:
        """Have the exchange know every music that is chosen; with it away, its next start does."""
        if not self._is_ours:
            return
        async with self._lock:
            wanted = music.music_conf(self._sounds())
            path = self._etc / music.FILE
            try:
                if not path.is_file() or path.read_text() != wanted:
                    config.write(self._etc, {music.FILE: wanted})
                    self._unread = True
            except OSError:
                log.exception("the music that was chosen cannot be written")
                return
            if self._unread:
                try:
                    await self._ami.action("Command", Command=music.READ_AGAIN)
                except AmiFailed:
                    log.warning("the exchange did not read its music again")
                else:
                    self._unread = False

    def _sounds(self) -> Iterator[Path]:
        for organisation, directory in self._tenancy.all.items():
            for id_ in chosen(directory).values():
                if (sound := self._sound(organisation, id_)) is not None:
                    yield sound


def voices_and_music(
    server: ServerSettings, tenancy: Tenancy, ami: AmiClient, exchange: Callable[[], AsteriskExchange]
) -> tuple[KeptVoices, Music]:
    """Both for this server: what comes and goes with the one, the other plays."""
    own = server.data.resolve() / "recordings"
    voices = KeptVoices(own, default_sounds(), tenancy.announcements, lambda: played.changed())
    played = Music(server, tenancy, ami, voices.own_sound, lambda: exchange().play_on())
    return voices, played
