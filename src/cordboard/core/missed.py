"""Callers to whom nobody spoke: a list to work through beside the planning of call backs (D14, D16, D21, D29).

One entry for each caller of a queue, however often that caller tried. It goes by itself when somebody who may see the
queue has spoken with that number, in or out; until then who calls puts a name to it, so that nobody is called twice.
Every change is written whole, so that a restart goes on from it. On the board stand only entries that are open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cordboard.core import dial
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.notices import Thing
from cordboard.core.records import CallBackRow, MissedRow, MissedWhy
from cordboard.core.refusals import Code, Refused
from cordboard.core.rules import ExitReason
from cordboard.core.transitions import MISSED, missed_state
from cordboard.core.turn import Ended, Turn
from cordboard.core.types import CallId, Direction, EndedBy, MissedId, QueueId, Right, UserId

KEPT_MS = 7 * 24 * 3_600_000
"""Whom nobody called in so long is no work any more; history has the call."""
OPEN_MAX = 500
"""Entries of one organisation; past it the oldest goes. More is no list that people work through."""
_NOBODYS = frozenset({CallState.WAITING, CallState.CONNECTING, CallState.LEAVING})
_BY = frozenset({EndedBy.CALLER, EndedBy.EXIT, EndedBy.UNKNOWN})
W = MissedWhy


# --- who is missed ---


def after(turn: Turn, ended: Ended) -> None:
    """A call is over: its caller may have been missed, or it was an attempt to reach one."""
    call = ended.call
    if call.direction is Direction.OUT:
        _attempt_over(turn, ended)
        return
    why = _why(turn.board, ended)
    if why is None or call.queue is None:
        return
    if why is not W.MESSAGE and turn.board.promised_to(call.queue, call.number) is not None:
        # That is in the planning, and comes here if it fails.
        return
    _missed(
        turn,
        MissedRow(
            id=MissedId(call.id),
            queue=call.queue,
            number=call.number,
            name=call.name,
            at=call.entered_at,
            why=why,
            message=call.message,
            last_call=call.id,
            written_at=turn.now,
        ),
    )


def _why(board: Board, ended: Ended) -> MissedWhy | None:
    """Why this caller was not helped; None: somebody spoke to the caller, or one of ours ended it."""
    call, state = ended.call, ended.state
    if ended.by is EndedBy.LOST:
        return W.INTERRUPTED
    helped = call.answered_at is not None and state not in _NOBODYS
    if ended.by not in _BY or helped or state is CallState.TRANSFERRED:
        return None
    if call.message is not None:
        return W.MESSAGE
    if state is not CallState.LEAVING and ended.by is not EndedBy.EXIT:
        return W.ABANDONED
    queue = board.queues.get(call.queue) if call.queue is not None else None
    # After a restart it is not known any more why the caller was led out.
    shut = queue is not None and not queue.open
    if call.led_out is not None:
        shut = call.led_out == ExitReason.CLOSED.value
    return W.CLOSED if shut else W.NOT_HELPED


def then(turn: Turn, call: Call, why: MissedWhy) -> None:
    """A call that is told of only afterwards (F2) was not helped."""
    board = turn.board
    if call.queue is None or call.entered_at < turn.now - KEPT_MS:
        return
    if why is not W.INTERRUPTED and board.promised_to(call.queue, call.number) is not None:
        return
    if call.number is not None and any(
        one.number == call.number and one.answered_at is not None and one.answered_at >= call.entered_at
        for one in board.calls.values()
    ):
        # Somebody is speaking with this caller now.
        return
    new = MissedRow(
        id=MissedId(call.id),
        queue=call.queue,
        number=call.number,
        name=call.name,
        at=call.entered_at,
        why=why,
        last_call=call.id,
        written_at=turn.now,
    )
    known = _open_of(board, new.queue, new.number)
    if known is not None and known.at > new.at:
        # A later call of the same caller was told of before.
        _change(turn, known, times=known.times + 1)
    else:
        _missed(turn, new)


def spoken_with_then(turn: Turn, call: Call) -> None:
    """Somebody spoke with this caller on a telephone, and it is told of only afterwards (F2)."""
    agent = turn.board.agents.get(call.agent) if call.agent is not None else None
    for row in list(turn.board.missed.values()):
        if row.number is None or row.number != call.number or row.at > call.since:
            continue
        if row.queue == call.queue or (agent is not None and is_of(turn.board, agent, row)):
            _close(turn, row, call.agent)


def callback_failed(turn: Turn, row: CallBackRow) -> None:
    """The last attempt came to nothing (3.6-i)."""
    _missed(
        turn,
        MissedRow(
            id=MissedId(row.id),
            queue=row.queue,
            number=row.number,
            name=row.name,
            at=turn.now,
            why=W.CALLBACK_FAILED,
            written_at=turn.now,
        ),
    )


def message_left(turn: Turn, call: CallId, name: str) -> None:
    """The recording of a caller who has hung up already is there."""
    for row in turn.board.missed.values():
        if row.last_call == call:
            _change(turn, row, why=W.MESSAGE, message=name)
            return


def _missed(turn: Turn, new: MissedRow) -> None:
    """One more entry, or one more call of who has one: the newest counts."""
    board = turn.board
    known = _open_of(board, new.queue, new.number)
    if known is not None:
        _change(
            turn,
            known,
            name=new.name or known.name,
            at=new.at,
            why=new.why,
            message=new.message or known.message,
            times=known.times + (new.why is not W.CALLBACK_FAILED),
            last_call=new.last_call or known.last_call,
        )
        return
    board.missed[new.id] = new
    turn.remember(new)
    turn.show(Thing.MISSED, new.id)
    if len(board.missed) > OPEN_MAX:
        _close(turn, min(board.missed.values(), key=lambda row: (row.at, row.id)), None)


def _open_of(board: Board, queue: QueueId, number: str | None) -> MissedRow | None:
    """The entry of this caller; of withheld numbers nobody knows whose they are."""
    if number is None:
        return None
    return next((r for r in board.missed.values() if (r.queue, r.number) == (queue, number)), None)


# --- what becomes of an entry ---


def _change(turn: Turn, row: MissedRow, **values: Any) -> MissedRow:
    """It is so from now on: kept, and shown."""
    after_it = replace(row, written_at=turn.now, **values)
    before, now = missed_state(row), missed_state(after_it)
    assert now is before or now in MISSED[before], (row, after_it)
    turn.board.missed[row.id] = after_it
    turn.remember(after_it)
    turn.show(Thing.MISSED, row.id)
    return after_it


def _close(turn: Turn, row: MissedRow, agent: UserId | None) -> None:
    """Nobody has to call any more; None: no person's doing."""
    _change(turn, row, closed_at=turn.now, closed_by=agent, attempt=None)
    del turn.board.missed[row.id]


