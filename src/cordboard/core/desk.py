"""An agent's place at the desk: group, queues, device, presence.

Manual 1.1 to 1.3, 2.4, 4; statements 1.1-r to 1.3-h, 2.4-h to 2.4-j, 4-c to 4-e; decisions D12, D16, D17.
"""

from __future__ import annotations

from cordboard.core import line as lines
from cordboard.core.agent import Agent, LineState
from cordboard.core.board import Board
from cordboard.core.notices import Saying, Thing
from cordboard.core.queue import Queue
from cordboard.core.records import AwayChanged, DevicePaired, GroupChosen, PauseChanged, QueueSignInChanged
from cordboard.core.refusals import Code, Refused
from cordboard.core.turn import Turn
from cordboard.core.types import DeviceId, GroupId

CONSOLE_GONE_SIGN_OUT_MS = 600_000
"""An agent without a console is signed out of the queues after this, with a desk phone or not (D16)."""


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
        _must_leave_somebody(agent, queue)
    _set_signed_in(turn, agent, queue, signed_in=False)
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
    else:
        queue.signed_in.discard(agent.id)
        agent.signed_in.discard(queue.id)
    turn.remember(QueueSignInChanged(agent=agent.id, queue=queue.id, signed_in=signed_in, at=turn.now))
    turn.show(Thing.QUEUE, queue.id)
    turn.show_agent(agent)


def end_sign_in(turn: Turn, agent: Agent, queue: Queue) -> None:
    """The sign-in ends, locked or not: the agent may not work there any more."""
    _set_signed_in(turn, agent, queue, signed_in=False)


def must_leave_somebody(board: Board, agent: Agent) -> None:
    """Nobody goes home as the last one for urgent calls without knowing it (D17).

    Raises:
        Refused: `last_in_urgent`; nothing has changed.
    """
    for queue_id in sorted(agent.signed_in):
        _must_leave_somebody(agent, board.queues[queue_id])


def _must_leave_somebody(agent: Agent, queue: Queue) -> None:
    if queue.urgent and queue.signed_in == {agent.id}:
        raise Refused(Code.LAST_IN_URGENT, queue=queue.name)


def sign_out_everywhere(turn: Turn, agent: Agent) -> None:
    """All sign-ins end, locked or not."""
    for queue_id in list(agent.signed_in):
        _set_signed_in(turn, agent, turn.board.queues[queue_id], signed_in=False)


def choose_group(turn: Turn, agent: Agent, group: GroupId) -> None:
    """Work for this group: sign-ins that it has too stay, others end, none are added (1.3-c to 1.3-e, D12).

    Raises:
        Refused: `queue_not_available` when the agent is not a member; nothing has changed.
    """
    if group not in agent.groups:
        raise Refused(Code.QUEUE_NOT_AVAILABLE)
    if agent.group != group:
        agent.group = group
        turn.remember(GroupChosen(agent=agent.id, group=group, at=turn.now))
    for queue_id in list(agent.signed_in):
        queue = turn.board.queues[queue_id]
        if group not in queue.groups:
            _set_signed_in(turn, agent, queue, signed_in=False)
    turn.show_agent(agent)


def pair(turn: Turn, agent: Agent, device_id: DeviceId) -> None:
    """Make this telephone the agent's; an earlier one is let go (1.2-c, 1.2-k).

    Raises:
        Refused: `device_taken` with the name of who has it, `live_call` while the agent is on a call, or
            `no_device` when there is no such device; nothing has changed.
    """
    device = turn.board.devices.get(device_id)
    if device is None:
        raise Refused(Code.NO_DEVICE)
    if device.used_by is not None and device.used_by != agent.id:
        raise Refused(Code.DEVICE_TAKEN, name=turn.board.agents[device.used_by].name)
    if agent.device == device_id:
        return
    _let_go(turn, agent)
    agent.device, device.used_by = device_id, agent.id
    turn.show(Thing.DEVICE, device_id)
    turn.remember(DevicePaired(agent=agent.id, device=device_id, at=turn.now))
    turn.show_agent(agent)


def unpair(turn: Turn, agent: Agent) -> None:
    """The agent has no telephone any more.

    Raises:
        Refused: `live_call`; nothing has changed.
    """
    if agent.device is None:
        return
    _let_go(turn, agent)
    turn.remember(DevicePaired(agent=agent.id, device=None, at=turn.now))


def _let_go(turn: Turn, agent: Agent) -> None:
    if agent.calls:
        raise Refused(Code.LIVE_CALL)
    if agent.line is not None and agent.line.state is LineState.RINGING:
        lines.stop_ringing(turn, agent, elsewhere=False)
    if agent.device is not None:
        device = turn.board.devices[agent.device]
        device.used_by = None
        turn.show(Thing.DEVICE, device.id)
    agent.device = None
    turn.show_agent(agent)


def back_to_work(turn: Turn, agent: Agent) -> None:
    """Any action in the console shows that the agent is there again (D3)."""
    agent.misses = 0
    if agent.away:
        agent.away = False
        turn.remember(AwayChanged(agent=agent.id, away=False, at=turn.now))
        turn.show_agent(agent)


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
        turn.show_agent(agent)


def console_lost(turn: Turn, agent: Agent) -> None:
    """No console for the grace time; a desk phone still rings for a while (D16)."""
    if agent.console:
        agent.console, agent.console_lost_at = False, turn.now
        turn.wake(turn.now + CONSOLE_GONE_SIGN_OUT_MS, agent)
        turn.show_agent(agent)


def due(turn: Turn, agent: Agent) -> None:
    """Remind who is signed out; sign out who has long been without a console, but for the last in urgent (D16)."""
    _remind(turn, agent)
    lost_at = agent.console_lost_at
    if agent.console or lost_at is None or turn.now < lost_at + CONSOLE_GONE_SIGN_OUT_MS:
        return
    for queue_id in list(agent.signed_in):
        queue = turn.board.queues[queue_id]
        if not (queue.urgent and queue.signed_in == {agent.id}):
            _set_signed_in(turn, agent, queue, signed_in=False)


def _remind(turn: Turn, agent: Agent) -> None:
    """Nobody signs in again for the agent, but a word can be had (2.4-k)."""
    after = turn.board.rules.sign_in_reminder_ms
    if agent.remind_at is None or agent.remind_at > turn.now or after is None:
        return
    turn.say(agent, Saying.SIGNED_OUT_REMINDER)
    agent.remind_at = turn.now + after
    turn.wake(agent.remind_at, agent)
