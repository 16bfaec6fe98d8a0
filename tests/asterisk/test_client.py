"""The socket that Asterisk dials in on: answers find their command, events keep their order, silence is noticed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest

from cordboard.app.clock import SteadyClock
from cordboard.asterisk import client
from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.client import AriServer
from cordboard.asterisk.exchange import AsteriskExchange
from cordboard.asterisk.ports import pick
from cordboard.asterisk.transport import AriTimeout, AriUnavailable
from cordboard.core.events import Event, ExchangeLost
from cordboard.core.types import OrganisationId
from cordboard.simulator.exchange import SimulatedExchange
from tests.support.waiting import until

PASSWORD = "between-us"


class Ears:
    """What the listener was told, in order."""

    def __init__(self, server: AriServer) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()
        server.link().set_listener(
            lambda data: self._hear(msgspec.json.decode(data)["type"]),
            lambda: self._hear("up"),
            lambda: self._hear("down"),
        )

    def _hear(self, what: str) -> None:
        self.heard.append(what)
        self._more.set()

    async def until(self, count: int) -> list[str]:
        """Wait until so many things were heard."""
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return self.heard


@pytest.fixture
async def server() -> AsyncIterator[AriServer]:
    """A listening server that nobody has dialled yet."""
    made = AriServer(pick(1)[0], PASSWORD)
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def asterisk(
    server: AriServer, password: str = PASSWORD, application: str = "cordboard"
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Dial in as Asterisk does."""
    login = base64.b64encode(f"cordboard:{password}".encode()).decode()
    url = f"ws://127.0.0.1:{server.port}/ari/{application}"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"}) as session,
        session.ws_connect(url, protocols=("ari",)) as connection,
    ):
        yield connection


async def answer(
    connection: aiohttp.ClientWebSocketResponse, status: int = 200, body: str = ""
) -> dict[str, str]:
    """Answer the next command; returns the command."""
    request: dict[str, str] = await connection.receive_json(timeout=5)
    await connection.send_json(
        {
            "type": "RESTResponse",
            "request_id": request["request_id"],
            "status_code": status,
            "reason_phrase": "",
            "message_body": body,
        }
    )
    return request


async def test_a_burst_of_events_is_read_to_the_end_and_commands_are_answered_behind_it(
    server: AriServer,
) -> None:
    """Ten times what the busiest second brings (F13): nothing is dropped or turned round, the connection stands."""
    burst = 5_000
    ears = Ears(server)
    async with asterisk(server) as connection:
        await server.link().up()

        async def all_at_once() -> None:
            for number in range(burst):
                await connection.send_str(f'{{"type":"E{number}","application":"cordboard"}}')

        sending = asyncio.create_task(all_at_once())
        asked = asyncio.create_task(server.link().request("GET", "asterisk/ping", timeout_ms=60_000))
        await sending
        await answer(connection)

        assert (await asked).status == 200
        assert ears.heard == ["up", *(f"E{number}" for number in range(burst))]
        assert server.link().waiting == 0


async def test_a_command_gets_its_own_answer(server: AriServer) -> None:
    """Two commands under way at once are answered in the other order."""
    async with asterisk(server) as connection:
        await server.link().up()
        first = asyncio.create_task(server.link().request("GET", "a", query={"x": "y z"}))
        second = asyncio.create_task(server.link().request("POST", "b", body={"k": 1}))
        one, two = [await connection.receive_json(timeout=5) for _ in range(2)]

        for request, text in ((two, '"second"'), (one, '"first"')):
            await connection.send_json(
                {
                    "type": "RESTResponse",
                    "request_id": request["request_id"],
                    "status_code": 200,
                    "message_body": text,
                }
            )

        assert (await first).json() == "first"
        assert (await second).json() == "second"
        assert one["query_strings"] == [{"name": "x", "value": "y z"}]
        assert two["message_body"] == '{"k":1}'


