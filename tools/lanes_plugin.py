"""The pytest side of `make test`: of parts that mostly wait, two runs side by side share the files.

`CORDBOARD_LANES` names an empty folder that they have in common. Each takes the next file that nobody has taken yet,
plays it whole (for its tests share an installation), and takes the next one, so that both end at nearly the same time
whatever a file takes. Together they are every test, each once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

VARIABLE = "CORDBOARD_LANES"
FAILED = "failed"
"""The file in that folder with the tests that failed, a line each."""
BROWSERS = "e2e"


def order(tests: Mapping[str, int], *, last: str = BROWSERS) -> list[str]:
    """In which order files are taken: those of a folder after each other, for they may share an installation too.

    Args:
        tests: how many tests each file has; in a folder the largest comes first.
        last: name of the folder that comes last.
    """
    return sorted(
        tests, key=lambda file: (Path(file).parent.name == last, Path(file).parent, -tests[file], file)
    )


def claims(files: Iterable[str], folder: Path) -> Iterator[str]:
    """Files that this run plays, each taken when it is asked for; what is taken has a mark in the folder."""
    for place, file in enumerate(files):
        try:
            (folder / str(place)).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield file


def failed(folder: Path) -> list[str]:
    """The tests that failed in one of the runs, each once."""
    file = folder / FAILED
    return list(dict.fromkeys(file.read_text().splitlines())) if file.exists() else []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note who failed, for both runs."""
    folder = os.environ.get(VARIABLE)
    if folder is not None and report.failed:
        with (Path(folder) / FAILED).open("a") as file:
            file.write(f"{report.nodeid}\n")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Play what is taken; None: all of it, by pytest itself."""
    folder = os.environ.get(VARIABLE)
    if folder is None or session.config.option.collectonly or session.testsfailed:
        return None
    found: dict[str, list[pytest.Item]] = {}
    for item in session.items:
        found.setdefault(str(item.path), []).append(item)
    ours = claims(order({file: len(items) for file, items in found.items()}), Path(folder))
    file = next(ours, None)
    while file is not None:
        # The next one is taken before this one is torn down: pytest keeps what both need.
        items, following = found[file], None
        for place, item in enumerate(items):
            if item is items[-1]:
                following = next(ours, None)
            after = items[place + 1] if item is not items[-1] else found[following][0] if following else None
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        file = following
    return True
