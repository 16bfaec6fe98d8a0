"""`tools/walks`: which section of the manual is played by which browser test, in Dutch and in English.

A test says so by its mark, `@pytest.mark.walk("3.3", "3.4")`, and by its parameter `language`. The sections are the
headings of docs/behaviour.md, so that a new one asks for its walks by itself; what holds throughout (X) has none of
its own. The pages of the administrator, whom the manual only mentions, ask for theirs beside them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tools.proofs import BEHAVIOUR
from tools.steps import ROOT

LANGUAGES = ("nl", "en")
BESIDE = ("administration",)
"""Asks for walks without being a section of the manual."""
WALKS = "tests/e2e"
_RECORD = "CORDBOARD_WALKS"
_HEADING = re.compile(r"^## (\d+(?:\.\d+)*) ", re.MULTILINE)

Table = Mapping[str, Mapping[str, Sequence[str]]]
"""Section -> language -> names of the tests that play it, in the order of their files."""


def sections(page: str) -> list[str]:
    """The manual's, in its order, and what stands beside them: "1.1", "1.2", ..., "administration"."""
    return [*_HEADING.findall(page), *BESIDE]


def pytest_collection_finish(session: pytest.Session) -> None:
    """The pytest side: write down what was collected (`collected` below)."""
    found = [
        (section, callspec.params["language"], item.nodeid)
        for item in session.items
        # What is skipped plays nothing.
        if (callspec := getattr(item, "callspec", None)) is not None and not item.get_closest_marker("skip")
        for mark in item.iter_markers("walk")
        for section in mark.args
    ]
    Path(os.environ[_RECORD]).write_text(json.dumps(found))


def collected(folder: Path) -> list[tuple[str, str, str]]:
    """Section, language and test of each walk under a folder.

    Raises:
        RuntimeError: pytest could not collect them; says why.
    """
    with tempfile.TemporaryDirectory() as there:
        record = Path(there) / "walks.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tools.walks", str(folder)],
            cwd=ROOT,
            env=os.environ | {_RECORD: str(record)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return [(section, language, test) for section, language, test in json.loads(record.read_text())]


def table(found: Sequence[tuple[str, str, str]], known: Sequence[str]) -> Table:
    """Every known section and language, also those that nobody plays.

    Raises:
        ValueError: a walk names a section or a language that is not there.
    """
    rows: dict[str, dict[str, list[str]]] = {
        section: {language: [] for language in LANGUAGES} for section in known
    }
    for section, language, test in found:
        if section not in rows or language not in LANGUAGES:
            raise ValueError(f"{test}: there is no section {section} in {language}")
        rows[section][language].append(test)
    return rows


def main() -> int:
    """Print the table; the exit code says whether every cell is filled."""
    rows = table(collected(ROOT / WALKS), sections(BEHAVIOUR.read_text(encoding="utf-8")))
    for section, by_language in rows.items():
        for language, tests in by_language.items():
            names = [test.removeprefix(f"{WALKS}/") for test in tests]
            print(f"{section:15}{language}  {', '.join(names) or '-'}")
    return int(any(not tests for each in rows.values() for tests in each.values()))


if __name__ == "__main__":
    sys.exit(main())
