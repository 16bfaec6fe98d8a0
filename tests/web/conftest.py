"""Two organisations behind the web, and the administrator of one; a file that needs them otherwise has its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web.rig import Rig, log_in, rig


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
