"""One installation for each module of tests; a failed test shows the end of its log."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from cordboard.app.ports import DeviceRow, OrganisationRow, QueueRow
from cordboard.asterisk.ports import pick
from cordboard.core.types import AnswerMethod
from tests.exchange.office import BLIND_RING_MS, OUTSIDE_HZ, RING_MS, UNDO_MS, configure
from tests.support.exchange import exchange_binary
from tests.support.installation import TRUNK_ADDRESS, Installation
from tests.support.sipphone import SipPhone

INSTALLATION = pytest.StashKey[Installation]()


def short_ring(row: QueueRow) -> QueueRow:
    """The same queue with a shorter ring."""
    return replace(row, ring_ms=RING_MS)


def one_by_hand(row: DeviceRow) -> DeviceRow:
    """Toestel 206 can only be picked up by hand."""
    return replace(row, answer_method=AnswerMethod.MANUAL) if row.id == "demo-206" else row


def impatient(row: OrganisationRow) -> OrganisationRow:
    """The same organisation with shorter times for transfers."""
    return replace(row, rules=replace(row.rules, blind_ring_ms=BLIND_RING_MS, undo_ms=UNDO_MS))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cordboard(request: pytest.FixtureRequest) -> AsyncIterator[Installation]:
    """A whole Cordboard with the demo organisation, where phones ring for four seconds."""
    exchange_binary()
    folder = Path(tempfile.mkdtemp(prefix="cordboard-test-"))
    installation = Installation(folder)
    request.config.stash[INSTALLATION] = installation
    try:
        async with installation:
            await configure(installation, queue=short_ring, device=one_by_hand)
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def outside() -> AsyncIterator[SipPhone]:
    """Who is reached behind the trunk of `calling_out`, whatever number is dialled."""
    port = pick(1, TRUNK_ADDRESS)[0]
    async with SipPhone(server=("127.0.0.1", 0), ip=TRUNK_ADDRESS, port=port, tone_hz=OUTSIDE_HZ) as phone:
        yield phone


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def calling_out(outside: SipPhone) -> AsyncIterator[Installation]:
    """A Cordboard whose trunk also leads out, one for all modules that use it (see `tests.exchange.outside`)."""
    exchange_binary()
    folder = Path(tempfile.mkdtemp(prefix="cordboard-test-"))
    trunk = (
        f'[[trunks]]\nname = "test"\nhost = "{TRUNK_ADDRESS}"\n'
        f'port = {outside.address[1]}\nmatch = ["{TRUNK_ADDRESS}"]\n'
    )
    installation = Installation(folder, configuration=trunk)
    try:
        async with installation:
            await configure(installation, queue=short_ring, organisation=impatient)
            outside.server = installation.sip
            yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
