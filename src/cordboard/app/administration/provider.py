"""The level above the organisations: all of them in a list, made, named, switched on and off (1.1-l, X-a).

Who stands there sees of an organisation what a contract says, and how many people and queues it has; nothing of what
is inside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Protocol

from cordboard.app.administration.administration import (
    Actor,
    Administration,
    Conflict,
    NotThere,
    OutOfDate,
    edited,
    version_of,
)
from cordboard.app.administration.audit import Action
from cordboard.app.administration.fields import (
    Context,
    Field,
    FieldProblem,
    Invalid,
    Row,
    mail,
    maybe,
    read_row,
    text,
)
from cordboard.app.administration.ids import id_problem, plain_id
from cordboard.app.administration.organisations import ORGANISATIONS
from cordboard.app.administration.people import USERS
from cordboard.app.ports import Directory, OrganisationRow, UserRow
from cordboard.core.types import OrganisationId, Right, UserId

NAME = ORGANISATIONS.name
FIRST = (
    Field(name="administrator_name", read=text(80)),
    Field(name="administrator_email", read=mail),
    Field(name="administrator_user_name", read=maybe(text(80)), default=None),
)
"""Of a new organisation's first administrator; without a user name the mail address is it."""
FIRST_FIELDS = frozenset(one.name for one in FIRST)
FIRST_RIGHTS = frozenset(Right) - {Right.PROVIDER}
"""Everything inside the organisation."""


