"""People at work in an installation: a console and a telephone each, and callers from outside.

::

    async with at_work(cordboard, "chantal", "201", "Algemeen") as chantal, calling(cordboard) as caller:
        card = await chantal.offered()
        await chantal.desk.command("call.answer", call=card["id"])
        await caller.hears(AGENT_HZ)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

from cordboard.app.ports import DeviceRow, OrganisationRow, QueueRow
from cordboard.core.types import OrganisationId
from cordboard.storage.open import open_database
from tests.support.installation import Desk, Installation
from tests.support.rtp import now_us
from tests.support.sipphone import SipCall, SipPhone

PATIENCE_MS = 15_000
"""For what has to happen; generous, for the machine has more to do. Speed is measured in bench/."""
SETTLED_MS = 1_500
"""How long nothing may happen before a test believes that nothing will."""
AGENT_HZ, CALLER_HZ = 600, 800
OTHER_AGENT_HZ = 700
OUTSIDE_HZ, SECOND_CALLER_HZ = 900, 1_000
ALGEMEEN, URGENT, INTERCOLLEGIAAL = "0534800900", "0534800911", "0534800922"
RING_MS = 4_000
"""A shorter ring than the demo organisation's, so that tests need not wait for twenty seconds."""
BLIND_RING_MS, UNDO_MS = 8_000, 6_000
"""The same of a blind transfer's ring, and of the time to take a transfer back."""

LONGEST_GAP_MS = 400
"""Of what a listener may miss when the machine, not the exchange, is busy: the tests' own ears stop too."""


def tell(text: str) -> None:
    """A figure for the reader of the output; speed is measured in bench/, here it is only shown."""
    sys.stdout.write(f"\n{text}\n")


@dataclass
class Worker:
    """Somebody with a console and a telephone."""

    name: str
    desk: Desk
    phone: SipPhone

    async def until(self, condition: Callable[[], object]) -> float:
        """Wait until the console shows it; returns the milliseconds that it took."""
        return await self.desk.until(condition, within_ms=PATIENCE_MS)

    async def shows(self, **fields: Any) -> dict[str, Any]:
        """Wait for a card with these values."""
        await self.until(lambda: self.desk.call(**fields))
        card = self.desk.call(**fields)
        assert card is not None
        return card

    async def offered(self) -> dict[str, Any]:
        """Wait for a card that can be answered."""
        await self.until(lambda: self.offer() is not None)
        card = self.offer()
        assert card is not None
        return card

    def offer(self) -> dict[str, Any] | None:
        """The card that is offered to me; None: there is none."""
        return next((card for card in self.desk.calls() if card["offer"] is not None), None)

    async def answer(self) -> dict[str, Any]:
        """One click on the green telephone, and wait until the call is active."""
        card = await self.offered()
        await self.desk.command("call.answer", call=card["id"])
        return await self.shows(id=card["id"], state="active")

    async def does(self, action: str, call: str) -> None:
        """Click "hold", "resume", "hang_up" or "reject" on a card."""
        await self.desk.command(f"call.{action}", call=call)

    async def nothing_left(self) -> None:
        """Wait until there is no card and the phone has no call."""
        await self.until(lambda: not self.desk.calls())
        await self.phone.link.changes.until(
            lambda: True if all(call.end is not None for call in self.phone.calls) else None,
            PATIENCE_MS,
            lambda: f"no call left; {self.phone.link.account()}",
        )

    async def history(self, call: str) -> list[dict[str, Any]]:
        """My rows of one call; a call is written a moment after it has ended."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while True:
            status, page = await self.desk.request("GET", "/api/history")
            assert status == 200, page
            rows = [row for row in page["rows"] if row["call"] == call]
            if rows or time.monotonic() > deadline:
                return rows
            await asyncio.sleep(0.05)

    async def exchange_is(self, *, up: bool) -> None:
        """Wait until the console says so."""
        await self.until(lambda: self.desk.entities["exchange", "exchange"]["up"] is up)

    async def is_registered(self) -> None:
        """Wait until the console shows my phone as registered."""
        device = str(self.desk.me["device"])
        await self.until(lambda: self.desk.entities["device", device]["registered"])

    async def reconnect(self) -> None:
        """As the console does by itself after the server has started anew; waits until all is shown again."""
        seen = self.desk.snapshots
        await self.desk.reconnect(within_ms=PATIENCE_MS)
        await self.until(lambda: self.desk.snapshots > seen)
        await self.exchange_is(up=True)

    @property
    def rung(self) -> int:
        """How often the phone was called."""
        return sum(call.is_incoming for call in self.phone.calls)


@contextlib.asynccontextmanager
async def at_work(
    cordboard: Installation,
    user_name: str,
    extension: str,
    *queues: str,
    group: str = "Enschede",
    registers: bool = True,
    **telephone: Any,
) -> AsyncIterator[Worker]:
    """Log in, register the desk phone, choose group and phone, sign in; go home afterwards."""
    device = f"demo-{extension}"
    telephone.setdefault("tone_hz", AGENT_HZ)
    async with cordboard.desk(user_name) as desk:
        worker = Worker(user_name, desk, await cordboard.phone(device, **telephone))
        try:
            async with worker.phone:
                if registers:
                    await worker.phone.register(within_ms=PATIENCE_MS)
                await desk.work(group, device, *queues)
                if registers:
                    await worker.is_registered()
                yield worker
        finally:
            await _go_home(worker)


async def _go_home(worker: Worker) -> None:
    """Log out of console and phone, which ends sign-ins and wrap-up; calls have ended before."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        status, body = await worker.desk.request(
            "DELETE", "/api/session", params={"device": "true", "confirmed": "true"}
        )
        if status == 204:
            return
        assert time.monotonic() < deadline, body
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def calling(
    cordboard: Installation, number: str = ALGEMEEN, *, of: str = "0612345678", name: str = "Mevr. Jansen"
) -> AsyncIterator[SipCall]:
    """Somebody outside who dials and waits; hangs up at the end if nobody else has."""
    async with cordboard.caller(tone_hz=CALLER_HZ) as phone:
        yield await phone.dial(number, from_number=of, from_name=name)


