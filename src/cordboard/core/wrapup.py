"""Wrap-up: time after a call in which nothing is offered.

Manual 2.3 to 2.5; statements 2.3-a to 2.5-e; decisions D9 (automatic), D10 (manual).
"""

from __future__ import annotations

from cordboard.core.agent import Agent, WrapUp
from cordboard.core.board import Board
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue, WrapUpMode
from cordboard.core.records import WrapUpChanged, WrapUpKind
from cordboard.core.refusals import Code, Refused
from cordboard.core.rules import HouseRules
from cordboard.core.turn import Left, Turn
from cordboard.core.types import Direction, Instant, QueueId, Right

OPEN_ENDED_MS = 24 * 60 * 60 * 1000
"""Stands for "no end" among wrap-ups that were earned, so that it is the longest."""


def after_calls(turn: Turn, left: list[Left]) -> None:
    """These agents left these calls: earn their wrap-up, and begin it for who has no other call."""
    for each in left:
        _earn(turn, each)
    for agent in {each.agent.id: each.agent for each in left}.values():
        begin_if_free(turn, agent)


def _earn(turn: Turn, left: Left) -> None:
    agent, call = left.agent, left.call
    if agent.armed and not agent.calls and not agent.signed_in and call.direction is Direction.OUT:
        agent.armed = False
        turn.say(agent, Saying.WRAP_UP_NEEDS_SIGN_IN)
        _changed(turn, agent)
    earned, queue = _earned(turn, left)
    if earned > agent.pending_wrap_up_ms:
        agent.pending_wrap_up_ms, agent.pending_wrap_up_queue = earned, queue


def _earned(turn: Turn, left: Left) -> tuple[int, QueueId | None]:
    """How long, and by whose rules: a queue's (2.3), or the organisation's after an outgoing call (2.5).

    Direct calls and calls between colleagues give none, nor does a conversation of a few seconds (2.3-i, 2.3-j, D9).
    """
    rules, call = turn.board.rules, left.call
    talked = left.talked_ms >= rules.short_talk_ms
    if call.direction is Direction.OUT and call.made_by == left.agent.id and call.for_queue is None:
        outside = call.to is None
        reached = talked or (call.answered_at is None and rules.outbound_wrap_up_unanswered)
        return (rules.outbound_wrap_up_ms if outside and reached else 0), None
    # A callback is made for a queue and has that queue's wrap-up (2.5-f).
    of_queue = call.for_queue if call.for_queue is not None else left.queue
    queue = turn.board.queues.get(of_queue) if of_queue is not None else None
    if queue is None or not talked:
        return 0, None
    if queue.wrap_up_mode is WrapUpMode.OPEN_ENDED:
        return OPEN_ENDED_MS, queue.id
    return queue.wrap_up_ms, queue.id


def begin_if_free(turn: Turn, agent: Agent) -> None:
    """Begin what was earned or asked for; several calls give the longest single wrap-up, not the sum (D9)."""
    if agent.calls:
        if agent.pending_wrap_up_ms:
            _changed(turn, agent)
        return
    earned, queue = agent.pending_wrap_up_ms, agent.pending_wrap_up_queue
    if agent.armed:
        fixed = queue if _is_fixed(turn.board, queue) else None
        agent.wrap_up = WrapUp(kind=WrapUpKind.MANUAL, since=turn.now, until=None, queue=fixed)
    elif earned and agent.signed_in:
        until = turn.now + earned if earned < OPEN_ENDED_MS else None
        agent.wrap_up = WrapUp(kind=WrapUpKind.AUTOMATIC, since=turn.now, until=until, queue=queue)
    elif not earned:
        return
    agent.armed, agent.pending_wrap_up_ms, agent.pending_wrap_up_queue = False, 0, None
    wake(turn, agent)
    _changed(turn, agent)


