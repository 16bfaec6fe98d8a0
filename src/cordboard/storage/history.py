"""Reads finished calls, page by page."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from cordboard.app.ports import Participation
from cordboard.core.types import Direction, EndedBy, Instant, OrganisationId, UserId
from cordboard.storage.connection import Access
from cordboard.storage.tables import calls, participations

PAGE_ROWS_MAX = 200
"""No page is longer, whatever was asked."""


class SqlHistory:
    """The port `History` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def of_user(
        self, organisation: OrganisationId, user: UserId, *, before: str | None, limit: int
    ) -> tuple[tuple[Participation, ...], str | None]:
        """Own finished calls, newest first, and the key of the next page (None: that was all).

        Raises:
            ValueError: `before` is not a key that an earlier page gave.
            StorageFailure: nothing could be read.
        """
        rows_max = max(1, min(limit, PAGE_ROWS_MAX))
        mine = [participations.c.organisation == organisation, participations.c.user_id == user]
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
                        calls.c.queue_name,
                        calls.c.urgent,
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
            )
            for row in rows[:rows_max]
        )
        return page, f"{page[-1].at}.{page[-1].call}" if len(rows) > rows_max else None


def _read_key(key: str) -> tuple[Instant, str]:
    at, dot, call = key.partition(".")
    if not dot or not at.isdecimal() or len(at) > 18:
        raise ValueError(f"not a page of this history: {key!r}")
    return int(at), call
