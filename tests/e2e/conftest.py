"""One installation and one Chromium for a module of browser tests; a failed test shows the end of the log."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.exchange.office import AGENT_HZ
from tests.support.chromium import Chromium
from tests.support.exchange import exchange_binary
from tests.support.installation import Installation

# The page is as it should be in a moment, on a machine that has more to do in a few more.
expect.set_options(timeout=15_000)

INSTALLATION = pytest.StashKey[Installation]()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cordboard(request: pytest.FixtureRequest) -> AsyncIterator[Installation]:
    """A whole Cordboard with the demo organisation."""
    exchange_binary()
    folder = Path(tempfile.mkdtemp(prefix="cordboard-e2e-"))
    try:
        async with Installation(folder) as installation:
            request.config.stash[INSTALLATION] = installation
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """A browser whose microphone hears the agent's tone."""
    async with Chromium(tmp_path_factory.mktemp("chromium"), tone_hz=AGENT_HZ) as chromium:
        yield chromium


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the server's log beside a failure."""
    report = yield
    installation = item.config.stash.get(INSTALLATION, None)
    if report.failed and installation is not None and "cordboard" in getattr(item, "fixturenames", ()):
        report.sections.append(("terminal", installation.terminal()[-1500:]))
        report.sections.append(("server.log", installation.log(25)))
    return report