async def test_a_first_command_that_lies_unread_is_pushed_on(server: AriServer) -> None:
    """Asterisk reads what came along with the greeting only when more comes: more comes, long before the watch's."""
    url = f"http://127.0.0.1:{server.port}/ari/cordboard"
    login = base64.b64encode(f"cordboard:{PASSWORD}".encode()).decode()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"}) as session,
        session.ws_connect(url, protocols=("ari",), autoping=False) as connection,
    ):
        await server.link().up()
        asking = asyncio.create_task(server.link().request("GET", "a"))
        first = await connection.receive(timeout=5)
        more = await connection.receive(timeout=client.PING_EVERY_MS / 1000 / 2)
        asking.cancel()

    assert (first.type, more.type) == (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING)


async def test_events_come_in_order_between_up_and_down(server: AriServer) -> None:
    """The listener is told of the connection and of every event, in the order of the wire."""
    ears = Ears(server)

    async with asterisk(server) as connection:
        for kind in ("A", "B", "C"):
            await connection.send_json({"type": kind})
        await ears.until(4)
    await ears.until(5)

    assert ears.heard == ["up", "A", "B", "C", "down"]


async def test_an_unreadable_message_does_not_end_the_connection(server: AriServer) -> None:
    """It is passed over; what follows is heard."""
    ears = Ears(server)

    async with asterisk(server) as connection:
        await connection.send_str("{nonsense")
        await connection.send_json({"type": "A"})
        assert await ears.until(2) == ["up", "A"]


async def test_who_does_not_know_the_password_is_not_the_exchange(server: AriServer) -> None:
    """ARI's other end decides about calls: a stranger on this machine may not be it."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with asterisk(server, password="guess"):
            pass

    assert caught.value.status == 401
    assert not server.link().connected


async def test_an_unknown_application_is_not_found(server: AriServer) -> None:
    """Only the applications that this server was made for."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with asterisk(server, application="other"):
            pass

    assert caught.value.status == 404


async def test_a_command_fails_at_once_while_nobody_is_connected(server: AriServer) -> None:
    """It is not kept for later: what was true then may not be now."""
    with pytest.raises(AriUnavailable):
        await server.link().request("GET", "asterisk/ping")


async def test_a_lost_connection_ends_the_commands_under_way(server: AriServer) -> None:
    """Whether they were carried out is not known, and that is what is said."""
    async with asterisk(server) as connection:
        await server.link().up()
        waiting = asyncio.create_task(server.link().request("POST", "channels"))
        await connection.receive_json(timeout=5)

    with pytest.raises(AriUnavailable):
        await waiting


async def test_no_answer_in_time_is_a_timeout_and_a_late_answer_is_ignored(server: AriServer) -> None:
    """The connection stays up."""
    async with asterisk(server) as connection:
        await server.link().up()
        with pytest.raises(AriTimeout):
            await server.link().request("GET", "slow", timeout_ms=30)

        await answer(connection)
        again = asyncio.create_task(server.link().request("GET", "fast"))
        await answer(connection, 204)

        assert (await again).status == 204


