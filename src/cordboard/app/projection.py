"""What one user's console shows of the board: pure, and filtered by what that user may see.

Statements 2.1-c, 2.1.2-l, 3.1-a to 3.1-o, 3.2-a to 3.2-d; X-c. Nothing that a right forbids leaves here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cordboard.app.cards import answered_at, card, waits_in
from cordboard.app.planning import call_back, missed
from cordboard.app.ports import OrganisationRow, UserRow
from cordboard.app.troubles import NONE, PREFIX, Trouble, concerns
from cordboard.app.views import (
    AgentView,
    AlarmView,
    DeviceView,
    ExchangeView,
    GroupRef,
    MeView,
    QueueView,
    TalkView,
    Theme,
    View,
    WrapUpView,
)
from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.desk import may_go_on_by_phone
from cordboard.core.notices import Thing
from cordboard.core.queue import Queue, WrapUpMode
from cordboard.core.records import WrapUpKind
from cordboard.core.rules import CountWindow
from cordboard.core.types import CallBackId, CallId, DeviceId, MissedId, QueueId, Right, UserId
from cordboard.core.urgent import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks."""

    user: UserRow
    organisation: OrganisationRow
    group_names: dict[str, str]


def views(board: Board, viewer: Viewer, troubles: Mapping[str, Trouble] = NONE) -> Iterator[View]:
    """Everything that this user may see."""
    for thing, ids in (
        (Thing.EXCHANGE, ["exchange"]),
        (Thing.QUEUE, list(board.queues)),
        (Thing.DEVICE, list(board.devices)),
        (Thing.AGENT, list(board.agents)),
        (Thing.CALL, list(board.calls)),
        (Thing.ALARM, [*board.queues, *troubles]),
        (Thing.CALLBACK, list(board.callbacks)),
        (Thing.MISSED, list(board.missed)),
    ):
        for id_ in ids:
            if (view := view_of(board, viewer, thing, id_, troubles)) is not None:
                yield view
    yield me(board, viewer)


def view_of(
    board: Board, viewer: Viewer, thing: Thing, id_: str, troubles: Mapping[str, Trouble] = NONE
) -> View | None:
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
            return card(board, agent, CallId(id_))
        case Thing.ALARM if id_.startswith(PREFIX):
            return _trouble(troubles.get(id_), agent, viewer)
        case Thing.ALARM:
            return _alarm(board, agent, QueueId(id_))
        case Thing.CALLBACK:
            return call_back(board, agent, CallBackId(id_))
        case Thing.MISSED:
            return missed(board, agent, MissedId(id_))


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
        choose_group=viewer.organisation.settings.choose_group,
        device=agent.device,
        signed_in=sorted(agent.signed_in),
        locked=sorted(q for q in agent.signed_in if board.queues[q].locked),
        status=agent.status.value,
        status_since=agent.status_since,
        wrap_up=_wrap_up(board, agent),
        wrap_up_armed=agent.armed,
        pause=agent.pause,
        pause_reasons=list(board.pause_reasons),
        picks_signed_in_only=board.rules.pick_signed_in_only,
        counts_short=board.rules.count_short,
        keeps_sign_ins=may_go_on_by_phone(board, agent),
        remembers_sign_ins=board.rules.remember_sign_ins,
        hold_warn_ms=board.rules.hold_warn_ms,
        time_zone=viewer.organisation.time_zone,
        practice=viewer.organisation.demo and Right.PRACTICE in agent.rights,
    )


def theme_of(theme: str) -> Theme:
    """The stored word as a theme; an unknown one is the system's."""
    match theme:
        case "light" | "dark" | "contrast":
            return theme
        case _:
            return "system"


def _wrap_up(board: Board, agent: Agent) -> WrapUpView | None:
    wrap_up = agent.wrap_up
    if wrap_up is None:
        if not agent.pending_wrap_up_ms:
            return None
        return WrapUpView(kind="pending", since=None, until=None, stoppable=False, extendable=False)
    queue = board.queues.get(wrap_up.queue) if wrap_up.queue is not None else None
    # What was asked for by hand is given back by hand; a queue's rule is about what the queue gave (D9, D10).
    by_rule = queue if wrap_up.kind is WrapUpKind.AUTOMATIC else None
    return WrapUpView(
        kind=wrap_up.kind.value,
        since=wrap_up.since,
        until=wrap_up.until,
        stoppable=by_rule is None or by_rule.wrap_up_mode is not WrapUpMode.TIMED_NO_EARLY_EXIT,
        extendable=by_rule is not None
        and wrap_up.until is not None
        and by_rule.wrap_up_extend_ms > 0
        and wrap_up.extended < by_rule.wrap_up_extends_max,
    )


