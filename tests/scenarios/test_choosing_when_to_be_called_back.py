"""A caller chooses the moment of the call back by keys, where the queue lets callers choose (3.6-t, D14)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from cordboard.app.hours import local_clock
from cordboard.core import slots
from cordboard.core.board import Board
from cordboard.core.call import CallState
from cordboard.core.commands import Announce, Phrase, Sentence
from cordboard.core.records import CallClosed
from cordboard.core.requests import MakeCallBack
from cordboard.core.rules import ExitReason
from cordboard.core.types import EndedBy, Instant, NumberKind, OrganisationId, UserId
from tests.scenarios.test_asking_to_be_called_back import (
    HER,
    OTHER,
    QUEUE,
    led_out,
    lose_word_of_the_commit,
    offered,
    offering,
    press,
    promised,
    said,
    server_dies,
)
from tests.support.desk import World

C = Sentence
MINUTE, DAY = 60_000, 86_400_000


def choosing(*agents: str, **rules: object) -> World:
    """A queue that lets its callers choose; the clock shows two when they come."""
    world = offering(*agents, caller_chooses=True, **rules)
    set_clock(world)
    return world


def set_clock(world: World) -> None:
    """Six hours more than in Greenwich, where it is eight."""
    world.board.clock = lambda at: divmod(at // MINUTE + 360, 1_440)


def at(world: World, clock: str, *, tomorrow: bool = False) -> Instant:
    """When the clock shows this."""
    hours, minutes = clock.split(":")
    midnight = world.now - world.now % MINUTE - world.board.clock(world.now)[1] * MINUTE
    return midnight + (int(hours) * 60 + int(minutes)) * MINUTE + (DAY if tomorrow else 0)


def phrases(world: World) -> tuple[Phrase, ...]:
    """The last that a caller was told."""
    return world.commanded(Announce)[-1].phrases


@pytest.mark.rule("3.6-t", "D14")
@pytest.mark.parametrize(
    ("typed", "clock", "tomorrow"),
    [
        ("1630", "16:30", False),
        ("1634", "16:30", False),
        ("930#", "09:30", True),
        ("0000", "00:00", True),
        ("1352", "13:50", True),
        ("1405", "14:10", False),
    ],
)
def test_a_time_is_chosen_read_back_and_promised(typed: str, clock: str, tomorrow: bool) -> None:
    """The next time that the clock shows it, at the begin of its ten minutes; it keeps nobody's place."""
    world = offered(choosing("chantal"))
    wanted = at(world, clock, tomorrow=tomorrow)
    press(world, "11")
    assert said(world) == [C.CALL_BACK_CHOOSE]
    press(world, "2")
    assert said(world) == [C.CALL_BACK_TIME]
    press(world, typed)
    told = Phrase(
        sentence=C.CALL_BACK_TOMORROW if tomorrow else C.CALL_BACK_AT, number=world.board.clock(wanted)[1]
    )
    assert phrases(world) == (told, Phrase(sentence=C.CALL_BACK_AGREE))
    assert promised(world) == []
    press(world, "1")
    assert phrases(world) == (Phrase(sentence=C.CALL_BACK_THANKS), told)
    assert [(row.due_at, row.entered_at, row.number) for row in promised(world)] == [(wanted, None, HER)]
    assert [c.ended_by for c in world.all(CallClosed)] == [EndedBy.CALL_BACK]


@pytest.mark.rule("3.6-t", "3.6-u", "D14")
def test_who_does_not_choose_keeps_the_place() -> None:
    """One more key; who is called back already has nothing to choose."""
    world = offered(choosing("chantal"))
    entered = world.call("c1").entered_at
    press(world, "111")
    assert said(world) == [C.CALL_BACK_THANKS, C.CALL_BACK_WHEN]
    assert [row.entered_at for row in promised(world)] == [entered]
    world.call_arrives("c2", number=HER)
    world.wait(30)
    press(world, "11", "c2")
    assert said(world) == [C.CALL_BACK_OPEN, C.CALL_BACK_WHEN, C.CALL_BACK_STAYS]


