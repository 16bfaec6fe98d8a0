"""Who sees a waiting call as a card, and whose telephone rings for it.

Manual 2.1, 2.2; decisions D2 (strategies), D4 (reject), D5 (direct calls), D6 (urgent).

A turn looks only at the calls and agents that it touched, and at what follows from these; `Overview` keeps who waits
and who is free. Nothing more may be left to change afterwards than a look at everybody would find: the tests look at
everybody after every turn (`tests/support/full_look.py`).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from cordboard.core import line as lines
from cordboard.core import strategy
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Offer, Reason
from cordboard.core.overview import Order, Seat
from cordboard.core.queue import Queue
from cordboard.core.records import SegmentOutcome, Why, WrapUpKind
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Instant, QueueId, UserId

SKIPPED_MAX = 8
"""So many agents who are not rung are named in a call's log; more are counted."""
LOOKS_MAX = 1_000_000
"""Calls looked at in one turn; more is a mistake of ours."""

Candidates = Iterator[tuple[Order, Call]]


@dataclass(slots=True)
class _Look:
    """What is still to be looked at: calls in the order in which they are offered."""

    turn: Turn
    heap: list[tuple[Order, int, Call | None, Agent | None, Candidates | None]] = field(default_factory=list)
    queued: set[CallId] = field(default_factory=set)
    agents: dict[UserId, Agent] = field(default_factory=dict)
    """Whose telephones are still to be looked at."""
    pushed: int = 0

    def at(self, call: Call) -> None:
        """This call may have to be offered to others than it is."""
        if call.id not in self.queued:
            self.queued.add(call.id)
            self._push(self.turn.board.overview.order(call), call, None, None)

    def for_agent(self, agent: Agent, candidates: Candidates) -> None:
        """The first of these calls that wants the agent gets the agent."""
        following = next(candidates, None)
        if following is not None:
            self._push(following[0], following[1], agent, candidates)

    def telephone(self, agent: Agent) -> None:
        """This agent's telephone may have to ring, or to fall silent."""
        line = agent.line
        if agent.offers or (line is not None and line.state is LineState.RINGING):
            self.agents[agent.id] = agent

    def _push(
        self, order: Order, call: Call | None, agent: Agent | None, candidates: Candidates | None
    ) -> None:
        self.pushed += 1
        assert self.pushed < LOOKS_MAX, "offers that never settle"
        heapq.heappush(self.heap, (order, self.pushed, call, agent, candidates))


def distribute(turn: Turn) -> list[Queue]:
    """Bring offers and ringing telephones in line with who waits and who is free.

    Returns:
        The queues whose staff may be another now.
    """
    board = turn.board
    overview = board.overview
    concerned: dict[QueueId, None] = {}
    if turn.look_everywhere or not overview.known:
        overview.forget()
        overview.known = True
        calls, agents = list(board.calls.values()), list(board.agents.values())
        concerned |= dict.fromkeys(board.queues)
    else:
        calls, agents = list(turn.touched_calls.values()), list(turn.touched_agents.values())
    turn.look_everywhere = False
    look = _Look(turn)
    reordered: dict[UserId, Agent] = {}
    for call in calls:
        moved = overview.see_call(call)
        if call.state is CallState.WAITING:
            look.at(call)
            if moved:
                # What was before it is behind it now, or the other way round.
                reordered |= {agent_id: board.agents[agent_id] for agent_id in call.offers}
    # All of them are seen before any of them is offered something.
    seen = [(agent, _seen(board, agent)) for agent in agents]
    for agent, before in seen:
        look.telephone(agent)
        if before is not None:
            for queue_id in sorted(before.queues | agent.signed_in):
                concerned[queue_id] = None
        if overview.places:
            _look_at_agent(look, agent, before)
    for agent in reordered.values():
        look.telephone(agent)
        _look_at_agent(look, agent, None)
    while look.heap or look.agents:
        _settle_offers(look)
        ringing, look.agents = look.agents, {}
        if board.exchange_up:
            for agent in ringing.values():
                _settle_ringing(look, agent)
    # What this look itself touched it has seen to.
    turn.touched_calls.clear()
    turn.touched_agents.clear()
    turn.look_again = False
    return [board.queues[q] for q in concerned]


