"""What is read of calls that were: one's own history, a call's log, messages, missed calls (D14, D24, D29, X-h).

The port stands here and not in `ports`, because nothing but the web asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cordboard.app.gaps import Gap
from cordboard.core.types import CallId, Direction, EndedBy, Instant, OrganisationId, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """One user's part in one call (D24)."""

    call: CallId
    kind: str
    """answered | missed | rejected | outbound"""
    direction: Direction
    number: str | None
    name: str | None
    queue_name: str | None
    urgent: bool
    at: Instant
    wait_ms: int | None
    talk_ms: int | None
    ended_by: EndedBy | None
    transferred_to: str | None = None
    """To whom this user passed the call on, by name or number; None: not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """One line of a call's log; each field as in `core.records.Noted`."""

    at: Instant
    why: str
    agent: UserId | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLog:
    """Why a call rang whom, and who has to do with it."""

    lines: tuple[StoredLine, ...]
    """In the order in which it happened."""
    people: frozenset[UserId]
    """Who dialled it, was called by it, was offered it or talked in it."""
    queues: frozenset[QueueId]
    """The queues that it was in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """What a caller left on tape (D29)."""

    name: str
    call: CallId
    number: str | None
    caller_name: str | None
    to: UserId | None
    queue: QueueId | None
    queue_name: str | None
    at: Instant
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCaller:
    """Somebody who called a queue and was not spoken to since (D14)."""

    call: CallId
    """The last of the calls."""
    number: str | None
    """None: withheld; each such call stands alone, for nobody knows whose it was."""
    name: str | None
    queue: QueueId
    queue_name: str | None
    at: Instant
    """When that call came in."""
    wait_ms: int
    """From coming in to its end."""
    ended_by: EndedBy | None
    times: int
    """How often this number called this queue in vain since it was last spoken to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which of the own calls somebody wants to see."""

    kind: str | None = None
    """As in `Participation.kind`; None: all."""
    typed: str = ""
    """Part of a name or a queue's name, or digits of a number in any notation; empty: all."""


EVERYTHING = Sought()


Place = tuple[Instant, CallId]
"""Where a call stands among those that ended: when, and among those of one instant by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased because it was kept long enough."""

    calls: int
    call_backs: int
    missed: int
    last: Place | None
    """Up to where there is nothing left to erase; None: there was nothing yet."""


class History(Protocol):
    """Reads what became of calls."""

    async def of_user(
        self,
        organisation: OrganisationId,
        user: UserId,
        *,
        before: str | None,
        limit: int,
        sought: Sought = EVERYTHING,
    ) -> tuple[tuple[Participation, ...], str | None]:
        """Own calls, newest first, and the key of the next page (None: that was all).

        One row per call that the user answered (talk summed over its segments, holds not included), dialled,
        missed as a direct one, or rejected without answering it later. Queue calls answered by others never show
        as missed (D24). Calls that are still going on do not show.
        """

    async def gaps(
        self, organisation: OrganisationId, since: Instant, until: Instant | None
    ) -> tuple[Gap, ...]:
        """Those that end after `since`, and not after `until` (None: however late), the latest first."""

    async def number_of(self, organisation: OrganisationId, user: UserId, call: CallId) -> str | None:
        """With whom this own call was; None: withheld, or it is none of this user's."""

    async def forget(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: Place | None = None
    ) -> Forgotten:
        """Take the parties out of calls, and call backs away, that ended before that instant (3.4-i).

        The oldest first, at most `limit` calls and as many call backs.

        Args:
            after: what an earlier one gave as its `last`; None: from the beginning.
        """

    async def messages_before(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: str | None
    ) -> tuple[str, ...]:
        """Names of messages that callers left before that instant, a part at a time; their sound is not kept here.

        Args:
            after: the last one of the part before; None: from the beginning.
        """

    async def forget_messages(self, organisation: OrganisationId, names: Sequence[str]) -> None:
        """That these were left; the sound has to be gone already, for nobody can name it afterwards."""

    async def kept_messages(self, names: Sequence[str]) -> frozenset[str]:
        """Those of these recordings that some organisation keeps as a message, or whose call is not over."""

    async def log(self, organisation: OrganisationId, call: CallId) -> StoredLog | None:
        """Of a call that goes on or is over; None: there is no such call."""

    async def messages(
        self, organisation: OrganisationId, user: UserId, queues: frozenset[QueueId], *, limit: int
    ) -> tuple[StoredMessage, ...]:
        """Left for this user or for one of these queues, newest first."""

    async def message(self, organisation: OrganisationId, name: str) -> StoredMessage | None:
        """The one with this name, for whomever it is; None: there is none (any more)."""

    async def missed(
        self, organisation: OrganisationId, queues: frozenset[QueueId], *, since: Instant, limit: int
    ) -> tuple[MissedCaller, ...]:
        """Callers of these queues whom nobody has spoken to, the latest first; one for each number and queue.

        Who was spoken to after the call, in a later call or because somebody called back, is not in it any more;
        nor is who was connected with somebody outside by a rule. Calls from before `since` do not count.
        """
