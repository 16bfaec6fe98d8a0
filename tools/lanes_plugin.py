"""The pytest side of `make test`: of a part that mostly waits, each of two runs side by side plays some of the files.

`CORDBOARD_LANE=1/2` plays the first of two. Which file is in which depends on the collected files alone, so that
together they are every test, each once; a file is never torn, for its tests share an installation.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

import pytest

VARIABLE = "CORDBOARD_LANE"


def lanes_of(files: Iterable[str], lanes: int) -> dict[str, int]:
    """File -> the lane (from 1) that plays it, when each name is there once for each of its tests.

    The largest first, each where there is least to do yet.
    """
    counted = Counter(files)
    load = [0] * lanes
    found: dict[str, int] = {}
    for file, tests in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        lane = min(range(lanes), key=load.__getitem__)
        load[lane] += tests
        found[file] = lane + 1
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another lane plays: after the marks have chosen, so that both share what is left."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    lane, of = map(int, wanted.split("/"))
    plan = lanes_of((str(item.path) for item in items), of)
    others = [item for item in items if plan[str(item.path)] != lane]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if plan[str(item.path)] == lane]
