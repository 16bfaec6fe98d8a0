"""An announcement is spoken into a real telephone on the real exchange, and callers hear what was said."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.exchange.office import AGENT_HZ, PATIENCE_MS, Worker, at_work
from tests.exchange.test_announcements import recording
from tests.support import speech, tone
from tests.support.installation import Desk, Installation
from tests.support.waiting import until

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

ANNOUNCEMENT = "/api/announcements/nl.closed"
TELEPHONE = f"{ANNOUNCEMENT}/telephone"
SPOKEN_S = 2.5


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def henk(cordboard: Installation) -> AsyncIterator[Worker]:
    """The administrator, with a telephone that speaks a tone."""
    async with at_work(cordboard, "henk", "203", "Algemeen", keys=True) as worker:
        yield worker


async def take(desk: Desk, **fields: Any) -> dict[str, Any]:
    """Wait until the browser would show this."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        status, row = await desk.request("GET", TELEPHONE)
        assert status == 200, row
        if all(row[name] == value for name, value in fields.items()):
            return dict(row)
        assert time.monotonic() < deadline, (row, fields)
        await asyncio.sleep(0.1)


def takes(cordboard: Installation) -> list[Path]:
    """What the exchange has recorded, or is recording."""
    return list((cordboard.data / "exchange/spool/recording").glob("cb-take-*"))


def could_be(seconds: float, *, since: float, until: float, instruction: Path) -> bool:
    """So long it was spoken after the instruction; that this was over is noticed late on a busy machine.

    Args:
        since: when the telephone was answered.
        until: when the key was pressed, or the telephone put down.
    """
    told, rate = tone.read_wav(instruction)
    return SPOKEN_S - 1 <= seconds <= until - since - len(told) / rate + 0.5


async def download(cordboard: Installation, desk: Desk, path: str, into: Path) -> Path:
    """What the browser would play."""
    async with desk.client.get(f"{cordboard.url}{path}") as answer:
        assert answer.status == 200
        into.write_bytes(await answer.read())
    return into


@pytest.mark.rule("D25")
async def test_what_is_spoken_into_a_telephone_is_kept_with_a_key(
    cordboard: Installation, henk: Worker, tmp_path: Path
) -> None:
    """Ring, instruction, tone, #, heard back, 1; the recording is the tone that was spoken, to the sample."""
    status, row = await henk.desk.request("POST", TELEPHONE, json={})
    assert (status, row["state"]) == (200, "ringing"), row
    call = await henk.phone.rings(within_ms=PATIENCE_MS)
    await call.answer()
    answered, instruction = time.monotonic(), recording(cordboard, "nl/studio_speak")
    await speech.hears(call.ear, instruction, within_ms=PATIENCE_MS)
    await take(henk.desk, state="recording")

    # The tone before it is a third of a second.
    await asyncio.sleep(SPOKEN_S + 0.5)
    await call.press("#")
    spoken = time.monotonic()
    await take(henk.desk, state="listening")
    await call.hears(AGENT_HZ, within_ms=PATIENCE_MS)
    await speech.hears(call.ear, recording(cordboard, "nl/studio_choose"), within_ms=PATIENCE_MS)
    assert (await henk.desk.request("GET", "/api/admin/announcements/nl.closed"))[1]["source"] == "ours"
    await call.press("1")
    await speech.hears(call.ear, recording(cordboard, "nl/studio_kept"), within_ms=PATIENCE_MS)
    await call.ended(within_ms=PATIENCE_MS)

    await take(henk.desk, state="kept", on_the_line=False)
    assert (await henk.desk.request("GET", "/api/admin/announcements/nl.closed"))[1]["source"] == "recorded"
    kept = await download(cordboard, henk.desk, f"{ANNOUNCEMENT}/sound", tmp_path / "kept.wav")
    with wave.open(str(kept)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
    samples, rate = tone.read_wav(kept)
    assert could_be(len(samples) / rate, since=answered, until=spoken, instruction=instruction)
    middle = samples[len(samples) // 4 : 3 * len(samples) // 4]
    assert tone.tone_share(middle, AGENT_HZ, rate) > 0.9
    status, history = await henk.desk.request("GET", "/api/history")
    assert (status, history["rows"]) == (200, [])
    assert not takes(cordboard)
    assert (await henk.desk.request("DELETE", f"{ANNOUNCEMENT}/sound"))[0] == 200


@pytest.mark.rule("D25")
async def test_who_hangs_up_listens_in_the_browser(
    cordboard: Installation, henk: Worker, tmp_path: Path
) -> None:
    """What was said until then is there, and nothing has changed before it is kept."""
    await henk.desk.request("POST", TELEPHONE, json={})
    call = await henk.phone.rings(within_ms=PATIENCE_MS)
    await call.answer()
    answered, instruction = time.monotonic(), recording(cordboard, "nl/studio_speak")
    await speech.hears(call.ear, instruction, within_ms=PATIENCE_MS)
    await asyncio.sleep(SPOKEN_S + 0.5)
    await call.hang_up()
    spoken = time.monotonic()

    row = await take(henk.desk, state="done", on_the_line=False)
    assert could_be(row["ms"] / 1000, since=answered, until=spoken, instruction=instruction)
    heard = await download(cordboard, henk.desk, f"{TELEPHONE}/sound", tmp_path / "heard.wav")
    samples, rate = tone.read_wav(heard)
    assert tone.tone_share(samples[len(samples) // 4 : 3 * len(samples) // 4], AGENT_HZ, rate) > 0.9
    assert (await henk.desk.request("GET", "/api/admin/announcements/nl.closed"))[1]["source"] == "ours"
    assert (await henk.desk.request("DELETE", TELEPHONE))[0] == 204
    await take(henk.desk, state=None)


@pytest.mark.rule("D25")
async def test_a_telephone_that_is_busy_or_put_down_at_once_is_told_so(
    cordboard: Installation, henk: Worker
) -> None:
    """Each in its own words; and a number that nobody has registered is not rung at all."""
    await henk.desk.request("POST", TELEPHONE, json={})
    await (await henk.phone.rings(within_ms=PATIENCE_MS)).reject()
    await take(henk.desk, state="failed", wrong="busy")

    await henk.desk.request("POST", TELEPHONE, json={})
    call = await henk.phone.rings(within_ms=PATIENCE_MS)
    await call.answer()
    await take(henk.desk, state="recording")
    await call.hang_up()
    await take(henk.desk, state="failed", wrong="nothing_said")

    status, body = await henk.desk.request("POST", TELEPHONE, json={"telephone": "demo-204"})
    assert (status, body["code"]) == (409, "device_not_registered")


@pytest.mark.rule("D25", "X-h")
async def test_a_killed_server_leaves_no_telephone_off_the_hook(
    cordboard: Installation, henk: Worker
) -> None:
    """The next server hangs it up, and what was recorded is gone."""
    await henk.desk.request("POST", TELEPHONE, json={})
    call = await henk.phone.rings(within_ms=PATIENCE_MS)
    await call.answer()
    await speech.hears(call.ear, recording(cordboard, "nl/studio_speak"), within_ms=PATIENCE_MS)
    await until(lambda: bool(takes(cordboard)))

    cordboard.kill_server()
    await call.ended(within_ms=PATIENCE_MS)
    await henk.reconnect()
    await take(henk.desk, state=None)
    assert not takes(cordboard)
