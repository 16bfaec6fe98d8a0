"""Our numbers between organisations: each is one organisation's alone, given by the provider or taken into use."""

from __future__ import annotations

from cordboard.app.administration.resource import leading, owner_of
from cordboard.app.ports import Directory


def in_use(directory: Directory) -> frozenset[str]:
    """Those that lead to a queue, a person or an announcement."""
    return frozenset[str]().union(*(one.numbers for one in leading(directory)))


def all_numbers(directory: Directory) -> frozenset[str]:
    """Those, and those that the provider gave."""
    return in_use(directory) | directory.organisation.numbers


def shown(directory: Directory) -> frozenset[str]:
    """Those that called people see (D28)."""
    return frozenset(_showing(directory))


def _showing(directory: Directory) -> dict[str, str]:
    """Those, with the name of one that shows it."""
    found: list[tuple[str | None, str]] = [
        *(
            (number, trunk.name)
            for trunk in directory.trunks
            for number in (trunk.caller_id, *trunk.caller_ids)
        ),
        *((queue.rules.number, queue.name) for queue in directory.queues),
        *((group.number, group.name) for group in directory.groups),
        *((user.number, user.name) for user in directory.users),
        (directory.organisation.rules.number, directory.organisation.name),
    ]
    return {number: name for number, name in found if number is not None}


def not_given(before: Directory, after: Directory) -> tuple[str, dict[str, str]] | None:
    """Code and arguments of why a number leads somewhere, or is shown, that the provider did not give; None: none does.

    Who was given no numbers may use any that nobody else has. What the provider never gave may stay on show; what is
    taken away may not: it can be another's the next moment.
    """
    given = after.organisation.numbers
    if not given:
        return None
    showing, taken_away = _showing(after), before.organisation.numbers - given
    if given != before.organisation.numbers and (
        left := (in_use(after) - given) | (showing.keys() & taken_away)
    ):
        number = min(left)
        owner = owner_of(after, number)
        return "number_leads", {"number": number, "name": owner[1] if owner is not None else showing[number]}
    if wrong := ((in_use(after) - in_use(before)) | (shown(after) - shown(before))) - given:
        return "number_not_given", {"number": min(wrong)}
    return None
