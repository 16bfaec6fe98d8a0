"""`tools/walks`: every section of the manual is played in the browser, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import walks
from tools.proofs import BEHAVIOUR
from tools.steps import ROOT

SUITE = """
import pytest

@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.walk("1.1", "3.3")
def test_a_walk(language):
    pass

@pytest.mark.skip(reason="not today")
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.walk("5.1")
def test_a_walk_that_is_not_played(language):
    pass

@pytest.mark.parametrize(("by", "language"), [("mouse", "en"), ("keyboard", "en")])
@pytest.mark.walk("5.2")
def test_a_walk_in_one_language(by, language):
    pass
"""


def test_every_section_of_the_manual_is_walked_in_dutch_and_in_english() -> None:
    """No cell of the table is empty; `tools/walks` prints it."""
    known = walks.sections(BEHAVIOUR.read_text(encoding="utf-8"))
    found = walks.table(walks.collected(ROOT / walks.WALKS), known)

    assert {"1.1", "2", "2.1.2", "3.6", "4", "5.2", "administration"} <= set(found)
    assert [
        (section, language) for section, by in found.items() for language, tests in by.items() if not tests
    ] == []


def test_a_walk_counts_for_the_languages_that_it_is_played_in(tmp_path: Path) -> None:
    """One that is skipped counts for none."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    walk: sections\n")

    found = walks.table(walks.collected(tmp_path), ["1.1", "3.3", "5.1", "5.2"])

    counts = {section: [len(tests) for tests in by.values()] for section, by in found.items()}
    assert counts == {"1.1": [1, 1], "3.3": [1, 1], "5.1": [0, 0], "5.2": [0, 2]}


def test_a_section_that_is_not_there_is_an_error() -> None:
    """A mistyped number would leave a hole that nobody sees."""
    with pytest.raises(ValueError, match="there is no section"):
        walks.table([("7.1", "nl", "test_a_walk")], ["1.1"])
