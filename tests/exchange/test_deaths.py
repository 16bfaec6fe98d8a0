"""Processes that die in the middle of the work: the server, the exchange, the parent.

Times are printed and not asserted: speed is measured in bench/. What is asserted is that nothing is lost that
need not be, that nothing is there twice, and that everybody is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from cordboard.parent import QUICK_DEATH_MS
from cordboard.storage.migrate import alembic_config, newest_revision
from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    PATIENCE_MS,
    at_work,
    both_hear,
    calling,
    killed_and_back,
    tell,
    unbroken,
)
from tests.support.installation import CONFIGURATION, Installation
from tests.support.rtp import now_us
from tests.support.waiting import until

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


async def gone(pid: int, *, within_ms: int) -> None:
    """Wait until a process has ended.

    Raises:
        AssertionError: it lives on.
    """
    for _ in range(within_ms // 20):
        if not Path(f"/proc/{pid}").exists():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"process {pid} has not ended within {within_ms} ms")


async def test_a_call_outlives_its_server_and_is_in_control_again(cordboard: Installation) -> None:
    """Sound goes on without a gap; hold, resume, hang-up, wrap-up and the one row of history are right after."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        answered = time.time()
        await both_hear(caller, chantal.phone.call)
        heard_since = now_us()

        await killed_and_back(cordboard, chantal)

        unbroken(caller, AGENT_HZ, heard_since)
        unbroken(chantal.phone.call, CALLER_HZ, heard_since)
        again = await chantal.shows(id=card["id"], state="active", mine=True)
        assert (again["entered_at"], again["answered_at"]) == (card["entered_at"], card["answered_at"])
        assert chantal.desk.me["signed_in"] == ["demo-algemeen"]
        await chantal.does("hold", card["id"])
        held = time.time()
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)

        await killed_and_back(cordboard, chantal)

        await chantal.shows(id=card["id"], state="held", mine=True)
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await chantal.does("resume", card["id"])
        resumed = time.time()
        await both_hear(caller, chantal.phone.call)
        await asyncio.sleep(max(0.0, 3.2 - (held - answered)))  # shorter talk gives no wrap-up (D9)
        await chantal.does("hang_up", card["id"])
        ended = time.time()
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()
        assert chantal.desk.me["wrap_up"]["kind"] == "automatic"
        [row] = await chantal.history(card["id"])
        assert row["talk_ms"] == pytest.approx((held - answered + ended - resumed) * 1000, abs=1_000)
        _, page = await chantal.desk.request("GET", "/api/history")
        died = [gap for gap in page["gaps"] if gap["until"] > answered * 1000]
        assert [gap["reason"] for gap in died] == ["died", "died"]
        assert died[1]["until"] < held * 1000 < died[0]["until"] < resumed * 1000
        assert chantal.rung == 2
        log = (cordboard.data / "log" / "server.log").read_text().splitlines()
        story = [line for line in map(json.loads, log) if line.get("call") == card["id"]]
        rooms = ("cordboard.app.steps", "cordboard.asterisk.deeds", "cordboard.storage.journal")
        assert {line["logger"] for line in story} >= set(rooms), "each room tells its part, by the call's id"


@pytest.mark.rule("2.4-c")
async def test_wrap_up_outlives_its_server(cordboard: Installation) -> None:
    """Also when the server dies with the click that ended the call; later the same end as before, and no call is
    offered until then."""
    async with at_work(cordboard, "piet", "203", "Algemeen") as piet, calling(cordboard) as caller:
        card = await piet.answer()
        await both_hear(caller, piet.phone.call)
        await asyncio.sleep(3)  # shorter talk gives no wrap-up (D9)
        await piet.does("hang_up", card["id"])
        await killed_and_back(cordboard, piet)
        await piet.until(lambda: piet.desk.me["wrap_up"] is not None)
        assert len(await piet.history(card["id"])) == 1
        wrap_up = dict(piet.desk.me["wrap_up"])

        await killed_and_back(cordboard, piet)

        assert piet.desk.me["wrap_up"] == wrap_up
        async with calling(cordboard, of="0611111111"):
            waiting = await piet.shows(number="31611111111")
            assert waiting["offer"] is None


