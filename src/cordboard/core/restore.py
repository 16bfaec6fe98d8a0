"""After a restart of Cordboard or of the exchange: make the board agree with what lives.

The database says what things mean (call, queue, entry time, agent), the exchange says which legs live and
where they stand. Where the last moments are missing in the database, the exchange wins. Architecture, "A promise is
kept"; decision D16; reliability F1, F10.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.core import (
    aftermath,
    customer_first,
    desk,
    dial,
    exits,
    handover,
    leaving,
    rescue,
    talk,
    wrapup,
)
from cordboard.core import line as lines
from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.call import Call, CallState, Reason, TransferState
from cordboard.core.commands import HangUp, Hold, LetRing, Pair
from cordboard.core.events import ExchangeRestored, LegFound, LegRole, Place
from cordboard.core.notices import Thing
from cordboard.core.records import CallOpened, SegmentOutcome
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, Direction, EndedBy, LegId


def restored(turn: Turn, event: ExchangeRestored) -> None:
    """The exchange is there and told what lives in it."""
    board = turn.board
    board.exchange_up, board.exchange_since = True, turn.now
    turn.show(Thing.EXCHANGE, "exchange")
    for device in board.devices.values():
        registered = device.id in event.registered
        if device.registered is not registered:
            device.registered = registered
            turn.show(Thing.DEVICE, device.id)
    for agent in board.agents.values():
        _restore_line(turn, agent, event)
    for leg, found in event.legs.items():
        if found.role is LegRole.LINE and leg not in board.lines:
            turn.do(HangUp(leg=leg))
    _end_the_gone(turn, event)
    # Who talks comes first, so that a line is not given to somebody else.
    for found in sorted(event.legs.values(), key=lambda f: (f.place is not Place.LINE, f.since, f.leg)):
        if found.role is LegRole.CALLER:
            _restore_caller(turn, found, event.legs)
    for agent in board.agents.values():
        talk.settle_conference(turn, agent)
    for call in board.calls.values():
        _wake(turn, call)
    for agent in board.agents.values():
        _tidy(turn, agent)
        turn.show_agent(agent)
    for queue in board.queues:
        turn.show(Thing.QUEUE, queue)


def _restore_line(turn: Turn, agent: Agent, event: ExchangeRestored) -> None:
    """Take up the agent's line as the exchange has it; a ringing one is cancelled, offers ring anew."""
    board = turn.board
    before = agent.line
    if before is not None:
        board.lines.pop(before.leg, None)
        if before.call is not None and (rung := board.calls.get(before.call)) is not None:
            turn.show_call(rung)
    kept = {leg.leg: leg for leg in agent.aside}
    for leg in kept:
        board.lines.pop(leg, None)
    agent.line, agent.aside = None, []
    if agent.device is None:
        return
    own = [f for f in event.legs.values() if f.role is LegRole.LINE and f.device == agent.device]
    talking = {f.line for f in event.legs.values() if f.role is LegRole.CALLER and f.place is Place.LINE}
    for found in sorted(
        own, key=lambda f: (f.leg in kept, f.leg not in talking, not f.answered, f.since, f.leg)
    ):
        if found.leg in kept and agent.line is not None and agent.line.state is LineState.UP:
            # Those who are on hold still have it.
            agent.aside.append(kept[found.leg])
            board.lines[found.leg] = agent.id
            continue
        if agent.line is None and not (before is not None and before.state is LineState.CLOSING):
            known = kept.get(found.leg) or (
                before if before is not None and before.leg == found.leg else None
            )
            agent.line = Line(
                leg=found.leg,
                device=agent.device,
                state=LineState.UP,
                call=None,
                until=None,
                held_by_phone=known is not None and known.held_by_phone,
                whose=known.whose if known is not None else None,
            )
            board.lines[found.leg] = agent.id
            if not found.answered:
                lines.hang_up(turn, agent)


