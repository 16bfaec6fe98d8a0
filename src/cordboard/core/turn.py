"""One turn of the switchboard: the time it has, and everything it brings about."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState, Reason
from cordboard.core.commands import Command, PlaceInQueue
from cordboard.core.events import Event
from cordboard.core.notices import Changed, Notice, Say, Saying, Thing
from cordboard.core.queue import Queue
from cordboard.core.records import (
    CallMoved,
    Noted,
    Record,
    SegmentClosed,
    SegmentKind,
    SegmentOutcome,
    StoredState,
    Why,
)
from cordboard.core.transitions import CALL
from cordboard.core.types import CallBackId, CallId, Direction, EndedBy, Instant, LegId, QueueId, UserId

Effect = Command | Record | Notice

SEGMENT = {
    CallState.WAITING: SegmentKind.WAIT,
    CallState.CONNECTING: SegmentKind.WAIT,
    CallState.DIALLING: SegmentKind.DIAL,
    CallState.ACTIVE: SegmentKind.TALK,
    CallState.CONFERENCE: SegmentKind.TALK,
    CallState.HELD: SegmentKind.HOLD,
    CallState.TRANSFERRING: SegmentKind.TRANSFER,
    CallState.TRANSFERRED: SegmentKind.AWAY,
    CallState.LEAVING: SegmentKind.LEAVE,
}
STORED: dict[CallState, StoredState] = {
    state: StoredState(state.value) for state in CallState if state is not CallState.ENDED
}
"""What the database calls each state."""
OF_AGENT = frozenset({SegmentKind.DIAL, SegmentKind.TALK, SegmentKind.HOLD})
"""Kinds of segments that are an agent's."""
CALL_ALARM = "call "
"""Begins the key of an alarm that is about a call."""
CALLBACK_ALARM = "callback "
"""Begins the key of an alarm that is about a call back."""
OFFERS_ALARM = "offers "
"""Begins the key of an alarm about what may be offered to an agent."""


class Ended:
    """A call that ended in this turn: who else has to know."""

    __slots__ = ("agent", "by", "call", "reached", "state")

    def __init__(self, call: Call, state: CallState, agent: Agent | None, by: EndedBy, reached: str) -> None:
        self.call = call
        self.state = state
        """Where it was."""
        self.agent = agent
        """Whose it was; None: nobody's."""
        self.by = by
        self.reached = reached
        """A value of LegEnd, for a recipient that was not reached; "" otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An agent left a call in this turn; what earns a wrap-up, as it was then (D9)."""

    agent: Agent
    call: Call
    queue: QueueId | None
    """Which it came through; passed on to another queue it has that one's by the end of the turn."""
    talked_ms: int


