"""The exchange as the application sees it: core commands become ARI requests, ARI events become facts.

Commands are posted and never awaited by the turn; those that concern the same leg keep their order. What goes
wrong with one comes back as a fact. After every (re)connect the exchange is asked what lives in it before any
other event is believed (reliability F1, F3).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from cordboard.app.clock import Clock, pause
from cordboard.app.jobs import Jobs
from cordboard.asterisk import messages as ari
from cordboard.asterisk import translate
from cordboard.asterisk.alone import Alone
from cordboard.asterisk.arrivals import Arrivals, Route, Router
from cordboard.asterisk.bridges import Bridges
from cordboard.asterisk.comparison import COMPARE_MS, TRAILING_MS, Differences, compare, unneeded
from cordboard.asterisk.deeds import Deeds, Notifier
from cordboard.asterisk.devices import Devices
from cordboard.asterisk.doubts import Doubts
from cordboard.asterisk.entrances import Entrances
from cordboard.asterisk.inventory import Inventory, take_first_inventory, take_inventory
from cordboard.asterisk.legs import Legs
from cordboard.asterisk.parties import Inbox, Parties
from cordboard.asterisk.settings import APPLICATION
from cordboard.asterisk.speaking import Media, Speaking, Spoken, not_here
from cordboard.asterisk.translate import Arrival, BridgeName
from cordboard.asterisk.transport import AriTransport, AriUnavailable
from cordboard.asterisk.way_out import WaysOut
from cordboard.asterisk.wire import Wire
from cordboard.core.commands import Command
from cordboard.core.events import (
    ExchangeLost,
    ExchangeRestored,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegFound,
    LegRole,
    Place,
)
from cordboard.core.types import DeviceId, LegId, OrganisationId

__all__ = ["AsteriskExchange", "Route", "Router"]

log = logging.getLogger(__name__)

ASK_AGAIN_MS = 250
"""Pause after the exchange, though connected, did not say what lives in it."""
NOT_TAKEN_UP = (AriUnavailable, OSError, ValueError)
"""It is away, a file of it cannot be written, or a setting is wrong: the next try may do."""
ASK_AGAIN_MS_MAX = 4_000
"""The longest such pause, where something was commanded all the while: asked less often, it answers sooner."""
LOOKS_MAX = 3
"""So often the exchange is asked at most before such a pause, should something be commanded meanwhile."""


class AsteriskExchange:
    """One Asterisk, for all organisations on it."""

    def __init__(
        self,
        transport: AriTransport,
        *,
        router: Router,
        inbox: Inbox,
        organisations: Callable[[], Sequence[OrganisationId]],
        new_id: Callable[[], str],
        clock: Clock,
        notifier: Notifier | None = None,
        ways_out: WaysOut | None = None,
        media: Media = lambda _organisation, _phrases, _language: [],
        spoken: Spoken = not_here,
        music: Callable[[BridgeName], str | None] = lambda _name: None,
        last_boot: str = "",
        booted: Callable[[str], None] = lambda _boot: None,
        prepare: Callable[[], Coroutine[Any, Any, None]] | None = None,
        alone: Alone | None = None,
    ) -> None:
        """
        Args:
            router: whose call an arriving one is; None: nobody's, it is refused.
            inbox: takes the facts, in order.
            ways_out: the trunks; None: nobody outside can be called.
            media: what is played for what has to be said; nothing: it counts as said.
            spoken: how long a message is whose end was not told.
            music: the class of music of a queue, or of those on hold; None: the installation's.
            last_boot: the exchange's start as seen last; another one now means that its calls are lost.
            booted: is told the exchange's start, to be kept for the next time.
            prepare: awaited at every (re)connect (devices are provisioned here): before calls are handled when the
                exchange has been started anew, else after, for it has kept them and callers should not wait.
            alone: takes up what the exchange did by itself, whenever it was asked what lives in it; None: nobody does.
        """
        self._transport, self._inbox, self._clock = transport, inbox, clock
        self._organisations = organisations
        self._wire = Wire(transport)
        self._jobs = Jobs()
        self._spawn = self._jobs.spawn
        self._legs = Legs()
        self._bridges = Bridges(self._wire, new_id, lives=self._lives, music=music)
        self._entrances = Entrances()
        self._ways_out = ways_out or WaysOut((), (), lambda _o: "")
        speaking = Speaking(self._wire, new_id, media, spoken)
        parties = Parties(self._wire, self._bridges, self._legs, speaking, self._ways_out, self._entrances)
        self._deeds = Deeds(
            self._wire,
            self._bridges,
            self._legs,
            parties,
            speaking,
            inbox=inbox,
            notifier=notifier,
            unsure=self.look_again,
            doubts=Doubts(clock, lives=self._lives, look=self.look_again),
        )
        self._devices = Devices(
            self._wire, self._legs, inbox, clock, self._spawn, asks_talk=notifier is not None
        )
        self._arrivals = Arrivals(router, self._legs, self._deeds, inbox, self._devices.owner)
        self._boot, self._booted, self._prepare = last_boot, booted, prepare
        self._alone = alone
        self._backlog: list[bytes] | None = None
        """Events that arrive while the inventory is taken; None: it is done."""
        self._connections = 0
        self._known_connection = 0
        """The connection on which everything was told to the exchange and asked; another one begins anew."""
        self._to_tell: set[OrganisationId] = set()
        """Who waits to hear what lives in the exchange."""
        self._looking: asyncio.Task[None] | None = None
        self._again_ms = ASK_AGAIN_MS
        self._replaying: Inventory | None = None
        """While events of before the inventory are gone through: that inventory."""
        self.up = False
        self.offline: frozenset[str] = frozenset()
        """Endpoints, trunks among them, that did not answer when the exchange was asked last, or since."""
        self.compared = 0
        """How often what we know was held beside what the exchange says."""

    def start(self) -> None:
        """Listen to the exchange from now on, and ask it every half minute whether we know all that it knows."""
        self._transport.set_listener(self._on_event, self._on_up, self._on_down)
        self._clock.call_in(COMPARE_MS, self._compare_again)

    def own_devices(self, owners: Mapping[DeviceId, OrganisationId], web: frozenset[DeviceId]) -> None:
        """Which organisation each device belongs to, and which are browser phones; again when that changes."""
        self._devices.own(owners)
        self._deeds.web_devices = web

    def play_on(self) -> None:
        """Have everybody who hears music hear what is theirs by now."""
        if self.up:
            self._spawn(self._bridges.play_on())

    def look_again(self, organisation: OrganisationId) -> None:
        """Ask what lives in the exchange, for one organisation: it was rebuilt, or a command's fate is unknown."""
        if self._transport.connected:
            self._look([organisation])

    def _lives(self, leg: LegId) -> bool:
        return self._legs.owner(leg) is not None

    async def settle(self) -> None:
        """Wait until nothing is under way (for tests and for a clean stop)."""
        await self._jobs.settle()
        await self._deeds.lanes.settle()

    # --- up and down ---

    def _compare_again(self) -> None:
        self._clock.call_in(COMPARE_MS, self._compare_again)
        if self.up and (self._looking is None or self._looking.done()):
            self._looking = self._spawn(self._compare(), self._crashed)

    async def _compare(self) -> None:
        """Tell what one of the two has and the other has not (F3); where that is not enough, take all up anew."""
        connection, known, placed = self._connections, self._legs.known(), self._bridges.settled()
        try:
            inventory, _ = await self._ask(is_new=False)
        except NOT_TAKEN_UP as problem:
            log.warning("the exchange does not say what lives in it", extra={"reason": str(problem)})
            self._not_yet()
        else:
            if self._is_on(connection) and self.up:
                self._drop_empty(inventory)
                self.compared += 1
                # First what was told meanwhile: only what nobody told is different.
                begun = known | self._legs.known()
                self._replay(inventory)
                still, ours = self._bridges.settled(), begun | self._legs.known()
                found = compare(known, inventory, ours=ours, placed=placed, still=still)
                self._tell_differences(found)
                for leg, bridge in found.astray.items():
                    log.warning(
                        "a leg is not in its bridge and is put back", extra={"leg": leg, "bridge": bridge}
                    )
                    self._deeds.put_back(leg, bridge)
                if found.gone & self._legs.known():
                    self._spawn(self._tell_gone(found.gone, connection))
                self._look_what_it_did_alone(inventory)
        if self._to_tell:
            await self._reconcile()

    async def _tell_gone(self, gone: frozenset[LegId], connection: int) -> None:
        await pause(self._clock, TRAILING_MS)
        for leg in gone & self._legs.known() if self._is_on(connection) else ():
            log.warning("a leg has ended unheard", extra={"leg": leg})
            owner = self._legs.owner(leg)
            assert owner is not None, leg
            # A line that broke is rung again for whom it had; a caller is simply gone.
            how = LegEnd.LOST if self._legs.device(leg) is not None else LegEnd.HUNG_UP
            self._inbox(owner, LegEnded(leg=leg, how=how))
            self._forget(leg, owner)

    def _tell_differences(self, found: Differences) -> None:
        for leg in found.answered & self._legs.known():
            if (owner := self._legs.owner(leg)) is not None:
                self._inbox(owner, LegAnswered(leg=leg))
        if found.strange or found.has_strangers:
            log.warning("the exchange has legs that are not known here")
            self._to_tell.update(self._organisations() if found.has_strangers else found.strange)

    def _on_up(self) -> None:
        self._connections += 1
        self._backlog = []
        self._look(self._organisations())

    def _on_down(self) -> None:
        self._backlog = None
        self._entrances.lost()
        self._devices.lost()
        if self.up:
            self.up = False
            for organisation in self._organisations():
                self._inbox(organisation, ExchangeLost())

    def _look(self, organisations: Iterable[OrganisationId]) -> None:
        """Have these told what lives in the exchange. Only one looks at a time: an older answer must never win."""
        self._to_tell.update(organisations)
        if self._looking is None or self._looking.done():
            self._looking = self._spawn(self._reconcile(), self._crashed)

    def _crashed(self) -> None:
        # A bug of ours, but before it is asked again nobody is served, and what happens waits unread.
        self._clock.call_in(ASK_AGAIN_MS_MAX, lambda: self._look(self._organisations()))

    async def _reconcile(self) -> None:
        while self._to_tell and self._transport.connected:
            connection = self._connections
            told, self._to_tell = self._to_tell, set()
            try:
                inventory, sure = await self._ask(is_new=connection != self._known_connection, of=told)
            except NOT_TAKEN_UP:
                # Whatever it is: without an answer nobody can be served, and only this asks for it.
                self._to_tell |= told
                if self._is_on(connection):
                    log.warning("the exchange does not say what lives in it", exc_info=True)
                    self._not_yet()
                    await pause(self._clock, ASK_AGAIN_MS)
                continue
            if not self._is_on(connection):
                # What an earlier connection said is old.
                self._to_tell |= told
                continue
            is_new, has_stayed = connection != self._known_connection, inventory.boot == self._boot
            self._believe(inventory, sure, is_new=is_new)
            self._known_connection = connection
            self._replay(inventory)
            if is_new and has_stayed:
                self._spawn(self._prepare_meanwhile(connection))
            self._look_what_it_did_alone(inventory)
            self._again_ms = self._look_later(told - sure, connection) if told - sure else ASK_AGAIN_MS

    def _look_later(self, organisations: set[OrganisationId], connection: int) -> int:
        """Look again for these in a while; others, and a new connection, need not wait. Gives the next such while."""

        def look() -> None:
            if self._is_on(connection):
                self._look(organisations)

        self._clock.call_in(self._again_ms, look)
        return min(2 * self._again_ms, ASK_AGAIN_MS_MAX)

    def _look_what_it_did_alone(self, inventory: Inventory) -> None:
        if self._alone is not None:
            self._spawn(self._alone.look(inventory))

    def _is_on(self, connection: int) -> bool:
        """It is the connection that there is now."""
        return self._transport.connected and connection == self._connections

    async def _ask(
        self, *, is_new: bool, of: Collection[OrganisationId] = ()
    ) -> tuple[Inventory, set[OrganisationId]]:
        """What lives in the exchange; from before the question on, events wait in the backlog.

        Args:
            of: an answer from which a command of theirs is missing would undo it: then it is asked again.

        Returns:
            The answer, and of whom it can be believed: nothing of theirs was under way while the exchange was asked.
            A busy house has its looks too, for that is soon asked, and who is quiet does not wait for the others.
        """
        if is_new:
            self._backlog = self._backlog or []
            return await take_first_inventory(self._transport, self._boot, self._prepare), set(of)
        looks = LOOKS_MAX
        while True:
            # What is under way may itself wait for an event that came in the round before.
            self._not_yet()
            await self._deeds.lanes.passed()
            self._backlog = self._backlog or []
            posted = self._deeds.at_rest(of)
            inventory = await take_inventory(self._transport)
            sure = {one for one, number in posted.items() if self._deeds.posted[one] == number}
            looks -= 1
            if len(sure) == len(of) or not looks:
                return inventory, sure

    async def _prepare_meanwhile(self, connection: int) -> None:
        """Have the telephones written while calls are handled already."""
        while self._prepare is not None and self._is_on(connection):
            try:
                await self._prepare()
            except NOT_TAKEN_UP:
                log.warning("telephones are written again", exc_info=True)
                await pause(self._clock, ASK_AGAIN_MS)
            else:
                return

    def _not_yet(self) -> None:
        """Events go on without the inventory; on a new connection they wait for a later one."""
        if self._known_connection == self._connections:
            backlog, self._backlog = self._backlog or [], None
            for data in backlog:
                self._take(data)

    def _replay(self, inventory: Inventory) -> None:
        backlog, self._backlog = self._backlog or [], None
        self.offline = inventory.offline
        self._ways_out.all_online(inventory.online)
        self.up = True
        self._replaying = inventory
        try:
            for data in backlog:
                self._take(data)
        finally:
            self._replaying = None

    def _believe(self, inventory: Inventory, told: set[OrganisationId], *, is_new: bool) -> None:
        fresh = inventory.boot != self._boot
        if fresh:
            self._boot = inventory.boot
            self._booted(inventory.boot)
        self._bridges.found(inventory.bridges, inventory.inside, of=None if is_new else told)
        self._spawn(self._bridges.play_on())
        if is_new:
            for leg in self._legs.others(inventory.names):
                # They are no more; their end was not heard.
                self._deeds.forget(leg)
        legs: dict[OrganisationId, dict[LegId, LegFound]] = {o: {} for o in told}
        for organisation, found in inventory.legs:
            if organisation in legs:
                legs[organisation][found.leg] = found
                self._legs.ours(found.leg, organisation, found.device)
                self._legs.named(found.leg, inventory.names[found.leg])
                if found.role is LegRole.LINE and found.answered:
                    self._legs.talks(found.leg)
                waits = found.role is LegRole.CALLER and found.leg not in inventory.dialled
                hears = inventory.hears.get(found.leg)
                self._deeds.found(found.leg, waits=waits and not found.answered, hears=hears)
        phones = self._arrivals.take_up(inventory.unmarked, legs, self._clock.now())
        self._drop_empty(inventory)
        for organisation, found_legs in legs.items():
            registered = frozenset(d for d in inventory.registered if self._devices.owner(d) == organisation)
            self._inbox(organisation, ExchangeRestored(fresh=fresh, legs=found_legs, registered=registered))
        for channel in phones:
            self._arrivals.dialled_on_phone(channel)
        self._devices.found(inventory.channels_of, told)

    def _drop_empty(self, inventory: Inventory) -> None:
        """Bridges of lines and pairs that are no more, and those that a server left behind as it died."""
        for bridge in inventory.doubles:
            if not self._bridges.is_ours(bridge):
                self._spawn(self._bridges.destroy(bridge))
        for name in unneeded(inventory, self._bridges.is_used):
            self._drop_bridge(name)

    # --- events ---

    def _on_event(self, data: bytes) -> None:
        if self._backlog is not None:
            self._backlog.append(data)
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        try:
            event = ari.decode_event(data)
        except msgspec.MsgspecError:
            log.exception("the exchange sent an event that cannot be read; it is asked what lives in it")
            self._look(self._organisations())
            return
        match event:
            case ari.CallBroadcast():
                self._announced(event)
                return
            case ari.StasisStart(args=["line"], channel=channel):
                self._legs.named(LegId(channel.id), channel.name)
                self._devices.answered(LegId(channel.id))
            case ari.StasisStart(args=["party" | "wire"], channel=channel):
                self._legs.named(LegId(channel.id), channel.name)
                self._entrances.has_come(LegId(channel.id))
                return
            case ari.StasisStart(channel=channel):
                self._arrivals.entered(channel, self._clock.now())
                return
            case ari.ChannelStateChange(channel=channel):
                self._legs.named(LegId(channel.id), channel.name)
                if channel.state == "Ringing":
                    self._deeds.rings(LegId(channel.id))
            case ari.EndpointStateChange(endpoint=endpoint):
                self.offline -= {endpoint.resource}
                if endpoint.state == "offline":
                    self.offline |= {endpoint.resource}
                self._devices.registration(endpoint.resource, online=endpoint.state == "online")
                self._devices.channels(endpoint.resource, endpoint.channel_ids)
                self._ways_out.seen(endpoint.resource, online=endpoint.state == "online")
                return
            case ari.ApplicationReplaced():
                log.error("another program took over the exchange; this one stops acting")
                self._on_down()
                return
            case ari.PlaybackFinished(playback=playback):
                target = LegId(playback.target_uri.removeprefix("channel:"))
                if self._legs.owner(target) is None or not self._deeds.said(target, playback.id):
                    return
            case ari.ChannelTransfer(state=None):
                self._arrivals.transfer_key(event, self._clock.now())
                return
            case ari.ChannelDtmfReceived() if not self._legs.pressed(*translate.pressed(event)):
                return
            case _:
                pass
        fact = translate.fact(event)
        if fact is None:
            return
        leg: LegId = fact.leg  # type: ignore[union-attr]  # every fact made from one event is about a leg
        if (owner := self._legs.owner(leg)) is not None:
            self._inbox(owner, fact)
        if isinstance(event, ari.ChannelDestroyed) or (
            isinstance(event, ari.StasisEnd) and translate.is_wire_end(event.channel)
        ):
            self._forget(leg, owner)
        elif isinstance(fact, LegEnded):
            self._leave_bridge(leg)

    def _forget(self, leg: LegId, owner: OrganisationId | None) -> None:
        if self._legs.device(leg) is not None and owner is not None:
            self._drop_bridge(BridgeName(place=Place.LINE, organisation=owner, subject=leg))
        self._deeds.forget(leg)
        self._entrances.is_gone(leg)
        self._leave_bridge(leg)

    def _leave_bridge(self, leg: LegId) -> None:
        if (left := self._bridges.forget_leg(leg)) is not None:
            self._spawn(self._bridges.tidy(left))

    def _announced(self, event: ari.CallBroadcast) -> None:
        offered = translate.arrival(event)
        # Measured on the exchange's clock: ours may have been set to another time since.
        if self._replaying and self._replaying.at - offered.announced_at > translate.STALE_ANNOUNCEMENT_MS:
            return
        self._spawn(self._claim(offered))

    async def _claim(self, offered: Arrival) -> None:
        # What becomes of it shows by its entering our application, or by its not doing so.
        await self._wire.ask(
            "POST", "events/claim", query={"channelId": offered.channel, "application": APPLICATION}
        )

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Have these done, in order where they concern the same leg. Never waits, never raises."""
        self._deeds.post(organisation, commands)

    def _drop_bridge(self, name: BridgeName) -> None:
        if (bridge := self._bridges.take_out(name)) is not None:
            self._spawn(self._destroy_when_left(bridge))

    async def _destroy_when_left(self, bridge: str) -> None:
        """Somebody may still be on the way out of it; destroyed meanwhile it would put them where nothing is heard."""
        await self._deeds.lanes.passed()
        await self._bridges.destroy(bridge)
