"""The judge of recordings says no where a listener would."""

from __future__ import annotations

import random
from array import array

import pytest

from tests.support.g711 import Codec, decode, encode
from tests.support.recordings import ALIKE_MIN, LENGTH_MS_MAX, judge
from tests.support.tone import PHONE_RATE, sine

SILENCE_MS = 400


def words(seed: int, ms: int) -> array[int]:
    """Something that rises, falls and rests as speech does, another for each seed; ends in a silence."""
    chance, found = random.Random(seed), array("h")
    while len(found) < (ms - SILENCE_MS) * PHONE_RATE // 1000:
        found.extend(sine(chance.randrange(150, 1_800), chance.randrange(60, 180), dbfs=-20))
        found.extend(array("h", bytes(2 * chance.randrange(100, 400))))
    found = found[: (ms - SILENCE_MS) * PHONE_RATE // 1000]
    found.extend(quiet(SILENCE_MS))
    return found


def quiet(ms: int) -> array[int]:
    """Nothing."""
    return array("h", bytes(2 * (ms * PHONE_RATE // 1000)))


def over(codec: Codec, sound: array[int]) -> array[int]:
    """As it comes out of the other end of the line."""
    return decode(codec, encode(codec, sound))


@pytest.mark.parametrize("codec", list(Codec))
def test_what_came_over_the_line_whole_is_the_recording(codec: Codec) -> None:
    """Also a little late, and a little louder than it was sent."""
    source = words(1, 2_000)
    louder = array("h", (value * 5 // 4 for value in source))

    for heard in (over(codec, source), over(codec, quiet(60) + source), over(codec, louder)):
        verdict = judge(source, heard, codec)
        assert verdict.holds, verdict
        assert verdict.alike > 0.99


def test_it_says_where_the_recording_begins() -> None:
    """What came before it, and what of it was not heard, are told apart."""
    source = words(1, 2_000)

    assert judge(source, quiet(60) + source, Codec.PCMA).lag_ms == 60
    assert judge(source, source[480:], Codec.PCMA).lag_ms == -60


@pytest.mark.parametrize("cut_ms", [LENGTH_MS_MAX + 20, SILENCE_MS, 1_500])
def test_a_recording_that_is_cut_is_not_the_recording(cut_ms: int) -> None:
    """In the silence at its end, where it still sounds alike, as well as in the middle of a word."""
    source = words(1, 2_000)
    kept = len(source) - cut_ms * PHONE_RATE // 1000

    for heard in (source[:kept], source[len(source) - kept :]):
        verdict = judge(source, over(Codec.PCMA, heard), Codec.PCMA)
        assert not verdict.holds, verdict
        assert verdict.difference_ms == -cut_ms


def test_another_recording_is_not_the_recording() -> None:
    """However long it is; nor is it the same one twice, at another speed, or with a voice over it."""
    source = words(1, 2_000)
    faster = array("h", (source[at * 11 // 10] for at in range(len(source) * 10 // 11)))
    both = array("h", (one + other for one, other in zip(source, words(3, 2_000), strict=True)))

    for heard in (words(2, 2_000), source + source, faster + quiet(182), both):
        verdict = judge(source, over(Codec.PCMA, heard), Codec.PCMA)
        assert not verdict.holds, verdict
    assert judge(source, words(2, 2_000), Codec.PCMA).alike < ALIKE_MIN / 2


def test_silence_is_no_recording() -> None:
    """Nor is nothing at all."""
    source = words(1, 2_000)

    for heard in (quiet(2_000), array("h")):
        verdict = judge(source, heard, Codec.PCMA)
        assert (verdict.holds, verdict.alike) == (False, 0.0)
