"""An organisation as its provider sees it: name and country, modules, numbers, and whether it is in service."""

from __future__ import annotations

from dataclasses import replace

from cordboard.app.administration.fields import (
    Context,
    Field,
    Row,
    choice,
    country,
    flag,
    language,
    number,
    several,
    text,
    time_zone,
)
from cordboard.app.administration.resource import Resource
from cordboard.app.modules import Module
from cordboard.app.ports import Directory
from cordboard.core.types import Right

MODULES = [module.value for module in Module]
NUMBERS_MAX = 1_000


def _rows(directory: Directory) -> list[Row]:
    row = directory.organisation
    return [
        {
            "id": row.id,
            "name": row.name,
            "country": row.country,
            "language": row.language,
            "time_zone": row.time_zone,
            "modules": [module.value for module in Module if module not in row.modules_off],
            "numbers": sorted(row.numbers),
            "disabled": row.disabled,
        }
    ]


def _put(directory: Directory, row: Row) -> Directory:
    taken = {Module(name) for name in row["modules"]}
    return replace(
        directory,
        organisation=replace(
            directory.organisation,
            name=row["name"],
            country=row["country"],
            language=row["language"],
            time_zone=row["time_zone"],
            modules_off=frozenset(Module) - taken,
            numbers=frozenset(row["numbers"]),
            disabled=row["disabled"],
        ),
    )


def _modules(value: object, context: Context) -> list[str]:
    """In the portal's order."""
    found = several(choice(*MODULES), sort=False)(value, context)
    return [name for name in MODULES if name in found]


ORGANISATIONS = Resource(
    name="organisations",
    right=Right.PROVIDER,
    prefix="",
    fields=(
        Field(name="name", read=text(80)),
        Field(name="country", read=country, default="NL"),
        Field(name="language", read=language, default="nl"),
        Field(name="time_zone", read=time_zone, default="Europe/Amsterdam"),
        Field(name="modules", read=_modules, default=MODULES),
        Field(name="numbers", read=several(number, most=NUMBERS_MAX), default=[]),
        Field(name="disabled", read=flag, default=False),
    ),
    rows=_rows,
    put=_put,
    remove=None,
)
"""Of one organisation there is one row; `Provider` has those of all."""
