"""Whose calls come in over a trunk (D28, X-c)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from cordboard.asterisk.settings import Trunk
from cordboard.core.types import OrganisationId


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
