"""A real Asterisk for a test: on free ports, in a folder of its own, connected, and gone at the end.

Use it so::

    pytestmark = pytest.mark.exchange

    async def test_a_call_comes_in(tmp_path: Path) -> None:
        async with running_exchange(tmp_path) as exchange:
            answer = await exchange.link.request("GET", "asterisk/info")

Signature::

    running_exchange(folder: Path, *, server: bool = True, **settings: Any)
        -> AsyncContextManager[TestExchange]

`settings` go to `ExchangeSettings` (trunks=..., emergency_numbers=..., listen=...). With `server=False`
nobody listens for the exchange: start an `AriServer` of your own on `exchange.settings.ports.ari`.
The fetched Asterisk is reused; without one the test fails (it never downloads).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cordboard.asterisk.binary import ExchangeBinary
from cordboard.asterisk.client import AriLink, AriServer
from cordboard.asterisk.config import applications
from cordboard.asterisk.obtain import default_cache, default_sounds, find_kept
from cordboard.asterisk.ports import free_ports
from cordboard.asterisk.runtime import RunningExchange, started_exchange
from cordboard.asterisk.settings import PRACTICE_APPLICATION, ExchangeSettings


def exchange_binary() -> ExchangeBinary:
    """The exchange that set-up fetched; the test fails when there is none."""
    binary = find_kept(default_cache())
    if binary is None:
        pytest.fail("no exchange yet: run `make setup`, or `python -m cordboard.asterisk.obtain`")
    return binary


@dataclass
class TestExchange:
    """What a test holds: the process, its settings, and the open connection."""

    __test__ = False

    binary: ExchangeBinary
    settings: ExchangeSettings
    process: RunningExchange
    server: AriServer | None

    @property
    def link(self) -> AriLink:
        """The `AriTransport` of application `cordboard`."""
        assert self.server is not None, "started with server=False"
        return self.server.link()

    @property
    def practice_link(self) -> AriLink:
        """The `AriTransport` of application `cordboard-practice`."""
        assert self.server is not None, "started with server=False"
        return self.server.link(PRACTICE_APPLICATION)

    def log_text(self) -> str:
        """What Asterisk logged: for a failing test to show."""
        path = self.settings.run_dir / "log" / "messages"
        return path.read_text(errors="replace") if path.exists() else ""


@asynccontextmanager
async def running_exchange(
    folder: Path, *, server: bool = True, **settings: Any
) -> AsyncIterator[TestExchange]:
    """A real Asterisk in `folder`, ready, with its `AriServer` connected; see the module's text.

    Args:
        folder: usually pytest's `tmp_path`.
        server: whether Cordboard's side of the socket is opened too.
        settings: for `ExchangeSettings`, such as `trunks`, `emergency_numbers` or `ports`.
    """
    binary = exchange_binary()
    run = folder / "x"
    if len(str(run)) > 80:
        # Asterisk's control socket has 108 characters; pytest's folder names can be longer.
        run = Path(tempfile.mkdtemp(prefix="cb-", dir="/tmp")) / "x"
    chosen = ExchangeSettings(run_dir=run, ports=settings.pop("ports", None) or free_ports(), **settings)
    listening = AriServer(chosen.ports.ari, chosen.ari_password, applications(chosen)) if server else None
    if listening is not None:
        await listening.start()
    process: RunningExchange | None = None
    started: TestExchange | None = None
    try:
        process = await started_exchange(binary, chosen, default_sounds())
        if listening is not None:
            for link in listening.links.values():
                await link.up()
        started = TestExchange(binary, chosen, process, listening)
        yield started
    finally:
        # The exchange first: it would redial at once, and a call that arrives while a server closes is leaked
        # by Python 3.11's asyncio (a ResourceWarning in some later test).
        if started is not None:
            await started.process.stop()
        elif process is not None:
            await process.stop()
        if not run.is_relative_to(folder):
            shutil.rmtree(run.parent, ignore_errors=True)
        if listening is not None:
            await listening.stop()
