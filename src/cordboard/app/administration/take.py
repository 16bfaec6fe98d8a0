"""One recording of an announcement on a telephone: where it is, what goes wrong with it, and whether anybody spoke."""

from __future__ import annotations

import array
import io
import sys
import wave
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from cordboard.app.administration.administration import Actor
from cordboard.core.types import DeviceId, LegId

TAKE_MS_MAX = 10 * 60_000
"""Whatever happens, the telephone is free again after this."""

SPOKEN_PEAK = 500
"""Of 32,767: what is quieter than this is the noise of the line."""
SPOKEN_FRAMES_MIN = 5
FRAME = 160
"""Samples of a fiftieth of a second."""


class TakeState(Enum):
    """Where a recording on a telephone is.

    ::

        ringing -> recording <-> listening -> kept
           |          |             |          ^
           |          +-> done <----+----------+   (the line is gone; the browser decides)
           +----------+-> failed
    """

    RINGING = "ringing"
    RECORDING = "recording"
    """Picked up: hears what to do, or speaks."""
    LISTENING = "listening"
    """Hears it back, and may press a key."""
    DONE = "done"
    """Hung up; the browser keeps it or throws it away."""
    KEPT = "kept"
    FAILED = "failed"


class Wrong(Enum):
    """Why there is no recording."""

    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    NOT_REACHED = "not_reached"
    NOTHING_SAID = "nothing_said"
    NOT_HERE = "not_here"
    """The exchange did not record, or keeps its recordings to itself."""
    LOST = "lost"
    """The line broke."""


class Prompt(Enum):
    """What is said to whoever picks up."""

    SPEAK = "studio_speak"
    NOTHING = "studio_nothing"
    CHOOSE = "studio_choose"
    KEPT = "studio_kept"


class Booth(Protocol):
    """The exchange's side. What comes of it is told as the core's events, to `Studio.told`."""

    @property
    def connected(self) -> bool:
        """Telephones can be rung."""

    def ring(self, leg: LegId, device: DeviceId) -> None:
        """Ring this telephone; LegAnswered or LegEnded follows."""

    def say(self, leg: LegId, language: str, prompt: Prompt, recording: str | None = None) -> None:
        """Play a recording, if one is named, and say this after it; AnnouncementEnded follows."""

    def record(self, leg: LegId, name: str, ms_max: int) -> None:
        """Record under this name until # or the end of the line; MessageRecorded follows."""

    def hang_up(self, leg: LegId) -> None:
        """LegEnded follows."""


@dataclass(slots=True, kw_only=True)
class Take:
    """One telephone that was rung to record one announcement."""

    leg: LegId
    actor: Actor
    announcement: str
    language: str
    device: DeviceId
    device_name: str
    state: TakeState = TakeState.RINGING
    wrong: Wrong | None = None
    name: str | None = None
    """Of the recording that is being made or was made last; None: not yet."""
    ms: int | None = None
    """How long that is; None: there is none to be kept."""
    told_ms: int = 0
    """How long the exchange says that it is, in whole seconds; 0: hardly anything, or not recorded."""
    made: int = 0
    """How many recordings were begun."""
    silent: int = 0
    """In how many of the last ones nothing was heard."""
    over: bool = False
    """The line is gone."""
    leaves: bool = False
    """What is said now is the last; the telephone is hung up after it."""

    def is_making(self, name: str) -> bool:
        """The recording of this name is the one that is spoken now."""
        return self.state is TakeState.RECORDING and self.name == name


def spoken_ms(path: Path | None) -> int | None:
    """How long a recording is in which somebody speaks; 0: nobody does; None: there is none."""
    try:
        with wave.open(io.BytesIO(path.read_bytes() if path is not None else b""), "rb") as file:
            samples = array.array("h", file.readframes(file.getnframes()))
            rate = file.getframerate()
    except (OSError, wave.Error, EOFError, ValueError):
        return None
    if sys.byteorder == "big":
        samples.byteswap()
    frames = (samples[at : at + FRAME] for at in range(0, len(samples), FRAME))
    loud = sum(max(max(frame), -min(frame)) > SPOKEN_PEAK for frame in frames)
    return len(samples) * 1000 // rate if loud >= SPOKEN_FRAMES_MIN else 0
