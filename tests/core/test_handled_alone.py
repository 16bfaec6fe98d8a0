"""What the core makes of a call that the exchange handled alone: afterwards, once, and nothing else (F2)."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.core.alone import TOLD_MAX
from cordboard.core.events import CallHandledAlone
from cordboard.core.missed import KEPT_MS
from cordboard.core.records import (
    CallBackRow,
    CallBackStatus,
    CallClosed,
    CallOpened,
    MissedRow,
    MissedWhy,
    Noted,
    SegmentClosed,
    Why,
)
from cordboard.core.requests import AnswerCall
from cordboard.core.talk import ENDED_MAX
from cordboard.core.types import CallId, DeviceId, EndedBy, LegId, QueueId, UserId
from tests.core.test_call_back import HER, promise
from tests.support.desk import World, office

QUEUE = QueueId("algemeen")


def alone(world: World, name: str = "a1", *, ago_s: float = 60, **told: Any) -> CallHandledAlone:
    """Rang twenty seconds, that long ago, and was not answered."""
    began = world.now - round(ago_s * 1000)
    known: dict[str, Any] = {
        "call": CallId(name),
        "leg": LegId(f"{name}-leg"),
        "queue": QUEUE,
        "to": None,
        "number": HER,
        "name": None,
        "dialled": "31534800937",
        "began_at": began,
        "rang_at": began + 4_000,
        "answered_at": None,
        "device": None,
        "ended_at": began + 24_000,
        "ended_by": EndedBy.CALLER,
    }
    return CallHandledAlone(**(known | told))


def answered(world: World, name: str = "a1", *, ago_s: float = 60, **told: Any) -> CallHandledAlone:
    """Chantal took it by hand after ten seconds."""
    at = world.now - round(ago_s * 1000) + 10_000
    known = {"answered_at": at, "device": DeviceId("chantal-phone")}
    return alone(world, name, ago_s=ago_s, **(known | told))


def listed(world: World) -> list[tuple[str | None, MissedWhy, int]]:
    """Who is missed: number, why, how often."""
    return [(row.number, row.why, row.times) for row in world.board.missed.values()]


@pytest.mark.rule("D14", "D15", "D24")
def test_it_is_written_once_with_the_moments_that_it_had_however_often_it_is_told() -> None:
    """Nobody is rung, nothing is commanded, and no card shows."""
    world = office("chantal")
    world.board.queues[QUEUE].numbers.begin(world.now - 3_600_000)
    done = len(world.commands)
    event = answered(world)
    for _ in range(3):
        world.tell(event)

    [opened], [closed] = world.all(CallOpened), world.all(CallClosed)
    assert (opened.at, closed.at, closed.agent) == (event.began_at, event.ended_at, "chantal")
    assert [(s.started_at, s.ended_at) for s in world.all(SegmentClosed)] == [
        (event.began_at, event.answered_at),
        (event.answered_at, event.ended_at),
    ]
    assert world.board.queues[QUEUE].numbers.total == 1
    assert len(world.commands) == done
    assert not world.board.calls
    assert world.person("chantal").wrap_up is None


def test_moments_never_lie_in_the_future_nor_in_the_wrong_order() -> None:
    """Whatever the exchange's clock did meanwhile."""
    world = office("chantal")
    event = alone(
        world,
        ago_s=-10,
        rang_at=world.now - 90_000,
        answered_at=world.now + 90_000,
        device=DeviceId("chantal-phone"),
        ended_at=world.now + 5_000,
    )
    world.tell(event)

    moments = [moment for one in world.all(SegmentClosed) for moment in (one.started_at, one.ended_at)]
    moments += [one.at for one in world.all(Noted)] + [one.at for one in world.all(CallClosed)]
    assert set(moments) == {world.now}


@pytest.mark.rule("D14")
def test_who_calls_in_vain_again_stands_in_the_list_once_with_how_often() -> None:
    """Also when the later call was told of before; an older one than a week is no work any more."""
    world = office("chantal")
    world.tell(alone(world, "a2", ago_s=60))
    world.tell(alone(world, "a1", ago_s=600))
    assert listed(world) == [(HER, MissedWhy.FALLBACK, 2)]
    [row] = world.board.missed.values()
    assert (row.last_call, row.at) == ("a2", world.now - 60_000)

    world.tell(alone(world, "a3", ago_s=30))
    assert next(iter(world.board.missed.values())).last_call == "a3"
    world.tell(alone(world, "a0", ago_s=KEPT_MS / 1000 + 60, number="31600000001"))
    assert listed(world) == [(HER, MissedWhy.FALLBACK, 3)]


