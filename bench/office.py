"""An office on a virtual clock: callers come at random, telephones ring, agents answer, talk and wrap up.

Whoever decides (`Desk`) is told what happened and says what the exchange must do; the office does that at once
and tells what comes of it. So Cordboard's switchboard and the bare state machine of `bare` do the same work.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cordboard.core.commands import CancelRinging, Command, HangUp, Join, PlaceInQueue, RingDevice
from cordboard.core.events import CallArrived, Event, LegAnswered, LegEnd, LegEnded
from cordboard.core.types import CallId, DeviceId, Instant, LegId, QueueId, UserId

TALK_MS = 100_000
"""Mean length of a talk; so many agents are busy about eight tenths of their time."""
WRAP_UP_MS = 15_000
REACTION_MS = 3_000
"""An agent looks at the card this long before the click, at most."""
BUSY = 0.8
PICK_UP_MS = 50
"""What the browser's phone takes."""
EXCHANGE_MS = 5
"""What the exchange and the wire take to do a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large an office is."""

    agents: int
    queues: int
    queues_each: int = 3
    """To how many queues every agent is signed in."""

    def signed_in(self, agent: int) -> list[QueueId]:
        """The queues of this agent."""
        return [QueueId(f"q{(agent + step) % self.queues}") for step in range(self.queues_each)]

    @property
    def pause_ms(self) -> float:
        """Mean time between two callers."""
        return (TALK_MS + WRAP_UP_MS + REACTION_MS) / (self.agents * BUSY)


class Desk(Protocol):
    """Somebody who decides."""

    def handle(self, event: Event, now: Instant) -> Sequence[Command]:
        """Take a fact."""

    def answer(self, agent: UserId, call: CallId, now: Instant) -> Sequence[Command]:
        """The agent clicks; nothing comes of it when the call is no longer to be had."""

    def deadline(self) -> Instant | None:
        """When something happens by itself."""

    def wake(self, now: Instant) -> Sequence[Command]:
        """It is that late now."""


@dataclass(frozen=True, slots=True)
class _Click:
    """An agent clicks on the green key; the browser's phone then takes the call up."""

    agent: UserId
    call: CallId
    leg: LegId


class Office:
    """Plays a number of calls."""

    def __init__(self, size: Size, desk: Desk, *, calls: int, seed: int) -> None:
        self._size, self._desk, self._calls = size, desk, calls
        self._chance = random.Random(seed)
        self._agenda: list[tuple[Instant, int, Event | _Click | None]] = []
        self._number = 0
        self._came = 0
        self._legs: set[LegId] = set()
        self.now: Instant = 1_800_000_000_000
        self.began = self.now
        self.done = 0
        """Calls that were answered, talked through and hung up."""
        self.turns = 0

    def play(self) -> None:
        """Until every caller has been helped and everybody is free again.

        Raises:
            RuntimeError: a call was left behind.
        """
        self._plan(0, None)
        while self._agenda:
            at = self._agenda[0][0]
            due = self._desk.deadline()
            if due is not None and due <= at:
                self.now = max(self.now, due)
                self._do(self._desk.wake(self.now))
                continue
            self.now, _, what = heapq.heappop(self._agenda)
            if what is None:
                self._a_caller_comes()
            elif isinstance(what, _Click):
                self._click(what)
            elif not isinstance(what, LegAnswered) or what.leg in self._legs:
                self._do(self._desk.handle(what, self.now))
        if self.done != self._calls:
            raise RuntimeError(f"{self._calls - self.done} of {self._calls} calls were left behind")

    def _plan(self, after_ms: float, what: Event | _Click | None) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (self.now + round(after_ms), self._number, what))

    def _a_caller_comes(self) -> None:
        self._came += 1
        arrived = CallArrived(
            call=CallId(f"c{self._came}"),
            leg=LegId(f"caller-{self._came}"),
            queue=QueueId(f"q{self._chance.randrange(self._size.queues)}"),
            number=f"316{20_000_000 + self._came}",
            name=None,
            dialled="31534800900",
        )
        self._do(self._desk.handle(arrived, self.now))
        if self._came < self._calls:
            self._plan(self._chance.expovariate(1 / self._size.pause_ms), None)

    def _click(self, click: _Click) -> None:
        if click.leg in self._legs:
            self._do(self._desk.answer(click.agent, click.call, self.now))
        if click.leg in self._legs:
            self._plan(PICK_UP_MS, LegAnswered(leg=click.leg))

    def _do(self, commands: Iterable[Command]) -> None:
        self.turns += 1
        for command in commands:
            match command:
                case RingDevice(leg=leg, device=device, call=call):
                    self._legs.add(leg)
                    click = _Click(UserId(device), call, leg)
                    self._plan(self._chance.uniform(500, REACTION_MS), click)
                case CancelRinging(leg=leg):
                    self._gone(leg)
                case Join(party=party):
                    talk_ms = 4_000 + self._chance.expovariate(1 / (TALK_MS - 4_000))
                    self._plan(talk_ms, LegEnded(leg=party, how=LegEnd.HUNG_UP))
                    self.done += 1
                case HangUp(leg=leg):
                    self._gone(leg)
                case PlaceInQueue():
                    pass
                case _:
                    raise AssertionError(command)

    def _gone(self, leg: LegId) -> None:
        if leg in self._legs:
            self._legs.remove(leg)
            self._plan(EXCHANGE_MS, LegEnded(leg=leg, how=LegEnd.HUNG_UP))


def device_of(agent: UserId) -> DeviceId:
    """Every agent has one, of the same name."""
    return DeviceId(agent)
