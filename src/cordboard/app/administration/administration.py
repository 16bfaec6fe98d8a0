"""What an administrator does: read, make, change and delete, by right, with a log of it, at once for everybody.

One configuration is changed at a time. A change is tried on the running desk first, which refuses what cannot be done
now; then it is stored together with its lines of the log; a database that fails takes the desk back to what it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from cordboard.app.administration.audit import Action, Audit, AuditEntry, Difference, differences
from cordboard.app.administration.fields import Context, Invalid, Row, read_row
from cordboard.app.administration.house import DEVICES, NUMBERS, ORGANISATION, new_password, with_password
from cordboard.app.administration.ids import OneOfAKind, id_by_chance, id_problem, one_of_a_kind, plain_id
from cordboard.app.administration.ldap import LDAP
from cordboard.app.administration.numbers import all_numbers, not_given, shown
from cordboard.app.administration.organisations import ORGANISATIONS
from cordboard.app.administration.own_announcements import OWN_ANNOUNCEMENTS
from cordboard.app.administration.people import GROUPS, ROLES, USERS
from cordboard.app.administration.places import Desk, Keeper
from cordboard.app.administration.queues import HOURS, LINKS, QUEUES
from cordboard.app.administration.resource import Resource
from cordboard.app.administration.rights import ADMINISTRATION, has_administrator, may_not_call, not_yours
from cordboard.app.administration.trunks import TRUNKS
from cordboard.app.ports import Directory, StorageFailure, StorageRefusal
from cordboard.core.types import Instant, OrganisationId, Right, UserId

RESOURCES = (
    ORGANISATION,
    USERS,
    ROLES,
    GROUPS,
    QUEUES,
    HOURS,
    LINKS,
    OWN_ANNOUNCEMENTS,
    DEVICES,
    NUMBERS,
    TRUNKS,
    LDAP,
)
"""In the order of the screens."""


class NoRight(Exception):
    """Nothing was done; the right that it takes."""

    def __init__(self, right: str, code: str = "no_right") -> None:
        super().__init__(right)
        self.right, self.code = right, code


class NotThere(Exception):
    """No such thing in this organisation."""


class OutOfDate(Exception):
    """Somebody else changed it meanwhile; nothing was done."""


class Conflict(Exception):
    """It cannot be done now; nothing has changed."""

    def __init__(self, code: str, **args: str) -> None:
        super().__init__(code)
        self.code, self.args_ = code, args


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it."""

    organisation: OrganisationId
    user: UserId | None
    """None: a command on the server itself."""
    name: str
    rights: frozenset[Right]

    def require(self, right: Right) -> None:
        """He has it.

        Raises:
            NoRight: nothing was done.
        """
        if right not in self.rights:
            raise NoRight(right.value)

    def may_read(self) -> None:
        """He has any right of administration.

        Raises:
            NoRight: `admin`.
        """
        if not self.rights & ADMINISTRATION:
            raise NoRight("admin")


