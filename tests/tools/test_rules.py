"""`tools/rules`: what counts as a proof, and what must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import proofs, rules
from tools.steps import ROOT

PAGE = """# Behaviour

## 1 A chapter

- **1-a** The first thing holds.
- **1.2-b** The second thing holds.
- **X-a** Something throughout.

# Decisions

## D2 A heading

What was decided.
"""

SUITE = '''
import pytest

@pytest.mark.rule("2.1.1-t")
def test_a_thing_that_holds():
    """The thing holds."""

@pytest.mark.rule("2.1.1-u")
def test_a_thing_that_does_not_hold():
    """The other thing holds."""
    assert False

@pytest.mark.rule("2.1.1-v")
@pytest.mark.skip(reason="not today")
def test_a_thing_that_is_not_tried():
    """A third thing holds."""

@pytest.mark.rule("2.1.1-w")
def test_a_thing_that_nobody_explained():
    pass

@pytest.mark.rule("2.1.1-x", "D3")
@pytest.mark.parametrize("case", [1, 2])
def test_a_thing_in_two_cases(case):
    """It holds in both cases."""
    assert case == 1

@pytest.fixture
def broken():
    yield
    raise RuntimeError("cannot be cleaned up")

@pytest.mark.rule("D4")
def test_a_thing_that_cannot_be_cleaned_up(broken):
    """It holds, but leaves a mess."""

@pytest.mark.rule("9.9-z")
def test_a_thing_nobody_stated():
    """It proves a statement that does not exist."""

class TestMarkedTogether:
    pytestmark = pytest.mark.rule("D1")

    def test_a_thing_in_a_class(self):
        """The class's mark is its tests' mark.

        A second paragraph.
        """
'''


def run_suite(folder: Path, environment: dict[str, str]) -> str:
    """Run SUITE with the plugin as a part of a full run; returns what pytest said."""
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    rule: ids\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tools.rules_plugin",
            "-p",
            "no:cacheprovider",
            str(folder),
        ],
        cwd=ROOT,
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The record of a finished full run of SUITE, and what pytest said."""
    folder = tmp_path_factory.mktemp("full")
    record = folder / "rules.json"
    said = run_suite(folder, proofs.begin_full_run(record))
    proofs.end_full_run(record)
    return record, said


def proven(record: Path) -> set[str]:
    """The ids that the record proves."""
    return {each for test in proofs.proofs(proofs.read(record)) if test.counts for each in test.ids}


def test_the_page_is_read_as_statements_and_decisions() -> None:
    """A statement is one line; a decision is its heading and the paragraph below."""
    assert proofs.statements(PAGE) == {
        "1-a": "The first thing holds.",
        "1.2-b": "The second thing holds.",
        "X-a": "Something throughout.",
        "D2": "A heading What was decided.",
    }


def test_an_id_that_stands_twice_is_an_error() -> None:
    """Two statements with one id would let one test prove both."""
    with pytest.raises(ValueError, match="1-a"):
        proofs.statements(PAGE + "- **1-a** Again.\n")


def test_our_page_has_every_statement_and_decision() -> None:
    """The manual gives 261 statements, and 29 decisions settle what it leaves open."""
    known = proofs.known_ids()

    decisions = [each for each in known if each.startswith("D")]
    assert decisions == [f"D{number}" for number in range(1, 30)]
    assert len(known) - len(decisions) == 261


def test_only_a_passed_test_that_says_what_it_checks_is_a_proof(finished: tuple[Path, str]) -> None:
    """Failed, skipped, unexplained and half-failed tests prove nothing."""
    record, _ = finished

    assert proven(record) == {"2.1.1-t", "D1"}


def test_an_unknown_id_fails_its_test(finished: tuple[Path, str]) -> None:
    """A mistyped id is seen at once, in any run."""
    _, said = finished

    assert "docs/behaviour.md has no statement 9.9-z" in said


def test_the_words_of_a_test_are_its_first_paragraph(finished: tuple[Path, str]) -> None:
    """The rest of a docstring is for those who read the code."""
    record, _ = finished
    tests = {test.test.rpartition("::")[2]: test for test in proofs.proofs(proofs.read(record))}

    assert tests["test_a_thing_in_a_class"].says == "The class's mark is its tests' mark."


