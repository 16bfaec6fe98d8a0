"""Announcements that are an organisation's own, as an administrator keeps them (D21, D25)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.core.types import Right
from cordboard.wiring.voices import KeptVoices
from tests.contracts.storage.samples import ALGEMEEN, URGENT
from tests.support.waiting import until
from tests.web.administrator import change, code_of, delete, errors_of, give, make, one
from tests.web.rig import BRABANT, CHANTAL, OWN, TWENTE, Rig, rig
from tests.web.test_announcements import sound

PLACE = "own_announcements/a-open"
SOUND = "/api/announcements/own.a-open/sound"


class Engine:
    """Speaks at once, in half a second of silence; or not at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.spoken: list[tuple[str, str]] = []
        self.asked = 0
        self.may_speak = asyncio.Event()
        self.may_speak.set()

        async def speak(_self: KeptVoices, path: Path, language: str, text: str, said: str) -> None:
            self.asked += 1
            await self.may_speak.wait()
            self.spoken.append((language, text))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sound())
            path.with_suffix(".said").write_text(said)

        monkeypatch.setattr(KeptVoices, "_speak", speak)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


@pytest.fixture
async def web(tmp_path: Path, engine: Engine) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        await give(
            made,
            CHANTAL,
            Right.ADMIN_QUEUES,
            Right.ADMIN_TELEPHONY,
            Right.ADMIN_USERS,
            Right.ADMIN_AUDIT,
            Right.ADMIN_ORGANISATION,
        )
        yield made


