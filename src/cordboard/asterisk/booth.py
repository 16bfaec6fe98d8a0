"""A telephone that is rung so that an announcement can be spoken into it: an ARI application of its own.

Its legs are nobody's calls, so the one that decides about calls does not see them. A leg that a server before this one
left behind is hung up as soon as the exchange has connected; with no server at all it ends by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import msgspec

from cordboard.app.administration.take import TAKE_MS_MAX, Prompt
from cordboard.app.jobs import Jobs
from cordboard.asterisk import messages as ari
from cordboard.asterisk import operations, translate
from cordboard.asterisk.lanes import Lanes
from cordboard.asterisk.provision import DESK_FORMATS
from cordboard.asterisk.settings import STUDIO_APPLICATION, event_filter
from cordboard.asterisk.speaking import Speaking
from cordboard.asterisk.transport import AriTransport
from cordboard.asterisk.wire import Wire
from cordboard.core.events import AnnouncementEnded, Event, LegEnd, LegEnded, MessageRecorded
from cordboard.core.types import DeviceId, LegId

log = logging.getLogger(__name__)

PREFIX = "cb-take-"
"""Names of its legs and of their recordings begin so."""
RING_S = 30
SHOWN = "Cordboard"
"""What the telephone's display says."""


class AsteriskBooth:
    """The port `Booth`."""

    def __init__(self, link: AriTransport, *, new_id: Callable[[], str]) -> None:
        """`link`: application `cordboard-studio`'s connection."""
        self._link = link
        self._wire = Wire(link)
        self._speaking = Speaking(self._wire, new_id, lambda _organisation, _phrases, _language: [])
        self._new_id = new_id
        self.lanes = Lanes()
        self._jobs = Jobs()
        self._legs: set[LegId] = set()
        self._rung: set[LegId] = set()
        """Those of them of which the exchange has said that it rings them."""
        self._told: Callable[[Event], None] = lambda _event: None

    def start(self, told: Callable[[Event], None]) -> None:
        """Listen to the exchange from now on."""
        self._told = told
        self._link.set_listener(self._on_event, self._on_up, lambda: None)

    def new_leg(self) -> LegId:
        """A name that was never used before."""
        return LegId(f"{PREFIX}{self._new_id()}")

    # --- what it is asked ---

    @property
    def connected(self) -> bool:
        """See `Booth`."""
        return self._link.connected

    def ring(self, leg: LegId, device: DeviceId) -> None:
        """See `Booth`."""
        self._legs.add(leg)
        self.lanes.post([leg], partial(self._ring, leg, device))

    def say(self, leg: LegId, language: str, prompt: Prompt, recording: str | None = None) -> None:
        """See `Booth`."""
        media = [f"sound:cordboard/{language}/{prompt.value}"]
        if recording is not None:
            media.insert(0, f"recording:{recording}")
        self.lanes.post([leg], partial(self._say, leg, media, self._speaking.will_say(leg)))

    def record(self, leg: LegId, name: str, ms_max: int) -> None:
        """See `Booth`."""
        self.lanes.post([leg], partial(self._record, leg, name, ms_max))

    def hang_up(self, leg: LegId) -> None:
        """See `Booth`."""
        self.lanes.post([leg], partial(self._hang_up, leg))

    async def _ring(self, leg: LegId, device: DeviceId) -> None:
        answer = await self._wire.ask(
            "POST",
            "channels",
            query={
                "endpoint": f"PJSIP/{translate.endpoint_of_device(device)}",
                "app": STUDIO_APPLICATION,
                "appArgs": "line",
                "channelId": leg,
                "timeout": str(RING_S),
                "formats": DESK_FORMATS,
            },
            body={
                "variables": {
                    "CONNECTEDLINE(all,i)": f'"{SHOWN}" <anonymous>',
                    # With nobody left to hang it up the exchange does, so much later than we would have.
                    "TIMEOUT(absolute)": str(TAKE_MS_MAX // 1000 + 60),
                }
            },
        )
        if answer is not None and answer.is_done:
            self._rung.add(leg)
            return
        # It may ring all the same if nobody answered: what is found at the next connect is hung up.
        self._over(leg, LegEnd.UNREACHABLE)

    async def _say(self, leg: LegId, media: list[str], sound: str) -> None:
        if not await self._speaking.play(leg, media, sound) and self._speaking.is_said(leg, sound):
            self._tell(AnnouncementEnded(leg=leg))

    async def _record(self, leg: LegId, name: str, ms_max: int) -> None:
        await self._speaking.hush(leg)
        if not await self._speaking.record(leg, name, ms_max, ends_by="#"):
            self._tell(MessageRecorded(leg=leg, name=name, ms=0))

    async def _hang_up(self, leg: LegId) -> None:
        answer = await self._wire.ask("DELETE", f"channels/{leg}")
        if answer is None or not answer.is_done:
            # Gone already, its end told to an earlier connection; or away: what lives at the next one is hung up.
            self._over(leg, LegEnd.HUNG_UP)

    # --- what the exchange tells ---

    def _on_event(self, data: bytes) -> None:
        try:
            event = ari.decode_event(data)
        except msgspec.MsgspecError:
            log.exception("the exchange sent an event that cannot be read")
            return
        if isinstance(event, ari.StasisEnd):
            # Its end says why, and comes after that of what was recorded on it.
            return
        if isinstance(event, ari.PlaybackFinished):
            leg = LegId(event.playback.target_uri.removeprefix("channel:"))
            if not self._speaking.is_said(leg, event.playback.id):
                return
            self._speaking.is_over(leg, event.playback.id)
        fact = translate.fact(event)
        if isinstance(fact, LegEnded):
            self._over(fact.leg, fact.how)
        elif fact is not None:
            self._tell(fact)

    def _over(self, leg: LegId, how: LegEnd) -> None:
        if leg in self._legs:
            self._legs.discard(leg)
            self._rung.discard(leg)
            self._speaking.forget(leg)
            self._told(LegEnded(leg=leg, how=how))

    def _tell(self, fact: Event) -> None:
        if getattr(fact, "leg", None) in self._legs:
            self._told(fact)

    def _on_up(self) -> None:
        self._jobs.spawn(self._reconcile())

    async def _reconcile(self) -> None:
        """Compare with what lives in the exchange: ours that have gone, and those of a server before this one."""
        rung = set(self._rung)
        await self._wire.ask("PUT", f"applications/{STUDIO_APPLICATION}/eventFilter", body=event_filter())
        command = operations.channels_list()
        answer = await self._wire.ask(command.method, command.uri)
        if answer is None or not answer.is_done:
            log.warning("the exchange does not say which telephones record")
            return
        channels = msgspec.json.decode(answer.body, type=list[ari.Channel])
        living = {LegId(one.id) for one in channels if one.id.startswith(PREFIX)}
        for leg in sorted(rung - living):
            self._over(leg, LegEnd.LOST)
        for leg in sorted(living - self._legs):
            await self._wire.ask("DELETE", f"channels/{leg}")
