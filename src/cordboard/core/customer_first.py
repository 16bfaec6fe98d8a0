"""Call backs where the customer is rung first, and waits at the head of the queue for an agent (D14).

Agents are not asked beforehand, so nobody is dialled for whom no agent is free (decision 0011). The attempt is an
outgoing call of nobody's: written before anybody is dialled, then dialling, then a waiting caller like any other.
"""

from __future__ import annotations

from collections.abc import Iterator

from cordboard.core import attempt, callback, dial, exits, offer, talk
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Announce, Phrase, Sentence
from cordboard.core.events import CallBackKept, LegFound
from cordboard.core.promise import CallBack
from cordboard.core.queue import Queue
from cordboard.core.records import CallBackStatus, SegmentOutcome, Why
from cordboard.core.rules import ExitReason
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, EndedBy, Instant, QueueId, UserId

# --- whose turn it is ---


def settle(turn: Turn) -> None:
    """Ring those whose turn it is, by original time of entry, no more than there are agents free for."""
    board = turn.board
    if not board.callbacks_due or not board.exchange_up:
        return
    nobody: set[QueueId] = set()
    waiting = (board.callbacks[c] for c in board.callbacks_due)
    for one in sorted((o for o in waiting if attempt.rings_customer_first(board, o)), key=CallBack.order):
        queue = board.queues[one.row.queue]
        if queue.id in nobody or _is_on_the_line(board, one):
            continue
        if not _has_agent(board, one, queue, turn.now):
            nobody.add(queue.id)
        elif board.opens(queue.id, turn.now) != turn.now:
            # The end of the hours is told seconds later.
            callback.due(turn, one)
        else:
            _begin(turn, one, queue)


def _is_on_the_line(board: Board, one: CallBack) -> bool:
    """The customer calls us, or somebody of ours calls the customer, at this moment: it would be engaged."""
    return any(call.number == one.row.number for call in board.calls.values())


def _has_agent(board: Board, one: CallBack, queue: Queue, now: Instant) -> bool:
    """An agent of the queue is free for this customer, when everybody who comes before has got one.

    Also who came later goes before, for they are on the line; not any more when it has been due for a round of offers,
    or a queue that is never empty would call nobody back.
    """
    free = {a for a in queue.signed_in if _is_free(board, a)}
    if not free:
        return False
    late = now - one.row.due_at >= queue.callback.offer_ms
    given: dict[UserId, frozenset[UserId]] = {}
    for call, theirs in _others(board):
        behind = not call.awaits_first_agent and callback.since(call) > one.order()[0]
        if call.callback != one.id and not (late and behind):
            _give(frozenset(a for a in theirs if _is_free(board, a)), given, set())
    return _give(frozenset(free), given, set())


_NEEDS_AGENT = frozenset({CallState.DIALLING, CallState.WAITING})


def _others(board: Board) -> Iterator[tuple[Call, set[UserId]]]:
    """Who needs an agent now, and of whom each may have one: customers who were rung before all others."""
    rung = [c for c in board.calls.values() if c.awaits_first_agent and c.state in _NEEDS_AGENT]
    others = [c for c in board.waiting() if not c.awaits_first_agent]
    for call in (*rung, *others):
        queue = board.queues.get(call.queue or call.for_queue or QueueId(""))
        if call.person is not None:
            yield call, {call.person}
        elif queue is not None:
            yield call, queue.signed_in


def _is_free(board: Board, user: UserId) -> bool:
    agent = board.agents.get(user)
    return agent is not None and board.is_available(agent) and agent.line_lost_until is None


def _give(theirs: frozenset[UserId], given: dict[UserId, frozenset[UserId]], seen: set[UserId]) -> bool:
    """One of these agents goes to one more, others making do with another of theirs. False: there is none left."""
    for user in sorted(theirs - seen):
        seen.add(user)
        if user not in given or _give(given[user], given, seen):
            given[user] = theirs
            return True
    return False


# --- the attempt ---