def wake(turn: Turn, agent: Agent) -> None:
    """Set the moment at which a wrap-up ends, or at which the agent is reminded of it."""
    wrap_up = agent.wrap_up
    if wrap_up is None:
        return
    if wrap_up.until is not None:
        turn.wake(wrap_up.until, agent)
        return
    rules = turn.board.rules
    for at in (_next_reminder(rules, wrap_up), _next_word(rules, wrap_up)):
        if at is not None:
            turn.wake(max(turn.now + 1, at), agent)
    limit = rules.manual_wrap_up_ms_max
    if limit is not None:
        turn.wake(max(turn.now + 1, wrap_up.since + limit), agent)


def _next_reminder(rules: HouseRules, wrap_up: WrapUp) -> Instant | None:
    """When its agent is reminded; None: never."""
    every = rules.manual_wrap_up_remind_ms
    return (wrap_up.reminded_at or wrap_up.since) + every if every is not None else None


def _next_word(rules: HouseRules, wrap_up: WrapUp) -> Instant | None:
    """When those who supervise are told; None: never."""
    every = rules.manual_wrap_up_told_ms
    return wrap_up.since + (wrap_up.told + 1) * every if every is not None else None


def count(rules: HouseRules, wrap_up: WrapUp, now: Instant) -> None:
    """What of it is past has been said: a restart says nothing a second time, and what is late is said once."""
    remind, tell = rules.manual_wrap_up_remind_ms, rules.manual_wrap_up_told_ms
    lasted = now - wrap_up.since
    if remind is not None and lasted >= remind:
        wrap_up.reminded_at = now - lasted % remind
    wrap_up.told = lasted // tell if tell is not None else 0


def start(turn: Turn, agent: Agent) -> None:
    """The green clock: now, after the call, or an automatic one made open-ended (D10).

    In an outgoing call it needs a sign-in to a queue, and is otherwise ignored with a word (2.5-c).

    Raises:
        Refused: `wrap_up_not_allowed`; nothing has changed.
    """
    if Right.MANUAL_WRAP_UP not in agent.rights:
        raise Refused(Code.WRAP_UP_NOT_ALLOWED)
    if agent.calls:
        if not agent.signed_in and all(c.direction is Direction.OUT for c in turn.board.calls_of(agent)):
            turn.say(agent, Saying.WRAP_UP_NEEDS_SIGN_IN)
            return
        agent.armed = True
    elif agent.wrap_up is not None:
        before = agent.wrap_up
        fixed = before.queue if _is_fixed(turn.board, before.queue) else None
        agent.wrap_up = WrapUp(
            kind=WrapUpKind.MANUAL, since=before.since, until=None, queue=fixed, extended=before.extended
        )
    else:
        agent.wrap_up = WrapUp(kind=WrapUpKind.MANUAL, since=turn.now, until=None)
    wake(turn, agent)
    _changed(turn, agent)


def stop(turn: Turn, agent: Agent) -> None:
    """The clock again: available, or the armed wrap-up is off.

    Raises:
        Refused: `no_wrap_up`, or `wrap_up_fixed` when the queue lets nobody end it early; nothing has changed.
    """
    if agent.wrap_up is None and not agent.armed:
        raise Refused(Code.NO_WRAP_UP)
    if not may_stop(turn.board, agent, turn.now):
        raise Refused(Code.WRAP_UP_FIXED)
    finish(turn, agent)


def may_stop(board: Board, agent: Agent, now: Instant) -> bool:
    """The agent may end it now (D9). What a strict queue gave lasts its time, made open-ended or not."""
    queue, wrap_up = _queue_of(board, agent), agent.wrap_up
    if queue is None or wrap_up is None or not _is_fixed(board, queue.id):
        return True
    return now >= wrap_up.since + queue.wrap_up_ms + wrap_up.extended * queue.wrap_up_extend_ms


def _is_fixed(board: Board, queue: QueueId | None) -> bool:
    """Nobody ends a wrap-up of this queue early."""
    rules = board.queues.get(queue) if queue is not None else None
    return rules is not None and rules.wrap_up_mode is WrapUpMode.TIMED_NO_EARLY_EXIT


def may_extend(board: Board, agent: Agent) -> bool:
    """It can be lengthened once more (D9)."""
    queue, wrap_up = _queue_of(board, agent), agent.wrap_up
    return (
        queue is not None
        and wrap_up is not None
        and wrap_up.until is not None
        and wrap_up.extended < queue.wrap_up_extends_max
    )