class Administration:
    """The use-cases; see docs/admin/rest.md."""

    def __init__(self, keeper: Keeper, audit: Audit, desk: Desk, now: Callable[[], Instant]) -> None:
        self._keeper, self.audit, self._desk, self._now = keeper, audit, desk, now
        self.locks: dict[OrganisationId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbering = asyncio.Lock()

    # --- reading ---

    async def rows(self, actor: Actor, name: str) -> list[Row]:
        """A whole list, in its order.

        Raises:
            NoRight, NotThere, StorageFailure: nothing to show.
        """
        actor.may_read()
        resource = resource_of(name)
        directory = await self._keeper.directory(actor.organisation)
        facts = await self._desk.facts(actor.organisation, name)
        return [_shown(row, facts) for row in resource.rows(directory)]

    async def row(self, actor: Actor, name: str, id_: str) -> Row:
        """One thing.

        Raises:
            NoRight, NotThere, StorageFailure: nothing to show.
        """
        actor.may_read()
        resource = resource_of(name)
        directory = await self._keeper.directory(actor.organisation)
        return await self._show(actor, resource, directory, id_)

    async def _show(self, actor: Actor, resource: Resource, directory: Directory, id_: str) -> Row:
        facts = await self._desk.facts(actor.organisation, resource.name)
        return _shown(_found(resource, directory, id_), facts)

    # --- changing ---

    async def create(self, actor: Actor, name: str, sent: Row, *, check: bool = False) -> Row:
        """Make one.

        Raises:
            NoRight, NotThere, Invalid, Conflict, StorageFailure: nothing has changed.
        """
        resource = _to_change(actor, name)
        if resource.remove is None:
            raise NotThere
        made = ""

        def edit(directory: Directory) -> Directory:
            nonlocal made
            changed, made = create_row(resource, directory, sent)
            return changed

        after = await self.apply(actor, edit, check=check)
        return await self._show(actor, resource, after, made)

    async def change(
        self, actor: Actor, name: str, id_: str, sent: Row, version: str, *, check: bool = False
    ) -> Row:
        """Change the fields that are sent.

        Raises:
            NoRight, NotThere, OutOfDate, Invalid, Conflict, StorageFailure: nothing has changed.
        """
        resource = _to_change(actor, name)

        def edit(directory: Directory) -> Directory:
            old = _found(resource, directory, id_)
            _require_version(old, version)
            return edited(resource, directory, old, sent)

        after = await self.apply(actor, edit, check=check, meant=(name, id_))
        return await self._show(actor, resource, after, id_)

    async def delete(self, actor: Actor, name: str, id_: str, version: str, *, check: bool = False) -> None:
        """Take one away.

        Raises:
            NoRight, NotThere, OutOfDate, Conflict, StorageFailure: nothing has changed.
        """
        resource = _to_change(actor, name)

        def edit(directory: Directory) -> Directory:
            _require_version(_found(resource, directory, id_), version)
            return removed(resource, directory, id_)

        await self.apply(actor, edit, check=check)

    async def new_device_password(self, actor: Actor, device: str) -> str:
        """A telephone gets another password, told only this once.

        Raises:
            NoRight, NotThere, Conflict, StorageFailure: nothing has changed.
        """
        actor.require(DEVICES.right)
        password = new_password()
        name = ""

        def edit(directory: Directory) -> Directory:
            nonlocal name
            name = str(_found(DEVICES, directory, device)["name"])
            return with_password(directory, device, password)

        await self.apply(actor, edit, check=False, log=lambda: [(Action.PASSWORD, "devices", device, name)])
        return password

    async def device_password(self, actor: Actor, device: str) -> str:
        """Of a telephone that was made in this request.

        Raises:
            NoRight, NotThere, StorageFailure: nothing to show.
        """
        actor.require(DEVICES.right)
        directory = await self._keeper.directory(actor.organisation)
        return next(row.password for row in directory.devices if row.id == device)

    async def done(
        self,
        actor: Actor,
        action: Action,
        resource: str,
        thing: str,
        name: str,
        *,
        before: Row | None = None,
        after: Row | None = None,
    ) -> None:
        """Something beside the configuration was done; it is in the log.

        Raises:
            StorageFailure: it is not.
        """
        await self.audit.note([self._entry(actor, action, resource, thing, name, before, after)])

    async def open(
        self,
        actor: Actor,
        made: Directory,
        *,
        check: bool,
        also: OrganisationId | None = None,
        released: frozenset[str] = frozenset(),
    ) -> None:
        """An organisation that is new, with its first people.

        Args:
            actor: acts in it.
            released: as for `apply`.
            also: in this organisation's log it is written too.

        Raises:
            Conflict, StorageFailure: it is not there.
        """
        async with self._numbering:
            if made.organisation.id in await self._keeper.organisations():
                raise Conflict("taken_elsewhere")
            fresh = (all_numbers(made) | shown(made)) - released
            await self.require_free(actor, fresh, one_of_a_kind(made))
            if check:
                return
            people = self._entries(actor, differences((USERS,), replace(made, users=()), made))
            [row] = ORGANISATIONS.rows(made)
            entry = self._entry(
                actor,
                Action.CREATE,
                ORGANISATIONS.name,
                row["id"],
                row["name"],
                None,
                {n: v for n, v in row.items() if n != "id"},
            )
            copies = [replace(entry, organisation=also)] if also is not None else []
            try:
                await self._keeper.save(made, [entry, *people, *copies])
            except StorageRefusal as refused:
                raise Conflict("taken_elsewhere") from refused
            await self._desk.begin(made.organisation.id)

    async def apply(
        self,
        actor: Actor,
        edit: Callable[[Directory], Directory],
        *,
        check: bool,
        log: Callable[[], list[tuple[Action, str, str, str]]] = list,
        resources: Sequence[Resource] = RESOURCES,
        meant: tuple[str, str] | None = None,
        also: OrganisationId | None = None,
        released: frozenset[str] = frozenset(),
    ) -> Directory:
        """Change the configuration, all of it or nothing. Gives how it is (or would be) afterwards.

        Args:
            check: try everything and store nothing.
            log: what is written beside the differences.
            resources: in whose words the differences are written.
            meant: as for `differences`.
            also: in this organisation's log they are written too.
            released: numbers that another organisation gives up first, when it is not only tried.

        Raises:
            NoRight, Conflict, StorageFailure, and what `edit` raises: nothing has changed.
        """
        async with AsyncExitStack() as held:
            await held.enter_async_context(self.locks[actor.organisation])
            before = await self._keeper.directory(actor.organisation)
            after = edit(before)
            _guard(actor, before, after)
            numbers = (all_numbers(after) - all_numbers(before)) | (shown(after) - shown(before))
            names = one_of_a_kind(after, before)
            if numbers or names:
                # Two organisations take the same at the same moment: the second is told, before its desk has it.
                await held.enter_async_context(self._numbering)
                await self.require_free(actor, numbers - released, names)
            if (wrong := not_given(before, after)) is not None:
                raise Conflict(wrong[0], **wrong[1])
            if check:
                self._desk.try_it(after)
                return after
            entries = self._entries(actor, differences(resources, before, after, meant))
            entries += [self._entry(actor, *words) for words in log()]
            if also is not None and also != actor.organisation:
                entries += [replace(one, organisation=also) for one in entries]
            if after == before:
                return after
            self._desk.take(after)
            try:
                await self._keeper.save(after, entries)
            except StorageRefusal as refused:
                self._desk.take(before)
                raise Conflict("taken_elsewhere") from refused
            except StorageFailure:
                self._desk.take(before)
                raise
            await self._desk.taken(before, after)
            return after

    async def require_free(self, actor: Actor, numbers: frozenset[str], names: OneOfAKind) -> None:
        """No other organisation has one of these.

        Raises:
            Conflict: one has; whose it is, is the provider's business alone (X-c).
        """
        if await self._keeper.is_elsewhere(actor.organisation, names):
            raise Conflict("taken_elsewhere")
        elsewhere = await self._keeper.numbers_elsewhere(actor.organisation, numbers)
        if not elsewhere:
            return
        number, name = min(elsewhere.items())
        if Right.PROVIDER in actor.rights:
            raise Conflict("number_taken", number=number, by=name)
        raise Conflict("number_elsewhere", number=number)

    def _entries(self, actor: Actor, found: Iterable[Difference]) -> list[AuditEntry]:
        return [
            self._entry(actor, one.action, one.resource, one.thing, one.name, one.before, one.after)
            for one in found
        ]

    def _entry(
        self,
        actor: Actor,
        action: Action,
        resource: str,
        thing: str,
        name: str,
        before: Row | None = None,
        after: Row | None = None,
    ) -> AuditEntry:
        return AuditEntry(
            organisation=actor.organisation,
            at=self._now(),
            user=actor.user or "",
            user_name=actor.name,
            action=action,
            resource=resource,
            thing=thing,
            name=name,
            before=before,
            after=after,
        )


def _guard(actor: Actor, before: Directory, after: Directory) -> None:
    """Nobody locks himself or everybody out, or gives rights that he has not.

    Raises:
        Conflict: `yourself` or `last_administrator`.
        NoRight: `right_not_yours`.
    """
    if actor.user is not None and not any(u.id == actor.user and not u.disabled for u in after.users):
        raise Conflict("yourself")
    if actor.user is not None:
        for lacks in (not_yours(before, after, actor.rights), may_not_call(before, after, actor.rights)):
            if lacks is not None:
                raise NoRight(lacks.value, "right_not_yours")
    if has_administrator(before) and not has_administrator(after):
        raise Conflict("last_administrator")


def _shown(row: Row, facts: Callable[[Row], Row]) -> Row:
    return {"id": row["id"], "version": version_of(row)} | row | facts(row)


def resource_of(name: str) -> Resource:
    """The kind of that name.

    Raises:
        NotThere: there is none.
    """
    for resource in RESOURCES:
        if resource.name == name:
            return resource
    raise NotThere


def _to_change(actor: Actor, name: str) -> Resource:
    """The kind of that name, which he may change; who has no right at all is not told which there are."""
    actor.may_read()
    resource = resource_of(name)
    actor.require(resource.right)
    return resource


def version_of(row: Row) -> str:
    """Another one whenever something in the row is different."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def create_row(resource: Resource, directory: Directory, sent: Row) -> tuple[Directory, str]:
    """With a new one; gives its id too.

    Raises:
        Invalid: some fields cannot be so.
    """
    wanted = {key: value for key, value in sent.items() if key not in ("id", "version")}
    row = read_row(resource.fields, wanted, None, Context(directory=directory))
    made = _new_id(resource, directory, row, sent.get("id"))
    return _put(resource, directory, row | {"id": made}, None), made


def edited(resource: Resource, directory: Directory, old: Row, sent: Row) -> Directory:
    """With these fields changed.

    Raises:
        Invalid: some fields cannot be so.
    """
    wanted = {key: value for key, value in sent.items() if key not in ("id", "version")}
    row = read_row(resource.fields, wanted, old, Context(directory=directory))
    return _put(resource, directory, row, old)


def removed(resource: Resource, directory: Directory, id_: str) -> Directory:
    """Without it.

    Raises:
        NotThere: one that there is always exactly one of.
        Conflict: `still_used`.
    """
    if resource.remove is None:
        raise NotThere
    if (by := resource.used_by(directory, id_)) is not None:
        raise Conflict("still_used", by=by[0], name=by[1])
    return resource.remove(directory, id_)


def _put(resource: Resource, directory: Directory, row: Row, old: Row | None) -> Directory:
    problems = list(resource.problems(directory, row, old))
    if problems:
        raise Invalid(problems)
    return resource.put(directory, row)


def _found(resource: Resource, directory: Directory, id_: str) -> Row:
    for row in resource.rows(directory):
        if row["id"] == id_:
            return row
    raise NotThere


def _require_version(row: Row, version: str) -> None:
    if version_of(row) != version:
        raise OutOfDate


def _new_id(resource: Resource, directory: Directory, row: Row, wanted: object) -> str:
    if resource is NUMBERS:
        return str(row["number"])
    taken = {one["id"] for one in resource.rows(directory)}
    if wanted is not None:
        if (problem := id_problem(wanted, taken)) is not None:
            raise Invalid([problem])
        return str(wanted)
    return id_by_chance(resource.prefix, plain_id(str(row[resource.title]), 24))
