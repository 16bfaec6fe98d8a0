"""How each record of the core changes the tables, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, assert_never

from sqlalchemy import bindparam, case, delete, false, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import (
    AnswerMethodLearned,
    AwayChanged,
    CallBackRow,
    CallClosed,
    CallMoved,
    CallNamed,
    CallOpened,
    DevicePaired,
    GroupChosen,
    MessageLeft,
    MissedRow,
    Noted,
    PauseChanged,
    QueueSignInChanged,
    Record,
    SegmentClosed,
    StoredState,
    TransferMoved,
    WrapUpChanged,
)
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.types import CallId, Direction, OrganisationId, UserId
from cordboard.storage import visits
from cordboard.storage.callbacks import write_callback
from cordboard.storage.connection import upsert
from cordboard.storage.missed import write_missed
from cordboard.storage.participations import write_participations
from cordboard.storage.passing_on import NO_MORE, write_transfer
from cordboard.storage.tables import (
    agents,
    call_log,
    calls,
    devices,
    messages,
    queues,
    remembered_sign_ins,
    segments,
    sign_ins,
)

TEXT_MAX = 200
"""Characters kept of what a caller's exchange or a contact says: number, name, dialled number, recipient."""

_NO_PROMISE: dict[str, Any] = {
    "group_id": None,
    "device_id": None,
    "wrap_up_kind": None,
    "wrap_up_since": None,
    "wrap_up_until": None,
    "wrap_up_pending_ms": 0,
    "wrap_up_armed": False,
    "away": False,
    "wrap_up_queue": None,
    "wrap_up_extended": 0,
    "pause": None,
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
            case SignInRemembered():
                await _remembered(connection, organisation, record)
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
                    wrap_up_queue=record.queue,
                    wrap_up_extended=record.extended,
                )
            case PauseChanged():
                await _promise(connection, organisation, record.agent, pause=plain(record.reason))
            case TransferMoved():
                await write_transfer(connection, organisation, record, plain(record.recipient_name))
            case Noted():
                await _note(connection, organisation, record)
            case CallNamed():
                await connection.execute(
                    update(calls)
                    .where(calls.c.organisation == organisation, calls.c.id == record.call)
                    .values(name=plain(record.name))
                )
            case MessageLeft():
                await _message(connection, organisation, record)
            case CallBackRow():
                await write_callback(connection, organisation, record)
            case MissedRow():
                await write_missed(connection, organisation, record)
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
    told = {"organisation", "id", "leg", "queue_id", "direction", "number", "name", "dialled", "state"}
    told |= {"since", "entered_at", "to_user", "peer", "made_by", "agent"}
    return (
        upsert(dialect, calls)
        .values(
            {name: bindparam(name) for name in told}
            | {"queue_name": visits.QUEUE_NAME, "urgent": visits.QUEUE_URGENT}
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
            "state": (StoredState.CONNECTING if record.agent is not None else StoredState.WAITING).value,
            "since": record.at,
            "entered_at": record.at,
            "to_user": record.to,
            "peer": record.peer,
            "made_by": record.agent,
            "agent": record.agent,
        },
    )
    if record.peer is not None:
        await connection.execute(
            _OTHER_END, {"of_organisation": organisation, "of_call": record.peer, "end": record.call}
        )
    if record.queue is not None and record.direction is Direction.IN:
        await visits.enter(connection, organisation, record.call, record.queue, record.at)


_THIS_OPEN_CALL = (
    calls.c.organisation == bindparam("of_organisation"),
    calls.c.id == bindparam("of_call"),
    calls.c.ended_at.is_(None),
)


# The end that was there first learns of the other one (decision 0005).
_OTHER_END = update(calls).where(*_THIS_OPEN_CALL).values(peer=bindparam("end"))

_MOVED_ON = {state.value for state in StoredState} - {StoredState.WAITING.value, StoredState.CONNECTING.value}


def _where_it_stays(column: Any) -> Any:
    """What a returned transfer left stays until somebody has the call, or another queue."""
    moved_on = or_(
        bindparam("to_state").in_(sorted(_MOVED_ON)),
        calls.c.queue_id.is_distinct_from(bindparam("in_queue", type_=calls.c.queue_id.type)),
    )
    return case((moved_on, null()), else_=column)


