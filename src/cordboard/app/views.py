"""What a console shows of one thing at one moment: the read models that the projection makes.

Every field is what the screen needs and no more: what a user may not see is not in here (3.2-d). Durations are
never stated, only the instant since when something is so (milliseconds UTC).
"""

from __future__ import annotations

from typing import Literal

import msgspec

AgentStatus = Literal[
    "available",
    "ringing",
    "in_call",
    "holding",
    "wrap_up",
    "paused",
    "not_answered",
    "device_lost",
    "console_gone",
    "signed_out",
    "phone_free",
    "unknown",
]
"""D11: shown to colleagues as shape, word and colour."""

Language = Literal["nl", "en"]
Theme = Literal["system", "light", "dark", "contrast"]

CallState = Literal[
    "waiting",
    "offered",
    "connecting",
    "dialling",
    "active",
    "conference",
    "held",
    "transferring",
    "transferred",
    "leaving",
]
"""waiting: in the queue; offered: rings for somebody; connecting: an agent clicked, the leg is not up yet;
dialling: an outgoing call rings at the other side; active: agent and party hear each other; conference: others
of this agent with them; held: the party hears music; transferring: passed on blind, hears ringing;
transferred: talks with whom it was passed on to; leaving: hears an announcement or leaves a message."""


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
    stoppable: bool
    """False: the queue's rule lets nobody end it early (D9)."""
    extendable: bool
    """It can be lengthened once more (D9)."""


class MeView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="me"):
    """The user of this console; exactly one in a snapshot."""

    id: str
    name: str
    user_name: str
    organisation: str
    language: Language
    theme: Theme
    rights: list[str]
    """wrapup.manual, history.view, colleagues.numbers, chat.use, queue.pick, practice.call, device.take_over"""
    groups: list[GroupRef]
    group: str | None
    """None: not chosen yet."""
    choose_group: bool
    """The console asks for the group before it opens (1.1-o); false: it begins with the last or the first (1.1-p)."""
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
    pause: str | None
    """Why the user takes no calls now; None: not paused (D11)."""
    pause_reasons: list[str]
    picks_signed_in_only: bool
    """Waiting calls can be picked out of queues that one is signed in to, and of no others (D13)."""
    counts_short: bool
    """Who hangs up almost at once is in the queues' totals (D15)."""
    keeps_sign_ins: bool
    """Logging out without the desk phone leaves the user signed in there (D17)."""
    remembers_sign_ins: bool
    """Choosing a group, or logging in to it, signs the user in where he was in that group last time (D12)."""
    hold_warn_ms: int
    """A hold of this length is shown in amber (D8)."""
    time_zone: str
    """The organisation's, as the planning shows it (IANA)."""
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
    counted_since: int | None
    """Start of the counting window (D15); None: it is the last twenty-four hours at every moment."""


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
    pause: str | None
    reachable: bool
    """Has a telephone that can be rung: the call icon works (3.1-r)."""
    chat: bool
    """Can be written to now: has a console open, and both may chat (3.5-a)."""
    queues: list[str]
    """Queues the colleague is signed in to, as far as this user may see them."""
    talk: TalkView | None
    talk_since: int | None
    """When the call that the colleague is in was answered, whatever was held meanwhile; for everybody (3.2-a).
    None: nobody is on the line, or whoever is called has not answered."""


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """This call is offered to me: a card with the green and (not for urgent) the red key."""

    since: int
    ringing: bool
    """My device rings for it now; false: a card only (another call rings, or I am in a call)."""
    rejectable: bool


class TransferView(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is being passed on (D7). The console names both parties on every button that connects them."""

    kind: Literal["attended", "blind"]
    state: Literal["armed", "dialling", "consulting", "ringing", "completed"]
    """armed: choose a recipient; dialling: the recipient rings, attended; consulting: they speak, the check works;
    ringing: blind, can be pulled back; completed: can be undone until `until`."""
    mine: bool
    """I am the initiator."""
    recipient: str | None
    """Id of the call to the recipient; None: not chosen, or a colleague who is rung for the caller itself."""
    recipient_name: str | None
    until: int | None


class CallView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="call"):
    """A call that this user may see: an own one, one offered, or one in a queue of the current group."""

    id: str
    v: int
    """Version for `if`."""
    queue: str | None
    queue_name: str | None
    """The queue's name also when the queue is no longer in the current group (D12); None: a direct call."""
    urgent: bool
    direction: Literal["in", "out"] | None
    """None: the call of a colleague, of which this user may not know whom it is with (3.2-d)."""
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
    direct: bool
    """Came past the queues: for one person (D29)."""
    internal: bool
    """The party is a colleague."""
    called_back: bool
    """A customer whom we called back, and who waits or waited for an agent; shown as one who calls in (D14)."""
    transfer: TransferView | None
    offer: OfferView | None
    note: str | None
    """Code of something that must be known: `phone_hold` (held at the handset), `answer_on_phone` (the phone
    cannot be answered from here), `line_lost` (the leg died, caller hears music), `nobody_else` (offered again),
    `returned` (a blind transfer came back, see `reason`), `caller_gone` (the caller of the transfer hung up),
    `breaks_wrap_up` (urgent, waits while I am in wrap-up or paused)."""
    reason: str | None
    """busy, no_answer, rejected, unreachable or hung_up; None: no reason is shown."""
    not_reached: str | None
    """With a reason: whom it is about, a name or a number; None: it is not known, or not for this person."""


class DeviceView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="device"):
    """A telephone or browser phone of the organisation."""

    id: str
    name: str
    kind: Literal["web", "sip"]
    extension: str | None
    registered: bool
    in_call: bool
    """Nobody has it paired, and it is in use all the same (D11); of one that is paired its user's status tells."""
    used_by: str | None
    """Name of the user who has it paired; None: free."""
    used_by_me: bool


