"""Keeps the server's clock by the one on the wall: never while something is timed, and over a restart (F14)."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from cordboard.app.clock import SteadyClock
from cordboard.app.engine import Engine
from cordboard.web.push import Hub
from cordboard.wiring.wholeness import WrittenFile

log = logging.getLogger(__name__)

AHEAD_FILE = "CORDBOARD_WALL_CLOCK_AHEAD_FILE"
"""Environment variable of a trial: a file with the milliseconds by which the server believes the machine's clock to be
ahead of what it is. Only who starts Cordboard can set it, and nothing that comes over the network."""


def wall_clock(environment: Mapping[str, str] = os.environ) -> Callable[[], int]:
    """The machine's clock in nanoseconds UTC; in a trial the one that the trial sets."""
    named = environment.get(AHEAD_FILE)
    if named is None:
        return time.time_ns
    file, ahead_ms = Path(named), 0

    def wall() -> int:
        nonlocal ahead_ms
        with contextlib.suppress(OSError, ValueError):
            ahead_ms = int(file.read_text())
        return time.time_ns() + ahead_ms * 1_000_000

    return wall


def continued(file: WrittenFile, wall: Callable[[], int]) -> SteadyClock:
    """The clock of the server before this one, if the machine has not been started since; else a new one."""
    found = file.read()
    same = found is not None and found.boot == file.boot != ""
    return SteadyClock(found.offset_ns if found is not None and same else None, wall=wall)


def agree(clock: SteadyClock, engine: Engine, hub: Hub) -> None:
    """Follow a wall clock that was set, if nobody is on the line now and no wrap-up runs."""
    if not engine.at_rest:
        return
    step_ms = clock.agree()
    if step_ms:
        log.warning("the clock was set", extra={"step_ms": step_ms})
        engine.clock_was_set(step_ms)
        for organisation in engine.desks:
            hub.everything_changed(organisation)
