"""Whether what a listener heard is a recording: as long as that, and the same sound (D28).

Length and sound are judged apart, for a recording that is cut in a silence sounds alike, and another one may be as
long. The source is put through the line's codec first, so that only what the exchange changed is left to differ.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.g711 import Codec, decode, encode
from tests.support.tone import PHONE_RATE

LENGTH_MS_MAX = 100
"""So much longer or shorter than its source a recording may be heard."""
ALIKE_MIN = 0.9
"""Normalised correlation from which on it is the same sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a comparison came to."""

    source_ms: float
    heard_ms: float
    lag_ms: float
    """Where in what was heard the source begins; negative: its begin was not heard."""
    alike: float
    """Normalised correlation where they fit best: 1 is the same, 0 has nothing in common."""

    @property
    def difference_ms(self) -> float:
        """Heard so much longer than the source; negative: shorter."""
        return self.heard_ms - self.source_ms

    @property
    def holds(self) -> bool:
        """It is the recording, whole and nothing else."""
        return abs(self.difference_ms) <= LENGTH_MS_MAX and self.alike >= ALIKE_MIN

    def __str__(self) -> str:
        return (
            f"{self.heard_ms:.0f} ms of {self.source_ms:.0f} ms, {self.alike:.3f} alike "
            f"at {self.lag_ms:+.1f} ms"
        )


def judge(source: array[int], heard: array[int], codec: Codec) -> Verdict:
    """Compare what came over a line with its source.

    Args:
        source: the samples of the file, at `PHONE_RATE`.
        heard: all that was heard from the begin of its playing to its end, and nothing else.
        codec: the line's.
    """
    sent = decode(codec, encode(codec, source))
    lag, alike = best_fit(sent, heard)
    return Verdict(
        source_ms=_ms(len(source)), heard_ms=_ms(len(heard)), lag_ms=_ms(lag), alike=round(alike, 6)
    )


def best_fit(source: array[int], heard: array[int]) -> tuple[int, float]:
    """At which sample of `heard` the source fits best, and the normalised correlation there.

    The power of all that was heard counts, so that what was heard beside the source makes it less alike. Where
    either is silent nothing fits: 0.
    """
    if not source or not heard:
        return 0, 0.0
    one, other = np.asarray(source, dtype=np.float64), np.asarray(heard, dtype=np.float64)
    power = float(one @ one) * float(other @ other)
    if power == 0:
        return 0, 0.0
    products = _products(one, other)
    at = int(products.argmax())
    return at - (len(source) - 1), float(products[at]) / power**0.5


def _products(source: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of products at every lag, from the last sample of the source on the first heard to the reverse."""
    count = len(source) + len(heard) - 1
    size = 1 << (count - 1).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.fft.rfft(source[::-1], size)
    return np.fft.irfft(spectrum, size)[:count]


def _ms(samples: int) -> float:
    return samples * 1000 / PHONE_RATE
