"""Which test proved which statement in the last full run: the record behind `tools/rules`.

`make test` begins a full run with a fresh number; every part of it adds its tests under that number
(`tools/rules_plugin.py`); at the end the record is closed. A record that was never closed, or whose number is
another, proves nothing: so a stopped run, an old result or a single test run by hand cannot fill a gap.

    .cache/results/rules.json
    {"run": "…", "begun_at": 1700000000000, "commit": "…", "closed": true,
     "tests": {"tests/core/test_offer.py::test_…": {"ids": ["D3"], "cases": {"": "passed"}, "says": "…"}}}
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.steps import CACHE, ROOT

RECORD = CACHE / "results" / "rules.json"
BEHAVIOUR = ROOT / "docs" / "behaviour.md"
RUN_VARIABLE = "CORDBOARD_FULL_RUN"
"""The environment variable that tells pytest the number of the full run it is a part of; absent otherwise."""
RECORD_VARIABLE = "CORDBOARD_FULL_RUN_RECORD"
"""The environment variable that tells pytest where that run's record is."""

STATEMENT = re.compile(r"^- \*\*(?P<id>[0-9X][0-9.]*-[a-z])\*\* (?P<text>.+)$")
DECISION = re.compile(r"^#{2,3} (?P<id>D[0-9]+) (?P<text>.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One test function of the last full run, with all cases of its parameters."""

    test: str
    """Path and name, as pytest takes it on its command line, without a case's parameters."""
    ids: frozenset[str]
    says: str
    """The first paragraph of its docstring; empty when it has none."""
    outcomes: frozenset[str]

    @property
    def counts(self) -> bool:
        """Whether it proves its ids: it says what it checks, at least one case passed, and none failed."""
        return bool(self.says) and "passed" in self.outcomes and "failed" not in self.outcomes


def statements(page: str) -> dict[str, str]:
    """Read every statement and decision of docs/behaviour.md: id -> what it says.

    A decision's text is its heading and the paragraph below it.

    Raises:
        ValueError: an id stands there twice.
    """
    found: dict[str, str] = {}
    decision: str | None = None
    for row in page.splitlines():
        match = STATEMENT.match(row) or DECISION.match(row)
        if match:
            if match["id"] in found:
                raise ValueError(f"{match['id']} stands in docs/behaviour.md twice")
            found[match["id"]] = match["text"]
            decision = match["id"] if match["id"].startswith("D") else None
        elif row.startswith("#"):
            decision = None
        elif decision and row.strip():
            found[decision] += " " + row.strip()
    return found


def known_ids() -> dict[str, str]:
    """The statements of the page as it is now."""
    return statements(BEHAVIOUR.read_text())


def begin_full_run(record: Path = RECORD) -> dict[str, str]:
    """Start an empty record; returns the environment that its parts must run in."""
    number = secrets.token_hex(8)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    write(
        record,
        {
            "run": number,
            "begun_at": time.time_ns() // 1_000_000,
            "commit": commit,
            "closed": False,
            "tests": {},
        },
    )
    return {RUN_VARIABLE: number, RECORD_VARIABLE: str(record)}


def end_full_run(record: Path = RECORD) -> None:
    """Close the record: from now on its tests are proofs."""
    content = read(record)
    assert content, "a full run is begun before it is closed"
    write(record, content | {"closed": True})


def read(record: Path = RECORD) -> dict[str, Any]:
    """The record as it stands; empty when there is none."""
    return json.loads(record.read_text()) if record.is_file() else {}


def write(record: Path, content: dict[str, Any]) -> None:
    """Replace the record whole, so that a reader never sees half of it."""
    record.parent.mkdir(parents=True, exist_ok=True)
    fresh = record.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(content, indent=1, sort_keys=True))
    fresh.replace(record)


def add(number: str, tests: dict[str, dict[str, Any]], record: Path = RECORD) -> None:
    """Add one part's tests to the full run with this number; those of another run are left alone.

    A test function seen in two parts (a contract's cases on the simulator and on the exchange) keeps the
    cases of both. Parts that end side by side wait for each other.
    """
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        content = read(record)
        if content.get("run") != number:
            return
        for name, seen in tests.items():
            known = content["tests"].setdefault(name, {"ids": [], "cases": {}, "says": ""})
            known["ids"] = sorted({*known["ids"], *seen["ids"]})
            known["cases"] |= seen["cases"]
            known["says"] = seen["says"]
        write(record, content)


def proofs(content: dict[str, Any]) -> list[Proof]:
    """The tests of a closed record that carry ids; none when the full run was stopped before its end."""
    if not content.get("closed"):
        return []
    return [
        Proof(
            test=name,
            ids=frozenset(seen["ids"]),
            says=seen["says"],
            outcomes=frozenset(seen["cases"].values()),
        )
        for name, seen in sorted(content["tests"].items())
    ]
