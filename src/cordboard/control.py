"""How another command on this machine speaks to the running server: `cordboard practice`, `cordboard doctor`.

A socket in the data folder that only its owner may open: no port, no password, nothing that a network can reach.
One question and one answer per connection, each one line of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

log = logging.getLogger(__name__)

NAME = "control"
LINE_BYTES_MAX = 4_194_304
"""A whole organisation as a file, and what applying it would change."""
TIMEOUT_MS = 10_000
APPLY_MS = 300_000
"""Applying a file has sentences be spoken, each of which takes a second or more."""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of the server."""

    ask: Literal["health", "practice", "apply"]
    queue: str | None = None
    """Name or id of the queue to be called; None: the first one of its kind."""
    count: int = 1
    urgent: bool = False
    organisation: str = ""
    """Whose configuration is applied."""
    text: str = ""
    """Of the file."""
    prune: bool = False
    check: bool = False
    """Only say what would change."""

    @property
    def answer_ms(self) -> int:
        """How long the answer may take."""
        return APPLY_MS if self.ask == "apply" and not self.check else TIMEOUT_MS


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it says."""

    done: bool
    sentence: str
    """For a person."""
    starting: bool = False
    """It does not serve yet."""
    changing: bool = False
    """Because it changes its database, which takes as long as it takes."""
    exchange: bool | None = None
    """The exchange is connected; None: not asked."""
    database: bool | None = None
    calls: int = 0
    consoles: int = 0
    lines: list[str] = []
    """What is different, or would be."""


class ServerAway(Exception):
    """No Cordboard runs on that data folder, or it does not answer."""


class Control:
    """The server's end."""

    def __init__(self, data: Path, answer: Callable[[Question], Awaitable[Answer]]) -> None:
        self._data = data
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Take questions.

        Raises:
            OSError: the data folder cannot be written.
        """
        (self._data / NAME).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        before = os.umask(0o177)
        try:
            with _short(self._data) as path:
                listening.bind(path)
        finally:
            os.umask(before)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LINE_BYTES_MAX)

    async def stop(self) -> None:
        """Take no more questions. The next server clears the socket's name away."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_MS / 1000):
                line = await reader.readline()
            try:
                question = msgspec.json.decode(line, type=Question)
            except msgspec.MsgspecError:
                answer = Answer(done=False, sentence="That question is not known to this Cordboard.")
            else:
                async with asyncio.timeout(question.answer_ms / 1000):
                    answer = await self._answer(question)
            async with asyncio.timeout(TIMEOUT_MS / 1000):
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError) as problem:
            log.warning("a question by the control socket was not answered", extra={"problem": str(problem)})
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def ask(data: Path, question: Question, *, timeout_ms: int | None = None) -> Answer:
    """Ask the server that runs on this data folder.

    Args:
        timeout_ms: None: as long as such an answer may take.

    Raises:
        ServerAway: nobody is there, or the answer does not come.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, _short(data) as path:
            line.settimeout((question.answer_ms if timeout_ms is None else timeout_ms) / 1000)
            line.connect(path)
            line.sendall(msgspec.json.encode(question) + b"\n")
            with line.makefile("rb") as reader:
                return msgspec.json.decode(reader.readline(LINE_BYTES_MAX), type=Answer)
    except PermissionError as problem:
        raise ServerAway(f"The Cordboard on {data} belongs to another user; ask as that user.") from problem
    except (OSError, msgspec.MsgspecError) as problem:
        raise ServerAway(
            f"No Cordboard runs on the data folder {data}. Start it with `make run`, or name its folder with --data."
        ) from problem


@contextlib.contextmanager
def _short(data: Path) -> Iterator[str]:
    """The socket's path by way of the open folder: a socket's name has no more than 107 characters."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
