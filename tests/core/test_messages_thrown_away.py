"""A recording that nobody is to hear is not kept (D29, 3.4-i): nothing would ever take it away."""

from __future__ import annotations

import pytest

from cordboard.core.commands import ForgetMessage, RecordMessage
from cordboard.core.events import MessageRecorded
from cordboard.core.records import MessageLeft
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import LegId
from tests.support.desk import World, office

QUEUE = "algemeen"
LEG = LegId("c1-leg")


def is_recorded() -> World:
    """c1 in the middle of a message for a queue without anybody."""
    world = office()
    world.board.queues[world.queue_id(QUEUE)].exits[ExitReason.JOIN_EMPTY] = Exit(action=ExitAction.MESSAGE)
    world.call_arrives("c1")
    assert len(world.commanded(RecordMessage)) == 1
    return world


def thrown_away(world: World) -> list[str]:
    """Names of the recordings that were."""
    return [command.name for command in world.commanded(ForgetMessage)]


@pytest.mark.rule("D29")
def test_a_recording_in_which_nobody_speaks_is_thrown_away() -> None:
    """It is no message."""
    world = is_recorded()

    world.tell(MessageRecorded(leg=LEG, name="message-c1", ms=0))

    assert thrown_away(world) == ["message-c1"]
    assert not world.all(MessageLeft)


@pytest.mark.rule("D29")
def test_a_message_stays_though_its_end_is_told_again() -> None:
    """As the exchange does, and as a search would that had begun before: with a length or without."""
    world = is_recorded()
    world.tell(MessageRecorded(leg=LEG, name="message-c1", ms=4_000))

    for ms in (4_000, 0):
        world.tell(MessageRecorded(leg=LEG, name="message-c1", ms=ms))

    assert thrown_away(world) == []
    assert len(world.all(MessageLeft)) == 1


@pytest.mark.rule("D29", "D16")
def test_a_recording_of_which_nobody_knows_here_is_left_to_who_can_look_for_its_message() -> None:
    """It may be a message that the server before this one wrote down; strays go by the database's word."""
    world = office()

    world.tell(MessageRecorded(leg=LEG, name="message-c1", ms=4_000))

    assert thrown_away(world) == []
    assert not world.all(MessageLeft)
