"""Announcements: heard, recorded, spoken otherwise, and ours again, by right."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.app.administration.announcements import Announcement, Announcements, CannotSpeak
from cordboard.app.administration.file import OF_INSTALLATION, OF_ORGANISATION, written
from cordboard.core.types import OrganisationId, Right
from cordboard.wiring.voices import KeptVoices
from tests.web.administrator import apply, change, code_of, errors_of, give, one
from tests.web.rig import CHANTAL, OWN, TWENTE, Rig, log_in, rig

PLACE = "announcements/nl.closed"
SOUND = "/api/announcements/nl.closed/sound"


def sound(*, rate: int = 8000, width: int = 2, channels: int = 1, ms: int = 500) -> bytes:
    """Silence in a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(rate * ms // 1000 * width * channels))
    return made.getvalue()


class Speaking(KeptVoices):
    """Says everything as half a second of silence."""

    mute = stuck = False

    async def forget(self, organisation: OrganisationId, one: Announcement) -> None:
        """Or cannot, on a disk that has gone bad."""
        if self.stuck:
            raise OSError
        await super().forget(organisation, one)

    async def speak(self, organisation: OrganisationId, one: Announcement, text: str) -> None:
        """Or cannot."""
        if self.mute:
            raise CannotSpeak
        await self.record(organisation, one, sound())
        self._path(organisation, one.language, one.name).with_suffix(".said").write_text(text)


@pytest.fixture
async def voices(tmp_path: Path) -> Speaking:
    ours = tmp_path / "ours/cordboard/nl"
    ours.mkdir(parents=True)
    (ours / "closed.wav").write_bytes(sound(ms=250))
    return Speaking(tmp_path / "recordings", tmp_path / "ours")


@pytest.fixture
async def web(tmp_path: Path, voices: Speaking) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        announcements = Announcements(voices, made.services.administration)
        object.__setattr__(made.services, "announcements", announcements)
        await give(made, CHANTAL, Right.ADMIN_QUEUES, Right.ADMIN_AUDIT)
        yield made


async def test_of_two_who_change_the_same_sentence_at_once_the_second_is_told(
    chantal: httpx.AsyncClient, voices: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw the same; speaking takes a while."""
    speak = Speaking.speak

    async def slowly(self: Speaking, *args: Any) -> None:
        await asyncio.sleep(0.05)
        await speak(self, *args)

    monkeypatch.setattr(Speaking, "speak", slowly)
    version = (await one(chantal, PLACE))["version"]
    headers = OWN | {"If-Match": f'"{version}"'}
    answers = await asyncio.gather(
        *(chantal.patch(f"/api/admin/{PLACE}", json={"text": text}, headers=headers) for text in ("A", "B"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [done] = [answer.json()["text"] for answer in answers if answer.status_code == 200]
    assert (await one(chantal, PLACE))["text"] == done


@pytest.mark.rule("X-b", "D25")
async def test_a_recording_and_another_text_take_the_place_of_our_voice(
    chantal: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Where the exchange looks for it; our own text brings our voice back; and each is in the log."""
    row = await one(chantal, PLACE)
    assert (row["source"], row["ms"]) == ("ours", 250)
    ours = row["text"]
    assert (await chantal.get(SOUND)).content == sound(ms=250)
    kept = tmp_path / "recordings" / TWENTE / "nl/closed.wav"

    recorded = await chantal.put(SOUND, content=sound(), headers=OWN)
    assert (recorded.status_code, recorded.json()["source"]) == (200, "recorded"), recorded.text
    assert kept.read_bytes() == (await chantal.get(SOUND)).content == sound()
    spoken = await change(chantal, PLACE, text="Wij zijn er morgen weer.")
    assert (spoken.json()["source"], spoken.json()["text"]) == ("spoken", "Wij zijn er morgen weer.")
    assert (await change(chantal, PLACE, text=ours)).json()["source"] == "ours"
    assert not kept.exists()
    assert (await chantal.put(SOUND, content=sound(), headers=OWN)).status_code == 200
    assert (await chantal.delete(SOUND, headers=OWN)).json()["source"] == "ours"

    log = (await chantal.get("/api/admin/audit?resource=announcements")).json()["rows"]
    told = ["recorded", "spoken", "ours", "recorded", "ours"]
    assert [row["after"]["source"] for row in reversed(log)] == told


async def test_a_sound_that_cannot_be_taken_away_is_told_and_stays(
    chantal: httpx.AsyncClient, voices: Speaking
) -> None:
    """Deleted, or written over by our own text."""
    ours = (await one(chantal, PLACE))["text"]
    await change(chantal, PLACE, text="Wij zijn er morgen weer.")
    voices.stuck = True

    assert code_of(await chantal.delete(SOUND, headers=OWN)) == (409, "not_saved")
    assert code_of(await change(chantal, PLACE, text=ours)) == (409, "not_saved")
    assert (await one(chantal, PLACE))["source"] == "spoken"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"ID3 is an MP3",
        sound()[:1000],
        sound(rate=44_100),
        sound(channels=2),
        sound(width=1),
        sound(ms=0),
    ],
)
async def test_what_no_line_carries_is_refused(chantal: httpx.AsyncClient, wrong: bytes) -> None:
    """And what was heard before is heard still."""
    refused = await chantal.put(SOUND, content=wrong, headers=OWN)
    assert errors_of(refused) == {"sound": "bad_sound"}
    assert (await one(chantal, PLACE))["source"] == "ours"


