"""Over which trunk an outside number is dialled, how it is written there, and what the called party sees (D28)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cordboard.app.numbers import for_trunk, is_emergency, read_number
from cordboard.asterisk.settings import Trunk
from cordboard.core.types import OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How one number is dialled."""

    endpoint: str
    """As the exchange dials it: `PJSIP/+31612345678@t-provider`."""
    formats: str
    """Codecs by preference; a leg made through ARI offers µ-law first without."""
    show: str | None
    """Our number as the trunk writes it; None: whatever the provider shows by itself."""


class WaysOut:
    """The trunks of this installation."""

    def __init__(
        self,
        trunks: Sequence[Trunk],
        emergency_numbers: Sequence[str],
        country: Callable[[OrganisationId], str],
        *,
        for_emergencies: Callable[[OrganisationId], Sequence[Trunk]] | None = None,
    ) -> None:
        """
        Args:
            country: an organisation's, two letters.
            for_emergencies: on which trunks an organisation's emergency calls are tried, in this order; None: its own.
        """
        self.trunks = tuple(trunks)
        self._for_emergencies = for_emergencies
        self._online: set[str] = set()
        """Endpoints of trunks that answered when they were last asked."""
        self._emergency_numbers = frozenset(emergency_numbers)
        self._country = country

    def use(self, trunks: Sequence[Trunk]) -> None:
        """These are there from now on, and no others."""
        self.trunks = tuple(trunks)

    def over(self, name: str, organisation: OrganisationId, number: str) -> WayOut | None:
        """How a number is dialled over that trunk of the organisation, whatever others it has; None: it has not."""
        country = self._country(organisation)
        for trunk in self.trunks:
            if trunk.name == name and trunk.organisation == organisation:
                shown = self._shown(trunk, None, country)
                formats = ",".join(trunk.codecs)
                return WayOut(endpoint=_endpoint(trunk, number, country), formats=formats, show=shown)
        return None

    def to(self, organisation: OrganisationId, number: str, show: str | None) -> WayOut | None:
        """How this organisation dials a number; None: it has no trunk.

        Args:
            number: E.164 digits without plus, or a short number as dialled.
            show: our number that is to be seen; None: the trunk's.
        """
        country = self._country(organisation)
        helps = number in self._emergency_numbers or is_emergency(number, country)
        trunk = self._for_help(organisation) if helps else self._trunk(organisation)
        if trunk is None:
            return None
        return WayOut(
            endpoint=_by_address(trunk, number) if helps else _endpoint(trunk, number, country),
            formats=",".join(trunk.codecs),
            show=self._shown(trunk, show, country),
        )

    def for_help(self, organisation: OrganisationId, show: str | None) -> tuple[tuple[str, ...], str | None]:
        """What the exchange must know to call for help by itself: the trunks' endpoints, in the order in which they are
        tried, and the number that is seen, as the first of them writes it."""
        trunks = self._helpers(organisation)
        shown = self._shown(trunks[0], show, self._country(organisation)) if trunks else None
        return tuple(trunk.endpoint for trunk in trunks), shown

    def all_online(self, endpoints: Iterable[str]) -> None:
        """Those, and no others, answer."""
        self._online = set(endpoints)

    def seen(self, endpoint: str, *, online: bool) -> None:
        """The exchange says that a trunk answers, or that it does not any more."""
        if online:
            self._online.add(endpoint)
        else:
            self._online.discard(endpoint)

    def _helpers(self, organisation: OrganisationId) -> Sequence[Trunk]:
        if self._for_emergencies is not None:
            return self._for_emergencies(organisation)
        own = self._trunk(organisation)
        return (own,) if own is not None else ()

    def _for_help(self, organisation: OrganisationId) -> Trunk | None:
        """The first that answers; when none does the first all the same, which may be there again."""
        trunks = self._helpers(organisation)
        up = (trunk for trunk in trunks if trunk.endpoint in self._online)
        return next(up, next(iter(trunks), None))

    @staticmethod
    def _shown(trunk: Trunk, show: str | None, country: str) -> str | None:
        if show is not None and trunk.caller_ids and show not in trunk.caller_ids:
            # The provider would refuse the call, or show something else.
            show = None
        shown = show or read_number(trunk.caller_id, country) or next(iter(trunk.caller_ids), None)
        if shown is None and trunk.registration is not None:
            # The provider knows us by it; without any number the call would say that it is withheld.
            shown = trunk.registration.username
        return for_trunk(shown, trunk.sends, country) if shown is not None else None

    def _trunk(self, organisation: OrganisationId) -> Trunk | None:
        """The first of its own, else the first of everybody's; one that is for help only when there is no other."""
        own = [trunk for trunk in self.trunks if trunk.organisation == organisation]
        shared = [trunk for trunk in self.trunks if trunk.organisation is None]
        ordinary = [trunk for trunk in (*own, *shared) if not trunk.emergency]
        return next(iter(ordinary or own or shared), None)


def _endpoint(trunk: Trunk, number: str, country: str) -> str:
    return f"PJSIP/{for_trunk(number, trunk.sends, country)}@{trunk.endpoint}"


def _by_address(trunk: Trunk, number: str) -> str:
    """A trunk that left a question unanswered counts as unreachable and is not dialled otherwise; for help it is (as in
    the dialplan)."""
    return f"PJSIP/{trunk.endpoint}/sip:{number}@{trunk.address.removeprefix('sip:')}"
