"""Calls that an agent has: connect, hold, resume, end, and what becomes of them when the device fails.

Manual 2.1.1, 5.1, 5.2; statements 2.1.1-e to 2.1.1-x, 5.1-a to 5.1-e; decisions D5, D8, D16, D27.
"""

from __future__ import annotations

from cordboard.core import dial, urgent
from cordboard.core import line as lines
from cordboard.core.agent import Agent, Line, LineState
from cordboard.core.call import Call, CallState, Note
from cordboard.core.commands import AnswerDevice, HangUp, Hold, Join, PlayEndTone, SendDigits
from cordboard.core.events import LegEnd
from cordboard.core.notices import Saying, Thing
from cordboard.core.records import CallClosed, SegmentKind, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.statistics import SHORT_ABANDON_MS
from cordboard.core.turn import Ended, Turn
from cordboard.core.types import AnswerMethod, DeviceKind, Direction, EndedBy

TALK_ANSWER_MS = 1_200
"""A phone that was told to answer by NOTIFY and is not up after this is called anew with the header."""
AT_ONCE_MS = 3_000
"""A phone that was asked to answer at once and is not up after this must be picked up by hand."""
ENDED_MAX = 1_000
"""How many ended calls are remembered, so that late word of them is known for what it is."""


def bring_up(turn: Turn, agent: Agent, call: Call) -> None:
    """Get the agent's device on the line for this call, by the best way it has, and connect them then."""
    line = agent.line
    if line is None:
        call_at_once(turn, agent, call)
        return
    match line.state:
        case LineState.UP:
            own = lines.own_leg(agent, call)
            if own is not None and own is not line and not _takes_over(turn, line, own):
                change_legs(turn, agent, own)
            if own is None and _needs_its_own(turn, agent, line):
                _second_leg(turn, agent, line, call)
            else:
                connect(turn, agent, call)
        case LineState.RINGING:
            _answer_ringing(turn, agent, line, call)
        case LineState.CLOSING:
            # The old leg is on its way out; when the exchange confirms, the device is called anew.
            assert not line.replacing, agent
            line.replacing, line.call = True, call.id
            turn.show_agent(agent)
            turn.show_call(call)
            turn.touch_agent(agent)
        case LineState.ANSWERING:
            # It rings for held callers (D27), and now the agent has clicked.
            assert line.ring_back, agent
            _answer_ringing(turn, agent, line, call)


def _takes_over(turn: Turn, line: Line, own: Line) -> bool:
    """The telephone can live with one leg: the line takes this call too, whose own leg is on hold there."""
    device = turn.board.devices.get(line.device)
    return own.held_by_phone and not line.held_by_phone and device is not None and device.one_line


def _needs_its_own(turn: Turn, agent: Agent, line: Line) -> bool:
    """Another call comes on a second leg: on hold at the telephone the line lets nobody be heard; and for some
    telephones each call has its own (D27). A page's telephone always has one."""
    device = turn.board.devices.get(line.device)
    if device is None or device.kind is DeviceKind.WEB or not lines.can_be_kept(agent):
        return False
    return line.held_by_phone or not device.one_line


def _second_leg(turn: Turn, agent: Agent, line: Line, call: Call) -> None:
    """Ring the telephone once more for this call; who is spoken with is put on hold first (D6, D8)."""
    there = turn.board.on_line(agent)
    talked = line.talked or any(c.state is CallState.ACTIVE for c in there)
    for other in there:
        put_aside(turn, agent, other)
    if agent.line is line and lines.can_be_kept(agent):
        lines.set_aside(agent, talked=talked)
        call_at_once(turn, agent, call)
    else:
        bring_up(turn, agent, call)


def change_legs(turn: Turn, agent: Agent, own: Line) -> None:
    """This leg becomes the line; who is on the present one is held, and that leg kept for the call."""
    for other in turn.board.on_line(agent):
        put_aside(turn, agent, other)
    line = agent.line
    if line is not None and lines.can_be_kept(agent):
        lines.set_aside(agent, talked=False)
    elif line is not None:
        agent.line = None
        lines.drop(turn, line)
    lines.come_forward(turn, agent, own)


