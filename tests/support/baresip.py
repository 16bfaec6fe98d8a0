"""Debian's baresip as a telephone that nobody here wrote: a desk phone, or a caller through the trunk.

It registers, is steered through its control socket, sends a tone and records what it hears. Version 1.0 knows
no auto-answer header: this class reads it in baresip's own SIP trace and, as a desk phone would, presses
"accept". Sound arrives here through a file, its times are late: prove hearing with it, not speed.

A hold in SIP (its own key, or a re-INVITE of the other side) ends its recording for the rest of the call, for
that drops its recording filter; it goes on sending. A hold on the server, as Cordboard does it, changes nothing. ::

    async with Baresip(tmp_path, server=exchange, user="d-1", password="…", tone_hz=600) as desk:
        await desk.event("CALL_ESTABLISHED")
        await desk.ear.hears(800)
        await desk.hang_up()
"""

import asyncio
import itertools
import json
import re
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import processes, tone
from tests.support.g711 import FRAME_SAMPLES, Codec, encode
from tests.support.rtp import Ear, Packet, now_us
from tests.support.sip import SipMessage
from tests.support.siplink import Address, Changes, Logged
from tests.support.sipphone import auto_answer_delay_s

FOLLOW_S = 0.02
"""How often the recording is looked at."""
START_MS = 5000
MODULES = Path("/usr/lib/baresip/modules")

CONFIG = """\
sip_listen {ip}:{port}
module_path {modules}
module g711.so
module ausine.so
module aubridge.so
module sndfile.so
module_app account.so
module_app contact.so
module_app debug_cmd.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
audio_player aubridge,ear
audio_source ausine,{tone_hz}
ausrc_srate 48000
ausrc_channels 2
rtp_ports 6000-9999
snd_path {folder}
"""


@dataclass(frozen=True, slots=True)
class BaresipEvent:
    """Something baresip told of, such as CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED or REGISTER_OK."""

    at_us: int
    kind: str
    call_id: str
    """The SIP Call-ID; "" when it is about no call."""
    peer: str
    """URI of the other party; "" when there is none."""
    detail: str
    """baresip's own word on it, such as why a call closed."""


