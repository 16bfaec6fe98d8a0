"""What an agent's telephone does: it is lifted, put down, rejects, holds, comes and goes, or stays silent.

Statements 2.1.1-w, 2.1.1-x; decisions D3, D13, D16, D27. Here the offer and the conversation meet: which of the
two a ringing telephone belongs to is read from its line.
"""

from __future__ import annotations

from cordboard.core import absence, aftermath, desk, handover, offer, rescue, talk, transfer, wrapup
from cordboard.core import line as lines
from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Note, Reason
from cordboard.core.commands import HangUp
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying, Thing
from cordboard.core.records import AnswerMethodLearned, SegmentOutcome
from cordboard.core.turn import Turn
from cordboard.core.types import AnswerMethod, DeviceId, Direction, EndedBy, LegId


def leg_answered(turn: Turn, leg: LegId) -> None:
    """A telephone is taken up: by hand, by itself, or because it was told to."""
    agent = _agent_of(turn.board, leg)
    if agent is None or agent.line is None:
        # Nobody waits for this telephone any more; it must not stay up with nobody on it.
        turn.do(HangUp(leg=leg))
        return
    line = agent.line
    if line.leg != leg:
        # Told again; it was set aside since.
        return
    if line.state is LineState.RINGING:
        call = turn.board.calls.get(line.call) if line.call is not None else None
        if call is not None and call.state is CallState.WAITING:
            wrapup.give_way(turn, agent)
            desk.unpause(turn, agent)
            offer.claim(turn, agent, call)
            desk.back_to_work(turn, agent)
        talk.line_up(turn, agent)
    elif line.state is LineState.ANSWERING:
        talk.line_up(turn, agent)
    elif line.state is LineState.CLOSING:
        # Lifted in the instant in which we cancelled it: a colleague was first.
        turn.do(HangUp(leg=leg))


def leg_ended(turn: Turn, leg: LegId, how: LegEnd) -> None:
    """The exchange says that a telephone's leg is over; one that nobody knows was over before."""
    agent = _agent_of(turn.board, leg)
    if agent is None:
        return
    aside = next((one for one in agent.aside if one.leg == leg), None)
    if aside is None:
        _line_ended(turn, agent, how)
    else:
        _aside_ended(turn, agent, aside, how)


def _aside_ended(turn: Turn, agent: Agent, leg: Line, how: LegEnd) -> None:
    """A leg on which nobody was: its call was ended at the telephone, or it is resumed on another leg."""
    agent.aside.remove(leg)
    turn.board.lines.pop(leg.leg, None)
    turn.show(Thing.DEVICE, leg.device)
    call = turn.board.calls.get(leg.whose) if leg.whose is not None else None
    if how is LegEnd.HUNG_UP and call is not None and call.agent == agent.id and call.state is CallState.HELD:
        talk.hang_up(turn, call)


def _line_ended(turn: Turn, agent: Agent, how: LegEnd) -> None:
    if agent.line is not None and agent.line.state is LineState.UP and how is not LegEnd.HUNG_UP:
        # It is the telephone that failed, and with it every leg.
        lines.let_go(turn, agent, everything=True)
    line = lines.gone(turn, agent)
    call = turn.board.calls.get(line.call) if line.call is not None else None
    match line.state:
        case LineState.RINGING:
            offer.ringing_ended(
                turn,
                agent,
                call,
                rejected=how in (LegEnd.REJECTED, LegEnd.BUSY),
                unreachable=how in (LegEnd.UNREACHABLE, LegEnd.LOST),
            )
        case LineState.ANSWERING:
            if how is LegEnd.UNREACHABLE and (device := turn.board.device_of(agent)) is not None:
                device.failures += 1
            _answer_failed(turn, agent, call)
        case LineState.CLOSING:
            if line.replacing and call is not None and call.agent == agent.id:
                talk.bring_up(turn, agent, call)
            elif agent.line_lost_until is not None and turn.board.is_reachable(agent):
                rescue.call_back_lost(turn, agent)
        case LineState.UP:
            if how is LegEnd.HUNG_UP:
                # A transfer that the agent was in the middle of goes first (D7, D27).
                aftermath.on_hook(turn, agent)
            rescue.line_broke(turn, agent, how)
    _go_on(turn, agent)
    if not turn.board.is_reachable(agent):
        _still_away(turn, agent)


