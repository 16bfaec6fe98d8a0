"""SIP over WebSocket for browser phones, on the console's own origin (`/ws`).

Only logged-in pages reach the exchange's socket, for as long as the log-in lasts, and nothing else of its HTTP server
is reachable from outside (security 4.4: that server also carries ARI).
"""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
from litestar import websocket
from litestar.handlers import WebsocketRouteHandler

from cordboard.app.modules import Module
from cordboard.app.ports import StorageFailure
from cordboard.web.browser_phones import BrowserPhone
from cordboard.web.guard import GONE, AnySocket, own_origins, same_origin
from cordboard.web.services import Services

MESSAGE_BYTES_MAX = 65_536
CLOSE_NORMAL, CLOSE_FORBIDDEN, CLOSE_AWAY = 1000, 4003, 4010
SESSION_CHECK_MS = 15_000


class SipProxy:
    """Carries frames both ways until either side ends."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, socket: AnySocket) -> None:
        """One browser phone."""
        services = self._services
        scheme = "https" if services.secure else "http"
        own = own_origins(scheme, socket.headers.get("host"), services.origins)
        if not same_origin(socket.headers.get("origin"), own):
            await socket.close(code=CLOSE_FORBIDDEN)
            return
        try:
            logged_in = await services.logged_in(socket.cookies)
        except StorageFailure:
            await self._away(socket)
            return
        if logged_in is None or Module.OPERATOR in logged_in.viewer.organisation.modules_off:
            await socket.close(code=CLOSE_FORBIDDEN)
            return
        await self._join(socket, BrowserPhone(logged_in))

    async def _join(self, socket: AnySocket, phone: BrowserPhone) -> None:
        services = self._services
        async with aiohttp.ClientSession() as client:
            try:
                exchange = await client.ws_connect(
                    services.exchange_ws, protocols=("sip",), max_msg_size=MESSAGE_BYTES_MAX, compress=0
                )
            except (aiohttp.ClientError, OSError):
                await self._away(socket)
                return
            await socket.accept(subprotocols="sip")
            services.hub.phones.join(phone)
            try:
                await self._carry(socket, exchange, phone)
            finally:
                services.hub.phones.leave(phone)
                await exchange.close()
                with contextlib.suppress(*GONE):
                    await socket.close(code=CLOSE_FORBIDDEN if phone.over.is_set() else CLOSE_NORMAL)

    async def _away(self, socket: AnySocket) -> None:
        """The phone tries again by itself."""
        await socket.accept(subprotocols="sip")
        await socket.close(code=CLOSE_AWAY)

    async def _carry(
        self, socket: AnySocket, exchange: aiohttp.ClientWebSocketResponse, phone: BrowserPhone
    ) -> None:
        loop = asyncio.get_running_loop()
        ways = (
            loop.create_task(self._to_browser(exchange, socket, phone)),
            loop.create_task(self._to_exchange(socket, exchange, phone)),
            loop.create_task(self._check(socket, phone)),
            loop.create_task(phone.over.wait()),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _to_browser(
        self, exchange: aiohttp.ClientWebSocketResponse, socket: AnySocket, phone: BrowserPhone
    ) -> None:
        async for message in exchange:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            phone.passed(message.data)
            await socket.send_text(message.data)

    async def _to_exchange(
        self, socket: AnySocket, exchange: aiohttp.ClientWebSocketResponse, phone: BrowserPhone
    ) -> None:
        while True:
            text = await socket.receive_text()
            phone.passed(text)
            await exchange.send_str(text)

    async def _check(self, socket: AnySocket, phone: BrowserPhone) -> None:
        """A log-in that ended elsewhere (disabled, expired) ends here too, as a console's does."""
        while True:
            await asyncio.sleep(SESSION_CHECK_MS / 1000)
            try:
                logged_in = await self._services.logged_in(socket.cookies)
            except StorageFailure:
                # Nobody can say; who is in stays in, and is asked for again.
                continue
            if logged_in is None:
                phone.over.set()
                return

    def handler(self) -> WebsocketRouteHandler:
        """The route."""

        @websocket("/ws")
        async def ws(socket: AnySocket) -> None:
            await self.serve(socket)

        return ws
