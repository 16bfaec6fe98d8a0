"""Parties that we call, connect with each other, or let wait with the ringing tone (D7, D8, D28, D29).

An outside party is a leg over a trunk. A colleague is the far end of a piece of wire: a pair of Local channels, of
which the caller's desk has one half and the called one's the other (decision 0005).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from cordboard.asterisk import translate
from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.dialplan import WIRE
from cordboard.asterisk.entrances import Entrances
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.speaking import Speaking
from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.way_out import WaysOut
from cordboard.asterisk.wire import Wire
from cordboard.core.commands import Dial, DialColleague, LetRing, Pair, SendDigits
from cordboard.core.events import Event, LegEnd, LegEnded, PairFailed, Place
from cordboard.core.types import LegId, OrganisationId

log = logging.getLogger(__name__)

Inbox = Callable[[OrganisationId, Event], None]

WIRE_FORMATS = "slin16"
"""Wide sound, so that two browsers lose little; without, a Local channel takes the widest there is (22.10, seen)."""

WIRE_MS_MAX = 600_000
"""A wire that nobody takes is given up by the core; this is for the case that there is no core any more."""


class Parties:
    """The legs of parties: what they wait for, and how they come to be."""

    def __init__(
        self,
        wire: Wire,
        bridges: Bridges,
        legs: Legs,
        speaking: Speaking,
        ways_out: WaysOut,
        entrances: Entrances,
    ) -> None:
        self._wire = wire
        self._bridges = bridges
        self._legs = legs
        self._speaking = speaking
        self._ways_out = ways_out
        self._entrances = entrances
        self.inbox: Inbox = lambda _organisation, _event: None
        self.unsure: Callable[[OrganisationId], None] = lambda _organisation: None
        self._unanswered: set[LegId] = set()
        """Callers who wait with ringing tone: they are answered when an agent is."""
        self._ringing_tone: set[LegId] = set()
        """Answered ones who hear the ringing tone from us."""

    # --- how they wait ---

    def not_answered(self, leg: LegId) -> None:
        """This caller hears ringing tone."""
        self._unanswered.add(leg)

    def forget(self, leg: LegId) -> None:
        """The leg is no more."""
        self._unanswered.discard(leg)
        self._ringing_tone.discard(leg)

    async def answer(self, leg: LegId) -> None:
        """Answer a caller; nothing happens to one who has been answered."""
        answer = await self._wire.ask("POST", f"channels/{leg}/answer")
        if answer is not None and answer.is_done:
            self._unanswered.discard(leg)

    async def ready(self, leg: LegId) -> None:
        """Make a party fit to be moved: answered, and hearing nothing from us any more."""
        await self._speaking.hush(leg)
        if leg in self._unanswered:
            # A caller who waited with ringing tone is answered only now.
            await self.answer(leg)
        if leg in self._ringing_tone:
            self._ringing_tone.discard(leg)
            await self._wire.ask("DELETE", f"channels/{leg}/ring")

    async def ring(self, leg: LegId) -> None:
        """The ringing tone: from the network to one who was not answered, from us to one who was."""
        await self._wire.ask("POST", f"channels/{leg}/ring")
        if self._legs.is_wire(leg):
            # At the other desk a bridge mixes, and only what is sound comes through that.
            await self._speaking.ring(leg)

    async def ring_again(self, leg: LegId) -> None:
        """Something was said to a caller who waits with the ringing tone."""
        if leg in self._unanswered:
            await self.ring(leg)

    async def let_ring(self, command: LetRing) -> None:
        """Ringing tone instead of music."""
        leg = command.leg
        await self._speaking.hush(leg)
        await self._bridges.take_aside(leg)
        if leg in self._unanswered:
            await self.ring(leg)
        elif self._legs.is_wire(leg):
            await self._speaking.ring(leg)
        else:
            self._ringing_tone.add(leg)
            await self.ring(leg)

    async def send_digits(self, command: SendDigits) -> None:
        """Keys pressed in a call; no log has them."""
        await self._wire.ask("POST", f"channels/{command.party}/dtmf", query={"dtmf": command.digits})

    async def pair(self, organisation: OrganisationId, command: Pair) -> None:
        """Two parties hear each other."""
        await self.ready(command.one)
        await self.ready(command.other)
        name = BridgeName(place=Place.PAIR, organisation=organisation, subject=command.one)
        wire = self._legs.is_wire(command.one) or self._legs.is_wire(command.other)
        answer = await self._bridges.put_together(name, command.one, command.other, wire=wire)
        if answer is None:
            self.unsure(organisation)
        elif not answer.is_done:
            self.inbox(organisation, PairFailed(one=command.one, other=command.other))

    # --- how they come to be ---

    async def dial(self, organisation: OrganisationId, command: Dial) -> None:
        """Call an outside number; its agent hears what the network says from the beginning."""
        way = self._ways_out.to(organisation, command.number, command.show)
        if way is None:
            log.warning("there is no trunk to dial out by", extra={"organisation": organisation})
            self._not_reached(organisation, command.leg)
            return
        made = await self._make(
            organisation,
            command.leg,
            query={"endpoint": way.endpoint, "formats": way.formats},
            variables=translate.dial_variables(organisation, command, way.show),
        )
        if made and await self._listened_to(organisation, command.leg, command.line):
            await self._call(organisation, command.leg, command.ring_ms)

    async def lay_wire(self, organisation: OrganisationId, command: DialColleague) -> None:
        """A wire between two desks; the caller's hears the ringing tone."""
        self._entrances.expect(command.other)
        made = await self._make(
            organisation,
            command.leg,
            query={"endpoint": WIRE, "otherChannelId": command.other, "formats": WIRE_FORMATS},
            variables=translate.wire_variables(organisation, command),
        )
        if not made or not await self._listened_to(organisation, command.leg, command.line):
            self._entrances.is_gone(command.other)
            self._not_reached(organisation, command.other)
            return
        # Answered, as any caller, when somebody is there who answers.
        self.not_answered(command.other)
        await self._call(organisation, command.leg, WIRE_MS_MAX)
        if await self._entrances.came(command.other):
            await self.ring(command.other)

    async def _make(
        self, organisation: OrganisationId, leg: LegId, *, query: dict[str, str], variables: dict[str, str]
    ) -> bool:
        """A leg that has not been called yet, in our hands. False: it is told, or will be."""
        self._entrances.expect(leg)
        answer = await self._wire.ask(
            "POST",
            "channels/create",
            query={**query, "app": APPLICATION, "appArgs": "party", "channelId": leg},
            body={"variables": variables},
        )
        if answer is None:
            self._entrances.is_gone(leg)
            self.unsure(organisation)
            return False
        if not answer.is_done:
            log.info("a party cannot be called", extra={"leg": leg, "status": answer.status})
            self._entrances.is_gone(leg)
            self._not_reached(organisation, leg)
            return False
        if not await self._entrances.came(leg):
            await self._give_up(organisation, leg)
            return False
        return True

    async def _listened_to(self, organisation: OrganisationId, leg: LegId, line: LegId | None) -> bool:
        """Put it on the line of the agent who called, before anybody is called. False: told."""
        if line is None:
            return True
        name = BridgeName(place=Place.LINE, organisation=organisation, subject=line)
        await self._speaking.hush(line)
        if not self._bridges.others_on_line(name, line, leg):
            # Who is moved while the far end is answered hears nothing of it, now and then (0003).
            wire = self._legs.is_wire(leg)
            answer = await self._bridges.put_on_line(name, line, leg, unseen=True, wire=wire)
            if answer is not None and answer.is_done:
                return True
        # The hold before this failed, or the agent has just hung up.
        await self._give_up(organisation, leg)
        return False

    async def _call(self, organisation: OrganisationId, leg: LegId, ring_ms: int) -> None:
        seconds = max(1, -(-ring_ms // 1000))
        answer = await self._wire.ask("POST", f"channels/{leg}/dial", query={"timeout": str(seconds)})
        if answer is None:
            self.unsure(organisation)
        elif answer.is_done:
            await self._wire.ask(
                "POST", f"channels/{leg}/variable", query={"variable": translate.BEGUN, "value": "1"}
            )
        elif answer.status != 404:
            await self._give_up(organisation, leg)

    async def _give_up(self, organisation: OrganisationId, leg: LegId) -> None:
        await self._wire.ask("DELETE", f"channels/{leg}")
        self._not_reached(organisation, leg)

    def _not_reached(self, organisation: OrganisationId, leg: LegId) -> None:
        self.inbox(organisation, LegEnded(leg=leg, how=LegEnd.UNREACHABLE))
