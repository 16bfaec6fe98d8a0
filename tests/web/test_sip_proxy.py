"""The browser phone's connection: as long as the log-in, and few for each person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web as aio

from cordboard.app.ports import StorageFailure
from cordboard.web import browser_phones, sip_proxy
from cordboard.web.guard import AnySocket
from cordboard.web.sip_proxy import SipProxy
from tests.web.consoles import Cookies, cookies
from tests.web.rig import CHANTAL, TWENTE, Rig, Socket, rig


class Browser(Socket):
    """A browser phone; what the exchange says is kept as it is."""

    def __init__(self, known: Cookies) -> None:
        super().__init__(known)
        self.heard: list[str] = []

    async def accept(self, subprotocols: str) -> None:
        """The hand-shake."""
        assert subprotocols == "sip"
        self.accepted = True

    async def send_text(self, text: str) -> None:
        """A message for the telephone."""
        self.heard.append(text)
        self.news.set()

    async def passes(self, text: str) -> None:
        """A message there, and the exchange's echo of it back."""
        before = len(self.heard)
        self.says_text(text)
        async with asyncio.timeout(20):
            while len(self.heard) == before:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Rig]:
    """The web, and an exchange that says everything back."""

    async def echo(request: aio.Request) -> aio.WebSocketResponse:
        socket = aio.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    application = aio.Application()
    application.router.add_get("/ws", echo)
    runner = aio.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = aio.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = cast(Any, site)._server.sockets[0].getsockname()[1]
    async with rig(tmp_path) as made:
        made.services = replace(made.services, exchange_ws=f"ws://127.0.0.1:{port}/ws")
        yield made
    await runner.cleanup()


@asynccontextmanager
async def browser(office: Rig, known: Cookies) -> AsyncIterator[Browser]:
    """A telephone that has said a word."""
    socket = Browser(known)
    task = asyncio.create_task(SipProxy(office.services).serve(cast(AnySocket, socket)))
    try:
        await socket.passes("REGISTER")
        yield socket
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def closed(socket: Browser) -> int:
    """With that code."""
    async with asyncio.timeout(20):
        while socket.closed is None:
            socket.news.clear()
            await socket.news.wait()
    return socket.closed


def log_out(office: Rig, session: bytes) -> None:
    """The button."""
    office.services.hub.end_session(session)


def new_password(office: Rig, _session: bytes) -> None:
    """Another log-in has chosen it."""
    office.services.hub.end_sessions_of(CHANTAL, b"another")


def disabled(office: Rig, _session: bytes) -> None:
    """By an administrator."""
    office.services.hub.reconfigured(TWENTE, lambda _user: None)


@pytest.mark.rule("4-g")
@pytest.mark.parametrize("ends", [log_out, new_password, disabled])
async def test_a_browser_phone_ends_with_its_log_in(office: Rig, ends: Callable[[Rig, bytes], None]) -> None:
    """At once; a colleague's goes on."""
    mine, theirs = await cookies(office), await cookies(office, "piet@twente.example")
    logged_in = await office.services.logged_in(mine)
    assert logged_in is not None
    async with browser(office, mine) as one, browser(office, theirs) as other:
        ends(office, logged_in.session)

        assert await closed(one) == sip_proxy.CLOSE_FORBIDDEN
        if ends is not disabled:
            await other.passes("OPTIONS")


@pytest.mark.rule("4-g")
async def test_a_log_in_that_ended_elsewhere_ends_the_browser_phone_within_seconds(
    office: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who cannot be asked for stays."""
    monkeypatch.setattr(sip_proxy, "SESSION_CHECK_MS", 5)
    known = await cookies(office)
    real, asked = type(office.services).logged_in, list[int]()
    often = asyncio.Event()

    async def logged_in(self: Any, given: Cookies) -> Any:
        asked.append(1)
        if len(asked) == 4:
            often.set()
        if len(asked) == 2:
            raise StorageFailure("locked")
        return await real(self, given)

    monkeypatch.setattr(type(office.services), "logged_in", logged_in)
    async with browser(office, known) as phone:
        async with asyncio.timeout(20):
            await often.wait()
        assert phone.closed is None
        await office.services.log_ins.end_sessions_of(CHANTAL)
        assert await closed(phone) == sip_proxy.CLOSE_FORBIDDEN


async def test_nobody_has_more_than_a_few_and_one_with_a_call_stays(office: Rig) -> None:
    """The oldest that is not used ends."""
    known = await cookies(office)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(browser(office, known))
        await first.passes("INVITE sip:1@x SIP/2.0\r\nCall-ID: one\r\n\r\n")
        second = await stack.enter_async_context(browser(office, known))
        await second.passes("INVITE sip:1@x SIP/2.0\r\nCall-ID: two\r\n\r\n")
        await second.passes("BYE sip:1@x SIP/2.0\r\nCall-ID: two\r\n\r\n")
        more = [
            await stack.enter_async_context(browser(office, known))
            for _ in range(browser_phones.PHONES_PER_USER_MAX - 1)
        ]

        assert await closed(second) == sip_proxy.CLOSE_FORBIDDEN
        assert [one.closed for one in (first, *more)] == [None] * browser_phones.PHONES_PER_USER_MAX
