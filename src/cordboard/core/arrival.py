"""Calls that come in: to a queue, to one person, to an announcement, or dialled on one of our own telephones.

Statements 2.1-a, 2.1.1-i; decisions D25, D27, D29.
"""

from __future__ import annotations

from cordboard.core import desk, dial, exits, talk, wrapup
from cordboard.core import line as lines
from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.call import Call, CallState
from cordboard.core.commands import HangUp, HangUpReason, LetRing
from cordboard.core.events import AnnouncementCalled, CallArrived, DirectCallArrived, PhoneDialled
from cordboard.core.notices import Thing
from cordboard.core.records import CallNamed, CallOpened, Why
from cordboard.core.refusals import Refused
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Direction, LegId, NumberKind, QueueId, UserId


def for_queue(turn: Turn, event: CallArrived) -> Call | None:
    """A caller reaches a queue. None: we know of it already."""
    board = turn.board
    if _is_known(turn, event.leg, event.call):
        return None
    queue = board.queues.get(event.queue)
    if queue is None:
        # Taken away while the call was on its way in; the exchange says that the number is not in use.
        turn.do(HangUp(leg=event.leg, reason=HangUpReason.UNALLOCATED))
        return None
    call = _open(
        turn,
        event,
        queue=queue.id,
        to=None,
        urgent=queue.urgent,
        priority=queue.priority,
        dialled=event.dialled,
    )
    turn.enters(call, queue)
    turn.note(call, Why.ENTERED, detail=queue.id)
    # Who may not stay hears why before the answer (D25), so this comes first.
    if exits.on_arrival(turn, call):
        turn.place_in_queue(call, answer=not queue.ring_until_answered)
        exits.greet(turn, call, queue)
    return call


def for_person(turn: Turn, event: DirectCallArrived) -> Call | None:
    """A caller from outside dialled one person's number (D29). None: we know of it already."""
    if _is_known(turn, event.leg, event.call):
        return None
    call = _open(turn, event, queue=None, to=event.to, urgent=False, priority=0, dialled=event.dialled)
    call.until = turn.now + turn.board.rules.direct_ring_ms
    turn.wake_call(call.until, call)
    turn.note(call, Why.ENTERED, turn.board.agents.get(event.to))
    turn.do(LetRing(leg=call.leg, call=call.id))
    return call


def for_announcement(turn: Turn, event: AnnouncementCalled) -> None:
    """A caller from outside dialled a number at which an announcement is heard; then the call is over."""
    if _is_known(turn, event.leg, event.call):
        return
    call = _open(turn, event, queue=None, to=None, urgent=False, priority=0, dialled=event.dialled)
    turn.note(call, Why.ENTERED)
    exits.say_and_end(turn, call, event.announcement)


def recognised(turn: Turn, call_id: CallId, name: str) -> None:
    """The card, the log and the history say who it is (2.1.2-e).

    Nothing else: no version, for who clicks in this instant saw the same call; and nobody is offered anything anew.
    """
    call = turn.board.calls.get(call_id)
    if call is None or call.name == name:
        return
    call.name = name
    turn.remember(CallNamed(call=call.id, name=name, at=turn.now))
    turn.note(call, Why.RECOGNISED, detail=name)
    turn.show(Thing.CALL, call.id)


def _is_known(turn: Turn, leg: LegId, call: CallId) -> bool:
    board = turn.board
    return leg in board.parties or call in board.calls or leg in board.ended


def _open(
    turn: Turn,
    event: CallArrived | DirectCallArrived | AnnouncementCalled,
    *,
    queue: QueueId | None,
    to: UserId | None,
    urgent: bool,
    priority: int,
    dialled: str | None,
) -> Call:
    call = Call(
        id=event.call,
        leg=event.leg,
        queue=queue,
        direction=Direction.IN,
        number=event.number,
        name=event.name,
        entered_at=turn.now,
        urgent=urgent,
        priority=priority,
        to=to,
        since=turn.now,
        segment_since=turn.now,
    )
    board = turn.board
    board.add(call)
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=queue,
            direction=Direction.IN,
            number=call.number,
            name=call.name,
            dialled=dialled,
            at=turn.now,
            to=to,
        )
    )
    turn.show_call(call)
    return call


def phone_dialled(turn: Turn, event: PhoneDialled) -> None:
    """Somebody dialled on the telephone itself: its leg is the agent's line, and the call is like any other (D27)."""
    board = turn.board
    device = board.devices.get(event.device)
    agent = board.agents.get(device.used_by) if device is not None and device.used_by is not None else None
    if agent is None or event.leg in board.lines:
        if agent is None:
            turn.do(HangUp(leg=event.leg, reason=HangUpReason.UNALLOCATED))
        return
    assert device is not None, event
    try:
        colleague = next((a for a in board.agents.values() if a.extension == event.number), None)
        if colleague is not None:
            dial.colleague(board, agent, colleague.id)
            number: str | None = colleague.extension
        else:
            number, kind = board.reads(event.number) or ("", NumberKind.NATIONAL)
            dial.may_call(agent, number, kind)
    except Refused:
        turn.do(HangUp(leg=event.leg, reason=HangUpReason.UNALLOCATED))
        return
    wrapup.give_way(turn, agent)
    desk.back_to_work(turn, agent)
    _new_line(turn, agent, event)
    call = dial.open_call(
        turn,
        agent,
        number=number,
        name=colleague.name if colleague is not None else None,
        to=colleague.id if colleague is not None else None,
    )
    talk.connect(turn, agent, call)


def _new_line(turn: Turn, agent: Agent, event: PhoneDialled) -> None:
    """The leg on which was dialled is the line; an earlier one is kept for whom was spoken with there, who is held."""
    for call in turn.board.on_line(agent):
        talk.put_aside(turn, agent, call)
    before = agent.line
    if before is not None and lines.can_be_kept(agent):
        lines.set_aside(agent, talked=False)
    elif before is not None:
        agent.line = None
        lines.drop(turn, before)
        waits = turn.board.calls.get(before.call) if before.call is not None else None
        if waits is not None:
            turn.show_call(waits)
        if waits is not None and waits.state is CallState.CONNECTING and waits.agent == agent.id:
            turn.unanswered.append((agent, waits))
    agent.line = Line(leg=event.leg, device=event.device, state=LineState.UP, call=None, until=None)
    turn.board.lines[event.leg] = agent.id
    agent.ring_back_at = agent.line_lost_until = None
    turn.show_agent(agent)
