"""How hours and campaigns end: everybody hangs up, and nothing that belongs to anybody may stand in the exchange."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from cordboard.asterisk.dialplan import ALONE_FAMILY
from cordboard.asterisk.obtain import default_cache, find_kept
from tests.support.installation import Installation
from tools.faults.office import Office

END_S = 12.0
"""So long those who are on the line at the end may take to finish."""
REST_S = 3.0
"""So soon everything in the exchange must be gone when everybody is."""
BOOK_S = 40.0
"""So soon Cordboard, which looks every half minute, has written what the exchange did alone."""
LOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the exchange."""

    channels: tuple[str, ...]
    bridges: tuple[tuple[str, int], ...]
    """Names, and how many are in each."""

    def left(self) -> Iterator[str]:
        """What is wrong with it when nobody is on the line: there should be no channel, no line, no pair."""
        for channel in self.channels:
            yield f"the channel {channel} is left in the exchange"
        for name, inside in self.bridges:
            # The music of a queue and of an organisation is kept; a line and a pair belong to somebody.
            if inside or not name.startswith(("cb|queue|", "cb|hold|")):
                yield f"the bridge {name} is left in the exchange with {inside} in it"


def read(channels: str, bridges: str) -> Standing:
    """As Asterisk's command line tells of both; the first line about bridges is a heading."""
    return Standing(
        channels=tuple(line.split("!")[0] for line in channels.splitlines() if "!" in line),
        bridges=tuple(
            (line.split()[1], int(line.split()[2])) for line in bridges.splitlines()[1:] if line.strip()
        ),
    )


def standing(cordboard: Installation) -> Standing:
    """What stands in its exchange now.

    Raises:
        subprocess.SubprocessError: it does not answer.
    """
    return read(_ask(cordboard, "core show channels concise"), _ask(cordboard, "bridge show all"))


def _ask(cordboard: Installation, words: str) -> str:
    binary = find_kept(default_cache())
    assert binary is not None, "the exchange that runs was kept somewhere"
    conf = str(cordboard.data / "exchange" / "etc" / "asterisk.conf")
    return subprocess.run(
        [*binary.command(), "-C", conf, "-rx", words], capture_output=True, text=True, timeout=20, check=True
    ).stdout


async def close_up(office: Office) -> int:
    """Nobody new calls, and who is there finishes; complains of what is left. Gives how many had to be hung up."""
    still_there = await office.callers.stop(END_S)
    if not all(await asyncio.gather(*(agent.go_home(END_S) for agent in office.agents))):
        office.complaints.append("a card could not be cleared at the end")
    for call in office.outside.calls:
        await call.hang_up()
    office.complaints += await _left(office.cordboard)
    office.complaints += await _untold(office.cordboard)
    return still_there


async def _untold(cordboard: Installation) -> list[str]:
    """What the exchange did alone has to come into the history: until then it stands in its book."""
    deadline = time.monotonic() + BOOK_S
    while True:
        try:
            left = in_book(await asyncio.to_thread(_ask, cordboard, f"database show {ALONE_FAMILY}"))
        except subprocess.SubprocessError as silence:
            return [f"the exchange does not say what it did alone: {silence}"]
        if not left:
            return []
        if time.monotonic() >= deadline:
            return [f"the exchange handled {call} alone, and nobody has taken that up" for call in left]
        await asyncio.sleep(LOOK_S)


def in_book(said: str) -> list[str]:
    """The channels of which something stands in the exchange's book, as its command line lists the entries."""
    keys = (line.split(":")[0].strip() for line in said.splitlines() if line.startswith(f"/{ALONE_FAMILY}/"))
    return sorted({key.split("/")[2] for key in keys})


async def _left(cordboard: Installation) -> list[str]:
    deadline = time.monotonic() + REST_S
    while True:
        is_last = time.monotonic() >= deadline
        try:
            left = list((await asyncio.to_thread(standing, cordboard)).left())
        except subprocess.SubprocessError as silence:
            left = [f"the exchange does not say what is left in it: {silence}"]
        if not left or is_last:
            return left
        await asyncio.sleep(LOOK_S)
