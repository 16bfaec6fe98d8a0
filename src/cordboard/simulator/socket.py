"""The pretend exchange in the place of the ARI socket: an `AriTransport` for code that runs on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cordboard.asterisk.transport import AriResponse, AriTimeout, AriUnavailable
from cordboard.simulator.exchange import APPLICATION, SimulatedExchange

REQUEST_TIMEOUT_MS = 5_000
"""After this long, on the virtual clock, a command without an answer is given up."""
QUIET_ROUNDS = 50
"""Turns of the event loop after which everything that was woken has had its say."""


SOUND_LOOK_MS = 20


def legs_asked_to_act(method: str, uri: str, query: Mapping[str, str]) -> list[str]:
    """The channels that have to do something themselves for this command (22.10, seen of these three)."""
    if method != "POST":
        return []
    match uri.split("/"):
        case ["channels", channel, "answer" | "variable"]:
            return [channel]
        case ["bridges", _, "addChannel"]:
            return query.get("channel", "").split(",")
        case _:
            return []


class SimulatedSocket:
    """One application's connection to a simulated exchange; it is up from the moment that somebody listens."""

    def __init__(self, exchange: SimulatedExchange, application: str = APPLICATION) -> None:
        self.exchange = exchange
        self.application = application
        self._on_event: Callable[[bytes], None] | None = None
        self._on_up: Callable[[], None] = lambda: None
        self._on_down: Callable[[], None] = lambda: None
        self._waiting: set[asyncio.Future[None]] = set()
        exchange.on_change[application] = self._changed

    @property
    def connected(self) -> bool:
        """Commands can be sent and events arrive."""
        return self.exchange.is_connected(self.application)

    def set_listener(
        self,
        on_event: Callable[[bytes], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        """Who is told; the first listener makes the exchange dial in."""
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        if self.connected:
            on_up()
            self.flush()
        else:
            self.exchange.connect(self.application)

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Send one command; see `AriTransport.request`. Answered in the same instant unless a fault delays it."""
        if not self.connected:
            raise AriUnavailable("The exchange is not connected.")
        await self._let_sounds_end(method, uri, query or {})
        response = self.exchange.handle(method, uri, query, body)
        asyncio.get_running_loop().call_soon(self.flush)
        faults = self.exchange.faults
        if self.exchange.holds_back_answers(self.application) or faults.response_is_lost():
            await self._wait(REQUEST_TIMEOUT_MS)
            raise AriTimeout(f"{method} {uri}: no answer from the exchange within {REQUEST_TIMEOUT_MS} ms.")
        delay_ms = faults.response_delay_ms()
        if delay_ms:
            await self._wait(delay_ms)
        return response

    async def _let_sounds_end(self, method: str, uri: str, query: Mapping[str, str]) -> None:
        """A leg that hears something does nothing else: who asks that of it waits, for ever while a tone lasts."""
        concerned = legs_asked_to_act(method, uri, query)
        asked_at = self.exchange.clock.now()
        while any(self.exchange.is_playing(leg) for leg in concerned):
            if self.exchange.clock.now() - asked_at >= REQUEST_TIMEOUT_MS:
                raise AriTimeout(
                    f"{method} {uri}: no answer from the exchange within {REQUEST_TIMEOUT_MS} ms."
                )
            await self._wait(SOUND_LOOK_MS)

    async def _wait(self, ms: int) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        timer = self.exchange.clock.call_in(ms, lambda: None if future.done() else future.set_result(None))
        try:
            await future
        finally:
            timer.cancel()
            self._waiting.discard(future)

    def _changed(self, is_up: bool) -> None:
        if is_up:
            self._on_up()
            self.flush()
            return
        for future in self._waiting:
            if not future.done():
                future.set_exception(AriUnavailable("The exchange went away before it answered."))
        self._on_down()

    def flush(self) -> None:
        """Hand on the events that have arrived."""
        if self._on_event is not None and self.connected:
            for data in self.exchange.drain_events(self.application):
                self._on_event(data)

    async def advance(self, ms: int) -> None:
        """Let time pass, one happening at a time; after each, everybody on the event loop has their say."""
        end_ms = self.exchange.clock.now() + ms
        await self.settle()
        while self.exchange.clock.step(end_ms):
            await self.settle()
        await self.settle()

    async def settle(self) -> None:
        """Let everything that was woken run, without time passing."""
        for _ in range(QUIET_ROUNDS):
            self.flush()
            await asyncio.sleep(0)


class SimulatedNotifier:
    """The management socket's NOTIFY, pretended: what makes a ringing telephone answer (`talk`)."""

    def __init__(self, exchange: SimulatedExchange) -> None:
        self.exchange = exchange

    async def talk(self, channel_name: str) -> bool:
        """True: sent. Whether the telephone obeys shows by its answering."""
        return self.exchange.is_alive and self.exchange.notify(channel_name, "talk")
