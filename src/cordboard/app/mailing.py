"""Letters leave in the background: who asked for one never waits for a mail server, nor learns from its speed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

log = logging.getLogger(__name__)

MAILS_WAITING_MAX = 500
"""Letters that wait for the mail server; another one is refused."""

MAILS_WAITING_OF_ONE_MAX = 100
"""Of those, one organisation's: what it sends leaves place for the others' letters."""

AGAIN_AFTER_S = (5.0, 30.0, 120.0, 600.0)
"""After a failure that may pass; then the letter is given up and the log says so."""


_ADDRESS = re.compile(r"[^@\s,;<>\"']{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,189}\.[A-Za-z0-9-]{2,60}")


def is_address(text: str) -> bool:
    """Letters can go there; nothing in it could be read as a second address, or as something else of a letter."""
    return text.isprintable() and _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter to one address, in plain text."""

    to: str
    subject: str
    text: str


class MailNotSent(Exception):
    """The letter did not leave.

    Args:
        passing: it may go another time (the server is away); else it never will (the address is refused).
    """

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


class Post(Protocol):
    """Hands a letter to whoever brings it: a mail server, or a folder."""

    async def send(self, mail: Mail) -> None:
        """
        Raises:
            MailNotSent: it did not leave.
        """


class Mailing:
    """The letters that wait, and the one task that brings them."""

    def __init__(self, post: Post, again_after_s: Sequence[float] = AGAIN_AFTER_S) -> None:
        self._post = post
        self._again_after_s = again_after_s
        self._waiting: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Semaphore(2)

    def put(self, mail: Mail, of: str = "") -> bool:
        """Let it leave; at once if the server takes it. False: too many wait, it never will.

        Args:
            of: whose letter it is, an organisation's id; empty: nobody's.
        """
        if self._waiting.total() >= MAILS_WAITING_MAX or (
            of and self._waiting[of] >= MAILS_WAITING_OF_ONE_MAX
        ):
            log.error("a letter was dropped: too many wait for the mail server", extra={"organisation": of})
            return False
        self._waiting[of] += 1
        task = asyncio.create_task(self._bring(mail), name="mail")
        self._tasks.add(task)
        task.add_done_callback(partial(self._brought, of))
        return True

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """What has not left by now does not leave; a new link can be asked for."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _brought(self, of: str, task: asyncio.Task[None]) -> None:
        self._waiting[of] -= 1
        self._tasks.discard(task)

    async def _bring(self, mail: Mail) -> None:
        for pause_s in (*self._again_after_s, None):
            try:
                async with self._one_at_a_time:
                    await self._post.send(mail)
            except MailNotSent as problem:
                log.warning("a letter did not leave", extra={"reason": str(problem), "again": pause_s})
                if not problem.passing or pause_s is None:
                    return
                await asyncio.sleep(pause_s)
            else:
                return