def _seen(board: Board, agent: Agent) -> Seat | None:
    device = board.device_of(agent)
    engaged = device is not None and device.engaged
    reachable = device is not None and device.registered and not engaged
    return board.overview.see_agent(agent, reachable=reachable, engaged=engaged)


# --- which calls are looked at ---


def _look_at_agent(look: _Look, agent: Agent, before: Seat | None) -> None:
    """The agent is freer or busier than before, or the telephone is: which calls does that concern?

    Args:
        before: how the agent was; None: as now.
    """
    board = look.turn.board
    overview = board.overview
    free = overview.seats[agent.id].why_not is None
    for call_id in list(agent.offers):
        call = board.calls[call_id]
        if _is_for_everybody(board, call):
            if call.queue not in agent.signed_in or not free:
                _withdraw(look, call, agent)
        else:
            look.at(call)
    for call in overview.for_one.get(agent.id, {}).values():
        look.at(call)
    for call in overview.urgent.values():
        if _may_have_urgent(look.turn, call, agent) is not (agent.id in call.offers):
            look.at(call)
    if free:
        _look_for_work(look, agent, anew=before is not None)
    if before is None:
        return
    for queue_id in before.queues | agent.signed_in:
        hall = overview.halls.get(queue_id)
        if hall is not None and hall.particular:
            for call in hall.particular.values():
                look.at(call)


def _look_for_work(look: _Look, agent: Agent, *, anew: bool) -> None:
    """The agent is free: every caller for everybody is offered, or the first who has nobody is."""
    board = look.turn.board
    choosing: list[list[tuple[Order, Call]]] = []
    for queue_id in sorted(agent.signed_in):
        hall, queue = board.overview.hall(queue_id), board.queues[queue_id]
        for call in hall.particular.values():
            if not call.urgent:
                look.at(call)
        if not hall.line:
            continue
        if not strategy.rings_everybody(queue):
            choosing.append(hall.line)
        elif anew and board.exchange_up:
            for _, call in hall.line:
                if agent.id not in call.offers:
                    _offer(look, call, agent, nobody_else=False)
    if choosing and _can_ring(look.turn, agent):
        look.for_agent(agent, heapq.merge(*choosing) if len(choosing) > 1 else iter(choosing[0]))


def _wants_another(turn: Turn, call: Call) -> bool:
    """Nobody has this caller's offer yet, or the ring widens."""
    if not call.offers or call.queue is None:
        return True
    queue = turn.board.queues[call.queue]
    width = strategy.how_many(queue, turn.now - call.since)
    if width is None:
        return False
    turn.wake_call(call.since + width * queue.widen_ms, call)
    return len(call.offers) < width


def _is_for_everybody(board: Board, call: Call) -> bool:
    """Every free agent has a card for it, whoever else has one."""
    place = board.overview.places.get(call.id)
    if place is None or place.queue is None or place.particular:
        return False
    return strategy.rings_everybody(board.queues[place.queue])


def _settle_offers(look: _Look) -> None:
    while look.heap:
        order, _, call, agent, candidates = heapq.heappop(look.heap)
        assert call is not None
        if agent is None:
            look.queued.discard(call.id)
            _settle(look, call)
            continue
        assert candidates is not None
        if not _can_take(look.turn, agent, order):
            continue
        if _wants_another(look.turn, call):
            _settle(look, call)
        look.for_agent(agent, candidates)


