"""Links by which a password is chosen: the invitation (1.1-e) and the forgotten password (1.1-h to 1.1-j, D20).

After security.md 4.2 and ASVS 6.4.3: 256 random bits of which only a hash is stored, one use, a short life. Whether
an address is known here is told only where the manual's error helps a colleague who mistyped, and in small numbers.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Protocol

from cordboard.app.letters import letter
from cordboard.app.mailing import Mailing, is_address
from cordboard.app.ports import OrganisationRow, UserRow
from cordboard.app.tenancy import Tenancy
from cordboard.app.throttle import network
from cordboard.app.tokens import hash_of, new_token
from cordboard.core.types import Instant, OrganisationId, UserId

log = logging.getLogger(__name__)

RESET_MS = 20 * 60_000
INVITATION_MS = 7 * 24 * 3_600_000

HOUR_MS = 3_600_000
ERRORS_PER_ADDRESS_MAX = 3
ERRORS_PER_ORGANISATION_MAX = 20
"""Errors "we do not know this address" an hour; after them everybody gets the neutral sentence."""
ASKED_PER_ADDRESS_MAX = 10
"""Requests an hour from one place, whatever they ask for."""
LETTERS_PER_PERSON_MAX = 3
"""An hour, of forgotten passwords and of invitations each; more would fill somebody's mailbox for a stranger."""
ACCOUNTS_PER_MAIL_MAX = 5
"""Accounts of one organisation that share an address and get a link each: no other organisation's take their place."""
COUNTED_MAX = 10_000


