"""A caller asks by keys to be called back: in the queue, or as a queue's way out (3.6-t, 3.6-u, D14).

While the caller waits this changes nothing about the place and the offers: who is taken by an agent meanwhile talks
with that agent. Only the promise ends the call, and it is said after the database has it.
"""

from __future__ import annotations

from cordboard.core import callback, slots, talk
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Announce, HangUp, Hush, Phrase, Sentence
from cordboard.core.dialogue import Dialogue, DialogueStep
from cordboard.core.events import CallBackKept
from cordboard.core.queue import Queue
from cordboard.core.records import RequestedBy, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.transitions import DIALOGUE
from cordboard.core.turn import Turn
from cordboard.core.types import CallId, EndedBy, Instant, LegId, NumberKind, QueueId

KEY_MS = 8_000
"""So long a key is waited for after a sentence, and the next digit after a digit."""
SAYING_MS_MAX = 60_000
"""A sentence that never ends counts as said after this."""
GAP_MS = 10_000
"""After a sentence nothing else is begun for so long."""
TRIES_MAX = 3
"""So many answers that are of no use, then the caller goes on waiting."""
YES, OTHER, END, ANEW = "1", "2", "#", "*"
DIGITS_MIN, DIGITS_MAX = 7, 20
"""Of a number that can be called back; shorter ones are extensions and services."""
SOON_MIN_MAX = 90
"""A call back that is further away is said to be at the next opening, in hours or in days, not in minutes."""
HOURS_MAX = 48
"""One that is further away than this is said to be in days."""
S = DialogueStep


# --- the offer ---


def may_ask(queue: Queue, call: Call) -> bool:
    """This caller is one to whom a call back is offered in this queue: not urgent, and only in its hours."""
    return (
        queue.callback.caller_first_ms is not None
        and queue.open
        and not call.awaits_first_agent
        and not (call.urgent or queue.urgent or queue.ring_until_answered)
    )


def next_offer(queue: Queue, call: Call) -> Instant | None:
    """When the caller is next offered one; None: never."""
    first = queue.callback.caller_first_ms
    if first is None or not may_ask(queue, call):
        return None
    if call.offered_back_at is None or call.offered_back_at < call.segment_since:
        return call.segment_since + first
    return call.offered_back_at + queue.callback.caller_every_ms


def offer(queue: Queue) -> Phrase:
    """What is said in the queue; from then on the key is listened to."""
    return Phrase(sentence=Sentence.CALL_BACK_OFFER, digits=queue.callback.caller_key)


def offer_as_way_out(turn: Turn, call: Call, why: str, *, leaves_message: bool) -> bool:
    """Lead the caller out by offering a call back. False: there is none to offer; nothing has changed."""
    queue = turn.board.queues.get(call.queue) if call.queue is not None else None
    if queue is None or call.urgent or turn.board.opens(queue.id, turn.now) is None:
        return False
    call.partner = call.until = None
    turn.place_in_queue(call)
    call.dialogue = Dialogue(
        step=S.OFFERED, queue=queue.id, until=turn.now, way_out=why, leaves_message=leaves_message
    )
    turn.move(call, CallState.LEAVING, SegmentOutcome.LED_OUT)
    _say(turn, call, Phrase(sentence=Sentence.CALL_BACK_INSTEAD, digits=queue.callback.caller_key))
    return True


# --- what happens ---


def pressed(turn: Turn, leg: LegId, key: str) -> None:
    """A key; it means nothing where none is asked for."""
    board = turn.board
    call_id = board.parties.get(leg)
    call = board.calls.get(call_id) if call_id is not None else None
    queue = board.queues.get(call.queue) if call is not None and call.queue is not None else None
    if call is None or queue is None:
        return
    one = call.dialogue
    if one is None:
        if _listens(call, queue) and key == queue.callback.caller_key:
            call.dialogue = Dialogue(step=S.OFFERED, queue=queue.id, until=turn.now)
            _begin(turn, call, call.dialogue)
        return
    match one.step:
        case S.OFFERED if key == queue.callback.caller_key:
            _begin(turn, call, one)
        case S.CONFIRMING | S.CHOOSING | S.AGREEING:
            _answer(turn, call, one, key)
        case S.TYPING | S.TIMING:
            _type(turn, call, one, key)
        case _:
            pass


def said(turn: Turn, call: Call) -> None:
    """A sentence of ours is over: the time for a key begins, or the call ends."""
    one = call.dialogue
    if one is None:
        return
    if one.step is S.PROMISED:
        if one.told:
            _good_bye(turn, call, one)
        return
    _wait(turn, call, one, KEY_MS)


