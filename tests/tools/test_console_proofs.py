"""The console's own tests prove statements too, by the ids at the end of their titles."""

from __future__ import annotations

import json
from pathlib import Path

from tools import console_proofs
from tools.steps import ROOT

KNOWN = {"2.1.1-z": "Not by colour alone.", "2.1.1-q": "Pointing explains.", "D26": "One keypad."}


def report(folder: Path, *titles_and_outcomes: tuple[str, str]) -> Path:
    """A report as Vitest writes it."""
    results = [
        {"title": title, "fullName": f"card {title}", "status": outcome}
        for title, outcome in titles_and_outcomes
    ]
    path = folder / "console.json"
    name = str(ROOT / "console" / "src" / "card.test.ts")
    path.write_text(json.dumps({"testResults": [{"name": name, "assertionResults": results}]}))
    return path


def test_ids_at_the_end_of_a_title_are_what_it_proves(tmp_path: Path) -> None:
    """Several ids are parted by commas; a test without ids proves nothing."""
    path = report(
        tmp_path, ("a held card says so [2.1.1-z, D26]", "passed"), ("opens a list [of things]", "passed")
    )

    tests, mistakes = console_proofs.read(path, KNOWN)

    assert mistakes == []
    assert tests == {
        "console/src/card.test.ts::card a held card says so [2.1.1-z, D26]": {
            "ids": ["2.1.1-z", "D26"],
            "cases": {"": "passed"},
            "says": "a held card says so",
        }
    }


def test_an_unknown_id_in_a_title_is_a_mistake(tmp_path: Path) -> None:
    """It fails the run, as it does in pytest."""
    _, mistakes = console_proofs.read(report(tmp_path, ("a thing holds [9.9-z]", "passed")), KNOWN)

    assert len(mistakes) == 1
    assert "9.9-z" in mistakes[0]


def test_a_console_test_that_did_not_run_is_skipped(tmp_path: Path) -> None:
    """Vitest's words for not having run a test all come to the same."""
    tests, _ = console_proofs.read(report(tmp_path, ("it shows [2.1.1-q]", "todo")), KNOWN)

    assert [test["cases"] for test in tests.values()] == [{"": "skipped"}]


def test_without_a_console_report_nothing_is_proven(tmp_path: Path) -> None:
    """The console's check may have failed before its tests began."""
    assert console_proofs.read(tmp_path / "none.json", KNOWN) == ({}, [])
