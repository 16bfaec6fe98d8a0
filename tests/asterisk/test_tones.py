"""The tones that only an agent hears are sound files."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cordboard.asterisk.tones import AGENT_TONES, prepare_agent_tones


@pytest.mark.rule("D27", "D8")
def test_each_tone_is_written_once_and_is_short(tmp_path: Path) -> None:
    """Two that sound different, a telephone's rate, under a second."""
    assert prepare_agent_tones(tmp_path) == len(AGENT_TONES)
    assert prepare_agent_tones(tmp_path) == 0

    heard = set()
    for name in AGENT_TONES:
        with wave.open(str(tmp_path / "cordboard" / "tones" / f"{name}.wav"), "rb") as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
            assert 2_000 < file.getnframes() < 8_000
            heard.add(file.readframes(file.getnframes()))
    assert len(heard) == len(AGENT_TONES)