def due(turn: Turn, call: Call) -> None:
    """No key came."""
    one = call.dialogue
    if one is None or one.until > turn.now:
        return
    match one.step:
        case S.OFFERED:
            _over(turn, call, one)
        case S.TYPING | S.TIMING if one.typed:
            _typed(turn, call, one)
        case S.CONFIRMING | S.TYPING | S.CHOOSING | S.TIMING | S.AGREEING:
            _again(turn, call, one)
        case S.PROMISED if one.told:
            _good_bye(turn, call, one)
        case S.PROMISED:
            kept(turn, call.id)
        case S.OVER:
            pass


def moved(turn: Turn, call: Call) -> None:
    """An agent takes the caller, or the caller is sent elsewhere: nobody asks anything any more."""
    one = call.dialogue
    if one is None or one.step is S.PROMISED:
        return
    waits = call.state is CallState.WAITING and call.to is None and one.way_out is None
    leaves = call.state is CallState.LEAVING and one.way_out is not None
    if (waits or leaves) and call.queue == one.queue:
        return
    _step(one, S.OVER)
    call.dialogue = None
    turn.do(Hush(leg=call.leg))


def kept(turn: Turn, call_id: CallId) -> None:
    """The database has the promise: the caller hears when to expect the call."""
    call = turn.board.calls.get(call_id)
    one = call.dialogue if call is not None else None
    if call is None or one is None or one.step is not S.PROMISED or one.told:
        return
    one.told = True
    then = when(turn, one.queue, one.due_at) if one.at is None else slots.spoken(turn.board, turn.now, one.at)
    _say(turn, call, Phrase(sentence=Sentence.CALL_BACK_THANKS), then)


def is_promised(call: Call) -> bool:
    """The caller may put the telephone down: it is kept."""
    return call.dialogue is not None and call.dialogue.step is S.PROMISED


def goes_on(turn: Turn, call: Call) -> bool:
    """After a restart. True: this caller was promised a call back, and hears it (again) before the call ends."""
    if call.dialogue is not None:
        turn.wake_call(max(turn.now + 1, call.dialogue.until), call)
        return True
    for one in turn.board.callbacks.values():
        row = one.row
        own = row.entered_at == call.place_at or (row.entered_at is None and row.number == call.number)
        own = own and row.requested_by is RequestedBy.CALLER
        if own and row.queue == call.queue and row.requested_at >= call.entered_at and one.is_open:
            call.until = None
            call.dialogue = Dialogue(
                step=S.PROMISED, queue=row.queue, until=turn.now, number=row.number, due_at=row.due_at
            )
            kept(turn, call.id)
            return True
    return False


# --- the steps ---


def _listens(call: Call, queue: Queue) -> bool:
    return (
        call.state is CallState.WAITING
        and call.person is None
        and call.offered_back_at is not None
        and call.offered_back_at >= call.segment_since
        and may_ask(queue, call)
    )


def _step(one: Dialogue, step: DialogueStep) -> None:
    assert step in DIALOGUE[one.step], (one, step)
    one.step = step


def _say(turn: Turn, call: Call, *phrases: Phrase) -> None:
    """Say this in the place of what is being said, and wait for its end."""
    assert call.queue is not None, call
    language = turn.board.queues[call.queue].language
    turn.do(Announce(leg=call.leg, phrases=phrases, language=language, answer=True))
    call.quiet_until = turn.now + GAP_MS
    if call.dialogue is not None:
        _wait(turn, call, call.dialogue, SAYING_MS_MAX)


def _wait(turn: Turn, call: Call, one: Dialogue, ms: int) -> None:
    one.until = turn.now + ms
    turn.wake_call(one.until, call)


def _begin(turn: Turn, call: Call, one: Dialogue) -> None:
    """The caller's own number is read back; who has withheld it, or calls from within, types one."""
    own = call.number
    if own is None or not own.isdigit() or len(own) < DIGITS_MIN:
        _ask_number(turn, call, one)
    else:
        _propose(turn, call, one, f"+{own}")


def _propose(turn: Turn, call: Call, one: Dialogue, dialled: str) -> None:
    """Read the number back, or say why it is refused and ask for another one."""
    found = read(turn.board, dialled)
    if isinstance(found, Sentence):
        if one.step is S.TYPING:
            _again(turn, call, one, found)
        else:
            _ask_number(turn, call, one, found)
        return
    one.number, one.typed = found, ""
    _step(one, S.CONFIRMING)
    _read_back(turn, call, found)