def _queue_of(board: Board, agent: Agent) -> Queue | None:
    queue = agent.wrap_up.queue if agent.wrap_up is not None else None
    return board.queues.get(queue) if queue is not None else None


def extend(turn: Turn, agent: Agent) -> None:
    """A little more time (D9).

    Raises:
        Refused: `no_wrap_up`, `wrap_up_fixed`; nothing has changed.
    """
    wrap_up, queue = agent.wrap_up, _queue_of(turn.board, agent)
    if wrap_up is None:
        raise Refused(Code.NO_WRAP_UP)
    if queue is None or wrap_up.until is None or not may_extend(turn.board, agent):
        raise Refused(Code.WRAP_UP_FIXED)
    wrap_up.extended += 1
    wrap_up.until += queue.wrap_up_extend_ms
    wake(turn, agent)
    _changed(turn, agent)


def finish(turn: Turn, agent: Agent) -> None:
    """No wrap-up any more, whether it ran or was armed; one that follows live calls stays earned."""
    if agent.wrap_up is None and not agent.armed:
        return
    agent.wrap_up, agent.armed = None, False
    agent.idle_since = turn.now
    _changed(turn, agent)


def give_way(turn: Turn, agent: Agent) -> None:
    """The agent takes a call: a wrap-up that runs ends; one that is armed still follows (D9, D10)."""
    if agent.wrap_up is not None:
        finish(turn, agent)


def drop(turn: Turn, agent: Agent) -> None:
    """The agent leaves: no wrap-up, not armed and none to follow (D17)."""
    if agent.pending_wrap_up_ms:
        agent.pending_wrap_up_ms, agent.pending_wrap_up_queue = 0, None
        if agent.wrap_up is None and not agent.armed:
            _changed(turn, agent)
    finish(turn, agent)


def due(turn: Turn, agent: Agent) -> None:
    """End a wrap-up whose time is over (2.3-g); remind of one that has no end (D10)."""
    wrap_up = agent.wrap_up
    if wrap_up is None:
        return
    rules = turn.board.rules
    limit = rules.manual_wrap_up_ms_max
    if wrap_up.until is not None:
        if wrap_up.until <= turn.now:
            finish(turn, agent)
    elif limit is not None and wrap_up.since + limit <= turn.now:
        finish(turn, agent)
        turn.say(agent, Saying.WRAP_UP_LIMIT)
    else:
        reminder, word = _next_reminder(rules, wrap_up), _next_word(rules, wrap_up)
        if reminder is not None and reminder <= turn.now:
            wrap_up.reminded_at = turn.now
            turn.say(agent, Saying.WRAP_UP_GOES_ON)
        if word is not None and word <= turn.now:
            _tell(turn, agent, wrap_up)
        wake(turn, agent)


def _tell(turn: Turn, agent: Agent, wrap_up: WrapUp) -> None:
    """Once, also when it was several times that passed: the rule may be another than a moment ago."""
    every = turn.board.rules.manual_wrap_up_told_ms
    assert every is not None, wrap_up
    wrap_up.told = (turn.now - wrap_up.since) // every
    for other in turn.board.agents.values():
        if other is not agent and Right.SUPERVISE in other.rights:
            turn.say(other, Saying.WRAP_UP_LONG, name=agent.name)


def _changed(turn: Turn, agent: Agent) -> None:
    remember(turn, agent)
    turn.show_agent(agent)


def remember(turn: Turn, agent: Agent) -> None:
    """Have the database keep the agent's wrap-up, or that there is none."""
    wrap_up = agent.wrap_up
    turn.remember(
        WrapUpChanged(
            agent=agent.id,
            kind=wrap_up.kind if wrap_up is not None else None,
            since=wrap_up.since if wrap_up is not None else None,
            until=wrap_up.until if wrap_up is not None else None,
            pending_ms=agent.pending_wrap_up_ms,
            armed=agent.armed,
            at=turn.now,
            queue=wrap_up.queue if wrap_up is not None else agent.pending_wrap_up_queue,
            extended=wrap_up.extended if wrap_up is not None else 0,
        )
    )
