"""Who waits and who is free, queue by queue: kept from turn to turn, so that no turn looks at everybody.

What stands here follows from calls and agents and is never stored. A call or an agent that changed is seen anew
(`see_call`, `see_agent`) before offers are looked at; when in doubt everything is (`Overview.known`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from cordboard.core.agent import Agent
from cordboard.core.call import Call, CallState
from cordboard.core.records import Why
from cordboard.core.types import CallId, Instant, QueueId, UserId

Order = tuple[bool, bool, int, bool, Instant, str]
"""`Call.order()`; the id in it makes it unlike any other."""


@dataclass(slots=True)
class Hall:
    """One queue: its waiting callers, and the agents who are signed in to it."""

    line: list[tuple[Order, Call]] = field(default_factory=list)
    """Callers whom any free agent may be offered, first comes first."""
    particular: dict[CallId, Call] = field(default_factory=dict)
    """Callers about whom each agent is asked: urgent ones, and those whom somebody rejected."""
    free: dict[UserId, Agent] = field(default_factory=dict)
    """Agents who can be offered a call."""
    others: dict[UserId, Why] = field(default_factory=dict)
    """Signed in, but not free, and why."""
    reasons: dict[Why, int] = field(default_factory=dict)
    """How many are not free for each reason."""


@dataclass(frozen=True, slots=True)
class Seat:
    """How an agent was seen."""

    queues: frozenset[QueueId]
    """Signed in where."""
    why_not: Why | None
    """Why not free; None: free."""
    present: bool
    """Can take calls, now or after what the agent is doing (D21)."""


NOWHERE = Seat(queues=frozenset(), why_not=Why.SKIPPED_AWAY, present=False)


@dataclass(slots=True)
class _Place:
    """Where a waiting call is kept."""

    order: Order
    queue: QueueId | None
    person: UserId | None
    particular: bool


@dataclass(slots=True)
class Overview:
    """All queues of one desk."""

    known: bool = False
    """False: everything must be looked at first."""
    halls: dict[QueueId, Hall] = field(default_factory=dict)
    for_one: dict[UserId, dict[CallId, Call]] = field(default_factory=dict)
    """Calls that wait for one person alone."""
    urgent: dict[CallId, Call] = field(default_factory=dict)
    """Urgent calls that wait, in whichever queue."""
    places: dict[CallId, _Place] = field(default_factory=dict)
    seats: dict[UserId, Seat] = field(default_factory=dict)
    """How every agent was seen last."""

    def hall(self, queue: QueueId) -> Hall:
        """This queue's callers and agents."""
        hall = self.halls.get(queue)
        if hall is None:
            hall = self.halls[queue] = Hall()
        return hall

    def order(self, call: Call) -> Order:
        """Smaller is offered first."""
        place = self.places.get(call.id)
        return place.order if place is not None else call.order()

    def waiting_in(self, queue: QueueId) -> list[Call]:
        """Who waits in this queue, first comes first."""
        hall = self.halls.get(queue)
        if hall is None:
            return []
        if not hall.particular:
            return [call for _, call in hall.line]
        calls = [call for _, call in hall.line] + list(hall.particular.values())
        return sorted(calls, key=self.order)

    def forget(self) -> None:
        """Nothing is known any more."""
        self.halls.clear()
        self.for_one.clear()
        self.urgent.clear()
        self.places.clear()
        self.seats.clear()

    def see_call(self, call: Call) -> bool:
        """The call may wait elsewhere than before, or no more. True: it has another place now."""
        before = self.places.get(call.id)
        if before is not None:
            self._take_away(call, before)
        elif call.state is not CallState.WAITING:
            return False
        if call.state is not CallState.WAITING:
            del self.places[call.id]
            return True
        person = call.person
        place = _Place(
            order=call.order(),
            queue=call.queue if person is None else None,
            person=person,
            particular=call.urgent or bool(call.rejected),
        )
        self.places[call.id] = place
        if person is not None:
            self.for_one.setdefault(person, {})[call.id] = call
        elif place.queue is not None:
            hall = self.hall(place.queue)
            if place.particular:
                hall.particular[call.id] = call
                if call.urgent:
                    self.urgent[call.id] = call
            else:
                insort(hall.line, (place.order, call))
        return place != before

    def _take_away(self, call: Call, place: _Place) -> None:
        if place.person is not None:
            calls = self.for_one[place.person]
            del calls[call.id]
            if not calls:
                del self.for_one[place.person]
        elif place.queue is not None:
            hall = self.halls[place.queue]
            if place.particular:
                del hall.particular[call.id]
                self.urgent.pop(call.id, None)
            else:
                del hall.line[bisect_left(hall.line, (place.order,))]

    def see_agent(self, agent: Agent, *, reachable: bool, engaged: bool = False) -> Seat | None:
        """The agent may be free or not, and signed in elsewhere. Gives how it was before; None: as it is now.

        Args:
            engaged: the telephone is used for something that is no call; the agent is busy then, as in a call.
        """
        why_not = Why.SKIPPED_BUSY if engaged else _why_not_free(agent, reachable=reachable)
        present = (reachable or engaged) and not agent.away and agent.pause is None
        # Also who is as nobody is seen at first, signed in nowhere and away, has a seat from now on.
        before = self.seats.setdefault(agent.id, NOWHERE)
        if before.why_not is why_not and before.present is present and before.queues == agent.signed_in:
            return None
        now = before.queues if before.queues == agent.signed_in else frozenset(agent.signed_in)
        self.seats[agent.id] = Seat(now, why_not, present)
        for queue in before.queues:
            hall = self.halls[queue]
            if hall.free.pop(agent.id, None) is None:
                hall.reasons[hall.others.pop(agent.id)] -= 1
        for queue in now:
            hall = self.hall(queue)
            if why_not is None:
                hall.free[agent.id] = agent
            else:
                hall.others[agent.id] = why_not
                hall.reasons[why_not] = hall.reasons.get(why_not, 0) + 1
        return before


def _why_not_free(agent: Agent, *, reachable: bool) -> Why | None:
    """Why a call of a queue cannot be offered to this agent now; None: it can (D2, D11)."""
    line = agent.line
    if agent.calls or agent.line_lost_until is not None or (line is not None and line.is_coming_up):
        return Why.SKIPPED_BUSY
    if agent.wrap_up is not None:
        return Why.SKIPPED_WRAP_UP
    if agent.pause is not None:
        return Why.SKIPPED_PAUSED
    if agent.away:
        return Why.SKIPPED_AWAY
    return None if reachable else Why.SKIPPED_NO_DEVICE
