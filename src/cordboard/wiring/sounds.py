"""Where sounds lie: an organisation's own recordings, and the messages that callers left (D21, D29)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path

from cordboard.app.administration.take import spoken_ms
from cordboard.asterisk import sentences
from cordboard.core.commands import Phrase
from cordboard.core.types import MESSAGE, Instant, OrganisationId

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""Of an organisation's or a message's name: what makes one step of a path and never leads out of its folder."""

_HEAD = struct.Struct("<4sI4s24x4sI")
"""What the exchange's WAV files begin with: `RIFF`, the length of the rest, `WAVE`, the format, `data`, its length."""


class Sounds:
    """The two folders, by name."""

    def __init__(self, own: Path, messages: Path) -> None:
        """
        Args:
            own: has a folder per organisation with what it speaks in the place of our voice.
            messages: where the exchange puts what callers say.
        """
        self._own = own
        self._messages = messages

    def media(self, organisation: OrganisationId, phrases: Sequence[Phrase], language: str) -> list[str]:
        """What the exchange plays for these phrases."""
        own = self._own / organisation if _PART.fullmatch(organisation) else None
        return sentences.media(phrases, language, own)

    def message(self, name: str) -> Path | None:
        """The message that was recorded under this name; None: it is not here (any more).

        An exchange on another machine keeps its messages to itself: there are none then.
        """
        if _PART.fullmatch(name) is None:
            return None
        path = self._messages / f"{name}.wav"
        # Not Path.is_file, which raises where a folder may not be read.
        return path if os.path.isfile(path) else None

    async def spoken_ms(self, name: str) -> int | None:
        """How long the message of this name is; 0: nobody says anything in it; None: it is not here.

        One that the exchange died in is from then on as long as what reached the disk.
        """
        return await asyncio.to_thread(_spoken_ms, self.message(name))

    def forget_message(self, name: str) -> None:
        """Nobody is to hear it any more; one that is not here is gone already.

        Raises:
            OSError: it is still there.
        """
        path = self.message(name)
        if path is not None:
            path.unlink(missing_ok=True)

    def recorded_before(self, before: Instant) -> list[str]:
        """Names of the messages whose recording ended before that moment of the calendar, whosever they are."""
        found = []
        for path in self._messages.glob(f"{MESSAGE}*.wav"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime * 1_000 < before:
                    found.append(path.stem)
        return sorted(found)

    def forget_own(self, organisation: OrganisationId) -> None:
        """Everything that this organisation speaks in a voice of its own.

        Raises:
            OSError: some of it is still there.
        """
        folder = self._own / organisation
        if _PART.fullmatch(organisation) is not None and folder.exists():
            shutil.rmtree(folder)

    def forget_messages(self, prefix: str) -> None:
        """The same of all whose names begin so, as far as they can be deleted."""
        for path in self._messages.glob(f"{prefix}*.wav"):
            with contextlib.suppress(OSError):
                path.unlink()


def _spoken_ms(path: Path | None) -> int | None:
    if path is not None:
        with contextlib.suppress(OSError):
            _tell_length(path)
    return spoken_ms(path)


def _tell_length(path: Path) -> None:
    """Asterisk writes how long a recording is when it is over (22.10, seen); until then the file says 0.

    Raises:
        OSError: it could not be written.
    """
    with path.open("r+b") as file:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        riff, _, wave, data, length = _HEAD.unpack(head)
        there = path.stat().st_size - _HEAD.size
        if (riff, wave, data, length) != (b"RIFF", b"WAVE", b"data", 0) or there <= 0:
            return
        file.seek(4)
        file.write(struct.pack("<I", there + _HEAD.size - 8))
        file.seek(_HEAD.size - 4)
        file.write(struct.pack("<I", there))
