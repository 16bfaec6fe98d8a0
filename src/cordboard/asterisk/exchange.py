"""The exchange as the application sees it: core commands become ARI requests, ARI events become facts.

Commands are posted and never awaited by the turn; those that concern the same leg keep their order. What goes
wrong with one comes back as a fact. After every (re)connect the exchange is asked what lives in it before any
other event is believed (reliability F1, F3).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from cordboard.asterisk import messages as ari
from cordboard.asterisk import translate
from cordboard.asterisk.inventory import Inventory, take_inventory
from cordboard.asterisk.lanes import Lanes
from cordboard.asterisk.translate import Arrival, BridgeName
from cordboard.asterisk.transport import AriResponse, AriTransport, AriUnavailable
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
from cordboard.core.events import (
    CallArrived,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    ExchangeLost,
    ExchangeRestored,
    HoldFailed,
    JoinFailed,
    LegEnd,
    LegEnded,
    LegFound,
    LegRole,
    Place,
    TalkPackageSeen,
)
from cordboard.core.types import CallId, DeviceId, Instant, LegId, OrganisationId, QueueId

log = logging.getLogger(__name__)

APPLICATION = "cordboard"
OFFLINE_SETTLE_MS = 300
"""A phone that registers anew shows offline for some milliseconds; only longer counts."""
STALE_ANNOUNCEMENT_MS = 1_000
"""Announcements that waited for us longer than this belong to an earlier try of the dialplan."""
END_TONE = "tone:!425/150,!0/80,!425/150"
_Q850_UNALLOCATED = "1"
_Q850_ELSEWHERE = "26"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an arriving call belongs."""

    organisation: OrganisationId
    queue: QueueId
    number: str | None
    name: str | None
    dialled: str | None


class Notifier(Protocol):
    """Sends the in-dialog NOTIFY that makes a ringing phone answer (ARI has no verb for it)."""

    async def talk(self, channel_name: str) -> bool:
        """True: sent. Whether the phone obeys shows by its answering."""


