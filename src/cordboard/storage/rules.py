"""Settings that are read whole, as JSON text: a new one needs no migration, and what nobody set follows the default
of the version that runs.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import msgspec

from cordboard.app.ports import StorageFailure

_Rules = TypeVar("_Rules")


def to_text(value: Any) -> str:
    """A value whole."""
    return msgspec.json.encode(value).decode()


def changed_text(rules: Any) -> str:
    """Of a dataclass, the fields that differ from their defaults."""
    default = type(rules)()
    return to_text(
        {
            field.name: value
            for field in fields(rules)
            if (value := getattr(rules, field.name)) != getattr(default, field.name)
        }
    )


def from_text(text: str, kind: type[_Rules]) -> _Rules:
    """The settings; one that a newer Cordboard knew and this one does not is passed over.

    Raises:
        StorageFailure: the text does not hold such settings.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise StorageFailure(f"the settings stored as {kind.__name__} cannot be read: {error}") from error
