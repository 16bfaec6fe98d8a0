"""People, roles and groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cordboard.app.administration.fields import (
    Field,
    FieldProblem,
    Row,
    extension,
    flag,
    id_of,
    kept_exit,
    language,
    mail,
    maybe,
    number,
    own_number,
    several,
    shown_exit,
    text,
    way_out,
    whole,
)
from cordboard.app.administration.resource import Resource, leads_to, numbers_free, replaced, unique, without
from cordboard.app.administration.rights import right
from cordboard.app.ports import Directory, GroupRow, RoleRow, UserRow
from cordboard.core.rules import ExitAction
from cordboard.core.types import GroupId, Right, UserId

POSITION_MAX = 10_000


def _users(directory: Directory) -> list[Row]:
    return [
        {
            "id": user.id,
            "user_name": user.user_name,
            "name": user.name,
            "email": user.email,
            "extension": user.extension,
            "language": user.language,
            "disabled": user.disabled,
            "groups": sorted(user.groups),
            "role": user.role,
            "rights": sorted(right.value for right in user.rights),
            "numbers": sorted(user.numbers),
            "number": user.number,
            "direct_exit": shown_exit(user.direct_exit),
        }
        for user in directory.users
    ]


def _put_user(directory: Directory, row: Row) -> Directory:
    before = next((user for user in directory.users if user.id == row["id"]), None)
    user = UserRow(
        id=UserId(row["id"]),
        user_name=row["user_name"],
        name=row["name"],
        email=row["email"],
        extension=row["extension"],
        language=row["language"] or directory.organisation.language,
        theme=before.theme if before is not None else "system",
        disabled=row["disabled"],
        groups=frozenset(GroupId(group) for group in row["groups"]),
        role=row["role"],
        rights=frozenset(Right(one) for one in row["rights"]),
        numbers=frozenset(row["numbers"]),
        number=row["number"],
        direct_exit=kept_exit(row["direct_exit"]),
    )
    return replace(directory, users=replaced(directory.users, user))


def _user_problems(directory: Directory, row: Row, old: Row | None) -> Iterator[FieldProblem]:
    rows = _users(directory)
    yield from unique(rows, row, old, "user_name")
    yield from unique(rows, row, old, "extension")
    yield from numbers_free(directory, row, old)


def _user_used(directory: Directory, id_: str) -> tuple[str, str] | None:
    ordered = (("queues", queue.name) for queue in directory.queues if id_ in queue.rules.order)
    return leads_to(directory, id_, ExitAction.COLLEAGUE) or next(ordered, None)


USERS = Resource(
    name="users",
    right=Right.ADMIN_USERS,
    prefix="u",
    fields=(
        Field(name="user_name", read=text(80)),
        Field(name="name", read=text(80)),
        Field(name="email", read=maybe(mail), default=None),
        Field(name="extension", read=maybe(extension), default=None),
        Field(name="language", read=maybe(language), default=None),
        Field(name="disabled", read=flag, default=False),
        Field(name="groups", read=several(id_of("groups")), default=[]),
        Field(name="role", read=maybe(id_of("roles")), default=None),
        Field(name="rights", read=several(right), default=[]),
        Field(name="numbers", read=several(own_number), default=[]),
        Field(name="number", read=maybe(number), default=None),
        Field(name="direct_exit", read=maybe(way_out), default=None),
    ),
    rows=_users,
    put=_put_user,
    remove=lambda directory, id_: replace(directory, users=without(directory.users, id_)),
    used_by=_user_used,
    problems=_user_problems,
)


def _roles(directory: Directory) -> list[Row]:
    return [
        {"id": role.id, "name": role.name, "rights": sorted(right.value for right in role.rights)}
        for role in directory.roles
    ]


def _put_role(directory: Directory, row: Row) -> Directory:
    role = RoleRow(id=row["id"], name=row["name"], rights=frozenset(Right(r) for r in row["rights"]))
    return replace(directory, roles=replaced(directory.roles, role))


def _role_used(directory: Directory, id_: str) -> tuple[str, str] | None:
    return next((("users", user.name) for user in directory.users if user.role == id_), None)


ROLES = Resource(
    name="roles",
    right=Right.ADMIN_USERS,
    prefix="r",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="rights", read=several(right), default=[]),
    ),
    rows=_roles,
    put=_put_role,
    remove=lambda directory, id_: replace(directory, roles=without(directory.roles, id_)),
    used_by=_role_used,
    problems=lambda directory, row, old: unique(_roles(directory), row, old, "name"),
)


def _groups(directory: Directory) -> list[Row]:
    return [
        {"id": group.id, "name": group.name, "number": group.number, "position": position}
        for position, group in enumerate(directory.groups)
    ]


def _put_group(directory: Directory, row: Row) -> Directory:
    group = GroupRow(id=GroupId(row["id"]), name=row["name"], number=row["number"])
    return replace(directory, groups=replaced(directory.groups, group, row["position"]))


def _group_used(directory: Directory, id_: str) -> tuple[str, str] | None:
    for resource, things in (("queues", directory.queues), ("users", directory.users)):
        for thing in things:
            if id_ in thing.groups:
                return resource, thing.name
    return None


GROUPS = Resource(
    name="groups",
    right=Right.ADMIN_USERS,
    prefix="g",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="number", read=maybe(number), default=None),
        Field(name="position", read=maybe(whole(0, POSITION_MAX)), default=None),
    ),
    rows=_groups,
    put=_put_group,
    remove=lambda directory, id_: replace(directory, groups=without(directory.groups, id_)),
    used_by=_group_used,
    problems=lambda directory, row, old: unique(_groups(directory), row, old, "name"),
)
