"""One installation and one Chromium for all browser tests; a failed test shows the end of the log."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cordboard.asterisk.ports import pick
from tests.exchange.office import AGENT_HZ, OUTSIDE_HZ
from tests.support.chromium import Chromium
from tests.support.exchange import exchange_binary
from tests.support.installation import TRUNK_ADDRESS, Installation
from tests.support.sipphone import SipPhone

# The page is as it should be in a moment, on a machine that has more to do in a few more.
expect.set_options(timeout=15_000)

INSTALLATION = pytest.StashKey[Installation]()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def outside() -> AsyncIterator[SipPhone]:
    """Who is reached behind the trunk of `cordboard`, whatever number is dialled."""
    port = pick(1, TRUNK_ADDRESS)[0]
    async with SipPhone(server=("127.0.0.1", 0), ip=TRUNK_ADDRESS, port=port, tone_hz=OUTSIDE_HZ) as phone:
        yield phone


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def cordboard(request: pytest.FixtureRequest, outside: SipPhone) -> AsyncIterator[Installation]:
    """A whole Cordboard with the demo organisation, whose trunk also leads out.

    Starting one takes as long as a walk, so all modules share it: who changes a setting puts it back
    (`tests.e2e.office.as_set`), and who logs in goes home.
    """
    exchange_binary()
    folder = Path(tempfile.mkdtemp(prefix="cordboard-e2e-"))
    trunk = (
        f'[[trunks]]\nname = "test"\nhost = "{TRUNK_ADDRESS}"\n'
        f'port = {outside.address[1]}\nmatch = ["{TRUNK_ADDRESS}"]\n'
    )
    try:
        async with Installation(folder, configuration=trunk) as installation:
            request.config.stash[INSTALLATION] = installation
            outside.server = installation.sip
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """A browser whose microphone hears the agent's tone; each person in it has a session of their own."""
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
