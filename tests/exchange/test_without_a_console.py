"""What colleagues see of somebody who has no console: the telephone's own state (D11, 3.2-d, 3.3-h)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.exchange.office import PATIENCE_MS, Worker, at_work, calling
from tests.support.installation import Desk, Installation

pytestmark = [
    pytest.mark.exchange,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]
PIETS_NUMBER, CALLER = "0534800203", "0612345678"
CONSOLE_GONE_MS = 60_000
"""A console that is closed counts as there for half a minute (D16)."""


def piet_as_seen_by(desk: Desk) -> dict[str, Any]:
    """His row on this console."""
    return next(
        row for (kind, _), row in desk.entities.items() if kind == "agent" and row["name"] == "Piet Jansen"
    )


def is_so(desk: Desk, status: str) -> bool:
    """He has this status there."""
    return bool(piet_as_seen_by(desk)["status"] == status)


@pytest.mark.rule("D11", "3.2-d", "3.3-h")
async def test_who_has_no_console_is_shown_by_the_telephone(cordboard: Installation) -> None:
    """Piet logs out and stays on his telephone, which rings, is lifted, calls by itself, and is pulled out. Chantal
    sees with whom; Fatima, without the right, never gets a number or a direction."""
    async with (
        at_work(cordboard, "piet", "203") as piet,
        at_work(cordboard, "chantal", "201") as chantal,
        at_work(cordboard, "fatima", "206", group="Rotterdam", registers=False) as fatima,
    ):
        consoles: tuple[Worker, ...] = (chantal, fatima)

        async def seen(status: str, *, within_ms: int = PATIENCE_MS) -> None:
            for one in consoles:
                await one.desk.until(partial(is_so, one.desk, status), within_ms=within_ms)
            assert piet_as_seen_by(fatima.desk)["talk"] is None

        status, body = await piet.desk.request("DELETE", "/api/session", params={"device": "false"})
        assert status == 204, body
        await seen("phone_free", within_ms=CONSOLE_GONE_MS)

        async with calling(cordboard, PIETS_NUMBER, of=CALLER) as caller:
            ringing = await piet.phone.rings(within_ms=PATIENCE_MS)
            await seen("ringing")
            await ringing.answer()
            await seen("in_call")
            talk = piet_as_seen_by(chantal.desk)["talk"]
            assert talk == {"direction": "in", "number": "31612345678"}
            assert piet_as_seen_by(fatima.desk)["talk_since"] is not None
            await caller.hang_up()
        await seen("phone_free")

        call = await piet.phone.dial("201")
        await seen("in_call")
        assert piet_as_seen_by(chantal.desk)["talk"] == {"direction": "out", "number": "201"}
        await call.hang_up()
        await seen("phone_free")

        await piet.phone.unregister()
        await seen("unknown")
