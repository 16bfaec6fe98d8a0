"""A call's log and messages over HTTP: who may see and hear what (X-c, X-h, D29)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.core.records import MessageLeft, Noted, Record, SegmentKind, SegmentOutcome, Why
from cordboard.core.types import CallId, OrganisationId, QueueId, Right, UserId
from cordboard.web.requests.calls import MESSAGES_MAX
from cordboard.web.server import make_server
from tests.contracts.storage.samples import DEN_BOSCH, closed, opened, segment
from tests.web.rig import ALGEMEEN, BRABANT, CHANTAL, PIET, TWENTE, Rig, log_in, rig

NOON = 1_530_000_000_000
CHANTALS, PIETS, ANJAS = "Chantal@twente.example", "Piet@twente.example", "Anja@brabant.example"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Two organisations; the sound of message m1 in a folder."""
    (tmp_path / "tapes").mkdir()
    (tmp_path / "tapes" / "m1.wav").write_bytes(b"RIFF....WAVE")
    (tmp_path / "secret.wav").write_bytes(b"not for browsers")
    async with rig(tmp_path) as made:
        tapes = tmp_path / "tapes"
        made.services = replace(made.services, recordings=lambda name: tapes / f"{name}.wav")
        made.app = make_server(made.services)
        yield made


def _configure(web: Rig, user: UserId, **changed: object) -> None:
    """Somebody is set up otherwise from now on."""
    made = web.services.tenancy.all[TWENTE]
    users = tuple(replace(u, **changed) if u.id == user else u for u in made.users)  # type: ignore[arg-type]
    web.services.tenancy.all[TWENTE] = replace(made, users=users)
    web.services.tenancy._users[user] = (TWENTE, next(u for u in users if u.id == user))


async def get(web: Rig, path: str, who: str = CHANTALS) -> httpx.Response:
    """As this person's browser asks."""
    async with web.client() as client:
        await log_in(client, who)
        return await client.get(path)


async def keep(web: Rig, *records: Record, organisation: OrganisationId = TWENTE) -> None:
    """Facts that are in the database."""
    await web.database.journal.append(organisation, records)


def noted(why: Why, at: int, agent: UserId | None = None, detail: str | None = None) -> Noted:
    """A line about c1."""
    return Noted(call=CallId("c1"), why=why, agent=agent, detail=detail, at=at)


def left(name: str, at: int, *, to: UserId | None = None, queue: QueueId | None = None) -> MessageLeft:
    """A message of four seconds."""
    return MessageLeft(call=CallId("c1"), name=name, ms=4_000, to=to, queue=queue, at=at)


@pytest.mark.rule("X-h")
async def test_the_log_of_a_call_tells_in_names_why_it_rang_whom(web: Rig) -> None:
    """Also of a call that still goes on; a queue by its name."""
    await keep(
        web,
        opened("c1", NOON),
        noted(Why.ENTERED, NOON, None, ALGEMEEN),
        noted(Why.OFFERED, NOON + 1, PIET),
        noted(Why.TRANSFER_FAILED, NOON + 2, CHANTAL, "busy"),
    )

    answer = await get(web, "/api/calls/c1/log")

    assert answer.json() == {
        "call": "c1",
        "lines": [
            {"at": NOON, "why": "entered", "agent_name": None, "detail": "Algemeen"},
            {"at": NOON + 1, "why": "offered", "agent_name": "Piet", "detail": None},
            {"at": NOON + 2, "why": "transfer_failed", "agent_name": "Chantal", "detail": "busy"},
        ],
    }


@pytest.mark.rule("3.2-d")
async def test_with_whom_a_colleague_spoke_is_not_in_the_log_without_the_right(web: Rig) -> None:
    """One's own transfers are; Piet's are not."""
    await keep(
        web,
        opened("c1", NOON),
        noted(Why.TRANSFERRED, NOON, PIET, "31699999999"),
        noted(Why.TRANSFERRED, NOON, CHANTAL, "31688888888"),
    )
    _configure(web, CHANTAL, rights=frozenset(Right) - {Right.COLLEAGUES_NUMBERS})

    without, other = await get(web, "/api/calls/c1/log"), await get(web, "/api/calls/c1/log", PIETS)

    assert [line["detail"] for line in without.json()["lines"]] == [None, "31688888888"]
    assert [line["detail"] for line in other.json()["lines"]] == ["31699999999", "31688888888"]


@pytest.mark.rule("X-c")
async def test_a_log_is_for_who_had_a_part_in_the_call_or_works_in_its_queue(web: Rig) -> None:
    """Another organisation, another group, a colleague's direct call: as if there were no such call."""
    _configure(web, PIET, groups=frozenset({DEN_BOSCH}))
    direct = replace(opened("c2", NOON, queue=None), to=CHANTAL)
    await keep(web, opened("c1", NOON), direct)
    codes = {
        (who, call): (await get(web, f"/api/calls/{call}/log", who)).status_code
        for who in (CHANTALS, PIETS, ANJAS)
        for call in ("c1", "c2", "c9")
    }
    await keep(web, segment("c1", SegmentKind.OFFER, NOON, NOON + 1, SegmentOutcome.ELSEWHERE, PIET))
    after = await get(web, "/api/calls/c1/log", PIETS)

    assert {key for key, code in codes.items() if code == 200} == {(CHANTALS, "c1"), (CHANTALS, "c2")}
    assert set(codes.values()) == {200, 404}
    assert after.status_code == 200
    async with web.client() as client:
        assert (await client.get("/api/calls/c1/log")).status_code == 401


