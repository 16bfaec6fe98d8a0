"""After a restart of Cordboard or of the exchange: make the board agree with what lives.

The database says what things mean (call, queue, entry time, agent), the exchange says which legs live and
where they stand. Where the last moments are missing in the database, the exchange wins. Architecture, "A promise is
kept"; decision D16; reliability F1, F10.
"""

from __future__ import annotations

from cordboard.core import talk
from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.call import Call, CallState
from cordboard.core.commands import HangUp, Hold, PlaceInQueue
from cordboard.core.events import ExchangeRestored, LegFound, LegRole, Place
from cordboard.core.notices import Changed, Thing
from cordboard.core.records import CallOpened, SegmentOutcome
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Direction, EndedBy


def restored(turn: Turn, event: ExchangeRestored) -> None:
    """The exchange is there and told what lives in it."""
    board = turn.board
    board.exchange_up, board.exchange_since = True, turn.now
    turn.changed[Changed(Thing.EXCHANGE, "exchange")] = None
    for device in board.devices.values():
        registered = device.id in event.registered
        if device.registered is not registered:
            device.registered = registered
            turn.changed[Changed(Thing.DEVICE, device.id)] = None
    for agent in board.agents.values():
        _restore_line(turn, agent, event)
    _end_the_gone(turn, event)
    for found in sorted(event.legs.values(), key=lambda f: (f.since, f.leg)):
        if found.role is LegRole.CALLER:
            _restore_caller(turn, found)
    for agent in board.agents.values():
        _tidy_line(turn, agent)
        turn.show_agent(agent)
    for queue in board.queues:
        turn.changed[Changed(Thing.QUEUE, queue)] = None


def _restore_line(turn: Turn, agent: Agent, event: ExchangeRestored) -> None:
    """Take up the agent's line as the exchange has it; a ringing one is cancelled, offers ring anew."""
    board = turn.board
    if agent.line is not None:
        board.lines.pop(agent.line.leg, None)
    agent.line = None
    if agent.device is None:
        return
    own = [f for f in event.legs.values() if f.role is LegRole.LINE and f.device == agent.device]
    for found in sorted(own, key=lambda f: (not f.answered, f.since)):
        if not found.answered or agent.line is not None:
            turn.do(HangUp(leg=found.leg))
            continue
        agent.line = Line(leg=found.leg, device=agent.device, state=LineState.UP, call=None, until=None)
        board.lines[found.leg] = agent.id


def _end_the_gone(turn: Turn, event: ExchangeRestored) -> None:
    """Calls whose caller's leg no longer lives are over: lost with the exchange, or ended unseen."""
    for call in list(turn.board.calls.values()):
        if call.leg not in event.legs:
            for agent_id in list(call.offers):
                turn.close_offer(call, turn.board.agents[agent_id], SegmentOutcome.LOST)
            talk.end(turn, call, EndedBy.LOST if event.fresh else EndedBy.UNKNOWN)


def _restore_caller(turn: Turn, found: LegFound) -> None:
    board = turn.board
    known = board.parties.get(found.leg)
    call = board.calls[known] if known is not None else _adopt(turn, found)
    if call is None:
        turn.do(HangUp(leg=found.leg))
        return
    call.confirmed = True
    agent = board.agents.get(call.agent) if call.agent is not None else None
    match found.place:
        case Place.LINE:
            talker = board.lines.get(found.line) if found.line is not None else None
            if talker is None:
                _to_hold_or_queue(turn, call, agent)
            else:
                _talks_with(turn, call, agent, board.agents[talker])
        case Place.HOLD:
            if agent is None:
                _to_queue(turn, call, None)
            elif call.state is not CallState.HELD:
                _own(agent, call)
                turn.move(call, CallState.HELD, SegmentOutcome.HELD)
        case Place.QUEUE:
            if call.state is not CallState.WAITING:
                _to_queue(turn, call, agent)
        case Place.NOWHERE:
            _to_hold_or_queue(turn, call, agent)


def _talks_with(turn: Turn, call: Call, agent: Agent | None, talker: Agent) -> None:
    """The exchange has this caller on the talker's line."""
    if agent is not None and agent is not talker:
        agent.calls.remove(call.id)
    call.agent = talker.id
    _own(talker, call)
    assert talker.line is not None, talker
    talker.line.call = call.id
    call.answered_at = call.answered_at if call.answered_at is not None else turn.now
    if call.state is not CallState.ACTIVE:
        was_held = call.state is CallState.HELD
        turn.move(call, CallState.ACTIVE, SegmentOutcome.RESUMED if was_held else SegmentOutcome.ANSWERED)
    else:
        turn.show_call(call)


def _own(agent: Agent, call: Call) -> None:
    if call.id not in agent.calls:
        agent.calls.append(call.id)


def _to_hold_or_queue(turn: Turn, call: Call, agent: Agent | None) -> None:
    """The caller hangs in the air: back to music, as the agent's if it was answered, else in the queue."""
    if agent is not None and call.answered_at is not None:
        turn.do(Hold(party=call.leg, line=None))
        _own(agent, call)
        if call.state is not CallState.HELD:
            turn.move(call, CallState.HELD, SegmentOutcome.HELD)
    else:
        _to_queue(turn, call, agent)


def _to_queue(turn: Turn, call: Call, agent: Agent | None) -> None:
    if agent is not None and call.id in agent.calls:
        agent.calls.remove(call.id)
    call.agent = None
    if call.queue is None:
        turn.do(HangUp(leg=call.leg))
        talk.end(turn, call, EndedBy.UNKNOWN)
        return
    turn.do(PlaceInQueue(leg=call.leg, call=call.id, queue=call.queue, answer=True))
    if call.state is not CallState.WAITING:
        turn.move(call, CallState.WAITING, SegmentOutcome.RETURNED)


def _adopt(turn: Turn, found: LegFound) -> Call | None:
    """A caller whom the database does not know: the crash came before the commit. None: not for any queue."""
    board = turn.board
    queue = board.queues.get(found.queue) if found.queue is not None else None
    if queue is None:
        return None
    call = Call(
        id=found.call if found.call is not None else CallId(found.leg),
        leg=found.leg,
        queue=queue.id,
        direction=Direction.IN,
        number=found.number,
        name=found.name,
        entered_at=found.since,
        urgent=queue.urgent,
        priority=queue.priority,
        since=found.since,
        segment_since=found.since,
    )
    board.calls[call.id] = call
    board.parties[call.leg] = call.id
    queue.numbers.entered()
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=queue.id,
            direction=Direction.IN,
            number=call.number,
            name=call.name,
            dialled=None,
            at=call.entered_at,
        )
    )
    turn.show_call(call)
    return call


def _tidy_line(turn: Turn, agent: Agent) -> None:
    """A line with no call left has no reason to live; held callers without a line are rung back (D27)."""
    if agent.line is not None and not agent.calls:
        leg = agent.line.leg
        turn.board.lines.pop(leg, None)
        agent.line = None
        turn.do(HangUp(leg=leg))
    elif agent.line is None and agent.calls and agent.ring_back_at is None:
        agent.ring_back_at = turn.now + talk.RING_BACK_AFTER_MS
        turn.wake(agent.ring_back_at, agent)