def _queue(board: Board, agent: Agent, queue_id: QueueId) -> QueueView | None:
    queue = board.queues.get(queue_id)
    if queue is None or agent.group is None or agent.group not in queue.groups:
        return None
    waiting = [c for c in board.calls.values() if waits_in(c, queue_id)]
    return QueueView(
        id=queue.id,
        name=queue.name,
        urgent=queue.urgent,
        position=queue.position,
        agents_signed_in=len(queue.signed_in),
        agents_available=board.agents_available(queue),
        waiting=len(waiting),
        average_wait_ms=queue.numbers.average_wait_ms(),
        # Whom we called back has been on the line for a moment, whatever place that customer has kept.
        longest_since=min((c.since if c.rings_customer_first else c.place_at for c in waiting), default=None),
        handled=queue.numbers.handled,
        total=queue.numbers.come_in(short=board.rules.count_short),
        counted_since=queue.numbers.since if board.rules.count_window is CountWindow.DAY else None,
    )


def _device(board: Board, agent: Agent, device_id: DeviceId) -> DeviceView | None:
    device = board.devices.get(device_id)
    if device is None:
        return None
    return DeviceView(
        id=device.id,
        name=device.name,
        kind=device.kind.value,
        extension=device.extension,
        registered=device.registered,
        in_call=device.used_by is None and (device.engaged or device.elsewhere),
        used_by=board.agents[device.used_by].name if device.used_by is not None else None,
        used_by_me=device.used_by == agent.id,
    )


def _colleague(board: Board, agent: Agent, other_id: UserId) -> AgentView | None:
    other = board.agents.get(other_id)
    if other is None:
        return None
    visible = {q.id for q in board.queues_of_group(agent)}
    talk = None
    on_line = next(iter(board.on_line(other)), None)
    if on_line is not None and (Right.COLLEAGUES_NUMBERS in agent.rights or other is agent):
        talk = TalkView(direction=on_line.direction.value, number=on_line.number)
    return AgentView(
        id=other.id,
        name=other.name,
        extension=other.extension,
        email=other.email,
        status=other.status.value,
        since=other.status_since,
        pause=other.pause,
        reachable=board.is_reachable(other),
        chat=other is not agent
        and other.console
        and Right.CHAT in other.rights
        and Right.CHAT in agent.rights,
        queues=sorted(other.signed_in & visible),
        talk=talk,
        talk_since=answered_at(on_line) if on_line is not None else None,
    )


def _alarm(board: Board, agent: Agent, queue_id: QueueId) -> AlarmView | None:
    """What is wrong with an urgent queue (D3, D6, D16); a caller who waits goes before a chair that is empty."""
    queue = board.queues.get(queue_id)
    if queue is None or not queue.urgent or not _hears_alarms(agent, queue):
        return None
    forgotten = [
        c.entered_at
        for c in board.calls.values()
        if waits_in(c, queue_id) and c.urgent and c.rung >= Rung.ALARM
    ]
    if forgotten:
        return AlarmView(
            id=queue.id,
            code="urgent_unanswered",
            queue=queue.id,
            queue_name=queue.name,
            name=None,
            since=min(forgotten),
        )
    if queue.signed_in and queue.deserted_since is None:
        return None
    return AlarmView(
        id=queue.id,
        code="urgent_deserted" if queue.signed_in else "urgent_empty",
        queue=queue.id,
        queue_name=queue.name,
        name=None,
        since=queue.deserted_since or _empty_since(board, queue),
    )


def _trouble(trouble: Trouble | None, agent: Agent, viewer: Viewer) -> AlarmView | None:
    """What is wrong with the house is for those who supervise."""
    if trouble is None or Right.SUPERVISE not in agent.rights:
        return None
    if not concerns(trouble, viewer.organisation.id):
        return None
    return AlarmView(
        id=trouble.id,
        code=trouble.code.value,
        queue=None,
        queue_name=None,
        name=trouble.name,
        since=trouble.since,
        until=trouble.until,
    )


def _hears_alarms(agent: Agent, queue: Queue) -> bool:
    return (
        Right.SUPERVISE in agent.rights
        or queue.id in agent.signed_in
        or (agent.group is not None and agent.group in queue.groups)
    )


def _empty_since(board: Board, queue: Queue) -> int:
    """Where the board does not keep when the last one left: since we know of the queue, or its day began."""
    return queue.empty_since or max(board.exchange_since, queue.numbers.since)
