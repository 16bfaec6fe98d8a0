"""Our numbers from the configuration file, and the queues and people that they lead to (D28, D29)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from cordboard.app.numbers import read_number
from cordboard.app.ports import Directories, Directory
from cordboard.app.settings import NumberSettings, SettingsWrong
from cordboard.core.types import OrganisationId, QueueId, UserId


class DirectoriesWithNumbers:
    """The stored configuration, with the numbers of the file on top.

    They are not stored: a number that leaves the file leads nowhere at the next start.
    """

    def __init__(self, stored: Directories, numbers: Sequence[NumberSettings]) -> None:
        self._stored = stored
        self._numbers = numbers

    async def organisations(self) -> tuple[OrganisationId, ...]:
        """As stored."""
        return await self._stored.organisations()

    async def directory(self, organisation: OrganisationId) -> Directory:
        """As stored; a number that the file names leads to the file's queue or person and to no other.

        Raises:
            SettingsWrong: the file names an organisation, a queue or a person that is not there.
            StorageFailure: it could not be read.
        """
        directory = await self._stored.directory(organisation)
        if not self._numbers:
            return directory
        return self.on_top(directory, await self._stored.organisations())

    def on_top(self, directory: Directory, known: Sequence[OrganisationId]) -> Directory:
        """A stored configuration with the file's numbers.

        Args:
            known: all organisations of the installation.

        Raises:
            SettingsWrong: the file names an organisation, a queue or a person that is not there.
        """
        organisation = directory.organisation.id
        of_queue: dict[QueueId, set[str]] = defaultdict(set)
        of_person: dict[UserId, set[str]] = defaultdict(set)
        for at, entry in enumerate(self._numbers, start=1):
            if _organisation(entry, at, known) != organisation:
                continue
            number = read_number(entry.number, directory.organisation.country) or entry.number
            if entry.person is not None:
                of_person[_person(entry.person, at, directory)].add(number)
            elif entry.queue is not None:
                of_queue[_queue(entry.queue, at, directory)].add(number)
        named = frozenset().union(*of_queue.values(), *of_person.values())
        return replace(
            directory,
            queues=tuple(
                replace(queue, numbers=(queue.numbers - named) | of_queue.get(queue.id, set()))
                for queue in directory.queues
            ),
            users=tuple(
                replace(user, numbers=(user.numbers - named) | of_person.get(user.id, set()))
                for user in directory.users
            ),
        )

    async def save(self, directory: Directory) -> None:
        """As stored."""
        await self._stored.save(directory)

    async def set_user_settings(self, user: UserId, *, language: str | None, theme: str | None) -> None:
        """As stored."""
        await self._stored.set_user_settings(user, language=language, theme=theme)


def _organisation(entry: NumberSettings, at: int, known: Sequence[OrganisationId]) -> OrganisationId:
    if entry.organisation is None and len(known) == 1:
        return known[0]
    if entry.organisation is not None and entry.organisation in known:
        return entry.organisation
    named = f'is "{entry.organisation}"' if entry.organisation is not None else "is missing"
    raise SettingsWrong(
        f"numbers {at}.organisation {named}; write one of: {', '.join(known) or '(none yet)'}."
    )


def _queue(named: str, at: int, directory: Directory) -> QueueId:
    wanted = named.strip().casefold()
    for queue in directory.queues:
        if wanted in (queue.id.casefold(), queue.name.casefold()):
            return queue.id
    names = ", ".join(queue.name for queue in directory.queues) or "(none yet)"
    raise SettingsWrong(f'numbers {at}.queue is "{named}"; write one of: {names}.')


def _person(named: str, at: int, directory: Directory) -> UserId:
    wanted = named.strip().casefold()
    for user in directory.users:
        if wanted in (user.id.casefold(), user.user_name.casefold()):
            return user.id
    raise SettingsWrong(f'numbers {at}.person is "{named}"; write the user name of somebody who can log in.')
