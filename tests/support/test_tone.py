"""The proof of hearing is itself proven: a tone is found where it is, and nowhere else."""

from array import array
from pathlib import Path

import pytest

from tests.support import g711, tone
from tests.support.g711 import Codec


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("hz", [300, 600, 800, 1500, 3000])
def test_a_tone_through_a_telephone_line_is_recognised(codec: Codec, hz: int) -> None:
    """G.711 and back leaves a tone what it was, at the level it had."""
    sound = g711.decode(codec, g711.encode(codec, tone.sine(hz, 100)))

    assert tone.tones_in(sound, [300, 600, 800, 1500, 3000]) == (hz,)
    assert tone.dominant_hz(sound) == hz
    assert tone.level_dbfs(sound) == pytest.approx(-12.0, abs=0.3)


def test_two_tones_at_once_are_both_heard() -> None:
    """Two people speak: both are heard, a third is not."""
    both = array("h", [a + b for a, b in zip(tone.sine(600, 100), tone.sine(800, 100), strict=True)])

    assert tone.tones_in(both, [425, 600, 800, 1000]) == (600, 800)


def test_the_ringing_tone_is_not_taken_for_a_party() -> None:
    """425 Hz is the exchange's own ringing tone."""
    ringing = tone.sine(425, 100)

    assert not tone.has_tone(ringing, 440 + 25)
    assert not tone.has_tone(ringing, 600)


@pytest.mark.parametrize("codec", list(Codec))
def test_silence_on_the_line_is_silent(codec: Codec) -> None:
    """Frames are sent, nothing is heard in them."""
    (frame,) = g711.tone_frames(codec, None)

    assert tone.is_silent(g711.decode(codec, frame))
    assert tone.tones_in(g711.decode(codec, frame), [600]) == ()


def test_an_account_says_what_was_heard_when() -> None:
    """Half a second of one voice, a pause, half a second of another."""
    sound = tone.sine(600, 500) + array("h", [0] * 8000) + tone.sine(800, 500)

    account = tone.describe(sound, [600, 800])

    assert [(s.start_us // 1000, s.end_us // 1000, s.tones, s.silent) for s in account] == [
        (0, 500, (600,), False),
        (500, 1500, (), True),
        (1500, 2000, (800,), False),
    ]


def test_tone_frames_repeat_without_a_click() -> None:
    """The seam between the last and the first frame is as pure as the middle."""
    frames = g711.tone_frames(Codec.PCMA, 617)
    seam = g711.decode(Codec.PCMA, frames[-1] + frames[0])

    assert tone.tone_share(seam, 617) > 0.97


def test_a_wav_file_reads_back_and_may_still_be_growing(tmp_path: Path) -> None:
    """A recorder that has not closed its file left a length of 0 in the header."""
    sound, path = tone.sine(600, 200, rate=48_000), tmp_path / "tone.wav"
    tone.write_wav(path, sound, 48_000)

    assert tone.read_wav(path) == (sound, 48_000)

    raw = bytearray(path.read_bytes())
    raw[40:44] = bytes(4)
    path.write_bytes(raw[:-100])
    assert tone.read_wav(path) == (sound[:-50], 48_000)


def test_a_file_that_is_no_wav_is_refused(tmp_path: Path) -> None:
    """Rather a clear error than a strange sound."""
    path = tmp_path / "not.wav"
    path.write_bytes(b"hello")

    with pytest.raises(ValueError, match="not a WAV"):
        tone.read_wav(path)


def test_three_who_talk_are_heard_and_a_note_among_others_is_nobody() -> None:
    """A chord that has the pitch of somebody in it was taken for somebody before."""
    voices = (2550, 2790, 3050)

    def mixed(*parts: int) -> list[int]:
        return [sum(at) // len(parts) for at in zip(*(tone.sine(hz, 40) for hz in parts), strict=True)]

    assert tone.voices_in(mixed(*voices), voices) == voices
    assert tone.voices_in(mixed(2550), voices) == (2550,)
    assert tone.tones_in(mixed(2550, 700, 1100), voices) == (2550,)
    assert tone.voices_in(mixed(2550, 700, 1100), voices) == ()
