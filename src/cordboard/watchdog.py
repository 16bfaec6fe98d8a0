"""Notices a process that lives and does not answer: a caller is as lost with that one as with a dead one.

Source: reliability F11 (a locked Asterisk), and the same for our own server.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

log = logging.getLogger(__name__)

LOOK_EVERY_MS = 2_000
START_LOOK_MS = 200
"""Until the first answer it is looked for more often: a process may hang a moment after it began to serve."""
ANSWER_MS = 3_000
"""Longer is no answer."""


class Said(Enum):
    """What a process answers when it is asked whether it works."""

    NOTHING = "nothing"
    STARTING = "starting"
    """It does not work yet: it has a database to change. It lives."""
    WORKS = "works"
    UNASKED = "unasked"
    """We could not ask, for want of a file or a thread of our own: nobody is to blame for saying nothing."""

    @classmethod
    def by(cls, answers: bool) -> Said:
        """Of one that knows only yes and silence."""
        return cls.WORKS if answers else cls.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long silence is borne."""

    alarm_ms: int
    """After so long somebody is told."""
    act_ms: int | None
    """After so long it is counted as dead; None: never."""
    start_ms: int | None = None
    """So long it may be silent before it works; None: as long as it likes. One that says that it starts may take any
    time over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What the watch asks and tells."""

    answers: Callable[[], Awaitable[Said]]
    """What it says now; may take as long as it likes."""
    alarm: Callable[[int], None]
    """It has been silent for so many milliseconds; told once per silence."""
    relief: Callable[[], None]
    """It answers again, after an alarm."""
    act: Callable[[], None]
    """It counts as dead; the watch ends with it."""


async def watch(
    duties: Duties,
    patience: Patience,
    *,
    now: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look until it counts as dead.

    Args:
        now: milliseconds that never go back.
    """
    heard_at = now()
    while (said := await _asked(duties)) is not Said.WORKS:
        if said in (Said.STARTING, Said.UNASKED):
            heard_at = now()
        elif patience.start_ms is not None and now() - heard_at >= patience.start_ms:
            duties.act()
            return
        await sleep(START_LOOK_MS / 1000)
    heard_at, is_alarmed = now(), False
    while True:
        before = now()
        await sleep(LOOK_EVERY_MS / 1000)
        if (said := await _asked(duties)) is not Said.NOTHING:
            heard_at = now()
            if is_alarmed and said is not Said.UNASKED:
                is_alarmed = False
                duties.relief()
            continue
        if now() - before > 2 * (LOOK_EVERY_MS + ANSWER_MS):
            # We were not running ourselves (a stopped machine): nobody could have answered us.
            heard_at = now()
            continue
        silent_ms = now() - heard_at
        if patience.act_ms is not None and silent_ms >= patience.act_ms:
            duties.act()
            return
        if silent_ms >= patience.alarm_ms and not is_alarmed:
            is_alarmed = True
            duties.alarm(silent_ms)


async def _asked(duties: Duties) -> Said:
    try:
        async with asyncio.timeout(ANSWER_MS / 1000):
            return await duties.answers()
    except TimeoutError:
        return Said.NOTHING
    except (OSError, RuntimeError):
        # Else the watch would end here, and who hangs would be noticed by nobody.
        log.exception("could not ask")
        return Said.UNASKED
