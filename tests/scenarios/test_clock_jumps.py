"""The machine's clock is set while calls are up: nothing that is timed ends early or late, here or after a death (F14).

Each story is told twice, once with a wall clock that jumps in the middle of everything and once without; what is
remembered, with its moments, and what people are told must be the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from cordboard.app.clock import Alarm, SteadyClock
from cordboard.core.records import Noted, Why
from cordboard.core.requests import (
    AnswerCall,
    ArmTransfer,
    CompleteTransfer,
    HangUpCall,
    HoldCall,
    ResumeCall,
    TransferToNumber,
    UndoTransfer,
)
from cordboard.core.types import NumberKind, OrganisationId, TransferKind
from cordboard.simulator.clock import VirtualClock
from cordboard.simulator.people import Habits
from cordboard.wiring.wall import agree
from tests.support.office import ALGEMEEN, CHANTAL, PIET, Office

HOUR_MS = 3_600_000
JUMPS_MS = (HOUR_MS, -HOUR_MS, 120_000, -120_000)
OUTSIDE = "31534800111"


@dataclass
class Machine:
    """Its clocks: the monotonic one is the simulation's, the one on the wall can be set."""

    clock: VirtualClock
    ahead_ms: int = 0

    def wall(self) -> int:
        """Nanoseconds UTC."""
        return (self.clock.now() + self.ahead_ms) * 1_000_000

    def monotonic(self) -> int:
        """Nanoseconds."""
        return self.clock.now() * 1_000_000


class Steady(SteadyClock):
    """The server's own clock on such a machine."""

    def __init__(self, machine: Machine, offset_ns: int | None = None) -> None:
        super().__init__(offset_ns, wall=machine.wall, monotonic=machine.monotonic)
        self._machine = machine

    def call_in(self, delay_ms: int, action: Callable[[], None]) -> Alarm:
        """When so much time of the simulation has passed."""
        return self._machine.clock.call_in(delay_ms, action)


class Screens:
    """Consoles that would begin anew."""

    def everything_changed(self, organisation: OrganisationId) -> None:
        """Nobody looks."""


class Shop:
    """An office on such a machine, whose clock may be set by `jump_ms` whenever the story says so."""

    def __init__(self, jump_ms: int, patch: pytest.MonkeyPatch) -> None:
        self.jump_ms = jump_ms
        self.office = Office(trunk=True)
        self.machine = Machine(self.office.clock)
        self.office.clock = cast(Any, Steady(self.machine))
        # Whatever reads the machine's clock past the server's own is found out too.
        patch.setattr(time, "time_ns", self.machine.wall)
        patch.setattr(time, "time", lambda: self.machine.wall() / 1e9)

    @property
    def clock(self) -> Steady:
        """The server's."""
        return cast(Steady, cast(object, self.office.clock))

    def jump(self) -> None:
        """Somebody sets the machine's clock."""
        self.machine.ahead_ms += self.jump_ms

    async def passes(self, ms: int) -> None:
        """Time, in which the server looks at the wall as often as it does."""
        while ms > 0:
            await self.office.pass_ms(min(ms, 5_000))
            ms -= 5_000
            agree(self.clock, self.office.engine, cast(Any, Screens()))

    async def dies(self) -> None:
        """Another server, which knows of the one before what the file beside the database says."""
        self.office.clock = cast(Any, Steady(self.machine, self.clock.offset_ns))
        await self.office.restart()

    def said(self) -> list[object]:
        """All that was remembered, and all that people were told since the last death."""
        return [*self.office.journal.records, *self.office.screens.sayings]


async def ring_hold_wrap_up(shop: Shop, dies: bool) -> None:
    """An offer rings out; the next is answered, held for minutes, ended, and wrapped up."""
    office = shop.office
    office.caller().call(ALGEMEEN)
    await shop.passes(7_000)
    call = office.only_call().id
    shop.jump()
    await shop.passes(40_000)
    await office.asks(AnswerCall(agent=CHANTAL, call=call))
    shop.jump()
    await shop.passes(4_000)
    await office.asks(HoldCall(agent=CHANTAL, call=call))
    shop.jump()
    if dies:
        await shop.dies()
    await shop.passes(200_000)
    await office.asks(ResumeCall(agent=CHANTAL, call=call))
    await shop.passes(4_000)
    await office.asks(HangUpCall(agent=CHANTAL, call=call))
    await shop.passes(1_000)
    wrap_up = office.agent(CHANTAL).wrap_up
    assert wrap_up is not None and wrap_up.until is not None
    left_ms = wrap_up.until - shop.clock.now()
    shop.jump()
    if dies:
        await shop.dies()
    await office.pass_ms(left_ms - 100)
    assert office.agent(CHANTAL).wrap_up is not None, "it runs until its moment"
    await office.pass_ms(200)
    assert office.agent(CHANTAL).wrap_up is None, "and no longer"


