"""A second exchange that plays the public network, for trunks that register with it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from cordboard.asterisk import config
from cordboard.asterisk.conffile import section
from cordboard.asterisk.ports import free_ports, is_free
from cordboard.asterisk.runtime import prepare
from cordboard.asterisk.settings import ExchangeSettings
from tests.support.exchange import exchange_binary

ACCOUNT, PASSWORD = "31201234567", "provider-secret"
ANSWERS, BUSY = "0612345678", "0687654321"
SHOWN = "0201234567"
SUBSCRIBER = "127.0.0.4"
"""Where somebody with a telephone at the same provider calls from."""


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[int]:
    """An Asterisk that plays the public network; gives its SIP port.

    It knows one account, and whoever calls from `SUBSCRIBER` is connected with whatever has registered as that. The
    account may call `ANSWERS`, written so and with `SHOWN` as its number, and `BUSY`; nobody else has a number.
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
                section(ACCOUNT, [("type", "aor"), ("max_contacts", 1), ("remove_existing", True)]),
                section(ACCOUNT, [("type", "auth"), ("username", ACCOUNT), ("password", PASSWORD)]),
                section(
                    ACCOUNT,
                    [
                        ("type", "endpoint"),
                        ("aors", ACCOUNT),
                        ("auth", ACCOUNT),
                        ("allow", "!all,alaw"),
                        ("context", "account"),
                        ("trust_id_inbound", True),
                    ],
                ),
                section("world", [("type", "endpoint"), ("context", "out"), ("allow", "!all,alaw")]),
                section("world", [("type", "identify"), ("endpoint", "world"), ("match", SUBSCRIBER)]),
            )
        ),
        "extensions.conf": "\n".join(
            (
                "[out]",
                f"exten => _X.,1,Dial(PJSIP/{ACCOUNT})",
                "[account]",
                f'exten => {ANSWERS},1,GotoIf($["${{CALLERID(num)}}"="{SHOWN}"]?right)',
                " same => n,Hangup(21)",
                " same => n(right),Answer()",
                " same => n,Wait(2)",
                f"exten => {BUSY},1,Hangup(17)",
                "",
            )
        ),
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
        else:
            raise AssertionError((run / "log/exchange.log").read_text())
        yield settings.ports.sip
    finally:
        process.kill()
        await process.wait()
        shutil.rmtree(run.parent)
