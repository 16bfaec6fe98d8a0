"""Who should have which offer, by looking at every call and every agent: what `distribute` must come to by less.

Slow and simple on purpose, and without `Overview`: it is the measure of the quick way (D2, D4, D6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.core import strategy
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.queue import Queue
from cordboard.core.types import Instant, Strategy, UserId

if TYPE_CHECKING:
    from tests.support.desk import World


def check(world: World) -> None:
    """Every card is where it should be, and every telephone rings or is silent as it should."""
    board, now = world.board, world.now
    for agent in board.agents.values():
        assert set(agent.offers) == {c.id for c in board.calls.values() if agent.id in c.offers}, agent
    if not board.exchange_up:
        return
    first: dict[UserId, Call] = {}
    for call in sorted(board.calls.values(), key=Call.order):
        if call.state is not CallState.WAITING:
            continue
        if call.person is None:
            wanted = _wanted(board, now, call, first)
            assert set(call.offers) == wanted, (call, wanted)
        for agent_id in call.offers:
            first.setdefault(agent_id, call)
    for agent_id, call in first.items():
        agent = board.agents[agent_id]
        if agent.line is None and not agent.calls:
            device = board.device_of(agent)
            assert device is not None and device.quiet_until > now, (agent, call)
            _is_woken(board, device.quiet_until)
    for agent in board.agents.values():
        line = agent.line
        if line is not None and line.state is LineState.RINGING:
            assert line.call in agent.offers, agent
            assert board.calls[line.call].urgent or not first[agent.id].urgent, agent


def _is_woken(board: Board, due: Instant) -> None:
    assert any(at == due for at, _ in board.alarms_set), due


def _wanted(board: Board, now: Instant, call: Call, first: dict[UserId, Call]) -> set[UserId]:
    queue = board.queues[call.queue] if call.queue is not None else None
    if queue is None:
        return set()
    able = [a for a in board.agents.values() if _is_able(board, a, call, queue)]
    early = [a for a in able if call.not_before.get(a.id, 0) > now]
    for agent in early:
        _is_woken(board, call.not_before[agent.id])
        able.remove(agent)
    willing = [a for a in able if a.id not in call.rejected]
    if not willing:
        for agent in able:
            if call.rejected[agent.id] + board.rules.rejected_back_ms <= now:
                willing.append(agent)
            else:
                _is_woken(board, call.rejected[agent.id] + board.rules.rejected_back_ms)
    if call.urgent or strategy.rings_everybody(queue):
        return {a.id for a in willing}
    if queue.strategy is Strategy.RING_PROGRESSIVELY:
        return _widening(board, now, call, queue, willing, first)
    return _lease(board, now, call, queue, willing, first)


def _is_able(board: Board, agent: Agent, call: Call, queue: Queue) -> bool:
    climbed = call.rung > 0 and agent.console and agent.group in queue.groups
    rests = agent.wrap_up is not None or agent.pause is not None
    coming_up = agent.line is not None and agent.line.is_coming_up
    return (
        (agent.id in queue.signed_in or climbed)
        and board.is_reachable(agent)
        and not agent.away
        and not (rests and not (call.urgent and queue.breaks_wrap_up))
        and (call.urgent or not agent.calls)
        and agent.line_lost_until is None
        and not coming_up
    )


def _lease(
    board: Board, now: Instant, call: Call, queue: Queue, willing: list[Agent], first: dict[UserId, Call]
) -> set[UserId]:
    def rings_for_it(agent: Agent) -> bool:
        line = agent.line
        return line is not None and line.state is LineState.RINGING and line.call == call.id

    for agent in willing:
        if agent.id in call.offers and (agent.id not in first or rings_for_it(agent)):
            return {agent.id}
    # Who is offered an earlier call is not free for this one.
    free = [a for a in willing if a.id not in first and _can_ring(board, now, a)]
    # Whose turn it is does not matter here: when anybody is free somebody must have it.
    untried = [a for a in free if a.id not in call.tried] or free
    if not untried:
        return set()
    chosen = strategy.turn_of(queue, untried)
    assert chosen is not None
    return {chosen.id}


def _widening(
    board: Board, now: Instant, call: Call, queue: Queue, willing: list[Agent], first: dict[UserId, Call]
) -> set[UserId]:
    width = strategy.how_many(queue, now - call.since)
    assert width is not None
    chosen = [a for a in willing if a.id in call.offers]
    free = [a for a in willing if a.id not in call.offers and a.id not in first and _can_ring(board, now, a)]
    rest = sorted(free, key=lambda a: (a.idle_since, a.id))
    chosen += rest[: max(0, width - len(chosen))]
    if any(a not in chosen for a in free):
        _is_woken(board, call.since + width * queue.widen_ms)
    return {a.id for a in chosen}


def _can_ring(board: Board, now: Instant, agent: Agent) -> bool:
    device = board.device_of(agent)
    if device is not None and device.quiet_until > now:
        _is_woken(board, device.quiet_until)
        return False
    line = agent.line
    return not (line is not None and line.state is LineState.RINGING and line.call in agent.offers)
