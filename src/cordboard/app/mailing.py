"""Letters leave in the background: who asked for one never waits for a mail server, nor learns from its speed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

MAILS_WAITING_MAX = 500
"""Letters that wait for the mail server; another one is refused."""

MAILS_WAITING_OF_ONE_MAX = 100
"""Of those, one organisation's: what it sends leaves place for the others' letters."""

REFUSED_IN_A_ROW_MAX = 1
"""Addresses that the mail server may refuse for good before it is taken to refuse us: one is a slip of the pen."""

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
    recording: Path | None = None
    """A WAV file that goes with it, read when the letter leaves; one that is gone by then does not."""


class MailNotSent(Exception):
    """The letter did not leave.

    Args:
        passing: it may go another time (the server is away); else it never will (the address is refused).
        of_address: the address is refused; others may be taken.
    """

    def __init__(self, reason: str, *, passing: bool, of_address: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing
        self.of_address = of_address


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
        self._refused: set[str] = set()
        """Addresses that were refused for good since a letter left."""
        self._failed = False
        """No letter has left since one could not, whatever its address."""

    @property
    def fails(self) -> bool:
        """Letters do not leave, until one has left again."""
        return self._failed or len(self._refused) > REFUSED_IN_A_ROW_MAX

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
                self._did_not_leave(mail, problem)
                if not problem.passing or pause_s is None:
                    return
                await asyncio.sleep(pause_s)
            else:
                self._failed = False
                self._refused.clear()
                return

    def _did_not_leave(self, mail: Mail, problem: MailNotSent) -> None:
        if problem.of_address and not problem.passing:
            if len(self._refused) <= REFUSED_IN_A_ROW_MAX:
                self._refused.add(mail.to.casefold())
        else:
            self._failed = True
