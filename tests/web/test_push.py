"""Consoles stay in step: whatever happens, what a console holds equals what a fresh look would show it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordboard.app import projection
from cordboard.app.ports import OrganisationRow, UserRow
from cordboard.app.projection import Viewer
from cordboard.core.board import Board
from cordboard.core.notices import Changed, Thing
from cordboard.core.records import MissedRow
from cordboard.core.refusals import Refused
from cordboard.core.types import OrganisationId, Right, UserId
from cordboard.core.urgent import Rung
from cordboard.web import push, wire
from cordboard.web.push import TOMBSTONES_MAX, WOKEN_AT_A_TIME, Console, Hub
from tests.support.desk import World

ORGANISATION = OrganisationRow(
    id=OrganisationId("vtel"),
    name="Vtel",
    country="NL",
    language="nl",
    time_zone="Europe/Amsterdam",
    demo=True,
    contact="",
)
GROUPS = {"enschede": "Enschede", "denbosch": "Den Bosch"}
PEOPLE = ("chantal", "piet", "anja")


def office() -> World:
    """Three people in two groups; Anja may not see whom her colleagues talk with."""
    world = World()
    world.queue("algemeen", groups=("enschede", "denbosch"), wrap_up_s=20)
    world.queue("urgent", urgent=True, groups=("enschede",))
    world.agent("chantal", queues=("algemeen", "urgent"), groups=("enschede", "denbosch"))
    world.agent("piet", queues=("algemeen",), groups=("enschede",))
    world.agent("anja", groups=("denbosch",), rights=frozenset(Right) - {Right.COLLEAGUES_NUMBERS})
    world.exchange_comes_up(fresh=True)
    return world


def viewer(world: World, name: str) -> Viewer:
    """One of them, looking."""
    agent = world.board.agents[UserId(name)]
    row = UserRow(
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
    )
    return Viewer(user=row, organisation=ORGANISATION, group_names=GROUPS)


def hub_of(world: World) -> Hub:
    """A hub over this board, without sockets."""

    def board(_organisation: OrganisationId) -> Board:
        return world.board

    return Hub(
        epoch="e1",
        now=lambda: world.now,
        board=board,
        present=lambda *_: None,
        absent=lambda *_: None,
    )


class Tab:
    """A browser tab that applies frames as the console's reducer does, after a trip through JSON."""

    def __init__(self, hub: Hub, world: World, name: str) -> None:
        self.hub, self.world = hub, world
        self.viewer = viewer(world, name)
        self.held: dict[tuple[str, str], Any] = {}
        self.epoch, self.rev, self.n = "", 0, 0
        self.wire: list[bytes] = []
        self.connect()

    def connect(self) -> None:
        """Open a connection, going on from what is held."""
        self.console = Console(self.hub, ORGANISATION.id, self.viewer, b"session")
        self.hub.state(ORGANISATION.id).consoles[self.console.id] = self.console
        self.n = 0
        self.console.sync(wire.Sync(epoch=self.epoch, rev=self.rev))

    def drop(self) -> None:
        """The connection is gone; what was on its way is lost."""
        self.hub.state(ORGANISATION.id).consoles.pop(self.console.id)

    def read(self) -> None:
        """Take what the server has for us."""
        for frame in self.console.take():
            data = msgspec.json.encode(frame)
            self.wire.append(data)
            self._apply(msgspec.json.decode(data))

    def _apply(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "snap":
            self.held = {(e["k"], e["id"]): e for e in frame["ents"]}
            self.epoch, self.rev = frame["epoch"], frame["rev"]
        elif frame["t"] == "d":
            assert frame["n"] == self.n + 1, "a gap in this connection's frames"
            self.n, self.rev = frame["n"], frame["rev"]
            for op in frame["ops"]:
                if op["a"] == "s":
                    self.held[op["e"]["k"], op["e"]["id"]] = op["e"]
                elif op["a"] == "m":
                    self.held[op["k"], op["id"]] |= op["f"]
                else:
                    self.held.pop((op["k"], op["id"]), None)

    def fresh(self) -> dict[tuple[str, str], Any]:
        """What a new tab would show now."""
        views = list(projection.views(self.world.board, self.viewer))
        return {(e["k"], e["id"]): e for e in msgspec.json.decode(msgspec.json.encode(views))}


def step(world: World, hub: Hub, number: int, kind: int) -> None:
    """Something happens in the office; a refusal is something too."""
    person = PEOPLE[number % 3]
    call = f"c{number % 7}"
    try:
        match kind:
            case 0:
                if world.board.calls.get(call) is None and f"{call}-leg" not in world.exchange.callers:  # type: ignore[call-overload]
                    world.call_arrives(f"c{len(world.records)}", "urgent" if number % 4 == 0 else "algemeen")
            case 1 | 2:
                living = sorted(world.board.calls)
                if living:
                    chosen = living[number % len(living)]
                    clicks = (world.click_answer, world.click_hold, world.click_resume, world.click_hang_up)
                    clicks[number % 4](person, chosen)
            case 3:
                world.signs_in(person, "algemeen")
            case 4:
                world.signs_out(person, "algemeen")
            case 5:
                world.chooses_group("chantal", "denbosch" if number % 2 else "enschede")
            case 6:
                world.click_clock(person)
            case 7:
                world.click_clock_again(person)
            case 8:
                world.wait(number % 40)
            case _:
                callers = sorted(world.exchange.callers)
                if callers:
                    world.caller_hangs_up(callers[number % len(callers)].removesuffix("-leg"))
    except Refused:
        return
    finally:
        # World keeps the last turn's changes only; several turns may have passed, so everything is told.
        hub.changed(ORGANISATION.id, everything(world))


def everything(world: World) -> list[Any]:
    """Whatever may look different now, also what is gone."""
    from cordboard.core.notices import Changed, Thing

    board = world.board
    changed = [Changed(Thing.AGENT, a) for a in board.agents] + [
        Changed(thing, q) for thing in (Thing.QUEUE, Thing.ALARM) for q in board.queues
    ]
    changed += [Changed(Thing.DEVICE, d) for d in board.devices] + [Changed(Thing.EXCHANGE, "exchange")]
    known = {id_ for thing, id_ in _hub_keys(world) if thing is Thing.CALL}
    changed += [Changed(Thing.MISSED, row.id) for row in world.all(MissedRow)]
    return changed + [Changed(Thing.CALL, c) for c in {*board.calls, *known}]


_KEYS: dict[int, set[Any]] = {}


def _hub_keys(world: World) -> set[Any]:
    from cordboard.core.notices import Thing

    keys = _KEYS.setdefault(id(world), set())
    keys |= {(Thing.CALL, c) for c in world.board.calls}
    return keys


@pytest.mark.rule("2-c", "D23")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_a_console_holds_what_a_fresh_look_would_show(steps: list[tuple[int, int, int]]) -> None:
    """Calls, clicks, lost connections, resumed ones, group switches: after reading, nothing differs."""
    world = office()
    _KEYS.clear()
    hub = hub_of(world)
    loop_free(hub)
    tabs = [Tab(hub, world, name) for name in PEOPLE]

    for number, kind, line in steps:
        step(world, hub, number, kind)
        tab = tabs[number % 3]
        if line == 0:
            tab.drop()
            step(world, hub, number + 1, (kind + 3) % 10)
            tab.connect()
        elif line < 5:
            tab.read()

    for tab in tabs:
        tab.read()
        tab.read()
        assert tab.held == tab.fresh()


def loop_free(hub: Hub) -> None:
    """Without sockets nobody has to be woken in 50 ms."""

    class Never:
        def cancel(self) -> None:
            """Nothing to cancel."""

    hub.state(ORGANISATION.id).ambient = Never()  # type: ignore[assignment]


@pytest.mark.rule("2.1.2-l", "X-c")
def test_calls_of_other_groups_queues_are_not_shown() -> None:
    """The urgent queue belongs to Enschede; who works for Den Bosch sees neither queue nor call."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    anja = Tab(hub, world, "anja")

    world.call_arrives("c1", "urgent")
    hub.changed(ORGANISATION.id, everything(world))
    anja.read()

    assert ("queue", "urgent") not in anja.held
    assert ("call", "c1") not in anja.held


@pytest.mark.parametrize("thing", [Thing.CALL, Thing.CALLBACK, Thing.MISSED])
def test_what_came_and_went_is_forgotten_in_the_end(thing: Thing) -> None:
    """However many callers were missed and spoken to since: a list of them has a limit, and nobody falls behind."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    anja = Tab(hub, world, "anja")

    hub.changed(ORGANISATION.id, [Changed(thing, f"x{number}") for number in range(TOMBSTONES_MAX)])
    anja.read()
    hub.changed(ORGANISATION.id, [Changed(thing, "the last")])
    anja.read()

    state = hub.state(ORGANISATION.id)
    assert len(state.last_rev) == TOMBSTONES_MAX // 2 + 1
    assert (thing, "the last") in state.last_rev
    assert anja.held == anja.fresh()


@pytest.mark.rule("2.1.1-r", "D23")
def test_a_command_that_comes_twice_is_done_once_and_answered_twice() -> None:
    """The console sends a click again after a lost connection; the answer is the same, the deed is not done again."""
    world = office()
    hub = hub_of(world)
    tab = Tab(hub, world, "piet")
    console = tab.console

    first = hub.begin(console, "click-1")
    again = hub.begin(console, "click-1")
    hub.finish(ORGANISATION.id, console.user, wire.Result(id="click-1", ok=True, rev=1))
    later = hub.begin(console, "click-1")

    assert (first, again, later) == (True, False, False)
    answers = [frame for frame in console.take() if isinstance(frame, wire.Result)]
    assert [answer.id for answer in answers] == ["click-1", "click-1"]


@pytest.mark.rule("D16")
def test_a_console_that_was_away_goes_on_without_a_snapshot() -> None:
    """Same start of the server, revision known: only what changed meanwhile is sent."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    tab = Tab(hub, world, "piet")
    tab.read()
    tab.drop()

    world.call_arrives("c1")
    hub.changed(ORGANISATION.id, everything(world))
    tab.wire.clear()
    tab.connect()
    tab.read()

    assert all(b'"t":"snap"' not in frame for frame in tab.wire)
    assert tab.held == tab.fresh()


@pytest.mark.rule("1.3-h", "D12")
def test_a_console_that_was_away_while_its_group_was_changed_looks_with_other_eyes() -> None:
    """In another tab, say: only the agent has changed, but other queues and other callers are to be seen now."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    world.chooses_group("chantal", "denbosch", confirmed=True)
    world.call_arrives("u1", "urgent")
    tab = Tab(hub, world, "chantal")
    tab.read()
    tab.drop()

    world.chooses_group("chantal", "enschede")
    hub.changed(ORGANISATION.id, [Changed(Thing.AGENT, "chantal")])
    tab.connect()
    tab.read()

    assert ("call", "u1") in tab.held
    assert tab.held == tab.fresh()


@pytest.mark.rule("D6")
def test_an_urgent_call_is_pointed_out_also_to_who_was_away_when_wrap_up_began() -> None:
    """The call has not changed; who looks at it has, and the console that comes back was not told."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    for name in ("chantal", "piet", "anja"):
        world.click_clock(name)
    world.call_arrives("u1", "urgent")
    world.click_clock_again("chantal")
    chantal = Tab(hub, world, "chantal")
    chantal.read()
    chantal.drop()

    world.click_clock("chantal")
    hub.changed(ORGANISATION.id, [Changed(Thing.AGENT, "chantal")])
    chantal.connect()
    chantal.read()

    assert chantal.held["call", "u1"]["note"] == "breaks_wrap_up"


def test_who_is_offered_a_call_is_told_before_everybody_else() -> None:
    """Fifty people watch the queue; Chantal, who came last, has her card before they have their numbers."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    tabs = [Tab(hub, world, name) for name in ("piet", "piet", "anja", "chantal")]
    order: list[str] = []

    class Wake:
        def __init__(self, name: str) -> None:
            self._name = name

        def set(self) -> None:
            """Woken."""
            order.append(self._name)

    for tab in tabs:
        tab.console.wake = Wake(tab.console.user)  # type: ignore[assignment]
    call, chantal = Changed(Thing.CALL, "c1"), Changed(Thing.AGENT, "chantal")
    hub.changed(ORGANISATION.id, [call, chantal])

    assert order == ["chantal", "piet", "piet", "anja"]


@pytest.mark.rule("D6")
def test_an_alarm_comes_to_the_console_and_goes_again() -> None:
    """An urgent call that nobody takes: at once, for who works in that queue, until somebody has it."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    piet = Tab(hub, world, "piet")
    world.call_arrives("u1", "urgent")
    world.call("u1").rung = Rung.ALARM
    piet.console.wake.clear()

    hub.changed(ORGANISATION.id, [Changed(Thing.ALARM, "urgent")])
    at_once = piet.console.wake.is_set()
    piet.read()
    rings = piet.held["alarm", "urgent"]
    world.click_answer("chantal", "u1")
    hub.changed(ORGANISATION.id, [Changed(Thing.ALARM, "urgent")])
    piet.read()

    assert at_once
    assert (rings["code"], rings["queue_name"]) == ("urgent_unanswered", "urgent")
    assert ("alarm", "urgent") not in piet.held


@pytest.mark.rule("D6")
def test_an_urgent_call_is_pointed_out_as_soon_as_wrap_up_begins_and_no_longer() -> None:
    """Nothing about the call changed, only who looks at it."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    for name in ("chantal", "piet", "anja"):
        world.click_clock(name)
    world.call_arrives("u1", "urgent")
    chantal = Tab(hub, world, "chantal")
    chantal.read()
    noted = [chantal.held["call", "u1"]["note"]]

    for click in (world.click_clock_again, world.click_clock):
        click("chantal")
        hub.changed(ORGANISATION.id, [Changed(Thing.AGENT, "chantal")])
        chantal.read()
        noted.append(chantal.held["call", "u1"]["note"])

    assert noted == ["breaks_wrap_up", None, "breaks_wrap_up"]


async def test_the_exchange_is_heard_between_the_consoles() -> None:
    """Many consoles are sent to some at a time; what else is due has its turn in between."""
    world = office()
    hub = hub_of(world)
    loop_free(hub)
    tabs = [Tab(hub, world, "piet") for _ in range(3 * WOKEN_AT_A_TIME)]
    for tab in tabs:
        tab.console.wake.clear()
    woken: list[int] = []

    hub.changed(ORGANISATION.id, [Changed(Thing.CALL, "c1")])
    for _ in range(3):
        woken.append(sum(tab.console.wake.is_set() for tab in tabs))
        await asyncio.sleep(0)

    assert woken == [WOKEN_AT_A_TIME, 2 * WOKEN_AT_A_TIME, 3 * WOKEN_AT_A_TIME]


async def test_a_console_that_asks_for_everything_again_and_again_has_it_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first time at once; the later ones wait for one more, and none is refused."""
    monkeypatch.setattr(push, "SYNC_EVERY_MS", 30)
    world = office()
    console = Console(hub_of(world), ORGANISATION.id, viewer(world, "piet"), b"session")
    hub = console.hub
    hub.state(ORGANISATION.id).consoles[console.id] = console

    def ask() -> int:
        console.sync(wire.Sync(epoch="unknown", rev=0))
        return sum(isinstance(frame, wire.Snapshot) for frame in console.take())

    assert [ask() for _ in range(50)] == [1] + [0] * 49
    console.wake.clear()
    async with asyncio.timeout(20):
        await console.wake.wait()
    assert sum(isinstance(frame, wire.Snapshot) for frame in console.take()) == 1