Router = Callable[[Arrival], Route | None]
Inbox = Callable[[OrganisationId, Event], None]


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
        now: Callable[[], Instant],
        notifier: Notifier | None = None,
        last_boot: str = "",
        booted: Callable[[str], None] = lambda _boot: None,
        prepare: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """
        Args:
            router: whose call an arriving one is; None: nobody's, it is refused.
            inbox: takes the facts, in order.
            last_boot: the exchange's start as seen last; another one now means that its calls are lost.
            booted: is told the exchange's start, to be kept for the next time.
            prepare: awaited at every (re)connect before calls are handled (devices are provisioned here).
        """
        self._transport = transport
        self._router = router
        self._inbox = inbox
        self._organisations = organisations
        self._new_id = new_id
        self._now = now
        self._notifier = notifier
        self._boot = last_boot
        self._booted = booted
        self._prepare = prepare
        self._lanes = Lanes()
        self._bridges: dict[str, str] = {}
        """Id of each of our bridges by its name."""
        self._making: dict[str, asyncio.Task[str]] = {}
        self._inside: dict[LegId, str] = {}
        """Name of the bridge in which we put a leg: the last one out stops a holding bridge's music (22.10, seen)."""
        self._names: dict[LegId, str] = {}
        """Channel name of living lines, for NOTIFY."""
        self._owner: dict[LegId, OrganisationId] = {}
        self._devices: dict[LegId, DeviceId] = {}
        self._device_owner: dict[DeviceId, OrganisationId] = {}
        self._asked_talk: set[DeviceId] = set()
        self._offline: dict[DeviceId, asyncio.TimerHandle] = {}
        self._backlog: list[bytes] | None = None
        """Events that arrive while the inventory is taken; None: it is done."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.up = False

    def start(self) -> None:
        """Listen to the exchange from now on."""
        self._transport.set_listener(self._on_event, self._on_up, self._on_down)

    def own_devices(self, owners: Mapping[DeviceId, OrganisationId]) -> None:
        """Which organisation each device belongs to; called again when that changes."""
        self._device_owner = dict(owners)

    async def look_again(self) -> None:
        """Ask anew what lives in the exchange: an organisation was rebuilt and waits for the answer."""
        if self._transport.connected:
            self._backlog = [] if self._backlog is None else self._backlog
            await self._reconcile()

    async def settle(self) -> None:
        """Wait until nothing is under way (for tests and for a clean stop)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        await self._lanes.settle()

    # --- up and down ---

    def _on_up(self) -> None:
        self._backlog = []
        self._spawn(self._reconcile())

    def _on_down(self) -> None:
        self._backlog = None
        if self.up:
            self.up = False
            for organisation in self._organisations():
                self._inbox(organisation, ExchangeLost())

    async def _reconcile(self) -> None:
        try:
            await self._request("PUT", f"applications/{APPLICATION}/eventFilter", body=_filter())
            await self._request(
                "POST", f"applications/{APPLICATION}/subscription", query={"eventSource": "endpoint:PJSIP"}
            )
            if self._prepare is not None:
                await self._prepare()
            inventory = await take_inventory(self._transport)
        except AriUnavailable:
            log.warning("exchange went away while it was asked what lives in it")
            return
        fresh = inventory.boot != self._boot
        self._boot = inventory.boot
        self._booted(inventory.boot)
        self._believe(inventory, fresh=fresh)
        backlog, self._backlog = self._backlog or [], None
        self.up = True
        for data in backlog:
            self._take(data)

    def _believe(self, inventory: Inventory, *, fresh: bool) -> None:
        self._bridges = dict(inventory.bridges)
        self._making.clear()
        self._inside = dict(inventory.inside)
        legs: dict[OrganisationId, dict[LegId, LegFound]] = {o: {} for o in self._organisations()}
        for organisation, found in inventory.legs:
            if organisation in legs:
                legs[organisation][found.leg] = found
                self._owner[found.leg] = organisation
                if found.device is not None:
                    self._devices[found.leg] = found.device
        self._names.update(inventory.names)
        for channel in inventory.unmarked:
            self._adopt_unmarked(channel, legs)
        living = {leg for found in legs.values() for leg in found}
        for name in inventory.bridges:
            parsed = BridgeName.parse(name)
            if parsed is not None and parsed.place is Place.LINE and LegId(parsed.subject) not in living:
                self._drop_bridge(parsed)
        for organisation, found_legs in legs.items():
            registered = frozenset(
                d for d in inventory.registered if self._device_owner.get(d) == organisation
            )
            self._inbox(organisation, ExchangeRestored(fresh=fresh, legs=found_legs, registered=registered))

    def _adopt_unmarked(
        self, channel: ari.Channel, legs: dict[OrganisationId, dict[LegId, LegFound]]
    ) -> None:
        """A caller who was claimed in the moment in which we died: read the route again."""
        route = self._router(
            Arrival(
                channel=channel.id,
                endpoint=translate.endpoint_of(channel.name),
                dialled=channel.dialplan.exten,
                number=channel.caller.number or None,
                name=channel.caller.name or None,
                announced_at=self._now(),
            )
        )
        leg = LegId(channel.id)
        if route is None or route.organisation not in legs:
            self._lanes.post([leg], lambda: self._delete(leg, {"reason_code": _Q850_UNALLOCATED}))
            return
        self._owner[leg] = route.organisation
        legs[route.organisation][leg] = LegFound(
            leg=leg,
            role=LegRole.CALLER,
            call=_call_id(leg),
            queue=route.queue,
            device=None,
            answered=channel.state == "Up",
            place=Place.NOWHERE,
            line=None,
            number=route.number,
            name=route.name,
            since=translate.instant(channel.creationtime),
        )
        self._mark_caller(leg, route)

    # --- events ---

    def _on_event(self, data: bytes) -> None:
        if self._backlog is not None:
            self._backlog.append(data)
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        event = ari.decode_event(data)
        match event:
            case ari.CallBroadcast():
                self._announced(event)
                return
            case ari.StasisStart(args=["line"], channel=channel):
                self._names[LegId(channel.id)] = channel.name
                self._ask_talk_package(LegId(channel.id))
            case ari.StasisStart():
                self._entered(event)
                return
            case ari.ChannelStateChange(channel=channel):
                self._names[LegId(channel.id)] = channel.name
                return
            case ari.EndpointStateChange(endpoint=endpoint):
                self._registration(endpoint.resource, online=endpoint.state == "online")
                return
            case ari.ApplicationReplaced():
                log.error("another program took over the exchange; this one stops acting")
                self._on_down()
                return
            case _:
                pass
        fact = translate.fact(event)
        if fact is None:
            return
        leg: LegId = fact.leg  # type: ignore[union-attr]  # every fact made from one event is about a leg
        owner = self._owner.get(leg)
        if owner is not None:
            self._inbox(owner, fact)
        if isinstance(event, ari.ChannelDestroyed):
            self._forget(leg, owner)

    def _forget(self, leg: LegId, owner: OrganisationId | None) -> None:
        self._owner.pop(leg, None)
        self._names.pop(leg, None)
        self._inside.pop(leg, None)
        if self._devices.pop(leg, None) is not None and owner is not None:
            self._drop_bridge(BridgeName(place=Place.LINE, organisation=owner, subject=leg))

    def _announced(self, event: ari.CallBroadcast) -> None:
        offered = translate.arrival(event)
        if self._now() - offered.announced_at > STALE_ANNOUNCEMENT_MS:
            return
        self._spawn(self._claim(offered))

    async def _claim(self, offered: Arrival) -> None:
        try:
            await self._request(
                "POST", "events/claim", query={"channelId": offered.channel, "application": APPLICATION}
            )
        except AriUnavailable:
            return

    def _entered(self, event: ari.StasisStart) -> None:
        """A claimed caller is in our hands."""
        channel = event.channel
        leg = LegId(channel.id)
        offered = Arrival(
            channel=channel.id,
            endpoint=translate.endpoint_of(channel.name),
            dialled=channel.dialplan.exten,
            number=channel.caller.number or None,
            name=channel.caller.name or None,
            announced_at=self._now(),
        )
        route = self._router(offered)
        if route is None:
            log.warning("a call for nobody was refused", extra={"endpoint": offered.endpoint})
            self._lanes.post([leg], lambda: self._delete(leg, {"reason_code": _Q850_UNALLOCATED}))
            return
        self._owner[leg] = route.organisation
        self._inbox(
            route.organisation,
            CallArrived(
                call=_call_id(leg),
                leg=leg,
                queue=route.queue,
                number=route.number,
                name=route.name,
                dialled=route.dialled,
            ),
        )
        self._mark_caller(leg, route)

    def _mark_caller(self, leg: LegId, route: Route) -> None:
        """Write on the leg whose it is, for the next of us (after the caller was placed: nobody waits for it)."""
        marks = {
            "CB_CALL": _call_id(leg),
            "CB_ORG": route.organisation,
            "CB_QUEUE": route.queue,
            "CB_ROLE": "caller",
        }
        for name, value in marks.items():
            self._lanes.post([leg], partial(self._mark, leg, name, value))

    async def _mark(self, leg: LegId, name: str, value: str) -> None:
        await self._quietly("POST", f"channels/{leg}/variable", query={"variable": name, "value": value})

    def _registration(self, endpoint: str, *, online: bool) -> None:
        device = translate.device_of_endpoint(endpoint)
        if device is None or device not in self._device_owner:
            return
        waiting = self._offline.pop(device, None)
        if waiting is not None:
            waiting.cancel()
        if online:
            self._inbox(self._device_owner[device], DeviceRegistered(device=device))
            return
        loop = asyncio.get_running_loop()
        self._offline[device] = loop.call_later(OFFLINE_SETTLE_MS / 1000, self._is_offline, device)

    def _is_offline(self, device: DeviceId) -> None:
        self._offline.pop(device, None)
        owner = self._device_owner.get(device)
        if owner is not None and self.up:
            self._inbox(owner, DeviceUnregistered(device=device))

    def _ask_talk_package(self, leg: LegId) -> None:
        """Once per device: does it answer on NOTIFY? Only an answered leg can be asked."""
        device = self._devices.get(leg)
        if device is None or device in self._asked_talk or self._notifier is None:
            return
        self._asked_talk.add(device)
        self._spawn(self._learn_talk_package(leg, device))

    async def _learn_talk_package(self, leg: LegId, device: DeviceId) -> None:
        query = {"variable": "PJSIP_RESPONSE_HEADER(read,Allow-Events)"}
        answer = await self._quietly("GET", f"channels/{leg}/variable", query=query)
        owner = self._device_owner.get(device)
        if answer is None or not answer.is_done or owner is None:
            return
        body = answer.json()
        value = body.get("value", "") if isinstance(body, dict) else ""
        if isinstance(value, str) and "talk" in [part.strip().lower() for part in value.split(",")]:
            self._inbox(owner, TalkPackageSeen(device=device))

    # --- commands ---

    def post(self, organisation: OrganisationId, commands: Sequence[Command]) -> None:
        """Have these done, in order where they concern the same leg. Never waits, never raises."""
        for command in commands:
            self._post(organisation, command)

    def _post(self, organisation: OrganisationId, command: Command) -> None:
        match command:
            case PlaceInQueue():
                self._lanes.post([command.leg], lambda: self._place(organisation, command))
            case RingDevice():
                self._owner[command.leg] = organisation
                self._devices[command.leg] = command.device
                self._lanes.post([command.leg], lambda: self._ring(organisation, command))
            case AnswerDevice(leg=leg):
                self._lanes.post([leg], lambda: self._notify_talk(leg))
            case CancelRinging(leg=leg, elsewhere=elsewhere):
                reason = {"reason_code": _Q850_ELSEWHERE} if elsewhere else {"reason": "normal"}
                self._lanes.post([leg], lambda: self._delete(leg, reason))
            case Join():
                self._lanes.post([command.line, command.party], lambda: self._join(organisation, command))
            case Hold():
                legs = [command.party] if command.line is None else [command.party, command.line]
                self._lanes.post(legs, lambda: self._hold(organisation, command))
            case HangUp(leg=leg):
                self._lanes.post([leg], lambda: self._delete(leg, {"reason": "normal"}))
            case PlayEndTone(line=line):
                self._lanes.post([line], lambda: self._tone(line))

    async def _place(self, organisation: OrganisationId, command: PlaceInQueue) -> None:
        if not command.answer:
            await self._quietly("POST", f"channels/{command.leg}/ring")
            return
        await self._quietly("POST", f"channels/{command.leg}/answer")
        name = BridgeName(place=Place.QUEUE, organisation=organisation, subject=command.queue)
        await self._add_to_music(name, command.leg)

    async def _ring(self, organisation: OrganisationId, command: RingDevice) -> None:
        answer = await self._quietly(
            "POST",
            "channels",
            query={
                "endpoint": f"PJSIP/{translate.endpoint_of_device(command.device)}",
                "app": APPLICATION,
                "appArgs": "line",
                "channelId": command.leg,
                "timeout": str(max(1, -(-command.ring_ms // 1000))),
            },
            body={"variables": translate.ring_variables(organisation, command)},
        )
        if answer is not None and not answer.is_done:
            log.info("a device cannot be rung", extra={"device": command.device, "status": answer.status})
            self._inbox(organisation, LegEnded(leg=command.leg, how=LegEnd.UNREACHABLE))
            self._forget(command.leg, None)

    async def _notify_talk(self, leg: LegId) -> None:
        name = self._names.get(leg)
        if name is not None and self._notifier is not None:
            await self._notifier.talk(name)

    async def _join(self, organisation: OrganisationId, command: Join) -> None:
        name = BridgeName(place=Place.LINE, organisation=organisation, subject=command.line)
        new = str(name) not in self._bridges
        # A caller who waited with ringing tone is answered only now; for others this changes nothing.
        if new:
            await self._quietly("POST", f"channels/{command.party}/answer")
        legs = f"{command.line},{command.party}" if new else command.party
        answer = await self._add(name, legs)
        self._inside[command.party] = str(name)
        if answer is not None and not answer.is_done:
            self._inbox(organisation, JoinFailed(line=command.line, party=command.party))

    async def _hold(self, organisation: OrganisationId, command: Hold) -> None:
        name = BridgeName(place=Place.HOLD, organisation=organisation, subject="")
        answer = await self._add_to_music(name, command.party)
        if answer is not None and not answer.is_done:
            self._inbox(organisation, HoldFailed(party=command.party))

    async def _add_to_music(self, name: BridgeName, leg: LegId) -> AriResponse | None:
        """Put a leg where the music is; the first one in starts it."""
        key = str(name)
        first = key not in self._inside.values()
        self._inside[leg] = key
        answer = await self._add(name, leg)
        if first and (bridge := self._bridges.get(key)) is not None:
            await self._quietly("POST", f"bridges/{bridge}/moh")
        return answer

    async def _tone(self, line: LegId) -> None:
        await self._quietly("POST", f"channels/{line}/play", query={"media": END_TONE})

    async def _delete(self, leg: LegId, reason: dict[str, str]) -> None:
        await self._quietly("DELETE", f"channels/{leg}", query=reason)

    async def _add(self, name: BridgeName, legs: str) -> AriResponse | None:
        """Put legs in the bridge of this name; makes the bridge when it is not there (any more)."""
        try:
            bridge = await self._bridge(name)
        except AriUnavailable:
            return None
        answer = await self._quietly("POST", f"bridges/{bridge}/addChannel", query={"channel": legs})
        if answer is not None and answer.status == 404 and self._bridges.get(str(name)) == bridge:
            del self._bridges[str(name)]
            try:
                bridge = await self._bridge(name)
            except AriUnavailable:
                return None
            answer = await self._quietly("POST", f"bridges/{bridge}/addChannel", query={"channel": legs})
        return answer

    async def _bridge(self, name: BridgeName) -> str:
        key = str(name)
        known = self._bridges.get(key)
        if known is not None:
            return known
        making = self._making.get(key)
        if making is None:
            making = asyncio.get_running_loop().create_task(self._make_bridge(name))
            self._making[key] = making
        try:
            return await asyncio.shield(making)
        finally:
            if self._making.get(key) is making and making.done():
                del self._making[key]

    async def _make_bridge(self, name: BridgeName) -> str:
        bridge = self._new_id()
        # Without dtmf_events Asterisk would join two plain legs so closely that no key press is reported.
        kind = "mixing,dtmf_events" if name.place is Place.LINE else "holding"
        await self._request("POST", "bridges", query={"type": kind, "bridgeId": bridge, "name": str(name)})
        self._bridges[str(name)] = bridge
        return bridge

    def _drop_bridge(self, name: BridgeName) -> None:
        bridge = self._bridges.pop(str(name), None)
        if bridge is not None:
            self._spawn(self._destroy(bridge))

    async def _destroy(self, bridge: str) -> None:
        await self._quietly("DELETE", f"bridges/{bridge}")

    # --- the wire ---

    async def _request(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        return await self._transport.request(method, uri, query=query, body=body)

    async def _quietly(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse | None:
        """None: the exchange is away; the inventory at its return puts right what this would have done."""
        try:
            return await self._transport.request(method, uri, query=query, body=body)
        except AriUnavailable:
            return None

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.error("a job with the exchange crashed", exc_info=problem)


def _call_id(leg: LegId) -> CallId:
    """A call is named after its caller's leg, so that a crash cannot separate the two."""
    return CallId(f"c-{leg}")


def _filter() -> dict[str, object]:
    # A list of what is allowed would also hold back the answers to our own commands (22.10, seen).
    return {"disallowed": [{"type": kind} for kind in translate.EVENTS_UNWANTED]}
