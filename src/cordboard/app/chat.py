"""Chat between colleagues (manual 3.5, D18): passed on from console to console, and kept nowhere.

A message lives in the memory of this process from the moment it is sent until a console of the recipient has it, for
ten seconds at most; then its sender hears that it did not arrive. Nothing of its text is ever written: the class
below has no store, and a message does not show its text when it is printed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from cordboard.app.engine import Accepted, NotDone, Reply
from cordboard.app.projection import Viewer
from cordboard.core.types import Instant, OrganisationId, Right, UserId

TEXT_MAX = 2_000
"""Characters of one message (3.5-o)."""
ID_MAX = 64
MESSAGES_PER_SECOND_MAX = 5
"""Of one person; more is a program, or a cat on the keyboard (security.md 4.5)."""
DELIVERY_MS = 10_000
"""So long a console that just lost its line may come back and still get it (3.5-n)."""
WAITING_MAX = 20
"""Messages of one person that are on their way at once."""
REMEMBERED = 64
"""Ids per person of messages that arrived: one that is sent again within these arrives once."""


class ChatRefusal(Enum):
    """Why a message is not passed on. Part of the public interface: never rename one."""

    NO_RIGHT = "no_right"
    NOT_THERE = "chat_not_there"
    """The colleague is not in the console, or may not chat (args name)."""
    NOT_DELIVERED = "chat_not_delivered"
    """The colleague's console went away before it had the message (args name)."""
    EMPTY = "chat_empty"
    TOO_LONG = "chat_too_long"
    TOO_FAST = "too_fast"
    BAD = "bad_command"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message on its way."""

    id: str
    """Made by the sender's console; the same id twice is one message."""
    organisation: OrganisationId
    sender: UserId
    to: UserId
    text: str = field(repr=False)
    at: Instant


class ChatLines(Protocol):
    """The ways to the consoles."""

    def is_there(self, organisation: OrganisationId, user: UserId) -> bool:
        """Somebody could read it now."""

    def hand_over(self, message: ChatMessage, to: UserId) -> None:
        """To every console of this person; it may be the sender, whose other tabs show it too."""

    def tell_unread(self, organisation: OrganisationId, user: UserId, counts: dict[UserId, int]) -> None:
        """How many messages of whom this person has not read (3.5-i, 3.5-k)."""


@dataclass(slots=True)
class _OnItsWay:
    message: ChatMessage
    replies: list[Reply]
    name: str
    """Of the recipient, for the refusal."""
    timer: asyncio.TimerHandle


@dataclass(slots=True)
class _Sender:
    """What is remembered of one person's sending: times and ids, no text."""

    times: deque[float] = field(default_factory=deque)
    waiting: dict[str, _OnItsWay] = field(default_factory=dict)
    arrived: OrderedDict[str, None] = field(default_factory=OrderedDict)


