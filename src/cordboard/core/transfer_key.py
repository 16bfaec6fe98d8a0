"""The transfer key on the telephone means the same as the console's button (D27, D7).

Without announcement: the number that was keyed in, safe as ever; the caller comes back with the reason. With
announcement: whom the telephone has on two legs are connected; while the second still rings, that goes on as a blind
one.
"""

from __future__ import annotations

from cordboard.core import dial, exits, transfer
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, TransferState
from cordboard.core.commands import AnswerTransferKey
from cordboard.core.events import PhoneTransferAsked
from cordboard.core.notices import Saying
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Direction, LegId, NumberKind, TransferKind


def asked(turn: Turn, event: PhoneTransferAsked) -> None:
    """Pass on whom this leg is for; the telephone hears whether that is done, before its leg ends."""
    board = turn.board
    agent_id = board.lines.get(event.leg)
    agent = board.agents[agent_id] if agent_id is not None else None
    call = _on_leg(board, agent, event.leg) if agent is not None else None
    if agent is None or call is None:
        turn.do(AnswerTransferKey(leg=event.leg, done=False))
        return
    before = len(turn.commands)
    was_armed = call.transfer is not None
    try:
        if event.other is not None:
            _connect(turn, agent, call, event.other)
        else:
            _pass_on(turn, agent, call, event)
    except Refused:
        if call.transfer is not None and not was_armed:
            transfer.cancel(turn, agent, call)
        turn.say(agent, Saying.TRANSFER_NOT_DONE, call.id)
        turn.do(AnswerTransferKey(leg=event.leg, done=False))
    else:
        # Behind the end of the leg it would reach nobody.
        turn.commands.insert(before, AnswerTransferKey(leg=event.leg, done=True))


def _on_leg(board: Board, agent: Agent, leg: LegId) -> Call | None:
    """Whom the telephone has on this leg; None: nobody, or several in a conference."""
    line = agent.line
    if line is not None and line.leg == leg:
        there = board.on_line(agent)
        if there:
            return there[0] if len(there) == 1 and there[0].state is not CallState.CONFERENCE else None
    whose = next((one.whose for one in (line, *agent.aside) if one is not None and one.leg == leg), None)
    call = board.calls.get(whose) if whose is not None else None
    return call if call is not None and call.agent == agent.id else None


def _pass_on(turn: Turn, agent: Agent, call: Call, event: PhoneTransferAsked) -> None:
    board = turn.board
    queue = board.queues.get(event.queue) if event.queue is not None else None
    if queue is not None:
        exits.may_be_sent(turn, call, queue)
        transfer.to_queue(turn, agent, call, queue)
        return
    dialled = event.number or ""
    person = next((a for a in board.agents.values() if a.id == event.to or a.extension == dialled), None)
    colleague = dial.colleague(board, agent, person.id) if person is not None else None
    number: str | None = None
    if colleague is None:
        number, kind = board.reads(dialled) or ("", NumberKind.NATIONAL)
        dial.may_call(agent, number, kind)
    transfer.arm(turn, agent, call, TransferKind.BLIND)
    transfer.to_recipient(turn, agent, call, number=number, colleague=colleague, name=None)


def _connect(turn: Turn, agent: Agent, call: Call, other: LegId) -> None:
    """Which of the two legs a telephone asks on is its maker's choice: the caller is the one who is passed on."""
    to = _on_leg(turn.board, agent, other)
    if to is None or to is call:
        raise Refused(Code.NOBODY_ON_LINE)
    if call.state is CallState.DIALLING or (
        to.state is not CallState.DIALLING
        and call.direction is Direction.OUT
        and to.direction is Direction.IN
    ):
        call, to = to, call
    waits = to.state is CallState.DIALLING
    if call.transfer is None or call.transfer.state in (TransferState.ARMED, TransferState.COMPLETED):
        transfer.arm(turn, agent, call, TransferKind.ATTENDED)
    if waits:
        transfer.chosen(turn, agent, call, to)
        transfer.connect_without_waiting(turn, agent, call)
    else:
        # Who presses the key has both on the display: there is nothing to ask.
        transfer.complete(turn, agent, call, to, confirmed=True)