@pytest.mark.rule("D14")
def test_who_was_spoken_with_on_a_telephone_is_not_missed_for_what_came_before() -> None:
    """A call in vain after that talk is another matter."""
    world = office("chantal")
    world.tell(alone(world, "a1", ago_s=600))
    world.tell(alone(world, "a3", ago_s=100, number="31600000003"))
    world.tell(answered(world, "a2", ago_s=300))
    assert listed(world) == [("31600000003", MissedWhy.FALLBACK, 1)]

    world.tell(answered(world, "a4", ago_s=400, number="31600000003"))
    assert listed(world) == [("31600000003", MissedWhy.FALLBACK, 1)]
    [closed] = [row for row in world.all(MissedRow) if row.closed_at is not None]
    assert closed.closed_by == "chantal"


def test_who_is_being_spoken_with_by_now_is_not_missed() -> None:
    """Called again, and was answered, before it was told that the first call had been in vain."""
    world = office("chantal")
    early = alone(world, ago_s=30)
    world.call_arrives("c1", number=HER)
    world.ask(AnswerCall(agent=UserId("chantal"), call=CallId("c1")))

    world.tell(early)

    assert not listed(world)
    assert "a1" in {one.call for one in world.all(CallClosed)}


@pytest.mark.rule("3.6-h")
def test_a_call_back_that_was_planned_before_such_a_talk_is_not_made_any_more() -> None:
    """One that was planned since is; who has one is not missed as well."""
    world = office("chantal")
    promise(world)
    world.wait(10)
    world.tell(alone(world, "a1", ago_s=5, ended_at=world.now))
    assert not listed(world)
    world.tell(answered(world, "a2", ago_s=3_600))
    assert [row.status for row in world.all(CallBackRow)] == [CallBackStatus.PLANNED]

    world.tell(answered(world, "a3", ago_s=5, answered_at=world.now - 1_000, ended_at=world.now))

    assert world.all(CallBackRow)[-1].status is CallBackStatus.CANCELLED


@pytest.mark.rule("D29")
def test_a_direct_call_is_the_persons_and_one_of_a_queue_that_is_no_more_is_nobodys() -> None:
    """Neither is in a queue's list."""
    world = office("chantal")
    world.tell(alone(world, "a1", queue=None, to=UserId("chantal")))
    world.tell(alone(world, "a2", queue=QueueId("gone")))
    world.tell(alone(world, "a3", queue=None, to=UserId("gone")))

    assert [(one.queue, one.to) for one in world.all(CallOpened)] == [
        (None, "chantal"),
        (None, None),
        (None, None),
    ]
    assert [n.agent for n in world.all(Noted) if n.why is Why.ENTERED] == ["chantal", None, None]
    assert not listed(world)


def test_one_that_is_told_again_while_the_database_is_away_is_known_after_many_others() -> None:
    """So many are remembered that the database has had them long before; what ended meanwhile takes nobody's place."""
    world = office("chantal")
    event = alone(world)
    world.tell(event)
    for number in range(ENDED_MAX + 1):
        world.board.ended[LegId(f"x{number}")] = None
    world.tell(event)
    assert len(world.all(CallClosed)) == 1

    world.board.told_of |= dict.fromkeys(CallId(f"x{number}") for number in range(TOLD_MAX - 1))
    world.tell(alone(world, "a2"))
    assert len(world.board.told_of) == TOLD_MAX
    assert event.call not in world.board.told_of


@pytest.mark.rule("D16")
@pytest.mark.parametrize("by", [EndedBy.LOST, EndedBy.UNKNOWN])
def test_an_end_that_nobody_saw_is_not_made_up(by: EndedBy) -> None:
    """Broken off by the exchange one is on the list although somebody had answered; else one was spoken with."""
    world = office("chantal")
    world.tell(answered(world, ended_by=by))

    assert [one.ended_by for one in world.all(CallClosed)] == [by]
    assert [why for _, why, _ in listed(world)] == ([MissedWhy.INTERRUPTED] if by is EndedBy.LOST else [])
