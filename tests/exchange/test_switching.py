"""Manual 5.1 on the real exchange: two conversations by turns, and a consultation that becomes a transfer.

Who hears whom is told by tone at every step.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    OUTSIDE_HZ,
    PATIENCE_MS,
    Worker,
    at_work,
    unbroken,
)
from tests.exchange.outside import (
    arms,
    calls_piet,
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
from tests.support.sipphone import EndedBy, SipCall, SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Consulting:
    """Chantal has a caller on hold and speaks with Piet."""

    chantal: Worker
    piet: Worker
    caller: SipCall
    first: str
    """The caller's card."""
    second: str
    """The card of the conversation with Piet."""

    async def speaks_with_piet(self) -> None:
        """The first is held and hears music, Chantal and Piet hear each other."""
        await self.chantal.until(lambda: states(self.chantal, self.first, self.second) == ["held", "active"])
        await talk(self.chantal.phone.call, AGENT_HZ, self.piet.phone.call, OTHER_AGENT_HZ)
        await hears_music(self.caller)

    async def speaks_with_caller(self) -> None:
        """Piet is held and hears music, Chantal and the caller hear each other."""
        await self.chantal.until(lambda: states(self.chantal, self.first, self.second) == ["active", "held"])
        await talk(self.chantal.phone.call, AGENT_HZ, self.caller, CALLER_HZ)
        await hears_music(self.piet.phone.call)


@contextlib.asynccontextmanager
async def consulting(cordboard: Installation) -> AsyncIterator[Consulting]:
    """A caller is answered, put on hold with the button, and Piet called from the contacts."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", tone_hz=OTHER_AGENT_HZ) as piet,
        rings_in(cordboard) as caller,
    ):
        first = str((await chantal.answer())["id"])
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)

        await chantal.does("hold", first)

        await chantal.shows(id=first, state="held")
        await hears_music(caller)
        await hears_only(chantal.phone.call)
        second = str((await calls_piet(chantal, piet))["id"])
        yield Consulting(chantal, piet, caller, first, second)


@pytest.mark.rule("5.1-a", "5.1-b", "5.1-c", "5.1-d", "5.1-e", "5.1-k", "2.1.1-i", "2.1.1-s", "D27")
async def test_two_conversations_are_led_by_turns_as_often_as_wanted(cordboard: Installation) -> None:
    """Hold, call Piet, back and forth twice, end with the cross, go on: one leg, and music for who is on hold."""
    async with consulting(cordboard) as both:
        chantal, piet = both.chantal, both.piet
        leg = chantal.phone.call
        await both.speaks_with_piet()
        assert in_pane(chantal) == {both.first, both.second}
        at_piet = await piet.shows(state="active", mine=True)
        assert (at_piet["queue_name"], at_piet["number"], at_piet["name"]) == (None, "201", "Chantal Vos")

        for _ in range(2):
            await chantal.does("hold", both.second)
            await chantal.shows(id=both.second, state="held")
            await hears_music(both.caller, piet.phone.call)
            await chantal.does("resume", both.first)
            await both.speaks_with_caller()
            await chantal.does("hold", both.first)
            await chantal.shows(id=both.first, state="held")
            await hears_music(both.caller, piet.phone.call)
            await chantal.does("resume", both.second)
            await both.speaks_with_piet()

        at_piets_ear = piet.phone.call
        await chantal.does("hang_up", both.second)

        assert (await at_piets_ear.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
        await chantal.until(lambda: states(chantal, both.first, both.second) == ["held", None])
        await hears_only(leg)
        await hears_music(both.caller)
        assert states(chantal, both.first) == ["held"], "it does not come back by itself"
        await chantal.does("resume", both.first)
        await chantal.shows(id=both.first, state="active")
        await talk(leg, AGENT_HZ, both.caller, CALLER_HZ)
        assert chantal.phone.call is leg


@pytest.mark.rule("D8", "2.1.1-s", "5.1-b")
async def test_calling_and_resuming_hold_the_active_call_in_the_same_click(
    cordboard: Installation, outside: SipPhone
) -> None:
    """With the keypad, to somebody outside, and back with one click each."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, rings_in(cordboard) as caller:
        first = str((await chantal.answer())["id"])
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)

        await chantal.desk.command("call.dial", number="08000403")

        await chantal.shows(id=first, state="held")
        second = str((await chantal.shows(number="318000403", state="dialling"))["id"])
        jan = await outside.rings(within_ms=PATIENCE_MS)
        await hears_music(caller)
        await jan.answer()
        await chantal.shows(id=second, state="active")
        await talk(chantal.phone.call, AGENT_HZ, jan, OUTSIDE_HZ)
        await hears_music(caller)
        await chantal.does("resume", first)
        await chantal.until(lambda: states(chantal, first, second) == ["active", "held"])
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)
        await hears_music(jan)
        await chantal.does("resume", second)
        await chantal.until(lambda: states(chantal, first, second) == ["held", "active"])
        await talk(chantal.phone.call, AGENT_HZ, jan, OUTSIDE_HZ)
        await hears_music(caller)
        await chantal.does("hang_up", second)
        await jan.ended(within_ms=PATIENCE_MS)


