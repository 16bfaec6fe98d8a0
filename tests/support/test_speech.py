"""The ear for recordings: finds what was played, through a telephone line, and nothing else."""

import asyncio
import random
from array import array
from pathlib import Path

import pytest

from tests.support import speech
from tests.support.g711 import FRAME_SAMPLES, Codec, decode, encode
from tests.support.rtp import Ear, NotHeard, Packet
from tests.support.tone import sine, write_wav


def voice(seed: int, ms: int = 400) -> "array[int]":
    """Sound that is like no other."""
    chance = random.Random(seed)
    return array("h", (chance.randint(-9000, 9000) for _ in range(ms * 8)))


def heard(samples: "array[int]") -> Ear:
    """An ear that these came to over a telephone line."""
    ear = Ear()
    for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        payload = encode(Codec.PCMA, samples[at : at + FRAME_SAMPLES])
        ear.packets.append(Packet(at, at // FRAME_SAMPLES, Codec.PCMA.value, payload))
    return ear


def test_a_recording_is_found_where_it_began() -> None:
    """To the sample, between other sounds, after the line has made it coarser."""
    sound = sine(440, 333) + voice(1) + voice(2)
    line = array("h", decode(Codec.PCMA, encode(Codec.PCMA, sound)))

    assert speech.find(voice(1), line) == 333 * 8
    assert speech.find(voice(2), line) == 733 * 8


@pytest.mark.parametrize("sound", [voice(2), sine(440, 800), array("h", bytes(8000)), array("h")])
def test_another_sound_is_not_taken_for_it(sound: "array[int]") -> None:
    """Other words, a tone, silence, or nothing at all."""
    assert speech.find(voice(1), sound) is None


def test_a_word_in_common_is_not_a_sentence() -> None:
    """Nor is one that is broken off, or whose begin was missed."""
    sentence = voice(1) + voice(2)

    assert speech.find(sentence, voice(1) + voice(3)) is None
    assert speech.find(sentence, voice(3) + voice(1)) is None
    assert speech.find(sentence, sentence[:-200]) is None
    assert speech.find(sentence, sentence[200:]) is None


async def test_an_ear_says_at_which_sample_it_began(tmp_path: Path) -> None:
    """Counted from the first packet; what is not there is waited for in vain."""
    for seed in (1, 3):
        write_wav(tmp_path / f"{seed}.wav", voice(seed))
    ear = heard(sine(440, 400) + voice(1) + voice(2))

    assert await speech.hears(ear, tmp_path / "1.wav", within_ms=0) == 3200
    with pytest.raises(NotHeard, match="not heard within 0 ms"):
        await speech.hears(ear, tmp_path / "3.wav", within_ms=0)


async def test_a_sentence_that_comes_bit_by_bit_is_waited_for(tmp_path: Path) -> None:
    """As it does in a call."""
    write_wav(tmp_path / "1.wav", voice(1))
    ear, later = Ear(), heard(voice(2) + voice(1) + voice(3)).packets

    async def come() -> None:
        while later:
            ear.packets += [later.pop(0) for _ in range(min(9, len(later)))]
            await asyncio.sleep(0.1)

    came = asyncio.create_task(come())
    assert await speech.hears(ear, tmp_path / "1.wav", within_ms=10_000) == 3200
    await came
