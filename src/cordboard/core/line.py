"""The leg of an agent's device (D27): ringing it, making it answer, letting it go; and further legs of a telephone that
has one for each call."""

from __future__ import annotations

from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.call import Call
from cordboard.core.commands import CancelRinging, HangUp, RingDevice
from cordboard.core.notices import Thing
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Instant

CLOSING_MS = 2_000
"""After this a leg that we ended counts as gone, confirmed or not (reliability F9)."""
LEGS_MAX = 4
"""So many legs has one telephone; further calls share."""
RING_BACKSTOP_MS = 5_000
"""The exchange gives up ringing by itself this much later than we do, in case we are gone."""


def ring(turn: Turn, agent: Agent, call: Call, *, at_once: bool, until: Instant, state: LineState) -> Line:
    """Call the agent's device for this call."""
    assert agent.line is None, agent
    assert agent.device is not None, agent
    queue = turn.board.queues.get(call.queue) if call.queue is not None else None
    leg = turn.new_leg()
    line = Line(leg=leg, device=agent.device, state=state, call=call.id, until=until, at_once=at_once)
    agent.line = line
    turn.board.lines[leg] = agent.id
    turn.do(
        RingDevice(
            leg=leg,
            device=agent.device,
            call=call.id,
            queue=call.queue,
            queue_name=queue.name if queue is not None else None,
            number=call.number,
            name=call.name,
            urgent=call.urgent,
            at_once=at_once,
            ring_ms=until - turn.now + RING_BACKSTOP_MS,
        )
    )
    turn.wake(until, agent)
    turn.show_agent(agent)
    turn.show_call(call)
    return line


def stop_ringing(turn: Turn, agent: Agent, *, elsewhere: bool) -> None:
    """Cancel a device that has not answered; it can be rung again when the exchange confirms."""
    line = agent.line
    assert line is not None, agent
    assert line.state in (LineState.RINGING, LineState.ANSWERING), agent
    turn.do(CancelRinging(leg=line.leg, elsewhere=elsewhere))
    _close(turn, agent, line)


def hang_up(turn: Turn, agent: Agent) -> None:
    """End the line; the agent has no call left."""
    line = agent.line
    assert line is not None, agent
    turn.do(HangUp(leg=line.leg))
    _close(turn, agent, line)


def gone(turn: Turn, agent: Agent) -> Line:
    """The exchange says that the line is no more (or it must count as gone)."""
    line = agent.line
    assert line is not None, agent
    turn.board.lines.pop(line.leg, None)
    agent.line = None
    turn.show_agent(agent)
    if line.call is not None and (call := turn.board.calls.get(line.call)) is not None:
        turn.show_call(call)
    turn.show(Thing.DEVICE, line.device)
    if agent.aside:
        agent.line = agent.aside.pop()
    return line


def own_leg(agent: Agent, call: Call) -> Line | None:
    """The leg that the telephone has for this call; None: none of its own."""
    if call.id not in agent.calls:
        return None
    legs = [agent.line, *agent.aside] if agent.line is not None else agent.aside
    return next((leg for leg in legs if leg.state is LineState.UP and leg.whose == call.id), None)


def can_be_kept(agent: Agent) -> bool:
    """The line is up for a call that the agent keeps, and the telephone may have one more."""
    line = agent.line
    return (
        line is not None
        and line.state is LineState.UP
        and line.whose in agent.calls
        and len(agent.aside) + 1 < LEGS_MAX
    )


def set_aside(agent: Agent, *, talked: bool) -> None:
    """Another leg takes the place of the line, which the telephone keeps for its call; nobody is on it any more."""
    line = agent.line
    assert line is not None and can_be_kept(agent), agent
    line.call, line.until, line.talked = None, None, talked
    agent.aside.append(line)
    agent.line = None


def come_forward(turn: Turn, agent: Agent, leg: Line) -> None:
    """This leg, which was set aside, is the line again."""
    assert agent.line is None, agent
    agent.aside.remove(leg)
    agent.line, leg.talked = leg, False
    turn.show_agent(agent)


def let_go(turn: Turn, agent: Agent, *, of: CallId | None = None, everything: bool = False) -> None:
    """Hang up legs that were set aside for calls which the agent has no more.

    Args:
        of: also the one that was set aside for this call.
        everything: all of them; the telephone counts as dead.
    """
    for leg in list(agent.aside):
        if everything or leg.whose == of or leg.whose not in agent.calls:
            agent.aside.remove(leg)
            drop(turn, leg)


def drop(turn: Turn, leg: Line) -> None:
    """Hang up a leg that is nobody's line; nothing more is heard of it."""
    turn.board.lines.pop(leg.leg, None)
    turn.do(HangUp(leg=leg.leg))
    turn.show(Thing.DEVICE, leg.device)


def _close(turn: Turn, agent: Agent, line: Line) -> None:
    if line.call is not None and (call := turn.board.calls.get(line.call)) is not None:
        turn.show_call(call)
    line.state, line.call, line.until = LineState.CLOSING, None, turn.now + CLOSING_MS
    line.ring_back = False
    turn.wake(line.until, agent)
    turn.show_agent(agent)
