"""Ways out: where a caller is led whom nobody takes. What follows on the sentence that is said then is in `leaving`.

Decisions D21 (queues), D25 (when a caller is answered) and D29 (direct calls).
"""

from __future__ import annotations

from cordboard.core import asking, dial, offer, outside, talk
from cordboard.core.board import Board, MessageFor
from cordboard.core.call import Call, CallState, Reason
from cordboard.core.commands import (
    Announce,
    HangUp,
    HangUpReason,
    LetRing,
    Phrase,
    Sentence,
)
from cordboard.core.queue import Queue
from cordboard.core.records import SegmentKind, SegmentOutcome, Why
from cordboard.core.refusals import Code, Refused
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.turn import Turn
from cordboard.core.types import Direction, EndedBy, Instant, QueueId, UserId

EXITS_MAX = 5
"""So many ways out one after the other; more is a circle, and the caller hears that nobody is there."""
SAYING_MS_MAX = 60_000
"""An announcement that never ends counts as said after this."""
RECORDED_MS_MAX = 330_000
"""The same of the organisation's own, which may last five minutes."""
BY_NUMBER = "number"
"""Why who dialled an announcement's number hears it, for the call's log."""
MESSAGES_MAX = 1_000
"""So many recordings are waited for; the exchange says of each what became of it."""
NOTHING_LEFT = Exit(action=ExitAction.ANNOUNCEMENT)
_SENTENCE = {
    ExitReason.CLOSED.value: Sentence.CLOSED,
    ExitReason.FULL.value: Sentence.FULL,
    ExitReason.TIMEOUT.value: Sentence.LATER,
}
_TOLD = {
    Reason.BUSY: HangUpReason.BUSY,
    Reason.NO_ANSWER: HangUpReason.NO_ANSWER,
    Reason.REJECTED: HangUpReason.REJECTED,
    Reason.UNREACHABLE: HangUpReason.UNALLOCATED,
    Reason.HUNG_UP: HangUpReason.NORMAL,
}

_LEAVING = frozenset({ExitReason.LEAVE_EMPTY, ExitReason.LEAVE_UNAVAILABLE})


def stranded(turn: Turn, call: Call, reason: Reason) -> None:
    """Nobody took this direct caller, or nobody answered the number that a rule dialled (D29)."""
    board = turn.board
    withdraw(turn, call)
    if call.state is CallState.TRANSFERRING or call.partner is not None:
        turn.note(call, Why.LED_OUT, detail=reason.value)
        _say(turn, call, Sentence.NOT_REACHED, None)
        return
    if _is_consultation(turn, call):
        # The colleague's own rule is for who wants the colleague: who asks about a caller has that caller (D7).
        end(turn, call, _TOLD[reason])
        return
    if (queue := _called_for(turn, call)) is not None:
        # No entry of its own: the promise was one (D14).
        call.visited.add(queue.id)
        call.returned = True
        _to_queue(turn, call, queue)
        return
    person = board.agents.get(call.to) if call.to is not None else None
    rule = person.direct_exit if person is not None else None
    lead_out(turn, call, rule or board.rules.direct_exit, reason.value)


def _is_consultation(turn: Turn, call: Call) -> bool:
    """This end of the wire rings at a colleague's desk, to be asked about a caller who is to be passed on."""
    board = turn.board
    made = board.calls.get(call.peer) if call.peer is not None else None
    agent = board.agents.get(made.agent) if made is not None and made.agent is not None else None
    return made is not None and agent is not None and talk.consultation_of(turn, agent, made) is not None


def _called_for(turn: Turn, call: Call) -> Queue | None:
    """The queue for which one of ours called this customer and spoke with them, who is its caller from then on (D7)."""
    ours = call.direction is Direction.OUT and call.handled_by is not None and call.queue is None
    return turn.board.queues.get(call.for_queue) if ours and call.for_queue is not None else None


