"""Passing callers on, calls past the queues, and a server that dies meanwhile, on the real exchange (D7, D27, D29).

Who hears whom is told by tone at every step.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.exchange.office import (
    AGENT_HZ,
    BLIND_RING_MS,
    CALLER_HZ,
    OTHER_AGENT_HZ,
    OUTSIDE_HZ,
    PATIENCE_MS,
    Worker,
    at_work,
    killed_and_back,
)
from tests.exchange.outside import (
    arms,
    calls_piet,
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
from tests.support.sipphone import EndedBy, SipCall, SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

RINGING_HZ = 425
"""The ringing tone of the Netherlands."""
TALKED_S = 3.2
"""Shorter talk gives no wrap-up (D9)."""
PIETS_NUMBER = "0534800203"


@dataclass
class Talking:
    """Chantal speaks with a caller of Algemeen, and Piet sits by his telephone."""

    chantal: Worker
    piet: Worker
    caller: SipCall
    card: str
    since: float
    """When they began, on the monotonic clock."""

    async def talked_long_enough(self) -> None:
        """For a wrap-up."""
        await asyncio.sleep(max(0.0, TALKED_S - (time.monotonic() - self.since)))

    async def passes_on_blind_to_piet(self) -> SipCall:
        """Three clicks: Piet's telephone rings, the caller hears it, and Chantal is free."""
        at_chantals_ear = self.chantal.phone.call
        await arms(self.chantal, self.card, "blind")
        await hears_music(self.caller)
        await self.chantal.desk.command(
            "transfer.colleague", call=self.card, user=str(self.piet.desk.me["id"])
        )
        shown = await transfer_becomes(self.chantal, self.card, "blind", "ringing")
        assert (shown["state"], shown["mine"]) == ("transferring", False)
        assert shown["transfer"]["recipient_name"] == "Piet Jansen"
        await at_chantals_ear.ended(within_ms=PATIENCE_MS)
        await self.caller.hears(RINGING_HZ, within_ms=PATIENCE_MS)
        return await self.piet.phone.rings(within_ms=PATIENCE_MS)

    async def speak(self) -> None:
        """Chantal and the caller hear each other and nobody else."""
        await self.chantal.shows(id=self.card, state="active", mine=True, transfer=None)
        await talk(self.chantal.phone.call, AGENT_HZ, self.caller, CALLER_HZ)

    async def piet_speaks(self) -> None:
        """Piet and the caller hear each other and nobody else."""
        await talk(self.piet.phone.call, OTHER_AGENT_HZ, self.caller, CALLER_HZ)


