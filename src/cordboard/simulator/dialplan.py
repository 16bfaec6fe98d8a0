"""What the exchange does by itself with a call that comes in: announce it, try again, fall back, hang up.

The same steps as the generated extensions.conf: StasisBroadcast five times 0.8 s with ringing in between, then the
number's fallback group, StasisBroadcast once more, and then a sentence; what became of a call that nobody claimed is
written into astdb. A phone's own call gets one try and then a tone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from cordboard.simulator.calls import Calls
from cordboard.simulator.clock import Timer
from cordboard.simulator.registry import CHANNEL_VARIABLES, Registry
from cordboard.simulator.things import Bridge, Channel, Who
from cordboard.simulator.words import ANSWERED_ELSEWHERE, INTERWORKING, NORMAL_CLEARING, BridgeKind

BROADCAST_MS = 800
TRIES = 5
CLOSED_MS = 3_000
"""The sentence that callers hear when nobody takes them."""
FALLBACK_RING_MS = 40_000
FALLBACK_FAMILY = "cordboard-fallback"
"""astdb: called number -> `PJSIP/d-1&PJSIP/d-2`, written by Cordboard through the management socket."""
FALLBACK_OF_FAMILY = "cordboard-fallback-of"
"""astdb: endpoint of an organisation's own trunk -> what the called number has before it there."""
ALONE_FAMILY = "cordboard-alone"
"""astdb: `<channel>/begun`, `/answered` and `/ended` of each call that was handled here alone."""
BY_ITSELF = "dialplan/builtin"
"""Who has hung up when it was the dialplan."""
CONGESTION_MS = 5_000
HANDOVER_MS = 1
"""From the claim until StasisStart."""


@dataclass(slots=True)
class _Offer:
    """A call that applications may claim."""

    channel: Channel
    args: list[str]
    tries: int
    tries_left: int
    began_ms: int
    is_open: bool = True
    claimed_by: str | None = None
    has_given_up: bool = False
    """The caller hung up; the channel stays until the broadcast is over (seen on 22.10.1)."""
    has_rung: bool = False
    """Nobody of the fallback group answered."""
    timer: Timer | None = None
    legs: list[Channel] = field(default_factory=list)
    """The telephones of the fallback group that ring, or the one that answered."""
    bridge: str | None = None
    """Where caller and fallback group talk."""
    ended_by: str | None = None
    """Who hung up; None: the caller."""


