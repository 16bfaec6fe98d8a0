"""The socket to Asterisk: Asterisk dials in here, events and commands share the one connection.

While nobody listens Asterisk keeps the events and delivers them in order, so a restarted server misses none.
Source: telephony notes 1 and 5 (measured), Asterisk's "ARI REST over WebSocket".
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import itertools
import logging
import socket
import time
from collections.abc import Callable, Mapping

import msgspec
from aiohttp import WSMsgType, web

from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.transport import AriResponse, AriTimeout, AriUnavailable

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_MS = 5_000
LATE_MS = 500
"""An answer that takes longer is worth a line in the log: everything behind it on the connection waits too."""
PING_EVERY_MS = 2_000
DEAD_AFTER_MS = 5_000
"""Without any answer to a ping for this long the connection counts as dead (F5)."""
CHANNELS = "channels"
"""What only an exchange can tell that can still do something with calls: a locked one answers pings (F11)."""
CHANNELS_EVERY_MS = 6_000
"""So long without an answer to that, and it is asked for, because the answer is long. With the time that is given to
it, a lock shows within ten seconds."""

NUDGES_MS = (20, 50, 100, 200, 400, 800)
"""Pauses between pings after the exchange has dialled in.

What reaches it in one piece with our answer to its greeting lies unread in its buffer until more comes (22.10,
seen: the first command was answered 1.5 s late, by the ping of `watch`).
"""

MESSAGE_BYTES_MAX = 64 * 2**20
"""A list of every channel of a very large exchange; more is a fault."""

PENDING_MAX = 10_000
"""Commands that wait for their answer at the same time; more is a fault of ours and is refused."""

RECEIVE_BUFFER_BYTES = 4 * 2**20
"""So that a pause of ours of some seconds does not make Asterisk's writes block (F3)."""


class _Head(msgspec.Struct):
    """As much of a message as is needed to know whose it is."""

    type: str = ""
    request_id: str | None = None
    status_code: int = 0
    reason_phrase: str = ""
    message_body: str = ""


class _Request(msgspec.Struct, omit_defaults=True):
    type: str
    request_id: str
    method: str
    uri: str
    query_strings: list[dict[str, str]] = []
    content_type: str = ""
    message_body: str = ""


_head = msgspec.json.Decoder(_Head)
_encoder = msgspec.json.Encoder()