@pytest.mark.parametrize(
    ("minutes", "answer"),
    [
        (5, (200, None)),
        (5.01, (422, "invalid")),
        (5.5, (413, "request_too_large")),
    ],
)
async def test_a_recording_lasts_five_minutes_at_most(
    chantal: httpx.AsyncClient, minutes: float, answer: tuple[int, str | None]
) -> None:
    """Of a longer one it is said that it is too long, not that the page has to be loaded again."""
    refused = await chantal.put(SOUND, content=sound(ms=int(minutes * 60_000)), headers=OWN)

    assert (refused.status_code, refused.json().get("code")) == answer


async def test_it_takes_the_right_and_an_announcement_that_there_is(
    web: Rig, chantal: httpx.AsyncClient, voices: Speaking, tmp_path: Path
) -> None:
    """A name is never a path; without a speech engine it is said so."""
    assert (await chantal.get("/api/announcements/nl.nothing/sound")).status_code == 404
    strange = "/api/announcements/nl...%2F..%2Fclosed/sound"
    assert (await chantal.put(strange, content=sound(), headers=OWN)).status_code == 404
    assert (await chantal.get("/api/announcements/en.closed/sound")).status_code == 404
    voices.mute = True
    assert code_of(await change(chantal, PLACE, text="Iets anders.")) == (409, "cannot_speak")
    version = (await one(chantal, PLACE))["version"]
    stale = await chantal.patch(
        f"/api/admin/{PLACE}", json={"text": "Iets."}, headers=OWN | {"If-Match": f"not-{version}"}
    )
    assert code_of(stale) == (412, "out_of_date")
    await give(web, CHANTAL, Right.ADMIN_TELEPHONY)
    assert code_of(await change(chantal, PLACE, text="Iets anders.")) == (403, "no_right")
    assert (await chantal.put(SOUND, content=sound(), headers=OWN)).status_code == 403
    assert (await chantal.delete(SOUND, headers=OWN)).status_code == 403
    assert not (tmp_path / "recordings").exists()


