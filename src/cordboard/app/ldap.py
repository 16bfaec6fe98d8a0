"""A directory that is asked over LDAP for contacts (RFC 4511): how it is set up, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from cordboard.core.types import Instant, OrganisationId

DETAIL_MAX = 200
ENTRIES_MAX = 50_000
"""Of one directory; with more of them its base or filter is not the one that was meant."""
FILTER = "(&(objectClass=person)(|(telephoneNumber=*)(mobile=*)))"
"""Everybody with a telephone number, in Active Directory and in inetOrgPerson (RFC 2798)."""
NAMES, FUNCTIONS = ("displayName", "cn"), ("title", "department")
PHONES, ADDRESSES = ("telephoneNumber", "mobile"), ("mail",)
"""Attributes that both have."""


class Repeats(Enum):
    """When a directory is imported by itself, after somebody has done it once."""

    NEVER = "never"
    NIGHTLY = "nightly"
    """At three o'clock, in the organisation's time zone."""
    HOURS = "hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapRow:
    """One directory of one organisation."""

    id: str
    name: str
    url: str
    """`ldaps://host:port`, or `ldap://host:port`, which goes over to TLS before anything else is said (StartTLS)."""
    bind_dn: str | None = None
    """As whom it is asked; None: as nobody."""
    password: str | None = field(default=None, repr=False)
    password_changes: int = 0
    """How often it was chosen; what the log shows of it."""
    certificate: str | None = None
    """PEM, of its own authority or of itself; None: one of the authorities that this machine trusts."""
    base: str
    """The entry below which everybody stands."""
    filter: str = FILTER
    """Which of those entries are contacts (RFC 4515)."""
    name_attributes: tuple[str, ...] = NAMES
    """The first that an entry has is its name."""
    function_attributes: tuple[str, ...] = FUNCTIONS
    """All that an entry has, with commas between."""
    number_attributes: tuple[str, ...] = PHONES
    """All that an entry has; the first is the primary number."""
    address_attributes: tuple[str, ...] = ADDRESSES
    group_attribute: str | None = None
    """Says the name of the group in which somebody works; None, or no group of that name: in no group."""
    internal: bool = True
    """They are of the own organisation (3.3-j)."""
    repeats: Repeats = Repeats.NEVER
    every_hours: int = 4
    """For `HOURS`."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """All that is asked for."""
        wanted = [
            *self.name_attributes,
            *self.function_attributes,
            *self.number_attributes,
            *self.address_attributes,
        ]
        return tuple(dict.fromkeys([*wanted, *([self.group_attribute] if self.group_attribute else [])]))


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapEntry:
    """What a directory says of somebody."""

    name: str
    """The distinguished name."""
    key: str
    """The same for the same entry for ever: its UUID, or without one its distinguished name."""
    values: Mapping[str, Sequence[str]]
    """By attribute in small letters."""


class LdapProblem(Enum):
    """Why nothing was imported; nothing has changed."""

    UNREACHABLE = "ldap_unreachable"
    """No answer from that address, or it went away."""
    NO_TLS = "ldap_no_tls"
    """It speaks no TLS there, or none of this century."""
    CERTIFICATE = "ldap_certificate"
    """Nobody that is trusted says that it is that host."""
    PASSWORD = "ldap_password"  # noqa: S105 - the word, not one
    """It does not know that name with that password."""
    NO_BASE = "ldap_no_base"
    """It has no such base."""
    NOT_ALLOWED = "ldap_not_allowed"
    """It does not let that name read there."""
    FILTER = "ldap_filter"
    """It cannot read that filter."""
    TOO_MANY = "ldap_too_many"
    """More than `ENTRIES_MAX`, or than it gives."""
    NOBODY = "ldap_nobody"
    """It gave nobody, though there are contacts of it: a filter or a right has changed."""
    MOST_GONE = "ldap_most_gone"
    """More than half of its contacts would go, and nobody looked at that: it was to be done by itself."""
    BUSY = "ldap_busy"
    """It is being imported right now."""
    FAILED = "ldap_failed"
    """It said no in words of its own."""


NOT_SAVED = "not_saved"
"""Beside those: storage refused it; what was stored before stays, and the next time takes the rest."""


class LdapFailure(Exception):
    """Nothing was imported, and nothing has changed."""

    def __init__(self, problem: LdapProblem, detail: str = "") -> None:
        """
        Args:
            detail: what the other side said, for the log; never a password.
        """
        super().__init__(f"{problem.value}: {detail}" if detail else problem.value)
        self.problem, self.detail = problem, detail[:DETAIL_MAX]


class LdapServers(Protocol):
    """Directories somewhere else."""

    async def entries(self, source: LdapRow, limit: int) -> Sequence[LdapEntry]:
        """Everybody whom the filter lets through.

        Args:
            limit: with more than that it fails.

        Raises:
            LdapFailure: it could not be read whole.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapRun:
    """The last import of a directory, or the last that was tried."""

    at: Instant
    problem: str | None = None
    """Of `LdapProblem`, or `NOT_SAVED`; None: it was done."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    bad: int = 0
    """Entries that could not be taken."""


class LdapRuns(Protocol):
    """Keeps them."""

    async def last(self, organisation: OrganisationId) -> Mapping[str, LdapRun]:
        """Of each directory that was ever imported, by id."""

    async def note(self, organisation: OrganisationId, source: str, run: LdapRun) -> None:
        """In the place of the one before."""


BadReason = Literal["name", "function", "numbers", "addresses", "twice", "taken"]
"""A field that cannot be so; stands there twice; a contact that was made by hand has its place."""
