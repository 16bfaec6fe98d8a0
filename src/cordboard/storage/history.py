"""Reads finished calls page by page, any call's log, messages, and who was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from cordboard.app.contacts import bare_digits
from cordboard.app.gaps import Gap
from cordboard.app.history import (
    EVERYTHING,
    Forgotten,
    MissedCaller,
    Participation,
    Place,
    Sought,
    StoredLine,
    StoredLog,
    StoredMessage,
)
from cordboard.core.records import SegmentKind
from cordboard.core.types import CallId, Direction, EndedBy, Instant, OrganisationId, QueueId, UserId
from cordboard.storage.connection import Access
from cordboard.storage.forgetting import forget, forget_messages, kept_messages, messages_before
from cordboard.storage.gaps import read_gaps
from cordboard.storage.tables import call_log, calls, messages, participations, queue_visits, segments

PAGE_ROWS_MAX = 200
"""No page is longer, whatever was asked."""
MISSED_READ_MAX = 1_000
"""Calls that a list of missed callers is made of: the latest."""
LOG_LINES_MAX = 1_000
"""Of one call: more than anybody reads; what comes after is left out."""


class SqlHistory:
    """The port `History` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def of_user(
        self,
        organisation: OrganisationId,
        user: UserId,
        *,
        before: str | None,
        limit: int,
        sought: Sought = EVERYTHING,
    ) -> tuple[tuple[Participation, ...], str | None]:
        """Own finished calls, newest first, and the key of the next page (None: that was all).

        Raises:
            ValueError: `before` is not a key that an earlier page gave.
            StorageFailure: nothing could be read.
        """
        rows_max = max(1, min(limit, PAGE_ROWS_MAX))
        mine = [participations.c.organisation == organisation, participations.c.user_id == user]
        mine += _wanted(sought)
        if before is not None:
            at, call = _read_key(before)
            mine.append(
                or_(
                    participations.c.at < at,
                    and_(participations.c.at == at, participations.c.call_id < call),
                )
            )
        async with self._access.reading() as connection:
            rows = (
                await connection.execute(
                    select(
                        participations,
                        calls.c.direction,
                        calls.c.number,
                        calls.c.name,
                        calls.c.ended_by,
                    )
                    .join(
                        calls,
                        and_(
                            calls.c.organisation == participations.c.organisation,
                            calls.c.id == participations.c.call_id,
                        ),
                    )
                    .where(*mine)
                    .order_by(participations.c.at.desc(), participations.c.call_id.desc())
                    .limit(rows_max + 1)
                )
            ).all()
        page = tuple(
            Participation(
                call=row.call_id,
                kind=row.kind,
                direction=Direction(row.direction),
                number=row.number,
                name=row.name,
                queue_name=row.queue_name,
                urgent=row.urgent,
                at=row.at,
                wait_ms=row.wait_ms,
                talk_ms=row.talk_ms,
                ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
                transferred_to=row.to_name,
            )
            for row in rows[:rows_max]
        )
        return page, f"{page[-1].at}.{page[-1].call}" if len(rows) > rows_max else None

    async def gaps(
        self, organisation: OrganisationId, since: Instant, until: Instant | None
    ) -> tuple[Gap, ...]:
        """Those that end after `since`, and not after `until` (None: however late), the latest first.

        Raises:
            StorageFailure: nothing could be read.
        """
        return await read_gaps(self._access, organisation, since, until)

    async def number_of(self, organisation: OrganisationId, user: UserId, call: CallId) -> str | None:
        """With whom this own call was; None: withheld, or it is none of this user's.

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            row = (
                await connection.execute(
                    select(calls.c.number)
                    .join(
                        participations,
                        and_(
                            participations.c.organisation == calls.c.organisation,
                            participations.c.call_id == calls.c.id,
                        ),
                    )
                    .where(
                        calls.c.organisation == organisation,
                        calls.c.id == call,
                        participations.c.user_id == user,
                    )
                    .limit(1)
                )
            ).one_or_none()
        return None if row is None else row.number

    async def forget(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: Place | None = None
    ) -> Forgotten:
        """Take the parties out of calls, and call backs away, that ended before that instant (3.4-i).

        See `storage.forgetting`.

        Raises:
            StorageFailure: nothing has changed.
        """
        return await forget(self._access, organisation, before, limit=limit, after=after)

    async def messages_before(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: str | None
    ) -> tuple[str, ...]:
        """Names of messages that callers left before that instant, a part at a time.

        Raises:
            StorageFailure: nothing could be read.
        """
        return await messages_before(self._access, organisation, before, limit=limit, after=after)

    async def forget_messages(self, organisation: OrganisationId, names: Sequence[str]) -> None:
        """That these were left.

        Raises:
            StorageFailure: nothing has changed.
        """
        await forget_messages(self._access, organisation, names)

    async def kept_messages(self, names: Sequence[str]) -> frozenset[str]:
        """Those of these recordings that some organisation keeps as a message, or whose call is not over.

        Raises:
            StorageFailure: nothing could be read.
        """
        return await kept_messages(self._access, names)

    async def log(self, organisation: OrganisationId, call: CallId) -> StoredLog | None:
        """Of a call that goes on or is over; None: there is no such call.

        Raises:
            StorageFailure: nothing could be read.
        """
        async with self._access.reading() as connection:
            this = (
                await connection.execute(
                    select(calls).where(calls.c.organisation == organisation, calls.c.id == call)
                )
            ).one_or_none()
            if this is None:
                return None
            lines = await connection.execute(
                select(call_log)
                .where(call_log.c.organisation == organisation, call_log.c.call_id == call)
                .order_by(call_log.c.id)
                .limit(LOG_LINES_MAX)
            )
            part_takers = await connection.execute(
                select(segments.c.agent)
                .where(segments.c.organisation == organisation, segments.c.call_id == call)
                .distinct()
            )
            visited = await connection.execute(
                select(queue_visits.c.queue_id).where(
                    queue_visits.c.organisation == organisation, queue_visits.c.call_id == call
                )
            )
            people = {row.agent for row in part_takers} | {this.agent, this.made_by, this.to_user}
            return StoredLog(
                lines=tuple(
                    StoredLine(at=row.at, why=row.why, agent=row.agent or None, detail=row.detail)
                    for row in lines
                ),
                people=frozenset(user for user in people if user),
                queues=frozenset(row.queue_id for row in visited),
            )

    async def messages(
        self, organisation: OrganisationId, user: UserId, queues: frozenset[QueueId], *, limit: int
    ) -> tuple[StoredMessage, ...]:
        """Left for this user or for one of these queues, newest first.

        Raises:
            StorageFailure: nothing could be read.
        """
        theirs = and_(messages.c.to_user.is_(None), messages.c.queue_id.in_(sorted(queues)))
        asked = (
            _messages()
            .where(messages.c.organisation == organisation, or_(messages.c.to_user == user, theirs))
            .order_by(messages.c.at.desc(), messages.c.name.desc())
            .limit(max(1, min(limit, PAGE_ROWS_MAX)))
        )
        async with self._access.reading() as connection:
            return tuple(_message(row) for row in await connection.execute(asked))

    async def message(self, organisation: OrganisationId, name: str) -> StoredMessage | None:
        """The one with this name, for whomever it is; None: there is none (any more).

        Raises:
            StorageFailure: nothing could be read.
        """
        asked = _messages().where(messages.c.organisation == organisation, messages.c.name == name)
        async with self._access.reading() as connection:
            row = (await connection.execute(asked)).one_or_none()
        return _message(row) if row is not None else None

    async def missed(
        self, organisation: OrganisationId, queues: frozenset[QueueId], *, since: Instant, limit: int
    ) -> tuple[MissedCaller, ...]:
        """Callers of these queues whom nobody has spoken to, the latest first; one for each number and queue.

        Raises:
            StorageFailure: nothing could be read.
        """
        # Once for all of them: a search for each missed call would cost more with every call of the week.
        spoken = (
            select(calls.c.number, func.max(calls.c.answered_at).label("last"))
            .where(
                calls.c.organisation == organisation,
                calls.c.answered_at >= since,
                calls.c.number.is_not(None),
            )
            .group_by(calls.c.number)
            .subquery()
        )
        outside = select(segments.c.call_id).where(
            segments.c.organisation == calls.c.organisation,
            segments.c.call_id == calls.c.id,
            segments.c.kind == SegmentKind.AWAY.value,
        )
        async with self._access.reading() as connection:
            rows = await connection.execute(
                select(
                    calls, queue_visits.c.queue_id.label("in_queue"), queue_visits.c.queue_name.label("named")
                )
                .join(
                    queue_visits,
                    and_(
                        queue_visits.c.organisation == calls.c.organisation,
                        queue_visits.c.call_id == calls.c.id,
                    ),
                )
                .outerjoin(spoken, spoken.c.number == calls.c.number)
                .where(
                    calls.c.organisation == organisation,
                    calls.c.direction == Direction.IN.value,
                    calls.c.entered_at >= since,
                    calls.c.ended_at.is_not(None),
                    calls.c.answered_at.is_(None),
                    # Promised a call back: that is in the planning.
                    func.coalesce(calls.c.ended_by, "") != EndedBy.CALL_BACK.value,
                    queue_visits.c.queue_id.in_(sorted(queues)),
                    or_(spoken.c.last.is_(None), spoken.c.last < calls.c.entered_at),
                    ~outside.exists(),
                )
                .order_by(calls.c.entered_at.desc(), calls.c.id.desc(), queue_visits.c.at.desc())
                .limit(MISSED_READ_MAX)
            )
        found: dict[tuple[str, str], MissedCaller] = {}
        seen: set[str] = set()
        for row in rows:
            if row.id in seen:
                # It went from one of these queues to another: it is the last one's.
                continue
            seen.add(row.id)
            key = (row.number or row.id, row.in_queue)
            later = found.get(key)
            if later is not None:
                found[key] = replace(later, times=later.times + 1)
                continue
            found[key] = MissedCaller(
                call=row.id,
                number=row.number,
                name=row.name,
                queue=row.in_queue,
                queue_name=row.named,
                at=row.entered_at,
                wait_ms=row.ended_at - row.entered_at,
                ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
                times=1,
            )
        return tuple(found.values())[: max(1, min(limit, PAGE_ROWS_MAX))]


def _messages() -> Select[Any]:
    """With whose they are."""
    its = and_(calls.c.organisation == messages.c.organisation, calls.c.id == messages.c.call_id)
    return select(messages, calls.c.number, calls.c.name.label("caller_name")).outerjoin(calls, its)


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(
        name=row.name,
        call=row.call_id,
        number=row.number,
        caller_name=row.caller_name,
        to=row.to_user,
        queue=row.queue_id,
        queue_name=row.queue_name,
        at=row.at,
        ms=row.ms,
    )


def _wanted(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.kind is not None:
        found.append(participations.c.kind == sought.kind)
    typed = sought.typed.strip()[:80]
    if digits := bare_digits(typed):
        found.append(calls.c.number.contains(digits, autoescape=True))
    elif typed:
        found.append(
            or_(
                calls.c.name.icontains(typed, autoescape=True),
                participations.c.queue_name.icontains(typed, autoescape=True),
            )
        )
    return found


def _read_key(key: str) -> tuple[Instant, str]:
    at, dot, call = key.partition(".")
    if not dot or not at.isdecimal() or len(at) > 18:
        raise ValueError(f"not a page of this history: {key!r}")
    return int(at), call
