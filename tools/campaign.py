"""Kill, stop and disturb a Cordboard that is full of calls, and account for every caller.

    tools/campaign --kills 20 --asterisk-kills 3 --socket-faults 20

The whole product runs, with a real Asterisk, six people at desks who click whatever their console offers, and callers
whose own logs make the ledger. It must agree with the history in the database, call by call. A strike counts only
with at least ten calls up in at least five states. The last line is the sum; the exit code is not zero when a call
was lost, when the ledger does not add up, or when something was not back as it should.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bench.report import percentile
from tests.support.postgres import PostgresServer, running_postgres
from tools.faults.ending import close_up
from tools.faults.frozen import frozen_consoles
from tools.faults.ledger import Ledger, add_up, history, long_gaps
from tools.faults.office import Office, busy_office
from tools.faults.own_death import OwnDeaths
from tools.faults.strikes import NotFull, Striker, Tally, ballast

STRIKES = (
    ("kills", "kill -9 of Cordboard's server"),
    ("asterisk-kills", "kill -9 of Asterisk"),
    ("stops", "SIGSTOP of Cordboard's server for 1 to 4 s, or until it is replaced"),
    ("asterisk-stops", "SIGSTOP of Asterisk for 1 to 8 s"),
    ("socket-faults", "reset, close, stall, half-open and drip on the connection between the two"),
    ("full-disks", "a disk without a byte left, for 3 to 6 s"),
    ("database-stops", "a database that takes nothing, for 3 to 8 s"),
    ("vanished-phones", "an agent's telephone that is gone without a word"),
    ("clock-jumps", "a clock that is set by minutes or an hour, as far as Cordboard can tell"),
)
CALLS = 16
CONTROL_MS_MAX = 2_000
"""Control is back within this, for 99 of 100 kills."""
DISK_BYTES = 400 * 2**20


def main() -> int:
    """Run a campaign; 0 when nobody was lost and everything adds up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, what in STRIKES:
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=what)
    parser.add_argument("--calls", type=int, default=CALLS, help=f"callers kept on the line ({CALLS})")
    parser.add_argument("--frozen-consoles", type=int, default=2, help="consoles that never read (2)")
    parser.add_argument(
        "--postgres", action="store_true", help="on a PostgreSQL, started for it, instead of SQLite"
    )
    parser.add_argument("--seed", type=int, default=None, help="of everything random; another each time")
    parser.add_argument("--keep", type=Path, default=None, help="folder for data and logs, kept afterwards")
    chosen = parser.parse_args()
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(2**31)
    say(f"seed {seed}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="cordboard-campaign-"))
    try:
        with small_disk(folder, wanted=chosen.full_disks > 0, keep=chosen.keep is not None) as disk:
            return asyncio.run(campaign(chosen, folder, random.Random(seed), seed, disk))
    finally:
        if chosen.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def say(text: str) -> None:
    """A line of progress."""
    print(f"campaign: {text}", flush=True)


def planned(chosen: argparse.Namespace, chance: random.Random) -> list[str]:
    """All strikes in a random order."""
    plan = [name for name, _ in STRIKES for _ in range(getattr(chosen, name.replace("-", "_")))]
    chance.shuffle(plan)
    return plan


async def campaign(
    chosen: argparse.Namespace, folder: Path, chance: random.Random, seed: int, disk: Path | None
) -> int:
    """The whole of it."""
    began = time.monotonic()
    plan = planned(chosen, chance)
    async with contextlib.AsyncExitStack() as stack:
        postgres = stack.enter_context(running_postgres()) if chosen.postgres else None
        office = await stack.enter_async_context(
            busy_office(
                folder,
                chance=chance,
                people=chosen.calls,
                database=postgres.new_database() if postgres is not None else None,
            )
        )
        deaths = OwnDeaths(office, say)
        striker = Striker(
            office,
            say,
            deaths,
            partial(ballast, disk) if disk is not None else None,
            partial(_stopped_or_frozen, postgres, chance) if postgres is not None else None,
        )
        async with deaths.watched(), frozen_consoles(office.cordboard, chosen.frozen_consoles) as frozen:
            say(f"at work after {time.monotonic() - began:.0f} s; {len(plan)} strikes")
            await strike_all(office, striker, plan)
            left = await close_up(office)
            say(f"{left} callers were still on the line and have hung up")
            office.complaints += frozen.complaints()
        log_of_clicks(office)
        visits = office.callers.visits
        await office.cordboard.stop()
        if (too_many := deaths.complaint(len(plan))) is not None:
            office.complaints.append(too_many)
        if deaths.count:
            striker.tally.struck["own death of Asterisk"] = deaths.count
        database = office.cordboard.database
        ledger = add_up(visits, history(database), long_gaps(database), office.callers.apart)
    return close(ledger, striker.tally, office.complaints, seed, time.monotonic() - began)


def _stopped_or_frozen(
    postgres: PostgresServer, chance: random.Random
) -> contextlib.AbstractContextManager[None]:
    """It refuses who connects, or takes connections and says nothing more."""
    return postgres.stopped() if chance.random() < 0.5 else postgres.frozen()


async def strike_all(office: Office, striker: Striker, plan: Sequence[str]) -> None:
    """One after the other."""
    for number, name in enumerate(plan, start=1):
        try:
            await striker.by_name[name]()
        except NotFull as problem:
            office.complaints.append(f"strike {number} ({name}): {problem}")
            say(f"{name}: {problem}")
        except AssertionError as problem:
            office.complaints.append(f"strike {number} ({name}): {problem}")
            say(f"{name}: {problem}")
            return


def log_of_clicks(office: Office) -> None:
    """What people did, and what was refused."""
    clicks = sum((agent.clicks for agent in office.agents), start=type(office.agents[0].clicks)())
    refusals = sum((agent.refusals for agent in office.agents), start=type(clicks)())
    say(f"clicks: {', '.join(f'{n} {op}' for op, n in clicks.most_common())}")
    say(f"refused: {', '.join(f'{n} {what}' for what, n in refusals.most_common(12)) or 'none'}")


def close(ledger: Ledger, tally: Tally, complaints: list[str], seed: int, took_s: float) -> int:
    """Say what came of it."""
    for sentence in (*complaints, *ledger.mistakes):
        say(f"WRONG: {sentence}")
    for name, times in (
        ("consoles whole after a kill of Cordboard", tally.seen_ms),
        ("in control after a kill of Cordboard", tally.control_ms),
        ("consoles whole after a kill of Asterisk", tally.exchange_ms),
        ("in control after a socket fault", tally.socket_ms),
    ):
        if times:
            say(
                f"{name}: p50 {percentile(times, 50):.0f} ms, p99 {percentile(times, 99):.0f} ms, n {len(times)}"
            )
    say(f"states met: {', '.join(f'{n} {state}' for state, n in tally.states.most_common())}")
    late = bool(tally.control_ms) and percentile(tally.control_ms, 99) > CONTROL_MS_MAX
    if late:
        say(f"WRONG: control came back later than {CONTROL_MS_MAX} ms; load {os.getloadavg()[0]:.1f}")
    whole = not complaints and not ledger.mistakes and not ledger.lost
    result = {
        "seed": seed,
        "struck": dict(tally.struck),
        "calls": {fate.value: number for fate, number in ledger.fates.items()},
        "history": ledger.rows,
        "marked_as_missing": ledger.in_gaps,
        "control_ms": [round(ms) for ms in sorted(tally.control_ms)],
        "load": [round(load, 1) for load in os.getloadavg()],
        "took_s": round(took_s),
    }
    say(json.dumps(result))
    struck = ", ".join(f"{number} {what}" for what, number in sorted(tally.struck.items()))
    verdict = ("adds up" if whole else "DOES NOT ADD UP") + (", LATE" if late else "")
    print(
        f"{ledger}; {ledger.lost} lost; {verdict}; {struck or 'no strike'}; seed {seed}; {took_s:.0f} s",
        flush=True,
    )
    return 0 if whole and not late else 1


@contextlib.contextmanager
def small_disk(folder: Path, *, wanted: bool, keep: bool) -> Iterator[Path | None]:
    """A disk of its own for the data, which can be filled; None: not wanted, or only root may have one.

    Args:
        keep: copy what is on it, when it goes.
    """
    data = folder / "data"
    if not wanted or os.geteuid() != 0:
        yield None
        return
    data.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(data)]
    if subprocess.run(words, check=False, capture_output=True).returncode != 0:
        say("no disk of our own can be had; the server's files are kept from growing instead")
        yield None
        return
    try:
        yield data
    finally:
        # The logs of a run that is kept are what explains it; sockets cannot be copied.
        if keep:
            with contextlib.suppress(shutil.Error):
                shutil.copytree(data, folder / "kept", dirs_exist_ok=True)
        subprocess.run(["umount", "-l", str(data)], check=False)


if __name__ == "__main__":
    sys.exit(main())
