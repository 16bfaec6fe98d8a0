"""Makes a switchboard out of what is configured and what was promised before the last stop.

The database says what things mean; which legs live, the exchange tells afterwards (`ExchangeRestored`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cordboard.app.dialling import dial_plan
from cordboard.app.hours import is_open, local_clock, next_opening
from cordboard.app.modules import Module
from cordboard.app.numbers import NumberForm, for_trunk
from cordboard.app.open_calls import join_partners, set_alarm, take_up
from cordboard.app.ports import DeviceRow, Directory, QueueRow, StoredAgent, StoredCall, UserRow
from cordboard.core import customer_first, wrapup
from cordboard.core.agent import Agent, Device, WrapUp
from cordboard.core.board import Board
from cordboard.core.dial import shown_number
from cordboard.core.promise import CallBack
from cordboard.core.queue import Queue
from cordboard.core.records import CallBackRow, MissedRow
from cordboard.core.statistics import QueueNumbers, Tally, counted
from cordboard.core.switchboard import Switchboard
from cordboard.core.types import Instant, LegId, QueueId, Right


def assemble(
    directory: Directory,
    agents: tuple[StoredAgent, ...],
    calls: tuple[StoredCall, ...],
    counts: Mapping[QueueId, Mapping[Instant, Tally]],
    *,
    counted_since: Instant,
    now: Instant,
    new_leg: Callable[[], LegId],
    emergency: frozenset[str] = frozenset(),
    callbacks: tuple[CallBackRow, ...] = (),
    missed: tuple[MissedRow, ...] = (),
) -> Switchboard:
    """The desk as it was, with every promise kept; calls are believed to live until the exchange has spoken.

    Args:
        counts: of each minute, also from before the window (`KEPT_MS`).
        counted_since: when the window of the queues' numbers begins (D15).
        emergency: numbers that count as emergency calls beside the country's own.
        callbacks: open ones, and those that ended a short while ago.
        missed: callers to whom nobody has spoken yet.
    """
    board = empty_board(directory, now=now, emergency=emergency, counts=counts, counted_since=counted_since)
    for stored in agents:
        _keep_promises(board, stored, now)
    for call in calls:
        take_up(board, call)
    join_partners(board)
    for row in callbacks:
        _promise_again(board, row)
    for one in missed:
        _work_list_again(board, one)
    for agent in board.agents.values():
        agent.status = board.status_of(agent)
    return Switchboard(board, new_leg)


def empty_board(
    directory: Directory,
    *,
    now: Instant,
    emergency: frozenset[str] = frozenset(),
    counts: Mapping[QueueId, Mapping[Instant, Tally]] | None = None,
    counted_since: Instant | None = None,
) -> Board:
    """What is configured, with nobody at work on it."""
    board = Board(
        organisation=directory.organisation.id,
        exchange_since=now,
        language=directory.organisation.language,
        rules=directory.organisation.rules,
        pause_reasons=directory.organisation.pause_reasons,
        group_numbers={g.id: g.number for g in directory.groups if g.number is not None},
        reads=dial_plan(directory, emergency).outside,
        shows=partial(for_trunk, form=NumberForm.NATIONAL, country=directory.organisation.country),
        clock=partial(local_clock, directory.organisation.time_zone),
        opens=partial(next_opening, directory),
        callbacks_rest=Module.CALLBACK in directory.organisation.modules_off,
    )
    for row in directory.queues:
        board.queues[row.id] = _queue(
            row,
            counted((counts or {}).get(row.id, {}), now if counted_since is None else counted_since),
            is_open=is_open(directory, row, now),
        )
    for device in directory.devices:
        board.devices[device.id] = _device(device)
    for user in directory.users:
        if not user.disabled:
            board.agents[user.id] = _agent(user, directory.rights_of(user), now)
    return board


def _queue(row: QueueRow, numbers: QueueNumbers, *, is_open: bool) -> Queue:
    rules = row.rules
    return Queue(
        id=row.id,
        name=row.name,
        urgent=row.urgent,
        priority=row.priority,
        position=row.position,
        strategy=row.strategy,
        ring_ms=row.ring_ms,
        wrap_up_ms=row.wrap_up_ms,
        widen_ms=rules.widen_ms,
        order=rules.order,
        wrap_up_mode=rules.wrap_up_mode,
        wrap_up_extend_ms=rules.wrap_up_extend_ms,
        wrap_up_extends_max=rules.wrap_up_extends_max,
        breaks_wrap_up=rules.breaks_wrap_up,
        escalate_ms=rules.escalate_ms,
        escalate_to=rules.escalate_to,
        exits=dict(rules.exits),
        wait_ms_max=rules.wait_ms_max,
        calls_max=rules.calls_max,
        open=is_open,
        empty_ms=rules.empty_ms,
        announce_first_ms=rules.announce_first_ms,
        greeting=rules.greeting,
        announce_every_ms=rules.announce_every_ms,
        announce_wait=rules.announce_wait,
        language=row.language,
        number=rules.number,
        callback=rules.callback,
        ring_until_answered=row.ring_until_answered,
        locked=row.locked,
        groups=row.groups,
        numbers=numbers,
    )


def _device(row: DeviceRow) -> Device:
    return Device(
        id=row.id,
        name=row.name,
        kind=row.kind,
        answer_method=row.answer_method,
        extension=row.extension,
        one_line=row.one_line,
    )


def _agent(user: UserRow, rights: frozenset[Right], now: Instant) -> Agent:
    return Agent(
        id=user.id,
        name=user.name,
        extension=user.extension,
        email=user.email,
        groups=user.groups,
        # With one group there is nothing to choose (1.1-p).
        group=next(iter(user.groups)) if len(user.groups) == 1 else None,
        rights=rights,
        number=user.number,
        direct_exit=user.direct_exit,
        idle_since=now,
        status_since=now,
    )


def _promise_again(board: Board, row: CallBackRow) -> None:
    """A call back goes on where it stood; its attempt, where one goes on, is told of it."""
    one = board.callbacks[row.id] = CallBack(row=row)
    call = board.calls.get(row.call) if row.call is not None else None
    if call is not None:
        customer_first.take_up(call, one)
        agent = board.agents.get(call.agent) if call.agent is not None else None
        call.show = shown_number(board, agent, row.queue)


def _work_list_again(board: Board, row: MissedRow) -> None:
    """Who calls this caller goes on calling, from the number and by the rules of the queue."""
    board.missed[row.id] = row
    call = board.calls.get(row.attempt) if row.attempt is not None else None
    if call is not None and row.queue in board.queues:
        call.for_queue = row.queue


def _keep_promises(board: Board, stored: StoredAgent, now: Instant) -> None:
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
            agent.remembered.add((agent.group, queue_id))
    for group, queue_id in stored.remembered:
        queue = board.queues.get(queue_id)
        if queue is not None and group in agent.groups and group in queue.groups:
            agent.remembered.add((group, queue_id))
    agent.away, agent.armed, agent.pause = stored.away, stored.wrap_up_armed, stored.pause
    agent.pending_wrap_up_ms = stored.wrap_up_pending_ms
    if stored.wrap_up_kind is None:
        agent.pending_wrap_up_queue = stored.wrap_up_queue
    if stored.wrap_up_kind is not None and stored.wrap_up_since is not None:
        agent.wrap_up = WrapUp(
            kind=stored.wrap_up_kind,
            since=stored.wrap_up_since,
            until=stored.wrap_up_until,
            queue=stored.wrap_up_queue if stored.wrap_up_queue in board.queues else None,
            extended=stored.wrap_up_extended,
        )
        if stored.wrap_up_until is None:
            wrapup.count(board.rules, agent.wrap_up, now)
        # An open-ended one is looked at too: its reminders and its limit go on (D10).
        set_alarm(board, stored.wrap_up_until or stored.wrap_up_since, agent.id)
