"""Where the exchange is reached: addresses, a router in between, ports. It counts from the next start.

What the configuration file says goes before it.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import msgspec

from cordboard.app.settings import ExchangeSettings, PortSettings

log = logging.getLogger(__name__)

FILE = "network.json"
PORTS = ("sip", "sip_tls", "rtp_first", "rtp_last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What can be set; None and empty: as without."""

    listen: str | None = None
    """Address for telephones and sound; None: this machine alone."""
    external_address: str | None = None
    """What the outside sees of us, when a router translates addresses."""
    local_networks: tuple[str, ...] = ()
    stun_server: str | None = None
    sip: int | None = None
    """Ports; None: a free one is chosen the first time and kept."""
    sip_tls: int | None = None
    rtp_first: int | None = None
    rtp_last: int | None = None


class NetworkPlace(Protocol):
    """Keeps what is set, and knows what is in use."""

    in_use: Network
    """Since the last start; ports are never None."""
    fixed: Network
    """What the configuration file says; None and empty: nothing."""

    def kept(self) -> Network:
        """As it was set."""

    def keep(self, network: Network) -> None:
        """For the next start.

        Raises:
            OSError: it is not kept.
        """

    def wrong(self, network: Network) -> tuple[str, str] | None:
        """Field and code of what would keep the next start from succeeding; None: nothing would."""


def read_kept(data: Path) -> Network:
    """What was set in the browser; nothing when it cannot be read."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Network)
    except FileNotFoundError:
        return Network()
    except (OSError, msgspec.MsgspecError):
        log.exception("what was set of the network cannot be read; it is left out")
        return Network()


def write_kept(data: Path, network: Network) -> None:
    """Keep it, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    new = data / f"{FILE}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(network) + b"\n")
    new.replace(data / FILE)


def said_by(exchange: ExchangeSettings) -> Network:
    """What the configuration file says of these."""
    usual = ExchangeSettings()
    of_ports = {name: getattr(exchange.ports, name) for name in PORTS}
    return Network(
        listen=exchange.listen if exchange.listen != usual.listen else None,
        external_address=exchange.external_address,
        local_networks=exchange.local_networks,
        stun_server=exchange.stun_server,
        **of_ports,
    )


def merged(first: Network, then: Network) -> Network:
    """The first, and where it says nothing the other one."""
    return Network(
        **{one.name: getattr(first, one.name) or getattr(then, one.name) for one in fields(Network)}
    )


def with_network(exchange: ExchangeSettings, network: Network) -> ExchangeSettings:
    """The settings with what was set in the browser, where the file says nothing."""
    all_ = merged(said_by(exchange), network)
    ports = {name: getattr(exchange.ports, name) for name in PortSettings.__struct_fields__}
    return msgspec.structs.replace(
        exchange,
        listen=all_.listen or exchange.listen,
        external_address=all_.external_address,
        local_networks=all_.local_networks,
        stun_server=all_.stun_server,
        ports=PortSettings(**ports | {name: getattr(all_, name) for name in PORTS}),
    )
