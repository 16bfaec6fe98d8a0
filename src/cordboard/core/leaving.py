"""Callers who are being led out: what follows on the sentence that they hear, and the message that they leave.

Decisions D21 (queues), D29 (direct calls, messages) and D16 (after a restart).
"""

from __future__ import annotations

from cordboard.core import asking, missed, talk
from cordboard.core.board import Board, MessageFor
from cordboard.core.call import Call, CallState, Reason
from cordboard.core.commands import FindMessage, ForgetMessage, HangUpReason, RecordMessage
from cordboard.core.events import MessageRecorded
from cordboard.core.exits import RECORDED_MS_MAX, SAYING_MS_MAX, end, lead_out
from cordboard.core.records import MessageLeft
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.turn import Turn
from cordboard.core.types import MESSAGE, EndedBy, LegId

MESSAGE_MS_MAX = 180_000
FINDING_MS_MAX = 30_000
"""A message that was not found by then is looked for no longer."""
_OF_QUEUE = frozenset(reason.value for reason in ExitReason)
_OF_PERSON = frozenset(reason.value for reason in Reason)


def due(turn: Turn, call: Call) -> None:
    """What is said, or recorded, never ends: it counts as over."""
    is_over = call.until is not None and call.until <= turn.now
    if not is_over or call.dialogue is not None or call.state is not CallState.LEAVING:
        return
    message = turn.board.messages.get(call.leg)
    if message is None or not message.records:
        announcement_ended(turn, call.leg)
    elif not turn.board.exchange_up:
        # What became of it is seen at the exchange's return.
        pass
    elif message.otherwise is None:
        _find(turn, call, message, EndedBy.EXIT)
    else:
        _is_over(turn, call, message.otherwise)


def announcement_ended(turn: Turn, leg: LegId) -> None:
    """What was to be said is said: the message is recorded, or the call is over."""
    call_id = turn.board.parties.get(leg)
    call = turn.board.calls.get(call_id) if call_id is not None else None
    if call is None:
        return
    if call.state is not CallState.LEAVING and call.dialogue is None:
        if call.quiet_until > turn.now + asking.GAP_MS:
            # The greeting: what else is to be said follows after a while of music.
            call.quiet_until = turn.now + asking.GAP_MS
            turn.wake_call(call.quiet_until, call)
        return
    if call.dialogue is not None:
        asking.said(turn, call)
        return
    message = turn.board.messages.get(leg)
    if message is not None and not message.records:
        message.records = True
        call.until = turn.now + MESSAGE_MS_MAX + SAYING_MS_MAX
        turn.wake_call(call.until, call)
        turn.do(RecordMessage(leg=leg, call=call.id, name=f"{MESSAGE}{call.id}", ms_max=MESSAGE_MS_MAX))
        return
    end(turn, call, HangUpReason.NORMAL)


def gone(turn: Turn, call: Call) -> None:
    """The call is over; who hung up before the tone leaves no message."""
    message = turn.board.messages.get(call.leg)
    if message is not None and (not message.records or message.otherwise is not None):
        del turn.board.messages[call.leg]


def hung_up(turn: Turn, call: Call, by: EndedBy) -> bool:
    """A caller's leg is gone. True: before the end of the message was told, so that it is looked for first.

    Args:
        by: how the call ends if nothing was said.
    """
    message = turn.board.messages.get(call.leg)
    if call.state is not CallState.LEAVING or message is None or not message.records:
        return False
    if message.otherwise in (None, EndedBy.EXIT):
        _find(turn, call, message, by)
    return True


def _find(turn: Turn, call: Call, message: MessageFor, otherwise: EndedBy) -> None:
    message.otherwise = otherwise
    call.until = turn.now + FINDING_MS_MAX
    turn.wake_call(call.until, call)
    turn.do(FindMessage(leg=call.leg, call=call.id, name=f"{MESSAGE}{call.id}"))


