"""What the application needs from the outside, as interfaces; the adapters stand in their own rooms.

Every method may be slow and may raise `StorageFailure`; none is ever awaited in a turn of the core.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cordboard.app.announcements import AnnouncementRow
from cordboard.app.call_log import Past
from cordboard.app.gaps import Gap
from cordboard.app.ldap import LdapRow
from cordboard.app.modules import Module
from cordboard.app.trunks import TrunkRow
from cordboard.core.call import Reason, TransferState
from cordboard.core.queue import WrapUpMode
from cordboard.core.records import CallBackRow, MissedRow, Record, StoredState, WrapUpKind
from cordboard.core.rules import CallBackRules, Exit, ExitReason, HouseRules
from cordboard.core.statistics import Tally
from cordboard.core.types import (
    AnswerMethod,
    CallId,
    DeviceId,
    DeviceKind,
    Direction,
    GroupId,
    Instant,
    LegId,
    OrganisationId,
    QueueId,
    Right,
    Strategy,
    TransferKind,
    UserId,
)


class StorageFailure(Exception):
    """The database did not do it (full, locked, gone); nothing of the batch is stored."""


class StorageRefusal(StorageFailure):
    """The database will never do it: the rows contradict others, or hold what it cannot store."""


# --- the organisation as configured --------------------------------------------------------------------------


HISTORY_DAYS = 183
"""Half a year: long enough to look a caller up, and no longer than that takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """What an organisation sets beside the rules of its calls."""

    history_days: int | None = HISTORY_DAYS
    """How long calls show with their parties (3.4-i); None: for ever."""
    choose_group: bool = True
    """Who has several groups chooses one before the console opens (1.1-o); False: it begins with the last one."""
    second_factor_for_administrators: bool = False
    """Nobody administers without one."""
    reset_unknown: Literal["error", "neutral"] = "error"
    """What is said of an address that no account has (D20); error: as the installation has it; neutral: nothing."""
    mail_messages: bool = True
    """What callers leave for a person is also mailed there (D29)."""
    hold_music: str | None = None
    """The own announcement that is played over and over to who is on hold; None: the usual music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """A customer of this installation."""

    id: OrganisationId
    name: str
    country: str
    """ISO 3166 two letters, for reading numbers (D28)."""
    language: str
    time_zone: str
    demo: bool
    contact: str
    rules: HouseRules = field(default_factory=HouseRules)
    pause_reasons: tuple[str, ...] = ()
    """In the organisation's own words, in the order of the menu (D11); empty: nobody can pause."""
    settings: OfficeSettings = field(default_factory=OfficeSettings)
    modules_off: frozenset[Module] = frozenset()
    """What it has not taken (1.1-l)."""
    disabled: bool = False
    """Nobody logs in, and its numbers lead nowhere."""
    numbers: frozenset[str] = frozenset()
    """Those that the provider gave it, E.164 without plus; empty: any that nobody else has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A department or location."""

    id: GroupId
    name: str
    number: str | None = None
    """What called parties see of this group's calls (D28); None: the organisation's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """Rights with a name, given to people together (X-b)."""

    id: str
    name: str
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTime:
    """A stretch of a day in which there is somebody; times of day as `08:30`, in the organisation's time zone."""

    start: str
    end: str
    """`24:00`: until midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day with other hours than its weekday has."""

    day: str
    """`2026-12-25`."""
    name: str
    open: tuple[OpenTime, ...] = ()
    """Empty: closed all day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRow:
    """Opening hours that queues follow (D21)."""

    id: str
    name: str
    week: tuple[tuple[int, OpenTime], ...] = ()
    """(1 for Monday to 7, stretch), several a day."""
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRow:
    """A linked organisation: its callers come in through a queue of their own (D22)."""

    id: str
    name: str
    """Shown to agents."""
    numbers: tuple[str, ...]
    """E.164 without plus; with `*` at the end, all that begin so."""
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A person who can log in."""

    id: UserId
    user_name: str
    name: str
    extension: str | None
    email: str | None
    language: str
    theme: str
    disabled: bool
    groups: frozenset[GroupId]
    rights: frozenset[Right]
    """Given singly; with those of the role: `Directory.rights_of`."""
    numbers: frozenset[str] = frozenset()
    """The person's own outside numbers, E.164 without plus: calls to them are direct (D29)."""
    number: str | None = None
    """What called parties see of this person's calls (D28); None: the next rule."""
    direct_exit: Exit | None = None
    """What becomes of direct calls that are not taken (D29); None: the organisation's rule."""
    role: str | None = None
    """Id of the role whose rights come on top; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How a queue treats those who wait and those who serve it; each field as in `core.queue.Queue`."""

    widen_ms: int = 10_000
    order: tuple[UserId, ...] = ()
    wrap_up_mode: WrapUpMode = WrapUpMode.TIMED
    wrap_up_extend_ms: int = 30_000
    wrap_up_extends_max: int = 2
    breaks_wrap_up: bool = False
    escalate_ms: int = 30_000
    escalate_to: str | None = None
    exits: Mapping[ExitReason, Exit] = field(default_factory=dict)
    wait_ms_max: int | None = None
    calls_max: int | None = None
    empty_ms: int = 60_000
    announce_first_ms: int | None = None
    announce_every_ms: int = 60_000
    announce_wait: bool = True
    greeting: str | None = None
    music: str | None = None
    """The organisation's own announcement that is played over and over to who waits; None: the usual music."""
    message_mail: str | None = None
    """Where messages that are left for the queue are mailed (D29); None: nowhere."""
    number: str | None = None
    """What called parties see of calls made for this queue (D28)."""
    callback: CallBackRules = field(default_factory=CallBackRules)
    hours: str | None = None
    """Id of the opening hours; None: always open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A queue with its settings (2.1.1-k)."""

    id: QueueId
    name: str
    urgent: bool
    priority: int
    """Higher is offered first; urgent queues come before all."""
    position: int
    strategy: Strategy
    ring_ms: int
    wrap_up_ms: int
    """0: none."""
    ring_until_answered: bool
    """True: the caller hears ringing and is not answered before an agent is there (D25)."""
    locked: bool
    """Agents may not sign out (3.1-t)."""
    groups: frozenset[GroupId]
    language: str
    numbers: frozenset[str]
    """Our numbers that lead here, E.164 without plus or as dialled."""
    rules: QueueRules = field(default_factory=QueueRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A telephone or browser phone."""

    id: DeviceId
    name: str
    kind: DeviceKind
    extension: str
    answer_method: AnswerMethod
    password: str
    one_line: bool = True
    """False: it needs a leg of its own for each call (D27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All that is configured for one organisation."""

    organisation: OrganisationRow
    groups: tuple[GroupRow, ...]
    users: tuple[UserRow, ...]
    queues: tuple[QueueRow, ...]
    devices: tuple[DeviceRow, ...]
    roles: tuple[RoleRow, ...] = ()
    hours: tuple[HoursRow, ...] = ()
    links: tuple[LinkedRow, ...] = ()
    trunks: tuple[TrunkRow, ...] = ()
    ldap: tuple[LdapRow, ...] = ()
    announcements: tuple[AnnouncementRow, ...] = ()

    def rights_of(self, user: UserRow) -> frozenset[Right]:
        """Those of the role and those given singly."""
        role = next((role for role in self.roles if role.id == user.role), None)
        return user.rights | role.rights if role is not None else user.rights


# --- what recovery reads ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAgent:
    """Promises kept for an agent across a restart."""

    user: UserId
    group: GroupId | None
    device: DeviceId | None
    signed_in: frozenset[QueueId]
    wrap_up_kind: WrapUpKind | None
    wrap_up_since: Instant | None
    wrap_up_until: Instant | None
    wrap_up_pending_ms: int
    wrap_up_armed: bool
    away: bool
    wrap_up_queue: QueueId | None = None
    wrap_up_extended: int = 0
    pause: str | None = None
    remembered: frozenset[tuple[GroupId, QueueId]] = frozenset()
    """Sign-ins of the last time in each group (D12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTransfer:
    """A passing-on that was in progress, or can still be undone; each field as in `core.call.Transfer`."""

    kind: TransferKind
    state: TransferState
    initiator: UserId
    since: Instant
    was_active: bool
    recipient: CallId | None
    colleague: UserId | None
    recipient_name: str | None
    until: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call that had not ended when it was last written down."""

    id: CallId
    leg: LegId
    queue: QueueId | None
    direction: Direction
    number: str | None
    name: str | None
    dialled: str | None
    state: StoredState
    since: Instant
    agent: UserId | None
    entered_at: Instant
    answered_at: Instant | None
    segment_since: Instant
    """When the stretch that is running began: at the end of the last one, or with the call."""
    urgent: bool = False
    """It came through an urgent queue, now or before."""
    to: UserId | None = None
    """A direct call: for whom it was when it came in."""
    peer: CallId | None = None
    partner: CallId | None = None
    picked: bool = False
    queued_at: Instant | None = None
    """From when its place in the queue counts; None: from the entry."""
    made_by: UserId | None = None
    handled_by: UserId | None = None
    """Who talked with the party last; None: nobody yet."""
    returned: bool = False
    """It was answered in the queue in which it waits again."""
    reason: Reason | None = None
    not_reached: str | None = None
    """With a reason: who was not reached, as it was shown."""
    back_to: UserId | None = None
    """The initiator to whom a blind transfer came back; None: none, or the initiator has it."""
    back_at: Instant | None = None
    transfer: StoredTransfer | None = None
    past: Past = field(default_factory=Past)
    """What its log says that goes on to count."""


class Journal(Protocol):
    """Keeps what the core wants remembered. One caller at a time."""

    async def append(self, organisation: OrganisationId, records: Sequence[Record]) -> None:
        """Store all of these in one transaction, in order.

        A record that is already there (same call opened twice after a restart) changes nothing.

        Raises:
            StorageFailure: nothing of the batch is stored.
        """

    async def mark(self, organisation: OrganisationId, gap: Gap) -> None:
        """Have the history say so; one with the same beginning and reason takes the place of the one before."""

    async def agents(self, organisation: OrganisationId) -> tuple[StoredAgent, ...]:
        """Every agent with any promise."""

    async def open_calls(self, organisation: OrganisationId) -> tuple[StoredCall, ...]:
        """Calls without an end, oldest first."""

    async def known(self, organisation: OrganisationId, asked: Collection[CallId]) -> frozenset[CallId]:
        """Those of these calls that are stored, with or without an end."""

    async def counts(
        self, organisation: OrganisationId, since: Instant
    ) -> dict[QueueId, dict[Instant, Tally]]:
        """The queue numbers of each minute from `since` on (D15), which begins one."""

    async def missed(self, organisation: OrganisationId) -> tuple[MissedRow, ...]:
        """Callers to whom nobody has spoken yet, the oldest first (D14)."""


class CallBacks(Protocol):
    """Call backs as they were last written (3.6)."""

    async def living(self, organisation: OrganisationId, since: Instant) -> tuple[CallBackRow, ...]:
        """Open ones, and those that ended at or after `since`."""

    async def between(
        self,
        organisation: OrganisationId,
        since: Instant,
        until: Instant,
        number: str,
        *,
        hidden: Collection[QueueId] = (),
        user: UserId | None = None,
    ) -> tuple[CallBackRow, ...]:
        """Those whose cell lies in [since, until), and open ones that are due in it; as the planning has them.

        Only so many; what the viewer may not see takes nobody's place.

        Args:
            number: digits that stand in the number; "": any.
            hidden: of these queues none is wanted, but for those that `user` owns.
            user: the viewer; None: somebody who owns none.
        """

    async def search(
        self,
        organisation: OrganisationId,
        number: str,
        *,
        hidden: Collection[QueueId] = (),
        user: UserId | None = None,
    ) -> tuple[CallBackRow, ...]:
        """Those with these digits in their number, newest first; the rest as in `between`."""


class Directories(Protocol):
    """Reads and writes what is configured."""

    async def organisations(self) -> tuple[OrganisationId, ...]: ...

    async def directory(self, organisation: OrganisationId) -> Directory: ...

    async def save(self, directory: Directory) -> None:
        """Create or replace an organisation's configuration; passwords of users are kept (see `Accounts`)."""

    async def set_user_settings(self, user: UserId, *, language: str | None, theme: str | None) -> None: ...


# --- accounts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What log-in compares with."""

    user: UserId
    organisation: OrganisationId
    password_hash: str | None
    """argon2id; None: no password set yet (invited)."""
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A log-in that is still valid. Only a hash of the cookie's token is stored."""

    token_hash: bytes
    user: UserId
    organisation: OrganisationId
    created_at: Instant
    last_seen_at: Instant
    expires_at: Instant


class Accounts(Protocol):
    """User names, password hashes and sessions."""

    async def credential(self, user_name: str) -> Credential | None: ...

    async def set_password_hash(self, user: UserId, password_hash: str) -> None:
        """Set the hash that the next log-in compares with; links by which this person may choose one are worth nothing
        any more."""

    async def renew_password_hash(self, user: UserId, password_hash: str, compared: str) -> bool:
        """The same password by newer figures; False: it is not the one that was compared any more, which stays."""

    async def add_session(self, session: SessionRow, compared: str | None = None) -> bool:
        """Somebody logged in.

        Args:
            compared: the hash with which the password was found right; None: there is none to compare.

        False: meanwhile the password changed or the account was disabled; nobody is logged in.
        """

    async def session(self, token_hash: bytes) -> SessionRow | None: ...

    async def touch_session(self, token_hash: bytes, at: Instant, expires_at: Instant) -> None: ...

    async def end_session(self, token_hash: bytes) -> None: ...

    async def end_sessions_of(self, user: UserId, but: bytes = b"") -> None: ...

    async def with_password(self, organisation: OrganisationId) -> frozenset[UserId]:
        """Who has chosen one."""