def read(board: Board, dialled: str) -> str | Sentence:
    """The number as it is kept, or why nobody is called back there (D14)."""
    found = board.reads(dialled)
    if found is None:
        return Sentence.CALL_BACK_NO_NUMBER
    number, kind = found[0].lstrip("+"), found[1]
    match kind:
        case NumberKind.INTERNATIONAL:
            return Sentence.CALL_BACK_FOREIGN
        case NumberKind.PREMIUM:
            return Sentence.CALL_BACK_PAID
        case NumberKind.NATIONAL if number.isdigit() and len(number) >= DIGITS_MIN:
            return number if board.rules.is_called_back(number) else Sentence.CALL_BACK_BLOCKED
        case _:
            return Sentence.CALL_BACK_NO_NUMBER


def _read_back(turn: Turn, call: Call, number: str) -> None:
    _say(turn, call, Phrase(sentence=Sentence.CALL_BACK_NUMBER, digits=turn.board.shows(number)))


def _ask_number(turn: Turn, call: Call, one: Dialogue, *because: Sentence) -> None:
    one.number, one.typed = None, ""
    _step(one, S.TYPING)
    _say(turn, call, *(Phrase(sentence=s) for s in (*because, Sentence.CALL_BACK_TYPE)))


def _answer(turn: Turn, call: Call, one: Dialogue, key: str) -> None:
    if key == YES and one.step is S.CONFIRMING and _may_choose(turn.board, one):
        _choose(turn, call, one)
    elif key == YES:
        _promise(turn, call, one)
    elif key == OTHER and one.step is S.CHOOSING:
        _ask_time(turn, call, one)
    elif key == OTHER:
        _anew(turn, call, one)
    else:
        _again(turn, call, one)


def _type(turn: Turn, call: Call, one: Dialogue, key: str) -> None:
    if key == END:
        _typed(turn, call, one)
    elif key == ANEW:
        _anew(turn, call, one)
    elif key.isdigit() and len(one.typed) < DIGITS_MAX:
        if not one.typed:
            turn.do(Hush(leg=call.leg))
        one.typed += key
        _wait(turn, call, one, KEY_MS)
        if one.step is S.TIMING and len(one.typed) == slots.DIGITS:
            _typed(turn, call, one)


def _anew(turn: Turn, call: Call, one: Dialogue) -> None:
    """Another number or time; not for ever, as what is due for who waits is put off meanwhile."""
    one.tries += 1
    if one.tries >= TRIES_MAX:
        _over(turn, call, one)
    elif one.step in (S.TIMING, S.AGREEING):
        _ask_time(turn, call, one)
    else:
        _ask_number(turn, call, one)


def _typed(turn: Turn, call: Call, one: Dialogue) -> None:
    if one.step is S.TIMING:
        _timed(turn, call, one)
    else:
        _propose(turn, call, one, one.typed)


def _may_choose(board: Board, one: Dialogue) -> bool:
    """Who is promised a call back already has nothing to choose."""
    assert one.number is not None, one
    chooses = board.queues[one.queue].callback.caller_chooses
    return chooses and board.promised_to(one.queue, one.number) is None


def _choose(turn: Turn, call: Call, one: Dialogue) -> None:
    _step(one, S.CHOOSING)
    _say(turn, call, Phrase(sentence=Sentence.CALL_BACK_CHOOSE))


def _ask_time(turn: Turn, call: Call, one: Dialogue, *because: Sentence) -> None:
    one.at, one.typed = None, ""
    _step(one, S.TIMING)
    _say(turn, call, *(Phrase(sentence=s) for s in (*because, Sentence.CALL_BACK_TIME)))


def _timed(turn: Turn, call: Call, one: Dialogue) -> None:
    """Read the moment back, or say why it is not possible and ask for another one."""
    at = slots.moment(turn.board, turn.now, one.typed)
    if at is None:
        _again(turn, call, one, Sentence.CALL_BACK_NO_TIME)
        return
    if (why := slots.why_not(turn, turn.board.queues[one.queue], at)) is not None:
        _again(turn, call, one, why)
        return
    one.at, one.typed = at, ""
    _step(one, S.AGREEING)
    _read_time_back(turn, call, at)


def _read_time_back(turn: Turn, call: Call, at: Instant) -> None:
    agree = Phrase(sentence=Sentence.CALL_BACK_AGREE)
    _say(turn, call, slots.spoken(turn.board, turn.now, at), agree)


