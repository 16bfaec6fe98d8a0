"""Two who were connected are taken apart: their bridge is taken away when nobody is in it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.transport import AriResponse
from cordboard.asterisk.wire import Wire
from cordboard.core.events import Place
from cordboard.core.types import LegId, OrganisationId

ORGANISATION = OrganisationId("vtel")
CALLER, OTHER, LINE = LegId("caller"), LegId("other"), LegId("line")
PAIR = BridgeName(place=Place.PAIR, organisation=ORGANISATION, subject=CALLER)
ON_LINE = BridgeName(place=Place.LINE, organisation=ORGANISATION, subject=LINE)
ON_HOLD = BridgeName(place=Place.HOLD, organisation=ORGANISATION, subject="")


class SlowWire(Wire):
    """Answers at once, but for what concerns `slow`: that waits for `go`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.slow: str | None = None
        self.go = asyncio.Event()
        self.gone: set[str] = set()
        """Ids of bridges that somebody else has destroyed."""
        self.moved: list[tuple[str, str]] = []
        """Each bridge and the legs that were put into it."""

    async def ask(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse | None:
        self.asked.append(f"{method} {uri}")
        if uri.endswith("/addChannel"):
            bridge = uri.split("/")[1]
            self.moved.append((bridge, (query or {}).get("channel", "")))
            await asyncio.sleep(0)
            if bridge in self.gone:
                return AriResponse(404)
        if self.slow is not None and self.slow in ((query or {}).get("channel"), uri):
            await self.go.wait()
        return AriResponse(204)


async def _a_pair(wire: SlowWire) -> Bridges:
    ids = iter(["pair", "line", "hold"])
    bridges = Bridges(wire, lambda: next(ids), lives=lambda _leg: True, music=lambda _name: None)
    await bridges.put_together(PAIR, CALLER, OTHER)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    # Only to have both bridges: they are connected again.
    await bridges.put_together(PAIR, CALLER, OTHER)
    wire.asked.clear()
    return bridges


@pytest.mark.rule("D7", "X-h")
async def test_a_pairs_bridge_stays_until_the_last_of_the_two_has_left_it() -> None:
    """Taken away while somebody is moved out of it, that one would be nowhere and hear nothing for ever."""
    wire = SlowWire()
    bridges = await _a_pair(wire)

    wire.slow = OTHER
    held = asyncio.create_task(bridges.put_to_music(ON_HOLD, OTHER))
    await asyncio.sleep(0)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    assert "DELETE bridges/pair" not in wire.asked
    assert OTHER not in bridges.settled()

    wire.go.set()
    await held
    assert wire.asked.count("DELETE bridges/pair") == 1
    assert bridges.settled()[OTHER] == str(ON_HOLD)


@pytest.mark.rule("D7", "X-h")
async def test_a_pairs_bridge_stays_while_one_is_moved_and_the_other_hangs_up() -> None:
    """Nobody is left in it by name, and the one who is being moved is in it still."""
    wire = SlowWire()
    bridges = await _a_pair(wire)

    wire.slow = OTHER
    held = asyncio.create_task(bridges.put_to_music(ON_HOLD, OTHER))
    await asyncio.sleep(0)
    left = bridges.forget_leg(CALLER)
    assert left == PAIR
    await bridges.tidy(left)
    assert "DELETE bridges/pair" not in wire.asked

    wire.go.set()
    await held
    assert wire.asked.count("DELETE bridges/pair") == 1


@pytest.mark.rule("D7", "X-h")
async def test_a_pairs_bridge_stays_while_one_is_taken_aside_from_it() -> None:
    """To hear a ringing tone, while the other goes back to a line."""
    wire = SlowWire()
    bridges = await _a_pair(wire)

    wire.slow = OTHER
    aside = asyncio.create_task(bridges.take_aside(OTHER))
    await asyncio.sleep(0)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    assert "DELETE bridges/pair" not in wire.asked

    wire.go.set()
    await aside
    assert wire.asked.count("DELETE bridges/pair") == 1


@pytest.mark.rule("X-h")
async def test_only_who_is_still_meant_to_be_there_is_put_back() -> None:
    """The core's own command of meanwhile is the newer one."""
    wire = SlowWire()
    bridges = await _a_pair(wire)
    await bridges.put_to_music(ON_HOLD, OTHER)
    wire.asked.clear()

    await bridges.put_back(OTHER, str(PAIR))
    assert wire.asked == []
    await bridges.put_back(OTHER, str(ON_HOLD))
    assert wire.asked == ["POST bridges/hold/addChannel", "POST bridges/hold/moh"]


@pytest.mark.rule("5.1-k", "X-h")
async def test_two_who_are_put_back_at_once_are_both_put_into_the_bridge_that_is_made_anew() -> None:
    """Both find that their bridge was destroyed; it is made once more, and nobody stays outside."""
    wire = SlowWire()
    ids = iter(["old", "new", "unused"])
    bridges = Bridges(wire, lambda: next(ids), lives=lambda _leg: True, music=lambda _name: None)
    await bridges.put_to_music(ON_HOLD, CALLER)
    await bridges.put_to_music(ON_HOLD, OTHER)
    wire.gone.add("old")
    wire.moved.clear()

    await asyncio.gather(*(bridges.put_back(leg, str(ON_HOLD)) for leg in (CALLER, OTHER)))

    assert sorted(wire.moved) == [("new", CALLER), ("new", OTHER), ("old", CALLER), ("old", OTHER)]
    assert wire.asked.count("POST bridges") == 2


@pytest.mark.rule("5.1-k", "X-h")
async def test_of_two_who_are_held_at_once_in_a_bridge_that_is_gone_neither_is_refused() -> None:
    """The second one is told that it is gone only when the first has made another."""
    wire = SlowWire()
    ids = iter(["line", "old", "new", "unused"])
    bridges = Bridges(wire, lambda: next(ids), lives=lambda _leg: True, music=lambda _name: None)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    await bridges.put_to_music(ON_HOLD, OTHER)
    wire.gone.add("old")

    answers = await asyncio.gather(*(bridges.put_to_music(ON_HOLD, leg) for leg in (CALLER, OTHER)))

    assert [answer is not None and answer.is_done for answer in answers] == [True, True]
    assert bridges.settled()[CALLER] == bridges.settled()[OTHER] == str(ON_HOLD)


@pytest.mark.rule("5.1-k", "X-h")
async def test_a_bridge_that_one_is_still_moved_out_of_stays_when_another_takes_its_place() -> None:
    """A third on the line is put on hold while it is replaced by one that mixes: taken away, it would end the move."""
    wire = SlowWire()
    ids = iter(["plain", "hold", "mixes"])
    bridges = Bridges(wire, lambda: next(ids), lives=lambda _leg: True, music=lambda _name: None)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    wire.slow = CALLER
    held = asyncio.create_task(bridges.put_to_music(ON_HOLD, CALLER))
    await asyncio.sleep(0.01)

    await bridges.put_on_line(ON_LINE, LINE, OTHER, wire=True)
    assert "DELETE bridges/plain" not in wire.asked
    assert ("mixes", f"{LINE},{OTHER}") in wire.moved

    wire.go.set()
    await held
    assert wire.asked.count("DELETE bridges/plain") == 1
    assert bridges.settled() == {LINE: str(ON_LINE), OTHER: str(ON_LINE), CALLER: str(ON_HOLD)}


@pytest.mark.rule("5.1-k", "X-h")
async def test_who_is_put_on_hold_while_the_lines_bridge_is_made_anew_is_not_taken_back_to_it() -> None:
    """Whoever is on the line comes along; one who has been sent elsewhere before it was made does not."""
    wire = SlowWire()
    ids = iter(["plain", "hold", "mixes"])
    bridges = Bridges(wire, lambda: next(ids), lives=lambda _leg: True, music=lambda _name: None)
    await bridges.put_on_line(ON_LINE, LINE, CALLER)
    await bridges.put_to_music(ON_HOLD, OTHER)
    wire.slow = "bridges"
    wired = asyncio.create_task(bridges.put_on_line(ON_LINE, LINE, OTHER, wire=True))
    await asyncio.sleep(0.01)

    await bridges.put_to_music(ON_HOLD, CALLER)
    wire.go.set()
    await wired

    assert wire.moved[-1] == ("mixes", f"{LINE},{OTHER}")
    assert bridges.settled() == {LINE: str(ON_LINE), OTHER: str(ON_LINE), CALLER: str(ON_HOLD)}
    assert wire.asked.count("DELETE bridges/plain") == 1
