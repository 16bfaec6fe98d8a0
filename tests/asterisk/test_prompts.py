"""Prompts: eight thousand samples a second, without what a telephone line cannot carry."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

import pytest

from cordboard.asterisk.prompts import RATE, resample, respelt, synthesise, to_telephone
from tests.support.exchange import exchange_binary


def tone(hz: float, rate: int) -> array.array[int]:
    """One second of a tone, at a third of full loudness."""
    return array.array("h", [round(10_000 * math.sin(2 * math.pi * hz * n / rate)) for n in range(rate)])


def loudness(samples: array.array[int]) -> float:
    """Root mean square, without the ends."""
    inner = samples[200:-200]
    return math.sqrt(sum(value * value for value in inner) / len(inner))


@pytest.mark.parametrize("hz", [300, 1000, 3000])
def test_speech_passes_the_resampler_unchanged(hz: int) -> None:
    """Same length in seconds, same loudness within two hundredths."""
    out = resample(tone(hz, 22050), 22050, RATE)

    assert len(out) == RATE
    assert loudness(out) == pytest.approx(10_000 / math.sqrt(2), rel=0.02)


@pytest.mark.parametrize("hz", [5000, 7000, 10_000])
def test_what_lies_above_the_line_is_taken_out(hz: int) -> None:
    """Otherwise it folds back as a whistle: more than 50 dB less remains."""
    assert loudness(resample(tone(hz, 22050), 22050, RATE)) < 10_000 / math.sqrt(2) / 300


def test_a_stereo_file_becomes_mono(tmp_path: Path) -> None:
    """A customer's own recording may be one."""
    with wave.open(str(tmp_path / "in.wav"), "wb") as file:
        file.setparams((2, 2, 16000, 0, "NONE", ""))
        left = tone(440, 16000)
        file.writeframes(array.array("h", [value for one in left for value in (one, 0)]).tobytes())

    to_telephone(tmp_path / "in.wav", tmp_path / "out.wav")

    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, RATE, RATE)


@pytest.mark.exchange
def test_a_sentence_is_spoken_once(tmp_path: Path) -> None:
    """The second time nothing is done; another sentence is spoken anew."""
    binary = exchange_binary()
    out = tmp_path / "nl" / "hallo.wav"

    made = [
        synthesise(binary, "Goedemiddag.", "nl", out),
        synthesise(binary, "Goedemiddag.", "nl", out),
        synthesise(binary, "Goedenavond.", "nl", out),
    ]

    assert made == [True, False, True]
    with wave.open(str(out)) as file:
        assert file.getframerate() == RATE
        assert file.getnframes() > RATE / 2
    assert sorted(path.name for path in out.parent.iterdir()) == ["hallo.text", "hallo.wav"]


@pytest.mark.exchange
def test_what_goes_on_has_no_silence_at_its_end(tmp_path: Path) -> None:
    """Otherwise a number would stand alone in its sentence; it is spoken anew when only this changes."""
    binary = exchange_binary()
    out = tmp_path / "drie.wav"
    lengths = []

    for goes_on in (False, True):
        assert synthesise(binary, "drie,", "nl", out, goes_on=goes_on)
        with wave.open(str(out)) as file:
            lengths.append(file.getnframes())

    assert lengths[0] - lengths[1] > RATE / 10


def test_only_the_machine_reads_the_other_spelling() -> None:
    """A person is shown the right one, and English needs none."""
    assert respelt("zesentachtig,", "nl") == "zessentaggtig,"
    assert respelt("twintig minuten", "nl") == "twintig [[min'yt@n]]"
    assert respelt("minuut", "en") == "minuut"
