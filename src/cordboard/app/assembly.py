"""Makes a switchboard out of what is configured and what was promised before the last stop.

The database says what things mean; which legs live, the exchange tells afterwards (`ExchangeRestored`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping

from cordboard.app.ports import Directory, QueueCounts, StoredAgent, StoredCall
from cordboard.core.agent import Agent, Device, WrapUp
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.queue import Queue
from cordboard.core.statistics import QueueNumbers
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import Instant, LegId, QueueId


def assemble(
    directory: Directory,
    agents: tuple[StoredAgent, ...],
    calls: tuple[StoredCall, ...],
    counts: Mapping[QueueId, QueueCounts],
    *,
    day_started: Instant,
    now: Instant,
    new_leg: Callable[[], LegId],
) -> Switchboard:
    """The desk as it was, with every promise kept; calls are believed to live until the exchange has spoken."""
    board = Board(organisation=directory.organisation.id, exchange_since=now)
    for row in directory.queues:
        board.queues[row.id] = Queue(
            id=row.id,
            name=row.name,
            urgent=row.urgent,
            priority=row.priority,
            position=row.position,
            strategy=row.strategy,
            ring_ms=row.ring_ms,
            wrap_up_ms=row.wrap_up_ms,
            ring_until_answered=row.ring_until_answered,
            locked=row.locked,
            groups=row.groups,
            numbers=_numbers(counts.get(row.id), day_started),
        )
    for device in directory.devices:
        board.devices[device.id] = Device(
            id=device.id, name=device.name, kind=device.kind, answer_method=device.answer_method
        )
    for user in directory.users:
        if not user.disabled:
            board.agents[user.id] = Agent(
                id=user.id,
                name=user.name,
                extension=user.extension,
                email=user.email,
                groups=user.groups,
                # With one group there is nothing to choose (1.1-p).
                group=next(iter(user.groups)) if len(user.groups) == 1 else None,
                rights=user.rights,
                idle_since=now,
                status_since=now,
            )
    for stored in agents:
        _keep_promises(board, stored)
    for call in calls:
        _take_up(board, call)
    for agent in board.agents.values():
        agent.status = board.status_of(agent)
    return Switchboard(board, new_leg)


def _numbers(counts: QueueCounts | None, since: Instant) -> QueueNumbers:
    if counts is None:
        return QueueNumbers(since=since)
    return QueueNumbers(
        since=since,
        total=counts.total,
        handled=counts.handled,
        answered=counts.answered,
        waited_ms=counts.waited_ms,
    )


def _keep_promises(board: Board, stored: StoredAgent) -> None:
    """What an agent was told stays so; what has been taken out of the configuration meanwhile does not."""
    agent = board.agents.get(stored.user)
    if agent is None:
        return
    if stored.group in agent.groups:
        agent.group = stored.group
    device = board.devices.get(stored.device) if stored.device is not None else None
    if device is not None and device.used_by is None:
        agent.device, device.used_by = device.id, agent.id
    for queue_id in stored.signed_in:
        queue = board.queues.get(queue_id)
        if queue is not None and agent.group is not None and agent.group in queue.groups:
            agent.signed_in.add(queue_id)
            queue.signed_in.add(agent.id)
    agent.away, agent.armed = stored.away, stored.wrap_up_armed
    agent.pending_wrap_up_ms = stored.wrap_up_pending_ms
    if stored.wrap_up_kind is not None and stored.wrap_up_since is not None:
        agent.wrap_up = WrapUp(
            kind=stored.wrap_up_kind, since=stored.wrap_up_since, until=stored.wrap_up_until
        )
        if stored.wrap_up_until is not None:
            heapq.heappush(board.alarms, (stored.wrap_up_until, agent.id))


def _take_up(board: Board, stored: StoredCall) -> None:
    queue = board.queues.get(stored.queue) if stored.queue is not None else None
    call = Call(
        id=stored.id,
        leg=stored.leg,
        queue=queue.id if queue is not None else None,
        direction=stored.direction,
        number=stored.number,
        name=stored.name,
        entered_at=stored.entered_at,
        urgent=queue is not None and queue.urgent,
        priority=queue.priority if queue is not None else 0,
        state=CallState(stored.state.value),
        since=stored.since,
        # Who was being connected still waits: the segment began with the wait, not with the click.
        segment_since=stored.since if stored.answered_at is not None else stored.entered_at,
        answered_at=stored.answered_at,
        confirmed=False,
    )
    agent = board.agents.get(stored.agent) if stored.agent is not None else None
    if agent is not None and call.state is not CallState.WAITING:
        call.agent = agent.id
        agent.calls.append(call.id)
    else:
        call.state = CallState.WAITING
    board.calls[call.id] = call
    board.parties[call.leg] = call.id
