"""A provider that wants to be registered with: by two sections of the configuration, or set up while calls go on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Done, cordboard
from tests.support.installation import Installation
from tests.support.provider import ACCOUNT, ANSWERS, BUSY, PASSWORD, SUBSCRIBER, provider
from tests.support.sipcall import CallState
from tests.support.sipphone import SipPhone

pytestmark = pytest.mark.exchange


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


@pytest.mark.rule("D28", "X-d")
async def test_a_trunk_that_is_set_up_while_calls_go_on_works_at_once_and_after_a_restart(
    tmp_path: Path,
) -> None:
    """Over REST: it registers, rings numbers in the provider's form with our number, and brings calls in.

    Who was talking goes on talking; and what a test call came to is told.
    """
    async with (
        provider() as port,
        Installation(tmp_path) as installation,
        installation.desk("henk") as desk,
        installation.caller() as talking,
    ):
        await desk.work("Enschede", "demo-206", "Algemeen", "Urgent")
        first = await talking.dial("0534800900", from_number="0612345679")
        await desk.until(lambda: desk.calls())
        account = {"user_name": ACCOUNT, "password": PASSWORD, "caller_id": "020 123 45 67"}
        fields = {"name": "KPN", "host": "127.0.0.1", "port": port, "sends": "plus", **account}
        status, made = await desk.request("POST", "/api/admin/trunks", json=fields)
        assert status == 201, made
        place = f"/api/admin/trunks/{made['id']}"

        async def until(**wanted: object) -> dict[str, object]:
            row: dict[str, Any] = {}
            for _ in range(300):
                _, row = await desk.request("GET", place)
                if all(row[name] == value for name, value in wanted.items()):
                    return dict(row)
                await asyncio.sleep(0.1)
            raise AssertionError((wanted, row))

        async def tested(number: str) -> str:
            status, body = await desk.request("POST", f"{place}/test", json={"number": number})
            assert status == 202, body
            row: dict[str, Any] = {}
            for _ in range(300):
                _, row = await desk.request("GET", place)
                if row["test"]["result"] != "dialling":
                    return str(row["test"]["result"])
                await asyncio.sleep(0.1)
            raise AssertionError(row)

        row = await until(state="fine")
        # The provider knows nobody by a number with a plus.
        assert await tested(ANSWERS) == "unknown_number"
        status, row = await desk.request(
            "PATCH", place, json={"sends": "national"}, headers={"If-Match": f'"{row["version"]}"'}
        )
        assert status == 200, row
        await until(state="fine")
        assert await tested(ANSWERS) == "answered"
        assert await tested(BUSY) == "busy"
        number = {"number": "020 123 45 67", "queue": desk.queue("Urgent")["id"]}
        status, body = await desk.request("POST", "/api/admin/numbers", json=number)
        assert status == 201, body
        async with SipPhone(server=("127.0.0.1", port), ip=SUBSCRIBER) as subscriber:
            call = await subscriber.dial("0201234567", from_number="0612345678")
            await desk.until(lambda: desk.call(queue=desk.queue("Urgent")["id"]) is not None)
            await call.hang_up()
            await desk.until(lambda: len(desk.calls()) == 1)
        assert first.state is CallState.UP
        await first.hang_up()
        # The parent starts the exchange before any server knows the database.
        installation.kill_exchange()
        await desk.until(lambda: not desk.entities["exchange", "exchange"]["up"])
        await desk.until(lambda: desk.entities["exchange", "exchange"]["up"])
        await installation.healthy()
        await until(state="fine")
        status, row = await desk.request("GET", place)
        status, _ = await desk.request("DELETE", place, headers={"If-Match": f'"{row["version"]}"'})
        assert status == 204
        assert "127.0.0.1" not in (installation.data / "exchange/trunks.json").read_text()