def _still_away(turn: Turn, agent: Agent) -> None:
    """A leg was rung in vain, the telephone being away already: what was waited for is waited for again (D16)."""
    line = agent.line
    if line is not None and line.state is LineState.UP and line.until is None:
        rescue.device_vanished(turn, agent)
    held = any(each.state is CallState.HELD for each in turn.board.calls_of(agent))
    if held and agent.line is None and agent.ring_back_at is None:
        rescue.wait_for_device(turn, agent)


def _go_on(turn: Turn, agent: Agent) -> None:
    """A second leg did not come up: who was spoken with on the first is spoken with again."""
    line = agent.line
    if line is None or not line.talked or line.state is not LineState.UP or line.held_by_phone:
        return
    line.talked = False
    call = turn.board.calls.get(line.whose) if line.whose is not None else None
    if call is None or call.agent != agent.id or call.state is not CallState.HELD:
        return
    if not turn.board.on_line(agent):
        talk.connect(turn, agent, call)


def give_back(turn: Turn, agent: Agent) -> None:
    """The device did not come back: held callers return to the front of their queues, with a label (D16).

    A direct caller follows the rules for direct calls. Whom the agent had called for a queue waits there; anybody else
    who was called is let go.
    """
    agent.line_lost_until = None
    line = agent.line
    for call in list(turn.board.calls_of(agent)):
        if call.state is not CallState.HELD or call.id not in agent.calls:
            continue
        if line is not None and line.call == call.id:
            if line.state is LineState.ANSWERING:
                lines.stop_ringing(turn, agent, elsewhere=False)
            line.replacing, line.call = False, None
        handover.drop(turn, call)
        if call.queue is not None:
            rescue.return_to_queue(turn, agent, call)
        elif call.direction is Direction.IN or call.for_queue in turn.board.queues:
            talk.leave(turn, agent, call)
            call.agent, call.note = None, Note.LINE_LOST
            handover.wait_for_initiator(turn, call, None, Reason.UNREACHABLE)
            turn.stranded.append((call, Reason.UNREACHABLE))
        else:
            turn.do(HangUp(leg=call.leg))
            talk.end(turn, call, EndedBy.LOST)


def _answer_failed(turn: Turn, agent: Agent, call: Call | None) -> None:
    """The device did not come up for a call that the agent clicked on."""
    device = turn.board.device_of(agent)
    if device is not None:
        device.quiet_until = turn.now + turn.board.rules.ring_pause_ms
        turn.wake_offers(device.quiet_until, agent)
    if call is not None:
        not_up(turn, agent, call)


def not_up(turn: Turn, agent: Agent, call: Call) -> None:
    """The caller whom the agent clicked on waits again; who was to be dialled is not."""
    turn.say(agent, Saying.ANSWER_FAILED, call.id)
    if call.is_undialled:
        talk.hang_up(turn, call)
    elif call.state is CallState.CONNECTING:
        offer.unclaim(turn, agent, call)
    elif _waits_for_nobody(turn, agent, call):
        give_back(turn, agent)


def _waits_for_nobody(turn: Turn, agent: Agent, call: Call) -> bool:
    """The telephone is not there any more, or its owner by all signs is not (D16)."""
    if call.note is Note.LINE_LOST and agent.line_lost_until is None and agent.line is None:
        return True
    # On another leg that is up somebody is there.
    is_down = agent.line is None
    return call.state is CallState.HELD and is_down and absence.is_overdue(turn.board, agent, turn.now)


def left_behind(turn: Turn, agent: Agent) -> None:
    """Somebody is gone by all signs, with the handset down: who was left on hold is given to others (D16, D27).

    With a console the card is there to be clicked; a telephone that is up, or coming up, says that somebody is there.
    """
    is_down = agent.line is None and turn.board.exchange_up
    if agent.calls and is_down and absence.is_overdue(turn.board, agent, turn.now):
        give_back(turn, agent)


