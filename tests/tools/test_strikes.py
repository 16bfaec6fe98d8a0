"""What a strike counts and complains of, in an office of which a test says how soon it is in control again."""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tools.faults import strikes
from tools.faults.strikes import Striker

STORAGE_S = 4.0
KILLED = "clock set and kill of Cordboard"


class Struck:
    """An office, on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self.in_control_after_s: list[float | None] = []
        """What it takes, each time that it is asked; None: longer than is waited for."""
        self.away_s = 0.0
        self.is_away = False
        self.asked_while_away: list[bool] = []
        self.complaints: list[str] = []
        self.seen_again_ms: float | None = 100.0
        office: Any = SimpleNamespace(
            chance=random.Random(1),
            complaints=self.complaints,
            cordboard=SimpleNamespace(standby=self._sleep, server_pid=os.getpid),
            wall=SimpleNamespace(jump=lambda _chance: 120_000),
            cards=dict,
            consoles=[],
            full=self._full,
            in_control=self._in_control,
            seen_again=self._seen_again,
            settles=self._sleep,
        )
        monkeypatch.setattr(strikes, "time", SimpleNamespace(monotonic=lambda: self.now_s))
        monkeypatch.setattr(strikes, "asyncio", SimpleNamespace(sleep=self._pause))
        monkeypatch.setattr(strikes, "DISK_FULL_S", (STORAGE_S, STORAGE_S))
        monkeypatch.setattr(strikes, "moments", lambda *_: SimpleNamespace(broken=lambda _later, *, died: ()))
        monkeypatch.setattr(os, "kill", lambda _pid, _signal: None)
        self.office = office
        self.striker = Striker(office, lambda _line: None, cast("Any", None), self._full_disk)

    @contextlib.contextmanager
    def _full_disk(self) -> Iterator[None]:
        began, self.is_away = self.now_s, True
        yield
        self.away_s, self.is_away = self.now_s - began, False

    async def _pause(self, seconds: float) -> None:
        self.now_s += seconds

    async def _sleep(self, *_: object) -> None:
        self.now_s += 0.1

    async def _full(self, *_: object) -> Counter[str]:
        return Counter(active=12)

    async def _in_control(self, since: float, within_s: float) -> float | None:
        self.asked_while_away.append(self.is_away)
        takes_s = self.in_control_after_s.pop(0)
        self.now_s = since + (within_s if takes_s is None else takes_s)
        return None if takes_s is None else takes_s * 1_000

    async def _seen_again(self, *_: object) -> float | None:
        return self.seen_again_ms

    @property
    def counted(self) -> dict[str, int]:
        """Strikes that count."""
        return dict(self.striker.tally.struck)


@pytest.fixture
def struck(monkeypatch: pytest.MonkeyPatch) -> Struck:
    return Struck(monkeypatch)


async def test_control_is_looked_at_while_storage_is_away_and_again_afterwards(struck: Struck) -> None:
    """It is away for as long as is told, however soon a click was obeyed."""
    struck.in_control_after_s = [1.0, 0.2]
    await struck.striker.fill_disk()

    assert struck.asked_while_away == [True, False]
    assert struck.away_s == STORAGE_S
    assert (struck.counted, struck.complaints) == ({"full disk": 1}, [])


@pytest.mark.parametrize(
    ("control", "complaint"),
    [
        ([None, 0.2], ["full disk: not in control while it lasted"]),
        ([1.0, None], ["full disk: not in control afterwards"]),
        ([None, None], ["full disk: not in control while it lasted", "full disk: not in control afterwards"]),
    ],
    ids=["meanwhile", "afterwards", "both"],
)
async def test_control_that_is_lost_while_storage_is_away_or_afterwards_is_complained_of(
    struck: Struck, control: list[float | None], complaint: list[str]
) -> None:
    """It does not count as a strike that was borne."""
    struck.in_control_after_s = control
    await struck.striker.fill_disk()

    assert struck.away_s == STORAGE_S
    assert (struck.counted, struck.complaints) == ({}, complaint)


@pytest.mark.parametrize(
    ("dies", "name"), [(True, KILLED), (False, "clock set")], ids=["and a death", "alone"]
)
async def test_a_clock_that_is_set_is_one_strike(struck: Struck, dies: bool, name: str) -> None:
    """Also with a death in it."""
    struck.office.chance = SimpleNamespace(random=lambda: 0.0 if dies else 1.0)
    struck.in_control_after_s = [0.1, 0.1]
    await struck.striker.set_clock()

    assert (struck.counted, struck.complaints) == ({name: 1}, [])


async def test_a_server_that_is_not_back_after_the_clock_was_set_is_one_complaint(struck: Struck) -> None:
    """Nothing more is asked of it."""
    struck.office.chance = SimpleNamespace(random=lambda: 0.0)
    struck.seen_again_ms, struck.in_control_after_s = None, [None]
    await struck.striker.set_clock()

    assert (struck.counted, struck.complaints) == ({}, [f"{KILLED}: not back within {strikes.BACK_S:.0f} s"])
