"""A queue: where callers wait, and the rules it is set to (2.1.1-k)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cordboard.core.rules import CallBackRules, Exit, ExitReason
from cordboard.core.statistics import QueueNumbers
from cordboard.core.types import GroupId, Instant, QueueId, Strategy, UserId


class WrapUpMode(Enum):
    """How strict a queue is about wrap-up (D9)."""

    TIMED = "timed"
    """Ends by itself; the agent may end it earlier."""
    TIMED_NO_EARLY_EXIT = "timed_no_early_exit"
    OPEN_ENDED = "open_ended"
    """Until the agent ends it."""


@dataclass(slots=True, kw_only=True)
class Queue:
    """One queue with its settings, who is signed in to it, and its numbers of today."""

    id: QueueId
    name: str
    urgent: bool = False
    priority: int = 0
    position: int = 0
    strategy: Strategy = Strategy.RING_ALL
    ring_ms: int = 20_000
    """How long a device rings for one offer (D3)."""
    wrap_up_ms: int = 0
    """Automatic wrap-up after a call of this queue; 0: none (2.3-f)."""
    widen_ms: int = 10_000
    """With ring-progressively: after how long one more agent is rung (D2)."""
    order: tuple[UserId, ...] = ()
    """With linear: who comes first; who is not in it comes after, by id."""
    last_offered: UserId | None = None
    """With round-robin: who had the last turn."""
    wrap_up_mode: WrapUpMode = WrapUpMode.TIMED
    wrap_up_extend_ms: int = 30_000
    wrap_up_extends_max: int = 2
    """How often an agent may lengthen a wrap-up of this queue (D9)."""
    breaks_wrap_up: bool = False
    """An urgent call of this queue is offered during wrap-up and pause too (D6)."""
    escalate_ms: int = 30_000
    """An urgent call that nobody answered for this long climbs the ladder (D6)."""
    escalate_to: str | None = None
    """The outside number of that ladder; None: agents who are not signed in, then the alarm."""
    exits: dict[ExitReason, Exit] = field(default_factory=dict)
    """Where callers are led, by reason (D21); a reason without an exit keeps them waiting."""
    wait_ms_max: int | None = None
    """Waited longer: the exit TIMEOUT; None: no limit."""
    calls_max: int | None = None
    """So many waiting: the exit FULL; None: no limit."""
    empty_ms: int = 60_000
    """How long after the last agent left callers are led out (D21)."""
    empty_since: Instant | None = None
    """Since when nobody is signed in, kept where an exit needs it; None: somebody is."""
    unstaffed_since: Instant | None = None
    """Since when those signed in could not be offered anything; None: somebody could."""
    deserted_since: Instant | None = None
    """Since when who is signed in to an urgent queue is by all signs not there, and those who supervise were told;
    None: somebody is there, or nobody is signed in."""
    alarmed: bool = False
    """An urgent queue that nobody is signed in to, and those who supervise were told."""
    open: bool = True
    """False outside opening hours: the exit CLOSED."""
    greeting: str | None = None
    """The organisation's own announcement that a caller hears on entering (D25); None: none."""
    announce_first_ms: int | None = None
    """When a caller first hears the place in the queue; None: never."""
    announce_every_ms: int = 60_000
    announce_wait: bool = True
    """Also the expected wait, where there are figures for it."""
    language: str = "nl"
    number: str | None = None
    """What called parties see of calls made for this queue (D28); None: the next rule."""
    callback: CallBackRules = field(default_factory=CallBackRules)
    ring_until_answered: bool = False
    locked: bool = False
    groups: frozenset[GroupId] = frozenset()
    signed_in: set[UserId] = field(default_factory=set)
    numbers: QueueNumbers = field(default_factory=QueueNumbers)
