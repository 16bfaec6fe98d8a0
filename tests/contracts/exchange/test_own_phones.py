"""What people do on the telephone itself, and calls for one person (D27, D29)."""

from __future__ import annotations

import pytest

from cordboard.core.commands import AnswerTransferKey, Join, LetRing
from cordboard.core.events import (
    CallArrived,
    DirectCallArrived,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegRole,
    PhoneDialled,
    PhoneTransferAsked,
)
from cordboard.core.types import CallId
from tests.contracts.exchange.desk import CHANTAL, NOBODYS_NUMBER, PERSONS_NUMBER, QUEUE, QUEUES_NUMBER, Desk
from tests.contracts.exchange.rig import Rig
from tests.contracts.exchange.test_calling_out import dial
from tests.contracts.exchange.test_passing_on import queue

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_number_dialled_on_a_telephone_makes_its_line(rig: Rig) -> None:
    """It is told with the device and the number, and the outside party joins it."""
    desk = Desk(rig)
    phone, outside = await rig.make_phone("a"), await rig.make_outsider("+31612345678")
    await desk.open(phone)

    await phone.dial("0612345678")
    dialled = await desk.told(PhoneDialled)
    leg = desk.new_leg()
    await desk.does(dial(leg, dialled.leg))
    await outside.rings()
    await phone.hears_ringing()
    await outside.answer()
    await desk.told(LegAnswered, leg)

    assert (f"d-{dialled.device}", dialled.number) == (phone.name, "0612345678")
    await phone.hears(outside)
    await outside.hears(phone)
    found = await desk.again(phone)
    assert (found[dialled.leg].role, found[dialled.leg].device) == (LegRole.LINE, dialled.device)
    assert found[leg].line == dialled.leg


async def test_the_end_of_a_line_that_began_on_the_telephone_is_told(rig: Rig) -> None:
    """As of any line."""
    desk = Desk(rig)
    phone = await rig.make_phone("a")
    await desk.open(phone)
    await phone.dial("202")
    dialled = await desk.told(PhoneDialled)
    await desk.exchange.settle()
    await rig.wait(100)

    await phone.hang_up()

    assert (await desk.told(LegEnded, dialled.leg)).how is LegEnd.HUNG_UP


async def test_a_queues_number_dialled_inside_is_a_call_that_arrives(rig: Rig) -> None:
    """As before: colleagues can call the desk."""
    desk = Desk(rig)
    phone = await rig.make_phone("a")
    await desk.open(phone)

    await phone.dial(QUEUES_NUMBER)
    arrived = await desk.told(CallArrived)
    await desk.does(queue(arrived.leg))

    await phone.hears_music()
    assert arrived.queue == QUEUE


async def test_a_call_for_one_person_says_for_whom_and_is_found_so(rig: Rig) -> None:
    """D29; it rings until it is taken."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await desk.open(phone)

    caller, party = await desk.caller(PERSONS_NUMBER)
    await desk.does(LetRing(leg=party, call=CallId("c")))
    await caller.rings()
    arrived = await desk.told(DirectCallArrived)
    found = await desk.again(phone)

    assert (arrived.to, arrived.number) == (CHANTAL, caller.number)
    assert (found[party].to, found[party].queue, found[party].answered) == (CHANTAL, None, False)
    line = await desk.line(phone)
    await desk.does(Join(line=line, party=party))
    await caller.hears(phone)


async def test_a_number_that_nobody_has_is_refused(rig: Rig) -> None:
    """404."""
    desk = Desk(rig)
    await desk.open()
    caller = await rig.make_caller()

    await caller.call(NOBODYS_NUMBER)

    assert await caller.ended() == "404"


async def test_the_transfer_key_is_told_and_nothing_moves(rig: Rig) -> None:
    """D27, blind: with the number; the telephone hears what became of it."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await desk.open(phone)
    caller, party = await desk.caller()
    await desk.does(queue(party))
    line = await desk.line(phone)
    await desk.does(Join(line=line, party=party))
    await caller.hears(phone)

    await phone.transfer("202")
    asked = await desk.told(PhoneTransferAsked)
    await desk.does(AnswerTransferKey(leg=asked.leg, done=True))
    await phone.told_of_transfer()

    assert (asked.leg, asked.number, asked.other) == (line, "202", None)
    assert len([fact for fact in desk.facts if isinstance(fact, PhoneTransferAsked)]) == 1
    await caller.hears(phone)


async def test_the_transfer_key_between_two_calls_names_the_other_leg(rig: Rig) -> None:
    """D27, attended: the telephone's own second call."""
    desk = Desk(rig)
    phone = await desk.phone("a")
    await desk.open(phone)
    caller, party = await desk.caller()
    await desk.does(queue(party))
    line = await desk.line(phone)
    await desk.does(Join(line=line, party=party))
    await caller.hears(phone)
    await phone.dial("202")
    second = await desk.told(PhoneDialled)
    await desk.exchange.settle()
    await rig.wait(200)

    await phone.transfer_to_other()
    asked = await desk.told(PhoneTransferAsked)

    assert (asked.leg, asked.number, asked.other) == (line, None, second.leg)
