"""Reached from other machines, the console is served over HTTPS only, with a certificate made at set-up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from cordboard.app.demo import read_demo_logins
from cordboard.asterisk.ports import pick
from cordboard.asterisk.runtime import find
from tests.cli.command import ROOT

pytestmark = pytest.mark.exchange


@contextlib.asynccontextmanager
async def listening_everywhere(folder: Path, port: int) -> AsyncIterator[None]:
    """`cordboard run --listen 0.0.0.0`, from its address printed to its end."""
    data, said = folder / "data", folder / "terminal.txt"
    with said.open("wb") as output:
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cordboard", "run", "--data", str(data), "--listen", "0.0.0.0", "--port", str(port),
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT,
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while "Cordboard is at https://" not in said.read_text():
                assert parent.returncode is None, said.read_text()
                await asyncio.sleep(0.1)
        yield
    finally:
        parent.send_signal(signal.SIGINT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(parent.wait(), 20)
        if parent.returncode is None:
            parent.kill()
            await parent.wait()
        living = find(data / "exchange")
        if living is not None:
            os.kill(living, signal.SIGKILL)


async def test_another_address_serves_https_with_a_certificate_of_our_own(tmp_path: Path) -> None:
    """A client that checks certificates as a browser does gets page, secure cookie and live connection.

    The one certificate that it trusts is the one that set-up made; the name in the address is checked too. Without
    encryption nothing is answered, and the key is readable by its owner only.
    """
    port = pick(1)[0]
    async with listening_everywhere(tmp_path, port):
        tls = tmp_path / "data" / "tls"
        assert stat.S_IMODE((tls / "key.pem").stat().st_mode) == 0o600
        trusting = ssl.create_default_context(cafile=str(tls / "certificate.pem"))
        logins = read_demo_logins(tmp_path / "data")
        assert logins is not None
        url = f"https://localhost:{port}"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as browser:
            async with browser.get(f"{url}/") as page:
                assert page.status == 200
                assert "<div id=" in await page.text()
                assert "max-age" in page.headers["Strict-Transport-Security"]
            log_in = {"user_name": "chantal", "password": logins.log_ins[0].password}
            async with browser.post(
                f"{url}/api/session", json=log_in, headers={"X-Cordboard": "1", "Origin": url}
            ) as answer:
                assert answer.status == 200
                cookie = answer.headers["Set-Cookie"]
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert cookie.startswith("__Host-")
            assert {"secure", "httponly", "path=/"} <= attributes
            assert not any(attribute.startswith("domain") for attribute in attributes)
            async with browser.ws_connect(
                f"wss://localhost:{port}/live", protocols=("cordboard.v1",), headers={"Origin": url}
            ) as live:
                await live.send_json({"t": "sync", "epoch": "", "rev": 0})
                # Whatever happens meanwhile comes between.
                told: set[str] = set()
                while not told >= {"hello", "snap"}:
                    told.add((await live.receive_json(timeout=10))["t"])
        async with aiohttp.ClientSession() as plain:
            with pytest.raises(aiohttp.ClientError):
                await plain.get(f"http://localhost:{port}/")
