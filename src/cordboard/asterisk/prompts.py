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
from cordboard.asterisk.sentences import STUDIO_TEXTS, TEXTS, dutch, number_texts
from cordboard.asterisk.tones import prepare_agent_tones

RATE = 8000
"""Samples a second of everything that is played over a telephone line."""

PROMPTS: Mapping[str, Mapping[str, str]] = {
    language: {**texts, **number_texts(language), **STUDIO_TEXTS[language]}
    for language, texts in TEXTS.items()
}
"""Language -> name -> text; played as `cordboard/<language>/<name>`."""

DIGITS: Mapping[str, tuple[str, ...]] = {"nl": tuple(dutch(n) for n in range(11))}
"""What `digits:` and small `number:` say where the package has no voice for the language (Dutch)."""

RESPELT: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "minuten": "[[min'yt@n]]",
        "minuut": "[[min'yt]]",
        "wachtrij": "wachtrei",
        "zesen": "zessen",
        "ntachtig": "ntaggtig",
        "achthonderd": "acht-honderd",
    }
}
"""Language -> as it is written -> as espeak-ng has to read it to stress the right part (1.52, its own phonemes)."""

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
        sounds / "cordboard" / language / f"{name}.wav": (language, text)
        for language, texts in PROMPTS.items()
        for name, text in texts.items()
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
    for path, (language, text) in wanted.items():
        made += synthesise(binary, respelt(text, language), language, path, goes_on=text.endswith(","))
    return made


def respelt(text: str, language: str) -> str:
    """The text as espeak-ng has to read it; a person is shown the other."""
    for written, read in RESPELT.get(language, {}).items():
        text = text.replace(written, read)
    return text


def synthesise(
    binary: ExchangeBinary,
    text: str,
    voice: str,
    out: Path,
    *,
    pitch: int = 50,
    words_a_minute: int = 155,
    goes_on: bool = False,
) -> bool:
    """Speak `text` into an 8 kHz mono WAV file that Asterisk plays as it is; True when it was made now.

    Args:
        binary: whose espeak-ng speaks.
        text: one or a few sentences.
        voice: espeak-ng's, such as `nl`, `en` or `nl+f3` (a woman's).
        out: the file; its folder is made.
        pitch: `PITCH_RANGE`.
        words_a_minute: how fast; espeak-ng's own 175 is hurried on a telephone.
        goes_on: another recording follows at once: without the silence that ends a sentence (0.4 s).

    Raises:
        ExchangeUnavailable: espeak-ng is missing or failed, or the file cannot be written.
    """
    # Beside each file stands what it says: a changed sentence is spoken anew.
    mark = out.with_suffix(".text")
    said = f"{voice}|{pitch}|{words_a_minute}|{text}" + ("|goes on" if goes_on else "")
    digest = hashlib.sha256(said.encode()).hexdigest()
    if out.exists() and mark.exists() and mark.read_text() == digest:
        return False
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="speech-", dir=out.parent) as folder:
            raw = Path(folder) / "raw.wav"
            manner = ["-v", voice, "-p", str(pitch), "-s", str(words_a_minute), *(["-z"] if goes_on else [])]
            arguments = [*manner, "-w", str(raw), "--", text]
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
