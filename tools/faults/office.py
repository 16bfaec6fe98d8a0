"""A busy office for a campaign: six people with console and desk phone, and callers, on a whole Cordboard.

Everything outside Cordboard and its exchange lives in this one process: telephones, consoles, callers, the wire
between the exchange and Cordboard that can be broken.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cordboard.asterisk.ports import pick
from tests.support.installation import TRUNK_ADDRESS, Installation
from tests.support.sipphone import SipPhone
from tools.faults.agents import Agent, Console, console_of
from tools.faults.callers import Callers, Fate
from tools.faults.proxy import FaultProxy
from tools.faults.wall import Wall

WIRE_ADDRESS = "127.0.0.9"
PEOPLE = (
    ("chantal", "201", "Enschede"),
    ("piet", "203", "Enschede"),
    ("anja", "204", "Enschede"),
    ("henk", "206", "Enschede"),
    ("paul", "205", "Amsterdam"),
    ("fatima", "202", "Rotterdam"),
)
VOICES_HZ = (2550, 2630, 2710, 2790, 2870, 2950)
"""One for each of them; music holds on to none of these."""
OUTSIDE_HZ, CALLER_HZ = 3050, 800
NUMBERS = ("0534800900", "0534800900", "0534800900", "0534800911")
"""The general queue three times as often as the urgent one."""
OUTSIDE_NUMBER = "0880000000"
OUTSIDE_RINGS_MS = 2_500
BESIDE = 5
"""Cordboard picks its own ports among every tenth, and does not know of the one that is given to it."""
SETTLE_S = 8.0
"""After a fault the consoles show who is there, and nobody else, within this."""
REGISTER_S = 30.0
"""So long a telephone tries to register with an exchange that has just come back."""


def configuration(ari_port: int, outside_port: int) -> str:
    """The installation's configuration file: the exchange dials us over the wire."""
    return f"""
[exchange]
ari_host = "{WIRE_ADDRESS}"
restart_when_stuck_s = 20

[exchange.ports]
ari = {ari_port}

[[trunks]]
name = "test"
host = "{TRUNK_ADDRESS}"
port = {outside_port}
match = ["{TRUNK_ADDRESS}"]
"""


@dataclass
class Office:
    """What a campaign holds."""

    cordboard: Installation
    wire: FaultProxy
    wall: Wall
    agents: list[Agent]
    callers: Callers
    outside: SipPhone
    chance: random.Random
    complaints: list[str] = field(default_factory=list)
    """What was not as it must be, in one sentence each."""

    @property
    def consoles(self) -> list[Console]:
        """All of them."""
        return [agent.console for agent in self.agents]

    def cards(self) -> dict[str, dict[str, Any]]:
        """Every call that any console shows, by its id; an offer to anybody makes it "offered"."""
        found: dict[str, dict[str, Any]] = {}
        for console in self.consoles:
            for card in console.calls():
                known = found.get(card["id"])
                if known is None or card["offer"] is not None or card["mine"]:
                    found[card["id"]] = card
        return found

    def states(self) -> Counter[str]:
        """How many calls are in which state."""
        counted: Counter[str] = Counter()
        for card in self.cards().values():
            offered = card["state"] == "waiting" and card["offer"] is not None
            counted["offered" if offered else card["state"]] += 1
        return counted

    async def full(self, calls: int, states: int, within_s: float) -> Counter[str] | None:
        """Wait until so many calls are in so many states; None: it did not happen."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            counted = self.states()
            if counted.total() >= calls and len(counted) >= states and self.everybody_sees():
                return counted
            await asyncio.sleep(0.05)
        return None

    def everybody_sees(self) -> bool:
        """Every console is connected and has the exchange."""
        return all(console.is_live for console in self.consoles)

    async def until(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Wait until it is so, until `deadline` on the monotonic clock at most; says whether it is."""
        while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110  # many things, none of which tells
            await asyncio.sleep(0.005)
        return condition()

    async def seen_again(self, since: float, within_s: float) -> float | None:
        """Wait until every console is whole again after `since` (monotonic); milliseconds, or None."""
        whole = await self.until(
            lambda: self.everybody_sees() and all(c.came_back_at > since for c in self.consoles),
            since + within_s,
        )
        return (time.monotonic() - since) * 1000 if whole else None

    async def in_control(self, since: float, within_s: float) -> float | None:
        """Wait until a click of somebody who talks is obeyed, and the caller hears it; milliseconds, or None."""
        while time.monotonic() < since + within_s:
            for agent in self.agents:
                if agent.console.is_live and await agent.probe_control():
                    return (time.monotonic() - since) * 1000
            await asyncio.sleep(0.02)
        return None

    def wrongly_shown(self) -> list[str]:
        """Callers who are there and on no card, and cards whose caller is gone."""
        shown = {c["number"] for c in self.cards().values() if c["direction"] == "in"}
        living = self.callers.living
        wrong = []
        for number, (visit, _) in list(living.items()):
            passed_on = OUTSIDE_HZ in visit.hears_now
            if visit.was_connected and number not in shown and not passed_on and not visit.by_hand:
                wrong.append(f"the caller {number} is on the line and on no card")
        ended = {v.number for v in self.callers.visits if v.ended_at is not None}
        # An exchange that starts takes in what was said to the one before, by callers who are no more.
        careless = {
            v.number
            for v in self.callers.visits
            if v.fate is Fate.VANISHED or (v.exchange_died and not v.was_connected)
        }
        wrong += [
            f"the card of {n} has no caller" for n in sorted((shown & ended) - careless - living.keys())
        ]
        return wrong

    async def settles(self, what: str) -> None:
        """Wait until the consoles show who is there; otherwise complain.

        Consoles and callers hear of an end at different moments, so only what stays wrong counts.
        """
        deadline = time.monotonic() + SETTLE_S
        stubborn = set(self.wrongly_shown())
        while stubborn and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            stubborn &= set(self.wrongly_shown())
        self.complaints += [f"{what}: {one} (after {SETTLE_S:.0f} s)" for one in sorted(stubborn)]

    async def phones_come_back(self) -> None:
        """After the exchange died: all that the telephones had is gone, and they register anew."""
        for agent in self.agents:
            for call in agent.phone.calls:
                call.lost()
        for call in self.outside.calls:
            call.lost()
        await asyncio.gather(*(self.registers(agent) for agent in self.agents))

    async def registers(self, agent: Agent) -> None:
        """Its telephone makes itself known to the exchange again."""
        if not await agent.register(REGISTER_S):
            self.complaints.append(f"the telephone of {agent.name} cannot register within {REGISTER_S:.0f} s")