def _end_the_gone(turn: Turn, event: ExchangeRestored) -> None:
    """Calls whose party's leg no longer lives are over: lost with the exchange, or ended unseen.

    An outgoing call that nobody was dialled for has no leg, and is not dialled behind its agent's back later.
    """
    for call in list(turn.board.calls.values()):
        if call.leg not in event.legs and call.state is not CallState.ENDED:
            for agent_id in list(call.offers):
                turn.close_offer(call, turn.board.agents[agent_id], SegmentOutcome.LOST)
            agent = turn.board.agents.get(call.agent) if call.agent is not None else None
            if agent is not None and call.state in TAKEN:
                # It ended unseen, perhaps by a click that was not written any more: wrap-up is due all the same.
                _taken(turn, agent, call)
            if not event.fresh:
                # What the exchange was told of it a moment before it answered may be carried out yet.
                turn.do(HangUp(leg=call.leg))
            if not leaving.ended_unseen(turn, call, by := EndedBy.LOST if event.fresh else EndedBy.UNKNOWN):
                talk.end(turn, call, by)


TAKEN = frozenset({CallState.ACTIVE, CallState.CONFERENCE, CallState.HELD})
"""Agent and party have heard each other."""


def _restore_caller(turn: Turn, found: LegFound, legs: Mapping[LegId, LegFound]) -> None:
    board = turn.board
    known = board.parties.get(found.leg)
    call = board.calls[known] if known is not None else _adopt(turn, found)
    if call is None:
        # For no queue of ours, or we ended it and the exchange has not heard.
        turn.do(HangUp(leg=found.leg))
        return
    call.confirmed = True
    if known is None and found.announcement is not None:
        # From its beginning: how much of it was heard is not known.
        exits.say_and_end(turn, call, found.announcement)
        return
    _if_dialled(turn, call)
    agent = board.agents.get(call.agent) if call.agent is not None else None
    if _waits_to_be_joined(turn, call, legs):
        return
    match found.place:
        case Place.LINE:
            talker = board.lines.get(found.line) if found.line is not None else None
            if talker is None:
                _in_the_air(turn, call, agent)
            else:
                _talks_with(turn, call, agent, board.agents[talker], found)
        case Place.PAIR:
            _is_passed_on(turn, call, agent, found)
        case _ if call.state in _NOBODYS:
            _rings_or_leaves(turn, call, found)
        case Place.HOLD:
            if agent is not None:
                _is_held(turn, call, agent)
            elif call.queue is not None or call.back_to is None:
                _to_queue(turn, call, None)
        case Place.QUEUE:
            _is_in_queue(turn, call, agent)
        case Place.NOWHERE:
            _in_the_air(turn, call, agent)


def _waits_to_be_joined(turn: Turn, call: Call, legs: Mapping[LegId, LegFound]) -> bool:
    """Passed on, as was written down, and neither has been moved yet: it is done now, for both at once.

    With one of the two in the pair it is the other way round: it had been done, and was being taken back. Past undoing
    nobody takes it back: the exchange has lost one of the two, who is put back to the other.
    """
    partner = turn.board.calls.get(call.partner) if call.partner is not None else None
    if partner is None or {call.state, partner.state} != {CallState.TRANSFERRED}:
        return False
    if not {call.leg, partner.leg} <= legs.keys():
        return False
    places = {legs[call.leg].place, legs[partner.leg].place}
    is_past_undoing = call.transfer is None and partner.transfer is None
    if places == {Place.PAIR} or (Place.PAIR in places and not is_past_undoing):
        return False
    if not any(isinstance(c, Pair) and call.leg in (c.one, c.other) for c in turn.commands):
        first, second = (partner, call) if partner.transfer is not None else (call, partner)
        turn.do(Pair(one=first.leg, other=second.leg))
    return True


_NOBODYS = frozenset({CallState.TRANSFERRING, CallState.TRANSFERRED, CallState.LEAVING, CallState.DIALLING})


def _is_in_queue(turn: Turn, call: Call, agent: Agent | None) -> None:
    if call.state is CallState.CONNECTING and agent is not None and _has_free_line(agent):
        # The telephone was lifted while nobody looked.
        talk.connect(turn, agent, call)
    elif call.state is not CallState.WAITING:
        _to_queue(turn, call, agent)
    elif call.to is not None:
        turn.do(LetRing(leg=call.leg, call=call.id))


