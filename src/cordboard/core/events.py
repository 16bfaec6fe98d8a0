"""Facts that reach the core: what the exchange, the devices and the clock's calendar tell.

Names are in the past tense. A fact may come twice, late, or about something long
gone; the core then does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from cordboard.core.types import CallId, DeviceId, EndedBy, Instant, LegId, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller reached a queue and waits for an agent."""

    call: CallId
    leg: LegId
    queue: QueueId
    number: str | None
    """E.164 digits without "+", or an extension; None when the caller withheld it."""
    name: str | None
    """What the network or a contact calls the caller; None when unknown."""
    dialled: str | None
    """Our number that was called; None when it came from one of our own phones."""


class LegEnd(Enum):
    """How a party's connection ended, as far as the exchange can tell."""

    HUNG_UP = "hung_up"
    """Somebody put the phone down."""
    BUSY = "busy"
    REJECTED = "rejected"
    """The red key on the handset (SIP 486 or 603 while it rang)."""
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    """It could not even ring: not registered, no network."""
    LOST = "lost"
    """It broke: no sound any more, connection gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectCallArrived:
    """A caller from outside dialled one person's own number or extension (D29)."""

    call: CallId
    leg: LegId
    to: UserId
    number: str | None
    name: str | None
    dialled: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementCalled:
    """A caller from outside dialled a number of ours at which something is said, and nobody answers."""

    call: CallId
    leg: LegId
    announcement: str
    """Id of the organisation's own announcement."""
    number: str | None
    name: str | None
    dialled: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHandledAlone:
    """A call in that is over, and that the exchange handled by itself while we were away (F2).

    Its moments lie in the past. The same one may be told again and again until it is in the database.
    """

    call: CallId
    leg: LegId
    queue: QueueId | None
    """Which the number leads to; None: to one person, or to an announcement."""
    to: UserId | None
    """A direct call: for whom; None: a queue's, or an announcement's."""
    number: str | None
    """As in `CallArrived`; so are the name and our number."""
    name: str | None
    dialled: str | None
    began_at: Instant
    """When the caller dialled."""
    rang_at: Instant | None
    """When the exchange had telephones ring, or said that nobody is there; None: the caller gave up before."""
    answered_at: Instant | None
    """None: nobody answered."""
    device: DeviceId | None
    """On which telephone; None: not answered, or on none that is known."""
    ended_at: Instant
    """With LOST and UNKNOWN: when it was over at the latest."""
    ended_by: EndedBy
    """CALLER, AGENT (who answered), EXIT (nobody did, and that was said), LOST with the exchange, or UNKNOWN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDialled:
    """Somebody dialled on the telephone itself; `leg` is the telephone's, up or about to be (D27)."""

    leg: LegId
    device: DeviceId
    number: str
    """As dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTransferAsked:
    """The transfer key on the telephone (D27): pass on whom this line talks with.

    Attributes:
        number: the recipient as dialled; None: attended, whom the telephone talks with on `other`.
        other: the telephone's second leg; None: without announcement.
        queue: the number is one of ours, and leads to this queue; None: it does not.
        to: the number is this person's; None: it is nobody's, or an extension.
    """

    leg: LegId
    number: str | None
    other: LegId | None
    queue: QueueId | None = None
    to: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging:
    """A party that was dialled outside rings."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFailed:
    """Two parties could not be joined with each other: one had just gone, or the exchange refused."""

    one: LegId
    other: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementEnded:
    """What was to be said to this party is said, or could not be."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """A party pressed a key. It means something only to who is asked for one; it is kept in no log (D26)."""

    leg: LegId
    key: str
    """One of 0 to 9, `*`, `#`, A to D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackKept:
    """What this caller was promised is in the database; now the caller may hear it (3.6-t)."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecorded:
    """A caller left a message, or nothing (D29)."""

    leg: LegId
    name: str
    ms: int
    """How long it is; 0: nothing was said, or it could not be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOpened:
    """Opening hours began or ended (D21)."""

    queue: QueueId
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """A device that rang has been taken up, or a party that was dialled has answered."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """A party's connection is over."""

    leg: LegId
    how: LegEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeldByPhone:
    """The agent pressed hold on the handset; the exchange plays music to the caller by itself (D27)."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResumedByPhone:
    """The agent took the caller back on the handset."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinFailed:
    """Two parties could not be connected: one of them had just gone, or the exchange refused."""

    line: LegId
    party: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFailed:
    """The caller could not be put on hold; caller and agent still hear each other."""

    party: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRegistered:
    """A telephone can be reached."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUnregistered:
    """A telephone cannot be reached any more."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEngaged:
    """This telephone is used for something that is no call, or is not any more (D25)."""

    device: DeviceId
    engaged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceElsewhere:
    """This telephone is in a call that we do not carry, or is not any more: an emergency call, the fallback (D11)."""

    device: DeviceId
    elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkPackageSeen:
    """The phone said at an answered call that it answers on NOTIFY talk (`Allow-Events: talk`)."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSeen:
    """At least one console of this user is connected."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleLost:
    """No console of this user has been connected for the grace time (D16)."""

    agent: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLost:
    """The connection to the exchange is gone; it may be dead or only out of reach."""


