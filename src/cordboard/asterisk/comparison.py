"""What we know beside what the exchange says: every half minute, so that one lost word does no harm for long (F3).

Taking everything up anew, as after a restart, would let every telephone ring anew. So only what differs is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cordboard.asterisk.inventory import Inventory
from cordboard.asterisk.translate import BridgeName, instant
from cordboard.core.events import LegRole, Place
from cordboard.core.types import LegId, OrganisationId

COMPARE_MS = 30_000
TRAILING_MS = 500
"""The word of an end may come so much later than an answer in which the leg is not any more."""
STRANGER_MS = 10_000
"""A caller who has been in our application for so long and is not known to us did not just come in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What one of the two has and the other has not."""

    gone: frozenset[LegId]
    """We know them, and they live no more: their end was not heard."""
    strange: frozenset[OrganisationId]
    """Whose legs live that we do not know: they are all looked at anew."""
    has_strangers: bool
    """Somebody came in unheard, and nobody knows whose caller it is."""
    answered: frozenset[LegId]
    """Telephones and dialled people who are up; whether that was heard, the board knows."""
    astray: Mapping[LegId, str]
    """They live and are in no bridge, or in another, so they do not hear whom they should: the name of the one in which
    we had put them. A bridge that took another's place has its name."""


def compare(
    known: AbstractSet[LegId],
    inventory: Inventory,
    *,
    ours: AbstractSet[LegId],
    placed: Mapping[LegId, str],
    still: Mapping[LegId, str],
) -> Differences:
    """The differences.

    Args:
        known: whom we knew before the exchange was asked; what was begun later may not be in its answer.
        ours: those, and whom we have come to know until now: the answer may have them, and they are no strangers.
        placed: who was in which bridge before it was asked.
        still: who is, now that it has answered: who was moved between is no difference.
    """
    return Differences(
        gone=frozenset(known - inventory.names.keys()),
        strange=frozenset(organisation for organisation, found in inventory.legs if found.leg not in ours),
        has_strangers=any(
            channel.id not in ours and inventory.at - instant(channel.creationtime) > STRANGER_MS
            for channel in inventory.unmarked
        ),
        answered=frozenset(
            found.leg
            for _, found in inventory.legs
            if found.answered and (found.role is LegRole.LINE or found.leg in inventory.dialled)
        ),
        astray={
            found.leg: placed[found.leg]
            for _, found in inventory.legs
            if found.leg in placed
            and still.get(found.leg) == placed[found.leg]
            and inventory.inside.get(found.leg) != placed[found.leg]
        },
    )


def unneeded(inventory: Inventory, is_used: Callable[[BridgeName], bool]) -> Iterator[BridgeName]:
    """Bridges of lines that are no more, and of pairs that nobody is left of.

    Args:
        is_used: somebody may be on the way into it.
    """
    used = set(inventory.inside.values())
    for name in filter(None, map(BridgeName.parse, inventory.bridges)):
        line_is_gone = name.place is Place.LINE and LegId(name.subject) not in inventory.names
        is_empty = str(name) not in used and not is_used(name)
        if line_is_gone or (name.place is Place.PAIR and is_empty):
            yield name