@pytest.mark.rule("3.6-t", "D14")
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2460", C.CALL_BACK_NO_TIME),
        ("7#", C.CALL_BACK_NO_TIME),
        ("2200", C.CALL_BACK_CLOSED_THEN),
        ("1500", C.CALL_BACK_FULL_THEN),
    ],
)
def test_a_time_that_is_not_possible_is_refused_with_its_reason(typed: str, why: Sentence) -> None:
    """Three times in all, then the caller waits on; the ten minutes hold one, and the queue closes at six."""
    world = offered(choosing("chantal", per_ten_minutes=1))
    closing = at(world, "18:00")
    world.board.opens = lambda _queue, moment: moment if moment < closing else closing + 15 * 60 * MINUTE
    wish = MakeCallBack(
        agent=UserId("chantal"),
        number=OTHER,
        kind=NumberKind.NATIONAL,
        queue=QUEUE,
        due_at=at(world, "15:05"),
    )
    world.ask(wish)
    press(world, "112" + typed)
    assert said(world) == [why, C.CALL_BACK_TIME]
    press(world, typed)
    press(world, typed)
    assert said(world) == [why, C.CALL_BACK_STAYS]
    assert (world.hears("c1"), len(world.board.callbacks)) == ("music", 1)
    press(world, "112" + "1510" + "1")
    assert [row.due_at for row in promised(world)][-1] == at(world, "15:10")


@pytest.mark.rule("3.6-t", "D14")
def test_a_time_that_is_taken_before_the_yes_is_asked_for_anew() -> None:
    """Somebody at the desk was faster."""
    world = offered(choosing("chantal", per_ten_minutes=1))
    press(world, "112" + "1500")
    wish = MakeCallBack(
        agent=UserId("chantal"),
        number=OTHER,
        kind=NumberKind.NATIONAL,
        queue=QUEUE,
        due_at=at(world, "15:00"),
    )
    world.ask(wish)
    press(world, "1")
    assert said(world) == [C.CALL_BACK_FULL_THEN, C.CALL_BACK_TIME]
    press(world, "1510" + "1")
    assert [row.number for row in promised(world)] == [OTHER, HER]


@pytest.mark.rule("3.6-t", "D14")
def test_another_time_can_be_chosen_and_silence_is_no_choice() -> None:
    """Each question is asked again; nobody is kept from the queue's way out by keys."""
    world = offered(choosing("chantal"))
    press(world, "112" + "1500" + "2" + "1620")
    assert phrases(world)[0] == Phrase(sentence=C.CALL_BACK_AT, number=16 * 60 + 20)
    world.wait(8)
    assert said(world) == [C.CALL_BACK_AT, C.CALL_BACK_AGREE]
    world.wait(8)
    assert said(world) == [C.CALL_BACK_STAYS]

    world = offered(choosing("chantal"))
    press(world, "11")
    world.wait(8)
    assert said(world) == [C.CALL_BACK_CHOOSE]
    press(world, "2")
    world.wait(8)
    assert said(world) == [C.CALL_BACK_TIME]
    press(world, "15")
    world.wait(8)
    assert said(world) == [C.CALL_BACK_NO_TIME, C.CALL_BACK_STAYS]
    assert (promised(world), world.state("c1")) == ([], CallState.WAITING)


@pytest.mark.rule("3.6-t", "D21")
def test_a_time_is_chosen_on_the_way_out_too() -> None:
    """Who comes to a queue that is full."""
    world = led_out(ExitReason.FULL)
    world.board.queues[QUEUE].callback = replace(world.board.queues[QUEUE].callback, caller_chooses=True)
    set_clock(world)
    press(world, "112" + "1600" + "1")
    assert said(world) == [C.CALL_BACK_THANKS, C.CALL_BACK_AT]
    assert [row.due_at for row in promised(world)] == [at(world, "16:00")]


@pytest.mark.rule("3.6-t", "D16")
def test_a_server_that_dies_after_the_yes_tells_the_promise_once_more() -> None:
    """It was written; the caller hears when, and the call ends."""
    world = offered(choosing("chantal"))
    world.tells = False
    press(world, "112" + "1600" + "1")
    after = server_dies(world)
    lose_word_of_the_commit(after)
    assert said(after)[0] is C.CALL_BACK_THANKS
    assert after.hears("c1") == "gone"
    assert len(promised(world)) + len(promised(after)) == 1


@pytest.mark.rule("D14", "D28")
@pytest.mark.parametrize(
    ("now", "typed", "wanted"),
    [
        # Europe/Amsterdam in 2027: the night of 28 March has no hour from two to three, 31 October has it twice.
        (1_806_181_200_000, "0900", 1_806_217_200_000),
        (1_824_926_400_000, "0900", 1_824_969_600_000),
    ],
)
def test_a_time_is_the_clocks_also_in_the_night_in_which_it_changes(
    now: Instant, typed: str, wanted: Instant
) -> None:
    """Typed at ten in the evening before: nine in the morning is an hour nearer, or further."""
    board = Board(organisation=OrganisationId("o"), clock=partial(local_clock, "Europe/Amsterdam"))
    found = slots.moment(board, now, typed)
    assert found is not None
    assert board.clock(found)[1] == 540
    assert found == wanted