@contextlib.asynccontextmanager
async def talking(cordboard: Installation, *piets_queues: str) -> AsyncIterator[Talking]:
    """Chantal has answered a caller."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", *piets_queues, tone_hz=OTHER_AGENT_HZ) as piet,
        rings_in(cordboard) as caller,
    ):
        card = await chantal.answer()
        now = Talking(chantal, piet, caller, str(card["id"]), time.monotonic())
        await now.speak()
        yield now


# --- blind ---


@pytest.mark.rule("2.1.1-o", "2.3-k", "D7", "D9")
async def test_a_caller_passed_on_blind_is_answered_by_the_colleague(cordboard: Installation) -> None:
    """Ringing meanwhile; Chantal is free at once, in wrap-up, and has nothing more to do with it."""
    async with talking(cordboard) as now:
        await now.talked_long_enough()
        await now.passes_on_blind_to_piet()
        await now.chantal.until(lambda: now.chantal.desk.me["wrap_up"] is not None)
        await now.chantal.until(lambda: not in_pane(now.chantal))
        offered = await now.piet.offered()
        assert (offered["id"], offered["number"], offered["queue_name"]) == (
            now.card, "31884800943", "Algemeen",
        )  # fmt: skip

        await now.piet.answer()

        await now.piet_speaks()
        await transfer_becomes(now.chantal, now.card, "blind", "completed")
        assert now.piet.rung <= 2
        await now.piet.does("hang_up", now.card)
        assert (await now.caller.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
        await now.piet.nothing_left()


@pytest.mark.rule("D7")
async def test_a_caller_whom_the_colleague_does_not_answer_comes_back_with_the_reason(
    cordboard: Installation,
) -> None:
    """Music again, Chantal's telephone rings, also in the wrap-up that passing on began; one click speaks on."""
    async with talking(cordboard) as now:
        await now.talked_long_enough()
        ringing = await now.passes_on_blind_to_piet()

        await now.chantal.until(lambda: now.chantal.offer() is not None)

        back = await now.chantal.shows(id=now.card, note="returned")
        assert (back["reason"], back["transfer"]) == ("no_answer", None)
        end = await ringing.ended(within_ms=PATIENCE_MS)
        assert (end.at_us - ringing.invited_us) / 1000 > BLIND_RING_MS - 500
        await now.piet.until(lambda: now.piet.offer() is None)
        assert now.piet.rung == 1
        await now.chantal.until(
            lambda: [
                n["args"]["reason"] for n in now.chantal.desk.notices if n["code"] == "transfer_returned"
            ]
        )
        await hears_music(now.caller)
        await now.chantal.until(lambda: (now.chantal.offer() or {"offer": {}})["offer"].get("ringing"))
        assert (now.chantal.desk.me["wrap_up"] or {}).get("kind") == "automatic"
        await now.chantal.answer()
        await now.speak()
        await now.chantal.until(lambda: now.chantal.desk.me["wrap_up"] is None)


@pytest.mark.rule("D7")
async def test_a_caller_for_whom_an_outside_number_is_busy_comes_back_with_the_reason(
    cordboard: Installation, outside: SipPhone
) -> None:
    """At once, not after the ring."""
    async with talking(cordboard) as now:
        await arms(now.chantal, now.card, "blind")
        await now.chantal.desk.command("transfer.number", call=now.card, number="08000403")
        jan = await outside.rings(within_ms=PATIENCE_MS)
        await now.caller.hears(RINGING_HZ, within_ms=PATIENCE_MS)

        await jan.reject("486 Busy Here")

        back = await now.chantal.offered()
        assert (back["id"], back["note"], back["reason"]) == (now.card, "returned", "busy")
        await hears_music(now.caller)
        await now.chantal.answer()
        await now.speak()


@pytest.mark.rule("D7")
async def test_a_caller_passed_on_blind_can_be_pulled_back_while_it_rings(cordboard: Installation) -> None:
    """Piet's telephone stops, and Chantal speaks with the caller again."""
    async with talking(cordboard) as now:
        ringing = await now.passes_on_blind_to_piet()

        await now.chantal.desk.command("transfer.cancel", call=now.card)

        await ringing.ended(within_ms=PATIENCE_MS)
        await now.speak()
        await now.piet.until(lambda: now.piet.offer() is None)


# --- taking back, and to a queue ---


@pytest.mark.rule("D7")
async def test_a_completed_transfer_can_be_taken_back_for_a_while(cordboard: Installation) -> None:
    """After a consultation both are on hold again; after a blind one the colleague is let go."""
    async with talking(cordboard) as now:
        chantal, piet = now.chantal, now.piet
        second = str((await calls_piet(chantal, piet, number="203"))["id"])
        await arms(chantal, now.card, "attended")
        await chantal.desk.command("transfer.complete", call=now.card, to=second)
        await transfer_becomes(chantal, now.card, "attended", "completed")
        await now.piet_speaks()

        await chantal.desk.command("transfer.undo", call=now.card)

        await chantal.until(lambda: states(chantal, now.card, second) == ["held", "held"])
        await hears_music(now.caller, piet.phone.call)
        await chantal.does("resume", second)
        await chantal.shows(id=second, state="active")
        await talk(chantal.phone.call, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)
        at_piets_ear = piet.phone.call
        await chantal.does("hang_up", second)
        await at_piets_ear.ended(within_ms=PATIENCE_MS)
        await piet.until(lambda: not in_pane(piet))
        await chantal.does("resume", now.card)
        await now.speak()

        await now.passes_on_blind_to_piet()
        await piet.answer()
        await now.piet_speaks()
        await transfer_becomes(chantal, now.card, "blind", "completed")
        at_piets_ear = piet.phone.call

        await chantal.desk.command("transfer.undo", call=now.card)

        await at_piets_ear.ended(within_ms=PATIENCE_MS)
        await piet.until(lambda: not in_pane(piet))
        await chantal.shows(id=now.card, state="held", mine=True)
        await hears_music(now.caller)
        await chantal.does("resume", now.card)
        await now.speak()
        with pytest.raises(Refused) as refused:
            await chantal.desk.command("transfer.undo", call=now.card)
        assert refused.value.code == "not_armed"


