"""What one person's console shows of a call: by what it is, whose it is, and what this person may know."""

from __future__ import annotations

import pytest

from cordboard.app import projection
from cordboard.app.cards import card
from cordboard.app.ports import OrganisationRow, UserRow
from cordboard.app.projection import Viewer
from cordboard.app.views import AlarmView, CallView, QueueView, TransferView, WrapUpView
from cordboard.core.agent import WrapUp
from cordboard.core.events import LegEnd
from cordboard.core.notices import Thing
from cordboard.core.queue import WrapUpMode
from cordboard.core.records import WrapUpKind
from cordboard.core.rules import CountWindow, HouseRules
from cordboard.core.types import CallId, OrganisationId, QueueId, Right, TransferKind, UserId
from cordboard.core.urgent import Rung
from tests.support.desk import World, office

OUTSIDE = "3180004030"
BLIND, ATTENDED = TransferKind.BLIND, TransferKind.ATTENDED


def seen(world: World, agent: str, call: str) -> CallView:
    """The card on this person's screen."""
    found = card(world.board, world.person(agent), CallId(call))
    assert found is not None, (agent, call)
    return found


def unseen(world: World, agent: str, call: str) -> bool:
    """There is no such card on this person's screen."""
    return card(world.board, world.person(agent), CallId(call)) is None


def transfer(world: World, agent: str, call: str) -> TransferView:
    """What the card says about passing the call on."""
    found = seen(world, agent, call).transfer
    assert found is not None, (agent, call)
    return found


def viewer(world: World, name: str) -> Viewer:
    """Somebody looks."""
    agent = world.person(name)
    return Viewer(
        user=UserRow(
            id=agent.id,
            user_name=name,
            name=agent.name,
            extension=None,
            email=None,
            language="nl",
            theme="system",
            disabled=False,
            groups=agent.groups,
            rights=agent.rights,
        ),
        organisation=OrganisationRow(
            id=OrganisationId("vtel"),
            name="Vtel",
            country="NL",
            language="nl",
            time_zone="Europe/Amsterdam",
            demo=False,
            contact="",
        ),
        group_names={group: group for group in agent.groups},
    )


def alarm(world: World, name: str, queue: str = "urgent") -> AlarmView | None:
    """The alarm of this queue on somebody's screen."""
    found = projection.view_of(world.board, viewer(world, name), Thing.ALARM, queue)
    assert found is None or isinstance(found, AlarmView)
    return found


def talking(*others: str) -> World:
    """Chantal talks with c1."""
    world = office("chantal", *others)
    world.call_arrives("c1")
    world.click_answer("chantal", "c1")
    return world