def _can_take(turn: Turn, agent: Agent, order: Order) -> bool:
    """Nothing that comes earlier is offered to the agent, and the telephone could ring."""
    overview = turn.board.overview
    calls = turn.board.calls
    return not any(overview.order(calls[c]) < order for c in agent.offers) and _can_ring(turn, agent)


# --- one call ---


def _settle(look: _Look, call: Call) -> None:
    """Offer the call to those who should have it, and to nobody else."""
    turn = look.turn
    board = turn.board
    if call.state is not CallState.WAITING:
        return
    if call.explained_in != call.queue and call.person is None and board.exchange_up:
        _explain(turn, call)
    wanted = _wanted(turn, call)
    if call.offers:
        for agent_id in [a for a in call.offers if a not in wanted]:
            _withdraw(look, call, board.agents[agent_id])
    # While the exchange is away nobody knows whether the caller is still there.
    if board.exchange_up:
        for agent_id, nobody_else in wanted.items():
            if agent_id not in call.offers:
                _offer(look, call, board.agents[agent_id], nobody_else=nobody_else)


def _explain(turn: Turn, call: Call) -> None:
    """Say in the call's log who of this queue is not rung, and why not; many of them as numbers."""
    call.explained_in = call.queue
    if call.queue is None:
        return
    board = turn.board
    hall = board.overview.hall(call.queue)
    if len(hall.others) > SKIPPED_MAX:
        for why, number in hall.reasons.items():
            if number and not (call.urgent and why is Why.SKIPPED_BUSY):
                turn.note(call, why, detail=str(number))
        return
    for agent_id, why in hall.others.items():
        if agent_id not in call.noted and not (call.urgent and why is Why.SKIPPED_BUSY):
            call.noted.add(agent_id)
            turn.note(call, why, board.agents[agent_id])


def _offer(look: _Look, call: Call, agent: Agent, *, nobody_else: bool) -> None:
    turn = look.turn
    call.offers[agent.id] = Offer(agent=agent.id, since=turn.now, nobody_else=nobody_else)
    before = list(agent.offers)
    agent.offers[call.id] = None
    if agent.id not in call.noted:
        call.noted.add(agent.id)
        turn.note(call, Why.OFFERED, agent)
    turn.show_call(call)
    turn.show_agent(agent)
    look.telephone(agent)
    # A later caller who has this agent alone, and is not rung for, needs another one.
    for call_id in before:
        other = turn.board.calls[call_id]
        if not _is_for_everybody(turn.board, other):
            look.at(other)


def _withdraw(look: _Look, call: Call, agent: Agent) -> None:
    turn = look.turn
    turn.close_offer(call, agent, SegmentOutcome.WITHDRAWN)
    if not _is_for_everybody(turn.board, call):
        # Where everybody is rung this says no more than that somebody is busy.
        turn.note(call, Why.WITHDRAWN, agent)
    look.telephone(agent)
    if turn.board.overview.seats[agent.id].why_not is None:
        _look_for_work(look, agent, anew=False)


def _wanted(turn: Turn, call: Call) -> dict[UserId, bool]:
    """Who should have an offer for this call; the value says "nobody else is free" (D4)."""
    board = turn.board
    if call.person is not None:
        return _of_person(turn, call, call.person)
    queue = board.queues.get(call.queue) if call.queue is not None else None
    if queue is None:
        return {}
    able = _able(board, call, queue)
    if call.not_before:
        able = [a for a in able if not too_early(turn, call, call.not_before.get(a.id, 0))]
    willing = [a for a in able if a.id not in call.rejected] if call.rejected else able
    nobody_else = not willing
    if nobody_else:
        willing = [
            a for a in able if not too_early(turn, call, call.rejected[a.id] + board.rules.rejected_back_ms)
        ]
    if not call.urgent:
        # Urgent calls are offered to everybody at once, whatever the queue's strategy (D6).
        if strategy.rings_alone(queue):
            willing = _lease(turn, call, queue, willing)
        elif (width := strategy.how_many(queue, turn.now - call.since)) is not None:
            willing = _widening(turn, call, queue, willing, width)
    return {a.id: nobody_else for a in willing}


