"""An administrator changes something while everybody works: it holds at once, and nobody's call notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cordboard.core.agent import Agent, Device
from cordboard.core.board import Board
from cordboard.core.commands import HangUp, HangUpReason
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue
from cordboard.core.records import DevicePaired, QueueSignInChanged
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import MakeCallBack, SignIn
from cordboard.core.types import DeviceId, GroupId, NumberKind, QueueId, UserId
from tests.support.desk import World, office


def as_configured(world: World) -> Board:
    """What the database would say now."""
    board = world.board
    return Board(
        organisation=board.organisation,
        rules=board.rules,
        queues={
            q.id: Queue(id=q.id, name=q.name, urgent=q.urgent, groups=q.groups, wrap_up_ms=q.wrap_up_ms)
            for q in board.queues.values()
        },
        agents={
            a.id: Agent(id=a.id, name=a.name, groups=a.groups, rights=a.rights) for a in board.agents.values()
        },
        devices={
            d.id: Device(id=d.id, name=d.name, kind=d.kind, answer_method=d.answer_method)
            for d in board.devices.values()
        },
    )


def configure(world: World, change: Callable[[Board], object]) -> None:
    """That, with one thing different."""
    wanted = as_configured(world)
    change(wanted)
    world._take(world.desk.configure(wanted, world.now))
    world.settle()


def release(world: World, device: str) -> None:
    """The administrator takes a telephone."""
    world._take(world.desk.release(DeviceId(device), world.now))
    world.settle()


def test_who_talks_goes_on_talking_when_everything_around_changes() -> None:
    """The queue has another name and strategy; the call is held, resumed and ended as before."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    def other(wanted: Board) -> None:
        queue = wanted.queues[QueueId("algemeen")]
        queue.name, queue.wrap_up_ms = "Receptie", 15_000

    configure(world, other)

    assert world.hears("c1") == "chantal"
    assert world.board.queues[QueueId("algemeen")].name == "Receptie"
    assert UserId("piet") in world.board.queues[QueueId("algemeen")].signed_in
    world.wait(20)
    world.caller_hangs_up("c1")
    assert world.person("chantal").wrap_up is not None


def test_a_caller_who_waits_is_offered_to_who_may_serve_the_queue_now() -> None:
    """Piet's group no longer has it: his telephone falls silent, Chantal's goes on."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    assert world.who_hears("c1") == ["chantal", "piet"]

    def out(wanted: Board) -> None:
        wanted.agents[UserId("piet")].groups = frozenset({GroupId("utrecht")})

    configure(world, out)

    assert world.who_hears("c1") == ["chantal"]
    assert world.person("piet").group == GroupId("utrecht")
    assert (
        QueueSignInChanged(agent=UserId("piet"), queue=QueueId("algemeen"), signed_in=False, at=world.now)
        in world.records
    )


def test_what_somebody_stands_on_is_not_pulled_away() -> None:
    """A queue with a caller, a person in a call, the telephone of one; all are as they were."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    device = world.person("chantal").device
    assert device is not None

    for change, code in (
        (lambda wanted: wanted.queues.pop(QueueId("algemeen")), Code.QUEUE_HAS_CALLERS),
        (lambda wanted: wanted.agents.pop(UserId("chantal")), Code.USER_IN_CALL),
        (lambda wanted: wanted.devices.pop(device), Code.DEVICE_IN_CALL),
    ):
        with pytest.raises(Refused) as refused:
            configure(world, change)
        assert refused.value.code is code

    assert world.hears("c1") == "chantal"
    with pytest.raises(Refused):
        release(world, device)


def test_what_nobody_stands_on_goes_and_late_word_of_it_harms_nobody() -> None:
    """Piet and his telephone are deleted while Chantal talks; his console closes afterwards, his click is refused."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    device = world.person("piet").device
    assert device is not None

    def without(wanted: Board) -> None:
        del wanted.agents[UserId("piet")]
        del wanted.devices[device]

    configure(world, without)
    world.console_goes("piet")
    world.console_comes("piet")
    with pytest.raises(Refused) as refused:
        world.ask(SignIn(agent=UserId("piet"), queue=QueueId("algemeen")))

    assert refused.value.code is Code.NO_RIGHT
    assert world.hears("c1") == "chantal"
    world.caller_hangs_up("c1")
    configure(world, lambda wanted: wanted.queues.pop(QueueId("algemeen")))
    assert QueueId("algemeen") not in world.person("chantal").signed_in


def test_a_caller_of_a_queue_that_has_just_gone_is_told_so() -> None:
    """He was on his way in when the administrator deleted it."""
    world = office("chantal")
    configure(world, lambda wanted: wanted.queues.pop(QueueId("algemeen")))

    world.call_arrives("c1")

    assert world.hears("c1") == "gone"
    assert [end.reason for end in world.commanded(HangUp)] == [HangUpReason.UNALLOCATED]


@pytest.mark.rule("1.2-j")
def test_a_telephone_that_rings_is_taken_and_the_caller_goes_to_others() -> None:
    """Piet forgot it in another town: it falls silent, he is told, and somebody else may take it."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    device = world.person("piet").device
    assert device is not None

    release(world, device)

    assert world.who_hears("c1") == ["chantal"]
    assert world.said("piet") == [Saying.DEVICE_RELEASED]
    assert world.board.devices[device].used_by is None
    assert DevicePaired(agent=UserId("piet"), device=None, at=world.now) in world.records
    with pytest.raises(Refused) as refused:
        release(world, "nowhere")
    assert refused.value.code is Code.NO_DEVICE


@pytest.mark.rule("3.6-a", "3.6-q", "D14")
def test_call_backs_wait_while_their_module_is_switched_off() -> None:
    """The cards go, what falls due meanwhile rings nobody, and when the module is back their turn has come."""
    world = office("chantal")
    wish = MakeCallBack(
        agent=UserId("chantal"),
        number="31687654321",
        kind=NumberKind.NATIONAL,
        queue=QueueId("algemeen"),
    )
    for number in ("31687654321", "31612345678"):
        world.ask(replace(wish, number=number))
        world.wait(45)
    first, second = world.board.callbacks.values()
    assert list(first.offers) == ["chantal"] and not second.offers

    configure(world, lambda wanted: setattr(wanted, "callbacks_rest", True))
    world.wait(3_600)

    assert not first.offers and not second.offers
    with pytest.raises(Refused) as refused:
        world.ask(replace(wish, number="31612121212"))
    assert refused.value.code is Code.NO_RIGHT
    configure(world, lambda wanted: setattr(wanted, "callbacks_rest", False))
    assert list(first.offers) == ["chantal"]
    assert all(one.is_open and one.row.attempts == 0 for one in world.board.callbacks.values())