@pytest.mark.rule("D7", "5.2-f")
def test_the_card_of_a_transfer_says_how_far_it_is_and_names_the_recipient() -> None:
    """Armed, the recipient rings, they speak, completed: what is shown at each step."""
    world = talking()
    world.arms("chantal", "c1")
    armed = transfer(world, "chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    dialling, recipient = transfer(world, "chantal", "c1"), world.recipient("c1")
    rings = seen(world, "chantal", recipient)
    world.outside_answers(recipient)
    consulting = transfer(world, "chantal", "c1")
    world.completes("chantal", "c1", recipient)
    completed = transfer(world, "chantal", "c1")

    assert (armed.kind, armed.state, armed.mine, armed.recipient) == ("attended", "armed", True, None)
    assert (dialling.state, dialling.recipient, dialling.recipient_name) == ("dialling", recipient, OUTSIDE)
    assert (rings.state, rings.direction, rings.mine, rings.internal) == ("dialling", "out", True, False)
    assert consulting.state == "consulting"
    assert (completed.state, completed.until) == ("completed", world.now + 10_000)
    assert seen(world, "chantal", "c1").state == "transferred"
    assert not seen(world, "chantal", "c1").mine


@pytest.mark.rule("D7")
def test_the_initiator_of_a_blind_transfer_sees_it_ring_and_can_pull_it_back() -> None:
    """At a colleague's desk or outside; the colleague sees a call that is offered."""
    world = talking("piet")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")

    assert (seen(world, "chantal", "c1").state, transfer(world, "chantal", "c1").state) == (
        "transferring",
        "ringing",
    )
    assert transfer(world, "chantal", "c1").recipient_name == "Piet"
    offered = seen(world, "piet", "c1")
    assert (offered.state, offered.offer is not None, transfer(world, "piet", "c1").mine) == (
        "offered",
        True,
        False,
    )

    world.cancels("chantal", "c1")
    world.arms("chantal", "c1", BLIND)
    world.to_number("chantal", "c1", OUTSIDE)
    assert seen(world, "chantal", "c1").state == "transferring"


@pytest.mark.rule("D7")
def test_a_transfer_that_came_back_says_so_and_why_to_its_initiator_alone() -> None:
    """Back: Piet did not answer."""
    world = talking("piet", "anja")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")
    world.wait(20)

    back = seen(world, "chantal", "c1")
    assert (back.note, back.reason, back.offer is not None) == ("returned", "no_answer", True)
    assert back.not_reached == world.person("piet").name
    assert (seen(world, "anja", "c1").note, seen(world, "anja", "c1").reason) == (None, None)


@pytest.mark.rule("D7", "3.2-d")
def test_whom_a_transfer_did_not_reach_is_for_who_passed_on_and_who_may_see_numbers() -> None:
    """After Chantal's twenty seconds the queue is next; somebody without the right reads why, and not a number."""
    world = talking("piet", "anja")
    world.person("anja").rights = frozenset(Right) - {Right.COLLEAGUES_NUMBERS}
    world.arms("chantal", "c1", BLIND)
    world.to_number("chantal", "c1", OUTSIDE)
    world.party_hangs_up(world.recipient("c1"), LegEnd.BUSY)
    assert seen(world, "chantal", "c1").not_reached == OUTSIDE
    world.wait(21)

    offered = seen(world, "anja", "c1")
    assert (offered.reason, offered.not_reached) == ("busy", None)
    assert seen(world, "piet", "c1").not_reached == OUTSIDE


@pytest.mark.rule("3.2-d", "D7")
def test_whom_a_call_was_passed_on_to_is_hidden_from_who_may_not_see_it() -> None:
    """Anja sees that the call of her queue is being passed on, and not with whom anybody talks."""
    world = talking("piet")
    anja = world.agent("anja", queues=("algemeen",), rights=frozenset(Right) - {Right.COLLEAGUES_NUMBERS})
    world.arms("chantal", "c1")
    world.to_number("chantal", "c1", OUTSIDE)
    recipient = world.recipient("c1")
    world.outside_answers(recipient)

    passing = seen(world, "anja", "c1")
    assert (passing.number, passing.name) == (None, None)
    assert transfer(world, "anja", "c1").recipient_name is None
    assert transfer(world, "anja", "c1").recipient is None
    assert transfer(world, "piet", "c1").recipient_name == OUTSIDE
    assert unseen(world, "anja", recipient)

    world.completes("chantal", "c1", recipient)
    assert seen(world, "anja", "c1").number is None
    anja.rights = frozenset(Right)
    assert seen(world, "anja", "c1").number == "31612345678"


@pytest.mark.rule("D29", "2.1.2-l")
def test_a_direct_call_is_seen_by_the_person_it_is_for() -> None:
    """A white card without queue; nobody else's business."""
    world = office("chantal", "piet")
    world.direct_call("d1", "piet")

    direct = seen(world, "piet", "d1")
    assert (direct.direct, direct.queue, direct.internal, direct.state) == (True, None, False, "offered")
    assert unseen(world, "chantal", "d1")


@pytest.mark.rule("D29")
def test_a_direct_call_is_seen_also_while_it_cannot_be_offered() -> None:
    """Piet talks: the card is there, without a ring."""
    world = office("chantal", "piet")
    world.call_arrives("c1")
    world.click_answer("piet", "c1")
    world.direct_call("d1", "piet")

    assert not unseen(world, "piet", "d1")


@pytest.mark.rule("D29")
def test_a_call_between_two_desks_is_internal_on_both() -> None:
    """Chantal calls Piet: outgoing on her screen, direct on his."""
    world = office("chantal", "piet")
    call = world.calls_colleague("chantal", "piet")

    here, there = seen(world, "chantal", call), seen(world, "piet", world.there(call))
    assert (here.internal, here.direction, here.direct, here.mine) == (True, "out", False, True)
    assert (there.internal, there.direction, there.direct, there.mine) == (True, "in", True, False)
    assert unseen(world, "piet", call)


@pytest.mark.rule("3.2-b", "3.2-d")
def test_a_colleague_who_dials_shows_direction_and_number_with_the_right_alone() -> None:
    """Also while the other side still rings."""
    world = office("chantal", "piet")
    world.agent("anja", rights=frozenset(Right) - {Right.COLLEAGUES_NUMBERS})
    world.calls("chantal", OUTSIDE)

    def talk(viewing: str) -> object:
        found = projection.view_of(world.board, viewer(world, viewing), Thing.AGENT, "chantal")
        return getattr(found, "talk", None)

    assert getattr(talk("piet"), "number", None) == OUTSIDE
    assert getattr(talk("piet"), "direction", None) == "out"
    assert talk("anja") is None


@pytest.mark.rule("D6")
def test_an_urgent_call_is_pointed_out_in_wrap_up_and_pause_where_one_is_signed_in() -> None:
    """Not offered then, and yet not to be overlooked; it can be taken."""
    world = office("chantal", "piet")
    world.agent("anja", queues=("algemeen",))
    for name in ("chantal", "piet", "anja"):
        world.click_clock(name)
    world.call_arrives("u1", "urgent")
    world.call_arrives("c1")
    world.person("piet").wrap_up, world.person("piet").pause = None, "Lunch"

    notes = {name: seen(world, name, "u1").note for name in ("chantal", "piet", "anja")}

    assert notes == {"chantal": "breaks_wrap_up", "piet": "breaks_wrap_up", "anja": None}
    assert seen(world, "chantal", "c1").note is None


@pytest.mark.rule("3.1-d")
def test_who_rings_for_one_person_or_is_passed_on_does_not_wait_in_the_queue() -> None:
    """The number of waiting callers is of those whom anybody may take."""
    world = talking("piet")
    world.call_arrives("c2")
    world.arms("chantal", "c1", BLIND)
    world.to_colleague("chantal", "c1", "piet")

    found = projection.view_of(world.board, viewer(world, "piet"), Thing.QUEUE, "algemeen")

    assert getattr(found, "waiting", None) == 1


@pytest.mark.rule("D9")
@pytest.mark.parametrize(
    ("mode", "extended", "kind", "stoppable", "extendable"),
    [
        (WrapUpMode.TIMED, 0, WrapUpKind.AUTOMATIC, True, True),
        (WrapUpMode.TIMED, 2, WrapUpKind.AUTOMATIC, True, False),
        (WrapUpMode.TIMED_NO_EARLY_EXIT, 1, WrapUpKind.AUTOMATIC, False, True),
        (WrapUpMode.TIMED_NO_EARLY_EXIT, 0, WrapUpKind.MANUAL, True, False),
    ],
)
def test_the_bar_of_wrap_up_offers_what_its_queue_allows(
    mode: WrapUpMode, extended: int, kind: WrapUpKind, stoppable: bool, extendable: bool
) -> None:
    """Ended early and lengthened, as the queue's rules have it; what was asked for by hand is always given back."""
    world = office("chantal")
    queue = world.board.queues[world.person("chantal").signed_in.copy().pop()]
    queue.wrap_up_mode = mode
    world.person("chantal").wrap_up = WrapUp(
        kind=kind,
        since=world.now,
        until=world.now + 9_000 if kind is WrapUpKind.AUTOMATIC else None,
        queue=queue.id,
        extended=extended,
    )

    shown = projection.me(world.board, viewer(world, "chantal")).wrap_up

    assert isinstance(shown, WrapUpView)
    assert (shown.stoppable, shown.extendable) == (stoppable, extendable)


@pytest.mark.rule("D11", "D8")
def test_ones_own_place_shows_pause_its_reasons_and_when_a_hold_is_long() -> None:
    """And colleagues see why one is away, and whether one can be called."""
    world = office("chantal", "piet")
    world.board.pause_reasons = ("Pauze", "Lunch")
    world.board.rules = HouseRules(hold_warn_ms=60_000)
    world.person("piet").pause = "Lunch"
    world.board.devices[world.person("piet").device or world.board.devices.popitem()[0]].registered = False

    mine = projection.me(world.board, viewer(world, "piet"))
    colleague = projection.view_of(world.board, viewer(world, "chantal"), Thing.AGENT, "piet")

    assert (mine.pause, mine.pause_reasons, mine.hold_warn_ms) == ("Lunch", ["Pauze", "Lunch"], 60_000)
    assert (getattr(colleague, "pause", ""), getattr(colleague, "reachable", None)) == ("Lunch", False)


@pytest.mark.rule("D15", "3.1-g")
def test_a_queue_shows_the_numbers_as_the_organisation_counts_them() -> None:
    """From when on, and with or without those who hung up almost at once."""
    world = office("chantal")
    numbers = world.board.queues[QueueId("algemeen")].numbers
    world.call_arrives("c1")
    world.caller_hangs_up("c1")
    world.call_arrives("c2")

    def shown() -> tuple[int, int | None]:
        view = projection.view_of(world.board, viewer(world, "chantal"), Thing.QUEUE, "algemeen")
        assert isinstance(view, QueueView)
        return view.total, view.counted_since

    assert shown() == (2, numbers.since)
    world.board.rules = HouseRules(count_window=CountWindow.LAST_24_HOURS, count_short=False)
    assert shown() == (1, None)
    assert projection.me(world.board, viewer(world, "chantal")).counts_short is False


@pytest.mark.rule("D6")
def test_an_urgent_queue_that_is_left_alone_alarms_who_works_there_and_who_supervises() -> None:
    """Nobody there; or a caller who waits too long, which goes first. Who has nothing to do with it sees none."""
    world = World()
    world.queue("urgent", urgent=True, groups=("enschede",))
    world.queue("algemeen", groups=("enschede", "denbosch"))
    world.agent("chantal", queues=("urgent",), groups=("enschede",), rights=frozenset())
    world.agent("anja", groups=("denbosch",), rights=frozenset())
    world.agent("henk", groups=("denbosch",), rights=frozenset({Right.SUPERVISE}))
    world.exchange_comes_up()
    assert [alarm(world, name) for name in ("chantal", "anja", "henk")] == [None, None, None]

    world.call_arrives("u1", "urgent")
    world.call("u1").rung = Rung.ALARM
    waits = [alarm(world, name) for name in ("chantal", "anja", "henk")]
    world.caller_hangs_up("u1")
    world.board.queues[QueueId("urgent")].deserted_since = 5
    left = [alarm(world, name) for name in ("chantal", "anja", "henk")]
    world.board.queues[QueueId("urgent")].deserted_since = None
    world.board.queues[world.person("chantal").signed_in.pop()].signed_in.remove(UserId("chantal"))
    empty = [alarm(world, name) for name in ("chantal", "anja", "henk")]

    assert [a.code if a is not None else None for a in waits] == [
        "urgent_unanswered",
        None,
        "urgent_unanswered",
    ]
    assert [(a.code, a.since) if a is not None else None for a in left] == [
        ("urgent_deserted", 5),
        None,
        ("urgent_deserted", 5),
    ]
    assert [a.code if a is not None else None for a in empty] == ["urgent_empty", None, "urgent_empty"]
    assert alarm(world, "henk", "algemeen") is None
    assert {view.id for view in projection.views(world.board, viewer(world, "henk"))} >= {"urgent"}
