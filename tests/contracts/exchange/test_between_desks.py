"""The adapter's piece of wire between two desks (D29, decision 0005)."""

from __future__ import annotations

import pytest

from cordboard.core.commands import DialColleague, HangUp, HangUpReason, Hold, Join, SendDigits
from cordboard.core.events import LegAnswered, LegEnd, LegEnded, LegRinging, LegRole, Place
from cordboard.core.types import CallId, LegId
from tests.contracts.exchange.desk import Desk
from tests.contracts.exchange.rig import Rig, RigPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _wire(rig: Rig) -> tuple[Desk, RigPhone, RigPhone, LegId, LegId, LegId]:
    """Chantal's telephone is up and hears a wire ring: desk, both phones, her line, the wire's ends."""
    desk = Desk(rig)
    one, two = await desk.phone("a"), await desk.phone("b")
    await desk.open(one, two)
    line, leg, other = await desk.line(one), desk.new_leg(), desk.new_leg()
    await desk.does(
        DialColleague(
            leg=leg,
            call=CallId(leg),
            other=other,
            other_call=CallId(other),
            line=line,
            number="201",
            name="Chantal",
        )
    )
    await desk.told(LegRinging, leg)
    return desk, one, two, line, leg, other


async def _talk(rig: Rig) -> tuple[Desk, RigPhone, RigPhone, LegId, LegId, LegId, LegId]:
    """They talk: as `_wire`, and the other line."""
    desk, one, two, line, leg, other = await _wire(rig)
    there = await desk.line(two)
    await desk.does(Join(line=there, party=other))
    await desk.told(LegAnswered, leg)
    await one.hears(two)
    await two.hears(one)
    return desk, one, two, line, leg, other, there


async def test_the_caller_hears_ringing_until_the_called_ones_line_is_joined(rig: Rig) -> None:
    """Then its end is answered, and both hear each other."""
    desk, one, two, _line, leg, other = await _wire(rig)
    await one.hears_ringing()
    assert desk.kinds(leg) == ["LegRinging"]

    there = await desk.line(two)
    await desk.does(Join(line=there, party=other))
    await desk.told(LegAnswered, leg)

    await one.hears(two)
    await two.hears(one)


async def test_the_far_end_is_found_as_a_party_of_its_own(rig: Rig) -> None:
    """Each end says whose call it is; the far one waits to be answered."""
    desk, one, two, line, leg, other = await _wire(rig)

    found = await desk.again(one, two)

    assert found[leg].call == CallId(leg)
    assert found[other].call == CallId(other)
    assert (found[leg].role, found[other].role) == (LegRole.CALLER, LegRole.CALLER)
    assert (found[leg].outgoing, found[other].outgoing) == (True, True)
    assert (found[leg].place, found[leg].line) == (Place.LINE, line)
    assert (found[other].place, found[other].answered) == (Place.NOWHERE, False)
    assert found[other].number == "201"
    # Another Cordboard can connect them all the same.
    there = await desk.line(two)
    await desk.does(Join(line=there, party=other))
    await desk.told(LegAnswered, leg)
    await one.hears(two)


async def test_hold_at_either_end_lets_the_other_one_hear_music(rig: Rig) -> None:
    """Holding is the same at both desks."""
    desk, one, two, line, leg, other, there = await _talk(rig)

    await desk.does(Hold(party=leg, line=line))
    await two.hears_music()
    await desk.does(Join(line=line, party=leg))
    await two.hears(one)
    await desk.does(Hold(party=other, line=there))

    await one.hears_music()


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (HangUpReason.BUSY, LegEnd.BUSY),
        (HangUpReason.NO_ANSWER, LegEnd.NO_ANSWER),
        (HangUpReason.NORMAL, LegEnd.HUNG_UP),
        (HangUpReason.REJECTED, LegEnd.REJECTED),
        (HangUpReason.UNALLOCATED, LegEnd.UNREACHABLE),
    ],
)
async def test_an_end_that_was_never_taken_says_why_at_the_callers_desk(
    rig: Rig, reason: HangUpReason, how: LegEnd
) -> None:
    """As a network would."""
    desk, _one, _two, _line, leg, other = await _wire(rig)

    await desk.does(HangUp(leg=other, reason=reason))

    assert (await desk.told(LegEnded, leg)).how is how
    await desk.told(LegEnded, other)


async def test_a_caller_who_gives_up_takes_the_far_end_along(rig: Rig) -> None:
    """Both are over."""
    desk, _one, _two, _line, leg, other = await _wire(rig)

    await desk.does(HangUp(leg=leg))

    await desk.told(LegEnded, leg)
    await desk.told(LegEnded, other)


@pytest.mark.parametrize("from_caller", [True, False])
async def test_either_end_of_a_conversation_ends_both(rig: Rig, from_caller: bool) -> None:
    """And both lines stay up."""
    desk, _one, _two, line, leg, other, there = await _talk(rig)

    await desk.does(HangUp(leg=leg if from_caller else other))
    await desk.told(LegEnded, leg)
    await desk.told(LegEnded, other)

    assert await rig.status("GET", f"channels/{line}") == 200
    assert await rig.status("GET", f"channels/{there}") == 200


async def test_keys_come_out_at_the_other_end(rig: Rig) -> None:
    """D26."""
    desk, _one, _two, _line, leg, other, _there = await _talk(rig)

    await desk.does(SendDigits(party=leg, digits="42#"))
    await rig.wait(1_500)

    pressed = [
        e["digit"] for e in rig.events if e["type"] == "ChannelDtmfReceived" and e["channel"]["id"] == other
    ]
    assert pressed == ["4", "2", "#"]
