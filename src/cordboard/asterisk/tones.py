"""The tones that a caller hears, per country (ITU-T E.180 supplement 2): dial, busy, ringing; and the agent's own."""

from __future__ import annotations

import array
import io
import math
import sys
import wave
from pathlib import Path

from cordboard.asterisk.conffile import section

_EUROPEAN = {
    "ringcadence": "1000,4000",
    "dial": "425",
    "busy": "425/500,0/500",
    "ring": "425/1000,0/4000",
    "congestion": "425/250,0/250",
    "callwaiting": "425/200,0/600,425/200,0/3000",
    "dialrecall": "425/500,0/50",
    "record": "1400/500,0/15000",
    "info": "950/330,1400/330,1800/330,0/1000",
    "stutter": "425/500,0/50",
}

_ZONES: dict[str, dict[str, str]] = {
    "nl": {"callwaiting": "425/500,0/9500"},
    "be": {"ring": "425/1000,0/3000", "congestion": "425/167,0/167", "ringcadence": "1000,3000"},
    "de": {"busy": "425/480,0/480", "congestion": "425/240,0/240"},
    "fr": {"dial": "440", "busy": "440/500,0/500", "ring": "440/1500,0/3500", "ringcadence": "1500,3500"},
    "gb": {
        "ringcadence": "400,200,400,2000",
        "dial": "350+440",
        "busy": "400/375,0/375",
        "ring": "400+450/400,0/200,400+450/400,0/2000",
        "congestion": "400/400,0/350,400/225,0/525",
    },
    "us": {
        "ringcadence": "2000,4000",
        "dial": "350+440",
        "busy": "480+620/500,0/500",
        "ring": "440+480/2000,0/4000",
        "congestion": "480+620/250,0/250",
    },
}


def indications_conf(country: str) -> str:
    """indications.conf; a country that is not listed gets the common European tones."""
    tones = {"description": country, **_EUROPEAN, **_ZONES.get(country, {})}
    return section("general", [("country", country)]) + section(country, tones.items())


# --- short tones that only an agent hears ---

AGENT_TONES: dict[str, tuple[tuple[int, int], ...]] = {
    "end": ((425, 150), (0, 80), (425, 150)),
    "recall": ((880, 100), (0, 60), (880, 100), (0, 60), (1175, 160)),
}
"""Name -> parts of hertz (0: a pause) and milliseconds: this caller is gone, and somebody is on hold for long. Played
as `cordboard/tones/<name>`."""

_RATE, _PEAK, _EDGE_MS = 8000, 6000, 5
"""Samples a second; loudness out of 32767; how soon a tone is at its loudest, as a sudden one clicks."""


def prepare_agent_tones(sounds: Path) -> int:
    """Write those that are missing into the `sounds` folder; returns how many were made.

    Raises:
        OSError: the folder cannot be written.
    """
    made = 0
    for name, parts in AGENT_TONES.items():
        path = sounds / "cordboard" / "tones" / f"{name}.wav"
        samples = array.array("h", [sample for hz, ms in parts for sample in _part(hz, ms)])
        if sys.byteorder == "big":
            samples.byteswap()
        data = io.BytesIO()
        with wave.open(data, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            file.writeframes(samples.tobytes())
        if path.exists() and path.read_bytes() == data.getvalue():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        half.write_bytes(data.getvalue())
        half.replace(path)
        made += 1
    return made


def _part(hz: int, ms: int) -> list[int]:
    count, edge = _RATE * ms // 1000, _RATE * _EDGE_MS // 1000
    return [
        round(_PEAK * min(1.0, at / edge, (count - at) / edge) * math.sin(2 * math.pi * hz * at / _RATE))
        for at in range(count)
    ]
