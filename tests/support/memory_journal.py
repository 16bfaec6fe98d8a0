"""A journal in memory, for simulations on the virtual clock: what a database would say after the same records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cordboard.app.call_log import past_of
from cordboard.app.gaps import Gap
from cordboard.app.ports import StorageFailure, StoredAgent, StoredCall, StoredTransfer
from cordboard.core.call import Reason, TransferState
from cordboard.core.records import (
    AwayChanged,
    CallBackRow,
    CallClosed,
    CallMoved,
    CallOpened,
    DevicePaired,
    GroupChosen,
    MessageLeft,
    MissedRow,
    Noted,
    PauseChanged,
    QueueSignInChanged,
    Record,
    SegmentClosed,
    SegmentKind,
    StoredState,
    TransferMoved,
    WrapUpChanged,
)
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.statistics import Tally
from cordboard.core.types import (
    CallBackId,
    CallId,
    Direction,
    Instant,
    MissedId,
    OrganisationId,
    QueueId,
    UserId,
)

_IN_PROGRESS = frozenset(
    {
        TransferState.ARMED,
        TransferState.DIALLING,
        TransferState.CONSULTING,
        TransferState.RINGING,
        TransferState.COMPLETED,
    }
)
_STILL_WAITS = (StoredState.WAITING, StoredState.CONNECTING)


@dataclass
class MemoryJournal:
    """Folds records; one organisation."""

    records: list[Record] = field(default_factory=list)
    """As they came."""
    opened: dict[CallId, CallOpened] = field(default_factory=dict)
    moved: dict[CallId, CallMoved] = field(default_factory=dict)
    closed: dict[CallId, CallClosed] = field(default_factory=dict)
    segments: list[SegmentClosed] = field(default_factory=list)
    promised: dict[UserId, StoredAgent] = field(default_factory=dict)
    transfers: dict[CallId, TransferMoved] = field(default_factory=dict)
    """Those in progress."""
    not_reached: dict[CallId, TransferMoved] = field(default_factory=dict)
    """Those that came back or failed, until somebody has the call again."""
    answered_in: dict[CallId, QueueId | None] = field(default_factory=dict)
    log: list[Noted] = field(default_factory=list)
    messages: list[MessageLeft] = field(default_factory=list)
    callbacks: dict[CallBackId, CallBackRow] = field(default_factory=dict)
    missed_callers: dict[MissedId, MissedRow] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    urgent_queues: frozenset[QueueId] = frozenset()
    """Which the database would know to be urgent."""
    urgent: set[CallId] = field(default_factory=set)
    away: bool = False
    """True: the database refuses."""

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """Keep these."""
        if self.away:
            raise StorageFailure("the disk is full")
        self.records += records
        for record in records:
            self._keep(record)

    async def mark(self, organisation: OrganisationId, gap: Gap) -> None:
        """Keep this."""
        if self.away:
            raise StorageFailure("the disk is full")
        self.gaps.append(gap)

    def _keep(self, record: Record) -> None:
        match record:
            case CallOpened():
                self.opened.setdefault(record.call, record)
                if record.queue in self.urgent_queues:
                    self.urgent.add(record.call)
            case CallMoved():
                self._move(record)
            case TransferMoved():
                self._transfer(record)
            case Noted():
                self.log.append(record)
            case CallBackRow():
                self.callbacks[record.id] = record
            case MissedRow():
                self.missed_callers[record.id] = record
            case MessageLeft():
                self.messages.append(record)
            case CallClosed():
                self.closed.setdefault(record.call, record)
            case SegmentClosed():
                self.segments.append(record)
            case QueueSignInChanged(agent=agent, queue=queue, signed_in=signed_in):
                before = self._agent(agent)
                queues = before.signed_in | {queue} if signed_in else before.signed_in - {queue}
                self.promised[agent] = replace(before, signed_in=queues)
            case SignInRemembered(agent=agent, group=group, queue=queue, remembered=remembered):
                before, pair = self._agent(agent), frozenset({(group, queue)})
                pairs = before.remembered | pair if remembered else before.remembered - pair
                self.promised[agent] = replace(before, remembered=pairs)
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
                    wrap_up_queue=record.queue,
                    wrap_up_extended=record.extended,
                )
            case PauseChanged(agent=agent, reason=reason):
                self.promised[agent] = replace(self._agent(agent), pause=reason)
            case _:
                pass

    def _move(self, record: CallMoved) -> None:
        before = self.moved.get(record.call)
        opened = self.opened.get(record.call)
        queue = before.queue if before is not None else opened.queue if opened is not None else None
        if record.state not in _STILL_WAITS or record.queue != queue:
            self.not_reached.pop(record.call, None)
        if before is not None and before.answered_at is not None:
            record = replace(record, answered_at=before.answered_at)
        if record.leg is None and before is not None:
            record = replace(record, leg=before.leg)
        first = before is None or before.answered_at is None
        if first and record.answered_at is not None and record.agent is not None:
            self.answered_in.setdefault(record.call, record.queue)
        if record.queue in self.urgent_queues:
            self.urgent.add(record.call)
        self.moved[record.call] = record

    def _transfer(self, record: TransferMoved) -> None:
        if TransferState(record.state) in _IN_PROGRESS:
            self.transfers[record.call] = record
            return
        self.transfers.pop(record.call, None)
        if record.reason is not None:
            self.not_reached[record.call] = record

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
        made = opened.direction is Direction.OUT and opened.agent is not None
        moved = self.moved.get(opened.call) or CallMoved(
            call=opened.call,
            state=StoredState.CONNECTING if made else StoredState.WAITING,
            agent=opened.agent,
            answered_at=None,
            at=opened.at,
            queue=opened.queue,
        )
        own = [s for s in self.segments if s.call == opened.call]
        talked = [s.agent for s in own if s.kind is SegmentKind.TALK and s.agent is not None]
        talks = moved.state in (StoredState.ACTIVE, StoredState.CONFERENCE)
        missed = self.not_reached.get(opened.call)
        came_back = (
            missed is not None
            and missed.state == TransferState.RETURNED.value
            and (moved.answered_at is not None or moved.queue is None)
        )
        answered_here = opened.call in self.answered_in and self.answered_in[opened.call] == moved.queue
        since = max((s.ended_at for s in own if s.kind is not SegmentKind.OFFER), default=opened.at)
        return StoredCall(
            id=opened.call,
            leg=moved.leg or opened.leg,
            queue=moved.queue,
            direction=opened.direction,
            number=opened.number,
            name=opened.name,
            dialled=opened.dialled,
            state=moved.state,
            since=moved.at,
            agent=moved.agent,
            entered_at=opened.at,
            answered_at=moved.answered_at,
            segment_since=since,
            urgent=opened.call in self.urgent,
            to=moved.to if opened.call in self.moved else opened.to,
            peer=opened.peer or next((o.call for o in self.opened.values() if o.peer == opened.call), None),
            partner=moved.partner,
            picked=moved.picked,
            queued_at=moved.queued_at,
            made_by=opened.agent,
            handled_by=moved.agent if talks and moved.agent is not None else talked[-1] if talked else None,
            returned=moved.state is StoredState.WAITING and moved.queue is not None and answered_here,
            reason=Reason(missed.reason) if missed is not None and missed.reason is not None else None,
            not_reached=missed.recipient_name if missed is not None else None,
            back_to=missed.initiator if missed is not None and came_back else None,
            back_at=missed.at if missed is not None and came_back else None,
            transfer=self._stored_transfer(opened.call),
            past=past_of((line for line in self.log if line.call == opened.call), since),
        )

    def _stored_transfer(self, call: CallId) -> StoredTransfer | None:
        moved = self.transfers.get(call)
        if moved is None:
            return None
        return StoredTransfer(
            kind=moved.kind,
            state=TransferState(moved.state),
            initiator=moved.initiator,
            since=moved.at,
            was_active=moved.was_active,
            recipient=moved.recipient,
            colleague=moved.colleague,
            recipient_name=moved.recipient_name,
            until=moved.until,
        )

    async def known(self, organisation: OrganisationId, asked: Collection[CallId]) -> frozenset[CallId]:
        """Those of these that were opened."""
        return frozenset(asked) & self.opened.keys()

    async def missed(self, organisation: OrganisationId) -> tuple[MissedRow, ...]:
        """Those to whom nobody has spoken."""
        return tuple(row for row in self.missed_callers.values() if row.closed_at is None)

    async def counts(
        self, organisation: OrganisationId, since: Instant
    ) -> dict[QueueId, dict[Instant, Tally]]:
        """Nothing was counted before the simulation began."""
        return {}
