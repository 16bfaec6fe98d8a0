"""Over which trunk an outside number is dialled, how it is written there, and what the called party sees (D28)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    ) -> None:
        """`country`: an organisation's, two letters."""
        self._trunks = tuple(trunks)
        self._emergency_numbers = frozenset(emergency_numbers)
        self._country = country

    def to(self, organisation: OrganisationId, number: str, show: str | None) -> WayOut | None:
        """How this organisation dials a number; None: it has no trunk.

        Args:
            number: E.164 digits without plus, or a short number as dialled.
            show: our number that is to be seen; None: the trunk's.
        """
        trunk = self._trunk(organisation)
        if trunk is None:
            return None
        country = self._country(organisation)
        shown = show or read_number(trunk.caller_id, country)
        if shown is None and trunk.registration is not None:
            # The provider knows us by it; without any number the call would say that it is withheld.
            shown = trunk.registration.username
        return WayOut(
            endpoint=self._endpoint(trunk, number, country),
            formats=",".join(trunk.codecs),
            show=for_trunk(shown, trunk.sends, country) if shown is not None else None,
        )

    def _trunk(self, organisation: OrganisationId) -> Trunk | None:
        """The first of its own, else the first of everybody's."""
        own = [trunk for trunk in self._trunks if trunk.organisation == organisation]
        return next(iter(own or [t for t in self._trunks if t.organisation is None]), None)

    def _endpoint(self, trunk: Trunk, number: str, country: str) -> str:
        if number in self._emergency_numbers or is_emergency(number, country):
            # By address: a trunk that left a question unanswered counts as unreachable and is not dialled
            # otherwise; for help it is (as in the dialplan).
            return f"PJSIP/{trunk.endpoint}/sip:{number}@{trunk.address.removeprefix('sip:')}"
        return f"PJSIP/{for_trunk(number, trunk.sends, country)}@{trunk.endpoint}"
