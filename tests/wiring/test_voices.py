"""Another text is spoken by the engine that set-up has, into the file that the exchange plays."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cordboard.app.administration.announcements import CannotSpeak
from cordboard.app.announcements import AnnouncementRow
from cordboard.asterisk.obtain import default_sounds
from cordboard.core.commands import Phrase, Sentence
from cordboard.core.types import OrganisationId
from cordboard.wiring.sounds import Sounds
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


@pytest.mark.exchange
@pytest.mark.rule("D21")
async def test_an_organisations_own_text_is_spoken(tmp_path: Path) -> None:
    """For a telephone, where the exchange finds it by its id."""
    exchange_binary()
    row = AnnouncementRow(id="a-open", name="Open", language="nl", text="Wij zijn er van negen tot vijf.")
    voices = KeptVoices(tmp_path, default_sounds(), lambda _organisation: (row,))
    voices.follow(OURS)
    await voices.jobs.settle()

    one = voices.one(OURS, "own.a-open")
    assert one is not None
    assert (one.source, one.title, one.id) == ("spoken", "Open", "own.a-open")
    assert one.ms is not None
    assert one.ms > 1_000
    greeting = Phrase(sentence=Sentence.GREETING, recording="a-open")
    assert Sounds(tmp_path, tmp_path).media(OURS, [greeting], "nl") == [
        f"sound:{tmp_path / OURS / 'own' / 'a-open'}"
    ]
    assert Sounds(tmp_path, tmp_path).media(OrganisationId("other"), [greeting], "nl") == []