class Baresip:
    """One baresip process.

    Args:
        folder: where configuration and recordings go; made when absent.
        server: address of the exchange.
        user: the registration's name; for a trunk caller the number that is called from.
        password: of the digest; "" when never asked.
        registers: False for a trunk caller, which the exchange knows by `ip`.
        display_name: sent as the caller's name; "" sends none.
        ip: own address.
        tone_hz: the tone that is sent in every call.
        obeys_auto_answer: answers by itself when Call-Info or Alert-Info asks for it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: Address,
        user: str,
        password: str = "",
        registers: bool = True,
        display_name: str = "",
        ip: str = "127.0.0.1",
        tone_hz: int = 600,
        obeys_auto_answer: bool = True,
    ) -> None:
        self.folder, self.server, self.user, self.ip, self.tone_hz = folder, server, user, ip, tone_hz
        self.obeys_auto_answer = obeys_auto_answer
        self.ear = Ear()
        """What it heard in all its calls."""
        self.events: list[BaresipEvent] = []
        self.log: list[Logged] = []
        """SIP messages from its trace; times are those of reading the trace."""
        self.changes = Changes()
        self.address: Address = (ip, 0)
        """Own SIP address, known once started."""
        self._registers, self._name, self._password = registers, display_name, password
        self._process: Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._tokens = itertools.count(1)
        self._replies: dict[str, asyncio.Future[str]] = {}
        self._seen_events = 0
        self._output: list[str] = []

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start, connect to its control socket, and wait for its registration if it has one."""
        program = processes.program("baresip", "baresip-core")
        port = processes.free_ports(self.ip)
        self.address = (self.ip, port)
        control = port + 4
        self._write_configuration(port, control)
        command = processes.mortal(program, "-4", "-s", "-f", str(self.folder))
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, cwd=self.folder
        )
        self._tasks.append(asyncio.create_task(self._read_trace()))
        reader = await self._connect(control)
        self._tasks += [asyncio.create_task(self._read_events(reader)), asyncio.create_task(self._follow())]
        if self._registers:
            # It may have registered before the control socket was there; then the trace knows.
            await self.changes.until(
                lambda: True if self._is_registered() else None,
                START_MS,
                lambda: f"registered; {self.account()}",
            )

    async def stop(self) -> None:
        """End the process; it hangs up and unregisters by itself."""
        if self._process is not None:
            await processes.end(self._process)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()

    async def dial(self, to: str) -> None:
        """Call a number at the server."""
        await self.command("dial", f"sip:{to}@{self.server[0]}:{self.server[1]}")

    async def accept(self) -> None:
        """Answer the ringing call."""
        await self.command("accept")

    async def hang_up(self) -> None:
        """End or reject the current call."""
        await self.command("hangup")

    async def hold(self) -> None:
        """The handset's own hold."""
        await self.command("hold")

    async def resume(self) -> None:
        """Back from the handset's own hold."""
        await self.command("resume")

    async def command(self, name: str, params: str = "") -> str:
        """Any of baresip's commands; returns what it printed.

        Raises:
            TimeoutError: no reply within 5 s.
        """
        assert self._writer is not None, "not started"
        token = str(next(self._tokens))
        reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._replies[token] = reply
        text = json.dumps({"command": name, "params": params, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(text), text))
        return await asyncio.wait_for(reply, 5)

    async def event(self, kind: str, *, within_ms: int = 5000) -> BaresipEvent:
        """The next event of this kind that was not returned (or passed over) before.

        Raises:
            NotSeen: none came within `within_ms` milliseconds.
        """

        def fitting() -> BaresipEvent | None:
            for index in range(self._seen_events, len(self.events)):
                if self.events[index].kind == kind:
                    self._seen_events = index + 1
                    return self.events[index]
            return None

        return await self.changes.until(fitting, within_ms, lambda: f"{kind}; {self.account()}")

    def account(self) -> str:
        """The last SIP messages and events, for the reader of a failed test."""
        lines = [*map(str, self.log[-10:]), *(f"event {e.kind} {e.detail}" for e in self.events[-5:])]
        return f"baresip {self.user} in {self.folder}:\n  " + "\n  ".join([*lines, *self._output[-5:]])

    def _write_configuration(self, port: int, control: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {"port": port, "control": control, "modules": MODULES, "folder": self.folder}
        text = CONFIG.format(ip=self.ip, tone_hz=self.tone_hz, **values)
        (self.folder / "config").write_text(text)
        host = f"{self.server[0]}:{self.server[1]}" if self._registers else self.ip
        name = f'"{self._name}" ' if self._name else ""
        interval = 3600 if self._registers else 0
        secret = f";auth_pass={self._password}" if self._password else ""
        line = f"{name}<sip:{self.user}@{host}>;regint={interval};audio_codecs=pcma,pcmu{secret}\n"
        (self.folder / "accounts").write_text(line)
        (self.folder / "contacts").write_text("")

    async def _connect(self, control: int) -> asyncio.StreamReader:
        for _ in range(START_MS // 50):
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", control)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                return reader
        raise TimeoutError(f"no control socket; {self.account()}")

    def _is_registered(self) -> bool:
        return any(
            not entry.sent and entry.message.status == 200 and entry.message.method == "REGISTER"
            for entry in self.log
        )

    async def _read_events(self, reader: asyncio.StreamReader) -> None:
        """Netstrings with JSON: replies to our commands, and events."""
        while True:
            try:
                size = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(size + 1))[:-1])
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            if message.get("response"):
                reply = self._replies.pop(message["token"], None)
                if reply is not None and not reply.done():
                    reply.set_result(message.get("data", ""))
                continue
            event = BaresipEvent(
                now_us(),
                message["type"],
                message.get("id", ""),
                message.get("peeruri", ""),
                message.get("param", ""),
            )
            self.events.append(event)
            self.changes.happened()
            if event.kind == "CALL_INCOMING" and self.obeys_auto_answer:
                self._tasks.append(asyncio.create_task(self._answer_by_itself(event.call_id)))

    async def _answer_by_itself(self, call_id: str) -> None:
        """The INVITE stands in the trace, which may be read a moment after the event."""

        def invite() -> SipMessage | None:
            for entry in self.log:
                if entry.message.method == "INVITE" and entry.message.header("Call-ID") == call_id:
                    return entry.message
            return None

        found = await self.changes.until(invite, 2000, lambda: f"the INVITE of {call_id}; {self.account()}")
        delay_s = auto_answer_delay_s(found)
        if delay_s is not None:
            await asyncio.sleep(delay_s)
            await self.accept()

    async def _read_trace(self) -> None:
        """Cut SIP messages out of what it prints: coloured #, line of addresses, message, end of colour."""
        assert self._process is not None
        assert self._process.stdout is not None
        lines: list[str] | None = None
        async for raw in self._process.stdout:
            text = raw.decode("utf-8", "replace").rstrip("\r\n")
            if text.endswith("\x1b[36;1m#"):
                lines = []
            elif lines is None:
                # The call timer rewrites its line with backspaces or carriage returns for ever.
                self._output = [*self._output[-40:], text[-200:]]
            elif "\x1b[;m" in text:
                self._take_trace([*lines, text.partition("\x1b[;m")[0]])
                lines = None
            else:
                lines.append(text)

    def _take_trace(self, lines: list[str]) -> None:
        found = re.match(r"\w+ ([\d.]+):(\d+) -> ([\d.]+):(\d+)", lines[0])
        if found is None:
            return
        source, target = (found[1], int(found[2])), (found[3], int(found[4]))
        sent = source == self.address
        message = SipMessage.parse("\r\n".join(lines[1:]).encode())
        self.log.append(Logged(now_us(), sent, target if sent else source, message, repeated=False))
        self.changes.happened()

    async def _follow(self) -> None:
        """Take over what it records, as if it came in packets."""
        path: Path | None = None
        taken = 0
        while True:
            await asyncio.sleep(FOLLOW_S)
            newest = max(self.folder.glob("dump-*-dec.wav"), default=None)
            if newest is None:
                continue
            if newest != path:
                path, taken = newest, 0
            try:
                samples, rate = tone.read_wav(newest)
            except ValueError:
                continue  # its header is not complete yet
            assert rate == tone.PHONE_RATE, f"{newest} has {rate} samples per second"
            while len(samples) - taken >= FRAME_SAMPLES:
                payload = encode(Codec.PCMA, samples[taken : taken + FRAME_SAMPLES])
                self.ear.packets.append(Packet(now_us(), taken // FRAME_SAMPLES, Codec.PCMA.value, payload))
                taken += FRAME_SAMPLES
