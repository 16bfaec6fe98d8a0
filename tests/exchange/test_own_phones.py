"""The keys of the telephone itself, on the real exchange: transfer, hold, and a second call (D6, D7, D27).

Who hears whom is told by tone at every step.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    OUTSIDE_HZ,
    PATIENCE_MS,
    SECOND_CALLER_HZ,
    URGENT,
    at_work,
)
from tests.exchange.outside import (
    arms,
    connected_without_a_gap,
    cordboard,
    hears_music,
    rings_in,
    talk,
    transfer_becomes,
)
from tests.exchange.test_passing_on import talking
from tests.support.baresip import Baresip
from tests.support.installation import Installation
from tests.support.rtp import now_us
from tests.support.sipphone import SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


def _heard_of_transfer(phone: SipPhone) -> list[str]:
    """What the telephone was told of the transfers that it asked for."""
    return [
        entry.message.body.strip()
        for entry in phone.seen("NOTIFY", sent=False)
        if "SIP/2.0" in entry.message.body
    ]


@pytest.mark.rule("D27", "2.1.1-o", "D7")
async def test_the_transfer_key_and_an_extension_pass_the_caller_on_and_back(cordboard: Installation) -> None:
    """Piet's telephone rings for the caller; rejected there, the caller is back at the one who pressed the key."""
    async with talking(cordboard) as now:
        at_chantals_ear = now.chantal.phone.call
        await at_chantals_ear.hold()
        await now.chantal.shows(id=now.card, note="phone_hold")

        # Herself: refused, and the call stays as it is.
        await at_chantals_ear.transfer("201")
        await now.chantal.until(
            lambda: [n for n in now.chantal.desk.notices if n["code"] == "transfer_not_done"]
        )
        await at_chantals_ear.resume()
        await now.speak()
        assert _heard_of_transfer(now.chantal.phone)[-1].startswith("SIP/2.0 6")

        await at_chantals_ear.transfer("203")

        ringing = await now.piet.phone.rings(within_ms=PATIENCE_MS)
        await transfer_becomes(now.chantal, now.card, "blind", "ringing")
        await at_chantals_ear.ended(within_ms=PATIENCE_MS)
        assert "SIP/2.0 200 OK" in _heard_of_transfer(now.chantal.phone)
        await ringing.reject("486 Busy Here")
        back = await now.chantal.offered()
        assert (back["id"], back["note"]) == (now.card, "returned")
        await hears_music(now.caller)
        await now.chantal.answer()
        await now.speak()


@pytest.mark.rule("D27", "2.1.1-n", "D7")
async def test_the_transfer_key_between_two_calls_of_a_telephone_connects_them(
    cordboard: Installation, outside: SipPhone
) -> None:
    """Hold, dial and transfer, all on the handset; the console shows each step, and can undo."""
    async with talking(cordboard) as now:
        first = now.chantal.phone.call
        await first.hold()
        second = await now.chantal.phone.dial("08000403")
        jan = await outside.rings(within_ms=PATIENCE_MS)
        await jan.answer()
        await now.chantal.shows(id=now.card, state="held")
        await asyncio.gather(talk(second, AGENT_HZ, jan, OUTSIDE_HZ), hears_music(now.caller))

        pressed_us = now_us()
        await first.transfer(second)

        await talk(now.caller, CALLER_HZ, jan, OUTSIDE_HZ)
        connected_without_a_gap(pressed_us, caller=(now.caller, OUTSIDE_HZ), jan=(jan, CALLER_HZ))
        await asyncio.gather(first.ended(within_ms=PATIENCE_MS), second.ended(within_ms=PATIENCE_MS))
        await transfer_becomes(now.chantal, now.card, "attended", "completed")

        await now.chantal.desk.command("transfer.undo", call=now.card)
        await now.chantal.shows(id=now.card, state="held")
        await hears_music(now.caller, jan)
        await now.chantal.does("resume", now.card)
        await now.speak()
        await jan.hang_up()


