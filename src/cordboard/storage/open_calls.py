"""Reads the calls that had not ended, with all that the board needs to take them up again (D16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.call_log import TELLING, past_of
from cordboard.app.ports import StoredCall, StoredTransfer
from cordboard.core.call import Reason, TransferState
from cordboard.core.records import Noted, SegmentKind, StoredState, Why
from cordboard.core.types import CallId, Direction, Instant, OrganisationId, TransferKind, UserId
from cordboard.storage.passing_on import IN_PROGRESS
from cordboard.storage.tables import call_log, calls, queue_visits, segments, transfers


async def read_open_calls(
    connection: AsyncConnection, organisation: OrganisationId
) -> tuple[StoredCall, ...]:
    """Oldest first."""
    passing_on, in_vain = await _transfers(connection, organisation)
    began, talked = await _segments(connection, organisation)
    told = await _told(connection, organisation)
    rows = await connection.execute(
        select(calls, queue_visits.c.answered_at.label("answered_here"))
        .outerjoin(
            queue_visits,
            and_(
                queue_visits.c.organisation == calls.c.organisation,
                queue_visits.c.call_id == calls.c.id,
                queue_visits.c.queue_id == calls.c.queue_id,
            ),
        )
        .where(calls.c.organisation == organisation, calls.c.ended_at.is_(None))
        .order_by(calls.c.entered_at, calls.c.id)
    )
    return tuple(
        StoredCall(
            id=row.id,
            leg=row.leg,
            queue=row.queue_id,
            direction=Direction(row.direction),
            number=row.number,
            name=row.name,
            dialled=row.dialled,
            state=StoredState(row.state),
            since=row.since,
            agent=row.agent,
            entered_at=row.entered_at,
            answered_at=row.answered_at,
            segment_since=began.get(row.id, row.entered_at),
            urgent=row.urgent,
            to=row.to_user,
            peer=row.peer,
            partner=row.partner,
            picked=row.picked,
            queued_at=row.queued_at,
            made_by=row.made_by,
            handled_by=_handled_by(row, talked.get(row.id)),
            returned=row.state == StoredState.WAITING.value and row.answered_here is not None,
            reason=None if row.reason is None else Reason(row.reason),
            not_reached=None if row.reason is None else in_vain.get(row.id),
            back_to=row.back_to,
            back_at=row.back_at,
            transfer=passing_on.get(row.id),
            past=past_of(told.get(row.id, ()), began.get(row.id, row.entered_at)),
        )
        for row in rows
    )


_TALKS = frozenset({StoredState.ACTIVE.value, StoredState.CONFERENCE.value})


def _handled_by(row: Any, talked: UserId | None) -> UserId | None:
    """Who talks, else who talked last: a stretch of talk is stored when it is over."""
    return row.agent if row.state in _TALKS and row.agent is not None else talked


async def _transfers(
    connection: AsyncConnection, organisation: OrganisationId
) -> tuple[dict[CallId, StoredTransfer], dict[CallId, str | None]]:
    """What is in progress, and whom those did not reach that are over."""
    rows = (await connection.execute(select(transfers).where(transfers.c.organisation == organisation))).all()
    in_progress = {
        row.call_id: StoredTransfer(
            kind=TransferKind(row.kind),
            state=TransferState(row.state),
            initiator=row.initiator,
            since=row.since,
            was_active=row.was_active,
            recipient=row.recipient,
            colleague=row.colleague,
            recipient_name=row.recipient_name,
            until=row.until,
        )
        for row in rows
        if row.state in IN_PROGRESS
    }
    return in_progress, {row.call_id: row.recipient_name for row in rows if row.state not in IN_PROGRESS}


async def _segments(
    connection: AsyncConnection, organisation: OrganisationId
) -> tuple[dict[CallId, Instant], dict[CallId, UserId]]:
    """When the running stretch of each open call began, and who talked last."""
    lived = and_(segments.c.organisation == calls.c.organisation, segments.c.call_id == calls.c.id)
    open_ = (calls.c.organisation == organisation, calls.c.ended_at.is_(None))
    began = await connection.execute(
        select(segments.c.call_id, func.max(segments.c.ended_at).label("until"))
        .join(calls, lived)
        .where(*open_, segments.c.kind != SegmentKind.OFFER.value)
        .group_by(segments.c.call_id)
    )
    talked = await connection.execute(
        select(segments.c.call_id, segments.c.agent)
        .join(calls, lived)
        .where(*open_, segments.c.kind == SegmentKind.TALK.value, segments.c.agent != "")
        .order_by(segments.c.ended_at, segments.c.started_at)
    )
    return {row.call_id: row.until for row in began}, {row.call_id: row.agent for row in talked}


async def _told(connection: AsyncConnection, organisation: OrganisationId) -> dict[CallId, list[Noted]]:
    """What the log of each open call tells of its past, in the order in which it was told."""
    lines = await connection.execute(
        select(call_log)
        .join(calls, and_(call_log.c.organisation == calls.c.organisation, call_log.c.call_id == calls.c.id))
        .where(
            calls.c.organisation == organisation,
            calls.c.ended_at.is_(None),
            call_log.c.why.in_(sorted(why.value for why in TELLING)),
        )
        .order_by(call_log.c.id)
    )
    told: dict[CallId, list[Noted]] = {}
    for line in lines:
        told.setdefault(line.call_id, []).append(
            Noted(
                call=line.call_id, why=Why(line.why), agent=line.agent or None, detail=line.detail, at=line.at
            )
        )
    return told
