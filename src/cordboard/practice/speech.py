"""Makes what practice callers say, at set-up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cordboard.asterisk.binary import ExchangeBinary
from cordboard.asterisk.prompts import synthesise
from cordboard.practice.people import PEOPLE, PracticePerson, Saying


def prepare_speech(
    binary: ExchangeBinary, sounds_dir: Path, people: Sequence[PracticePerson] = PEOPLE
) -> int:
    """Speak the sentences that are missing or have changed; returns how many were made.

    Takes about a third of a second of processor time for each, so the first time some ten seconds.

    Args:
        binary: whose espeak-ng speaks.
        sounds_dir: the folder that prompts live in, `asterisk.obtain.default_sounds()`.

    Raises:
        ExchangeUnavailable: espeak-ng is missing, or the folder cannot be written; what was made stays.
    """
    made = 0
    for person in people:
        for saying in Saying:
            made += synthesise(
                binary,
                person.sentence(saying),
                person.voice,
                sounds_dir / f"{person.sound(saying)}.wav",
                pitch=person.pitch,
                words_a_minute=person.words_a_minute,
            )
    return made
