"""Outgoing calls: to an outside number, or to a colleague's desk.

Manual 2.6, 5.1-b; statements 2.6-c, 2.6-g, 2.6-i, 2.1.1-d; decisions D8, D28, D29. The agent's own telephone comes
first, so that the ringing is heard; only then is anybody dialled.
"""

from __future__ import annotations

from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Dial, DialColleague
from cordboard.core.records import CallOpened, SegmentKind, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Direction, NumberKind, QueueId, Right, UserId

DIGITS_MAX = 32
"""More than any number has, with what is keyed in after it."""
RIGHTS = {
    NumberKind.NATIONAL: Right.DIAL_OUTSIDE,
    NumberKind.INTERNATIONAL: Right.DIAL_INTERNATIONAL,
    NumberKind.PREMIUM: Right.DIAL_PREMIUM,
}
"""Which right it takes to call a number of that kind; none for help."""


def may_call(agent: Agent, number: str, kind: NumberKind) -> None:
    """This agent may call numbers of this kind.

    Raises:
        Refused: `bad_number`, or `number_not_allowed` with the kind; nothing has changed.
    """
    if not number or len(number) > DIGITS_MAX or not set(number) <= set("0123456789*#+"):
        raise Refused(Code.BAD_NUMBER, number=number[:DIGITS_MAX])
    needed = RIGHTS.get(kind)
    if needed is not None and needed not in agent.rights:
        raise Refused(Code.NUMBER_NOT_ALLOWED, kind=kind.value)


def colleague(board: Board, agent: Agent, other: UserId) -> Agent:
    """The colleague who is to be called.

    Raises:
        Refused: `yourself`, or `colleague_not_there` when nothing can be rung; nothing has changed.
    """
    found = board.agents.get(other)
    if found is None:
        raise Refused(Code.COLLEAGUE_NOT_THERE, name="")
    if found is agent:
        raise Refused(Code.YOURSELF)
    if not board.is_reachable(found):
        raise Refused(Code.COLLEAGUE_NOT_THERE, name=found.name)
    return found


def shown_number(board: Board, agent: Agent | None, queue: QueueId | None) -> str | None:
    """The number of ours that a called party sees: the queue's, else the user's, group's, organisation's (D28)."""
    of_queue = board.queues[queue].number if queue is not None and queue in board.queues else None
    of_group = board.group_numbers.get(agent.group) if agent is not None and agent.group is not None else None
    return of_queue or (agent.number if agent is not None else None) or of_group or board.rules.number


def open_call(
    turn: Turn,
    agent: Agent | None,
    *,
    number: str | None,
    name: str | None,
    to: UserId | None = None,
    queue: QueueId | None = None,
    show: str | None = None,
) -> Call:
    """An outgoing call that nobody has been dialled for yet; agent None: a rule dials, or a blind transfer."""
    board = turn.board
    leg = turn.new_leg()
    made_by = agent.id if agent is not None else None
    call = Call(
        id=CallId(leg),
        leg=leg,
        queue=None,
        direction=Direction.OUT,
        number=number,
        name=name,
        entered_at=turn.now,
        urgent=False,
        priority=0,
        to=to,
        show=show or shown_number(board, agent, queue),
        state=CallState.CONNECTING,
        since=turn.now,
        segment=SegmentKind.DIAL,
        segment_agent=made_by,
        segment_since=turn.now,
        agent=made_by,
        made_by=made_by,
    )
    board.add(call)
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=None,
            direction=Direction.OUT,
            number=number,
            name=name,
            dialled=None,
            at=turn.now,
            to=to,
            agent=made_by,
        )
    )
    if agent is not None:
        agent.calls.append(call.id)
        turn.show_agent(agent)
    turn.remember_place(call)
    turn.show_call(call)
    return call


def ring_ms(board: Board, call: Call) -> int:
    """How long whom this call is for rings: as long as the queue of a call back says, else the organisation."""
    queue = board.queues.get(call.for_queue) if call.for_queue is not None and call.callback else None
    return queue.callback.ring_ms if queue is not None else board.rules.dial_ring_ms


def begin(turn: Turn, call: Call, agent: Agent | None, *, consults: bool, ring_ms: int) -> None:
    """Dial now; the agent's line is up, or (agent None) nobody listens.

    Args:
        consults: it is the consultation of a transfer: not being answered is that transfer's matter, and the
            colleague's own rule for direct calls does not apply.
        ring_ms: after this it is given up.
    """
    line = agent.line.leg if agent is not None and agent.line is not None else None
    call.until = turn.now + ring_ms
    turn.wake_call(call.until, call)
    if call.to is None:
        assert call.number is not None, call
        turn.do(
            Dial(
                leg=call.leg,
                call=call.id,
                number=call.number,
                show=call.show,
                line=line,
                ring_ms=ring_ms,
            )
        )
    else:
        assert agent is not None, call
        _call_desk(turn, call, agent, consults=consults)
    turn.move(call, CallState.DIALLING, SegmentOutcome.ANSWERED)


def _call_desk(turn: Turn, call: Call, agent: Agent, *, consults: bool) -> None:
    """The other end of the wire is a direct call at the colleague's desk."""
    board = turn.board
    assert call.to is not None, call
    leg = turn.new_leg()
    there = Call(
        id=CallId(leg),
        leg=leg,
        queue=None,
        direction=Direction.IN,
        number=agent.extension,
        name=agent.name,
        entered_at=turn.now,
        urgent=False,
        priority=0,
        to=call.to,
        peer=call.id,
        since=turn.now,
        segment_since=turn.now,
    )
    if not consults:
        there.until = turn.now + board.rules.direct_ring_ms
        turn.wake_call(there.until, there)
        # The colleague's rule says what happens then; this end only waits a little longer.
        call.until = there.until + board.rules.dial_ring_ms
        turn.wake_call(call.until, call)
    call.peer = there.id
    board.add(there)
    turn.remember(
        CallOpened(
            call=there.id,
            leg=leg,
            queue=None,
            direction=Direction.IN,
            number=there.number,
            name=there.name,
            dialled=None,
            at=turn.now,
            to=there.to,
            peer=call.id,
        )
    )
    turn.note(there, Why.ENTERED, board.agents[call.to])
    turn.show_call(there)
    line = agent.line
    turn.do(
        DialColleague(
            leg=call.leg,
            call=call.id,
            other=leg,
            other_call=there.id,
            line=line.leg if line is not None else None,
            number=agent.extension,
            name=agent.name,
        )
    )
