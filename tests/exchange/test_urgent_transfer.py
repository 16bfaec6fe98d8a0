"""Manual 5.2 on the real exchange: an urgent call comes through a general one and is passed on to somebody outside.

Who hears whom is told by tone at every step.
"""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
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
    hears_only,
    in_pane,
    rings_in,
    states,
    talk,
    transfer_becomes,
    transfer_of,
)
from tests.support.installation import Installation, Refused
from tests.support.rtp import now_us
from tests.support.sipphone import EndedBy, SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

TALKED_S = 3.2
"""Shorter talk gives no wrap-up (D9)."""
URGENT_WRAP_UP_MS = 20_000


@pytest.mark.rule(
    "5.2-a", "5.2-b", "5.2-c", "5.2-d", "5.2-e", "5.2-f", "5.2-g", "5.2-h", "5.2-i", "5.2-j",
    "2.1.1-n", "2.1.1-s", "2.3-k", "2.6-h", "2.6-i", "5.1-k", "D7", "D9",
)  # fmt: skip
async def test_an_urgent_call_is_passed_on_to_somebody_outside_during_a_general_one(
    cordboard: Installation, outside: SipPhone
) -> None:
    """Answered with the first held by itself, announced, connected without a gap; then the first goes on, and the
    wrap-up comes after it."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen", "Urgent") as chantal,
        rings_in(cordboard, of="0884800943") as caller,
    ):
        first = str((await chantal.answer())["id"])
        leg = chantal.phone.call
        await talk(leg, AGENT_HZ, caller, CALLER_HZ)

        async with rings_in(cordboard, URGENT, of="0534800937", tone_hz=SECOND_CALLER_HZ) as alarm:
            offered = await chantal.offered()
            urgent = str(offered["id"])
            assert (offered["urgent"], offered["queue_name"]) == (True, "Urgent")
            assert not offered["offer"]["ringing"] and not offered["offer"]["rejectable"]
            await talk(leg, AGENT_HZ, caller, CALLER_HZ)

            await chantal.answer()

            answered = time.monotonic()
            await chantal.until(lambda: states(chantal, first, urgent) == ["held", "active"])
            await talk(leg, AGENT_HZ, alarm, SECOND_CALLER_HZ)
            await hears_music(caller)
            await asyncio.sleep(max(0.0, TALKED_S - (time.monotonic() - answered)))

            await arms(chantal, urgent, "attended")

            await hears_music(caller, alarm)
            await hears_only(leg)
            assert states(chantal, first, urgent) == ["held", "held"]
            assert in_pane(chantal) == {first, urgent}, "nobody is dialled yet"

            await chantal.desk.command("transfer.number", call=urgent, number="08000403", name="Jan Jansen")

            jan = await outside.rings(within_ms=PATIENCE_MS)
            assert jan.caller_number == "+31534800911", "the queue's number is shown"
            dialling = await transfer_becomes(chantal, urgent, "attended", "dialling")
            third = str(dialling["transfer"]["recipient"])
            assert states(chantal, first, urgent, third) == ["held", "held", "dialling"]
            await jan.answer()
            await transfer_becomes(chantal, urgent, "attended", "consulting")
            await talk(leg, AGENT_HZ, jan, OUTSIDE_HZ)
            await hears_music(caller, alarm)

            assert in_pane(chantal) == {first, urgent, third}
            assert states(chantal, first, urgent, third) == ["held", "held", "active"]
            card = await chantal.shows(id=third)
            assert (card["number"], card["name"], card["queue_name"]) == ("318000403", "Jan Jansen", None)
            # "You could also pass it on to the first call": only with a second yes, and nothing has changed.
            with pytest.raises(Refused) as refused:
                await chantal.desk.command("transfer.complete", call=urgent, to=first)
            assert refused.value.code == "confirm_recipient"
            await talk(leg, AGENT_HZ, jan, OUTSIDE_HZ)

            clicked_us = now_us()
            await chantal.desk.command("transfer.complete", call=urgent, to=third)

            await talk(alarm, SECOND_CALLER_HZ, jan, OUTSIDE_HZ)
            connected_without_a_gap(clicked_us, caller=(alarm, OUTSIDE_HZ), recipient=(jan, SECOND_CALLER_HZ))
            await chantal.until(lambda: in_pane(chantal) == {first})
            assert transfer_of(chantal, urgent) == ("attended", "completed")
            assert states(chantal, first) == ["held"]
            await hears_only(leg)
            await hears_music(caller)
            assert chantal.desk.me["wrap_up"]["kind"] == "pending"

            await chantal.does("resume", first)

            await chantal.shows(id=first, state="active")
            await talk(leg, AGENT_HZ, caller, CALLER_HZ)
            await talk(alarm, SECOND_CALLER_HZ, jan, OUTSIDE_HZ)
            assert chantal.desk.me["wrap_up"]["kind"] == "pending", "it waits for the last call"

            await chantal.does("hang_up", first)

            assert (await caller.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
            await leg.ended(within_ms=PATIENCE_MS)
            await chantal.until(lambda: chantal.desk.me["wrap_up"]["kind"] == "automatic")
            wrap_up = chantal.desk.me["wrap_up"]
            assert wrap_up["until"] - wrap_up["since"] == URGENT_WRAP_UP_MS, "the longest of both"
            await talk(alarm, SECOND_CALLER_HZ, jan, OUTSIDE_HZ)
        assert (await jan.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
        [row] = await chantal.history(urgent)
        assert (row["queue"], row["number"]) == ("Urgent", "31534800937")
