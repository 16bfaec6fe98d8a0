"""Reads and writes what is configured for an organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.administration.audit import AuditEntry
from cordboard.app.administration.ids import OneOfAKind
from cordboard.app.modules import Module
from cordboard.app.ports import (
    DeviceRow,
    Directory,
    GroupRow,
    OfficeSettings,
    OrganisationRow,
    QueueRow,
    QueueRules,
    StorageFailure,
    UserRow,
)
from cordboard.core.rules import Exit, HouseRules
from cordboard.core.types import AnswerMethod, DeviceKind, OrganisationId, Right, Strategy, UserId
from cordboard.storage.accounts import user_name_key
from cordboard.storage.audit import write_entries
from cordboard.storage.connection import Access, upsert
from cordboard.storage.directory_parts import parts_columns, read_parts
from cordboard.storage.removal import remove, remove_past
from cordboard.storage.rules import changed_text, from_text, to_text
from cordboard.storage.tables import (
    devices,
    groups,
    organisations,
    queue_groups,
    queue_numbers,
    queues,
    user_groups,
    user_numbers,
    user_rights,
    users,
)
from cordboard.storage.tables_access import password_links
from cordboard.storage.tables_administration import announcement_numbers, organisation_numbers


class SqlDirectories:
    """The port `Directories` on SQLite and PostgreSQL."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def organisations(self) -> tuple[OrganisationId, ...]:
        """Every organisation of this installation, by id."""
        async with self._access.reading() as connection:
            rows = await connection.execute(select(organisations.c.id).order_by(organisations.c.id))
            return tuple(row.id for row in rows)

    async def directory(self, organisation: OrganisationId) -> Directory:
        """All that is configured, seen at one moment; queues by their position, the rest in the saved order.

        Raises:
            StorageFailure: there is no such organisation, or it could not be read.
        """
        async with self._access.reading() as connection:
            row = (
                await connection.execute(select(organisations).where(organisations.c.id == organisation))
            ).one_or_none()
            if row is None:
                raise StorageFailure(f"there is no organisation {organisation}")
            return Directory(
                organisation=OrganisationRow(
                    id=row.id,
                    name=row.name,
                    country=row.country,
                    language=row.language,
                    time_zone=row.time_zone,
                    demo=row.demo,
                    contact=row.contact,
                    rules=from_text(row.rules, HouseRules),
                    pause_reasons=from_text(row.pause_reasons, tuple[str, ...]),
                    settings=from_text(row.settings, OfficeSettings),
                    modules_off=_modules(row.modules_off),
                    disabled=row.disabled,
                    numbers=await _given(connection, organisation),
                ),
                groups=tuple(
                    GroupRow(id=group.id, name=group.name, number=group.outbound_number)
                    for group in await _rows(connection, groups, organisation)
                ),
                users=await _users(connection, organisation),
                queues=await _queues(connection, organisation),
                devices=tuple(
                    DeviceRow(
                        id=device.id,
                        name=device.name,
                        kind=DeviceKind(device.kind),
                        extension=device.extension,
                        answer_method=AnswerMethod(device.answer_method),
                        password=device.password,
                        one_line=device.one_line,
                    )
                    for device in await _rows(connection, devices, organisation)
                ),
                **await read_parts(connection, organisation),
            )

    async def save(self, directory: Directory, log: Sequence[AuditEntry] = ()) -> None:
        """Create or replace an organisation's configuration; passwords of users that stay are kept.

        Args:
            log: who changed what, stored with it or not at all.

        Raises:
            StorageFailure: rows contradict each other (a user name twice, a group that is not there), or the
                database did not do it; nothing has changed.
        """
        organisation = directory.organisation.id
        async with self._access.writing() as connection:
            await _save_organisation(connection, directory.organisation)
            await _replace(
                connection,
                organisation,
                groups,
                [{"id": g.id, "name": g.name, "outbound_number": g.number} for g in directory.groups],
            )
            await _end_links_to_old_addresses(connection, directory)
            await _replace(connection, organisation, users, [_user_columns(user) for user in directory.users])
            await _replace(
                connection, organisation, queues, [_queue_columns(q) for q in directory.queues], ordered=False
            )
            await _replace(connection, organisation, devices, [_device_columns(d) for d in directory.devices])
            for table, parts in parts_columns(directory).items():
                await _replace(connection, organisation, table, parts)
            links: dict[Table, list[dict[str, str]]] = {
                user_groups: [
                    {"user_id": u.id, "group_id": group} for u in directory.users for group in u.groups
                ],
                user_rights: [
                    {"user_id": u.id, "right": right.value} for u in directory.users for right in u.rights
                ],
                user_numbers: [{"user_id": u.id, "number": n} for u in directory.users for n in u.numbers],
                queue_groups: [
                    {"queue_id": q.id, "group_id": group} for q in directory.queues for group in q.groups
                ],
                queue_numbers: [{"queue_id": q.id, "number": n} for q in directory.queues for n in q.numbers],
            }
            links[announcement_numbers] = [
                {"announcement": a.id, "number": n} for a in directory.announcements for n in a.numbers
            ]
            links[organisation_numbers] = [{"number": n} for n in directory.organisation.numbers]
            await write_entries(connection, log)
            for table, rows in links.items():
                await connection.execute(delete(table).where(table.c.organisation == organisation))
                if rows:
                    await connection.execute(
                        insert(table), [{"organisation": organisation} | row for row in rows]
                    )

    async def numbers_elsewhere(
        self, organisation: OrganisationId, numbers: Collection[str]
    ) -> dict[str, str]:
        """Which of these another organisation has, given by the provider or in use: number to its name."""
        found: dict[str, str] = {}
        async with self._access.reading() as connection:
            for table in (organisation_numbers, queue_numbers, user_numbers, announcement_numbers):
                rows = await connection.execute(
                    select(table.c.number, organisations.c.name)
                    .join(organisations, organisations.c.id == table.c.organisation)
                    .where(table.c.number.in_(numbers), table.c.organisation != organisation)
                )
                found |= {row.number: row.name for row in rows}
        return found

    async def is_elsewhere(self, organisation: OrganisationId, names: OneOfAKind) -> bool:
        """Whether another organisation has a person or a telephone with one of these ids or user names."""
        keys = frozenset(user_name_key(name) for name in names.user_names)
        asked = ((users.c.id, names.users), (users.c.user_name_key, keys), (devices.c.id, names.devices))
        async with self._access.reading() as connection:
            for column, wanted in asked:
                if not wanted:
                    continue
                of = column.table.c.organisation
                found = select(of).where(column.in_(wanted), of != organisation).limit(1)
                if (await connection.execute(found)).first() is not None:
                    return True
        return False

    async def remove_past(self, organisation: OrganisationId, *, limit: int) -> int:
        """Take away at most so many rows of what it has lived through; 0: none is left (see `storage.removal`).

        Raises:
            StorageFailure: these are still there.
        """
        return await remove_past(self._access, organisation, limit=limit)

    async def remove(self, organisation: OrganisationId, log: Sequence[AuditEntry] = ()) -> None:
        """Take an organisation away with everything that was ever written of it (see `storage.removal`).

        Args:
            log: who did it, in the log of another one.

        Raises:
            StorageFailure: nothing has changed.
        """
        await remove(self._access, organisation, log)

    async def set_user_settings(self, user: UserId, *, language: str | None, theme: str | None) -> None:
        """A user's own settings; None leaves one as it is.

        Raises:
            StorageFailure: there is no such user, or the database did not do it.
        """
        changed = {
            key: value for key, value in (("language", language), ("theme", theme)) if value is not None
        }
        if not changed:
            return
        async with self._access.writing() as connection:
            result = await connection.execute(update(users).where(users.c.id == user).values(changed))
            if result.rowcount != 1:
                raise StorageFailure(f"there is no user {user}")


