"""Speak the sentences that callers and practice callers need, once, at set-up.

espeak-ng writes 22 kHz; Asterisk wants 8 kHz mono. The file appears whole or not at all, so a set-up that was
cut off is simply done again.
"""

from __future__ import annotations

import array
import hashlib
import math
import sys
import tempfile
import wave
from collections.abc import Mapping
from functools import lru_cache
from operator import mul
from pathlib import Path

from cordboard.asterisk.binary import ExchangeBinary, ExchangeUnavailable
from cordboard.asterisk.tones import prepare_agent_tones

RATE = 8000
"""Samples a second of everything that is played over a telephone line."""

PROMPTS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "closed": "Op dit moment kunnen wij u helaas niet te woord staan. Probeert u het later nog eens.",
        "welcome": "Goedendag. Een ogenblik geduld alstublieft, u wordt zo snel mogelijk geholpen.",
        "echo": "Dit is de echotest. Zeg iets na de toon, dan hoort u zichzelf terug.",
        "busy": "Alle medewerkers zijn in gesprek. Blijft u alstublieft aan de lijn.",
    },
    "en": {
        "closed": "We are sorry, nobody can take your call right now. Please try again later.",
        "welcome": "Good day. One moment please, you will be helped as soon as possible.",
        "echo": "This is the echo test. Say something after the tone and you will hear yourself.",
        "busy": "All our people are on the telephone. Please hold the line.",
    },
}
"""Language -> name -> sentence; played as `cordboard/<language>/<name>`."""

DIGITS: Mapping[str, tuple[str, ...]] = {
    "nl": ("nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"),
}
"""What `digits:` and small `number:` say where the package has no voice for the language (Dutch)."""

PITCH_RANGE = (30, 70)
"""espeak-ng's 0 to 99; outside it a voice is a cartoon."""


def prepare_prompts(binary: ExchangeBinary, sounds: Path) -> int:
    """Make the prompts that are missing or whose sentence has changed; returns how many were made.

    Args:
        binary: whose espeak-ng speaks.
        sounds: the `sounds` folder of the exchange's data.

    Raises:
        ExchangeUnavailable: espeak-ng is missing, or the folder cannot be written.
    """
    wanted = {
        sounds / "cordboard" / language / f"{name}.wav": (language, sentence)
        for language, sentences in PROMPTS.items()
        for name, sentence in sentences.items()
    }
    for language, words in DIGITS.items():
        wanted |= {
            sounds / language / "digits" / f"{n}.wav": (language, word) for n, word in enumerate(words)
        }
    try:
        made = prepare_agent_tones(sounds)
    except OSError as problem:
        raise ExchangeUnavailable(
            f"The tones in {sounds} cannot be written ({problem.strerror})."
        ) from problem
    for path, (language, sentence) in wanted.items():
        made += synthesise(binary, sentence, language, path)
    return made


def synthesise(
    binary: ExchangeBinary, text: str, voice: str, out: Path, *, pitch: int = 50, words_a_minute: int = 155
) -> bool:
    """Speak `text` into an 8 kHz mono WAV file that Asterisk plays as it is; True when it was made now.

    Args:
        binary: whose espeak-ng speaks.
        text: one or a few sentences.
        voice: espeak-ng's, such as `nl`, `en` or `nl+f3` (a woman's).
        out: the file; its folder is made.
        pitch: `PITCH_RANGE`.
        words_a_minute: how fast; espeak-ng's own 175 is hurried on a telephone.

    Raises:
        ExchangeUnavailable: espeak-ng is missing or failed, or the file cannot be written.
    """
    # Beside each file stands what it says: a changed sentence is spoken anew.
    mark = out.with_suffix(".text")
    digest = hashlib.sha256(f"{voice}|{pitch}|{words_a_minute}|{text}".encode()).hexdigest()
    if out.exists() and mark.exists() and mark.read_text() == digest:
        return False
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="speech-", dir=out.parent) as folder:
            raw = Path(folder) / "raw.wav"
            arguments = ["-v", voice, "-p", str(pitch), "-s", str(words_a_minute), "-w", str(raw), "--", text]
            binary.run_tool("espeak-ng", arguments)
            to_telephone(raw, Path(folder) / "done.wav")
            (Path(folder) / "done.wav").replace(out)
        mark.write_text(digest)
    except OSError as problem:
        raise ExchangeUnavailable(f"The prompt {out} cannot be written ({problem.strerror}).") from problem
    return True


def to_telephone(source: Path, target: Path) -> None:
    """Turn a 16-bit WAV of any rate into 8 kHz mono.

    Raises:
        ExchangeUnavailable: the file is not 16-bit PCM.
    """
    with wave.open(str(source), "rb") as file:
        if file.getsampwidth() != 2:
            raise ExchangeUnavailable(f"{source.name} is not a 16-bit WAV file.")
        channels, rate = file.getnchannels(), file.getframerate()
        samples = array.array("h", file.readframes(file.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    mono = samples[::channels]
    converted = mono if rate == RATE else resample(mono, rate, RATE)
    if sys.byteorder == "big":
        converted.byteswap()
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(converted.tobytes())


TAPS_HALF = 24
"""Half the filter's length in input samples: over 60 dB less of what would fold back as noise."""


def resample(samples: array.array[int], rate: int, to_rate: int) -> array.array[int]:
    """Change the number of samples a second through a windowed-sinc low-pass; the length in seconds stays."""
    step, ratio = rate // math.gcd(rate, to_rate), to_rate // math.gcd(rate, to_rate)
    count = len(samples) * ratio // step
    padded = [0.0] * TAPS_HALF + [float(sample) for sample in samples] + [0.0] * (TAPS_HALF + 1)
    filters = [_taps(part, ratio, min(1.0, to_rate / rate)) for part in range(ratio)]
    out = array.array("h", bytes(2 * count))
    for index in range(count):
        whole, part = divmod(index * step, ratio)
        value = sum(map(mul, filters[part], padded[whole + 1 : whole + 1 + 2 * TAPS_HALF]))
        out[index] = max(-32768, min(32767, round(value)))
    return out


@lru_cache(maxsize=1024)
def _taps(part: int, ratio: int, cutoff: float) -> tuple[float, ...]:
    """The filter for one of the `ratio` positions between two input samples; sums to 1."""
    # 0.92: the last bit below the new limit is given up, so that the one above it is gone.
    limit = 0.92 * cutoff
    taps = []
    for offset in range(-TAPS_HALF + 1, TAPS_HALF + 1):
        distance = offset - part / ratio
        sinc = limit if distance == 0 else math.sin(math.pi * limit * distance) / (math.pi * distance)
        taps.append(sinc * (0.5 + 0.5 * math.cos(math.pi * distance / (TAPS_HALF + 1))))
    total = sum(taps)
    return tuple(tap / total for tap in taps)
