"""Recordings as proof of hearing: which of our sentences a listener heard, and when each began.

A telephone line changes the samples by a percent or so and leaves their time alone, so a recording is found again by
correlation: its loudest tenth of a second first, and where that fits the whole of it. A tenth alone does not tell two
sentences apart that have a word in common.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from operator import mul
from pathlib import Path

from tests.support.g711 import FRAME_SAMPLES
from tests.support.rtp import Ear, NotHeard
from tests.support.tone import PHONE_RATE, read_wav

SNIPPET = PHONE_RATE // 10
ALIKE = 0.95
"""Correlation from which on it is the same sound; G.711 leaves 0.99 and more."""
POLL_S = 0.25


def length(path: Path) -> int:
    """Samples of a recording."""
    return len(read_wav(path)[0])


def find(recording: Sequence[int], heard: Sequence[int]) -> int | None:
    """The sample of `heard` at which the recording began; None: the whole of it is not in there."""
    return next((at for at in _places(recording, heard) if _is_whole(recording, heard, at)), None)


async def hears(ear: Ear, path: Path, *, within_ms: int, since: int = 0) -> int:
    """Wait until this recording was heard to its end; returns at which sample of all that was heard it began.

    Args:
        since: the sample from which on it is looked for; what was heard before costs nothing.

    Raises:
        NotHeard: not within `within_ms` milliseconds.
    """
    recording, _ = read_wav(path)
    deadline = time.monotonic() + within_ms / 1000
    places: list[int] = []
    seen = since
    while True:
        is_late = time.monotonic() > deadline
        heard = ear.samples(0, len(ear.packets))
        # What was looked at last may end in the middle of the tenth that is looked for.
        first = max(0, seen - SNIPPET)
        # Beside the loop, which sends the sound of every telephone.
        new = await asyncio.to_thread(_places, recording, heard[first:])
        places += [first + at for at in new]
        for at in places:
            if _is_whole(recording, heard, at):
                return at
        seen = len(heard)
        if is_late:
            raise NotHeard(
                f"{path.name} was not heard within {within_ms} ms; of {seen} samples it may begin at {places}"
            )
        await asyncio.sleep(POLL_S)


def _places(recording: Sequence[int], heard: Sequence[int]) -> list[int]:
    """Where the recording would have begun whose loudest tenth of a second is heard; negative: before `heard`."""
    starts = range(0, len(recording) - SNIPPET + 1, FRAME_SAMPLES)
    loudest = max(starts, key=lambda at: _power(recording[at : at + SNIPPET]))
    snippet = recording[loudest : loudest + SNIPPET]
    least = ALIKE * math.sqrt(_power(snippet))
    power, places = _power(heard[:SNIPPET]), []
    for at in range(len(heard) - SNIPPET + 1):
        if power > 0 and sum(map(mul, snippet, heard[at : at + SNIPPET])) > least * math.sqrt(power):
            places.append(at - loudest)
        if at + SNIPPET < len(heard):
            power += heard[at + SNIPPET] ** 2 - heard[at] ** 2
    return places


def _is_whole(recording: Sequence[int], heard: Sequence[int], at: int) -> bool:
    there = heard[max(at, 0) : max(at + len(recording), 0)]
    if len(there) <= len(recording) - FRAME_SAMPLES:
        return False
    # What is left at the end and fills no frame is not sent when nothing follows (22.10, seen).
    product: int = sum(map(mul, recording, there))
    return product > ALIKE * math.sqrt(_power(recording[: len(there)]) * _power(there))


def _power(sound: Sequence[int]) -> int:
    return sum(map(mul, sound, sound))
