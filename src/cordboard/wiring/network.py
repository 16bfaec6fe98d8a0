"""Where the network's settings are kept, and whether the next start could use them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cordboard.app.administration.administration import Administration
from cordboard.app.administration.network import NetworkAdministration
from cordboard.app.network import PORTS, Network, merged, read_kept, said_by, write_kept
from cordboard.app.ports import Directory
from cordboard.app.settings import Settings
from cordboard.app.tenancy import Tenancy
from cordboard.asterisk import ports as free
from cordboard.core.types import OrganisationId
from cordboard.server_settings import ServerSettings


class KeptNetwork:
    """The port `NetworkPlace`."""

    def __init__(self, data: Path, *, fixed: Network, in_use: Network, others: frozenset[int]) -> None:
        """
        Args:
            others: ports of ours that are for something else.
        """
        self._data, self._others = data, others
        self.fixed, self.in_use = fixed, in_use

    def kept(self) -> Network:
        """See `NetworkPlace`."""
        return read_kept(self._data)

    def keep(self, network: Network) -> None:
        """See `NetworkPlace`."""
        write_kept(self._data, network)

    def wrong(self, network: Network) -> tuple[str, str] | None:
        """See `NetworkPlace`: a start with an address or a port that cannot be had would not succeed."""
        listen = network.listen or self.in_use.listen or "127.0.0.1"
        try:
            free.is_free(0, listen)
        except OSError:
            return "listen", "not_here"
        ours = {getattr(self.in_use, name) for name in PORTS}
        for name in ("sip", "sip_tls"):
            port = getattr(network, name)
            if port is None:
                continue
            if port in self._others:
                return name, "port_taken"
            if port not in ours and not (free.is_free(port, listen) and free.is_free(port, listen, udp=True)):
                return name, "port_taken"
        return None


def place_of(settings: ServerSettings) -> KeptNetwork:
    """Of a server that runs."""
    exchange = settings.exchange
    return KeptNetwork(
        settings.data,
        fixed=settings.network_of_file,
        in_use=Network(
            listen=exchange.listen,
            external_address=exchange.external_media_address,
            local_networks=exchange.local_networks,
            stun_server=exchange.stun_server,
            **{name: getattr(exchange.ports, name) for name in PORTS},
        ),
        others=frozenset(
            {settings.port, exchange.ports.http, exchange.ports.ami, exchange.ports.ari},
        ),
    )


def network_of(
    settings: ServerSettings, administration: Administration, tenancy: Tenancy
) -> NetworkAdministration | None:
    """How it is administered; None: the exchange is not ours."""
    if not settings.own_exchange:
        return None

    def others(mine: OrganisationId) -> bool:
        return any(not one.organisation.demo for name, one in tenancy.all.items() if name != mine)

    return NetworkAdministration(place_of(settings), administration, lambda one: tenancy.all[one], others)


def idle_network_of(
    settings: Settings, administration: Administration, directories: Sequence[Directory]
) -> NetworkAdministration | None:
    """The same while no server runs: what is in use is what the next start would have."""
    if settings.exchange.kind != "own":
        return None
    data, fixed = settings.data_folder(), said_by(settings.exchange)
    known = {one.organisation.id: one for one in directories}
    place = KeptNetwork(
        data, fixed=fixed, in_use=merged(fixed, read_kept(data)), others=frozenset({settings.web.port or 0})
    )
    return NetworkAdministration(place, administration, lambda one: known[one], lambda _mine: False)
