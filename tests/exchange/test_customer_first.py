"""Call backs where the customer is rung first, on the real exchange: what is heard, and what a death costs (D14)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.exchange.office import AGENT_HZ, OUTSIDE_HZ, PATIENCE_MS, Worker, at_work, killed_and_back
from tests.exchange.outside import cordboard, talk
from tests.exchange.test_announcements import recording
from tests.exchange.test_call_backs import CUSTOMER, planned, row
from tests.support import speech
from tests.support.installation import Installation
from tests.support.sipphone import SipCall, SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

QUEUE = "Klant eerst"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def customers_first(cordboard: Installation) -> AsyncIterator[Installation]:
    """A queue that rings its customers first."""
    async with cordboard.desk("henk") as henk:
        queue = {"name": QUEUE, "groups": ["demo-enschede"], "callback_customer_first": True}
        status, made = await henk.request("POST", "/api/admin/queues", json=queue)
        assert status == 201, made
    yield cordboard


@contextlib.asynccontextmanager
async def promised(cordboard: Installation, outside: SipPhone) -> AsyncIterator[tuple[Worker, str, SipCall]]:
    """Chantal is free and a call back is due: the agent, its name, and the customer's telephone as it rings."""
    async with at_work(cordboard, "chantal", "201", QUEUE) as chantal:
        before, rung = len(outside.calls), chantal.rung
        queue, due = chantal.desk.queue(QUEUE)["id"], int(time.time() * 1000) + 1_000
        await chantal.desk.command("callback.make", number=CUSTOMER, queue=queue, due_at=str(due))
        customer = await outside.rings(within_ms=PATIENCE_MS)
        await chantal.until(lambda: planned(chantal) is not None)
        found = planned(chantal)
        assert found is not None
        assert (found["status"], found["offer"], chantal.rung - rung) == ("in_progress", None, 0)
        yield chantal, str(found["id"]), customer
        await chantal.nothing_left()
        await asyncio.sleep(1)
        assert len(outside.calls) - before == 1


async def is_helped(chantal: Worker, name: str, customer: SipCall) -> None:
    """The telephone rings with a card that says call back; they hear each other, and the dot is green."""
    card = await chantal.offered()
    assert (card["called_back"], card["queue_name"]) == (True, QUEUE)
    assert row(chantal, name)["status"] == "in_progress"
    await chantal.answer()
    await talk(chantal.phone.call, AGENT_HZ, customer, OUTSIDE_HZ)
    await chantal.until(lambda: row(chantal, name)["status"] == "succeeded")
    assert row(chantal, name)["handled_by"] == chantal.desk.me["id"]
    await customer.hang_up()


@pytest.mark.rule("3.6-q", "D14")
async def test_the_customer_is_rung_first_hears_why_and_music_and_then_an_agent(
    customers_first: Installation, outside: SipPhone
) -> None:
    """Nobody at the desk has done anything before the customer is on the line."""
    async with promised(customers_first, outside) as (chantal, name, customer):
        await customer.answer()
        path = recording(customers_first, "nl/call_back_here")
        await speech.hears(customer.ear, path, within_ms=PATIENCE_MS)
        await customer.ear.hears_music(for_ms=1_000, within_ms=PATIENCE_MS)
        await is_helped(chantal, name, customer)


@pytest.mark.rule("D14", "D16")
async def test_a_server_that_dies_while_the_customer_is_rung_finds_the_customer(
    customers_first: Installation, outside: SipPhone
) -> None:
    """The telephone goes on ringing; who answers is not called again."""
    async with promised(customers_first, outside) as (chantal, name, customer):
        await killed_and_back(customers_first, chantal)
        await customer.answer()
        await customer.ear.hears_music(for_ms=1_000, within_ms=PATIENCE_MS)
        await is_helped(chantal, name, customer)


@pytest.mark.rule("D14", "D16")
async def test_a_server_that_dies_while_the_customer_waits_keeps_the_customer(
    customers_first: Installation, outside: SipPhone
) -> None:
    """The music goes on, and the customer is offered again."""
    async with promised(customers_first, outside) as (chantal, name, customer):
        await customer.answer()
        await customer.ear.hears_music(for_ms=1_000, within_ms=PATIENCE_MS)
        await killed_and_back(customers_first, chantal)
        await customer.ear.hears_music(for_ms=1_000, within_ms=PATIENCE_MS)
        await is_helped(chantal, name, customer)


@pytest.mark.rule("D14")
async def test_a_customer_who_hangs_up_while_waiting_is_not_lost(
    customers_first: Installation, outside: SipPhone
) -> None:
    """It counts as an attempt, with the reason, and is planned again."""
    async with promised(customers_first, outside) as (chantal, name, customer):
        await customer.answer()
        await chantal.offered()
        await customer.hang_up()
        await chantal.until(lambda: row(chantal, name)["status"] == "planned")
        now = row(chantal, name)
        assert (now["attempts"], now["reason"]) == (1, "hung_up")
        await chantal.desk.command("callback.cancel", callback=name)
