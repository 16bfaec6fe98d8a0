"""The doors: who may come in, and what stays shut. On the running product, since a door is only shut as built."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cordboard.web.guard import COOKIE_PLAIN
from tests.exchange.office import PATIENCE_MS, at_work
from tests.support.installation import Desk, Installation, Refused

pytestmark = [pytest.mark.exchange, pytest.mark.asyncio(loop_scope="session")]

FOREIGN = "http://evil.example"


@contextlib.asynccontextmanager
async def stranger(cordboard: Installation) -> AsyncIterator[Desk]:
    """A browser in which nobody has logged in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield Desk(cordboard, client)


def live(cordboard: Installation) -> str:
    """Address of the live connection."""
    return f"{cordboard.url.replace('http', 'ws', 1)}/live"


@pytest.mark.rule("1.1-f")
async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(cordboard: Installation) -> None:
    """The same answer to both, no session, and after some tries a time to wait."""
    async with stranger(cordboard) as desk:
        answers = [
            await desk.request("POST", "/api/session", json={"user_name": name, "password": "wrong"})
            for name in ("chantal", "nobody-of-that-name")
        ]
        assert [status for status, _ in answers] == [401, 401]
        assert answers[0][1] == answers[1][1]
        assert answers[0][1]["code"] == "wrong_credentials"
        assert not list(desk.client.cookie_jar)
        tries = [
            await desk.request("POST", "/api/session", json={"user_name": "paulien", "password": "wrong"})
            for _ in range(8)
        ]
        assert [status for status, _ in tries] == [401] * 8
        body = tries[-1][1]
        assert body["code"] == "too_many_attempts" and int(body["args"]["seconds"]) >= 1
        # The right password has to wait as well, other people do not.
        status, body = await desk.request(
            "POST", "/api/session", json={"user_name": "paulien", "password": cordboard.password("paulien")}
        )
        assert (status, body["code"]) == (401, "too_many_attempts")
        await desk.log_in("henk", cordboard.password("henk"))


async def test_without_a_session_nothing_is_told(cordboard: Installation) -> None:
    """No history, no settings, no telephone's password, no desk, and no way to the exchange."""
    async with stranger(cordboard) as desk:
        for method, path in (
            ("GET", "/api/session"), ("GET", "/api/history"), ("POST", "/api/softphone"),
        ):  # fmt: skip
            status, body = await desk.request(method, path)
            assert (status, body["code"]) == (401, "no_session"), path
        async with desk.client.ws_connect(live(cordboard), protocols=("cordboard.v1",)) as socket:
            first = await asyncio.wait_for(socket.receive(), 5)
            assert first.type is aiohttp.WSMsgType.TEXT
            assert first.json()["t"] == "bye" and first.json()["code"] == "auth"
            assert (await asyncio.wait_for(socket.receive(), 5)).type in (
                aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED,
            )  # fmt: skip
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await desk.client.ws_connect(f"{cordboard.url.replace('http', 'ws', 1)}/ws", protocols=("sip",))


async def test_another_page_cannot_use_the_session(cordboard: Installation) -> None:
    """A page of another origin gets no live connection, no way to the exchange, and no request through."""
    async with stranger(cordboard) as desk:
        await desk.log_in("henk", cordboard.password("henk"))
        # The other one opens nothing: it says that somebody logged in from this browser before (D20).
        [cookie] = [one for one in desk.client.cookie_jar if one.key == COOKIE_PLAIN]
        assert cookie["httponly"] and cookie["samesite"].lower() == "lax"
        for path, protocol in (("/live", "cordboard.v1"), ("/ws", "sip")):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await desk.client.ws_connect(
                    f"{cordboard.url.replace('http', 'ws', 1)}{path}", protocols=(protocol,), origin=FOREIGN
                )
        for headers in ({}, {"X-Cordboard": "1", "Origin": FOREIGN}):
            async with desk.client.delete(f"{cordboard.url}/api/session", headers=headers) as answer:
                assert answer.status == 403
        assert (await desk.request("GET", "/api/session"))[0] == 200


@pytest.mark.rule("4-g")
async def test_logging_out_ends_every_tab(cordboard: Installation) -> None:
    """The other tab's live connection is told, and its next request refused."""
    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal:
        other = Desk(cordboard, chantal.desk.client)
        await other.connect()
        assert (
            await chantal.desk.request(
                "DELETE", "/api/session", params={"device": "true", "confirmed": "true"}
            )
        )[0] == 204
        for tab in (chantal.desk, other):
            reader = tab._reader
            assert reader is not None
            await asyncio.wait_for(asyncio.shield(reader), PATIENCE_MS / 1000)
        assert (await other.request("GET", "/api/history"))[0] == 401
        await other.close()


@pytest.mark.rule("1.2-d", "1.2-e", "1.2-g")
async def test_a_phone_belongs_to_one_person(cordboard: Installation) -> None:
    """Two choose the same at once: one has it, the other is told who; a third is told too."""
    async with contextlib.AsyncExitStack() as stack:
        desks = {}
        for name in ("Chantal Vos", "Piet Jansen", "Anja Smit"):
            desk = await stack.enter_async_context(cordboard.desk(name.split()[0].lower()))
            await desk.command("group.select", group=desk.group("Enschede"))
            desks[name] = desk
        clicks = await asyncio.gather(
            *(desk.command("device.pair", device="demo-202") for desk in desks.values()),
            return_exceptions=True,
        )
        [winner] = [name for name, click in zip(desks, clicks, strict=True) if click is None]
        refused = [click for click in clicks if isinstance(click, Refused)]
        assert [(click.code, click.args_) for click in refused] == [("device_taken", {"name": winner})] * 2
        assert desks[winner].me["device"] == "demo-202"
        await desks[winner].command("device.unpair")