class Kept(Protocol):
    """Where organisations are kept."""

    async def organisations(self) -> tuple[OrganisationId, ...]: ...

    async def directory(self, organisation: OrganisationId) -> Directory: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new organisation."""

    row: Row
    organisation: OrganisationRow
    administrator: UserRow


class Provider:
    """What its people do; every call of theirs takes the right `provider.manage`."""

    def __init__(self, kept: Kept, administration: Administration) -> None:
        self._kept, self._administration = kept, administration

    async def rows(self, actor: Actor) -> list[Row]:
        """All organisations, by name.

        Raises:
            NoRight, StorageFailure: nothing to show.
        """
        actor.require(Right.PROVIDER)
        found = [shown(one) for one in await self.directories()]
        return sorted(found, key=lambda row: (str(row["name"]).casefold(), row["id"]))

    async def row(self, actor: Actor, id_: str) -> Row:
        """One of them.

        Raises:
            NoRight, NotThere, StorageFailure: nothing to show.
        """
        actor.require(Right.PROVIDER)
        return shown(await self._directory(id_))

    async def directories(self) -> list[Directory]:
        """Everything that is configured.

        Raises:
            StorageFailure: it cannot be read.
        """
        return [await self._kept.directory(one) for one in await self._kept.organisations()]

    async def create(
        self, actor: Actor, sent: Row, *, check: bool = False, released: frozenset[str] = frozenset()
    ) -> Made:
        """Make one with its first administrator, who is to be invited then.

        Args:
            released: as for `Administration.apply`.

        Raises:
            NoRight, Invalid, Conflict, StorageFailure: it is not there.
        """
        actor.require(Right.PROVIDER)
        known = await self.directories()
        made = new_organisation(known, sent)
        acts = acting_in(actor, made.organisation.id)
        log = self._log_of(actor, [one.organisation.id for one in known])
        await self._administration.open(acts, made, check=check, also=log, released=released)
        return Made(row=shown(made), organisation=made.organisation, administrator=made.users[0])

    async def change(self, actor: Actor, id_: str, sent: Row, version: str, *, check: bool = False) -> Row:
        """Change the fields that are sent; it holds at once for who is logged in there.

        Raises:
            NoRight, NotThere, OutOfDate, Invalid, Conflict, StorageFailure: nothing has changed.
        """
        actor.require(Right.PROVIDER)
        known = await self.directories()
        others = [one for one in known if one.organisation.id != id_]
        if len(others) == len(known):
            raise NotThere

        def edit(directory: Directory) -> Directory:
            [old] = ORGANISATIONS.rows(directory)
            if version_of(old) != version:
                raise OutOfDate
            return changed(directory, others, sent)

        return shown(await self.apply(actor, id_, edit, check=check))

    async def apply(
        self,
        actor: Actor,
        id_: str,
        edit: Callable[[Directory], Directory],
        *,
        check: bool,
        released: frozenset[str] = frozenset(),
    ) -> Directory:
        """Change what the provider says of an organisation.

        Args:
            released: as for `Administration.apply`.

        Raises:
            NoRight, NotThere, Conflict, StorageFailure, and what `edit` raises: nothing has changed.
        """
        actor.require(Right.PROVIDER)

        def kept_in(directory: Directory) -> Directory:
            after = edit(directory)
            if after.organisation.disabled and actor.user in {user.id for user in after.users}:
                raise Conflict("yourself")
            return after

        return await self._administration.apply(
            acting_in(actor, OrganisationId(id_)),
            kept_in,
            check=check,
            resources=(ORGANISATIONS,),
            also=self._log_of(actor, await self._kept.organisations()),
            released=released,
        )

    async def invited(self, actor: Actor, organisation: OrganisationRow, person: UserRow) -> None:
        """The letter has gone; it is in that organisation's log.

        Raises:
            StorageFailure: it is not.
        """
        acts = acting_in(actor, organisation.id)
        await self._administration.done(acts, Action.INVITE, "users", person.id, person.name)

    async def to_invite(self, actor: Actor, id_: str) -> list[tuple[OrganisationRow, UserRow]]:
        """Administrators who have not chosen a password yet: their letter can be sent again.

        Raises:
            NoRight, NotThere, StorageFailure: nothing to show.
            Conflict: `nobody_to_invite`.
        """
        actor.require(Right.PROVIDER)
        directory = await self._directory(id_)
        rows = await self._administration.rows(acting_in(actor, directory.organisation.id), "users")
        waiting = {
            row["id"] for row in rows if not row["has_password"] and "admin.users" in row["all_rights"]
        }
        found = [user for user in directory.users if user.id in waiting and not user.disabled]
        if not found or directory.organisation.disabled:
            raise Conflict("nobody_to_invite")
        return [(directory.organisation, user) for user in found]

    async def _directory(self, id_: str) -> Directory:
        if id_ not in await self._kept.organisations():
            raise NotThere
        return await self._kept.directory(OrganisationId(id_))

    @staticmethod
    def _log_of(actor: Actor, known: Collection[OrganisationId]) -> OrganisationId | None:
        """The provider's own log, for what is done in others'; None: a command on the server has none."""
        return actor.organisation if actor.organisation in known else None


def acting_in(actor: Actor, organisation: OrganisationId) -> Actor:
    """The same person at work in an organisation that is not his: its log has his name and nothing else of him."""
    return replace(actor, organisation=organisation, user=None, rights=frozenset(Right))


def shown(directory: Directory) -> Row:
    """As a list shows it."""
    [row] = ORGANISATIONS.rows(directory)
    facts = {
        "demo": directory.organisation.demo,
        "users": len(directory.users),
        "queues": len(directory.queues),
    }
    return {"id": row["id"], "version": version_of(row)} | row | facts


def changed(directory: Directory, others: list[Directory], sent: Row) -> Directory:
    """With these fields changed.

    Raises:
        Invalid: some cannot be so.
    """
    [old] = ORGANISATIONS.rows(directory)
    readable = {name: value for name, value in sent.items() if name not in ("demo", "users", "queues")}
    after = edited(ORGANISATIONS, directory, old, readable)
    if after.organisation.name != directory.organisation.name:
        _require_new_name(others, after.organisation.name)
    return after


def new_organisation(known: list[Directory], sent: Row) -> Directory:
    """One that was not there, with its first administrator.

    Raises:
        Invalid: some fields cannot be so.
    """
    bare = OrganisationRow(
        id=OrganisationId(""),
        name="",
        country=str(sent.get("country") or "NL").upper(),
        language="nl",
        time_zone="Europe/Amsterdam",
        demo=False,
        contact="",
    )
    empty = Directory(organisation=bare, groups=(), users=(), queues=(), devices=())
    wanted = {name: value for name, value in sent.items() if name not in ("id", "version")}
    # All that is wrong is told together.
    row = read_row((*ORGANISATIONS.fields, *FIRST), wanted, None, Context(directory=empty))
    _require_new_name(known, row["name"])
    id_ = _id(known, sent.get("id"), row["name"])
    house = {name: value for name, value in row.items() if name not in FIRST_FIELDS}
    made = ORGANISATIONS.put(replace(empty, organisation=replace(bare, id=id_)), house)
    person = {
        "user_name": row["administrator_user_name"] or row["administrator_email"],
        "name": row["administrator_name"],
        "email": row["administrator_email"],
        "rights": [right.value for right in FIRST_RIGHTS],
    }
    user = read_row(USERS.fields, person, None, Context(directory=made))
    return USERS.put(made, user | {"id": UserId(f"{id_}-administrator")})


def _require_new_name(others: list[Directory], name: str) -> None:
    for other in others:
        if other.organisation.name.casefold() == name.casefold():
            raise Invalid([FieldProblem(field="name", code="taken", args={"by": other.organisation.name})])


def _id(known: list[Directory], wanted: object, name: str) -> OrganisationId:
    taken = {one.organisation.id for one in known}
    if wanted is not None:
        problem = id_problem(wanted, taken)
        if problem is not None:
            raise Invalid([problem])
        return OrganisationId(str(wanted))
    plain = plain_id(name, 40) or "organisation"
    return OrganisationId(plain if plain not in taken else f"{plain}-{secrets.token_hex(3)}")
