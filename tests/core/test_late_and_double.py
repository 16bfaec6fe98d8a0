"""Word that comes late, twice, or about nobody we know is harmless (reliability F6)."""

from __future__ import annotations

import copy

import pytest

from cordboard.core.commands import HangUp
from cordboard.core.events import (
    CallArrived,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    HoldFailed,
    JoinFailed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeldByPhone,
    LegResumedByPhone,
    TalkPackageSeen,
)
from cordboard.core.types import CallId, DeviceId, LegId, QueueId
from tests.support.desk import office

NOBODY = LegId("leg-of-nobody")


@pytest.mark.parametrize(
    "event",
    [
        LegEnded(leg=NOBODY, how=LegEnd.HUNG_UP),
        LegHeldByPhone(leg=NOBODY),
        LegResumedByPhone(leg=NOBODY),
        JoinFailed(line=NOBODY, party=NOBODY),
        HoldFailed(party=NOBODY),
        DeviceRegistered(device=DeviceId("nergens")),
        DeviceUnregistered(device=DeviceId("nergens")),
        DeviceRegistered(device=DeviceId("chantal-phone")),
        TalkPackageSeen(device=DeviceId("nergens")),
        CallArrived(
            call=CallId("c1"),
            leg=LegId("c1-leg"),
            queue=QueueId("urgent"),
            number=None,
            name=None,
            dialled=None,
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_word_of_nobody_changes_nothing(event: Event) -> None:
    """Also a caller who is announced twice stays one caller, in the first queue."""
    world = office("chantal")
    world.call_arrives("c1")
    before = copy.deepcopy(world.board)
    done = len(world.commands), len(world.records)

    world.tell(event)

    assert world.board == before
    assert (len(world.commands), len(world.records)) == done


def test_a_leg_that_answers_for_nobody_is_hung_up() -> None:
    """We had given it up as gone; it must not stay up with nobody on it."""
    world = office("chantal")

    world.tell(LegAnswered(leg=NOBODY))

    assert [h.leg for h in world.commanded(HangUp)] == [NOBODY]


def test_the_end_of_an_old_leg_does_not_touch_the_new_one() -> None:
    """The first leg was replaced by one that answers at once; late word of it comes in the conversation."""
    world = office("chantal")
    world.call_arrives("c1")
    line = world.person("chantal").line
    assert line is not None
    world.click_answer("chantal", "c1")

    world.leg_ended(line.leg, LegEnd.LOST)
    up = world.person("chantal").line
    assert up is not None
    world.tell(LegAnswered(leg=up.leg))

    assert world.hears("c1") == "chantal"


def test_a_cancel_that_is_never_confirmed_counts_as_done_after_two_seconds() -> None:
    """The exchange lost our word or its own: the device can be rung again (reliability F9)."""
    world = office("chantal")
    world.call_arrives("c1")
    world.checks = world.tells = False
    world.caller_hangs_up("c1")
    world.settle_callers()
    world.call_arrives("c2")
    assert world.who_hears("c2") == []

    world.wait(2)

    assert world.who_hears("c2") == ["chantal"]


def test_a_call_is_not_opened_again_by_word_that_comes_after_its_end() -> None:
    """The last thousand ended calls are remembered."""
    world = office("chantal")
    world.call_arrives("c1")
    world.caller_hangs_up("c1")

    world.tell(
        CallArrived(
            call=CallId("c1"),
            leg=LegId("c1-leg"),
            queue=QueueId("algemeen"),
            number=None,
            name=None,
            dialled=None,
        )
    )

    assert world.board.calls == {}


def test_only_the_last_thousand_ended_calls_are_remembered() -> None:
    """The memory does not grow without end."""
    world = office()
    for n in range(1_010):
        world.call_arrives(f"c{n}")
        world.caller_hangs_up(f"c{n}")

    assert len(world.board.ended) == 1_000
    assert LegId("c1009-leg") in world.board.ended


def test_nothing_is_on_the_list_of_alarms_twice() -> None:
    """A day of ringing does not fill the memory with moments."""
    world = office("chantal", "piet")
    world.call_arrives("c1")

    world.wait(60)

    assert len(world.board.alarms) == len(set(world.board.alarms)) < 12
