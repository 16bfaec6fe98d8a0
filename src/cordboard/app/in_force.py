"""What counts of a configuration: without what its organisation has not taken, and nothing of one that is disabled.

What is stored stays whole: a module that comes back finds everybody's rights and every queue's rules as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cordboard.app.administration.rights import ADMINISTRATION
from cordboard.app.modules import Module
from cordboard.app.ports import Directory, QueueRow
from cordboard.core.rules import Exit, ExitAction
from cordboard.core.types import Right

RIGHTS: Mapping[Module, frozenset[Right]] = {
    Module.CALLBACK: frozenset({Right.CALLBACK_SEE, Right.CALLBACK_MANAGE}),
    Module.ADMINISTRATION: ADMINISTRATION,
}
"""Worth nothing without their module."""


def in_force(directory: Directory) -> Directory:
    """The same as it counts for desk, consoles and routing; applied twice it is the same."""
    house = directory.organisation
    off, disabled = house.modules_off, house.disabled
    if not off and not disabled:
        return directory
    lost = frozenset[Right]().union(*(RIGHTS.get(module, frozenset()) for module in off))
    # Who works for no group is at no desk (1.1-v).
    at_desk = Module.OPERATOR not in off
    return replace(
        directory,
        users=tuple(
            replace(
                user,
                disabled=user.disabled or disabled,
                rights=user.rights - lost,
                groups=user.groups if at_desk else frozenset(),
            )
            for user in directory.users
        ),
        roles=tuple(replace(role, rights=role.rights - lost) for role in directory.roles),
        queues=tuple(
            replace(
                queue if Module.CALLBACK not in off else _calls_nobody_back(queue),
                numbers=frozenset() if disabled else queue.numbers,
            )
            for queue in directory.queues
        ),
        announcements=tuple(
            replace(said, numbers=frozenset() if disabled else said.numbers)
            for said in directory.announcements
        ),
    )


def _calls_nobody_back(queue: QueueRow) -> QueueRow:
    """Its callers are offered no call back: they go where who does not want one goes (D21, 3.6-t)."""
    rules = queue.rules
    exits = {reason: _without_call_back(way) for reason, way in rules.exits.items()}
    callback = replace(rules.callback, caller_first_ms=None)
    return replace(queue, rules=replace(rules, exits=exits, callback=callback))


def _without_call_back(way: Exit) -> Exit:
    if way.action is not ExitAction.CALL_BACK:
        return way
    return Exit(action=ExitAction.MESSAGE if way.target is not None else ExitAction.ANNOUNCEMENT)
