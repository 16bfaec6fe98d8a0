"""What stays true after every turn, whatever happens (reliability 3.3)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cordboard.core.absence import overdue_at
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import OWN, Call, CallState, TransferState
from cordboard.core.commands import Dial
from cordboard.core.events import Place
from cordboard.core.records import (
    CallBackRow,
    CallBackStatus,
    CallClosed,
    CallMoved,
    CallOpened,
    Noted,
    SegmentClosed,
    SegmentKind,
    Why,
)
from cordboard.core.turn import Turn
from cordboard.core.types import CallBackId, Direction, EndedBy, Instant, UserId
from tests.support import full_look

if TYPE_CHECKING:
    from tests.support.desk import World


def check(world: World) -> None:
    """Everything that can be checked in the middle of things."""
    board = world.board
    maps_agree(board)
    for agent in board.agents.values():
        agent_is_sound(board, agent)
    for call in board.calls.values():
        call_is_sound(board, call)
    nobody_refused_an_urgent_one(board)
    full_look.check(world)
    order_is_fair(board)
    promises_are_kept_once(board)
    the_missed_stand_once(board)
    if board.exchange_up:
        wrap_ups_end(world)
        nobody_waits_in_vain(world)
        nobody_is_waited_for_in_vain(board)
        alarms_are_set(board, world.now)
    if not world.events:
        sound_is_right(world)


def promises_are_kept_once(board: Board) -> None:
    """A number is called back no more often than the rule says, never after cancelling, one attempt at a time (I12)."""
    attempts: dict[CallBackId, list[Call]] = {}
    for call in board.calls.values():
        # Who has answered may be waiting for the agent's telephone once more.
        if call.callback is not None and call.state in OWN and call.answered_at is None:
            attempts.setdefault(call.callback, []).append(call)
    for id, under_way in attempts.items():
        one = board.callbacks.get(id)
        assert one is None or [call.id for call in under_way] == [one.row.call], one
    # Most are over, and a day has hundreds: they are looked at after every turn.
    planned, in_progress = CallBackStatus.PLANNED, CallBackStatus.IN_PROGRESS
    for one in board.callbacks.values():
        status = one.row.status
        if status is not planned:
            assert not one.offers, one
            if status is not in_progress:
                continue
        else:
            assert board.rules.is_called_back(one.row.number), one
        queue = board.queues.get(one.row.queue)
        assert queue is None or one.row.attempts < queue.callback.attempts, one


def nobody_is_rung_in_vain(board: Board, turn: Turn) -> None:
    """A customer is rung first only when an agent of the queue is free for each who was (D14)."""
    for record in turn.records:
        if not isinstance(record, CallBackRow) or record.status is not CallBackStatus.IN_PROGRESS:
            continue
        call = board.calls.get(record.call) if record.call is not None else None
        if call is None or not call.rings_customer_first or call.answered_at:
            continue
        if not any(isinstance(command, Dial) and command.leg == call.leg for command in turn.commands):
            # Found again after a restart: rung while somebody was free.
            continue
        rung = [
            c
            for c in board.calls.values()
            if c.awaits_first_agent
            # Who is on the way out needs no agent any more.
            and c.state in (CallState.DIALLING, CallState.WAITING)
            and c.agent is None
            and c.for_queue == record.queue
            # Who was sent on to somebody in particular takes no agent of the queue.
            and c.person is None
            and c.partner is None
        ]
        free = [a for a in board.queues[record.queue].signed_in if board.is_available(board.agents[a])]
        assert len(rung) <= len(free), (rung, free)


def the_missed_stand_once(board: Board) -> None:
    """A caller has one entry in a queue's list; it is open, and who calls is known (D14)."""
    callers = [(row.queue, row.number) for row in board.missed.values() if row.number is not None]
    assert len(set(callers)) == len(callers)
    for row in board.missed.values():
        assert row.closed_at is None and row.times > 0, row
        assert (row.claimed_by is None) == (row.claimed_at is None), row
        assert row.attempt is None or row.claimed_by is not None, row
        if row.attempt is not None and board.exchange_up:
            # Who answered has been spoken to, and stands in no list.
            assert board.calls[row.attempt].answered_at is None, row


