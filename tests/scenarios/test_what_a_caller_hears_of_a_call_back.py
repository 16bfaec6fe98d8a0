"""What a caller who asked to be called back is told: when that will be, and why not (3.6-t, D14, D21)."""

from __future__ import annotations

import pytest

from cordboard.core.commands import Announce, Phrase, RecordMessage, Sentence
from cordboard.core.records import CallClosed
from cordboard.core.requests import MakeCallBack
from cordboard.core.rules import ExitReason
from cordboard.core.types import EndedBy, Instant, NumberKind, QueueId, UserId
from tests.scenarios.test_asking_to_be_called_back import (
    HER,
    QUEUE,
    led_out,
    offered,
    offering,
    press,
    promised,
    said,
)

C = Sentence
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.rule("3.6-t", "D14")
@pytest.mark.parametrize(
    ("wait_ms", "phrase"),
    [
        (MINUTE // 2, Phrase(sentence=C.CALL_BACK_WHEN, number=1)),
        (90 * MINUTE, Phrase(sentence=C.CALL_BACK_WHEN, number=90)),
        (91 * MINUTE, Phrase(sentence=C.CALL_BACK_WHEN_HOURS, number=2)),
        (5 * HOUR + 40 * MINUTE, Phrase(sentence=C.CALL_BACK_WHEN_HOURS, number=6)),
        (30 * HOUR, Phrase(sentence=C.CALL_BACK_WHEN_HOURS, number=30)),
        (3 * DAY - HOUR, Phrase(sentence=C.CALL_BACK_WHEN_DAYS, number=3)),
    ],
)
def test_how_long_it_takes_is_said_in_minutes_hours_or_days(wait_ms: int, phrase: Phrase) -> None:
    """The queue is open all the time: nothing is said of an opening, however long it takes."""
    world = offering("chantal")
    numbers = world.board.queues[QUEUE].numbers
    numbers.answered, numbers.waited_ms = 1, wait_ms
    press(offered(world), "11")
    assert world.commanded(Announce)[-1].phrases[-1] == phrase
    assert [row.due_at - world.now for row in promised(world)] == [wait_ms]


@pytest.mark.rule("3.6-t", "D14", "D21")
def test_a_wait_that_ends_after_closing_time_is_till_the_next_opening() -> None:
    """Also while the queue is open still; an opening that is near is said in minutes."""
    for until_ms, sentence in ((14 * HOUR, C.CALL_BACK_OPENING), (45 * MINUTE, C.CALL_BACK_WHEN)):
        world = offering("chantal")
        closing, opening = world.now + 2 * MINUTE, world.now + until_ms

        def opens(_: QueueId, at: Instant, closing: Instant = closing, opening: Instant = opening) -> Instant:
            return at if at < closing else max(at, opening)

        world.board.opens = opens
        numbers = world.board.queues[QUEUE].numbers
        numbers.answered, numbers.waited_ms = 1, 3 * MINUTE
        press(offered(world), "11")
        assert said(world) == [C.CALL_BACK_THANKS, sentence]
        assert [row.due_at for row in promised(world)] == [opening]


@pytest.mark.rule("3.6-u", "D14")
def test_who_has_an_appointment_hears_how_far_that_is() -> None:
    """It was made at the desk, in the middle of the opening hours of another day."""
    world = offering("chantal")
    wish = MakeCallBack(
        agent=UserId("chantal"),
        number=HER,
        kind=NumberKind.NATIONAL,
        queue=QUEUE,
        due_at=world.now + 26 * HOUR,
    )
    world.ask(wish)
    press(offered(world), "11")
    assert said(world) == [C.CALL_BACK_OPEN, C.CALL_BACK_WHEN_HOURS, C.CALL_BACK_STAYS]
    assert world.commanded(Announce)[-1].phrases[1].number == 26


@pytest.mark.rule("3.6-t", "D14", "D21", "D29")
@pytest.mark.parametrize("target", [None, "message"])
def test_who_is_refused_for_the_last_time_on_the_way_out_hears_why_before_what_comes_instead(
    target: str | None,
) -> None:
    """A goodbye, or a message after its tone; silence before has nothing to be explained."""
    instead = C.FULL if target is None else C.LEAVE_MESSAGE
    world = led_out(ExitReason.FULL, target)
    press(world, "12" + "004930123456#")
    assert said(world) == [C.CALL_BACK_FOREIGN, C.CALL_BACK_TYPE]
    press(world, "09001234#")
    assert said(world) == [C.CALL_BACK_PAID, instead]
    if target is None:
        assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.EXIT]
    else:
        assert len(world.commanded(RecordMessage)) == 1

    world = led_out(ExitReason.FULL, target)
    press(world, "12" + "004930123456#")
    world.wait(60)
    assert said(world) == [instead]
    assert promised(world) == []
