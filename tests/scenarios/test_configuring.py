"""An administrator changes something while everybody works: it holds at once, and nobody's call notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cordboard.core.agent import Agent, AgentStatus, Device
from cordboard.core.board import Board
from cordboard.core.call import CallState
from cordboard.core.commands import Announce, HangUp, HangUpReason, Phrase, Sentence
from cordboard.core.notices import Saying
from cordboard.core.queue import Queue
from cordboard.core.records import DevicePaired, QueueSignInChanged
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.refusals import Code, Refused
from cordboard.core.requests import MakeCallBack, SignIn
from cordboard.core.rules import Exit, ExitAction, ExitReason
from cordboard.core.types import AnswerMethod, DeviceId, GroupId, NumberKind, QueueId, UserId
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


@pytest.mark.rule("D12", "X-b")
def test_what_a_group_has_no_more_is_not_remembered() -> None:
    """The queue goes from the group and comes back; who was signed in there signs in by himself again."""
    world = office("chantal")
    pair = (world.person("chantal").group, QueueId("algemeen"))
    assert pair in world.person("chantal").remembered

    configure(world, lambda wanted: setattr(wanted.queues[QueueId("algemeen")], "groups", frozenset()))

    assert pair not in world.person("chantal").remembered
    assert [(r.queue, r.remembered) for r in world.all(SignInRemembered)] == [("algemeen", False)]


def ruled(**rules: int | None) -> Callable[[Board], object]:
    """The organisation has these rules."""

    def change(board: Board) -> None:
        board.rules = replace(board.rules, **rules)  # type: ignore[arg-type]  # by their names

    return change


@pytest.mark.rule("D16", "X-b")
@pytest.mark.parametrize(
    ("gone", "rule"), [(World.console_goes, "console_gone_ms"), (World.phone_vanishes, "device_lost_ms")]
)
@pytest.mark.parametrize("minutes", [2, 60])
def test_another_time_without_console_or_telephone_counts_for_who_is_away_already(
    gone: Callable[[World, str], None], rule: str, minutes: int
) -> None:
    """Shorter or longer than it was: sign-ins end when the new time is over, not sooner and not later."""
    world = office("chantal", "piet")
    queue = world.board.queues[QueueId("algemeen")]
    gone(world, "chantal")
    world.wait(60)

    configure(world, ruled(**{rule: minutes * 60_000}))

    world.wait((minutes - 1) * 60 - 1)
    assert queue.signed_in == {"chantal", "piet"}
    world.wait(1)
    assert queue.signed_in == {"piet"}


@pytest.mark.rule("D3", "X-b")
def test_how_long_a_telephone_is_silent_between_two_rings_is_the_organisations() -> None:
    """Fifteen seconds here, and the card stays."""
    world = office("chantal")
    configure(world, ruled(ring_pause_ms=15_000))
    world.call_arrives("c1")

    world.wait(20 + 14.9)
    assert world.who_hears("c1") == []
    assert world.who_sees("c1") == ["chantal"]
    world.wait(0.1)
    assert world.who_hears("c1") == ["chantal"]


@pytest.mark.rule("D13", "X-b")
def test_how_long_a_click_keeps_the_call_for_a_telephone_is_the_organisations() -> None:
    """A desk phone that has to be taken up by hand: twelve seconds here, then the caller waits in the old place."""
    world = office("chantal", method=AnswerMethod.MANUAL)
    configure(world, ruled(reserved_ms=12_000))
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")

    world.wait(11.9)
    assert world.call("c1").state is CallState.CONNECTING
    world.wait(0.1)
    assert world.call("c1").state is CallState.WAITING


@pytest.mark.rule("D3", "X-b")
def test_how_many_rings_may_be_let_go_by_is_the_organisations() -> None:
    """One is enough here."""
    world = office("chantal", "piet")
    configure(world, ruled(misses_max=1))
    world.call_arrives("c1")

    world.wait(20)

    assert world.status("chantal") is AgentStatus.NOT_ANSWERED


@pytest.mark.rule("D4", "X-b")
def test_when_a_rejected_call_comes_back_is_the_organisations() -> None:
    """Nobody else is free: after ten seconds here, not after thirty."""
    world = office("chantal")
    configure(world, ruled(rejected_back_ms=10_000))
    world.call_arrives("c1")
    world.click_reject("chantal", "c1")

    world.wait(9.9)
    assert not world.call("c1").offers
    world.wait(0.1)
    assert set(world.call("c1").offers) == {"chantal"}


@pytest.mark.rule("D8", "X-b")
@pytest.mark.parametrize(("every_ms", "times"), [(30_000, 3), (None, 0)])
def test_how_often_who_is_on_hold_is_told_so_is_the_organisations(every_ms: int | None, times: int) -> None:
    """Also of a hold that goes on; without it there is the music only."""
    world = office("chantal")
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    world.click_hold("chantal", "c1")
    world.wait(10)

    configure(world, ruled(hold_told_ms=every_ms))
    world.wait(85)

    told = [
        one for one in world.commanded(Announce) if one.phrases == (Phrase(sentence=Sentence.STILL_HOLDING),)
    ]
    assert len(told) == times


@pytest.mark.rule("X-b", "D6")
@pytest.mark.parametrize("begin_s", [20, 40])
def test_the_ladder_that_is_changed_holds_for_who_waits_already(begin_s: int) -> None:
    """Longer, so that the moment that was set says nothing any more."""
    world = office("chantal", "piet")
    world.signs_out("piet", "urgent")
    world.call_arrives("u1", "urgent")
    world.wait(5)

    def slower(wanted: Board) -> None:
        wanted.queues[QueueId("urgent")].escalate_ms = begin_s * 1000

    configure(world, slower)
    world.wait(begin_s - 6)
    assert world.who_sees("u1") == ["chantal"]
    world.wait(2)
    assert world.who_sees("u1") == ["chantal", "piet"]


@pytest.mark.rule("X-b", "D21")
def test_a_limit_that_is_set_holds_for_who_waits_already() -> None:
    """The queue had none when they came."""
    world = office("chantal")
    world.call_arrives("c1")
    world.wait(10)

    def limited(wanted: Board) -> None:
        queue = wanted.queues[QueueId("algemeen")]
        queue.wait_ms_max, queue.exits = 30_000, {ExitReason.TIMEOUT: Exit(action=ExitAction.BUSY)}

    configure(world, limited)
    world.wait(19)
    assert world.state("c1") is CallState.WAITING
    world.wait(2)
    assert world.hears("c1") == "gone"


@pytest.mark.rule("X-b", "1.3-c")
def test_a_queue_with_callers_is_not_taken_from_its_last_group() -> None:
    """Nobody could be offered them, take them or see them."""
    world = office("chantal")
    world.call_arrives("c1")

    def nobodys(wanted: Board) -> None:
        wanted.queues[QueueId("algemeen")].groups = frozenset()

    with pytest.raises(Refused) as refused:
        configure(world, nobodys)
    assert refused.value.code is Code.QUEUE_HAS_CALLERS
    world.caller_hangs_up("c1")
    configure(world, nobodys)
    assert not world.board.queues[QueueId("algemeen")].groups