def _able(board: Board, call: Call, queue: Queue) -> list[Agent]:
    """Who could take this call now: free, or for an urgent one also in a call (D6)."""
    if not call.urgent:
        return list(board.overview.hall(queue.id).free.values())
    who = set(queue.signed_in)
    if call.rung > 0:
        who |= {a.id for a in board.agents.values() if a.console and a.group in queue.groups}
    return [a for a in (board.agents[u] for u in sorted(who)) if _can_take_urgent(board, call, a, queue)]


def _can_take_urgent(board: Board, call: Call, agent: Agent, queue: Queue) -> bool:
    """An urgent call is offered in a call as well; in wrap-up and pause only where the queue says so (D6).

    One that has climbed is offered also to people of the queue's groups who are not signed in to it, with a console.
    """
    climbed = call.rung > 0 and agent.console and agent.group in queue.groups
    return (
        (agent.id in queue.signed_in or climbed)
        and not agent.away
        and (queue.breaks_wrap_up or (agent.wrap_up is None and agent.pause is None))
        and agent.line_lost_until is None
        and not (agent.line is not None and agent.line.is_coming_up)
        and board.is_reachable(agent)
    )


def _may_have_urgent(turn: Turn, call: Call, agent: Agent) -> bool:
    queue = turn.board.queues.get(call.queue) if call.queue is not None else None
    early = call.not_before.get(agent.id, 0) > turn.now
    return queue is not None and not early and _can_take_urgent(turn.board, call, agent, queue)


def _of_person(turn: Turn, call: Call, person: UserId) -> dict[UserId, bool]:
    """A direct call, one passed on blind, or one that came back: a card for one person, in a call too (D5, D29)."""
    board = turn.board
    agent = board.agents.get(person)
    came_back = call.back_to is not None
    if agent is None or not board.is_reachable(agent) or agent.line_lost_until is not None:
        reason = Reason.BUSY if agent is not None and board.is_engaged(agent) else Reason.UNREACHABLE
    elif _shields(board, agent, came_back=came_back):
        reason = Reason.BUSY
    else:
        return {} if too_early(turn, call, call.not_before.get(person, 0)) else {person: False}
    if not came_back and board.exchange_up:
        # The person's own rule is next, or the caller comes back (D29, D7).
        turn.stranded.append((call, reason))
    return {}


def _shields(board: Board, agent: Agent, *, came_back: bool) -> bool:
    """In this wrap-up or pause a call for this person alone is not offered (D29)."""
    if came_back:
        # Having passed the caller on began the timed one; who comes back is no new call (D7, 2.4-c).
        by_hand = agent.wrap_up is not None and agent.wrap_up.kind is WrapUpKind.MANUAL
        return agent.pause is not None or by_hand
    rests = agent.pause is not None or agent.wrap_up is not None
    return rests and not board.rules.direct_rings_in_wrap_up


def too_early(turn: Turn, call: Call, due: Instant) -> bool:
    """Not yet; the call is looked at again then."""
    if due <= turn.now:
        return False
    turn.wake_call(due, call)
    return True


def _lease(turn: Turn, call: Call, queue: Queue, willing: list[Agent]) -> list[Agent]:
    """Who has the offer keeps it until it rang its time (a lease, D2); then it is the next one's turn."""
    for agent in willing if call.offers else ():
        if agent.id in call.offers and (not _has_earlier(turn, agent, call) or _rings_for(agent, call)):
            return [agent]
    if not turn.board.exchange_up:
        return []
    free = _who_can_ring(turn, call, willing)
    if call.tried:
        if free and all(a.id in call.tried for a in free):
            call.tried.clear()
        free = [a for a in free if a.id not in call.tried]
    chosen = strategy.turn_of(queue, free)
    if chosen is None:
        return []
    queue.last_offered = chosen.id
    return [chosen]


