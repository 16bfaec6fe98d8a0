"""What one user's console shows of the board: pure, and filtered by what that user may see.

Statements 2.1-c, 2.1.2-l, 3.1-a to 3.1-o, 3.2-a to 3.2-d; X-c. Nothing that a right forbids leaves here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cordboard.app import views as views_
from cordboard.app.ports import OrganisationRow, UserRow
from cordboard.app.views import (
    AgentView,
    CallView,
    DeviceView,
    ExchangeView,
    GroupRef,
    MeView,
    OfferView,
    QueueView,
    TalkView,
    Theme,
    View,
    WrapUpView,
)
from cordboard.core import offer
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.call import Call, CallState
from cordboard.core.notices import Thing
from cordboard.core.types import CallId, DeviceId, QueueId, Right, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks."""

    user: UserRow
    organisation: OrganisationRow
    group_names: dict[str, str]


def views(board: Board, viewer: Viewer) -> Iterator[View]:
    """Everything that this user may see."""
    for thing, ids in (
        (Thing.EXCHANGE, ["exchange"]),
        (Thing.QUEUE, list(board.queues)),
        (Thing.DEVICE, list(board.devices)),
        (Thing.AGENT, list(board.agents)),
        (Thing.CALL, list(board.calls)),
    ):
        for id_ in ids:
            if (view := view_of(board, viewer, thing, id_)) is not None:
                yield view
    yield me(board, viewer)


def view_of(board: Board, viewer: Viewer, thing: Thing, id_: str) -> View | None:
    """One thing as this user may see it; None: it is gone, or not for this user's eyes."""
    agent = board.agents[viewer.user.id]
    match thing:
        case Thing.EXCHANGE:
            return ExchangeView(id="exchange", up=board.exchange_up, since=board.exchange_since)
        case Thing.QUEUE:
            return _queue(board, agent, QueueId(id_))
        case Thing.DEVICE:
            return _device(board, agent, DeviceId(id_))
        case Thing.AGENT:
            return _colleague(board, agent, UserId(id_))
        case Thing.CALL:
            return _call(board, agent, CallId(id_))


def me(board: Board, viewer: Viewer) -> MeView:
    """The user's own place at the desk."""
    agent = board.agents[viewer.user.id]
    user = viewer.user
    return MeView(
        id=agent.id,
        name=agent.name,
        user_name=user.user_name,
        organisation=viewer.organisation.name,
        language="en" if user.language == "en" else "nl",
        theme=theme_of(user.theme),
        rights=sorted(right.value for right in agent.rights),
        groups=[
            GroupRef(id=g, name=viewer.group_names[g])
            for g in sorted(agent.groups, key=lambda g: viewer.group_names[g])
        ],
        group=agent.group,
        device=agent.device,
        signed_in=sorted(agent.signed_in),
        locked=sorted(q for q in agent.signed_in if board.queues[q].locked),
        status=agent.status.value,
        status_since=agent.status_since,
        wrap_up=_wrap_up(agent),
        wrap_up_armed=agent.armed,
        practice=viewer.organisation.demo and Right.PRACTICE in agent.rights,
    )


def theme_of(theme: str) -> Theme:
    """The stored word as a theme; an unknown one is the system's."""
    match theme:
        case "light" | "dark" | "contrast":
            return theme
        case _:
            return "system"


def _wrap_up(agent: Agent) -> WrapUpView | None:
    if agent.wrap_up is not None:
        return WrapUpView(kind=agent.wrap_up.kind.value, since=agent.wrap_up.since, until=agent.wrap_up.until)
    if agent.pending_wrap_up_ms:
        return WrapUpView(kind="pending", since=None, until=None)
    return None


def _queue(board: Board, agent: Agent, queue_id: QueueId) -> QueueView | None:
    queue = board.queues.get(queue_id)
    if queue is None or agent.group is None or agent.group not in queue.groups:
        return None
    waiting = [c for c in board.calls.values() if c.queue == queue_id and c.agent is None]
    return QueueView(
        id=queue.id,
        name=queue.name,
        urgent=queue.urgent,
        position=queue.position,
        agents_signed_in=len(queue.signed_in),
        agents_available=board.agents_available(queue),
        waiting=len(waiting),
        average_wait_ms=queue.numbers.average_wait_ms(),
        longest_since=min((c.entered_at for c in waiting), default=None),
        handled=queue.numbers.handled,
        total=queue.numbers.total,
        counted_since=queue.numbers.since,
    )


def _device(board: Board, agent: Agent, device_id: DeviceId) -> DeviceView | None:
    device = board.devices.get(device_id)
    if device is None:
        return None
    return DeviceView(
        id=device.id,
        name=device.name,
        kind=device.kind.value,
        registered=device.registered,
        used_by=board.agents[device.used_by].name if device.used_by is not None else None,
        used_by_me=device.used_by == agent.id,
    )


def _colleague(board: Board, agent: Agent, other_id: UserId) -> AgentView | None:
    other = board.agents.get(other_id)
    if other is None:
        return None
    visible = {q.id for q in board.queues_of_group(agent)}
    talk = None
    active = board.active_call(other)
    if active is not None and (Right.COLLEAGUES_NUMBERS in agent.rights or other is agent):
        talk = TalkView(direction=active.direction.value, number=active.number)
    return AgentView(
        id=other.id,
        name=other.name,
        extension=other.extension,
        email=other.email,
        status=other.status.value,
        since=other.status_since,
        queues=sorted(other.signed_in & visible),
        talk=talk,
    )


def _call(board: Board, agent: Agent, call_id: CallId) -> CallView | None:
    call = board.calls.get(call_id)
    if call is None:
        return None
    queue = board.queues.get(call.queue) if call.queue is not None else None
    mine = call.agent == agent.id
    own_offer = call.offers.get(agent.id)
    in_group = queue is not None and agent.group is not None and agent.group in queue.groups
    if not (mine or own_offer is not None or in_group):
        return None
    # With whom a colleague talks is for those who may see it, on this card as in the list of colleagues (3.2-d).
    secret = call.agent is not None and not mine and Right.COLLEAGUES_NUMBERS not in agent.rights
    note = offer.note_of(call, agent)
    return CallView(
        id=call.id,
        v=call.version,
        queue=call.queue,
        queue_name=queue.name if queue is not None else None,
        urgent=call.urgent,
        direction=call.direction.value,
        state=_state(call),
        since=call.since,
        entered_at=call.entered_at,
        answered_at=call.answered_at,
        number=None if secret else call.number,
        name=None if secret else call.name,
        agent=call.agent,
        agent_name=board.agents[call.agent].name if call.agent is not None else None,
        mine=mine,
        offer=OfferView(since=own_offer.since, ringing=_rings_for(agent, call), rejectable=not call.urgent)
        if own_offer is not None
        else None,
        note=note.value if note is not None and (mine or own_offer is not None) else None,
    )


def _state(call: Call) -> views_.CallState:
    match call.state:
        case CallState.WAITING:
            return "offered" if call.offers else "waiting"
        case CallState.CONNECTING:
            return "connecting"
        case CallState.ACTIVE:
            return "active"
        case CallState.HELD | CallState.ENDED:
            return "held"


def _rings_for(agent: Agent, call: Call) -> bool:
    line = agent.line
    return line is not None and line.state is LineState.RINGING and line.call == call.id