_MOVE = (
    update(calls)
    .where(*_THIS_OPEN_CALL)
    .values(
        state=bindparam("to_state"),
        since=bindparam("at"),
        agent=bindparam("by_agent"),
        # An outgoing call may get its leg only now.
        leg=func.coalesce(bindparam("on_leg", type_=calls.c.leg.type), calls.c.leg),
        queue_id=bindparam("in_queue"),
        partner=bindparam("with_partner"),
        # Once urgent it stays so, in whatever queue it is put.
        urgent=or_(
            calls.c.urgent,
            func.coalesce(
                select(queues.c.urgent)
                .where(queues.c.organisation == calls.c.organisation, queues.c.id == bindparam("in_queue"))
                .scalar_subquery(),
                false(),
            ),
        ),
        picked=bindparam("was_picked"),
        queued_at=bindparam("placed_at", type_=calls.c.since.type),
        to_user=bindparam("for_user", type_=calls.c.to_user.type),
        reason=_where_it_stays(calls.c.reason),
        back_to=_where_it_stays(calls.c.back_to),
        back_at=_where_it_stays(calls.c.back_at),
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
    if record.queue is not None and record.answered_at is not None and record.agent is not None:
        await visits.answer(
            connection, organisation, record.call, record.queue, by=record.agent, at=record.answered_at
        )
    await connection.execute(
        _MOVE,
        {
            "of_organisation": organisation,
            "of_call": record.call,
            "to_state": record.state.value,
            "at": record.at,
            "by_agent": record.agent,
            "on_leg": record.leg,
            "in_queue": record.queue,
            "with_partner": record.partner,
            "was_picked": record.picked,
            "placed_at": record.queued_at,
            "for_user": record.to,
            "first_answered_at": record.answered_at,
        },
    )
    if record.queue is not None and record.state is StoredState.WAITING and record.counts:
        await visits.enter(connection, organisation, record.call, record.queue, record.at)


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
    await connection.execute(NO_MORE, {"of_organisation": organisation, "of_call": record.call})


@cache
def _once_statement(dialect: str, table: str) -> Any:
    """Insert a row unless it is there."""
    known = {"sign_ins": sign_ins, "remembered_sign_ins": remembered_sign_ins, "call_log": call_log}
    return upsert(dialect, known[table]).on_conflict_do_nothing()


@cache
def _message_statement(dialect: str) -> Any:
    told = ("organisation", "name", "call_id", "to_user", "queue_id", "at", "ms")
    return (
        upsert(dialect, messages)
        .values({name: bindparam(name) for name in told} | {"queue_name": visits.QUEUE_NAME})
        .on_conflict_do_nothing()
    )


async def _message(connection: AsyncConnection, organisation: OrganisationId, record: MessageLeft) -> None:
    await connection.execute(
        _message_statement(connection.dialect.name),
        {
            "organisation": organisation,
            "name": record.name,
            "call_id": record.call,
            "to_user": record.to,
            "queue_id": record.queue,
            "at": record.at,
            "ms": record.ms,
        },
    )


async def _note(connection: AsyncConnection, organisation: OrganisationId, record: Noted) -> None:
    await connection.execute(
        _once_statement(connection.dialect.name, "call_log"),
        {
            "organisation": organisation,
            "call_id": record.call,
            "at": record.at,
            "why": record.why.value,
            "agent": record.agent or "",
            "detail": plain(record.detail),
        },
    )


@cache
def _segment_statement(dialect: str) -> Any:
    statement = upsert(dialect, segments)
    later = statement.excluded.ended_at
    # Two of one kind may begin in one millisecond, the first without any length: the one that lasted is kept.
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in segments.primary_key],
        set_={"ended_at": later, "outcome": statement.excluded.outcome},
        where=later > segments.c.ended_at,
    )


async def _segment(connection: AsyncConnection, organisation: OrganisationId, record: SegmentClosed) -> None:
    await connection.execute(
        _segment_statement(connection.dialect.name),
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


async def _remembered(
    connection: AsyncConnection, organisation: OrganisationId, record: SignInRemembered
) -> None:
    row = {
        "organisation": organisation,
        "user_id": record.agent,
        "group_id": record.group,
        "queue_id": record.queue,
    }
    if record.remembered:
        await connection.execute(_once_statement(connection.dialect.name, "remembered_sign_ins"), row)
        return
    kept = remembered_sign_ins.c
    await connection.execute(delete(remembered_sign_ins).where(*(kept[name] == row[name] for name in row)))


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
