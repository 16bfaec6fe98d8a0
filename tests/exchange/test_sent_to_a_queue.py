"""A caller who is sent to a queue follows its ways out, on the real exchange (D7, D21)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange.office import CALLER_HZ, OUTSIDE_HZ, PATIENCE_MS
from tests.exchange.outside import cordboard, talk
from tests.exchange.test_passing_on import talking
from tests.support.installation import Installation, Refused
from tests.support.sipphone import SipPhone

__all__ = ["cordboard"]

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.rule("D7", "D21", "X-d")
async def test_a_caller_is_not_sent_where_the_call_would_end_but_where_it_leads_on(
    cordboard: Installation, outside: SipPhone
) -> None:
    """Nobody is signed in to Intercollegiaal: with a sentence as its way out the click is refused and the two go on
    talking; with a number somebody outside has the caller."""
    async with talking(cordboard) as now:
        queue = str(now.chantal.desk.queue("Intercollegiaal")["id"])
        try:
            await _way_out(cordboard, queue, {"join_empty": {"action": "announcement", "target": None}})
            with pytest.raises(Refused) as refused:
                await now.chantal.desk.command("transfer.queue", call=now.card, queue=queue)
            assert refused.value.code == "queue_takes_nobody"
            assert refused.value.args_ == {"queue": "Intercollegiaal", "reason": "nobody"}
            await now.speak()

            await _way_out(cordboard, queue, {"join_empty": {"action": "number", "target": "08000403"}})
            await now.chantal.desk.command("transfer.queue", call=now.card, queue=queue)
            jan = await outside.rings(within_ms=PATIENCE_MS)
            await jan.answer()
            await talk(now.caller, CALLER_HZ, jan, OUTSIDE_HZ)
        finally:
            await _way_out(cordboard, queue, {})


async def _way_out(cordboard: Installation, queue: str, exits: dict[str, Any]) -> None:
    """As an administrator sets it, over REST."""
    async with cordboard.desk("henk") as henk:
        path = f"/api/admin/queues/{queue}"
        _, row = await henk.request("GET", path)
        status, answer = await henk.request(
            "PATCH", path, json={"exits": exits}, headers={"If-Match": f'"{row["version"]}"'}
        )
        assert status == 200, answer
