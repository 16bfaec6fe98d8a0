"""Where sounds lie: an organisation's own recordings, and the messages that callers left (D21, D29)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from cordboard.app.administration.take import spoken_ms
from cordboard.asterisk import sentences
from cordboard.core.commands import Phrase
from cordboard.core.types import MESSAGE, Instant, OrganisationId

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""Of an organisation's or a message's name: what makes one step of a path and never leads out of its folder."""


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
        return path if path.is_file() else None

    async def spoken_ms(self, name: str) -> int | None:
        """How long the message of this name is; 0: nobody says anything in it; None: it is not here."""
        return await asyncio.to_thread(spoken_ms, self.message(name))

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
