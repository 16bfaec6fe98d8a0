"""Presses telephones' transfer keys by the hundred, in every form of REFER that a telephone may send.

::

    python -m tools.faults.transfer_keys --presses 300 --phones 4 plain replaces no_subscription

Each form has an Asterisk of its own, so that a death is counted for the form that caused it. The key is
answered as the product does it (`--answer barrier`: when the REFER is done with), or at once, late, twice, or never.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from cordboard.asterisk.client import claim
from cordboard.asterisk.deeds import SIP_DIALOG
from cordboard.asterisk.transport import AriUnavailable
from tests.support import sip
from tests.support.exchange import TestExchange, running_exchange
from tests.support.sipcall import SipCall
from tests.support.siplink import NotSeen, SipFailure
from tests.support.sipphone import SipPhone

PASSWORD = "desk-secret"
FORMS = (
    "plain", "replaces", "unknown_replaces", "no_subscription", "no_subscription_replaces", "no_contact",
    "no_referred_by", "then_bye", "bye_before_answer", "twice", "bad_target", "no_target",
)  # fmt: skip
ANSWERS = ("barrier", "at_once", "late", "twice", "never", "yes_then_no", "broken")
PRESSES_A_CALL = 5
"""So many on one call: a telephone may press again."""


class Desk:
    """Takes every call, and answers every press as it is told to."""

    def __init__(self, exchange: TestExchange, answer: str) -> None:
        self.exchange, self.link, self.answer = exchange, exchange.link, answer
        self.told = 0
        self._at: dict[str, str] = {}
        self._yes = itertools.cycle(("channel_answered", "channel_declined", "unavailable"))
        self._work: set[asyncio.Task[None]] = set()
        self.link.set_listener(self._hear, lambda: None, lambda: None)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _hear(self, raw: bytes) -> None:
        event = msgspec.json.decode(raw)
        if event["type"] == "CallBroadcast":
            self._spawn(self._take(event["channel"]["id"]))
        elif event["type"] == "ChannelTransfer" and event.get("state") is None:
            leg = event["referred_by"]["source_channel"]["id"]
            if self._at.get(leg) != event["timestamp"]:
                self._at[leg] = event["timestamp"]
                self.told += 1
                self._spawn(self._answer(leg))

    async def _take(self, leg: str) -> None:
        with contextlib.suppress(AriUnavailable):
            if await claim(self.link, leg):
                await self.link.request("POST", f"channels/{leg}/answer")

    async def _answer(self, leg: str) -> None:
        states = [next(self._yes)]
        with contextlib.suppress(AriUnavailable):
            match self.answer:
                case "never":
                    return
                case "late":
                    await asyncio.sleep(0.3)
                case "twice":
                    states *= 2
                case "yes_then_no":
                    states = ["channel_answered", "channel_declined"]
                case "barrier":
                    await self.link.request("GET", f"channels/{leg}/variable", query={"variable": SIP_DIALOG})
                case _:
                    pass
            for state in states:
                await self.link.request("POST", f"channels/{leg}/transfer_progress", query={"states": state})


class Presser:
    """One telephone that calls, presses and hangs up."""

    def __init__(self, phone: SipPhone, form: str) -> None:
        self.phone, self.form = phone, form
        self.presses = self.taken = 0

    async def run(self, until: Any) -> None:
        while not until():
            with contextlib.suppress(NotSeen, SipFailure, TimeoutError, AssertionError):
                await self._call(until)

    async def _up(self) -> SipCall:
        call = await self.phone.dial("100")
        await call.answered(within_ms=4000)
        return call

    async def _call(self, until: Any) -> None:
        if self.form == "bye_before_answer":
            call = await self.phone.dial("100")
            await self._press(call, None)
            await call.hang_up()
            return
        call, other = await self._up(), None
        if "replaces" in self.form:
            other = await self._up()
        try:
            for _ in range(1 if self.form == "then_bye" else PRESSES_A_CALL):
                if until():
                    break
                if self.form == "then_bye":
                    press = asyncio.create_task(self._press(call, other))
                    await asyncio.sleep(0.002 * (self.presses % 4))
                    await call.hang_up()
                    await asyncio.wait([press])
                elif self.form == "twice":
                    await asyncio.gather(self._press(call, other), self._press(call, other))
                else:
                    await self._press(call, other)
        finally:
            for one in (call, other):
                if one is not None:
                    await one.hang_up()

    async def _press(self, call: SipCall, other: SipCall | None) -> None:
        server = call._peer[0]
        us = f"<sip:{self.phone.user}@{server}>"
        whom = f"<sip:201@{server}>"
        if self.form == "bad_target":
            whom = "<tel:201>"
        if other is not None:
            dialog = f"{other.call_id};to-tag={sip.tag_in(other._them)};from-tag={sip.tag_in(other._us)}"
            if self.form == "unknown_replaces":
                dialog = "no-such-call;to-tag=1;from-tag=2"
            whom = us.replace(">", f"?Replaces={quote(dialog)}>")
        extra = [] if self.form == "no_target" else [("Refer-To", whom)]
        if self.form != "no_referred_by":
            extra.append(("Referred-By", us))
        if self.form.startswith("no_subscription"):
            extra.append(("Refer-Sub", "false"))
        request = call._message("REFER", tuple(extra))
        if self.form == "no_contact":
            request = sip.SipMessage(
                request.start, tuple((k, v) for k, v in request.headers if k != "Contact"), request.body
            )
        self.presses += 1
        response = await call._link.request(request, call._peer, within_ms=2000)
        self.taken += response.status in (200, 202)
        await asyncio.sleep(0.02)


async def _device(exchange: TestExchange, name: str) -> None:
    parts: dict[str, dict[str, str]] = {
        "auth": {"auth_type": "userpass", "username": name, "password": PASSWORD},
        "aor": {"max_contacts": "1", "remove_existing": "yes"},
        "endpoint": {
            "context": "phones",
            "disallow": "all",
            "allow": "alaw,ulaw",
            "auth": name,
            "aors": name,
        },
    }
    for kind, values in parts.items():
        fields = [{"attribute": key, "value": value} for key, value in values.items()]
        uri = f"asterisk/config/dynamic/res_pjsip/{kind}/{name}"
        await exchange.link.request("PUT", uri, body={"fields": fields})


async def _breaks(exchange: TestExchange) -> None:
    """The connection of the application is broken, again and again."""
    while True:
        await asyncio.sleep(0.5)
        connection = getattr(exchange.link, "_socket", None)
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close()


async def press(form: str, answer: str, *, presses: int, phones: int, limit_s: float) -> dict[str, object]:
    """Press until so many are done or the time is over; every death begins a new exchange."""
    done = told = taken = deaths = 0
    until_s = time.monotonic() + limit_s
    while done < presses and time.monotonic() < until_s:
        with tempfile.TemporaryDirectory(prefix="cb-keys-") as folder:
            async with contextlib.AsyncExitStack() as stack:
                exchange = await stack.enter_async_context(running_exchange(Path(folder)))
                desk = Desk(exchange, answer)
                pressers: list[Presser] = []
                for number in range(phones):
                    name = f"d-key{number}"
                    await _device(exchange, name)
                    phone = SipPhone(
                        server=("127.0.0.1", exchange.settings.ports.sip), user=name, password=PASSWORD
                    )
                    await phone.open()
                    stack.callback(phone.vanish)
                    await phone.register()
                    pressers.append(Presser(phone, form))

                def over(before: int = done, pressers: list[Presser] = pressers) -> bool:
                    count = before + sum(one.presses for one in pressers)
                    return count >= presses or time.monotonic() > until_s

                runs = asyncio.ensure_future(asyncio.gather(*(one.run(over) for one in pressers)))
                end = asyncio.create_task(exchange.process.ended())
                helpers = [asyncio.create_task(_breaks(exchange))] if answer == "broken" else []
                both: set[asyncio.Future[Any]] = {runs, end}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if not exchange.process.is_alive():
                    deaths += 1
                runs.cancel()
                for task in (end, *helpers):
                    task.cancel()
                await asyncio.gather(runs, end, *helpers, return_exceptions=True)
                done += sum(one.presses for one in pressers)
                taken += sum(one.taken for one in pressers)
                told += desk.told
    return {
        "form": form,
        "answer": answer,
        "presses": done,
        "taken": taken,
        "told": told,
        "deaths": deaths,
    }


async def _main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("forms", nargs="+", choices=FORMS)
    parser.add_argument("--answer", choices=ANSWERS, default="barrier")
    parser.add_argument("--presses", type=int, default=300)
    parser.add_argument("--phones", type=int, default=4)
    parser.add_argument("--limit-s", type=float, default=60.0)
    chosen = parser.parse_args()
    died = 0
    for form in chosen.forms:
        row = await press(
            form, chosen.answer, presses=chosen.presses, phones=chosen.phones, limit_s=chosen.limit_s
        )
        died += int(str(row["deaths"]))
        print(*(f"{key} {value}" for key, value in row.items()), sep=", ", flush=True)
    return 1 if died else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(_main()))
