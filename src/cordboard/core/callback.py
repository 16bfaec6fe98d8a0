"""Call backs: promised, offered to agents at their turn, dialled, tried again (3.6, D14).

The scheduler of a queue's promises. It is told the time by alarms; an attempt itself is an ordinary outgoing call of
the agent who accepted, or one of nobody's where the customer comes first (`customer_first`). What is known is in the
row that is written at each change, so that a restart goes on from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cordboard.core import attempt, missed, slots
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.notices import Thing
from cordboard.core.promise import CallBack
from cordboard.core.queue import Queue
from cordboard.core.records import CallBackReason, CallBackRow, CallBackStatus, RequestedBy
from cordboard.core.refusals import Code, Refused
from cordboard.core.transitions import CALLBACK
from cordboard.core.turn import Ended, Turn
from cordboard.core.types import CallBackId, Instant, NumberKind, QueueId, Right, UserId

KEPT_MS = 48 * 3_600_000
"""So long one that is over stays on the board, where it can be repeated by hand."""
CLOSED_MS = 24 * 3_600_000
"""Where the hours have no opening any more they are asked again after this."""
WAIT_MS = 60_000
"""Expected wait where there are no figures for it."""
_NEVER: Instant = 1 << 62
S, R = CallBackStatus, CallBackReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for."""

    number: str
    kind: NumberKind
    name: str | None
    queue: QueueId
    by: RequestedBy
    at: Instant | None = None
    """None: after the wait that is expected now."""
    owner: UserId | None = None
    entered_at: Instant | None = None
    """The caller's own entry; None: none waits."""


def make(turn: Turn, wish: Wish) -> CallBack:
    """Promise it.

    Raises:
        Refused: `queue_not_available`, `callback_refused_number`, `callback_blocked`, `callback_open`,
            `callback_closed_hours` or `callback_full`; nothing has changed.
    """
    board = turn.board
    if board.callbacks_rest:
        # Agents are told by their rights; a caller was asked before it was switched off.
        raise Refused(Code.NO_RIGHT)
    queue = board.queues.get(wish.queue)
    if queue is None:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    if wish.kind is not NumberKind.NATIONAL:
        raise Refused(Code.CALLBACK_REFUSED_NUMBER, kind=wish.kind.value)
    require_not_blocked(board, wish.number)
    if (other := board.promised_to(queue.id, wish.number)) is not None:
        raise Refused(Code.CALLBACK_OPEN, callback=other.id, at=str(other.row.due_at))
    at = (
        _opening(board, queue.id, turn.now + expected_wait_ms(board, queue, wish.entered_at))
        if wish.at is None
        else wish.at
    )
    if wish.at is not None:
        slots.require(turn, queue, wish.at)
    was_missed = missed.promised(turn, queue.id, wish.number)
    row = CallBackRow(
        id=CallBackId(turn.new_leg()),
        queue=queue.id,
        number=wish.number,
        name=wish.name,
        owner=wish.owner,
        requested_at=turn.now,
        requested_by=RequestedBy.MISSED if was_missed and wish.by is RequestedBy.AGENT else wish.by,
        entered_at=(wish.entered_at or turn.now) if wish.at is None else None,
        due_at=at,
        planned_at=at,
        at=turn.now,
    )
    made = board.callbacks[row.id] = CallBack(row=row)
    turn.remember(row)
    turn.show(Thing.CALLBACK, row.id)
    turn.wake_callback(at, row.id)
    return made


def expected_wait_ms(board: Board, queue: Queue, entered_at: Instant | None = None) -> int:
    """How long who enters now, or entered then, would wait: the callers before, by the mean wait, by who answers."""
    average = queue.numbers.average_wait_ms()
    if average is None:
        return WAIT_MS
    waiting = board.overview.waiting_in(queue.id)
    before = 1 + sum(entered_at is None or call.place_at < entered_at for call in waiting)
    return average * before // max(1, board.agents_available(queue))


def _opening(board: Board, queue: QueueId, at: Instant) -> Instant:
    """From this moment on, when the queue is open; where it never is, this is asked again in a day."""
    opening = board.opens(queue, at)
    return opening if opening is not None else at + CLOSED_MS


def change(turn: Turn, one: CallBack, **values: Any) -> None:
    """It is so from now on: kept, and shown.

    Args:
        values: what differs, by the names of the row.
    """
    status = values.get("status", one.row.status)
    assert status is one.row.status or status in CALLBACK[one.row.status], (one.row, status)
    one.row = replace(one.row, at=turn.now, **values)
    if one.row.status is not S.PLANNED:
        _take_cards(turn, one)
    turn.remember(one.row)
    turn.show(Thing.CALLBACK, one.id)
    if values.get("status") is S.FAILED:
        missed.callback_failed(turn, one.row)