class Purpose(Enum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link that was sent."""

    token_hash: bytes
    organisation: OrganisationId
    user: UserId
    purpose: Purpose
    created_at: Instant
    expires_at: Instant


class Links(Protocol):
    """Keeps the links that were sent, and the browsers in which somebody has logged in before."""

    async def add(self, link: LinkRow) -> None:
        """Keep it; an older one of this person for the same purpose is worth nothing any more, nor is an expired."""

    async def look(self, token_hash: bytes) -> LinkRow | None:
        """The link; also one past its end: the caller knows the time."""

    async def use(self, token_hash: bytes) -> bool:
        """Take it away, and all of this person's; True for exactly one who asks."""

    async def know_browser(self, token_hash: bytes, organisation: OrganisationId, now: Instant) -> None:
        """Somebody of this organisation logged in there."""

    async def known_browser(self, token_hash: bytes) -> OrganisationId | None:
        """Whose browser it is; None: a stranger's."""


class Answer(Enum):
    """What the page says to who forgot a password."""

    SENT = "sent"
    """A link is on its way (1.1-h)."""
    UNKNOWN = "unknown_email"
    """No account here has that address (1.1-i)."""
    NEUTRAL = "if_known"
    """If we know it, a link is on its way."""
    TOO_MANY = "too_many_attempts"


class NoMailAddress(Exception):
    """This person has no address to invite him by; nothing was sent."""


class TooManyLetters(Exception):
    """This person was invited too often this hour, or too many letters wait for the mail server; nothing was sent."""


class LinkGone(Exception):
    """The link is unknown, used or too old."""


@dataclass(slots=True)
class _Hourly:
    """How often, by key, in the last hour."""

    counted: OrderedDict[str, deque[Instant]]

    def left(self, key: str, limit: int, now: Instant) -> bool:
        """Whether it may happen once more."""
        times = self.counted.get(key)
        if times is None:
            return True
        while times and times[0] <= now - HOUR_MS:
            times.popleft()
        return len(times) < limit

    def count(self, key: str, now: Instant) -> None:
        """It happened."""
        self.counted.setdefault(key, deque()).append(now)
        self.counted.move_to_end(key)
        if len(self.counted) > COUNTED_MAX:
            self.counted.popitem(last=False)


class PasswordLinks:
    """Sends links, and says whose they are."""

    def __init__(
        self,
        links: Links,
        mailing: Mailing,
        tenancy: Tenancy,
        *,
        url: str,
        now: Callable[[], Instant],
        tells_unknown: bool = True,
        domains: frozenset[str] = frozenset(),
        contact: str = "",
    ) -> None:
        """
        Args:
            url: where browsers reach the portal, with a slash at the end.
            tells_unknown: D20's `error`; False: `neutral`, always.
            domains: mail domains of the installation's own people; a wrong address in one is a typing error.
            contact: whom to ask, when the organisation has no words of its own.
        """
        self._links, self._mailing, self._tenancy = links, mailing, tenancy
        self._url, self._now, self._contact = url, now, contact
        self._tells_unknown, self._domains = tells_unknown, frozenset(one.casefold() for one in domains)
        self._asked, self._errors, self._letters = (_Hourly(OrderedDict()) for _ in range(3))

    async def invite(self, organisation: OrganisationRow, user: UserRow) -> str:
        """Send somebody the link by which he chooses his first password (1.1-e); earlier ones end.

        Gives the address it went to.

        Raises:
            NoMailAddress: neither the person's address nor the user name is a mail address.
            TooManyLetters, StorageFailure: nothing was sent.
        """
        to, key, now = mail_address(user), f"invitation {user.id}", self._now()
        if to is None:
            raise NoMailAddress
        if not self._letters.left(key, LETTERS_PER_PERSON_MAX, now):
            raise TooManyLetters
        self._letters.count(key, now)
        link = await self._new_link(organisation.id, user.id, Purpose.INVITATION, INVITATION_MS)
        if not self._send(organisation, user, to, "invitation", link):
            raise TooManyLetters
        return to

    async def forgotten(self, email: str, *, address: str, browser: str | None) -> Answer:
        """Somebody cannot remember a password (1.1-h, 1.1-i, D20).

        Args:
            email: as typed.
            address: where the browser is.
            browser: the token that an earlier log-in left in it; None: none did.

        Raises:
            StorageFailure: nothing was sent.
        """
        now, place, wanted = self._now(), network(address), email.strip().casefold()[:320]
        if not self._asked.left(place, ASKED_PER_ADDRESS_MAX, now):
            return Answer.TOO_MANY
        self._asked.count(place, now)
        of = await self._links.known_browser(hash_of(browser or ""))
        domain = wanted.rpartition("@")[2]
        budget = str(of) if of is not None else domain
        explicit = (
            self._tells_unknown
            and not self._wants_neutral(of, domain)
            and (of is not None or domain in self._domains)
            and self._errors.left(place, ERRORS_PER_ADDRESS_MAX, now)
            and self._errors.left(f"organisation {budget}", ERRORS_PER_ORGANISATION_MAX, now)
        )
        found = self._with_address(wanted)
        for organisation, user in found:
            await self._send_reset(organisation, user, wanted, now)
        if not found:
            # The same work as for one who is known: a token is made, and the database is asked.
            await self._links.look(hash_of(new_token()))
            log.warning("a password was asked for by an address that is not known here")
        if not explicit:
            return Answer.NEUTRAL
        if found:
            return Answer.SENT
        for key in (place, f"organisation {budget}"):
            self._errors.count(key, now)
        if not self._errors.left(f"organisation {budget}", ERRORS_PER_ORGANISATION_MAX, now):
            log.error("unknown addresses are asked for so often that nobody is told any more for an hour")
        return Answer.UNKNOWN

    async def look(self, token: str) -> tuple[LinkRow, UserRow]:
        """Whose link it is.

        Raises:
            LinkGone: nobody's, or no longer.
        """
        link = await self._links.look(hash_of(token))
        viewer = self._tenancy.viewer(link.user) if link is not None else None
        if link is None or viewer is None or link.expires_at <= self._now():
            raise LinkGone
        return link, viewer.user

    async def use(self, token: str) -> tuple[LinkRow, UserRow]:
        """The same, and it is worth nothing any more; of two at once one gets it.

        Raises:
            LinkGone: nobody's, or no longer.
        """
        found = await self.look(token)
        if not await self._links.use(hash_of(token)):
            raise LinkGone
        return found

    def password_changed(self, organisation: OrganisationRow, user: UserRow) -> None:
        """Tell the person, in case it was somebody else (ASVS 6.3.7)."""
        to = mail_address(user)
        if to is not None:
            self._send(organisation, user, to, "changed", "")

    async def remember_browser(self, known: str | None, organisation: OrganisationId) -> str | None:
        """A log-in went well there. Gives the token to leave in the browser; None: it has a good one."""
        if known is not None and await self._links.known_browser(hash_of(known)) == organisation:
            return None
        token = new_token()
        await self._links.know_browser(hash_of(token), organisation, self._now())
        return token

    def _wants_neutral(self, of: OrganisationId | None, domain: str) -> bool:
        """An organisation does not want it said: the one whose browser it is, or any with people at that domain.

        The second because its address would be told to the browser of another, as a known one or not.
        """
        return any(
            directory.organisation.settings.reset_unknown == "neutral"
            and (directory.organisation.id == of or any(_is_at(domain, user) for user in directory.users))
            for directory in self._tenancy.all.values()
        )

    def _with_address(self, email: str) -> list[tuple[OrganisationRow, UserRow]]:
        found: list[tuple[OrganisationRow, UserRow]] = []
        for directory in self._tenancy.all.values():
            theirs = (
                (directory.organisation, user)
                for user in directory.users
                if not user.disabled and (mail_address(user) or "").casefold() == email
            )
            found += islice(theirs, ACCOUNTS_PER_MAIL_MAX)
        return found

    async def _send_reset(self, organisation: OrganisationRow, user: UserRow, to: str, now: Instant) -> None:
        if not self._letters.left(user.id, LETTERS_PER_PERSON_MAX, now):
            return
        self._letters.count(user.id, now)
        link = await self._new_link(organisation.id, user.id, Purpose.RESET, RESET_MS)
        self._send(organisation, user, to, "reset", link)

    async def _new_link(
        self, organisation: OrganisationId, user: UserId, purpose: Purpose, lives_ms: int
    ) -> str:
        token, now = new_token(), self._now()
        await self._links.add(
            LinkRow(
                token_hash=hash_of(token),
                organisation=organisation,
                user=user,
                purpose=purpose,
                created_at=now,
                expires_at=now + lives_ms,
            )
        )
        # Behind the #: browsers send it to no server, so that it stands in no log on the way.
        return f"{self._url}password#{token}"

    def _send(self, organisation: OrganisationRow, user: UserRow, to: str, kind: str, link: str) -> bool:
        """False: it could not be taken."""
        return self._mailing.put(
            letter(
                kind,
                user.language,
                to,
                name=user.name,
                user_name=user.user_name,
                organisation=organisation.name,
                link=link,
                days=INVITATION_MS // (24 * HOUR_MS),
                minutes=RESET_MS // 60_000,
                contact=organisation.contact or self._contact,
            ),
            organisation.id,
        )


def mail_address(user: UserRow) -> str | None:
    """Where to write to this person; a user name may be an address (1.1-d). None: nowhere."""
    for address in (user.email, user.user_name):
        if address is not None and is_address(address):
            return address
    return None


def _is_at(domain: str, user: UserRow) -> bool:
    """This person's letters go there."""
    return (mail_address(user) or "").casefold().rpartition("@")[2] == domain
