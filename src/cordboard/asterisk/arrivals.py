"""Calls that come in: from a trunk for a queue or a person, or dialled on one of our own telephones (D27 to D29)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from cordboard.asterisk import messages as ari
from cordboard.asterisk import translate
from cordboard.asterisk.deeds import Deeds
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.parties import Inbox
from cordboard.asterisk.translate import Arrival
from cordboard.core.commands import HangUpReason
from cordboard.core.events import (
    AnnouncementCalled,
    CallArrived,
    DirectCallArrived,
    LegFound,
    LegRole,
    PhoneDialled,
    PhoneTransferAsked,
    Place,
)
from cordboard.core.types import CallId, DeviceId, Instant, LegId, OrganisationId, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an arriving call belongs: in a queue, with one person, or to be told something."""

    organisation: OrganisationId
    queue: QueueId | None
    """None: it is not for a queue."""
    number: str | None
    name: str | None
    dialled: str | None
    to: UserId | None = None
    """A direct call: for whom (D29); None: it is for nobody alone."""
    announcement: str | None = None
    """What is heard at the number that was called, where it leads to nobody; None: it leads to somebody."""


Router = Callable[[Arrival], Route | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmarked:
    """A leg that was claimed in the moment in which we died, read anew."""

    organisation: OrganisationId
    found: LegFound | None
    """Of a caller; None: a telephone's own call."""
    channel: ari.Channel


class Arrivals:
    """Says whose an arriving call is, and writes it on its leg."""

    def __init__(
        self,
        router: Router,
        legs: Legs,
        deeds: Deeds,
        inbox: Inbox,
        owner_of: Callable[[DeviceId], OrganisationId | None],
    ) -> None:
        """
        Args:
            router: whose call an arriving one is; None: nobody's, it is refused (from a telephone: dialled out).
            owner_of: whose device that is; None: nobody's.
        """
        self._router = router
        self._legs = legs
        self._deeds = deeds
        self._inbox = inbox
        self._owner_of = owner_of

    def entered(self, channel: ari.Channel, now: Instant) -> None:
        """A claimed call is in our hands."""
        leg, offered = LegId(channel.id), _arrival(channel, now)
        self._legs.named(leg, channel.name)
        route = self._router(offered)
        if route is None:
            if not self.dialled_on_phone(channel):
                self._deeds.hang_up(leg, HangUpReason.UNALLOCATED)
            return
        self._legs.ours(leg, route.organisation)
        if channel.state != "Up":
            self._deeds.not_answered(leg)
        self._deeds.will_mark(leg, _marks(leg, route))
        self._inbox(route.organisation, _arrived(leg, route))
        # After the caller was placed: nobody waits for it.
        self._deeds.mark(leg)

    def transfer_key(self, event: ari.ChannelTransfer, now: Instant) -> None:
        """The transfer key on a telephone. The core does it, and answers the telephone."""
        leg = LegId(event.referred_by.source_channel.id)
        owner, fact = self._legs.owner(leg), translate.fact(event)
        # One that we do not know is not ours to answer, or has just been passed on and is no more.
        if owner is None or not self._legs.transferred(leg, fact, translate.instant(event.timestamp)):
            return
        if not isinstance(fact, PhoneTransferAsked):
            self._deeds.not_transferring(leg)
            return
        self._inbox(owner, self._leads(event.referred_by.source_channel, fact, now))

    def _leads(self, channel: ari.Channel, asked: PhoneTransferAsked, now: Instant) -> PhoneTransferAsked:
        """A transfer to one of our own numbers goes where the number leads, not out and in again."""
        if asked.number is None:
            return asked
        route = self._router(replace(_arrival(channel, now), dialled=asked.number))
        return asked if route is None else replace(asked, queue=route.queue, to=route.to)

    def dialled_on_phone(self, channel: ari.Channel) -> bool:
        """Somebody dialled on a telephone of ours; False: it is none of ours, or nothing was dialled."""
        leg, number = LegId(channel.id), translate.clean_number(channel.dialplan.exten)
        device = translate.device_of_endpoint(translate.endpoint_of(channel.name))
        owner = self._owner_of(device) if device is not None else None
        if device is None or owner is None or not number:
            return False
        self._legs.ours(leg, owner, device)
        self._legs.talks(leg)
        # First, so that who finds the leg from here on finds its telephone's line, in use.
        self._deeds.will_mark(leg, {"CB_ROLE": "line", "CB_ORG": owner})
        self._deeds.mark(leg)
        self._deeds.answer(leg)
        self._inbox(owner, PhoneDialled(leg=leg, device=device, number=number))
        return True

    def read_again(self, channel: ari.Channel, now: Instant) -> Unmarked | None:
        """Who was claimed in the moment in which we died. None: nobody's, it is refused."""
        leg = LegId(channel.id)
        route = self._router(_arrival(channel, now))
        if route is None:
            device = translate.device_of_endpoint(translate.endpoint_of(channel.name))
            owner = self._owner_of(device) if device is not None else None
            if owner is None:
                self._deeds.hang_up(leg, HangUpReason.UNALLOCATED)
                return None
            return Unmarked(organisation=owner, found=None, channel=channel)
        found = LegFound(
            leg=leg,
            role=LegRole.CALLER,
            call=call_of_leg(leg),
            queue=route.queue,
            device=None,
            answered=channel.state == "Up",
            place=Place.NOWHERE,
            line=None,
            number=route.number,
            name=route.name,
            since=translate.instant(channel.creationtime),
            to=route.to,
            announcement=route.announcement,
        )
        return Unmarked(organisation=route.organisation, found=found, channel=channel)

    def take_up(
        self,
        unmarked: Iterable[ari.Channel],
        legs: Mapping[OrganisationId, dict[LegId, LegFound]],
        now: Instant,
    ) -> list[ari.Channel]:
        """Add those to `legs` who were claimed in the moment in which we died; gives the telephones' own calls.

        Args:
            legs: of the organisations that are told what lives; whoever else they belong to has heard of them.
        """
        phones = []
        for channel in unmarked:
            read = self.read_again(channel, now)
            if read is None or read.organisation not in legs:
                continue
            if read.found is None:
                phones.append(channel)
            else:
                legs[read.organisation][read.found.leg] = read.found
                self._adopt(read.found, read.organisation)
        return phones

    def _adopt(self, found: LegFound, organisation: OrganisationId) -> None:
        self._legs.ours(found.leg, organisation)
        if not found.answered:
            self._deeds.not_answered(found.leg)
        route = Route(
            organisation=organisation,
            queue=found.queue,
            to=found.to,
            announcement=found.announcement,
            number=None,
            name=None,
            dialled=None,
        )
        self._deeds.will_mark(found.leg, _marks(found.leg, route))
        self._deeds.mark(found.leg)


def _arrival(channel: ari.Channel, now: Instant) -> Arrival:
    return Arrival(
        channel=channel.id,
        endpoint=translate.endpoint_of(channel.name),
        dialled=channel.dialplan.exten,
        number=channel.caller.number or None,
        name=translate.name_of(channel.caller.name),
        announced_at=now,
    )


def _arrived(leg: LegId, route: Route) -> CallArrived | DirectCallArrived | AnnouncementCalled:
    if route.queue is not None:
        return CallArrived(
            call=call_of_leg(leg),
            leg=leg,
            queue=route.queue,
            number=route.number,
            name=route.name,
            dialled=route.dialled,
        )
    if route.announcement is not None:
        return AnnouncementCalled(
            call=call_of_leg(leg),
            leg=leg,
            announcement=route.announcement,
            number=route.number,
            name=route.name,
            dialled=route.dialled,
        )
    assert route.to is not None, route
    return DirectCallArrived(
        call=call_of_leg(leg),
        leg=leg,
        to=route.to,
        number=route.number,
        name=route.name,
        dialled=route.dialled,
    )


def _marks(leg: LegId, route: Route) -> dict[str, str]:
    """What is written on the leg for the next of us; the role last, as it makes the others count."""
    marks = {"CB_CALL": call_of_leg(leg), "CB_ORG": route.organisation}
    if route.queue is not None:
        marks["CB_QUEUE"] = route.queue
    if route.to is not None:
        marks["CB_TO"] = route.to
    if route.announcement is not None:
        marks["CB_SAYS"] = route.announcement
    return {**marks, "CB_ROLE": "caller"}


def call_of_leg(leg: LegId) -> CallId:
    """A call is named after its caller's leg, so that a crash cannot separate the two."""
    return CallId(f"c-{leg}")
