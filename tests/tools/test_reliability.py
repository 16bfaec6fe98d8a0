"""The table of what can fail names a test for each, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from tools.campaign import STRIKES
from tools.faults.strikes import Striker

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
FAILURES = {f"F{number}" for number in range(1, 21)}


def rows() -> dict[str, str]:
    """What stands in the last column, for each failure."""
    found = re.findall(r"^\| (F\d+) \|.*\| ([^|]*) \|$", TEXT, re.MULTILINE)
    assert len(found) == len(dict(found)), "each stands there once"
    return dict(found)


@cache
def there() -> frozenset[str]:
    """Every test file, and every test in one, by name."""
    names: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        names.add(path.name)
        names |= {
            node.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
    return frozenset(names)


def test_each_failure_has_a_test() -> None:
    """In the order of their numbers, none left out."""
    assert set(rows()) == FAILURES
    assert [failure for failure, proof in rows().items() if not re.search(r"`test_\w+(\.py)?`", proof)] == []


def test_each_test_that_the_document_names_is_there() -> None:
    """A renamed test must not leave a promise behind that nobody proves."""
    named = set(re.findall(r"`(test_\w+(?:\.py)?)`", TEXT))

    assert sorted(named - there()) == []


def test_each_strike_that_the_document_names_can_be_asked_for() -> None:
    """`tools/campaign --help` has it."""
    named = set(re.findall(r"campaign `--([\w-]+)`", TEXT))

    assert named
    assert sorted(named - {name for name, _ in STRIKES}) == []


def test_each_strike_that_can_be_asked_for_does_something() -> None:
    """And nothing can be done that cannot be asked for; CI's campaign asks for a few of them only."""
    nobody = cast("Any", None)
    striker = Striker(nobody, nobody, nobody)

    assert [name for name, _ in STRIKES] == list(striker.by_name)
    assert len(set(striker.by_name.values())) == len(STRIKES)
