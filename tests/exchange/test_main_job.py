"""The main job on the real exchange: a caller waits, is answered, held, resumed, ended, wrapped up, written down."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    PATIENCE_MS,
    SETTLED_MS,
    URGENT,
    at_work,
    both_hear,
    calling,
)
from tests.exchange.outside import SILENCE_MS_MAX, longest_silence_ms
from tests.support.installation import Installation, Refused
from tests.support.rtp import now_us
from tests.support.sipphone import EndedBy, NotSeen

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.rule(
    "2.1.1-h", "2.1.1-m", "2.1.1-p", "2.1.1-w", "2.3-b", "3.4-d", "3.4-e", "5.1-a", "5.1-k", "D25"
)
async def test_a_call_goes_from_its_first_ring_to_the_history(cordboard: Installation) -> None:
    """The caller hears music while waiting and on hold and the agent else; times are those of our own clock."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.offered()
        entered = time.time()
        assert (card["queue_name"], card["number"], card["name"]) == (
            "Algemeen", "31612345678", "Mevr. Jansen",
        )  # fmt: skip
        await chantal.phone.rings(within_ms=PATIENCE_MS)
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)

        active = await chantal.answer()
        answered = time.time()
        await both_hear(caller, chantal.phone.call)

        await chantal.does("hold", card["id"])
        await chantal.shows(state="held")
        held = time.time()
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        await chantal.phone.call.hears_silence(within_ms=PATIENCE_MS)

        await chantal.does("resume", card["id"])
        await chantal.shows(state="active")
        resumed = time.time()
        await both_hear(caller, chantal.phone.call)
        await asyncio.sleep(max(0.0, 3.2 - (time.time() - resumed)))  # shorter talk gives no wrap-up (D9)

        await chantal.does("hang_up", card["id"])
        ended = time.time()
        assert (await caller.ended(within_ms=PATIENCE_MS)).by is EndedBy.THEM
        await chantal.nothing_left()
        assert chantal.desk.me["wrap_up"]["kind"] == "automatic"

        [row] = await chantal.history(active["id"])
        assert (row["kind"], row["queue"], row["number"], row["ended_by"]) == (
            "answered", "Algemeen", "31612345678", "agent",
        )  # fmt: skip
        assert row["wait_ms"] == pytest.approx((answered - entered) * 1000, abs=1_000)
        assert row["talk_ms"] == pytest.approx((held - answered + ended - resumed) * 1000, abs=1_000)
        numbers = chantal.desk.queue("Algemeen")
        assert (numbers["handled"], numbers["total"], numbers["waiting"]) == (1, 1, 0)


@pytest.mark.rule("2.1.1-h")
async def test_the_music_of_who_waits_goes_on_while_others_come(cordboard: Installation) -> None:
    """Each newcomer has it play, so that nobody can sit in silence; who hears it already notices nothing of that."""
    async with AsyncExitStack() as callers:
        first = await callers.enter_async_context(calling(cordboard))
        await first.hears_music(within_ms=PATIENCE_MS)
        began_us = now_us()
        for _ in range(4):
            other = await callers.enter_async_context(calling(cordboard))
            await other.hears_music(within_ms=PATIENCE_MS)

        longest = longest_silence_ms(first, began_us, now_us())
        assert longest < SILENCE_MS_MAX


@pytest.mark.rule("2.1.1-w")
async def test_a_phone_that_can_be_told_to_answer_is_told_from_its_second_call_on(
    cordboard: Installation,
) -> None:
    """The first call is answered by header, on a second INVITE; the next by NOTIFY talk, on the one that rings."""
    async with at_work(cordboard, "piet", "203", "Algemeen", talk_event=True) as piet:
        for rings, notifies in ((2, 0), (1, 1)):
            before = piet.rung, len(piet.phone.seen("NOTIFY", sent=False))
            async with calling(cordboard) as caller:
                card = await piet.offered()
                await piet.phone.rings(within_ms=PATIENCE_MS)
                await caller.hears_music(within_ms=PATIENCE_MS)
                await piet.answer()
                await both_hear(caller, piet.phone.call)
                await piet.does("hang_up", card["id"])
                await piet.nothing_left()
            after = piet.rung, len(piet.phone.seen("NOTIFY", sent=False))
            assert (after[0] - before[0], after[1] - before[1]) == (rings, notifies)


