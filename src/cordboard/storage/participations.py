"""Who took part in a finished call, worked out from its segments, its queues and its log (D24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import SegmentKind, SegmentOutcome, Why
from cordboard.core.types import CallId, Direction, Instant, OrganisationId, UserId
from cordboard.storage.tables import call_log, calls, participations, queue_visits, segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One segment as stored."""

    kind: SegmentKind
    agent: UserId | None
    started_at: Instant
    ended_at: Instant
    outcome: SegmentOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One user's row in the history."""

    user: UserId
    kind: str
    at: Instant
    wait_ms: int | None
    talk_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A finished call, as far as its parts depend on it."""

    direction: Direction
    queued: bool
    """It waited in a queue."""
    agent: UserId | None
    """Who handled it last; an outgoing call belongs to its dialler also when nobody answered it."""
    entered_at: Instant
    to: UserId | None = None
    """A direct call: for whom it was."""


def parts_of(stretches: Sequence[Stretch], call: Ended) -> tuple[Part, ...]:
    """Everybody's part in a finished call.

    Who talked has answered, or dialled; who rejected and never talked has rejected; for whom a direct call was
    that nobody else was asked to take has missed it. A queue call that another agent took is nobody's missed call.
    """
    outgoing = call.direction is Direction.OUT
    concerned = {stretch.agent for stretch in stretches} | {call.agent if outgoing else call.to}
    parts = (
        _part_of(user, stretches, call) for user in sorted(concerned - {None}, key=str) if user is not None
    )
    return tuple(part for part in parts if part is not None)


def _part_of(user: UserId, stretches: Sequence[Stretch], call: Ended) -> Part | None:
    own = [stretch for stretch in stretches if stretch.agent == user]
    talks = [stretch for stretch in own if stretch.kind is SegmentKind.TALK]
    talk_ms = sum(talk.ended_at - talk.started_at for talk in talks) if talks else None
    if call.direction is Direction.OUT and (user == call.agent or not talks):
        dialled = user == call.agent or any(stretch.kind is SegmentKind.DIAL for stretch in own)
        part = Part(user=user, kind="outbound", at=call.entered_at, wait_ms=None, talk_ms=talk_ms)
        return part if dialled else None
    if talks:
        at = min(talk.started_at for talk in talks)
        return Part(
            user=user,
            kind="answered",
            at=at,
            wait_ms=_waited(stretches, call.entered_at, at),
            talk_ms=talk_ms,
        )
    offers = [stretch for stretch in own if stretch.kind is SegmentKind.OFFER]
    rejected = [offer.started_at for offer in offers if offer.outcome is SegmentOutcome.REJECTED]
    if rejected:
        return Part(user=user, kind="rejected", at=min(rejected), wait_ms=None, talk_ms=None)
    missed = [offer.started_at for offer in offers if offer.outcome is SegmentOutcome.MISSED]
    if user == call.to or (missed and not call.queued):
        # Also when nothing rang: the telephone was away, or the person was busy (D29).
        at = min(missed, default=call.entered_at)
        return Part(user=user, kind="missed", at=at, wait_ms=None, talk_ms=None)
    return None


def _waited(stretches: Sequence[Stretch], entered_at: Instant, until: Instant) -> int:
    """How long the caller was in the queue before this answer; conversations before it do not count."""
    talked_before = [
        stretch
        for stretch in stretches
        if stretch.kind in (SegmentKind.TALK, SegmentKind.HOLD) and stretch.started_at < until
    ]
    if not talked_before:
        return until - entered_at
    waits = (
        stretch for stretch in stretches if stretch.kind is SegmentKind.WAIT and stretch.started_at < until
    )
    return sum(min(wait.ended_at, until) - wait.started_at for wait in waits)


_THESE: BindParameter[Any] = bindparam("calls", expanding=True)
_ENDED = select(calls).where(
    calls.c.organisation == bindparam("organisation"), calls.c.id.in_(_THESE), calls.c.ended_at.is_not(None)
)
_SEGMENTS = (
    select(segments)
    .where(segments.c.organisation == bindparam("organisation"), segments.c.call_id.in_(_THESE))
    .order_by(segments.c.started_at)
)
_VISITS = (
    select(queue_visits)
    .where(queue_visits.c.organisation == bindparam("organisation"), queue_visits.c.call_id.in_(_THESE))
    .order_by(queue_visits.c.at)
)
_PASSED_ON = (
    select(call_log)
    .where(
        call_log.c.organisation == bindparam("organisation"),
        call_log.c.call_id.in_(_THESE),
        call_log.c.why.in_([Why.TRANSFERRED.value, Why.TO_QUEUE.value, Why.TRANSFER_UNDONE.value]),
    )
    .order_by(call_log.c.id)
)
_FORGET = delete(participations).where(
    participations.c.organisation == bindparam("organisation"), participations.c.call_id.in_(_THESE)
)


async def write_participations(
    connection: AsyncConnection, organisation: OrganisationId, touched: Collection[CallId]
) -> None:
    """Write the history rows of these calls again from their segments; none for those still going on."""
    ended = (await connection.execute(_ENDED, {"organisation": organisation, "calls": sorted(touched)})).all()
    if not ended:
        return
    these = {"organisation": organisation, "calls": [call.id for call in ended]}
    stretches, visits, passed_on = [
        await _by_call(connection, statement, these) for statement in (_SEGMENTS, _VISITS, _PASSED_ON)
    ]
    await connection.execute(_FORGET, these)
    rows = [
        {
            "organisation": organisation,
            "user_id": part.user,
            "call_id": call.id,
            "kind": part.kind,
            "at": part.at,
            "wait_ms": part.wait_ms,
            "talk_ms": part.talk_ms,
            "to_name": _passed_on_to(part.user, passed_on[call.id], visits[call.id]),
        }
        | _queue_at(part.at, visits[call.id])
        for call in ended
        for part in parts_of(
            [_stretch(row) for row in stretches[call.id]],
            Ended(
                direction=Direction(call.direction),
                queued=bool(visits[call.id]),
                agent=call.agent,
                entered_at=call.entered_at,
                to=call.to_user if call.direction == Direction.IN.value else None,
            ),
        )
    ]
    if rows:
        await connection.execute(insert(participations), rows)


async def _by_call(
    connection: AsyncConnection, statement: Any, these: dict[str, Any]
) -> dict[CallId, list[Any]]:
    found: dict[CallId, list[Any]] = defaultdict(list)
    for row in await connection.execute(statement, these):
        found[row.call_id].append(row)
    return found


def _queue_at(at: Instant, visits: Sequence[Any]) -> dict[str, Any]:
    """The queue in which the call was then, with the name that it had; none for a direct or an outgoing call."""
    so_far = [visit for visit in visits if visit.at <= at] or visits[:1]
    if not so_far:
        return {"queue_name": None, "urgent": False}
    return {"queue_name": so_far[-1].queue_name, "urgent": so_far[-1].urgent}


def _passed_on_to(user: UserId, lines: Sequence[Any], visits: Sequence[Any]) -> str | None:
    """By the call's log: to whom this user passed it on last, and did not take it back (D24)."""
    own = [line for line in lines if line.agent == user]
    if not own or own[-1].why == Why.TRANSFER_UNDONE.value:
        return None
    detail: str | None = own[-1].detail
    if own[-1].why == Why.TO_QUEUE.value:
        names = {visit.queue_id: visit.queue_name for visit in visits}
        return names.get(detail) or detail
    return detail


def _stretch(row: Any) -> Stretch:
    return Stretch(
        kind=SegmentKind(row.kind),
        agent=row.agent or None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=SegmentOutcome(row.outcome),
    )
