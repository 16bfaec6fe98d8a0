"""The web server of one process: uvicorn, told by nobody but us when to stop."""

from __future__ import annotations

import contextlib

import uvicorn

from cordboard.server_settings import ServerSettings
from cordboard.web.server import make_server
from cordboard.web.services import Services


class Web(uvicorn.Server):
    """uvicorn without its own hands on the signals; the parent's word counts."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """Nothing is captured."""
        return contextlib.nullcontext()


def make_web(settings: ServerSettings, services: Services) -> Web:
    """Ready to serve on the address and port of the settings."""
    return Web(
        uvicorn.Config(
            make_server(services),
            host=settings.listen,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="websockets-sansio",
            # Compression costs more processor time than a local network saves.
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
            ssl_certfile=str(settings.certificate) if settings.certificate is not None else None,
            ssl_keyfile=str(settings.key) if settings.key is not None else None,
        )
    )
