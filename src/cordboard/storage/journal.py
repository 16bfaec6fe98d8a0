"""Keeps what the core wants remembered: promises to agents, calls and their segments."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from sqlalchemy import and_, case, func, null, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.gaps import Gap
from cordboard.app.ports import StoredAgent, StoredCall
from cordboard.core.records import MissedRow, Record, WrapUpKind
from cordboard.core.statistics import MINUTE_MS, SHORT_ABANDON_MS, Tally
from cordboard.core.types import CallId, EndedBy, GroupId, Instant, OrganisationId, QueueId, UserId
from cordboard.storage.connection import WRITE, WRITE_S, Access, patience
from cordboard.storage.facts import write_facts
from cordboard.storage.gaps import write_gap
from cordboard.storage.missed import read_missed
from cordboard.storage.open_calls import read_open_calls
from cordboard.storage.tables import (
    agents,
    calls,
    devices,
    groups,
    queue_visits,
    queues,
    remembered_sign_ins,
    sign_ins,
    users,
)

log = logging.getLogger(__name__)

_NO_WRAP_UP: dict[str, Any] = {
    "wrap_up_kind": None,
    "wrap_up_since": None,
    "wrap_up_until": None,
    "wrap_up_pending_ms": 0,
    "wrap_up_armed": False,
    "away": False,
}


class SqlJournal:
    """The port `Journal` on SQLite and PostgreSQL.

    One connection of its own stays open for writing, so a batch never waits for a reader to give one back.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._writer: AsyncConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """Store all of these in one transaction, in order; what is already there changes nothing.

        Raises:
            StorageFailure: nothing of the batch is stored.
        """
        if records:
            await self._write(lambda connection: write_facts(connection, organisation, records))
            _say_written(organisation, records)

    async def mark(self, organisation: OrganisationId, gap: Gap) -> None:
        """That records may be missing; one with the same beginning and reason takes the place of the one before.

        Raises:
            StorageFailure: it is not stored.
        """
        await self._write(lambda connection: write_gap(connection, organisation, gap))

    async def _write(self, write: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        async with self._one_at_a_time, self._access.words():
            with patience(WRITE_S):
                await self._try(write)

    async def _try(self, write: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        connection = await self._connected()
        try:
            async with connection.begin():
                await write(connection)
        except (SQLAlchemyError, OSError, asyncio.CancelledError):
            # The connection may be the reason (server restarted, file gone): the next batch gets another.
            self._writer = None
            await connection.invalidate()
            await connection.close()
            raise

    async def _connected(self) -> AsyncConnection:
        if self._writer is None:
            connection = await self._access.engine.connect()
            await connection.execution_options(**WRITE)
            self._writer = connection
        return self._writer

    async def close(self) -> None:
        """Give the writing connection back."""
        async with self._one_at_a_time:
            if self._writer is not None:
                await self._writer.close()
                self._writer = None

    async def agents(self, organisation: OrganisationId) -> tuple[StoredAgent, ...]:
        """Every agent with any promise; what was deleted from the configuration meanwhile is left out.

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(agents, groups.c.id.label("living_group"), devices.c.id.label("living_device"))
                .join(users, _same(users, agents, users.c.id == agents.c.user_id))
                .outerjoin(groups, _same(groups, agents, groups.c.id == agents.c.group_id))
                .outerjoin(devices, _same(devices, agents, devices.c.id == agents.c.device_id))
                .where(agents.c.organisation == organisation)
                .order_by(agents.c.user_id)
            )
            promises = {row.user_id: row for row in rows}
            signed_in: dict[UserId, set[QueueId]] = {}
            for row in await connection.execute(
                select(sign_ins.c.user_id, sign_ins.c.queue_id)
                .join(users, _same(users, sign_ins, users.c.id == sign_ins.c.user_id))
                .join(queues, _same(queues, sign_ins, queues.c.id == sign_ins.c.queue_id))
                .where(sign_ins.c.organisation == organisation)
            ):
                signed_in.setdefault(row.user_id, set()).add(row.queue_id)
            remembered: dict[UserId, set[tuple[GroupId, QueueId]]] = {}
            kept = remembered_sign_ins.c
            for past in await connection.execute(
                select(kept.user_id, kept.group_id, kept.queue_id)
                .join(users, _same(users, remembered_sign_ins, users.c.id == kept.user_id))
                .join(groups, _same(groups, remembered_sign_ins, groups.c.id == kept.group_id))
                .join(queues, _same(queues, remembered_sign_ins, queues.c.id == kept.queue_id))
                .where(kept.organisation == organisation)
            ):
                remembered.setdefault(past.user_id, set()).add((past.group_id, past.queue_id))
        found = (
            _agent(user, promises.get(user), signed_in.get(user, set()), remembered.get(user, set()))
            for user in sorted(promises.keys() | signed_in.keys() | remembered.keys())
        )
        return tuple(agent for agent in found if agent is not None)

    async def open_calls(self, organisation: OrganisationId) -> tuple[StoredCall, ...]:
        """Calls without an end, oldest first.

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            return await read_open_calls(connection, organisation)

    async def known(self, organisation: OrganisationId, asked: Collection[CallId]) -> frozenset[CallId]:
        """Those of these calls that are stored, with or without an end.

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(calls.c.id).where(calls.c.organisation == organisation, calls.c.id.in_(sorted(asked)))
            )
            return frozenset(CallId(row.id) for row in rows)

    async def missed(self, organisation: OrganisationId) -> tuple[MissedRow, ...]:
        """Callers to whom nobody has spoken yet, the oldest first (D14).

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            return await read_missed(connection, organisation)

    async def counts(
        self, organisation: OrganisationId, since: Instant
    ) -> dict[QueueId, dict[Instant, Tally]]:
        """The queue numbers of each minute from `since` on (D15); a queue or a minute without any call is absent.

        Total, short and handled count in the minute in which a call came in; answered and waited in the one in which
        it was answered, also when it came in just before.

        Raises:
            StorageFailure: nothing could be read.
        """
        visit, began = queue_visits.c, calls.c.entered_at
        gave_up = and_(
            calls.c.ended_by == EndedBy.CALLER.value,
            calls.c.answered_at.is_(None),
            calls.c.ended_at - began < SHORT_ABANDON_MS,
        )
        asked: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
            (visit.at, null(), {"total": func.count()}),
            (began, null(), {"short": _sum(gave_up, 1), "handled": _sum(visit.answered_at.is_not(None), 1)}),
            # A wait is that of the whole visit: it goes on when the caller is sent to another queue (D7).
            (
                visit.answered_at,
                visit.answered_by,
                {"answered": func.count(), "waited_ms": func.sum(visit.answered_at - began)},
            ),
        )
        counts: dict[QueueId, dict[Instant, Tally]] = {}
        async with self._access.reading() as connection:
            for at, by, sums in asked:
                minute = (at - at % MINUTE_MS).label("minute")
                rows = await connection.execute(
                    select(visit.queue_id, minute, by.label("by"), *(s.label(n) for n, s in sums.items()))
                    .join(calls, _same(calls, queue_visits, calls.c.id == visit.call_id))
                    .where(visit.organisation == organisation, at >= since)
                    .group_by(visit.queue_id, minute, *(() if by is not visit.answered_by else (by,)))
                )
                for row in rows.mappings():
                    # PostgreSQL sums big integers into its exact decimals.
                    found = Tally()
                    for name in sums:
                        setattr(found, name, int(row[name]))
                    if row["by"] is not None:
                        found.answered_by[row["by"]] = found.answered
                    if found != Tally():
                        counts.setdefault(row["queue_id"], {}).setdefault(row["minute"], Tally()).add(found)
        return counts


def _say_written(organisation: OrganisationId, records: Sequence[Record]) -> None:
    """One log line for each call of a batch."""
    if not log.isEnabledFor(logging.INFO):
        return
    calls_of = (getattr(record, "call", None) for record in records)
    for call, count in Counter(call for call in calls_of if call is not None).items():
        log.info("written", extra={"organisation": organisation, "call": call, "records": count})


def _same(one: Any, other: Any, condition: Any) -> Any:
    """Joined within the organisation."""
    return and_(one.c.organisation == other.c.organisation, condition)


def _sum(condition: Any, value: Any) -> Any:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _agent(
    user: UserId, row: Any, signed_in: set[QueueId], remembered: set[tuple[GroupId, QueueId]]
) -> StoredAgent | None:
    """None: nothing is promised to this agent."""
    if row is None:
        agent = StoredAgent(
            user=user,
            group=None,
            device=None,
            signed_in=frozenset(signed_in),
            remembered=frozenset(remembered),
            **_NO_WRAP_UP,
        )
    else:
        agent = StoredAgent(
            user=user,
            group=row.living_group,
            device=row.living_device,
            signed_in=frozenset(signed_in),
            wrap_up_kind=None if row.wrap_up_kind is None else WrapUpKind(row.wrap_up_kind),
            wrap_up_since=row.wrap_up_since,
            wrap_up_until=row.wrap_up_until,
            wrap_up_pending_ms=row.wrap_up_pending_ms,
            wrap_up_armed=row.wrap_up_armed,
            away=row.away,
            wrap_up_queue=row.wrap_up_queue,
            wrap_up_extended=row.wrap_up_extended,
            pause=row.pause,
            remembered=frozenset(remembered),
        )
    nothing = StoredAgent(user=user, group=None, device=None, signed_in=frozenset(), **_NO_WRAP_UP)
    return None if agent == nothing else agent
