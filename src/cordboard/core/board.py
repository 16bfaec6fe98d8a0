"""All that the switchboard of one organisation knows. Data and readings only; behaviour stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cordboard.core.agent import Agent, AgentStatus, Device, LineState
from cordboard.core.call import ON_LINE, Call, CallState
from cordboard.core.overview import Overview
from cordboard.core.promise import CallBack
from cordboard.core.queue import Queue
from cordboard.core.records import MissedRow
from cordboard.core.rules import HouseRules
from cordboard.core.types import (
    CallBackId,
    CallId,
    DeviceId,
    EndedBy,
    GroupId,
    Instant,
    LegId,
    MissedId,
    NumberKind,
    OrganisationId,
    QueueId,
    UserId,
)


@dataclass(slots=True, kw_only=True)
class MessageFor:
    """For whom a caller leaves a message (D29)."""

    call: CallId
    to: UserId | None
    queue: QueueId | None
    records: bool = False
    """It is being recorded; False: the caller still hears what to do."""
    otherwise: EndedBy | None = None
    """Its end was not told and it is looked for: how the call ends if there is none; None: its end will be told."""


@dataclass(slots=True, kw_only=True)
class Board:
    """The desk of one organisation at this moment."""

    organisation: OrganisationId
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    agents: dict[UserId, Agent] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    calls: dict[CallId, Call] = field(default_factory=dict)
    """Calls that have not ended."""
    queued: dict[CallId, Call] = field(default_factory=dict)
    """Those of them that wait; kept by `add`, `remove` and every move."""
    parties: dict[LegId, CallId] = field(default_factory=dict)
    """Whose leg a caller's leg is."""
    lines: dict[LegId, UserId] = field(default_factory=dict)
    """Whose line a device's leg is."""
    rules: HouseRules = field(default_factory=HouseRules)
    group_numbers: dict[GroupId, str] = field(default_factory=dict)
    """What called parties see of a group's calls (D28)."""
    pause_reasons: tuple[str, ...] = ()
    language: str = "nl"
    """In which callers are spoken to who are in no queue."""
    messages: dict[LegId, MessageFor] = field(default_factory=dict)
    """Callers who may leave a message, until it is recorded."""
    reads: Callable[[str], tuple[str, NumberKind] | None] = lambda dialled: (dialled, NumberKind.NATIONAL)
    """Reads a number as a telephone dialled it, in the organisation's country (D28); None: it is no number."""
    shows: Callable[[str], str] = lambda number: number
    """The digits of an E.164 number as somebody in the organisation's country would dial it."""
    callbacks: dict[CallBackId, CallBack] = field(default_factory=dict)
    """Open ones, and those that ended in the last days (`callback.KEPT_MS`)."""
    callbacks_due: dict[CallBackId, None] = field(default_factory=dict)
    """Whose turn has come and whom nobody has accepted."""
    missed: dict[MissedId, MissedRow] = field(default_factory=dict)
    """Callers to whom nobody has spoken yet (D14)."""
    clock: Callable[[Instant], tuple[int, int]] = lambda at: divmod(at // 60_000, 1_440)
    """What the organisation's clock shows: a number of the day that differs from other days', and its minute."""
    opens: Callable[[QueueId, Instant], Instant | None] = lambda _queue, at: at
    """The first moment from this one on at which the queue is open (D21); None: it never is."""
    callbacks_rest: bool = False
    """The organisation does not have the module (3.6-a): those that are planned wait until it has."""
    exchange_up: bool = False
    exchange_since: Instant = 0
    alarms: list[tuple[Instant, str]] = field(default_factory=list)
    """Heap of (when, for whom) at which something may fall due: an agent, a call, or what may be offered to an agent
    (`turn.CALL_ALARM`, `turn.OFFERS_ALARM`)."""
    alarms_set: set[tuple[Instant, str]] = field(default_factory=set)
    """What is on the heap already, so that nothing is put there twice."""
    overview: Overview = field(default_factory=Overview)
    """Who waits and who is free, by queue; follows from the rest."""
    ended: dict[LegId, None] = field(default_factory=dict)
    """Legs of the last calls that ended, oldest first: late word of them opens nothing (reliability F6)."""
    told_of: dict[CallId, None] = field(default_factory=dict)
    """Calls that the exchange handled alone and that were told since the start, oldest first (F2)."""

    def waiting(self) -> list[Call]:
        """Waiting calls in the order in which they are offered."""
        if len(self.queued) < 2:
            return list(self.queued.values())
        return sorted(self.queued.values(), key=Call.order)

    def promised_to(self, queue: QueueId, number: str | None) -> CallBack | None:
        """The open call back of this number by this queue; None: there is none."""
        same = (number, queue)
        return next(
            (o for o in self.callbacks.values() if o.is_open and (o.row.number, o.row.queue) == same), None
        )

    def add(self, call: Call) -> None:
        """A call begins, or is taken up after a restart."""
        self.calls[call.id] = call
        self.parties[call.leg] = call.id
        if call.state is CallState.WAITING:
            self.queued[call.id] = call

    def remove(self, call: Call) -> None:
        """It is over."""
        del self.calls[call.id]
        self.queued.pop(call.id, None)
        self.parties.pop(call.leg, None)

    def device_of(self, agent: Agent) -> Device | None:
        """The agent's telephone; None when none is paired."""
        return self.devices.get(agent.device) if agent.device is not None else None

    def calls_of(self, agent: Agent) -> Iterator[Call]:
        """The agent's own calls, oldest first."""
        return (self.calls[call] for call in agent.calls)

    def active_call(self, agent: Agent) -> Call | None:
        """Whom the agent is talking with; None when with nobody."""
        return next((c for c in self.calls_of(agent) if c.state is CallState.ACTIVE), None)

    def on_line(self, agent: Agent) -> list[Call]:
        """Whom the agent's line is with: one party, several in a conference, or one who still rings."""
        calls = self.calls
        return [calls[c] for c in agent.calls if calls[c].state in ON_LINE]

    def offered_to(self, agent: Agent) -> list[Call]:
        """The agent's offers in the order in which the device rings for them."""
        return sorted((self.calls[c] for c in agent.offers), key=Call.order)

    def queues_of_group(self, agent: Agent) -> Iterator[Queue]:
        """The queues that the agent may see and sign in to: those of the chosen group."""
        return (q for q in self.queues.values() if agent.group is not None and agent.group in q.groups)

    def is_reachable(self, agent: Agent) -> bool:
        """The agent has a device that can be rung: it is registered, and not used for something that is no call."""
        device = self.device_of(agent)
        return device is not None and device.registered and not device.engaged

    def is_engaged(self, agent: Agent) -> bool:
        """The agent's device is used for something that is no call."""
        device = self.device_of(agent)
        return device is not None and device.engaged

    def is_present(self, agent: Agent) -> bool:
        """Could be offered a call, now or after what the agent is doing; wrap-up and calls count as present (D21)."""
        if agent.away or agent.pause is not None:
            return False
        device = self.device_of(agent)
        return device is not None and (device.registered or device.engaged)

    def is_available(self, agent: Agent) -> bool:
        """Free to be offered a call now (D11); being rung for one does not make an agent unavailable."""
        return (
            self.is_reachable(agent)
            and not agent.calls
            and agent.wrap_up is None
            and agent.pause is None
            and not agent.away
            and (agent.line is None or agent.line.state in (LineState.RINGING, LineState.CLOSING))
        )

    def status_of(self, agent: Agent) -> AgentStatus:
        """What colleagues see (D11)."""
        if agent.calls:
            for call in agent.calls:
                if self.calls[call].state is not CallState.HELD:
                    return AgentStatus.IN_CALL
            return AgentStatus.HOLDING
        if agent.wrap_up is not None:
            return AgentStatus.WRAP_UP
        if agent.pause is not None:
            return AgentStatus.PAUSED
        if agent.away:
            return AgentStatus.NOT_ANSWERED
        if not agent.signed_in:
            return self._status_without_queues(agent)
        device = self.device_of(agent)
        if device is not None and (device.engaged or device.elsewhere):
            return AgentStatus.IN_CALL
        if device is None or not device.registered:
            return AgentStatus.DEVICE_LOST
        if agent.line is not None and agent.line.state is LineState.RINGING:
            return AgentStatus.RINGING
        if not agent.console:
            return AgentStatus.CONSOLE_GONE
        return AgentStatus.AVAILABLE

    def _status_without_queues(self, agent: Agent) -> AgentStatus:
        """Who has no console is known by the telephone alone: free, ringing, in use, or nobody knows."""
        device = self.device_of(agent)
        if device is not None and (device.engaged or device.elsewhere):
            return AgentStatus.IN_CALL
        if self.is_reachable(agent) and agent.line is not None and agent.line.state is LineState.RINGING:
            return AgentStatus.RINGING
        if agent.console or agent.device is None:
            return AgentStatus.SIGNED_OUT
        return AgentStatus.PHONE_FREE if self.is_reachable(agent) else AgentStatus.UNKNOWN

    def agents_available(self, queue: Queue) -> int:
        """How many of those signed in could be offered a call now (3.1-c)."""
        return sum(self.is_available(self.agents[a]) for a in queue.signed_in)
