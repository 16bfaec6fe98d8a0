"""Random days of an office on the virtual clock, with everything going wrong; the invariants are checked each turn.

    python -m tools.simulate [--seed N] [--seeds N] [--calls N] [--workers N] [--hours H]

Each seed is one office and one day, and gives the same day each time. A failing seed prints what happened last and
makes the command fail, as does a fault path that no seed reached. `--seed N` plays one seed again.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from cordboard.core.transitions import TRANSFER
from tests.support.day import Day

CALLS = 2_000
SEEDS = 500
ALWAYS_IN_CI = 40
PROGRESS = 20
"""Days between two lines of progress."""
FAULTS = {
    # What must have met what, somewhere in the run, so that a quiet run proves nothing.
    "caller gone": (
        "waiting",
        "connecting",
        "active",
        "held",
        "dialling",
        "transferring",
        "transferred",
        "conference",
    ),
    "phone gone": ("active", "held", "dialling", "conference"),
    "phone vanished": ("active", "held", "connecting"),
    "exchange away": ("waiting", "active", "held", "dialling", "transferring", "transferred"),
    "restart": (
        "waiting",
        "connecting",
        "active",
        "held",
        "dialling",
        "transferring",
        "transferred",
        "conference",
    ),
    "transfer": ("armed", "dialling", "consulting", "ringing", "completed"),
}
ARROWS = tuple(f"arrow:{one.value}-{other.value}" for one, others in TRANSFER.items() for other in others)
"""Every step of a transfer."""
DEEDS = (
    "told twice", "told late", "late", "join failed", "hold failed", "message", "two clicks",
    "dialled on the telephone", "UndoTransfer", "CompleteTransfer", "ConnectWithoutWaiting", "StartConference",
    "TransferToQueue", "MakeCallBack", "AcceptCallBack", "RejectCallBack", "CancelCallBack", "RetryCallBack",
    "CallMissed", "ClaimMissed", "ReleaseMissed", "CloseMissed", "blocked",
    "customer first:waiting", "customer first:active", "customer first:hung up",
    "customer first, restart:dialling", "customer first, restart:waiting",
    "asked:confirming", "asked:typing", "asked:promised", "asked:agreeing", "asked:over",
    "Pause", "StartWrapUp", "ExtendWrapUp", "UnpairDevice", "set away",
    "not written", "signed out without a console", "registers while away and signed out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Played:
    """One seed's day."""

    seed: int
    calls: int
    turns: int
    virtual_s: float
    sometimes: Counter[str]
    problem: str
    """Empty: all invariants held."""


def play(seed: int, calls: int) -> Played:
    """One day."""
    day = Day(seed)
    began = day.now
    problem = ""
    try:
        day.run(calls)
    except (AssertionError, KeyError, ValueError, AttributeError, IndexError):
        problem = "\n".join([*day.transcript, traceback.format_exc(limit=-6)])
    return Played(seed, day.arrived, day.turns, (day.now - began) / 1000, day.sometimes, problem)


def never_reached(sometimes: Counter[str]) -> list[str]:
    """Fault paths that no seed reached."""
    wanted = [f"{fault}:{state}" for fault, states in FAULTS.items() for state in states]
    return [what for what in (*wanted, *ARROWS, *DEEDS) if not sometimes[what]]


def main() -> int:
    """Play, and say."""
    parser = argparse.ArgumentParser(prog="tools/simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--hours", type=float, help="stop with the seed that is playing after so many hours")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    words = parser.parse_args()
    seeds = [words.seed] if words.seed is not None else [secrets.randbelow(2**32) for _ in range(words.seeds)]
    began = time.monotonic()
    totals: Counter[str] = Counter()
    played, failed, hours = [], [], words.hours
    with ProcessPoolExecutor(words.workers) as pool:
        running = [pool.submit(play, seed, words.calls) for seed in seeds]
        for done in as_completed(running):
            day = done.result()
            played.append(day)
            if len(played) % PROGRESS == 0:
                print(f"{len(played)} of {len(seeds)} days, {time.monotonic() - began:.0f} s", flush=True)
            totals.update(day.sometimes)
            if day.problem:
                failed.append(day)
                print(f"seed {day.seed} fails after {day.calls} calls:\n{day.problem}\n", flush=True)
            if hours is not None and time.monotonic() - began > hours * 3600:
                pool.shutdown(cancel_futures=True)
                break
    took = time.monotonic() - began
    missing = never_reached(totals) if words.seed is None else []
    for what in missing:
        print(f"never reached: {what}")
    calls, turns = sum(day.calls for day in played), sum(day.turns for day in played)
    office_h = sum(day.virtual_s for day in played) / 3600
    print(
        f"{len(played)} seeds, {calls} calls, {turns} turns, {office_h:.0f} office hours in {took:.0f} s;"
        f" {len(failed)} failed, {len(missing)} fault paths never reached"
    )
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
