"""An agent's place at the desk: group, queues, device, presence.

Manual 1.1 to 1.3, 2.4, 4; statements 1.1-r to 1.3-h, 2.4-h to 2.4-j, 4-c to 4-e; decisions D12, D16, D17.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cordboard.core import absence, urgent
from cordboard.core import line as lines
from cordboard.core.agent import Agent, Device, LineState
from cordboard.core.board import Board
from cordboard.core.notices import Saying, Thing
from cordboard.core.queue import Queue
from cordboard.core.records import (
    AwayChanged,
    DevicePaired,
    GroupChosen,
    PauseChanged,
    QueueSignInChanged,
)
from cordboard.core.records_of_groups import SignInRemembered
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import DeviceId, DeviceKind, GroupId, QueueId, Right


def sign_in(turn: Turn, agent: Agent, queue: Queue) -> None:
    """The agent wants this queue's calls.

    Raises:
        Refused: `queue_not_available` (not in the chosen group); nothing has changed.
    """
    if agent.group is None or agent.group not in queue.groups:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    if agent.id in queue.signed_in:
        return
    _set_signed_in(turn, agent, queue, signed_in=True)
    if agent.device_lost_at is not None:
        agent.device_lost_at = turn.now
        watch_device(turn, agent)
    for other_id in sorted(queue.signed_in - {agent.id}):
        other = turn.board.agents[other_id]
        if absence.is_overdue(turn.board, other, turn.now):
            # Stayed as the last one for urgent calls.
            turn.wake(turn.now + 1, other)


def sign_out(turn: Turn, agent: Agent, queue: Queue, *, confirmed: bool) -> None:
    """The agent wants no more calls of this queue.

    Raises:
        Refused: `queue_locked`, or `last_in_urgent` when not confirmed; nothing has changed.
    """
    if agent.id not in queue.signed_in:
        return
    if queue.locked:
        raise Refused(Code.QUEUE_LOCKED, queue=queue.name)
    if not confirmed:
        must_leave_somebody(agent, [queue])
    _set_signed_in(turn, agent, queue, signed_in=False)
    if agent.group is not None:
        _remember(turn, agent, agent.group, queue.id, remembered=False)
    after = turn.board.rules.sign_in_reminder_ms
    if not agent.signed_in and after is not None:
        agent.remind_at = turn.now + after
        turn.wake(agent.remind_at, agent)


def _set_signed_in(turn: Turn, agent: Agent, queue: Queue, *, signed_in: bool) -> None:
    if signed_in:
        queue.signed_in.add(agent.id)
        agent.signed_in.add(queue.id)
        agent.remind_at = None
        agent.idle_since = agent.idle_since or turn.now
        if agent.group is not None:
            _remember(turn, agent, agent.group, queue.id)
    else:
        queue.signed_in.discard(agent.id)
        agent.signed_in.discard(queue.id)
    turn.remember(QueueSignInChanged(agent=agent.id, queue=queue.id, signed_in=signed_in, at=turn.now))
    turn.show(Thing.QUEUE, queue.id)
    turn.show_agent(agent)


def _remember(turn: Turn, agent: Agent, group: GroupId, queue: QueueId, *, remembered: bool = True) -> None:
    """For the next time in that group; also while the rule is off, so that it holds from the day it is wanted (D12)."""
    pair = group, queue
    if (pair in agent.remembered) == remembered:
        return
    if remembered:
        agent.remembered.add(pair)
    else:
        agent.remembered.discard(pair)
    turn.remember(
        SignInRemembered(agent=agent.id, group=group, queue=queue, remembered=remembered, at=turn.now)
    )


def remember_present(turn: Turn, agent: Agent) -> None:
    """What the agent is signed in to counts for the group that the agent is in now."""
    if agent.group is not None:
        for queue_id in sorted(agent.signed_in):
            _remember(turn, agent, agent.group, queue_id)


def forget_remembered(turn: Turn, agent: Agent, *, kept: Callable[[GroupId, QueueId], bool]) -> None:
    """Nothing is remembered of a queue that a group has no more, or of a group that the agent has no more."""
    for group, queue_id in sorted(agent.remembered):
        if not kept(group, queue_id):
            _remember(turn, agent, group, queue_id, remembered=False)


def end_sign_in(turn: Turn, agent: Agent, queue: Queue) -> None:
    """The sign-in ends, locked or not: the agent may not work there any more."""
    _set_signed_in(turn, agent, queue, signed_in=False)


def must_leave_somebody(agent: Agent, queues: Iterable[Queue]) -> None:
    """Nobody leaves these queues as the last one for urgent calls without knowing it (D6, D12, D17).

    Raises:
        Refused: `last_in_urgent` with the names of the queues; nothing has changed.
    """
    alone = [queue for queue in queues if queue.urgent and queue.signed_in == {agent.id}]
    if alone:
        names = (queue.name for queue in sorted(alone, key=lambda queue: (queue.position, queue.name)))
        raise Refused(Code.LAST_IN_URGENT, queue=", ".join(names))


def queues_of(board: Board, agent: Agent) -> list[Queue]:
    """Where the agent is signed in, in a fixed order."""
    return [board.queues[queue_id] for queue_id in sorted(agent.signed_in)]


def may_go_on_by_phone(board: Board, agent: Agent) -> bool:
    """The agent may be rung for queues without a console: the organisation wants it, and there is a desk phone (D17).

    A browser is no desk phone: it goes with its tab.
    """
    device = board.devices.get(agent.device) if agent.device is not None else None
    return board.rules.keep_sign_ins and device is not None and device.kind is DeviceKind.SIP


def go_on_by_phone(turn: Turn, agent: Agent) -> None:
    """The console goes and nothing else: nobody is signed out after a while, as when a console is lost (D16)."""
    agent.console, agent.console_lost_at = False, None
    turn.show_agent(agent)


def sign_out_everywhere(turn: Turn, agent: Agent) -> None:
    """All sign-ins end, locked or not."""
    for queue_id in list(agent.signed_in):
        _set_signed_in(turn, agent, turn.board.queues[queue_id], signed_in=False)


def choose_group(turn: Turn, agent: Agent, group: GroupId, *, confirmed: bool) -> None:
    """Work for this group: sign-ins that it has too stay, others end, none are added (1.3-c to 1.3-e, D12).

    Where the organisation wants it, those of the last time in this group are added; also to who begins anew in the
    same one.

    Raises:
        Refused: `queue_not_available` when the agent is not a member, or `last_in_urgent` when not confirmed and the
            group lacks an urgent queue in which nobody else is; nothing has changed.
    """
    if group not in agent.groups:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    lost = [queue for queue in queues_of(turn.board, agent) if group not in queue.groups]
    if not confirmed:
        must_leave_somebody(agent, lost)
    if agent.group != group:
        agent.group = group
        turn.remember(GroupChosen(agent=agent.id, group=group, at=turn.now))
    for queue in lost:
        _set_signed_in(turn, agent, queue, signed_in=False)
    remember_present(turn, agent)
    if turn.board.rules.remember_sign_ins:
        _sign_in_again(turn, agent, group)
    turn.show_agent(agent)


def _sign_in_again(turn: Turn, agent: Agent, group: GroupId) -> None:
    for of, queue_id in sorted(agent.remembered):
        queue = turn.board.queues.get(queue_id)
        if of == group and queue is not None and group in queue.groups:
            sign_in(turn, agent, queue)


def pair(turn: Turn, agent: Agent, device_id: DeviceId, *, take_over: bool = False) -> None:
    """Make this telephone the agent's; an earlier one is let go (1.2-c, 1.2-k).

    Args:
        take_over: also from the colleague who has it and does nothing with it now; he is told (D16).

    Raises:
        Refused: `device_taken` with the name of who has it, `no_right` or `device_in_call` when it is to be taken
            over, `live_call` while the agent is on a call, or `no_device` when there is no such device; nothing
            has changed.
    """
    device = turn.board.devices.get(device_id)
    if device is None:
        raise Refused(Code.NO_DEVICE)
    holder = turn.board.agents[device.used_by] if device.used_by is not None else None
    if holder is agent:
        return
    if agent.calls:
        raise Refused(Code.LIVE_CALL)
    if holder is not None:
        if not take_over:
            raise Refused(Code.DEVICE_TAKEN, name=holder.name)
        if Right.TAKE_OVER_DEVICE not in agent.rights:
            raise Refused(Code.NO_RIGHT)
        _take_from(turn, device)
        turn.say(holder, Saying.DEVICE_TAKEN_OVER, name=device.name, by=agent.name)
    if agent.device is not None:
        leave_device(turn, turn.board.devices[agent.device])
    agent.device, device.used_by = device_id, agent.id
    turn.show(Thing.DEVICE, device_id)
    turn.remember(DevicePaired(agent=agent.id, device=device_id, at=turn.now))
    turn.show_agent(agent)
    agent.device_lost_at = None
    watch_device(turn, agent)


def release(turn: Turn, device_id: DeviceId) -> None:
    """An administrator takes a telephone from whoever has it paired (1.2-j).

    Raises:
        Refused: `no_device`, or `device_in_call`; nothing has changed.
    """
    device = turn.board.devices.get(device_id)
    if device is None:
        raise Refused(Code.NO_DEVICE)
    holder = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    _take_from(turn, device)
    if holder is not None:
        turn.say(holder, Saying.DEVICE_RELEASED, name=device.name)


def _take_from(turn: Turn, device: Device) -> None:
    """One that only rings falls silent, and the callers are offered to others; one in a call stays where it is."""
    holder = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    line = holder.line if holder is not None and not holder.calls else None
    if line is None or line.state is not LineState.RINGING:
        require_quiet(turn.board, device)
    leave_device(turn, device)


def require_quiet(board: Board, device: Device) -> None:
    """The telephone is in nobody's ear.

    Raises:
        Refused: `device_in_call`; nothing has changed.
    """
    agent = board.agents.get(device.used_by) if device.used_by is not None else None
    in_call = agent is not None and (
        agent.calls or (agent.line is not None and agent.line.device == device.id)
    )
    if in_call or device.engaged:
        raise Refused(Code.DEVICE_IN_CALL, device=device.name)


def leave_device(turn: Turn, device: Device) -> None:
    """Nobody has this telephone any more."""
    agent = turn.board.agents.get(device.used_by) if device.used_by is not None else None
    if agent is None:
        return
    if agent.line is not None and agent.line.state is LineState.RINGING:
        lines.stop_ringing(turn, agent, elsewhere=False)
    agent.device, device.used_by = None, None
    turn.show(Thing.DEVICE, device.id)
    turn.remember(DevicePaired(agent=agent.id, device=None, at=turn.now))
    turn.show_agent(agent)
    watch_device(turn, agent)


def unpair(turn: Turn, agent: Agent) -> None:
    """The agent has no telephone any more.

    Raises:
        Refused: `live_call`; nothing has changed.
    """
    if agent.device is None:
        return
    if agent.calls:
        raise Refused(Code.LIVE_CALL)
    leave_device(turn, turn.board.devices[agent.device])


def back_to_work(turn: Turn, agent: Agent) -> None:
    """Any action in the console shows that the agent is there again (D3)."""
    if agent.away:
        agent.away = False
        turn.remember(AwayChanged(agent=agent.id, away=False, at=turn.now))
        turn.show_agent(agent)
        agent.misses = 0
    urgent.is_there(turn, agent)


def pause(turn: Turn, agent: Agent, reason: str) -> None:
    """The agent takes no calls for now (D11).

    Raises:
        Refused: `no_reason` when it is none of the organisation's; nothing has changed.
    """
    if reason not in turn.board.pause_reasons:
        raise Refused(Code.NO_REASON)
    if agent.pause == reason:
        return
    agent.pause = reason
    turn.remember(PauseChanged(agent=agent.id, reason=reason, at=turn.now))
    turn.show_agent(agent)


def unpause(turn: Turn, agent: Agent) -> None:
    """The agent takes calls again."""
    if agent.pause is not None:
        agent.pause, agent.idle_since = None, turn.now
        turn.remember(PauseChanged(agent=agent.id, reason=None, at=turn.now))
        turn.show_agent(agent)


def console_seen(turn: Turn, agent: Agent) -> None:
    """A console of this agent is connected."""
    if not agent.console:
        agent.console, agent.console_lost_at = True, None
        watch_absence(turn, agent)
        turn.show_agent(agent)
        urgent.staffing_of(turn, agent)


def console_lost(turn: Turn, agent: Agent) -> None:
    """No console for the grace time; a desk phone still rings for a while (D16)."""
    if agent.console:
        agent.console, agent.console_lost_at = False, turn.now
        watch_absence(turn, agent)
        turn.show_agent(agent)


def watch_absence(turn: Turn, agent: Agent) -> None:
    """Look again when the agent will have been away too long (D16)."""
    at = absence.overdue_at(turn.board, agent)
    if at is not None:
        turn.wake(max(turn.now + 1, at), agent)


def watch_device(turn: Turn, agent: Agent) -> None:
    """Since when the agent's device is not registered: sign-ins last a while longer (D16)."""
    device = turn.board.device_of(agent)
    if device is None or device.registered:
        agent.device_lost_at = None
        urgent.staffing_of(turn, agent)
    elif agent.device_lost_at is None:
        agent.device_lost_at = turn.now
    watch_absence(turn, agent)


def due(turn: Turn, agent: Agent) -> None:
    """Remind who is signed out; sign out who has long been without a console or a device (D16).

    The last one of an urgent queue stays, and there is an alarm; as soon as somebody else is there, that one goes too.
    """
    _remind(turn, agent)
    if not absence.is_overdue(turn.board, agent, turn.now):
        # A rule may be another than when this moment was set.
        watch_absence(turn, agent)
        return
    for queue_id in list(agent.signed_in):
        queue = turn.board.queues[queue_id]
        if queue.urgent and queue.signed_in == {agent.id}:
            urgent.staffing(turn, queue)
        else:
            _set_signed_in(turn, agent, queue, signed_in=False)


def _remind(turn: Turn, agent: Agent) -> None:
    """Nobody signs in again for the agent, but a word can be had (2.4-k)."""
    after = turn.board.rules.sign_in_reminder_ms
    if agent.remind_at is None or agent.remind_at > turn.now or after is None:
        return
    turn.say(agent, Saying.SIGNED_OUT_REMINDER)
    agent.remind_at = turn.now + after
    turn.wake(agent.remind_at, agent)