def call_at_once(turn: Turn, agent: Agent, call: Call) -> None:
    """Ring the device anew and ask it to answer by itself, for a call that its agent has clicked on."""
    device = turn.board.device_of(agent)
    by_hand = device is not None and device.answer_method is AnswerMethod.MANUAL
    wait = turn.board.rules.reserved_ms if by_hand else AT_ONCE_MS
    line = lines.ring(
        turn, agent, call, at_once=not by_hand, until=turn.now + wait, state=LineState.ANSWERING
    )
    line.reserved_until = turn.now + turn.board.rules.reserved_ms
    if agent.line_lost_until is not None and agent.line_lost_until < line.reserved_until:
        agent.line_lost_until = line.reserved_until
        turn.wake(agent.line_lost_until, agent)
    if by_hand:
        call.note = Note.ANSWER_ON_PHONE


def _answer_ringing(turn: Turn, agent: Agent, line: Line, call: Call) -> None:
    device = turn.board.device_of(agent)
    assert device is not None, agent
    if line.call is not None and (rung := turn.board.calls.get(line.call)) is not None:
        # It need not be the one that was clicked on.
        turn.show_call(rung)
    line.state, line.call, line.ring_back = LineState.ANSWERING, call.id, False
    line.reserved_until = turn.now + turn.board.rules.reserved_ms
    match device.answer_method:
        case AnswerMethod.WEB if call.state is CallState.CONNECTING:
            # The page sees that the call is connecting and answers its own softphone.
            line.until = turn.now + AT_ONCE_MS
        case AnswerMethod.NOTIFY_TALK:
            turn.do(AnswerDevice(leg=line.leg))
            line.told, line.until = True, turn.now + TALK_ANSWER_MS
        case AnswerMethod.HEADER | AnswerMethod.WEB:
            lines.stop_ringing(turn, agent, elsewhere=True)
            line.replacing, line.call = True, call.id
            return
        case AnswerMethod.MANUAL:
            call.note = Note.ANSWER_ON_PHONE
            line.until = turn.now + turn.board.rules.reserved_ms
    turn.wake(line.until, agent)
    turn.show_agent(agent)
    turn.show_call(call)


def line_up(turn: Turn, agent: Agent) -> None:
    """The device has been taken up."""
    line = agent.line
    assert line is not None, agent
    line.state, line.until, line.reserved_until, line.ring_back = LineState.UP, None, None, False
    device = turn.board.devices.get(line.device)
    if device is not None:
        device.failures = 0
    agent.ring_back_at = agent.line_lost_until = None
    urgent.is_there(turn, agent)
    for kept in agent.aside:
        kept.talked = False
    turn.show_agent(agent)
    call = turn.board.calls.get(line.call) if line.call is not None else None
    if call is None or call.agent != agent.id:
        # The caller went while the phone was being lifted, or a colleague was first.
        line.call = None
        if not agent.calls:
            lines.hang_up(turn, agent)
        return
    connect(turn, agent, call)


def connect(turn: Turn, agent: Agent, call: Call) -> None:
    """Agent and party hear each other; whom the agent was talking with is held first (D8, 5.2-b).

    An outgoing call is dialled now, with the agent listening.
    """
    line = agent.line
    assert line is not None, agent
    assert line.state is LineState.UP, agent
    assert call.agent == agent.id, call
    there = turn.board.on_line(agent)
    if call in there:
        return
    # First, so that the line stays when who only rings there is given up.
    line.whose, line.talked = call.id, False
    lines.let_go(turn, agent, of=call.id)
    for other in there:
        put_aside(turn, agent, other)
    line.call = call.id
    if call.is_undialled:
        consults = consultation_of(turn, agent, call) is not None
        rules = turn.board.rules
        ring_ms = rules.consult_ring_ms if consults else dial.ring_ms(turn.board, call)
        dial.begin(turn, call, agent, consults=consults, ring_ms=ring_ms)
        turn.show_agent(agent)
        return
    turn.do(Join(line=line.leg, party=call.leg))
    call.note = Note.PHONE_HOLD if line.held_by_phone else None
    is_taken(turn, agent, call)
    was_held = call.state is CallState.HELD
    turn.note(call, Why.RESUMED if was_held else Why.ANSWERED, agent)
    turn.move(call, CallState.ACTIVE, SegmentOutcome.RESUMED if was_held else SegmentOutcome.ANSWERED)
    turn.show_agent(agent)


