"""A large office in a process of its own: forty queues, five hundred people at work, sixty callers, and no rest.

    python -m bench.crowd FOLDER PORT

Everybody has a console, signs in to three queues and changes status now and then; callers wait, hang up, and others
come. All of it goes through the product: commands over the live connection, SIP over the trunk. These consoles ask
to be shown nothing (no `sync`), so that they take little from what is measured. They have no telephones, so nobody
is rung: people are paused, in wrap-up, or signed in without a telephone.

Says "ready" when the office is full; goes on until its input is closed; then says in a line of JSON what it did.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp

from bench.contacts import people
from cordboard.app.demo import DEMO
from cordboard.app.ports import QueueRow, SessionRow, UserRow
from cordboard.app.tokens import hash_of
from cordboard.core.types import GroupId, QueueId, Right, Strategy, UserId
from cordboard.storage.open import open_database
from cordboard.web.guard import COOKIE_PLAIN
from tests.support.installation import ROOT, Desk, Installation
from tests.support.sipphone import SipCall, SipPhone

QUEUES, AGENTS, CALLS = 40, 500, 60
QUEUES_EACH = 3
"""To how many queues everybody is signed in."""
OPERATOR = UserId("demo-chantal")
"""Looks at it all: signed in to every queue, never paused."""
GROUP = GroupId("demo-enschede")
STATUS_EVERY_S = 1 / 15
PARTS = 10
"""In so many parts of the house people change status independently."""
CALLER_EVERY_S = 1 / 3
CALLS_KEPT = 10
"""The first callers stay, so that one of them can be sent on meanwhile."""
ANSWER_MS = 20_000
PONG_EVERY_S = 6
AT_ONCE = 10
"""So many people sign in side by side."""
PACE_MIN = 0.8
"""The part of the changes that must have been made: an office that had no turn on a full machine is not a busy one."""
READY_S = 240
SESSION_MS = 3_600_000


# --- the organisation ---


async def enlarge(data: Path) -> None:
    """Give the demo organisation its queues and people, each with a session; nothing may run on it meanwhile."""
    database = await open_database(f"sqlite:///{data / 'cordboard.db'}", backups=None)
    try:
        before = await database.directories.directory(DEMO)
        users = (*before.users, *new_users(AGENTS - len(before.users)))
        queues = (*before.queues, *new_queues(len(before.queues)))
        # Everybody sees every queue, and takes whatever status there is.
        queues = tuple(replace(queue, groups=queue.groups | {GROUP}) for queue in queues)
        users = tuple(
            replace(user, groups=user.groups | {GROUP}, rights=user.rights | {Right.MANUAL_WRAP_UP})
            for user in users
        )
        await database.directories.save(replace(before, users=users, queues=queues))
        now = time.time_ns() // 1_000_000
        for user in users:
            session = SessionRow(
                token_hash=hash_of(token_of(user.id)),
                user=user.id,
                organisation=DEMO,
                created_at=now,
                last_seen_at=now,
                expires_at=now + SESSION_MS,
            )
            assert await database.accounts.add_session(session), user
    finally:
        await database.close()


def token_of(user: UserId) -> str:
    """Of that person's session; five hundred log-ins would be five hundred passwords to compare."""
    return f"bench-{user}"


def new_users(count: int) -> list[UserRow]:
    """People with names, extensions and addresses."""
    return [
        UserRow(
            id=UserId(f"bench-{number}"),
            user_name=f"bench{number}",
            name=contact.name,
            extension=str(3000 + number),
            email=contact.addresses[0],
            language="nl",
            theme="system",
            disabled=False,
            groups=frozenset({GROUP}),
            rights=frozenset({Right.CHAT}),
        )
        for number, contact in enumerate(people(count))
    ]


def new_queues(first: int) -> list[QueueRow]:
    """Queues number `first` to the last, each with a number of its own."""
    return [
        QueueRow(
            id=QueueId(f"bench-{place}"),
            name=f"Wachtrij {place + 1}",
            urgent=False,
            priority=0,
            position=place,
            strategy=Strategy.LONGEST_IDLE,
            ring_ms=20_000,
            wrap_up_ms=0,
            ring_until_answered=False,
            locked=False,
            groups=frozenset({GROUP}),
            language="nl",
            numbers=frozenset({f"3153481{place:04}"}),
        )
        for place in range(first, QUEUES)
    ]


# --- people and callers ---


class Quiet(Desk):
    """A console that says what its person does and is shown nothing."""

    def __init__(self, cordboard: Installation, client: aiohttp.ClientSession, user: UserId) -> None:
        super().__init__(cordboard, client)
        self._url = f"{cordboard.url.replace('http', 'ws', 1)}/live"
        self._user = user
        self._next = cycle(
            (
                ("agent.pause", {"reason": "Overleg"}),
                ("agent.return", {}),
                ("wrap_up.start", {}),
                ("wrap_up.stop", {}),
            )
        )

    async def connect(self) -> None:
        """Open the live connection and ask for nothing."""
        cookie = {"Cookie": f"{COOKIE_PLAIN}={token_of(self._user)}"}
        self._socket = await self.client.ws_connect(self._url, protocols=("cordboard.v1",), headers=cookie)
        self._reader = asyncio.create_task(self._read(self._socket))

    async def begin(self, queues: list[QueueId], changes: int) -> None:
        """Sign in, and change status so many times."""
        await self.connect()
        await self.command("group.select", group=GROUP)
        for queue in queues:
            await self.command("queue.sign_in", queue=queue)
        for _ in range(changes):
            await self.change()

    async def change(self) -> None:
        """Take the next status of the day."""
        op, args = next(self._next)
        await self.command(op, **args)

    async def pong(self) -> None:
        """Say that somebody is there, if the console is open yet."""
        if self._socket is not None:
            await self._socket.send_json({"t": "pong", "rev": 0})