def test_a_run_that_was_stopped_proves_nothing(tmp_path: Path) -> None:
    """A full run counts from the moment that its last part has ended."""
    record = tmp_path / "rules.json"

    run_suite(tmp_path, proofs.begin_full_run(record))

    assert proofs.read(record)["tests"]
    assert proven(record) == set()


def test_results_of_another_run_are_not_taken_in(tmp_path: Path) -> None:
    """What an older run still writes does not count for the newer one."""
    record = tmp_path / "rules.json"
    older = proofs.begin_full_run(record)
    proofs.begin_full_run(record)

    run_suite(tmp_path, older)

    assert proofs.read(record)["tests"] == {}


def test_a_test_run_by_hand_changes_no_record(finished: tuple[Path, str], tmp_path: Path) -> None:
    """Without a full run's number nothing is written anywhere."""
    record, _ = finished
    before = record.read_text()

    run_suite(tmp_path, {proofs.RUN_VARIABLE: ""})

    assert record.read_text() == before


def test_cases_of_two_parts_are_put_together(tmp_path: Path) -> None:
    """A contract that passes on the simulator and fails on the exchange proves nothing."""
    record = tmp_path / "rules.json"
    number = proofs.begin_full_run(record)[proofs.RUN_VARIABLE]

    proofs.add(number, {"t": {"ids": ["D1"], "cases": {"simulator]": "passed"}, "says": "It holds."}}, record)
    proofs.add(number, {"t": {"ids": ["D1"], "cases": {"exchange]": "failed"}, "says": "It holds."}}, record)
    proofs.end_full_run(record)

    (only,) = proofs.proofs(proofs.read(record))
    assert only.outcomes == {"passed", "failed"}
    assert not only.counts


def test_parts_that_end_side_by_side_lose_nothing(tmp_path: Path) -> None:
    """Each adds its own tests to the record that the other has just written."""
    record = tmp_path / "rules.json"
    number = proofs.begin_full_run(record)[proofs.RUN_VARIABLE]

    def add(name: str) -> None:
        proofs.add(number, {name: {"ids": ["D1"], "cases": {"": "passed"}, "says": "It holds."}}, record)

    names = [f"t{each}" for each in range(20)]
    with ThreadPoolExecutor(8) as parts:
        list(parts.map(add, names))

    assert set(proofs.read(record)["tests"]) == set(names)


def test_missing_prints_the_unproven_ids_and_then_their_number(
    finished: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One id a line, the count last."""
    record, _ = finished

    code = rules.main(["--missing"], record)

    *ids, count = capsys.readouterr().out.split()
    assert code == 0
    assert int(count) == len(ids) == 290 - 2
    assert "2.1.1-t" not in ids
    assert ids[0] == "1.1-a"
    assert ids[-1] == "D29"


def test_the_table_says_why_a_test_does_not_count(
    finished: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every id is a row; a test beside it that is no proof says why."""
    record, _ = finished

    rules.main([], record)

    rows = {row.split()[0]: row for row in capsys.readouterr().out.splitlines() if not row.startswith(" ")}
    assert rows["2.1.1-t"].endswith("test_a_thing_that_holds")
    assert rows["2.1.1-u"].endswith("(failed)")
    assert rows["2.1.1-v"].endswith("(skipped)")
    assert rows["2.1.1-w"].endswith("(says nothing)")
    assert rows["1.1-a"].split() == ["1.1-a", "-"]


def test_a_sample_shows_statement_and_test_side_by_side(
    finished: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader can judge whether the test proves the statement; the same seed gives the same sample."""
    record, _ = finished

    rules.main(["--sample", "290", "--seed", "1"], record)

    said = capsys.readouterr().out
    assert "2.1.1-t  When a colleague answers" in said
    assert "The thing holds." in said
    assert "no test carries it" in said


def test_without_a_full_run_the_exit_code_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All ids are missing then, which must not look like a result."""
    record = tmp_path / "none.json"

    code = rules.main(["--missing"], record)

    assert code == 1
    assert capsys.readouterr().out.split()[-1] == "290"


def test_the_record_is_plain_json(finished: tuple[Path, str]) -> None:
    """Others can read it."""
    record, _ = finished

    assert set(json.loads(record.read_text())) == {"run", "begun_at", "commit", "closed", "tests"}
