"""The pytest side of `tools/rules`: checks the ids in `@pytest.mark.rule(...)` and records what was proven.

An id that docs/behaviour.md does not know fails its test, in any run: a typing mistake must not look like a
proof. Outcomes are recorded only in a full run (`tools/proofs.py`).
"""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import pytest

from tools import proofs

KNOWN = pytest.StashKey[dict[str, str]]()
SEEN = pytest.StashKey[dict[str, dict[str, Any]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Read the page once per run."""
    config.stash[KNOWN] = proofs.known_ids() if proofs.BEHAVIOUR.is_file() else {}
    config.stash[SEEN] = {}


def ids_of(item: pytest.Item) -> list[str]:
    """The ids that a test carries, by its own marks, its class's and its module's."""
    return sorted({str(each) for mark in item.iter_markers("rule") for each in mark.args})


def says(item: pytest.Item) -> str:
    """The first paragraph of the test's docstring on one line; empty when it has none."""
    text = inspect.getdoc(getattr(item, "function", None)) or ""
    return " ".join(text.split("\n\n")[0].split())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that claims to prove something unknown."""
    unknown = [each for each in ids_of(item) if each not in item.config.stash[KNOWN]]
    if unknown:
        pytest.fail(f"docs/behaviour.md has no statement {', '.join(unknown)}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Note how each phase of a marked test ended; the worst phase is the outcome."""
    report: pytest.TestReport = yield
    ids = ids_of(item)
    if ids:
        name, _, case = item.nodeid.partition("[")
        seen = item.config.stash[SEEN].setdefault(name, {"ids": [], "cases": {}, "says": says(item)})
        seen["ids"] = sorted({*seen["ids"], *ids})
        before = seen["cases"].get(case)
        # An expected failure (xfail) is reported as skipped and proves nothing, which is right.
        if report.failed:
            seen["cases"][case] = "failed"
        elif report.skipped and before != "failed":
            seen["cases"][case] = "skipped"
        elif report.when == "call" and before is None:
            seen["cases"][case] = "passed"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add this part to the full run it belongs to, if it belongs to one."""
    number = os.environ.get(proofs.RUN_VARIABLE)
    if number:
        proofs.add(number, session.config.stash[SEEN], Path(os.environ[proofs.RECORD_VARIABLE]))
