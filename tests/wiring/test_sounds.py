"""Which files the exchange plays, and where messages are found."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cordboard.core.commands import Phrase, Sentence
from cordboard.core.types import OrganisationId
from cordboard.wiring.sounds import Sounds

VTEL, OTHER = OrganisationId("vtel"), OrganisationId("other")
CLOSED = (Phrase(sentence=Sentence.CLOSED),)


def test_an_organisations_own_recording_is_played_to_its_callers_alone(tmp_path: Path) -> None:
    """Others hear our voice."""
    own = tmp_path / "recordings" / "vtel" / "nl" / "closed.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"RIFF")
    sounds = Sounds(tmp_path / "recordings", tmp_path / "messages")

    assert sounds.media(VTEL, CLOSED, "nl") == [f"sound:{own.with_suffix('')}"]
    assert sounds.media(OTHER, CLOSED, "nl") == ["sound:cordboard/nl/closed"]
    assert sounds.media(OrganisationId("../recordings/vtel"), CLOSED, "nl") == ["sound:cordboard/nl/closed"]


def test_a_message_is_found_by_its_name(tmp_path: Path) -> None:
    """As the core names it: after the call, whose name has a full stop."""
    path = tmp_path / "message-c-1764112345.12.wav"
    path.write_bytes(b"RIFF")
    sounds = Sounds(tmp_path / "recordings", tmp_path)

    assert sounds.message("message-c-1764112345.12") == path
    assert sounds.message("message-c-1") is None


@pytest.mark.rule("D29")
async def test_a_message_in_which_the_exchange_died_is_as_long_as_what_reached_the_disk(
    tmp_path: Path,
) -> None:
    """Its file says that it has no length, as the exchange leaves it; afterwards every player can play it."""
    path = tmp_path / "message-c-1.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20\x00\xe0" * 16_000)
    whole = path.read_bytes()
    cut = bytearray(whole)
    cut[4:8] = cut[40:44] = bytes(4)
    path.write_bytes(cut)

    assert await Sounds(tmp_path / "recordings", tmp_path).spoken_ms("message-c-1") == 4_000

    assert path.read_bytes() == whole
    with wave.open(str(path), "rb") as file:
        assert file.getnframes() == 32_000


@pytest.mark.parametrize("name", ["", "..", "../secrets", "a/b", "/etc/passwd", ".hidden", "a\0b", "a" * 300])
def test_a_name_never_leads_out_of_the_folder_of_messages(tmp_path: Path, name: str) -> None:
    """Whoever asks."""
    (tmp_path / "secrets.wav").write_bytes(b"RIFF")
    folder = tmp_path / "messages"
    folder.mkdir()

    assert Sounds(tmp_path / "recordings", folder).message(name) is None