async def test_a_server_that_hangs_is_replaced_like_a_dead_one(cordboard: Installation) -> None:
    """It lives and does nothing, so nothing would start another one by itself; the call goes on and is in control."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        heard_since = now_us()

        await killed_and_back(cordboard, chantal, by=signal.SIGSTOP)

        unbroken(caller, AGENT_HZ, heard_since)
        assert "the server is started anew" in cordboard.terminal()
        await chantal.shows(id=card["id"], state="active", mine=True)
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()


async def test_a_new_version_takes_over_while_calls_are_up(cordboard: Installation) -> None:
    """SIGHUP: another server loads what is installed now and takes the place of the running one; nobody notices."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        heard_since, began = now_us(), time.time()
        old, exchange = cordboard.server_pid(), cordboard.exchange_pid()
        assert cordboard.parent is not None

        cordboard.parent.send_signal(signal.SIGHUP)
        await gone(old, within_ms=60_000)
        await cordboard.healthy()
        await chantal.reconnect()

        assert cordboard.exchange_pid() == exchange
        unbroken(caller, AGENT_HZ, heard_since)
        unbroken(chantal.phone.call, CALLER_HZ, heard_since)
        await chantal.shows(id=card["id"], state="active", mine=True)
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()
        assert len(await chantal.history(card["id"])) == 1
        _, page = await chantal.desk.request("GET", "/api/history")
        assert not [gap for gap in page["gaps"] if gap["until"] > began * 1000], "what stops writes all first"


async def test_a_version_with_other_tables_takes_over_while_calls_are_up(cordboard: Installation) -> None:
    """They are copied and changed before it serves; the call goes on meanwhile, and is in control afterwards."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        heard_since = now_us()
        old, exchange = cordboard.server_pid(), cordboard.exchange_pid()
        assert cordboard.parent is not None
        await asyncio.to_thread(put_back, cordboard, "0019")

        cordboard.parent.send_signal(signal.SIGHUP)
        await gone(old, within_ms=60_000)
        await cordboard.healthy()
        await chantal.reconnect()

        assert (cordboard.data / "backups" / f"before-{newest_revision()}-tables-0019.db").is_file()
        assert "cannot serve" not in cordboard.terminal()
        assert cordboard.exchange_pid() == exchange
        unbroken(caller, AGENT_HZ, heard_since)
        await chantal.shows(id=card["id"], state="active", mine=True)
        await chantal.does("hold", card["id"])
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()


async def test_a_version_that_cannot_serve_does_not_take_over(cordboard: Installation) -> None:
    """Its tables would be older than those that there are: the running server is not touched, and it is said."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        old = cordboard.server_pid()
        assert cordboard.parent is not None
        before = cordboard.terminal()
        with contextlib.closing(sqlite3.connect(cordboard.data / "cordboard.db")) as database, database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            cordboard.parent.send_signal(signal.SIGHUP)
            await until(lambda: "9999" in cordboard.terminal().removeprefix(before))
        finally:
            with contextlib.closing(sqlite3.connect(cordboard.data / "cordboard.db")) as database, database:
                database.execute("UPDATE alembic_version SET version_num = ?", (newest_revision(),))

        assert cordboard.server_pid() == old
        assert chantal.desk.is_connected
        await cordboard.standby()


def put_back(cordboard: Installation, revision: str) -> None:
    """The tables are those of an older version, as if a newer one had been installed since."""
    engine = create_engine(f"sqlite:///{cordboard.data / 'cordboard.db'}", poolclass=NullPool)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