def consultation_of(turn: Turn, agent: Agent, call: Call) -> Call | None:
    """The call that the agent is passing on to this one; None: it is no consultation."""
    return next(
        (c for c in turn.board.calls_of(agent) if c.transfer is not None and c.transfer.recipient == call.id),
        None,
    )


def party_answered(turn: Turn, agent: Agent, call: Call) -> None:
    """Who was dialled has answered: agent and party hear each other already."""
    assert call.state is CallState.DIALLING, call
    call.until = None
    is_taken(turn, agent, call)
    turn.note(call, Why.ANSWERED)
    turn.move(call, CallState.ACTIVE, SegmentOutcome.ANSWERED)
    turn.show_agent(agent)


def is_taken(turn: Turn, agent: Agent, call: Call) -> None:
    """Agent and party have heard each other: the call counts as answered, once (D15)."""
    call.handled_by = agent.id
    call.returned = False
    call.back_to = call.back_until = call.reason = None
    if call.direction is Direction.IN:
        call.until = None
    if call.taken_at is None:
        call.taken_at = turn.now
    turn.taken.append(call)
    if call.answered_at is None:
        call.answered_at = turn.now
        if call.queue is not None:
            queue = turn.board.queues[call.queue]
            queue.numbers.was_answered(entered_at=call.entered_at, answered_at=turn.now, by=agent.id)


def put_aside(turn: Turn, agent: Agent, call: Call) -> None:
    """The line is needed for somebody else: who is on it is held; who only rings is given up."""
    if call.state is CallState.DIALLING:
        hang_up(turn, call)
    else:
        hold(turn, agent, call)


def hold(turn: Turn, agent: Agent, call: Call) -> None:
    """The party hears music and stays this agent's.

    Raises:
        Refused: `not_answered_yet` (it still rings), `not_your_call`; nothing has changed.
    """
    if call.state is CallState.HELD:
        return
    if call.state is CallState.DIALLING:
        raise Refused(Code.NOT_ANSWERED_YET)
    if call.state not in (CallState.ACTIVE, CallState.CONFERENCE):
        raise Refused(Code.NOT_YOUR_CALL)
    line = agent.line
    turn.do(Hold(party=call.leg, line=line.leg if line is not None else None))
    if line is not None and line.call == call.id:
        line.call = None
    turn.note(call, Why.HELD, agent)
    turn.move(call, CallState.HELD, SegmentOutcome.HELD)
    settle_conference(turn, agent)
    turn.show_agent(agent)


def put_through(turn: Turn, agent: Agent, call: Call, *, talks: bool) -> None:
    """The call takes the place of another in this agent's hands: spoken with, or on hold."""
    line = agent.line
    if talks:
        assert line is not None, agent
        line.call = line.whose = call.id
        turn.do(Join(line=line.leg, party=call.leg))
        turn.note(call, Why.ANSWERED, agent)
        turn.move(call, CallState.ACTIVE, SegmentOutcome.ANSWERED)
    else:
        turn.do(Hold(party=call.leg, line=None))
        turn.move(call, CallState.HELD, SegmentOutcome.HELD)
    turn.show_agent(agent)


