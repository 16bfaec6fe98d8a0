"""Pretend people: telephones on desks, and callers from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cordboard.simulator.calls import Calls
from cordboard.simulator.clock import VirtualClock
from cordboard.simulator.dialplan import Dialplan
from cordboard.simulator.hearing import Heard, heard_on
from cordboard.simulator.registry import Registry
from cordboard.simulator.things import Channel, Endpoint, Who
from cordboard.simulator.words import ANSWERED_ELSEWHERE, ChannelState, refusal_of

RING_DELAY_MS = 5
"""From the INVITE until the telephone rings."""
PICK_UP_BY_ITSELF_MS = 10
"""From the request to answer (a header, or NOTIFY talk) until the telephone has answered."""
UNREACHABLE_AFTER_MS = 3_000
"""A telephone that vanished is noticed by qualify (every 2 s, 1 s patience)."""
SILENT_END_MS = 120_000
"""A call without any sound is ended by the exchange (rtp_timeout)."""


class Surroundings(Protocol):
    """The parts of the exchange that people touch."""

    clock: VirtualClock
    registry: Registry
    calls: Calls
    dialplan: Dialplan


@dataclass(slots=True, kw_only=True)
class Habits:
    """What somebody does by themselves when a telephone rings."""

    answers_after_ms: int | None = None
    """None: lets it ring."""
    rejects_after_ms: int | None = None
    reject_status: int = 486
    """486 and 603 are the red key; 480 is do-not-disturb."""
    rings: bool = True
    """False: the INVITE is swallowed, as by a frozen telephone."""
    answers_by_header: bool = True
    """Obeys `answer-after=0` in the INVITE."""
    knows_talk: bool = True
    """Answers on NOTIFY talk, and says so in its 200."""


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call that a telephone had."""

    channel: str
    cause: int
    """Q.850; 26: a CANCEL that says "answered elsewhere"."""
    was_answered: bool


