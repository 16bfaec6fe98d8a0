"""Roles, opening hours, linked organisations, trunks, LDAP, announcements: what of a directory is read whole."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cordboard.app.announcements import AnnouncementRow
from cordboard.app.ldap import LdapRow
from cordboard.app.ports import Directory, Holiday, HoursRow, LinkedRow, OpenTime, RoleRow
from cordboard.app.trunks import TrunkRow
from cordboard.core.types import OrganisationId, Right
from cordboard.storage.rules import from_text, to_text
from cordboard.storage.tables_administration import announcements, hours, ldap, links, roles, trunks


class Parts(TypedDict):
    """By their names in a directory."""

    roles: tuple[RoleRow, ...]
    hours: tuple[HoursRow, ...]
    links: tuple[LinkedRow, ...]
    trunks: tuple[TrunkRow, ...]
    ldap: tuple[LdapRow, ...]
    announcements: tuple[AnnouncementRow, ...]


async def read_parts(connection: AsyncConnection, organisation: OrganisationId) -> Parts:
    """In their saved order."""
    known = {right.value: right for right in Right}
    found = {}
    for table in (roles, hours, links, trunks, ldap, announcements):
        wanted = (
            select(table).where(table.c.organisation == organisation).order_by(table.c.position, table.c.id)
        )
        found[table.name] = (await connection.execute(wanted)).all()
    return Parts(
        roles=tuple(
            RoleRow(
                id=row.id,
                name=row.name,
                # A right that a newer Cordboard knew gives nothing here.
                rights=frozenset(known[r] for r in from_text(row.rights, tuple[str, ...]) if r in known),
            )
            for row in found["roles"]
        ),
        hours=tuple(
            HoursRow(
                id=row.id,
                name=row.name,
                week=from_text(row.week, tuple[tuple[int, OpenTime], ...]),
                holidays=from_text(row.holidays, tuple[Holiday, ...]),
            )
            for row in found["hours"]
        ),
        links=tuple(
            LinkedRow(
                id=row.id,
                name=row.name,
                numbers=from_text(row.numbers, tuple[str, ...]),
                queue=row.queue_id,
            )
            for row in found["links"]
        ),
        trunks=tuple(from_text(row.settings, TrunkRow) for row in found["trunks"]),
        ldap=tuple(from_text(row.settings, LdapRow) for row in found["ldap"]),
        announcements=tuple(from_text(row.settings, AnnouncementRow) for row in found["announcements"]),
    )


def parts_columns(directory: Directory) -> dict[Table, list[dict[str, object]]]:
    """What is stored of them."""
    return {
        roles: [
            {"id": role.id, "name": role.name, "rights": to_text(sorted(r.value for r in role.rights))}
            for role in directory.roles
        ],
        hours: [
            {"id": one.id, "name": one.name, "week": to_text(one.week), "holidays": to_text(one.holidays)}
            for one in directory.hours
        ],
        links: [
            {"id": one.id, "name": one.name, "numbers": to_text(one.numbers), "queue_id": one.queue}
            for one in directory.links
        ],
        trunks: [{"id": one.id, "name": one.name, "settings": to_text(one)} for one in directory.trunks],
        ldap: [{"id": one.id, "name": one.name, "settings": to_text(one)} for one in directory.ldap],
        announcements: [
            {"id": one.id, "name": one.name, "settings": to_text(one)} for one in directory.announcements
        ],
    }
