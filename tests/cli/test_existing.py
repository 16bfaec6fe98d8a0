"""An Asterisk that Cordboard neither starts nor watches serves it, with the files that `exchange-config` writes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cordboard.asterisk import config
from cordboard.asterisk.mend import is_whole
from cordboard.asterisk.obtain import default_sounds
from cordboard.asterisk.ports import free_ports
from cordboard.asterisk.runtime import prepare
from cordboard.asterisk.settings import ExchangeSettings, Ports
from tests.cli.command import CANNOT_START, Done, cordboard
from tests.support.exchange import exchange_binary
from tests.support.installation import ALGEMEEN, CONFIGURATION, TRUNK_ADDRESS, Installation
from tests.support.sipphone import SipPhone

pytestmark = pytest.mark.exchange

OWN_FILES = ("asterisk.conf", "logger.conf", "musiconhold.conf", *(f"{name}.conf" for name in config.EMPTY))
"""What every Asterisk has already; the rest is what `exchange-config` writes."""


def configuration(ports: Ports) -> str:
    """The file of somebody who has an Asterisk, and lets Cordboard make the passwords."""
    return f"""{CONFIGURATION}
[exchange]
kind = "existing"
ari_url = "http://127.0.0.1:{ports.http}"
ami_port = {ports.ami}

[exchange.ports]
ari = {ports.ari}
sip = {ports.sip}
rtp_first = {ports.rtp_first}
rtp_last = {ports.rtp_last}
"""


@contextlib.asynccontextmanager
async def somebody_elses(run: Path, files: Path, ports: Ports) -> AsyncIterator[asyncio.subprocess.Process]:
    """An Asterisk with files of its own for its folders, and those in `files` for the rest; nobody watches it."""
    binary = exchange_binary()
    settings = ExchangeSettings(run_dir=run, ports=ports)
    prepare(binary, settings)
    own = config.files(settings, config.Places(binary.modules_dir))
    config.write(run / "etc", {name: own[name] for name in OWN_FILES})
    for path in files.glob("*.conf"):
        assert path.name not in OWN_FILES, path
        shutil.copy(path, run / "etc")
    # As its README says: the sounds go beside the exchange's own.
    shutil.copytree(files / "sounds" / "cordboard", run / "data/sounds/cordboard")
    words = [*binary.command(), "-f", "-C", str(run / "etc/asterisk.conf")]
    with (run / "log/exchange.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(run)},
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()


async def in_thread(*words: str | Path) -> Done:
    """A command, while the event loop goes on."""
    return await asyncio.to_thread(cordboard, *words)


async def test_a_call_comes_in_through_an_asterisk_that_is_not_ours(tmp_path: Path) -> None:
    """Written, started by hand, checked, called through; it lives on when Cordboard ends."""
    if not (default_sounds() / "cordboard").is_dir():
        pytest.fail("no sentences yet: run `cordboard exchange obtain`")
    ports = free_ports()
    installation = Installation(tmp_path / "c", configuration=configuration(ports))
    installation.folder.mkdir()
    file = tmp_path / "cordboard.toml"
    file.write_text(configuration(ports))
    where = ("--config", file, "--data", installation.data)
    files = tmp_path / "files"

    written = await in_thread("exchange-config", *where, files)
    before = await in_thread("exchange-config", *where, "--check", files)

    assert written.code == 0, written.err
    assert before.code == 1
    assert f"No exchange answers at http://127.0.0.1:{ports.http}" in before.out
    run = Path(tempfile.mkdtemp(prefix="cb-", dir="/tmp")) / "x"
    outside: dict[str, Any] = {"server": ("127.0.0.1", ports.sip), "ip": TRUNK_ADDRESS}
    async with somebody_elses(run, files, ports) as exchange:
        async with installation, installation.desk("henk") as desk, SipPhone(**outside) as caller:
            checked = await in_thread("exchange-config", *where, "--check", files)
            assert checked.code == 0, checked.out + checked.err
            # It is not mended as our own is.
            fault = "any telephone can end it"
            assert (fault in checked.out) is not is_whole(exchange_binary().version)
            doctor = await in_thread("doctor", *where, "--port", str(installation.port))
            assert "the exchange is connected to the server" in doctor.out
            assert (fault in doctor.out) is not is_whole(exchange_binary().version)
            await desk.work("Enschede", "demo-206", "Algemeen")
            call = await caller.dial(ALGEMEEN, from_number="0612345678", from_name="Mevr. Jansen")
            await desk.until(lambda: len(desk.calls()) == 1)
            assert desk.calls()[0]["number"] == "31612345678"
            await call.hang_up()
            await desk.until(lambda: not desk.calls())
        assert exchange.returncode is None
        after = await in_thread("exchange-config", *where, "--check")
        assert after.code == 1
        assert "it is not connected: No Cordboard runs" in after.out
    shutil.rmtree(run.parent)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """With the folder and what to do."""
    (tmp_path / "file").write_text("in the way")

    done = cordboard("exchange-config", "--data", tmp_path / "d", tmp_path / "file" / "x")

    assert done.code == CANNOT_START
    assert f"The files cannot be written to {tmp_path / 'file' / 'x'}" in done.complaint