def _is_over(turn: Turn, call: Call, by: EndedBy | None) -> None:
    if by is None or by is EndedBy.EXIT:
        end(turn, call, HangUpReason.NORMAL)
    else:
        # Its leg is gone already.
        talk.end(turn, call, by)


def message_recorded(turn: Turn, event: MessageRecorded) -> None:
    """A caller left a message, or nothing; the caller may have hung up already (D29)."""
    board = turn.board
    message = board.messages.pop(event.leg, None)
    if message is None:
        # Told again, as the exchange does (22.10, seen), or of a call that is over: what is nobody's message goes by
        # itself after a day, when the database can say so.
        return
    if event.ms == 0:
        turn.do(ForgetMessage(leg=event.leg, name=event.name))
    else:
        turn.remember(
            MessageLeft(
                call=message.call,
                name=event.name,
                ms=event.ms,
                to=message.to,
                queue=message.queue,
                at=turn.now,
            )
        )
    call = board.calls.get(message.call)
    if event.ms > 0:
        if call is None:
            missed.message_left(turn, message.call, event.name)
        else:
            call.message = event.name
    if call is not None and call.state is CallState.LEAVING:
        found = event.ms > 0 or message.otherwise is None
        _is_over(turn, call, EndedBy.EXIT if found else message.otherwise)


# --- after a restart ---


def ended_unseen(turn: Turn, call: Call, by: EndedBy) -> bool:
    """Its leg is not there any more. True: the caller may have left a message, which is looked for first.

    Args:
        by: how the call ends if there is none.
    """
    if call.state is not CallState.LEAVING or call.dialogue is not None:
        return False
    message = turn.board.messages.get(call.leg)
    if message is None:
        # A new server does not know whether it was being recorded; the exchange does.
        message = MessageFor(call=call.id, to=call.to, queue=call.queue, records=True)
        turn.board.messages[call.leg] = message
    if message.records:
        _find(turn, call, message, by)
    return message.records


def goes_on(turn: Turn, call: Call, *, hears_music: bool, records: bool) -> None:
    """After a restart: the exchange goes on saying it, or recording the message, and tells the end of that.

    Where that end is not the last that the caller is to hear, the caller is led out anew by the same way: who may leave
    a message hears it said again, and so does who was perhaps offered a call back. Who was promised one is told so.

    Args:
        hears_music: between the sentences, as whoever is offered a call back does.
        records: the message is being recorded.
    """
    if asking.goes_on(turn, call):
        return
    board = turn.board
    way = _way_again(board, call, hears_music=hears_music)
    if way is not None and call.led_out is not None and not records:
        lead_out(turn, call, way, call.led_out)
        return
    board.messages.setdefault(call.leg, MessageFor(call=call.id, to=call.to, queue=call.queue, records=True))
    call.until = turn.now + max(MESSAGE_MS_MAX + SAYING_MS_MAX, RECORDED_MS_MAX)
    turn.wake_call(call.until, call)


def _way_again(board: Board, call: Call, *, hears_music: bool) -> Exit | None:
    """By which way this caller was being led out, where more follows than the end of a sentence; None: none does."""
    way = _way_of(board, call)
    if way is None or way.action is ExitAction.MESSAGE:
        return way
    if way.action is not ExitAction.CALL_BACK:
        return None
    if hears_music:
        return way
    return Exit(action=ExitAction.MESSAGE) if way.target == ExitAction.MESSAGE.value else None


def _way_of(board: Board, call: Call) -> Exit | None:
    """The rule by which it was led out, as it is now: its queue's, or that of the person who did not take it."""
    why = call.led_out
    if why in _OF_QUEUE:
        queue = board.queues.get(call.queue) if call.queue is not None else None
        return queue.exits.get(ExitReason(why)) if queue is not None else None
    if why not in _OF_PERSON or (call.queue is not None and call.to is None):
        # Also who hears that a number which a queue led to was not reached.
        return None
    person = board.agents.get(call.to) if call.to is not None else None
    rule = person.direct_exit if person is not None else None
    return rule or board.rules.direct_exit
