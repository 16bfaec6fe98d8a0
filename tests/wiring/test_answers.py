"""What a server says of itself while it starts: its parent waits for one that changes its database."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cordboard.app.ports import StorageFailure
from cordboard.app.settings import Settings
from cordboard.control import Answer, Question, ServerAway, ask
from cordboard.launch import prepare
from cordboard.parent import Parent
from cordboard.watchdog import Said
from cordboard.wiring import answers as answers_
from cordboard.wiring.server import Server
from tests.support.waiting import until


async def test_a_server_that_changes_its_database_says_so_to_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it serves, by the same socket; what only one that serves can do is answered with a sentence."""
    launch = prepare(Settings(data=str(tmp_path)), tmp_path)
    parent = Parent(launch, [], None, lambda _line: None)
    opens, changes, ends = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(_url: str, *, changing: Callable[[], None], **_more: Any) -> Any:
        await opens.wait()
        changing()
        changes.set()
        await ends.wait()
        raise StorageFailure("no room")

    monkeypatch.setattr(answers_, "open_database", slowly)
    said = [await parent._ask_server()]
    running = asyncio.create_task(Server(launch.server).run())
    await until(lambda: (tmp_path / "control").exists())
    said.append(await parent._ask_server())
    opens.set()
    await changes.wait()
    said.append(await parent._ask_server())
    practice = await asyncio.to_thread(ask, tmp_path, Question(ask="practice"))
    ends.set()
    with pytest.raises(StorageFailure):
        await running

    assert said == [Said.NOTHING, Said.NOTHING, Said.STARTING], (
        "one that hangs for another reason is not waited for"
    )
    assert practice == Answer(done=False, starting=True, changing=True, sentence=practice.sentence)
    assert "database" in practice.sentence
    with pytest.raises(ServerAway):
        await asyncio.to_thread(ask, tmp_path, Question(ask="health"))


@pytest.mark.parametrize(("want", "said"), [(errno.EMFILE, Said.UNASKED), (errno.ECONNREFUSED, Said.NOTHING)])
async def test_a_parent_that_cannot_ask_blames_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, want: int, said: Said
) -> None:
    """For want of a file of its own it would end a server that works."""
    parent = Parent(prepare(Settings(data=str(tmp_path)), tmp_path), [], None, lambda _line: None)

    def cannot(*_how: object) -> None:
        raise OSError(want, os.strerror(want))

    monkeypatch.setattr(socket, "socket", cannot)

    assert await parent._ask_server() is said
