"""Hours of calls, and whether anything grows that should not: memory, descriptors, threads, channels, bridges.

    tools/soak --minutes 120 --per-second 5

Six people at work take calls of twenty callers with sound, who keep a ledger as in `tools/campaign`; beside them others
come at the given rate, hear the music, and give up after some seconds. Every half minute both processes are looked at;
the slope is that of a straight line through what came after the warm-up. The last line is the sum; the exit code is
not zero when a call was lost, the ledger does not add up, or memory grows faster than the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cordboard.wiring.watching import process_figures
from tests.support.sipp import SippReport, call_in
from tools.faults.ending import close_up, standing
from tools.faults.ledger import Ledger, Row, add_up, history
from tools.faults.office import Office, busy_office

LOOK_S = 30.0
REGISTER_S = 1_200.0
"""Telephones register again so often, as real ones do; for longer than an hour they would be unreachable."""
WARM_S = 1_800.0
"""What is kept for each queue, person and hour fills in the first half hour; growth counts from then on."""
WITH_SOUND = 20
STAY_MS = 4_000
"""How long the others stay on the line, on average."""
OTHERS_IP, OTHERS_NUMBER = "127.0.0.2", "0629999999"
OTHERS_KEPT = "31629999999"
GROWTH_MAX = {
    "server MB": 1.0,
    "server files": 4.0,
    "server threads": 2.0,
    "exchange MB": 4.0,
    "exchange files": 8.0,
    "exchange threads": 4.0,
    "exchange channels": 4.0,
    "exchange bridges": 2.0,
}
"""Per hour. What is up rises and falls with who calls, hence more than nothing; something that is left behind by one
call in a hundred grows by 180 an hour. The exchange's memory is kept in pieces that its threads do not give back at
once, hence more than the server's; a quarter of a kilobyte left behind by each call passes it."""
JUDGED_FROM_S = 3_600
"""A shorter run is too short to tell growth from warming up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Both processes at one moment."""

    at_s: float
    server: dict[str, float]
    exchange: dict[str, float]


def main() -> int:
    """Run; 0 when nobody was lost and nothing grows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--per-second", type=float, default=5)
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(2**31)
    say(f"seed {seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {chosen.minutes:g} minutes")
    folder = Path(tempfile.mkdtemp(prefix="cordboard-soak-"))
    try:
        return asyncio.run(soak(folder, chosen.minutes * 60, chosen.per_second, seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def say(text: str) -> None:
    """A line of progress."""
    print(f"soak: {text}", flush=True)


async def soak(folder: Path, lasts_s: float, per_second: float, seed: int) -> int:
    """The whole of it."""
    async with busy_office(folder, chance=random.Random(seed), people=WITH_SOUND) as office:
        others = asyncio.create_task(_others(office, folder / "sipp", lasts_s, per_second))
        looks = await _watch(office, lasts_s)
        report = await others
        left = await close_up(office)
        await office.cordboard.stop()
        rows = history(office.cordboard.database)
        ledger = add_up(office.callers.visits, [row for row in rows if row.number != OTHERS_KEPT])
        say(f"{left} callers were still on the line")
    return _close(looks, ledger, report, rows, office.complaints, seed)


async def _others(office: Office, folder: Path, lasts_s: float, per_second: float) -> SippReport:
    return await call_in(
        folder,
        server=office.cordboard.sip,
        to="0534800900",
        calls=max(1, int(lasts_s * per_second)),
        per_second=per_second,
        ip=OTHERS_IP,
        from_number=OTHERS_NUMBER,
        talk_ms=STAY_MS,
        within_s=lasts_s + 300,
    )


async def _watch(office: Office, lasts_s: float) -> list[Look]:
    began, looks = time.monotonic(), []
    registered_s = 0.0
    while (at_s := time.monotonic() - began) < lasts_s:
        server, exchange = office.cordboard.server_pid(), office.cordboard.exchange_pid()
        up = await asyncio.to_thread(_what_is_up, office)
        looks.append(Look(at_s=at_s, server=_figures(server), exchange=_figures(exchange) | up))
        say(
            f"{at_s / 60:.1f} min: server {_line(looks[-1].server)}; exchange {_line(looks[-1].exchange)}; "
            f"{len(office.callers.visits)} callers with sound so far"
        )
        if at_s - registered_s > REGISTER_S:
            registered_s = at_s
            await asyncio.gather(*(office.registers(agent) for agent in office.agents))
        _forget(office)
        await asyncio.sleep(LOOK_S)
    return looks


def _forget(office: Office) -> None:
    """The hours of messages and sound that nobody asks for any more: this process must not be what grows."""
    office.callers.phone.log.clear()
    for phone in (office.outside, *(agent.phone for agent in office.agents)):
        phone.log.clear()
        for call in phone.calls:
            call.forget_sound()


def _figures(pid: int) -> dict[str, float]:
    found = process_figures(pid)
    assert found is not None, f"process {pid} is gone"
    return {"MB": found.resident_bytes / 2**20, "files": found.open_files, "threads": found.threads}


def _what_is_up(office: Office) -> dict[str, float]:
    up = standing(office.cordboard)
    return {"channels": len(up.channels), "bridges": len(up.bridges)}


def _line(figures: dict[str, float]) -> str:
    return ", ".join(f"{value:.0f} {name}" for name, value in figures.items())


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line with the least squares through (seconds, value)."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    over = sum((x - mean_x) ** 2 for x, _ in points)
    return 3_600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / over if over else 0.0


def _close(
    looks: Sequence[Look],
    ledger: Ledger,
    report: SippReport,
    rows: Sequence[Row],
    complaints: Sequence[str],
    seed: int,
) -> int:
    lasted_s = looks[-1].at_s
    warm = [look for look in looks if look.at_s >= min(WARM_S, lasted_s / 3)]
    slopes = {
        f"{who} {what}": round(slope_per_hour([(look.at_s, getattr(look, who)[what]) for look in warm]), 2)
        for who in ("server", "exchange")
        for what in getattr(looks[0], who)
    }
    theirs = sum(row.number == OTHERS_KEPT for row in rows)
    wrong = [*complaints, *ledger.mistakes]
    if report.failed:
        wrong.append(f"{report.failed} of the others were not connected")
    if theirs != report.succeeded + report.failed:
        wrong.append(f"the history has {theirs} of the others, who were {report.succeeded + report.failed}")
    if any(row.number == OTHERS_KEPT and not row.ended for row in rows):
        wrong.append("one of the others has not ended in the history")
    if lasted_s >= JUDGED_FROM_S:
        wrong += [
            f"{what} grow by {slopes[what]} an hour"
            for what, most in GROWTH_MAX.items()
            if slopes[what] > most
        ]
    for sentence in wrong:
        say(f"WRONG: {sentence}")
    say(json.dumps({"seed": seed, "minutes": round(lasted_s / 60, 1), "slopes_per_hour": slopes}))
    short = "" if lasted_s >= JUDGED_FROM_S else " (too short to judge growth by)"
    print(
        f"{lasted_s / 60:.0f} min{short}: {ledger}; {report.succeeded} others; memory of the server "
        f"{slopes['server MB']:+} MB/h; {'adds up' if not wrong else 'DOES NOT ADD UP'}; seed {seed}",
        flush=True,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