def _who_can_ring(turn: Turn, call: Call, agents: list[Agent]) -> list[Agent]:
    """Those of these agents whose telephone could ring for this call now, none that comes before it being theirs."""
    found, devices, now = [], turn.board.devices, turn.now
    for agent in agents:
        if not agent.offers and agent.device is not None and devices[agent.device].quiet_until <= now:
            # Nearly everybody who is free: nothing is offered, and the telephone is not in a pause.
            found.append(agent)
        elif not _has_earlier(turn, agent, call) and _can_ring(turn, agent):
            found.append(agent)
    return found


def _has_earlier(turn: Turn, agent: Agent, call: Call) -> bool:
    """A call that comes before this one is offered to the agent."""
    if not agent.offers:
        return False
    overview, calls = turn.board.overview, turn.board.calls
    order = overview.order(call)
    return any(c != call.id and overview.order(calls[c]) < order for c in agent.offers)


def _widening(turn: Turn, call: Call, queue: Queue, willing: list[Agent], width: int) -> list[Agent]:
    """The longest idle first, then one more after each step; those who ring go on ringing (D2)."""
    chosen = [a for a in willing if a.id in call.offers]
    missing = width - len(chosen)
    others = [a for a in willing if a.id not in call.offers]
    if missing > 0:
        # Not who is rung for somebody else already: the next caller would wait behind that ring.
        others = _who_can_ring(turn, call, others)
        chosen += heapq.nsmallest(missing, others, key=lambda a: (a.idle_since, a.id))
    if len(others) > max(0, missing):
        turn.wake_call(call.since + width * queue.widen_ms, call)
    return chosen


# --- telephones ---


def _rings_for(agent: Agent, call: Call) -> bool:
    line = agent.line
    return line is not None and line.state is LineState.RINGING and line.call == call.id


def _can_ring(turn: Turn, agent: Agent) -> bool:
    """The telephone could ring for another call now: it is not in a pause, and does not ring for one already."""
    device = turn.board.device_of(agent)
    if device is not None and device.quiet_until > turn.now:
        turn.wake_offers(device.quiet_until, agent)
        return False
    line = agent.line
    return not (line is not None and line.state is LineState.RINGING and line.call in agent.offers)


def _settle_ringing(look: _Look, agent: Agent) -> None:
    """A device rings for one call at a time, the first of its agent's offers (D2); others fall silent."""
    turn = look.turn
    board = turn.board
    line = agent.line
    if line is not None and line.state is LineState.RINGING:
        rung = board.calls.get(line.call) if line.call is not None else None
        if rung is None or rung.id not in agent.offers:
            lines.stop_ringing(turn, agent, elsewhere=rung is not None and rung.agent is not None)
        elif not rung.urgent and any(board.calls[c].urgent for c in agent.offers):
            # An urgent caller must not wait behind a ring for a general one.
            lines.stop_ringing(turn, agent, elsewhere=False)
            look.at(rung)
    elif line is None and agent.offers and not agent.calls:
        device = board.device_of(agent)
        assert device is not None, agent
        if device.quiet_until > turn.now:
            turn.wake_offers(device.quiet_until, agent)
            return
        overview = board.overview
        first = min((board.calls[c] for c in agent.offers), key=overview.order)
        until = turn.now + _ring_ms(turn, first)
        lines.ring(turn, agent, first, at_once=False, until=until, state=LineState.RINGING)


def _ring_ms(turn: Turn, call: Call) -> int:
    """How long a device rings for this call: the queue's time, or as long as one person has for it."""
    board = turn.board
    if call.person is not None or call.queue is None:
        rings = call.transfer.until if call.transfer is not None else call.until
        until = call.back_until if call.back_to is not None else rings
        return max(1_000, until - turn.now) if until is not None else board.rules.direct_ring_ms
    return board.queues[call.queue].ring_ms