async def both_hear(caller: SipCall, agent: SipCall, agent_hz: int = AGENT_HZ) -> None:
    """Sound goes both ways, from now on."""
    await caller.hears(agent_hz, within_ms=PATIENCE_MS)
    await agent.hears(CALLER_HZ, within_ms=PATIENCE_MS)


def unbroken(call: SipCall, hz: int, start_us: int, end_us: int | None = None) -> None:
    """The tone was heard all the time since then.

    Args:
        end_us: until when; None: until now. To look at a long talk takes a while, in which nobody listens.

    Raises:
        AssertionError: there was a gap, longer than what the tests themselves stood still.
    """
    gaps = [
        (s.end_us - s.start_us - call.ear.stalled_us(s.start_us, s.end_us)) // 1000
        for s in call.ear.heard_between(start_us, end_us or now_us(), [hz])
        if s.tones != (hz,)
    ]
    assert max(gaps, default=0) <= LONGEST_GAP_MS, f"gaps in {hz} Hz (ms): {gaps}"


async def killed_and_back(cordboard: Installation, *workers: Worker, by: int = signal.SIGKILL) -> None:
    """The server dies (or hangs, `by` SIGSTOP); wait until another one serves and the consoles have it."""
    old = cordboard.server_pid()
    began = time.monotonic()
    os.kill(old, by)
    while True:
        await cordboard.healthy()
        try:
            if cordboard.server_pid() != old:
                break
        except AssertionError:
            pass
        await asyncio.sleep(0.01)
    tell(f"the server was back after {(time.monotonic() - began) * 1000:.0f} ms")
    for worker in workers:
        await worker.reconnect()


async def configure(
    cordboard: Installation,
    *,
    queue: Callable[[QueueRow], QueueRow] = lambda row: row,
    device: Callable[[DeviceRow], DeviceRow] = lambda row: row,
    organisation: Callable[[OrganisationRow], OrganisationRow] = lambda row: row,
) -> None:
    """Change the stored configuration as an administrator would, and start Cordboard anew with it."""
    await cordboard.stop()
    database = await open_database(cordboard.database, backups=None)
    try:
        directory = await database.directories.directory(OrganisationId("demo"))
        changed = replace(
            directory,
            organisation=organisation(directory.organisation),
            queues=tuple(queue(row) for row in directory.queues),
            devices=tuple(device(row) for row in directory.devices),
        )
        await database.directories.save(changed)
    finally:
        await database.close()
    await cordboard.start()
