"""One way of saying something to the exchange when nobody waits for the answer's good news."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.asterisk.transport import AriResponse, AriTransport, AriUnavailable


class Wire:
    """Requests whose failure is an event like any other."""

    def __init__(self, transport: AriTransport) -> None:
        self._transport = transport

    async def ask(
        self,
        method: str,
        uri: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse | None:
        """The answer; None: the exchange is away, and the inventory at its return puts right what this would do."""
        try:
            return await self._transport.request(method, uri, query=query, body=body)
        except AriUnavailable:
            return None