class Chat:
    """Passes messages on, and counts the unread ones without their text (D18)."""

    def __init__(
        self, lines: ChatLines, viewer: Callable[[UserId], Viewer | None], now: Callable[[], Instant]
    ) -> None:
        """
        Args:
            viewer: who a user is; None: unknown or disabled.
        """
        self._lines, self._viewer, self._now = lines, viewer, now
        self._senders: dict[UserId, _Sender] = {}
        self._unread: dict[UserId, dict[UserId, int]] = {}

    def send(self, sender: Viewer, to: UserId, id_: str, text: str, reply: Reply) -> None:
        """Pass a message on. The answer comes when a console of the colleague has it, or will not have it."""
        of = self._senders.setdefault(sender.user.id, _Sender())
        if id_ in of.arrived:
            reply(Accepted())
            return
        if (known := of.waiting.get(id_)) is not None:
            known.replies.append(reply)
            return
        recipient = self._colleague(sender, to)
        refused = self._refused(sender, recipient, of, id_, text)
        if refused is not None:
            reply(NotDone(refused.value, {"name": recipient.user.name if recipient is not None else ""}))
            return
        assert recipient is not None
        message = ChatMessage(
            id=id_,
            organisation=sender.organisation.id,
            sender=sender.user.id,
            to=to,
            text=text.strip(),
            at=self._now(),
        )
        timer = asyncio.get_running_loop().call_later(DELIVERY_MS / 1000, self._give_up, message)
        of.waiting[id_] = _OnItsWay(message, [reply], recipient.user.name, timer)
        self._lines.hand_over(message, to)

    def received(self, viewer: Viewer, sender: UserId, id_: str, *, read: bool) -> Accepted | NotDone:
        """A console of the recipient has it; of several the first counts.

        Args:
            read: the conversation is open there, so it is read already.
        """
        if (refused := self._not_with(viewer, sender)) is not None:
            return refused
        self._arrived(viewer.user.id, sender, id_, read=read)
        return Accepted()

    def _arrived(self, user: UserId, sender: UserId, id_: str, *, read: bool) -> None:
        of = self._senders.get(sender)
        way = of.waiting.get(id_) if of is not None else None
        if of is None or way is None or way.message.to != user:
            return
        del of.waiting[id_]
        way.timer.cancel()
        of.arrived[id_] = None
        while len(of.arrived) > REMEMBERED:
            of.arrived.popitem(last=False)
        if not read:
            counts = self._unread.setdefault(user, {})
            counts[sender] = counts.get(sender, 0) + 1
            self._lines.tell_unread(way.message.organisation, user, dict(counts))
        self._lines.hand_over(way.message, sender)
        for reply in way.replies:
            reply(Accepted())

    def read(self, viewer: Viewer, other: UserId) -> Accepted | NotDone:
        """The conversation with this colleague was opened."""
        counts = self._unread.get(viewer.user.id, {})
        if counts.pop(other, 0) > 0:
            # Also of a colleague who has gone meanwhile.
            self._lines.tell_unread(viewer.organisation.id, viewer.user.id, dict(counts))
            return Accepted()
        return self._not_with(viewer, other) or Accepted()

    def _not_with(self, viewer: Viewer, other: UserId) -> NotDone | None:
        """Why there is no conversation between these two; None: there may be one."""
        if Right.CHAT not in viewer.user.rights:
            return NotDone(ChatRefusal.NO_RIGHT.value, {})
        if self._colleague(viewer, other) is None:
            return NotDone(ChatRefusal.NOT_THERE.value, {"name": ""})
        return None

    def _colleague(self, viewer: Viewer, other: UserId) -> Viewer | None:
        """Whoever asks learns nothing of another organisation, not even a name (X-c)."""
        found = self._viewer(other)
        return found if found is not None and found.organisation.id == viewer.organisation.id else None

    def joined(self, organisation: OrganisationId, user: UserId) -> None:
        """A console of this person is (back) in step: what is on its way to it goes there too, and the counts."""
        self._lines.tell_unread(organisation, user, dict(self._unread.get(user, {})))
        for of in self._senders.values():
            for way in of.waiting.values():
                if way.message.to == user and way.message.organisation == organisation:
                    self._lines.hand_over(way.message, user)

    def forget(self, user: UserId) -> None:
        """Logged out: what nobody can read any more is not counted."""
        self._unread.pop(user, None)

    def _refused(
        self, sender: Viewer, recipient: Viewer | None, of: _Sender, id_: str, text: str
    ) -> ChatRefusal | None:
        if Right.CHAT not in sender.user.rights:
            return ChatRefusal.NO_RIGHT
        if not 0 < len(id_) <= ID_MAX:
            return ChatRefusal.BAD
        if not text.strip():
            return ChatRefusal.EMPTY
        if len(text) > TEXT_MAX:
            return ChatRefusal.TOO_LONG
        now = asyncio.get_running_loop().time()
        while of.times and of.times[0] <= now - 1:
            of.times.popleft()
        if len(of.times) >= MESSAGES_PER_SECOND_MAX or len(of.waiting) >= WAITING_MAX:
            return ChatRefusal.TOO_FAST
        of.times.append(now)
        if (
            recipient is None
            or recipient.user.id == sender.user.id
            or Right.CHAT not in recipient.user.rights
            or not self._lines.is_there(sender.organisation.id, recipient.user.id)
        ):
            return ChatRefusal.NOT_THERE
        return None

    def _give_up(self, message: ChatMessage) -> None:
        way = self._senders[message.sender].waiting.pop(message.id, None)
        if way is None:
            return
        for reply in way.replies:
            reply(NotDone(ChatRefusal.NOT_DELIVERED.value, {"name": way.name}))
