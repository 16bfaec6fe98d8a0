"""Whose calls come in over a trunk (D28, X-c)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from cordboard.asterisk.settings import Trunk
from cordboard.core.types import OrganisationId

WIDE_BITS = 8
"""A network with a shorter prefix is nobody's provider."""


def whose(trunks: Sequence[Trunk], endpoint: str) -> tuple[OrganisationId, ...]:
    """The organisations that a call from this endpoint can be for, the trunk's own first; empty: any.

    The exchange knows a trunk without an account by its address alone, and takes the first of two that share one: their
    calls cannot be told apart, and each may be for either.
    """
    of = next((trunk for trunk in trunks if trunk.endpoint == endpoint), None)
    if of is None or of.organisation is None:
        return ()
    found = [OrganisationId(of.organisation)]
    for other in trunks:
        if other.registration is None and _share_an_address(of, other):
            if other.organisation is None:
                return ()
            found.append(OrganisationId(other.organisation))
    return tuple(dict.fromkeys(found))


def address_of_another(trunks: Sequence[Trunk], before: Sequence[Trunk], trunk: Trunk) -> str | None:
    """What a trunk says its calls come from that is another organisation's trunk's too; None: nothing.

    Calls of that one would be taken for its own. What it said before may stay, and so may the same provider by its name
    (`host`): nobody else's calls come from there.

    Args:
        before: as they were.
    """
    said = {address for one in before if one.name == trunk.name for address in one.match}
    for address in trunk.match:
        for other in trunks:
            if address in said or other.organisation in (None, trunk.organisation):
                continue
            if any(_overlap(address, theirs) or _is_everywhere(address) for theirs in _addresses(other)):
                return address
    return None


def _is_everywhere(address: str) -> bool:
    """So large a network that a name of DNS stands in it as well."""
    return "/" in address and ip_network(address, strict=False).prefixlen < WIDE_BITS


def _share_an_address(one: Trunk, other: Trunk) -> bool:
    return any(_overlap(mine, theirs) for mine in _addresses(one) for theirs in _addresses(other))


def _addresses(trunk: Trunk) -> tuple[str, ...]:
    return trunk.match or (trunk.host.strip("[]"),)


def _overlap(one: str, other: str) -> bool:
    try:
        mine, theirs = ip_network(one, strict=False), ip_network(other, strict=False)
    except ValueError:
        # A name of DNS.
        return one.casefold() == other.casefold()
    return mine.version == theirs.version and mine.overlaps(theirs)