def held_by_phone(turn: Turn, leg: LegId, *, held: bool) -> None:
    """The hold key on the handset; the caller hears music meanwhile (D27)."""
    agent = _agent_of(turn.board, leg)
    if agent is None or agent.line is None:
        return
    line = next((one for one in (agent.line, *agent.aside) if one.leg == leg), agent.line)
    if line.state is not LineState.UP:
        return
    was_held, line.held_by_phone = line.held_by_phone, held
    turn.show_agent(agent)
    call = turn.board.active_call(agent) if line is agent.line else None
    if call is not None:
        call.note = Note.PHONE_HOLD if held else None
        turn.show_call(call)
    elif was_held and not held:
        _back_on(turn, agent, line)


def _back_on(turn: Turn, agent: Agent, leg: Line) -> None:
    """The handset takes a leg off hold on which nobody is: its caller is spoken with again, on that leg."""
    call = turn.board.calls.get(leg.whose) if leg.whose is not None else None
    line = agent.line
    if call is None or line is None or call.agent != agent.id or call.state is not CallState.HELD:
        return
    if line.state is not LineState.UP:
        # A second leg comes up or goes; without it this one is the line again.
        leg.talked = True
        if line.is_coming_up and line.state is LineState.ANSWERING:
            other = turn.board.calls.get(line.call) if line.call is not None else None
            lines.stop_ringing(turn, agent, elsewhere=False)
            _answer_failed(turn, agent, other)
        return
    if leg is not line:
        talk.change_legs(turn, agent, leg)
    if not turn.board.on_line(agent):
        talk.connect(turn, agent, call)
        transfer.spoken_with_again(turn, call)


def join_failed(turn: Turn, leg: LegId, party: LegId) -> None:
    """The exchange did not connect them; the caller is kept on music, and can be resumed."""
    call_id = turn.board.parties.get(party)
    agent = _agent_of(turn.board, leg)
    if call_id is None or agent is None:
        return
    call = turn.board.calls[call_id]
    if call.state in (CallState.ACTIVE, CallState.CONFERENCE) and call.agent == agent.id:
        talk.hold(turn, agent, call)
        turn.say(agent, Saying.ANSWER_FAILED, call.id)


def hold_failed(turn: Turn, party: LegId) -> None:
    """Caller and agent still hear each other: the call is active again, and the agent is told."""
    call_id = turn.board.parties.get(party)
    call = turn.board.calls.get(call_id) if call_id is not None else None
    if call is None or call.state is not CallState.HELD or call.agent is None:
        return
    agent = turn.board.agents[call.agent]
    turn.say(agent, Saying.HOLD_FAILED, call.id)
    line, own = agent.line, lines.own_leg(agent, call)
    if turn.board.on_line(agent) or line is None or line.state is not LineState.UP:
        return
    if own is not None and own is not line:
        talk.change_legs(turn, agent, own)
        line = own
    if line.state is LineState.UP:
        line.call = line.whose = call.id
        turn.move(call, CallState.ACTIVE, SegmentOutcome.RESUMED)
        turn.show_agent(agent)


def talk_package_seen(turn: Turn, device_id: DeviceId) -> None:
    """The telephone answers when it is told to while it rings: the better way from now on (2.1.1-w)."""
    device = turn.board.devices.get(device_id)
    if device is not None and device.answer_method is AnswerMethod.HEADER:
        device.answer_method = AnswerMethod.NOTIFY_TALK
        turn.remember(AnswerMethodLearned(device=device_id, method=device.answer_method.value, at=turn.now))
        turn.show(Thing.DEVICE, device_id)


def engaged(turn: Turn, device_id: DeviceId, *, engaged: bool) -> None:
    """A telephone is used for something that is no call, or is free again."""
    device = turn.board.devices.get(device_id)
    if device is None or device.engaged is engaged:
        return
    device.engaged = engaged
    turn.show(Thing.DEVICE, device_id)
    turn.look_again = turn.look_everywhere = True
    agent = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    if agent is None:
        return
    turn.show_agent(agent)
    if not engaged:
        _ring_for_lost(turn, agent)