@contextlib.asynccontextmanager
async def busy_office(
    folder: Path, *, chance: random.Random, people: int, database: str | None = None
) -> AsyncIterator[Office]:
    """Start Cordboard, have everybody at work and callers calling.

    Args:
        people: how many callers are kept on the line.
        database: address of an empty PostgreSQL database; None: a file of SQLite.
    """
    ari_port, outside_port = pick(1)[0] + BESIDE, pick(1, TRUNK_ADDRESS)[0]
    folder.mkdir(parents=True, exist_ok=True)
    wall = Wall(folder / "wall")
    cordboard = Installation(
        folder,
        configuration=configuration(ari_port, outside_port),
        environment=wall.environment,
        database=database,
    )
    async with contextlib.AsyncExitStack() as stack:
        wire = await stack.enter_async_context(
            FaultProxy(WIRE_ADDRESS, ari_port, random.Random(chance.getrandbits(32)))
        )
        await stack.enter_async_context(cordboard)
        outside = SipPhone(
            server=cordboard.sip,
            ip=TRUNK_ADDRESS,
            port=outside_port,
            tone_hz=OUTSIDE_HZ,
            answers_after_ms=OUTSIDE_RINGS_MS,
        )
        stack.push_async_callback(_close, outside)
        await outside.open()
        phone = cordboard.caller(tone_hz=CALLER_HZ)
        stack.push_async_callback(_close, phone)
        await phone.open()
        # Two callers may be joined with each other.
        voices = (*VOICES_HZ, OUTSIDE_HZ, CALLER_HZ)
        callers = Callers(phone, lambda: chance.choice(NUMBERS), voices, chance)
        agents = [await _at_work(stack, cordboard, callers, place, chance) for place in range(len(PEOPLE))]
        for agent in agents:
            agent.colleagues = [str(a.console.me["id"]) for a in agents if a is not agent]
        office = Office(cordboard, wire, wall, agents, callers, outside, chance)
        callers.wanted = people
        working = [asyncio.create_task(agent.work()) for agent in agents]
        calling = asyncio.create_task(callers.run())
        try:
            yield office
        finally:
            calling.cancel()
            for task in working:
                task.cancel()
            done = await asyncio.gather(calling, *working, return_exceptions=True)
            office.complaints += [
                f"somebody stopped working: {problem!r}" for problem in done if isinstance(problem, Exception)
            ]


async def _at_work(
    stack: contextlib.AsyncExitStack,
    cordboard: Installation,
    callers: Callers,
    place: int,
    chance: random.Random,
) -> Agent:
    name, extension, group = PEOPLE[place]
    phone = await cordboard.phone(f"demo-{extension}", tone_hz=VOICES_HZ[place])
    stack.push_async_callback(_close, phone)
    await phone.open()
    await phone.register(within_ms=15_000)
    console = await stack.enter_async_context(console_of(cordboard, name))
    await console.work(group, f"demo-{extension}", "Algemeen", "Urgent")
    return Agent(name, console, phone, chance, callers, OUTSIDE_NUMBER)


async def _close(phone: SipPhone) -> None:
    """The exchange may be gone, and what failed in the background of a fault is expected."""
    await phone.close(raise_faults=False)
