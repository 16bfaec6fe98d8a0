"""What is wrong with the house itself, for those who supervise: raised when it begins, gone when it is over (D6).

Urgent queues that nobody is in, and urgent calls that nobody takes, are alarms of the board; these are of what the
board stands on. They are kept nowhere: a server that starts looks for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from cordboard.core.types import Instant, OrganisationId


class TroubleCode(Enum):
    """What is wrong."""

    EXCHANGE_AWAY = "exchange_away"
    """No connection to the exchange: no call can come in or go out."""
    EXCHANGE_STUCK = "exchange_stuck"
    """It is there and answers nothing (F11)."""
    EXCHANGE_BUSY = "exchange_busy"
    """More waits in it than it bears: it takes no new calls (F19)."""
    NOT_SAVED = "not_saved"
    """The database takes nothing: calls go on, what happens is kept in memory (F20)."""
    TRUNK_DOWN = "trunk_down"
    """The provider's line does not answer; `name` says which."""
    DISK_LOW = "disk_low"
    """The disk with the data is almost full."""
    MAIL_AWAY = "mail_away"
    """Letters do not leave: who is invited or forgot a password waits in vain."""
    HISTORY_GAP = "history_gap"
    """Records may be missing between `since` and `until`; stands there for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong now."""

    code: TroubleCode
    since: Instant
    name: str | None = None
    """Of the trunk; None: there is only one such thing."""
    organisation: OrganisationId | None = None
    """Whose it is; None: everybody's."""
    until: Instant | None = None
    """Of what is over: when it ended; None: it goes on."""

    @property
    def id(self) -> str:
        """Names it among the alarms; queues' alarms have the queue's id."""
        whose = f":{self.organisation}" if self.organisation is not None else ""
        return f"{PREFIX}{self.code.value}:{self.name or ''}{whose}"


PREFIX = "trouble:"
NONE: Mapping[str, Trouble] = {}


class Troubles:
    """Those that there are now.

    Args:
        now: the clock.
        changed: is told the id of each that has come or gone.
    """

    def __init__(self, now: Callable[[], Instant], changed: Callable[[str], None]) -> None:
        self._now = now
        self._changed = changed
        self.raised: dict[str, Trouble] = {}
        """By id."""

    def set(
        self,
        code: TroubleCode,
        *,
        on: bool,
        name: str | None = None,
        organisation: OrganisationId | None = None,
    ) -> None:
        """It is so, or it is not; only a change is told."""
        trouble = Trouble(code=code, since=self._now(), name=name, organisation=organisation)
        if on is (trouble.id in self.raised):
            return
        if on:
            self.raised[trouble.id] = trouble
        else:
            del self.raised[trouble.id]
        self._changed(trouble.id)

    def show(self, trouble: Trouble) -> None:
        """This one, in the place of one that is like it."""
        self.raised[trouble.id] = trouble
        self._changed(trouble.id)

    def forget(self, organisation: OrganisationId) -> None:
        """It is no more, and nobody is left to be told."""
        for id_ in [id_ for id_, trouble in self.raised.items() if trouble.organisation == organisation]:
            del self.raised[id_]

    def of(self, code: TroubleCode) -> Iterator[Trouble]:
        """All of this kind that there are now."""
        yield from [trouble for trouble in self.raised.values() if trouble.code is code]


def concerns(trouble: Trouble, organisation: OrganisationId) -> bool:
    """Whether its people are to know of it."""
    return trouble.organisation is None or trouble.organisation == organisation