@pytest.mark.rule("5.1-f", "5.1-g", "D7")
async def test_a_consultation_can_still_become_a_transfer(cordboard: Installation) -> None:
    """With announcement only; the check connects caller and Piet, and Chantal is out of it."""
    async with consulting(cordboard) as both:
        chantal, piet = both.chantal, both.piet
        await both.speaks_with_piet()
        with pytest.raises(Refused) as refused:
            await chantal.desk.command("transfer.arm", call=both.first, kind="blind")
        assert refused.value.code == "only_attended"
        at_chantals_ear = chantal.phone.call
        await arms(chantal, both.first, "attended")
        await both.speaks_with_piet()

        clicked_us = now_us()
        await chantal.desk.command("transfer.complete", call=both.first, to=both.second)

        at_piets_ear = piet.phone.call
        await talk(both.caller, CALLER_HZ, piet.phone.call, OTHER_AGENT_HZ)
        connected_without_a_gap(
            clicked_us, caller=(both.caller, OTHER_AGENT_HZ), recipient=(at_piets_ear, CALLER_HZ)
        )
        joined_us = now_us()
        await at_chantals_ear.ended(within_ms=PATIENCE_MS)
        await chantal.until(lambda: transfer_of(chantal, both.first) == ("attended", "completed"))
        await chantal.until(lambda: not in_pane(chantal))
        # The caller is Piet's own call once it cannot be undone any more (docs/decisions/0005).
        await piet.until(lambda: any(c["id"] == both.first and c["mine"] for c in piet.desk.calls()))
        await talk(both.caller, CALLER_HZ, at_piets_ear, OTHER_AGENT_HZ)
        unbroken(both.caller, OTHER_AGENT_HZ, joined_us)
        unbroken(at_piets_ear, CALLER_HZ, joined_us)
        await both.caller.hang_up()
        await piet.nothing_left()


@pytest.mark.rule("5.1-h", "5.1-i", "5.1-j", "5.1-k")
async def test_a_late_transfer_taken_back_leaves_both_calls_as_they_were(cordboard: Installation) -> None:
    """One active and one on hold; the check is gone, and either can be led on."""
    async with consulting(cordboard) as both:
        chantal = both.chantal
        await arms(chantal, both.first, "attended")

        await chantal.desk.command("transfer.cancel", call=both.first)

        await chantal.until(lambda: transfer_of(chantal, both.first) is None)
        await both.speaks_with_piet()
        with pytest.raises(Refused) as refused:
            await chantal.desk.command("transfer.complete", call=both.first, to=both.second)
        assert refused.value.code == "not_armed"
        await chantal.does("resume", both.first)
        await both.speaks_with_caller()
        await chantal.does("hang_up", both.second)


@pytest.mark.rule("5.1-h", "D7")
@pytest.mark.parametrize("kind", ["attended", "blind"])
async def test_either_button_pressed_by_mistake_is_pressed_again(cordboard: Installation, kind: str) -> None:
    """Armed the caller hears music and nobody is called; disarmed they speak on."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, rings_in(cordboard) as caller:
        card = str((await chantal.answer())["id"])
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)
        await arms(chantal, card, kind)
        await hears_music(caller)
        await hears_only(chantal.phone.call)
        assert in_pane(chantal) == {card}

        await chantal.desk.command("transfer.cancel", call=card)

        await chantal.shows(id=card, state="active", transfer=None)
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)


@pytest.mark.rule("5.1-j", "2.1.1-n", "D7")
async def test_a_consultation_taken_back_keeps_who_answered_and_stops_who_rings(
    cordboard: Installation,
) -> None:
    """Ringing: Piet's telephone stops and the caller is spoken with again. Answered: only the check goes."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", tone_hz=OTHER_AGENT_HZ) as piet,
        rings_in(cordboard) as caller,
    ):
        first = str((await chantal.answer())["id"])
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)
        await arms(chantal, first, "attended")
        await chantal.desk.command("transfer.colleague", call=first, user=str(piet.desk.me["id"]))
        await transfer_becomes(chantal, first, "attended", "dialling")
        ringing = await piet.phone.rings(within_ms=PATIENCE_MS)

        await chantal.desk.command("transfer.cancel", call=first)

        await ringing.ended(within_ms=PATIENCE_MS)
        await chantal.until(lambda: in_pane(chantal) == {first})
        await chantal.shows(id=first, state="active", transfer=None)
        await talk(chantal.phone.call, AGENT_HZ, caller, CALLER_HZ)

        await arms(chantal, first, "attended")
        await chantal.desk.command("transfer.number", call=first, number="203")
        await piet.answer()
        second = (await transfer_becomes(chantal, first, "attended", "consulting"))["transfer"]["recipient"]
        both = Consulting(chantal, piet, caller, first, second)
        await both.speaks_with_piet()

        await chantal.desk.command("transfer.cancel", call=first)

        await chantal.until(lambda: transfer_of(chantal, first) is None)
        await both.speaks_with_piet()
        await chantal.does("hang_up", second)
        await chantal.does("hang_up", first)
