"""What goes over the live connection between server and console (`/live`, subprotocol `cordboard.v1`).

The server pushes *state*, never events: entities at a revision. A console that holds revision N and applies
every frame since then shows exactly what a fresh snapshot would show. Durations are never sent, only the
instant since when something is so (milliseconds UTC); the console ticks by itself.

The TypeScript twin of this file is generated (`tools/wire_types`), so the two cannot drift apart.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

PROTOCOL = "cordboard.v1"
HEARTBEAT_MS = 2_000

# --- what is shown -------------------------------------------------------------------------------------------

AgentStatus = Literal[
    "available", "ringing", "in_call", "holding", "wrap_up", "not_answered", "device_lost", "console_gone", "signed_out"
]
"""D11: shown to colleagues as shape, word and colour."""

CallState = Literal["waiting", "offered", "connecting", "active", "held"]
"""waiting: in the queue; offered: rings for somebody; connecting: an agent clicked, the leg is not up yet;
active: agent and caller hear each other; held: the caller hears music."""


class GroupRef(msgspec.Struct, frozen=True, kw_only=True):
    """A department or location that the user may work for."""

    id: str
    name: str


class WrapUpView(msgspec.Struct, frozen=True, kw_only=True):
    """The user's own wrap-up: the red bar (2.3-d)."""

    kind: Literal["automatic", "manual", "pending"]
    """pending: follows when the last live call has ended (D9)."""
    since: int | None
    until: int | None
    """None: open-ended (manual, 2.4-d) or not yet begun (pending)."""


class MeView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="me"):
    """The user of this console; exactly one in a snapshot."""

    id: str
    name: str
    user_name: str
    organisation: str
    language: Literal["nl", "en"]
    theme: Literal["system", "light", "dark", "contrast"]
    rights: list[str]
    """wrapup.manual, history.view, colleagues.numbers, queue.pick, practice.call, device.take_over"""
    groups: list[GroupRef]
    group: str | None
    """None: not chosen yet; the console shows the group choice (1.1-o)."""
    device: str | None
    """None: no device paired; call keys are off with that reason (1.2-l)."""
    signed_in: list[str]
    """Ids of the queues this user is signed in to."""
    locked: list[str]
    """Ids of queues the user may not sign out of (3.1-t)."""
    status: AgentStatus
    status_since: int
    wrap_up: WrapUpView | None
    wrap_up_armed: bool
    """The green clock was pressed during a call: manual wrap-up starts after it (2.4-f)."""
    practice: bool
    """Practice callers can be asked for (demo organisation)."""


class QueueView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="queue"):
    """A queue of the current group with its live numbers (3.1-b to 3.1-g)."""

    id: str
    name: str
    urgent: bool
    position: int
    """Order in the list."""
    agents_signed_in: int
    agents_available: int
    waiting: int
    average_wait_ms: int | None
    """Mean time from entering to answer of the calls answered today; None when there are none."""
    longest_since: int | None
    """When the longest waiting caller entered; None when nobody waits."""
    handled: int
    total: int
    counted_since: int
    """Start of the counting window: midnight of the organisation (D15)."""


class TalkView(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a colleague is talking with; only sent with the right (3.2-d)."""

    direction: Literal["in", "out"]
    number: str | None


class AgentView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="agent"):
    """A colleague who is known to the console."""

    id: str
    name: str
    extension: str | None
    email: str | None
    status: AgentStatus
    since: int
    queues: list[str]
    """Queues the colleague is signed in to, as far as this user may see them."""
    talk: TalkView | None


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """This call is offered to me: a card with the green and (not for urgent) the red key."""

    since: int
    ringing: bool
    """My device rings for it now; false: a card only (another call rings, or I am in a call)."""
    rejectable: bool


class CallView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="call"):
    """A call that this user may see: an own one, one offered, or one in a queue of the current group."""

    id: str
    v: int
    """Version for `if`."""
    queue: str | None
    queue_name: str | None
    """The queue's name also when the queue is no longer in the current group (D12); None: a direct call."""
    urgent: bool
    direction: Literal["in", "out"]
    state: CallState
    since: int
    """Since when it is in this state."""
    entered_at: int
    """When the caller entered the queue; waiting time runs from here until `answered_at`."""
    answered_at: int | None
    number: str | None
    """E.164 without plus, an extension, or None when withheld."""
    name: str | None
    agent: str | None
    """User id of who handles it (state connecting, active, held)."""
    agent_name: str | None
    mine: bool
    offer: OfferView | None
    note: str | None
    """Code of something that must be known: `phone_hold` (held at the handset), `answer_on_phone` (the phone
    cannot be answered from here), `line_lost` (the leg died, caller hears music), `nobody_else` (offered again)."""


class DeviceView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="device"):
    """A telephone or browser phone of the organisation."""

    id: str
    name: str
    kind: Literal["web", "sip"]
    registered: bool
    used_by: str | None
    """Name of the user who has it paired; None: free."""
    used_by_me: bool


class ExchangeView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="exchange"):
    """Whether the telephone exchange is there; one entity with id `exchange`."""

    id: str
    up: bool
    since: int


View = MeView | QueueView | AgentView | CallView | DeviceView | ExchangeView
Kind = Literal["me", "queue", "agent", "call", "device", "exchange"]

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
    `caller_hung_up`, `exchange_down`, `exchange_up`, `device_lost`, `offer_missed`, `call_returned`."""

    code: str
    args: dict[str, str] = {}
    call: str | None = None


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hb"):
    """Nothing visible to this user changed up to `rev`."""

    rev: int
    now: int


class Bye(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="bye"):
    """The server ends this connection."""

    code: Literal["drain", "slow", "auth", "superseded", "protocol"]
    resume: bool
    after_ms: int


ServerFrame = Hello | Snapshot | Delta | Result | Notice | Heartbeat | Bye

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
    "device.pair",  # {device}
    "device.unpair",  # {}
    "group.select",  # {group}
    "wrap_up.start",  # {}
    "wrap_up.stop",  # {}
    "agent.return",  # {}        back from "not answered"
    "practice.call",  # {queue?: id, count?: "1".."5", urgent?: "true"}
]


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag="cmd"):
    """A click. `id` is a UUID made by the console: the same id twice acts once (2.1.1-r)."""

    id: str
    op: CommandName
    args: dict[str, str] = {}
    expect: dict[str, int] = msgspec.field(default_factory=dict, name="if")
    """`{"call:<id>": v}`: refuse with `out_of_date` when the call has changed meanwhile."""


ConsoleFrame = Sync | Pong | Command

# Refusal codes of commands (the console says them in the user's language; args in brackets):
#   answered_by [name] · call_gone · no_device · device_not_registered · device_taken [name] · urgent_cannot_be_rejected
#   not_offered · not_your_call · not_signed_in · queue_not_available · queue_locked · last_in_urgent [queue]
#   wrap_up_not_allowed · no_wrap_up · needs_a_queue · busy_on_the_phone · exchange_down · out_of_date · bad_command
#   live_call · hold_failed · no_right · too_many_practice_calls · press_hold_on_phone · too_fast