def _rings_or_leaves(turn: Turn, call: Call, found: LegFound) -> None:
    """In nobody's hands, and not where it would be by now if all had gone on."""
    partner = turn.board.calls.get(call.partner) if call.partner is not None else None
    if call.state is CallState.TRANSFERRED and call.since == turn.now and partner is not None:
        # Joined with its partner a moment ago, in this very look.
        return
    match call.state:
        case CallState.DIALLING if call.rings_customer_first:
            customer_first.found(turn, call, found)
        case CallState.DIALLING if partner is not None and call.agent is None:
            if found.answered:
                aftermath.recipient_answered(turn, call)
        case CallState.DIALLING:
            # Nobody's line hears it any more.
            talk.hang_up(turn, call)
        case CallState.TRANSFERRING if partner is not None:
            turn.do(LetRing(leg=call.leg, call=call.id))
        case CallState.LEAVING:
            leaving.goes_on(turn, call, hears_music=found.place is Place.QUEUE, records=found.records)
        case _ if call.transfer is not None:
            # Taken back by its initiator in the last moment.
            initiator = turn.board.agents[call.transfer.initiator]
            handover.step(turn, call, TransferState.CANCELLED)
            handover.give_back(turn, initiator, call)
            if partner is not None:
                partner.partner = None
        case _:
            call.partner = None
            _in_the_air(turn, call, None)


def _is_passed_on(turn: Turn, call: Call, agent: Agent | None, found: LegFound) -> None:
    """With another party and no agent: the exchange has it so, whatever was written down."""
    partner = turn.board.calls.get(call.partner) if call.partner is not None else None
    if call.state is CallState.TRANSFERRED and partner is not None:
        return
    if call.state is CallState.DIALLING and partner is not None and call.agent is None:
        aftermath.recipient_answered(turn, call)
        return
    if call.state is CallState.TRANSFERRING and partner is not None:
        aftermath.recipient_answered(turn, partner)
        return
    transfer = call.transfer
    recipient = handover.recipient_of(turn, call)
    if agent is not None and transfer is not None and recipient is not None and recipient.agent == agent.id:
        _if_dialled(turn, recipient)
        if recipient.state is CallState.DIALLING:
            # The answer and the click behind it are both unwritten.
            talk.party_answered(turn, agent, recipient)
            aftermath.consulted(turn, agent, recipient)
        handover.join(turn, agent, call, recipient)
    elif _carried_by(turn, call) is None:
        call.partner = None
        _in_the_air(turn, call, agent)


def _carried_by(turn: Turn, call: Call) -> Call | None:
    """Whose recipient this call is; that one's turn settles both."""
    return next(
        (
            c
            for c in turn.board.calls.values()
            if c.transfer is not None and c.transfer.recipient == call.id and c.state in TAKEN
        ),
        None,
    )


def _has_free_line(agent: Agent) -> bool:
    return agent.line is not None and agent.line.state is LineState.UP and agent.line.call is None


def _is_held(turn: Turn, call: Call, agent: Agent) -> None:
    _own(agent, call)
    _off_line(agent, call)
    # Whom it did not reach is still to be read on the card, if nothing has happened since.
    reason = call.reason if call.state is CallState.HELD else None
    if call.state is not CallState.HELD or call.answered_at is not None:
        # Else it was taken back from a transfer before anybody had spoken with the caller.
        _taken(turn, agent, call)
    call.reason = reason
    if call.state is not CallState.HELD:
        turn.move(call, CallState.HELD, SegmentOutcome.HELD)


def _taken(turn: Turn, agent: Agent, call: Call) -> None:
    """What the board forgot: that these two have talked, and since when."""
    if call.taken_at is None:
        call.taken_at = call.answered_at
    talk.is_taken(turn, agent, call)
    turn.show_call(call)


