"""`cordboard apply` on a running server, or on the database alone when none runs."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.app.administration.administration import RESOURCES, Actor, Administration, Conflict
from cordboard.app.administration.audit import differences
from cordboard.app.administration.fields import Row
from cordboard.app.administration.file import FileWrong, applied, read_file, told
from cordboard.app.ports import Directory, StorageFailure
from cordboard.control import Answer, Question
from cordboard.core.types import OrganisationId, Right

LINES_MAX = 5_000
"""Of what is different; more is cut, with a word about it."""


class IdleDesk:
    """The port `Desk` when nothing runs: everything can be done, and nobody has to be told."""

    def try_it(self, directory: Directory) -> None:
        """It could."""

    def take(self, directory: Directory) -> None:
        """At the next start."""

    async def taken(self, before: Directory, after: Directory) -> None:
        """Nobody is there to be told."""

    async def facts(self, organisation: OrganisationId, resource: str) -> Callable[[Row], Row]:
        """None are known."""
        return lambda _row: {}


async def apply_text(administration: Administration, question: Question) -> Answer:
    """Make an organisation what the file says, all of it or nothing."""
    actor = Actor(
        organisation=OrganisationId(question.organisation), user=None, name="", rights=frozenset(Right)
    )
    lines: list[str] = []

    def edit(directory: Directory) -> Directory:
        after = applied(directory, read_file(question.text), prune=question.prune)
        lines.extend(told(list(differences(RESOURCES, directory, after))))
        return after

    try:
        await administration.apply(actor, edit, check=question.check)
    except FileWrong as wrong:
        return Answer(done=False, sentence=str(wrong))
    except Conflict as no:
        args = ", ".join(f"{key} {value}" for key, value in no.args_.items())
        return Answer(done=False, sentence=f"It cannot be done now: {no.code}{f' ({args})' if args else ''}.")
    except StorageFailure as wrong:
        return Answer(done=False, sentence=f"It is not stored: {wrong}")
    if len(lines) > LINES_MAX:
        lines[LINES_MAX:] = [f"... and {len(lines) - LINES_MAX} more lines"]
    done = "would be" if question.check else "is"
    what = "different" if lines else "as the file says already"
    return Answer(done=True, sentence=f"The organisation {done} {what}.", lines=lines)
