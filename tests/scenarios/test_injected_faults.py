"""The random days find what they are meant to find: for each invariant one mistake is put in, and is caught.

The invariants are those of reliability 3.3. What does not happen in the core (I13, the other half of I14, I16) is in
`test_injected_faults_around`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cordboard.core import callback, customer_first, desk, offer, overview, switchboard, talk, wrapup
from cordboard.core import line as lines
from cordboard.core.agent import LineState
from cordboard.core.call import Call, Offer
from cordboard.core.queue import Queue
from cordboard.core.records import CallClosed, Why
from cordboard.core.statistics import QueueNumbers
from cordboard.core.turn import Turn
from tests.support import desk_checks
from tests.support.day import Day

SEEDS = range(20)
CALLS = 150
Patch = Callable[[pytest.MonkeyPatch], None]


def _nothing(*_: Any, **__: Any) -> None:
    """It is forgotten."""


def two_at_once(patch: pytest.MonkeyPatch) -> None:
    """I1: whom one talks with is not held before the next."""
    patch.setattr(talk, "put_aside", _nothing)


def offered_after_answer(patch: pytest.MonkeyPatch) -> None:
    """I2: a card stays when a colleague has the call."""
    claim = offer.claim

    def leaves_a_card(turn: Turn, agent: Any, call: Call) -> None:
        claim(turn, agent, call)
        other = next(a for a in turn.board.agents if a != agent.id)
        call.offers[other] = Offer(agent=other, since=turn.now)

    patch.setattr(offer, "claim", leaves_a_card)


def nobody_is_offered(patch: pytest.MonkeyPatch) -> None:
    """I3: supply and demand are not looked at."""
    patch.setattr(switchboard, "distribute", lambda *_: ())


def last_come_first(patch: pytest.MonkeyPatch) -> None:
    """I4: the queue is a stack."""
    order = Call.order

    def backwards(call: Call) -> Any:
        urgent, direct, priority, returned, entered_at, name = order(call)
        return urgent, direct, priority, returned, -entered_at, name

    patch.setattr(Call, "order", backwards)


def ended_calls_stay(patch: pytest.MonkeyPatch) -> None:
    """I5: the end of a caller's leg is not heard."""
    patch.setattr(switchboard.Switchboard, "_leg_ended", _nothing)


def telephones_stay_up(patch: pytest.MonkeyPatch) -> None:
    """I6: the line of who has no call any more is not hung up at the exchange."""

    def forgets(turn: Turn, agent: Any) -> None:
        assert agent.line is not None
        agent.line.state, agent.line.call, agent.line.until = LineState.CLOSING, None, turn.now + 10
        turn.wake(agent.line.until, agent)
        turn.show_agent(agent)

    patch.setattr(lines, "hang_up", forgets)


def wrap_up_without_end(patch: pytest.MonkeyPatch) -> None:
    """I7: nobody looks when it is over."""
    patch.setattr(wrapup, "due", _nothing)


def no_record(patch: pytest.MonkeyPatch) -> None:
    """I8: an end is not written down."""
    remember = Turn.remember

    def loses(turn: Turn, record: Any) -> None:
        if not isinstance(record, CallClosed):
            remember(turn, record)

    patch.setattr(Turn, "remember", loses)


def answers_do_not_count(patch: pytest.MonkeyPatch) -> None:
    """I9: the queue's numbers drift from the records."""
    patch.setattr(QueueNumbers, "was_answered", _nothing)


def sign_ins_of_another_group(patch: pytest.MonkeyPatch) -> None:
    """I10: changing group ends no sign-in."""

    def only_the_group(turn: Turn, agent: Any, group: Any, **_: Any) -> None:
        agent.group = group
        turn.show_agent(agent)

    patch.setattr(desk, "choose_group", only_the_group)


def a_device_for_two(patch: pytest.MonkeyPatch) -> None:
    """I11: a device that somebody has is given to another."""

    def takes(turn: Turn, agent: Any, device: Any, **_: Any) -> None:
        agent.device = device
        turn.board.devices[device].used_by = agent.id

    patch.setattr(desk, "pair", takes)


def rings_for_ever(patch: pytest.MonkeyPatch) -> None:
    """I14: nobody looks when the loan of a call to a ringing telephone is over."""
    patch.setattr(offer, "rang_out", _nothing)