def _take_cards(turn: Turn, one: CallBack) -> None:
    turn.board.callbacks_due.pop(one.id, None)
    one.round_until = None
    one.declined.clear()
    for agent_id in list(one.offers):
        _withdraw(turn, one, agent_id)


def _withdraw(turn: Turn, one: CallBack, agent_id: UserId) -> None:
    del one.offers[agent_id]
    turn.show(Thing.CALLBACK, one.id)


# --- what falls due ---


def look_at_all(turn: Turn) -> None:
    """After a restart, or when the exchange is back: every moment that was set comes again."""
    board = turn.board
    for one in list(board.callbacks.values()):
        one.round_until = None
        queue = board.queues.get(one.row.queue)
        if one.row.call is not None and one.row.call not in board.calls and queue is not None:
            # Its call ended unseen; the customer may have been rung, so it counts.
            if one.is_open and one.rung:
                count(turn, one, queue, R.NO_ANSWER, call=None)
            elif one.is_open:
                change(turn, one, status=S.PLANNED, call=None)
            else:
                change(turn, one, call=None)
        due(turn, one)


def configured(turn: Turn) -> None:
    """The administrator changed something: what is still to take place may not be any more.

    Without the module the cards go; with it again, what fell due meanwhile has its turn.
    """
    for one in list(turn.board.callbacks.values()):
        if turn.board.callbacks_rest:
            _take_cards(turn, one)
        due(turn, one)


def hours_changed(turn: Turn, queue: QueueId) -> None:
    """Opening hours began or ended: those whose turn it is are looked at."""
    for callback in list(turn.board.callbacks_due):
        one = turn.board.callbacks[callback]
        if one.row.queue == queue:
            due(turn, one)


def forget_old(turn: Turn) -> None:
    """Those that ended days ago leave the board; the database has them."""
    for one in list(turn.board.callbacks.values()):
        ended = one.row.ended_at
        if not one.is_open and one.row.call is None and ended is not None and ended < turn.now - KEPT_MS:
            del turn.board.callbacks[one.id]
            turn.show(Thing.CALLBACK, one.id)


def due(turn: Turn, one: CallBack) -> None:
    """Its turn may have come, or a round of offers may be over."""
    board, row = turn.board, one.row
    if row.status is not S.PLANNED:
        return
    queue = board.queues.get(row.queue)
    if queue is None:
        change(turn, one, status=S.FAILED, reason=R.EXPIRED, ended_at=turn.now)
        return
    if not board.rules.is_called_back(row.number):
        change(turn, one, status=S.FAILED, reason=R.BLOCKED, ended_at=turn.now)
        return
    if row.due_at > turn.now:
        turn.wake_callback(row.due_at, one.id)
        return
    opening = _opening(board, row.queue, turn.now)
    if opening > turn.now:
        plan(turn, one, opening)
        return
    if not board.exchange_up or board.callbacks_rest:
        # Nobody can be rung; its return looks at all of them. So does the module's.
        return
    board.callbacks_due[one.id] = None
    if attempt.rings_customer_first(board, one):
        # Agents are not asked: it is dialled as soon as one of them is free, or free of who came later.
        one.round_until = None
        if row.due_at + queue.callback.offer_ms > turn.now:
            turn.wake_callback(row.due_at + queue.callback.offer_ms, one.id)
    elif one.round_until is None and (row.owner is not None or one.declined):
        _begin_round(turn, one, queue)
    if one.round_until is not None and one.round_until <= turn.now:
        _nobody_accepted(turn, one, queue)
        return
    turn.look_again = True


def _begin_round(turn: Turn, one: CallBack, queue: Queue) -> None:
    one.round_until = turn.now + queue.callback.offer_ms
    turn.wake_callback(one.round_until, one.id)


def plan(turn: Turn, one: CallBack, at: Instant, **values: Any) -> None:
    """The next attempt is then."""
    _take_cards(turn, one)
    change(turn, one, status=S.PLANNED, due_at=at, **values)
    turn.wake_callback(at, one.id)


def _nobody_accepted(turn: Turn, one: CallBack, queue: Queue) -> None:
    """Counts only where one employee was meant (D14, 3.6-i)."""
    if one.row.owner is not None:
        count(turn, one, queue, R.NO_AGENT, last_attempt_at=turn.now)
        return
    at = _opening(turn.board, queue.id, turn.now + queue.callback.pause_after(1))
    plan(turn, one, at, reason=R.NO_AGENT)


