"""How each record of the core changes the tables, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, assert_never

from sqlalchemy import bindparam, delete, false, func, select, update
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

TEXT_MAX = 200
"""Characters kept of what a caller's exchange says about him: number, name, dialled number."""

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
    touched: set[CallId] = set()
    for record in records:
        match record:
            case CallOpened():
                await _open(connection, organisation, record)
            case CallMoved():
                await _move(connection, organisation, record)
            case SegmentClosed():
                await _segment(connection, organisation, record)
                # A segment may come after its call's end, in this batch or a later one.
                touched.add(record.call)
            case CallClosed():
                await _close(connection, organisation, record)
                touched.add(record.call)
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
    if touched:
        await write_participations(connection, organisation, touched)


def plain(text: str | None) -> str | None:
    """A caller's text as both databases can hold it: no NUL, no half characters, not endless."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:TEXT_MAX]


# Statements are built once: building costs more than running them, and they run for every step of every call.


@cache
def _open_statement(dialect: str) -> Any:
    of_queue = (queues.c.organisation == bindparam("organisation"), queues.c.id == bindparam("queue_id"))
    return (
        upsert(dialect, calls)
        .values(
            {
                name: bindparam(name)
                for name in ("organisation", "id", "leg", "queue_id", "direction", "number")
            }
            | {name: bindparam(name) for name in ("name", "dialled", "state", "since", "entered_at")}
            | {
                "queue_name": select(queues.c.name).where(*of_queue).scalar_subquery(),
                "urgent": func.coalesce(select(queues.c.urgent).where(*of_queue).scalar_subquery(), false()),
            }
        )
        .on_conflict_do_nothing()
    )


async def _open(connection: AsyncConnection, organisation: OrganisationId, record: CallOpened) -> None:
    await connection.execute(
        _open_statement(connection.dialect.name),
        {
            "organisation": organisation,
            "id": record.call,
            "leg": record.leg,
            "queue_id": record.queue,
            "direction": record.direction.value,
            "number": plain(record.number),
            "name": plain(record.name),
            "dialled": plain(record.dialled),
            "state": StoredState.WAITING.value,
            "since": record.at,
            "entered_at": record.at,
        },
    )


_THIS_OPEN_CALL = (
    calls.c.organisation == bindparam("of_organisation"),
    calls.c.id == bindparam("of_call"),
    calls.c.ended_at.is_(None),
)

_MOVE = (
    update(calls)
    .where(*_THIS_OPEN_CALL)
    .values(
        state=bindparam("to_state"),
        since=bindparam("at"),
        agent=bindparam("by_agent"),
        # The first answer stays the first, also when the caller went back to waiting.
        answered_at=func.coalesce(
            calls.c.answered_at, bindparam("first_answered_at", type_=calls.c.since.type)
        ),
    )
)

_CLOSE = (
    update(calls)
    .where(*_THIS_OPEN_CALL)
    .values(ended_at=bindparam("at"), ended_by=bindparam("by"), agent=bindparam("by_agent"))
)


async def _move(connection: AsyncConnection, organisation: OrganisationId, record: CallMoved) -> None:
    await connection.execute(
        _MOVE,
        {
            "of_organisation": organisation,
            "of_call": record.call,
            "to_state": record.state.value,
            "at": record.at,
            "by_agent": record.agent,
            "first_answered_at": record.answered_at,
        },
    )


async def _close(connection: AsyncConnection, organisation: OrganisationId, record: CallClosed) -> None:
    await connection.execute(
        _CLOSE,
        {
            "of_organisation": organisation,
            "of_call": record.call,
            "at": record.at,
            "by": record.ended_by.value,
            "by_agent": record.agent,
        },
    )


@cache
def _once_statement(dialect: str, table: str) -> Any:
    """Insert a row unless it is there."""
    return upsert(dialect, {"segments": segments, "sign_ins": sign_ins}[table]).on_conflict_do_nothing()


async def _segment(connection: AsyncConnection, organisation: OrganisationId, record: SegmentClosed) -> None:
    await connection.execute(
        _once_statement(connection.dialect.name, "segments"),
        {
            "organisation": organisation,
            "call_id": record.call,
            "kind": record.kind.value,
            "agent": record.agent or "",
            "started_at": record.started_at,
            "ended_at": record.ended_at,
            "outcome": record.outcome.value,
        },
    )


async def _sign_in(
    connection: AsyncConnection, organisation: OrganisationId, record: QueueSignInChanged
) -> None:
    row = {"organisation": organisation, "user_id": record.agent, "queue_id": record.queue}
    if record.signed_in:
        await connection.execute(
            _once_statement(connection.dialect.name, "sign_ins"), row | {"since": record.at}
        )
        return
    await connection.execute(delete(sign_ins).where(*(sign_ins.c[name] == row[name] for name in row)))


@cache
def _promise_statement(dialect: str, changed: tuple[str, ...]) -> Any:
    statement = upsert(dialect, agents)
    return statement.on_conflict_do_update(
        index_elements=["organisation", "user_id"],
        set_={name: statement.excluded[name] for name in changed},
    )


async def _promise(
    connection: AsyncConnection, organisation: OrganisationId, agent: UserId, **changed: object
) -> None:
    """Change these columns of what is promised to the agent; the others stay."""
    await connection.execute(
        _promise_statement(connection.dialect.name, tuple(changed)),
        {"organisation": organisation, "user_id": agent} | _NO_PROMISE | changed,
    )