def withdraw(turn: Turn, call: Call) -> None:
    """Every card for it goes; who did not take it has missed it."""
    for offered in list(call.offers):
        turn.close_offer(call, turn.board.agents[offered], SegmentOutcome.MISSED)


def lead_out(
    turn: Turn, call: Call, way: Exit, why: str, *, answer: bool = True, before: tuple[Phrase, ...] = ()
) -> None:
    """Lead this caller out by this way; one that leads nowhere is an announcement.

    Args:
        why: a value of ExitReason or Reason, for the call's log.
        answer: False: who only hears a sentence hears it before the answer, where the trunk carries that (D25).
        before: said first, where anything is said.
    """
    withdraw(turn, call)
    outside.let_go(turn, call)
    call.back_to = call.back_until = call.dialogue = None
    call.exits += 1
    call.led_out = why
    turn.note(call, Why.LED_OUT, detail=why)
    action, target = way.action, way.target or ""
    board = turn.board
    if call.exits > EXITS_MAX:
        action = ExitAction.ANNOUNCEMENT
    match action:
        # From a colleague back to the queue that it came from is no circle: there are only so many ways out.
        case ExitAction.QUEUE if QueueId(target) in board.queues and (
            target != call.queue or call.to is not None
        ):
            _to_queue(turn, call, board.queues[QueueId(target)])
        case ExitAction.COLLEAGUE if UserId(target) in board.agents and target != call.to:
            _to_colleague(turn, call, UserId(target))
        case ExitAction.NUMBER if target:
            _to_number(turn, call, target)
        case ExitAction.BUSY | ExitAction.HANG_UP:
            busy = action is ExitAction.BUSY
            end(turn, call, HangUpReason.BUSY if busy else HangUpReason.NORMAL)
        case ExitAction.CALL_BACK if asking.offer_as_way_out(
            turn, call, why, leaves_message=target == ExitAction.MESSAGE.value
        ):
            pass
        case ExitAction.MESSAGE:
            board.messages[call.leg] = MessageFor(call=call.id, to=call.to, queue=call.queue)
            if len(board.messages) > MESSAGES_MAX:
                del board.messages[next(iter(board.messages))]
            _say(turn, call, Sentence.LEAVE_MESSAGE, way.target, before=before)
        case _:
            # Of a call back that cannot be offered now the target is no announcement.
            named = way.target if way.action is not ExitAction.CALL_BACK else None
            _say(turn, call, _SENTENCE.get(why, _sentence_of(call)), named, answer=answer, before=before)


def say_and_end(turn: Turn, call: Call, announcement: str) -> None:
    """The number that was dialled leads to an announcement and to nobody."""
    lead_out(turn, call, Exit(action=ExitAction.ANNOUNCEMENT, target=announcement), BY_NUMBER)


def greet(turn: Turn, call: Call, queue: Queue) -> None:
    """Who has just entered hears the queue's greeting; agents are asked meanwhile, and an answer ends it (D25)."""
    if queue.greeting is None or queue.ring_until_answered:
        return
    greeting = Phrase(sentence=Sentence.GREETING, recording=queue.greeting)
    # Nothing else is said before its end is told.
    call.quiet_until = turn.now + SAYING_MS_MAX
    turn.do(Announce(leg=call.leg, phrases=(greeting,), language=queue.language, answer=False))


def declined(turn: Turn, call: Call) -> None:
    """The caller was offered a call back as the way out and did not ask for it: a message, or a goodbye."""
    one = call.dialogue
    if one is None or one.way_out is None or call.state is not CallState.LEAVING:
        return
    action = ExitAction.MESSAGE if one.leaves_message else ExitAction.ANNOUNCEMENT
    because = tuple(Phrase(sentence=sentence) for sentence in one.because)
    lead_out(turn, call, Exit(action=action), one.way_out, before=because)


def _sentence_of(call: Call) -> Sentence:
    if call.awaits_first_agent:
        return Sentence.CALL_BACK_AGAIN
    return Sentence.NOBODY if call.queue is not None else Sentence.NOT_REACHED


