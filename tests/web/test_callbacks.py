"""The planning of call backs over REST and the live connection (3.6)."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from cordboard.core.records import CallBackRow, RequestedBy
from cordboard.core.types import CallBackId, Right
from cordboard.storage import callbacks
from tests.web.administrator import code_of, give
from tests.web.consoles import console, cookies
from tests.web.rig import ALGEMEEN, CHANTAL, PIET, TWENTE, Rig, log_in

NOON = 1_800_000_000_000
RIGHTS = frozenset({Right.CALLBACK_SEE, Right.CALLBACK_MANAGE})


async def planning(client: httpx.AsyncClient, **asked: str) -> httpx.Response:
    """A stretch of it, or a search."""
    return await client.get("/api/callbacks", params=asked)


@pytest.mark.rule("3.6-b", "3.6-h", "3.6-o")
async def test_a_call_back_is_made_seen_and_cancelled(web: Rig) -> None:
    """Live for who has the right and found on its day; without the right there is nothing to see."""
    await give(web, CHANTAL, *RIGHTS)
    await give(web, PIET)
    web.services.engine.desks[TWENTE].board.agents[CHANTAL].rights |= RIGHTS
    async with console(web, await cookies(web)) as socket:
        made = socket.command("callback.make", number="06 8765 4321", queue=ALGEMEEN)
        seen = await socket.told(t="d")
        answer = await socket.told(t="res", id=made)
        row = next(op["e"] for op in seen["ops"] if op["a"] == "s" and op["e"]["k"] == "callback")
        again = socket.command("callback.make", number="0687654321", queue=ALGEMEEN)
        refused = await socket.told(t="res", id=again)
        abroad = socket.command("callback.make", number="+44 20 7946 0000", queue=ALGEMEEN)
        foreign = await socket.told(t="res", id=abroad)
        gone = socket.command("callback.cancel", callback=row["id"])
        cancelled = await socket.told(t="res", id=gone)
    async with web.client() as chantal, web.client() as piet:
        await log_in(chantal)
        await log_in(piet, "Piet@twente.example")
        day = await planning(chantal, **{"from": str(row["due_at"] - 1), "to": str(row["due_at"] + 1)})
        found = await planning(chantal, number="8765")
        nothing = await planning(chantal, number="(")
        bad = await planning(chantal)
        his = await planning(piet, number="8765")

    assert (answer["ok"], cancelled["ok"]) == (True, True)
    assert (row["number"], row["status"], row["requested_by"]) == ("31687654321", "planned", "agent")
    assert (refused["code"], refused["args"]["callback"]) == ("callback_open", row["id"])
    assert foreign["code"] == "callback_refused_number"
    assert day.json() == found.json()
    assert (found.json()["open"], found.json()["done"]) == (0, 1)
    assert found.json()["rows"][0]["reason"] == "by_agent"
    assert nothing.json()["rows"] == []
    assert code_of(bad) == (400, "bad_request")
    assert code_of(his) == (403, "no_right")


@pytest.mark.rule("3.6-o", "3.6-v")
async def test_a_search_reads_any_notation_and_ends_after_those_that_may_be_seen(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are of a queue of others: the own one is found all the same."""
    await give(web, CHANTAL, *RIGHTS)
    agent = web.services.engine.desks[TWENTE].board.agents[CHANTAL]
    agent.rights |= RIGHTS
    agent.groups = frozenset()
    own = CallBackRow(
        id=CallBackId("b1"),
        queue=ALGEMEEN,
        number="31687654321",
        name=None,
        owner=CHANTAL,
        requested_at=NOON,
        requested_by=RequestedBy.AGENT,
        entered_at=None,
        due_at=NOON,
        planned_at=NOON,
        at=NOON,
    )
    theirs = [replace(own, id=CallBackId(f"b{n}"), owner=None, requested_at=NOON + n) for n in range(2, 5)]
    await web.database.journal.append(TWENTE, [own, *theirs])
    monkeypatch.setattr(callbacks, "FOUND_MAX", 2)
    async with web.client() as client:
        await log_in(client)
        found = [
            (await planning(client, number=typed)).json()["rows"]
            for typed in ("+31 (0)6-8765", "06 8765", "0031687654321", "8765 4321 abc")
        ]

    assert [[row["id"] for row in rows] for rows in found] == [["b1"]] * 3 + [[]]
