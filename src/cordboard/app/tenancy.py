"""Whose is it: organisations as configured, and the way from a called number to a queue or a person.

The organisation of an inbound call follows from the trunk and the called number; an unknown pair is nobody's
(architecture, "Many organisations, one exchange"). Decision D28.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cordboard.app.announcements import AnnouncementRow
from cordboard.app.in_force import in_force
from cordboard.app.numbers import as_e164, as_kept, is_outside, read_number
from cordboard.app.ports import DeviceRow, Directories, Directory, LinkedRow, OrganisationRow, UserRow
from cordboard.app.projection import Viewer
from cordboard.core.events import Event, ExchangeRestored, LegRole
from cordboard.core.types import DeviceId, OrganisationId, QueueId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an arriving call belongs."""

    organisation: OrganisationId
    queue: QueueId | None
    """None: it is not for a queue."""
    number: str | None
    """The caller's number as Cordboard keeps it; None: withheld."""
    dialled: str | None
    """Our number; None: it came from one of our own phones."""
    to: UserId | None = None
    """A direct call: for whom (D29); None: it is for nobody alone."""
    announcement: str | None = None
    """What is said at the number that was called; None: it leads to a queue or a person."""
    name: str | None = None
    """The linked organisation that calls (D22); None: the caller is not of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Where one of our numbers leads: one of these, or with none of them nowhere."""

    queue: QueueId | None = None
    to: UserId | None = None
    announcement: str | None = None