def screens_are_not_told(patch: pytest.MonkeyPatch) -> None:
    """I15: a console does not hear of a call that changed."""
    show = Turn.show_call

    def sometimes_not(turn: Turn, call: Call) -> None:
        show(turn, call)
        if turn.now % 3 == 0:
            turn._calls.clear()

    patch.setattr(Turn, "show_call", sometimes_not)


def tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    """I12: attempts that came to nothing are not counted up to the last."""
    count = callback.count

    def again(turn: Turn, one: Any, queue: Queue, *args: Any, **values: Any) -> None:
        rules = replace(queue.callback, attempts=queue.callback.attempts + 1)
        count(turn, one, replace(queue, callback=rules), *args, **values)

    patch.setattr(callback, "count", again)


def offered_after_cancelling(patch: pytest.MonkeyPatch) -> None:
    """I12: the cards of a call back that will not take place stay."""
    patch.setattr(callback, "_take_cards", _nothing)


def rung_without_an_agent(patch: pytest.MonkeyPatch) -> None:
    """D14: the customer is rung first, whether anybody is free or not."""
    patch.setattr(customer_first, "_has_agent", lambda *_: True)


def urgent_is_nothing_special(patch: pytest.MonkeyPatch) -> None:
    """I4: who came first is first, urgent or not."""
    order = Call.order
    patch.setattr(Call, "order", lambda call: (True, *order(call)[1:]))


def urgent_can_be_refused(patch: pytest.MonkeyPatch) -> None:
    """I4: the red cross works on every card."""
    reject = offer.reject

    def lets_it(turn: Turn, agent: Any, call: Call) -> None:
        urgent, call.urgent = call.urgent, False
        try:
            reject(turn, agent, call)
        finally:
            call.urgent = urgent

    patch.setattr(offer, "reject", lets_it)


def offered_in_wrap_up(patch: pytest.MonkeyPatch) -> None:
    """I7: who does paperwork counts as free."""
    why_not = overview._why_not_free

    def all_the_same(agent: Any, **seen: Any) -> Any:
        found = why_not(agent, **seen)
        return None if found is Why.SKIPPED_WRAP_UP else found

    patch.setattr(overview, "_why_not_free", all_the_same)


FAULTS: tuple[Patch, ...] = (
    two_at_once,
    offered_after_answer,
    nobody_is_offered,
    last_come_first,
    ended_calls_stay,
    telephones_stay_up,
    wrap_up_without_end,
    no_record,
    answers_do_not_count,
    sign_ins_of_another_group,
    a_device_for_two,
    tried_for_ever,
    offered_after_cancelling,
    rings_for_ever,
    screens_are_not_told,
)


CAUGHT_BY: tuple[tuple[Patch, Callable[..., None], int, int], ...] = (
    (rung_without_an_agent, desk_checks.nobody_is_rung_in_vain, 0, 100),
    (urgent_is_nothing_special, desk_checks.order_is_fair, 0, CALLS),
    (urgent_can_be_refused, desk_checks.nobody_refused_an_urgent_one, 0, CALLS),
    (offered_in_wrap_up, desk_checks.call_is_sound, 0, CALLS),
)
"""Mistakes that one check alone is there for, with the seed and the calls of a day on which they show."""


@pytest.mark.parametrize(
    ("fault", "check", "seed", "calls"), CAUGHT_BY, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_mistake_is_found_by_the_check_that_is_there_for_it(
    fault: Patch,
    check: Callable[..., None],
    seed: int,
    calls: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not by another that happens to look the same way, nor by a crash."""
    fault(monkeypatch)

    with pytest.raises(AssertionError) as found:
        Day(seed).run(calls)

    assert [frame.name for frame in found.traceback][-1] == check.__name__


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_mistake_that_breaks_an_invariant_is_found(fault: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a dozen short days, by a check and not by a crash."""
    fault(monkeypatch)
    for seed in SEEDS:
        try:
            Day(seed).run(CALLS)
        except AssertionError as found:
            frames = [frame.filename for frame in traceback.extract_tb(found.__traceback__)]
            assert any("tests/support" in name for name in frames[-2:]) or "core" in frames[-1]
            return
    pytest.fail("nothing was found")


def test_without_a_mistake_nothing_is_found() -> None:
    """The same days."""
    for seed in SEEDS:
        Day(seed).run(CALLS)
