"""Nobody is there but the exchange: what it did with its callers is in the history once, when somebody is back (F2)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from cordboard.asterisk.alone import AstdbBook
from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.dialplan import ALONE_FAMILY
from tests.exchange.office import (
    AGENT_HZ,
    ALGEMEEN,
    CALLER_HZ,
    PATIENCE_MS,
    Worker,
    at_work,
    calling,
    killed_and_back,
)
from tests.exchange.test_deaths import gone
from tests.support.installation import Installation
from tests.support.waiting import until

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

TRIED_MS = 4_000
"""So long the exchange tries to find somebody."""
ROUGHLY_MS = 1_000
WRITTEN_S = 2
"""The exchange writes its database to its disk once a second."""
HELPED, IN_VAIN, EARLY = "31611111111", "31622222222", "31633333333"


def read(cordboard: Installation, words: str) -> list[tuple[Any, ...]]:
    """Look into the database of a running server."""
    with contextlib.closing(sqlite3.connect(cordboard.data / "cordboard.db")) as database:
        return database.execute(words).fetchall()


@contextlib.asynccontextmanager
async def management(cordboard: Installation) -> AsyncIterator[AmiClient]:
    """The exchange's own socket: who looks into its file all the time keeps it from writing there."""
    data = cordboard.data
    written = (data / "exchange" / "etc" / "manager.conf").read_text()
    secret = re.search(r"^secret *= *(\S+)", written, re.MULTILINE)
    assert secret is not None
    ami = AmiClient(int(json.loads((data / "ports.json").read_text())["ami"]), secret[1])
    try:
        yield ami
    finally:
        await ami.close()


async def book(cordboard: Installation) -> Mapping[str, str]:
    """What the exchange has written down."""
    async with management(cordboard) as ami:
        return await AstdbBook(ami).entries()


async def book_has(cordboard: Installation, entries: int) -> None:
    """Wait until the exchange has so many entries.

    Raises:
        AssertionError: it has others.
    """
    for _ in range(100):
        if len(await book(cordboard)) == entries:
            return
        await asyncio.sleep(0.3)
    raise AssertionError(f"not {entries} entries: {await book(cordboard)}")


def calls_of(cordboard: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Number -> its calls: id, entered, answered and ended at, by whom."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for number, *rest in read(
        cordboard,
        "SELECT number, id, entered_at, answered_at, ended_at, ended_by, agent FROM calls ORDER BY entered_at",
    ):
        found.setdefault(number, []).append(tuple(rest))
    return found


async def page(worker: Worker, path: str) -> Any:
    """What the server answers."""
    status, body = await worker.desk.request("GET", path)
    assert status == 200, body
    return body


