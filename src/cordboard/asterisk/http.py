"""ARI over HTTP, for a look from outside: the server's own socket belongs to the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import aiohttp

from cordboard.asterisk.settings import ExchangeSettings
from cordboard.asterisk.transport import AriResponse, AriTimeout, AriUnavailable

TIMEOUT_MS = 5_000


class AriOverHttp:
    """Commands without events; an `AriTransport`. Use it as a context."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self._url = settings.http_url
        # The password travels in a header: in an address it would end up in logs.
        self._client = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(settings.ari_user, settings.ari_password)},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_MS / 1000),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    @property
    def connected(self) -> bool:
        """There is no connection to lose."""
        return True

    def set_listener(
        self, on_event: Callable[[bytes], None], on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """Nobody is ever told anything: HTTP brings no events."""

    async def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> AriResponse:
        """See `AriTransport.request`."""
        try:
            async with self._client.request(
                method, f"{self._url}/ari/{uri}", params=query, json=body
            ) as answer:
                return AriResponse(answer.status, await answer.read(), answer.reason or "")
        except TimeoutError as problem:
            raise AriTimeout(f"{self._url} did not answer within {TIMEOUT_MS // 1000} s.") from problem
        except (aiohttp.ClientError, OSError) as problem:
            raise AriUnavailable(f"No exchange answers at {self._url}.") from problem
