"""Who is rung, and what happens when a phone does not answer, rejects, is away, or two agents are as quick."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.exchange.office import (
    INTERCOLLEGIAAL,
    OTHER_AGENT_HZ,
    PATIENCE_MS,
    RING_MS,
    SETTLED_MS,
    Worker,
    at_work,
    both_hear,
    calling,
)
from tests.support.installation import Installation, Refused
from tests.support.sip import SipMessage
from tests.support.sipphone import Address, NotSeen

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

RING_PAUSE_MS = 5_000
"""D3: silence between two rings of one phone."""


@pytest.mark.rule("2.1.1-t", "2.1.1-v")
async def test_of_two_agents_who_answer_together_one_has_the_call_and_the_other_is_told_who(
    cordboard: Installation,
) -> None:
    """The other's card goes and the phone stops without a missed call; no one else hears the caller."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
        calling(cordboard) as caller,
    ):
        people = {"Chantal Vos": chantal, "Piet Jansen": piet}
        card = await chantal.offered()
        await piet.offered()
        rings = {name: await one.phone.rings(within_ms=PATIENCE_MS) for name, one in people.items()}

        clicks = await asyncio.gather(
            *(one.desk.command("call.answer", call=card["id"]) for one in people.values()),
            return_exceptions=True,
        )

        [refused] = [click for click in clicks if click is not None]
        assert isinstance(refused, Refused) and refused.code == "answered_by"
        winner = people[refused.args_["name"]]
        name, loser = next((name, one) for name, one in people.items() if one is not winner)
        await winner.shows(state="active", mine=True)
        await loser.until(lambda: loser.offer() is None)
        end = await rings[name].ended(within_ms=PATIENCE_MS)
        assert end.how == "CANCEL" and "Call completed elsewhere" in (end.reason or "")
        await both_hear(caller, winner.phone.call, winner.phone.tone_hz or 0)
        assert loser.rung == 1


@pytest.mark.rule("2.1.1-c")
async def test_rejecting_ends_ones_own_offer_and_nothing_else(cordboard: Installation) -> None:
    """By the red cross and by the phone's own reject key: the colleague's card and the caller's place stay."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen") as chantal,
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
        at_work(cordboard, "anja", "204", "Algemeen") as anja,
        calling(cordboard) as caller,
    ):
        card = await chantal.offered()
        for one in (piet, anja):
            await one.offered()
            await one.phone.rings(within_ms=PATIENCE_MS)
        rung = await chantal.phone.rings(within_ms=PATIENCE_MS)

        await chantal.does("reject", card["id"])
        await anja.phone.call.reject("486 Busy Here")

        await chantal.until(lambda: chantal.offer() is None)
        await anja.until(lambda: anja.offer() is None)
        await rung.ended(within_ms=PATIENCE_MS)
        waiting = await chantal.shows(id=card["id"], offer=None, mine=False)
        assert waiting["entered_at"] == card["entered_at"]
        assert piet.offer() is not None
        with pytest.raises(NotSeen):
            await chantal.phone.rings(within_ms=SETTLED_MS)
        assert (chantal.rung, anja.rung) == (1, 1)
        await piet.answer()
        await both_hear(caller, piet.phone.call, OTHER_AGENT_HZ)
        await piet.does("hang_up", card["id"])
        assert [row["kind"] for row in await chantal.history(card["id"])] == ["rejected"]
        assert chantal.desk.me["wrap_up"] is None


async def test_with_ring_all_a_phone_rings_out_pauses_and_rings_again(cordboard: Installation) -> None:
    """The card stays all the time, and so does the caller's place."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard):
        card = await chantal.offered()
        first = await chantal.phone.rings(within_ms=PATIENCE_MS)
        end = await first.ended(within_ms=RING_MS + PATIENCE_MS)
        assert (end.at_us - first.invited_us) / 1000 > RING_MS - 500
        assert (await chantal.offered())["entered_at"] == card["entered_at"]
        second = await chantal.phone.rings(within_ms=RING_PAUSE_MS + PATIENCE_MS)
        assert (second.invited_us - end.at_us) / 1000 > RING_PAUSE_MS - 500


async def test_the_longest_idle_agent_rings_first_and_the_next_one_after_the_ring(
    cordboard: Installation,
) -> None:
    """One card at a time; the caller keeps the place and hears music throughout."""
    async with (
        at_work(cordboard, "anja", "204", "Intercollegiaal", tone_hz=OTHER_AGENT_HZ) as anja,
        at_work(cordboard, "piet", "203", "Intercollegiaal") as piet,
        calling(cordboard, INTERCOLLEGIAAL) as caller,
    ):
        first, second = await _first_offered(anja, piet)
        card = await first.offered()
        ringing = await first.phone.rings(within_ms=PATIENCE_MS)
        assert second.offer() is None and second.rung == 0
        await ringing.ended(within_ms=RING_MS + PATIENCE_MS)

        again = await second.offered()

        assert (again["id"], again["entered_at"]) == (card["id"], card["entered_at"])
        await first.until(lambda: first.offer() is None)
        await second.answer()
        await both_hear(caller, second.phone.call, second.phone.tone_hz or 0)
        assert first.rung == 1