@pytest.mark.rule("D14", "D15", "D24")
async def test_callers_whom_the_exchange_alone_handled_are_in_the_history_once(
    cordboard: Installation,
) -> None:
    """One is answered by the fallback group, one hangs up while it rings, one before; the server comes back, dies once
    more before it has tidied up, and comes back again. Each is there once, with its own moments."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        before = dict(chantal.desk.queue("Algemeen"))
        # Who signs in is told to the exchange a moment later.
        await asyncio.sleep(4)
        assert cordboard.parent is not None
        server = cordboard.server_pid()
        cordboard.parent.kill()
        await cordboard.parent.wait()
        await gone(server, within_ms=PATIENCE_MS)

        dialled = time.time() * 1000
        async with calling(cordboard, of="0611111111", name='Mevr. "$[1+1]" Jansen') as helped:
            rung = await chantal.phone.rings(within_ms=PATIENCE_MS)
            await rung.answer()
            answered = time.time() * 1000
            await helped.hears(AGENT_HZ, within_ms=PATIENCE_MS)
            await rung.hears(CALLER_HZ, within_ms=PATIENCE_MS)
            await asyncio.sleep(3)
            await helped.hang_up()
            ended = time.time() * 1000
        async with calling(cordboard, of="0633333333") as early:
            await asyncio.sleep(1.5)
            await early.hang_up()
        heard = len(chantal.phone.calls)
        async with calling(cordboard, of="0622222222") as in_vain:
            called = time.time() * 1000
            await until(lambda: len(chantal.phone.calls) > heard)
            await asyncio.sleep(2)
            await in_vain.hang_up()
            gave_up = time.time() * 1000
        await book_has(cordboard, 7)

        notes = await book(cordboard)
        await cordboard.start()
        await book_has(cordboard, 0)
        # As if it had died after it had written, and before it tidied up.
        async with management(cordboard) as ami:
            for key, value in notes.items():
                await ami.put(ALONE_FAMILY, key, value)
        await killed_and_back(cordboard)
        await chantal.reconnect()
        await book_has(cordboard, 0)
        await killed_and_back(cordboard, chantal)

        calls = calls_of(cordboard)
        assert [len(calls[number]) for number in (HELPED, IN_VAIN, EARLY)] == [1, 1, 1]
        [[call, entered_at, answered_at, ended_at, by, agent]] = calls[HELPED]
        assert (entered_at, answered_at, ended_at) == tuple(
            pytest.approx(at, abs=ROUGHLY_MS) for at in (dialled, answered, ended)
        )
        assert (by, agent) == ("caller", chantal.desk.me["id"])
        [[missed, entered_at, answered_at, ended_at, by, agent]] = calls[IN_VAIN]
        assert (entered_at, ended_at) == tuple(pytest.approx(at, abs=ROUGHLY_MS) for at in (called, gave_up))
        assert (answered_at, by, agent) == (None, "caller", None)

        [row] = await chantal.history(call)
        assert (row["kind"], row["number"], row["queue"]) == ("answered", HELPED, "Algemeen")
        assert row["talk_ms"] == pytest.approx(ended - answered, abs=ROUGHLY_MS)
        assert row["wait_ms"] == pytest.approx(answered - dialled, abs=ROUGHLY_MS)
        assert row["wait_ms"] > TRIED_MS
        lines = (await page(chantal, f"/api/calls/{call}/log"))["lines"]
        assert [line["why"] for line in lines] == ["entered", "fallback", "fallback_answered", "ended"]
        assert lines[2]["detail"] is not None
        rows = {row["number"]: row for row in (await page(chantal, "/api/missed"))["rows"]}
        assert {number: rows[number]["times"] for number in rows} == {IN_VAIN: 1, EARLY: 1}
        assert (rows[IN_VAIN]["call"], rows[IN_VAIN]["queue"]) == (missed, "Algemeen")
        why = {c["number"]: c["why"] for (k, _), c in chantal.desk.entities.items() if k == "missed"}
        assert why == {IN_VAIN: "fallback", EARLY: "fallback"}
        after = chantal.desk.queue("Algemeen")
        assert after["total"] - before["total"] == 3
        assert after["handled"] - before["handled"] == 1


async def test_a_call_under_which_the_exchange_died_as_well_is_closed_as_broken_off(
    cordboard: Installation,
) -> None:
    """Nobody wrote its end; who called is on the missed list, and new calls come through."""
    number = "31644444444"
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        await asyncio.sleep(4)
        assert cordboard.parent is not None
        server = cordboard.server_pid()
        cordboard.parent.kill()
        await cordboard.parent.wait()
        await gone(server, within_ms=PATIENCE_MS)
        heard = len(chantal.phone.calls)
        async with calling(cordboard, of="0644444444") as caller:
            await until(lambda: len(chantal.phone.calls) > heard)
            rung = chantal.phone.calls[-1]
            await rung.answer()
            await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)
            await book_has(cordboard, 2)
            await asyncio.sleep(WRITTEN_S)
            cordboard.kill_exchange()
            for call in (caller, *chantal.phone.calls):
                call.lost()

            await cordboard.start()

        await chantal.desk.reconnect(within_ms=PATIENCE_MS)
        await until(lambda: number in calls_of(cordboard))
        [[call, _, answered_at, _, by, _]] = calls_of(cordboard)[number]
        assert (by, answered_at is not None) == ("lost", True)
        await book_has(cordboard, 0)
        await chantal.exchange_is(up=True)
        await chantal.until(lambda: any(c.get("number") == number for c in chantal.desk.entities.values()))
        [row] = await chantal.history(call)
        assert (row["kind"], row["ended_by"]) == ("answered", "lost")
        await chantal.phone.register(within_ms=PATIENCE_MS)
        await chantal.is_registered()
        async with calling(cordboard, ALGEMEEN) as again:
            await chantal.answer()
            await again.hears(AGENT_HZ, within_ms=PATIENCE_MS)
