"""Keeps the index of every address book abreast of the database, and asks it without holding up anything else."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, select

from cordboard.app.contacts import Contact, Wanted
from cordboard.app.ports import StorageFailure
from cordboard.core.types import OrganisationId
from cordboard.storage.connection import Access
from cordboard.storage.contact_index import ContactIndex, Entry
from cordboard.storage.tables_contacts import books, contacts

ROWS_AT_ONCE = 500
"""Read, and handed to the index, in one go; more would be felt by whoever calls meanwhile."""
BEHIND_MAX = 5_000
"""Changes that are taken one by one; with more of them a new index is sooner ready."""
BUILD_AGAIN_S = 60.0
"""After one that could not be made; a full disk is not emptier at once. Meanwhile the database itself is read."""

log = logging.getLogger(__name__)
T = TypeVar("T")
_COLUMNS = tuple(column for column in contacts.c if column.name != "organisation")


class ContactIndexes:
    """One index per organisation, in a folder of their own."""

    def __init__(self, access: Access, folder: Path | None) -> None:
        """With no folder they live as long as this process."""
        self._access = access
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="cordboard-contacts-"))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One thread asks and one writes, so that a search never stands behind a new book.
        self._asking = ThreadPoolExecutor(1, "contacts")
        self._building = ThreadPoolExecutor(1, "contacts-building")
        self._open: dict[OrganisationId, ContactIndex] = {}
        self._catching_up: dict[OrganisationId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._builds: dict[OrganisationId, asyncio.Task[None]] = {}
        self._build_from: dict[OrganisationId, float] = {}
        self._gone_meanwhile: dict[OrganisationId, set[str]] = defaultdict(set)
        self._abreast: set[OrganisationId] = set()
        self._stopping = False

    async def close(self) -> None:
        """Stop building, let go of the files."""
        self._stopping = True
        await asyncio.gather(*self._builds.values(), return_exceptions=True)
        self._asking.shutdown()
        self._building.shutdown()
        for index in self._open.values():
            index.close()
        self._open.clear()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    async def prepare(self, organisations: Sequence[OrganisationId]) -> None:
        """Bring those of these organisations up to date, and throw the others away."""
        kept = {self._file(organisation).name for organisation in organisations}
        for file in await asyncio.to_thread(lambda: [*self.folder.glob("*.index*")]):
            if file.name.split(".index")[0] + ".index" not in kept:
                file.unlink(missing_ok=True)
        for organisation in organisations:
            await self.catch_up(organisation)
            await self._compare(organisation)
            building = self._builds.get(organisation)
            if building is not None:
                await asyncio.shield(building)

    async def _compare(self, organisation: OrganisationId) -> None:
        """A server that died between a deletion and the word of it to the index left somebody in it."""
        if organisation not in self._abreast:
            return
        async with self._access.reading() as connection:
            there = await connection.execute(
                select(func.count()).select_from(contacts).where(contacts.c.organisation == organisation)
            )
            count = there.scalar_one()
        try:
            if await self._ask(organisation, lambda index: index.count()) != count:
                await self._throw_away(organisation, sqlite3.DatabaseError("not as many as in the database"))
                await self.catch_up(organisation)
        except sqlite3.Error as problem:
            await self._throw_away(organisation, problem)

    async def search(
        self, organisation: OrganisationId, parts: Sequence[str], wanted: Wanted
    ) -> list[str] | None:
        """What `shown_of` kept, in the alphabet's order; None: the index is not ready, ask the database."""
        if organisation not in self._abreast:
            await self.catch_up(organisation)
            if organisation not in self._abreast:
                return None
        try:
            return await self._ask(organisation, lambda index: index.search(parts, wanted))
        except sqlite3.Error as problem:
            await self._throw_away(organisation, problem)
            return None

    async def forget(self, organisation: OrganisationId, gone: Sequence[str]) -> None:
        """They were deleted, and stay away: whoever has them in hand, read before that, is waited for or told."""
        async with self._catching_up[organisation]:
            if organisation in self._builds:
                self._gone_meanwhile[organisation].update(gone)
            try:
                await self._forget(organisation, gone)
            except (sqlite3.Error, StorageFailure) as problem:
                await self._throw_away(organisation, problem)

    async def remove(self, organisation: OrganisationId) -> None:
        """Throw an organisation's index away: there is no such book any more, or hardly anybody is left in it."""
        building = self._builds.get(organisation)
        if building is not None:
            await asyncio.wait({building})
        async with self._catching_up[organisation]:
            try:
                await self._away(organisation)
            except OSError:
                # It is nobody's, and the next start throws it away.
                log.exception("an index cannot be deleted", extra={"organisation": organisation})

    async def _forget(self, organisation: OrganisationId, gone: Sequence[str]) -> None:
        """Those of them that are not in the database; others were saved again since."""
        for start in range(0, len(gone), ROWS_AT_ONCE):
            part = gone[start : start + ROWS_AT_ONCE]
            there = select(contacts.c.id).where(
                contacts.c.organisation == organisation, contacts.c.id.in_(part)
            )
            async with self._access.reading() as connection:
                kept = {row.id for row in await connection.execute(there)}
            for contact in part:
                if contact not in kept:
                    await self._ask(organisation, partial(_forget, contact=contact))

    async def catch_up(self, organisation: OrganisationId) -> None:
        """Take what the database has and the index has not; a large backlog is built beside, see `search`."""
        async with self._catching_up[organisation]:
            try:
                await self._catch_up(organisation)
            except sqlite3.Error as problem:
                await self._throw_away(organisation, problem)

    async def _catch_up(self, organisation: OrganisationId) -> None:
        async with self._access.reading() as connection:
            kept = (
                await connection.execute(
                    select(books.c.book, books.c.changes).where(books.c.organisation == organisation)
                )
            ).one_or_none()
        if kept is None:
            # Nobody was ever added.
            return
        book, done = await self._ask(organisation, lambda index: index.state())
        if book not in ("", kept.book) or done > kept.changes or kept.changes - done > BEHIND_MAX:
            self._abreast.discard(organisation)
            may_build = not self._stopping and monotonic() >= self._build_from.get(organisation, 0.0)
            if may_build and organisation not in self._builds:
                self._builds[organisation] = asyncio.create_task(self._build(organisation))
            return
        while done < kept.changes:
            behind = (
                select(*_COLUMNS)
                .where(contacts.c.organisation == organisation, contacts.c.change > done)
                .order_by(contacts.c.change)
                .limit(ROWS_AT_ONCE)
            )
            async with self._access.reading() as connection:
                rows = (await connection.execute(behind)).all()
            done = (
                rows[-1].change
                if len(rows) == ROWS_AT_ONCE
                else max(kept.changes, *(r.change for r in rows), 0)
            )
            entries = [_entry(row) for row in rows]
            await self._ask(organisation, partial(_take, book=kept.book, entries=entries, changes=done))
        self._abreast.add(organisation)

    async def _build(self, organisation: OrganisationId) -> None:
        """A new index beside the old one, which it then replaces."""
        new = self._file(organisation).with_suffix(".new")
        try:
            await self._build_in(organisation, new)
        except (sqlite3.Error, OSError, StorageFailure):
            log.exception("the index of contacts could not be made", extra={"organisation": organisation})
            self._build_from[organisation] = monotonic() + BUILD_AGAIN_S
            return
        finally:
            self._builds.pop(organisation, None)
            self._gone_meanwhile.pop(organisation, None)
            _unlink(new)
        if not self._stopping:
            await self.catch_up(organisation)

    async def _build_in(self, organisation: OrganisationId, new: Path) -> None:
        _unlink(new)
        loop = asyncio.get_running_loop()

        async def write(work: Callable[[ContactIndex], T]) -> T:
            return await loop.run_in_executor(self._building, work, index)

        index = await loop.run_in_executor(self._building, ContactIndex, new)
        try:
            async with self._access.reading() as connection:
                kept = (
                    await connection.execute(select(books).where(books.c.organisation == organisation))
                ).one()
                await write(lambda index: index.begin_book(kept.book))
                async for rows in _parts(connection, _whole_book(organisation, connection.dialect.name)):
                    entries = [_entry(row) for row in rows]
                    await write(partial(_add, entries=entries))
                    if self._stopping:
                        return
            await write(lambda index: index.end_book(kept.changes))
        finally:
            await asyncio.shield(loop.run_in_executor(self._building, index.close))
        async with self._catching_up[organisation]:
            # Who was deleted since this one was begun is in it; nobody asks it before they are out of it again.
            self._abreast.discard(organisation)
            await loop.run_in_executor(self._asking, self._replace, organisation, new)
            try:
                await self._forget(organisation, sorted(self._gone_meanwhile[organisation]))
            except (sqlite3.Error, StorageFailure) as problem:
                await self._throw_away(organisation, problem)
                raise

    def _replace(self, organisation: OrganisationId, new: Path) -> None:
        """In the thread that asks, so that nobody asks meanwhile."""
        old = self._open.pop(organisation, None)
        if old is not None:
            old.close()
        _unlink(self._file(organisation))
        new.replace(self._file(organisation))

    async def _throw_away(
        self, organisation: OrganisationId, problem: sqlite3.Error | StorageFailure
    ) -> None:
        log.error(
            "an index of contacts is not whole and is made anew",
            extra={"organisation": organisation, "reason": str(problem)},
        )
        await self._away(organisation)

    async def _away(self, organisation: OrganisationId) -> None:
        self._abreast.discard(organisation)

        def away() -> None:
            old = self._open.pop(organisation, None)
            if old is not None:
                old.close()
            _unlink(self._file(organisation))

        await asyncio.get_running_loop().run_in_executor(self._asking, away)

    async def _ask(self, organisation: OrganisationId, work: Callable[[ContactIndex], T]) -> T:
        def asked() -> T:
            index = self._open.get(organisation)
            if index is None:
                index = self._open[organisation] = ContactIndex(self._file(organisation))
            return work(index)

        return await asyncio.get_running_loop().run_in_executor(self._asking, asked)

    def _file(self, organisation: OrganisationId) -> Path:
        return self.folder / f"{hashlib.sha256(organisation.encode()).hexdigest()[:24]}.index"


