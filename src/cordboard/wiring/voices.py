"""The sounds that callers hear: ours, and what an organisation has put in their place."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import wave
from pathlib import Path

from cordboard.app.administration.announcements import Announcement, BadSound, CannotSpeak
from cordboard.asterisk.prompts import RATE
from cordboard.asterisk.sentences import TEXTS
from cordboard.core.types import OrganisationId

SPEAK_S = 20
MINUTES_MAX = 5
SAID = ".said"
"""Beside a sound that was spoken: its text."""


class KeptVoices:
    """The port `Voices`."""

    def __init__(self, own: Path, ours: Path) -> None:
        """
        Args:
            own: has a folder for each organisation, see `Sounds`.
            ours: the folder of the prompts that set-up speaks.
        """
        self._own, self._ours = own, ours

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

    def _path(self, organisation: OrganisationId, language: str, name: str) -> Path:
        return self._own / organisation / language / f"{name}.wav"

    def sound(self, organisation: OrganisationId, one: Announcement) -> Path | None:
        """See `Voices`."""
        ours = self._ours / "cordboard" / one.language / f"{one.name}.wav"
        own = self._path(organisation, one.language, one.name)
        return next((path for path in (own, ours) if path.is_file()), None)

    def record(self, organisation: OrganisationId, one: Announcement, sound: bytes) -> None:
        """See `Voices`."""
        _require_telephone(sound)
        path = self._path(organisation, one.language, one.name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_suffix(".new")
        new.write_bytes(sound)
        path.with_suffix(SAID).unlink(missing_ok=True)
        new.replace(path)

    async def speak(self, organisation: OrganisationId, one: Announcement, text: str) -> None:
        """See `Voices`."""
        path = self._path(organisation, one.language, one.name)
        new = path.with_suffix(".new.wav")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cordboard.asterisk.speak", one.language, str(new)),
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
            path.with_suffix(SAID).write_text(text)
            os.replace(new, path)
        except OSError as wrong:
            raise CannotSpeak from wrong
        finally:
            for left in (new, new.with_suffix(".text")):
                left.unlink(missing_ok=True)

    def forget(self, organisation: OrganisationId, one: Announcement) -> None:
        """See `Voices`."""
        path = self._path(organisation, one.language, one.name)
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
