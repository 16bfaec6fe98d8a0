"""What one server process needs to know; apart, so that the parent need not load the server to say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cordboard.app.network import Network
from cordboard.app.settings import MailSettings, NumberSettings
from cordboard.asterisk.settings import ExchangeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What one server process needs to know."""

    data: Path
    database_url: str
    listen: str
    port: int
    hosts: frozenset[str]
    """Names and addresses by which browsers reach the console."""
    exchange: ExchangeSettings
    console: Path
    contact: str = ""
    numbers: tuple[NumberSettings, ...] = ()
    """Our numbers as the configuration file has them; they go before the stored ones."""
    mail: MailSettings = field(default_factory=MailSettings)
    url: str = "http://127.0.0.1:8080/"
    """Where people reach the portal; it stands in letters."""
    certificate: Path | None = None
    key: Path | None = None
    own_exchange: bool = True
    """Its configuration files are ours to write; False: it is an Asterisk of the operator's own."""
    network_of_file: Network = field(default_factory=Network)
    """What the configuration file says of the network; it goes before what is set in the browser."""
    metrics_token: str | None = None
