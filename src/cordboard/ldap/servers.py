"""Directories somewhere else, each asked in a thread of its own: calls go on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence

from cordboard.app.ldap import LdapEntry, LdapFailure, LdapProblem, LdapRow
from cordboard.ldap.asking import read


class Ldap:
    """The port `LdapServers`."""

    async def entries(self, source: LdapRow, limit: int) -> Sequence[LdapEntry]:
        """Everybody whom the filter lets through.

        Raises:
            LdapFailure: it could not be read whole.
        """
        return await _beside(lambda: read(source, limit))


async def _beside(work: Callable[[], list[LdapEntry]]) -> list[LdapEntry]:
    """Done in a thread that nobody waits for when the server stops: a directory may take its time to say nothing."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[list[LdapEntry]] = loop.create_future()

    def tell(outcome: list[LdapEntry] | LdapFailure) -> None:
        if done.done():
            return
        if isinstance(outcome, LdapFailure):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)

    def run() -> None:
        # Stands when it was no failure that we know; the thread itself then says what it was.
        outcome: list[LdapEntry] | LdapFailure = LdapFailure(LdapProblem.FAILED)
        try:
            outcome = work()
        except LdapFailure as failure:
            outcome = failure
        finally:
            # The loop is closed when nobody awaits anything any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, outcome)

    threading.Thread(target=run, name="ldap", daemon=True).start()
    return await done