def maps_agree(board: Board) -> None:
    """Every cross-reference holds in both directions; a device serves one agent (I11)."""
    assert board.queued == {c.id: c for c in board.calls.values() if c.state is CallState.WAITING}
    assert board.parties == {c.leg: c.id for c in board.calls.values()}
    assert board.lines == {
        leg.leg: a.id for a in board.agents.values() for leg in (a.line, *a.aside) if leg is not None
    }
    assert {d.id: d.used_by for d in board.devices.values() if d.used_by is not None} == {
        a.device: a.id for a in board.agents.values() if a.device is not None
    }
    for queue in board.queues.values():
        assert queue.signed_in == {a.id for a in board.agents.values() if queue.id in a.signed_in}
    owned = {c.id: c.agent for c in board.calls.values() if c.agent is not None}
    assert owned == {c: a.id for a in board.agents.values() for c in a.calls}
    assert all(len(set(a.calls)) == len(a.calls) for a in board.agents.values())


def agent_is_sound(board: Board, agent: Agent) -> None:
    """One conversation at most, a line with a reason, nothing offered in wrap-up (I1, I7, I10)."""
    calls = list(board.calls_of(agent))
    active = [c for c in calls if c.state is CallState.ACTIVE]
    connecting = [c for c in calls if c.state is CallState.CONNECTING]
    there = board.on_line(agent)
    assert len(active) + len(connecting) <= 1, agent
    assert len(there) <= 1 or all(c.state is CallState.CONFERENCE for c in there), agent
    assert len([c for c in there if c.state is CallState.CONFERENCE]) != 1, agent
    if agent.wrap_up is not None:
        assert not calls, agent
    assert agent.status is board.status_of(agent), agent
    if board.is_available(agent):
        assert not calls, agent
    for queue_id in agent.signed_in:
        assert agent.group in board.queues[queue_id].groups, agent
        assert (agent.group, queue_id) in agent.remembered, agent
    line = agent.line
    assert line is not None or not agent.aside, agent
    kept = [leg.whose for leg in agent.aside]
    assert len(set(kept)) == len(kept) and not (line is not None and line.whose in kept), agent
    for leg in agent.aside:
        assert leg.state is LineState.UP and leg.call is None and leg.whose in agent.calls, agent
        assert board.calls[leg.whose].state is CallState.HELD, agent
    if line is None or not board.exchange_up:
        return
    if line.state is LineState.UP:
        assert calls, agent
        assert line.call == (there[0].id if len(there) == 1 else None), agent
        assert not connecting, agent
    elif line.state is LineState.RINGING:
        assert not calls, agent
        assert line.call is not None and agent.id in board.calls[line.call].offers, agent
    elif line.state is LineState.ANSWERING:
        assert line.call in agent.calls, agent
    else:
        assert (line.call in agent.calls) if line.replacing else line.call is None, agent


def call_is_sound(board: Board, call: Call) -> None:
    """In one place, and in good hands; offered only to those who may have it (I2, I7, I10)."""
    agent = board.agents[call.agent] if call.agent is not None else None
    line = agent.line if agent is not None else None
    for_nobody = call.partner is not None or call.rings_customer_first
    nobodys = call.state not in OWN or (call.state is CallState.DIALLING and for_nobody)
    assert (agent is None) == nobodys, call
    partner = board.calls.get(call.partner) if call.partner is not None else None
    if call.state in (CallState.TRANSFERRED, CallState.TRANSFERRING):
        assert partner is not None and partner.partner == call.id, call
    transfer = call.transfer
    if transfer is not None and transfer.until is not None and transfer.state is not TransferState.ARMED:
        assert call.state is not CallState.ENDED, call
    if transfer is not None and transfer.state is TransferState.DIALLING and board.exchange_up:
        recipient = board.calls.get(transfer.recipient) if transfer.recipient is not None else None
        assert recipient is None or recipient.state in (CallState.CONNECTING, CallState.DIALLING), call
    if call.peer is not None and (peer := board.calls.get(call.peer)) is not None:
        assert peer.peer == call.id, call
    if call.state is not CallState.WAITING:
        assert not call.offers, call
    if (
        call.state is CallState.WAITING
        and call.to is not None
        and not (call.back_to or call.transfer or call.peer)
    ):
        assert call.until is not None, call
    if not board.exchange_up:
        return
    match call.state:
        case CallState.CONNECTING:
            assert line is not None and line.is_coming_up and line.call == call.id, call
        case CallState.ACTIVE:
            assert line is not None and line.state is LineState.UP and line.call == call.id, call
        case CallState.DIALLING | CallState.CONFERENCE:
            assert agent is None or (line is not None and line.state is LineState.UP), call
        case CallState.HELD:
            assert agent is not None, call
            waits_for_something = agent.ring_back_at is not None or agent.line_lost_until is not None
            assert line is not None or board.is_reachable(agent) or waits_for_something, call
        case _:
            pass
    for agent_id in call.offers:
        offered = board.agents[agent_id]
        rings_in_pause = board.rules.direct_rings_in_wrap_up and agent_id == call.to
        assert offered.pause is None or call.urgent or rings_in_pause, call
        if agent_id in (call.to, call.back_to):
            continue
        assert call.queue in offered.signed_in or call.rung > 0, call
        assert offered.wrap_up is None or call.urgent, call
        assert not offered.away and board.is_reachable(offered), call
        assert call.urgent or not offered.calls, call


