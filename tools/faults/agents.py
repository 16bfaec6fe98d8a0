"""People at desks who take calls and do with them whatever the console lets them do, at random.

They look at their console, choose one of the things that it offers, and click. What is refused is counted and not
minded: after a fault the console may show what is no longer so for a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import aiohttp

from tests.support.installation import Desk, Installation, Refused
from tests.support.sipcall import CallState
from tests.support.siplink import NotSeen, SipFailure
from tests.support.sipphone import SipPhone
from tools.faults.callers import Callers

LOOK_S = (0.25, 0.7)
"""Between two looks at the console."""
RECONNECT_S = 0.02
ANSWER_S = 2.5
"""Longer without an answer to a click is a lost click."""
OBEYED_S = 3.0
"""A click that was taken and of which nothing was heard after this was not obeyed."""
FALLBACK_AFTER_S = 1.5
"""A telephone that rings while the console is away is picked up by hand after this."""


class Console(Desk):
    """A console that comes back by itself, as the one in the browser does."""

    def __init__(self, installation: Installation, client: aiohttp.ClientSession) -> None:
        super().__init__(installation, client)
        self.came_back_at = 0.0
        """When what is shown was whole again last, on the monotonic clock."""
        self.drops = 0
        self.ahead_ms = 0.0
        """How far the server's time is ahead of our monotonic clock, by its last word of it."""
        self._keeping: asyncio.Task[None] | None = None

    @property
    def is_live(self) -> bool:
        """Connected, with the exchange there."""
        reader = self._reader
        return (
            reader is not None
            and not reader.done()
            and bool(self.entities.get(("exchange", "exchange"), {}).get("up"))
        )

    async def _take(self, wire: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["t"] in ("hello", "hb"):
            self.ahead_ms = frame["now"] - time.monotonic() * 1000
        await super()._take(wire, frame)

    def keep(self) -> None:
        """Come back whenever the connection ends, from now on."""
        self._keeping = asyncio.create_task(self._keep())

    async def leave(self) -> None:
        """Close the tab for good."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self.close()

    async def _keep(self) -> None:
        while True:
            reader = self._reader
            if reader is not None and not reader.done():
                await asyncio.wait({reader})
                self.drops += 1
                for waiting in self._results.values():
                    if not waiting.done():
                        waiting.set_exception(ConnectionError("the console lost its connection"))
                        # Who clicked may have given up already; then nobody else asks.
                        waiting.exception()
                self._results.clear()
            try:
                async with asyncio.timeout(5):
                    await self.close()
                    await self.connect()
                self.came_back_at = time.monotonic()
            except (aiohttp.ClientError, OSError, TimeoutError, AssertionError):
                await asyncio.sleep(RECONNECT_S)


class Said(Enum):
    """What the server answered to a click."""

    YES = "yes"
    NO = "no"
    NOTHING = "nothing"
    """It may have been done, or not."""


@dataclass
class Agent:
    """Somebody with a console and a desk phone, who clicks."""

    name: str
    console: Console
    phone: SipPhone
    chance: random.Random
    callers: Callers
    """Are told whom this agent hangs up on, and whom it picks up by hand."""
    outside_number: str
    colleagues: list[str] = field(default_factory=list)
    """Their user ids."""
    clicks: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    still: bool = False
    """Clicks nothing now."""
    cut_off: set[str] = field(default_factory=set)
    """Calls that were up when the telephone vanished, until they are heard again: clicks on them need not be."""

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.chance.uniform(*LOOK_S))
            if self.still or not self.console.is_live:
                await self._pick_up_by_hand()
                continue
            await self._look()

    async def _pick_up_by_hand(self) -> None:
        """The exchange rings us by itself while Cordboard is away (D28)."""
        if self.console.is_live:
            return
        for call in self.phone.calls[-4:]:
            rang_s = time.time() - call.invited_us / 1e6
            if call.state is CallState.RINGING and call.is_incoming and rang_s > FALLBACK_AFTER_S:
                self.callers.picked_up_by_hand(call.caller_number)
                await call.answer()

    async def click(self, op: str, **args: str) -> Said:
        """Click, and say what came of it."""
        self.clicks[op] += 1
        try:
            async with asyncio.timeout(ANSWER_S):
                await self.console.command(op, **args)
        except Refused as refused:
            self.refusals[f"{op}: {refused.code}"] += 1
            return Said.NO
        except (ConnectionError, TimeoutError, aiohttp.ClientError, AssertionError):
            self.refusals[f"{op}: no answer"] += 1
            return Said.NOTHING
        return Said.YES

    def mine(self) -> list[dict[str, Any]]:
        """My cards."""
        return [card for card in self.console.calls() if card["mine"]]

    async def _look(self) -> None:
        mine = self.mine()
        if not mine:
            await self._without_call()
        elif (card := self.chance.choice(mine))["transfer"] is not None and card["transfer"]["mine"]:
            await self._while_passing_on(card, mine)
        else:
            await self._with(card, mine)

    async def _without_call(self) -> None:
        me = self.console.me
        if me["status"] in ("not_answered", "paused", "device_lost"):
            await self.click("agent.return")
        if me["wrap_up"] is not None:
            await self.click("wrap_up.stop")
            return
        offered = [card for card in self.console.calls() if card["offer"] is not None]
        if offered and self.chance.random() < 0.45:
            await self.click("call.answer", call=self.chance.choice(offered)["id"])

    async def _with(self, card: dict[str, Any], mine: list[dict[str, Any]]) -> None:
        call, dice = card["id"], self.chance.random()
        match card["state"]:
            case "active" if dice < 0.12:
                await self.click("call.hold", call=call)
            case "active" if dice < 0.20:
                await self._hang_up(card)
            case "active" if dice < 0.30 and card["direction"] == "in":
                await self.click("transfer.arm", call=call, kind=self.chance.choice(("attended", "blind")))
            case "active" if dice < 0.36 and len(mine) == 1:
                await self.click("call.dial", number=self.outside_number)
            case "held" if dice < 0.15:
                await self.click("call.resume", call=call)
            case "held" if dice < 0.25 and any(c["state"] == "active" for c in mine):
                await self.click("call.conference", call=call)
            case "held" if dice < 0.30 and len(mine) > 1:
                await self._hang_up(card)
            case "conference" if dice < 0.15:
                await self._hang_up(card)
            case "dialling" if dice < 0.05:
                await self._hang_up(card)
            case _:
                pass

    async def _while_passing_on(self, card: dict[str, Any], mine: list[dict[str, Any]]) -> None:
        call, dice = card["id"], self.chance.random()
        transfer = card["transfer"]
        match transfer["state"]:
            case "armed" if dice < 0.3:
                await self.click("transfer.number", call=call, number=self.outside_number)
            case "armed" if dice < 0.55 and self.colleagues:
                await self.click("transfer.colleague", call=call, user=self.chance.choice(self.colleagues))
            case "armed" if dice < 0.65:
                await self.click("transfer.cancel", call=call)
            case "consulting" if dice < 0.25 and transfer["recipient"] is not None:
                await self.click("transfer.complete", call=call, to=transfer["recipient"], confirmed="true")
            case "consulting" if dice < 0.35:
                await self.click("transfer.cancel", call=call)
            case "ringing" if dice < 0.05:
                await self.click("transfer.cancel", call=call)
            case "completed" if dice < 0.08:
                await self.click("transfer.undo", call=call)
            case _:
                pass

    async def _hang_up(self, card: dict[str, Any]) -> None:
        # Said before it is clicked: the answer to the click may be lost, and what it did not.
        hang_up = self.callers.hung_up_on(card["number"], self.phone.tone_hz or 0)
        if await self.click("call.hang_up", call=card["id"]) is Said.NO:
            self.callers.did_not_hang_up(hang_up)

    async def probe_control(self) -> bool:
        """Hold or resume one of my callers, who hears that it was done.

        False: there is none, it was refused, or it was taken and not carried out.
        """
        was_still, self.still = self.still, True
        try:
            for card in self.mine():
                hears_me = self._hears_me(card)
                if hears_me:
                    self.cut_off.discard(card["id"])
                can_be_heard = hears_me is not None and card["id"] not in self.cut_off
                if card["state"] in ("active", "held") and can_be_heard:
                    return await self._turn(card)
        finally:
            self.still = was_still
        return False

    async def _turn(self, card: dict[str, Any]) -> bool:
        """From talking to hold, or back: the click is taken, and heard in the caller's ear."""
        is_held = card["state"] == "held"
        if await self.click("call.resume" if is_held else "call.hold", call=card["id"]) is not Said.YES:
            return False
        deadline = time.monotonic() + OBEYED_S
        while self._hears_me(card) is not is_held:
            if time.monotonic() > deadline:
                if card["number"] in self.callers.living:
                    self.refusals[f"{'call.resume' if is_held else 'call.hold'}: not obeyed"] += 1
                return False
            await asyncio.sleep(0.01)
        return True

    def _hears_me(self, card: dict[str, Any]) -> bool | None:
        assert self.phone.tone_hz is not None
        return self.callers.hears(card["number"], self.phone.tone_hz)

    async def go_home(self, within_s: float) -> bool:
        """Hang up whatever is left; says whether nothing is."""
        self.still = True
        deadline = time.monotonic() + within_s
        while (mine := self.mine()) and time.monotonic() < deadline:
            for card in mine:
                await self.click("call.hang_up", call=card["id"])
            await asyncio.sleep(0.2)
        return not self.mine()

    async def register(self, within_s: float) -> bool:
        """As a telephone does by itself, again and again; says whether it is known in the end."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            try:
                await self.phone.register(within_ms=2_000)
            except (NotSeen, SipFailure):
                await asyncio.sleep(0.1)
            else:
                return True
        return False


@contextlib.asynccontextmanager
async def console_of(cordboard: Installation, user_name: str) -> AsyncIterator[Console]:
    """Log in, and keep a console open for good."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        console = Console(cordboard, client)
        await console.log_in(user_name, cordboard.password(user_name))
        await console.connect()
        console.keep()
        try:
            yield console
        finally:
            await console.leave()
