"""Who is signed in and, by all signs, not there (D3, D16)."""

from __future__ import annotations

from cordboard.core.agent import Agent
from cordboard.core.board import Board
from cordboard.core.types import Instant

MISSES_MAX = 3
"""Unanswered rings in a row after which an agent is set to "not answered" (D3)."""
CONSOLE_GONE_SIGN_OUT_MS = 600_000
"""An agent without a console is signed out of the queues after this, with a desk phone or not (D16)."""
DEVICE_LOST_SIGN_OUT_MS = 900_000
"""The same of one whose device is not registered (D16)."""


def is_overdue(board: Board, agent: Agent, now: Instant) -> bool:
    """So long without a console, or without a device, that sign-ins end; while the exchange is away a device is not
    known to be lost."""
    console, device = agent.console_lost_at, agent.device_lost_at
    no_console = not agent.console and console is not None and now >= console + CONSOLE_GONE_SIGN_OUT_MS
    no_device = device is not None and board.exchange_up and now >= device + DEVICE_LOST_SIGN_OUT_MS
    return no_console or no_device


def is_missing(board: Board, agent: Agent, now: Instant) -> bool:
    """Would have been set away or signed out, were it not for the urgent calls that nobody else is there for."""
    return (agent.misses >= MISSES_MAX and not agent.away) or is_overdue(board, agent, now)