class Phone:
    """A telephone on a desk."""

    def __init__(self, around: Surroundings, endpoint: Endpoint, label: str, habits: Habits) -> None:
        self.label = label
        self.habits = habits
        self.endpoint = endpoint
        self.is_there = False
        """It runs and has a network."""
        self.calls: list[Channel] = []
        """The newest last."""
        self.missed: list[str] = []
        """Whom its list of missed calls shows; calls answered elsewhere are not in it."""
        self.ended: list[EndedCall] = []
        """The calls that are over, the newest last."""
        self.transferred: list[str] = []
        """What it heard of the transfers that it asked for: `channel_answered` and its like."""
        self.keys = ""
        """Keys that others pressed."""
        self.speaks_for_ms = 0
        """How long a message this person leaves."""
        self._around = around

    # -- the telephone itself ---------------------------------------------------------------------------------

    def register(self) -> None:
        """Switch it on: it registers, and answers the exchange's qualify."""
        self.is_there = True
        endpoint, registry = self.endpoint, self._around.registry
        fresh = not endpoint.has_contact
        endpoint.has_contact = True
        endpoint.contact_uri = f"sip:{endpoint.name}@127.0.0.1:5060"
        if fresh:
            status = endpoint.contact("NonQualified")
            registry.tell_of_endpoint("ContactStatusChange", endpoint, contact_info=status)
        registry.set_reachable(endpoint, True, "Reachable")

    def unregister(self) -> None:
        """Switch it off in good order; calls on it go on."""
        self.is_there = False
        self.endpoint.has_contact = False
        self._around.registry.set_reachable(self.endpoint, False, "Removed")

    def vanish(self) -> None:
        """Pull the plug: nobody is told; the exchange finds out by itself."""
        self.is_there = False
        self._later(UNREACHABLE_AFTER_MS, self._not_found)
        for channel in self.calls:
            self._later(SILENT_END_MS, lambda channel=channel: self._silent(channel))  # type: ignore[misc]

    def come_back(self) -> None:
        """The plug is in again; calls it had are forgotten, as the telephone has."""
        self.calls.clear()
        self.register()

    def _not_found(self) -> None:
        if not self.is_there and self.endpoint.is_reachable:
            self._around.registry.set_reachable(self.endpoint, False, "Unreachable")

    def _silent(self, channel: Channel) -> None:
        if not self.is_there:
            self._around.calls.party_lost(channel)

    def _later(self, delay_ms: int, action: Callable[[], None]) -> None:
        self._around.registry.soon(delay_ms, action)

    # -- the hand on it ---------------------------------------------------------------------------------------

    @property
    def call(self) -> Channel:
        """The call that rings, else the newest one.

        Raises:
            AssertionError: there is none.
        """
        assert self.calls, f"{self.label} has no call"
        return next((one for one in self.calls if not one.is_up), self.calls[-1])

    @property
    def is_ringing(self) -> bool:
        """Somebody is calling."""
        return any(channel.state is ChannelState.RINGING for channel in self.calls)

    @property
    def shows(self) -> Who:
        """Whom the display names: the newest call's other party."""
        return self.call.connected

    def answer(self) -> None:
        """Pick up; no use when it rings no more."""
        ringing = [channel for channel in self.calls if not channel.is_up and channel.is_outgoing]
        if ringing and self.is_there:
            self._around.calls.party_answers(ringing[0])

    def reject(self, status: int | None = None) -> None:
        """The red key while it rings."""
        ringing = [channel for channel in self.calls if not channel.is_up and channel.is_outgoing]
        if ringing and self.is_there:
            self._around.calls.party_refuses(ringing[0], status or self.habits.reject_status)

    def hang_up(self) -> None:
        """Put it down."""
        if self.calls and self.is_there:
            self._around.dialplan.give_up(self.calls[-1])

    def hold(self) -> None:
        """The hold key."""
        self._around.calls.party_holds(self.call)

    def resume(self) -> None:
        """The hold key again."""
        self._around.calls.party_resumes(self.call)

    def press(self, digits: str) -> None:
        """Keys during a call."""
        for digit in digits:
            self._around.calls.party_presses(self.call, digit)

    def transfer(self, number: str) -> None:
        """The transfer key, a number and the key again."""
        self._around.calls.party_transfers(self.call, number, None)

    def transfer_to_other(self) -> None:
        """The transfer key between two calls: who is on the first is to speak with whom the second is."""
        first, second = self.calls[-2:]
        self._around.calls.party_transfers(first, None, second)

    def dial(self, number: str) -> Channel:
        """Call somebody from this telephone."""
        shown = Who(self.endpoint.shown_as.name, self.endpoint.shown_as.number)
        channel = self._around.calls.come_in(self, self.endpoint, number, shown)
        self.calls.append(channel)
        self._around.dialplan.arrive(channel)
        return channel

    def hears(self) -> Heard:
        """What comes out of the handset now."""
        up = [channel for channel in self.calls if channel.is_up]
        return heard_on(self._around.registry, up[-1] if up and self.is_there else None)

    # -- what the exchange tells it ---------------------------------------------------------------------------

    def told_of_call(self, channel: Channel) -> None:
        """An INVITE arrived."""
        if not self.is_there:
            return
        self.calls.append(channel)
        habits = self.habits
        if habits.rings:
            self._later(RING_DELAY_MS, lambda: self._ring(channel))
        if self._asks_to_be_answered(channel) and habits.answers_by_header:
            self._later(RING_DELAY_MS + PICK_UP_BY_ITSELF_MS, lambda: self._pick_up(channel))
        if habits.answers_after_ms is not None:
            self._later(max(habits.answers_after_ms, RING_DELAY_MS), lambda: self._pick_up(channel))
        if habits.rejects_after_ms is not None:
            delay_ms = max(habits.rejects_after_ms, RING_DELAY_MS)
            self._later(delay_ms, lambda: self._refuse(channel, habits.reject_status))

    def _asks_to_be_answered(self, channel: Channel) -> bool:
        headers = [value for name, value in channel.variables.items() if name.startswith("PJSIP_HEADER(add,")]
        return any("answer-after=0" in value or "alert-autoanswer" in value for value in headers)

    def _ring(self, channel: Channel) -> None:
        if self.is_there:
            self._around.calls.party_rings(channel)

    def _pick_up(self, channel: Channel) -> None:
        if self.is_there and channel in self.calls:
            self._around.calls.party_answers(channel)

    def _refuse(self, channel: Channel, status: int) -> None:
        if self.is_there and channel in self.calls and not channel.is_up:
            self._around.calls.party_refuses(channel, status)

    def told_ringing(self, channel: Channel) -> None:
        """The number it dialled rings."""

    def told_answered(self, channel: Channel) -> None:
        """The number it dialled was answered."""

    def told_key(self, channel: Channel, digit: str) -> None:
        """A tone in the handset."""
        self.keys += digit

    def told_ended(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """CANCEL or BYE, or the answer to its own hanging up."""
        if channel not in self.calls:
            return
        self.calls.remove(channel)
        self.ended.append(EndedCall(channel.id, cause, channel.is_up))
        refused = tech_cause is not None and tech_cause != 480
        if channel.is_outgoing and not channel.is_up and cause != ANSWERED_ELSEWHERE and not refused:
            self.missed.append(channel.connected.number)

    def told_event(self, channel: Channel, event: str) -> bool:
        """NOTIFY talk answers or resumes, NOTIFY hold holds; others tell how a transfer goes on."""
        if event.startswith("channel_"):
            self.transferred.append(event)
            return True
        if not (self.is_there and self.habits.knows_talk):
            return False
        if event == "hold":
            self._later(PICK_UP_BY_ITSELF_MS, lambda: self._around.calls.party_holds(channel))
        elif channel.is_up:
            self._later(PICK_UP_BY_ITSELF_MS, lambda: self._around.calls.party_resumes(channel))
        else:
            self._later(PICK_UP_BY_ITSELF_MS, lambda: self._pick_up(channel))
        return True

    def events_known(self) -> str | None:
        """What it says in Allow-Events."""
        return "talk,hold" if self.habits.knows_talk else None


class Caller:
    """Somebody outside who calls one of our numbers through a trunk."""

    def __init__(self, around: Surroundings, trunk: Endpoint, who: Who) -> None:
        self.who = who
        self.label = who.name or who.number or "anonymous"
        self.channel: Channel | None = None
        self.called_ms: int | None = None
        self.rang_ms: int | None = None
        """When the ringing tone began; None: it has not."""
        self.answered_ms: int | None = None
        self.ended_ms: int | None = None
        self.end_cause: int | None = None
        """Q.850, None while the call lives."""
        self.refused_with: int | None = None
        """The SIP status of a call that ended before it was answered; None: answered, or given up by us."""
        self.keys = ""
        """Keys that others pressed."""
        self.speaks_for_ms = 0
        """How long a message this person leaves."""
        self._around, self._trunk = around, trunk
        self._talks_for_ms: int | None = None

    def call(
        self, number: str, *, gives_up_after_ms: int | None = None, talks_for_ms: int | None = None
    ) -> Caller:
        """Dial one of our numbers.

        Args:
            number: as the trunk delivers it.
            gives_up_after_ms: hangs up when nobody (a person, not the queue) is heard by then; None: waits.
            talks_for_ms: hangs up this long after a person was first heard; None: leaves it to the agent.
        """
        assert self.channel is None or self.channel.is_gone, f"{self.label} is calling already"
        self.called_ms, self.rang_ms = self._around.clock.now(), None
        self.answered_ms, self.ended_ms, self.end_cause, self.refused_with = None, None, None, None
        self._talks_for_ms = talks_for_ms
        shown = Who(self.who.name, self.who.number)
        self.channel = self._around.calls.come_in(self, self._trunk, number, shown)
        if gives_up_after_ms is not None:
            channel = self.channel
            self._around.registry.soon(gives_up_after_ms, lambda: self._give_up(channel))
        self._around.dialplan.arrive(self.channel)
        return self

    def _give_up(self, channel: Channel) -> None:
        if channel is self.channel and not channel.is_gone and not self.hears().people:
            self.hang_up()

    def hang_up(self) -> None:
        """Put it down, answered or not."""
        if self.channel is not None and not self.channel.is_gone:
            self._around.dialplan.give_up(self.channel)

    def press(self, digits: str) -> None:
        """Keys."""
        assert self.channel is not None, f"{self.label} has no call"
        for digit in digits:
            self._around.calls.party_presses(self.channel, digit)

    @property
    def is_connected(self) -> bool:
        """The call lives, ringing or answered."""
        return self.channel is not None and not self.channel.is_gone

    def hears(self) -> Heard:
        """What comes out of the handset now."""
        return heard_on(self._around.registry, self.channel)

    def told_of_call(self, channel: Channel) -> None:
        """We called them back: they pick up at once."""
        self.channel = channel
        self._around.registry.soon(RING_DELAY_MS, lambda: self._around.calls.party_rings(channel))
        delay_ms = RING_DELAY_MS + PICK_UP_BY_ITSELF_MS
        self._around.registry.soon(delay_ms, lambda: self._answered_back(channel))

    def _answered_back(self, channel: Channel) -> None:
        if self._around.calls.party_answers(channel):
            self.answered_ms = self._around.clock.now()

    def told_ringing(self, channel: Channel) -> None:
        """The ringing tone."""
        if self.rang_ms is None:
            self.rang_ms = self._around.clock.now()

    def told_answered(self, channel: Channel) -> None:
        """The call was taken, by a queue or a person."""
        self.answered_ms = self._around.clock.now()
        if self._talks_for_ms is not None:
            self._around.registry.soon(LISTEN_EVERY_MS, lambda: self._listen(channel))

    def _listen(self, channel: Channel) -> None:
        if channel is not self.channel or channel.is_gone:
            return
        if self.hears().people:
            self._around.registry.soon(self._talks_for_ms or 0, self.hang_up)
        else:
            self._around.registry.soon(LISTEN_EVERY_MS, lambda: self._listen(channel))

    def told_key(self, channel: Channel, digit: str) -> None:
        """A tone in the handset."""
        self.keys += digit

    def told_ended(self, channel: Channel, cause: int, tech_cause: int | None) -> None:
        """The call is over."""
        if channel is self.channel:
            self.ended_ms, self.end_cause = self._around.clock.now(), cause
            if not channel.is_up and tech_cause != 487:
                self.refused_with = refusal_of(cause)

    def told_event(self, channel: Channel, event: str) -> bool:
        """Callers' telephones know nothing of our events."""
        return False

    def events_known(self) -> str | None:
        """No such header comes through a trunk."""
        return None


LISTEN_EVERY_MS = 100
"""How soon a caller notices that a person speaks."""