def join_conference(turn: Turn, agent: Agent, call: Call) -> None:
    """This held party joins whom the agent talks with.

    Raises:
        Refused: `nobody_on_line`, or `not_your_call` when it is not on hold; nothing has changed.
    """
    line = agent.line
    there = turn.board.on_line(agent)
    if call.state is CallState.CONFERENCE:
        return
    talking = [c for c in there if c.state in (CallState.ACTIVE, CallState.CONFERENCE)]
    if line is None or line.state is not LineState.UP or not talking or len(talking) != len(there):
        raise Refused(Code.NOBODY_ON_LINE)
    if call.state is not CallState.HELD:
        raise Refused(Code.NOT_YOUR_CALL)
    line.call = None
    lines.let_go(turn, agent, of=call.id)
    turn.do(Join(line=line.leg, party=call.leg, conference=True))
    turn.note(call, Why.RESUMED, agent)
    for member in [*talking, call]:
        if member.state is not CallState.CONFERENCE:
            turn.move(member, CallState.CONFERENCE, SegmentOutcome.RESUMED)
    turn.show_agent(agent)


def settle_conference(turn: Turn, agent: Agent) -> None:
    """A conference with one party left is a conversation."""
    members = [c for c in turn.board.calls_of(agent) if c.state is CallState.CONFERENCE]
    if len(members) == 1 and agent.line is not None:
        agent.line.call = members[0].id
        turn.move(members[0], CallState.ACTIVE, SegmentOutcome.RESUMED)


def send_keys(turn: Turn, agent: Agent, digits: str) -> None:
    """Tones to whom the agent talks with (D26); kept nowhere.

    Raises:
        Refused: `bad_number`, `nobody_on_line`; nothing has changed.
    """
    if not digits or len(digits) > dial.DIGITS_MAX or not set(digits) <= set("0123456789*#"):
        raise Refused(Code.BAD_NUMBER, number="")
    talking = [c for c in turn.board.on_line(agent) if c.state in (CallState.ACTIVE, CallState.CONFERENCE)]
    if not talking:
        raise Refused(Code.NOBODY_ON_LINE)
    for call in talking:
        turn.do(SendDigits(party=call.leg, digits=digits))


def resume(turn: Turn, agent: Agent, call: Call) -> None:
    """Talk with a held caller again.

    Raises:
        Refused: `press_hold_on_phone` (the handset's own hold is on), `no_device`, `device_not_registered`,
            `live_call` (the device is on its way up for another call); nothing has changed.
    """
    line = agent.line
    if call.state is CallState.ACTIVE and line is not None and line.held_by_phone:
        _take_off_hold(turn, line)
        return
    if call.state is not CallState.HELD:
        return
    own = lines.own_leg(agent, call)
    if (
        own is not None
        and own.held_by_phone
        and (own is line or line is None or not _takes_over(turn, line, own))
    ):
        # What the telephone then tells of that leg brings the caller back to it.
        _take_off_hold(turn, own)
        return
    if line is not None and line.is_coming_up:
        if line.call == call.id:
            return
        raise Refused(Code.LIVE_CALL)
    require_device(turn, agent)
    agent.ring_back_at = None
    bring_up(turn, agent, call)


def _take_off_hold(turn: Turn, leg: Line) -> None:
    device = turn.board.devices.get(leg.device)
    if device is None or device.answer_method is not AnswerMethod.NOTIFY_TALK:
        raise Refused(Code.PRESS_HOLD_ON_PHONE)
    turn.do(AnswerDevice(leg=leg.leg))


def require_device(turn: Turn, agent: Agent) -> None:
    """The agent can be put through: the exchange is there, and a device that is up or can be rung.

    Raises:
        Refused: `exchange_down`, `no_device`, `device_engaged` or `device_not_registered`.
    """
    if not turn.board.exchange_up:
        raise Refused(Code.EXCHANGE_DOWN)
    if agent.device is None:
        raise Refused(Code.NO_DEVICE)
    up = agent.line is not None and agent.line.state is LineState.UP
    if not up and turn.board.is_engaged(agent):
        raise Refused(Code.DEVICE_ENGAGED)
    if not up and not turn.board.is_reachable(agent):
        raise Refused(Code.DEVICE_NOT_REGISTERED)