def count(turn: Turn, one: CallBack, queue: Queue, reason: CallBackReason, **values: Any) -> None:
    """One more attempt that came to nothing."""
    attempts, rules = one.row.attempts + 1, queue.callback
    values |= {"attempts": attempts, "reason": reason}
    if attempts >= rules.attempts:
        change(turn, one, status=S.FAILED, ended_at=turn.now, **values)
        return
    if not turn.board.rules.is_called_back(one.row.number):
        values["reason"] = R.BLOCKED
        change(turn, one, status=S.FAILED, ended_at=turn.now, **values)
        return
    at = _opening(turn.board, queue.id, turn.now + rules.pause_after(attempts))
    plan(turn, one, at, **values)


# --- offers ---


def settle(turn: Turn) -> None:
    """Offer those whose turn it is, by original time of entry: an agent has one such card at a time.

    A card keeps nobody from being offered callers beside it: who is on the line does not wait for a click.
    """
    board = turn.board
    if not board.callbacks_due:
        return
    have_one: set[UserId] = set()
    free = _free(board)
    for one in sorted((board.callbacks[c] for c in board.callbacks_due), key=CallBack.order):
        queue = board.queues.get(one.row.queue)
        asked = queue is not None and not attempt.rings_customer_first(board, one)
        wanted = _who(free, one, queue) - have_one if queue is not None and asked else set()
        have_one |= wanted
        for agent_id in [a for a in one.offers if a not in wanted]:
            _withdraw(turn, one, agent_id)
        for agent_id in sorted(wanted - one.offers.keys()):
            one.offers[agent_id] = turn.now
            turn.show(Thing.CALLBACK, one.id)
            if one.round_until is None and queue is not None:
                _begin_round(turn, one, queue)


def _free(board: Board) -> dict[UserId, Instant]:
    """Who could be offered one, and since when whoever waits longest for this agent does; ahead of all: 0."""
    if not board.exchange_up:
        return {}
    return {
        agent.id: min((since(c) for c in board.queued.values() if _is_for(c, agent)), default=_NEVER)
        for agent in board.agents.values()
        if agent.console and board.is_available(agent)
    }


def since(call: Call) -> Instant:
    """Urgent callers, and who asks for the agent in person, come before every call back."""
    return 0 if call.urgent or call.person is not None else call.place_at


def _is_for(call: Call, agent: Agent) -> bool:
    if call.person is not None:
        return call.person == agent.id
    return call.queue in agent.signed_in and (not call.offers or agent.id in call.offers)


def _who(free: dict[UserId, Instant], one: CallBack, queue: Queue) -> set[UserId]:
    """Who could take it now; not who has somebody waiting that came earlier, or is urgent."""
    meant = queue.signed_in if one.row.owner is None else {one.row.owner}
    came = one.order()[0]
    return {a for a in meant if a in free and a not in one.declined and free[a] >= came}


# --- what people do ---


def find(board: Board, callback: CallBackId) -> CallBack:
    """The call back.

    Raises:
        Refused: `callback_gone`.
    """
    one = board.callbacks.get(callback)
    if one is None:
        raise Refused(Code.CALLBACK_GONE)
    return one


def require_right(agent: Agent) -> None:
    """Who plans, cancels and repeats.

    Raises:
        Refused: `no_right`.
    """
    if Right.CALLBACK_MANAGE not in agent.rights:
        raise Refused(Code.NO_RIGHT)


def require_offered(agent: Agent, one: CallBack) -> None:
    """It is the agent's to take.

    Raises:
        Refused: `not_offered`; also when a colleague was first.
    """
    if agent.id not in one.offers:
        raise Refused(Code.NOT_OFFERED)


def require_hours(turn: Turn, one: CallBack) -> None:
    """The customer may be rung at this moment: cards go only when the end of the hours is told, seconds later.

    Raises:
        Refused: `callback_closed_hours`.
    """
    if turn.board.opens(one.row.queue, turn.now) != turn.now:
        raise Refused(Code.CALLBACK_CLOSED_HOURS)


def require_not_blocked(board: Board, number: str) -> None:
    """The organisation calls back there.

    Raises:
        Refused: `callback_blocked`.
    """
    if not board.rules.is_called_back(number):
        raise Refused(Code.CALLBACK_BLOCKED)


def require_over(one: CallBack) -> None:
    """It can be repeated by hand.

    Raises:
        Refused: `out_of_date`: it is open, has succeeded, or somebody repeats it now.
    """
    if one.row.status not in (S.FAILED, S.CANCELLED) or one.row.call is not None:
        raise Refused(Code.OUT_OF_DATE)


