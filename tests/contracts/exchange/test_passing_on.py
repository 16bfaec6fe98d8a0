"""The adapter moves parties: ringing tone, pairs, conferences, and what agents alone hear (D7, D8, D27)."""

from __future__ import annotations

import time

import pytest

from cordboard.core.commands import (
    Dial,
    DialColleague,
    HangUp,
    Hold,
    Join,
    LetRing,
    Pair,
    PlaceInQueue,
    PlayEndTone,
    Recall,
)
from cordboard.core.events import LegAnswered, LegEnded, LegFound, LegRinging, PairFailed, Place
from cordboard.core.types import CallId, LegId
from tests.contracts.exchange.desk import QUEUE, Desk
from tests.contracts.exchange.rig import Rig, RigCaller, RigPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER = "31612345678"


def queue(leg: LegId, *, answer: bool = True) -> PlaceInQueue:
    """The core's command for one who arrives."""
    return PlaceInQueue(leg=leg, call=CallId(f"c-{leg}"), queue=QUEUE, answer=answer)


async def _talking(rig: Rig) -> tuple[Desk, RigPhone, LegId, RigCaller, LegId]:
    """A caller on an agent's line: desk, phone, line, caller, the caller's leg."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await desk.open(phone)
    caller, party = await desk.caller()
    await desk.does(queue(party))
    await caller.hears_music()
    line = await desk.line(phone)
    await desk.does(Join(line=line, party=party))
    await caller.hears(phone)
    await phone.hears(caller)
    return desk, phone, line, caller, party


async def _outside(desk: Desk, line: LegId | None = None) -> tuple[RigPhone, LegId]:
    """Somebody outside who was called and has answered."""
    outside = await desk.rig.make_outsider(f"+{NUMBER}", answers_after_ms=20)
    leg = desk.new_leg()
    await desk.does(Dial(leg=leg, call=CallId(leg), number=NUMBER, show=None, line=line, ring_ms=5_000))
    await desk.told(LegAnswered, leg)
    return outside, leg


async def test_a_held_caller_hears_ringing_instead_of_music_and_then_music_again(rig: Rig) -> None:
    """D7, blind: somebody is rung for it; nobody comes."""
    desk, _phone, line, caller, party = await _talking(rig)
    await desk.does(Hold(party=party, line=line))
    await caller.hears_music()

    await desk.does(LetRing(leg=party, call=CallId("c")))
    await caller.hears_ringing()
    await desk.does(queue(party))

    await caller.hears_music()


async def test_a_caller_who_hears_ringing_is_joined(rig: Rig) -> None:
    """The colleague takes the call: no tone any more."""
    desk, phone, line, caller, party = await _talking(rig)
    await desk.does(LetRing(leg=party, call=CallId("c")))
    await caller.hears_ringing()

    await desk.does(Join(line=line, party=party))

    await caller.hears(phone)
    await phone.hears(caller)


async def test_a_caller_who_was_not_answered_rings_and_is_answered_by_the_joining(rig: Rig) -> None:
    """D29: a direct call; D25."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await desk.open(phone)
    caller, party = await desk.caller()
    await desk.does(LetRing(leg=party, call=CallId("c")))
    await caller.rings()
    line = await desk.line(phone)

    await desk.does(Join(line=line, party=party))
    await caller.answered()

    await caller.hears(phone)


async def test_two_parties_are_paired_without_a_gap_and_the_agent_is_out_of_it(rig: Rig) -> None:
    """D7: no silence longer than 300 ms; the line stays."""
    desk, phone, line, caller, party = await _talking(rig)
    await desk.does(Hold(party=party, line=line))
    outside, leg = await _outside(desk, line)
    await phone.hears(outside)

    begun = time.monotonic()
    await desk.does(Pair(one=party, other=leg))
    await caller.hears(outside)
    lasted_s = time.monotonic() - begun
    await outside.hears(caller)
    await phone.hears()

    # Hearing is looked at in windows of 100 ms.
    assert lasted_s < 0.45
    assert await rig.status("GET", f"channels/{line}") == 200


async def test_a_pair_is_found_again_by_both_its_legs(rig: Rig) -> None:
    """After a restart of Cordboard they go on talking."""
    desk, phone, _line, caller, party = await _talking(rig)
    outside, leg = await _outside(desk)
    await desk.does(Pair(one=party, other=leg))
    await caller.hears(outside)

    found = await desk.again(phone)

    def place(leg: LegFound) -> tuple[Place, str | None]:
        return leg.place, leg.pair

    assert place(found[party]) == place(found[leg])
    assert found[party].place is Place.PAIR
    assert found[party].pair is not None


async def test_the_pairs_bridge_ends_with_the_pair(rig: Rig) -> None:
    """Nothing stays behind."""
    desk, _phone, _line, caller, party = await _talking(rig)
    outside, leg = await _outside(desk)
    await desk.does(Pair(one=party, other=leg))
    await caller.hears(outside)

    await caller.hang_up()
    await desk.told(LegEnded, party)
    await desk.does(HangUp(leg=leg))
    await desk.told(LegEnded, leg)
    await desk.exchange.settle()

    async def pairs() -> list[str]:
        return [one["id"] for one in await rig.ok("GET", "bridges") if one["name"].startswith("cb|pair|")]

    for _ in range(50):
        # A bridge is told to end at once, and is listed until the last thread has left it.
        if not await pairs():
            break
        await rig.wait(100)
    assert not await pairs()


