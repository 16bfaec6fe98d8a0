"""Rights as they are given, and who may give them (X-b)."""

from __future__ import annotations

from cordboard.app.administration.fields import Context, Wrong
from cordboard.app.dialling import dial_plan
from cordboard.app.numbers import is_outside
from cordboard.app.ports import Directory, UserRow
from cordboard.core.dial import RIGHTS as OUTSIDE_RIGHTS
from cordboard.core.rules import Exit, ExitAction
from cordboard.core.types import Right

ADMINISTRATION = frozenset(
    {
        Right.ADMIN_ORGANISATION,
        Right.ADMIN_USERS,
        Right.ADMIN_QUEUES,
        Right.ADMIN_TELEPHONY,
        Right.ADMIN_AUDIT,
    }
)
"""Who has one of these may read the configuration."""


PROTECTED = ADMINISTRATION | {Right.PROVIDER}
"""Only who has one of these himself gives or takes it."""


def right(value: object, _context: Context) -> str:
    """A right by its name."""
    if not isinstance(value, str) or value not in {one.value for one in Right}:
        raise Wrong("bad_choice")
    return value


def of_administration(directory: Directory, row: UserRow | None) -> frozenset[Right]:
    """Which of them somebody has; who may not log in, or is not there, has none."""
    return frozenset() if row is None or row.disabled else _protected(directory, row)


def _protected(directory: Directory, row: UserRow | None) -> frozenset[Right]:
    """Which of them stand beside somebody, who may be disabled."""
    return directory.rights_of(row) & PROTECTED if row is not None else frozenset()


def not_yours(before: Directory, after: Directory, mine: frozenset[Right]) -> Right | None:
    """A right of administration that somebody gets or loses and that the one who changes it has not; None: none.

    Where letters go is part of it: whoever may choose another's mail address may choose the password.
    """
    was = {row.id: row for row in before.users}
    people = was | {row.id: row for row in after.users}
    will = {row.id: row for row in after.users}
    for user, row in people.items():
        old, new = was.get(user), will.get(user)
        had, has = of_administration(before, old), of_administration(after, new)
        touched = had ^ has
        # Also of who is disabled: the day somebody enables him, it is his again.
        kept, given = _protected(before, old), _protected(after, new)
        touched |= kept ^ given
        if old is not None and (old.email, old.user_name) != (row.email, row.user_name):
            touched |= kept
        if missing := touched - mine:
            return min(missing, key=lambda one: one.value)
    return None


def may_not_call(before: Directory, after: Directory, mine: frozenset[Right]) -> Right | None:
    """The right to call a number that callers are led to from now on, when who leads them there has it not (2.6-g).

    None: he has; what stood there may stay.
    """
    plan = dial_plan(after)
    for number in sorted(_led_to(after) - _led_to(before)):
        found = plan.outside(f"+{number}" if is_outside(number) else number)
        needed = OUTSIDE_RIGHTS.get(found[1]) if found is not None else None
        if needed is not None and needed not in mine:
            return needed
    return None


def _led_to(directory: Directory) -> set[str]:
    """Numbers that rules dial by themselves (D21, D29)."""
    ways: list[Exit | None] = [directory.organisation.rules.direct_exit]
    ways += [user.direct_exit for user in directory.users]
    found = set[str | None]()
    for queue in directory.queues:
        ways += queue.rules.exits.values()
        found.add(queue.rules.escalate_to)
    found |= {way.target for way in ways if way is not None and way.action is ExitAction.NUMBER}
    return {number for number in found if number is not None}


def has_administrator(directory: Directory) -> bool:
    """Somebody is left who may change users."""
    return any(Right.ADMIN_USERS in of_administration(directory, user) for user in directory.users)