class AriLink:
    """One ARI application's connection; an `AriTransport`."""

    def __init__(self, application: str, *, asks_channels: bool = True) -> None:
        """`asks_channels`: one of the connections to an exchange does; the others only ping."""
        self.application = application
        self.asks_channels = asks_channels
        self._socket: web.WebSocketResponse | None = None
        self._raw: socket.socket | None = None
        self._pending: dict[str, asyncio.Future[AriResponse]] = {}
        self._numbers = itertools.count(1)
        self._on_event: Callable[[bytes], None] = lambda _data: None
        self._on_up: Callable[[], None] = lambda: None
        self._on_down: Callable[[], None] = lambda: None
        self._is_up = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()
        self.heard_at_ms = 0
        """When the exchange last said anything; milliseconds of the monotonic clock."""
        self.lost_at_ms = _now_ms()
        """Since when nobody is connected, as long as nobody is."""
        self.is_stuck = False
        """A connection was given up because the exchange did not answer on it, and it has not told of its channels
        since: one that hangs may dial again and answer pings."""
        self._told_at_ms = 0
        """When it last told which channels there are."""

    @property
    def connected(self) -> bool:
        """Commands can be sent and events arrive."""
        return self._socket is not None

    @property
    def waiting(self) -> int:
        """Commands that have no answer yet."""
        return len(self._pending)

    @property
    def silent_ms(self) -> int:
        """How long nobody has been connected; 0: somebody is."""
        return 0 if self.connected else _now_ms() - self.lost_at_ms

    def set_listener(
        self,
        on_event: Callable[[bytes], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        """Who is told, on the event loop and in order; when already connected, `on_up` is called at once."""
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        if self.connected:
            on_up()

    async def up(self, timeout_ms: int = 10_000) -> None:
        """Wait until Asterisk has dialled in.

        Raises:
            AriUnavailable: it did not within the time.
        """
        try:
            await asyncio.wait_for(self._is_up.wait(), timeout_ms / 1000)
        except TimeoutError:
            raise AriUnavailable(
                f"The exchange did not connect to application {self.application} within {timeout_ms} ms."
            ) from None

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        timeout_ms: int = REQUEST_TIMEOUT_MS,
    ) -> AriResponse:
        """Send one command and wait for its answer; see `AriTransport.request`."""
        connection = self._socket
        if connection is None:
            raise AriUnavailable("The exchange is not connected.")
        if len(self._pending) >= PENDING_MAX:
            raise AriUnavailable(f"{PENDING_MAX} commands wait for the exchange already.")
        number = f"{next(self._numbers):x}"
        message = _Request(
            type="RESTRequest",
            request_id=number,
            method=method,
            uri=uri,
            query_strings=[{"name": name, "value": value} for name, value in (query or {}).items()],
            content_type="application/json" if body is not None else "",
            message_body=_encoder.encode(body).decode() if body is not None else "",
        )
        answer: asyncio.Future[AriResponse] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        asked_at = _now_ms()
        try:
            # Sending waits too, when an exchange that hangs no longer empties its socket.
            async with asyncio.timeout(timeout_ms / 1000):
                await connection.send_str(_encoder.encode(message).decode())
                said = await answer
        except TimeoutError:
            raise AriTimeout(f"{method} {uri}: no answer from the exchange within {timeout_ms} ms.") from None
        except ConnectionError:
            raise AriUnavailable(f"{method} {uri}: the exchange went away.") from None
        finally:
            self._pending.pop(number, None)
            if (took_ms := _now_ms() - asked_at) > LATE_MS:
                log.warning("the exchange answered late", extra={"asked": f"{method} {uri}", "ms": took_ms})
        if uri == CHANNELS and method == "GET":
            self._told_at_ms, self.is_stuck = _now_ms(), False
        return said

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Asterisk dialled in: read until the end. The reader only hands on, so a burst never piles up."""
        connection = web.WebSocketResponse(
            protocols=("ari",), max_msg_size=MESSAGE_BYTES_MAX, compress=False, autoping=True
        )
        await connection.prepare(request)
        self._replace(connection, request)
        nudging = asyncio.create_task(self._nudge(connection), name="nudge-exchange")
        try:
            while True:
                message = await connection.receive()
                self._acknowledge_at_once()
                if message.type is not WSMsgType.TEXT:
                    break
                if self._socket is not connection:
                    break
                if not self._take(message.data.encode()):
                    break
        finally:
            nudging.cancel()
            self._down(connection)
            with contextlib.suppress(ConnectionError):
                await connection.close()
        return connection

    async def _nudge(self, connection: web.WebSocketResponse) -> None:
        """Have it read what lies in its buffer."""
        with contextlib.suppress(ConnectionError):
            for pause_ms in NUDGES_MS:
                await asyncio.sleep(pause_ms / 1000)
                await connection.ping()

    def _acknowledge_at_once(self) -> None:
        # Asterisk leaves Nagle's algorithm on, and Linux forgets this option after each use: without it
        # every command takes 43 ms instead of 0.8.
        if self._raw is not None:
            # A socket that has just been closed is one of these two, depending on the event loop.
            with contextlib.suppress(OSError, ValueError):
                self._raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _replace(self, connection: web.WebSocketResponse, request: web.Request) -> None:
        older = self._socket
        if older is not None:
            # The older one is a connection that Asterisk has given up without our noticing.
            self._down(older)
            closing = asyncio.create_task(_close(older), name="close-older-ari-socket")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        raw = request.transport.get_extra_info("socket") if request.transport is not None else None
        self._raw = raw
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._acknowledge_at_once()
        self._socket = connection
        self.is_stuck = self.is_stuck and self.asks_channels
        # It is asked for its channels at once by whoever listens; if nobody does, by `watch`.
        self._told_at_ms = 0 if self.is_stuck else _now_ms()
        self.heard_at_ms = _now_ms()
        self._is_up.set()
        log.info("exchange connected", extra={"application": self.application})
        self._on_up()

    def _take(self, data: bytes) -> bool:
        """Hand one message to whom it belongs; False: stop acting, somebody else took our place."""
        self.heard_at_ms = _now_ms()
        try:
            head = _head.decode(data)
        except msgspec.MsgspecError:
            log.warning("exchange sent what cannot be read", extra={"application": self.application})
            return True
        if head.type == "RESTResponse":
            answer = self._pending.get(head.request_id or "")
            if answer is not None and not answer.done():
                answer.set_result(
                    AriResponse(head.status_code, head.message_body.encode(), head.reason_phrase)
                )
            return True
        self._on_event(data)
        if head.type == "ApplicationReplaced":
            log.error("another program took the application", extra={"application": self.application})
            return False
        return True

    def _down(self, connection: web.WebSocketResponse) -> None:
        if self._socket is not connection:
            return
        self._socket, self._raw = None, None
        self.lost_at_ms = _now_ms()
        self._is_up.clear()
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(AriUnavailable("The exchange went away before it answered."))
        log.warning("exchange disconnected", extra={"application": self.application})
        self._on_down()

    async def watch(self) -> None:
        """Ping for ever, and ask for the channels when nobody else has for a while; a connection that does not answer
        is closed, so that Asterisk dials anew."""
        while True:
            await asyncio.sleep(PING_EVERY_MS / 1000)
            connection = self._socket
            if connection is None:
                continue
            is_due = self.asks_channels and _now_ms() - self._told_at_ms >= CHANNELS_EVERY_MS
            asked = CHANNELS if is_due else "asterisk/ping"
            try:
                await self.request("GET", asked, timeout_ms=DEAD_AFTER_MS - PING_EVERY_MS)
            except AriTimeout:
                log.error("exchange does not answer", extra={"application": self.application, "asked": asked})
                self.is_stuck = True
                self._down(connection)
                await _close(connection)
            except AriUnavailable:
                continue


class AriServer:
    """Listens (on loopback unless told otherwise) for the exchange; gives one `AriLink` per application."""

    def __init__(
        self,
        port: int,
        password: str,
        applications: tuple[str, ...] = (APPLICATION,),
        *,
        listen: str = "127.0.0.1",
        user: str = APPLICATION,
    ) -> None:
        self.port = port
        self._listen = listen
        self.links = {
            name: AriLink(name, asks_channels=not number) for number, name in enumerate(applications)
        }
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._authorization = f"Basic {login}"
        self._runner: web.AppRunner | None = None
        self._watchers: list[asyncio.Task[None]] = []

    def link(self, application: str = APPLICATION) -> AriLink:
        """The connection of this application."""
        return self.links[application]

    async def start(self) -> None:
        """Listen; Asterisk tries every half second.

        Raises:
            ExchangeUnavailable: the port is taken.
        """
        app = web.Application()
        app.router.add_get("/ari/{application}", self._accept)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._listen, self.port).start()
        except OSError as problem:
            await self._runner.cleanup()
            raise ExchangeUnavailable(
                f"Port {self.port} on {self._listen}, on which Cordboard waits for the exchange, cannot be had "
                f"({problem.strerror}); stop the other program (another Cordboard?), or set [exchange.ports] ari "
                "to a free port."
            ) from problem
        self._watchers = [
            asyncio.create_task(link.watch(), name=f"watch-{name}") for name, link in self.links.items()
        ]

    async def stop(self) -> None:
        """Hang up the connections; the exchange and its calls go on."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        if self._runner is not None:
            # Before the connections: Asterisk dials anew at once, and one that is accepted while we go is never
            # answered nor closed, so that Asterisk waits on it for ever.
            for site in list(self._runner.sites):
                await site.stop()
        for link in self.links.values():
            connection = link._socket
            if connection is not None:
                link._down(connection)
                await _close(connection)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self._authorization.encode()):
            log.warning("somebody without the password tried to be the exchange")
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        link = self.links.get(request.match_info["application"])
        if link is None:
            return web.Response(status=404)
        return await link.serve(request)


async def claim(link: AriLink, channel: str) -> bool:
    """Take a call that the dialplan offers (CallBroadcast); False: another took it, or it is gone."""
    query = {"channelId": channel, "application": link.application}
    return (await link.request("POST", "events/claim", query=query)).is_done


async def _close(connection: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(1):
            await connection.close()


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
