"""Offering: who sees a waiting call as a card, whose device rings for it, and who gets it.

Manual 2.1, 2.2; statements 2.1-a to 2.2-c; decisions D2 (strategies), D3 (ring time-out), D4 (reject),
D6 (urgent), D13 (reservation, cherry-pick).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cordboard.core import line as lines
from cordboard.core import strategy
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Note, Offer, Reason
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue
from cordboard.core.records import AwayChanged, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Instant, QueueId, UserId

RING_PAUSE_MS = 5_000
"""Silence between two rings of the same device for calls that stay offered (D3)."""
MISSES_MAX = 3
"""Unanswered rings in a row after which an agent is set to "not answered" (D3)."""
NOBODY_ELSE_MS = 30_000
"""A rejected call comes back to the rejecter after this, when nobody else is free (D4)."""
URGENT_AGAIN_MS = 3_000
"""An urgent call that a handset rejected rings there again after this (D6)."""
BACK_OFF_MS = 5_000
"""First pause after a device could not be rung; doubles up to BACK_OFF_MS_MAX."""
BACK_OFF_MS_MAX = 60_000


def distribute(turn: Turn, touched_queues: Collection[Queue]) -> bool:
    """Bring every offer and every ringing device in line with who waits and who is free.

    Only callers and agents whom the turn touched are looked at, and those whose turn that may make it.

    Returns:
        True: offers that moved may have freed an agent for a caller of another queue; look again.
    """
    board = turn.board
    everything = turn.look_everywhere
    queues = {queue.id for queue in touched_queues}
    touched = dict(turn.look_agents)
    turn.look_everywhere, turn.look_queues, turn.look_agents = False, set(), {}
    first: dict[UserId, Call] = {}
    able: dict[tuple[QueueId, bool, bool], list[Agent]] = {}
    waiting = board.waiting()
    withdrew = False
    for call in waiting:
        # Who is for one person, or has climbed, depends on agents who need not be in the queue.
        if everything or call.queue in queues or call.rung > 0 or _person(call) is not None:
            withdrew |= _look_at(turn, call, able, first)
            if call.urgent:
                # It may have become so only now, and does not wait behind another ring.
                touched |= {agent_id: board.agents[agent_id] for agent_id in call.offers}
        for agent_id in call.offers:
            if agent_id not in first:
                first[agent_id] = call
    changed = turn.look_agents
    turn.look_queues, turn.look_agents = set(), {}
    if board.exchange_up:
        _ring(turn, first, board.agents.values() if everything else (touched | changed).values())
    turn.look_queues, turn.look_agents = set(), {}
    if everything or not changed or len(waiting) < 2:
        return False
    again = set().union(*(agent.signed_in for agent in changed.values()))
    if not withdrew:
        # Who lost an offer may be free for a caller who was looked at before.
        again -= queues
    turn.look_queues = {
        q for q in again if strategy.rings_alone(board.queues[q]) and any(c.queue == q for c in waiting)
    }
    return bool(turn.look_queues)


def _look_at(
    turn: Turn, call: Call, able: dict[tuple[QueueId, bool, bool], list[Agent]], first: dict[UserId, Call]
) -> bool:
    """Bring this caller's offers in line; True: an agent lost an offer."""
    board = turn.board
    queue = board.queues[call.queue] if call.queue is not None else None
    person = _person(call)
    if person is not None:
        wanted = _of_person(turn, call, person)
    elif queue is None:
        wanted = {}
    else:
        key = (queue.id, call.urgent, call.rung > 0)
        if key not in able:
            able[key] = _able(board, queue, urgent=call.urgent, everybody=call.rung > 0)
        if not able[key] and not call.offers:
            return False
        wanted = _wanted(turn, call, queue, able[key], first)
    withdrew = bool(call.offers) and not call.offers.keys() <= wanted.keys()
    if withdrew:
        for agent_id in [a for a in call.offers if a not in wanted]:
            turn.close_offer(call, board.agents[agent_id], SegmentOutcome.WITHDRAWN)
    # While the exchange is away nobody knows whether the caller is still there.
    if board.exchange_up:
        for agent_id, nobody_else in wanted.items():
            if agent_id not in call.offers:
                agent = board.agents[agent_id]
                call.offers[agent_id] = Offer(agent=agent_id, since=turn.now, nobody_else=nobody_else)
                turn.show_call(call)
                turn.show_agent(agent)
    return withdrew