class Dialplan:
    """The offers of one exchange."""

    def __init__(self, registry: Registry, calls: Calls) -> None:
        self._registry = registry
        self._calls = calls
        self._offers: dict[str, _Offer] = {}

    def forget(self) -> None:
        """The exchange died."""
        self._offers.clear()

    def arrive(self, channel: Channel) -> None:
        """A call comes in from a trunk (`inbound`) or from one of our own telephones (`phones`)."""
        inbound = channel.context != "phones"
        word = "did" if inbound else "out"
        if inbound:
            channel.variables["CB_DID"] = channel.exten
        else:
            channel.variables["PJSIP_TRANSFER_HANDLING()"] = "ari-only"
        channel.priority = 5 if inbound else 1
        channel.app_name = "StasisBroadcast"
        channel.app_data = f"{BROADCAST_MS},^cordboard$,{word}:{channel.exten}:{channel.endpoint}"
        tries = TRIES if inbound else 1
        offer = _Offer(channel, [word, channel.exten, channel.endpoint], tries, tries, self._now)
        self._offers[channel.id] = offer
        self._broadcast(offer)

    def _broadcast(self, offer: _Offer) -> None:
        offer.tries_left -= 1
        offer.is_open = True
        channel = offer.channel
        self._registry.tell(
            "cordboard",
            "CallBroadcast",
            channel=channel.json(CHANNEL_VARIABLES),
            caller=channel.caller.number,
            called=channel.exten,
        )
        offer.timer = self._registry.clock.call_in(BROADCAST_MS, lambda: self._not_claimed(offer))

    def _not_claimed(self, offer: _Offer) -> None:
        channel = offer.channel
        offer.is_open = False
        if channel.id not in self._registry.channels or offer.claimed_by is not None:
            return
        if offer.has_given_up:
            if offer.tries_left < offer.tries - 1 and not offer.has_rung:
                # Who gives up in the first try may still be somebody's to claim.
                self._write_begun(offer, 0)
                self._write_ended(offer)
            self._over(offer, INTERWORKING, 487)
        elif offer.tries_left:
            if channel.person is not None:
                channel.person.told_ringing(channel)
            self._broadcast(offer)
        elif offer.has_rung:
            self._closed(offer)
        elif channel.context == "phones":
            self._registry.soon(CONGESTION_MS, lambda: self._over(offer, NORMAL_CLEARING, None))
        else:
            self._fall_back(offer)

    # -- without Cordboard -----------------------------------------------------------------------------------------

    def _fall_back(self, offer: _Offer) -> None:
        """Ring the number's fallback group, all at once; the first who answers has the caller."""
        self._write_begun(offer, self._now)
        beginning = self._registry.database.get((FALLBACK_OF_FAMILY, offer.channel.endpoint), "")
        family = self._registry.database.get((FALLBACK_FAMILY, beginning + offer.channel.exten), "")
        names = [name.removeprefix("PJSIP/") for name in family.split("&") if name]
        endpoints = [self._registry.endpoints[name] for name in names if name in self._registry.endpoints]
        offer.legs = [
            self._calls.go_out(endpoint, self._registry.new_token(), "", [])
            for endpoint in endpoints
            if endpoint.has_contact and endpoint.person is not None
        ]
        offer.channel.on_end = lambda: self._caller_of_fallback_ended(offer)
        for leg in offer.legs:
            leg.on_up = partial(self._fallback_answered, offer, leg)
            leg.on_end = partial(self._fallback_ended, offer, leg)
            leg.connected = Who(offer.channel.caller.name, offer.channel.caller.number)
            self._calls.dial(leg, FALLBACK_RING_MS)
        if not names:
            self._closed(offer)
        elif not offer.legs:
            self._ask_once_more(offer)

    def _ask_once_more(self, offer: _Offer) -> None:
        offer.has_rung, offer.tries_left = True, 1
        self._broadcast(offer)

    def _fallback_answered(self, offer: _Offer, leg: Channel) -> None:
        others, offer.legs = offer.legs, [leg]
        for other in others:
            if other is not leg:
                self._calls.hang_up(other, ANSWERED_ELSEWHERE)
        self._write(offer, "answered", f"{self._now} {leg.endpoint}")
        self._calls.answer(offer.channel)
        bridge = Bridge(self._registry.new_token(), BridgeKind.MIXING, "", self._registry.clock.now())
        bridge.channels = [leg.id, offer.channel.id]
        self._registry.bridges[bridge.id] = bridge
        leg.bridge = offer.channel.bridge = offer.bridge = bridge.id

    def _fallback_ended(self, offer: _Offer, leg: Channel) -> None:
        if leg not in offer.legs:
            return
        offer.legs.remove(leg)
        if offer.channel.is_gone or offer.legs:
            return
        if leg.is_up:
            offer.ended_by = leg.name
            self._over(offer, NORMAL_CLEARING, None)
        else:
            self._ask_once_more(offer)

    def _caller_of_fallback_ended(self, offer: _Offer) -> None:
        self._write_ended(offer)
        self._registry.bridges.pop(offer.bridge or "", None)
        for leg in offer.legs:
            if not leg.is_gone:
                self._calls.hang_up(leg, NORMAL_CLEARING)

    def _closed(self, offer: _Offer) -> None:
        """Nobody can take the call: a sentence, and the end."""
        self._calls.answer(offer.channel)
        self._registry.soon(CLOSED_MS, lambda: self._said(offer))

    def _said(self, offer: _Offer) -> None:
        if not offer.channel.is_gone:
            offer.ended_by = BY_ITSELF
            self._over(offer, NORMAL_CLEARING, None)

    @property
    def _now(self) -> int:
        return self._registry.clock.now()

    def _write_begun(self, offer: _Offer, rang_ms: int) -> None:
        channel = offer.channel
        number, name = (quote(f"n{text}", safe="") for text in (channel.caller.number, channel.caller.name))
        said = f"{offer.began_ms} {rang_ms} {channel.exten} {channel.endpoint} {number} {name}"
        self._write(offer, "begun", said)

    def _write_ended(self, offer: _Offer) -> None:
        self._write(offer, "ended", f"{self._now} {offer.ended_by or offer.channel.name}")

    def _write(self, offer: _Offer, kind: str, said: str) -> None:
        self._registry.database[ALONE_FAMILY, f"{offer.channel.id}/{kind}"] = said

    def _over(self, offer: _Offer, cause: int, tech_cause: int | None) -> None:
        self._offers.pop(offer.channel.id, None)
        self._calls.end(offer.channel, cause, tech_cause)

    def claim(self, channel_id: str, application: str) -> tuple[int, str]:
        """An application takes a call: the HTTP status and its message ("" when it may have it)."""
        offer = self._offers.get(channel_id)
        if offer is None or channel_id not in self._registry.channels:
            return 404, "Channel not found or not in broadcast state"
        if offer.claimed_by is not None:
            return 409, "Channel has already been claimed by another application"
        if not offer.is_open:
            return 404, "Channel not found or not in broadcast state"
        offer.claimed_by = application
        # The end of who is taken is not ours to write down.
        offer.channel.on_end = None
        if offer.timer is not None:
            offer.timer.cancel()
        self._registry.soon(HANDOVER_MS, lambda: self._hand_over(offer, application))
        return 204, ""

    def _hand_over(self, offer: _Offer, application: str) -> None:
        channel = offer.channel
        if channel.is_gone:
            return
        self._calls.enter_stasis(channel, application, offer.args)
        if offer.has_given_up:
            self._over(offer, INTERWORKING, 487)

    def give_up(self, channel: Channel) -> None:
        """The caller hangs up, wherever the call is."""
        offer = self._offers.get(channel.id)
        if offer is not None and offer.is_open and offer.claimed_by is None:
            offer.has_given_up = True
        else:
            self._calls.party_hangs_up(channel)

    def go_on(self, channel: Channel) -> None:
        """An application gave the call back: our dialplan has nothing more to do with it."""
        self._calls.leave_stasis(channel)
        offer = self._offers.get(channel.id)
        if offer is not None:
            self._over(offer, NORMAL_CLEARING, None)
        else:
            self._calls.end(channel, NORMAL_CLEARING, None)
