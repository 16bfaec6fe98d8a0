"""Who hears whom, or what: the proof of sound in a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Channel


class Sound(Enum):
    """What reaches one ear."""

    NOTHING = "nothing"
    """There is no call."""
    SILENCE = "silence"
    RINGING = "ringing"
    MUSIC = "music"
    PLAYBACK = "playback"
    """A prompt or a tone."""
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody hears now."""

    sound: Sound
    people: frozenset[str] = frozenset()
    """With Sound.PEOPLE: the labels of those who can be heard."""
    media: str = ""
    """With Sound.PLAYBACK: what is played."""


def heard_on(registry: Registry, channel: Channel | None) -> Heard:
    """What is heard at the far end of a channel."""
    if channel is None or channel.is_gone:
        return Heard(Sound.NOTHING)
    if channel.playbacks:
        return Heard(Sound.PLAYBACK, media=channel.playbacks[0].media)
    if not channel.is_up:
        # One who calls hears it ring; one who is called hears nothing of the call yet.
        return Heard(Sound.NOTHING if channel.is_outgoing else Sound.RINGING)
    if channel.is_held_by_party:
        return Heard(Sound.SILENCE)
    bridge = registry.bridges.get(channel.bridge or "")
    if bridge is not None and bridge.is_holding:
        # Music comes from the bridge's own command; without it a holding bridge is silent.
        return Heard(Sound.MUSIC if bridge.has_music else Sound.SILENCE)
    if bridge is not None:
        others = [registry.channels[id_] for id_ in bridge.channels if id_ != channel.id]
        speaking = [other for other in others if other.is_up and not other.is_held_by_party]
        if speaking:
            return Heard(Sound.PEOPLE, frozenset(_label(other) for other in speaking))
        if any(other.is_held_by_party for other in others):
            return Heard(Sound.MUSIC)
    if channel.is_ringing_tone:
        return Heard(Sound.RINGING)
    return Heard(Sound.MUSIC if channel.has_music else Sound.SILENCE)


def _label(channel: Channel) -> str:
    return channel.person.label if channel.person is not None else channel.name