def reject(turn: Turn, agent: Agent, one: CallBack) -> None:
    """Offered to the others of this round; an appointment comes back to its owner later."""
    require_offered(agent, one)
    queue = turn.board.queues[one.row.queue]
    if one.row.owner is not None:
        plan(turn, one, _opening(turn.board, queue.id, turn.now + queue.callback.pause_after(1)))
        return
    one.declined.add(agent.id)
    _withdraw(turn, one, agent.id)


def begin(turn: Turn, agent: Agent, one: CallBack, call: Call) -> None:
    """This agent's call is an attempt; one that is over is repeated by hand."""
    call.callback, call.for_queue, one.rung = one.id, one.row.queue, True
    status = S.IN_PROGRESS if one.is_open else one.row.status
    change(turn, one, status=status, handled_by=agent.id, call=call.id)


def cancel(turn: Turn, one: CallBack, agent: UserId | None, reason: CallBackReason) -> Call | None:
    """It will not take place. Gives the attempt that is to be hung up, where one goes on (3.6-w).

    Raises:
        Refused: `callback_answered`, or `out_of_date` when it has failed already; nothing has changed.
    """
    if one.row.status is S.CANCELLED:
        return None
    if one.row.status is S.SUCCEEDED:
        raise Refused(Code.CALLBACK_ANSWERED)
    if one.row.status is S.FAILED:
        raise Refused(Code.OUT_OF_DATE)
    if attempt.has_answered(turn.board, one):
        raise Refused(Code.CALLBACK_ANSWERED)
    under_way = one.row.call
    change(turn, one, status=S.CANCELLED, handled_by=agent, reason=reason, ended_at=turn.now, call=None)
    # It may have ended a moment ago in this very turn: given up for the customer who called in meanwhile.
    return turn.board.calls.get(under_way) if under_way is not None else None


# --- what becomes of an attempt ---


def attempt_of(board: Board, call: Call) -> CallBack | None:
    """Which call back this call is an attempt of; None: of none, or of one that is over."""
    one = board.callbacks.get(call.callback) if call.callback is not None else None
    return one if one is not None and one.row.call == call.id else None


def moved(turn: Turn, call: Call) -> None:
    """The customer's telephone rings from now on: that is written before anybody knows how it ends."""
    one = attempt_of(turn.board, call)
    if one is not None and one.rung and call.state is CallState.DIALLING:
        change(turn, one, last_attempt_at=turn.now)


def spoken_with(turn: Turn, call: Call, *, since: Instant | None = None) -> list[Call]:
    """Somebody of ours and this party hear each other. Gives attempts to ring the same one that are to be hung up.

    Args:
        since: they did then, and it is told only now: what was planned later stays. None: they do now.
    """
    board = turn.board
    own = attempt_of(board, call)
    if own is not None:
        by_hand = not own.is_open
        change(
            turn,
            own,
            status=S.SUCCEEDED,
            reason=R.MANUAL if by_hand else None,
            handled_by=call.agent,
            ended_at=turn.now,
            call=None,
        )
    if not board.callbacks or call.number is None:
        return []
    queue = call.queue if call.queue is not None else call.for_queue
    others = [
        one
        for one in board.callbacks.values()
        if one.is_open
        and one.row.number == call.number
        and queue in (None, one.row.queue)
        and (since is None or one.row.requested_at <= since)
        and not attempt.has_answered(board, one)
    ]
    attempts = [cancel(turn, one, call.agent, R.ALREADY_SPOKEN) for one in others]
    return [one for one in attempts if one is not None]


def after(turn: Turn, ended: Ended) -> None:
    """The attempt is over. It counts when the customer was dialled and did not answer (D14)."""
    one = attempt_of(turn.board, ended.call)
    if one is None:
        return
    queue = turn.board.queues.get(one.row.queue)
    in_vain = attempt.not_kept(one, ended)
    if not one.is_open:
        # Repeated by hand: it stays what it was.
        values = {"attempts": one.row.attempts + 1, "reason": in_vain} if in_vain is not None else {}
        if one.row.status is S.CANCELLED:
            values.pop("reason", None)
        change(turn, one, call=None, **values)
    elif queue is None:
        change(turn, one, status=S.FAILED, reason=R.EXPIRED, ended_at=turn.now, call=None)
    elif in_vain is not None:
        count(turn, one, queue, in_vain, call=None)
    elif ended.call.rings_customer_first and ended.state is CallState.TRANSFERRED:
        # The outside number of an urgent queue's ladder had the customer (D6).
        change(turn, one, status=S.SUCCEEDED, ended_at=turn.now, call=None)
    else:
        # The agent's telephone did not come up, or no agent was free any more: nobody was dialled.
        change(turn, one, status=S.PLANNED, call=None, handled_by=None)
        if ended.agent is not None and one.row.owner is None:
            one.declined.add(ended.agent.id)
        due(turn, one)
