"""Urgent calls that nobody takes, and urgent queues that nobody is in: the ladder and the alarms (D3, D6, D16)."""

from __future__ import annotations

from enum import IntEnum

from cordboard.core import absence, dial
from cordboard.core.agent import Agent
from cordboard.core.call import Call, CallState
from cordboard.core.notices import Saying, Thing
from cordboard.core.queue import Queue
from cordboard.core.records import Why
from cordboard.core.turn import Turn
from cordboard.core.types import Right


class Rung(IntEnum):
    """How far an unanswered urgent call has climbed."""

    SIGNED_IN = 0
    """Offered to who is signed in."""
    EVERYBODY = 1
    """Also to people of the queue's groups who are not, with a console open."""
    OUTSIDE = 2
    """Also an outside number rings, where the queue has one."""
    ALARM = 3
    """Those who supervise are told."""


def watch(turn: Turn, call: Call) -> None:
    """Set the moment at which a waiting urgent call climbs."""
    queue = _queue(turn, call)
    if queue is None:
        return
    call.warned = call.rung == Rung.ALARM
    if call.warned:
        # Somebody clicked, and the telephone did not come up: nobody has taken it after all.
        turn.show(Thing.ALARM, queue.id)
    else:
        turn.wake_call(max(turn.now + 1, call.segment_since + (call.rung + 1) * queue.escalate_ms), call)


def _queue(turn: Turn, call: Call) -> Queue | None:
    waits = call.state is CallState.WAITING and call.urgent and call.to is None
    return turn.board.queues.get(call.queue) if waits and call.queue is not None else None


def due(turn: Turn, call: Call) -> None:
    """Nobody has taken it for one more step: one rung higher."""
    queue = _queue(turn, call)
    if queue is None or call.rung >= Rung.ALARM:
        return
    if turn.now < call.segment_since + (call.rung + 1) * queue.escalate_ms:
        return
    call.rung = Rung(call.rung + 1)
    if call.rung is Rung.OUTSIDE and queue.escalate_to is None:
        call.rung = Rung.ALARM
    turn.note(call, Why.ESCALATED, detail=call.rung.name.lower())
    if call.rung is Rung.OUTSIDE and queue.escalate_to is not None:
        _ring_outside(turn, call, queue, queue.escalate_to)
    elif call.rung is Rung.ALARM:
        call.warned = True
        alarm(turn, Saying.ALARM_URGENT_UNANSWERED, queue, call)
    turn.show_call(call)
    watch(turn, call)


def _ring_outside(turn: Turn, call: Call, queue: Queue, number: str) -> None:
    """An outside number rings too; whoever is first has the caller, who keeps music meanwhile."""
    recipient = dial.open_call(turn, None, number=number, name=None, queue=queue.id)
    recipient.partner, call.partner = call.id, recipient.id
    dial.begin(turn, recipient, None, consults=True, ring_ms=queue.escalate_ms)


def alarm(turn: Turn, saying: Saying, queue: Queue, call: Call | None = None) -> None:
    """Tell those who supervise."""
    turn.show(Thing.ALARM, queue.id)
    for agent in turn.board.agents.values():
        if Right.SUPERVISE in agent.rights:
            turn.say(agent, saying, call.id if call is not None else None, queue=queue.name)


def staffing(turn: Turn, queue: Queue) -> None:
    """Somebody must be signed in to every urgent queue, and be there; when nobody is, that is an alarm."""
    if not queue.urgent and queue.deserted_since is None:
        return
    _somebody_is_there(turn, queue)
    if not queue.urgent or queue.alarmed is not bool(queue.signed_in):
        return
    queue.alarmed = not queue.signed_in
    turn.show(Thing.ALARM, queue.id)
    if queue.alarmed:
        alarm(turn, Saying.ALARM_URGENT_EMPTY, queue)


def staffing_of(turn: Turn, agent: Agent) -> None:
    """Whether this agent is there may be seen otherwise now, by the queues that the agent is signed in to."""
    for queue_id in sorted(agent.signed_in):
        staffing(turn, turn.board.queues[queue_id])


def is_there(turn: Turn, agent: Agent) -> None:
    """The agent does something: rings that were let go by do not count any more (D3)."""
    if agent.misses:
        agent.misses = 0
        staffing_of(turn, agent)


def _somebody_is_there(turn: Turn, queue: Queue) -> None:
    """An alarm in the place of setting the last one away or signing the last one out (D3, D16).

    It goes when that one does something again, or somebody else is available.
    """
    board = turn.board
    staff = [board.agents[a] for a in queue.signed_in] if queue.urgent else []
    missing = {a.id for a in staff if absence.is_missing(board, a, turn.now)}
    deserted = bool(missing) and not any(a.id not in missing and board.is_available(a) for a in staff)
    if deserted is (queue.deserted_since is not None):
        return
    queue.deserted_since = turn.now if deserted else None
    turn.show(Thing.ALARM, queue.id)
    if deserted:
        alarm(turn, Saying.ALARM_URGENT_DESERTED, queue)


def settled(turn: Turn, call: Call) -> None:
    """An urgent call waits no longer: its alarm goes."""
    if call.urgent and call.queue is not None and call.rung is Rung.ALARM:
        turn.show(Thing.ALARM, call.queue)