async def test_an_exchange_that_does_not_answer_pings_counts_as_dead(
    server: AriServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-open connection is closed, so that Asterisk dials anew."""
    monkeypatch.setattr(client, "PING_EVERY_MS", 20)
    monkeypatch.setattr(client, "DEAD_AFTER_MS", 60)
    quick = AriServer(pick(1)[0], PASSWORD)
    ears = Ears(quick)
    await quick.start()

    async with asterisk(quick):
        assert await ears.until(2) == ["up", "down"]
    await quick.stop()


async def test_a_second_connection_takes_the_place_of_the_first(server: AriServer) -> None:
    """Asterisk dials anew when it has given the first one up, also when we had not noticed."""
    ears = Ears(server)

    async with asterisk(server) as older, asterisk(server) as newer:
        await ears.until(3)
        await newer.send_json({"type": "FromTheNewer"})
        await ears.until(4)
        assert (await older.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)

    assert (await ears.until(5)) == ["up", "down", "up", "FromTheNewer", "down"]


async def test_a_replaced_application_stops_acting(server: AriServer) -> None:
    """Somebody else decides about the calls now: the event is told, then we are down."""
    ears = Ears(server)

    async with asterisk(server) as connection:
        await connection.send_json({"type": "ApplicationReplaced"})
        await ears.until(3)

    assert ears.heard == ["up", "ApplicationReplaced", "down"]


async def test_a_taken_port_is_said_with_its_setting(server: AriServer) -> None:
    """Most likely it is another Cordboard."""
    with pytest.raises(ExchangeUnavailable, match=rf"Port {server.port} .*ari to a free port"):
        await AriServer(server.port, PASSWORD).start()


async def dialled(server: AriServer, exchange: SimulatedExchange, locked: asyncio.Event) -> None:
    """An exchange that dials again whenever its connection ends; while `locked` it tells nothing of its channels."""
    while True:
        exchange.connect()
        async with asterisk(server) as connection:
            async for message in connection:
                asked = msgspec.json.decode(message.data)
                if locked.is_set() and asked["uri"] == "channels":
                    continue
                query = {pair["name"]: pair["value"] for pair in asked.get("query_strings", [])}
                body = msgspec.json.decode(asked["message_body"]) if asked.get("message_body") else None
                said = exchange.handle(asked["method"], asked["uri"], query, body)
                exchange.drain_events()
                frame = {
                    "type": "RESTResponse",
                    "request_id": asked["request_id"],
                    "status_code": said.status,
                }
                await connection.send_json(frame | {"message_body": said.body.decode()})


async def test_an_exchange_that_answers_pings_and_tells_nothing_of_its_channels_is_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F11: a locked one does so. It counts as down until it tells again, however often it dials and is pinged."""
    monkeypatch.setattr(client, "PING_EVERY_MS", 20)
    monkeypatch.setattr(client, "DEAD_AFTER_MS", 120)
    monkeypatch.setattr(client, "CHANNELS_EVERY_MS", 60)
    server = AriServer(pick(1)[0], PASSWORD)
    facts: list[Event] = []
    exchange = AsteriskExchange(
        server.link(),
        router=lambda _arrival: None,
        inbox=lambda _organisation, event: facts.append(event),
        organisations=lambda: [OrganisationId("twente")],
        new_id=lambda: "cb-1",
        clock=SteadyClock(),
    )
    exchange.start()
    await server.start()
    locked = asyncio.Event()
    asterisk_ = asyncio.create_task(dialled(server, SimulatedExchange(), locked))
    link = server.link()
    await until(lambda: exchange.up)
    await asyncio.sleep(0.3)
    well = (exchange.up, link.is_stuck, ExchangeLost() in facts)

    locked.set()
    await until(lambda: not exchange.up)
    told = ExchangeLost() in facts
    await until(lambda: link.connected)
    still = []
    for _ in range(30):
        still.append((exchange.up, link.is_stuck))
        await asyncio.sleep(0.02)
    locked.clear()
    await until(lambda: exchange.up)
    again = (exchange.up, link.is_stuck)
    asterisk_.cancel()
    await asyncio.gather(asterisk_, return_exceptions=True)
    await exchange.settle()
    await server.stop()

    assert well == (True, False, False)
    assert told
    assert set(still) == {(False, True)}
    assert again == (True, False)


async def test_the_channels_are_asked_for_only_when_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is long: other times it is a ping; and the connections beside the first only ping."""
    monkeypatch.setattr(client, "PING_EVERY_MS", 10)
    server = AriServer(pick(1)[0], PASSWORD, ("cordboard", "beside"))
    assert [link.asks_channels for link in server.links.values()] == [True, False]
    assert client.CHANNELS_EVERY_MS + client.DEAD_AFTER_MS - 2_000 < 10_000
    await server.start()
    async with asterisk(server) as connection:
        asked = [(await answer(connection, body="[]"))["uri"] for _ in range(5)]
        server.link()._told_at_ms -= client.CHANNELS_EVERY_MS
        due = [(await answer(connection, body="[]"))["uri"] for _ in range(3)]
    await server.stop()

    assert asked == ["asterisk/ping"] * 5
    assert due.count("channels") == 1
