"""An organisation is taken away in an order that leaves nothing which nobody can name any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from cordboard.app.administration import removal
from cordboard.app.administration.audit import AuditEntry
from cordboard.app.administration.removal import Kept, take_away
from cordboard.app.ports import Directory, StorageFailure
from cordboard.core.types import Instant, OrganisationId
from tests.contracts.storage.samples import BRABANT, TWENTE


@dataclass
class Everything:
    """All four places at once; keeps the order in which they were emptied."""

    names: list[str] = field(default_factory=lambda: ["m1", "m2", "m3"])
    past: int = 5
    done: list[str] = field(default_factory=list)
    stuck: str = ""
    """What cannot be deleted."""

    async def organisations(self) -> tuple[OrganisationId, ...]:
        """Both."""
        return (TWENTE, BRABANT)

    async def directory(self, organisation: OrganisationId) -> Directory:
        """Not asked for here."""
        raise AssertionError(organisation)

    async def remove_past(self, organisation: OrganisationId, *, limit: int) -> int:
        """As many as are wanted, until there are none."""
        went = min(limit, self.past)
        self.past -= went
        self.done += [f"past {went}"] if went else []
        return went

    async def remove(self, organisation: OrganisationId, log: Sequence[AuditEntry] = ()) -> None:
        """The rest."""
        self.done.append("rest")

    async def messages_before(
        self, organisation: OrganisationId, before: Instant, *, limit: int, after: str | None
    ) -> tuple[str, ...]:
        """Those that are still named."""
        return tuple(self.names[:limit])

    async def forget_messages(self, organisation: OrganisationId, names: Sequence[str]) -> None:
        """Nobody can name them any more."""
        self.names = [name for name in self.names if name not in names]
        self.done.append(f"rows of {' '.join(names)}")

    def forget_message(self, name: str) -> None:
        """Its sound."""
        if name == self.stuck:
            raise OSError(30, "Read-only file system")
        self.done.append(name)

    def forget_own(self, organisation: OrganisationId) -> None:
        """What it speaks itself."""
        if self.stuck == "own":
            raise OSError(30, "Read-only file system")
        self.done.append("own voice")


class Index:
    """Of contacts."""

    def __init__(self, of: Everything) -> None:
        self._of = of

    async def remove(self, organisation: OrganisationId) -> None:
        """Away with it."""
        self._of.done.append("index")


def kept(everything: Everything) -> Kept:
    """As the removal sees it."""
    return Kept(rows=everything, messages=everything, sounds=everything, indexes=Index(everything))


@pytest.mark.rule("X-a")
async def test_sounds_go_before_the_rows_that_name_them_and_the_configuration_goes_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A little at a time, so that nobody's call waits for it."""
    monkeypatch.setattr(removal, "AT_ONCE", 2)
    monkeypatch.setattr(removal, "PAUSE_S", 0)
    everything = Everything()

    await take_away(kept(everything), TWENTE)

    assert everything.done == [
        *("m1", "m2", "rows of m1 m2"),
        *("m3", "rows of m3"),
        *("past 2", "past 2", "past 1"),
        *("own voice", "rest", "index"),
    ]


@pytest.mark.rule("X-a")
@pytest.mark.parametrize("stuck", ["m2", "own"])
async def test_what_the_disk_does_not_give_up_keeps_the_organisation(stuck: str) -> None:
    """What is left is still known, and the next try takes it; contacts are indexed anew from what there is."""
    everything = Everything(stuck=stuck)

    with pytest.raises(StorageFailure, match="Read-only"):
        await take_away(kept(everything), TWENTE)

    assert everything.done[-1] == "index" and "rest" not in everything.done
    everything.stuck = ""
    await take_away(kept(everything), TWENTE)
    assert everything.done[-2:] == ["rest", "index"] and not everything.names
