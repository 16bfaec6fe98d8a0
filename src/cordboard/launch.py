"""From the configuration file to what the parent and the server need: folders, remembered ports, certificate."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from cordboard.app.settings import Settings, TrunkSettings
from cordboard.asterisk import ports as free
from cordboard.asterisk.runtime import secrets_for
from cordboard.asterisk.settings import (
    CalledNumberIn,
    ExchangeSettings,
    Ports,
    Registration,
    Trunk,
    TrunkTransport,
)
from cordboard.certificate import certificate_for
from cordboard.wiring import ServerSettings

WEB_PORT = 8080
"""Tried first, for an address that people can remember."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything that one installation runs with."""

    settings: Settings
    data: Path
    server: ServerSettings
    url: str
    own_exchange: bool


class CannotStart(Exception):
    """Cordboard does not start; the text says what is wrong and what to do."""


def prepare(settings: Settings, console: Path) -> Launch:
    """Make the data folder and settle everything that is chosen once and kept.

    Raises:
        CannotStart: a folder cannot be written, or a port is taken.
    """
    data = settings.data_folder()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = data / ".writable"
        probe.write_text("yes\n")
        probe.unlink()
    except OSError as problem:
        raise CannotStart(
            f"The data folder {data} cannot be written: {problem.strerror}. "
            'Make room or give it another place with data = "..." in the configuration file.'
        ) from problem
    kept = _Kept(data / "ports.json")
    web_port = settings.web.port or kept.number("web", lambda: _web_port(settings.web.listen))
    exchange = _exchange(settings, data, kept)
    kept.save()
    secure = not _is_loopback(settings.web.listen)
    hosts = _hosts(settings)
    certificate, key = None, None
    if settings.web.certificate is not None and settings.web.key is not None:
        certificate, key = Path(settings.web.certificate), Path(settings.web.key)
    elif secure:
        certificate, key = certificate_for(data / "tls", hosts)
    server = ServerSettings(
        data=data,
        database_url=settings.database_url(),
        listen=settings.web.listen,
        port=web_port,
        hosts=frozenset(hosts),
        exchange=exchange,
        console=console,
        contact=settings.contact,
        certificate=certificate,
        key=key,
    )
    scheme = "https" if certificate is not None else "http"
    shown = settings.web.public_host or (hosts[0] if hosts else settings.web.listen)
    return Launch(
        settings=settings,
        data=data,
        server=server,
        url=f"{scheme}://{shown}:{web_port}/",
        own_exchange=settings.exchange.kind == "own",
    )


class _Kept:
    """Ports that were chosen once, so that bookmarks, phones and a living exchange go on working."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            found = {}
        self._numbers: dict[str, int] = {k: v for k, v in found.items() if isinstance(v, int)}

    def number(self, name: str, choose: Callable[[], int]) -> int:
        """The kept one, or a newly chosen one."""
        if name not in self._numbers:
            self._numbers[name] = choose()
        return self._numbers[name]

    def save(self) -> None:
        """Write them down, whole or not at all."""
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(self._numbers, indent=1, sort_keys=True) + "\n")
        new.replace(self._path)


def _exchange(settings: Settings, data: Path, kept: _Kept) -> ExchangeSettings:
    chosen = free.free_ports() if not kept._numbers.get("sip") else Ports()
    given = settings.exchange.ports
    names = ("sip", "sip_tls", "http", "ami", "ari", "rtp_first", "rtp_last")
    defaults = asdict(chosen)
    numbers = {n: getattr(given, n) or kept.number(n, lambda n=n: int(defaults[n])) for n in names}
    run = data / "exchange"
    secrets = secrets_for(run)
    exchange = settings.exchange
    return ExchangeSettings(
        run_dir=run,
        ports=Ports(**numbers),
        listen=exchange.listen,
        external_media_address=exchange.external_address,
        external_signalling_address=exchange.external_address,
        local_networks=exchange.local_networks,
        stun_server=exchange.stun_server,
        ari_password=secrets.ari,
        ami_password=secrets.ami,
        practice_password=secrets.practice,
        trunks=tuple(_trunk(t) for t in settings.trunks),
        emergency_numbers=exchange.emergency_numbers,
        country=settings.country.lower(),
        language=settings.language,
        practice=exchange.practice,
    )


def _trunk(trunk: TrunkSettings) -> Trunk:
    registration = None
    if trunk.user_name is not None and trunk.password is not None:
        registration = Registration(
            username=trunk.user_name, password=trunk.password, contact_user=trunk.contact_user
        )
    return Trunk(
        name=trunk.name,
        host=trunk.host,
        port=trunk.port,
        transport=TrunkTransport(trunk.transport),
        codecs=trunk.codecs,
        registration=registration,
        match=trunk.match,
        called_number_in=CalledNumberIn(trunk.called_number_in),
        from_domain=trunk.from_domain,
        trusts_our_caller_id=trunk.trusts_our_caller_id,
    )


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _hosts(settings: Settings) -> list[str]:
    """The names by which browsers may reach us, the best one first."""
    listen = settings.web.listen
    hosts = [settings.web.public_host] if settings.web.public_host is not None else []
    if _is_loopback(listen):
        return [*hosts, listen, "localhost"]
    if listen in ("0.0.0.0", "::"):
        return [*hosts, socket.gethostname(), "localhost", "127.0.0.1"]
    return [*hosts, listen]


def _web_port(listen: str) -> int:
    if free.is_free(WEB_PORT, listen):
        return WEB_PORT
    return free.pick(1, listen)[0]


def require_web_port(launch: Launch) -> None:
    """The console's port is free.

    Raises:
        CannotStart: somebody else listens there.
    """
    server = launch.server
    if not free.is_free(server.port, server.listen):
        raise CannotStart(
            f"Port {server.port} on {server.listen}, on which the console is served, is in use. Stop the other "
            "program (another Cordboard?), or start with --port and another number."
        )


def with_overrides(
    settings: Settings, *, listen: str | None, port: int | None, data: Path | None
) -> Settings:
    """What the command line says goes before the file."""
    web = settings.web
    if listen is not None:
        web = msgspec.structs.replace(web, listen=listen)
    if port is not None:
        web = msgspec.structs.replace(web, port=port)
    settings = msgspec.structs.replace(settings, web=web)
    return msgspec.structs.replace(settings, data=str(data)) if data is not None else settings
