"""Wrap-up: time after a call in which nothing is offered.

Manual 2.3, 2.4; statements 2.3-a to 2.4-g; decisions D9 (automatic), D10 (manual).
"""

from __future__ import annotations

from cordboard.core.agent import Agent, WrapUp
from cordboard.core.call import Call
from cordboard.core.records import WrapUpChanged, WrapUpKind
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Right

SHORT_TALK_MS = 3_000
"""A call that was talked on for less than this gives no wrap-up (D9)."""


def after_call(turn: Turn, agent: Agent, call: Call) -> None:
    """The agent left a call: earn its queue's wrap-up, and begin it when no other call lives."""
    queue = turn.board.queues.get(call.queue) if call.queue is not None else None
    if queue is not None and call.talked_ms(turn.now) >= SHORT_TALK_MS:
        agent.pending_wrap_up_ms = max(agent.pending_wrap_up_ms, queue.wrap_up_ms)
    begin_if_free(turn, agent)


def begin_if_free(turn: Turn, agent: Agent) -> None:
    """Begin what was earned or asked for; several calls give the longest single wrap-up, not the sum (D9)."""
    if agent.calls:
        if agent.pending_wrap_up_ms:
            _changed(turn, agent)
        return
    if agent.armed:
        agent.wrap_up = WrapUp(kind=WrapUpKind.MANUAL, since=turn.now, until=None)
    elif agent.pending_wrap_up_ms and agent.signed_in:
        until = turn.now + agent.pending_wrap_up_ms
        agent.wrap_up = WrapUp(kind=WrapUpKind.AUTOMATIC, since=turn.now, until=until)
        turn.wake(until, agent)
    elif not agent.pending_wrap_up_ms:
        return
    agent.armed, agent.pending_wrap_up_ms = False, 0
    _changed(turn, agent)


def start(turn: Turn, agent: Agent) -> None:
    """The green clock: now, after the call, or an automatic one made open-ended (D10).

    Raises:
        Refused: `wrap_up_not_allowed`; nothing has changed.
    """
    if Right.MANUAL_WRAP_UP not in agent.rights:
        raise Refused(Code.WRAP_UP_NOT_ALLOWED)
    if agent.calls:
        agent.armed = True
    elif agent.wrap_up is not None:
        agent.wrap_up = WrapUp(kind=WrapUpKind.MANUAL, since=agent.wrap_up.since, until=None)
    else:
        agent.wrap_up = WrapUp(kind=WrapUpKind.MANUAL, since=turn.now, until=None)
    _changed(turn, agent)


def stop(turn: Turn, agent: Agent) -> None:
    """The clock again: available, or the armed wrap-up is off.

    Raises:
        Refused: `no_wrap_up`; nothing has changed.
    """
    if agent.wrap_up is None and not agent.armed:
        raise Refused(Code.NO_WRAP_UP)
    finish(turn, agent)


def extend(turn: Turn, agent: Agent) -> None:
    """A little more time (D9).

    Raises:
        Refused: `no_wrap_up`, `wrap_up_fixed`; nothing has changed.
    """
    wrap_up = agent.wrap_up
    if wrap_up is None or wrap_up.until is None:
        raise Refused(Code.NO_WRAP_UP)
    queue = turn.board.queues.get(wrap_up.queue) if wrap_up.queue is not None else None
    if queue is None or wrap_up.extended >= queue.wrap_up_extends_max:
        raise Refused(Code.WRAP_UP_FIXED)
    wrap_up.extended += 1
    wrap_up.until += queue.wrap_up_extend_ms
    turn.wake(wrap_up.until, agent)
    _changed(turn, agent)


def finish(turn: Turn, agent: Agent) -> None:
    """No wrap-up any more, whether it ran or was armed; one that follows live calls stays earned."""
    if agent.wrap_up is None and not agent.armed:
        return
    agent.wrap_up, agent.armed = None, False
    agent.idle_since = turn.now
    _changed(turn, agent)


def give_way(turn: Turn, agent: Agent) -> None:
    """The agent takes a call: a wrap-up that runs ends; one that is armed still follows (D9, D10)."""
    if agent.wrap_up is not None:
        finish(turn, agent)


def drop(turn: Turn, agent: Agent) -> None:
    """The agent leaves: no wrap-up, not armed and none to follow (D17)."""
    if agent.pending_wrap_up_ms:
        agent.pending_wrap_up_ms = 0
        if agent.wrap_up is None and not agent.armed:
            _changed(turn, agent)
    finish(turn, agent)


def due(turn: Turn, agent: Agent) -> None:
    """End a wrap-up whose time is over (2.3-g)."""
    if agent.wrap_up is not None and agent.wrap_up.until is not None and agent.wrap_up.until <= turn.now:
        finish(turn, agent)


def _changed(turn: Turn, agent: Agent) -> None:
    wrap_up = agent.wrap_up
    turn.remember(
        WrapUpChanged(
            agent=agent.id,
            kind=wrap_up.kind if wrap_up is not None else None,
            since=wrap_up.since if wrap_up is not None else None,
            until=wrap_up.until if wrap_up is not None else None,
            pending_ms=agent.pending_wrap_up_ms,
            armed=agent.armed,
            at=turn.now,
        )
    )
    turn.show_agent(agent)
