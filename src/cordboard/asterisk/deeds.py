"""Core commands as ARI requests: posted, never awaited by the turn, in order where they concern the same leg."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol

from cordboard.app.about import about, current_call, say_later
from cordboard.asterisk import translate
from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.doubts import Doubts
from cordboard.asterisk.lanes import Lanes
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.parties import Inbox, Parties
from cordboard.asterisk.provision import DESK_FORMATS, WEB_FORMATS
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.speaking import END_TONE, RECALL_TONE, Speaking
from cordboard.asterisk.translate import HANG_UP_REASONS, BridgeName
from cordboard.asterisk.wire import Wire
from cordboard.core.commands import (
    Announce,
    AnswerDevice,
    AnswerTransferKey,
    CancelRinging,
    Command,
    Dial,
    DialColleague,
    FindMessage,
    ForgetMessage,
    HangUp,
    HangUpReason,
    Hold,
    Hush,
    Join,
    LetRing,
    Pair,
    PlaceInQueue,
    PlayEndTone,
    Recall,
    RecordMessage,
    RingDevice,
    SendDigits,
)
from cordboard.core.events import (
    AnnouncementEnded,
    HoldFailed,
    JoinFailed,
    LegEnd,
    LegEnded,
    MessageRecorded,
    Place,
)
from cordboard.core.types import CallId, DeviceId, LegId, OrganisationId

log = logging.getLogger(__name__)

_ELSEWHERE = {"reason_code": "26"}

Job = Callable[[], Coroutine[Any, Any, None]]


class Notifier(Protocol):
    """Sends the in-dialog NOTIFY that makes a ringing phone answer (ARI has no verb for it)."""

    async def talk(self, channel_name: str) -> bool:
        """True: sent. Whether the phone obeys shows by its answering."""


SIP_DIALOG = "CHANNEL(pjsip,call-id)"
"""Read by the thread that takes the dialog's requests, one after the other."""


