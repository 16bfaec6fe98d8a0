"""The adapter on an exchange, in a case's hands: what the core would command, and what it would be told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeVar

from cordboard.asterisk.exchange import AsteriskExchange, Route
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.translate import Arrival, device_of_endpoint
from cordboard.asterisk.way_out import WaysOut
from cordboard.core.commands import Command, Phrase, RingDevice
from cordboard.core.events import (
    CallArrived,
    DirectCallArrived,
    Event,
    ExchangeRestored,
    LegAnswered,
    LegFound,
)
from cordboard.core.types import CallId, DeviceId, LegId, OrganisationId, QueueId, UserId
from tests.contracts.exchange.real import OUT
from tests.contracts.exchange.rig import Rig, RigCaller, RigPhone

ORGANISATION = OrganisationId("vtel")
QUEUE = QueueId("algemeen")
CHANTAL = UserId("chantal")
QUEUES_NUMBER, PERSONS_NUMBER, NOBODYS_NUMBER = "+31880001", "+31880002", "+31880003"
EMERGENCY = "112"

E = TypeVar("E", bound=Event)


class Desk:
    """The adapter, with one organisation on it."""

    def __init__(
        self,
        rig: Rig,
        *,
        media: Sequence[str] = ("sound:cordboard/nl/closed",),
        trunks: Sequence[Trunk] = (OUT,),
        music: str | None = None,
    ) -> None:
        self.rig = rig
        self.facts: list[Event] = []
        """All that the core would have heard, in order."""
        self._numbers = itertools.count(1)
        self._media, self._trunks, self._music = list(media), trunks, music
        self.exchange = self._adapter()

    def _adapter(self) -> AsteriskExchange:
        return AsteriskExchange(
            self.rig.transport,
            router=self._route,
            inbox=lambda _organisation, event: self.facts.append(event),
            organisations=lambda: [ORGANISATION],
            new_id=self.new_id,
            clock=self.rig.clock,
            ways_out=WaysOut(self._trunks, (EMERGENCY,), lambda _organisation: "NL"),
            media=self._say,
            spoken=self.rig.spoken_ms,
            music=lambda _name: self._music,
        )

    def _say(self, _organisation: OrganisationId, phrases: Sequence[Phrase], _language: str) -> list[str]:
        return self._media if phrases else []

    def _route(self, arrival: Arrival) -> Route | None:
        inside = device_of_endpoint(arrival.endpoint) is not None
        if arrival.dialled == NOBODYS_NUMBER or (inside and arrival.dialled != QUEUES_NUMBER):
            return None
        person = arrival.dialled == PERSONS_NUMBER
        return Route(
            organisation=ORGANISATION,
            queue=None if person else QUEUE,
            to=CHANTAL if person else None,
            number=arrival.number,
            name=arrival.name,
            dialled=arrival.dialled,
        )

    def new_id(self) -> str:
        """An id that no other case has."""
        return self.rig.id(f"n{next(self._numbers)}")

    def new_leg(self) -> LegId:
        """A leg's."""
        return LegId(self.new_id())

    async def open(self, *phones: RigPhone) -> ExchangeRestored:
        """Connect; these telephones are the organisation's."""
        devices = [device_of_endpoint(phone.name) for phone in phones]
        self.exchange.own_devices({d: ORGANISATION for d in devices if d is not None}, frozenset())
        since = len(self.facts)
        self.exchange.start()
        return await self.told(ExchangeRestored, since=since)

    async def again(self, *phones: RigPhone) -> dict[LegId, LegFound]:
        """Another Cordboard takes over: what it finds."""
        await self.exchange.settle()
        self.exchange = self._adapter()
        restored = await self.open(*phones)
        return dict(restored.legs)

    async def does(self, *commands: Command) -> None:
        """Have these done; returns at once."""
        self.exchange.post(ORGANISATION, commands)
        await self.rig.wait(0)

    async def told(
        self, kind: type[E], leg: LegId | None = None, *, since: int = 0, within_ms: int = 5_000
    ) -> E:
        """The first fact of this kind about this leg, waited for."""
        found: list[E] = []

        def look() -> bool:
            found.extend(
                fact
                for fact in self.facts[since:]
                if isinstance(fact, kind) and leg in (None, getattr(fact, "leg", None))
            )
            return bool(found)

        await self.rig.until(look, f"{kind.__name__} about {leg}; told: {self.facts[since:]}", within_ms)
        return found[0]

    def kinds(self, leg: LegId) -> list[str]:
        """What was told about one leg, repeats left out."""
        names = [type(fact).__name__ for fact in self.facts if getattr(fact, "leg", None) == leg]
        return [name for name, _ in itertools.groupby(names)]

    # -- what many cases do ------------------------------------------------------------------------

    async def phone(self, name: str) -> RigPhone:
        """A telephone of the organisation, which answers by itself."""
        return await self.rig.make_phone(name, answers_after_ms=20)

    async def line(self, phone: RigPhone) -> LegId:
        """A telephone that is up, its agent waiting."""
        device = device_of_endpoint(phone.name)
        assert device is not None
        leg = self.new_leg()
        await self.does(
            RingDevice(
                leg=leg,
                device=DeviceId(device),
                call=CallId("c-none"),
                queue=None,
                queue_name=None,
                number="201",
                name="Jansen",
                urgent=False,
                at_once=True,
                ring_ms=5_000,
            )
        )
        await self.told(LegAnswered, leg)
        return leg

    async def caller(self, did: str = QUEUES_NUMBER) -> tuple[RigCaller, LegId]:
        """Somebody who calls, not yet dealt with."""
        caller, since = await self.rig.make_caller(), len(self.facts)
        await caller.call(did)
        if did == PERSONS_NUMBER:
            return caller, (await self.told(DirectCallArrived, since=since)).leg
        return caller, (await self.told(CallArrived, since=since)).leg
