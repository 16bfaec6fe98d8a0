"""Stands between the product and the pretended exchange: answers a command in its place, or does something first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from cordboard.asterisk.transport import AriResponse
from tests.support.office import Office

Answer = Callable[[str, str], Awaitable[AriResponse | None]]
"""Is given method and address; None: the exchange carries it out. It may take its time, and may raise."""


def answering(office: Office, instead: Answer) -> None:
    """From now on `instead` is asked first for the answer to each command."""
    carry_out = office.socket.request

    async def request(
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        return await instead(method, uri) or await carry_out(method, uri, query=query, body=body)

    # Only this office's connection, and only for this test.
    office.socket.request = request  # type: ignore[method-assign]
