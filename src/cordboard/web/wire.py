"""What goes over the live connection between server and console (`/live`, subprotocol `cordboard.v1`).

The server pushes *state*, never events: entities at a revision. A console that holds revision N and applies
every frame since then shows exactly what a fresh snapshot would show. Durations are never sent, only the
instant since when something is so (milliseconds UTC); the console ticks by itself.

The TypeScript twin of this file is generated (`tools/wire_types`), so the two cannot drift apart.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cordboard.app.views import Kind, View

PROTOCOL = "cordboard.v1"
HEARTBEAT_MS = 2_000

# --- server to console -----------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hello"):
    """First frame: who the server is and what time it has."""

    v: int
    epoch: str
    """Changes when the server starts anew; a console then needs a snapshot."""
    conn: str
    now: int
    hb_ms: int
    user: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="snap"):
    """Everything this user may see, at one revision; replaces all the console had."""

    epoch: str
    rev: int
    ents: list[View]


class OpSet(msgspec.Struct, frozen=True, kw_only=True, tag_field="a", tag="s"):
    """Entity new or replaced as a whole."""

    e: View


class OpMerge(msgspec.Struct, frozen=True, kw_only=True, tag_field="a", tag="m"):
    """Some fields of an entity have new values (null is a value)."""

    k: Kind
    id: str
    f: dict[str, Any]


class OpRemove(msgspec.Struct, frozen=True, kw_only=True, tag_field="a", tag="x"):
    """The entity is gone, or no longer for this user's eyes."""

    k: Kind
    id: str


Op = OpSet | OpMerge | OpRemove


class Delta(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="d"):
    """Changes since the previous frame. `n` counts frames of this connection from 1 without gaps."""

    n: int
    rev: int
    ops: list[Op]


class Result(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="res"):
    """Answer to a command: accepted (its effect is visible at or before `rev`) or refused with a stable code."""

    id: str
    ok: bool
    rev: int
    code: str | None = None
    args: dict[str, str] = {}


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="ev"):
    """Something to say once, never replayed. Codes: `answered_by` (args name: a colleague was first),
    `caller_hung_up`, `exchange_down`, `exchange_up`, `preferences_changed` (ask for them again), and every value
    of `core.notices.Saying`."""

    code: str
    args: dict[str, str] = {}
    call: str | None = None


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="chat"):
    """A message of a colleague to me, or one of mine that arrived; never replayed, and kept nowhere (3.5-b).

    Who receives one answers with `chat.got`; until then it may come again, with the same id."""

    id: str
    sender: str
    to: str
    text: str
    at: int


class ChatUnread(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="unread"):
    """How many messages of which colleague I have not read; all of them, each time."""

    counts: dict[str, int]


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hb"):
    """Nothing visible to this user changed up to `rev`."""

    rev: int
    now: int


class Bye(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="bye"):
    """The server ends this connection."""

    code: Literal["drain", "slow", "auth", "superseded", "protocol"]
    resume: bool
    after_ms: int


ServerFrame = Hello | Snapshot | Delta | Result | Notice | ChatMessage | ChatUnread | Heartbeat | Bye

# --- console to server -----------------------------------------------------------------------------------------


class Sync(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag="sync"):
    """First frame of the console: what it holds. `epoch` "" asks for a snapshot."""

    epoch: str
    rev: int


class Pong(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag="pong"):
    """Answer to each heartbeat; none for 15 s means that the console is gone (D16)."""

    rev: int


CommandName = Literal[
    "call.answer",  # {call}    also takes a waiting call (cherry-pick)
    "call.reject",  # {call}
    "call.hold",  # {call}
    "call.resume",  # {call}
    "call.hang_up",  # {call}
    "queue.sign_in",  # {queue}
    "queue.sign_out",  # {queue, confirmed?}
    "device.pair",  # {device, take_over?}
    "device.unpair",  # {}
    "group.select",  # {group, confirmed?}   confirmed: although I am the last one in an urgent queue
    "wrap_up.start",  # {}
    "wrap_up.stop",  # {}
    "wrap_up.extend",  # {}
    "agent.return",  # {}        back from "not answered" or from a pause
    "agent.pause",  # {reason}
    "call.dial",  # {number, name?}   as typed; an extension of a colleague calls the colleague
    "call.colleague",  # {user}
    "call.keys",  # {digits}     tones to whom I talk with
    "call.conference",  # {call}  this held call joins whom I talk with
    "transfer.arm",  # {call, kind: "attended" | "blind"}
    "transfer.cancel",  # {call}  the same button again, or pull back a blind one
    "transfer.number",  # {call, number, name?}   recipient of an armed transfer
    "transfer.colleague",  # {call, user}         the same; of a waiting call: send it there unanswered
    "transfer.queue",  # {call, queue}            own call or a waiting one
    "transfer.complete",  # {call, to, confirmed?}  the green check on call `to`
    "transfer.connect",  # {call}                 "connect without waiting" while the recipient rings
    "transfer.undo",  # {call}
    "callback.make",  # {number, queue, due_at?: ms, owner?: "me", call?, name?}
    "callback.cancel",  # {callback}
    "callback.retry",  # {callback}   of one that failed or was cancelled: rings my device, then the number
    "callback.accept",  # {callback}  of one that is offered to me
    "callback.reject",  # {callback}
    "missed.claim",  # {missed, confirmed?}   I call this one; confirmed: although a colleague is at it
    "missed.call",  # {missed, confirmed?}    the same, and now: rings my device, then the number
    "missed.release",  # {missed}             I do not call after all
    "missed.close",  # {missed}               nobody has to
    "chat.send",  # {to, message, text}   `message`: its id; answered when it arrived, or did not
    "chat.got",  # {from, message, read?: "true"}  this console has it; read: it is open on the screen
    "chat.read",  # {with}               the conversation was opened
    "practice.call",  # {queue?: id, count?: "1".."5", urgent?: "true"}
]


class Command(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag="cmd"
):
    """A click. `id` is a UUID made by the console: the same id twice acts once (2.1.1-r)."""

    id: str
    op: CommandName
    args: dict[str, str] = {}
    expect: dict[str, int] = msgspec.field(default_factory=dict, name="if")
    """`{"call:<id>": v}`: refuse with `out_of_date` when the call has changed meanwhile."""


ConsoleFrame = Sync | Pong | Command

# Refusal codes of commands (the console says them in the user's language; args in brackets):
#   answered_by [name] · call_gone · no_device · device_not_registered · device_engaged · device_taken [name]
#   urgent_cannot_be_rejected
#   not_offered · not_your_call · not_signed_in · queue_not_available · queue_locked · last_in_urgent [queue]
#   queue_takes_nobody [queue, reason] · wrap_up_not_allowed · no_wrap_up · needs_a_queue · busy_on_the_phone
#   exchange_down · out_of_date · bad_command
#   live_call · hold_failed · no_right · too_many_practice_calls · press_hold_on_phone · too_fast
#   bad_number · number_not_allowed [kind] · yourself · nobody_on_line · colleague_not_there [name] · not_armed
#   transfer_in_progress · not_answered_yet · only_attended · confirm_recipient [one, other] · too_late
#   wrap_up_fixed · busy_talking · no_reason · chat_not_there [name] · chat_not_delivered [name] · chat_empty
#   chat_too_long
#   callback_gone · callback_open [callback, at] · callback_refused_number [kind] · callback_blocked
#   callback_answered · callback_closed_hours [at] · callback_full · missed_gone · missed_claimed [name]
