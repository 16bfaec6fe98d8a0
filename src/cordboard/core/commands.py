"""What the core wants the exchange to do. Posted in order per call; results come back as events."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.core.types import CallId, DeviceId, LegId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInQueue:
    """Let this caller wait with the queue's music."""

    leg: LegId
    call: CallId
    queue: QueueId
    answer: bool
    """Answer the caller first (D25); False: the caller goes on hearing the ringing tone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingDevice:
    """Call an agent's telephone."""

    leg: LegId
    device: DeviceId
    call: CallId
    queue: QueueId | None
    queue_name: str | None
    number: str | None
    name: str | None
    urgent: bool
    at_once: bool
    """The agent has clicked already: the phone is asked to answer without ringing."""
    ring_ms: int
    """The exchange gives up by itself after this, should we be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDevice:
    """Make the ringing telephone answer (NOTIFY talk)."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRinging:
    """Stop calling a telephone that has not answered."""

    leg: LegId
    elsewhere: bool
    """A colleague took the call: the phone must not list it as missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Let the agent on this line and this party hear each other."""

    line: LegId
    party: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Take this party off the agent's line and give it music."""

    party: LegId
    line: LegId | None
    """The line it leaves; shown "on hold" there. None: it is on no line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End this leg."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEndTone:
    """A short tone on an agent's line that stays open: this caller is gone, others are on hold (D27)."""

    line: LegId


Command = PlaceInQueue | RingDevice | AnswerDevice | CancelRinging | Join | Hold | HangUp | PlayEndTone
