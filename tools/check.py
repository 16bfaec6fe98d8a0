"""The quick checks: style, types, layers, house rules, the core and the simulator. Aim: under two minutes.

`tools/check --static` leaves out every pytest part, for whoever runs the whole suite anyway.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from tools import console_proofs, proofs
from tools.jobs import Job, line, run_all
from tools.setup import CONSOLE, PYTHON, node_environment, npm
from tools.steps import ROOT

BIN = PYTHON.parent


def pytest_job(name: str, *words: str | Path) -> Job:
    """A pytest run that does not count as a full run."""
    return Job(name=name, command=[PYTHON, "-m", "pytest", "-q", "--no-header", *words])


def static_jobs() -> list[Job]:
    """What looks at the files without running the product; the slowest first, to keep both cores busy."""
    jobs = [
        Job(name="types (mypy)", command=[BIN / "mypy", "--no-error-summary"]),
        Job(name="style (ruff check)", command=[BIN / "ruff", "check", "--quiet", "."]),
        Job(name="form (ruff format)", command=[BIN / "ruff", "format", "--check", "--quiet", "."]),
        Job(name="layers (import-linter)", command=[BIN / "lint-imports", "--no-logo"]),
        Job(name="wire types", command=[PYTHON, "-m", "tools.wire_types", "--check"]),
    ]
    if (CONSOLE / "package.json").is_file():
        # In a full run the console's tests prove statements too, so their report is kept.
        words = console_proofs.WORDS if proofs.RUN_VARIABLE in os.environ else ()
        check = npm("run", "check", *words)
        jobs.insert(0, Job(name="console", command=check, folder=CONSOLE, env=node_environment()))
    return jobs


def quick_tests() -> list[Job]:
    """The tests that need nothing but Python: the house rules, the core alone, whole days on the simulator."""
    jobs = [
        pytest_job("house rules", "tests/test_tidy.py", "tests/tools"),
        pytest_job("core", "tests/core"),
    ]
    stories = [ROOT / "tests" / room for room in ("scenarios", "contracts", "simulator")]
    there = [str(room.relative_to(ROOT)) for room in stories if any(room.glob("**/test_*.py"))]
    return [*jobs, pytest_job("simulator", *there, "-m", "not exchange and not browser and not postgres")]


def main() -> int:
    """Run the checks on two cores; exit code 1 when any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--static", action="store_true", help="nothing that pytest runs")
    static_only = parser.parse_args().static
    started = time.monotonic()
    passed = run_all(static_jobs() + ([] if static_only else quick_tests()), at_once=2)
    print(line("check", passed, time.monotonic() - started))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
