"""Who took part in a finished call, worked out from its segments (D24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.core.records import SegmentKind, SegmentOutcome
from cordboard.core.types import CallId, Direction, Instant, OrganisationId, UserId
from cordboard.storage.tables import calls, participations, segments


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


def parts_of(
    stretches: Sequence[Stretch],
    *,
    direction: Direction,
    queued: bool,
    agent: UserId | None,
    entered_at: Instant,
) -> tuple[Part, ...]:
    """Everybody's part in a finished call.

    Who talked has answered (or dialled); who rejected and never talked has rejected; who let a direct call
    ring has missed it. A queue call that another agent took is nobody's missed call.

    Args:
        queued: it came through a queue.
        agent: who handled it last; an outgoing call belongs to its dialler also when nobody answered it.
    """
    parts: dict[UserId, Part] = {}
    for user in sorted({stretch.agent for stretch in stretches if stretch.agent is not None}):
        part = _part_of(user, stretches, direction, queued, entered_at)
        if part is not None:
            parts[user] = part
    if direction is Direction.OUT and agent is not None and agent not in parts:
        parts[agent] = Part(user=agent, kind="outbound", at=entered_at, wait_ms=None, talk_ms=None)
    return tuple(parts.values())


def _part_of(
    user: UserId, stretches: Sequence[Stretch], direction: Direction, queued: bool, entered_at: Instant
) -> Part | None:
    own = [stretch for stretch in stretches if stretch.agent == user]
    talks = [stretch for stretch in own if stretch.kind is SegmentKind.TALK]
    if direction is Direction.OUT:
        talk_ms = sum(talk.ended_at - talk.started_at for talk in talks) if talks else None
        return Part(user=user, kind="outbound", at=entered_at, wait_ms=None, talk_ms=talk_ms)
    if talks:
        at = min(talk.started_at for talk in talks)
        return Part(
            user=user,
            kind="answered",
            at=at,
            wait_ms=_waited(stretches, entered_at, at),
            talk_ms=sum(talk.ended_at - talk.started_at for talk in talks),
        )
    offers = [stretch for stretch in own if stretch.kind is SegmentKind.OFFER]
    for outcome, kind in ((SegmentOutcome.REJECTED, "rejected"), (SegmentOutcome.MISSED, "missed")):
        at_offers = [offer.started_at for offer in offers if offer.outcome is outcome]
        if at_offers and (kind == "rejected" or not queued):
            return Part(user=user, kind=kind, at=min(at_offers), wait_ms=None, talk_ms=None)
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


_ENDED = select(calls.c.id, calls.c.direction, calls.c.queue_id, calls.c.agent, calls.c.entered_at).where(
    calls.c.organisation == bindparam("organisation"),
    calls.c.id.in_(bindparam("calls", expanding=True)),
    calls.c.ended_at.is_not(None),
)
_SEGMENTS = (
    select(segments)
    .where(
        segments.c.organisation == bindparam("organisation"),
        segments.c.call_id.in_(bindparam("calls", expanding=True)),
    )
    .order_by(segments.c.started_at)
)
_FORGET = delete(participations).where(
    participations.c.organisation == bindparam("organisation"),
    participations.c.call_id.in_(bindparam("calls", expanding=True)),
)


async def write_participations(
    connection: AsyncConnection, organisation: OrganisationId, touched: Collection[CallId]
) -> None:
    """Write the history rows of these calls again from their segments; none for those still going on."""
    ended = (await connection.execute(_ENDED, {"organisation": organisation, "calls": sorted(touched)})).all()
    if not ended:
        return
    these = {"organisation": organisation, "calls": [call.id for call in ended]}
    stretches: dict[CallId, list[Stretch]] = defaultdict(list)
    for row in await connection.execute(_SEGMENTS, these):
        stretches[row.call_id].append(_stretch(row))
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
        }
        for call in ended
        for part in parts_of(
            stretches[call.id],
            direction=Direction(call.direction),
            queued=call.queue_id is not None,
            agent=call.agent,
            entered_at=call.entered_at,
        )
    ]
    if rows:
        await connection.execute(insert(participations), rows)


def _stretch(row: Any) -> Stretch:
    return Stretch(
        kind=SegmentKind(row.kind),
        agent=row.agent or None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=SegmentOutcome(row.outcome),
    )