def end(turn: Turn, call: Call, reason: HangUpReason) -> None:
    """That was it for this caller."""
    turn.do(HangUp(leg=call.leg, reason=reason))
    talk.end(turn, call, EndedBy.EXIT)


def _say(
    turn: Turn,
    call: Call,
    sentence: Sentence,
    recording: str | None,
    *,
    answer: bool = True,
    before: tuple[Phrase, ...] = (),
) -> None:
    call.partner = None
    call.until = turn.now + (SAYING_MS_MAX if recording is None else RECORDED_MS_MAX)
    turn.wake_call(call.until, call)
    phrases = (*before, Phrase(sentence=sentence, recording=recording))
    turn.do(Announce(leg=call.leg, phrases=phrases, language=language_of(turn, call), answer=answer))
    turn.move(call, CallState.LEAVING, SegmentOutcome.LED_OUT)


def language_of(turn: Turn, call: Call) -> str:
    """In which language this caller is spoken to: the queue's (D28)."""
    queue = turn.board.queues.get(call.queue) if call.queue is not None else None
    return queue.language if queue is not None else turn.board.language


def _to_queue(turn: Turn, call: Call, queue: Queue) -> None:
    turn.enters(call, queue)
    call.to = call.back_to = call.back_until = call.until = call.partner = None
    if call.segment is SegmentKind.WAIT:
        # Each queue has its own wait, with its own limit.
        turn.close_segment(call, SegmentOutcome.LED_OUT)
    call.queue, call.priority = queue.id, queue.priority
    call.urgent = call.urgent or queue.urgent
    for memory in (call.rejected, call.not_before, call.tried):
        memory.clear()
    turn.move(call, CallState.WAITING, SegmentOutcome.LED_OUT)
    turn.note(call, Why.TO_QUEUE, detail=queue.id)
    if on_arrival(turn, call):
        turn.place_in_queue(call, answer=not queue.ring_until_answered)


def _to_colleague(turn: Turn, call: Call, colleague: UserId) -> None:
    call.to, call.back_to, call.partner = colleague, None, None
    call.until = turn.now + turn.board.rules.direct_ring_ms
    turn.wake_call(call.until, call)
    call.rejected.clear()
    turn.do(LetRing(leg=call.leg, call=call.id))
    turn.move(call, CallState.WAITING, SegmentOutcome.LED_OUT)


def _to_number(turn: Turn, call: Call, number: str) -> None:
    board = turn.board
    recipient = dial.open_call(turn, None, number=number, name=None, queue=call.queue)
    recipient.partner, call.partner = call.id, recipient.id
    call.to = call.back_to = call.until = None
    dial.begin(turn, recipient, None, consults=True, ring_ms=board.rules.dial_ring_ms)
    turn.do(LetRing(leg=call.leg, call=call.id))
    turn.move(call, CallState.TRANSFERRING, SegmentOutcome.LED_OUT)


# --- a queue's own ---


def on_arrival(turn: Turn, call: Call) -> bool:
    """A caller has entered a queue. False: the caller may not stay, and is led out already."""
    queue = _queue(turn, call)
    if queue is None:
        return False
    reason = _may_not_stay(turn.board, queue, call)
    if reason is ExitReason.JOIN_EMPTY:
        turn.note(call, Why.NOBODY_SIGNED_IN)
    return reason is None or not _by(turn, call, queue, reason, answer=False)


def sent_on(turn: Turn, call: Call) -> None:
    """An agent sent this caller to a queue, where the same ways out hold as for who calls it (D7, D21)."""
    if call.state is CallState.WAITING and call.id in turn.board.calls:
        on_arrival(turn, call)


