"""One turn of the switchboard: the time it has, and everything it brings about."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.commands import Command
from cordboard.core.notices import Changed, Notice, Say, Saying, Thing
from cordboard.core.records import CallMoved, Record, SegmentClosed, SegmentKind, SegmentOutcome, StoredState
from cordboard.core.types import CallId, Instant, LegId

Effect = Command | Record | Notice

_SEGMENT = {
    CallState.WAITING: SegmentKind.WAIT,
    CallState.CONNECTING: SegmentKind.WAIT,
    CallState.ACTIVE: SegmentKind.TALK,
    CallState.HELD: SegmentKind.HOLD,
}


class Turn:
    """Collects what is to be done, remembered and shown; nothing leaves before the turn is over."""

    def __init__(self, board: Board, now: Instant, new_leg: Callable[[], LegId]) -> None:
        self.board = board
        self.now = now
        self.new_leg = new_leg
        self.commands: list[Command] = []
        self.records: list[Record] = []
        self.sayings: list[Say] = []
        self.changed: dict[Changed, None] = {}
        self.left: list[tuple[Agent, Call]] = []
        """Agents who left a call in this turn; wrap-up looks at them afterwards."""
        self.look_again = False
        """Supply or demand changed: offers must be looked at before the turn ends."""
        self._agents: dict[str, Agent] = {}

    def do(self, command: Command) -> None:
        """Have the exchange do this."""
        self.commands.append(command)

    def remember(self, record: Record) -> None:
        """Have the database keep this."""
        self.records.append(record)

    def say(self, agent: Agent, saying: Saying, call: CallId | None = None, **args: str) -> None:
        """Tell the agent something once."""
        self.sayings.append(Say(agent=agent.id, saying=saying, call=call, args=args))

    def wake(self, at: Instant, agent: Agent | None = None) -> None:
        """Look at this agent (None: at the offers) again at that moment."""
        alarm = (at, agent.id if agent is not None else "")
        if alarm not in self.board.alarms_set:
            self.board.alarms_set.add(alarm)
            heapq.heappush(self.board.alarms, alarm)

    def show_call(self, call: Call) -> None:
        """The call looks different now; so may its queue's numbers, its agent and its offers."""
        self.changed[Changed(Thing.CALL, call.id)] = None
        if call.queue is not None:
            self.changed[Changed(Thing.QUEUE, call.queue)] = None
        self.look_again = True

    def show_agent(self, agent: Agent) -> None:
        """Something about the agent changed; the status is worked out at the end of the turn."""
        self._agents[agent.id] = agent
        self.look_again = True

    def settle_statuses(self) -> None:
        """Work out the status of every agent that was touched, and show it."""
        for agent in self._agents.values():
            status = self.board.status_of(agent)
            if status is not agent.status:
                agent.status, agent.status_since = status, self.now
            self.changed[Changed(Thing.AGENT, agent.id)] = None
            for queue in agent.signed_in:
                self.changed[Changed(Thing.QUEUE, queue)] = None
        self._agents.clear()

    def close_segment(self, call: Call, outcome: SegmentOutcome) -> None:
        """The stretch that the call was in is over."""
        kind = _SEGMENT[call.state]
        self.remember(
            SegmentClosed(
                call=call.id,
                kind=kind,
                agent=None if kind is SegmentKind.WAIT else call.agent,
                started_at=call.segment_since,
                ended_at=self.now,
                outcome=outcome,
            )
        )
        call.segment_since = self.now

    def close_offer(self, call: Call, agent: Agent, outcome: SegmentOutcome) -> None:
        """The agent's card for this call goes."""
        offer = call.offers.pop(agent.id)
        self.remember(
            SegmentClosed(
                call=call.id,
                kind=SegmentKind.OFFER,
                agent=agent.id,
                started_at=offer.since,
                ended_at=self.now,
                outcome=outcome,
            )
        )
        self.show_call(call)
        self.show_agent(agent)

    def move(self, call: Call, state: CallState, outcome: SegmentOutcome) -> None:
        """The call is somewhere else now; its segment is closed unless it only goes on waiting."""
        assert state is not CallState.ENDED, call
        if _SEGMENT[call.state] is not _SEGMENT[state]:
            self.close_segment(call, outcome)
        call.state, call.since = state, self.now
        call.version += 1
        self.remember(
            CallMoved(
                call=call.id,
                state=StoredState(state.value),
                agent=call.agent if state is not CallState.WAITING else None,
                answered_at=call.answered_at,
                at=self.now,
            )
        )
        self.show_call(call)
