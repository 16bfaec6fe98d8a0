"""Core commands as ARI requests: posted, never awaited by the turn, in order where they concern the same leg."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from cordboard.asterisk import translate
from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.lanes import Lanes
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.provision import DESK_FORMATS, WEB_FORMATS
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.wire import Wire
from cordboard.core.commands import (
    AnswerDevice,
    CancelRinging,
    Command,
    HangUp,
    Hold,
    Join,
    PlaceInQueue,
    PlayEndTone,
    RingDevice,
)
from cordboard.core.events import Event, HoldFailed, JoinFailed, LegEnd, LegEnded, Place
from cordboard.core.types import DeviceId, LegId, OrganisationId

log = logging.getLogger(__name__)

END_TONE = "tone:!425/150,!0/80,!425/150"
UNALLOCATED = {"reason_code": "1"}
"""Q.850: nobody has this number."""
_ELSEWHERE = {"reason_code": "26"}
_NORMAL = {"reason": "normal"}

Inbox = Callable[[OrganisationId, Event], None]


class Notifier(Protocol):
    """Sends the in-dialog NOTIFY that makes a ringing phone answer (ARI has no verb for it)."""

    async def talk(self, channel_name: str) -> bool:
        """True: sent. Whether the phone obeys shows by its answering."""


class Deeds:
    """Does what the core commands."""

    def __init__(
        self,
        wire: Wire,
        bridges: Bridges,
        legs: Legs,
        inbox: Inbox,
        notifier: Notifier | None,
        unsure: Callable[[OrganisationId], None],
    ) -> None:
        """`unsure` is told when nobody knows whether a command was carried out (reliability F16)."""
        self._wire = wire
        self._bridges = bridges
        self._legs = legs
        self._inbox = inbox
        self._notifier = notifier
        self.web_devices: frozenset[DeviceId] = frozenset()
        self._unsure = unsure
        self._talk_when_ringing: set[LegId] = set()
        self._unanswered: set[LegId] = set()
        """Callers who wait with ringing tone: they are answered when an agent is."""
        self.lanes = Lanes()

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Have these done. Never waits, never raises."""
        for command in commands:
            self._post(organisation, command)

    def hang_up(self, leg: LegId, reason: dict[str, str]) -> None:
        """End a leg that the core does not know."""
        self.lanes.post([leg], partial(self._delete, None, leg, reason))

    def not_answered(self, leg: LegId) -> None:
        """This caller hears ringing tone."""
        self._unanswered.add(leg)

    def forget(self, leg: LegId) -> None:
        """The leg is no more."""
        self._legs.forget(leg)
        self._talk_when_ringing.discard(leg)
        self._unanswered.discard(leg)

    def mark(self, leg: LegId, marks: dict[str, str]) -> None:
        """Write on a leg whose it is, after what was posted for it before."""
        for name, value in marks.items():
            self.lanes.post([leg], partial(self._mark, leg, name, value))

    def _post(self, organisation: OrganisationId, command: Command) -> None:
        match command:
            case PlaceInQueue():
                self.lanes.post([command.leg], partial(self._place, organisation, command))
            case RingDevice():
                self._legs.ours(command.leg, organisation, command.device)
                self.lanes.post([command.leg], partial(self._ring, organisation, command))
            case AnswerDevice(leg=leg):
                self.lanes.post([leg], partial(self._notify_talk, leg))
            case CancelRinging(leg=leg, elsewhere=elsewhere):
                self.lanes.post(
                    [leg], partial(self._delete, organisation, leg, _ELSEWHERE if elsewhere else _NORMAL)
                )
            case Join():
                self.lanes.post([command.line, command.party], partial(self._join, organisation, command))
            case Hold():
                legs = [command.party] if command.line is None else [command.party, command.line]
                self.lanes.post(legs, partial(self._hold, organisation, command))
            case HangUp(leg=leg):
                self.lanes.post([leg], partial(self._delete, organisation, leg, _NORMAL))
            case PlayEndTone(line=line):
                self.lanes.post([line], partial(self._tone, line))

    async def _place(self, organisation: OrganisationId, command: PlaceInQueue) -> None:
        if not command.answer:
            self._unanswered.add(command.leg)
            await self._wire.ask("POST", f"channels/{command.leg}/ring")
            return
        await self._answer(command.leg)
        name = BridgeName(place=Place.QUEUE, organisation=organisation, subject=command.queue)
        if await self._bridges.put_to_music(name, command.leg) is None:
            self._unsure(organisation)

    async def _answer(self, caller: LegId) -> None:
        answer = await self._wire.ask("POST", f"channels/{caller}/answer")
        if answer is not None and answer.is_done:
            self._unanswered.discard(caller)

    async def _ring(self, organisation: OrganisationId, command: RingDevice) -> None:
        answer = await self._wire.ask(
            "POST",
            "channels",
            query={
                "endpoint": f"PJSIP/{translate.endpoint_of_device(command.device)}",
                "app": APPLICATION,
                "appArgs": "line",
                "channelId": command.leg,
                "timeout": str(max(1, -(-command.ring_ms // 1000))),
                # Without it the exchange offers telephone quality first, to browsers too (22.10, seen).
                "formats": WEB_FORMATS if command.device in self.web_devices else DESK_FORMATS,
            },
            body={"variables": translate.ring_variables(organisation, command)},
        )
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done:
            log.info("a device cannot be rung", extra={"device": command.device, "status": answer.status})
            self.forget(command.leg)
            self._inbox(organisation, LegEnded(leg=command.leg, how=LegEnd.UNREACHABLE))

    def rings(self, leg: LegId) -> None:
        """The telephone rings; one that was to be answered meanwhile is told so now."""
        self._legs.rings(leg)
        if leg in self._talk_when_ringing:
            self._talk_when_ringing.discard(leg)
            self.lanes.post([leg], partial(self._notify_talk, leg))

    async def _notify_talk(self, leg: LegId) -> None:
        if not self._legs.is_ringing(leg):
            # Before its 180 there is no dialog to send the NOTIFY in: the phone would not get it.
            self._talk_when_ringing.add(leg)
            return
        name = self._legs.channel_name(leg)
        if name is not None and self._notifier is not None:
            await self._notifier.talk(name)

    async def _join(self, organisation: OrganisationId, command: Join) -> None:
        name = BridgeName(place=Place.LINE, organisation=organisation, subject=command.line)
        if command.party in self._unanswered:
            # A caller who waited with ringing tone is answered only now.
            await self._answer(command.party)
        if self._bridges.others_on_line(name, command.line, command.party):
            # The hold before this failed. Nobody may hear somebody else's conversation (5.1-k).
            self._inbox(organisation, JoinFailed(line=command.line, party=command.party))
            return
        answer = await self._bridges.put_on_line(name, command.line, command.party)
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done:
            self._inbox(organisation, JoinFailed(line=command.line, party=command.party))

    async def _hold(self, organisation: OrganisationId, command: Hold) -> None:
        name = BridgeName(place=Place.HOLD, organisation=organisation, subject="")
        answer = await self._bridges.put_to_music(name, command.party)
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done:
            self._inbox(organisation, HoldFailed(party=command.party))

    async def _tone(self, line: LegId) -> None:
        await self._wire.ask("POST", f"channels/{line}/play", query={"media": END_TONE})

    async def _delete(self, organisation: OrganisationId | None, leg: LegId, reason: dict[str, str]) -> None:
        self._bridges.forget_leg(leg)
        answer = await self._wire.ask("DELETE", f"channels/{leg}", query=reason)
        if answer is None and organisation is not None:
            self._unsure(organisation)

    async def _mark(self, leg: LegId, name: str, value: str) -> None:
        await self._wire.ask("POST", f"channels/{leg}/variable", query={"variable": name, "value": value})