@pytest.mark.rule("D29", "X-c")
async def test_a_message_is_heard_by_whom_it_is_for(web: Rig) -> None:
    """By the person, or by who serves the queue; anybody else finds nothing."""
    await keep(
        web,
        opened("c1", NOON, name="Jansen"),
        left("m1", NOON, to=CHANTAL),
        left("m2", NOON + 1, queue=ALGEMEEN),
        left("m3", NOON + 2, to=PIET),
        closed("c1", NOON + 3),
    )
    await keep(web, opened("c1", NOON), left("m4", NOON, queue=QueueId("q-breda")), organisation=BRABANT)

    listed = await get(web, "/api/messages")
    sound = await get(web, "/api/messages/m1")

    rows: list[dict[str, Any]] = listed.json()["rows"]
    assert [(row["name"], row["queue"], row["caller_name"]) for row in rows] == [
        ("m2", "Algemeen", "Jansen"),
        ("m1", None, "Jansen"),
    ]
    assert (rows[0]["number"], rows[0]["ms"], rows[0]["at"]) == ("31884800943", 4_000, NOON + 1)
    assert (sound.status_code, sound.content) == (200, b"RIFF....WAVE")
    assert sound.headers["content-type"] == "audio/wav"
    assert [row["name"] for row in (await get(web, "/api/messages", ANJAS)).json()["rows"]] == ["m4"]
    for who, name in ((PIETS, "m1"), (ANJAS, "m1"), (CHANTALS, "m2"), (CHANTALS, "m9")):
        assert (await get(web, f"/api/messages/{name}", who)).status_code == 404


@pytest.mark.rule("D29", "D14", "X-c")
async def test_a_message_is_heard_however_many_came_after_it(web: Rig, tmp_path: Path) -> None:
    """The list has the newest hundred; the missed callers show older ones too. Others find nothing still."""
    newer = [left(f"m{number}", NOON + number, queue=ALGEMEEN) for number in range(2, MESSAGES_MAX + 1)]
    oldest = left("m1", NOON, queue=ALGEMEEN)
    others = left("m1000", NOON - 1, to=PIET)
    await keep(web, opened("c1", NOON), others, oldest, *newer, left("m101", NOON + 101, to=CHANTAL))
    await keep(web, closed("c1", NOON + 200))
    for name in ("m1000", "m101"):
        (tmp_path / "tapes" / f"{name}.wav").write_bytes(b"RIFF....WAVE")

    listed = (await get(web, "/api/messages")).json()["rows"]
    codes = [(await get(web, f"/api/messages/{name}")).status_code for name in ("m1", "m101", "m1000")]
    _configure(web, PIET, groups=frozenset({DEN_BOSCH}))
    of_others = [(await get(web, "/api/messages/m1", who)).status_code for who in (PIETS, ANJAS)]

    assert len(listed) == MESSAGES_MAX and "m1" not in {row["name"] for row in listed}
    assert codes == [200, 200, 404]
    assert of_others == [404, 404]


@pytest.mark.rule("X-c")
async def test_who_called_in_vain_is_listed_for_who_serves_the_queue(web: Rig) -> None:
    """The last week's, once for each number; not another group's or organisation's."""
    now = web.services.now()
    long_ago = now - 8 * 24 * 3_600_000
    await keep(
        web,
        opened("c0", long_ago),
        closed("c0", long_ago + 1),
        opened("c1", now - 60_000),
        closed("c1", now - 50_000),
        opened("c2", now - 40_000, name="Jansen"),
        closed("c2", now - 10_000),
    )
    _configure(web, PIET, groups=frozenset({DEN_BOSCH}))

    answer = await get(web, "/api/missed")

    assert answer.json()["rows"] == [
        {
            "call": "c2",
            "number": "31884800943",
            "name": "Jansen",
            "queue": "Algemeen",
            "at": now - 40_000,
            "wait_ms": 30_000,
            "ended_by": "caller",
            "times": 2,
            "claim": None,
        }
    ]
    for who in (PIETS, ANJAS):
        assert (await get(web, "/api/missed", who)).json()["rows"] == []
    async with web.client() as client:
        assert (await client.get("/api/missed")).status_code == 401


async def test_a_name_that_is_no_message_never_becomes_a_path(web: Rig) -> None:
    """Whatever the browser writes there."""
    for name in ("..%2Fsecret", "%2e%2e/secret", "../secret", "m1/../../secret", "%00"):
        assert (await get(web, f"/api/messages/{name}")).status_code in (400, 404)


@pytest.mark.rule("D28")
async def test_how_people_dial_is_read_once_and_anew_after_a_change(web: Rig) -> None:
    """A click must not wait for five hundred people's numbers; a new extension works at once all the same."""
    before = web.services.dial_plan(TWENTE)
    _configure(web, PIET, extension="299")

    after = web.services.dial_plan(TWENTE)

    assert web.services.dial_plan(TWENTE) is after
    assert (before.colleague("299"), after.colleague("299")) == (None, PIET)
