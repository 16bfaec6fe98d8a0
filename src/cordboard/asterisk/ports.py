"""Free ports, and a clear sentence when one is taken: Asterisk itself would start deaf and only log it."""

from __future__ import annotations

import errno
import os
import random
import socket

from cordboard.asterisk.binary import ExchangeUnavailable
from cordboard.asterisk.settings import ExchangeSettings, Ports

_FIRST, _LAST = 20000, 29999
"""Below the range from which Linux takes ports for outgoing connections."""
RANGE_VARIABLE = "CORDBOARD_PICK_PORTS"
"""An environment variable such as `20000-24999`: what is picked comes from there. For two runs side by side, so that
neither takes a port that the other's exchange leaves for the moment of its restart.
"""

RTP_PORTS_PICKED = 400
"""Ports of a picked range for sound: 200 legs."""


def is_free(port: int, address: str = "127.0.0.1", *, udp: bool = False) -> bool:
    """Nobody listens on it now; the next moment may differ."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        if not udp:
            # As Asterisk does: a port whose last connections still linger is usable.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as problem:
            if problem.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def pick(count: int, address: str = "127.0.0.1", *, but: int | None = None) -> list[int]:
    """That many different ports, free for UDP and TCP, far from each other's neighbours.

    Args:
        but: one that is spoken for although nobody listens on it yet.
    """
    found: list[int] = []
    # Random, so that two test runs side by side seldom meet.
    ports = _range()
    for port in random.SystemRandom().sample(ports, len(ports)):
        if port != but and is_free(port, address) and is_free(port, address, udp=True):
            found.append(port)
        if len(found) == count:
            return found
    raise ExchangeUnavailable(f"No {count} free ports were found between {ports.start} and {ports.stop}.")


def _range() -> range:
    first, _, last = os.environ.get(RANGE_VARIABLE, f"{_FIRST}-{_LAST}").partition("-")
    return range(int(first), int(last), 10)


def free_ports(address: str = "127.0.0.1", *, but: int | None = None) -> Ports:
    """A whole set of free ports.

    Args:
        but: as for `pick`.
    """
    sip, sip_tls, http, ami, ari = pick(5, address, but=but)
    first = random.SystemRandom().randrange(10000, 20000 - RTP_PORTS_PICKED, RTP_PORTS_PICKED)
    return Ports(
        sip=sip,
        sip_tls=sip_tls,
        http=http,
        ami=ami,
        ari=ari,
        rtp_first=first,
        rtp_last=first + RTP_PORTS_PICKED - 1,
    )


def require_free(settings: ExchangeSettings) -> None:
    """Check every port that the exchange will listen on.

    Raises:
        ExchangeUnavailable: one is taken or forbidden; names it, and the setting to change.
    """
    ports = settings.ports
    wanted = [
        ("phones and trunks (SIP over UDP)", "sip", ports.sip, settings.listen, True),
        ("phones and trunks (SIP over TCP)", "sip", ports.sip, settings.listen, False),
        ("browser phones", "http", ports.http, "127.0.0.1", False),
        ("the exchange's management", "ami", ports.ami, "127.0.0.1", False),
    ]
    if settings.tls_certificate is not None:
        wanted.append(("phones over TLS", "sip_tls", ports.sip_tls, settings.listen, False))
    for purpose, setting, port, address, udp in wanted:
        try:
            free = is_free(port, address, udp=udp)
        except OSError as problem:
            raise ExchangeUnavailable(
                f"The address {address} cannot be listened on ({problem.strerror}): is it this machine's?"
            ) from problem
        if not free:
            raise ExchangeUnavailable(
                f"Port {port} on {address}, which the exchange needs for {purpose}, is in use by another "
                f"program or not allowed; stop that program, or set [exchange.ports] {setting} to a free one."
            )