def end(turn: Turn, call: Call, by: EndedBy, how: LegEnd | None = None) -> None:
    """The call is over: history gets its one record, the agent leaves it.

    Args:
        how: how the exchange says that its leg ended; None: it is we who end it.
    """
    board = turn.board
    assert not call.offers, call
    agent = board.agents.get(call.agent) if call.agent is not None else None
    state = call.state
    turn.close_segment(call, _outcome(call, by))
    turn.remember(
        CallClosed(
            call=call.id,
            answered=call.answered_at is not None,
            ended_by=by,
            # Who was rung first has nobody who called.
            agent=call.made_by if call.made_by is not None else call.handled_by,
            at=turn.now,
        )
    )
    turn.note(call, Why.ENDED, agent, by.value)
    turn.show_call(call)
    if (
        by is EndedBy.CALLER
        and call.direction is Direction.IN
        and call.answered_at is None
        and turn.now - call.entered_at < SHORT_ABANDON_MS
    ):
        for visited in call.visited & board.queues.keys():
            board.queues[visited].numbers.gave_up_early(call.entered_at)
            turn.show(Thing.QUEUE, visited)
    call.state = CallState.ENDED
    board.remove(call)
    board.ended[call.leg] = None
    if len(board.ended) > ENDED_MAX:
        del board.ended[next(iter(board.ended))]
    turn.over.append(Ended(call, state, agent, by, how.value if how is not None else ""))
    if agent is None:
        return
    leave(turn, agent, call)
    if by is EndedBy.CALLER:
        held = state is CallState.HELD
        turn.say(agent, Saying.CALLER_ON_HOLD_HUNG_UP if held else Saying.CALLER_HUNG_UP, call.id)
    heard = state in (CallState.ACTIVE, CallState.HELD, CallState.DIALLING)
    free_line(turn, agent, call, tone=heard and by in (EndedBy.CALLER, EndedBy.NOT_REACHED))


def _outcome(call: Call, by: EndedBy) -> SegmentOutcome:
    if by in (EndedBy.LOST, EndedBy.UNKNOWN):
        return SegmentOutcome.LOST
    if call.segment is SegmentKind.WAIT:
        if by is EndedBy.CALLER:
            return SegmentOutcome.ABANDONED
        return SegmentOutcome.LED_OUT if by is EndedBy.EXIT else SegmentOutcome.ENDED
    if call.segment is SegmentKind.DIAL and by is not EndedBy.AGENT:
        return SegmentOutcome.NOT_REACHED
    return SegmentOutcome.TRANSFERRED if by is EndedBy.TRANSFER else SegmentOutcome.ENDED


def leave(turn: Turn, agent: Agent, call: Call) -> None:
    """The call is not this agent's any more; wrap-up looks at it when the turn ends (D9)."""
    agent.calls.remove(call.id)
    lines.let_go(turn, agent)
    turn.leaves(agent, call)
    agent.idle_since = turn.now
    turn.show_agent(agent)


def free_line(turn: Turn, agent: Agent, call: Call, *, tone: bool) -> None:
    """The line lives as long as the agent has any call; a tone says that this caller is gone (D27)."""
    line = agent.line
    if line is None:
        return
    if line.state is LineState.CLOSING:
        if line.call == call.id:
            line.replacing, line.call = False, None
    elif line.state in (LineState.RINGING, LineState.ANSWERING):
        if line.call == call.id:
            if line.ring_back and agent.calls:
                line.call = agent.calls[0]
            else:
                lines.stop_ringing(turn, agent, elsewhere=False)
    elif not agent.calls or (agent.aside and line.whose == call.id and not turn.board.on_line(agent)):
        # The telephone has another leg for each of the others.
        lines.hang_up(turn, agent)
    else:
        if line.call == call.id:
            line.call = None
            if tone:
                turn.do(PlayEndTone(line=line.leg))
        settle_conference(turn, agent)


def hang_up(turn: Turn, call: Call) -> None:
    """The agent ends the call."""
    turn.do(HangUp(leg=call.leg))
    end(turn, call, EndedBy.AGENT)


def give_up(turn: Turn, call: Call) -> None:
    """Who was dialled does not answer."""
    turn.do(HangUp(leg=call.leg))
    end(turn, call, EndedBy.NOT_REACHED, LegEnd.NO_ANSWER)
