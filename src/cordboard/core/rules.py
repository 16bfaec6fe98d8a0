"""The organisation's own rules: what it may set about calls that are not one queue's matter.

Decisions D7 (transfers), D8 (hold), D9 and D10 (wrap-up), D21 (exits), D27 (handsets), D29 (direct calls).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ExitAction(Enum):
    """What becomes of a caller whom a rule leads out (D21, D29)."""

    ANNOUNCEMENT = "announcement"
    """Hears a sentence, then the call ends."""
    QUEUE = "queue"
    NUMBER = "number"
    COLLEAGUE = "colleague"
    MESSAGE = "message"
    """May leave a message."""
    CALL_BACK = "call_back"
    """May ask to be called back (3.6-t); who does not hears the target: `message`, or None for a goodbye."""
    BUSY = "busy"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """One way out."""

    action: ExitAction
    target: str | None = None
    """Queue id, number, user id or name of an announcement; None where the action needs none."""


class ExitReason(Enum):
    """Why a caller is led out of a queue (D21)."""

    TIMEOUT = "timeout"
    """Waited longer than the queue's limit."""
    FULL = "full"
    JOIN_EMPTY = "join_empty"
    """Nobody is signed in on arrival."""
    LEAVE_EMPTY = "leave_empty"
    """The last agent signed out while the caller waited."""
    JOIN_UNAVAILABLE = "join_unavailable"
    """Agents are signed in, but none could be offered the call: all away, paused or without a device."""
    LEAVE_UNAVAILABLE = "leave_unavailable"
    CLOSED = "closed"


class OnHookRinging(Enum):
    """What hanging up the telephone means while the recipient of an attended transfer rings (D7)."""

    RECALL = "recall"
    """The caller keeps music and the initiator is rung back."""
    SAFE_BLIND = "safe_blind"
    """The transfer goes on as a blind one."""


class CountWindow(Enum):
    """How far back the numbers of the queues go (D15)."""

    DAY = "day"
    """From a time of day on: midnight, or the beginning of a shift."""
    LAST_24_HOURS = "last_24_hours"
    """The last twenty-four hours at every moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackRules:
    """How a queue calls back (D14)."""

    attempts: int = 3
    """After so many that were not answered it has failed (3.6-f)."""
    spacing_ms: tuple[int, ...] = (300_000, 900_000)
    """From the first attempt to the second, from the second to the third; the last holds for all later ones."""
    ring_ms: int = 30_000
    """How long the customer's telephone rings."""
    offer_ms: int = 120_000
    """A round of offers that nobody accepts in this time is over."""
    per_ten_minutes: int | None = None
    """So many appointments fit into ten minutes; None: any number."""
    caller_first_ms: int | None = None
    """When a waiting caller is first offered a call back (3.6-t); None: never."""
    caller_every_ms: int = 60_000
    caller_key: str = "1"
    """Which key asks for it."""
    caller_chooses: bool = False
    """Who asks may choose a moment instead of keeping the place."""
    customer_first: bool = False
    """The customer is rung before an agent is, and waits at the head of the queue for one; False: agent first."""

    def pause_after(self, attempts: int) -> int:
        """How long after this many attempts the next one is made."""
        return self.spacing_ms[min(max(attempts, 1), len(self.spacing_ms)) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """One organisation's rules; the defaults are those of the decisions."""

    pick_while_busy: bool = True
    """Taking a waiting call while talking holds the present one first (D5)."""
    pick_signed_in_only: bool = False
    """Waiting calls may be picked only out of queues that the agent is signed in to (D13)."""
    auto_resume: bool = False
    """The first call goes on by itself after the second has ended (D8, `aftermath`: by default it does not)."""
    resume_if_never_answered: bool = True
    """A consultation that nobody answered: the caller is resumed by itself (D7)."""
    on_hook_ringing: OnHookRinging = OnHookRinging.RECALL
    undo_ms: int = 10_000
    """How long a completed transfer can be undone (D7); 0: not at all."""
    undo_outside: bool = True
    """Also when the recipient is outside the house (D7)."""
    consult_ring_ms: int = 30_000
    blind_ring_ms: int = 20_000
    return_ms: int = 20_000
    """How long a returned caller waits for the initiator before the front of the queue is next (D7)."""
    dial_ring_ms: int = 30_000
    keep_entry_time: bool = True
    """Who is sent to a queue has the place of the whole visit there; False: joins it at its end (D7)."""
    hold_warn_ms: int = 45_000
    """A hold of this length turns amber (D8)."""
    hold_recall_ms: int = 90_000
    """After this a tone reminds the agent (D8), and again after each further half of it."""
    direct_ring_ms: int = 30_000
    direct_exit: Exit = Exit(action=ExitAction.BUSY)
    """What becomes of a direct call that its person does not take (D29), unless the person has a rule."""
    direct_rings_in_wrap_up: bool = False
    """A direct call rings in wrap-up and in a pause too (D29); by default it follows the busy rule then."""
    outbound_wrap_up_ms: int = 0
    """Wrap-up after an outgoing call; 0: none (2.5-a, 2.5-d)."""
    outbound_wrap_up_unanswered: bool = False
    """Also after one that nobody answered (2.5-e)."""
    manual_wrap_up_ms_max: int | None = None
    """A manual wrap-up ends by itself after this; None: never (D10)."""
    manual_wrap_up_remind_ms: int | None = 300_000
    """How often somebody in a wrap-up without end is reminded of it; None: never (D10)."""
    manual_wrap_up_told_ms: int | None = None
    """After how long, and how often from then on, those who supervise are told of one; None: never (D10)."""
    short_talk_ms: int = 3_000
    """A call that was talked on for less than this gives no wrap-up (D9)."""
    reserved_ms: int = 8_000
    """How long a click on answer or pick keeps the call for an agent whose device is not up yet (D13)."""
    sign_in_reminder_ms: int | None = None
    """How long somebody may be signed out of every queue before a reminder, and how often (2.4-k); None: never."""
    hold_told_ms: int | None = 60_000
    """How often a caller on hold hears that the hold goes on; None: the music only (D8)."""
    ring_pause_ms: int = 5_000
    """Silence between two rings of the same device for calls that stay offered (D3)."""
    misses_max: int = 3
    """So many rings in a row that an agent lets go by set that agent to "not answered" (D3)."""
    rejected_back_ms: int = 30_000
    """When nobody else is free, who rejected a call is offered it again after this (D4)."""
    console_gone_ms: int = 600_000
    """An agent without a console is signed out of the queues after this, with a desk phone or not (D16)."""
    device_lost_ms: int = 900_000
    """The same of one whose device is not registered (D16)."""
    keep_sign_ins: bool = False
    """Who logs out of the console and not of the desk phone stays signed in, and is rung there (D17)."""
    remember_sign_ins: bool = False
    """Who chooses a group, or logs in to it, is signed in again where he was in that group last time (D12)."""
    count_window: CountWindow = CountWindow.DAY
    count_from: str = "00:00"
    """At which time of day the numbers of the queues begin anew (D15), by the clock there."""
    count_short: bool = True
    """Who hangs up almost at once counts as one who called (D15)."""
    number: str | None = None
    """The number that called parties see when queue, user and group have none (D28)."""
    never_called_back: tuple[str, ...] = ()
    """E.164 digits that nobody is called back at (D14); with `*` at its end: all numbers that begin so."""

    def is_called_back(self, number: str) -> bool:
        """Whether the organisation calls back there.

        Args:
            number: E.164 digits.
        """
        return not any(
            number.startswith(one[:-1]) if one.endswith("*") else number == one
            for one in self.never_called_back
        )
