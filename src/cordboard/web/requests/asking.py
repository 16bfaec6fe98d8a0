"""Questions to the desk from a request: their answer comes at once, or after a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cordboard.app.engine import Accepted, NotDone, Reply
from cordboard.core.requests import LogOut
from cordboard.core.types import OrganisationId
from cordboard.web.services import Services


async def answer_of(ask: Callable[[Reply], None]) -> Accepted | NotDone:
    """Ask, and wait for the answer."""
    done: asyncio.Future[Accepted | NotDone] = asyncio.get_running_loop().create_future()

    def reply(outcome: Accepted | NotDone) -> None:
        # The browser may have given up on us before the commit.
        if not done.done():
            done.set_result(outcome)

    ask(reply)
    return await done


async def leave_desk(services: Services, organisation: OrganisationId, request: LogOut) -> Accepted | NotDone:
    """Sign-ins end with the log-in (D17)."""
    if organisation not in services.engine.desks:
        return Accepted()
    return await answer_of(lambda reply: services.engine.ask(organisation, request, reply))
