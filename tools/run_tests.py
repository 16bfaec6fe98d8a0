"""`make test`: every part in order, whatever the one before it said, and one closing line with the sum.

Parts: the static checks, random days on the virtual clock, everything that needs neither exchange nor browser, the
real exchange, the real browser, a campaign of kills and faults. A part without a test has failed: a suite that has
lost its tests must not look green. Each part leaves JUnit XML in `.cache/results/`, and what it proved for
`tools/rules` (`tools/rules_plugin.py`).

The real exchange and the real browser mostly wait for telephones and people, so their files are played by two runs
side by side, each of which takes the next one (`tools/lanes_plugin.py`), and the static checks, the days and the units,
which only calculate, run beside all of it at a lower priority; what is not the first lane is shown whole when it has
ended.
A few tests of that real time which failed are played once more, when nothing runs beside them, and both times are told
(docs/decisions/0016).
The campaign comes last and alone: it also looks at how soon everything is back.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from cordboard.asterisk.ports import RANGE_VARIABLE
from tools import console_proofs, proofs
from tools.jobs import LIVE, end_group, interrupt_group
from tools.lanes_plugin import VARIABLE as LANES_VARIABLE
from tools.lanes_plugin import failed
from tools.setup import PYTHON
from tools.steps import CACHE, ROOT

RESULTS = CACHE / "results"
PARTS = {
    "units": "not exchange and not browser",
    "exchange": "exchange and not browser",
    "browser": "browser",
}
"""Part -> the marks that select its tests. Together they are every test, each once."""
SHARED = "exchange and browser"
SECOND_GO = "second go"
MARKS = PARTS | {SHARED: "exchange or browser", SECOND_GO: "exchange or browser"}
"""A full run plays two of the parts as one, in two lanes."""
PART_LIMIT_S = 2700
"""A part that takes longer hangs. The whole run is to take under 25 minutes, and a machine may be half as fast."""
INTERRUPT_S = 30.0
"""It is asked where it hangs first, and has so long to say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How the tests of a part ended; an error in a fixture counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        """Both together."""
        return Count(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        """As pytest would close."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count(report: Path) -> Count:
    """Read a JUnit report; a missing or broken one counts as one failure, for then pytest itself has died."""
    try:
        suites = list(ET.parse(report).getroot().iter("testsuite"))  # our own pytest wrote it
    except (OSError, ET.ParseError):
        return Count(failed=1)
    total = Count()
    for suite in suites:
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Count(passed=max(tests - failed - skipped, 0), failed=failed, skipped=skipped)
    return total


class Lane(Enum):
    """What runs side by side; the value is where its servers under test listen: an exchange that starts anew must find
    its ports as it left them.
    """

    FIRST = "20000-23999"
    """Shown as it comes."""
    SECOND = "24000-26999"
    BESIDE = "27000-29999"
    """Yields the processor to the others."""


BESIDE = {
    Lane.FIRST: "",
    Lane.SECOND: " (at the same time)",
    Lane.BESIDE: " (beside the others)",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said if it was not shown as it came."""

    code: int
    said: str


def run_command(name: str, command: Sequence[str | Path], env: dict[str, str], lane: Lane) -> Ended:
    """Run a part's command until its end or its limit."""
    words = [str(word) for word in command]
    shown = lane is Lane.FIRST
    process = subprocess.Popen(
        ["nice", "-n", "10", *words] if lane is Lane.BESIDE else words,
        cwd=ROOT,
        env=env | {RANGE_VARIABLE: lane.value},
        stdin=subprocess.DEVNULL,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    LIVE.add(process.pid)
    try:
        said, _ = process.communicate(timeout=PART_LIMIT_S)
    except subprocess.TimeoutExpired:
        said = interrupt_group(process, INTERRUPT_S)
        limit = f"\ntest: {name}: ended after {PART_LIMIT_S} s, which is the limit"
        if shown:
            print(limit, flush=True)
        else:
            said += limit
    except BaseException:
        # Ctrl-C does not reach it: its session is its own.
        end_group(process.pid)
        raise
    finally:
        LIVE.discard(process.pid)
    return Ended(process.returncode, said or "")


def run_part(
    name: str, words: list[str], env: dict[str, str], lane: Lane = Lane.FIRST, *, half: int | None = None
) -> Count:
    """Run one part of the suite and count it; its output comes as it goes, or whole at its end.

    Args:
        half: 1 or 2: what this run takes of the files that it shares with the other; None: all of them.
    """
    title = name if half is None else f"{name}, half {half}"
    report = RESULTS / f"{name.replace(' ', '-')}{half or ''}.xml"
    report.unlink(missing_ok=True)
    command = [
        str(PYTHON), "-m", "pytest", "-q", "--no-header", "--tb=short", "-m", MARKS[name],
        f"--junitxml={report}", "-o", "junit_family=xunit1", *words,
    ]  # fmt: skip
    if name == "units":
        # Ten times the days of random people that `make check` tries.
        env = {"CORDBOARD_DEEP": "400"} | env
    started = time.monotonic()
    print(f"\ntest: {title} ...{BESIDE[lane]}", flush=True)
    ended = run_command(title, command, env, lane)
    seen = count(report)
    closing = f"test: {title}: {seen} in {time.monotonic() - started:.1f} s"
    if ended.code and not seen.failed:
        # No test was found (pytest's exit code 5), or pytest failed outside of any test.
        seen += Count(failed=1)
        closing = f"test: {title}: pytest exited with {ended.code} and no test to blame" + (
            " (no tests)" if ended.code == 5 else ""
        )
    print(f"\n{ended.said}{closing}", flush=True)
    return seen


def run_static(env: dict[str, str], lane: Lane = Lane.FIRST) -> Count:
    """Run the static checks and take in what the console's tests proved; each wrong id there is a failure."""
    print(f"\ntest: static checks ...{BESIDE[lane]}", flush=True)
    console_proofs.REPORT.unlink(missing_ok=True)
    ended = run_command("static checks", [PYTHON, "-m", "tools.check", "--static"], env, lane)
    print(f"\n{ended.said}", flush=True)
    tests, mistakes = console_proofs.read(console_proofs.REPORT, proofs.known_ids())
    if number := env.get(proofs.RUN_VARIABLE):
        proofs.add(number, tests)
    print(*mistakes, sep="\n", end="\n" if mistakes else "", flush=True)
    return Count(passed=int(ended.code == 0), failed=int(ended.code != 0) + len(mistakes))


SIMULATED_SEEDS, SIMULATED_CALLS = 40, 500
"""New ones each time, in under two minutes (reliability 3.4, T1); `tools/simulate` plays more of them."""


def run_simulation(env: dict[str, str], lane: Lane = Lane.FIRST) -> Count:
    """Random days on which everything goes wrong, with the invariants checked after every turn."""
    print(f"\ntest: simulation ...{BESIDE[lane]}", flush=True)
    words = ["--seeds", str(SIMULATED_SEEDS), "--calls", str(SIMULATED_CALLS)]
    workers = ["--workers", "1"] if lane is Lane.BESIDE else []
    ended = run_command("simulation", [PYTHON, "-m", "tools.simulate", *words, *workers], env, lane)
    print(f"\n{ended.said}", flush=True)
    return Count(passed=int(ended.code == 0), failed=int(ended.code != 0))


CAMPAIGN = ("--kills", "20", "--asterisk-kills", "3", "--socket-faults", "20")
"""In under four minutes; each time with another seed, which it prints."""


def run_campaign(env: dict[str, str]) -> Count:
    """Kill and disturb a Cordboard that is full of calls; nobody is lost, and the ledger adds up."""
    print("\ntest: campaign ...", flush=True)
    ended = run_command("campaign", [PYTHON, "-m", "tools.campaign", *CAMPAIGN], env, Lane.FIRST)
    return Count(passed=int(ended.code == 0), failed=int(ended.code != 0))


SECOND_GO_MAX = 3
"""More that failed are no accident of a busy machine."""


def run_second_go(first: Count, tests: Sequence[str], env: dict[str, str]) -> Count:
    """What failed on real time beside other work, once more and alone.

    Args:
        first: how the part ended.
        tests: who failed in it.

    Returns:
        The part's count with who passed now counted as passed; `first` when there were too many, or more failures than
        tests to blame.
    """
    if not 0 < len(tests) <= SECOND_GO_MAX or first.failed != len(tests):
        return first
    print("\ntest: second go, alone: " + ", ".join(tests), flush=True)
    again = run_part(SECOND_GO, list(tests), env)
    missing = len(tests) - again.passed - again.failed
    print(
        f"test: of {len(tests)} that failed, {again.passed} passed alone; each has a cause to be found",
        flush=True,
    )
    return Count(
        passed=first.passed + again.passed, failed=again.failed + max(missing, 0), skipped=first.skipped
    )


def run_beside(env: dict[str, str], stopped: threading.Event) -> Count:
    """The parts that only calculate, one after the other, until somebody stops the run."""
    total = run_static(env, Lane.BESIDE)
    for part in (run_simulation, partial(run_part, "units", [])):
        if not stopped.is_set():
            total += part(env, lane=Lane.BESIDE)
    return total


def run_full(env: dict[str, str]) -> Count:
    """Every part: those that wait, with those that calculate beside them, and then the campaign."""
    total = Count()
    stopped = threading.Event()
    with ThreadPoolExecutor(2) as lanes, tempfile.TemporaryDirectory(prefix="cordboard-lanes-") as taken:
        shared = env | {LANES_VARIABLE: taken}
        beside = lanes.submit(run_beside, env, stopped)
        second = lanes.submit(run_part, SHARED, [], shared, Lane.SECOND, half=2)
        try:
            real = run_part(SHARED, [], shared, half=1)
            real += second.result()
            total += beside.result()
            total += run_second_go(real, failed(Path(taken)), env)
            return total + run_campaign(env)
        except BaseException:
            stopped.set()
            for leader in list(LIVE):
                end_group(leader)
            raise


def run_chosen(parts: Sequence[str], words: list[str], env: dict[str, str]) -> Count:
    """Only these parts, one after the other, with their output as it comes."""
    total = Count()
    if "static" in parts:
        total += run_static(env)
    if "simulation" in parts:
        total += run_simulation(env)
    for name in PARTS:
        if name in parts:
            total += run_part(name, words, env)
    if "campaign" in parts:
        total += run_campaign(env)
    return total


def main() -> int:
    """Run everything; words after `--` or unknown ones go to pytest, and then it is not a full run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--part",
        choices=("static", "simulation", *PARTS, "campaign"),
        action="append",
        help="only this part (repeatable)",
    )
    chosen, words = parser.parse_known_args()
    parts = chosen.part or ["static", "simulation", *PARTS, "campaign"]
    RESULTS.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ)
    started = time.monotonic()
    if words or chosen.part:
        total = run_chosen(parts, words, env)
    else:
        total = run_full(env | proofs.begin_full_run())
        proofs.end_full_run()
    print(f"\ntest: {time.monotonic() - started:.0f} s in all; reports are in {RESULTS.relative_to(ROOT)}/")
    print(total, flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
