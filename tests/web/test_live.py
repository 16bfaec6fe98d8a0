"""The live connection: who may have one, what is said on it, and consoles that misbehave or do not read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from cordboard.app.ports import StorageFailure
from cordboard.core.types import Right
from cordboard.web import live as live_
from cordboard.web.live import Live
from cordboard.web.push import CONSOLES_PER_USER_MAX
from tests.contracts.storage.samples import CHANTAL, DEN_BOSCH, DESK, ENSCHEDE, TWENTE, URGENT
from tests.web.consoles import Cookies, console, cookies, served
from tests.web.rig import ALGEMEEN, HOST, Rig, Socket


def slowed(live: Live, log_ins: Callable[[Cookies], Awaitable[Any]]) -> Live:
    """The same with other log-ins."""
    live._log_ins = log_ins
    return live


async def test_another_page_gets_no_connection(web: Rig) -> None:
    """A foreign origin is refused before the hand-shake, whatever cookie comes along."""
    known = await cookies(web)
    for origin in ("https://evil.example", "null", HOST + ":81"):
        async with served(web.live(), Socket(known, origin)) as socket:
            assert await socket.ended() == 4000
            assert not socket.accepted


async def test_who_is_not_logged_in_is_told_so(web: Rig) -> None:
    """Accepted, told and closed: a browser hides from its page why a hand-shake failed."""
    async with served(web.live(), Socket({"cordboard": "guessed"})) as socket:
        assert await socket.ended() == 4001
    assert socket.frames == [{"t": "bye", "code": "auth", "resume": False, "after_ms": 0}]


async def test_with_the_database_away_a_console_is_asked_to_come_back(web: Rig) -> None:
    """It is not sent to the log-in page: nobody knows that it is not logged in."""

    async def away(_cookies: Cookies) -> None:
        raise StorageFailure("the disk is gone")

    async with served(slowed(web.live(), away), Socket({})) as socket:
        assert await socket.ended() == 4009
    assert (socket.frames[0]["code"], socket.frames[0]["resume"]) == ("drain", True)


async def test_a_log_in_that_ends_elsewhere_ends_here_also_after_the_database_was_away(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One failure of the database does not make a console stay for ever."""
    monkeypatch.setattr(live_, "SESSION_CHECK_MS", 5)
    known = await cookies(web)
    live = web.live()
    real = live._log_ins
    answers: list[str] = ["fails", "fails"]

    async def log_ins(given: Cookies) -> Any:
        if len(socket.frames) < 2:
            return await real(given)
        if answers.pop(0) == "fails" if answers else False:
            raise StorageFailure("locked")
        return None

    socket = Socket(known)
    async with served(slowed(live, log_ins), socket):
        socket.says(t="sync", epoch="", rev=0)
        assert await socket.ended() == 4001
    assert answers == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"t":"hello"}',
        '{"t":"cmd","id":"1","op":"server.stop","args":{}}',
        '{"t":"cmd","id":"1","op":"call.answer","args":{"call":7}}',
        '{"t":"sync","epoch":"","rev":0,"more":1}',
        '{"t":"cmd","id":"' + "x" * 65 + '","op":"agent.return"}',
        "x" * 20_000,
        '{"x":' + "[" * 16_000,
    ],
)
async def test_what_is_no_frame_of_ours_ends_the_connection_with_the_reason(web: Rig, text: str) -> None:
    """The console hears "protocol" and does not come back at once to do it again."""
    known = await cookies(web)
    async with console(web, known) as socket:
        socket.says_text(text)
        assert await socket.ended() == 4000
    assert socket.frames[-1]["code"] == "protocol"
    assert web.services.hub.count() == 0


async def test_a_flood_of_frames_ends_the_connection(web: Rig) -> None:
    """Fifty in a second is more than anybody clicks."""
    known = await cookies(web)
    async with console(web, known) as socket:
        for number in range(120):
            socket.says(t="pong", rev=number)
        assert await socket.ended() == 4000
    assert socket.frames[-1]["code"] == "protocol"


