"""A whole organisation as one TOML file, to be kept in version control: read, compared, applied, written.

The file says what there is, in the words of docs/admin/rest.md: `[organisation]` and lists of `[[groups]]`,
`[[users]]`, `[[queues]]` and so on. What it does not mention stays as it is; an empty text says that there is nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cordboard.app.administration.administration import (
    NotThere,
    create_row,
    edited,
    removed,
    resource_of,
)
from cordboard.app.administration.announcements import NAME as SPOKEN
from cordboard.app.administration.announcements import Announcement
from cordboard.app.administration.audit import Action, Difference
from cordboard.app.administration.fields import Invalid, Row
from cordboard.app.administration.resource import Resource
from cordboard.app.numbers import is_outside, read_number
from cordboard.app.ports import Directory

RESOURCES_IN_FILE = (
    "organisation",
    "roles",
    "groups",
    "own_announcements",
    "users",
    "hours",
    "queues",
    "links",
    "devices",
    "trunks",
    "ldap",
)
"""Things that others refer to come first. Numbers are not among them: they stand with their queues and people."""

OF_ORGANISATION = (*RESOURCES_IN_FILE, SPOKEN)
"""With our sentences that are spoken in the organisation's words: they are no part of its `Directory`."""

OF_INSTALLATION = ("organisations", "network")
"""What stands above an organisation, in the same file or in one of its own (`installation_file`)."""

_WITH_NUMBERS = frozenset(
    {
        "number",
        "numbers",
        "caller_id",
        "caller_ids",
        "escalate_to",
        "never_called_back",
        "exits",
        "direct_exit",
    }
)
"""Fields in which telephone numbers stand, of any resource."""


class FileWrong(Exception):
    """The file cannot be applied; one sentence says where and why. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class _Entry:
    resource: Resource
    at: int
    """Place in its list, from 1."""
    row: Row

    def __str__(self) -> str:
        return (
            f"{self.resource.name} {self.at} ({self.row.get(self.resource.title, self.row.get('id', '?'))})"
        )


def parsed(text: str) -> dict[str, Any]:
    """As TOML has it.

    Raises:
        FileWrong: it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise FileWrong(f"it is no TOML: {wrong}") from wrong


def read_file(text: str) -> list[_Entry]:
    """Its things, in the order in which they are applied.

    Raises:
        FileWrong: it is no TOML, or has something in it that is not known.
    """
    content = parsed(text)
    known = (*OF_ORGANISATION, *OF_INSTALLATION)
    for name in content:
        if name not in known:
            raise FileWrong(f"[{name}] is not known; write one of: {', '.join(known)}.")
    return [
        _Entry(resource_of(name), at, row)
        for name in RESOURCES_IN_FILE
        for at, row in enumerate(_list(content, name), start=1)
    ]


def read_spoken(text: str) -> list[Row] | None:
    """What it says of our sentences, `id` and `text` of each; None: nothing.

    Raises:
        FileWrong: it is no TOML, or they are written otherwise.
    """
    content = parsed(text)
    return _list(content, SPOKEN) if SPOKEN in content else None


def _list(content: Mapping[str, Any], name: str) -> list[Row]:
    found = content.get(name, [])
    rows = [found] if name == "organisation" and isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileWrong(f"[{name}] has to be written as [[{name}]].")
    return rows


def applied(directory: Directory, entries: Sequence[_Entry], *, prune: bool = False) -> Directory:
    """The configuration as the file wants it.

    Args:
        prune: things of the kinds that the file mentions, but not these things themselves, go.

    Raises:
        FileWrong: something in it cannot be so.
        Conflict: something that would go is still used.
    """
    seen: dict[str, set[str]] = {}
    # A person may point at a queue and a queue at people: what is not there yet is left for the second time.
    for lenient in (True, False):
        for entry in entries:
            directory, id_ = _put(directory, entry, lenient=lenient)
            seen.setdefault(entry.resource.name, set()).add(id_)
    if prune:
        for name in reversed(RESOURCES_IN_FILE):
            resource = resource_of(name)
            if name in seen and resource.remove is not None:
                for row in resource.rows(directory):
                    if row["id"] not in seen[name]:
                        directory = removed(resource, directory, row["id"])
    return directory


