"""When the agent's telephone fails or is put down: callers keep music, and there is always a way back.

Decisions D16 (devices lost) and D27 (the handset).
"""

from __future__ import annotations

from cordboard.core import line as lines
from cordboard.core import talk
from cordboard.core.agent import Agent, LineState
from cordboard.core.call import Call, CallState, Note
from cordboard.core.commands import HangUp
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying
from cordboard.core.records import SegmentOutcome, Why
from cordboard.core.turn import Turn
from cordboard.core.types import DeviceKind

RING_BACK_AFTER_MS = 10_000
"""Handset down with callers on hold: after this the device is rung back once (D27)."""
RING_BACK_MS = 30_000
LINE_LOST_MS = 15_000
"""How long a caller whose agent's line broke waits for that agent's device to come back (D16)."""
EVIDENCE_MS = 10_000
"""A registered phone that vanished in a call: after this its leg counts as dead (D16)."""


def line_broke(turn: Turn, agent: Agent, how: LegEnd) -> None:
    """The agent's line, which was up, is gone: the handset was put down, or the device failed."""
    there = turn.board.on_line(agent)
    if how is LegEnd.HUNG_UP:
        for call in there:
            talk.hang_up(turn, call)
        if agent.calls and agent.ring_back_at is None and agent.line is None:
            agent.ring_back_at = turn.now + RING_BACK_AFTER_MS
            turn.wake(agent.ring_back_at, agent)
        return
    for call in there:
        talk.put_aside(turn, agent, call)
        if call.state is CallState.HELD:
            call.note = Note.LINE_LOST
    if agent.calls:
        wait_for_device(turn, agent)
        if turn.board.is_reachable(agent):
            call_back_lost(turn, agent)


def way_back(turn: Turn, agent: Agent) -> None:
    """A held caller came into this agent's hands without a click on answer: there must be a way to it (D27)."""
    line = agent.line
    if line is not None and line.state is LineState.RINGING:
        lines.stop_ringing(turn, agent, elsewhere=False)
    if line is not None and line.state is not LineState.CLOSING:
        return
    if not turn.board.is_reachable(agent):
        wait_for_device(turn, agent)
    elif agent.ring_back_at is None:
        agent.ring_back_at = turn.now + RING_BACK_AFTER_MS
        turn.wake(agent.ring_back_at, agent)


def wait_for_device(turn: Turn, agent: Agent) -> None:
    """Callers are on hold and their agent has no telephone: it has this long to come back (D16)."""
    agent.ring_back_at = None
    if agent.line_lost_until is None:
        agent.line_lost_until = turn.now + LINE_LOST_MS
        turn.wake(agent.line_lost_until, agent)
        turn.say(agent, Saying.DEVICE_LOST)
        turn.show_agent(agent)


def call_back_lost(turn: Turn, agent: Agent) -> None:
    """The device is there again: ring it for the caller whose line was lost, else for one on hold."""
    if agent.line is not None:
        return
    lost = next((c for c in turn.board.calls_of(agent) if c.note is Note.LINE_LOST), None)
    if lost is not None:
        talk.call_at_once(turn, agent, lost)
    else:
        agent.line_lost_until = None
        ring_back(turn, agent)


def return_to_queue(turn: Turn, agent: Agent, call: Call) -> None:
    """The caller waits again, at the front of the queue, and any free agent may take the call."""
    assert call.queue is not None, call
    talk.leave(turn, agent, call)
    turn.place_in_queue(call)
    call.note, call.returned, call.agent, call.until = Note.LINE_LOST, True, None, None
    # A direct call that a rule had brought from the queue to this agent is the queue's again.
    call.to = call.back_to = call.back_until = None
    turn.note(call, Why.RETURNED, agent)
    turn.move(call, CallState.WAITING, SegmentOutcome.RETURNED)
    turn.say(agent, Saying.CALL_RETURNED, call.id)


def device_vanished(turn: Turn, agent: Agent) -> None:
    """The device of a line that is up is not registered any more."""
    line = agent.line
    assert line is not None, agent
    assert line.state is LineState.UP, agent
    device = turn.board.devices[line.device]
    if device.kind is DeviceKind.WEB:
        # The page is gone, and with it microphone and loudspeaker: no evidence is needed.
        drop_line(turn, agent)
    else:
        line.until = turn.now + EVIDENCE_MS
        turn.wake(line.until, agent)


def drop_line(turn: Turn, agent: Agent) -> None:
    """The leg counts as dead, whatever the exchange still thinks."""
    line = agent.line
    assert line is not None, agent
    lines.let_go(turn, agent, everything=True)
    turn.do(HangUp(leg=line.leg))
    lines.gone(turn, agent)
    line_broke(turn, agent, LegEnd.LOST)


def ring_back(turn: Turn, agent: Agent) -> None:
    """Callers are on hold and no line leads to them: ring the device once, for the longest held (D27)."""
    agent.ring_back_at = None
    held = [c for c in turn.board.calls_of(agent) if c.state is CallState.HELD]
    if not held or agent.line is not None:
        return
    if not turn.board.is_reachable(agent):
        wait_for_device(turn, agent)
        return
    longest = min(held, key=lambda c: c.since)
    until = turn.now + RING_BACK_MS
    line = lines.ring(turn, agent, longest, at_once=False, until=until, state=LineState.ANSWERING)
    line.reserved_until, line.ring_back = until, True
