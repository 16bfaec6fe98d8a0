"""Which living legs are ours: whose, on which device, under which channel name."""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.core.types import DeviceId, LegId, OrganisationId


class Legs:
    """The legs that we made or claimed."""

    def __init__(self) -> None:
        self._owner: dict[LegId, OrganisationId] = {}
        self._device: dict[LegId, DeviceId] = {}
        self._name: dict[LegId, str] = {}
        self._ringing: set[LegId] = set()

    def ours(self, leg: LegId, organisation: OrganisationId, device: DeviceId | None = None) -> None:
        """This leg belongs to that organisation; `device`: it is the line of that telephone."""
        self._owner[leg] = organisation
        if device is not None:
            self._device[leg] = device

    def named(self, leg: LegId, channel_name: str) -> None:
        """What the exchange calls it."""
        self._name[leg] = channel_name

    def rings(self, leg: LegId) -> None:
        """The telephone said that it rings."""
        self._ringing.add(leg)

    def is_ringing(self, leg: LegId) -> bool:
        """It has said so, and was not forgotten since."""
        return leg in self._ringing

    def is_wire(self, leg: LegId) -> bool:
        """It is an end of a piece of wire between two desks."""
        return self._name.get(leg, "").startswith("Local/")

    def owner(self, leg: LegId) -> OrganisationId | None:
        """None: not ours."""
        return self._owner.get(leg)

    def device(self, leg: LegId) -> DeviceId | None:
        """None: not a telephone's line."""
        return self._device.get(leg)

    def channel_name(self, leg: LegId) -> str | None:
        """None: not told yet."""
        return self._name.get(leg)

    def others(self, living: Iterable[LegId]) -> set[LegId]:
        """Those we know that are not among the living."""
        return (self._owner.keys() | self._name.keys()) - set(living)

    def forget(self, leg: LegId) -> None:
        """It is no more."""
        self._owner.pop(leg, None)
        self._device.pop(leg, None)
        self._name.pop(leg, None)
        self._ringing.discard(leg)
