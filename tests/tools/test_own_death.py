"""An exchange that dies in a campaign without having been killed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.waiting import until
from tools.faults import own_death
from tools.faults.own_death import OwnDeaths


class Exchanges:
    """Processes of an exchange, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pid: int | None = 100
        self.told = self.came_back = self.searched = 0
        self.watched: int | None = None
        """Of which process it was asked last whether it lives."""
        monkeypatch.setattr(own_death, "LOOK_S", 0.001)
        monkeypatch.setattr(own_death, "find", self._find)
        monkeypatch.setattr(own_death, "is_exchange", self._is_exchange)
        cordboard = SimpleNamespace(data=Path("/nowhere"), exchange_pid=lambda: self.pid)
        callers = SimpleNamespace(exchange_died=self._tell)
        self.office: Any = SimpleNamespace(
            cordboard=cordboard, callers=callers, phones_come_back=self._come_back
        )

    def _find(self, _folder: Path) -> int | None:
        self.searched += 1
        return self.pid

    def _is_exchange(self, pid: int, _folder: Path) -> bool:
        self.watched = pid
        return pid == self.pid

    def _tell(self) -> None:
        self.told += 1

    async def _come_back(self) -> None:
        self.came_back += 1

    async def replace(self) -> None:
        """One dies, and the next lives when that was seen; wait until it is watched in its turn."""
        pid, self.pid, searched = self.pid, None, self.searched
        await until(lambda: self.searched > searched)
        self.pid = cast("int", pid) + 1
        await self.is_watched()

    async def is_watched(self) -> None:
        """The one that lives."""
        await until(lambda: self.watched == self.pid)


async def test_a_death_that_nobody_dealt_is_told_and_one_that_was_dealt_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The callers' calls broke off, and their telephones come back."""
    exchanges, said = Exchanges(monkeypatch), list[str]()
    deaths = OwnDeaths(exchanges.office, said.append)
    watching = asyncio.create_task(deaths.watch())
    await exchanges.is_watched()
    deaths.will_be_killed()
    await exchanges.replace()
    assert (deaths.count, exchanges.told, said) == (0, 0, [])

    await exchanges.replace()
    watching.cancel()

    assert (deaths.count, exchanges.told, exchanges.came_back) == (1, 1, 1)
    assert said == ["Asterisk died by itself"]


def test_one_such_death_in_a_hundred_strikes_is_borne() -> None:
    """More of them fail the campaign."""
    deaths = OwnDeaths(cast("Any", None), print)
    deaths.count = 1
    assert deaths.complaint(43) is None
    deaths.count = 2
    assert deaths.complaint(43) == "Asterisk died by itself 2 times"
    deaths.count = 7
    assert deaths.complaint(700) is None


async def test_a_watch_that_ended_by_itself_is_complained_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deaths may have gone by unseen then; one that is ended because all is over is fine."""
    exchanges = Exchanges(monkeypatch)
    exchanges.office.complaints = complaints = list[str]()
    deaths = OwnDeaths(exchanges.office, print)
    async with deaths.watched():
        await exchanges.is_watched()
    assert complaints == []

    looked: list[int] = []

    def cannot_see(pid: int, _folder: Path) -> bool:
        looked.append(pid)
        raise PermissionError("no /proc")

    async with deaths.watched():
        await exchanges.is_watched()
        monkeypatch.setattr(own_death, "is_exchange", cannot_see)
        await until(lambda: bool(looked))
    assert complaints == ["nobody watched whether Asterisk dies: PermissionError('no /proc')"]
