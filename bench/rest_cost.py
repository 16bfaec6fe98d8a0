"""Cost at rest: memory and processor of each process with the demo organisation and 50 idle consoles.

    bench/run rest-cost [--quick] [--consoles N] [--seconds S]

Cordboard runs as `make run` starts it; then nothing happens but heartbeats. Memory is the proportional share
(PSS: what is shared with other processes counts in part), the processor's time is what the kernel charged.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.consoles import consoles
from tests.support.installation import Installation

SETTLE_S = 10
LIMIT_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process holds and has used."""

    pss_kb: int
    rss_kb: int
    cpu_s: float
    threads: int


def cost(pid: int) -> Cost:
    """Read it from the kernel.

    Raises:
        FileNotFoundError: there is no such process.
    """
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # proc(5): after the name, field 3 comes first; 14 and 15 are user and system time, 20 is threads.
    ticks = int(stat[14 - 3]) + int(stat[15 - 3])
    return Cost(
        pss_kb=_kilobytes(rollup, "Pss"),
        rss_kb=_kilobytes(rollup, "Rss"),
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        threads=int(stat[20 - 3]),
    )


def _kilobytes(rollup: str, word: str) -> int:
    found = re.search(rf"^{word}:\s+(\d+) kB$", rollup, re.MULTILINE)
    assert found is not None, rollup
    return int(found.group(1))


def processes(cordboard: Installation) -> dict[str, int]:
    """The product's processes by what they are."""
    assert cordboard.parent is not None
    parent = cordboard.parent.pid
    server = cordboard.server_pid()
    found = {"parent": parent, "server": server}
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"serve" in words and int(child) != server:
            found["standby server"] = int(child)
    found["exchange (Asterisk)"] = cordboard.exchange_pid()
    return found


async def measure(count: int, seconds: int) -> dict[str, dict[str, float | int]]:
    """Start everything, let it rest, and look twice."""
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as folder:
        async with Installation(Path(folder)) as cordboard, consoles(cordboard, count) as colleagues:
            report.say(f"{count} consoles are connected; settling for {SETTLE_S} s")
            await asyncio.sleep(SETTLE_S)
            pids = processes(cordboard)
            before = {name: cost(pid) for name, pid in pids.items()}
            report.say(f"measuring for {seconds} s")
            await asyncio.sleep(seconds)
            after = {name: cost(pid) for name, pid in pids.items()}
            colleagues.connected()
            return {
                name: {
                    "pss_mb": round(after[name].pss_kb / 1024, 1),
                    "rss_mb": round(after[name].rss_kb / 1024, 1),
                    "cpu_percent": round(100 * (after[name].cpu_s - before[name].cpu_s) / seconds, 2),
                    "threads": after[name].threads,
                }
                for name in pids
            }


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="bench/run rest-cost", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 consoles, 5 seconds")
    parser.add_argument("--consoles", type=int)
    parser.add_argument("--seconds", type=int)
    words = parser.parse_args()
    count = words.consoles or (10 if words.quick else 50)
    seconds = words.seconds or (5 if words.quick else 60)
    facts = report.machine(litestar=report.package("litestar"), uvicorn=report.package("uvicorn"))
    costs = asyncio.run(asyncio.wait_for(measure(count, seconds), LIMIT_S + seconds))
    total = {
        key: round(sum(cost[key] for cost in costs.values()), 2)
        for key in ("pss_mb", "rss_mb", "cpu_percent", "threads")
    }
    head = ("process", "PSS MB", "RSS MB", "CPU % of a core", "threads")
    report.table(head, [(name, *values.values()) for name, values in (*costs.items(), ("together", total))])
    report.finish(
        name="rest-cost", n=1, consoles=count, seconds=seconds, dropped=0, processes=costs, total=total,
        machine=facts,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
