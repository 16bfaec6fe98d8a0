"""Writes the console's TypeScript types from the structs of `app.views` and `web.{wire,rest,rest_contacts}`.

    python -m tools.wire_types            write console/src/model/wire.ts
    python -m tools.wire_types --check    say whether it is up to date; exit 1 when it is not

The Python structs are the one truth. The written file is committed, so that the console can be built and read
without Python, and CI fails when the two have drifted apart.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from cordboard.app import views
from cordboard.web import rest, rest_contacts, wire

TARGET = Path(__file__).resolve().parent.parent / "console" / "src" / "model" / "wire.ts"
MODULES: tuple[types.ModuleType, ...] = (views, wire, rest, rest_contacts)
WRITTEN_BY_CONSOLE = {"Sync", "Pong", "Command", "LogIn", "Settings", "PasswordChange", "Confirmation"}
"""Written by the console: fields with a default may be left out (the server always sends every field)."""
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def structs() -> Iterator[type[msgspec.Struct]]:
    """Every struct of the modules, in the order in which they are written there."""
    for module in MODULES:
        for thing in vars(module).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, msgspec.Struct)
                and thing.__module__ == module.__name__
            ):
                yield thing


def named_choices() -> dict[tuple[str, ...], str]:
    """The module-level `Literal` types by their values, so that they keep their name in TypeScript."""
    found: dict[tuple[str, ...], str] = {}
    for module in MODULES:
        for name, thing in vars(module).items():
            if get_origin(thing) is Literal:
                found[tuple(sorted(get_args(thing)))] = name
    return found


def named_unions() -> Iterator[tuple[str, list[str]]]:
    """The module-level unions of structs, such as `ServerFrame`."""
    named: dict[str, types.UnionType] = {
        name: thing
        for module in MODULES
        for name, thing in vars(module).items()
        if isinstance(thing, types.UnionType)
    }
    for name, thing in named.items():
        yield name, [member.__name__ for member in get_args(thing)]


def constants() -> Iterator[tuple[str, str | int]]:
    """Facts that both sides must know, such as the name of the protocol."""
    for module in MODULES:
        for name, thing in vars(module).items():
            if name.isupper() and isinstance(thing, str | int):
                yield name, thing


class Writer:
    """Turns the JSON schema that msgspec gives for the structs into TypeScript."""

    def __init__(self) -> None:
        self._choices = named_choices()

    def type_of(self, schema: dict[str, Any]) -> str:
        """The TypeScript type of one schema."""
        match schema:
            case {"$ref": ref}:
                return str(ref).rsplit("/", 1)[-1]
            case {"const": value}:
                return msgspec.json.encode(value).decode()
            case {"enum": values}:
                known = self._choices.get(tuple(sorted(values)))
                return known or " | ".join(msgspec.json.encode(value).decode() for value in values)
            case {"anyOf": parts}:
                return " | ".join(dict.fromkeys(self.type_of(part) for part in parts))
            case {"type": "array", "items": items}:
                item = self.type_of(items)
                return f"({item})[]" if "|" in item else f"{item}[]"
            case {"type": "object", "additionalProperties": dict(values)}:
                return f"Record<string, {self.type_of(values)}>"
            case {"type": "object"}:
                return "Record<string, unknown>"
            case {"type": str(kind)} if kind in SIMPLE:
                return SIMPLE[kind]
            case _:
                return "unknown"

    def interface(self, name: str, schema: dict[str, Any]) -> str:
        """One struct as an interface."""
        lines = [comment(schema.get("description", ""), indent="")]
        lines.append(f"export interface {name} {{\n")
        required = set(schema.get("required", []))
        tag = next(
            (key for key, value in schema["properties"].items() if len(value.get("enum", "")) == 1), None
        )
        for key, value in schema["properties"].items():
            optional = name in WRITTEN_BY_CONSOLE and key not in required and key != tag
            lines.append(f"  readonly {key}{'?' if optional else ''}: {self.type_of(value)};\n")
        lines.append("}\n")
        return "".join(lines)


def comment(text: str, *, indent: str) -> str:
    """A documentation comment; nothing when there is nothing to say."""
    words = [line.strip() for line in text.strip().splitlines()]
    if not words or not words[0]:
        return ""
    if len(words) == 1:
        return f"{indent}/** {words[0]} */\n"
    return (
        f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in words) + f"{indent} */\n"
    )


def typescript() -> str:
    """The whole file."""
    _, components = msgspec.json.schema_components(list(structs()), ref_template="#/{name}")
    writer = Writer()
    parts = [
        "// Generated by tools/wire_types from app/views.py and web/{wire,rest,rest_contacts}.py. Do not edit.\n"
    ]
    for name, value in constants():
        parts.append(f"export const {name} = {msgspec.json.encode(value).decode()};\n")
    for values, name in named_choices().items():
        parts.append(f"export type {name} =\n" + "\n".join(f'  | "{value}"' for value in values) + ";\n")
    for struct in structs():
        parts.append(writer.interface(struct.__name__, components[struct.__name__]))
    for name, members in named_unions():
        parts.append(f"export type {name} = {' | '.join(members)};\n")
    return "\n".join(parts)


def main() -> int:
    """Write the file, or only compare it."""
    wanted = typescript()
    found = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if "--check" in sys.argv[1:]:
        if wanted == found:
            return 0
        print(
            f"wire types: {TARGET.name} is not what cordboard.web says; run `python -m tools.wire_types`.",
            file=sys.stderr,
        )
        return 1
    if wanted != found:
        TARGET.write_text(wanted, encoding="utf-8")
        print(f"wire types: wrote {TARGET.relative_to(TARGET.parents[3])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