class Deeds:
    """Does what the core commands."""

    def __init__(
        self,
        wire: Wire,
        bridges: Bridges,
        legs: Legs,
        parties: Parties,
        speaking: Speaking,
        *,
        inbox: Inbox,
        notifier: Notifier | None,
        unsure: Callable[[OrganisationId], None],
        doubts: Doubts,
    ) -> None:
        """`unsure` is told when nobody knows whether a command was carried out, `doubts` of those that were refused and
        leave a party where the core does not believe it (reliability F16).
        """
        self._wire = wire
        self._bridges = bridges
        self._legs = legs
        self._parties = parties
        self._speaking = speaking
        self._inbox = inbox
        self._notifier = notifier
        self.web_devices: frozenset[DeviceId] = frozenset()
        self._unsure = unsure
        self._doubts = doubts
        parties.inbox, parties.unsure = inbox, unsure
        self._talk_when_ringing: set[LegId] = set()
        self._marks: dict[LegId, dict[str, str]] = {}
        """What has still to be written on these legs."""
        self.posted: Counter[OrganisationId] = Counter()
        """How many commands there were: what was asked of the exchange before the last of them may be old."""
        self._done: Counter[OrganisationId] = Counter()
        """How many of those are over."""
        self.lanes = Lanes()

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Have these done. Never waits, never raises."""
        self.posted[organisation] += len(commands)
        for command in commands:
            legs, job = self._job(organisation, command)
            known = [leg for leg in legs if leg is not None]
            # What is begun within, and what goes wrong with it, is told in the log as this call's.
            with about(self._call_of(command, known)):
                task = self.lanes.post(known, job)
                task.add_done_callback(partial(self._is_done, organisation, known))
                asked = {"organisation": organisation, "command": type(command).__name__, "legs": known}
                say_later(partial(log.info, "asked of the exchange", extra=asked))

    def _is_done(self, organisation: OrganisationId, legs: Sequence[LegId], task: asyncio.Task[None]) -> None:
        self._done[organisation] += 1
        if not task.cancelled() and task.exception() is not None:
            # A mistake of ours; but the core waits for what comes of it, and a caller with it.
            for leg in legs:
                self._doubts.of(leg, organisation)

    def at_rest(self, of: Collection[OrganisationId]) -> dict[OrganisationId, int]:
        """Those of them for whom nothing is under way, with how many commands of theirs there were."""
        return {one: self.posted[one] for one in of if self.posted[one] == self._done[one]}

    def _call_of(self, command: Command, legs: Sequence[LegId]) -> CallId | None:
        """For which call this is: it says so, or the last one of these legs, the party's before the line's."""
        call: CallId | None = getattr(command, "call", None)
        if call is None:
            first = [command.party, command.line] if isinstance(command, Join) else legs
            call = next(
                (found for leg in first if (found := self._legs.call(leg)) is not None), current_call()
            )
        if call is not None:
            for leg in legs:
                self._legs.serves(leg, call)
        return call

    def hang_up(self, leg: LegId, reason: HangUpReason) -> None:
        """End a leg that the core does not know."""
        self.lanes.post([leg], partial(self._delete, None, leg, HANG_UP_REASONS[reason]))

    def answer(self, leg: LegId) -> None:
        """Take a telephone's own call."""
        self.lanes.post([leg], partial(self._parties.answer, leg))

    def not_answered(self, leg: LegId) -> None:
        """This caller hears ringing tone."""
        self._parties.not_answered(leg)

    def found(self, leg: LegId, *, waits: bool, hears: str | None) -> None:
        """A leg that lived before this server, or before this connection.

        Args:
            waits: it hears the ringing tone and has not been answered.
            hears: what it was told last, perhaps still, or which message is recorded of it, as it says itself.
        """
        if waits:
            self.not_answered(leg)
        if self._legs.is_wire(leg):
            # An answered one too: whoever is passed on hears the tone until somebody answers.
            self._speaking.may_ring(leg)
        if hears is not None and hears.startswith(translate.RECORDS):
            self._speaking.may_record(leg, hears.removeprefix(translate.RECORDS))
        elif hears is not None:
            self._speaking.may_hear(leg, hears)

    def said(self, leg: LegId, sound: str) -> bool:
        """A sound of ours is over; who waits with the ringing tone hears that again. False: it is not to be told."""
        if not self._speaking.is_said(leg, sound):
            return False
        self._speaking.is_over(leg, sound)
        self.lanes.post([leg], partial(self._parties.ring_again, leg))
        return True

    def put_back(self, leg: LegId, bridge: str) -> None:
        """Put a leg, which the exchange has nowhere or elsewhere, where it was put before."""
        self.lanes.post([leg], partial(self._put_back, leg, bridge))

    def not_transferring(self, leg: LegId) -> None:
        """Tell a telephone, whose transfer key was pressed, that this cannot be done."""
        self.lanes.post([leg], partial(self._transferring, leg, "channel_declined"))

    def forget(self, leg: LegId) -> None:
        """The leg is no more."""
        self._legs.forget(leg)
        self._parties.forget(leg)
        self._doubts.forget(leg)
        self._speaking.forget(leg)
        self._talk_when_ringing.discard(leg)
        self._marks.pop(leg, None)

    def will_mark(self, leg: LegId, marks: dict[str, str]) -> None:
        """Have this ready for `mark`, or for when something is said to the leg, whichever comes first."""
        self._marks[leg] = marks

    def mark(self, leg: LegId) -> None:
        """Write on a leg whose it is, after what was posted for it before."""
        self.lanes.post([leg], partial(self._mark, leg))

    def _job(self, organisation: OrganisationId, command: Command) -> tuple[list[LegId | None], Job]:
        """The legs that a command concerns, and how it is done."""
        match command:
            case PlaceInQueue(leg=leg):
                return [leg], partial(self._place, organisation, command)
            case RingDevice(leg=leg):
                self._legs.ours(leg, organisation, command.device)
                return [leg], partial(self._ring, organisation, command)
            case AnswerDevice(leg=leg):
                return [leg], partial(self._notify_talk, leg)
            case CancelRinging(leg=leg, elsewhere=elsewhere):
                reason = _ELSEWHERE if elsewhere else HANG_UP_REASONS[HangUpReason.NORMAL]
                return [leg], partial(self._delete, organisation, leg, reason)
            case Join(line=line, party=party):
                return [line, party], partial(self._join, organisation, command)
            case Hold(party=party, line=line):
                return [party, line], partial(self._hold, organisation, command)
            case HangUp(leg=leg):
                return [leg], partial(self._delete, organisation, leg, HANG_UP_REASONS[command.reason])
            case PlayEndTone(line=line):
                return [line], partial(self._speaking.tone, line, END_TONE)
            case Recall(line=line):
                return [line], partial(self._speaking.tone, line, RECALL_TONE)
            case Dial(leg=leg, line=line):
                self._legs.ours(leg, organisation)
                return [leg, line], partial(self._parties.dial, organisation, command)
            case DialColleague(leg=leg, other=other, line=line):
                self._legs.ours(leg, organisation)
                self._legs.ours(other, organisation)
                return [leg, other, line], partial(self._parties.lay_wire, organisation, command)
            case LetRing(leg=leg):
                return [leg], partial(self._parties.let_ring, command)
            case Pair(one=one, other=other):
                return [one, other], partial(self._parties.pair, organisation, command)
            case AnswerTransferKey(leg=leg, done=done):
                state = "channel_answered" if done else "channel_declined"
                return [leg], partial(self._transferring, leg, state)
            case SendDigits(party=party):
                return [party], partial(self._parties.send_digits, command)
            case Announce(leg=leg):
                return [leg], partial(self._announce, organisation, command, self._speaking.will_say(leg))
            case Hush(leg=leg):
                return [leg], partial(self._speaking.hush, leg)
            case RecordMessage(leg=leg):
                return [leg], partial(self._record, organisation, command)
            case FindMessage(leg=leg, name=name):
                return [leg], partial(self._find, organisation, leg, name)
            case ForgetMessage(leg=leg, name=name):
                return [leg], partial(self._speaking.throw_away, name)

    async def _place(self, organisation: OrganisationId, command: PlaceInQueue) -> None:
        if not command.answer:
            self._parties.not_answered(command.leg)
            await self._parties.ring(command.leg)
            return
        await self._parties.ready(command.leg)
        name = BridgeName(place=Place.QUEUE, organisation=organisation, subject=command.queue)
        answer = await self._bridges.put_to_music(name, command.leg)
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done:
            self._doubts.of(command.leg, organisation)

    async def _put_back(self, leg: LegId, bridge: str) -> None:
        # Who hears a sentence is moved only when that is over, and all commands behind it would wait so long too
        # (22.10, seen). It is not cut short for that: the next comparison finds the leg again.
        if not await self._speaking.hears(leg) and not await self._speaking.is_recorded(leg):
            await self._bridges.put_back(leg, bridge)

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
        if not self._legs.can_be_told(leg):
            # Before its 180 there is no dialog to send the NOTIFY in: the phone would not get it.
            self._talk_when_ringing.add(leg)
            return
        name = self._legs.channel_name(leg)
        if name is not None and self._notifier is not None:
            await self._notifier.talk(name)

    async def _join(self, organisation: OrganisationId, command: Join) -> None:
        line, party = command.line, command.party
        name = BridgeName(place=Place.LINE, organisation=organisation, subject=line)
        await self._speaking.hush(line)
        await self._parties.ready(party)
        if not command.conference and self._bridges.others_on_line(name, line, party):
            # The hold before this failed. Nobody may hear somebody else's conversation (5.1-k).
            self._inbox(organisation, JoinFailed(line=line, party=party))
            return
        answer = await self._bridges.put_on_line(name, line, party, wire=self._legs.is_wire(party))
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done:
            self._inbox(organisation, JoinFailed(line=line, party=party))

    async def _hold(self, organisation: OrganisationId, command: Hold) -> None:
        await self._parties.ready(command.party)
        talks = command.line is not None and self._bridges.is_inside(
            BridgeName(place=Place.LINE, organisation=organisation, subject=command.line), command.party
        )
        name = BridgeName(place=Place.HOLD, organisation=organisation, subject="")
        answer = await self._bridges.put_to_music(name, command.party)
        if answer is None:
            self._unsure(organisation)
        elif not answer.is_done and talks:
            self._inbox(organisation, HoldFailed(party=command.party))
        elif not answer.is_done:
            # It was in a pair, or nowhere: there is no talk with this agent that could go on.
            self._doubts.of(command.party, organisation)

    async def _announce(self, organisation: OrganisationId, command: Announce, sound: str) -> None:
        if await self._speaking.is_recorded(command.leg):
            # An answer from before it began had the core lead this caller out anew; the end of the message is told.
            return
        if command.answer:
            await self._parties.ready(command.leg)
        else:
            # Opens the way for sound before the answer; to one who was answered it says nothing. Not while the leg
            # hears something: then the exchange would not answer (22.10, seen).
            await self._speaking.hush(command.leg)
            await self._wire.ask("POST", f"channels/{command.leg}/progress")
        # Until the sentence is over the exchange would not answer that, nor anything else (22.10, seen).
        await self._mark(command.leg)
        if await self._speaking.say(organisation, command, sound):
            return
        # Of a leg that has ended meanwhile nothing is kept.
        if self._legs.owner(command.leg) is not None and self._speaking.is_said(command.leg, sound):
            self._inbox(organisation, AnnouncementEnded(leg=command.leg))

    async def _record(self, organisation: OrganisationId, command: RecordMessage) -> None:
        if await self._speaking.is_recorded(command.leg):
            return
        await self._parties.ready(command.leg)
        # What is in a bridge cannot be recorded by itself (22.10, seen).
        await self._bridges.take_aside(command.leg)
        # Before it begins, as who is recorded does nothing else: the next server must not ask for the message again.
        told = {"variable": translate.HEARS, "value": f"{translate.RECORDS}{command.name}"}
        await self._wire.ask("POST", f"channels/{command.leg}/variable", query=told)
        if not await self._speaking.record(command.leg, command.name, command.ms_max):
            # Of a message that was over before a restart the name is taken: that is the message.
            await self._find(organisation, command.leg, command.name)

    async def _find(self, organisation: OrganisationId, leg: LegId, name: str) -> None:
        ms = await self._speaking.kept_ms(name)
        if ms is None:
            # It is looked for again when the exchange is there.
            self._unsure(organisation)
        else:
            self._inbox(organisation, MessageRecorded(leg=leg, name=name, ms=ms))

    async def _delete(self, organisation: OrganisationId | None, leg: LegId, reason: dict[str, str]) -> None:
        left = self._bridges.forget_leg(leg)
        answer = await self._wire.ask("DELETE", f"channels/{leg}", query=reason)
        if left is not None:
            await self._bridges.tidy(left)
        if answer is None and organisation is not None:
            self._unsure(organisation)

    async def _transferring(self, leg: LegId, state: str) -> None:
        # The exchange tells of the key before it is ready for the answer, and dies of one that comes in between
        # (22.10, seen). What is asked of the leg's SIP dialog is answered only when it has done with the REFER.
        if await self._wire.ask("GET", f"channels/{leg}/variable", query={"variable": SIP_DIALOG}) is None:
            return
        await self._wire.ask("POST", f"channels/{leg}/transfer_progress", query={"states": state})

    async def _mark(self, leg: LegId) -> None:
        for name, value in self._marks.pop(leg, {}).items():
            await self._wire.ask("POST", f"channels/{leg}/variable", query={"variable": name, "value": value})
