"""What the console's own tests prove: ids at the end of a Vitest title, `says … [2.1.1-z, 2.1.1-q]`.

The title without the ids is what the test says. An id that docs/behaviour.md does not know is an error, as it is
in pytest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.steps import CACHE, ROOT

REPORT = CACHE / "results" / "console.json"
"""Vitest's JSON report of the last full run."""
WORDS = ("--", "--reporter=default", "--reporter=json", f"--outputFile.json={REPORT}")
"""What `npm run check` needs to be told to write it; its last command is Vitest."""
IDS = re.compile(r"^(?P<says>.*\S)\s*\[(?P<ids>[0-9XD][^\[\]]*)\]$", re.DOTALL)
OUTCOMES = {"passed": "passed", "failed": "failed"}
"""Vitest's words for how a test ended; any other (skipped, todo, pending) is skipped."""


def read(report: Path, known: Mapping[str, str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tests of a report that carry ids, as `proofs.add` takes them, and the mistakes in their ids."""
    tests: dict[str, dict[str, Any]] = {}
    mistakes = []
    for file in json.loads(report.read_text())["testResults"] if report.is_file() else []:
        path = Path(file["name"])
        place = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
        for each in file["assertionResults"]:
            match = IDS.match(each["title"])
            if not match:
                continue
            ids = [word.strip() for word in match["ids"].split(",")]
            name = f"{place}::{each['fullName']}"
            mistakes += [
                f"{name}: docs/behaviour.md has no statement {each}" for each in ids if each not in known
            ]
            outcome = OUTCOMES.get(each["status"], "skipped")
            tests[name] = {
                "ids": sorted(set(ids) & set(known)),
                "cases": {"": outcome},
                "says": match["says"],
            }
    return tests, mistakes