def elsewhere(turn: Turn, device_id: DeviceId, *, elsewhere: bool) -> None:
    """A telephone is in a call past us, or no longer (D11)."""
    device = turn.board.devices.get(device_id)
    if device is None or device.elsewhere is elsewhere:
        return
    device.elsewhere = elsewhere
    turn.show(Thing.DEVICE, device_id)
    agent = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    if agent is not None:
        turn.show_agent(agent)


def registration(turn: Turn, device_id: DeviceId, *, registered: bool) -> None:
    """A telephone can be reached, or cannot any more (D16)."""
    device = turn.board.devices.get(device_id)
    if device is None or device.registered is registered:
        return
    device.registered = registered
    turn.show(Thing.DEVICE, device_id)
    turn.look_again = turn.look_everywhere = True
    if registered:
        device.failures, device.quiet_until = 0, 0
    agent = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    if agent is None:
        return
    turn.show_agent(agent)
    desk.watch_device(turn, agent)
    if registered:
        _ring_for_lost(turn, agent)
    else:
        _away(turn, agent)


def _ring_for_lost(turn: Turn, agent: Agent) -> None:
    """The telephone can be rung again: it is, for who waits for it on hold."""
    if agent.line_lost_until is not None and turn.board.is_reachable(agent):
        rescue.call_back_lost(turn, agent)


def _away(turn: Turn, agent: Agent) -> None:
    """The agent's telephone cannot be reached: what it rang for goes elsewhere at once (D16)."""
    line = agent.line
    if line is not None and line.state is LineState.UP:
        rescue.device_vanished(turn, agent)
        return
    if line is not None and line.state is LineState.RINGING:
        lines.stop_ringing(turn, agent, elsewhere=False)
    elif line is not None and (line.is_coming_up or line.ring_back):
        call = turn.board.calls.get(line.call) if line.call is not None else None
        if line.state is LineState.ANSWERING:
            lines.stop_ringing(turn, agent, elsewhere=False)
        line.replacing, line.call = False, None
        _answer_failed(turn, agent, call)
    lines.let_go(turn, agent, everything=True)
    if agent.calls:
        rescue.wait_for_device(turn, agent)


def due(turn: Turn, agent: Agent) -> None:
    """Something about the agent's telephone may have taken its full time."""
    line = agent.line
    if line is not None and line.until is not None and line.until <= turn.now:
        match line.state:
            case LineState.RINGING:
                offer.rang_out(turn, agent)
            case LineState.ANSWERING:
                _answering_due(turn, agent)
            case LineState.UP:
                line.until = None
                if not turn.board.is_reachable(agent):
                    rescue.drop_line(turn, agent)
            case LineState.CLOSING:
                _line_ended(turn, agent, LegEnd.HUNG_UP)
    if agent.ring_back_at is not None and agent.ring_back_at <= turn.now:
        rescue.ring_back(turn, agent)
    if agent.line_lost_until is not None and agent.line_lost_until <= turn.now:
        give_back(turn, agent)


def _answering_due(turn: Turn, agent: Agent) -> None:
    """The phone is not up in time: the next best way, then by hand, then the caller waits again."""
    line = agent.line
    assert line is not None, agent
    call = turn.board.calls.get(line.call) if line.call is not None else None
    if call is not None and line.told:
        lines.stop_ringing(turn, agent, elsewhere=True)
        line.replacing, line.call = True, call.id
    elif call is not None and line.reserved_until is not None and turn.now < line.reserved_until:
        line.until = line.reserved_until
        turn.wake(line.until, agent)
        call.note = Note.ANSWER_ON_PHONE
        turn.show_call(call)
    else:
        lines.stop_ringing(turn, agent, elsewhere=False)
        _answer_failed(turn, agent, call)


def _agent_of(board: Board, leg: LegId) -> Agent | None:
    agent_id = board.lines.get(leg)
    return board.agents[agent_id] if agent_id is not None else None
