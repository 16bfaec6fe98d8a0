"""A whole Cordboard for a test: parent, server and exchange as `make run` starts them, on free ports.

::

    async with Installation(tmp_path) as cordboard, cordboard.desk("chantal") as desk:
        await desk.command("group.select", group=desk.group("Enschede"))

Nothing of it is pretended: the command line, the database, the exchange and the web server are the product's.
Callers come in over a trunk that knows them by the address `TRUNK_ADDRESS`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from cordboard.app.demo import read_demo_logins
from cordboard.asterisk.ports import pick
from cordboard.asterisk.runtime import find
from tests.support.sipphone import Address, SipPhone

TCP_ESTABLISHED = 1
"""As Linux counts the states of a connection (TCP_INFO)."""

TRUNK_ADDRESS = "127.0.0.2"
ALGEMEEN = "31534800900"
URGENT = "31534800911"
ROOT = Path(__file__).resolve().parents[2]
READY_MS = 60_000
SYSCALL_READ = {"0", "63"}
"""The number of read(2) on x86-64 and on 64-bit ARM."""

CONFIGURATION = f"""
[[trunks]]
name = "test"
host = "{TRUNK_ADDRESS}"
match = ["{TRUNK_ADDRESS}"]
"""


class Installation:
    """One installation with the demo organisation, alive while the context lasts."""

    def __init__(
        self,
        folder: Path,
        *,
        configuration: str = CONFIGURATION,
        port: int | None = None,
        environment: dict[str, str] | None = None,
        database: str | None = None,
    ) -> None:
        """
        Args:
            environment: variables beside our own.
            database: address of an empty PostgreSQL database; None: a file of SQLite in the data folder.
        """
        self._environment = os.environ | (environment or {})
        self.folder = folder
        self.data = folder / "data"
        self.port = port or pick(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self._config = folder / "cordboard.toml"
        # A setting of the whole file stands before its first section.
        self._configuration = (f'database = "{database}"\n' if database else "") + configuration
        self.database = database or f"sqlite:///{self.data / 'cordboard.db'}"
        self.parent: asyncio.subprocess.Process | None = None
        self.started_ms = 0.0

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            # Nobody leaves what was never entered.
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it, or start it again on the same data, and wait until calls can be handled."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(self._configuration)
        began = time.monotonic()
        output = (self.folder / "terminal.txt").open("ab")
        words = ["run", *self.words, "--port", str(self.port)]
        self.parent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cordboard", *words,
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT,
            env=self._environment,
        )  # fmt: skip
        output.close()
        await self.healthy()
        self.started_ms = (time.monotonic() - began) * 1000

    async def stop(self) -> None:
        """End everything as Ctrl-C does."""
        if self.parent is not None and self.parent.returncode is None:
            self.parent.send_signal(signal.SIGINT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.parent.wait(), 20)
            if self.parent.returncode is None:
                self.parent.kill()
                await self.parent.wait()
        pid = find(self.data / "exchange")
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    async def healthy(self, *, within_ms: int = READY_MS) -> None:
        """Wait until the server is there and has the exchange."""
        deadline = time.monotonic() + within_ms / 1000
        async with aiohttp.ClientSession() as client:
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with client.get(
                        f"{self.url}/api/health", timeout=aiohttp.ClientTimeout(total=1)
                    ) as answer:
                        if (await answer.json()).get("ok"):
                            return
                if self.parent is not None and self.parent.returncode is not None:
                    raise AssertionError(f"Cordboard ended by itself:\n{self.terminal()}")
                if time.monotonic() > deadline:
                    raise AssertionError(
                        f"Cordboard did not become healthy:\n{self.terminal()}\n{self.log()}"
                    )
                await asyncio.sleep(0.02)

    @property
    def words(self) -> list[str]:
        """What every command of this installation is told."""
        return ["--config", str(self._config), "--data", str(self.data)]

    def terminal(self) -> str:
        """What it printed."""
        path = self.folder / "terminal.txt"
        return path.read_text() if path.exists() else ""

    def log(self, lines: int = 30) -> str:
        """The end of the server's log."""
        path = self.data / "log" / "server.log"
        return "\n".join(path.read_text().splitlines()[-lines:]) if path.exists() else ""

    def password(self, user_name: str) -> str:
        """Of one of the demo organisation's people."""
        logins = read_demo_logins(self.data)
        assert logins is not None
        return next(entry.password for entry in logins.log_ins if entry.user_name == user_name)

    # --- processes ---

    def server_pid(self) -> int:
        """The server child."""
        assert self.parent is not None
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text().split()
        for child in children:
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if b"serve" in words:
                return int(child)
        raise AssertionError(f"no server among the children {children}")

    async def standby(self, *, within_ms: int = READY_MS) -> None:
        """Wait until the next server has loaded and waits: a second death before that takes a whole start."""
        assert self.parent is not None
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children")
        for _ in range(within_ms // 50):
            if any(_reads_its_input(pid) for pid in children.read_text().split()):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("no server stands by")

    def exchange_pid(self) -> int:
        """The living exchange."""
        pid = find(self.data / "exchange")
        assert pid is not None, "no exchange lives"
        return pid

    def kill_server(self) -> None:
        """As a crash: no word, no clean-up."""
        os.kill(self.server_pid(), signal.SIGKILL)

    def kill_exchange(self) -> None:
        """As a crash of Asterisk."""
        os.kill(self.exchange_pid(), signal.SIGKILL)

    # --- telephones ---

    @property
    def sip(self) -> Address:
        """Where the exchange takes SIP."""
        ports = json.loads((self.data / "ports.json").read_text())
        return ("127.0.0.1", int(ports["sip"]))

    async def device_password(self, device: str) -> str:
        """Of a demo device, read from the database as an administrator would."""
        from cordboard.core.types import OrganisationId
        from cordboard.storage.open import open_database

        database = await open_database(self.database, backups=None)
        try:
            directory = await database.directories.directory(OrganisationId("demo"))
        finally:
            await database.close()
        return next(row.password for row in directory.devices if row.id == device)

    async def phone(self, device: str, **settings: Any) -> SipPhone:
        """A desk phone that is this device; open it as a context and register it."""
        password = await self.device_password(device)
        return SipPhone(server=self.sip, user=f"d-{device}", password=password, **settings)

    def caller(self, **settings: Any) -> SipPhone:
        """Somebody outside, behind the test trunk."""
        return SipPhone(server=self.sip, ip=TRUNK_ADDRESS, **settings)

    # --- consoles ---

    @contextlib.asynccontextmanager
    async def desk(self, user_name: str) -> AsyncIterator[Desk]:
        """Log in and keep a console open, without a browser."""
        async with self.stranger() as desk:
            await desk.log_in(user_name, self.password(user_name))
            await desk.connect()
            yield desk

    @contextlib.asynccontextmanager
    async def stranger(self) -> AsyncIterator[Desk]:
        """The same before anybody has logged in."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            desk = Desk(self, client)
            try:
                yield desk
            finally:
                await desk.close()


def _reads_its_input(pid: str) -> bool:
    """This process sleeps in a read of its standard input: all that a loaded server does until it is told to go."""
    try:
        # The call's number, then its arguments; the first one of a read is the descriptor.
        words = Path(f"/proc/{pid}/syscall").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return len(words) > 1 and words[1] == "0x0" and words[0] in SYSCALL_READ


class Refused(Exception):
    """The server said no to a command."""

    def __init__(self, code: str, args: dict[str, str]) -> None:
        super().__init__(code, args)
        self.code, self.args_ = code, args


class Desk:
    """A console that speaks the live protocol and keeps what it is shown."""

    def __init__(self, installation: Installation, client: aiohttp.ClientSession) -> None:
        self._installation = installation
        self.client = client
        self.entities: dict[tuple[str, str], dict[str, Any]] = {}
        self.notices: list[dict[str, Any]] = []
        self.snapshots = 0
        self.epoch, self.rev = "", 0
        self._results: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def request(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """A REST request as the console sends it: status and decoded body."""
        async with self.client.request(
            method,
            f"{self._installation.url}{path}",
            headers={"X-Cordboard": "1", **options.pop("headers", {})},
            **options,
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def log_in(self, user_name: str, password: str) -> None:
        """Get the session cookie."""
        status, body = await self.request(
            "POST", "/api/session", json={"user_name": user_name, "password": password}
        )
        assert status == 200, body

    async def connect(self) -> None:
        """Open the live connection, going on from what is held."""
        url = f"{self._installation.url.replace('http', 'ws', 1)}/live"
        self._socket = await self.client.ws_connect(url, protocols=("cordboard.v1",))
        await self._socket.send_json({"t": "sync", "epoch": self.epoch, "rev": self.rev})
        self._reader = asyncio.create_task(self._read(self._socket))
        await self.until(lambda: ("exchange", "exchange") in self.entities)

    async def close(self) -> None:
        """Close the tab."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    def stop_reading(self) -> None:
        """As a frozen tab: the connection stays, and nobody empties it."""
        assert self._reader is not None
        self._reader.cancel()

    @property
    def is_connected(self) -> bool:
        """The connection stands, whether anybody reads from it or not: of one that does not, only the kernel knows."""
        wire = self._socket.get_extra_info("socket") if self._socket is not None else None
        if wire is None or wire.fileno() < 0:
            return False
        return bool(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_ESTABLISHED)

    async def reconnect(self, *, within_ms: int = 10_000) -> None:
        """As the console does by itself: again and again until the server is there."""
        await self.close()
        deadline = time.monotonic() + within_ms / 1000
        while True:
            try:
                await self.connect()
                return
            except (aiohttp.ClientError, OSError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.02)

    async def _read(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        async for message in wire:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            await self._take(wire, frame)
            self._changed.set()

    async def _take(self, wire: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "snap":
                self.snapshots += 1
                self.entities = {(e["k"], e["id"]): e for e in frame["ents"]}
                self.epoch, self.rev = frame["epoch"], frame["rev"]
            case "d":
                for op in frame["ops"]:
                    self._apply(op)
                self.rev = frame["rev"]
            case "res":
                waiting = self._results.pop(frame["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
            case "ev":
                self.notices.append(frame)
            case "hb":
                self.rev = frame["rev"]
                await wire.send_json({"t": "pong", "rev": self.rev})

    def _apply(self, op: dict[str, Any]) -> None:
        if op["a"] == "s":
            self.entities[op["e"]["k"], op["e"]["id"]] = op["e"]
        elif op["a"] == "m":
            self.entities[op["k"], op["id"]] |= op["f"]
        else:
            self.entities.pop((op["k"], op["id"]), None)

    async def command(self, op: str, *, id: str | None = None, **args: str) -> None:
        """Click, and wait for the answer.

        Raises:
            Refused: with the server's code.
        """
        assert self._socket is not None
        command = id or str(uuid.uuid4())
        result = asyncio.get_running_loop().create_future()
        self._results[command] = result
        await self._socket.send_json({"t": "cmd", "id": command, "op": op, "args": args})
        frame = await asyncio.wait_for(result, 5)
        if not frame["ok"]:
            raise Refused(frame["code"], frame.get("args", {}))

    async def until(self, condition: Callable[[], object], *, within_ms: int = 5_000) -> float:
        """Wait until what is shown makes this true; returns the milliseconds that it took."""
        began = time.monotonic()
        while not condition():
            left = within_ms / 1000 - (time.monotonic() - began)
            if left <= 0:
                raise AssertionError(f"not shown within {within_ms} ms; shown are {self.calls()}")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)
        return (time.monotonic() - began) * 1000

    # --- what is shown ---

    @property
    def me(self) -> dict[str, Any]:
        """The user's own place."""
        return next(e for (kind, _), e in self.entities.items() if kind == "me")

    def calls(self) -> list[dict[str, Any]]:
        """Every call shown, oldest first."""
        return sorted(
            (e for (kind, _), e in self.entities.items() if kind == "call"), key=lambda e: e["entered_at"]
        )

    def call(self, **fields: Any) -> dict[str, Any] | None:
        """The first call that has these values; None: none has."""
        return next((c for c in self.calls() if all(c[k] == v for k, v in fields.items())), None)

    def queue(self, name: str) -> dict[str, Any]:
        """A queue by its name."""
        return next(e for (kind, _), e in self.entities.items() if kind == "queue" and e["name"] == name)

    def group(self, name: str) -> str:
        """Id of a group of mine."""
        return str(next(g["id"] for g in self.me["groups"] if g["name"] == name))

    async def work(self, group: str, device: str, *queues: str) -> None:
        """Choose a group, pair a device, sign in to queues."""
        await self.command("group.select", group=self.group(group))
        await self.until(lambda: self.me["group"] is not None and any(k == "queue" for k, _ in self.entities))
        await self.command("device.pair", device=device)
        for name in queues:
            await self.command("queue.sign_in", queue=self.queue(name)["id"])
