"""Missed callers over the live connection (D14, 3.6-v)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cordboard.core.types import CallId, Right
from tests.web.administrator import give
from tests.web.consoles import console, cookies
from tests.web.rig import CHANTAL, PIET, TWENTE, Rig, Socket, log_in

RIGHTS = frozenset({Right.CALLBACK_SEE, Right.CALLBACK_MANAGE, Right.DIAL_OUTSIDE})


async def may(web: Rig, chantal: frozenset[Right], piet: frozenset[Right]) -> None:
    """What the two may do with call backs."""
    board = web.services.engine.desks[TWENTE].board
    for user, rights in ((CHANTAL, chantal), (PIET, piet)):
        await give(web, user, *rights)
        board.agents[user].rights = rights


def gives_up(web: Rig, name: str = "gone") -> CallId:
    """A caller of the general queue, who does not wait."""
    call = web.arrives(name)
    web.hangs_up(name)
    return call


def gives_again(web: Rig, first: CallId) -> CallId:
    """The same caller, once more: the entry stays the first one's."""
    gives_up(web, "again")
    return first


async def shown(socket: Socket) -> dict[str, Any]:
    """The first entry that comes on this console."""
    async with asyncio.timeout(5):
        while True:
            for frame in socket.frames:
                things = [*frame.get("ents", []), *(op.get("e", {}) for op in frame.get("ops", []))]
                for thing in things:
                    if thing.get("k") == "missed":
                        return dict(thing)
            socket.news.clear()
            await socket.news.wait()


@pytest.mark.rule("D14", "3.6-v")
async def test_who_was_missed_is_seen_claimed_and_closed_live_by_all_who_may(web: Rig) -> None:
    """A colleague sees in the same moment who calls, is warned, and sees the entry go."""
    await may(web, RIGHTS, RIGHTS)
    async with (
        console(web, await cookies(web)) as hers,
        console(web, await cookies(web, "Piet@twente.example")) as his,
    ):
        call = gives_up(web)
        for socket in (hers, his):
            row = await shown(socket)
            assert (row["id"], row["number"], row["why"], row["times"]) == (
                call,
                "31612345678",
                "abandoned",
                1,
            )
        claimed = await hers.told(t="res", id=hers.command("missed.claim", missed=call))
        await his.told_op(a="m", k="missed", id=call, f={"claimed_by": CHANTAL})
        warned = await his.told(t="res", id=his.command("missed.call", missed=call))
        released = await hers.told(t="res", id=hers.command("missed.release", missed=call))
        await his.told_op(a="m", k="missed", id=call, f={"claimed_by": None, "claimed_by_name": None})
        closed = await his.told(t="res", id=his.command("missed.close", missed=call))
        await hers.told_op(a="x", k="missed", id=call)

    assert (claimed["ok"], released["ok"], closed["ok"]) == (True, True, True)
    assert (warned["code"], warned["args"]) == ("missed_claimed", {"name": "Chantal"})
    assert await web.database.journal.missed(TWENTE) == ()


@pytest.mark.rule("D14", "3.6-a", "3.6-v")
async def test_the_list_needs_the_right_to_see_the_planning(web: Rig) -> None:
    """Neither in the picture nor among what changes; who may only see cannot claim."""
    seen = frozenset({Right.CALLBACK_SEE})
    await may(web, seen, frozenset())
    first = gives_up(web, "before")
    async with (
        console(web, await cookies(web)) as hers,
        console(web, await cookies(web, "Piet@twente.example")) as his,
    ):
        assert (await shown(hers))["id"] == first
        await hers.told_op(a="m", k="missed", id=gives_again(web, first), f={"times": 2})
        refused = await hers.told(t="res", id=hers.command("missed.claim", missed=first))
        done = await his.told(t="res", id=his.command("agent.return"))
    assert refused["code"] == "no_right"
    assert done["ok"]
    told = repr([frame for frame in his.frames if frame["t"] in ("snap", "d")])
    assert "31612345678" not in told and "abandoned" not in told


@pytest.mark.rule("D14", "3.6-v", "X-c")
async def test_a_page_of_missed_callers_says_who_calls_whom_to_who_may_see_it(web: Rig) -> None:
    """As the live list has it; without the right to see the planning it says of nobody that anybody calls."""
    await may(web, RIGHTS, frozenset())
    call = gives_up(web)
    await web.writer.flushed()
    async with web.client() as hers, web.client() as his:
        await log_in(hers)
        await log_in(his, "Piet@twente.example")

        async def rows() -> list[dict[str, Any]]:
            return [(await who.get("/api/missed")).json()["rows"][0] for who in (hers, his)]

        assert [row["claim"] for row in await rows()] == [None, None]
        async with console(web, await cookies(web)) as socket:
            await socket.told(t="res", id=socket.command("missed.claim", missed=call))
        [mine, not_his] = await rows()
    entry = next(iter(web.services.engine.desks[TWENTE].board.missed.values()))
    assert mine["call"] == not_his["call"] == call
    assert mine["claim"] == {"by": CHANTAL, "by_name": "Chantal", "since": entry.claimed_at, "calling": False}
    assert not_his["claim"] is None