def _again(turn: Turn, call: Call, one: Dialogue, *because: Sentence) -> None:
    """An answer that is of no use, or none."""
    one.tries += 1
    if one.tries >= TRIES_MAX:
        _over(turn, call, one, *because)
    elif one.step is S.CONFIRMING and one.number is not None:
        _step(one, S.CONFIRMING)
        _read_back(turn, call, one.number)
    elif one.step is S.CHOOSING:
        _choose(turn, call, one)
    elif one.step is S.AGREEING and one.at is not None and not because:
        _step(one, S.AGREEING)
        _read_time_back(turn, call, one.at)
    elif one.step in (S.TIMING, S.AGREEING):
        _ask_time(turn, call, one, *because)
    else:
        _ask_number(turn, call, one, *because)


def _promise(turn: Turn, call: Call, one: Dialogue) -> None:
    """It is made once; who has one already hears when that is (3.6-u)."""
    assert one.number is not None, one
    wish = callback.Wish(
        number=one.number,
        kind=NumberKind.NATIONAL,
        name=call.name if call.number == one.number else None,
        queue=one.queue,
        by=RequestedBy.CALLER,
        at=one.at,
        entered_at=call.place_at,
    )
    try:
        made = callback.make(turn, wish)
    except Refused as refused:
        match refused.code:
            case Code.CALLBACK_OPEN:
                _is_open(turn, call, one, int(refused.args_["at"]))
            case Code.CALLBACK_BLOCKED:
                # Since it was read back: the reason, and another one.
                _propose(turn, call, one, f"+{one.number}")
            case Code.CALLBACK_CLOSED_HOURS | Code.CALLBACK_FULL if one.at is not None:
                # Others were faster, or the caller was slow.
                why = slots.why_not(turn, turn.board.queues[one.queue], one.at)
                _again(turn, call, one, why or Sentence.CALL_BACK_FULL_THEN)
            case _:
                _over(turn, call, one)
        return
    one.due_at = made.row.due_at
    turn.note(call, Why.CALL_BACK)
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.WITHDRAWN)
    _step(one, S.PROMISED)
    call.until = None
    turn.do(Hush(leg=call.leg))
    _wait(turn, call, one, SAYING_MS_MAX)
    if call.state is CallState.WAITING:
        turn.move(call, CallState.LEAVING, SegmentOutcome.LED_OUT)
    turn.once_kept.append(CallBackKept(call=call.id))


def _is_open(turn: Turn, call: Call, one: Dialogue, at: Instant) -> None:
    """Promised already: a waiting caller goes on waiting, another one has heard all there is."""
    phrases = (Phrase(sentence=Sentence.CALL_BACK_OPEN), when(turn, one.queue, at))
    if one.way_out is None:
        _back(turn, call, one, *phrases)
        return
    one.due_at, one.told = at, True
    _step(one, S.PROMISED)
    _say(turn, call, *phrases)


def when(turn: Turn, queue: QueueId, at: Instant) -> Phrase:
    """When the caller may expect the telephone to ring.

    Args:
        queue: whose call back it is.
        at: when it is planned.
    """
    minutes = max(1, round((at - turn.now) / 60_000))
    if minutes <= SOON_MIN_MAX:
        return Phrase(sentence=Sentence.CALL_BACK_WHEN, number=minutes)
    if turn.board.opens(queue, at - 1) == at:
        # It is closed until that very moment, so that is an opening.
        return Phrase(sentence=Sentence.CALL_BACK_OPENING)
    hours = round(minutes / 60)
    if hours <= HOURS_MAX:
        return Phrase(sentence=Sentence.CALL_BACK_WHEN_HOURS, number=hours)
    return Phrase(sentence=Sentence.CALL_BACK_WHEN_DAYS, number=round(hours / 24))


def _over(turn: Turn, call: Call, one: Dialogue, *because: Sentence) -> None:
    """The caller does not want it, says nothing, or has no number to be called at."""
    if one.way_out is None:
        _back(turn, call, one, *(Phrase(sentence=s) for s in because))
        return
    _step(one, S.OVER)
    one.because = because
    turn.declined.append(call)


def _back(turn: Turn, call: Call, one: Dialogue, *phrases: Phrase) -> None:
    """On with the waiting; the place was kept all the time."""
    _step(one, S.OVER)
    call.dialogue = None
    call.offered_back_at = turn.now
    _say(turn, call, *phrases, Phrase(sentence=Sentence.CALL_BACK_STAYS))
    # What fell due in the meantime: a way out, an announcement.
    turn.wake_call(turn.now + GAP_MS, call)


def _good_bye(turn: Turn, call: Call, one: Dialogue) -> None:
    _step(one, S.OVER)
    turn.do(HangUp(leg=call.leg))
    talk.end(turn, call, EndedBy.CALL_BACK)