@pytest.mark.rule("D27", "D6")
async def test_an_urgent_call_during_the_handsets_own_hold_comes_on_a_second_leg(
    cordboard: Installation,
) -> None:
    """And when it is over, hold on the handset gives the first caller back."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen", "Urgent") as chantal,
        rings_in(cordboard) as caller,
    ):
        card = await chantal.answer()
        first = chantal.phone.call
        await talk(first, AGENT_HZ, caller, CALLER_HZ)
        await first.hold()
        await chantal.shows(id=card["id"], note="phone_hold")
        async with rings_in(cordboard, URGENT, of="0612340000", tone_hz=SECOND_CALLER_HZ) as urgent:
            red = await chantal.answer()
            second = chantal.phone.call
            assert second is not first and red["urgent"]
            await asyncio.gather(talk(second, AGENT_HZ, urgent, SECOND_CALLER_HZ), hears_music(caller))
            await chantal.shows(id=card["id"], state="held")

            await chantal.does("hang_up", red["id"])
            await second.ended(within_ms=PATIENCE_MS)
        await first.resume()
        await talk(first, AGENT_HZ, caller, CALLER_HZ)
        await chantal.shows(id=card["id"], state="active", note=None)


@pytest.mark.rule("D27", "D7", "X-d")
async def test_a_telephone_with_a_leg_for_each_call_is_rung_again_for_the_consultation(
    cordboard: Installation, outside: SipPhone
) -> None:
    """Chosen by an administrator while everybody works; the first leg keeps the caller, completing ends both."""
    await _set(cordboard, one_line=False)
    try:
        async with talking(cordboard) as now:
            first = now.chantal.phone.call
            await arms(now.chantal, now.card, "attended")
            await now.chantal.desk.command("transfer.number", call=now.card, number="08000403")
            jan = await outside.rings(within_ms=PATIENCE_MS)
            await jan.answer()
            await transfer_becomes(now.chantal, now.card, "attended", "consulting")
            second = now.chantal.phone.call
            assert second is not first
            await asyncio.gather(talk(second, AGENT_HZ, jan, OUTSIDE_HZ), hears_music(now.caller))

            await now.chantal.does("resume", now.card)
            await asyncio.gather(talk(first, AGENT_HZ, now.caller, CALLER_HZ), hears_music(jan))
            recipient = next(card["id"] for card in now.chantal.desk.calls() if card["id"] != now.card)
            await now.chantal.desk.command("transfer.complete", call=now.card, to=recipient)

            await talk(now.caller, CALLER_HZ, jan, OUTSIDE_HZ)
            await asyncio.gather(first.ended(within_ms=PATIENCE_MS), second.ended(within_ms=PATIENCE_MS))
            await jan.hang_up()
    finally:
        await _set(cordboard, one_line=True)


@pytest.mark.rule("D27", "2.1.1-o", "D7")
async def test_a_telephone_that_nobody_here_wrote_passes_the_caller_on_by_its_key(
    cordboard: Installation, tmp_path: Path
) -> None:
    """baresip's REFER: Piet's telephone rings, baresip's leg ends, and they speak."""
    password = await cordboard.device_password("demo-201")
    desk_phone = Baresip(
        tmp_path, server=cordboard.sip, user="d-demo-201", password=password, tone_hz=AGENT_HZ
    )
    async with (
        desk_phone as baresip,
        at_work(cordboard, "chantal", "201", "Algemeen", registers=False) as chantal,
        at_work(cordboard, "piet", "203", tone_hz=OTHER_AGENT_HZ) as piet,
        rings_in(cordboard) as caller,
    ):
        card = await chantal.answer()
        await caller.hears(AGENT_HZ, within_ms=PATIENCE_MS)

        await baresip.command("transfer", f"sip:203@{cordboard.sip[0]}:{cordboard.sip[1]}")

        await transfer_becomes(chantal, card["id"], "blind", "ringing")
        await baresip.event("CALL_CLOSED", within_ms=PATIENCE_MS)
        await piet.answer()
        await talk(piet.phone.call, OTHER_AGENT_HZ, caller, CALLER_HZ)


async def _set(cordboard: Installation, *, one_line: bool) -> None:
    """As an administrator does, over REST."""
    async with cordboard.desk("henk") as henk:
        _, row = await henk.request("GET", "/api/admin/devices/demo-201")
        status, answer = await henk.request(
            "PATCH",
            "/api/admin/devices/demo-201",
            json={"one_line": one_line},
            headers={"If-Match": f'"{row["version"]}"'},
        )
        assert status == 200, answer
