"""A kind of thing that an administrator sees as a list: its fields, and where it stands in the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cordboard.app.administration.fields import Field, FieldProblem, Row
from cordboard.app.announcements import AnnouncementRow
from cordboard.app.ports import Directory, QueueRow, UserRow
from cordboard.core.rules import Exit, ExitAction
from cordboard.core.types import Right

Thing = TypeVar("Thing")


def _nobody(_directory: Directory, _id: str) -> tuple[str, str] | None:
    return None


def _nothing(_before: Directory, _row: Row, _old: Row | None) -> Iterator[FieldProblem]:
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind."""

    name: str
    right: Right
    """Of who may change it."""
    prefix: str
    """Begins the ids that are chosen here."""
    fields: tuple[Field, ...]
    rows: Callable[[Directory], list[Row]]
    put: Callable[[Directory, Row], Directory]
    """The configuration with this thing, in place of the one with its id or after the others."""
    remove: Callable[[Directory, str], Directory] | None
    """Without it; None: there is always exactly one."""
    used_by: Callable[[Directory, str], tuple[str, str] | None] = _nobody
    """What needs it: its resource and name; None: nothing does."""
    problems: Callable[[Directory, Row, Row | None], Iterator[FieldProblem]] = _nothing
    """What is wrong with a row beside the others, given how it was (None: it is new)."""
    title: str = "name"
    """The field by which people know it."""


def replaced(things: Sequence[Thing], thing: Thing, at: int | None = None) -> tuple[Thing, ...]:
    """The list with this one in its place, or at the end; `at`: at that place, which others make room for."""
    wanted: Any = thing
    ids = [getattr(one, "id", None) for one in things]
    if at is None:
        if wanted.id in ids:
            return tuple(
                wanted if known == wanted.id else one for known, one in zip(ids, things, strict=True)
            )
        return (*things, thing)
    others = [one for known, one in zip(ids, things, strict=True) if known != wanted.id]
    return (*others[:at], thing, *others[at:])


def without(things: Iterable[Thing], id_: str) -> tuple[Thing, ...]:
    """The list without that one."""
    return tuple(one for one in things if getattr(one, "id", None) != id_)


def unique(
    rows: Iterable[Row], row: Row, old: Row | None, name: str, title: str = "name"
) -> Iterator[FieldProblem]:
    """No other row has that; capitals do not count. What was so before stays."""
    value = row[name]
    if value is None or (old is not None and old[name] == value):
        return
    for other in rows:
        if other["id"] != row["id"] and str(other[name]).casefold() == str(value).casefold():
            yield FieldProblem(field=name, code="taken", args={"by": str(other[title])})
            return


def numbers_free(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    """A number of ours leads to one queue, person or announcement (D28)."""
    known = set() if old is None else set(old["numbers"])
    for number in sorted(set(row["numbers"]) - known):
        by = owner_of(directory, number)
        if by is not None and by[0] != row["id"]:
            yield FieldProblem(field="numbers", code="taken", args={"by": by[1], "number": number})


def leads_to(directory: Directory, id_: str, *by: ExitAction) -> tuple[str, str] | None:
    """Resource and name of what leads callers to this queue, person or announcement (D21, D29); None: nothing does.

    Args:
        by: the ways out that lead to things of its kind; others may have the same id.
    """

    def leads(way: Exit | None) -> bool:
        return way is not None and way.action in by and way.target == id_

    for queue in directory.queues:
        if any(map(leads, queue.rules.exits.values())):
            return "queues", queue.name
    for user in directory.users:
        if leads(user.direct_exit):
            return "users", user.name
    if leads(directory.organisation.rules.direct_exit):
        return "organisation", directory.organisation.name
    return None


def leading(directory: Directory) -> tuple[QueueRow | UserRow | AnnouncementRow, ...]:
    """Everything that a number of ours can lead to."""
    return (*directory.queues, *directory.users, *directory.announcements)


def owner_of(directory: Directory, number: str) -> tuple[str, str] | None:
    """Id and name of the queue, person or announcement that a number of ours leads to; None: it leads nowhere."""
    return next(((one.id, one.name) for one in leading(directory) if number in one.numbers), None)