@pytest.mark.rule("D7", "2.3-k")
async def test_a_caller_passed_on_to_a_queue_waits_there_with_the_time_of_the_whole_visit(
    cordboard: Installation,
) -> None:
    """It is offered to who is signed in there, and does not come back."""
    async with talking(cordboard, "Intercollegiaal") as now:
        chantal, piet = now.chantal, now.piet
        before = await chantal.shows(id=now.card)
        await now.talked_long_enough()
        at_chantals_ear = chantal.phone.call

        await chantal.desk.command(
            "transfer.queue", call=now.card, queue=chantal.desk.queue("Intercollegiaal")["id"]
        )

        await at_chantals_ear.ended(within_ms=PATIENCE_MS)
        await chantal.until(lambda: chantal.desk.me["wrap_up"] is not None)
        waiting = await piet.offered()
        assert (waiting["id"], waiting["queue_name"]) == (now.card, "Intercollegiaal")
        assert waiting["entered_at"] == before["entered_at"]
        await hears_music(now.caller)
        await piet.answer()
        await now.piet_speaks()
        assert not in_pane(chantal) and transfer_of(chantal, now.card) is None


# --- past the queues ---


@pytest.mark.rule("D29", "D28", "2.1.1-i", "2.3-j")
async def test_a_caller_reaches_a_person_by_his_own_number(cordboard: Installation) -> None:
    """A white card without a queue at him alone, also when signed in nowhere, and no wrap-up after it."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", tone_hz=OTHER_AGENT_HZ) as piet,
        rings_in(cordboard, PIETS_NUMBER) as caller,
    ):
        card = await piet.offered()
        assert (card["direct"], card["queue_name"], card["number"]) == (True, None, "31884800943")
        await piet.phone.rings(within_ms=PATIENCE_MS)
        assert chantal.offer() is None and chantal.rung == 0
        await piet.answer()
        began = time.monotonic()
        await talk(piet.phone.call, OTHER_AGENT_HZ, caller, CALLER_HZ)
        await asyncio.sleep(max(0.0, TALKED_S - (time.monotonic() - began)))
        await piet.does("hang_up", str(card["id"]))
        await caller.ended(within_ms=PATIENCE_MS)
        await piet.nothing_left()
        assert piet.desk.me["wrap_up"] is None


@pytest.mark.rule("2.1.1-x", "2.1.1-a", "2.1.1-p", "D27")
async def test_what_is_dialled_on_the_telephone_itself_is_a_card_like_any_other(
    cordboard: Installation, outside: SipPhone
) -> None:
    """To a colleague, held and resumed from the console; to somebody outside; each ended by the handset."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", tone_hz=OTHER_AGENT_HZ) as piet,
    ):
        handset = await chantal.phone.dial("203")
        card = await chantal.shows(name="Piet Jansen", state="dialling", mine=True)
        assert (card["direction"], card["queue_name"]) == ("out", None)
        await handset.hears(RINGING_HZ, within_ms=PATIENCE_MS)
        await piet.answer()
        await chantal.shows(id=card["id"], state="active")
        await talk(handset, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)
        await chantal.does("hold", card["id"])
        await chantal.shows(id=card["id"], state="held")
        await hears_music(piet.phone.call)
        await hears_only(handset)
        await chantal.does("resume", card["id"])
        await chantal.shows(id=card["id"], state="active")
        await talk(handset, AGENT_HZ, piet.phone.call, OTHER_AGENT_HZ)
        await handset.hang_up()
        await piet.nothing_left()
        await chantal.nothing_left()

        handset = await chantal.phone.dial("08000403")
        jan = await outside.rings(within_ms=PATIENCE_MS)
        card = await chantal.shows(number="318000403", state="dialling", mine=True)
        await jan.answer()
        await chantal.shows(id=card["id"], state="active")
        await talk(handset, AGENT_HZ, jan, OUTSIDE_HZ)
        await handset.hang_up()
        assert (await jan.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
        await chantal.nothing_left()


# --- the server dies ---


async def _consults_jan(now: Talking, outside: SipPhone) -> tuple[str, SipCall]:
    """Chantal announces the caller to somebody outside; gives the card of that call, and his end of it."""
    await arms(now.chantal, now.card, "attended")
    await now.chantal.desk.command("transfer.number", call=now.card, number="08000403", name="Jan Jansen")
    jan = await outside.rings(within_ms=PATIENCE_MS)
    await jan.answer()
    shown = await transfer_becomes(now.chantal, now.card, "attended", "consulting")
    await talk(now.chantal.phone.call, AGENT_HZ, jan, OUTSIDE_HZ)
    await hears_music(now.caller)
    return str(shown["transfer"]["recipient"]), jan


@pytest.mark.rule("D16", "D7")
async def test_a_consultation_outlives_its_server_and_is_completed_after_it(
    cordboard: Installation, outside: SipPhone
) -> None:
    """They speak on, the caller has music; then the check connects, and the transfer can even be taken back."""
    async with talking(cordboard) as now:
        await cordboard.standby()
        second, jan = await _consults_jan(now, outside)
        leg = now.chantal.phone.call

        await killed_and_back(cordboard, now.chantal, now.piet)

        await talk(leg, AGENT_HZ, jan, OUTSIDE_HZ)
        await hears_music(now.caller)
        shown = await transfer_becomes(now.chantal, now.card, "attended", "consulting")
        assert shown["transfer"]["recipient"] == second
        assert states(now.chantal, now.card, second) == ["held", "active"]
        await now.chantal.desk.command("transfer.complete", call=now.card, to=second)
        await talk(now.caller, CALLER_HZ, jan, OUTSIDE_HZ)
        await leg.ended(within_ms=PATIENCE_MS)
        await transfer_becomes(now.chantal, now.card, "attended", "completed")
        await now.chantal.desk.command("transfer.undo", call=now.card)
        await now.chantal.until(lambda: states(now.chantal, now.card, second) == ["held", "held"])
        await now.chantal.does("hang_up", second)
        await jan.ended(within_ms=PATIENCE_MS)
        await now.chantal.does("resume", now.card)
        await now.speak()


async def _piet_answers(now: Talking) -> None:
    await now.piet.answer()
    await now.piet_speaks()
    await transfer_becomes(now.chantal, now.card, "blind", "completed")
    await now.piet.does("hang_up", now.card)


async def _chantal_pulls_back(now: Talking) -> None:
    await now.chantal.desk.command("transfer.cancel", call=now.card)
    await now.piet.until(lambda: now.piet.offer() is None)
    await now.speak()


@pytest.mark.rule("D16", "D7")
@pytest.mark.parametrize("then", [_piet_answers, _chantal_pulls_back])
async def test_a_blind_transfer_that_rings_outlives_its_server(cordboard: Installation, then: Any) -> None:
    """It rings on: Piet can take it as well as Chantal pull it back."""
    async with talking(cordboard) as now:
        await cordboard.standby()
        await now.passes_on_blind_to_piet()

        await killed_and_back(cordboard, now.chantal, now.piet)

        await transfer_becomes(now.chantal, now.card, "blind", "ringing")
        await now.piet.offered()
        assert now.caller.end is None
        await then(now)
