"""Chat over the live connection: commands in, messages and counts out (see `app.chat`)."""

from __future__ import annotations

from cordboard.app.chat import Chat, ChatMessage, ChatRefusal
from cordboard.app.engine import NotDone, Reply
from cordboard.core.types import OrganisationId, UserId
from cordboard.web import wire
from cordboard.web.push import Console, Hub


class HubLines:
    """The consoles of the hub as ways for messages."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def is_there(self, organisation: OrganisationId, user: UserId) -> bool:
        """A console of this person is connected."""
        return user in self._hub.users(organisation)

    def hand_over(self, message: ChatMessage, to: UserId) -> None:
        """A frame for each of this person's consoles."""
        frame = wire.ChatMessage(
            id=message.id, sender=message.sender, to=message.to, text=message.text, at=message.at
        )
        self._hub.tell(message.organisation, to, frame)

    def tell_unread(self, organisation: OrganisationId, user: UserId, counts: dict[UserId, int]) -> None:
        """The counts, whole."""
        self._hub.tell(organisation, user, wire.ChatUnread(counts={str(who): n for who, n in counts.items()}))


def chat_command(chat: Chat, console: Console, command: wire.Command, reply: Reply) -> None:
    """`chat.send`, `chat.got` or `chat.read` of this console."""
    args, viewer = command.args, console.viewer
    try:
        match command.op:
            case "chat.send":
                # The answer comes when the message has arrived.
                chat.send(viewer, UserId(args["to"]), args["message"], args["text"], reply)
            case "chat.got":
                read = args.get("read") == "true"
                reply(chat.received(viewer, UserId(args["from"]), args["message"], read=read))
            case _:
                reply(chat.read(viewer, UserId(args["with"])))
    except KeyError:
        reply(NotDone(ChatRefusal.BAD.value, {}))
