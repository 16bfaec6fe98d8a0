"""A clock on the wall that is set: as far as the server can tell, and without touching the machine's own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cordboard.wiring.wall import AHEAD_FILE
from tools.faults.agents import Console

JUMPS_MS = (120_000, -120_000, 3_600_000, -3_600_000)
CLOCK_MS_MAX = 20_000
"""The server's own time may seem so far from ours, for a word that was long on its way; every jump is larger.

An answer that was shown and not yet written when the server was killed has the moment at which its successor found
the two talking: later by as much, and never by a jump.
"""


class Wall:
    """What the server takes for the machine's clock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead_ms = 0

    @property
    def environment(self) -> dict[str, str]:
        """In which the server has to be started."""
        return {AHEAD_FILE: str(self._file)}

    def jump(self, chance: random.Random) -> int:
        """Set it, and say by how many milliseconds."""
        jump_ms = chance.choice(JUMPS_MS)
        self._ahead_ms += jump_ms
        new = self._file.with_suffix(".new")
        new.write_text(str(self._ahead_ms))
        new.replace(self._file)
        return jump_ms


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments that consoles show, which stay what they are whatever the clock on the wall does."""

    calls: dict[str, tuple[int, int | None]]
    """When each call came, and when it was answered."""
    wrap_ups: dict[str, tuple[int, int | None]]
    """Of each agent who has one: since when, and until when."""
    clock_ms: float
    """How far the server's time is ahead of our own monotonic clock."""

    def broken(self, later: Moments, *, died: bool) -> Iterator[str]:
        """What changed and must not have.

        Args:
            died: the server was killed meanwhile.
        """
        for call, (entered, answered) in self.calls.items():
            now = later.calls.get(call)
            if now is not None and (now[0] != entered or not _is_same(answered, now[1], died=died)):
                yield f"the call {call} came and was answered at {(entered, answered)}, and then at {now}"
        for agent, (since, until) in self.wrap_ups.items():
            now = later.wrap_ups.get(agent)
            # It may have been made longer by a click.
            shorter = now is not None and until is not None and (now[1] is None or now[1] < until)
            if now is not None and now[0] == since and shorter:
                yield f"the wrap-up of {agent} ends at {now[1]} instead of {until}"
        if abs(later.clock_ms - self.clock_ms) > CLOCK_MS_MAX:
            yield f"the server's time made a step of {later.clock_ms - self.clock_ms:.0f} ms with calls up"


def _is_same(answered: int | None, now: int | None, *, died: bool) -> bool:
    found_later_ms = CLOCK_MS_MAX if died else 1
    return answered is None or (now is not None and 0 <= now - answered < found_later_ms)


def moments(cards: dict[str, dict[str, Any]], consoles: Iterable[Console]) -> Moments:
    """As the consoles show them now."""
    shown = list(consoles)
    return Moments(
        calls={call: (card["entered_at"], card["answered_at"]) for call, card in cards.items()},
        wrap_ups={
            console.me["id"]: (wrap_up["since"], wrap_up["until"])
            for console in shown
            if (wrap_up := console.me["wrap_up"]) is not None and wrap_up["since"] is not None
        },
        clock_ms=max(console.ahead_ms for console in shown),
    )
