"""Takes callers out of calls that were kept long enough (3.4-i); what is counted of them stays.

A call keeps its times, its queue and who of our people worked, so that the numbers of a year still add up. Whose
number it was, whose history shows it, what was said about it and what the caller left on tape go. A call back that is
over goes as a whole, and so does a missed caller: there is nothing in it but whom to call and who did.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, or_, select, update

from cordboard.app.history import Forgotten, Place
from cordboard.core.types import MESSAGE, CallId, Instant, OrganisationId
from cordboard.storage.connection import Access
from cordboard.storage.tables import call_log, calls, messages, participations
from cordboard.storage.tables_callbacks import callbacks
from cordboard.storage.tables_missed import missed


async def messages_before(
    access: Access, organisation: OrganisationId, before: Instant, *, limit: int, after: str | None
) -> tuple[str, ...]:
    """Names of messages that were left before that instant, by name; after this one.

    Raises:
        StorageFailure: nothing could be read.
    """
    old = select(messages.c.name).where(messages.c.organisation == organisation, messages.c.at < before)
    async with access.reading() as connection:
        name = messages.c.name.collate("C") if connection.dialect.name == "postgresql" else messages.c.name
        if after is not None:
            old = old.where(name > after)
        return tuple(row.name for row in await connection.execute(old.order_by(name).limit(limit)))


async def forget_messages(access: Access, organisation: OrganisationId, names: Sequence[str]) -> None:
    """That they were left.

    Raises:
        StorageFailure: nothing has changed.
    """
    async with access.writing() as connection:
        await connection.execute(
            delete(messages).where(messages.c.organisation == organisation, messages.c.name.in_(names))
        )


async def kept_messages(access: Access, names: Sequence[str]) -> frozenset[str]:
    """Those of these recordings that some organisation keeps as a message, or whose call is not over.

    Raises:
        StorageFailure: nothing could be read.
    """
    by_call = {name.removeprefix(MESSAGE): name for name in names}
    left = select(messages.c.name).where(messages.c.name.in_(names))
    going_on = select(calls.c.id).where(calls.c.id.in_(list(by_call)), calls.c.ended_at.is_(None))
    async with access.reading() as connection:
        kept = {row.name for row in await connection.execute(left)}
        return frozenset(kept | {by_call[row.id] for row in await connection.execute(going_on)})


async def forget(
    access: Access, organisation: OrganisationId, before: Instant, *, limit: int, after: Place | None
) -> Forgotten:
    """Of the oldest calls, call backs and missed callers that ended before then, at most `limit` of each at a time.

    A turn at the writer is short, and what was looked at up to `after` is not looked at again.

    Raises:
        StorageFailure: nothing has changed.
    """
    known = or_(
        calls.c.number.is_not(None),
        calls.c.name.is_not(None),
        calls.c.dialled.is_not(None),
        select(participations.c.call_id)
        .where(participations.c.organisation == calls.c.organisation, participations.c.call_id == calls.c.id)
        .exists(),
        select(call_log.c.call_id)
        .where(call_log.c.organisation == calls.c.organisation, call_log.c.call_id == calls.c.id)
        .exists(),
    )
    old = calls.c.ended_at < before
    if after is not None:
        at, call = after
        old &= (calls.c.ended_at >= at) & or_(calls.c.ended_at > at, calls.c.id > call)
    old_call_backs = (
        select(callbacks.c.id)
        .where(callbacks.c.organisation == organisation, callbacks.c.ended_at < before)
        .order_by(callbacks.c.ended_at, callbacks.c.id)
        .limit(limit)
    )
    old_missed = (
        select(missed.c.id)
        .where(missed.c.organisation == organisation, missed.c.closed_at < before)
        .order_by(missed.c.closed_at, missed.c.id)
        .limit(limit)
    )
    # Looking for them takes longer than taking them out, and meanwhile others may write.
    async with access.reading() as connection:
        found = (
            await connection.execute(
                select(calls.c.id, calls.c.ended_at)
                .where(calls.c.organisation == organisation, old, known)
                .order_by(calls.c.ended_at, calls.c.id)
                .limit(limit)
            )
        ).all()
        call_backs = [row.id for row in await connection.execute(old_call_backs)]
        callers = [row.id for row in await connection.execute(old_missed)]
    ids = [row.id for row in found]
    if not ids and not call_backs and not callers:
        return Forgotten(calls=0, call_backs=0, missed=0, last=after)
    async with access.writing() as connection:
        for table in (participations, call_log):
            await connection.execute(
                delete(table).where(table.c.organisation == organisation, table.c.call_id.in_(ids))
            )
        await connection.execute(
            update(calls)
            .where(calls.c.organisation == organisation, calls.c.id.in_(ids))
            .values(number=None, name=None, dialled=None)
        )
        await connection.execute(
            delete(callbacks).where(callbacks.c.organisation == organisation, callbacks.c.id.in_(call_backs))
        )
        await connection.execute(
            delete(missed).where(missed.c.organisation == organisation, missed.c.id.in_(callers))
        )
    last = (found[-1].ended_at, CallId(found[-1].id)) if found else after
    return Forgotten(calls=len(ids), call_backs=len(call_backs), missed=len(callers), last=last)
