"""Which living legs are ours: whose, on which device, under which channel name."""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.asterisk.keys import PressedKeys
from cordboard.core.types import CallId, DeviceId, Instant, LegId, OrganisationId

TOLD_AGAIN_MS = 1_000
"""Within so long, and to the same, it is the same press of the transfer key."""


class Legs:
    """The legs that we made or claimed."""

    def __init__(self) -> None:
        self._owner: dict[LegId, OrganisationId] = {}
        self._device: dict[LegId, DeviceId] = {}
        self._name: dict[LegId, str] = {}
        self._keys: dict[LegId, PressedKeys] = {}
        self._transferred: dict[LegId, tuple[object, Instant]] = {}
        """To whom its telephone's transfer key was last to pass it on, and when, on the exchange's clock."""
        self._call: dict[LegId, CallId] = {}
        """For which call something was last asked of it, for the log."""
        self._ringing: set[LegId] = set()
        """Legs whose telephone has said that it rings, or that were up when we came to know them."""

    def ours(self, leg: LegId, organisation: OrganisationId, device: DeviceId | None = None) -> None:
        """This leg belongs to that organisation; `device`: it is the line of that telephone."""
        self._owner[leg] = organisation
        if device is not None:
            self._device[leg] = device

    def serves(self, leg: LegId, call: CallId) -> None:
        """What is asked of it from now on is for that call; of one that is not ours, or no more, nothing is kept."""
        if leg in self._owner:
            self._call[leg] = call

    def call(self, leg: LegId) -> CallId | None:
        """For which call something was last asked of it; None: nobody said."""
        return self._call.get(leg)

    def named(self, leg: LegId, channel_name: str) -> None:
        """What the exchange calls it."""
        self._name[leg] = channel_name

    def rings(self, leg: LegId) -> None:
        """The telephone said that it rings."""
        self._ringing.add(leg)

    def talks(self, leg: LegId) -> None:
        """It was found up, or called by itself: it need not ring for us first."""
        self._ringing.add(leg)

    def can_be_told(self, leg: LegId) -> bool:
        """Its telephone rings, or is up: there is a dialog in which it can be told things."""
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

    def known(self) -> frozenset[LegId]:
        """All that are ours."""
        return frozenset(self._owner)

    def others(self, living: Iterable[LegId]) -> set[LegId]:
        """Those we know that are not among the living."""
        return (self._owner.keys() | self._name.keys()) - set(living)

    def pressed(self, leg: LegId, key: str, at: Instant, lasted_ms: int) -> bool:
        """A key was pressed. False: that press was told before (see `PressedKeys.is_press`)."""
        return self._keys.setdefault(leg, PressedKeys()).is_press(key, at, lasted_ms)

    def transferred(self, leg: LegId, to: object, at: Instant) -> bool:
        """The transfer key was pressed. False: told again, as a key is, but perhaps of another millisecond.

        On a busy machine the two tellings may be of different ones (not seen itself).
        """
        last_to, last_at = self._transferred.get(leg, (None, 0))
        if to == last_to and abs(at - last_at) < TOLD_AGAIN_MS:
            return False
        self._transferred[leg] = (to, at)
        return True

    def forget(self, leg: LegId) -> None:
        """It is no more."""
        self._owner.pop(leg, None)
        self._device.pop(leg, None)
        self._name.pop(leg, None)
        self._call.pop(leg, None)
        self._keys.pop(leg, None)
        self._transferred.pop(leg, None)
        self._ringing.discard(leg)
