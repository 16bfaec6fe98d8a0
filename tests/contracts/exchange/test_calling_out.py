"""The adapter calls outside numbers (2.6, D8, D28): what the agent hears, what is told, what is shown."""

from __future__ import annotations

import pytest

from cordboard.core.commands import Dial, Hold, SendDigits
from cordboard.core.events import LegAnswered, LegEnd, LegEnded, LegRinging, LegRole, Place
from cordboard.core.types import CallId, LegId
from tests.contracts.exchange.desk import EMERGENCY, Desk
from tests.contracts.exchange.real import AWAY
from tests.contracts.exchange.rig import Rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER, OURS = "31612345678", "31534800900"


def dial(leg: LegId, line: LegId | None, number: str = NUMBER, *, ring_ms: int = 5_000) -> Dial:
    """The core's command."""
    return Dial(leg=leg, call=CallId(leg), number=number, show=OURS, line=line, ring_ms=ring_ms)


async def test_the_agent_hears_it_ring_and_then_the_other_side(rig: Rig) -> None:
    """Ringing, answered; the called party sees our number, in the trunk's form."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}")
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()

    await desk.does(dial(leg, line))
    await desk.told(LegRinging, leg)
    await phone.hears_ringing()
    caller = await outside.calls_from()
    await outside.answer()
    await desk.told(LegAnswered, leg)

    assert caller == f"+{OURS}"
    await phone.hears(outside)
    await outside.hears(phone)


async def test_who_hangs_up_outside_ends_the_call_and_the_line_stays(rig: Rig) -> None:
    """HUNG_UP; the agent's telephone is still up (D27)."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}", answers_after_ms=50)
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()
    await desk.does(dial(leg, line))
    await phone.hears(outside)

    await outside.hang_up()
    ended = await desk.told(LegEnded, leg)

    assert ended.how is LegEnd.HUNG_UP
    assert await rig.status("GET", f"channels/{line}") == 200


@pytest.mark.parametrize(
    ("status", "how"),
    [(486, LegEnd.BUSY), (603, LegEnd.REJECTED), (480, LegEnd.NO_ANSWER), (404, LegEnd.UNREACHABLE)],
)
async def test_why_nobody_was_reached_is_told(rig: Rig, status: int, how: LegEnd) -> None:
    """Statement 2.6-i: the card says why."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await rig.make_outsider(f"+{NUMBER}", rings=False, rejects_with=status)
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()

    await desk.does(dial(leg, line))
    ended = await desk.told(LegEnded, leg)

    assert ended.how is how
    assert desk.kinds(leg) == ["LegEnded"]


async def test_who_does_not_answer_is_given_up(rig: Rig) -> None:
    """After the time to ring."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}")
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()

    await desk.does(dial(leg, line, ring_ms=1_000))
    await outside.rings()
    ended = await desk.told(LegEnded, leg)

    assert ended.how is LegEnd.NO_ANSWER


async def test_an_emergency_number_is_dialled_as_it_is(rig: Rig) -> None:
    """By the trunk's address, whatever the trunk seemed to be (D28)."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(EMERGENCY, answers_after_ms=20)
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()

    await desk.does(dial(leg, line, EMERGENCY))
    await desk.told(LegAnswered, leg)

    await phone.hears(outside)


async def test_an_emergency_call_goes_out_though_the_trunk_seems_away(rig: Rig) -> None:
    """An ordinary one is told to be unreachable (D28)."""
    desk = Desk(rig, trunks=(AWAY,))
    phone, outside = await desk.phone("a"), await rig.make_unasked_outsider(EMERGENCY)
    await desk.open(phone)
    line, ordinary, urgent = await desk.line(phone), desk.new_leg(), desk.new_leg()

    await desk.does(dial(ordinary, line))
    missed = await desk.told(LegEnded, ordinary)
    await desk.does(dial(urgent, line, EMERGENCY))
    await desk.told(LegAnswered, urgent)

    assert missed.how is LegEnd.UNREACHABLE
    await phone.hears(outside)


async def test_an_organisation_without_a_trunk_reaches_nobody(rig: Rig) -> None:
    """UNREACHABLE, at once."""
    desk = Desk(rig, trunks=())
    await desk.open()
    leg = desk.new_leg()

    await desk.does(dial(leg, None))

    assert (await desk.told(LegEnded, leg)).how is LegEnd.UNREACHABLE


async def test_a_called_party_can_be_held_and_is_found_after_a_restart(rig: Rig) -> None:
    """On the line, then with music, as any caller."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}", answers_after_ms=20)
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()
    await desk.does(dial(leg, line))
    await phone.hears(outside)

    found = await desk.again(phone)
    assert (found[leg].role, found[leg].place, found[leg].line) == (LegRole.CALLER, Place.LINE, line)
    assert (found[leg].call, found[leg].outgoing, found[leg].answered) == (CallId(leg), True, True)
    await desk.does(Hold(party=leg, line=line))
    await outside.hears_music()

    assert (await desk.again(phone))[leg].place is Place.HOLD


async def test_whoever_rings_on_a_line_is_where_we_put_them_and_is_left_alone(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The comparison with the exchange (F3) moves nobody who is answered at that moment: it finds nothing to mend."""
    monkeypatch.setattr("cordboard.asterisk.exchange.COMPARE_MS", 100)
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}")
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()
    await desk.does(dial(leg, line))
    await desk.told(LegRinging, leg)

    compared = desk.exchange.compared
    await rig.until(lambda: desk.exchange.compared > compared + 2, "three comparisons")
    await outside.answer()
    await phone.hears(outside)

    assert "put back" not in caplog.text


async def test_keys_are_sent_to_a_party_without_its_being_moved(rig: Rig) -> None:
    """D26: the exchange takes them."""
    desk = Desk(rig)
    phone, outside = await desk.phone("a"), await rig.make_outsider(f"+{NUMBER}", answers_after_ms=20)
    await desk.open(phone)
    line, leg = await desk.line(phone), desk.new_leg()
    await desk.does(dial(leg, line))
    await phone.hears(outside)

    await desk.does(SendDigits(party=leg, digits="42#"))
    await rig.wait(1_000)

    await phone.hears(outside)
