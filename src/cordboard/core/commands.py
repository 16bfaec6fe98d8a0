"""What the core wants the exchange to do. Posted in order per call; results come back as events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cordboard.core.types import CallId, DeviceId, LegId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInQueue:
    """Let this caller wait with the queue's music."""

    leg: LegId
    call: CallId
    queue: QueueId
    answer: bool
    """Answer the caller first (D25); False: the caller goes on hearing the ringing tone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingDevice:
    """Call an agent's telephone."""

    leg: LegId
    device: DeviceId
    call: CallId
    queue: QueueId | None
    queue_name: str | None
    number: str | None
    name: str | None
    urgent: bool
    at_once: bool
    """The agent has clicked already: the phone is asked to answer without ringing."""
    ring_ms: int
    """The exchange gives up by itself after this, should we be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDevice:
    """Make the ringing telephone answer (NOTIFY talk)."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRinging:
    """Stop calling a telephone that has not answered."""

    leg: LegId
    elsewhere: bool
    """A colleague took the call: the phone must not list it as missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Let the agent on this line and this party hear each other."""

    line: LegId
    party: LegId
    conference: bool = False
    """Others on this line stay on it and hear the party too; False: nobody else may be there (5.1-k)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Take this party off the agent's line and give it music."""

    party: LegId
    line: LegId | None
    """The line it leaves; shown "on hold" there. None: it is on no line."""


class HangUpReason(Enum):
    """What a caller who was never answered, or who consults a colleague, is told by the network."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    """The colleague who was to be consulted rejects it."""
    UNALLOCATED = "unallocated"
    """Nobody has this number, or a colleague cannot be rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End this leg."""

    leg: LegId
    reason: HangUpReason = HangUpReason.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEndTone:
    """A short tone on an agent's line that stays open: this caller is gone, others are on hold (D27)."""

    line: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Call an outside number. What comes of it follows as LegAnswered or LegEnded of this leg."""

    leg: LegId
    call: CallId
    number: str
    """E.164 digits without "+", or a short number as dialled."""
    show: str | None
    """The number of ours that is shown; None: whatever the trunk shows by itself."""
    line: LegId | None
    """The agent's line that hears the ringing; None: nobody does (a blind transfer)."""
    ring_ms: int
    queue: QueueId | None = None
    """For which queue it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialColleague:
    """Make a piece of wire between two of our own desks: `leg` is its end at the caller's, `other` at the called one's.

    Nothing rings by this. `leg` hears the ringing tone, and is answered when `other` is joined with a line; when
    one end goes the other goes too.
    """

    leg: LegId
    call: CallId
    other: LegId
    other_call: CallId
    line: LegId | None
    """The caller's line, which hears the ringing."""
    number: str | None
    """The caller's extension, as the called one's telephone shows it."""
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetRing:
    """Give this party the ringing tone instead of music: somebody is being rung for it (D7, blind; D29, direct)."""

    leg: LegId
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Let these two parties hear each other, with no agent of ours in between (D7)."""

    one: LegId
    other: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTransferKey:
    """Tell a telephone, whose transfer key was pressed, what became of it; done, most hang up by themselves (D27)."""

    leg: LegId
    done: bool
    """False: refused; the call stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits:
    """Keys pressed in a call (D26). Not logged: they may be a secret."""

    party: LegId
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A short reminder on an agent's line, heard by the agent alone: somebody has been on hold for long (D8)."""

    line: LegId


