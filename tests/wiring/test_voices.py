"""Another text is spoken by the engine that set-up has, into the file that the exchange plays."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cordboard.app.administration.announcements import CannotSpeak
from cordboard.asterisk.obtain import default_sounds
from cordboard.core.types import OrganisationId
from cordboard.wiring.voices import KeptVoices
from tests.support.exchange import exchange_binary

OURS = OrganisationId("vtel")


@pytest.mark.exchange
@pytest.mark.rule("D25")
async def test_another_text_is_spoken(tmp_path: Path) -> None:
    """For a telephone, in some seconds, and nothing else stays behind."""
    exchange_binary()
    voices = KeptVoices(tmp_path, default_sounds())
    closed = next(one for one in voices.all(OURS) if one.id == "nl.closed")

    await voices.speak(OURS, closed, "Wij zijn morgen weer bereikbaar.")

    spoken = next(one for one in voices.all(OURS) if one.id == "nl.closed")
    assert (spoken.source, spoken.text) == ("spoken", "Wij zijn morgen weer bereikbaar.")
    assert sorted(path.name for path in (tmp_path / OURS / "nl").iterdir()) == ["closed.said", "closed.wav"]
    with wave.open(str(tmp_path / OURS / "nl/closed.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() > 8000


async def test_without_an_engine_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said so."""
    monkeypatch.setenv("CORDBOARD_CACHE", str(tmp_path / "empty"))
    voices = KeptVoices(tmp_path / "own", tmp_path)
    closed = next(one for one in voices.all(OURS) if one.id == "nl.closed")
    with pytest.raises(CannotSpeak):
        await voices.speak(OURS, closed, "Iets.")
    assert next(one for one in voices.all(OURS) if one.id == "nl.closed").source == "ours"