async def test_one_person_cannot_fill_the_server_with_connections(web: Rig) -> None:
    """With very many tabs the oldest ends."""
    known = await cookies(web)
    live = web.live()
    async with AsyncExitStack() as stack:
        tabs = [
            await stack.enter_async_context(console(web, known, live))
            for _ in range(CONSOLES_PER_USER_MAX + 2)
        ]
        ended = [await tab.ended() for tab in tabs[:2]]
        count = web.services.hub.count()

    assert ended == [4000, 4000]
    assert tabs[0].frames[-1]["code"] == "superseded"
    assert count == CONSOLES_PER_USER_MAX
    assert web.services.hub.count() == 0


@pytest.mark.rule("2-c")
async def test_a_console_that_does_not_read_is_closed_and_the_others_get_everything(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12: one browser hangs; twenty others get every change, and nothing is kept for the one that hangs."""
    monkeypatch.setattr(live_, "SEND_STALL_MS", 200)
    known = await cookies(web)
    live = web.live()
    hanging = Socket(known, reads=False)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(served(live, hanging))
        others = [
            await stack.enter_async_context(console(web, await cookies(web, name), live))
            for name in ("Chantal@twente.example", "Piet@twente.example")
            for _ in range(9)
        ]
        others[0].command("group.select", group=ENSCHEDE)
        await others[0].told(t="res", ok=True)
        call = web.arrives("caller-1")
        for tab in others[:9]:
            await _sees(tab, call)
        assert hanging.frames == []
        assert await hanging.ended() == 4008
        still = web.services.hub.count()

    assert still == len(others)


async def _sees(tab: Socket, call: str) -> None:
    """The call came, by itself or in a snapshot."""
    async with asyncio.timeout(5):
        while call not in {view["id"] for frame in tab.frames for view in _shown(frame)}:
            tab.news.clear()
            await tab.news.wait()


def _shown(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return [*frame.get("ents", ())] + [op["e"] for op in frame.get("ops", []) if "e" in op]


async def test_a_browser_that_only_answers_heartbeats_and_never_reads_does_not_stay(
    web: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the sender has given up, the whole connection ends: nothing is heaped up for it for ever."""
    monkeypatch.setattr(live_, "SEND_STALL_MS", 20)
    known = await cookies(web)
    async with served(web.live(), Socket(known, reads=False)) as socket:
        socket.says(t="pong", rev=0)
        assert await socket.ended() == 4008
        await asyncio.sleep(0.05)
        assert web.services.hub.count() == 0


@pytest.mark.rule("2.1.1-r", "D23")
async def test_a_click_that_is_sent_twice_is_done_once_and_answered_on_both_connections(web: Rig) -> None:
    """A console that came back sends its click again; a promise is answered after the commit."""
    known = await cookies(web)
    live = web.live()
    async with console(web, known, live) as one, console(web, known, live) as two:
        one.command("group.select", id="click-1", group=ENSCHEDE)
        two.command("group.select", id="click-1", group=ENSCHEDE)
        first, second = await one.told(t="res", id="click-1"), await two.told(t="res", id="click-1")
    await web.writer.flushed()
    stored = await web.database.journal.agents(web.services.tenancy.organisations()[1])

    assert first["ok"]
    assert second["ok"]
    assert [agent.group for agent in stored] == [ENSCHEDE]


@pytest.mark.rule("D12", "D23")
async def test_the_last_one_for_urgent_calls_changes_group_only_when_she_knows_it(web: Rig) -> None:
    """Piet was there when Chantal looked, and is not when she clicks: refused with the queue's name, nothing has
    changed; with the confirmation it is done."""
    live = web.live()
    hers, his = await cookies(web), await cookies(web, "Piet@twente.example")
    agents = web.services.engine.desks[TWENTE].board.agents
    async with console(web, hers, live) as chantal, console(web, his, live) as piet:
        for who in (chantal, piet):
            who.command("group.select", id="enschede", group=ENSCHEDE)
            await who.told(t="res", id="enschede", ok=True)
            who.command("queue.sign_in", id="in", queue=URGENT)
            await who.told(t="res", id="in", ok=True)
        piet.command("queue.sign_out", id="out", queue=URGENT)
        chantal.command("group.select", id="unasked", group=DEN_BOSCH)
        await piet.told(t="res", id="out", ok=True)
        refused = await chantal.told(t="res", id="unasked")
        stayed = (agents[CHANTAL].group, set(agents[CHANTAL].signed_in))
        chantal.command("group.select", id="asked", group=DEN_BOSCH, confirmed="true")
        done = await chantal.told(t="res", id="asked")

    assert (refused["ok"], refused["code"], refused["args"]) == (False, "last_in_urgent", {"queue": "Urgent"})
    assert stayed == (ENSCHEDE, {URGENT})
    assert done["ok"]
    assert (agents[CHANTAL].group, agents[CHANTAL].signed_in) == (DEN_BOSCH, set())


@pytest.mark.rule("X-c")
async def test_nothing_of_another_organisation_is_shown_or_can_be_touched(web: Rig) -> None:
    """Every command with Twente's ids, by somebody of Brabant: refused, and no frame names them."""
    hers, theirs = await cookies(web), await cookies(web, "Anja@brabant.example")
    live = web.live()
    async with console(web, hers, live) as chantal, console(web, theirs, live) as anja:
        chantal.command("group.select", group=ENSCHEDE)
        await chantal.told(t="res", ok=True)
        anja.command("group.select", id="own", group="g-breda")
        await anja.told(t="res", id="own", ok=True)
        call = web.arrives("caller-2")
        await _sees(chantal, call)
        refused = []
        for op, args in (
            ("call.answer", {"call": call}),
            ("call.reject", {"call": call}),
            ("call.hold", {"call": call}),
            ("call.resume", {"call": call}),
            ("call.hang_up", {"call": call}),
            ("queue.sign_in", {"queue": ALGEMEEN}),
            ("queue.sign_out", {"queue": ALGEMEEN}),
            ("device.pair", {"device": DESK}),
            ("group.select", {"group": ENSCHEDE}),
        ):
            anja.command(op, id=op, **args)
            refused.append((await anja.told(t="res", id=op))["ok"])

    assert refused == [False] * 9
    seen = str(anja.frames)
    for secret in (call, ALGEMEEN, DESK, ENSCHEDE, "31612345678", "Jansen", "Piet", "Chantal"):
        assert secret not in seen


async def test_practice_callers_are_for_who_has_the_right(web: Rig) -> None:
    """The button is hidden without it, and the server does not rely on that."""
    known = await cookies(web)
    async with console(web, known) as socket:
        socket.command("practice.call", id="yes")
        assert (await socket.told(t="res", id="yes"))["ok"]
    user = web.services.tenancy._users
    for key, (organisation, row) in list(user.items()):
        user[key] = (organisation, _without(row, Right.PRACTICE))
    async with console(web, known) as socket:
        socket.command("practice.call", id="no")
        answer = await socket.told(t="res", id="no")

    assert (answer["ok"], answer["code"]) == (False, "no_right")
    assert [command.id for command in web.practised] == ["yes"]


def _without(row: Any, right: Right) -> Any:
    return replace(row, rights=row.rights - {right})


async def shown(socket: Socket, call: str) -> None:
    """Wait until this call has been shown."""
    async with asyncio.timeout(5):
        while not any(
            op.get("e", {}).get("id") == call for frame in socket.frames for op in frame.get("ops", [])
        ):
            socket.news.clear()
            await socket.news.wait()


async def test_a_console_that_does_not_read_delays_none_of_twenty_others(web: Rig) -> None:
    """F12: while the server still waits for the one, everybody else has had every change."""
    live = web.live()
    chantal, piet = await cookies(web), await cookies(web, "Piet@twente.example")
    for known in (chantal, piet):
        async with console(web, known, live) as first:
            await first.told(t="res", id=first.command("group.select", group=ENSCHEDE), ok=True)
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(console(web, chantal, live)) for _ in range(10)]
        frozen = await stack.enter_async_context(served(live, Socket(piet, reads=False)))
        frozen.says(t="sync", epoch="", rev=0)
        others += [await stack.enter_async_context(console(web, piet, live)) for _ in range(10)]
        for number in range(5):
            web.arrives(f"caller-{number}")
        for socket in others:
            for number in range(5):
                await shown(socket, f"c-caller-{number}")

        assert frozen.accepted
        assert frozen.closed is None
        assert frozen.frames == []
