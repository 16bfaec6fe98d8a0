"""A journal in memory, for simulations on the virtual clock: what a database would say after the same records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cordboard.app.ports import QueueCounts, StorageFailure, StoredAgent, StoredCall
from cordboard.core.records import (
    AwayChanged,
    CallClosed,
    CallMoved,
    CallOpened,
    DevicePaired,
    GroupChosen,
    QueueSignInChanged,
    Record,
    SegmentClosed,
    StoredState,
    WrapUpChanged,
)
from cordboard.core.types import CallId, Instant, OrganisationId, QueueId, UserId


@dataclass
class MemoryJournal:
    """Folds records; one organisation."""

    opened: dict[CallId, CallOpened] = field(default_factory=dict)
    moved: dict[CallId, CallMoved] = field(default_factory=dict)
    closed: dict[CallId, CallClosed] = field(default_factory=dict)
    segments: list[SegmentClosed] = field(default_factory=list)
    promised: dict[UserId, StoredAgent] = field(default_factory=dict)
    away: bool = False
    """True: the database refuses."""

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """Keep these."""
        if self.away:
            raise StorageFailure("the disk is full")
        for record in records:
            self._keep(record)

    def _keep(self, record: Record) -> None:
        match record:
            case CallOpened():
                self.opened.setdefault(record.call, record)
            case CallMoved():
                self.moved[record.call] = record
            case CallClosed():
                self.closed.setdefault(record.call, record)
            case SegmentClosed():
                self.segments.append(record)
            case QueueSignInChanged(agent=agent, queue=queue, signed_in=signed_in):
                before = self._agent(agent)
                queues = before.signed_in | {queue} if signed_in else before.signed_in - {queue}
                self.promised[agent] = replace(before, signed_in=queues)
            case DevicePaired(agent=agent, device=device):
                self.promised[agent] = replace(self._agent(agent), device=device)
            case GroupChosen(agent=agent, group=group):
                self.promised[agent] = replace(self._agent(agent), group=group)
            case AwayChanged(agent=agent, away=away):
                self.promised[agent] = replace(self._agent(agent), away=away)
            case WrapUpChanged():
                self.promised[record.agent] = replace(
                    self._agent(record.agent),
                    wrap_up_kind=record.kind,
                    wrap_up_since=record.since,
                    wrap_up_until=record.until,
                    wrap_up_pending_ms=record.pending_ms,
                    wrap_up_armed=record.armed,
                )
            case _:
                pass

    def _agent(self, agent: UserId) -> StoredAgent:
        return self.promised.get(agent) or StoredAgent(
            user=agent,
            group=None,
            device=None,
            signed_in=frozenset(),
            wrap_up_kind=None,
            wrap_up_since=None,
            wrap_up_until=None,
            wrap_up_pending_ms=0,
            wrap_up_armed=False,
            away=False,
        )

    async def agents(self, organisation: OrganisationId) -> tuple[StoredAgent, ...]:
        """Every agent with any promise."""
        return tuple(self.promised.values())

    async def open_calls(self, organisation: OrganisationId) -> tuple[StoredCall, ...]:
        """Calls without an end."""
        return tuple(self._stored(call) for call in self.opened.values() if call.call not in self.closed)

    def _stored(self, opened: CallOpened) -> StoredCall:
        moved = self.moved.get(opened.call)
        return StoredCall(
            id=opened.call,
            leg=opened.leg,
            queue=opened.queue,
            direction=opened.direction,
            number=opened.number,
            name=opened.name,
            dialled=opened.dialled,
            state=moved.state if moved is not None else StoredState.WAITING,
            since=moved.at if moved is not None else opened.at,
            agent=moved.agent if moved is not None else None,
            entered_at=opened.at,
            answered_at=moved.answered_at if moved is not None else None,
        )

    async def counts(self, organisation: OrganisationId, since: Instant) -> dict[QueueId, QueueCounts]:
        """Nothing was counted before the simulation began."""
        return {}