# --- reading ------------------------------------------------------------------------------------------------


async def _rows(connection: AsyncConnection, table: Table, organisation: OrganisationId) -> Sequence[Any]:
    """An organisation's rows of one table; in their saved order where the table has one."""
    wanted = select(table).where(table.c.organisation == organisation)
    if "position" in table.c:
        wanted = wanted.order_by(table.c.position, table.c.id)
    return (await connection.execute(wanted)).all()


def _modules(text: str) -> frozenset[Module]:
    # What a newer Cordboard has beside these is nothing here.
    known = {module.value: module for module in Module}
    return frozenset(known[name] for name in from_text(text, tuple[str, ...]) if name in known)


async def _given(connection: AsyncConnection, organisation: OrganisationId) -> frozenset[str]:
    return frozenset(row.number for row in await _rows(connection, organisation_numbers, organisation))


async def _links(
    connection: AsyncConnection, table: Table, owner: str, value: str, organisation: OrganisationId
) -> Mapping[str, set[Any]]:
    """What belongs to whom: user to groups, queue to numbers."""
    found: dict[str, set[Any]] = defaultdict(set)
    for row in await _rows(connection, table, organisation):
        found[getattr(row, owner)].add(getattr(row, value))
    return found


async def _users(connection: AsyncConnection, organisation: OrganisationId) -> tuple[UserRow, ...]:
    in_groups = await _links(connection, user_groups, "user_id", "group_id", organisation)
    rights = await _links(connection, user_rights, "user_id", "right", organisation)
    numbers = await _links(connection, user_numbers, "user_id", "number", organisation)
    known = {right.value: right for right in Right}
    return tuple(
        UserRow(
            id=row.id,
            user_name=row.user_name,
            name=row.name,
            extension=row.extension,
            email=row.email,
            language=row.language,
            theme=row.theme,
            disabled=row.disabled,
            groups=frozenset(in_groups.get(row.id, ())),
            # A right that a newer Cordboard knew gives nothing here.
            rights=frozenset(known[right] for right in rights.get(row.id, ()) if right in known),
            numbers=frozenset(numbers.get(row.id, ())),
            number=row.outbound_number,
            direct_exit=None if row.direct_exit is None else from_text(row.direct_exit, Exit),
            role=row.role,
        )
        for row in await _rows(connection, users, organisation)
    )