@pytest.mark.rule("2.1.1-w")
async def test_a_phone_that_cannot_answer_by_itself_rings_and_the_card_says_so(
    cordboard: Installation,
) -> None:
    """Toestel 206 is answered by hand: after the click it goes on ringing until the handset is lifted."""
    async with (
        at_work(cordboard, "henk", "206", "Algemeen", obeys_auto_answer=False) as henk,
        calling(cordboard) as caller,
    ):
        card = await henk.offered()
        ringing = await henk.phone.rings(within_ms=PATIENCE_MS)
        await henk.desk.command("call.answer", call=card["id"])
        await henk.shows(id=card["id"], note="answer_on_phone")
        assert ringing.end is None

        await ringing.answer()

        await henk.shows(id=card["id"], state="active", note=None)
        await both_hear(caller, ringing)
        assert henk.rung == 1


@pytest.mark.rule("2.1.1-x")
async def test_what_is_done_on_the_handset_shows_on_the_card(cordboard: Installation) -> None:
    """Answered, held, resumed and hung up at the phone, without a click."""
    async with at_work(cordboard, "anja", "204", "Algemeen") as anja, calling(cordboard) as caller:
        card = await anja.offered()
        handset = await anja.phone.rings(within_ms=PATIENCE_MS)
        await handset.answer()
        await anja.shows(id=card["id"], state="active", mine=True)
        await both_hear(caller, handset)

        await handset.hold()
        await anja.shows(id=card["id"], note="phone_hold")
        await caller.hears_music(without=(AGENT_HZ,), within_ms=PATIENCE_MS)
        with pytest.raises(Refused) as refused:
            await anja.does("resume", card["id"])
        assert refused.value.code == "press_hold_on_phone"
        await handset.resume()
        await anja.shows(id=card["id"], note=None)
        await both_hear(caller, handset)

        await handset.hang_up()
        await caller.ended(within_ms=PATIENCE_MS)
        await anja.nothing_left()


@pytest.mark.rule("2.1.1-r")
async def test_a_double_click_does_a_thing_once(cordboard: Installation) -> None:
    """The same command twice, and two commands for the same thing."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.offered()
        await chantal.phone.rings(within_ms=PATIENCE_MS)
        answer = chantal.desk.command
        await asyncio.gather(answer("call.answer", call=card["id"]), answer("call.answer", call=card["id"]))
        await answer("call.answer", call=card["id"])
        await chantal.shows(state="active")
        await both_hear(caller, chantal.phone.call)
        # One ring, and one call that asks to be answered at once.
        assert chantal.rung == 2

        await answer("call.hold", id="hold-1", call=card["id"])
        await chantal.shows(state="held")
        await chantal.does("resume", card["id"])
        await chantal.shows(state="active")
        await answer("call.hold", id="hold-1", call=card["id"])
        with pytest.raises(AssertionError, match="not shown"):
            await chantal.desk.until(lambda: chantal.desk.call(state="held"), within_ms=500)


@pytest.mark.rule("2.1.1-u")
async def test_a_caller_who_gives_up_while_it_rings_leaves_nothing_behind(cordboard: Installation) -> None:
    """The card goes, the phone stops, the call counts as entered and not as answered, and there is no wrap-up."""
    async with at_work(cordboard, "piet", "202", "Algemeen") as piet:
        await piet.until(lambda: not piet.desk.queue("Algemeen")["waiting"])
        queue = dict(piet.desk.queue("Algemeen"))
        async with calling(cordboard) as caller:
            card = await piet.offered()
            ringing = await piet.phone.rings(within_ms=PATIENCE_MS)
            await caller.hears_music(within_ms=PATIENCE_MS)
            await caller.hang_up()
            end = await ringing.ended(within_ms=PATIENCE_MS)
            assert end.how == "CANCEL"
            await piet.nothing_left()
        after = piet.desk.queue("Algemeen")
        assert (after["handled"], after["total"]) == (queue["handled"], queue["total"] + 1)
        assert piet.desk.me["wrap_up"] is None
        status, page = await piet.desk.request("GET", "/api/history")
        assert status == 200 and card["id"] not in [row["call"] for row in page["rows"]]


async def test_a_caller_who_gives_up_with_nobody_there_leaves_nothing_behind(cordboard: Installation) -> None:
    """Nobody is signed in, and somebody looks at the queue."""
    async with at_work(cordboard, "piet", "202") as piet:
        async with calling(cordboard) as caller:
            await piet.until(lambda: piet.desk.queue("Algemeen")["waiting"] == 1)
            await caller.hears_music(within_ms=PATIENCE_MS)
        await piet.until(lambda: piet.desk.queue("Algemeen")["waiting"] == 0)
        assert piet.rung == 0


async def test_a_caller_who_gives_up_on_hold_ends_the_call(cordboard: Installation) -> None:
    """The agent's leg ends too, and the row says who hung up."""
    async with at_work(cordboard, "piet", "203", "Algemeen") as piet, calling(cordboard) as caller:
        card = await piet.answer()
        await both_hear(caller, piet.phone.call)
        await piet.does("hold", card["id"])
        await piet.shows(state="held")

        await caller.hang_up()

        await piet.nothing_left()
        [row] = await piet.history(card["id"])
        assert (row["kind"], row["ended_by"]) == ("answered", "caller")