async def made(chantal: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """The opening hours, spoken."""
    wanted = {"id": "a-open", "name": "Openingstijden", "text": "Wij zijn er van negen tot vijf."}
    answer = await make(chantal, "own_announcements", **wanted | fields)
    assert answer.status_code == 201, answer.text
    return await there(chantal)


async def there(chantal: httpx.AsyncClient) -> dict[str, Any]:
    """As it is when nothing is being spoken any more."""
    for _ in range(500):
        row = await one(chantal, PLACE)
        if not row["speaking"]:
            return row
        await asyncio.sleep(0.01)
    raise AssertionError("it is being spoken for ever")


@pytest.mark.rule("D21")
async def test_a_text_is_spoken_and_another_text_or_language_anew(
    chantal: httpx.AsyncClient, engine: Engine
) -> None:
    """In the organisation's language, unless another is chosen; another name changes nothing that is heard."""
    row = await made(chantal)
    assert (row["language"], row["source"], row["ms"]) == ("nl", "spoken", 500)
    await change(chantal, PLACE, name="Wanneer wij er zijn")
    await change(chantal, PLACE, text="Morgen weer.")
    await there(chantal)
    await change(chantal, PLACE, language="en")
    await there(chantal)

    assert engine.spoken == [
        ("nl", "Wij zijn er van negen tot vijf."),
        ("nl", "Morgen weer."),
        ("en", "Morgen weer."),
    ]


async def test_it_says_that_it_is_being_spoken(chantal: httpx.AsyncClient, engine: Engine) -> None:
    """The answer does not wait for it."""
    engine.may_speak.clear()
    await make(chantal, "own_announcements", id="a-open", name="Open", text="Hallo.")
    row = await one(chantal, PLACE)
    assert (row["source"], row["ms"], row["speaking"]) == ("none", None, True)
    assert (await chantal.get(SOUND)).status_code == 404
    engine.may_speak.set()
    assert (await there(chantal))["source"] == "spoken"


async def test_a_recording_takes_its_place_and_stays_whatever_is_written(
    chantal: httpx.AsyncClient, engine: Engine
) -> None:
    """The text is then what it stands for; taken away, our voice says the text."""
    await made(chantal)
    sent = await chantal.put(SOUND, content=sound(ms=700), headers=OWN)
    assert (sent.status_code, sent.json()["source"], sent.json()["ms"]) == (200, "recorded", 700)
    await change(chantal, PLACE, text="Nieuwe tijden.")
    assert ((await there(chantal))["source"], len(engine.spoken)) == ("recorded", 1)

    assert (await chantal.delete(SOUND, headers=OWN)).json()["source"] == "spoken"
    assert engine.spoken[1:] == [("nl", "Nieuwe tijden.")]

    log = (await chantal.get("/api/admin/audit?resource=own_announcements&thing=a-open")).json()["rows"]
    assert [(row["action"], (row["after"] or {}).get("source")) for row in reversed(log)] == [
        ("create", None),
        ("change", "recorded"),
        ("change", None),
        ("change", "spoken"),
    ]


async def test_a_recording_that_comes_while_the_text_is_spoken_is_not_written_over(
    chantal: httpx.AsyncClient, engine: Engine
) -> None:
    """Whoever makes one with a text and records it right away."""
    engine.may_speak.clear()
    await make(chantal, "own_announcements", id="a-open", name="Open", text="Hallo.")
    sending = asyncio.create_task(chantal.put(SOUND, content=sound(ms=700), headers=OWN))
    await one(chantal, PLACE)
    engine.may_speak.set()

    assert (await sending).json()["source"] == "recorded"
    row = await there(chantal)
    assert (row["source"], row["ms"]) == ("recorded", 700)


async def test_without_a_text_there_is_only_what_was_recorded(
    chantal: httpx.AsyncClient, engine: Engine
) -> None:
    """Nothing, until there is a recording; and nothing when it is taken away."""
    assert (await made(chantal, text=""))["source"] == "none"
    await chantal.put(SOUND, content=sound(), headers=OWN)
    assert (await there(chantal))["source"] == "recorded"
    assert (await chantal.delete(SOUND, headers=OWN)).json()["source"] == "none"
    await change(chantal, PLACE, text="Hallo.")
    assert (await there(chantal))["source"] == "spoken"
    await change(chantal, PLACE, text="")
    assert ((await there(chantal))["source"], engine.spoken) == ("none", [("nl", "Hallo.")])


async def test_its_text_is_changed_with_its_name_and_not_among_the_sentences(
    chantal: httpx.AsyncClient,
) -> None:
    """Of those there is one list, and it is not in it."""
    await made(chantal)
    rows = (await chantal.get("/api/admin/announcements")).json()["rows"]
    assert rows
    assert not [row for row in rows if row["id"].startswith("own.")]
    refused = await change(chantal, "announcements/own.a-open", text="Anders.")
    assert refused.status_code == 404


@pytest.mark.rule("D21", "D25")
async def test_what_greets_or_leads_out_is_there_and_stays(chantal: httpx.AsyncClient) -> None:
    """A greeting, a way out with a sentence, one with a message; it is told what still needs it."""
    nothing = {"action": "announcement", "target": "a-open"}
    wrong = await change(chantal, f"queues/{ALGEMEEN}", greeting="a-open", exits={"closed": nothing})
    assert errors_of(wrong) == {"greeting": "not_there", "exits.closed.target": "not_there"}
    await made(chantal)
    for fields in (
        {"greeting": "a-open"},
        {"greeting": None, "exits": {"closed": nothing}},
        {"exits": {"full": {"action": "message", "target": "a-open"}}},
        {"exits": {}, "music": "a-open"},
    ):
        answer = await change(chantal, f"queues/{ALGEMEEN}", **fields)
        assert answer.status_code == 200, answer.text
        refused = await delete(chantal, PLACE)
        assert code_of(refused) == (409, "still_used")
        assert refused.json()["args"] == {"by": "queues", "name": "Algemeen"}
    await change(chantal, f"queues/{ALGEMEEN}", exits={}, music=None)
    assert (await change(chantal, f"organisation/{TWENTE}", hold_music="a-open")).status_code == 200
    refused = await delete(chantal, PLACE)
    assert (code_of(refused), refused.json()["args"]["by"]) == ((409, "still_used"), "organisation")
    await change(chantal, f"organisation/{TWENTE}", hold_music=None)
    assert (await delete(chantal, PLACE)).status_code == 204


async def test_a_queue_of_the_same_id_keeps_no_announcement(chantal: httpx.AsyncClient) -> None:
    """Callers are led to the queue; the announcement can go."""
    await make(chantal, "own_announcements", id=ALGEMEEN, name="Open")
    way = {"full": {"action": "queue", "target": ALGEMEEN}}
    answer = await change(chantal, f"queues/{URGENT}", exits=way)
    assert answer.status_code == 200, answer.text
    assert (await delete(chantal, f"own_announcements/{ALGEMEEN}")).status_code == 204


async def test_the_desk_greets_at_once(web: Rig, chantal: httpx.AsyncClient) -> None:
    """The next caller hears it."""
    await made(chantal)
    await change(chantal, f"queues/{ALGEMEEN}", greeting="a-open")
    board = web.services.engine.desks[TWENTE].board
    assert board.queues[ALGEMEEN].greeting == "a-open"


@pytest.mark.rule("D21", "D28")
async def test_a_number_leads_to_a_queue_a_person_or_an_announcement(
    web: Rig, chantal: httpx.AsyncClient
) -> None:
    """To one of them; whichever list it is changed in, the other shows it."""
    await made(chantal, numbers=["053 480 0980"])
    assert (await one(chantal, "numbers/31534800980"))["announcement"] == "a-open"
    found = web.services.tenancy.destination(device=None, dialled="0534800980", caller=None)
    assert found is not None
    assert (found.organisation, found.queue, found.to, found.announcement) == (TWENTE, None, None, "a-open")

    both = await make(chantal, "numbers", number="0534800981", announcement="a-open", queue=ALGEMEEN)
    assert errors_of(both) == {"queue": "one_of"}
    assert errors_of(await make(chantal, "queues", name="Nieuw", numbers=["0534800980"])) == {
        "numbers": "taken"
    }
    moved = await change(chantal, "numbers/31534800980", announcement=None, queue=ALGEMEEN)
    assert moved.status_code == 200, moved.text
    assert (await one(chantal, PLACE))["numbers"] == []
    assert (await make(chantal, "numbers", number="0534800981", announcement="a-open")).status_code == 201
    assert (await one(chantal, PLACE))["numbers"] == ["31534800981"]


@pytest.mark.rule("D28")
async def test_its_number_is_one_organisations_alone(web: Rig, chantal: httpx.AsyncClient) -> None:
    """As a queue's is."""
    await made(chantal, numbers=["053 480 0980"])
    elsewhere = await web.database.directories.numbers_elsewhere(BRABANT, ["31534800980"])
    assert elsewhere == {"31534800980": "Twente"}


async def test_what_is_deleted_leaves_no_sound(web: Rig, chantal: httpx.AsyncClient, tmp_path: Path) -> None:
    """A new one of that id begins with nothing."""
    await made(chantal)
    folder = tmp_path / "recordings" / TWENTE / "own"
    assert sorted(path.name for path in folder.iterdir()) == ["a-open.said", "a-open.wav"]
    assert (await delete(chantal, PLACE)).status_code == 204
    await until(lambda: not list(folder.iterdir()))
    assert (await made(chantal, text=""))["source"] == "none"


async def test_what_was_written_while_nobody_ran_is_spoken_at_the_start(
    web: Rig, chantal: httpx.AsyncClient, engine: Engine, tmp_path: Path
) -> None:
    """As `cordboard apply` does with a server that is down."""
    await made(chantal)
    for path in (tmp_path / "recordings" / TWENTE / "own").iterdir():
        path.unlink()
    later = KeptVoices(tmp_path / "recordings", tmp_path, web.services.tenancy.announcements)
    later.follow(TWENTE)
    assert later.is_speaking(TWENTE, "a-open")
    await later.jobs.settle()
    assert not later.is_speaking(TWENTE, "a-open")
    assert len(engine.spoken) == 2
    later.follow(TWENTE)
    await later.jobs.settle()
    assert len(engine.spoken) == 2


async def test_one_that_is_named_as_a_sentence_of_ours_has_no_sound_of_ours(
    chantal: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Callers hear nothing, and neither does who administers."""
    ours = tmp_path / "prompts/cordboard/nl"
    ours.mkdir(parents=True)
    (ours / "closed.wav").write_bytes(sound())
    await make(chantal, "own_announcements", id="closed", name="Gesloten")
    assert (await chantal.get("/api/announcements/own.closed/sound")).status_code == 404


async def test_an_organisation_that_is_gone_gets_no_sound_any_more(
    web: Rig, engine: Engine, chantal: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Deleted while its text was spoken: nothing of that is left."""
    await make(chantal, "own_announcements", id="a-open", name="Open", text="Hallo.")
    rows = {TWENTE: web.services.tenancy.announcements(TWENTE)}
    voices = KeptVoices(tmp_path / "other", tmp_path, lambda house: rows.get(house, ()))
    engine.may_speak.clear()
    voices.follow(TWENTE)
    await until(lambda: engine.asked == 2)
    rows.clear()
    engine.may_speak.set()
    await voices.jobs.settle()
    assert list((tmp_path / "other" / TWENTE / "own").iterdir()) == []
    assert not voices.is_speaking(TWENTE, "a-open")


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"name": ""}, {"name": "required"}),
        ({"language": "fr"}, {"language": "bad_language"}),
        ({"text": "x" * 2_001}, {"text": "too_long"}),
        ({"numbers": ["hallo"]}, {"numbers.1": "bad_number"}),
        ({"id": "../a"}, {"id": "bad_id"}),
    ],
)
async def test_what_cannot_be_so_is_told(
    chantal: httpx.AsyncClient, fields: dict[str, Any], codes: dict[str, str]
) -> None:
    """By its field."""
    wanted = {"id": "a-open", "name": "Open", "text": "Hallo."} | fields
    assert errors_of(await make(chantal, "own_announcements", **wanted)) == codes


async def test_one_that_cannot_be_spoken_says_nothing_rather_than_what_it_said_before(
    web: Rig, chantal: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is no engine any more: the page shows that nobody hears anything."""
    await made(chantal)
    monkeypatch.undo()
    monkeypatch.setenv("CORDBOARD_CACHE", str(tmp_path / "empty"))
    await change(chantal, PLACE, text="Anders.")
    row = await there(chantal)
    assert (row["source"], row["ms"]) == ("none", None)