def may_be_sent(turn: Turn, call: Call, queue: Queue) -> None:
    """A caller in an agent's hands is not sent to where a sentence and the end of the call is all there is.

    Raises:
        Refused: `queue_takes_nobody` with the reason; nothing has changed.
    """
    board, at = turn.board, queue
    first: ExitReason | None = None
    for _ in range(EXITS_MAX):
        reason = _may_not_stay(board, at, call)
        way = at.exits.get(reason) if reason is not None else None
        if way is None:
            return
        first = first or reason
        target = way.target or ""
        if way.action is ExitAction.QUEUE and QueueId(target) in board.queues and target != at.id:
            at = board.queues[QueueId(target)]
        elif _leads_to_somebody(board, way):
            return
        else:
            break
    why = {ExitReason.CLOSED: "closed", ExitReason.FULL: "full"}.get(first or ExitReason.CLOSED, "nobody")
    raise Refused(Code.QUEUE_TAKES_NOBODY, queue=queue.name, reason=why)


def _leads_to_somebody(board: Board, way: Exit) -> bool:
    match way.action:
        case ExitAction.MESSAGE | ExitAction.CALL_BACK:
            return True
        case ExitAction.NUMBER:
            return bool(way.target)
        case ExitAction.COLLEAGUE:
            return UserId(way.target or "") in board.agents
        case _:
            return False


def _may_not_stay(board: Board, queue: Queue, call: Call) -> ExitReason | None:
    """Why somebody who comes to this queue now may have to leave it again; None: nothing is in the way."""
    if not queue.open:
        return ExitReason.CLOSED
    others = [c for c in board.overview.waiting_in(queue.id) if c is not call]
    if queue.calls_max is not None and len(others) >= queue.calls_max:
        return ExitReason.FULL
    if not queue.signed_in:
        return ExitReason.JOIN_EMPTY
    return None if offer.is_staffed(board, queue) else ExitReason.JOIN_UNAVAILABLE


def _by(turn: Turn, call: Call, queue: Queue, reason: ExitReason, *, answer: bool = True) -> bool:
    """Lead the caller out for this reason, where the queue has a way; False: it has none, the caller waits."""
    way = queue.exits.get(reason)
    if way is None:
        return False
    lead_out(turn, call, way, reason.value, answer=answer)
    return True


def _queue(turn: Turn, call: Call) -> Queue | None:
    """The queue that a caller waits in; None: for one person, waits not, or was called by us and not taken."""
    if call.state is not CallState.WAITING or call.person is not None or call.awaits_first_agent:
        return None
    return turn.board.queues.get(call.queue) if call.queue is not None else None


def watch(turn: Turn, call: Call) -> None:
    """Set the moments at which something is due for a caller who waits."""
    _limit_direct(turn, call)
    if call.dialogue is not None:
        turn.wake_call(max(turn.now + 1, call.dialogue.until), call)
    queue = _queue(turn, call)
    if queue is None:
        return
    if queue.wait_ms_max is not None and ExitReason.TIMEOUT in queue.exits:
        turn.wake_call(max(turn.now + 1, call.segment_since + queue.wait_ms_max), call)
    if (at := _next_word(call, queue)) is not None:
        turn.wake_call(max(turn.now + 1, at), call)
    for since, _ in _deserted(queue):
        turn.wake_call(max(turn.now + 1, max(since, call.segment_since) + queue.empty_ms), call)


def _limit_direct(turn: Turn, call: Call) -> None:
    """Whom one person alone is rung for has that person's rule next, however it came to wait: never without end (D29).

    One passed on blind has the transfer's time, one from a colleague's desk the time of that end.
    """
    waits = call.state is CallState.WAITING and call.to is not None and call.until is None
    if waits and call.transfer is None and call.back_to is None and call.peer is None:
        call.until = turn.now + turn.board.rules.direct_ring_ms
        turn.wake_call(call.until, call)


def _next_word(call: Call, queue: Queue) -> Instant | None:
    """When the caller is next told something; None: never."""
    moments = [at for at in (_next_place(call, queue), asking.next_offer(queue, call)) if at is not None]
    return max(call.quiet_until, min(moments)) if moments else None


