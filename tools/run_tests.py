"""`make test`: every part in order, whatever the one before it said, and one closing line with the sum.

Parts: the static checks, random days on the virtual clock, everything that needs neither exchange nor browser, the
real exchange, the real browser. A part without a test has failed: a suite that has lost its tests must not look
green. Each part leaves JUnit XML in `.cache/results/`, and what it proved for `tools/rules`
(`tools/rules_plugin.py`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from tools import console_proofs, proofs
from tools.jobs import end_group
from tools.setup import PYTHON
from tools.steps import CACHE, ROOT

RESULTS = CACHE / "results"
PARTS = {
    "units": "not exchange and not browser",
    "exchange": "exchange and not browser",
    "browser": "browser",
}
"""Part -> the marks that select its tests. Together they are every test, each once."""
PART_LIMIT_S = 1500
"""A part that takes longer hangs; the whole run is to take under 25 minutes."""


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


def run_part(name: str, words: list[str], env: dict[str, str]) -> Count:
    """Run one part of the suite with its output as it comes, and count it."""
    report = RESULTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = [
        str(PYTHON), "-m", "pytest", "-q", "--no-header", "--tb=short", "-m", PARTS[name],
        f"--junitxml={report}", "-o", "junit_family=xunit1", *words,
    ]  # fmt: skip
    if name == "units":
        # Ten times the days of random people that `make check` tries.
        env = {"CORDBOARD_DEEP": "400"} | env
    started = time.monotonic()
    print(f"\ntest: {name} ...", flush=True)
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        code = process.wait(timeout=PART_LIMIT_S)
    except subprocess.TimeoutExpired:
        end_group(process.pid)
        code = process.wait()
        print(f"test: {name}: ended after {PART_LIMIT_S} s, which is the limit", flush=True)
    except KeyboardInterrupt:
        end_group(process.pid)
        raise
    seen = count(report)
    if code and not seen.failed:
        # No test was found (pytest's exit code 5), or pytest failed outside of any test.
        seen += Count(failed=1)
        print(
            f"test: {name}: pytest exited with {code} and no test to blame"
            + (" (no tests)" if code == 5 else "")
        )
    print(f"test: {name}: {seen} in {time.monotonic() - started:.1f} s", flush=True)
    return seen


def run_static(env: dict[str, str]) -> Count:
    """Run the static checks and take in what the console's tests proved; each wrong id there is a failure."""
    print("test: static checks ...", flush=True)
    console_proofs.REPORT.unlink(missing_ok=True)
    code = subprocess.run(
        [PYTHON, "-m", "tools.check", "--static"], cwd=ROOT, env=env, check=False
    ).returncode
    tests, mistakes = console_proofs.read(console_proofs.REPORT, proofs.known_ids())
    if number := env.get(proofs.RUN_VARIABLE):
        proofs.add(number, tests)
    print(*mistakes, sep="\n", end="\n" if mistakes else "", flush=True)
    return Count(passed=int(code == 0), failed=int(code != 0) + len(mistakes))


SIMULATED_SEEDS, SIMULATED_CALLS = 40, 500
"""New ones each time, in under two minutes (reliability 3.4, T1); `tools/simulate` plays more of them."""


def run_simulation(env: dict[str, str]) -> Count:
    """Random days on which everything goes wrong, with the invariants checked after every turn."""
    print("\ntest: simulation ...", flush=True)
    words = ["--seeds", str(SIMULATED_SEEDS), "--calls", str(SIMULATED_CALLS)]
    code = subprocess.run(
        [PYTHON, "-m", "tools.simulate", *words], cwd=ROOT, env=env, check=False, timeout=PART_LIMIT_S
    ).returncode
    return Count(passed=int(code == 0), failed=int(code != 0))


def main() -> int:
    """Run everything; words after `--` or unknown ones go to pytest, and then it is not a full run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--part",
        choices=("static", "simulation", *PARTS),
        action="append",
        help="only this part (repeatable)",
    )
    chosen, words = parser.parse_known_args()
    parts = chosen.part or ["static", "simulation", *PARTS]
    full = not words and not chosen.part
    RESULTS.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ)
    if full:
        env |= proofs.begin_full_run()
    started = time.monotonic()
    total = Count()
    if "static" in parts:
        total += run_static(env)
    if "simulation" in parts:
        total += run_simulation(env)
    for name in PARTS:
        if name in parts:
            total += run_part(name, words, env)
    if full:
        proofs.end_full_run()
    print(f"\ntest: {time.monotonic() - started:.0f} s in all; reports are in {RESULTS.relative_to(ROOT)}/")
    print(total, flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
