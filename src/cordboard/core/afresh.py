"""After records were given up (F20): everything that still counts is remembered anew, so that nothing stays wrong.

What happened meanwhile is a gap in the history. What goes on is written as it stands now, and what is over is closed:
a call whose end was given up would otherwise go on in the database for ever, and a promise would come back that was
taken back.
"""

from __future__ import annotations

from collections.abc import Collection

from cordboard.core import handover, wrapup
from cordboard.core.agent import Agent
from cordboard.core.call import Call
from cordboard.core.records import (
    AwayChanged,
    CallClosed,
    CallOpened,
    DevicePaired,
    GroupChosen,
    PauseChanged,
    QueueSignInChanged,
)
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Direction, EndedBy


def remember_all(turn: Turn, open_calls: Collection[CallId]) -> None:
    """Have the database keep what there is.

    Args:
        open_calls: those without an end in the database; one that is over is closed, unless its own end is on its way.
    """
    board = turn.board
    for call in board.calls.values():
        _call(turn, call)
    for gone in sorted(set(open_calls) - board.calls.keys()):
        turn.remember(
            CallClosed(call=gone, answered=False, ended_by=EndedBy.UNKNOWN, agent=None, at=turn.now)
        )
    for agent in board.agents.values():
        _agent(turn, agent)
    for one in board.callbacks.values():
        turn.remember(one.row)
    for missed in board.missed.values():
        turn.remember(missed)


def _call(turn: Turn, call: Call) -> None:
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=call.queue if call.direction is Direction.IN else None,
            direction=call.direction,
            number=call.number,
            name=call.name,
            dialled=None,
            at=call.entered_at,
            to=call.to,
            peer=call.peer,
            agent=call.made_by,
        )
    )
    turn.remember_place(call)
    if call.transfer is not None:
        handover.remember(turn, call, call.transfer)


def _agent(turn: Turn, agent: Agent) -> None:
    now = turn.now
    if agent.group is not None:
        turn.remember(GroupChosen(agent=agent.id, group=agent.group, at=now))
    turn.remember(DevicePaired(agent=agent.id, device=agent.device, at=now))
    for queue in turn.board.queues:
        turn.remember(
            QueueSignInChanged(agent=agent.id, queue=queue, signed_in=queue in agent.signed_in, at=now)
        )
        for group in sorted(agent.groups & turn.board.queues[queue].groups):
            turn.remember(
                SignInRemembered(
                    agent=agent.id,
                    group=group,
                    queue=queue,
                    remembered=(group, queue) in agent.remembered,
                    at=now,
                )
            )
    turn.remember(AwayChanged(agent=agent.id, away=agent.away, at=now))
    turn.remember(PauseChanged(agent=agent.id, reason=agent.pause, at=now))
    wrapup.remember(turn, agent)