def _next_place(call: Call, queue: Queue) -> Instant | None:
    if queue.announce_first_ms is None or queue.ring_until_answered:
        return None
    if call.announced_at is None or call.announced_at < call.segment_since:
        return call.segment_since + queue.announce_first_ms
    return call.announced_at + queue.announce_every_ms


def _deserted(queue: Queue) -> list[tuple[int, ExitReason]]:
    """Since when nobody is there for its callers, by the reasons that it has a way out for."""
    moments = (
        (queue.empty_since, ExitReason.LEAVE_EMPTY),
        (queue.unstaffed_since, ExitReason.LEAVE_UNAVAILABLE),
    )
    return [(since, reason) for since, reason in moments if since is not None and reason in queue.exits]


def staffing(turn: Turn, queue: Queue) -> None:
    """Where the last agent left a queue that has a way out for it, its callers have a while (D21)."""
    if not queue.exits or _LEAVING.isdisjoint(queue.exits):
        return
    empty, staffed = not queue.signed_in, offer.is_staffed(turn.board, queue)
    queue.empty_since = (queue.empty_since or turn.now) if empty else None
    queue.unstaffed_since = (queue.unstaffed_since or turn.now) if not staffed and not empty else None
    if _deserted(queue):
        for call in turn.board.overview.waiting_in(queue.id):
            watch(turn, call)


def due(turn: Turn, call: Call) -> None:
    """Something about a caller who waits, or is asked something, may be due."""
    if call.dialogue is not None:
        # Who is asked something is not led away from it, nor told anything else; it is over within minutes.
        asking.due(turn, call)
        return
    queue = _queue(turn, call)
    if queue is None:
        return
    over = queue.wait_ms_max is not None and turn.now >= call.segment_since + queue.wait_ms_max
    if over and _by(turn, call, queue, ExitReason.TIMEOUT):
        return
    for since, reason in _deserted(queue):
        # Who came after the last one had left has as long as who was there.
        if turn.now >= max(since, call.segment_since) + queue.empty_ms and _by(turn, call, queue, reason):
            return
    at = _next_word(call, queue)
    if at is not None and at <= turn.now:
        _tell(turn, call, queue)
        at = _next_word(call, queue)
    if at is not None:
        turn.wake_call(at, call)


def _tell(turn: Turn, call: Call, queue: Queue) -> None:
    """Tell the caller what is due: the place in the queue, that a key asks for a call back."""
    phrases: list[Phrase] = []
    place, offered = _next_place(call, queue), asking.next_offer(queue, call)
    if place is not None and place <= turn.now:
        call.announced_at = turn.now
        phrases += _place(turn, call, queue)
    if offered is not None and offered <= turn.now:
        call.offered_back_at = turn.now
        phrases.append(asking.offer(queue))
    call.quiet_until = turn.now + asking.GAP_MS
    turn.do(Announce(leg=call.leg, phrases=tuple(phrases), language=queue.language, answer=False))


def _place(turn: Turn, call: Call, queue: Queue) -> list[Phrase]:
    """The place in the queue, and how long it may take where there are figures for it."""
    in_line = turn.board.overview.waiting_in(queue.id)
    place = 1 + next((at for at, other in enumerate(in_line) if other is call), len(in_line))
    phrases = [Phrase(sentence=Sentence.POSITION, number=place)]
    average = queue.numbers.average_wait_ms()
    if queue.announce_wait and average is not None:
        agents = max(1, turn.board.agents_available(queue))
        phrases.append(
            Phrase(sentence=Sentence.EXPECTED_WAIT, number=max(1, round(average * place / agents / 60_000)))
        )
    return phrases


def opened(turn: Turn, queue: Queue, *, is_open: bool) -> None:
    """Opening hours began or ended; who waits already is still helped."""
    queue.open = is_open
