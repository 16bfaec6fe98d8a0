"""Callers on hold for long: the card turns amber, the agent is reminded, the caller is told (D8)."""

from __future__ import annotations

from cordboard.core.agent import LineState
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Announce, Phrase, Recall, Sentence
from cordboard.core.notices import Saying
from cordboard.core.turn import Turn

STILL_HOLDING_MS = 60_000
"""How often a caller on hold hears that the hold goes on."""


def begin(turn: Turn, call: Call) -> None:
    """Set the moments of a hold that begins, or that is taken up after a restart."""
    if call.state is not CallState.HELD:
        return
    rules = turn.board.rules
    call.held_told = (turn.now - call.since) // STILL_HOLDING_MS
    call.recalls = 0
    for at in (call.since + rules.hold_warn_ms, _next_recall(turn, call), _next_word(call)):
        turn.wake_call(max(turn.now + 1, at), call)


def _next_recall(turn: Turn, call: Call) -> int:
    after = turn.board.rules.hold_recall_ms
    return call.since + after + call.recalls * (after // 2)


def _next_word(call: Call) -> int:
    return call.since + (call.held_told + 1) * STILL_HOLDING_MS


def due(turn: Turn, call: Call) -> None:
    """The hold has lasted a while longer."""
    if call.state is not CallState.HELD or call.agent is None:
        return
    if not call.warned and turn.now >= call.since + turn.board.rules.hold_warn_ms:
        call.warned = True
        turn.show_call(call)
    if turn.now >= _next_recall(turn, call):
        call.recalls += 1
        _remind(turn, call)
        turn.wake_call(max(turn.now + 1, _next_recall(turn, call)), call)
    if turn.now >= _next_word(call):
        call.held_told += 1
        queue = turn.board.queues.get(call.queue) if call.queue is not None else None
        language = queue.language if queue is not None else turn.board.language
        phrase = Phrase(sentence=Sentence.STILL_HOLDING)
        turn.do(Announce(leg=call.leg, phrases=(phrase,), language=language, answer=False))
        turn.wake_call(max(turn.now + 1, _next_word(call)), call)


def _remind(turn: Turn, call: Call) -> None:
    assert call.agent is not None, call
    agent = turn.board.agents[call.agent]
    turn.say(agent, Saying.HOLD_LONG, call.id)
    if agent.line is not None and agent.line.state is LineState.UP:
        turn.do(Recall(line=agent.line.leg))
