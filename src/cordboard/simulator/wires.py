"""Pieces of wire: Local channels in pairs, of which each half is whoever the other half's bridge holds.

As on 22.10.1: the far half comes into being with the marks of the near one when that is dialled, and runs through our
own context `cordboard-wire`, which tells it what it is and hands it to the application.
"""

from __future__ import annotations

from cordboard.simulator.calls import Calls
from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Channel, Endpoint, Who

WIRE = "Local/end@cordboard-wire/n"
APPLICATION = "cordboard"


class Wires:
    """Makes them."""

    def __init__(self, registry: Registry, calls: Calls) -> None:
        self._registry = registry
        self._calls = calls

    def lay(self, near_id: str, far_id: str, application: str, args: list[str]) -> Channel:
        """The near half, which has not been dialled yet."""
        number = self._registry.new_wire_number()
        endpoint = Endpoint("end@cordboard-wire", "cordboard-wire", Who(), is_wire=True)
        near = self._calls.go_out(
            endpoint, near_id, application, args, name=f"Local/end@cordboard-wire-{number:08x};1"
        )
        near.exten = "end"
        near.person = _NearEnd(self, near, far_id)
        return near

    def dialled(self, near: Channel, far_id: str) -> Channel:
        """The far half enters the dialplan."""
        far = self._calls.come_in(
            _FarEnd(self._calls, near),
            near.at,
            "end",
            Who(near.connected.name, near.connected.number),
            id_=far_id,
            name=near.name.removesuffix("1") + "2",
        )
        far.variables = {n: v for n, v in near.variables.items() if "(" not in n}
        far.variables |= {"CB_CALL": near.variables.get("CB_OTHER", ""), "CB_OUT": ""}
        near.far, far.far = far, near
        self._calls.enter_stasis(far, APPLICATION, ["wire"])
        return far

    def hang_up(self, channel: Channel, cause: int) -> None:
        """The other half went."""
        self._calls.party_ends(channel, cause)


class _End:
    """What a half does about what its channel is told."""

    label = "wire"

    def told_of_call(self, channel: Channel) -> None:
        """Only the near half is dialled."""

    def told_ringing(self, channel: Channel) -> None:
        """Only the far half rings."""

    def told_answered(self, channel: Channel) -> None:
        """Only the far half answers."""

    def told_key(self, channel: Channel, digit: str) -> None:
        """Keys sent into one half come out of the other."""

    def told_event(self, channel: Channel, event: str) -> bool:
        """No telephone."""
        return False

    def events_known(self) -> str | None:
        """No telephone."""
        return None


class _NearEnd(_End):
    def __init__(self, wires: Wires, near: Channel, far_id: str) -> None:
        self._wires, self._near, self._far_id = wires, near, far_id

    def told_of_call(self, channel: Channel) -> None:
        """It is dialled."""
        self._wires.dialled(self._near, self._far_id)

    def told_key(self, channel: Channel, digit: str) -> None:
        """Keys for the other desk."""
        if self._near.far is not None:
            self._wires._calls.party_presses(self._near.far, digit)

    def told_ended(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """The far half goes with it."""
        if self._near.far is not None:
            self._wires.hang_up(self._near.far, cause)


class _FarEnd(_End):
    def __init__(self, calls: Calls, near: Channel) -> None:
        self._calls, self._near = calls, near

    def told_ringing(self, channel: Channel) -> None:
        """The near half hears it."""
        self._calls.party_rings(self._near)

    def told_answered(self, channel: Channel) -> None:
        """The near half is up."""
        self._calls.party_answers(self._near)

    def told_key(self, channel: Channel, digit: str) -> None:
        """Keys for the caller's desk."""
        self._calls.party_presses(self._near, digit)

    def told_ended(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """The near half goes with it."""
        self._calls.party_ends(self._near, cause)
