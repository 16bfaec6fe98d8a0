"""An organisation is deleted, by the provider or with the demo's command: everything that was ever kept of it (X-a).

What lies in files goes before the rows that name it, and the past before the configuration: whoever dies in between,
or is refused it by the disk, still has the organisation in the list, out of service, and deletes it once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cordboard.app.administration.administration import (
    Actor,
    Administration,
    Conflict,
    NotThere,
    OutOfDate,
)
from cordboard.app.administration.audit import Action, AuditEntry
from cordboard.app.administration.fields import FieldProblem, Invalid, Row
from cordboard.app.administration.organisations import ORGANISATIONS
from cordboard.app.administration.provider import shown
from cordboard.app.ports import Directory, StorageFailure
from cordboard.core.types import Instant, OrganisationId, Right

AT_ONCE = 500
"""Rows, or messages, in one transaction: calls of the others must not wait for it."""
PAUSE_S = 0.01
EVER: Instant = 2**62
"""After everything that was left."""


class Rows(Protocol):
    """What is configured, and all that hangs on it."""

    async def organisations(self) -> tuple[OrganisationId, ...]: ...

    async def directory(self, organisation: OrganisationId) -> Directory: ...

    async def remove_past(self, organisation: OrganisationId, *, limit: int) -> int:
        """Take away at most so many rows of what it has lived through; 0: none is left."""

    async def remove(self, organisation: OrganisationId, log: Sequence[AuditEntry] = ()) -> None:
        """Take all the rest away, with these lines in the log of another one, or nothing."""


class Messages(Protocol):
    """Which messages callers left (see `History`)."""

    async def messages_before(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: str | None
    ) -> tuple[str, ...]: ...

    async def forget_messages(self, organisation: OrganisationId, names: Sequence[str]) -> None: ...


class SoundFiles(Protocol):
    """What lies in files."""

    def forget_message(self, name: str) -> None:
        """A message that a caller left; OSError: it is still there."""

    def forget_own(self, organisation: OrganisationId) -> None:
        """What it speaks in a voice of its own; OSError: some of it is still there."""


class Indexes(Protocol):
    """By which contacts are found."""

    async def remove(self, organisation: OrganisationId) -> None:
        """Throw it away; where contacts are left, it is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that is kept of organisations, wherever."""

    rows: Rows
    messages: Messages
    sounds: SoundFiles
    indexes: Indexes


class House(Protocol):
    """What runs, and lets go of an organisation."""

    def require_possible(self, directory: Directory) -> None:
        """It could be let go of now.

        Raises:
            Conflict: it could not; nothing has changed.
        """

    async def set_aside(self, directory: Directory) -> None:
        """Nothing of it runs any more, and all that it wanted written is written.

        Raises:
            Conflict, StorageFailure: it goes on as before.
        """

    def put_back(self, organisation: OrganisationId) -> None:
        """It was not deleted after all: it goes on from where it was."""

    async def gone(self, directory: Directory) -> None:
        """There is no such organisation any more: nobody remembers it, and the exchange has none of its telephones."""


class Removal:
    """What the provider does."""

    def __init__(
        self, kept: Kept, administration: Administration, house: House, now: Callable[[], Instant]
    ) -> None:
        self._kept, self._administration, self._house, self._now = kept, administration, house, now

    async def delete(
        self, actor: Actor, id_: str, version: str, name: str, *, check: bool = False
    ) -> Directory | None:
        """Delete one that is out of service; nothing brings it back. Gives what it was; None: it was only tried.

        Args:
            name: of the organisation, as who wants it gone has typed it.

        Raises:
            NoRight, NotThere, OutOfDate, Invalid, Conflict: nothing has changed.
            StorageFailure: it is still there, out of service; of its past some may be gone.
        """
        actor.require(Right.PROVIDER)
        organisation = OrganisationId(id_)
        async with self._administration.locks[organisation]:
            if organisation not in await self._kept.rows.organisations():
                raise NotThere
            directory = await self._kept.rows.directory(organisation)
            row = shown(directory)
            if row["version"] != version:
                raise OutOfDate
            _require_meant(actor, directory, name)
            if check:
                self._house.require_possible(directory)
                return None
            await self._house.set_aside(directory)
            gone = False
            try:
                await take_away(self._kept, organisation, [self._line(actor, row)])
                gone = True
            finally:
                if not gone:
                    self._house.put_back(organisation)
            await self._house.gone(directory)
        return directory

    def _line(self, actor: Actor, row: Row) -> AuditEntry:
        """For the log of who did it: its own goes with it."""
        before = {field.name: row[field.name] for field in ORGANISATIONS.fields if row[field.name]}
        return AuditEntry(
            organisation=actor.organisation,
            at=self._now(),
            user=actor.user or "",
            user_name=actor.name,
            action=Action.DELETE,
            resource=ORGANISATIONS.name,
            thing=row["id"],
            name=row["name"],
            before=before,
        )


def _require_meant(actor: Actor, directory: Directory, name: str) -> None:
    house = directory.organisation
    if actor.organisation == house.id:
        raise Conflict("yourself")
    if not house.disabled:
        raise Conflict("organisation_in_service")
    if not name.strip():
        raise Invalid([FieldProblem(field="name", code="required")])
    if name.strip() != house.name:
        raise Invalid([FieldProblem(field="name", code="other_name", args={"name": house.name})])


async def take_away(kept: Kept, organisation: OrganisationId, log: Sequence[AuditEntry] = ()) -> None:
    """Everything of that organisation, from files and database; nobody may be at work in it.

    Args:
        log: lines for the log of another one.

    Raises:
        StorageFailure: what has not gone by now is still there, the configuration whole.
    """
    try:
        while names := await kept.messages.messages_before(organisation, EVER, limit=AT_ONCE, after=None):
            await _in_a_thread(partial(_forget_messages, kept.sounds, names))
            await kept.messages.forget_messages(organisation, names)
            await asyncio.sleep(PAUSE_S)
        rows = AT_ONCE
        while rows:
            rows = await kept.rows.remove_past(organisation, limit=AT_ONCE)
            await asyncio.sleep(PAUSE_S)
        await _in_a_thread(partial(kept.sounds.forget_own, organisation))
        await kept.rows.remove(organisation, log)
    finally:
        # Also when it is not done: people are in it who may not be in the database any more.
        await kept.indexes.remove(organisation)


def _forget_messages(sounds: SoundFiles, names: Sequence[str]) -> None:
    for name in names:
        sounds.forget_message(name)


async def _in_a_thread(work: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(work)
    except OSError as problem:
        raise StorageFailure(f"a recording cannot be deleted: {problem.strerror}") from problem