def _talks_with(turn: Turn, call: Call, agent: Agent | None, talker: Agent, found: LegFound) -> None:
    """The exchange has this party on the talker's line."""
    if agent is not None and agent is not talker and call.id in agent.calls:
        agent.calls.remove(call.id)
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.ELSEWHERE)
    partner = turn.board.calls.get(call.partner) if call.partner is not None else None
    if partner is not None:
        partner.partner = None
    call.agent, call.partner, call.to = talker.id, None, call.to if call.direction is Direction.OUT else None
    line = talker.line
    assert line is not None, talker
    together = turn.board.on_line(talker)
    if call.state is CallState.CONFERENCE and line.call is None:
        _own(talker, call)
        return
    # Its own already when others of a conference have just been found gone.
    free = _has_free_line(talker) or line.call == call.id
    armed = call.transfer is not None and call.transfer.state is TransferState.ARMED
    aside = armed or not free or any(c.state is CallState.CONFERENCE and c is not call for c in together)
    if call.state is CallState.DIALLING:
        _was_dialled(turn, call, talker, found, aside=aside)
        return
    if aside:
        # Two on one line, or one who is to be passed on: it broke off in the middle of a swap, or of a click on the
        # transfer button, or the line is on its way out.
        turn.do(Hold(party=call.leg, line=line.leg))
        _is_held(turn, call, talker)
        return
    _own(talker, call)
    line.call = call.id
    if call.state is CallState.TRANSFERRING:
        # Taken back by its initiator in the last moment, and that was not written any more.
        if call.transfer is not None:
            handover.step(turn, call, TransferState.CANCELLED)
        turn.move(call, CallState.HELD, SegmentOutcome.RETURNED)
    _taken(turn, talker, call)
    if call.state is not CallState.ACTIVE:
        was_held = call.state is CallState.HELD
        turn.move(call, CallState.ACTIVE, SegmentOutcome.RESUMED if was_held else SegmentOutcome.ANSWERED)
    else:
        turn.show_call(call)


def _if_dialled(turn: Turn, call: Call) -> None:
    """The party of a call that waits for the agent's telephone has a leg: the number was dialled, unwritten."""
    if call.is_undialled:
        call.until = turn.now + dial.ring_ms(turn.board, call)
        turn.wake_call(call.until, call)
        turn.move(call, CallState.DIALLING, SegmentOutcome.ANSWERED)


def _was_dialled(turn: Turn, call: Call, talker: Agent, found: LegFound, *, aside: bool) -> None:
    """Called from the talker's line; the answer may have come while nobody looked.

    Args:
        aside: the line is somebody else's.
    """
    _own(talker, call)
    line = talker.line
    assert line is not None, talker
    if not aside:
        line.call = call.id
    if found.answered:
        talk.party_answered(turn, talker, call)
        aftermath.consulted(turn, talker, call)
        if aside:
            turn.do(Hold(party=call.leg, line=line.leg))
            turn.move(call, CallState.HELD, SegmentOutcome.HELD)
    elif found.begun and not aside:
        turn.show_call(call)
    else:
        # Nobody is called by it and nobody ever will be, or it only rings: better clicked again than listened to in
        # vain.
        talk.hang_up(turn, call)


def _own(agent: Agent, call: Call) -> None:
    if call.id not in agent.calls:
        agent.calls.append(call.id)


def _off_line(agent: Agent, call: Call) -> None:
    """Who was the last of a conference a moment ago, in this very look, may not be on the line after all."""
    if agent.line is not None and agent.line.call == call.id:
        agent.line.call = None


def _in_the_air(turn: Turn, call: Call, agent: Agent | None) -> None:
    """On nobody's line: music as the agent's if it was answered, ringing for one person, else the queue."""
    if call.direction is Direction.OUT and call.state is CallState.DIALLING:
        talk.hang_up(turn, call)
    elif agent is not None and call.handled_by is not None:
        turn.do(Hold(party=call.leg, line=None))
        _is_held(turn, call, agent)
    elif call.to is not None and call.state is CallState.WAITING:
        turn.do(LetRing(leg=call.leg, call=call.id))
    else:
        _to_queue(turn, call, agent)