def _drop_claim(turn: Turn, row: MissedRow, **values: Any) -> None:
    _change(turn, row, claimed_by=None, claimed_at=None, attempt=None, **values)


def spoken_with(turn: Turn, call: Call) -> None:
    """Somebody of ours and this party hear each other: who may see the queue has done its work for everybody."""
    agent = turn.board.agents.get(call.agent) if call.agent is not None else None
    if agent is None:
        # Passed on while it rang: somebody else speaks with this party, and of ours nobody did.
        for row in list(turn.board.missed.values()):
            if row.attempt == call.id:
                _drop_claim(turn, row, **_one_more(turn, row))
        return
    if call.number is None:
        return
    for row in list(turn.board.missed.values()):
        if row.number != call.number:
            continue
        if row.queue in (call.queue, call.for_queue) or is_of(turn.board, agent, row):
            _close(turn, row, agent.id)


def promised(turn: Turn, queue: QueueId, number: str) -> bool:
    """This caller is called back by the planning from now on. True: the caller stood in this list."""
    row = _open_of(turn.board, queue, number)
    if row is not None:
        _close(turn, row, row.claimed_by)
    return row is not None


def _attempt_over(turn: Turn, ended: Ended) -> None:
    """Who called was not answered, or it did not come to dialling: anybody may call again."""
    for row in list(turn.board.missed.values()):
        if row.attempt == ended.call.id:
            dialled = ended.state is CallState.DIALLING
            _drop_claim(turn, row, **(_one_more(turn, row) if dialled else {}))


def _one_more(turn: Turn, row: MissedRow) -> dict[str, Any]:
    return {"attempts": row.attempts + 1, "last_attempt_at": turn.now}


def let_go(turn: Turn, agent: UserId) -> None:
    """Who is gone calls nobody any more."""
    for row in list(turn.board.missed.values()):
        if row.claimed_by == agent and row.attempt is None:
            _drop_claim(turn, row)


