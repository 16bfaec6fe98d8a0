"""The administrator changed something: it holds at once for everybody who works (X-b; manual 1.1 to 1.3, 2.1.1-k).

What somebody stands on right now is not pulled away: a queue with callers, a person or a telephone in a call. Calls
that go on keep what they were given when they came; everything else follows the new configuration in this turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import TypeVar

from cordboard.core import callback, desk, missed, wrapup
from cordboard.core.agent import Agent, Device
from cordboard.core.board import Board
from cordboard.core.call import Call
from cordboard.core.notices import Thing
from cordboard.core.queue import Queue
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import QueueId, UserId

_OF_TODAY = frozenset(
    {
        "last_offered",
        "empty_since",
        "unstaffed_since",
        "deserted_since",
        "alarmed",
        "signed_in",
        "numbers",
    }
)
"""What a queue has lived through; the rest of it is settings."""
_QUEUE_SETTINGS = tuple(f.name for f in fields(Queue) if f.name not in _OF_TODAY)
_AGENT_SETTINGS = ("name", "extension", "email", "groups", "rights", "number", "direct_exit")
_DEVICE_SETTINGS = ("name", "kind", "answer_method", "extension", "one_line")
_HOUSE_SETTINGS = (
    "language",
    "rules",
    "pause_reasons",
    "group_numbers",
    "reads",
    "shows",
    "clock",
    "opens",
    "callbacks_rest",
)


def configure(turn: Turn, wanted: Board) -> None:
    """Make the board what is configured now.

    Args:
        wanted: a board as it would be made at a start, with nobody at work on it.

    Raises:
        Refused: `queue_has_callers`, `user_in_call` or `device_in_call`; nothing has changed.
    """
    board = turn.board
    require_possible(board, wanted)
    _adopt(board, wanted, _HOUSE_SETTINGS)
    _queues(turn, wanted)
    _devices(turn, wanted)
    _agents(turn, wanted)
    for agent in board.agents.values():
        desk.watch_absence(turn, agent)
        wrapup.wake(turn, agent)
    # Every moment is set anew by the limits, ladders and announcements of now.
    turn.moved += board.calls.values()
    for queue_id in [q for q in board.queues if q not in wanted.queues]:
        del board.queues[queue_id]
        turn.show(Thing.QUEUE, queue_id)
    callback.configured(turn)
    turn.look_again = turn.look_everywhere = True


# --- what cannot be done now ---


def require_possible(board: Board, wanted: Board) -> None:
    """Nobody stands on what goes.

    Raises:
        Refused: somebody does.
    """
    for queue in board.queues.values():
        after = wanted.queues.get(queue.id)
        # In no group, nobody could be offered its callers, nor see them.
        goes = after is None or (bool(queue.groups) and not after.groups)
        if goes and (count := _callers(board, queue.id)):
            raise Refused(Code.QUEUE_HAS_CALLERS, queue=queue.name, count=str(count))
    busy = {user for call in board.calls.values() for user in _concerned(call)}
    for agent in board.agents.values():
        if agent.id not in wanted.agents and (agent.line is not None or agent.calls or agent.id in busy):
            raise Refused(Code.USER_IN_CALL, user=agent.name)
    for device in board.devices.values():
        wants = wanted.devices.get(device.id)
        if wants is None or wants.kind is not device.kind:
            desk.require_quiet(board, device)


def _callers(board: Board, queue: QueueId) -> int:
    return sum(queue in (call.queue, call.for_queue) for call in board.calls.values())


def _concerned(call: Call) -> set[UserId | None]:
    """Everybody whom a running call may still go back or on to."""
    transfer = call.transfer
    return {
        call.agent,
        call.to,
        call.back_to,
        call.handled_by,
        call.made_by,
        call.segment_agent,
        *call.offers,
        *((transfer.initiator, transfer.colleague) if transfer is not None else ()),
    }


# --- what changes ---


Kept = TypeVar("Kept", Board, Queue, Device, Agent)


def _adopt(thing: Kept, wanted: Kept, names: Iterable[str]) -> None:
    """Its settings are those of the other from now on; what it has lived through stays."""
    for name in names:
        setattr(thing, name, getattr(wanted, name))


def _queues(turn: Turn, wanted: Board) -> None:
    for queue_id, new in wanted.queues.items():
        queue = turn.board.queues.get(queue_id)
        if queue is None:
            turn.board.queues[queue_id] = new
        else:
            _adopt(queue, new, _QUEUE_SETTINGS)
        turn.show(Thing.QUEUE, queue_id)


def _devices(turn: Turn, wanted: Board) -> None:
    board = turn.board
    for device_id in [d for d in board.devices if d not in wanted.devices]:
        desk.leave_device(turn, board.devices[device_id])
        del board.devices[device_id]
        turn.show(Thing.DEVICE, device_id)
    for device_id, new in wanted.devices.items():
        device = board.devices.get(device_id)
        if device is None:
            board.devices[device_id] = new
        else:
            _adopt(device, new, _DEVICE_SETTINGS)
        turn.show(Thing.DEVICE, device_id)


def _agents(turn: Turn, wanted: Board) -> None:
    board = turn.board
    for agent_id in [a for a in board.agents if a not in wanted.agents]:
        _leave(turn, board.agents[agent_id])
    for agent_id, new in wanted.agents.items():
        agent = board.agents.setdefault(agent_id, new)
        _adopt(agent, new, _AGENT_SETTINGS)
        _settle(turn, agent, wanted)
        turn.show_agent(agent)


def _leave(turn: Turn, agent: Agent) -> None:
    """The person is no more, or may not log in: signed out, and the telephone is free."""
    desk.sign_out_everywhere(turn, agent)
    desk.forget_remembered(turn, agent, kept=lambda _group, _queue: False)
    device = turn.board.device_of(agent)
    if device is not None:
        desk.leave_device(turn, device)
    desk.unpause(turn, agent)
    wrapup.drop(turn, agent)
    missed.let_go(turn, agent.id)
    del turn.board.agents[agent.id]
    turn.forget(agent)


def _settle(turn: Turn, agent: Agent, wanted: Board) -> None:
    """Group, sign-ins and wrap-up rest on what is still there (1.1-p, 1.1-r, 1.3-d)."""
    if agent.group not in agent.groups:
        # With one group there is nothing to choose.
        agent.group = next(iter(agent.groups)) if len(agent.groups) == 1 else None
    for queue_id in list(agent.signed_in):
        queue = wanted.queues.get(queue_id)
        if queue is None or agent.group is None or agent.group not in queue.groups:
            desk.end_sign_in(turn, agent, turn.board.queues[queue_id])
    desk.remember_present(turn, agent)
    desk.forget_remembered(
        turn,
        agent,
        kept=lambda group, queue: (
            group in agent.groups and queue in wanted.queues and group in wanted.queues[queue].groups
        ),
    )
    if agent.wrap_up is not None and agent.wrap_up.queue not in wanted.queues:
        agent.wrap_up.queue = None
    if agent.pending_wrap_up_queue not in wanted.queues:
        agent.pending_wrap_up_queue = None