@dataclass
class Crowd:
    """Everybody who is there."""

    consoles: list[Quiet]
    outside: SipPhone
    numbers: list[str]
    """Of the queues."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    calls: list[SipCall] = field(default_factory=list)
    came: int = 0
    changes: int = 0

    async def call_in(self) -> None:
        """One more caller, who soon neither speaks nor listens: nobody hears it, and sound takes the processor."""
        number = self.numbers[self.came % len(self.numbers)]
        self.came += 1
        call = await self.outside.dial(number, from_number=f"06{20_000_000 + self.came}")
        self.calls.append(call)
        await call.answered(within_ms=ANSWER_MS)
        # Those who stay are there for longer than a silent call may last.
        if self.came > CALLS_KEPT:
            call.stop_sound()

    async def take_turns(self) -> None:
        """A caller hangs up and another one comes, again and again."""
        async for _ in beats(CALLER_EVERY_S):
            gone = self.calls.pop(self.chance.randrange(CALLS_KEPT, len(self.calls)))
            await asyncio.gather(gone.hang_up(), self.call_in())

    async def change_statuses(self) -> None:
        """One person after the other does something else; a slow answer to one does not hold up the others."""

        async def among(consoles: list[Quiet]) -> None:
            async for _ in beats(STATUS_EVERY_S * PARTS):
                await self.chance.choice(consoles).change()
                self.changes += 1

        await asyncio.gather(*(among(self.consoles[part::PARTS]) for part in range(PARTS)))

    async def stay(self) -> None:
        """Answer for all consoles in turn, so that none counts as gone."""
        everybody = cycle(self.consoles)
        async for _ in beats(PONG_EVERY_S / len(self.consoles)):
            await next(everybody).pong()


async def beats(every_s: float) -> AsyncIterator[None]:
    """At this pace, on the average; what was late is made up for."""
    due = time.monotonic()
    while True:
        due += every_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield


# --- the process ---


@contextlib.asynccontextmanager
async def crowd(cordboard: Installation) -> AsyncIterator[dict[str, Any]]:
    """Have the office full and busy while the context lasts; afterwards what is yielded says what it did.

    Raises:
        RuntimeError: it did not fill, or ended before it was told to.
    """
    words = ["-m", "bench.crowd", str(cordboard.folder), str(cordboard.port)]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=PIPE, stdout=PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    did: dict[str, Any] = {}
    try:
        if await asyncio.wait_for(process.stdout.readline(), READY_S) != b"ready\n":
            raise RuntimeError("the office did not fill")
        yield did
        process.stdin.close()
        said = await asyncio.wait_for(process.stdout.readline(), 30)
        if await asyncio.wait_for(process.wait(), 30) != 0:
            raise RuntimeError("the office ended badly")
        did |= json.loads(said)
        pace = min(did["status_changes_per_s"] * STATUS_EVERY_S, did["callers_per_s"] * CALLER_EVERY_S)
        if pace < PACE_MIN:
            raise RuntimeError(f"the office was not busy: {did}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def main(folder: Path, port: int) -> None:
    """Fill the office, keep it busy, empty it."""
    cordboard = Installation(folder, port=port)
    queues = [*("demo-algemeen", "demo-urgent", "demo-intercollegiaal"), *(q.id for q in new_queues(3))]
    ids = [QueueId(queue) for queue in queues]
    others = [user.id for user in new_users(AGENTS - 7)]
    others += [UserId(f"demo-{name}") for name in ("piet", "anja", "paul", "henk", "fatima", "paulien")]
    numbers = ["31534800900", "31534800911", "31534800922", *(n for q in new_queues(3) for n in q.numbers)]
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector) as client,
        cordboard.caller(tone_hz=None) as outside,
    ):
        operator = Quiet(cordboard, client, OPERATOR)
        consoles = [Quiet(cordboard, client, user) for user in others]
        office = Crowd(consoles=consoles, outside=outside, numbers=numbers)
        gate = asyncio.Semaphore(AT_ONCE)

        async def begin(place: int, console: Quiet) -> None:
            async with gate:
                its = [ids[(place + step) % QUEUES] for step in range(QUEUES_EACH)]
                await console.begin(its, changes=place % 4)

        busy = [asyncio.create_task(office.stay())]
        await operator.begin(ids, changes=0)
        await operator.close()
        await asyncio.gather(*(begin(place, console) for place, console in enumerate(consoles)))
        for _ in range(CALLS):
            await office.call_in()
        print("ready", flush=True)
        began = time.monotonic()
        busy += [asyncio.create_task(do()) for do in (office.take_turns, office.change_statuses)]
        over = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
        done, _ = await asyncio.wait({*busy, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in busy:
            task.cancel()
        for task in done & set(busy):
            await task
        seconds = time.monotonic() - began
        did = {
            "status_changes_per_s": round(office.changes / seconds, 1),
            "callers_per_s": round((office.came - CALLS) / seconds, 1),
            "seconds": round(seconds),
        }
        print(json.dumps(did), flush=True)
        for console in consoles:
            await console.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
