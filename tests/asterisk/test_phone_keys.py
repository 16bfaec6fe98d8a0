"""The keys of the telephone itself through the core, the adapter and the exchange's own messages (D6, D7, D27)."""

from __future__ import annotations

import pytest

from cordboard.asterisk.legs import Legs
from cordboard.core.agent import Device
from cordboard.core.call import Call, CallState
from cordboard.core.requests import AnswerCall, ArmTransfer, CompleteTransfer, ResumeCall, TransferToNumber
from cordboard.core.types import AnswerMethod, LegId, NumberKind, TransferKind
from cordboard.simulator.hearing import Sound
from cordboard.simulator.people import Caller, Habits, Phone
from tests.support.office import ALGEMEEN, CHANTAL, PIET, URGENT, Office

NUMBER, DIALLED = "31201234567", "0201234567"
OUTSIDE = frozenset({f"+{NUMBER}"})


async def talking(office: Office) -> tuple[Phone, Caller, Call]:
    """Chantal talks with a caller; 202 is Piet's extension."""
    office.agent(CHANTAL).extension, office.agent(PIET).extension = "201", "202"
    office.pretended.outsider(
        f"+{NUMBER}", habits=Habits(answers_after_ms=500, knows_talk=False), trunk="t-out"
    )
    caller = office.caller().call(ALGEMEEN)
    await office.pass_ms(300)
    call = office.only_call()
    await office.asks(AnswerCall(agent=CHANTAL, call=call.id))
    await office.pass_ms(300)
    assert caller.hears().people == {"chantal"}
    return office.phones[CHANTAL], caller, call


def recipient_of(office: Office, call: Call) -> Call:
    """The other call that Chantal has."""
    return next(c for c in office.board.calls.values() if c.agent == CHANTAL and c is not call)


def device_of(office: Office) -> Device:
    """Chantal's telephone."""
    device = office.agent(CHANTAL).device
    assert device is not None
    return office.board.devices[device]


@pytest.mark.rule("D27", "D7")
async def test_the_transfer_key_passes_on_and_the_telephone_hears_what_became_of_it() -> None:
    """Refused: the call goes on. Done: told before its leg ends, and the colleague has the caller."""
    async with Office(trunk=True) as office:
        phone, caller, _ = await talking(office)

        phone.transfer("201")
        await office.pass_ms(100)
        assert phone.transferred == ["channel_declined"]
        assert caller.hears().people == {"chantal"}

        phone.transfer("202")
        await office.pass_ms(300)
        assert phone.transferred == ["channel_declined", "channel_answered"]
        assert (caller.hears().sound, phone.calls) == (Sound.RINGING, [])
        office.phones[PIET].answer()
        await office.pass_ms(300)
        assert caller.hears().people == {"piet"}


@pytest.mark.rule("D7", "D21")
async def test_the_transfer_key_and_a_queues_own_number_lead_to_the_queue() -> None:
    """The number is not dialled outside and taken in again."""
    async with Office(trunk=True) as office:
        phone, caller, call = await talking(office)

        phone.transfer(URGENT)
        await office.pass_ms(300)

        assert (call.queue, call.state, caller.hears().sound) == ("urgent", CallState.WAITING, Sound.MUSIC)


@pytest.mark.rule("D27", "D7")
async def test_two_calls_of_a_telephone_are_connected_by_its_key() -> None:
    """Nothing of the telephone is left in the exchange."""
    async with Office(trunk=True) as office:
        phone, caller, _ = await talking(office)
        phone.hold()
        phone.dial(DIALLED)
        await office.pass_ms(1_000)
        assert (phone.hears().people, caller.hears().sound) == (OUTSIDE, Sound.MUSIC)

        phone.transfer_to_other()
        await office.pass_ms(300)

        assert (caller.hears().people, phone.calls) == (OUTSIDE, [])
        assert phone.transferred == ["channel_answered"]
        assert len(office.pretended.registry.channels) == 2