def _to_queue(turn: Turn, call: Call, agent: Agent | None) -> None:
    """Nobody's any more: it waits in its queue, or for the person whom it is for; with neither it is over."""
    if agent is not None and call.id in agent.calls:
        talk.leave(turn, agent, call)
        _off_line(agent, call)
    call.agent = None
    if call.transfer is not None and call.state is not CallState.WAITING:
        # Else its initiator could still act on a call that somebody else takes next.
        handover.drop(turn, call)
    if call.queue is None and call.to is None:
        if call.state is not CallState.WAITING:
            handover.wait_for_initiator(turn, call, agent, Reason.UNREACHABLE)
        if call.back_to is None:
            turn.stranded.append((call, Reason.UNREACHABLE))
        return
    if call.to is not None:
        turn.do(LetRing(leg=call.leg, call=call.id))
    elif call.queue is not None:
        turn.place_in_queue(call)
    if call.state is not CallState.WAITING:
        call.note = None
        turn.move(call, CallState.WAITING, SegmentOutcome.RETURNED)


def _adopt(turn: Turn, found: LegFound) -> Call | None:
    """A caller whom the database does not know: the crash came before the commit. None: not for any queue."""
    board = turn.board
    queue = board.queues.get(found.queue) if found.queue is not None else None
    to = found.to if found.to in board.agents else None
    leads = queue is not None or to is not None or found.announcement is not None
    if not leads or found.leg in board.ended or found.outgoing:
        return None
    call = Call(
        id=found.call if found.call is not None else CallId(found.leg),
        leg=found.leg,
        queue=queue.id if queue is not None else None,
        direction=Direction.IN,
        number=found.number,
        name=found.name,
        entered_at=found.since,
        urgent=queue is not None and queue.urgent,
        priority=queue.priority if queue is not None else 0,
        to=to if queue is None else None,
        since=found.since,
        segment_since=found.since,
    )
    board.add(call)
    if queue is not None:
        turn.enters(call, queue)
    turn.remember(
        CallOpened(
            call=call.id,
            leg=call.leg,
            queue=call.queue,
            to=call.to,
            direction=Direction.IN,
            number=call.number,
            name=call.name,
            dialled=None,
            at=call.entered_at,
        )
    )
    turn.show_call(call)
    return call


def _wake(turn: Turn, call: Call) -> None:
    """Every moment that was set for a call comes again."""
    for at in (call.until, call.back_until, call.transfer.until if call.transfer is not None else None):
        if at is not None:
            turn.wake_call(at, call)
    turn.moved.append(call)


def _tidy(turn: Turn, agent: Agent) -> None:
    """Every line has a reason, every held caller a way back, and every moment that was set comes again."""
    line = agent.line
    if agent.calls:
        wrapup.give_way(turn, agent)
    if line is not None and line.state is LineState.UP:
        agent.line_lost_until = agent.ring_back_at = None
        if not agent.calls:
            lines.hang_up(turn, agent)
        elif not turn.board.is_reachable(agent):
            # A page's telephone registers through our server and may only need a moment to come back.
            line.until = turn.now + rescue.EVIDENCE_MS
            turn.wake(line.until, agent)
    elif line is None and agent.line_lost_until is not None and turn.board.is_reachable(agent):
        rescue.call_back_lost(turn, agent)
    elif agent.calls and agent.ring_back_at is None and agent.line_lost_until is None:
        agent.ring_back_at = turn.now + rescue.RING_BACK_AFTER_MS
    if agent.ring_back_at is not None:
        agent.ring_back_at = max(agent.ring_back_at, turn.now)
        turn.wake(agent.ring_back_at, agent)
    if agent.line_lost_until is not None:
        agent.line_lost_until = max(agent.line_lost_until, turn.now)
        turn.wake(agent.line_lost_until, agent)
    wrapup.wake(turn, agent)
    desk.watch_device(turn, agent)
    if not agent.console and agent.console_lost_at is None and not desk.may_go_on_by_phone(turn.board, agent):
        agent.console_lost_at = turn.now
        desk.watch_absence(turn, agent)
