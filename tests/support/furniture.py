"""Queues, telephones and people for the stories of `desk`."""

from __future__ import annotations

from cordboard.core.agent import Agent, Device
from cordboard.core.board import Board
from cordboard.core.queue import Queue
from cordboard.core.types import (
    AnswerMethod,
    DeviceId,
    DeviceKind,
    GroupId,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    UserId,
)
from tests.support.pretend_exchange import PretendExchange

GROUP = GroupId("enschede")


class Furniture:
    """A board with an exchange, to be furnished before the first call."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.board = Board(organisation=OrganisationId("vtel"))
        self.exchange = PretendExchange()

    def queue(
        self,
        name: str,
        *,
        urgent: bool = False,
        priority: int = 0,
        strategy: Strategy = Strategy.RING_ALL,
        ring_s: int = 20,
        wrap_up_s: int = 0,
        locked: bool = False,
        ring_until_answered: bool = False,
        groups: tuple[str, ...] = (GROUP,),
    ) -> Queue:
        """Set up a queue."""
        queue = Queue(
            id=QueueId(name),
            name=name,
            urgent=urgent,
            priority=priority,
            strategy=strategy,
            ring_ms=ring_s * 1000,
            wrap_up_ms=wrap_up_s * 1000,
            locked=locked,
            ring_until_answered=ring_until_answered,
            groups=frozenset(GroupId(g) for g in groups),
        )
        queue.numbers.begin(self.now)
        self.board.queues[queue.id] = queue
        return queue

    def device(
        self, name: str, kind: DeviceKind = DeviceKind.SIP, method: AnswerMethod | None = None
    ) -> Device:
        """Put a telephone somewhere; it is registered and does what its answer method promises."""
        if method is None:
            method = AnswerMethod.WEB if kind is DeviceKind.WEB else AnswerMethod.HEADER
        device = Device(id=DeviceId(name), name=name, kind=kind, answer_method=method, registered=True)
        self.board.devices[device.id] = device
        self.exchange.registered.add(device.id)
        if method is not AnswerMethod.MANUAL:
            self.exchange.answer_at_once.add(device.id)
        if method is AnswerMethod.NOTIFY_TALK:
            self.exchange.obey_talk.add(device.id)
        return device

    def agent(
        self,
        name: str,
        *,
        queues: tuple[str, ...] = (),
        kind: DeviceKind = DeviceKind.SIP,
        method: AnswerMethod | None = None,
        groups: tuple[str, ...] = (GROUP,),
        rights: frozenset[Right] = frozenset(Right),
    ) -> Agent:
        """Have somebody at work: a console, a telephone of their own, signed in to these queues."""
        agent = Agent(
            id=UserId(name),
            name=name.capitalize(),
            groups=frozenset(GroupId(g) for g in groups),
            rights=rights,
            group=GroupId(groups[0]) if groups else None,
            console=True,
            idle_since=self.now,
            status_since=self.now,
        )
        device = self.device(f"{name}-phone", kind, method)
        agent.device, device.used_by = device.id, agent.id
        self.board.agents[agent.id] = agent
        for each in queues:
            agent.signed_in.add(QueueId(each))
            if agent.group is not None:
                agent.remembered.add((agent.group, QueueId(each)))
            self.board.queues[QueueId(each)].signed_in.add(agent.id)
        agent.status = self.board.status_of(agent)
        # Furniture comes in without an event.
        self.board.overview.known = False
        return agent
