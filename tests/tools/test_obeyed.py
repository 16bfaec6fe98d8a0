"""When the campaign believes that somebody is in control: a click that is taken is not yet one that is obeyed."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tools.faults import agents
from tools.faults.agents import Agent, Said


class AtTheDesk(Agent):
    """Somebody with one caller, who hears it (or does not) some looks after the click."""

    def __init__(self, state: str, *, says: Said, heard_after: int | None) -> None:
        super().__init__(
            name="chantal",
            console=cast("Any", None),
            phone=cast("Any", SimpleNamespace(tone_hz=2550)),
            chance=random.Random(1),
            callers=cast("Any", SimpleNamespace(hears=self._ear, living={"31612345678": None})),
            outside_number="",
        )
        self.card = {"id": "c1", "state": state, "number": "31612345678", "mine": True}
        self.says, self.heard_after = says, heard_after
        self.clicked: list[str] = []
        self.looks = 0

    def mine(self) -> list[dict[str, Any]]:
        """One card."""
        return [self.card]

    async def click(self, op: str, **_: str) -> Said:
        """The server's answer."""
        assert self.still, "the agent's own clicks would be in between"
        self.clicked.append(op)
        return self.says

    def _ear(self, _number: str, _hz: int) -> bool:
        talks = self.card["state"] == "active"
        if not self.clicked or self.heard_after is None:
            return talks
        self.looks += 1
        return talks is not (self.looks > self.heard_after)


@pytest.mark.parametrize(("state", "op"), [("active", "call.hold"), ("held", "call.resume")])
async def test_control_is_there_when_the_caller_hears_it(state: str, op: str) -> None:
    """Hold and resume, some looks after the click."""
    agent = AtTheDesk(state, says=Said.YES, heard_after=2)
    assert await agent.probe_control()
    assert (agent.clicked, agent.looks, agent.still) == ([op], 3, False)


async def test_a_click_that_is_taken_and_not_carried_out_is_no_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is counted among what was refused."""
    monkeypatch.setattr(agents, "OBEYED_S", 0.05)
    agent = AtTheDesk("active", says=Said.YES, heard_after=None)
    assert not await agent.probe_control()
    assert dict(agent.refusals) == {"call.hold: not obeyed": 1}


async def test_a_click_that_is_refused_is_no_control() -> None:
    """Whatever the caller hears."""
    agent = AtTheDesk("active", says=Said.NO, heard_after=0)
    assert not await agent.probe_control()


async def test_a_call_whose_telephone_vanished_says_nothing_about_control() -> None:
    """A click on it is taken, and nobody can hear it."""
    agent = AtTheDesk("held", says=Said.YES, heard_after=None)
    agent.cut_off = {"c1"}
    assert not await agent.probe_control()
    assert agent.clicked == []