class Turn:
    """Collects what is to be done, remembered and shown; nothing leaves before the turn is over."""

    def __init__(self, board: Board, now: Instant, new_leg: Callable[[], LegId]) -> None:
        self.board = board
        self.now = now
        self.new_leg = new_leg
        self.commands: list[Command] = []
        self.records: list[Record] = []
        self.sayings: list[Say] = []
        self._calls: dict[str, None] = {}
        self._queues: dict[str, None] = {}
        self._others: dict[Changed, None] = {}
        self.left: list[Left] = []
        """Agents who left a call in this turn; wrap-up looks at them afterwards."""
        self.over: list[Ended] = []
        """Calls that ended in this turn; transfers that they were part of look at them afterwards."""
        self.taken: list[Call] = []
        """Calls whose agent and party came to hear each other in this turn; a blind transfer is then complete."""
        self.unanswered: list[tuple[Agent, Call]] = []
        """Agents whose telephone did not come up for a call that they clicked on."""
        self.moved: list[Call] = []
        """Calls that came into another state; what is due in it is set when the turn ends."""
        self.sent_on: list[Call] = []
        """Callers whom an agent sent to a queue; its ways out are looked at when the turn ends."""
        self.stranded: list[tuple[Call, Reason]] = []
        """Callers whom nobody took: a direct call's person, a blind transfer's colleague, a number that a rule
        dialled. Whose rule is next is decided when the turn ends."""
        self.declined: list[Call] = []
        """Callers who did not ask for the call back that was their way out; the next way is theirs."""
        self.once_kept: list[Event] = []
        """Facts to be told when what this turn remembers is in the database."""
        self.look_again = False
        """Supply or demand changed: offers must be looked at before the turn ends."""
        self.look_everywhere = False
        """Everything may have changed; False: only what was touched."""
        self.touched_calls: dict[CallId, Call] = {}
        self.touched_agents: dict[UserId, Agent] = {}
        self._agents: dict[UserId, Agent] = {}

    def do(self, command: Command) -> None:
        """Have the exchange do this."""
        self.commands.append(command)

    def remember(self, record: Record) -> None:
        """Have the database keep this."""
        self.records.append(record)

    def say(self, agent: Agent, saying: Saying, call: CallId | None = None, **args: str) -> None:
        """Tell the agent something once."""
        self.sayings.append(Say(agent=agent.id, saying=saying, call=call, args=args))

    def note(self, call: Call, why: Why, agent: Agent | None = None, detail: str | None = None) -> None:
        """A line of the call's log: why it rang whom, and what became of it."""
        self.records.append(
            Noted(
                call=call.id,
                why=why,
                agent=agent.id if agent is not None else None,
                detail=detail,
                at=self.now,
            )
        )

    def place_in_queue(self, call: Call, *, answer: bool = True) -> None:
        """Let this caller wait with the music of the queue that the call is in."""
        assert call.queue is not None, call
        self.do(PlaceInQueue(leg=call.leg, call=call.id, queue=call.queue, answer=answer))

    def enters(self, call: Call, queue: Queue) -> None:
        """The call comes into this queue; it counts there once, however often it returns (D15).

        Each queue has its own ladder (D6); the one that it leaves has another number of callers, and may have no alarm.
        """
        call.rung = 0
        if call.queue is not None and call.queue != queue.id:
            self.show(Thing.QUEUE, call.queue)
            self.show(Thing.ALARM, call.queue)
        if queue.id not in call.visited:
            call.visited.add(queue.id)
            queue.numbers.entered(self.now)

    def wake_call(self, at: Instant, call: Call) -> None:
        """Look at this call again at that moment."""
        self._alarm((at, f"{CALL_ALARM}{call.id}"))

    def wake_callback(self, at: Instant, callback: CallBackId) -> None:
        """Look at this call back again at that moment."""
        self._alarm((at, f"{CALLBACK_ALARM}{callback}"))

    def wake_offers(self, at: Instant, agent: Agent) -> None:
        """Look at what may be offered to this agent again at that moment."""
        self._alarm((at, f"{OFFERS_ALARM}{agent.id}"))

    def wake(self, at: Instant, agent: Agent) -> None:
        """Look at this agent again at that moment."""
        self._alarm((at, agent.id))

    def _alarm(self, alarm: tuple[Instant, str]) -> None:
        if alarm not in self.board.alarms_set:
            self.board.alarms_set.add(alarm)
            heapq.heappush(self.board.alarms, alarm)

    def leaves(self, agent: Agent, call: Call) -> None:
        """The call is not this agent's any more."""
        if not agent.calls:
            # Nobody is left for whom the telephone would be rung back, or waited for.
            agent.ring_back_at = agent.line_lost_until = None
        talked_ms = call.talked_ms(self.now)
        self.left.append(Left(agent=agent, call=call, queue=call.queue, talked_ms=talked_ms))

    def show(self, thing: Thing, id_: str) -> None:
        """This may look different now."""
        self._others[Changed(thing, id_)] = None

    def show_call(self, call: Call) -> None:
        """The call looks different now; so may its queue's numbers, its agent and its offers."""
        self._calls[call.id] = None
        if call.queue is not None:
            self._queues[call.queue] = None
        self.touched_calls[call.id] = call
        self.look_again = True

    def touch_call(self, call: Call) -> None:
        """The call may have to be offered to others; it need not look different."""
        self.touched_calls[call.id] = call
        self.look_again = True

    def show_agent(self, agent: Agent) -> None:
        """Something about the agent changed; the status is worked out at the end of the turn."""
        self._agents[agent.id] = self.touched_agents[agent.id] = agent
        self.look_again = True

    def touch_agent(self, agent: Agent) -> None:
        """Other calls may have to be offered to the agent, who need not look different."""
        self.touched_agents[agent.id] = agent
        self.look_again = True

    def forget(self, agent: Agent) -> None:
        """The agent has left the board; consoles take the row away."""
        self._agents.pop(agent.id, None)
        self.touched_agents.pop(agent.id, None)
        self.show(Thing.AGENT, agent.id)

    def settle_statuses(self) -> None:
        """Work out the status of every agent that was touched, and show it."""
        queues = self._queues
        for agent in self._agents.values():
            status = self.board.status_of(agent)
            if status is not agent.status:
                agent.status, agent.status_since = status, self.now
            for queue in agent.signed_in:
                queues[queue] = None

    @property
    def changed(self) -> list[Changed]:
        """What may look different after this turn, each once."""
        found = list(self._others)
        found += [Changed(Thing.AGENT, a) for a in self._agents]
        found += [Changed(Thing.CALL, c) for c in self._calls]
        found += [c for q in self._queues if (c := Changed(Thing.QUEUE, q)) not in self._others]
        return found

    def close_segment(self, call: Call, outcome: SegmentOutcome) -> None:
        """The stretch that the call was in is over."""
        self.remember(
            SegmentClosed(
                call=call.id,
                kind=call.segment,
                agent=call.segment_agent,
                started_at=call.segment_since,
                ended_at=self.now,
                outcome=outcome,
            )
        )
        call.segment_since = self.now

    def close_offer(self, call: Call, agent: Agent, outcome: SegmentOutcome) -> None:
        """The agent's card for this call goes."""
        offer = call.offers.pop(agent.id)
        del agent.offers[call.id]
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
        """The call is somewhere else now; its segment is closed unless it only goes on in the same one.

        `call.agent` is set before: the agent whose call it is in the new state, None for nobody's.
        """
        assert state is not CallState.ENDED, call
        assert state in CALL[call.state], (call, state)
        kind = SEGMENT[state]
        if state is CallState.CONNECTING and call.segment is SegmentKind.DIAL:
            kind = SegmentKind.DIAL
        agent = call.agent if kind in OF_AGENT else None
        if kind is not call.segment or agent != call.segment_agent:
            self.close_segment(call, outcome)
            call.segment, call.segment_agent = kind, agent
            call.rung = 0
        call.state, call.since, call.warned = state, self.now, False
        if state is CallState.WAITING:
            self.board.queued[call.id] = call
        else:
            self.board.queued.pop(call.id, None)
        call.version += 1
        self.remember_place(call)
        self.moved.append(call)
        self.show_call(call)

    def remember_place(self, call: Call) -> None:
        """Have the database keep where the call is: what recovery reads after a crash."""
        self.remember(
            CallMoved(
                call=call.id,
                state=STORED[call.state],
                agent=call.agent,
                answered_at=call.answered_at,
                at=call.since,
                leg=call.leg,
                queue=call.queue,
                partner=call.partner,
                picked=call.picked,
                queued_at=call.queued_at,
                to=call.to,
                counts=not (call.direction is Direction.OUT and call.queue == call.for_queue),
            )
        )
