"""Every case of the exchange contract runs on the simulator and on the real Asterisk."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contracts.exchange.real import AWAY, OUT, TRUNK, RealRig, provider
from tests.contracts.exchange.rig import Rig
from tests.contracts.exchange.simulated import SimulatedRig
from tests.support.exchange import TestExchange, running_exchange

BOTH = ["simulated", pytest.param("real", marks=pytest.mark.exchange)]
_numbers = itertools.count(100)


class SharedExchange:
    """One Asterisk for all cases that leave it as they found it; started by the first that needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._exchange: TestExchange | None = None
        self.provider = provider()
        """Behind trunk `out`, from before the exchange asks for the first time whether it is there."""

    async def get(self) -> TestExchange:
        """The running exchange."""
        if self._exchange is None:
            await self.provider.open()
            context = running_exchange(self._folder, trunks=(TRUNK, OUT, AWAY))
            self._exchange = await self._stack.enter_async_context(context)
        return self._exchange

    async def close(self) -> None:
        """Stop it, if it was ever started."""
        await self._stack.aclose()
        self.provider.vanish()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def shared_exchange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SharedExchange]:
    """See `SharedExchange`."""
    shared = SharedExchange(tmp_path_factory.mktemp("contract"))
    yield shared
    await shared.close()


@pytest_asyncio.fixture(loop_scope="session", params=BOTH)
async def rig(request: pytest.FixtureRequest, shared_exchange: SharedExchange) -> AsyncIterator[Rig]:
    """An exchange, first the pretended, then the real one."""
    prefix = f"d-{next(_numbers)}"
    if request.param == "simulated":
        yield SimulatedRig(prefix)
        return
    real = RealRig(prefix, await shared_exchange.get(), shared_exchange.provider)
    try:
        yield real
    finally:
        await real.close()


@pytest_asyncio.fixture(loop_scope="session", params=BOTH)
async def mortal_rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """An exchange of the case's own, which it may kill."""
    prefix = f"d-{next(_numbers)}"
    if request.param == "simulated":
        yield SimulatedRig(prefix)
        return
    async with running_exchange(tmp_path, trunks=(TRUNK, OUT, AWAY)) as exchange:
        real = RealRig(prefix, exchange)
        try:
            yield real
        finally:
            await real.close()