def nobody_refused_an_urgent_one(board: Board) -> None:
    """An urgent call can be left to ring, and not be refused (I4, 2.2-c)."""
    for call in board.calls.values():
        assert not (call.urgent and call.rejected), call


def order_is_fair(board: Board) -> None:
    """Urgent first, then who came first within a queue; a device rings for an urgent call before another (I4)."""
    waiting = board.waiting()
    assert [c.urgent for c in waiting] == sorted((c.urgent for c in waiting), reverse=True), waiting
    for queue in {c.queue for c in waiting}:
        alike = [
            c.place_at
            for c in waiting
            if c.queue == queue and not (c.urgent or c.returned or c.to or c.back_to)
        ]
        assert alike == sorted(alike), queue
    for agent in board.agents.values():
        line = agent.line
        rung = board.calls.get(line.call) if line is not None and line.call is not None else None
        if line is not None and line.state is LineState.RINGING and rung is not None and not rung.urgent:
            assert not any(c.urgent and agent.id in c.offers for c in waiting), agent


def wrap_ups_end(world: World) -> None:
    """At its moment, not later (I7)."""
    for agent in world.board.agents.values():
        until = agent.wrap_up.until if agent.wrap_up is not None else None
        assert until is None or until >= world.now, agent


def nobody_waits_in_vain(world: World) -> None:
    """No caller waits while somebody free could be offered the call (I3); a call back of before is an offer too."""
    board, now = world.board, world.now
    shown = {agent for call in board.calls.values() for agent in call.offers}
    shown |= {agent for one in board.callbacks.values() for agent in one.offers}
    for call in board.calls.values():
        if call.state is not CallState.WAITING or call.offers or call.queue is None:
            continue
        if call.to is not None or call.back_to is not None:
            continue
        for agent_id in board.queues[call.queue].signed_in:
            agent = board.agents[agent_id]
            device = board.device_of(agent)
            free = board.is_available(agent) and agent_id not in shown
            pause = device is not None and device.quiet_until > now
            wants_not = agent_id in call.rejected or call.not_before.get(agent_id, 0) > now
            assert not free or pause or wants_not, (call, agent)


def nobody_is_waited_for_in_vain(board: Board) -> None:
    """An agent's telephone is waited for, or rung back, for somebody: else the agent is free for the next (I3)."""
    for agent in board.agents.values():
        assert agent.calls or (agent.line_lost_until is None and agent.ring_back_at is None), agent


def alarms_are_set(board: Board, board_now: Instant) -> None:
    """Every moment at which something ends by itself will be noticed."""
    assert set(board.alarms) == board.alarms_set
    for call in board.calls.values():
        moments = [call.until, call.back_until]
        if call.transfer is not None:
            moments.append(call.transfer.until)
        for instant in moments:
            assert instant is None or (instant, f"call {call.id}") in board.alarms_set, (call, instant)
    for agent in board.agents.values():
        due = [agent.ring_back_at, agent.line_lost_until]
        if agent.signed_in and (absent := overdue_at(board, agent)) is not None and absent > board_now:
            due.append(absent)
        if agent.line is not None:
            due.append(agent.line.until)
        if agent.wrap_up is not None:
            due.append(agent.wrap_up.until)
        for instant in due:
            assert instant is None or (instant, agent.id) in board.alarms_set, (agent, instant)


def sound_is_right(world: World) -> None:
    """Everybody hears whom the board says; nobody hears others' conversation (5.1-k)."""
    if not world.board.exchange_up:
        return
    undialled = {c.leg for c in world.board.calls.values() if c.is_undialled}
    for call in world.board.calls.values():
        if call.leg in undialled:
            continue
        caller = world.exchange.callers.get(call.leg)
        assert caller is not None, f"{call} has no leg"
        agent = world.board.agents[call.agent] if call.agent is not None else None
        match call.state:
            case CallState.ACTIVE | CallState.CONFERENCE | CallState.DIALLING if agent is not None:
                assert agent.line is not None and caller.line == agent.line.leg, call
            case CallState.HELD:
                assert caller.place is Place.HOLD, call
            case CallState.TRANSFERRING:
                assert caller.rings, call
            case CallState.TRANSFERRED:
                partner = world.board.calls[call.partner] if call.partner is not None else None
                assert partner is not None and caller.pair == partner.leg, call
            case CallState.WAITING if call.to is not None:
                assert caller.rings, call
            case CallState.WAITING if call.queue is None:
                assert caller.place is Place.HOLD, call
            case CallState.WAITING:
                assert caller.place is Place.QUEUE, call
            case _:
                assert caller.line is None or agent is None, call
    assert {c.leg for c in world.board.calls.values()} - undialled == set(world.exchange.callers)
    assert set(world.board.lines) == set(world.exchange.lines), (world.board.lines, world.exchange.lines)


