"""Announcements that are an organisation's own: made, renamed, given another text or number, taken away (D21, D25)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cordboard.app.administration.fields import (
    Field,
    FieldProblem,
    Row,
    language,
    maybe,
    own_number,
    several,
    text,
)
from cordboard.app.administration.resource import (
    Resource,
    leads_to,
    numbers_free,
    replaced,
    unique,
    without,
)
from cordboard.app.announcements import AnnouncementRow
from cordboard.app.ports import Directory
from cordboard.core.rules import ExitAction
from cordboard.core.types import Right

SAYING = (ExitAction.ANNOUNCEMENT, ExitAction.MESSAGE)
"""The ways out whose target is an own announcement."""
TEXT_MAX = 2_000
"""Some two minutes."""


def _rows(directory: Directory) -> list[Row]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "language": one.language,
            "text": one.text,
            "numbers": sorted(one.numbers),
        }
        for one in directory.announcements
    ]


def _put(directory: Directory, row: Row) -> Directory:
    one = AnnouncementRow(
        id=row["id"],
        name=row["name"],
        language=row["language"] or directory.organisation.language,
        text=row["text"],
        numbers=frozenset(row["numbers"]),
    )
    return replace(directory, announcements=replaced(directory.announcements, one))


def _used(directory: Directory, id_: str) -> tuple[str, str] | None:
    if (found := leads_to(directory, id_, *SAYING)) is not None:
        return found
    for queue in directory.queues:
        if id_ in (queue.rules.greeting, queue.rules.music):
            return "queues", queue.name
    organisation = directory.organisation
    return ("organisation", organisation.name) if organisation.settings.hold_music == id_ else None


def _problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    yield from unique(_rows(directory), row, old, "name")
    yield from numbers_free(directory, row, old)


OWN_ANNOUNCEMENTS = Resource(
    name="own_announcements",
    right=Right.ADMIN_QUEUES,
    prefix="a",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="language", read=maybe(language), default=None),
        Field(name="text", read=text(TEXT_MAX, empty=True), default=""),
        Field(name="numbers", read=several(own_number), default=[]),
    ),
    rows=_rows,
    put=_put,
    remove=lambda directory, id_: replace(directory, announcements=without(directory.announcements, id_)),
    used_by=_used,
    problems=_problems,
)
