"""Two organisations behind the web, and the administrator of one; a file that needs them otherwise has its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cordboard.core.types import Right
from tests.web.administrator import PIET_IN, give
from tests.web.rig import PIET, Rig, log_in, rig


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Rig]:
    """Two organisations; everybody in Twente may do everything."""
    async with rig(tmp_path) as made:
        yield made


@pytest.fixture
async def chantal(web: Rig) -> AsyncIterator[httpx.AsyncClient]:
    """Her browser; she administers."""
    async with web.client() as client:
        await log_in(client)
        yield client


@pytest.fixture
async def provider(web: Rig) -> AsyncIterator[httpx.AsyncClient]:
    """Piet's browser; he stands above the organisations, and may do nothing else."""
    await give(web, PIET, Right.PROVIDER)
    async with web.client() as client:
        await log_in(client, PIET_IN)
        yield client
