"""Promised call backs on the real exchange: kept once, with sound both ways, whatever died meanwhile (3.6, D14)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.exchange.office import AGENT_HZ, OUTSIDE_HZ, PATIENCE_MS, Worker, at_work, calling, killed_and_back
from tests.exchange.outside import cordboard, talk
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

CUSTOMER = "0534809371"


async def promise(chantal: Worker, *, in_s: float) -> str:
    """An appointment in Algemeen; gives its name."""
    due = int(time.time() * 1000 + in_s * 1000)
    queue = chantal.desk.queue("Algemeen")["id"]
    await chantal.desk.command("callback.make", number=CUSTOMER, queue=queue, due_at=str(due))
    await chantal.until(lambda: planned(chantal) is not None)
    found = planned(chantal)
    assert found is not None
    return str(found["id"])


def planned(chantal: Worker) -> dict[str, Any] | None:
    """The one that is open; None: there is none."""
    rows = [one for (kind, _), one in chantal.desk.entities.items() if kind == "callback"]
    return next((one for one in rows if one["status"] in {"planned", "in_progress"}), None)


def row(chantal: Worker, name: str) -> dict[str, Any]:
    """As the planning shows it."""
    return chantal.desk.entities["callback", name]


async def is_kept(chantal: Worker, name: str, outside: SipPhone) -> None:
    """The white card, the agent's telephone, the customer's, and they hear each other; then it is green."""
    await chantal.until(lambda: row(chantal, name)["offer"] is not None)
    await chantal.desk.command("callback.accept", callback=name)
    await (await chantal.phone.rings(within_ms=PATIENCE_MS)).answer()
    customer = await outside.rings(within_ms=PATIENCE_MS)
    assert row(chantal, name)["status"] == "in_progress"
    await customer.answer()
    await talk(chantal.phone.call, AGENT_HZ, customer, OUTSIDE_HZ)
    await chantal.until(lambda: row(chantal, name)["status"] == "succeeded")
    assert row(chantal, name)["handled_by"] == chantal.desk.me["id"]
    await customer.hang_up()
    await chantal.nothing_left()


@pytest.mark.rule("3.6-q", "D14")
async def test_a_promised_call_back_is_offered_accepted_and_heard(
    cordboard: Installation, outside: SipPhone
) -> None:
    """When its time comes it lies among the offers; who accepts is connected to the customer."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        name = await promise(chantal, in_s=1.5)
        assert row(chantal, name)["offer"] is None
        await is_kept(chantal, name, outside)


@pytest.mark.rule("3.6-q", "D14")
async def test_a_server_that_dies_before_the_moment_calls_once(
    cordboard: Installation, outside: SipPhone
) -> None:
    """Killed between request and due time: the next server keeps the promise, and keeps it once."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        name = await promise(chantal, in_s=4)
        before = len(outside.calls)
        await killed_and_back(cordboard, chantal)
        await is_kept(chantal, name, outside)
        await asyncio.sleep(1)
        assert len(outside.calls) - before == 1


@pytest.mark.rule("D14", "D16")
async def test_a_missed_caller_is_still_there_after_a_death_and_called_from_the_list(
    cordboard: Installation, outside: SipPhone
) -> None:
    """The server was killed after a claim: one entry, still claimed, and it goes when the two have spoken."""

    def entry() -> dict[str, Any] | None:
        rows = [one for (kind, _), one in chantal.desk.entities.items() if kind == "missed"]
        return next((one for one in rows if one["number"] == "31534809372"), None)

    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        async with calling(cordboard, of="0534809372") as caller:
            await chantal.phone.rings(within_ms=PATIENCE_MS)
            await caller.hang_up()
        await chantal.until(lambda: entry() is not None)
        # Answered when it is in the database, so from here on nothing of it may be lost.
        await chantal.desk.command("missed.claim", missed=(entry() or {})["id"])
        await killed_and_back(cordboard, chantal)
        found = entry()
        assert found is not None
        known = (found["why"], found["times"], found["claimed_by"])
        assert known == ("abandoned", 1, chantal.desk.me["id"])

        await chantal.desk.command("missed.call", missed=found["id"])
        await (await chantal.phone.rings(within_ms=PATIENCE_MS)).answer()
        customer = await outside.rings(within_ms=PATIENCE_MS)
        await chantal.until(lambda: (entry() or {}).get("calling") is True)
        await customer.answer()
        await talk(chantal.phone.call, AGENT_HZ, customer, OUTSIDE_HZ)
        await chantal.until(lambda: entry() is None)
        await customer.hang_up()
        await chantal.nothing_left()