@pytest.mark.rule("D25", "X-d")
async def test_a_file_has_sentences_be_said_otherwise_and_brings_ours_back(
    web: Rig, chantal: httpx.AsyncClient, voices: Speaking
) -> None:
    """What is exported is applied without a difference; a recording is no text, so a file leaves it alone."""
    bare = written(web.services.tenancy.all[TWENTE], voices.all(TWENTE))
    assert "[[announcements]]" not in bare
    file = '[[announcements]]\nid = "nl.closed"\ntext = " Wij zijn er morgen weer. "\n'
    assert (
        await chantal.put("/api/announcements/nl.full/sound", content=sound(), headers=OWN)
    ).status_code == 200

    tried = await apply(web, file, check=True)
    assert (await one(chantal, PLACE))["source"] == "ours"
    done = await apply(web, file)

    assert tried.lines == done.lines and done.done, done
    assert done.lines[0].startswith("~ announcements ") and done.lines[0].endswith("(nl.closed)")
    assert (await one(chantal, PLACE))["text"] == "Wij zijn er morgen weer."
    log = (await chantal.get("/api/admin/audit?resource=announcements&thing=nl.closed")).json()["rows"]
    assert [(row["user_name"], row["after"]["source"]) for row in log] == [("", "spoken")]
    exported = written(web.services.tenancy.all[TWENTE], voices.all(TWENTE))
    assert exported == bare + '\n[[announcements]]\nid = "nl.closed"\ntext = "Wij zijn er morgen weer."\n'
    assert (await apply(web, exported)).lines == []
    await apply(web, '[[announcements]]\nid = "en.closed"\ntext = "Tomorrow."\n', prune=True)
    assert [(await one(chantal, f"announcements/{id_}"))["source"] for id_ in ("nl.closed", "en.closed")] == [
        "ours",
        "spoken",
    ]
    assert (await one(chantal, "announcements/nl.full"))["source"] == "recorded"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('id = "nl.nothing"\ntext = "X"', "announcements 1 (nl.nothing): id is not_there"),
        ('id = "own.a-1"\ntext = "X"', "announcements 1 (own.a-1): id is not_there"),
        ('text = "X"', "announcements 1 (?): id is required"),
        ('id = "nl.closed"', "announcements 1 (nl.closed): text is required"),
        ('id = "nl.closed"\ntext = ""', "announcements 1 (nl.closed): text is required"),
        ('id = "nl.closed"\ntext = "X"\nms = 3', "announcements 1 (nl.closed): ms is unknown_field"),
    ],
)
async def test_a_sentence_that_cannot_be_so_stops_the_whole_file(web: Rig, row: str, why: str) -> None:
    """Said by its place; what stands beside it has not changed either."""
    answer = await apply(web, f'[[announcements]]\n{row}\n[[groups]]\nname = "Almelo"\n')

    assert not answer.done and why in answer.sentence, answer
    assert len(web.services.tenancy.all[TWENTE].groups) == 2


async def test_without_a_voice_nothing_of_the_file_is_so(web: Rig, voices: Speaking) -> None:
    """The sentence names what could not be spoken; and what cannot be in the rest lets nothing be spoken."""
    said = '[[announcements]]\nid = "nl.closed"\ntext = "X"\n'
    voices.mute = True
    answer = await apply(web, said + '[[groups]]\nname = "Almelo"\n')
    assert answer.sentence == "It cannot be done now: cannot_speak (announcement nl.closed)."
    assert len(web.services.tenancy.all[TWENTE].groups) == 2

    voices.mute = False
    answer = await apply(web, said + '[[groups]]\nname = "Enschede"\nnumber = "x"\n')
    assert "number is bad_number" in answer.sentence
    found = voices.one(TWENTE, "nl.closed")
    assert found is not None and found.source == "ours"


NOT_IN_A_FILE = {"numbers": "they stand with their queues, people and announcements"}
"""What can be administered and has no place in a file, and why."""


@pytest.mark.rule("X-a")
async def test_everything_that_can_be_administered_can_stand_in_a_file(web: Rig) -> None:
    """A resource that is new comes into the file too, or into the list of those that do not."""
    services = web.services
    object.__setattr__(services, "network", object())
    await give(web, CHANTAL, *Right)
    async with web.client() as client:
        await log_in(client)
        answer = (await client.get("/api/admin")).json()
    there = {resource["name"] for resource in answer["resources"]}

    assert there - NOT_IN_A_FILE.keys() == {*OF_ORGANISATION, *OF_INSTALLATION}
    assert there > NOT_IN_A_FILE.keys()