def _begin(turn: Turn, one: CallBack, queue: Queue) -> None:
    """Write it down; the customer is rung when that is kept, so that a server that dies does not ring twice."""
    call = dial.open_call(turn, None, number=one.row.number, name=one.row.name, queue=queue.id)
    call.callback, call.for_queue, one.rung = one.id, queue.id, False
    callback.change(turn, one, status=CallBackStatus.IN_PROGRESS, handled_by=None, call=call.id)
    turn.move(call, CallState.DIALLING, SegmentOutcome.ANSWERED)
    turn.once_kept.append(CallBackKept(call=call.id))


def kept(turn: Turn, call_id: CallId) -> None:
    """The database has the attempt: ring the customer, from the queue's number."""
    board = turn.board
    call = board.calls.get(call_id)
    one = callback.attempt_of(board, call) if call is not None else None
    if call is None or one is None or one.rung or call.state is not CallState.DIALLING:
        return
    queue = board.queues[one.row.queue]
    is_open = board.opens(queue.id, turn.now) == turn.now
    if not board.exchange_up or not is_open or not _has_agent(board, one, queue, turn.now):
        # In the meantime the agent has taken a caller, say. Nobody was dialled: it is due as before.
        talk.end(turn, call, EndedBy.NOT_REACHED)
        return
    one.rung = True
    dial.begin(turn, call, None, consults=False, ring_ms=dial.ring_ms(board, call))


def answered(turn: Turn, call: Call) -> None:
    """The customer is there: hears why we call, then music, at the head of the queue with the place that was kept."""
    board = turn.board
    one = callback.attempt_of(board, call)
    queue = board.queues.get(one.row.queue) if one is not None else None
    if one is None or queue is None:
        talk.hang_up(turn, call)
        return
    call.until, call.answered_at = None, turn.now
    call.queue, call.priority, call.urgent = queue.id, queue.priority, queue.urgent
    take_up(call, one)
    turn.note(call, Why.ENTERED, detail=queue.id)
    turn.move(call, CallState.WAITING, SegmentOutcome.ANSWERED)
    turn.place_in_queue(call)
    here = Phrase(sentence=Sentence.CALL_BACK_HERE)
    turn.do(Announce(leg=call.leg, phrases=(here,), language=queue.language, answer=False))


def take_up(call: Call, one: CallBack) -> None:
    """The customer's place: that of the original entry, before who came later (D14)."""
    call.callback, call.for_queue = one.id, one.row.queue
    if call.queue == one.row.queue:
        # It counted the first call already (D15).
        call.visited.add(one.row.queue)
        call.entered_at, call.returned = one.order()[0], call.taken_at is None


def found(turn: Turn, call: Call, leg: LegFound) -> None:
    """After a restart: the customer has answered meanwhile, rings on, or was perhaps never rung; once in any case."""
    if leg.answered:
        answered(turn, call)
    elif leg.begun:
        call.until = turn.now + dial.ring_ms(turn.board, call)
        turn.wake_call(call.until, call)
    else:
        talk.hang_up(turn, call)


# --- a customer who waits ---


def watch(turn: Turn, call: Call) -> None:
    """Set the moment at which is asked whether anybody is left who could take the customer."""
    queue = _queue(turn.board, call)
    if queue is not None:
        turn.wake_call(max(turn.now + 1, call.segment_since + queue.callback.offer_ms), call)


def due(turn: Turn, call: Call) -> None:
    """Whom we called does not wait where nobody is any more; as long as somebody is, the head is a good place."""
    queue = _queue(turn.board, call)
    if queue is None or turn.now < call.segment_since + queue.callback.offer_ms:
        return
    if offer.is_staffed(turn.board, queue) or call.partner is not None:
        turn.wake_call(turn.now + queue.callback.offer_ms, call)
    else:
        exits.lead_out(turn, call, exits.NOTHING_LEFT, ExitReason.LEAVE_UNAVAILABLE.value)


def _queue(board: Board, call: Call) -> Queue | None:
    """The queue that a customer waits in for whoever is free; None: does not wait, or was not called by us."""
    if call.state is not CallState.WAITING or not call.awaits_first_agent or call.person is not None:
        return None
    return board.queues.get(call.queue) if call.queue is not None else None