class Place(Enum):
    """Where a leg stands in the exchange."""

    NOWHERE = "nowhere"
    QUEUE = "queue"
    HOLD = "hold"
    LINE = "line"
    """On an agent's line: it talks with that agent."""
    PAIR = "pair"
    """With another party and no agent: it was passed on."""


class LegRole(Enum):
    """What a leg is for."""

    CALLER = "caller"
    LINE = "line"
    """The agent's device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFound:
    """A leg as the exchange reports it when we (re)connect."""

    leg: LegId
    role: LegRole
    call: CallId | None
    queue: QueueId | None
    device: DeviceId | None
    """The device of a line; None for a caller."""
    answered: bool
    place: Place
    line: LegId | None
    """With Place.LINE: the line it talks on."""
    number: str | None
    name: str | None
    since: Instant
    to: UserId | None = None
    """A direct caller: for whom; None: a queue's, or not marked."""
    announcement: str | None = None
    """Who dialled a number at which this is said; None: a queue's, a person's, or not marked."""
    outgoing: bool = False
    """We dialled it, or it is an end of a piece of wire between two desks."""
    pair: str | None = None
    """With Place.PAIR: name of the pair that it is in."""
    begun: bool = True
    """False: a leg of ours that was made and then not dialled any more."""
    records: bool = False
    """The message that this caller leaves is being recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRestored:
    """The exchange is back (or found for the first time) and told what lives in it.

    Attributes:
        fresh: it was started anew, so every call it had before is lost.
        legs: everything of ours that lives in it now.
        registered: which devices can be reached.
    """

    fresh: bool
    legs: Mapping[LegId, LegFound]
    registered: frozenset[DeviceId]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRecognised:
    """The number of this call is somebody's whom we know (2.1.2-e); the call goes on as it was."""

    call: CallId
    name: str
    """As the address book shows it, or a colleague's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStarted:
    """Midnight in the organisation's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsBegan:
    """The window of the queue numbers begins at another moment (D15)."""

    since: Instant


Event = (
    CallArrived
    | DirectCallArrived
    | AnnouncementCalled
    | CallHandledAlone
    | PhoneDialled
    | PhoneTransferAsked
    | LegRinging
    | PairFailed
    | AnnouncementEnded
    | KeyPressed
    | CallBackKept
    | MessageRecorded
    | QueueOpened
    | LegAnswered
    | LegEnded
    | LegHeldByPhone
    | LegResumedByPhone
    | JoinFailed
    | HoldFailed
    | DeviceRegistered
    | DeviceUnregistered
    | DeviceEngaged
    | DeviceElsewhere
    | TalkPackageSeen
    | ConsoleSeen
    | ConsoleLost
    | ExchangeLost
    | ExchangeRestored
    | PartyRecognised
    | DayStarted
    | CountsBegan
)