def _able(board: Board, queue: Queue, *, urgent: bool, everybody: bool) -> list[Agent]:
    """Who could take a call of this queue now: free, or for an urgent call also in a call (D6).

    Args:
        everybody: also people of the queue's groups who are not signed in to it, with a console open.
    """
    who = queue.signed_in
    if everybody:
        who = who | {a.id for a in board.agents.values() if a.console and a.group in queue.groups}
    breaks = urgent and queue.breaks_wrap_up
    return [
        agent
        for agent in (board.agents[a] for a in sorted(who))
        if not agent.away
        and (breaks or (agent.wrap_up is None and agent.pause is None))
        and (urgent or not agent.calls)
        and agent.line_lost_until is None
        and not (agent.line is not None and agent.line.is_coming_up)
        and board.is_reachable(agent)
    ]


def _person(call: Call) -> UserId | None:
    """Whose alone this call is: the one to whom it came back, or whom it is for; None: its queue's."""
    return call.back_to if call.back_to is not None else call.to


def _of_person(turn: Turn, call: Call, person: UserId) -> dict[UserId, bool]:
    """A direct call, one passed on blind, or one that came back: a card for one person, in a call too (D5, D29)."""
    board = turn.board
    agent = board.agents.get(person)
    came_back = call.back_to is not None
    if agent is None or not board.is_reachable(agent) or agent.line_lost_until is not None:
        reason = Reason.UNREACHABLE
    elif agent.pause is not None or (
        agent.wrap_up is not None and (came_back or not board.rules.direct_rings_in_wrap_up)
    ):
        reason = Reason.BUSY
    else:
        return {} if _too_early(turn, call.not_before.get(person, 0)) else {person: False}
    if not came_back and board.exchange_up:
        # The person's own rule is next, or the caller comes back (D29, D7).
        turn.stranded.append((call, reason))
    return {}


def is_staffed(board: Board, queue: Queue) -> bool:
    """Somebody signed in could take its calls, now or after what they are doing; wrap-up and calls count (D21)."""
    return any(
        board.is_reachable(a) and not a.away and a.pause is None
        for a in (board.agents[u] for u in queue.signed_in)
    )


def _one_agent_at_a_time(call: Call, queue: Queue) -> bool:
    """Urgent calls are offered to everybody at once, whatever the queue's strategy (D6)."""
    return strategy.rings_alone(queue) and not call.urgent


def _wanted(
    turn: Turn, call: Call, queue: Queue, able: list[Agent], first: dict[UserId, Call]
) -> dict[UserId, bool]:
    """Who should have an offer for this call; the value says "nobody else is free" (D4)."""
    if call.not_before:
        able = [a for a in able if not _too_early(turn, call.not_before.get(a.id, 0))]
    willing = [a for a in able if a.id not in call.rejected] if call.rejected else able
    nobody_else = not willing
    if nobody_else:
        willing = [a for a in able if not _too_early(turn, call.rejected[a.id] + NOBODY_ELSE_MS)]
    if _one_agent_at_a_time(call, queue):
        willing = _lease(turn, call, queue, willing, first)
    elif (width := strategy.how_many(queue, turn.now - call.since)) is not None and not call.urgent:
        willing = _widening(turn, call, queue, willing, width)
    return {a.id: nobody_else for a in willing}


def _too_early(turn: Turn, due: Instant) -> bool:
    if due <= turn.now:
        return False
    turn.wake(due)
    return True


def _lease(
    turn: Turn, call: Call, queue: Queue, willing: list[Agent], first: dict[UserId, Call]
) -> list[Agent]:
    """Who has the offer keeps it until it rang its time (a lease, D2); then it is the next one's turn."""
    for agent in willing:
        if agent.id in call.offers and (agent.id not in first or _rings_for(agent, call)):
            return [agent]
    free = [a for a in willing if a.id not in first and _can_ring(turn, a, call)]
    if free and all(a.id in call.tried for a in free):
        call.tried.clear()
    chosen = strategy.turn_of(queue, [a for a in free if a.id not in call.tried])
    if chosen is None:
        return []
    queue.last_offered = chosen.id
    return [chosen]


