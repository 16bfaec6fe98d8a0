"""Keys that callers press, on a real exchange: each is heard once, however quickly the same one comes again."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cordboard.asterisk import translate
from cordboard.asterisk.client import claim
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.settings import Trunk
from cordboard.core.types import LegId
from tests.support.exchange import TestExchange, running_exchange
from tests.support.siplink import SipFailure
from tests.support.sipphone import SipPhone

pytestmark = pytest.mark.exchange

ADDRESS = "127.0.0.2"
KEYS = ("11111222221111122222", "00000000000000000000", "12345678901234567890", "5*5*5##55#5**5555##5")
"""Twenty each, as four callers press them at once."""
ROUNDS = 3
DIFFERENT = "12345678901234567890"

TRUNK = Trunk(name="test", host=ADDRESS, match=(ADDRESS,))


class Listener:
    """Answers every caller, listens to its leg and to its endpoint as the product does, and keeps what it hears."""

    def __init__(self, exchange: TestExchange) -> None:
        self.link = exchange.link
        self.legs = Legs()
        self.heard: dict[str, str] = defaultdict(str)
        self.told = 0
        self.asking: list[asyncio.Task[object]] = []
        self.link.set_listener(self._hear, lambda: None, lambda: None)

    def _hear(self, raw: bytes) -> None:
        event = msgspec.json.decode(raw)
        if event["type"] == "CallBroadcast":
            self._ask(claim(self.link, event["channel"]["id"]))
        elif event["type"] == "StasisStart":
            # Ours since this moment, and not since the answer to the claim.
            self._ask(self.link.request("POST", f"channels/{event['channel']['id']}/answer"))
        elif event["type"] == "ChannelDtmfReceived":
            leg = event["channel"]["id"]
            self.told += 1
            at = translate.instant(event["timestamp"])
            if self.legs.pressed(LegId(leg), event["digit"], at, event["duration_ms"]):
                self.heard[leg] += event["digit"]

    def _ask(self, work: Coroutine[Any, Any, object]) -> None:
        self.asking.append(asyncio.create_task(work))


async def _callers(exchange: TestExchange, stack: contextlib.AsyncExitStack) -> SipPhone:
    await exchange.link.request(
        "POST", "applications/cordboard/subscription", query={"eventSource": "endpoint:PJSIP"}
    )
    server = ("127.0.0.1", exchange.settings.ports.sip)
    return await stack.enter_async_context(SipPhone(server=server, ip=ADDRESS, keys=True))


async def test_the_same_key_pressed_quickly_is_heard_as_often_as_it_was_pressed(tmp_path: Path) -> None:
    """60 ms down, 60 ms up, four callers at once: no key of a PIN or a number is lost or doubled."""
    async with running_exchange(tmp_path, trunks=(TRUNK,)) as exchange, contextlib.AsyncExitStack() as stack:
        listener = Listener(exchange)
        phone = await _callers(exchange, stack)
        for _ in range(ROUNDS):
            listener.heard.clear()
            calls = [await phone.dial("0201234567", from_number="0612345678") for _ in KEYS]
            for call in calls:
                await call.answered()
            await asyncio.sleep(0.3)

            await asyncio.gather(
                *(call.press(keys, quickly=True) for call, keys in zip(calls, KEYS, strict=True))
            )
            await asyncio.sleep(1)

            assert sorted(listener.heard.values()) == sorted(KEYS)
            assert listener.told >= 2 * sum(map(len, KEYS)), "told once for the leg and once for the endpoint"
            listener.told = 0
            for call in calls:
                await call.hang_up()


@pytest.mark.parametrize("quickly", [True, False])
async def test_keys_that_were_held_up_on_their_way_are_heard_once(quickly: bool, tmp_path: Path) -> None:
    """A network that stalls for 180 ms brings the end of a key and the whole next one at once."""
    async with running_exchange(tmp_path, trunks=(TRUNK,)) as exchange, contextlib.AsyncExitStack() as stack:
        listener = Listener(exchange)
        phone = await _callers(exchange, stack)
        call = await phone.dial("0201234567", from_number="0612345678")
        await call.answered()
        await asyncio.sleep(0.3)

        pressing = asyncio.create_task(call.press(DIFFERENT, quickly=quickly))
        while not pressing.done():
            await asyncio.sleep(0.33)
            call.hold_back()
            await asyncio.sleep(0.18)
            call.let_through()
        await asyncio.sleep(1)  # what the exchange kept back comes

        assert list(listener.heard.values()) == [DIFFERENT]
        assert listener.told > 2 * len(DIFFERENT), "some were told again: the network did stall"


async def test_a_caller_from_outside_may_not_pass_itself_on(tmp_path: Path) -> None:
    """A REFER over a trunk is refused before anything is done with it."""
    async with running_exchange(tmp_path, trunks=(TRUNK,)) as exchange:
        Listener(exchange)
        server = ("127.0.0.1", exchange.settings.ports.sip)
        async with SipPhone(server=server, ip=ADDRESS, tone_hz=None) as phone:
            call = await phone.dial("0201234567", from_number="0612345678")
            await call.answered()

            with pytest.raises(SipFailure, match="603"):
                await call.transfer("201")

            await call.hang_up()