async def test_a_pair_is_undone(rig: Rig) -> None:
    """D7: one back to the line, the other on hold."""
    desk, phone, line, caller, party = await _talking(rig)
    outside, leg = await _outside(desk)
    await desk.does(Pair(one=party, other=leg))
    await caller.hears(outside)

    await desk.does(Join(line=line, party=party), Hold(party=leg, line=None))

    await caller.hears(phone)
    await outside.hears_music()


@pytest.mark.rule("X-h")
async def test_who_is_in_no_bridge_behind_our_back_is_put_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On hold, and in a talk: the next comparison with the exchange finds them in silence (F3)."""
    monkeypatch.setattr("cordboard.asterisk.exchange.COMPARE_MS", 400)
    desk, phone, line, caller, party = await _talking(rig)

    async def taken_away(kind: str) -> None:
        bridges = await rig.ok("GET", "bridges")
        for bridge in [
            one["id"] for one in bridges if one["name"].startswith(f"cb|{kind}|") and one["channels"]
        ]:
            await rig.ok("DELETE", f"bridges/{bridge}")

    await taken_away("line")
    await caller.hears(phone)
    await phone.hears(caller)
    await desk.does(Hold(party=party, line=line))
    await caller.hears_music()
    await taken_away("hold")
    await caller.hears()
    await caller.hears_music()


@pytest.mark.rule("X-h")
async def test_who_is_in_another_bridge_behind_our_back_is_put_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who talks hears the music of another on hold until the next comparison with the exchange (F3)."""
    monkeypatch.setattr("cordboard.asterisk.exchange.COMPARE_MS", 400)
    desk, phone, _line, caller, party = await _talking(rig)
    other, held = await desk.caller()
    await desk.does(queue(held), Hold(party=held, line=None))
    await other.hears_music()

    for bridge in await rig.ok("GET", "bridges"):
        if held in bridge["channels"]:
            await rig.ok("POST", f"bridges/{bridge['id']}/addChannel", channel=party)

    await caller.hears(phone)
    await phone.hears(caller)
    await other.hears_music()


async def test_one_who_has_just_gone_cannot_be_paired(rig: Rig) -> None:
    """PairFailed, and the other one stays where it was."""
    desk, phone, line, caller, party = await _talking(rig)

    await desk.does(Pair(one=party, other=LegId("nope")))
    failed = await desk.told(PairFailed)

    assert (failed.one, failed.other) == (party, "nope")
    await caller.hears(phone)
    assert (await desk.again(phone))[party].line == line


async def test_three_hear_each_other_in_a_conference(rig: Rig) -> None:
    """The second party is put on the line with the first (2.1.1)."""
    desk, phone, line, caller, party = await _talking(rig)
    outside, leg = await _outside(desk)

    await desk.does(Join(line=line, party=leg, conference=True))

    await caller.hears(phone, outside)
    await outside.hears(phone, caller)
    await phone.hears(caller, outside)
    assert party != leg


async def test_an_end_tone_leaves_the_agent_able_to_hear_the_next_one(rig: Rig) -> None:
    """D27: this caller is gone, another one is taken back from hold."""
    desk, phone, line, _caller, party = await _talking(rig)
    other, held = await desk.caller()
    await desk.does(queue(held), Hold(party=held, line=None))
    await other.hears_music()

    await desk.does(HangUp(leg=party), PlayEndTone(line=line))
    await rig.wait(800)
    await desk.does(Join(line=line, party=held))

    await phone.hears(other)
    await other.hears(phone)


async def test_a_recall_tone_is_not_heard_by_the_party_and_passes(rig: Rig) -> None:
    """D8: the agent alone."""
    desk, phone, line, caller, _party = await _talking(rig)

    await desk.does(Recall(line=line))
    await caller.hears(phone)
    await rig.wait(1_000)

    await phone.hears(caller)


async def test_a_colleague_on_a_wire_is_passed_on_blind_and_hears_ringing(rig: Rig) -> None:
    """At the far end of the wire; then paired with somebody outside."""
    desk = Desk(rig)
    one, two = await desk.phone("a"), await desk.phone("b")
    await desk.open(one, two)
    line, there, leg, other = await desk.line(one), await desk.line(two), desk.new_leg(), desk.new_leg()
    wire = DialColleague(
        leg=leg,
        call=CallId(leg),
        other=other,
        other_call=CallId(other),
        line=line,
        number="201",
        name="Chantal",
    )
    await desk.does(wire)
    await desk.told(LegRinging, leg)
    await desk.does(Join(line=there, party=other))
    await one.hears(two)

    await desk.does(LetRing(leg=other, call=CallId(other)))
    await one.hears_ringing()
    outside, called = await _outside(desk)
    await desk.does(Pair(one=other, other=called))

    await one.hears(outside)
    await outside.hears(one)
