"""The sounds that callers hear: ours, what an organisation has put in their place, and its own beside them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import sys
import wave
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from cordboard.app.administration.announcements import OWN, Announcement, BadSound, CannotSpeak
from cordboard.app.announcements import AnnouncementRow
from cordboard.app.jobs import Jobs
from cordboard.asterisk.prompts import RATE
from cordboard.asterisk.sentences import TEXTS
from cordboard.core.types import OrganisationId

log = logging.getLogger(__name__)

SPEAK_S = 20
MINUTES_MAX = 5
SAID = ".said"
"""Beside a sound that was spoken: its text."""


class KeptVoices:
    """The port `Voices`."""

    def __init__(
        self,
        own: Path,
        ours: Path,
        rows: Callable[[OrganisationId], Sequence[AnnouncementRow]] = lambda _organisation: (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            own: has a folder for each organisation, see `Sounds`.
            ours: the folder of the prompts that set-up speaks.
            rows: an organisation's own announcements.
            changed: is told when a sound may have come or gone.
        """
        self._own, self._ours, self._rows, self._changed = own, ours, rows, changed
        self._speaking: set[tuple[OrganisationId, str]] = set()
        """Of whose own a text is being spoken, or is about to be."""
        # What is spoken takes a second; a recording that comes meanwhile must not be written over by it.
        self._one_by_one: dict[OrganisationId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.jobs = Jobs()

    def all(self, organisation: OrganisationId) -> list[Announcement]:
        """See `Voices`."""
        return [
            self._one(organisation, language, name, text)
            for language, texts in TEXTS.items()
            for name, text in texts.items()
        ]

    def one(self, organisation: OrganisationId, id_: str) -> Announcement | None:
        """See `Voices`."""
        language, _, name = id_.partition(".")
        if language == OWN:
            row = next((row for row in self._rows(organisation) if row.id == name), None)
            return None if row is None else self._own_one(organisation, row)
        text = TEXTS.get(language, {}).get(name)
        return None if text is None else self._one(organisation, language, name, text)

    def _one(self, organisation: OrganisationId, language: str, name: str, ours: str) -> Announcement:
        own = self._path(organisation, language, name)
        if not own.is_file():
            length = _ms(self._ours / "cordboard" / language / f"{name}.wav")
            return Announcement(language=language, name=name, ours=ours, source="ours", text=ours, ms=length)
        said = own.with_suffix(SAID)
        try:
            text = said.read_text()
        except OSError:
            return Announcement(
                language=language, name=name, ours=ours, source="recorded", text=ours, ms=_ms(own)
            )
        return Announcement(language=language, name=name, ours=ours, source="spoken", text=text, ms=_ms(own))

    def _own_one(self, organisation: OrganisationId, row: AnnouncementRow) -> Announcement:
        path = self._path(organisation, OWN, row.id)
        source: Literal["spoken", "recorded", "none"] = "none"
        if path.is_file():
            source = "spoken" if path.with_suffix(SAID).is_file() else "recorded"
        return Announcement(
            language=row.language,
            name=row.id,
            ours=row.text,
            source=source,
            text=row.text,
            ms=_ms(path),
            title=row.name,
        )

    def _path(self, organisation: OrganisationId, folder: str, name: str) -> Path:
        return self._own / organisation / folder / f"{name}.wav"

    def _path_of(self, organisation: OrganisationId, one: Announcement) -> Path:
        return self._path(organisation, one.language if one.title is None else OWN, one.name)

    def sound(self, organisation: OrganisationId, one: Announcement) -> Path | None:
        """See `Voices`."""
        places = [self._path_of(organisation, one)]
        if one.title is None:
            places.append(self._ours / "cordboard" / one.language / f"{one.name}.wav")
        return next((path for path in places if path.is_file()), None)

    async def record(self, organisation: OrganisationId, one: Announcement, sound: bytes) -> None:
        """See `Voices`."""
        async with self._one_by_one[organisation]:
            await asyncio.to_thread(_record, self._path_of(organisation, one), sound)
        self._changed()

    async def speak(self, organisation: OrganisationId, one: Announcement, text: str) -> None:
        """See `Voices`."""
        said = text if one.title is None else _said(one.language, text)
        async with self._one_by_one[organisation]:
            await self._speak(self._path_of(organisation, one), one.language, text, said)
        self._changed()

    async def _speak(self, path: Path, language: str, text: str, said: str) -> None:
        new = path.with_suffix(".new.wav")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cordboard.asterisk.speak", language, str(new)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                await asyncio.wait_for(process.communicate(text.encode()), SPEAK_S)
            except TimeoutError:
                process.kill()
                await process.wait()
            if process.returncode != 0 or not new.is_file():
                raise CannotSpeak
            path.with_suffix(SAID).write_text(said)
            os.replace(new, path)
        except OSError as wrong:
            raise CannotSpeak from wrong
        finally:
            for left in (new, new.with_suffix(".text")):
                left.unlink(missing_ok=True)

    async def forget(self, organisation: OrganisationId, one: Announcement) -> None:
        """See `Voices`."""
        async with self._one_by_one[organisation]:
            _delete(self._path_of(organisation, one))
        self._changed()

    # --- an organisation's own ---

    def own_sound(self, organisation: OrganisationId, announcement: str) -> Path | None:
        """Its file; None: nothing of it can be heard."""
        path = self._path(organisation, OWN, announcement)
        # Not Path.is_file, which raises where a folder may not be read.
        return path if os.path.isfile(path) else None

    def is_speaking(self, organisation: OrganisationId, announcement: str) -> bool:
        """Its text is being spoken, and can be heard in a moment."""
        return (organisation, announcement) in self._speaking

    def follow(self, organisation: OrganisationId) -> None:
        """Have every text of the organisation's own spoken that is not yet, and forget what is no more."""
        late = {
            (organisation, row.id) for row in self._rows(organisation) if self._is_unspoken(organisation, row)
        }
        self._speaking |= late
        self.jobs.spawn(self._follow(organisation))

    async def _follow(self, organisation: OrganisationId) -> None:
        for row in self._rows(organisation):
            async with self._one_by_one[organisation]:
                try:
                    if self._is_unspoken(organisation, row):
                        await self._speak_own(organisation, row)
                finally:
                    self._speaking.discard((organisation, row.id))
        async with self._one_by_one[organisation]:
            # As it is by now: a text may have taken a while, and the organisation may be gone.
            ids = {row.id for row in self._rows(organisation)}
            for path in (self._own / organisation / OWN).glob("*.wav"):
                if path.stem not in ids:
                    _delete(path)
        self._changed()

    def _is_unspoken(self, organisation: OrganisationId, row: AnnouncementRow) -> bool:
        """What is heard is not this text in this language, and is no recording either."""
        path = self._path(organisation, OWN, row.id)
        try:
            said = path.with_suffix(SAID).read_text()
        except OSError:
            return bool(row.text) and not path.is_file()
        return said != _said(row.language, row.text) or not path.is_file()

    async def _speak_own(self, organisation: OrganisationId, row: AnnouncementRow) -> None:
        path = self._path(organisation, OWN, row.id)
        if not row.text:
            _delete(path)
            return
        try:
            await self._speak(path, row.language, row.text, _said(row.language, row.text))
        except CannotSpeak:
            # Another text than the one that is written would be worse than silence.
            _delete(path)
            log.warning(
                "an announcement could not be spoken",
                extra={"organisation": organisation, "announcement": row.id},
            )


def _said(language: str, text: str) -> str:
    """What is noted of an own text that was spoken: in another language it would be spoken anew."""
    return f"{language}\n{text}"


def _record(path: Path, sound: bytes) -> None:
    _require_telephone(sound)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.write_bytes(sound)
    path.with_suffix(SAID).unlink(missing_ok=True)
    new.replace(path)


def _delete(path: Path) -> None:
    """A sound, and what is noted of it.

    Raises:
        OSError: it is still there.
    """
    path.unlink(missing_ok=True)
    path.with_suffix(SAID).unlink(missing_ok=True)


def _require_telephone(sound: bytes) -> None:
    try:
        with wave.open(io.BytesIO(sound), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames = file.getnframes()
            whole = len(file.readframes(frames)) == frames * 2
    except (wave.Error, EOFError, ValueError) as wrong:
        raise BadSound from wrong
    if form != (1, 2, RATE) or not 0 < frames <= RATE * 60 * MINUTES_MAX or not whole:
        raise BadSound


def _ms(path: Path) -> int | None:
    with contextlib.suppress(OSError, wave.Error, EOFError), wave.open(str(path), "rb") as file:
        return file.getnframes() * 1000 // file.getframerate()
    return None
