"""A command that waits for a leg that is recorded holds up all of its connection, until another one ends that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from cordboard.asterisk.awaken import end_sounds
from cordboard.asterisk.client import claim
from cordboard.asterisk.http import AriOverHttp
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.translate import HEARS, RECORDS
from tests.support.exchange import running_exchange
from tests.support.sipphone import SipPhone
from tests.support.waiting import until

pytestmark = pytest.mark.exchange

ADDRESS = "127.0.0.2"


@pytest.mark.rule("D16")
async def test_another_connection_frees_one_that_waits_for_a_message(tmp_path: Path) -> None:
    """As the watch does when the exchange lives and does not dial."""
    trunk = Trunk(name="test", host=ADDRESS, match=(ADDRESS,))
    async with running_exchange(tmp_path, trunks=(trunk,)) as exchange:
        link, legs, recorded, asking = exchange.link, list[str](), list[str](), list[asyncio.Task[object]]()

        def hear(raw: bytes) -> None:
            event = msgspec.json.decode(raw)
            if event["type"] == "CallBroadcast":
                asking.append(asyncio.ensure_future(claim(link, event["channel"]["id"])))
            elif event["type"] == "StasisStart":
                legs.append(event["channel"]["id"])
            elif event["type"] == "RecordingStarted":
                recorded.append(event["recording"]["name"])

        link.set_listener(hear, lambda: None, lambda: None)
        query = {"eventSource": "endpoint:PJSIP"}
        await link.request("POST", "applications/cordboard/subscription", query=query)
        server = ("127.0.0.1", exchange.settings.ports.sip)
        async with SipPhone(server=server, ip=ADDRESS) as phone:
            await phone.dial("0201234567", from_number="0612345678")
            await until(lambda: bool(legs))
            await link.request("POST", f"channels/{legs[0]}/answer")
            mark = {"variable": HEARS, "value": f"{RECORDS}message-1"}
            await link.request("POST", f"channels/{legs[0]}/variable", query=mark)
            how = {"name": "message-1", "format": "wav", "maxDurationSeconds": "60"}
            await link.request("POST", f"channels/{legs[0]}/record", query=how)
            await until(lambda: bool(recorded))

            waits = asyncio.create_task(link.request("POST", f"channels/{legs[0]}/variable", query=mark))
            behind = asyncio.create_task(link.request("GET", "asterisk/ping"))
            assert not (await asyncio.wait({waits, behind}, timeout=1.5))[0], "both wait for the message"

            async with AriOverHttp(exchange.settings) as beside:
                assert await end_sounds(beside) == 1

            async with asyncio.timeout(3):
                assert (await waits).is_done
                assert (await behind).is_done
