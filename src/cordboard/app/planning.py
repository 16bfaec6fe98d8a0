"""The planning of call backs, and the callers who were missed, as one user may see them (3.6-b, 3.6-v, D14)."""

from __future__ import annotations

from cordboard.app.views import CallBackView, MissedView, OfferView
from cordboard.core import missed as missed_callers
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.records import CallBackRow
from cordboard.core.types import CallBackId, CallId, Instant, MissedId, QueueId, Right, UserId


def call_back(board: Board, agent: Agent, callback: CallBackId) -> CallBackView | None:
    """One that is on the board; None: it is gone, or not for this user's eyes.

    Who is offered one sees it also without the right: it is the card that is to be answered.
    """
    one = board.callbacks.get(callback)
    if one is None:
        return None
    offered = one.offers.get(agent.id)
    if offered is None and not may_see(board, agent, one.row):
        return None
    return view(board, one.row, offered)


def may_see(board: Board, agent: Agent, row: CallBackRow) -> bool:
    """With the right: those of the queues of any of the own groups, and of queues that are no more."""
    if Right.CALLBACK_SEE not in agent.rights:
        return False
    queue = board.queues.get(row.queue)
    return queue is None or row.owner == agent.id or bool(queue.groups & agent.groups)


def hidden_queues(board: Board, agent: Agent) -> frozenset[QueueId]:
    """Of these `may_see` says no, whatever their call backs are, but for one's own."""
    return frozenset(queue.id for queue in board.queues.values() if not queue.groups & agent.groups)


def view(board: Board, row: CallBackRow, offered: Instant | None = None) -> CallBackView:
    """As it goes to the console.

    Args:
        offered: since when it is offered to the viewer; None: it is not.
    """
    queue = board.queues.get(row.queue)
    return CallBackView(
        id=row.id,
        queue=row.queue,
        queue_name=queue.name if queue is not None else "",
        number=row.number,
        name=row.name,
        owner=row.owner,
        owner_name=_name(board, row.owner),
        requested_at=row.requested_at,
        requested_by=row.requested_by.value,
        entered_at=row.entered_at,
        due_at=row.due_at,
        planned_at=row.planned_at,
        last_attempt_at=row.last_attempt_at,
        attempts=row.attempts,
        status=row.status.value,
        handled_by=row.handled_by,
        handled_by_name=_name(board, row.handled_by),
        reason=row.reason.value if row.reason is not None else None,
        ended_at=row.ended_at,
        offer=OfferView(since=offered, ringing=False, rejectable=True) if offered is not None else None,
    )


def missed(board: Board, agent: Agent, entry: MissedId) -> MissedView | None:
    """A caller to whom nobody has spoken; None: somebody has, or it is not for this user's eyes."""
    row = board.missed.get(entry)
    if row is None or not missed_callers.may_see(board, agent, row):
        return None
    queue = board.queues.get(row.queue)
    return MissedView(
        id=row.id,
        queue=row.queue,
        queue_name=queue.name if queue is not None else "",
        number=row.number,
        name=row.name,
        at=row.at,
        why=row.why.value,
        message=row.message,
        times=row.times,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        claimed_by=row.claimed_by,
        claimed_by_name=_name(board, row.claimed_by),
        claimed_at=row.claimed_at,
        calling=row.attempt is not None,
    )


def missed_call(
    board: Board, agent: Agent, queue: QueueId, number: str | None, call: CallId
) -> MissedView | None:
    """The open entry of who called this queue in vain, last by this call; None as in `missed`, or there is none."""
    for row in board.missed.values():
        same = row.number == number if number is not None else row.last_call == call
        if row.queue == queue and same:
            return missed(board, agent, row.id)
    return None


def _name(board: Board, user: UserId | None) -> str | None:
    agent = board.agents.get(user) if user is not None else None
    return agent.name if agent is not None else None
