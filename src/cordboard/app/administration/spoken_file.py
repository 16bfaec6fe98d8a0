"""Our sentences in an organisation's own words, as a file has them: what would be said otherwise, and having it said.

A recording is no text: a file neither has it nor takes it away, unless it gives that sentence other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cordboard.app.administration.administration import Actor, Conflict, NotThere
from cordboard.app.administration.announcements import FIELDS, NAME, OWN, Announcements
from cordboard.app.administration.audit import Action, Difference
from cordboard.app.administration.fields import Context, FieldProblem, Invalid, Row, read_row
from cordboard.app.administration.file import FileWrong, field_wrong
from cordboard.app.ports import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One sentence that is to be said otherwise."""

    text: str
    version: str
    """Of the sentence as it was seen."""
    difference: Difference


async def sayings(
    announcements: Announcements, actor: Actor, directory: Directory, wanted: Sequence[Row], *, prune: bool
) -> list[Saying]:
    """What the file's sentences come to; those that are as it says are left out. Nothing has changed.

    Args:
        prune: those in the organisation's own words that the file does not have are to be ours again.

    Raises:
        FileWrong: one cannot be so.
    """
    known = {str(row["id"]): row for row in await announcements.rows(actor)}
    found: dict[str, Saying] = {}
    said: set[str] = set()
    for at, sent in enumerate(wanted, start=1):
        id_ = str(sent.get("id", ""))
        try:
            text = _text(directory, sent)
            if id_ in said:
                raise Invalid([FieldProblem(field="id", code="taken", args={"by": id_})])
            row = known.get(id_)
            if row is None or id_.startswith(f"{OWN}."):
                raise Invalid([FieldProblem(field="id", code="not_there", args={"id": id_})])
        except Invalid as wrong:
            raise field_wrong(f"{NAME} {at} ({id_ or '?'})", wrong) from wrong
        said.add(id_)
        if row["text"] != text:
            found[id_] = _saying(row, text)
    if prune:
        for id_, row in known.items():
            if row["source"] == "spoken" and id_ not in said:
                found[id_] = _saying(row, str(row["name"]))
    return list(found.values())


async def say(
    announcements: Announcements, actor: Actor, directory: Directory, wanted: Sequence[Saying]
) -> None:
    """Have them be said, from the next call on.

    Raises:
        Conflict: this one and those after it are as they were.
        StorageFailure: it is said, and the log has no line of it.
    """
    for one in wanted:
        id_ = one.difference.thing
        try:
            await announcements.change(actor, directory, id_, {"text": one.text}, one.version, check=False)
        except Conflict as no:
            raise Conflict(no.code, **no.args_, announcement=id_) from no
        except NotThere as no:
            raise FileWrong(f"{NAME} ({id_}): it is gone.") from no


def _text(directory: Directory, sent: Row) -> str:
    fields = {name: value for name, value in sent.items() if name != "id"}
    if not isinstance(sent.get("id"), str):
        raise Invalid([FieldProblem(field="id", code="required")])
    return str(read_row(FIELDS, fields, None, Context(directory=directory))["text"])


def _saying(row: Row, text: str) -> Saying:
    source = "ours" if text == row["name"] else "spoken"
    return Saying(
        text=text,
        version=row["version"],
        difference=Difference(
            action=Action.CHANGE,
            resource=NAME,
            thing=row["id"],
            name=row["name"],
            before={"source": row["source"], "text": row["text"]},
            after={"source": source, "text": text},
        ),
    )
