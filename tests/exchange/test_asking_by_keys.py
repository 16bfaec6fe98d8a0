"""A caller who asks by keys to be called back, on the real exchange: what is heard, what is kept (3.6-t, D14)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.exchange.office import (
    AGENT_HZ,
    CALLER_HZ,
    PATIENCE_MS,
    Worker,
    at_work,
    both_hear,
    killed_and_back,
)
from tests.exchange.outside import cordboard
from tests.exchange.test_announcements import recording
from tests.exchange.test_call_backs import is_kept, planned, row
from tests.support import speech, tone
from tests.support.g711 import FRAME_SAMPLES
from tests.support.installation import Installation
from tests.support.sipcall import SipCall
from tests.support.sipphone import SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

QUEUE, NUMBER = "Terugbellen", "0534800951"
A_MOMENT = 25
"""Packets that may have come before one listens."""
LAST_SAMPLES = 1_600
WHEN = ("call_back_when_one", "call_back_when")
HERS, OTHERS = "31612345678", "31534809371"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def offering(cordboard: Installation) -> AsyncIterator[Installation]:
    """A queue that offers a call back after a second, and to everybody who calls while nobody is there."""
    async with cordboard.desk("henk") as henk:
        queue = {
            "name": QUEUE,
            "groups": ["demo-enschede"],
            "numbers": [NUMBER],
            "callback_caller_first_ms": 1_000,
            "exits": {"join_empty": {"action": "call_back"}},
        }
        status, made = await henk.request("POST", "/api/admin/queues", json=queue)
        assert status == 201, made
    yield cordboard


@contextlib.asynccontextmanager
async def asking(cordboard: Installation) -> AsyncIterator[SipCall]:
    """Somebody outside whose telephone has keys."""
    async with cordboard.caller(tone_hz=CALLER_HZ, keys=True) as phone:
        yield await phone.dial(NUMBER, from_number="0612345678", from_name="Mevr. Jansen")


async def hears(caller: SipCall, offering: Installation, *names: str) -> int:
    """Wait until these were said from a moment ago on, one after the other; gives the sample after the last."""
    since = max(0, (len(caller.ear.packets) - A_MOMENT) * FRAME_SAMPLES)
    for name in names:
        path = recording(offering, f"nl/{name}")
        since = await speech.hears(caller.ear, path, within_ms=PATIENCE_MS, since=since)
        since += speech.length(path)
    return since


async def hears_the_promise(caller: SipCall, offering: Installation, chantal: Worker, number: str) -> str:
    """It is said, kept, and the exchange ends the call; gives its name."""
    since = await hears(caller, offering, "call_back_thanks")
    await caller.ended(within_ms=PATIENCE_MS)
    heard = caller.ear.samples(0, len(caller.ear.packets))[since - LAST_SAMPLES :]
    # How soon depends on how fast this machine is. The last packets, which are silence, may come too late to be heard.
    times = [tone.read_wav(recording(offering, f"nl/{name}"))[0][:-LAST_SAMPLES] for name in WHEN]
    assert any(speech.find(said, heard) is not None for said in times)
    found = planned(chantal)
    assert found is not None
    assert (found["number"], found["requested_by"]) == (number, "caller")
    return str(found["id"])


@pytest.mark.rule("3.6-t", "3.6-p", "3.6-q", "D14")
async def test_a_key_and_a_yes_and_the_caller_is_called_back(
    offering: Installation, outside: SipPhone
) -> None:
    """The first one is answered in the middle of being asked; the second puts the telephone down and is rung."""
    async with at_work(offering, "chantal", "201", QUEUE) as chantal:
        async with asking(offering) as caller:
            await hears(caller, offering, "call_back_offer")
            await caller.press("1")
            await hears(caller, offering, "call_back_number")
            await chantal.answer()
            await both_hear(caller, chantal.phone.call, AGENT_HZ)
            await caller.hang_up()
        await chantal.nothing_left()
        assert planned(chantal) is None

        async with asking(offering) as caller:
            await hears(caller, offering, "call_back_offer")
            await caller.press("1")
            await hears(
                caller, offering, "call_back_number", "number/6", "number/8", "call_back_number_after"
            )
            await caller.press("1")
            name = await hears_the_promise(caller, offering, chantal, HERS)
        await is_kept(chantal, name, outside)


@pytest.mark.rule("3.6-t", "2.1.2-h")
async def test_who_is_told_something_when_the_server_dies_is_put_through_at_once(
    offering: Installation,
) -> None:
    """The next server does not know what the caller hears, and ends it all the same before it connects them."""
    async with at_work(offering, "chantal", "201", QUEUE) as chantal, asking(offering) as caller:
        await hears(caller, offering, "call_back_offer")
        await caller.press("1")
        await hears(caller, offering, "call_back_number")

        await killed_and_back(offering, chantal)
        await chantal.answer()
        await both_hear(caller, chantal.phone.call, AGENT_HZ)

        heard = caller.ear.samples(0, len(caller.ear.packets))
        rest = tone.read_wav(recording(offering, "nl/call_back_number_after"))[0]
        assert speech.find(rest, heard) is None
        await caller.hang_up()
        await chantal.nothing_left()


@pytest.mark.rule("3.6-t", "D14", "D21")
async def test_who_reaches_nobody_types_a_number_and_is_called_back_there(
    offering: Installation, outside: SipPhone
) -> None:
    """The queue leads out to a call back; another number than the caller's own is typed."""
    async with at_work(offering, "chantal", "201") as chantal:
        async with asking(offering) as caller:
            await hears(caller, offering, "call_back_instead")
            await caller.press("1")
            await hears(caller, offering, "call_back_number")
            await caller.press("2")
            await hears(caller, offering, "call_back_type")
            await caller.press("0534809371#")
            await hears(caller, offering, "call_back_number_after")
            await caller.press("1")
            name = await hears_the_promise(caller, offering, chantal, OTHERS)
        assert row(chantal, name)["status"] == "planned"
        await chantal.desk.command("queue.sign_in", queue=chantal.desk.queue(QUEUE)["id"])
        await is_kept(chantal, name, outside)
