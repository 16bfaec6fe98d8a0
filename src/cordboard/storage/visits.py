"""Which queues a call was in, and in which one it was answered: what the queues' numbers are counted from (D15)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.types import CallId, Instant, OrganisationId, QueueId, UserId
from cordboard.storage.connection import upsert
from cordboard.storage.tables import calls, queue_visits, queues

_OF_QUEUE = (queues.c.organisation == bindparam("organisation"), queues.c.id == bindparam("queue_id"))
QUEUE_NAME = select(queues.c.name).where(*_OF_QUEUE).scalar_subquery()
"""The name of the queue that is bound as `queue_id`, as it is now; NULL: there is none (any more)."""
QUEUE_URGENT = func.coalesce(select(queues.c.urgent).where(*_OF_QUEUE).scalar_subquery(), false())


@cache
def _enter_statement(dialect: str) -> Any:
    told = ("organisation", "call_id", "queue_id", "at")
    return (
        upsert(dialect, queue_visits)
        .values({name: bindparam(name) for name in told} | {"queue_name": QUEUE_NAME, "urgent": QUEUE_URGENT})
        .on_conflict_do_nothing()
    )


_ANSWER = (
    update(queue_visits)
    .where(
        queue_visits.c.organisation == bindparam("of_organisation"),
        queue_visits.c.call_id == bindparam("of_call"),
        queue_visits.c.queue_id == bindparam("in_queue"),
        # One that was answered before it came here, or came back, is not answered a second time.
        select(calls.c.id)
        .where(
            calls.c.organisation == queue_visits.c.organisation,
            calls.c.id == queue_visits.c.call_id,
            calls.c.answered_at.is_(None),
        )
        .exists(),
    )
    .values(answered_at=bindparam("first_answered_at"), answered_by=bindparam("by_agent"))
)


async def enter(
    connection: AsyncConnection, organisation: OrganisationId, call: CallId, queue: QueueId, at: Instant
) -> None:
    """The call waits in this queue; one visit, however often it comes back."""
    await connection.execute(
        _enter_statement(connection.dialect.name),
        {"organisation": organisation, "call_id": call, "queue_id": queue, "at": at},
    )


async def answer(
    connection: AsyncConnection,
    organisation: OrganisationId,
    call: CallId,
    queue: QueueId,
    *,
    by: UserId,
    at: Instant,
) -> None:
    """An agent has the call; the first answer counts, in the queue in which it came.

    Done before the call itself is moved: it still says whether it was answered.
    """
    await connection.execute(
        _ANSWER,
        {
            "of_organisation": organisation,
            "of_call": call,
            "in_queue": queue,
            "first_answered_at": at,
            "by_agent": by,
        },
    )
