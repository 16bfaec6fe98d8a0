"""A SIP socket for tests: sends, repeats what got no answer, pairs responses with requests, keeps all of it.

RFC 3261 section 17 over UDP, with the timers that matter on one machine.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from tests.support.rtp import now_us
from tests.support.sip import SipMessage, new_token, tag_in

Address = tuple[str, int]
T = TypeVar("T")

T1_S = 0.5
"""First repeat of an unanswered message (RFC 3261, timer T1); doubles up to `T2_S`."""
T2_S = 4.0
KEPT_RESPONSES = 512
"""Responses kept to be given again when a request is repeated."""


class NotSeen(AssertionError):
    """A test phone waited in vain; the message ends with the last SIP messages it saw."""


class SipFailure(AssertionError):
    """A request of ours was refused."""

    def __init__(self, request: SipMessage, response: SipMessage) -> None:
        super().__init__(f"{request.start!r} got {response.start!r}")
        self.status = response.status


@dataclass(frozen=True, slots=True)
class Logged:
    """A message as it left or arrived."""

    at_us: int
    """Microseconds UTC, taken just before sending or first thing on arrival."""
    sent: bool
    peer: Address
    message: SipMessage
    repeated: bool
    """The same message was sent or seen before."""

    def __str__(self) -> str:
        clock = time.strftime("%H:%M:%S", time.gmtime(self.at_us // 1_000_000))
        arrow = "->" if self.sent else "<-"
        again = " (again)" if self.repeated else ""
        return (
            f"{clock}.{self.at_us // 1000 % 1000:03d} {arrow} {self.message.start}"
            f" [{self.message.header('CSeq')}]{again}"
        )


class Changes:
    """Lets a test wait until something is so, woken by every change and never by a clock."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def happened(self) -> None:
        """Something may have become true."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, condition: Callable[[], T | None], within_ms: int, what: Callable[[], str]) -> T:
        """The condition's value as soon as it is not None.

        Raises:
            NotSeen: not within `within_ms` milliseconds; says `what` was waited for.
        """
        try:
            async with asyncio.timeout(within_ms / 1000):
                while True:
                    event = self._event
                    if (value := condition()) is not None:
                        return value
                    await event.wait()
        except TimeoutError:
            raise NotSeen(f"not within {within_ms} ms: {what()}") from None


class _Client:
    """A request of ours that waits for its response."""

    def __init__(self, on_provisional: Callable[[SipMessage], None] | None) -> None:
        self.final: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()
        self.on_provisional = on_provisional
        self.heard_of = False


class SipLink(asyncio.DatagramProtocol):
    """The socket of one test phone."""

    def __init__(self, on_request: Callable[[SipMessage, Address], None]) -> None:
        self.log: list[Logged] = []
        """Every message in order, repeats included."""
        self.changes = Changes()
        self.deaf = False
        """Drops whatever arrives, as a hung phone does; what is dropped is not in the log."""
        self.address: Address = ("", 0)
        self.faults: list[BaseException] = []
        """What went wrong inside background work; raised again when the phone is closed."""
        self._on_request = on_request
        self._transport: asyncio.DatagramTransport | None = None
        self._clients: dict[tuple[str, str], _Client] = {}
        self._responses: OrderedDict[tuple[str, str], SipMessage | None] = OrderedDict()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self, ip: str, port: int) -> None:
        """Bind; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(ip, port))
        self._transport = transport
        self.address = cast("Address", transport.get_extra_info("sockname")[:2])

    def close(self) -> None:
        """Close the socket without a word and end all background work."""
        for task in self._tasks:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something in the background; its failure becomes a fault."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.faults.append(fault)
            self.changes.happened()

    def new_via(self) -> str:
        """A Via with a fresh branch."""
        return f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};rport;branch=z9hG4bK{new_token()}"

    def send(self, message: SipMessage, peer: Address, *, repeated: bool = False) -> None:
        """Send now; silently lost once the socket is closed, as on a real wire."""
        if self._transport is None:
            return
        data = message.encode()
        self.log.append(Logged(now_us(), True, peer, message, repeated))
        self._transport.sendto(data, peer)
        self.changes.happened()

    async def request(
        self,
        message: SipMessage,
        peer: Address,
        *,
        within_ms: int = 5000,
        on_provisional: Callable[[SipMessage], None] | None = None,
        sent_already: bool = False,
    ) -> SipMessage:
        """Send a request, repeat it while unanswered, and return its final response.

        Raises:
            NotSeen: no final response within `within_ms` milliseconds.
        """
        key = (message.branch, message.method)
        client = self._clients.setdefault(key, _Client(on_provisional))
        if not sent_already:
            self.send(message, peer)
        deadline, pause = time.monotonic() + within_ms / 1000, T1_S
        try:
            while not client.final.done():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotSeen(f"no response to {message.start!r} within {within_ms} ms; {self.account()}")
                await asyncio.wait([client.final], timeout=min(pause, left))
                # A provisional response ends the repeats of an INVITE only.
                if not client.final.done() and not (client.heard_of and message.method == "INVITE"):
                    self.send(message, peer, repeated=True)
                    pause = min(2 * pause, T2_S)
            return client.final.result()
        finally:
            del self._clients[key]

    def expect(self, message: SipMessage, on_provisional: Callable[[SipMessage], None] | None) -> None:
        """Be ready for the response to what is sent next; `request(sent_already=True)` must follow."""
        self._clients[(message.branch, message.method)] = _Client(on_provisional)

    def respond(
        self,
        request: SipMessage,
        peer: Address,
        status: str,
        *,
        tag: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        body: str = "",
    ) -> SipMessage:
        """Answer a request; `tag` is added to To when that has none."""
        to = request.require("To")
        if tag and not tag_in(to):
            to = f"{to};tag={tag}"
        copied = [("Via", via) for via in request.all("Via")]
        copied += [("Record-Route", route) for route in request.all("Record-Route")]
        copied += [("From", request.require("From")), ("To", to), ("Call-ID", request.require("Call-ID"))]
        copied += [("CSeq", request.require("CSeq"))]
        response = SipMessage(f"SIP/2.0 {status}", (*copied, *headers), body)
        self._responses[(request.branch, request.method)] = response
        self.send(response, peer)
        return response

    def account(self, last: int = 12) -> str:
        """The last messages, for the reader of a failed test."""
        lines = "\n  ".join(str(entry) for entry in self.log[-last:])
        return f"the last messages of {self.address[0]}:{self.address[1]}:\n  {lines or '(none)'}"

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """One message from the wire."""
        at_us = now_us()
        if self.deaf:
            return
        try:
            message = SipMessage.parse(data)
            key = (message.branch, message.method)
        except ValueError:
            return  # a keep-alive, not SIP
        if message.is_request:
            repeated = key in self._responses
            self.log.append(Logged(at_us, False, addr[:2], message, repeated))
            self._take_request(message, key, addr[:2], repeated)
        else:
            self.log.append(Logged(at_us, False, addr[:2], message, False))
            self._take_response(message, key)
        self.changes.happened()

    def _take_request(self, message: SipMessage, key: tuple[str, str], peer: Address, repeated: bool) -> None:
        if repeated:
            response = self._responses[key]
            if response is not None:
                self.send(response, peer, repeated=True)
            return
        self._responses[key] = None
        while len(self._responses) > KEPT_RESPONSES:
            self._responses.popitem(last=False)
        self._on_request(message, peer)

    def _take_response(self, message: SipMessage, key: tuple[str, str]) -> None:
        client = self._clients.get(key)
        if client is None or client.final.done():
            # A 200 that is repeated because our ACK was lost is acknowledged again by its call.
            if message.method == "INVITE" and 200 <= message.status < 300:
                self._on_request(message, ("", 0))
            return
        client.heard_of = True
        if message.status >= 200:
            client.final.set_result(message)
        elif client.on_provisional is not None:
            client.on_provisional(message)

    def error_received(self, exc: Exception) -> None:
        """The other side's port is closed: the repeats and time-outs deal with that."""
