"""What the administration needs of the rest: where configurations are kept, and the desk that follows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from cordboard.app.administration.audit import AuditEntry
from cordboard.app.administration.fields import Row
from cordboard.app.administration.ids import OneOfAKind
from cordboard.app.ports import Directory
from cordboard.core.types import OrganisationId


class Keeper(Protocol):
    """Keeps configurations, with the log of their changes."""

    async def directory(self, organisation: OrganisationId) -> Directory: ...

    async def save(self, directory: Directory, log: Sequence[AuditEntry] = ()) -> None: ...

    async def organisations(self) -> tuple[OrganisationId, ...]: ...

    async def numbers_elsewhere(
        self, organisation: OrganisationId, numbers: Collection[str]
    ) -> dict[str, str]: ...

    async def is_elsewhere(self, organisation: OrganisationId, names: OneOfAKind) -> bool: ...


class Desk(Protocol):
    """What runs: told of a change, it holds from that moment."""

    def try_it(self, directory: Directory) -> None:
        """Whether it could take this over now.

        Raises:
            Conflict: it could not; nothing has changed.
        """

    def take(self, directory: Directory) -> None:
        """Take it over.

        Raises:
            Conflict: it cannot; nothing has changed.
        """

    async def taken(self, before: Directory, after: Directory) -> None:
        """It is stored: sessions of those who may not log in any more end, the exchange is told of telephones."""

    async def begin(self, organisation: OrganisationId) -> None:
        """An organisation that is new runs from now on; it is stored."""

    async def facts(self, organisation: OrganisationId, resource: str) -> Callable[[Row], Row]:
        """What only the running desk knows of things of that kind: read-only fields.

        Raises:
            StorageFailure: it could not be asked.
        """