def _widening(turn: Turn, call: Call, queue: Queue, willing: list[Agent], width: int) -> list[Agent]:
    """The longest idle first, then one more after each step; those who ring go on ringing (D2)."""
    chosen = [a for a in willing if a.id in call.offers]
    rest = sorted((a for a in willing if a.id not in call.offers), key=lambda a: (a.idle_since, a.id))
    chosen += rest[: max(0, width - len(chosen))]
    if len(chosen) < len(willing):
        turn.wake(call.since + width * queue.widen_ms)
    return chosen


def _rings_for(agent: Agent, call: Call) -> bool:
    line = agent.line
    return line is not None and line.state is LineState.RINGING and line.call == call.id


def _can_ring(turn: Turn, agent: Agent, call: Call) -> bool:
    """The device could ring for this call now: it is not in a pause, and does not ring for another."""
    device = turn.board.device_of(agent)
    if device is not None and _too_early(turn, device.quiet_until):
        return False
    line = agent.line
    if line is None or line.state is not LineState.RINGING or line.call is None:
        return True
    rung = turn.board.calls.get(line.call)
    return rung is None or agent.id not in rung.offers


def _ring(turn: Turn, first: dict[UserId, Call], agents: Iterable[Agent]) -> None:
    """A device rings for one call at a time, the first of its agent's offers (D2); others fall silent."""
    board = turn.board
    for agent in agents:
        line, call = agent.line, first.get(agent.id)
        if line is not None and line.state is LineState.RINGING:
            rung = board.calls.get(line.call) if line.call is not None else None
            if rung is None or agent.id not in rung.offers:
                lines.stop_ringing(turn, agent, elsewhere=rung is not None and rung.agent is not None)
            elif call is not None and call.urgent and not rung.urgent:
                # An urgent caller must not wait behind a ring for a general one.
                lines.stop_ringing(turn, agent, elsewhere=False)
        elif call is not None and line is None and not agent.calls:
            _ring_device(turn, agent, call)


def _ring_device(turn: Turn, agent: Agent, call: Call) -> None:
    device = turn.board.device_of(agent)
    assert device is not None, agent
    if _too_early(turn, device.quiet_until):
        return
    until = turn.now + _ring_ms(turn, call)
    lines.ring(turn, agent, call, at_once=False, until=until, state=LineState.RINGING)


def _ring_ms(turn: Turn, call: Call) -> int:
    """How long a device rings for this call: the queue's time, or as long as one person has for it."""
    board = turn.board
    if _person(call) is not None or call.queue is None:
        rings = call.transfer.until if call.transfer is not None else call.until
        until = call.back_until if call.back_to is not None else rings
        return max(1_000, until - turn.now) if until is not None else board.rules.direct_ring_ms
    return board.queues[call.queue].ring_ms


def claim(turn: Turn, agent: Agent, call: Call) -> None:
    """This agent gets the call; every other card for it goes."""
    assert call.state is CallState.WAITING, call
    offered = agent.id in call.offers
    for agent_id in list(call.offers):
        other = turn.board.agents[agent_id]
        won = other is agent
        turn.close_offer(call, other, SegmentOutcome.ANSWERED if won else SegmentOutcome.ELSEWHERE)
    agent.misses = 0
    call.picked = call.picked or not offered
    turn.note(call, Why.TAKEN if offered else Why.PICKED, agent)
    call.agent, call.note, call.taken_at = agent.id, None, None
    agent.calls.append(call.id)
    turn.move(call, CallState.CONNECTING, SegmentOutcome.ANSWERED)
    turn.show_agent(agent)


def unclaim(turn: Turn, agent: Agent, call: Call) -> None:
    """The agent's device did not come up: the call waits again, with its old place (D13)."""
    assert call.state is CallState.CONNECTING, call
    agent.calls.remove(call.id)
    turn.left.append((agent, call))
    call.agent, call.note = None, None
    turn.move(call, CallState.WAITING, SegmentOutcome.RETURNED)
    turn.show_agent(agent)