def _put(directory: Directory, entry: _Entry, *, lenient: bool) -> tuple[Directory, str]:
    resource, sent = entry.resource, entry.row
    old = _known(resource, directory, sent)
    if old is not None and "id" not in sent and resource.remove is not None:
        # It was found by its name, however that was written.
        sent = {name: value for name, value in sent.items() if name != _name_of(resource)}
    try:
        while True:
            try:
                if old is not None:
                    return edited(resource, directory, old, sent), str(old["id"])
                if resource.remove is None:
                    raise NotThere
                return create_row(resource, directory, sent)
            except Invalid as wrong:
                absent = {p.field.split(".")[0] for p in wrong.problems if p.code == "not_there"}
                if not lenient or not absent or absent == sent.keys():
                    raise
                sent = {name: value for name, value in sent.items() if name not in absent}
    except NotThere:
        raise FileWrong(f"{entry}: there is no such organisation.") from None
    except Invalid as wrong:
        raise field_wrong(str(entry), wrong) from wrong


def field_wrong(where: str, wrong: Invalid) -> FileWrong:
    """What is wrong there, as a sentence."""
    problem = wrong.problems[0]
    args = ", ".join(f"{key} {value}" for key, value in problem.args.items())
    return FileWrong(f"{where}: {problem.field} is {problem.code}{f' ({args})' if args else ''}.")


def _known(resource: Resource, directory: Directory, sent: Row) -> Row | None:
    rows = resource.rows(directory)
    if resource.remove is None:
        return rows[0]
    wanted = sent.get("id")
    if wanted is not None:
        return next((row for row in rows if row["id"] == wanted), None)
    title = _name_of(resource)
    name = str(sent.get(title, "")).strip().casefold()
    return next((row for row in rows if str(row[title]).casefold() == name), None)


def _name_of(resource: Resource) -> str:
    """The field by which the file may name a thing: two people may be called the same."""
    return "user_name" if resource.name == "users" else resource.title


# --- writing ---


def written(directory: Directory, sentences: Iterable[Announcement] = ()) -> str:
    """The file of an organisation as it is; applied again it changes nothing. No passwords are in it.

    Args:
        sentences: ours, as its callers hear them; those in its own words are written, recordings are no text.
    """
    lines = ["# Cordboard: cordboard apply FILE; what the fields mean stands in docs/admin/rest.md.", ""]
    for name in RESOURCES_IN_FILE:
        for row in resource_of(name).rows(directory):
            lines.append("[organisation]" if name == "organisation" else f"[[{name}]]")
            lines += [*fields_written(row, directory.organisation.country), ""]
    for one in sentences:
        if one.source == "spoken":
            lines += [f"[[{SPOKEN}]]", *fields_written({"id": one.id, "text": one.text}), ""]
    return "\n".join(lines)


def fields_written(row: Row, country: str = "") -> list[str]:
    """A line for each field; an empty text for what is not set, which undoes it elsewhere. No password is written.

    Args:
        country: where it is read again; empty: it has no numbers.
    """
    shown = {key: _sure(value, country) if key in _WITH_NUMBERS else value for key, value in row.items()}
    return [
        f"{key} = {_toml('' if value is None else value)}"
        for key, value in shown.items()
        if key != "password" or value is None
    ]


def _sure(value: Any, country: str) -> Any:
    """The same, with a plus before each number that would be read as another one where it is new."""
    if isinstance(value, Mapping):
        return {key: _sure(one, country) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sure(one, country) for one in value]
    if isinstance(value, str) and is_outside(value) and read_number(value, country) != value:
        return f"+{value}"
    return value


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items() if one is not None)
        return "{ " + inside + " }" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    # The strings, numbers and truths of JSON are those of TOML.
    return json.dumps(value, ensure_ascii=False)


def told(differences: Sequence[Difference]) -> Iterator[str]:
    """What would be different, for a person to read before saying yes."""
    signs = {Action.CREATE: "+", Action.DELETE: "-", Action.CHANGE: "~"}
    for one in differences:
        yield f"{signs[one.action]} {one.resource} {one.name} ({one.thing})"
        for field in {**(one.before or {}), **(one.after or {})}:
            before = "" if one.before is None else json.dumps(one.before.get(field), ensure_ascii=False)
            after = "" if one.after is None else json.dumps(one.after.get(field), ensure_ascii=False)
            yield f"    {field}: " + " -> ".join(text for text in (before, after) if text)
