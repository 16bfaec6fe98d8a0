"""Tones as proof of hearing: each party sends one pure tone, and a listener says whose tone it hears when.

Everything is plain Python on 16-bit mono samples. Test tones should lie 40 Hz or more apart and away from the
Dutch call progress tone of 425 Hz; whole hertz only, so that one second of tone repeats without a click.
"""

import math
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PHONE_RATE = 8000
"""Samples per second of G.711."""
WINDOW_MS = 100
"""Length of one look at the sound: long enough to tell tones 10 Hz apart (1 / 0.1 s)."""
SILENCE_DBFS = -50.0
"""Quieter than this counts as silence; G.711 comfort noise and codec residue stay below it."""
TONE_SHARE = 0.2
"""A tone is heard when it carries this part of the sound's power: three tones mixed give a third each."""
VOICES_SHARE = 0.6
"""Those who talk together are nearly all of the sound's power; a note of music has others beside it."""
FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of sound in which the same thing was heard."""

    start_us: int
    """Microseconds, on the clock of whoever recorded."""
    end_us: int
    tones: tuple[int, ...]
    """Hertz, ascending, of the candidates that were heard; empty when none of them was."""
    silent: bool
    """Nothing at all was heard: no packets, or quieter than `SILENCE_DBFS`."""


def sine(hz: int, ms: int, *, rate: int = PHONE_RATE, dbfs: float = -12.0) -> "array[int]":
    """A tone of `hz` for `ms` milliseconds; `dbfs` is its RMS level below a full-scale square wave."""
    peak = FULL_SCALE * math.sqrt(2) * 10 ** (dbfs / 20)
    assert peak < FULL_SCALE, f"{dbfs} dBFS would clip"
    step = 2 * math.pi * hz / rate
    return array("h", (round(peak * math.sin(step * i)) for i in range(rate * ms // 1000)))


def level_dbfs(samples: Sequence[int]) -> float:
    """RMS level in dB below a full-scale square wave; -120 for digital silence or no samples."""
    power = sum(s * s for s in samples) / len(samples) if samples else 0.0
    return 10 * math.log10(power / FULL_SCALE**2) if power > 0 else -120.0


def tone_power(samples: Sequence[int], hz: float, rate: int = PHONE_RATE) -> float:
    """Mean power of the component at `hz`, by Goertzel's recurrence; a pure tone gives its whole power."""
    size = len(samples)
    if size == 0:
        return 0.0
    omega = 2 * math.pi * hz / rate
    coefficient = 2 * math.cos(omega)
    older = newer = 0.0
    for sample in samples:
        older, newer = newer, sample + coefficient * newer - older
    return 2 * (newer * newer + older * older - coefficient * newer * older) / (size * size)


def tone_share(samples: Sequence[int], hz: float, rate: int = PHONE_RATE) -> float:
    """The part, 0 to about 1, of the sound's power that lies at `hz`; 0 for silence."""
    power = sum(s * s for s in samples) / len(samples) if samples else 0.0
    return tone_power(samples, hz, rate) / power if power > 0 else 0.0


def is_silent(samples: Sequence[int]) -> bool:
    """Whether this is too quiet to count as sound."""
    return level_dbfs(samples) < SILENCE_DBFS


def has_tone(samples: Sequence[int], hz: int, rate: int = PHONE_RATE) -> bool:
    """Whether a listener would say that the tone `hz` is in these samples."""
    return not is_silent(samples) and tone_share(samples, hz, rate) >= TONE_SHARE


def tones_in(samples: Sequence[int], candidates: Iterable[int], rate: int = PHONE_RATE) -> tuple[int, ...]:
    """Which of the candidate tones are heard, ascending."""
    if is_silent(samples):
        return ()
    return tuple(sorted(hz for hz in candidates if tone_share(samples, hz, rate) >= TONE_SHARE))


def voices_in(samples: Sequence[int], candidates: Iterable[int], rate: int = PHONE_RATE) -> tuple[int, ...]:
    """Which of the candidate tones are heard, ascending, and nothing much beside them: so it is people, not music."""
    if is_silent(samples):
        return ()
    shares = {hz: tone_share(samples, hz, rate) for hz in candidates}
    heard = {hz: share for hz, share in shares.items() if share >= TONE_SHARE}
    return tuple(sorted(heard)) if sum(heard.values()) >= VOICES_SHARE else ()


def dominant_hz(
    samples: Sequence[int], rate: int = PHONE_RATE, *, low: int = 200, high: int = 3400, step: int = 10
) -> int | None:
    """The loudest frequency on a grid of `step` hertz; None for silence. For messages, not for proofs."""
    if is_silent(samples):
        return None
    return max(range(low, high + 1, step), key=lambda hz: tone_power(samples, hz, rate))


def describe(
    samples: Sequence[int], candidates: Iterable[int], rate: int = PHONE_RATE, *, start_us: int = 0
) -> list[Span]:
    """What was heard when, in windows of `WINDOW_MS`; neighbours that sound the same are joined."""
    wanted = tuple(candidates)
    size = rate * WINDOW_MS // 1000
    spans: list[Span] = []
    for index in range(len(samples) // size):
        window = samples[index * size : (index + 1) * size]
        at = start_us + index * WINDOW_MS * 1000
        spans.append(
            Span(
                start_us=at,
                end_us=at + WINDOW_MS * 1000,
                tones=tones_in(window, wanted, rate),
                silent=is_silent(window),
            )
        )
    return join(spans)


def join(spans: Iterable[Span]) -> list[Span]:
    """The same account with neighbours that sound alike made one."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.end_us == span.start_us and (last.tones, last.silent) == (span.tones, span.silent):
            joined[-1] = Span(
                start_us=last.start_us, end_us=span.end_us, tones=span.tones, silent=span.silent
            )
        else:
            joined.append(span)
    return joined


def write_wav(path: Path, samples: "array[int]", rate: int = PHONE_RATE) -> None:
    """Write 16-bit mono WAV."""
    data = _little_endian(samples).tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1,
                       rate, rate * 2, 2, 16, b"data", len(data))  # fmt: skip
    path.write_bytes(head + data)


def read_wav(path: Path) -> tuple["array[int]", int]:
    """Samples and rate of a 16-bit mono WAV.

    A file that is still being written has a stale length in its header; all that is there is read then.

    Raises:
        ValueError: this is not 16-bit mono PCM, or the header is not complete yet.
    """
    raw = path.read_bytes()
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise ValueError(f"{path} is not a WAV file (yet)")
    offset, rate = 12, 0
    while offset + 8 <= len(raw):
        kind, size = struct.unpack_from("<4sI", raw, offset)
        offset += 8
        if kind == b"fmt ":
            form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", raw, offset)
            if (channels, bits) != (1, 16) or form not in (1, 0xFFFE):
                raise ValueError(f"{path} is not 16-bit mono PCM")
        elif kind == b"data":
            end = offset + size if 0 < size <= len(raw) - offset else len(raw)
            samples: array[int] = array("h")
            samples.frombytes(raw[offset : end - (end - offset) % 2])
            return _little_endian(samples), rate
        offset += size + size % 2
    raise ValueError(f"{path} has no samples (yet)")


@cache
def _big_endian_machine() -> bool:
    return struct.pack("=H", 1) != struct.pack("<H", 1)


def _little_endian(samples: "array[int]") -> "array[int]":
    """WAV is little-endian whatever the machine is."""
    if not _big_endian_machine():
        return samples
    swapped = array("h", samples)
    swapped.byteswap()
    return swapped
