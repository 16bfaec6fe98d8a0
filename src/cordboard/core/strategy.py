"""Whose turn it is: the strategies of D2, as pure choices among the agents who could take a call.

Manual 2.1; statement 2.1.1-k; decision D2.
"""

from __future__ import annotations

from collections.abc import Sequence

from cordboard.core.agent import Agent
from cordboard.core.queue import Queue
from cordboard.core.types import Strategy


def turn_of(queue: Queue, free: Sequence[Agent]) -> Agent | None:
    """The one agent who is rung next; None: nobody is free. The id settles every draw, so a day can be replayed."""
    if not free:
        return None
    match queue.strategy:
        case Strategy.ROUND_ROBIN:
            return _after(queue, free)
        case Strategy.LINEAR:
            places = {agent: at for at, agent in enumerate(queue.order)}
            return min(free, key=lambda a: (places.get(a.id, len(places)), a.id))
        case Strategy.FEWEST_CALLS:
            return min(free, key=lambda a: (queue.numbers.answered_by.get(a.id, 0), a.idle_since, a.id))
        case _:
            return min(free, key=lambda a: (a.idle_since, a.id))


def _after(queue: Queue, free: Sequence[Agent]) -> Agent:
    """The next one, in the order of ids, after who had the last turn."""
    in_order = sorted(free, key=lambda a: a.id)
    last = queue.last_offered
    return next((a for a in in_order if last is not None and a.id > last), in_order[0])


def rings_alone(queue: Queue) -> bool:
    """One agent at a time has the offer."""
    return queue.strategy not in (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY)


def rings_everybody(queue: Queue) -> bool:
    """Everybody who is free has a card for every caller."""
    return queue.strategy is Strategy.RING_ALL


def how_many(queue: Queue, waited_ms: int) -> int | None:
    """How many agents are rung at once after so long; None: everybody (D2)."""
    if queue.strategy is not Strategy.RING_PROGRESSIVELY:
        return None
    return 1 + waited_ms // queue.widen_ms
