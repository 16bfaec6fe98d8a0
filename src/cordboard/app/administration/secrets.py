"""Passwords that an administrator chooses and that are never shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cordboard.app.administration.fields import Context, FieldProblem, Reader, Row, Wrong

HIDDEN = "\u2022" * 8
"""Stands for a password that is kept; a number behind it says how often it was chosen."""


def password(pattern: re.Pattern[str]) -> Reader:
    """A new one, or what stands for the one that is kept."""

    def read(value: object, _context: Context) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type")
        if not value.startswith(HIDDEN) and pattern.fullmatch(value) is None:
            raise Wrong("bad_password")
        return value

    return read


def shown(kept: str | None, changes: int) -> str | None:
    """What stands for it; another one for each that was chosen."""
    return None if kept is None else f"{HIDDEN} {changes}"


def chosen(sent: str | None, kept: str | None, changes: int) -> tuple[str | None, int]:
    """The password as it is from now on, and how often it was chosen."""
    if sent is None:
        return None, changes
    return (kept, changes) if sent.startswith(HIDDEN) else (sent, changes + 1)


def password_problems(row: Row, old: Row | None, *, account: str, place: str) -> Iterator[FieldProblem]:
    """An account and its password go together, and a password that is kept goes nowhere else.

    Args:
        account: the field that says whose password it is.
        place: the field that says to whom it is shown.
    """
    password_, kept = row["password"], None if old is None else old["password"]
    if (row[account] is None) != (password_ is None):
        yield FieldProblem(field="password" if password_ is None else account, code="required")
    elif password_ is not None and password_.startswith(HIDDEN) and password_ != kept:
        yield FieldProblem(field="password", code="bad_password")
    elif old is not None and password_ == kept and password_ is not None and row[place] != old[place]:
        # Else whoever may set this up could have a password that he does not know sent to a server of his own.
        yield FieldProblem(field="password", code="password_again")
