"""The road between Cordboard and one exchange, as the rest sees it: commands out, events in, up and down.

Two things travel it: the real Asterisk's socket (`client`) and the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from cordboard.asterisk.operations import Command


class AriUnavailable(Exception):
    """The exchange is away, or went away before it answered; whether it acted is not known."""


class AriTimeout(AriUnavailable):
    """No answer in time; whether it acted is not known: look before trying again (F16)."""


@dataclass(frozen=True, slots=True)
class AriResponse:
    """What the exchange answered."""

    status: int
    """As in HTTP: 200 and 204 are done; 404, 409 and 400 "not found" mean that an event is on its way."""
    body: bytes = b""
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """The exchange did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body decoded; None when there is none."""
        return msgspec.json.decode(self.body) if self.body else None


class AriTransport(Protocol):
    """One ARI application's connection to one exchange."""

    @property
    def connected(self) -> bool:
        """Commands can be sent and events arrive."""
        ...

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """Send one command, such as `POST`, `channels/cb-1/answer`, and wait for its answer.

        Raises:
            AriUnavailable: not connected, or cut off before the answer.
            AriTimeout: no answer in time.
        """
        ...

    def set_listener(
        self,
        on_event: Callable[[bytes], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        """Who is told. All three are called on the event loop, in order, and must not wait."""
        ...


async def send(transport: AriTransport, command: Command) -> AriResponse:
    """Send a command that `operations` built; raises as `AriTransport.request` does."""
    return await transport.request(command.method, command.uri, query=command.query, body=command.body)
