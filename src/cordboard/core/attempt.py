"""An attempt to call a customer back: who is rung first, and what it was worth when it is over (D14)."""

from __future__ import annotations

from cordboard.core.board import Board
from cordboard.core.call import CallState
from cordboard.core.events import LegEnd
from cordboard.core.promise import CallBack
from cordboard.core.records import CallBackReason
from cordboard.core.turn import Ended
from cordboard.core.types import EndedBy

R = CallBackReason
_REASON = {
    LegEnd.BUSY.value: R.BUSY,
    LegEnd.UNREACHABLE.value: R.UNREACHABLE,
    LegEnd.LOST.value: R.UNREACHABLE,
}


def rings_customer_first(board: Board, one: CallBack) -> bool:
    """The customer is rung before anybody accepts; an appointment with one employee is always that one's to accept."""
    queue = board.queues.get(one.row.queue)
    return queue is not None and queue.callback.customer_first and one.row.owner is None


def has_answered(board: Board, one: CallBack) -> bool:
    """Customer first: the customer is on the line, and nobody of ours has spoken yet."""
    call = board.calls.get(one.row.call) if one.row.call is not None else None
    return call is not None and call.rings_customer_first and call.state is not CallState.DIALLING


def not_kept(one: CallBack, ended: Ended) -> CallBackReason | None:
    """Why the attempt counts; None: the customer was not dialled, or somebody has spoken with the customer."""
    dialling = ended.state is CallState.DIALLING
    reason = _REASON.get(ended.reached, R.NO_ANSWER)
    if not ended.call.rings_customer_first:
        return reason if dialling else None
    if dialling:
        return reason if one.rung else None
    if ended.state is CallState.TRANSFERRED:
        return None
    return R.HUNG_UP if ended.by is EndedBy.CALLER and ended.state is not CallState.LEAVING else R.NO_AGENT
