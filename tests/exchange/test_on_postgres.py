"""The whole product on a PostgreSQL: one call from ringing to wrap-up, deaths, and a database that goes away.

The storage contract (`tests/contracts/storage`) proves that both databases keep the same; here everything is there
that uses them: the command line, the server, the exchange.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner

from cordboard.__main__ import main
from cordboard.core.types import OrganisationId
from cordboard.storage.open import open_database
from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    PATIENCE_MS,
    Worker,
    at_work,
    both_hear,
    calling,
    killed_and_back,
    unbroken,
)
from tests.support.exchange import exchange_binary
from tests.support.installation import Installation, Refused
from tests.support.postgres import PostgresServer, aside, running_postgres
from tests.support.rtp import now_us

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.postgres,
    pytest.mark.asyncio(loop_scope="session"),
]

TALK_S = 3.2
"""Shorter talk gives no wrap-up (D9)."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server of this file's own: it is stopped here."""
    with running_postgres() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cordboard(postgres: PostgresServer) -> AsyncIterator[Installation]:
    """A whole Cordboard with the demo organisation, whose configuration names a PostgreSQL."""
    exchange_binary()
    folder = Path(tempfile.mkdtemp(prefix="cordboard-test-"))
    installation = Installation(folder, database=postgres.new_database())
    try:
        async with installation:
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def healthy(cordboard: Installation, *, database: str) -> None:
    """Wait until `/api/health` says this of the database.

    Raises:
        AssertionError: it does not within ten seconds, which is what docs/operate.md promises.
    """
    health: dict[str, str] = {}
    async with cordboard.stranger() as monitor:
        for _ in range(100):
            _, health = await monitor.request("GET", "/api/health")
            if health["database"] == database:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"health says {health} for ten seconds")


async def talks(cordboard: Installation, worker: Worker, *, of: str) -> str:
    """A caller comes, is answered, both hear each other, and the agent hangs up; gives the call's id."""
    async with calling(cordboard, of=of) as caller:
        card = await worker.answer()
        await both_hear(caller, worker.phone.call)
        await worker.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
    await worker.nothing_left()
    return str(card["id"])


async def test_a_call_is_kept_from_ringing_to_wrap_up(cordboard: Installation) -> None:
    """It rings, is answered, held, resumed and ended; the wrap-up runs, and the history has it once."""
    assert not (cordboard.data / "cordboard.db").exists(), "nothing of it is in SQLite"
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        await chantal.offered()
        await chantal.phone.rings(within_ms=PATIENCE_MS)
        card = await chantal.answer()
        began = time.monotonic()
        await both_hear(caller, chantal.phone.call)
        await chantal.does("hold", card["id"])
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await chantal.does("resume", card["id"])
        await both_hear(caller, chantal.phone.call)
        await asyncio.sleep(max(0.0, TALK_S - (time.monotonic() - began)))
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)

        await chantal.nothing_left()
        await chantal.until(lambda: chantal.desk.me["wrap_up"] is not None)
        assert chantal.desk.me["wrap_up"]["kind"] == "automatic"
        [row] = await chantal.history(card["id"])
        assert (row["kind"], row["number"]) == ("answered", "31612345678")
        assert chantal.desk.queue("Algemeen")["handled"] == 1


