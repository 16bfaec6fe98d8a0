"""Recording an announcement on a telephone, as the browser asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cordboard.core.events import AnnouncementEnded, Event, LegAnswered, LegEnd, LegEnded, MessageRecorded
from cordboard.core.requests import ChooseGroup, PairDevice
from cordboard.core.types import DeviceId, DeviceKind, GroupId, LegId, Right
from tests.support import tone
from tests.web.administrator import NO_LINE, code_of, errors_of, give, one, refusing
from tests.web.rig import CHANTAL, OWN, TWENTE, Rig, log_in, rig

PLACE = "announcements/nl.closed"
TELEPHONE = "/api/announcements/nl.closed/telephone"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as made:
        await give(made, CHANTAL, Right.ADMIN_QUEUES, Right.ADMIN_AUDIT)
        yield made


def desk_telephone(web: Rig) -> DeviceId:
    """One of the organisation's that is no softphone."""
    board = web.services.engine.desks[TWENTE].board
    return next(one.id for one in board.devices.values() if one.kind is DeviceKind.SIP)


def pair(web: Rig, device: DeviceId) -> None:
    """Chantal works with it."""
    board = web.services.engine.desks[TWENTE].board
    group: GroupId = min(board.agents[CHANTAL].groups)
    for request in (ChooseGroup(agent=CHANTAL, group=group), PairDevice(agent=CHANTAL, device=device)):
        web.services.engine.ask(TWENTE, request, lambda _answer: None)


async def ring(client: httpx.AsyncClient, **sent: object) -> httpx.Response:
    return await client.post(TELEPHONE, json=sent, headers=OWN)


async def records(web: Rig, folder: Path) -> None:
    """Chantal picks up, speaks and hangs up."""
    studio = web.services.studio
    assert studio is not None
    leg = LegId(web.telephones.told[-1][1])

    async def told(*events: Event) -> None:
        for event in events:
            studio.told(event)
        await studio.settle()

    await told(LegAnswered(leg=leg), AnnouncementEnded(leg=leg))
    name = web.telephones.told[-1][2]
    tone.write_wav(folder / f"{name}.wav", tone.sine(600, 700))
    await told(MessageRecorded(leg=leg, name=name, ms=1_000))
    await told(LegEnded(leg=leg, how=LegEnd.HUNG_UP))


@pytest.mark.rule("X-b", "D25")
async def test_the_browser_follows_a_recording_and_keeps_it(
    web: Rig, chantal: httpx.AsyncClient, tmp_path: Path
) -> None:
    """It rings the administrator's own telephone; what was recorded is heard, kept, and in the log."""
    pair(web, desk_telephone(web))
    begun = await ring(chantal)
    assert begun.status_code == 200, begun.text
    assert (begun.json()["state"], begun.json()["own"]) == ("ringing", desk_telephone(web))
    assert code_of(await ring(chantal)) == (409, "device_busy")

    await records(web, tmp_path)
    shown = (await chantal.get(TELEPHONE)).json()
    assert (shown["state"], shown["ms"], shown["on_the_line"]) == ("done", 700, False)
    assert (await one(chantal, PLACE))["source"] == "ours"
    heard = await chantal.get(f"{TELEPHONE}/sound")
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/wav")

    kept = await chantal.put(TELEPHONE, headers=OWN)
    assert (kept.status_code, kept.json()["source"]) == (200, "recorded"), kept.text
    assert (await chantal.get("/api/announcements/nl.closed/sound")).content == heard.content
    assert (await chantal.put(TELEPHONE, headers=OWN)).status_code == 404
    log = (await chantal.get("/api/admin/audit?resource=announcements")).json()["rows"]
    assert [row["after"]["source"] for row in log] == ["recorded"]
    assert not list(tmp_path.glob("cb-take-*"))


@pytest.mark.rule("D25")
async def test_a_recording_is_kept_though_the_log_cannot_say_so(
    web: Rig, chantal: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Callers hear it from then on: it is not offered a second time."""
    assert (await ring(chantal, telephone=desk_telephone(web))).status_code == 200
    await records(web, tmp_path)

    async with refusing(web, NO_LINE):
        kept = await chantal.put(TELEPHONE, headers=OWN)

    assert (kept.status_code, kept.json()["source"]) == (200, "recorded"), kept.text
    assert (await chantal.put(TELEPHONE, headers=OWN)).status_code == 404
    assert not list(tmp_path.glob("cb-take-*"))


@pytest.mark.rule("X-b", "D25")
async def test_a_recording_can_be_thrown_away(web: Rig, chantal: httpx.AsyncClient, tmp_path: Path) -> None:
    """Nothing has changed; and one that is being made ends."""
    assert (await ring(chantal, telephone=desk_telephone(web))).status_code == 200
    await records(web, tmp_path)
    assert (await chantal.delete(TELEPHONE, headers=OWN)).status_code == 204
    assert (await chantal.get(TELEPHONE)).json()["state"] is None
    assert (await chantal.get(f"{TELEPHONE}/sound")).status_code == 404
    assert (await one(chantal, PLACE))["source"] == "ours"
    assert not list(tmp_path.glob("cb-take-*"))

    assert (await ring(chantal, telephone=desk_telephone(web))).status_code == 200
    assert (await chantal.delete(TELEPHONE, headers=OWN)).status_code == 204
    assert web.telephones.told[-1][0] == "hang_up"


@pytest.mark.rule("X-b", "X-c")
async def test_what_cannot_be_done_is_said(web: Rig, chantal: httpx.AsyncClient) -> None:
    """No telephone, a softphone, one of nobody's, none that is a word; nobody sees another's recording."""
    assert code_of(await ring(chantal)) == (409, "no_device")
    board = web.services.engine.desks[TWENTE].board
    softphone = next(one.id for one in board.devices.values() if one.kind is DeviceKind.WEB)
    assert code_of(await ring(chantal, telephone=softphone)) == (409, "is_softphone")
    assert (await ring(chantal, telephone="d-9")).status_code == 404
    assert errors_of(await ring(chantal, telephone=7)) == {"telephone": "bad_value"}
    missing = await chantal.post("/api/announcements/nl.nothing/telephone", json={}, headers=OWN)
    assert missing.status_code == 404
    web.telephones.connected = False
    assert code_of(await ring(chantal, telephone=desk_telephone(web))) == (409, "exchange_down")
    assert not web.telephones.told

    web.telephones.connected = True
    await ring(chantal, telephone=desk_telephone(web))
    async with web.client() as other:
        await log_in(other, "Piet@twente.example")
        assert (await other.get(TELEPHONE)).json()["state"] is None
        assert (await other.put(TELEPHONE, headers=OWN)).status_code == 404
        assert (await other.delete(TELEPHONE, headers=OWN)).status_code == 404
