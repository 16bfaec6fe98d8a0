"""Who hears whom, or what: the proof of sound in a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Channel
from cordboard.simulator.words import ChannelState


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
    if channel.playbacks and channel.playbacks[0].media.startswith("tone:ring"):
        return Heard(Sound.RINGING)
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
        heard = _from(registry, [registry.channels[id_] for id_ in bridge.channels if id_ != channel.id])
        if heard is not None:
            return heard
    if channel.is_ringing_tone:
        return Heard(Sound.RINGING)
    return Heard(Sound.MUSIC if channel.has_music else Sound.SILENCE)


def _from(registry: Registry, others: list[Channel]) -> Heard | None:
    """What comes from these; None: nothing."""
    people: set[str] = set()
    sounds: list[Heard] = []
    for other in others:
        if other.far is not None:
            # A wire brings what its other half hears.
            far = _through(registry, other.far)
            people |= far.people
            sounds.append(far)
        elif other.is_up and not other.is_held_by_party:
            people.add(_label(other))
        elif other.is_held_by_party:
            sounds.append(Heard(Sound.MUSIC))
        elif other.is_outgoing and other.state is ChannelState.RINGING:
            sounds.append(Heard(Sound.RINGING))
    if people:
        return Heard(Sound.PEOPLE, frozenset(people))
    return next((heard for heard in sounds if heard.sound is not Sound.SILENCE), None)


def _through(registry: Registry, half: Channel) -> Heard:
    if not half.is_up and not half.is_ringing_tone and not half.is_outgoing:
        return Heard(Sound.SILENCE)
    if half.is_outgoing and not half.is_up:
        return Heard(Sound.SILENCE)
    return heard_on(registry, half)


def _label(channel: Channel) -> str:
    return channel.person.label if channel.person is not None else channel.name
