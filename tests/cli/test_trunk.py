"""A provider that wants to be registered with: two sections of the configuration, and calls come in."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordboard.asterisk import config
from cordboard.asterisk.conffile import section
from cordboard.asterisk.ports import free_ports, is_free
from cordboard.asterisk.runtime import prepare
from cordboard.asterisk.settings import ExchangeSettings
from tests.cli.command import Done, cordboard
from tests.support.exchange import exchange_binary
from tests.support.installation import Installation
from tests.support.sipphone import SipPhone

pytestmark = pytest.mark.exchange

ACCOUNT, PASSWORD = "31201234567", "provider-secret"
SUBSCRIBER = "127.0.0.4"
"""Where somebody with a telephone at the same provider calls from."""


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[int]:
    """An Asterisk that plays the public network; gives its SIP port.

    It knows one account, and whoever calls from `SUBSCRIBER` is connected with whatever has registered as that.
    """
    binary, run = exchange_binary(), Path(tempfile.mkdtemp(prefix="cb-", dir="/tmp")) / "p"
    settings = ExchangeSettings(run_dir=run, ports=free_ports())
    prepare(binary, settings)
    files = config.files(settings, config.Places(binary.modules_dir)) | {
        "ari.conf": "",
        "websocket_client.conf": "",
        "sorcery.conf": "",
        "pjsip.conf": "\n".join(
            (
                section("udp", [("type", "transport"), ("bind", f"127.0.0.1:{settings.ports.sip}")]),
                section(ACCOUNT, [("type", "aor"), ("max_contacts", 1)]),
                section(ACCOUNT, [("type", "auth"), ("username", ACCOUNT), ("password", PASSWORD)]),
                section(
                    ACCOUNT,
                    [("type", "endpoint"), ("aors", ACCOUNT), ("auth", ACCOUNT), ("allow", "!all,alaw")],
                ),
                section("world", [("type", "endpoint"), ("context", "out"), ("allow", "!all,alaw")]),
                section("world", [("type", "identify"), ("endpoint", "world"), ("match", SUBSCRIBER)]),
            )
        ),
        "extensions.conf": f"[out]\nexten => _X.,1,Dial(PJSIP/{ACCOUNT})\n",
    }
    config.write(run / "etc", files)
    with (run / "log/exchange.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *binary.command(), "-f", "-C", str(run / "etc/asterisk.conf"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        for _ in range(300):
            if not is_free(settings.ports.sip, udp=True):
                break
            await asyncio.sleep(0.05)
        yield settings.ports.sip
    finally:
        process.kill()
        await process.wait()
        shutil.rmtree(run.parent)


@pytest.mark.rule("D28")
async def test_a_call_comes_in_through_a_registering_trunk(tmp_path: Path) -> None:
    """User name and password of the provider, and the number's queue: the caller waits there; doctor sees the rest."""
    async with provider() as port:
        text = f"""
[[trunks]]
name = "provider"
host = "127.0.0.1"
port = {port}
user_name = "{ACCOUNT}"
password = "{PASSWORD}"

[[numbers]]
number = "020 123 45 67"
queue = "Urgent"
"""
        async with (
            Installation(tmp_path, configuration=text) as installation,
            installation.desk("henk") as desk,
        ):

            def doctor() -> Done:
                where = ("--config", tmp_path / "cordboard.toml", "--data", installation.data)
                return cordboard("doctor", *where, "--port", str(installation.port))

            done = doctor()
            # A trunk that was asked before the provider was ready is asked again after a quarter of a minute.
            deadline = time.monotonic() + 60
            while done.code != 0 and time.monotonic() < deadline:
                done = await asyncio.to_thread(doctor)
            assert done.code == 0, done.out
            assert "127.0.0.1 answers, registered" in done.out
            await desk.work("Enschede", "demo-206", "Algemeen", "Urgent")
            async with SipPhone(server=("127.0.0.1", port), ip=SUBSCRIBER) as subscriber:
                call = await subscriber.dial("0201234567", from_number="0612345678")
                await desk.until(lambda: desk.call(queue=desk.queue("Urgent")["id"]) is not None)
                assert desk.calls()[0]["number"] == "31612345678"
                await call.hang_up()
                await desk.until(lambda: not desk.calls())
