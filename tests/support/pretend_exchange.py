"""The simplest exchange that could work: it does what the core commands at once and tells what came of it.

It knows nothing of queues and agents; it keeps legs, whom each caller hears, and which devices are registered.
The simulator (`cordboard.simulator`) is the faithful one; this one keeps the tests of the core quick and clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.commands import (
    Announce,
    AnswerDevice,
    AnswerTransferKey,
    CancelRinging,
    Command,
    Dial,
    DialColleague,
    FindMessage,
    ForgetMessage,
    HangUp,
    HangUpReason,
    Hold,
    Hush,
    Join,
    LetRing,
    Pair,
    PlaceInQueue,
    PlayEndTone,
    Recall,
    RecordMessage,
    RingDevice,
    SendDigits,
)
from cordboard.core.events import (
    AnnouncementEnded,
    Event,
    JoinFailed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegFound,
    LegResumedByPhone,
    LegRole,
    MessageRecorded,
    PairFailed,
    Place,
)
from cordboard.core.line import LEGS_MAX
from cordboard.core.types import CallId, DeviceId, Instant, LegId, QueueId

HEARD_AS = {
    HangUpReason.NORMAL: LegEnd.HUNG_UP,
    HangUpReason.BUSY: LegEnd.BUSY,
    HangUpReason.NO_ANSWER: LegEnd.NO_ANSWER,
    HangUpReason.REJECTED: LegEnd.REJECTED,
    HangUpReason.UNALLOCATED: LegEnd.UNREACHABLE,
}
"""How an end is told at the other end of a wire that nobody had answered."""


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
    rings: bool = False
    """Hears the ringing tone."""
    pair: LegId | None = None
    """With which other party it is."""
    wire: LegId | None = None
    """The other end, at another desk of ours."""
    number: str | None = None
    """Dialled by us; None: it came in by itself."""
    announcement: str | None = None
    """What is said at the number that the caller dialled; None: it leads to somebody."""


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
    transfer_keys: list[tuple[LegId, bool]] = field(default_factory=list)
    """What telephones heard of the transfers that they asked for."""
    tones: list[LegId] = field(default_factory=list)
    keys: list[tuple[LegId, str]] = field(default_factory=list)
    recalls: list[LegId] = field(default_factory=list)
    said: list[Announce] = field(default_factory=list)
    says_at_once: bool = True
    """False: a sentence takes its time, and its end is told by the test."""
    recording: dict[LegId, str] = field(default_factory=dict)
    speaks_ms: int = 0
    """How long they speak who hang up while they are recorded."""
    kept: dict[str, int] = field(default_factory=dict)
    """What was recorded of them: how long it is, by name."""
    engaged: dict[str, LegEnd] = field(default_factory=dict)
    """Numbers that end at once when they are dialled, and how."""
    stuck: set[LegId] = field(default_factory=set)
    """Parties that stayed where they were because a pair failed, until they are moved."""
    pairs: bool = True
    """False: two parties cannot be joined now."""
    cancelled: list[CancelRinging] = field(default_factory=list)

    def do(self, command: Command) -> Iterator[Event]:
        """Carry it out; what came of it follows as events."""
        match command:
            case PlaceInQueue(leg=leg, queue=queue, answer=answer):
                if (caller := self.callers.get(leg)) is not None:
                    self._off(leg)
                    caller.place, caller.line, caller.queue = Place.QUEUE, None, queue
                    caller.answered = caller.answered or answer
            case RingDevice():
                yield from self._ring(command)
            case AnswerDevice(leg=leg):
                line = self.lines.get(leg)
                if line is not None and line.device in self.obey_talk:
                    ringing = line.state is Phone.RINGING
                    yield from self.lift(leg) if ringing else iter([LegResumedByPhone(leg=leg)])
            case CancelRinging(leg=leg):
                self.cancelled.append(command)
                yield from self.end(leg, LegEnd.NO_ANSWER)
            case Join(line=line_leg, party=party, conference=conference):
                yield from self._join(line_leg, party, conference=conference)
            case Hold(party=party):
                if (caller := self.callers.get(party)) is not None:
                    self._off(party)
                    caller.place, caller.line = Place.HOLD, None
            case HangUp(leg=leg, reason=reason):
                yield from self.end(leg, LegEnd.HUNG_UP, HEARD_AS[reason])
            case Dial():
                yield from self._dial(command)
            case DialColleague(leg=leg, other=other, line=line_leg):
                place = Place.LINE if line_leg is not None else Place.NOWHERE
                self.callers[leg] = Caller(
                    command.call, 0, place=place, line=line_leg, wire=other, number="", rings=True
                )
                self.callers[other] = Caller(command.other_call, 0, rings=True, wire=leg)
            case LetRing(leg=leg):
                if (caller := self.callers.get(leg)) is not None:
                    self._off(leg)
                    caller.place, caller.line, caller.rings = Place.NOWHERE, None, True
            case Pair(one=one, other=other):
                yield from self._pair(one, other)
            case AnswerTransferKey(leg=leg, done=done):
                assert leg in self.lines, f"{leg} is gone and hears nothing of its transfer"
                self.transfer_keys.append((leg, done))
            case SendDigits(party=party, digits=digits):
                self.keys.append((party, digits))
            case Recall(line=leg):
                self.recalls.append(leg)
            case Announce(leg=leg):
                self.said.append(command)
                if self.says_at_once:
                    yield AnnouncementEnded(leg=leg)
            case Hush():
                pass
            case RecordMessage(leg=leg, name=name):
                self.recording[leg] = name
            case FindMessage(leg=leg, name=name):
                yield MessageRecorded(leg=leg, name=name, ms=self.kept.get(name, 0))
            case ForgetMessage(name=name):
                self.kept.pop(name, None)
            case PlayEndTone(line=leg):
                self.tones.append(leg)

    def _ring(self, command: RingDevice) -> Iterator[Event]:
        if command.device not in self.registered:
            yield LegEnded(leg=command.leg, how=LegEnd.UNREACHABLE)
            return
        busy = [line for line in self.lines.values() if line.device == command.device]
        assert all(line.state is Phone.UP for line in busy), f"{command.device} is rung twice at once"
        assert len(busy) < LEGS_MAX, f"{command.device} has no more legs"
        self.lines[command.leg] = Line(command.device, command.call, command.at_once)
        if command.at_once and command.device in self.answer_at_once:
            yield from self.lift(command.leg)

    def _off(self, leg: LegId) -> None:
        """The party leaves wherever it is."""
        caller = self.callers[leg]
        caller.rings = False
        self.stuck.discard(leg)
        if caller.pair is not None:
            other = self.callers.get(caller.pair)
            if other is not None and other.pair == leg:
                other.pair, other.place = None, Place.NOWHERE
            caller.pair = None

    def _dial(self, command: Dial) -> Iterator[Event]:
        if (how := self.engaged.get(command.number)) is not None:
            yield LegEnded(leg=command.leg, how=how)
            return
        place = Place.LINE if command.line is not None else Place.NOWHERE
        self.callers[command.leg] = Caller(
            command.call, 0, place=place, line=command.line, number=command.number
        )

    def _pair(self, one: LegId, other: LegId) -> Iterator[Event]:
        both = [self.callers.get(one), self.callers.get(other)]
        if not self.pairs or None in both:
            self.stuck |= {one, other}
            yield PairFailed(one=one, other=other)
            return
        for leg, with_whom in ((one, other), (other, one)):
            caller = self.callers[leg]
            self._off(leg)
            caller.place, caller.line, caller.pair = Place.PAIR, None, with_whom

    def _join(self, line_leg: LegId, party: LegId, *, conference: bool) -> Iterator[Event]:
        line, caller = self.lines.get(line_leg), self.callers.get(party)
        if line is None or caller is None:
            yield JoinFailed(line=line_leg, party=party)
            return
        assert line.state is Phone.UP, f"{party} is joined with a telephone that is not up"
        others = [leg for leg, c in self.callers.items() if c.line == line_leg and c is not caller]
        if others and not conference and set(others) <= self.stuck:
            # The real one refuses too: nobody may hear somebody else's conversation (5.1-k).
            yield JoinFailed(line=line_leg, party=party)
            return
        assert conference or not others, f"{party} would hear {others}"
        self._off(party)
        first = not caller.answered
        caller.place, caller.line, caller.answered = Place.LINE, line_leg, True
        other = self.callers.get(caller.wire) if caller.wire is not None else None
        if first and other is not None and not other.answered:
            other.answered = True
            other.rings = False
            assert caller.wire is not None
            yield LegAnswered(leg=caller.wire)

    def answer(self, leg: LegId) -> Iterator[Event]:
        """Somebody outside whom we dialled takes the call."""
        caller = self.callers[leg]
        caller.answered = True
        yield LegAnswered(leg=leg)

    def lift(self, leg: LegId) -> Iterator[Event]:
        """A ringing telephone is taken up."""
        self.lines[leg].state = Phone.UP
        yield LegAnswered(leg=leg)

    def end(self, leg: LegId, how: LegEnd, told: LegEnd | None = None) -> Iterator[Event]:
        """A leg is over; nothing more is heard of one that was over before. `told`: what the wire's other end hears."""
        party = self.callers.get(leg)
        if party is not None:
            self._off(leg)
        gone = self.lines.pop(leg, None) or self.callers.pop(leg, None)
        if (name := self.recording.pop(leg, None)) is not None:
            self.kept[name] = self.speaks_ms
        for caller in self.callers.values():
            if caller.line == leg:
                caller.place, caller.line = Place.NOWHERE, None
        if gone is not None:
            yield LegEnded(leg=leg, how=how)
        if party is not None and party.wire is not None:
            yield from self.end(party.wire, told or how)

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
                announcement=caller.announcement,
                outgoing=caller.number is not None,
                pair=min(leg, caller.pair) if caller.pair is not None else None,
                records=leg in self.recording,
            )
        return found
