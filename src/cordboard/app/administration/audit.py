"""Who changed what, when, before and after: written in the same breath as the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Any, Protocol

from cordboard.app.administration.fields import Row
from cordboard.app.administration.resource import Resource
from cordboard.app.ports import Directory
from cordboard.core.types import Instant, OrganisationId


class Action(Enum):
    """What was done."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    INVITE = "invite"
    """A letter was sent with which somebody chooses a password."""
    PASSWORD = "password"  # noqa: S105 - the word, not one
    """A telephone got a new one."""
    LOG_OUT = "log_out"
    IMPORT = "import"
    """A file of them was taken; the name is how many were new or different."""
    RELEASE = "release"
    """A telephone was taken from who had it."""
    TEST_CALL = "test_call"
    """A number was rung over a trunk, to see what comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line; never with a secret in it."""

    organisation: OrganisationId
    at: Instant
    user: str
    """Who did it; empty: a command on the server itself."""
    user_name: str
    action: Action
    resource: str
    thing: str
    """Id of what it was done to."""
    name: str
    """Its name then."""
    before: Mapping[str, Any] | None = None
    """The fields that differ, as they were; None: it was not there, or nothing differs."""
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """One line with its place."""

    id: int
    entry: AuditEntry


class Audit(Protocol):
    """Keeps them."""

    async def note(self, entries: Sequence[AuditEntry]) -> None:
        """What was done beside the configuration.

        Raises:
            StorageFailure: it is not stored.
        """

    async def page(
        self,
        organisation: OrganisationId,
        *,
        before: int | None,
        limit: int,
        resource: str | None,
        thing: str | None,
        user: str | None,
    ) -> tuple[KeptEntry, ...]:
        """Newest first, those older than `before`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What happened to one thing between two configurations."""

    action: Action
    resource: str
    thing: str
    name: str
    before: Row | None
    after: Row | None


def differences(
    resources: Sequence[Resource],
    before: Directory,
    after: Directory,
    meant: tuple[str, str] | None = None,
) -> Iterator[Difference]:
    """Every thing that is new, gone or different, resource by resource.

    Args:
        meant: the resource and id of the one thing that somebody changed: of two neighbours that changed places it is
            the one that was moved.
    """
    for resource in resources:
        was = {row["id"]: row for row in resource.rows(before)}
        now = {row["id"]: row for row in resource.rows(after)}
        of = meant[1] if meant is not None and meant[0] == resource.name else None
        moved = _moved([id_ for id_ in was if id_ in now], [id_ for id_ in now if id_ in was], of)
        for id_, row in now.items():
            old = was.get(id_)
            if old is None:
                yield _difference(Action.CREATE, resource, row, None, _bare(row))
            elif changed := {n for n in row if row[n] != old[n] and (n != "position" or id_ in moved)}:
                yield _difference(
                    Action.CHANGE,
                    resource,
                    row,
                    {name: old[name] for name in row if name in changed},
                    {name: row[name] for name in row if name in changed},
                )
        for id_, old in was.items():
            if id_ not in now:
                yield _difference(Action.DELETE, resource, old, _bare(old), None)


def _moved(was: list[str], now: list[str], meant: str | None) -> set[str]:
    """Those that have another place among the others; who only made room for them has not."""
    if was == now:
        return set()
    if meant in was and [id_ for id_ in was if id_ != meant] == [id_ for id_ in now if id_ != meant]:
        return {meant}
    stayed = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    return set(was).difference(*(was[block.a : block.a + block.size] for block in stayed))


def _bare(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("id", "position") and value}


def _difference(
    action: Action, resource: Resource, row: Row, before: Row | None, after: Row | None
) -> Difference:
    return Difference(
        action=action,
        resource=resource.name,
        thing=row["id"],
        name=str(row[resource.title]),
        before=before,
        after=after,
    )
