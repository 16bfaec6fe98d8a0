"""The installation in a TOML file: its organisations with their modules and numbers, and the network.

`[[organisations]]` and `[network]` stand in the file of an organisation, or in one of their own. What it does not
mention stays as it is; no organisation is ever deleted by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cordboard.app.administration.audit import Action, Difference, differences
from cordboard.app.administration.fields import Invalid, Row
from cordboard.app.administration.file import (
    OF_INSTALLATION,
    OF_ORGANISATION,
    FileWrong,
    field_wrong,
    fields_written,
    parsed,
)
from cordboard.app.administration.numbers import all_numbers
from cordboard.app.administration.organisations import ORGANISATIONS
from cordboard.app.administration.provider import FIRST_FIELDS, changed, new_organisation
from cordboard.app.ports import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What stands in a file."""

    organisations: tuple[Row, ...] = ()
    network: Row | None = None
    within: bool = True
    """Something of an organisation itself; also when there is nothing at all."""

    @property
    def above(self) -> bool:
        """Something of the installation."""
        return bool(self.organisations) or self.network is not None


def parts(text: str) -> Parts:
    """Its parts.

    Raises:
        FileWrong: it is no TOML, or one of them is written otherwise.
    """
    content = parsed(text)
    organisations, network = content.get("organisations", []), content.get("network")
    if not isinstance(organisations, list) or not all(isinstance(row, dict) for row in organisations):
        raise FileWrong("[organisations] has to be written as [[organisations]].")
    if network is not None and not isinstance(network, dict):
        raise FileWrong("network has to be written as [network].")
    within = any(name in OF_ORGANISATION for name in content) or not content.keys() & set(OF_INSTALLATION)
    return Parts(organisations=tuple(organisations), network=network, within=within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One organisation of the file."""

    where: str
    """For a sentence about it."""
    sent: Row
    """Of a new one all that was written, of one that is there only what can be changed."""
    before: Directory | None
    """None: it is new."""
    after: Directory

    def edit(self, known: Sequence[Directory], directory: Directory) -> Directory:
        """The organisation as the file wants it, whatever has happened to it meanwhile.

        Raises:
            FileWrong: it cannot be so.
        """
        others = [one for one in known if one.organisation.id != directory.organisation.id]
        try:
            return changed(directory, others, self.sent)
        except Invalid as wrong:
            raise field_wrong(self.where, wrong) from wrong

    @property
    def released(self) -> frozenset[str]:
        """Numbers that it no longer has."""
        return all_numbers(self.before) - all_numbers(self.after) if self.before is not None else frozenset()

    @property
    def taken(self) -> frozenset[str]:
        """Numbers that it did not have."""
        return all_numbers(self.after) - (
            all_numbers(self.before) if self.before is not None else frozenset()
        )

    def without_released(self, directory: Directory) -> Directory:
        """The organisation with all but those: whoever gets them finds them free."""
        left = directory.organisation.numbers - self.released
        return replace(directory, organisation=replace(directory.organisation, numbers=left))

    @property
    def differences(self) -> list[Difference]:
        """What is different."""
        if self.before is not None:
            return list(differences((ORGANISATIONS,), self.before, self.after))
        [row] = ORGANISATIONS.rows(self.after)
        first = self.after.users[0]
        told = {name: value for name, value in row.items() if name != "id" and value}
        told["administrator"] = f"{first.name} ({first.user_name})"
        return [
            Difference(
                action=Action.CREATE,
                resource=ORGANISATIONS.name,
                thing=row["id"],
                name=row["name"],
                before=None,
                after=told,
            )
        ]


def steps(known: Sequence[Directory], rows: Sequence[Row]) -> list[Step]:
    """What the file's organisations come to; those that are as it says are left out.

    Raises:
        FileWrong: one cannot be so.
    """
    found: list[Step] = []
    now = {one.organisation.id: one for one in known}
    for at, sent in enumerate(rows, start=1):
        where = f"organisations {at} ({sent.get('name', sent.get('id', '?'))})"
        before = _known(list(now.values()), sent)
        if before is None:
            try:
                after = new_organisation(list(now.values()), sent)
            except Invalid as wrong:
                raise field_wrong(where, wrong) from wrong
            step = Step(where=where, sent=sent, before=None, after=after)
        else:
            # The first administrator was made with it.
            rest = {name: value for name, value in sent.items() if name not in FIRST_FIELDS}
            if "id" not in sent:
                # It was found by its name, however that was written.
                rest.pop("name", None)
            bare = Step(where=where, sent=rest, before=before, after=before)
            step = Step(where=where, sent=rest, before=before, after=bare.edit(list(now.values()), before))
        now[step.after.organisation.id] = step.after
        if step.before != step.after:
            found.append(step)
    return found


def _known(known: Sequence[Directory], sent: Row) -> Directory | None:
    wanted, name = sent.get("id"), str(sent.get("name", "")).strip().casefold()
    for one in known:
        house = one.organisation
        if house.id == wanted if wanted is not None else house.name.casefold() == name:
            return one
    return None


def written(directories: Sequence[Directory], network: Row | None) -> str:
    """The file of an installation as it is; applied again it changes nothing.

    Args:
        network: None: it is not ours to set.
    """
    lines = ["# Cordboard: cordboard apply FILE; what the fields mean stands in docs/admin/rest.md.", ""]
    if network is not None:
        lines += ["[network]", *fields_written({n: v for n, v in network.items() if n != "id"}), ""]
    for directory in directories:
        for row in ORGANISATIONS.rows(directory):
            lines += ["[[organisations]]", *fields_written(row, directory.organisation.country), ""]
    return "\n".join(lines)