def _take(index: ContactIndex, *, book: str, entries: Sequence[Entry], changes: int) -> None:
    index.take(book, entries, changes)


def _forget(index: ContactIndex, *, contact: str) -> None:
    index.forget(contact)


def _add(index: ContactIndex, *, entries: Sequence[Entry]) -> None:
    index.add_in_order(entries)


def alphabet(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """By shown name, first name first (3.3-n); the same on both databases, whatever the collation of theirs is."""
    if dialect == "postgresql":
        return contacts.c.name_key.collate("C"), contacts.c.id.collate("C")
    return contacts.c.name_key, contacts.c.id


def _whole_book(organisation: OrganisationId, dialect: str) -> Select[Any]:
    return select(*_COLUMNS).where(contacts.c.organisation == organisation).order_by(*alphabet(dialect))


async def _parts(connection: Any, asked: Select[Any]) -> AsyncIterator[Sequence[Row[Any]]]:
    async with connection.stream(asked.execution_options(yield_per=ROWS_AT_ONCE)) as result:
        async for rows in result.partitions():
            yield rows


def _entry(row: Any) -> Entry:
    side = f"i{row.group_id or ''}" if row.internal else "x"
    return Entry(row.id, row.name_key, side, row.found_by, shown_of(row))


def shown_of(row: Any) -> str:
    """What the list shows of a contact, as the index keeps it; `contact_shown` reads it."""
    fields = [
        row.id,
        row.name,
        row.function,
        row.numbers,
        row.addresses,
        row.internal,
        row.group_id,
        row.source,
    ]
    return msgspec.json.encode(fields).decode()


def contact_shown(shown: str) -> Contact:
    """The contact again."""
    id_, name, function, numbers, addresses, internal, group, source = msgspec.json.decode(shown)
    return Contact(
        id=id_,
        name=name,
        function=function,
        numbers=tuple(msgspec.json.decode(numbers)),
        addresses=tuple(msgspec.json.decode(addresses)),
        internal=internal,
        group=group,
        source=source,
    )


def _unlink(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
