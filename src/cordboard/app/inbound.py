"""Our numbers from the configuration file, and the queues that they lead to (D28)."""

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
        """As stored; a number that the file names leads to the file's queue and to no other.

        Raises:
            SettingsWrong: the file names an organisation or a queue that is not there.
            StorageFailure: it could not be read.
        """
        directory = await self._stored.directory(organisation)
        if not self._numbers:
            return directory
        known = await self._stored.organisations()
        mine: dict[QueueId, set[str]] = defaultdict(set)
        for at, entry in enumerate(self._numbers, start=1):
            if _organisation(entry, at, known) == organisation:
                number = read_number(entry.number, directory.organisation.country)
                mine[_queue(entry, at, directory)].add(number or entry.number)
        named = frozenset().union(*mine.values())
        return replace(
            directory,
            queues=tuple(
                replace(queue, numbers=(queue.numbers - named) | mine.get(queue.id, set()))
                for queue in directory.queues
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


def _queue(entry: NumberSettings, at: int, directory: Directory) -> QueueId:
    wanted = entry.queue.strip().casefold()
    for queue in directory.queues:
        if wanted in (queue.id.casefold(), queue.name.casefold()):
            return queue.id
    names = ", ".join(queue.name for queue in directory.queues) or "(none yet)"
    raise SettingsWrong(f'numbers {at}.queue is "{entry.queue}"; write one of: {names}.')
