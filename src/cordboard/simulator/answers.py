"""Answers of the pretend ARI, and the reading of what came with a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from cordboard.asterisk.transport import AriResponse
from cordboard.simulator.words import JsonObject

NO_CONTENT = AriResponse(204, b"", "No Content")


@dataclass(frozen=True, slots=True)
class Command:
    """One request, taken apart."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    body: JsonObject

    def get(self, name: str) -> str | None:
        """A parameter, wherever it came; None when absent."""
        if name in self.query:
            return self.query[name]
        value = self.body.get(name)
        if isinstance(value, list):
            return ",".join(str(one) for one in value)
        return None if value is None or isinstance(value, dict) else str(value)

    def variables(self) -> dict[str, str]:
        """The channel variables in the body."""
        given = self.body.get("variables")
        return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


class Refused(Exception):
    """The exchange does not do it; nothing has changed."""

    def __init__(self, status: int, message: str, key: str = "message") -> None:
        super().__init__(f"{status} {message}")
        self.response = AriResponse(status, msgspec.json.encode({key: message}), HTTPStatus(status).phrase)


def ok(value: object, status: int = 200) -> AriResponse:
    """Done, with a body."""
    return AriResponse(status, msgspec.json.encode(value), HTTPStatus(status).phrase)