async def test_callers_who_wait_or_ring_outlive_the_server(cordboard: Installation) -> None:
    """They hear music throughout and keep their places; the phone rings again and the first is answered."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as first:
        card = await chantal.offered()
        async with calling(cordboard, of="0622222222") as second:
            await chantal.shows(number="31622222222")
            await chantal.phone.rings(within_ms=PATIENCE_MS)
            await first.hears_music(within_ms=PATIENCE_MS)

            await killed_and_back(cordboard, chantal)

            await first.hears_music(within_ms=PATIENCE_MS)
            await second.hears_music(within_ms=PATIENCE_MS)
            await chantal.until(lambda: len(chantal.desk.calls()) == 2)
            assert chantal.desk.calls()[0]["id"] == card["id"]
            assert chantal.desk.calls()[0]["entered_at"] == card["entered_at"]
            await chantal.offered()
            await chantal.desk.command("call.answer", call=card["id"])
            await chantal.shows(id=card["id"], state="active")
            await both_hear(first, chantal.phone.call)


async def test_a_caller_who_comes_while_the_server_is_dead_is_not_turned_away(
    cordboard: Installation,
) -> None:
    """The dialplan tries again until somebody claims the call."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        await cordboard.standby()
        # One that dies again and again right after its start is waited for longer than the dialplan tries.
        await asyncio.sleep(QUICK_DEATH_MS / 1000)
        cordboard.kill_server()
        async with calling(cordboard) as caller:
            await chantal.desk.reconnect(within_ms=PATIENCE_MS)
            await chantal.answer()
            await both_hear(caller, chantal.phone.call)


async def test_when_the_exchange_dies_everybody_is_told_and_nothing_is_left_behind(
    cordboard: Installation,
) -> None:
    """The exchange is started again, calls stand in the history as broken off, and new calls come through."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
    ):
        async with calling(cordboard) as caller:
            card = await chantal.answer()
            await both_hear(caller, chantal.phone.call)
            async with calling(cordboard, of="0622222222") as waiting:
                await piet.offered()
                began = time.monotonic()

                cordboard.kill_exchange()

                for one in (chantal, piet):
                    await one.exchange_is(up=False)
                told = (time.monotonic() - began) * 1000
                for one in (chantal, piet):
                    await one.exchange_is(up=True)
                back = (time.monotonic() - began) * 1000
                tell(f"the exchange: consoles told after {told:.0f} ms, back after {back:.0f} ms")
                await chantal.until(lambda: not chantal.desk.calls())
                await piet.until(lambda: not piet.desk.calls())
                # What the dead exchange did not tell them, these phones learn at last.
                for call in (caller, waiting, *chantal.phone.calls, *piet.phone.calls):
                    call.lost()
        [row] = await chantal.history(card["id"])
        assert (row["kind"], row["ended_by"]) == ("answered", "lost")
        queue = chantal.desk.queue("Algemeen")
        assert queue["waiting"] == 0
        for one in (chantal, piet):
            await one.phone.register(within_ms=PATIENCE_MS)
            await one.is_registered()
        if chantal.desk.me["wrap_up"] is not None:
            await chantal.desk.command("wrap_up.stop")
        async with calling(cordboard) as again:
            await chantal.answer()
            await both_hear(again, chantal.phone.call)


async def test_a_call_outlives_the_parent_and_the_next_one_adopts_it(cordboard: Installation) -> None:
    """Server and parent are gone, sound goes on; started again, everything is in control of it."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        exchange, server = cordboard.exchange_pid(), cordboard.server_pid()
        heard_since = now_us()
        assert cordboard.parent is not None
        cordboard.parent.kill()
        await cordboard.parent.wait()
        await gone(server, within_ms=PATIENCE_MS)

        await cordboard.start()

        assert cordboard.exchange_pid() == exchange
        assert "still running" in cordboard.terminal()
        unbroken(caller, AGENT_HZ, heard_since)
        await chantal.desk.reconnect(within_ms=PATIENCE_MS)
        await chantal.shows(id=card["id"], state="active", mine=True)
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()


async def test_an_exchange_that_hangs_is_started_anew_when_the_configuration_says_so(tmp_path: Path) -> None:
    """It lives and answers nobody; consoles are told, another one is started, and calls come through again."""
    configuration = CONFIGURATION + "\n[exchange]\nrestart_when_stuck_s = 10\n"
    async with (
        Installation(tmp_path, configuration=configuration) as cordboard,
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
    ):
        stuck = cordboard.exchange_pid()

        os.kill(stuck, signal.SIGSTOP)

        await chantal.exchange_is(up=False)
        await gone(stuck, within_ms=30_000)
        await chantal.exchange_is(up=True)
        assert "The exchange has not answered for" in cordboard.terminal()
        assert cordboard.exchange_pid() != stuck
        await chantal.phone.register(within_ms=PATIENCE_MS)
        await chantal.is_registered()
        async with calling(cordboard) as again:
            await chantal.answer()
            await both_hear(again, chantal.phone.call)
