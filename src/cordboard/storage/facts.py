"""How each record of the core changes the tables, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import (
    AnswerMethodLearned,
    AwayChanged,
    CallClosed,
    CallMoved,
    CallOpened,
    DevicePaired,
    GroupChosen,
    QueueSignInChanged,
    Record,
    SegmentClosed,
    StoredState,
    WrapUpChanged,
)
from cordboard.core.types import CallId, OrganisationId, UserId
from cordboard.storage.connection import upsert
from cordboard.storage.participations import write_participations
from cordboard.storage.tables import agents, calls, devices, queues, segments, sign_ins

_NO_PROMISE: dict[str, Any] = {
    "group_id": None,
    "device_id": None,
    "wrap_up_kind": None,
    "wrap_up_since": None,
    "wrap_up_until": None,
    "wrap_up_pending_ms": 0,
    "wrap_up_armed": False,
    "away": False,
}


async def write_facts(
    connection: AsyncConnection, organisation: OrganisationId, records: Sequence[Record]
) -> None:
    """Every record in order, then the history rows of the calls that are over."""
    ended: dict[CallId, None] = {}
    for record in records:
        match record:
            case CallOpened():
                await _open(connection, organisation, record)
            case CallMoved():
                await _move(connection, organisation, record)
            case SegmentClosed():
                await _segment(connection, organisation, record)
                # A segment may come after its call's end, in this batch or a later one.
                ended[record.call] = None
            case CallClosed():
                await _close(connection, organisation, record)
                ended[record.call] = None
            case QueueSignInChanged():
                await _sign_in(connection, organisation, record)
            case DevicePaired():
                await _promise(connection, organisation, record.agent, device_id=record.device)
            case GroupChosen():
                await _promise(connection, organisation, record.agent, group_id=record.group)
            case WrapUpChanged():
                await _promise(
                    connection,
                    organisation,
                    record.agent,
                    wrap_up_kind=None if record.kind is None else record.kind.value,
                    wrap_up_since=record.since,
                    wrap_up_until=record.until,
                    wrap_up_pending_ms=record.pending_ms,
                    wrap_up_armed=record.armed,
                )
            case AwayChanged():
                await _promise(connection, organisation, record.agent, away=record.away)
            case AnswerMethodLearned():
                await connection.execute(
                    update(devices)
                    .where(devices.c.organisation == organisation, devices.c.id == record.device)
                    .values(answer_method=record.method)
                )
            case _:
                assert_never(record)
    for call in ended:
        await write_participations(connection, organisation, call)


async def _open(connection: AsyncConnection, organisation: OrganisationId, record: CallOpened) -> None:
    of_queue = (queues.c.organisation == organisation, queues.c.id == record.queue)
    await connection.execute(
        upsert(connection, calls)
        .values(
            organisation=organisation,
            id=record.call,
            leg=record.leg,
            queue_id=record.queue,
            queue_name=select(queues.c.name).where(*of_queue).scalar_subquery(),
            urgent=func.coalesce(select(queues.c.urgent).where(*of_queue).scalar_subquery(), literal(False)),
            direction=record.direction.value,
            number=record.number,
            name=record.name,
            dialled=record.dialled,
            state=StoredState.WAITING.value,
            since=record.at,
            entered_at=record.at,
        )
        .on_conflict_do_nothing()
    )


async def _move(connection: AsyncConnection, organisation: OrganisationId, record: CallMoved) -> None:
    await connection.execute(
        update(calls)
        .where(calls.c.organisation == organisation, calls.c.id == record.call, calls.c.ended_at.is_(None))
        .values(
            state=record.state.value,
            since=record.at,
            agent=record.agent,
            # The first answer stays the first, also when the caller went back to waiting.
            answered_at=func.coalesce(calls.c.answered_at, record.answered_at),
        )
    )


async def _close(connection: AsyncConnection, organisation: OrganisationId, record: CallClosed) -> None:
    await connection.execute(
        update(calls)
        .where(calls.c.organisation == organisation, calls.c.id == record.call, calls.c.ended_at.is_(None))
        .values(ended_at=record.at, ended_by=record.ended_by.value, agent=record.agent)
    )


async def _segment(connection: AsyncConnection, organisation: OrganisationId, record: SegmentClosed) -> None:
    await connection.execute(
        upsert(connection, segments)
        .values(
            organisation=organisation,
            call_id=record.call,
            kind=record.kind.value,
            agent=record.agent or "",
            started_at=record.started_at,
            ended_at=record.ended_at,
            outcome=record.outcome.value,
        )
        .on_conflict_do_nothing()
    )


async def _sign_in(
    connection: AsyncConnection, organisation: OrganisationId, record: QueueSignInChanged
) -> None:
    if record.signed_in:
        await connection.execute(
            upsert(connection, sign_ins)
            .values(organisation=organisation, user_id=record.agent, queue_id=record.queue, since=record.at)
            .on_conflict_do_nothing()
        )
        return
    await connection.execute(
        delete(sign_ins).where(
            sign_ins.c.organisation == organisation,
            sign_ins.c.user_id == record.agent,
            sign_ins.c.queue_id == record.queue,
        )
    )


async def _promise(
    connection: AsyncConnection, organisation: OrganisationId, agent: UserId, **changed: object
) -> None:
    await connection.execute(
        upsert(connection, agents)
        .values({"organisation": organisation, "user_id": agent} | _NO_PROMISE | changed)
        .on_conflict_do_update(index_elements=["organisation", "user_id"], set_=changed)
    )
