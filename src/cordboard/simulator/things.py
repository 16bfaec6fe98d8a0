"""What lives in the exchange: channels, bridges, endpoints and playbacks, and how ARI shows each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from cordboard.simulator.clock import Timer
from cordboard.simulator.words import BridgeKind, ChannelState, JsonObject, ari_time


@dataclass(slots=True)
class Who:
    """A name and a number, either of which may be empty."""

    name: str = ""
    number: str = ""

    def json(self) -> JsonObject:
        """As ARI shows it."""
        return {"name": self.name, "number": self.number}


class Person(Protocol):
    """Whoever holds the other end of a channel; told what its telephone would do."""

    label: str

    def told_of_call(self, channel: Channel) -> None:
        """An INVITE arrived."""

    def told_ringing(self, channel: Channel) -> None:
        """The far end rings (180)."""

    def told_answered(self, channel: Channel) -> None:
        """The far end answered (200)."""

    def told_key(self, channel: Channel, digit: str) -> None:
        """A key that somebody at the other side pressed."""

    def told_ended(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """It is over: CANCEL, BYE or a refusal."""

    def told_event(self, channel: Channel, event: str) -> bool:
        """A NOTIFY in the call (`talk` or `hold`); False when this telephone knows no such thing."""

    def events_known(self) -> str | None:
        """Its Allow-Events header; None when it sends none."""


@dataclass(slots=True, eq=False)
class Channel:
    """One party's connection; Cordboard calls it a leg."""

    id: str
    name: str
    protocol_id: str
    endpoint: str
    """Without the technology: `d-1`."""
    state: ChannelState
    created_ms: int
    person: Person | None
    caller: Who
    context: str
    exten: str
    priority: int
    app_name: str
    app_data: str
    is_outgoing: bool
    """The exchange called this party."""
    at: Endpoint
    """The telephone, trunk or wire that it belongs to."""
    far: Channel | None = None
    """Of a piece of wire: its other half, once there is one."""
    connected: Who = field(default_factory=Who)
    language: str = "en"
    variables: dict[str, str] = field(default_factory=dict)
    application: str | None = None
    """The Stasis application that has it; None while it is not in Stasis."""
    wanted_by: str | None = None
    """The application that a call of ours goes to once it is answered."""
    args: list[str] = field(default_factory=list)
    bridge: str | None = None
    is_held_by_party: bool = False
    """Its own telephone put it on hold."""
    has_music: bool = False
    """Music for it alone: POST channels/{id}/moh or hold."""
    is_ringing_tone: bool = False
    """POST channels/{id}/ring."""
    is_deaf_to_answers: bool = False
    """Its transfer key was told, and an answer to it would end the exchange: the REFER is not done with yet."""
    recording: Recording | None = None
    """What is being recorded of it alone."""
    playbacks: list[Playback] = field(default_factory=list)
    """The first one is heard, the others wait."""
    ending: int | None = None
    """The cause with which it is about to end; None while it lives."""
    is_gone: bool = False
    was_dialled: bool = False
    """A call of ours has left for the telephone."""
    timeout: Timer | None = None
    on_up: Callable[[], None] | None = None
    """What the dialplan does when it is answered outside of any application."""
    on_end: Callable[[], None] | None = None

    @property
    def is_up(self) -> bool:
        """It was answered."""
        return self.state is ChannelState.UP

    def json(self, channelvars: Iterable[str]) -> JsonObject:
        """As ARI shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state.value,
            "protocol_id": self.protocol_id,
            "caller": self.caller.json(),
            "connected": self.connected.json(),
            "accountcode": "",
            "dialplan": {
                "context": self.context,
                "exten": self.exten,
                "priority": self.priority,
                "app_name": self.app_name,
                "app_data": self.app_data,
            },
            "creationtime": ari_time(self.created_ms),
            "language": self.language,
            "channelvars": {name: self.variables.get(name, "") for name in channelvars},
        }


@dataclass(slots=True, eq=False)
class Bridge:
    """A place where channels meet, or wait."""

    id: str
    kind: BridgeKind
    name: str
    created_ms: int
    channels: list[str] = field(default_factory=list)
    """The newest first, as Asterisk lists them."""
    has_music: bool = False

    @property
    def is_holding(self) -> bool:
        """Channels wait in it."""
        return self.kind is BridgeKind.HOLDING

    def json(self) -> JsonObject:
        """As ARI shows it."""
        return {
            "id": self.id,
            "technology": "holding_bridge" if self.is_holding else "simple_bridge",
            "bridge_type": "holding" if self.is_holding else "mixing",
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": self.name,
            "channels": list(self.channels),
            "creationtime": ari_time(self.created_ms),
            "video_mode": "talker",
        }


@dataclass(slots=True, eq=False)
class Endpoint:
    """A telephone or trunk as the exchange knows it."""

    name: str
    context: str
    shown_as: Who
    is_trunk: bool = False
    is_busy_at_one: bool = False
    """`device_state_busy_at=1`: any call makes it BUSY."""
    person: Person | None = None
    """Who answers at its contact; None for a trunk."""
    has_contact: bool = False
    is_reachable: bool = False
    contact_uri: str = ""
    channels: list[str] = field(default_factory=list)
    device_state: str = "UNAVAILABLE"
    seems_away: bool = False
    """A trunk that left a question unanswered: not dialled by its name, though by its address."""
    is_wire: bool = False
    """No endpoint at all: what Local channels belong to. Nobody can subscribe to it."""

    @property
    def state(self) -> str:
        """ARI's word for whether it can be reached."""
        return (
            "online"
            if self.is_trunk or self.is_wire or (self.has_contact and self.is_reachable)
            else "offline"
        )

    def json(self) -> JsonObject:
        """As ARI shows it."""
        return {
            "technology": "PJSIP",
            "resource": self.name,
            "state": self.state,
            "channel_ids": list(self.channels),
        }

    def contact(self, status: str) -> JsonObject:
        """Its registration, as ARI shows it."""
        return {
            "uri": self.contact_uri,
            "contact_status": status,
            "aor": self.name,
            "roundtrip_usec": "440" if status == "Reachable" else "0",
        }


@dataclass(slots=True, eq=False)
class Recording:
    """A message that somebody leaves."""

    name: str
    channel: str
    began_ms: int
    state: str = "queued"
    silence_ms: int = 0
    """At its end; Asterisk leaves it out of the file."""
    duration_ms: int = 0
    timer: Timer | None = None

    def json(self) -> JsonObject:
        """As ARI shows it."""
        shown: JsonObject = {
            "name": self.name,
            "format": "wav",
            "state": self.state,
            "target_uri": f"channel:{self.channel}",
        }
        if self.state == "done":
            # Rounded up, and never less than one, however little was said.
            talking_s = max(1, -(-self.duration_ms // 1000))
            shown |= {"duration": talking_s, "talking_duration": talking_s, "silence_duration": 0}
        elif self.state == "failed":
            shown["cause"] = "Cannot record channel while in bridge"
        return shown


@dataclass(slots=True, eq=False)
class Playback:
    """A sound that is, or will be, played to one channel."""

    id: str
    media: str
    channel: str
    length_ms: int | None
    """None: until it is stopped."""
    state: str = "queued"
    timer: Timer | None = None

    def json(self) -> JsonObject:
        """As ARI shows it."""
        return {
            "id": self.id,
            "media_uri": self.media,
            "target_uri": f"channel:{self.channel}",
            "language": "en",
            "state": self.state,
        }