class ExchangeView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="exchange"):
    """Whether the telephone exchange is there; one entity with id `exchange`."""

    id: str
    up: bool
    since: int


class AlarmView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="alarm"):
    """Something that somebody has to look at now (D6): of a queue, for those who supervise and for who works in it;
    of the house, for those who supervise."""

    id: str
    code: Literal[
        "urgent_deserted",
        "urgent_empty",
        "urgent_unanswered",
        "exchange_away",
        "exchange_stuck",
        "not_saved",
        "trunk_down",
        "disk_low",
        "exchange_busy",
        "mail_away",
        "history_gap",
    ]
    queue: str | None
    """None: it is about the house, not about a queue."""
    queue_name: str | None
    name: str | None
    """Of the trunk that is down."""
    since: int
    until: int | None = None
    """Of a gap in the history; None: it goes on."""


class HistoryGap(msgspec.Struct, frozen=True, kw_only=True):
    """Between these two moments calls may be missing, or not be whole, in everybody's history."""

    since: int
    until: int
    reason: Literal["overflow", "refused", "died"]
    """overflow: the database was away for too long; refused: it did not take something; died: the server died."""


CallBackStatus = Literal["planned", "in_progress", "succeeded", "failed", "cancelled"]
CallBackReason = Literal[
    "no_answer",
    "busy",
    "unreachable",
    "no_agent",
    "already_spoken",
    "by_agent",
    "manual",
    "expired",
    "blocked",
    "hung_up",
]


class CallBackView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="callback"):
    """A promise to ring one number for one queue (3.6)."""

    id: str
    queue: str
    queue_name: str
    """"" when the queue is no more."""
    number: str
    name: str | None
    owner: str | None
    """The one employee whose appointment it is; None: anybody's of the queue."""
    owner_name: str | None
    requested_at: int
    requested_by: Literal["caller", "agent", "missed"]
    entered_at: int | None
    """When the caller entered the queue; None: an appointment."""
    due_at: int
    """The next attempt."""
    planned_at: int
    """As it was planned first."""
    last_attempt_at: int | None
    attempts: int
    status: CallBackStatus
    handled_by: str | None
    """Who is at it, spoke with the customer or cancelled it."""
    handled_by_name: str | None
    reason: CallBackReason | None
    ended_at: int | None
    offer: OfferView | None
    """Offered to me now: the white card."""


MissedWhy = Literal[
    "abandoned", "closed", "not_helped", "message", "interrupted", "callback_failed", "fallback"
]


class MissedView(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", tag="missed"):
    """A caller of a queue to whom nobody has spoken yet (D14); it goes when somebody has."""

    id: str
    queue: str
    queue_name: str
    """"" when the queue is no more."""
    number: str | None
    """E.164 without plus, or an extension; None: withheld, so it cannot be called."""
    name: str | None
    at: int
    """When the newest call came, or the call back failed."""
    why: MissedWhy
    """Of the newest call."""
    message: str | None
    """The last message that the caller left, for `/api/messages/{name}`; None: none."""
    times: int
    """How often this caller has called in vain."""
    attempts: int
    """How often the caller was called from this list and did not answer."""
    last_attempt_at: int | None
    claimed_by: str | None
    """User id of who calls; None: nobody yet."""
    claimed_by_name: str | None
    claimed_at: int | None
    calling: bool
    """Who claimed it is calling at this moment."""


View = (
    MeView
    | QueueView
    | AgentView
    | CallView
    | DeviceView
    | ExchangeView
    | AlarmView
    | CallBackView
    | MissedView
)
Kind = Literal["me", "queue", "agent", "call", "device", "exchange", "alarm", "callback", "missed"]
