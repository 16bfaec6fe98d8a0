"""Music that an organisation has put in the place of the usual one, as callers hear it (D25)."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.exchange.office import PATIENCE_MS, Worker, at_work, both_hear, calling
from tests.exchange.test_own_announcements import change, queue_of
from tests.support.installation import Desk, Installation

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

RATE = 8_000
QUEUE_HZ, OTHER_HZ, HOLD_HZ = 1_150, 1_300, 1_450
"""Music that an ear of ours tells apart."""
MANY_TIMES_MS = 2_500
"""Much longer than a piece of music lasts here."""


def tone(hz: int) -> bytes:
    """A second of it, as the browser sends a recording."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        wanted = (int(9_000 * math.sin(2 * math.pi * hz * at / RATE)) for at in range(RATE))
        file.writeframes(b"".join(struct.pack("<h", one) for one in wanted))
    return made.getvalue()


async def plays(desk: Desk, id_: str, hz: int) -> str:
    """An own announcement that is this tone."""
    status, row = await desk.request("POST", "/api/admin/own_announcements", json={"id": id_, "name": id_})
    assert status == 201, row
    await records(desk, id_, hz)
    return id_


async def records(desk: Desk, id_: str, hz: int) -> None:
    """Upload it."""
    place, wav = f"/api/announcements/own.{id_}/sound", {"Content-Type": "audio/wav"}
    status, row = await desk.request("PUT", place, data=tone(hz), headers=wav)
    assert (status, row["source"]) == (200, "recorded"), row


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def henk(cordboard: Installation) -> AsyncIterator[Worker]:
    """The administrator, who works in Algemeen as well."""
    async with at_work(cordboard, "henk", "203", "Algemeen") as worker:
        yield worker


@pytest.mark.rule("D25", "2.1.1-k")
async def test_who_waits_hears_the_queues_music_and_who_is_on_hold_the_organisations(
    cordboard: Installation, henk: Worker
) -> None:
    """Over and over; chosen, changed and taken back while they listen."""
    queue = f"queues/{await queue_of(henk.desk, 'Algemeen')}"
    async with calling(cordboard) as caller:
        # In line before the next one calls: who is first is answered first.
        await caller.hears_music(within_ms=PATIENCE_MS)
        async with calling(cordboard, of="0612345699") as other:
            await change(henk.desk, queue, music=await plays(henk.desk, "m-queue", QUEUE_HZ))
            for one in (caller, other):
                await one.hears(QUEUE_HZ, within_ms=PATIENCE_MS)
            began = await caller.hears(QUEUE_HZ)
            await caller.hears(QUEUE_HZ, since_us=began + MANY_TIMES_MS * 1000, within_ms=PATIENCE_MS)

            await change(henk.desk, queue, music=await plays(henk.desk, "m-other", OTHER_HZ))
            await caller.hears(OTHER_HZ, within_ms=PATIENCE_MS)

            await change(henk.desk, "organisation/demo", hold_music=await plays(henk.desk, "m-hold", HOLD_HZ))
            card = await henk.answer()
            await both_hear(caller, henk.phone.call)
            await henk.does("hold", card["id"])
            await caller.hears(HOLD_HZ, within_ms=PATIENCE_MS)
            await other.hears(OTHER_HZ, within_ms=PATIENCE_MS)
            await henk.does("resume", card["id"])
            await both_hear(caller, henk.phone.call)
            await henk.does("hang_up", card["id"])

            await change(henk.desk, queue, music=None)
            await other.hears_music(without=(OTHER_HZ, QUEUE_HZ, HOLD_HZ), within_ms=PATIENCE_MS)
    await henk.nothing_left()


@pytest.mark.rule("D25", "D16")
async def test_an_exchange_that_was_started_anew_has_the_music_and_so_has_a_server(
    cordboard: Installation, henk: Worker
) -> None:
    """Who calls after it hears it at once; one whose sound was taken away is the usual music."""
    queue = f"queues/{await queue_of(henk.desk, 'Algemeen')}"
    await change(henk.desk, queue, music=await plays(henk.desk, "m-kept", QUEUE_HZ))
    cordboard.kill_exchange()
    await henk.exchange_is(up=False)
    await henk.exchange_is(up=True)
    await henk.is_registered()
    async with calling(cordboard) as caller:
        await caller.hears(QUEUE_HZ, within_ms=PATIENCE_MS)
        cordboard.kill_server()
        await henk.reconnect()
        await caller.hears(QUEUE_HZ, within_ms=PATIENCE_MS)

        status, _ = await henk.desk.request("DELETE", "/api/announcements/own.m-kept/sound")
        assert status == 200
        await caller.hears_music(without=(QUEUE_HZ,), within_ms=PATIENCE_MS)
    await change(henk.desk, queue, music=None)
    await change(henk.desk, "organisation/demo", hold_music=None)