def look_at_all(turn: Turn) -> None:
    """After a restart: a call that ended unseen holds nobody's entry."""
    for row in list(turn.board.missed.values()):
        if row.attempt is not None and row.attempt not in turn.board.calls:
            _drop_claim(turn, row, **_one_more(turn, row))


def forget_old(turn: Turn) -> None:
    """A new day: what is too old is closed, and who said yesterday "I call" did not."""
    for row in list(turn.board.missed.values()):
        if row.at < turn.now - KEPT_MS:
            _close(turn, row, None)
        elif row.claimed_by is not None and row.attempt is None:
            _drop_claim(turn, row)


# --- what people do ---


def is_of(board: Board, agent: Agent, row: MissedRow) -> bool:
    """The queue is one of any of the agent's groups, or is no more."""
    queue = board.queues.get(row.queue)
    return queue is None or bool(queue.groups & agent.groups)


def may_see(board: Board, agent: Agent, row: MissedRow) -> bool:
    """As in the planning (3.6-v)."""
    return Right.CALLBACK_SEE in agent.rights and is_of(board, agent, row)


def find(board: Board, agent: Agent, missed: MissedId) -> MissedRow:
    """The entry, for who works with it.

    Raises:
        Refused: `no_right`, or `missed_gone`: closed meanwhile, or not for this agent's eyes.
    """
    if Right.CALLBACK_MANAGE not in agent.rights:
        raise Refused(Code.NO_RIGHT)
    row = board.missed.get(missed)
    if row is None or not is_of(board, agent, row):
        raise Refused(Code.MISSED_GONE)
    return row


def claim(turn: Turn, agent: Agent, row: MissedRow, *, confirmed: bool) -> None:
    """I call this one; asked twice it changes nothing.

    Args:
        confirmed: also where a colleague is at it already.

    Raises:
        Refused: `missed_claimed` with the colleague's name; nothing has changed.
    """
    require_nobody(turn.board, agent, row, confirmed=confirmed)
    if row.claimed_by != agent.id:
        _change(turn, row, claimed_by=agent.id, claimed_at=turn.now, attempt=None)


def require_nobody(board: Board, agent: Agent, row: MissedRow, *, confirmed: bool) -> None:
    """No colleague is at this number, in this queue or another one, or it does not matter.

    Raises:
        Refused: `missed_claimed` with the colleague's name.
    """
    colleague = _colleague_at(board, agent, row)
    if colleague is not None and not confirmed:
        raise Refused(Code.MISSED_CLAIMED, name=colleague.name)


def _colleague_at(board: Board, agent: Agent, row: MissedRow) -> Agent | None:
    same = [row]
    if row.number is not None:
        same += [other for other in board.missed.values() if other.number == row.number]
    at_it = [other.claimed_by for other in same]
    if row.number is not None:
        at_it += [call.agent for call in board.calls.values() if call.number == row.number]
    return next(
        (board.agents[a] for a in at_it if a is not None and a != agent.id and a in board.agents), None
    )


def require_callable(board: Board, agent: Agent, row: MissedRow) -> UserId | None:
    """This agent may call the number; gives the colleague whose it is, None: an outside number.

    Raises:
        Refused: `bad_number` (withheld, or nothing that can be called), `number_not_allowed`, `out_of_date` (the
            agent is calling it now); nothing has changed.
    """
    if row.attempt is not None and row.claimed_by == agent.id:
        raise Refused(Code.OUT_OF_DATE)
    own = next((a for a in board.agents.values() if a.extension == row.number), None)
    if own is not None and row.number is not None:
        return own.id
    found = board.reads(f"+{row.number}") if row.number is not None else None
    if found is None:
        raise Refused(Code.BAD_NUMBER, number=row.number or "")
    dial.may_call(agent, *found)
    return None


def begin(turn: Turn, agent: Agent, row: MissedRow, call: Call) -> None:
    """This call of the agent is the attempt to reach the caller."""
    call.for_queue = row.queue if row.queue in turn.board.queues else None
    _change(turn, row, claimed_by=agent.id, claimed_at=turn.now, attempt=call.id)


def release(turn: Turn, agent: Agent, row: MissedRow) -> None:
    """I do not call after all; of what is not mine nothing changes."""
    if row.claimed_by == agent.id:
        _drop_claim(turn, row)


def close(turn: Turn, agent: Agent, row: MissedRow) -> None:
    """Done with by hand: a withheld number, or nothing to call about."""
    _close(turn, row, agent.id)
