"""Callers on hold for long: the card turns amber, the agent is reminded, the caller is told (D8)."""

from __future__ import annotations

from cordboard.core.agent import LineState
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Announce, Phrase, Recall, Sentence
from cordboard.core.notices import Saying
from cordboard.core.turn import Turn
from cordboard.core.types import Instant


def begin(turn: Turn, call: Call) -> None:
    """Set the moments of a hold that begins, or that is taken up after a restart."""
    if call.state is not CallState.HELD:
        return
    _count(turn, call)
    warn_at = call.since + turn.board.rules.hold_warn_ms
    for at in (warn_at, _next_recall(turn, call), _next_word(turn, call)):
        if at is not None:
            turn.wake_call(max(turn.now + 1, at), call)


def _count(turn: Turn, call: Call) -> None:
    """How often agent and caller were to be told by now: what nobody was there to say is not made up for.

    Counted from the length of the hold, so that neither a restart nor a connection that comes back says it all again.
    """
    lasted = turn.now - call.since
    after, again = _recall_ms(turn)
    every = turn.board.rules.hold_told_ms
    call.held_told = lasted // every if every is not None else 0
    call.recalls = 0 if lasted < after else 1 + (lasted - after) // again


def _recall_ms(turn: Turn) -> tuple[int, int]:
    """After how long the agent is first reminded, and how often from then on."""
    after = turn.board.rules.hold_recall_ms
    return after, max(1, after // 2)


def _next_recall(turn: Turn, call: Call) -> int:
    after, again = _recall_ms(turn)
    return call.since + after + call.recalls * again


def _next_word(turn: Turn, call: Call) -> Instant | None:
    """When the caller hears again that the hold goes on; None: never."""
    every = turn.board.rules.hold_told_ms
    return call.since + (call.held_told + 1) * every if every is not None else None


def due(turn: Turn, call: Call) -> None:
    """The hold has lasted a while longer."""
    if call.state is not CallState.HELD or call.agent is None:
        return
    if not call.warned and turn.now >= call.since + turn.board.rules.hold_warn_ms:
        call.warned = True
        turn.show_call(call)
    word_at = _next_word(turn, call)
    reminds, tells = turn.now >= _next_recall(turn, call), word_at is not None and turn.now >= word_at
    if reminds or tells:
        # Late, or by another rule than a moment ago: once, and not once for each time that was missed.
        _count(turn, call)
    if reminds:
        _remind(turn, call)
        turn.wake_call(max(turn.now + 1, _next_recall(turn, call)), call)
    if tells:
        queue = turn.board.queues.get(call.queue) if call.queue is not None else None
        language = queue.language if queue is not None else turn.board.language
        phrase = Phrase(sentence=Sentence.STILL_HOLDING)
        turn.do(Announce(leg=call.leg, phrases=(phrase,), language=language, answer=False))
        if (word_at := _next_word(turn, call)) is not None:
            turn.wake_call(max(turn.now + 1, word_at), call)


def _remind(turn: Turn, call: Call) -> None:
    assert call.agent is not None, call
    agent = turn.board.agents[call.agent]
    turn.say(agent, Saying.HOLD_LONG, call.id)
    if agent.line is not None and agent.line.state is LineState.UP:
        turn.do(Recall(line=agent.line.leg))