@pytest.mark.rule("5.2-a", "5.2-b", "2.1.1-s")
async def test_an_urgent_call_comes_through_a_call_and_holds_it(cordboard: Installation) -> None:
    """Offered to a busy agent without ringing the phone again, not to be rejected; both callers use one leg."""
    async with (
        at_work(cordboard, "henk", "205", "Algemeen", "Urgent") as henk,
        calling(cordboard) as first,
    ):
        general = await henk.answer()
        await both_hear(first, henk.phone.call)
        leg = henk.phone.call
        async with calling(cordboard, URGENT, of="0687654321", name="Alarm") as second:
            urgent = await henk.offered()
            assert urgent["urgent"] and not urgent["offer"]["ringing"] and not urgent["offer"]["rejectable"]
            with pytest.raises(Refused) as refused:
                await henk.does("reject", urgent["id"])
            assert refused.value.code == "urgent_cannot_be_rejected"

            await henk.answer()

            await henk.shows(id=general["id"], state="held")
            await both_hear(second, leg)
            await first.hears_music(without=(AGENT_HZ, CALLER_HZ), within_ms=PATIENCE_MS)
            await henk.does("hang_up", urgent["id"])
            await second.ended(within_ms=PATIENCE_MS)
            # The first call does not come back by itself (5.1-e), and its leg is still up (D27).
            await henk.until(lambda: henk.desk.call(id=urgent["id"]) is None)
            assert (await henk.shows(id=general["id"]))["state"] == "held"
            await henk.does("resume", general["id"])
            await both_hear(first, leg)
        assert henk.phone.call is leg


async def test_a_waiting_caller_stays_when_the_only_agent_rejects(cordboard: Installation) -> None:
    """Nothing rings any more, the caller keeps music and place, and the agent can still take the call."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.offered()
        ringing = await chantal.phone.rings(within_ms=PATIENCE_MS)
        await chantal.does("reject", card["id"])
        await ringing.ended(within_ms=PATIENCE_MS)
        left = await chantal.shows(id=card["id"], offer=None)
        assert left["entered_at"] == card["entered_at"]
        with pytest.raises(NotSeen):
            await chantal.phone.rings(within_ms=SETTLED_MS)
        await caller.hears_music(within_ms=PATIENCE_MS)

        await chantal.desk.command("call.answer", call=card["id"])

        await chantal.shows(id=card["id"], state="active")
        await both_hear(caller, chantal.phone.call)
        assert chantal.desk.me["wrap_up"] is None
