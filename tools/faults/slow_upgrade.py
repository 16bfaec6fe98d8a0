"""A new version whose change of the tables takes long, with calls up: who talks, who waits, and who comes meanwhile.

::

    python -m tools.faults.slow_upgrade --seconds 60

One caller talks with an agent, another waits; the tables are put back to an older version, and the server is told to
make way for the one that is installed now (SIGHUP), whose change of them is made to take so long. A third caller comes
while there is no server, and is answered by a telephone of the number's fallback group. Ends with an AssertionError
where somebody is lost, hears a gap, or has not exactly one record.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

from cordboard.storage.migrate import newest_revision
from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    PATIENCE_MS,
    at_work,
    both_hear,
    calling,
    tell,
    unbroken,
)
from tests.exchange.test_deaths import gone, put_back
from tests.support.installation import Installation
from tests.support.rtp import now_us

OLDER = "0019"
TAKEN_UP_S = 35
SLOWLY = """
import os, time
if os.path.exists({flag!r}):
    from cordboard.storage import migrate
    quick = migrate.upgrade
    def slow(connection, revision):
        quick(connection, revision)
        until = time.monotonic() + {seconds}
        while time.monotonic() < until:
            connection.exec_driver_sql("SELECT 1")
            time.sleep(0.1)
    migrate.upgrade = slow
"""
"""Read by every Python that the installation starts. The change is made of many statements, as a copy of a large table
is, and keeps its transaction open all the while.
"""


async def play(folder: Path, seconds: float) -> None:
    """The whole of it, in a new installation."""
    flag = folder / "slow"
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_text(SLOWLY.format(flag=str(flag), seconds=seconds))
    path = os.pathsep.join(filter(None, (str(folder / "python"), os.environ.get("PYTHONPATH"))))
    async with (
        Installation(folder / "c", environment={"PYTHONPATH": path}) as cordboard,
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
        calling(cordboard) as talking,
    ):
        await piet.phone.rings(within_ms=PATIENCE_MS)
        card = await chantal.answer()
        await both_hear(talking, chantal.phone.call)
        await piet.desk.command("agent.pause", reason="Overleg")
        async with calling(cordboard, of="0622222222") as waiting:
            await waiting.hears_music(within_ms=PATIENCE_MS)
            heard_since = now_us()
            old, exchange = cordboard.server_pid(), cordboard.exchange_pid()
            await asyncio.to_thread(put_back, cordboard, OLDER)
            flag.touch()
            assert cordboard.parent is not None
            cordboard.parent.send_signal(signal.SIGHUP)
            await gone(old, within_ms=60_000)
            flag.unlink()
            away = time.monotonic()
            tell("the old server has ended")

            async with calling(cordboard, of="0633333333") as coming:
                ringing = await piet.phone.rings(within_ms=PATIENCE_MS)
                tell(f"a new caller rang a telephone after {time.monotonic() - away:.1f} s")
                await ringing.answer()
                await coming.hears(OTHER_AGENT_HZ, within_ms=PATIENCE_MS)
                met = now_us()
                await cordboard.healthy(within_ms=int(seconds * 1000) + 60_000)
                tell(f"a server served again after {time.monotonic() - away:.1f} s")
                assert time.monotonic() - away > seconds, "the change was slow"
                for one in (chantal, piet):
                    await one.reconnect()
                assert cordboard.exchange_pid() == exchange
                now = now_us()
                unbroken(talking, AGENT_HZ, heard_since, now)
                unbroken(chantal.phone.call, CALLER_HZ, heard_since, now)
                unbroken(coming, OTHER_AGENT_HZ, met, now)
                await waiting.hears_music(within_ms=PATIENCE_MS)
                await coming.hang_up()
            await chantal.does("hold", card["id"])
            await talking.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
            await chantal.does("hang_up", card["id"])
            await talking.ended(within_ms=PATIENCE_MS)
            await piet.desk.command("agent.return")
            second = await piet.answer()
            assert second["number"] == "31622222222"
            await waiting.hears(OTHER_AGENT_HZ, within_ms=PATIENCE_MS)
            await piet.does("hang_up", second["id"])
        assert len(await chantal.history(card["id"])) == 1
        assert len(await piet.history(second["id"])) == 1
        # Who talked without us is taken up when the exchange is next asked what lives in it.
        await asyncio.sleep(TAKEN_UP_S)
        _, page = await piet.desk.request("GET", "/api/history")
        assert [row["call"] for row in page["rows"] if row["number"] == "31633333333"], page["rows"]
        assert len({row["call"] for row in page["rows"] if row["number"] == "31633333333"}) == 1
        backup = cordboard.data / "backups" / f"before-{newest_revision()}-tables-{OLDER}.db"
        assert backup.is_file()
        assert "cannot serve" not in cordboard.terminal()
        tell("nobody was lost; one record each")


def main() -> None:
    """Once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cordboard-upgrade-") as folder:
        asyncio.run(play(Path(folder), words.seconds))


if __name__ == "__main__":
    main()
