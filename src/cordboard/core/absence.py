"""Who is signed in and, by all signs, not there (D3, D16)."""

from __future__ import annotations

from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.types import Instant


def overdue_at(board: Board, agent: Agent) -> Instant | None:
    """When the agent will have been so long without a console, or without a device, that sign-ins end.

    None: both are there. While the exchange is away a device is not known to be lost.
    """
    rules, moments = board.rules, []
    if not agent.console and agent.console_lost_at is not None:
        moments.append(agent.console_lost_at + rules.console_gone_ms)
    if agent.device_lost_at is not None and board.exchange_up:
        moments.append(agent.device_lost_at + rules.device_lost_ms)
    return min(moments, default=None)


def is_overdue(board: Board, agent: Agent, now: Instant) -> bool:
    """That moment has come."""
    at = overdue_at(board, agent)
    return at is not None and now >= at


def is_missing(board: Board, agent: Agent, now: Instant) -> bool:
    """Would have been set away or signed out, were it not for the urgent calls that nobody else is there for."""
    return (agent.misses >= board.rules.misses_max and not agent.away) or is_overdue(board, agent, now)
