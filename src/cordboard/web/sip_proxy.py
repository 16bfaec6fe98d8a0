"""SIP over WebSocket for browser phones, on the console's own origin (`/ws`).

Only logged-in pages reach the exchange's socket, and nothing else of its HTTP server is reachable from outside
(security 4.4: that server also carries ARI).
"""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
from litestar import websocket
from litestar.handlers import WebsocketRouteHandler

from cordboard.app.modules import Module
from cordboard.app.ports import StorageFailure
from cordboard.web.guard import GONE, AnySocket, own_origins, same_origin
from cordboard.web.services import Services

MESSAGE_BYTES_MAX = 65_536
CLOSE_FORBIDDEN, CLOSE_AWAY = 4003, 4010


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
        async with aiohttp.ClientSession() as client:
            try:
                exchange = await client.ws_connect(
                    services.exchange_ws, protocols=("sip",), max_msg_size=MESSAGE_BYTES_MAX, compress=0
                )
            except (aiohttp.ClientError, OSError):
                await self._away(socket)
                return
            await socket.accept(subprotocols="sip")
            try:
                await self._carry(socket, exchange)
            finally:
                await exchange.close()
                with contextlib.suppress(*GONE):
                    await socket.close()

    async def _away(self, socket: AnySocket) -> None:
        """The phone tries again by itself."""
        await socket.accept(subprotocols="sip")
        await socket.close(code=CLOSE_AWAY)

    async def _carry(self, socket: AnySocket, exchange: aiohttp.ClientWebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        ways = (
            loop.create_task(self._to_browser(exchange, socket)),
            loop.create_task(self._to_exchange(socket, exchange)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _to_browser(self, exchange: aiohttp.ClientWebSocketResponse, socket: AnySocket) -> None:
        async for message in exchange:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            await socket.send_text(message.data)

    async def _to_exchange(self, socket: AnySocket, exchange: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await exchange.send_str(await socket.receive_text())

    def handler(self) -> WebsocketRouteHandler:
        """The route."""

        @websocket("/ws")
        async def ws(socket: AnySocket) -> None:
            await self.serve(socket)

        return ws
