"""The simplest exchange that could work: it does what the core commands at once and tells what came of it.

It knows nothing of queues and agents; it keeps legs, whom each caller hears, and which devices are registered.
The simulator (`cordboard.simulator`) is the faithful one; this one keeps the tests of the core quick and clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

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
    Event,
    JoinFailed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegFound,
    LegRole,
    Place,
)
from cordboard.core.types import CallId, DeviceId, Instant, LegId, QueueId


class Phone(Enum):
    """Where an agent's leg is."""

    RINGING = "ringing"
    UP = "up"


@dataclass(slots=True)
class Line:
    """The leg of a device."""

    device: DeviceId
    call: CallId
    at_once: bool
    elsewhere: bool = False
    state: Phone = Phone.RINGING


@dataclass(slots=True)
class Caller:
    """The leg of a caller, and what it hears."""

    call: CallId
    since: Instant
    queue: QueueId | None = None
    place: Place = Place.NOWHERE
    line: LegId | None = None
    answered: bool = False


@dataclass(slots=True)
class PretendExchange:
    """Legs and where they stand."""

    lines: dict[LegId, Line] = field(default_factory=dict)
    callers: dict[LegId, Caller] = field(default_factory=dict)
    registered: set[DeviceId] = field(default_factory=set)
    answer_at_once: set[DeviceId] = field(default_factory=set)
    """Devices that answer by themselves when asked at the start of a call."""
    obey_talk: set[DeviceId] = field(default_factory=set)
    """Devices that answer when they are told to while they ring."""
    tones: list[LegId] = field(default_factory=list)
    cancelled: list[CancelRinging] = field(default_factory=list)

    def do(self, command: Command) -> Iterator[Event]:
        """Carry it out; what came of it follows as events."""
        match command:
            case PlaceInQueue(leg=leg, queue=queue, answer=answer):
                if (caller := self.callers.get(leg)) is not None:
                    caller.place, caller.line, caller.queue = Place.QUEUE, None, queue
                    caller.answered = caller.answered or answer
            case RingDevice():
                yield from self._ring(command)
            case AnswerDevice(leg=leg):
                line = self.lines.get(leg)
                if line is not None and line.device in self.obey_talk and line.state is Phone.RINGING:
                    yield from self.lift(leg)
            case CancelRinging(leg=leg):
                self.cancelled.append(command)
                yield from self.end(leg, LegEnd.NO_ANSWER)
            case Join(line=line_leg, party=party):
                yield from self._join(line_leg, party)
            case Hold(party=party):
                if (caller := self.callers.get(party)) is not None:
                    caller.place, caller.line = Place.HOLD, None
            case HangUp(leg=leg):
                yield from self.end(leg, LegEnd.HUNG_UP)
            case PlayEndTone(line=leg):
                self.tones.append(leg)

    def _ring(self, command: RingDevice) -> Iterator[Event]:
        if command.device not in self.registered:
            yield LegEnded(leg=command.leg, how=LegEnd.UNREACHABLE)
            return
        busy = [line for line in self.lines.values() if line.device == command.device]
        assert not busy, f"{command.device} is rung on a second leg"
        self.lines[command.leg] = Line(command.device, command.call, command.at_once)
        if command.at_once and command.device in self.answer_at_once:
            yield from self.lift(command.leg)

    def _join(self, line_leg: LegId, party: LegId) -> Iterator[Event]:
        line, caller = self.lines.get(line_leg), self.callers.get(party)
        if line is None or caller is None:
            yield JoinFailed(line=line_leg, party=party)
            return
        assert line.state is Phone.UP, f"{party} is joined with a telephone that is not up"
        others = [c for c in self.callers.values() if c.line == line_leg and c is not caller]
        assert not others, f"{party} would hear {[c.call for c in others]}"
        caller.place, caller.line, caller.answered = Place.LINE, line_leg, True

    def lift(self, leg: LegId) -> Iterator[Event]:
        """A ringing telephone is taken up."""
        self.lines[leg].state = Phone.UP
        yield LegAnswered(leg=leg)

    def end(self, leg: LegId, how: LegEnd) -> Iterator[Event]:
        """A leg is over; nothing more is heard of one that was over before."""
        gone = self.lines.pop(leg, None) or self.callers.pop(leg, None)
        for caller in self.callers.values():
            if caller.line == leg:
                caller.place, caller.line = Place.NOWHERE, None
        if gone is not None:
            yield LegEnded(leg=leg, how=how)

    def line_of(self, device: DeviceId) -> LegId | None:
        """The leg to this device; None when there is none."""
        return next((leg for leg, line in self.lines.items() if line.device == device), None)

    def inventory(self) -> dict[LegId, LegFound]:
        """What lives, as the exchange tells it after a reconnect."""
        found: dict[LegId, LegFound] = {}
        for leg, line in self.lines.items():
            found[leg] = LegFound(
                leg=leg,
                role=LegRole.LINE,
                call=line.call,
                queue=None,
                device=line.device,
                answered=line.state is Phone.UP,
                place=Place.LINE if line.state is Phone.UP else Place.NOWHERE,
                line=None,
                number=None,
                name=None,
                since=0,
            )
        for leg, caller in self.callers.items():
            found[leg] = LegFound(
                leg=leg,
                role=LegRole.CALLER,
                call=caller.call,
                queue=caller.queue,
                device=None,
                answered=caller.answered,
                place=caller.place,
                line=caller.line,
                number="31612345678",
                name=None,
                since=caller.since,
            )
        return found
