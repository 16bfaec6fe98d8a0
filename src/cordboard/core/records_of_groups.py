"""What the core wants remembered of somebody for the next time in a group (D12); one of `core.records`."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.core.types import GroupId, Instant, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRemembered:
    """What an agent is signed in to again who next begins in this group (D12)."""

    agent: UserId
    group: GroupId
    queue: QueueId
    remembered: bool
    """False: the agent signed out of it there, or the group has it no more."""
    at: Instant