def reject(turn: Turn, agent: Agent, call: Call) -> None:
    """Take this agent's offer back; the caller keeps its place, other agents keep their offers (D4).

    Raises:
        Refused: `urgent_cannot_be_rejected` or `not_offered`; nothing has changed.
    """
    if call.urgent:
        raise Refused(Code.URGENT_CANNOT_BE_REJECTED)
    if agent.id not in call.offers:
        raise Refused(Code.NOT_OFFERED)
    call.rejected[agent.id] = turn.now
    agent.misses = 0
    turn.close_offer(call, agent, SegmentOutcome.REJECTED)
    if call.back_to is not None:
        call.back_to = call.back_until = None
        if call.queue is None:
            turn.stranded.append((call, Reason.REJECTED))
    elif call.to is not None:
        turn.stranded.append((call, Reason.REJECTED))


def rang_out(turn: Turn, agent: Agent) -> None:
    """The device rang its full time (D3)."""
    line = agent.line
    assert line is not None, agent
    assert line.state is LineState.RINGING, agent
    call = turn.board.calls.get(line.call) if line.call is not None else None
    lines.stop_ringing(turn, agent, elsewhere=False)
    _quiet(turn, agent, RING_PAUSE_MS)
    if call is not None:
        _missed(turn, agent, call)


def ringing_ended(turn: Turn, agent: Agent, call: Call | None, *, rejected: bool, unreachable: bool) -> None:
    """The exchange says that a ringing device stopped, not because of us."""
    device = turn.board.device_of(agent)
    if rejected:
        _quiet(turn, agent, URGENT_AGAIN_MS if call is not None and call.urgent else 0)
        if call is not None and agent.id in call.offers:
            if call.urgent:
                # The handset's red key is not a refusal of an urgent call (2.2-c).
                call.not_before[agent.id] = turn.now + URGENT_AGAIN_MS
                turn.close_offer(call, agent, SegmentOutcome.MISSED)
            else:
                reject(turn, agent, call)
    elif unreachable:
        if device is not None:
            device.failures += 1
            _quiet(turn, agent, min(BACK_OFF_MS << (device.failures - 1), BACK_OFF_MS_MAX))
        if call is not None:
            _next_agent(turn, agent, call, SegmentOutcome.WITHDRAWN)
    else:
        _quiet(turn, agent, RING_PAUSE_MS)
        if call is not None:
            _missed(turn, agent, call)


def _missed(turn: Turn, agent: Agent, call: Call) -> None:
    """One unanswered ring: the next agent's turn, and after three in a row the agent is away."""
    agent.misses += 1
    _next_agent(turn, agent, call, SegmentOutcome.MISSED)
    if agent.misses >= MISSES_MAX and not agent.away:
        if _is_last_for_urgent(turn, agent):
            turn.say(agent, Saying.LAST_IN_URGENT)
            return
        agent.away = True
        turn.remember(AwayChanged(agent=agent.id, away=True, at=turn.now))
        turn.say(agent, Saying.SET_AWAY)
        turn.show_agent(agent)


def _next_agent(turn: Turn, agent: Agent, call: Call, outcome: SegmentOutcome) -> None:
    """Where one agent at a time is rung, this one has had the turn; with ring-all the card stays."""
    if agent.id not in call.offers:
        return
    if _person(call) is not None:
        if outcome is SegmentOutcome.WITHDRAWN:
            turn.stranded.append((call, Reason.UNREACHABLE))
        return
    if call.queue is None:
        return
    if _one_agent_at_a_time(call, turn.board.queues[call.queue]):
        call.tried.add(agent.id)
        turn.close_offer(call, agent, outcome)


def _is_last_for_urgent(turn: Turn, agent: Agent) -> bool:
    """Without this agent some urgent queue would have nobody available (D3)."""
    board = turn.board
    return any(
        queue.urgent
        and not any(a != agent.id and board.is_available(board.agents[a]) for a in queue.signed_in)
        for queue in (board.queues[q] for q in agent.signed_in)
    )


def _quiet(turn: Turn, agent: Agent, pause_ms: int) -> None:
    device = turn.board.device_of(agent)
    if device is not None and pause_ms:
        until: Instant = turn.now + pause_ms
        device.quiet_until = until
        turn.wake(until)


def withdraw_all(turn: Turn, call: Call, outcome: SegmentOutcome) -> None:
    """Every card for this call goes."""
    for agent_id in list(call.offers):
        turn.close_offer(call, turn.board.agents[agent_id], outcome)


def note_of(call: Call, agent: Agent) -> Note | None:
    """What the agent must know about this card."""
    offer = call.offers.get(agent.id)
    return Note.NOBODY_ELSE if offer is not None and offer.nobody_else else call.note
