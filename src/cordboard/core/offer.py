"""Offering: who sees a waiting call as a card, whose device rings for it, and who gets it.

Manual 2.1, 2.2; statements 2.1-a to 2.2-c; decisions D2 (strategies), D3 (ring time-out), D4 (reject),
D6 (urgent), D13 (reservation, cherry-pick).
"""

from __future__ import annotations

from cordboard.core import line as lines
from cordboard.core.agent import Agent, LineState
from cordboard.core.call import Call, CallState, Note, Offer
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue
from cordboard.core.records import AwayChanged, SegmentOutcome
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Instant, Strategy, UserId

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


def distribute(turn: Turn) -> None:
    """Bring every offer and every ringing device in line with who waits and who is free."""
    board = turn.board
    if not board.exchange_up:
        return
    waiting = board.waiting()
    reserved: set[UserId] = set()
    for call in waiting:
        queue = board.queues[call.queue] if call.queue is not None else None
        if queue is None:
            continue
        wanted = _wanted(turn, call, queue, reserved)
        for agent_id in [a for a in call.offers if a not in wanted]:
            turn.close_offer(call, board.agents[agent_id], SegmentOutcome.WITHDRAWN)
        for agent_id, nobody_else in wanted.items():
            if agent_id not in call.offers:
                agent = board.agents[agent_id]
                call.offers[agent.id] = Offer(agent=agent.id, since=turn.now, nobody_else=nobody_else)
                turn.show_call(call)
                turn.show_agent(agent)
    offered: dict[UserId, list[Call]] = {}
    for call in waiting:
        for agent_id in call.offers:
            offered.setdefault(agent_id, []).append(call)
    for agent in board.agents.values():
        _ring_for_the_first(turn, agent, offered.get(agent.id, []))


def _may_be_offered(turn: Turn, agent: Agent, call: Call) -> bool:
    """The agent could take this call now: free, or for an urgent call also in a call (D6)."""
    board = turn.board
    if agent.away or agent.wrap_up is not None or not board.is_reachable(agent):
        return False
    if agent.line_lost_until is not None or (agent.line and agent.line.state is LineState.ANSWERING):
        return False
    if agent.calls and not call.urgent:
        return False
    not_before = call.not_before.get(agent.id, 0)
    if not_before > turn.now:
        turn.wake(not_before)
        return False
    return True


def _wanted(turn: Turn, call: Call, queue: Queue, reserved: set[UserId]) -> dict[UserId, bool]:
    """Who should have an offer for this call; the value says "nobody else is free" (D4)."""
    able = [
        a for a in (turn.board.agents[i] for i in sorted(queue.signed_in)) if _may_be_offered(turn, a, call)
    ]
    willing = [a for a in able if a.id not in call.rejected]
    if queue.strategy is Strategy.LONGEST_IDLE:
        willing = _one_at_a_time(turn, call, willing, reserved)
    if willing or (queue.strategy is Strategy.LONGEST_IDLE and any(a.id not in call.rejected for a in able)):
        return {a.id: False for a in willing}
    again = {}
    for agent in able:
        due = call.rejected[agent.id] + NOBODY_ELSE_MS
        if due <= turn.now:
            again[agent.id] = True
        else:
            turn.wake(due)
    return again


def _one_at_a_time(turn: Turn, call: Call, willing: list[Agent], reserved: set[UserId]) -> list[Agent]:
    """Longest idle first; who has the offer keeps it until it rang its time (a lease, D2)."""

    def can_ring(agent: Agent) -> bool:
        device = turn.board.device_of(agent)
        if device is not None and device.quiet_until > turn.now:
            turn.wake(device.quiet_until)
            return False
        return True

    holder = next((a for a in willing if a.id in call.offers and a.id not in reserved), None)
    if holder is None:
        free = [a for a in willing if a.id not in reserved and can_ring(a)]
        if free and all(a.id in call.tried for a in free):
            call.tried.clear()
        untried = [a for a in free if a.id not in call.tried]
        holder = min(untried, key=lambda a: (a.idle_since, a.id), default=None)
    if holder is None:
        return []
    reserved.add(holder.id)
    return [holder]


def _ring_for_the_first(turn: Turn, agent: Agent, offered: list[Call]) -> None:
    """The device rings for one call at a time: the first of the agent's offers (D2)."""
    first = offered[0] if offered else None
    if agent.line is not None:
        if agent.line.state is LineState.RINGING:
            rung = turn.board.calls.get(agent.line.call) if agent.line.call is not None else None
            if rung is None or agent.id not in rung.offers:
                lines.stop_ringing(turn, agent, elsewhere=rung is not None and rung.agent is not None)
            elif first is not None and first.urgent and not rung.urgent:
                # An urgent caller must not wait behind a ring for a general one.
                lines.stop_ringing(turn, agent, elsewhere=False)
        return
    device = turn.board.device_of(agent)
    if first is None or agent.calls or device is None or not device.registered:
        return
    if device.quiet_until > turn.now:
        turn.wake(device.quiet_until)
        return
    assert first.queue is not None, first
    until = turn.now + turn.board.queues[first.queue].ring_ms
    lines.ring(turn, agent, first, at_once=False, until=until, state=LineState.RINGING)


def claim(turn: Turn, agent: Agent, call: Call) -> None:
    """This agent gets the call; every other card for it goes."""
    assert call.state is CallState.WAITING, call
    for agent_id in list(call.offers):
        other = turn.board.agents[agent_id]
        won = other is agent
        turn.close_offer(call, other, SegmentOutcome.ANSWERED if won else SegmentOutcome.ELSEWHERE)
    agent.misses = 0
    call.agent, call.note = agent.id, None
    agent.calls.append(call.id)
    turn.move(call, CallState.CONNECTING, SegmentOutcome.ANSWERED)
    turn.show_agent(agent)


def unclaim(turn: Turn, agent: Agent, call: Call) -> None:
    """The agent's device did not come up: the call waits again, with its old place (D13)."""
    assert call.state is CallState.CONNECTING, call
    agent.calls.remove(call.id)
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
    if agent.id not in call.offers or call.queue is None:
        return
    if turn.board.queues[call.queue].strategy is not Strategy.RING_ALL:
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