async def pass_on_and_undo(shop: Shop, dies: bool) -> None:
    """A caller is passed on to somebody outside; it can be undone for ten seconds, and not after them."""
    office = shop.office
    office.pretended.outsider(
        f"+{OUTSIDE}", habits=Habits(answers_after_ms=1_000, knows_talk=False), trunk="t-out"
    )
    office.caller().call(ALGEMEEN)
    await shop.passes(1_000)
    call = office.only_call()
    await office.asks(AnswerCall(agent=PIET, call=call.id))
    await shop.passes(4_000)

    async def passed_on() -> None:
        await office.asks(ArmTransfer(agent=PIET, call=call.id, kind=TransferKind.ATTENDED))
        request = TransferToNumber(agent=PIET, call=call.id, number=OUTSIDE, kind=NumberKind.NATIONAL)
        await office.asks(request)
        shop.jump()
        await shop.passes(3_000)
        transfer = office.board.calls[call.id].transfer
        assert transfer is not None and transfer.recipient is not None
        await office.asks(CompleteTransfer(agent=PIET, call=call.id, to=transfer.recipient, confirmed=True))
        await shop.passes(500)

    await passed_on()
    shop.jump()
    if dies:
        await shop.dies()
    await shop.passes(8_000)
    transfer = office.board.calls[call.id].transfer
    assert transfer is not None, "it can still be undone"
    await office.asks(UndoTransfer(agent=PIET, call=call.id))
    await shop.passes(1_000)
    shop.jump()
    await shop.passes(30_000)


STORIES = [(ring_hold_wrap_up, Why.RANG_OUT), (pass_on_and_undo, Why.TRANSFER_UNDONE)]
"""And what each must have come to."""


@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
@pytest.mark.parametrize(("story", "why"), STORIES)
async def test_a_clock_that_is_set_changes_nothing_of_what_is_under_way(
    story: Callable[[Shop, bool], Any], why: Why, dies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offers, holds, wrap-ups and the time for undoing last as long as ever, forwards and backwards."""
    told = []
    for jump_ms in (0, *JUMPS_MS):
        with monkeypatch.context() as patch:
            shop = Shop(jump_ms, patch)
            async with shop.office:
                await story(shop, dies)
            told.append(shop.said())

    straight = told[0]
    assert any(isinstance(one, Noted) and one.why is why for one in straight)
    assert all(jumped == straight for jumped in told[1:])


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
async def test_a_clock_that_was_set_is_followed_when_nobody_is_on_the_line(
    jump_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then what is remembered has the new time; who has been idle longest stays so, for as long."""
    shop = Shop(jump_ms, monkeypatch)
    async with shop.office as office:
        caller = office.caller().call(ALGEMEEN)
        await shop.passes(1_000)
        await office.asks(AnswerCall(agent=CHANTAL, call=office.only_call().id))
        shop.jump()
        await shop.passes(10_000)
        assert shop.clock.now() == shop.machine.clock.now(), "somebody is on the line"
        caller.hang_up()
        await shop.passes(10_000)
        assert shop.clock.now() == shop.machine.clock.now(), "somebody wraps up"
        idle_ms = shop.clock.now() - office.agent(PIET).idle_since

        await shop.passes(20_000)

        assert shop.clock.now() == shop.machine.clock.now() + jump_ms
        assert shop.clock.now() - office.agent(PIET).idle_since == idle_ms + 20_000
        assert office.agent(PIET).idle_since < office.agent(CHANTAL).idle_since
        office.caller().call(ALGEMEEN)
        await shop.passes(1_000)
        assert office.only_call().entered_at >= shop.machine.clock.now() + jump_ms - 1_000