class Tenancy:
    """Every organisation's configuration, in memory."""

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self.all: dict[OrganisationId, Directory] = {}
        """As they count (`in_force`)."""
        self.modules_off = False
        """Some organisation has not taken everything."""
        self._users: dict[UserId, tuple[OrganisationId, UserRow]] = {}
        self._devices: dict[DeviceId, tuple[OrganisationId, DeviceRow]] = {}
        self._numbers: dict[tuple[OrganisationId, str], Goal] = {}

    async def load(self) -> None:
        """Read everything anew."""
        found = [await self._directories.directory(o) for o in await self._directories.organisations()]
        self.all.clear()
        self.take(found)

    def take(self, directories: Iterable[Directory]) -> None:
        """From now on these are configured, beside those of other organisations."""
        taken = {directory.organisation.id: in_force(directory) for directory in directories}
        self.all |= taken
        self.modules_off = any(directory.organisation.modules_off for directory in self.all.values())
        others = self.all.keys() - taken
        self._users = {u: known for u, known in self._users.items() if known[0] in others}
        self._devices = {v: owner for v, owner in self._devices.items() if owner[0] in others}
        # What another organisation has stays that one's, whoever says the same of a person or a telephone of his own.
        for organisation, directory in taken.items():
            for user in directory.users:
                self._users.setdefault(user.id, (organisation, user))
            for device in directory.devices:
                self._devices.setdefault(device.id, (organisation, device))
        self._numbers = {}
        for organisation, directory in self.all.items():
            country = directory.organisation.country
            for queue in directory.queues:
                for number in queue.numbers:
                    self._numbers[organisation, as_kept(number, country)] = Goal(queue=queue.id)
            for user in directory.users:
                for number in () if user.disabled else user.numbers:
                    # A queue's number stays the queue's, should a person have it too.
                    self._numbers.setdefault((organisation, as_kept(number, country)), Goal(to=user.id))
            for said in directory.announcements:
                for number in said.numbers:
                    at = (organisation, as_kept(number, country))
                    self._numbers.setdefault(at, Goal(announcement=said.id))

    def forget(self, organisation: OrganisationId) -> None:
        """It is no more."""
        del self.all[organisation]
        self.modules_off = any(directory.organisation.modules_off for directory in self.all.values())
        self._users = {u: known for u, known in self._users.items() if known[0] != organisation}
        self._devices = {v: owner for v, owner in self._devices.items() if owner[0] != organisation}
        self._numbers = {at: goal for at, goal in self._numbers.items() if at[0] != organisation}

    def announcements(self, organisation: OrganisationId) -> Sequence[AnnouncementRow]:
        """Those of its own; of one that is no more: none."""
        directory = self.all.get(organisation)
        return directory.announcements if directory is not None else ()

    def organisations(self) -> list[OrganisationId]:
        """All of them."""
        return list(self.all)

    def organisation(self, organisation: OrganisationId) -> OrganisationRow:
        """One of them."""
        return self.all[organisation].organisation

    def viewer(self, user: UserId) -> Viewer | None:
        """Who looks at a console; None: unknown or disabled."""
        known = self._users.get(user)
        if known is None or known[1].disabled:
            return None
        organisation, row = known
        directory = self.all[organisation]
        return Viewer(
            user=replace(row, rights=directory.rights_of(row)),
            organisation=directory.organisation,
            group_names={group.id: group.name for group in directory.groups},
        )

    def user_chose(self, user: UserId, *, language: str | None, theme: str | None) -> Viewer | None:
        """The user's own settings as stored a moment ago; None of them: as it was. Gives the viewer."""
        known = self._users.get(user)
        if known is not None:
            organisation, row = known
            chosen = replace(row, language=language or row.language, theme=theme or row.theme)
            self._users[user] = (organisation, chosen)
            directory = self.all[organisation]
            # Letters are written from there.
            users = tuple(chosen if one.id == user else one for one in directory.users)
            self.all[organisation] = replace(directory, users=users)
        return self.viewer(user)

    def devices(self) -> dict[DeviceId, tuple[OrganisationId, DeviceRow]]:
        """Every device with its owner."""
        return self._devices

    def destination(
        self,
        *,
        device: DeviceId | None,
        dialled: str,
        caller: str | None,
        over: Sequence[OrganisationId] = (),
    ) -> Destination | None:
        """Where a call belongs; None: nobody's.

        Args:
            device: which of our own phones dialled; None: it comes from a trunk.
            dialled: the called number as the exchange has it.
            caller: the caller's number as the network sent it; None: withheld.
            over: whose trunk it comes from, and whose it cannot be told from; empty: everybody's.
        """
        if device is not None:
            return self._from_own_phone(device, dialled)
        found = self._dialled([one for one in over if one in self.all] or list(self.all), dialled)
        if found is None:
            return None
        organisation, goal = found
        directory = self.all[organisation]
        country = directory.organisation.country
        number = read_number(caller, country)
        linked = _linked(directory, goal.queue, number)
        return Destination(
            organisation=organisation,
            queue=linked.queue if linked is not None else goal.queue,
            to=goal.to,
            announcement=goal.announcement,
            number=number,
            dialled=read_number(dialled, country),
            name=linked.name if linked is not None else None,
        )

    def _dialled(
        self, organisations: Sequence[OrganisationId], dialled: str
    ) -> tuple[OrganisationId, Goal] | None:
        """Whose number that is, and where it leads.

        What one organisation's country makes of the digits says nothing of another's number: as a number of the whole
        world it counts first, then as each reads it, and last as digits that are no number.
        """
        read = {one: read_number(dialled, self.organisation(one).country) or dialled for one in organisations}
        world = as_e164(dialled)
        of_world = [(one, world) for one in organisations if world is not None]
        as_read = sorted(read.items(), key=lambda one: not is_outside(one[1]))
        tries = [*of_world, *as_read] if len(organisations) > 1 else [*as_read, *of_world]
        return next(((one[0], self._numbers[one]) for one in tries if one in self._numbers), None)

    def as_read(self, organisation: OrganisationId, event: Event) -> Event:
        """The same with callers' numbers as we write them: one whom only the exchange remembers, because we died before
        the commit, has the number that the network sent."""
        if not isinstance(event, ExchangeRestored) or organisation not in self.all:
            return event
        country = self.organisation(organisation).country
        legs = {
            leg: replace(found, number=read_number(found.number, country) or found.number)
            if found.role is LegRole.CALLER and not found.outgoing
            else found
            for leg, found in event.legs.items()
        }
        return replace(event, legs=legs)

    def _from_own_phone(self, device: DeviceId, dialled: str) -> Destination | None:
        owner = self._devices.get(device)
        if owner is None:
            return None
        organisation, row = owner
        read = read_number(dialled, self.organisation(organisation).country) or dialled
        queue = self._numbers.get((organisation, read), Goal()).queue
        if queue is None:
            # To a person it is an outgoing call of whoever has the telephone, not one that arrives.
            return None
        return Destination(organisation=organisation, queue=queue, number=row.extension, dialled=None)


def _linked(directory: Directory, queue: QueueId | None, number: str | None) -> LinkedRow | None:
    """The linked organisation whose caller this is; None: no such caller, or one who dialled a person or Urgent."""
    row = next((row for row in directory.queues if row.id == queue), None)
    if number is None or row is None or row.urgent:
        return None
    queues = {known.id for known in directory.queues}
    return next(
        (
            linked
            for linked in directory.links
            if linked.queue in queues and any(_is_of(number, pattern) for pattern in linked.numbers)
        ),
        None,
    )


def _is_of(number: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return number.startswith(pattern.removesuffix("*"))
    return number == pattern
