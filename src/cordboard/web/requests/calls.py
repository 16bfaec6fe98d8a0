"""A call's log, the messages that callers left, and who called in vain (X-h, D29, D14)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File

from cordboard.app.history import MissedCaller, StoredLine, StoredMessage
from cordboard.app.planning import missed_call
from cordboard.core.records import Why
from cordboard.core.types import CallId, EndedBy, Right
from cordboard.web import rest
from cordboard.web.guard import AnyRequest, LoggedIn
from cordboard.web.problems import Refusal
from cordboard.web.services import Services

MESSAGES_MAX = 100
"""The newest; who has more to hear begins with these."""
MISSED_MAX = 200
"""The latest numbers that called in vain."""
MISSED_FOR_MS = 7 * 24 * 3_600_000
"""After a week nobody waits to be called back."""
_NAMES_A_PARTY = frozenset(
    {
        Why.TRANSFER_ARMED.value,
        Why.TRANSFER_CANCELLED.value,
        Why.TRANSFERRED.value,
        Why.TRANSFER_UNDONE.value,
        Why.RECOGNISED.value,
    }
)
"""Lines whose detail says with whom an agent spoke."""


class CallRequests(Controller):
    """`/api/calls/{id}/log`, `/api/messages`, `/api/messages/{name}`, `/api/missed`."""

    path = "/api"

    @get("/calls/{call:str}/log")
    async def log(
        self, request: AnyRequest, services: NamedDependency[Services], call: FromPath[str]
    ) -> rest.CallLog:
        """Why it rang whom and why not; of calls that the user had a part in, or of queues of the user's groups."""
        logged_in = await services.require(request.cookies)
        user = logged_in.viewer.user
        stored = await services.history.log(logged_in.organisation, CallId(call))
        if stored is None or not (user.id in stored.people or stored.queues & services.queues_of(logged_in)):
            # Whether a call exists is nobody else's business.
            raise Refusal(404, "not_found")
        directory = services.tenancy.all[logged_in.organisation]
        people = {person.id: person.name for person in directory.users}
        queues: dict[str | None, str] = {queue.id: queue.name for queue in directory.queues}
        own = user.id in stored.people
        return rest.CallLog(
            call=call,
            lines=[
                rest.LogLine(
                    at=line.at,
                    why=line.why,
                    agent_name=people.get(line.agent) if line.agent is not None else None,
                    detail=queues.get(line.detail, line.detail)
                    if _may_read(logged_in, line, own=own)
                    else None,
                )
                for line in stored.lines
            ],
        )

    @get("/messages")
    async def messages(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.MessagePage:
        """Left for the user, or for a queue of the user's groups."""
        logged_in = await services.require(request.cookies)
        found = await services.history.messages(
            logged_in.organisation,
            logged_in.viewer.user.id,
            services.queues_of(logged_in),
            limit=MESSAGES_MAX,
        )
        return rest.MessagePage(rows=[_row(message) for message in found])

    @get("/messages/{name:str}")
    async def sound(
        self, request: AnyRequest, services: NamedDependency[Services], name: FromPath[str]
    ) -> File:
        """One of them to listen to."""
        logged_in = await services.require(request.cookies)
        # Also one beyond those that the list has: whom it missed, the missed callers show for longer.
        # PostgreSQL does not take every sign that a browser can write; no name of ours has one of them.
        known = name.isprintable()
        message = await services.history.message(logged_in.organisation, name) if known else None
        may_hear = message is not None and _is_theirs(services, logged_in, message)
        # Only a name that we gave ourselves becomes a path.
        path: Path | None = services.recordings(name) if may_hear else None
        if path is None or not path.is_file():
            raise Refusal(404, "not_found")
        return File(
            path=path, filename=f"{name}.wav", media_type="audio/wav", content_disposition_type="inline"
        )

    @get("/missed")
    async def missed(self, request: AnyRequest, services: NamedDependency[Services]) -> rest.MissedPage:
        """Who called a queue of the user's groups and was not spoken to since (D14)."""
        logged_in = await services.require(request.cookies)
        found = await services.history.missed(
            logged_in.organisation,
            services.queues_of(logged_in),
            since=services.now() - MISSED_FOR_MS,
            limit=MISSED_MAX,
        )
        return rest.MissedPage(
            rows=[_missed_row(caller, _claim(services, logged_in, caller)) for caller in found]
        )


def _may_read(logged_in: LoggedIn, line: StoredLine, *, own: bool) -> bool:
    """With whom a colleague spoke is for those who may see it, here as on the card (3.2-d)."""
    user = logged_in.viewer.user
    if own and line.why == Why.RECOGNISED.value:
        return True
    return line.why not in _NAMES_A_PARTY or line.agent == user.id or Right.COLLEAGUES_NUMBERS in user.rights


def _is_theirs(services: Services, logged_in: LoggedIn, message: StoredMessage) -> bool:
    """Left for the user, or for a queue of the user's groups and for no person."""
    if message.to is not None:
        return message.to == logged_in.viewer.user.id
    return message.queue in services.queues_of(logged_in)


def _row(message: StoredMessage) -> rest.MessageRow:
    return rest.MessageRow(
        name=message.name,
        call=message.call,
        number=message.number,
        caller_name=message.caller_name,
        # The call may have come through a queue; left for a person it is that person's.
        queue=message.queue_name if message.to is None else None,
        at=message.at,
        ms=message.ms,
    )


def _claim(services: Services, logged_in: LoggedIn, caller: MissedCaller) -> rest.MissedClaim | None:
    """Who calls this one; the history does not know, the board does (decision 0009)."""
    desk = services.engine.desks.get(logged_in.organisation)
    agent = desk.board.agents.get(logged_in.viewer.user.id) if desk is not None else None
    if desk is None or agent is None:
        return None
    entry = missed_call(desk.board, agent, caller.queue, caller.number, caller.call)
    if entry is None or entry.claimed_by is None or entry.claimed_at is None:
        return None
    return rest.MissedClaim(
        by=entry.claimed_by,
        by_name=entry.claimed_by_name or "",
        since=entry.claimed_at,
        calling=entry.calling,
    )


def _missed_row(caller: MissedCaller, claim: rest.MissedClaim | None) -> rest.MissedRow:
    ends: dict[EndedBy | None, Literal["caller", "lost", "exit"]] = {
        EndedBy.CALLER: "caller",
        EndedBy.LOST: "lost",
        EndedBy.EXIT: "exit",
    }
    return rest.MissedRow(
        call=caller.call,
        number=caller.number,
        name=caller.name,
        queue=caller.queue_name,
        at=caller.at,
        wait_ms=caller.wait_ms,
        ended_by=ends.get(caller.ended_by),
        times=caller.times,
        claim=claim,
    )
