"""Ids and user names: which a new thing may have, and which must be one of their kind in the whole installation."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from cordboard.app.administration.fields import FieldProblem
from cordboard.app.ports import Directory
from cordboard.core.types import DeviceId, UserId

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfAKind:
    """What no two organisations can both have: people and telephones are known by these alone."""

    users: frozenset[UserId] = frozenset()
    user_names: frozenset[str] = frozenset()
    devices: frozenset[DeviceId] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.users or self.user_names or self.devices)


def one_of_a_kind(after: Directory, before: Directory | None = None) -> OneOfAKind:
    """Those that are new; before None: all."""
    old_users, old_devices = (before.users, before.devices) if before is not None else ((), ())
    return OneOfAKind(
        users=frozenset(row.id for row in after.users) - {row.id for row in old_users},
        user_names=frozenset(row.user_name for row in after.users) - {row.user_name for row in old_users},
        devices=frozenset(row.id for row in after.devices) - {row.id for row in old_devices},
    )


def plain_id(name: str, most: int) -> str:
    """A name as part of an id: a-z, 0-9 and hyphens; empty when it has none of these."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:most].strip("-")


def id_problem(wanted: object, taken: Collection[str]) -> FieldProblem | None:
    """Why a thing cannot have that id; None: it can."""
    if not isinstance(wanted, str) or _ID.fullmatch(wanted) is None:
        return FieldProblem(field="id", code="bad_id")
    if wanted in taken:
        return FieldProblem(field="id", code="taken", args={"by": wanted})
    return None


def id_by_chance(prefix: str, words: str) -> str:
    """One that no other organisation can have: users and telephones are known by their id alone."""
    return "-".join(part for part in (prefix, words, secrets.token_hex(4)) if part)