async def _first_offered(*workers: Worker) -> tuple[Worker, ...]:
    """The workers, the one first who has a card."""
    for _ in range(PATIENCE_MS // 20):
        with_card = [one for one in workers if one.offer() is not None]
        if with_card:
            return (*with_card, *(one for one in workers if one not in with_card))
        await asyncio.sleep(0.02)
    raise AssertionError("nobody has a card")


async def test_a_phone_that_is_not_registered_is_not_rung_and_others_are(cordboard: Installation) -> None:
    """Its agent has no card and is not available; once it registers both are put right."""
    async with (
        at_work(cordboard, "chantal", "201", "Algemeen", registers=False) as chantal,
        at_work(cordboard, "piet", "203", "Algemeen", tone_hz=OTHER_AGENT_HZ) as piet,
        calling(cordboard) as caller,
    ):
        await piet.offered()
        await piet.phone.rings(within_ms=PATIENCE_MS)
        assert chantal.desk.me["status"] == "device_lost"
        assert chantal.offer() is None
        queue = piet.desk.queue("Algemeen")
        assert (queue["agents_signed_in"], queue["agents_available"]) == (2, 1)
        await chantal.until(lambda: chantal.desk.calls())
        with pytest.raises(Refused) as refused:
            await chantal.desk.command("call.answer", call=chantal.desk.calls()[0]["id"])
        assert refused.value.code == "device_not_registered"

        await chantal.phone.register(within_ms=PATIENCE_MS)

        await chantal.answer()
        await both_hear(caller, chantal.phone.call)
        assert piet.rung == 1


async def test_a_phone_that_fails_is_rung_ever_less_and_the_next_agent_is_offered(
    cordboard: Installation,
) -> None:
    """It answers every call with an error: the caller goes on to the next agent in the same place."""
    async with (
        at_work(cordboard, "anja", "204", "Intercollegiaal", rejects_with="503 Service Unavailable") as anja,
        at_work(cordboard, "piet", "203", "Intercollegiaal", tone_hz=OTHER_AGENT_HZ) as piet,
        calling(cordboard, INTERCOLLEGIAAL) as caller,
    ):
        await piet.offered()
        await piet.phone.rings(within_ms=PATIENCE_MS)
        await caller.hears_music(within_ms=PATIENCE_MS)
        await piet.answer()
        await both_hear(caller, piet.phone.call, OTHER_AGENT_HZ)
        assert anja.rung <= 1
        async with calling(cordboard, INTERCOLLEGIAAL, of="0611111111"):
            # Nobody else is free: the broken phone is tried again, after a pause that doubles.
            rung = anja.rung
            await anja.phone.link.changes.until(
                lambda: True if anja.rung > rung else None,
                2 * RING_PAUSE_MS + PATIENCE_MS,
                anja.phone.link.account,
            )
            rung = anja.rung
            with pytest.raises(NotSeen):
                await anja.phone.link.changes.until(
                    lambda: True if anja.rung > rung else None, RING_PAUSE_MS, anja.phone.link.account
                )


async def test_a_phone_whose_plug_was_pulled_is_not_hammered(cordboard: Installation) -> None:
    """It is registered still and answers nothing: one call to it per ring, then the next agent."""
    async with (
        at_work(cordboard, "anja", "204", "Intercollegiaal") as anja,
        at_work(cordboard, "piet", "203", "Intercollegiaal", tone_hz=OTHER_AGENT_HZ) as piet,
    ):
        address = anja.phone.address
        anja.phone.vanish()
        await asyncio.sleep(0.05)  # The loop closes the socket a moment later.
        with _listening(address) as invites:
            async with calling(cordboard, INTERCOLLEGIAAL) as caller:
                await piet.until(lambda: piet.desk.queue("Intercollegiaal")["waiting"] == 1)
                card = piet.desk.call(queue_name="Intercollegiaal")
                assert card is not None
                offered = await piet.offered()
                assert (offered["id"], offered["entered_at"]) == (card["id"], card["entered_at"])
                await piet.answer()
                await both_hear(caller, piet.phone.call, OTHER_AGENT_HZ)
            assert len(invites()) <= 1
        # So that it can log out of it: the phone comes back at another address.
        await anja.phone.open()


@contextmanager
def _listening(address: Address) -> Iterator[Callable[[], set[str]]]:
    """Sit at the address of a dead phone; gives a function that tells which calls came to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.setblocking(False)

        def invites() -> set[str]:
            found: set[str] = set()
            while True:
                try:
                    message = SipMessage.parse(listener.recv(65_536))
                except BlockingIOError:
                    return found
                if message.is_request and message.method == "INVITE":
                    found.add(message.require("Call-ID"))

        yield invites
