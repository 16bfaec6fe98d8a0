"""What an organisation says in its own words, as callers hear it on the real exchange (D21, D25)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.exchange.office import AGENT_HZ, PATIENCE_MS, Worker, at_work, both_hear, calling, unbroken
from tests.support import speech
from tests.support.installation import Desk, Installation
from tests.support.rtp import now_us

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

NUMBER, OTHER = "0534800980", "0534800981"
WELCOME = "Welkom bij Zorggroep de Linde, wij zijn er voor u op werkdagen van acht tot zes uur."
HOURS = "Dit nummer is niet meer in gebruik. Belt u ons op het algemene nummer."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def henk(cordboard: Installation) -> AsyncIterator[Worker]:
    """The administrator, who works in Algemeen as well."""
    async with at_work(cordboard, "henk", "203", "Algemeen") as worker:
        yield worker


async def change(desk: Desk, path: str, **fields: Any) -> None:
    """As the browser does it."""
    _, row = await desk.request("GET", f"/api/admin/{path}")
    version = {"If-Match": f'"{row["version"]}"'}
    status, answer = await desk.request("PATCH", f"/api/admin/{path}", json=fields, headers=version)
    assert status == 200, answer


async def says(cordboard: Installation, desk: Desk, id_: str, **fields: Any) -> Path:
    """An own announcement, when it has been spoken; gives what the exchange plays."""
    sent = {"id": id_, "name": id_} | fields
    status, row = await desk.request("POST", "/api/admin/own_announcements", json=sent)
    assert status == 201, row
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while row["source"] == "none":
            await asyncio.sleep(0.1)
            _, row = await desk.request("GET", f"/api/admin/own_announcements/{id_}")
    assert row["source"] == "spoken"
    return cordboard.data / "recordings/demo/own" / f"{id_}.wav"


async def queue_of(desk: Desk, name: str) -> str:
    """Id of the queue of that name."""
    _, found = await desk.request("GET", "/api/admin/queues")
    return next(str(row["id"]) for row in found["rows"] if row["name"] == name)


@pytest.mark.rule("D25")
async def test_a_greeting_is_heard_whole_and_an_answer_ends_it(cordboard: Installation, henk: Worker) -> None:
    """The telephone rings while it is said; who picks up at once is heard at once, and no word of it more."""
    welcome = await says(cordboard, henk.desk, "a-welcome", text=WELCOME)
    await change(henk.desk, f"queues/{await queue_of(henk.desk, 'Algemeen')}", greeting="a-welcome")
    async with calling(cordboard) as caller:
        rings = await henk.phone.rings(within_ms=PATIENCE_MS)
        await speech.hears(caller.ear, welcome, within_ms=2 * PATIENCE_MS)
    await rings.ended(within_ms=PATIENCE_MS)

    async with calling(cordboard) as caller:
        rings = await henk.phone.rings(within_ms=PATIENCE_MS)
        await rings.answer()
        await both_hear(caller, rings)
        since = now_us()
        await asyncio.sleep(speech.length(welcome) / 8_000)
        unbroken(caller, AGENT_HZ, since)
        assert caller.end is None
    await rings.ended(within_ms=PATIENCE_MS)


@pytest.mark.rule("D21", "D28")
async def test_a_number_says_its_announcement_and_ends_the_call(
    cordboard: Installation, henk: Worker
) -> None:
    """Whole, and nobody's telephone rings."""
    hours = await says(cordboard, henk.desk, "a-hours", text=HOURS, numbers=[NUMBER])
    before = len(henk.phone.calls)
    async with calling(cordboard, NUMBER) as caller:
        await speech.hears(caller.ear, hours, within_ms=PATIENCE_MS)
        await caller.ended(within_ms=PATIENCE_MS)
    assert len(henk.phone.calls) == before


@pytest.mark.rule("D21")
async def test_a_killed_server_cuts_nobody_off_who_listens(cordboard: Installation, henk: Worker) -> None:
    """What is being said goes on; who comes right after the kill hears it as well."""
    hours = await says(cordboard, henk.desk, "a-kept", text=HOURS, numbers=[OTHER])
    async with calling(cordboard, OTHER) as caller, calling(cordboard, OTHER, of="0612345679") as later:
        await caller.answered(within_ms=PATIENCE_MS)
        cordboard.kill_server()
        async with calling(cordboard, OTHER, of="0612345670") as last:
            for one in (caller, later, last):
                await speech.hears(one.ear, hours, within_ms=2 * PATIENCE_MS)
                await one.ended(within_ms=PATIENCE_MS)
    await henk.reconnect()