def books_balance(world: World) -> None:
    """Every caller ends in exactly one record; segments follow each other without gap or overlap (I8).

    For worlds whose board began empty.
    """
    opened = {r.call: r for r in world.records if isinstance(r, CallOpened)}
    closed = Counter(r.call for r in world.records if isinstance(r, CallClosed))
    assert all(n == 1 for n in closed.values()), closed
    assert set(opened) == set(closed) | set(world.board.calls)
    assert not set(closed) & set(world.board.calls)
    until = {call: record.at for call, record in opened.items()}
    first_talk: dict[str, int] = {}
    for record in world.records:
        if isinstance(record, SegmentClosed) and record.kind is not SegmentKind.OFFER:
            assert record.started_at == until[record.call] <= record.ended_at, record
            of_agent = record.kind in (SegmentKind.TALK, SegmentKind.HOLD)
            assert (record.agent is not None) == of_agent or record.kind is SegmentKind.DIAL, record
            until[record.call] = record.ended_at
            if of_agent:
                first_talk.setdefault(record.call, record.started_at)
        elif isinstance(record, CallClosed):
            assert record.at == until[record.call], record
            if opened[record.call].direction is Direction.IN:
                assert record.answered == (record.agent is not None), record
    for call in world.board.calls.values():
        assert call.segment_since == until[call.id], call
        if call.state in (CallState.ACTIVE, CallState.CONFERENCE, CallState.HELD):
            first_talk.setdefault(call.id, call.segment_since)
    if any(isinstance(r, Noted) and r.why is Why.TO_QUEUE for r in world.records):
        return
    gone = {r.call: r for r in world.records if isinstance(r, CallClosed)}
    for queue in world.board.queues.values():
        entered = [r for r in opened.values() if r.queue == queue.id]
        answered = [r for r in entered if r.call in first_talk]
        assert queue.numbers.total == len(entered)
        assert queue.numbers.handled == queue.numbers.answered == len(answered)
        assert queue.numbers.waited_ms == sum(first_talk[r.call] - r.at for r in answered)
        assert queue.numbers.short == sum(
            r.call in gone and gone[r.call].ended_by is EndedBy.CALLER and gone[r.call].at - r.at < 5_000
            for r in entered
            if r.call not in first_talk and r.direction is Direction.IN
        )


def one_record_each(world: World) -> None:
    """Every call that was opened was closed, once; its stretches follow each other (I8)."""
    opened = {r.call: r for r in world.records if isinstance(r, CallOpened)}
    closed = Counter(r.call for r in world.records if isinstance(r, CallClosed))
    assert all(n == 1 for n in closed.values()), {c: n for c, n in closed.items() if n != 1}
    assert set(opened) == set(closed), set(opened) ^ set(closed)
    # The queues' numbers are what the records say (I9).
    answered: dict[str, str] = {}
    for record in world.records:
        if isinstance(record, CallMoved) and record.answered_at is not None and record.call not in answered:
            answered[record.call] = (record.queue or "") if record.counts else ""
    counted = sum(queue.numbers.answered for queue in world.board.queues.values())
    assert counted == sum(bool(queue) for queue in answered.values()), counted


def screen_is_right(
    shown: dict[tuple[str, str], Any], fresh: dict[tuple[str, str], Any], board: Board, viewer: UserId
) -> None:
    """A console that is told only what changed shows what a fresh one would (I15).

    What changes with the viewer's own group or wrap-up is sent anew by the connection when that changes.
    """
    for key, view in fresh.items():
        assert key in shown, ("not shown", key)
        if key[0] != "queue":
            names = [n for n in view.__struct_fields__ if getattr(view, n) != getattr(shown[key], n)]
            assert not names, (key, {n: (getattr(shown[key], n), getattr(view, n)) for n in names})
    gone = {key for key in shown if key not in fresh and key[0] == "call" and key[1] not in board.calls}
    assert not gone, ("still shown", gone)
