"""The least that could be called a call queue: who waits, who is idle longest, who talks until when.

The peer of `bench/run core`: no refusals, no hold, no history, no notices, no recovery; one strategy. What the
real core costs beyond this is the price of everything that a person at the desk sees and relies on.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from bench.office import WRAP_UP_MS, Size, device_of
from cordboard.core.commands import Command, HangUp, Join, PlaceInQueue, RingDevice
from cordboard.core.events import CallArrived, Event, LegAnswered, LegEnded
from cordboard.core.types import CallId, Instant, LegId, QueueId, UserId


class State(Enum):
    """What an agent does."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


@dataclass(slots=True)
class BareAgent:
    """An agent with a telephone."""

    id: UserId
    queues: list[QueueId]
    state: State = State.IDLE
    idle_since: Instant = 0
    call: CallArrived | None = None
    leg: LegId | None = None


@dataclass(slots=True)
class BareQueue:
    """Who waits, and who is free to help; the longest idle first."""

    waiting: deque[tuple[Instant, CallArrived]] = field(default_factory=deque)
    idle: list[tuple[Instant, UserId]] = field(default_factory=list)


class BareDesk:
    """Longest idle agent, oldest caller."""

    def __init__(self, size: Size, now: Instant) -> None:
        self._agents: dict[UserId, BareAgent] = {}
        self._queues = {QueueId(f"q{n}"): BareQueue() for n in range(size.queues)}
        self._legs: dict[LegId, BareAgent] = {}
        self._talks: dict[LegId, BareAgent] = {}
        self._alarms: list[tuple[Instant, UserId]] = []
        self._made = 0
        for number in range(size.agents):
            agent = BareAgent(UserId(f"a{number}"), size.signed_in(number), idle_since=now)
            self._agents[agent.id] = agent
            self._is_idle(agent, now)

    def deadline(self) -> Instant | None:
        """The end of the next wrap-up."""
        return self._alarms[0][0] if self._alarms else None

    def wake(self, now: Instant) -> Sequence[Command]:
        """End every wrap-up that is due."""
        commands: list[Command] = []
        while self._alarms and self._alarms[0][0] <= now:
            agent = self._agents[heapq.heappop(self._alarms)[1]]
            agent.state = State.IDLE
            commands += self._next(agent, now)
        return commands

    def answer(self, agent: UserId, call: CallId, now: Instant) -> Sequence[Command]:
        """The telephone is told by its page; nothing to decide."""
        return ()

    def handle(self, event: Event, now: Instant) -> Sequence[Command]:
        """Take a fact."""
        match event:
            case CallArrived(call=call, leg=leg, queue=queue_id):
                queue = self._queues[queue_id]
                commands: list[Command] = [PlaceInQueue(leg=leg, call=call, queue=queue_id, answer=True)]
                agent = self._longest_idle(queue)
                if agent is None:
                    queue.waiting.append((now, event))
                else:
                    commands.append(self._ring(agent, event))
                return commands
            case LegAnswered(leg=leg):
                agent = self._legs[leg]
                assert agent.call is not None
                agent.state = State.TALKING
                self._talks[agent.call.leg] = agent
                return [Join(line=leg, party=agent.call.leg)]
            case LegEnded(leg=leg) if leg in self._talks:
                agent = self._talks.pop(leg)
                assert agent.leg is not None
                agent.state, agent.call = State.WRAP_UP, None
                heapq.heappush(self._alarms, (now + WRAP_UP_MS, agent.id))
                return [HangUp(leg=agent.leg)]
            case LegEnded(leg=leg):
                self._legs.pop(leg).leg = None
        return ()

    def _longest_idle(self, queue: BareQueue) -> BareAgent | None:
        while queue.idle:
            since, agent_id = heapq.heappop(queue.idle)
            agent = self._agents[agent_id]
            # It may have been taken by another of its queues meanwhile.
            if agent.state is State.IDLE and agent.idle_since == since:
                return agent
        return None

    def _is_idle(self, agent: BareAgent, now: Instant) -> None:
        agent.state, agent.idle_since = State.IDLE, now
        for queue in agent.queues:
            heapq.heappush(self._queues[queue].idle, (now, agent.id))

    def _next(self, agent: BareAgent, now: Instant) -> list[Command]:
        queues = [self._queues[q] for q in agent.queues if self._queues[q].waiting]
        if not queues:
            self._is_idle(agent, now)
            return []
        oldest = min(queues, key=lambda queue: queue.waiting[0][0])
        return [self._ring(agent, oldest.waiting.popleft()[1])]

    def _ring(self, agent: BareAgent, call: CallArrived) -> RingDevice:
        self._made += 1
        leg = LegId(f"line-{self._made}")
        agent.state, agent.call, agent.leg = State.RINGING, call, leg
        self._legs[leg] = agent
        return RingDevice(
            leg=leg, device=device_of(agent.id), call=call.call, queue=call.queue, queue_name=None,
            number=call.number, name=call.name, urgent=False, at_once=False, ring_ms=20_000,
        )  # fmt: skip
