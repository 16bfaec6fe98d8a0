"""The live connection of one console: log-in checked, frames in, frames out (see `wire`).

A reader and a sender run side by side. The sender alone waits for the socket, so a console that does not read
stalls nobody but itself, and after five seconds it is asked to come back (4008).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import msgspec
from litestar import websocket
from litestar.handlers import WebsocketRouteHandler

from cordboard.app.chat import Chat
from cordboard.app.dialling import DialPlan
from cordboard.app.engine import Accepted, Engine, NotDone
from cordboard.app.modules import MODULE_OFF, Module
from cordboard.app.ports import StorageFailure
from cordboard.core.refusals import Code
from cordboard.core.types import OrganisationId, Right
from cordboard.web import wire
from cordboard.web.chat import chat_command
from cordboard.web.commands import expected_version, request_of
from cordboard.web.guard import GONE, AnySocket, LoggedIn, same_origin
from cordboard.web.modules import module_off_for
from cordboard.web.push import Console, Hub

log = logging.getLogger(__name__)

FRAME_BYTES_MAX = 16_384
FRAMES_PER_SECOND_MAX = 50
SEND_STALL_MS = 5_000
PONG_MS = 15_000
"""A console that does not answer heartbeats for this long is gone (D16)."""
SESSION_CHECK_MS = 15_000
DATABASE_AWAY_MS = 2_000
"""Nobody can be recognised without the database; a console tries again after this."""
COMMAND_ID_MAX = 64
"""Characters; a UUID has 36."""
CLOSE_NORMAL = 1000
CLOSE_PROTOCOL, CLOSE_AUTH, CLOSE_SLOW, CLOSE_DRAIN = 4000, 4001, 4008, 4009

_decoder = msgspec.json.Decoder(wire.ConsoleFrame)
_encoder = msgspec.json.Encoder()

Practice = Callable[[OrganisationId, wire.Command], Awaitable[wire.Result]]


class Live:
    """Serves `/live`."""

    def __init__(
        self,
        hub: Hub,
        engine: Engine,
        log_ins: LogIns,
        practice: Practice,
        origins: Origins,
        dial_plan: Callable[[OrganisationId], DialPlan],
        chat: Chat,
    ) -> None:
        self._hub = hub
        self._engine = engine
        self._log_ins = log_ins
        self._practice = practice
        self._origins = origins
        self._dial_plan = dial_plan
        self._chat = chat
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, socket: AnySocket) -> None:
        """From the hand-shake to the end."""
        if not same_origin(socket.headers.get("origin"), self._origins(socket.headers.get("host"))):
            await socket.close(code=CLOSE_PROTOCOL)
            return
        try:
            logged_in = await self._log_ins(socket.cookies)
        except StorageFailure:
            await self._turn_away(socket, wire.Bye(code="drain", resume=True, after_ms=DATABASE_AWAY_MS))
            return
        if logged_in is None or Module.OPERATOR in logged_in.viewer.organisation.modules_off:
            await self._turn_away(socket, wire.Bye(code="auth", resume=False, after_ms=0))
            return
        await socket.accept(subprotocols=wire.PROTOCOL)
        console = Console(self._hub, logged_in.organisation, logged_in.viewer, logged_in.session)
        await self._converse(socket, console)

    async def _converse(self, socket: AnySocket, console: Console) -> None:
        """Read and send side by side; when either ends, so does the connection."""
        console.send(
            wire.Hello(
                v=1,
                epoch=self._hub.epoch,
                conn=console.id,
                now=self._hub.now(),
                hb_ms=wire.HEARTBEAT_MS,
                user=console.user,
            )
        )
        self._hub.join(console)
        loop = asyncio.get_running_loop()
        reader = loop.create_task(self._read(socket, console))
        sender = loop.create_task(self._send(socket, console))
        checker = loop.create_task(self._check(socket, console))
        try:
            await asyncio.wait({reader, sender}, return_when=asyncio.FIRST_COMPLETED)
            if console.bye is not None:
                # The console is told why before the door closes.
                await asyncio.wait({sender}, timeout=SEND_STALL_MS / 1000)
        finally:
            self._hub.leave(console)
            for task in (reader, sender, checker):
                task.cancel()
            outcomes = await asyncio.gather(reader, sender, checker, return_exceptions=True)
            for problem in outcomes:
                if isinstance(problem, Exception) and not isinstance(problem, GONE):
                    log.error("a console's connection crashed", exc_info=problem)
            await self._close(socket, CLOSE_NORMAL)

    async def _turn_away(self, socket: AnySocket, bye: wire.Bye) -> None:
        # Accepted first: a browser does not tell its page why a connection was refused.
        await socket.accept(subprotocols=wire.PROTOCOL)
        await self._good_bye(socket, bye)

    async def _read(self, socket: AnySocket, console: Console) -> None:
        loop = asyncio.get_running_loop()
        second, frames = int(loop.time()), 0
        while console.bye is None:
            try:
                async with asyncio.timeout(PONG_MS / 1000):
                    text = await socket.receive_text()
            except TimeoutError:
                return
            if int(loop.time()) != second:
                second, frames = int(loop.time()), 0
            frames += 1
            if len(text) > FRAME_BYTES_MAX or frames > FRAMES_PER_SECOND_MAX:
                console.end(wire.Bye(code="protocol", resume=False, after_ms=1000))
                return
            try:
                frame = _decoder.decode(text)
            except (msgspec.MsgspecError, RecursionError):
                console.end(wire.Bye(code="protocol", resume=False, after_ms=1000))
                return
            if isinstance(frame, wire.Command) and len(frame.id) > COMMAND_ID_MAX:
                console.end(wire.Bye(code="protocol", resume=False, after_ms=1000))
                return
            match frame:
                case wire.Sync():
                    console.sync(frame)
                    self._chat.joined(console.organisation, console.user)
                case wire.Command():
                    self._command(console, frame)
                case wire.Pong():
                    pass

    def _command(self, console: Console, command: wire.Command) -> None:
        if not self._hub.begin(console, command.id):
            return
        organisation, user = console.organisation, console.user

        def reply(outcome: Accepted | NotDone) -> None:
            rev = self._hub.state(organisation).rev
            if isinstance(outcome, Accepted):
                result = wire.Result(id=command.id, ok=True, rev=rev)
            else:
                code, args = outcome.code, dict(outcome.args)
                result = wire.Result(id=command.id, ok=False, rev=rev, code=code, args=args)
            self._hub.finish(organisation, user, result)

        if (lacks := module_off_for(console.viewer.organisation, command.op)) is not None:
            reply(NotDone(MODULE_OFF, {"module": lacks.value}))
            return
        if command.op.startswith("chat."):
            chat_command(self._chat, console, command, reply)
            return
        if command.op == "practice.call" and Right.PRACTICE not in console.viewer.user.rights:
            reply(NotDone(Code.NO_RIGHT.value, {}))
            return
        if command.op == "practice.call":
            task = asyncio.get_running_loop().create_task(self._practise(console, command))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        request = request_of(user, command, self._dial_plan(organisation))
        if isinstance(request, NotDone):
            reply(request)
            return
        self._engine.ask(organisation, request, reply, expected_version(command))

    async def _practise(self, console: Console, command: wire.Command) -> None:
        result = await self._practice(console.organisation, command)
        self._hub.finish(console.organisation, console.user, result)

    async def _send(self, socket: AnySocket, console: Console) -> None:
        try:
            while True:
                await console.wake.wait()
                console.wake.clear()
                if frames := console.take():
                    async with asyncio.timeout(SEND_STALL_MS / 1000):
                        for frame in frames:
                            await socket.send_text(_encoder.encode(frame).decode())
                if console.bye is not None:
                    await self._good_bye(socket, console.bye)
                    return
        except TimeoutError:
            log.info("a console does not read and is closed", extra={"console": console.id})
            await self._close(socket, CLOSE_SLOW)

    async def _good_bye(self, socket: AnySocket, bye: wire.Bye) -> None:
        codes = {"slow": CLOSE_SLOW, "auth": CLOSE_AUTH, "drain": CLOSE_DRAIN}
        async with asyncio.timeout(SEND_STALL_MS / 1000):
            await socket.send_text(_encoder.encode(bye).decode())
        await self._close(socket, codes.get(bye.code, CLOSE_PROTOCOL))

    async def _close(self, socket: AnySocket, code: int) -> None:
        with contextlib.suppress(*GONE, TimeoutError):
            async with asyncio.timeout(1):
                await socket.close(code=code)

    async def _check(self, socket: AnySocket, console: Console) -> None:
        """A log-in that ended elsewhere (disabled, expired) ends here too."""
        while True:
            await asyncio.sleep(SESSION_CHECK_MS / 1000)
            try:
                logged_in = await self._log_ins(socket.cookies)
            except StorageFailure:
                # Nobody can say; who is in stays in, and is asked for again.
                continue
            if logged_in is None:
                console.end(wire.Bye(code="auth", resume=False, after_ms=0))
                return

    def handler(self) -> WebsocketRouteHandler:
        """The route."""

        @websocket("/live", opt={"exclude_from_auth": True})
        async def live(socket: AnySocket) -> None:
            await self.serve(socket)

        return live


LogIns = Callable[[dict[str, str]], Awaitable[LoggedIn | None]]
Origins = Callable[[str | None], frozenset[str]]
"""Which origins are ours, given the Host header of the request."""
