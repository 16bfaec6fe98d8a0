"""What becomes of an offer: taken, rejected, rung out. Who has one is decided in `distribute`.

Manual 2.1, 2.2; statements 2.1-a to 2.2-c; decisions D3 (ring time-out), D4 (reject), D6 (urgent), D13 (reservation,
cherry-pick).
"""

from __future__ import annotations

from cordboard.core import line as lines
from cordboard.core import strategy, urgent
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Note, Reason
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue
from cordboard.core.records import AwayChanged, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import Instant

URGENT_AGAIN_MS = 3_000
"""An urgent call that a handset rejected rings there again after this (D6)."""
BACK_OFF_MS = 5_000
"""First pause after a device could not be rung; doubles up to BACK_OFF_MS_MAX."""
BACK_OFF_MS_MAX = 60_000


def is_staffed(board: Board, queue: Queue) -> bool:
    """Somebody signed in could take its calls, now or after what they are doing; wrap-up and calls count (D21)."""
    return any(board.is_present(board.agents[a]) for a in queue.signed_in)


def claim(turn: Turn, agent: Agent, call: Call) -> None:
    """This agent gets the call; every other card for it goes."""
    assert call.state is CallState.WAITING, call
    offered = agent.id in call.offers
    for agent_id in list(call.offers):
        other = turn.board.agents[agent_id]
        won = other is agent
        turn.close_offer(call, other, SegmentOutcome.ANSWERED if won else SegmentOutcome.ELSEWHERE)
    urgent.is_there(turn, agent)
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
    turn.leaves(agent, call)
    turn.note(call, Why.DEVICE_FAILED, agent)
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
    urgent.is_there(turn, agent)
    turn.note(call, Why.REJECTED, agent)
    turn.close_offer(call, agent, SegmentOutcome.REJECTED)
    if call.back_to is not None:
        call.back_to = call.back_until = None
        turn.moved.append(call)
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
    _quiet(turn, agent, turn.board.rules.ring_pause_ms)
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
                turn.note(call, Why.REJECTED, agent)
                turn.close_offer(call, agent, SegmentOutcome.MISSED)
            else:
                reject(turn, agent, call)
    elif unreachable:
        if device is not None:
            device.failures += 1
            _quiet(turn, agent, min(BACK_OFF_MS << min(device.failures - 1, 5), BACK_OFF_MS_MAX))
        if call is not None:
            turn.note(call, Why.NOT_REACHED, agent)
            _next_agent(turn, agent, call, SegmentOutcome.WITHDRAWN)
    else:
        _quiet(turn, agent, turn.board.rules.ring_pause_ms)
        if call is not None:
            _missed(turn, agent, call)


def _missed(turn: Turn, agent: Agent, call: Call) -> None:
    """One unanswered ring: the next agent's turn, and after three in a row the agent is away."""
    agent.misses += 1
    turn.note(call, Why.RANG_OUT, agent)
    _next_agent(turn, agent, call, SegmentOutcome.MISSED)
    if agent.misses >= turn.board.rules.misses_max and not agent.away:
        if _is_last_for_urgent(turn, agent):
            turn.say(agent, Saying.LAST_IN_URGENT)
            urgent.staffing_of(turn, agent)
            return
        agent.away = True
        turn.remember(AwayChanged(agent=agent.id, away=True, at=turn.now))
        turn.say(agent, Saying.SET_AWAY)
        turn.show_agent(agent)


def _next_agent(turn: Turn, agent: Agent, call: Call, outcome: SegmentOutcome) -> None:
    """Where one agent at a time is rung, this one has had the turn; with ring-all the card stays."""
    if agent.id not in call.offers:
        return
    if call.person is not None:
        # Who comes back has some time, and then the queue: the initiator's telephone is tried again meanwhile (D7).
        if outcome is SegmentOutcome.WITHDRAWN and call.back_to is None:
            turn.stranded.append((call, Reason.UNREACHABLE))
        return
    if call.queue is None:
        return
    if strategy.rings_alone(turn.board.queues[call.queue]) and not call.urgent:
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
        turn.wake_offers(until, agent)


def withdraw_all(turn: Turn, call: Call, outcome: SegmentOutcome) -> None:
    """Every card for this call goes."""
    for agent_id in list(call.offers):
        turn.close_offer(call, turn.board.agents[agent_id], outcome)


def note_of(call: Call, agent: Agent) -> Note | None:
    """What the agent must know about this card."""
    offer = call.offers.get(agent.id)
    return Note.NOBODY_ELSE if offer is not None and offer.nobody_else else call.note