async def _queues(connection: AsyncConnection, organisation: OrganisationId) -> tuple[QueueRow, ...]:
    in_groups = await _links(connection, queue_groups, "queue_id", "group_id", organisation)
    numbers = await _links(connection, queue_numbers, "queue_id", "number", organisation)
    return tuple(
        QueueRow(
            id=row.id,
            name=row.name,
            urgent=row.urgent,
            priority=row.priority,
            position=row.position,
            strategy=Strategy(row.strategy),
            ring_ms=row.ring_ms,
            wrap_up_ms=row.wrap_up_ms,
            ring_until_answered=row.ring_until_answered,
            locked=row.locked,
            groups=frozenset(in_groups.get(row.id, ())),
            language=row.language,
            numbers=frozenset(numbers.get(row.id, ())),
            rules=from_text(row.rules, QueueRules),
        )
        for row in await _rows(connection, queues, organisation)
    )


# --- writing ------------------------------------------------------------------------------------------------


def _user_columns(user: UserRow) -> dict[str, object]:
    return {
        "id": user.id,
        "user_name": user.user_name,
        "user_name_key": user_name_key(user.user_name),
        "name": user.name,
        "extension": user.extension,
        "email": user.email,
        "language": user.language,
        "theme": user.theme,
        "disabled": user.disabled,
        "outbound_number": user.number,
        "direct_exit": None if user.direct_exit is None else to_text(user.direct_exit),
        "role": user.role,
    }


def _queue_columns(queue: QueueRow) -> dict[str, object]:
    return {
        "id": queue.id,
        "name": queue.name,
        "urgent": queue.urgent,
        "priority": queue.priority,
        "position": queue.position,
        "strategy": queue.strategy.value,
        "ring_ms": queue.ring_ms,
        "wrap_up_ms": queue.wrap_up_ms,
        "ring_until_answered": queue.ring_until_answered,
        "locked": queue.locked,
        "language": queue.language,
        "rules": changed_text(queue.rules),
    }


def _device_columns(device: DeviceRow) -> dict[str, object]:
    return {
        "id": device.id,
        "name": device.name,
        "kind": device.kind.value,
        "extension": device.extension,
        "answer_method": device.answer_method.value,
        "password": device.password,
        "one_line": device.one_line,
    }


async def _save_organisation(connection: AsyncConnection, row: OrganisationRow) -> None:
    columns = {
        "name": row.name,
        "country": row.country,
        "language": row.language,
        "time_zone": row.time_zone,
        "demo": row.demo,
        "contact": row.contact,
        "rules": changed_text(row.rules),
        "pause_reasons": to_text(row.pause_reasons),
        "settings": changed_text(row.settings),
        "modules_off": to_text(sorted(module.value for module in row.modules_off)),
        "disabled": row.disabled,
    }
    await connection.execute(
        upsert(connection.dialect.name, organisations)
        .values({"id": row.id} | columns)
        .on_conflict_do_update(index_elements=["id"], set_=columns)
    )


async def _end_links_to_old_addresses(connection: AsyncConnection, directory: Directory) -> None:
    """Whose mailbox is another one now: a link that lies in the old one chooses no password any more."""
    rows = await connection.execute(
        select(users.c.id, users.c.user_name, users.c.email).where(
            users.c.organisation == directory.organisation.id
        )
    )
    was = {row.id: (row.user_name, row.email) for row in rows}
    moved = [u.id for u in directory.users if was.get(u.id, (u.user_name, u.email)) != (u.user_name, u.email)]
    if moved:
        await connection.execute(delete(password_links).where(password_links.c.user_id.in_(moved)))


async def _replace(
    connection: AsyncConnection,
    organisation: OrganisationId,
    table: Table,
    rows: Sequence[dict[str, object]],
    *,
    ordered: bool = True,
) -> None:
    """Make the table hold these rows of the organisation and no others; columns not named here are kept.

    Args:
        ordered: the order of the rows is stored with them.
    """
    ids = [row["id"] for row in rows]
    await connection.execute(
        delete(table).where(table.c.organisation == organisation, table.c.id.not_in(ids))
    )
    for position, row in enumerate(rows):
        columns = {"position": position} | row if ordered else row
        await connection.execute(
            upsert(connection.dialect.name, table)
            .values({"organisation": organisation} | columns)
            .on_conflict_do_update(
                index_elements=["organisation", "id"],
                set_={name: value for name, value in columns.items() if name != "id"},
            )
        )