class Sentence(Enum):
    """What the exchange can say to a caller; the words are made at set-up in each language (docs/prompts.md)."""

    GREETING = "greeting"
    """What a queue says to who enters it, in the organisation's own recording alone (D25)."""
    POSITION = "position"
    """You are number N in the queue."""
    EXPECTED_WAIT = "expected_wait"
    """The expected waiting time is N minutes."""
    STILL_HOLDING = "still_holding"
    """You are on hold."""
    ONE_MOMENT = "one_moment"
    """One moment, the connection is being restored (D16)."""
    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"
    """Nobody is available at the moment."""
    LATER = "later"
    """Please call again later (waited too long)."""
    NOT_REACHED = "not_reached"
    """The person you call cannot be reached."""
    LEAVE_MESSAGE = "leave_message"
    """Leave a message after the tone."""
    CALL_BACK_OFFER = "call_back_offer"
    """Press this key and we call you back; you keep your place (3.6-t)."""
    CALL_BACK_INSTEAD = "call_back_instead"
    """We cannot help you now; press this key and we call you back."""
    CALL_BACK_NUMBER = "call_back_number"
    """Your number is, digit by digit; press 1 if that is right, 2 for another one."""
    CALL_BACK_TYPE = "call_back_type"
    """Type the number, with # at its end."""
    CALL_BACK_FOREIGN = "call_back_foreign"
    """We do not call back to a number abroad."""
    CALL_BACK_PAID = "call_back_paid"
    CALL_BACK_BLOCKED = "call_back_blocked"
    """We do not call back at this number."""
    CALL_BACK_NO_NUMBER = "call_back_no_number"
    """That is no number that can be called back."""
    CALL_BACK_OPEN = "call_back_open"
    """You are to be called back already."""
    CALL_BACK_THANKS = "call_back_thanks"
    CALL_BACK_WHEN = "call_back_when"
    """We call you back in about N minutes."""
    CALL_BACK_WHEN_HOURS = "call_back_when_hours"
    """The same in about N hours; at least two."""
    CALL_BACK_WHEN_DAYS = "call_back_when_days"
    """The same in about N days; at least two."""
    CALL_BACK_AT = "call_back_at"
    """The same at a time of today; the number is that of the minute of the day."""
    CALL_BACK_TOMORROW = "call_back_tomorrow"
    """The same at a time of tomorrow."""
    CALL_BACK_CHOOSE = "call_back_choose"
    """Press 1 to be called at your turn, 2 to choose a time."""
    CALL_BACK_TIME = "call_back_time"
    """Type the time, in four digits."""
    CALL_BACK_AGREE = "call_back_agree"
    """Press 1 if that is right, 2 for another time."""
    CALL_BACK_NO_TIME = "call_back_no_time"
    """That is no time of day."""
    CALL_BACK_CLOSED_THEN = "call_back_closed_then"
    """We are closed at that time."""
    CALL_BACK_FULL_THEN = "call_back_full_then"
    """As many as can be are called at that time."""
    CALL_BACK_OPENING = "call_back_opening"
    """We call you back as soon as we are open again."""
    CALL_BACK_STAYS = "call_back_stays"
    """You keep your place in the queue."""
    CALL_BACK_HERE = "call_back_here"
    """Customer first: you asked to be called back; one moment."""
    CALL_BACK_AGAIN = "call_back_again"
    """Customer first: nobody is free after all; you will hear from us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One sentence, with its number where it has one, or an uploaded recording in its place."""

    sentence: Sentence
    number: int | None = None
    digits: str | None = None
    """Said one by one: a telephone number, or a key; None where the sentence has none."""
    recording: str | None = None
    """Name of the organisation's own recording; None: our own voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Say something to a party; music goes on afterwards by itself. AnnouncementEnded follows, said or not."""

    leg: LegId
    phrases: tuple[Phrase, ...]
    language: str
    answer: bool
    """Answer the caller first; False: said before the answer, where the trunk carries that (D25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """End what this party hears from us, because a key was pressed or somebody answers; the music goes on."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMessage:
    """Record what this caller says until the caller is silent, presses a key or hangs up. MessageRecorded follows."""

    leg: LegId
    call: CallId
    name: str
    """Of the recording; never used before."""
    ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMessage:
    """Look what there is of a message whose end was not told, its leg being gone. MessageRecorded follows."""

    leg: LegId
    call: CallId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetMessage:
    """Throw this recording away: nobody spoke in it."""

    leg: LegId
    name: str


Command = (
    PlaceInQueue
    | RingDevice
    | AnswerDevice
    | CancelRinging
    | Join
    | Hold
    | HangUp
    | PlayEndTone
    | Dial
    | DialColleague
    | LetRing
    | Pair
    | AnswerTransferKey
    | SendDigits
    | Recall
    | Announce
    | Hush
    | RecordMessage
    | FindMessage
    | ForgetMessage
)