async def test_a_call_outlives_its_server(cordboard: Installation) -> None:
    """kill -9: sound goes on, the next server is in control of the call, and the history has it once."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        heard_since = now_us()

        await killed_and_back(cordboard, chantal)

        unbroken(caller, AGENT_HZ, heard_since)
        unbroken(chantal.phone.call, CALLER_HZ, heard_since)
        again = await chantal.shows(id=card["id"], state="active", mine=True)
        assert (again["entered_at"], again["answered_at"]) == (card["entered_at"], card["answered_at"])
        assert chantal.desk.me["signed_in"] == ["demo-algemeen"]
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()
        assert len(await chantal.history(card["id"])) == 1


@pytest.mark.rule("D23")
@pytest.mark.parametrize("how", ["stopped", "frozen"])
async def test_calls_go_on_while_the_database_is_away(
    cordboard: Installation, postgres: PostgresServer, how: str
) -> None:
    """Whether it is stopped or hangs: a call is ended and another one answered meanwhile, what should be kept is
    answered with "not saved", and when it is back everything is written and nothing is marked as missing."""
    queue = "demo-algemeen"
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        first = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        began, heard_since = time.time(), now_us()

        async with aside(postgres.stopped() if how == "stopped" else postgres.frozen()):
            with pytest.raises(Refused, match="not_saved"):
                await chantal.desk.command("queue.sign_out", queue=queue)
            with pytest.raises(Refused, match="not_saved"):
                await asyncio.wait_for(chantal.desk.command("queue.sign_in", queue=queue), 1)
            await healthy(cordboard, database="failing")
            unbroken(caller, AGENT_HZ, heard_since)
            await chantal.does("hang_up", first["id"])
            await caller.ended(within_ms=PATIENCE_MS)
            await chantal.nothing_left()
            if chantal.desk.me["wrap_up"] is not None:
                with contextlib.suppress(Refused):
                    await chantal.desk.command("wrap_up.stop")
            second = await talks(cordboard, chantal, of="0622222222")
        await healthy(cordboard, database="ok")

        assert len(await chantal.history(first["id"])) == 1
        assert len(await chantal.history(second)) == 1
        _, page = await chantal.desk.request("GET", "/api/history")
        assert not [gap for gap in page["gaps"] if gap["until"] > began * 1000]
        assert chantal.desk.me["signed_in"] == [queue]


async def test_a_server_that_dies_without_its_database_leaves_a_mark(
    cordboard: Installation, postgres: PostgresServer
) -> None:
    """It takes what waited in its memory with it. The call goes on, the next server waits for the database, and the
    history says from when to when something may be missing."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        await cordboard.standby()
        async with aside(postgres.stopped()):
            away = time.time()
            await chantal.does("hold", card["id"])
            await healthy(cordboard, database="failing")
            await chantal.does("resume", card["id"])
            await both_hear(caller, chantal.phone.call)
            resumed = now_us()
            cordboard.kill_server()
            await asyncio.sleep(1)
        back = time.time()
        await cordboard.healthy()
        await chantal.reconnect()

        await chantal.shows(id=card["id"], state="active", mine=True)
        await both_hear(caller, chantal.phone.call)
        unbroken(chantal.phone.call, CALLER_HZ, resumed)
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()
        assert len(await chantal.history(card["id"])) == 1
        _, page = await chantal.desk.request("GET", "/api/history")
        gap = next(gap for gap in page["gaps"] if gap["reason"] == "died")
        assert gap["since"] <= (away + 2) * 1000
        assert gap["until"] >= back * 1000


async def command(*words: str | Path) -> tuple[int, str]:
    """One of the product's commands, beside the installation that runs: exit code and what it said."""
    done = await asyncio.to_thread(CliRunner().invoke, main, [str(word) for word in words])
    return done.exit_code, done.output


async def test_a_backup_that_is_made_while_a_call_is_up_makes_the_same_installation(
    cordboard: Installation, postgres: PostgresServer, tmp_path: Path
) -> None:
    """`doctor` finds the database right, `backup` keeps it, and `restore` fills an empty PostgreSQL, or a SQLite."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.answer()
        await both_hear(caller, chantal.phone.call)

        _, found = await command("doctor", *cordboard.words)
        code, said = await command("backup", *cordboard.words, tmp_path / "kept.tar.gz")

        assert "opens, tables are of version" in found
        assert code == 0, said
        await chantal.does("hang_up", card["id"])
        await caller.ended(within_ms=PATIENCE_MS)
        await chantal.nothing_left()
        rows = await chantal.history(card["id"])
    assert rows
    elsewhere = postgres.new_database()
    for address in (elsewhere, f"sqlite:///{tmp_path / 'moved.db'}"):
        config = tmp_path / "there.toml"
        config.write_text(f'database = "{address}"\n')
        code, said = await command(
            "restore", "--config", config, "--data", tmp_path / address.partition(":")[0],
            tmp_path / "kept.tar.gz",
        )  # fmt: skip
        assert code == 0, said
        restored = await open_database(address, backups=None)
        try:
            demo = OrganisationId("demo")
            [up] = await restored.journal.open_calls(demo)
            assert up.id == card["id"]
            people = await restored.directories.directory(demo)
            assert {user.user_name for user in people.users} >= {"chantal", "piet"}
        finally:
            await restored.close()