@pytest.mark.rule("D16", "D27")
async def test_a_server_that_dies_with_two_legs_up_loses_nobody() -> None:
    """The leg that is spoken on stays; the first caller has music, and is resumed on it."""
    async with Office(trunk=True) as office:
        phone, caller, call = await talking(office)
        phone.dial(DIALLED)
        await office.pass_ms(1_000)

        await office.restart()
        await office.pass_ms(500)
        assert (phone.hears().people, caller.hears().sound) == (OUTSIDE, Sound.MUSIC)
        assert len(phone.calls) == 1
        await office.asks(ResumeCall(agent=CHANTAL, call=call.id))

        assert caller.hears().people == {"chantal"}


@pytest.mark.rule("D6", "D27")
async def test_an_urgent_call_during_the_handsets_hold_rings_the_telephone_once_more() -> None:
    """And when that is over the hold key gives the first caller back."""
    async with Office(trunk=True) as office:
        phone, caller, call = await talking(office)
        phone.hold()
        await office.pass_ms(50)
        urgent = office.caller("+31611111111").call(URGENT)
        await office.pass_ms(300)
        red = next(c for c in office.board.calls.values() if c is not call)
        assert len(phone.calls) == 1

        await office.asks(AnswerCall(agent=CHANTAL, call=red.id))
        await office.pass_ms(300)
        assert (urgent.hears().people, caller.hears().sound) == (frozenset({"chantal"}), Sound.MUSIC)
        assert len(phone.calls) == 2
        urgent.hang_up()
        await office.pass_ms(300)
        assert len(phone.calls) == 1
        phone.resume()
        await office.pass_ms(100)

        assert caller.hears().people == {"chantal"}


@pytest.mark.rule("D27")
async def test_a_telephone_that_was_found_up_can_still_be_told_to_take_its_hold_off() -> None:
    """After a restart nobody has seen it ring; and one that dialled by itself never rang."""
    async with Office(trunk=True) as office:
        phone, caller, call = await talking(office)
        phone.habits.knows_talk = True
        device_of(office).answer_method = AnswerMethod.NOTIFY_TALK
        phone.hold()
        await office.pass_ms(50)
        await office.asks(ResumeCall(agent=CHANTAL, call=call.id))
        await office.pass_ms(100)
        assert not phone.call.is_held_by_party

        phone.dial(DIALLED)
        await office.pass_ms(1_000)
        second = recipient_of(office, call)
        phone.hold()
        await office.pass_ms(50)
        await office.asks(ResumeCall(agent=CHANTAL, call=second.id))
        await office.pass_ms(100)

        assert not phone.call.is_held_by_party
        assert caller.hears().sound is Sound.MUSIC


@pytest.mark.rule("D27", "D7")
async def test_a_telephone_with_a_leg_for_each_call_consults_on_a_second_leg() -> None:
    """Completing ends both legs."""
    async with Office(trunk=True) as office:
        phone, caller, call = await talking(office)
        device_of(office).one_line = False
        await office.asks(ArmTransfer(agent=CHANTAL, call=call.id, kind=TransferKind.ATTENDED))
        await office.asks(
            TransferToNumber(agent=CHANTAL, call=call.id, number=NUMBER, kind=NumberKind.NATIONAL)
        )
        await office.pass_ms(1_000)
        assert (phone.hears().people, caller.hears().sound) == (OUTSIDE, Sound.MUSIC)
        assert len(phone.calls) == 2

        to = recipient_of(office, call)
        await office.asks(CompleteTransfer(agent=CHANTAL, call=call.id, to=to.id))
        await office.pass_ms(300)

        assert (caller.hears().people, phone.calls) == (OUTSIDE, [])


@pytest.mark.rule("D27")
def test_a_transfer_key_that_is_told_twice_is_one_press_whatever_the_millisecond() -> None:
    """Once for the leg and once for its endpoint; a later press is another one, and keys are told apart from it."""
    legs = Legs()
    leg = LegId("l1")
    assert legs.pressed(leg, "2", 1_000, 60)
    told = [("202", 1_000), ("202", 1_000), ("202", 1_003), ("202", 999), ("203", 1_004), ("203", 9_000)]
    assert [legs.transferred(leg, to, at) for to, at in told] == [True, False, False, False, True, True]
