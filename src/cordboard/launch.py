"""From the configuration file to what the parent and the server need: folders, remembered ports, certificate."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import shutil
import socket
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import msgspec

from cordboard.app.network import Network, read_kept, said_by, with_network
from cordboard.app.settings import Settings, TrunkSettings
from cordboard.asterisk import kept_trunks
from cordboard.asterisk import ports as free
from cordboard.asterisk.runtime import Secrets, find, secrets_for
from cordboard.asterisk.settings import (
    CalledNumberIn,
    ExchangeSettings,
    Ports,
    Registration,
    Trunk,
    TrunkTransport,
)
from cordboard.asterisk.settings import SettingsWrong as ExchangeSettingsWrong
from cordboard.certificate import certificate_for
from cordboard.server_settings import ServerSettings

WEB_PORT = 8080
"""Tried first, for an address that people can remember."""
SIP_PORT = 5060
SIP_TLS_PORT = 5061
"""Tried first where telephones can reach us: they are what telephones are set to."""
SPACE_NEEDED = 64 * 2**20
"""Bytes. The database, its journal and the logs of some weeks; with less a start ends in the middle."""


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


def prepare(settings: Settings, console: Path, *, again: bool = False) -> Launch:
    """Make the data folder and settle everything that is chosen once and kept.

    Args:
        again: it runs already, and only a part of it starts anew: calls go on, so a disk that has become full is
            no reason to stop.

    Raises:
        CannotStart: a folder cannot be written, or there is no room; says what to do.
    """
    data = settings.data_folder()
    of_file = said_by(settings.exchange)
    if settings.exchange.kind == "own":
        exchange = with_network(settings.exchange, read_kept(data))
        settings = msgspec.structs.replace(settings, exchange=exchange)
    if not again:
        require_folder(data)
        _require_addresses(settings)
    try:
        return _prepared(settings, console, data, of_file)
    except ExchangeSettingsWrong as problem:
        raise CannotStart(f"The configuration cannot be used: {problem}") from problem
    except OSError as problem:
        raise CannotStart(
            f"{problem.filename or data} cannot be used: {problem.strerror}. "
            'Make room, or give Cordboard another folder with data = "..." in the configuration file.'
        ) from problem


def _prepared(settings: Settings, console: Path, data: Path, of_file: Network) -> Launch:
    kept = _Kept(data / "ports.json")
    web_port = settings.web.port or kept.number("web", lambda: _web_port(settings.web.listen))
    hosts = _hosts(settings)
    own = (data / "tls" / "certificate.pem", data / "tls" / "key.pem")
    certificate, key = _certificate(settings, own)
    exchange = _exchange(settings, data, kept, (certificate or own[0], key or own[1]), web_port)
    kept.save()
    if own[0] in (certificate, exchange.tls_certificate):
        certificate_for(data / "tls", hosts)
    scheme = "https" if certificate is not None else "http"
    url = f"{scheme}://{_bracketed(settings.web.public_host or hosts[0])}:{web_port}/"
    server = ServerSettings(
        data=data,
        database_url=settings.database_url(),
        listen=settings.web.listen,
        port=web_port,
        hosts=frozenset(hosts),
        exchange=exchange,
        console=console,
        contact=settings.contact,
        numbers=settings.numbers,
        mail=settings.mail,
        url=url,
        certificate=certificate,
        key=key,
        own_exchange=settings.exchange.kind == "own",
        network_of_file=of_file,
        metrics_token=settings.web.metrics_token,
    )
    return Launch(
        settings=settings,
        data=data,
        server=server,
        url=url,
        own_exchange=settings.exchange.kind == "own",
    )


def require_folder(data: Path) -> None:
    """The data folder is there, can be written, and has room.

    Raises:
        CannotStart: it is not so.
    """
    probe = data / ".writable"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_text("yes\n")
        probe.unlink()
        free_bytes = shutil.disk_usage(data).free
    except OSError as problem:
        raise CannotStart(
            f"The data folder {data} cannot be written: {problem.strerror}. Make it yours to write, "
            'or give Cordboard another one with --data, or data = "..." in the configuration file.'
        ) from problem
    if free_bytes < SPACE_NEEDED:
        raise CannotStart(
            f"The disk with the data folder {data} has {free_bytes // 2**20} MB left; Cordboard needs "
            f"{SPACE_NEEDED // 2**20} MB to begin with. Make room, or give Cordboard another folder with --data."
        )


def _require_addresses(settings: Settings) -> None:
    wanted = [("web.listen (--listen)", settings.web.listen)]
    if settings.exchange.kind == "own":
        wanted.append(("exchange.listen", settings.exchange.listen))
    else:
        wanted.append(("exchange.ari_listen", settings.exchange.ari_listen))
    for name, address in wanted:
        try:
            free.is_free(0, address)
        except OSError as problem:
            raise CannotStart(
                f"{name} is {address}, which cannot be listened on: {problem.strerror}. "
                "Write one of this machine's own addresses, or 0.0.0.0 for all of them."
            ) from problem


def _certificate(settings: Settings, own: tuple[Path, Path]) -> tuple[Path | None, Path | None]:
    """What browsers are shown; None: plain HTTP, which never leaves this machine."""
    web = settings.web
    if web.certificate is not None and web.key is not None:
        return _readable("web.certificate", web.certificate), _readable("web.key", web.key)
    return (None, None) if _is_loopback(web.listen) else own


def _readable(name: str, path: str) -> Path:
    found = Path(path).expanduser().absolute()
    try:
        found.open("rb").close()
    except OSError as problem:
        raise CannotStart(
            f"{name} names {found}, which cannot be read: {problem.strerror}. Name a PEM file that Cordboard's "
            "user may read, or leave out web.certificate and web.key to have a certificate made."
        ) from problem
    return found


class _Kept:
    """Ports that were chosen once, so that bookmarks, phones and a living exchange go on working."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            found = {}
        self._is_new = False
        self._numbers: dict[str, int] = {k: v for k, v in found.items() if isinstance(v, int)}

    def number(self, name: str, choose: Callable[[], int]) -> int:
        """The kept one, or a newly chosen one."""
        if name not in self._numbers:
            self._numbers[name] = choose()
            self._is_new = True
        return self._numbers[name]

    def has(self, names: Iterable[str]) -> bool:
        """All of these were chosen before."""
        return all(name in self._numbers for name in names)

    def save(self) -> None:
        """Write them down if there is a new one, whole or not at all."""
        if not self._is_new:
            return
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(self._numbers, indent=1, sort_keys=True) + "\n")
        new.replace(self._path)


def _exchange(
    settings: Settings, data: Path, kept: _Kept, identity: tuple[Path, Path], web_port: int
) -> ExchangeSettings:
    exchange = settings.exchange
    run = data / "exchange"
    secrets = _secrets(settings, secrets_for(run))
    existing = exchange.kind == "existing"
    http_host, http_port = exchange.http_address() if existing else ("127.0.0.1", None)
    numbers = _ports(settings, kept, http_port, web_port)
    trunks = tuple(_trunk(t) for t in settings.trunks)
    if not existing:
        trunks = kept_trunks.beside_kept(trunks, run)
    encrypted = any(trunk.transport is TrunkTransport.TLS for trunk in trunks)
    tls = exchange.tls if exchange.tls is not None else not _is_loopback(exchange.listen)
    certificate, key = identity if tls or encrypted else (None, None)
    return ExchangeSettings(
        run_dir=run,
        ports=numbers,
        listen=exchange.listen,
        external_media_address=exchange.external_address,
        external_signalling_address=exchange.external_address,
        local_networks=exchange.local_networks,
        stun_server=exchange.stun_server,
        tls_certificate=certificate,
        tls_key=key,
        ari_listen=exchange.ari_listen if existing else "127.0.0.1",
        # Our own exchange, too, may be told to dial us through something else on this machine (tools/campaign does).
        ari_host=exchange.dialled_at() if existing else (exchange.ari_host or "127.0.0.1"),
        http_host=http_host,
        ami_host=(exchange.ami_host or http_host) if existing else "127.0.0.1",
        ari_user=exchange.ari_user,
        ami_user=exchange.ami_user,
        ari_password=secrets.ari,
        ami_password=secrets.ami,
        practice_password=secrets.practice,
        trunks=trunks,
        emergency_numbers=exchange.emergency_numbers,
        emergency_trunk=exchange.emergency_trunk,
        country=settings.country.lower(),
        language=settings.language,
        practice=exchange.practice,
    )


def _secrets(settings: Settings, made: Secrets) -> Secrets:
    """Those of the configuration file where it has them."""
    exchange = settings.exchange
    return Secrets(exchange.ari_password or made.ari, exchange.ami_password or made.ami, made.practice)


def _ports(settings: Settings, kept: _Kept, http_port: int | None, web_port: int) -> Ports:
    """The file's, else those of an existing exchange, else what was chosen once.

    Args:
        http_port: of an existing exchange; None: it is our own.
        web_port: of our pages, which are not served yet.
    """
    exchange = settings.exchange
    names = [field.name for field in fields(Ports)]
    chosen = asdict(Ports() if kept.has(names) else free.free_ports(exchange.listen, but=web_port))
    # What is free on this machine says nothing about an exchange that runs already: it has Asterisk's usual ones.
    theirs = {"sip": SIP_PORT, "sip_tls": SIP_TLS_PORT, "rtp_first": 10000, "rtp_last": 20000}
    if http_port is not None:
        theirs |= {"http": http_port, "ami": exchange.ami_port}
    elif not _is_loopback(exchange.listen):
        for name, usual in (("sip", SIP_PORT), ("sip_tls", SIP_TLS_PORT)):
            if _is_free_for_sip(usual, exchange.listen):
                chosen[name] = usual
    numbers: dict[str, int] = {}
    for name in names:
        if (given := getattr(exchange.ports, name)) is not None:
            numbers[name] = given
        elif http_port is not None and name in theirs:
            numbers[name] = theirs[name]
        else:
            numbers[name] = kept.number(name, partial(int, chosen[name]))
    return Ports(**numbers)


def _is_free_for_sip(port: int, address: str) -> bool:
    return free.is_free(port, address) and free.is_free(port, address, udp=True)


def _trunk(trunk: TrunkSettings) -> Trunk:
    return Trunk(
        name=trunk.name,
        host=trunk.host,
        port=trunk.port,
        transport=TrunkTransport(trunk.transport),
        codecs=trunk.codecs,
        registration=Registration.of(trunk.user_name, trunk.password, trunk.contact_user),
        match=trunk.match,
        called_number_in=CalledNumberIn(trunk.called_number_in),
        from_domain=trunk.from_domain,
        trusts_our_caller_id=trunk.trusts_our_caller_id,
        sends=trunk.form,
        caller_id=trunk.caller_id,
        organisation=trunk.organisation,
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _hosts(settings: Settings) -> list[str]:
    """The names by which browsers may reach us, the best one first."""
    listen = settings.web.listen
    hosts = [settings.web.public_host] if settings.web.public_host is not None else []
    if _is_loopback(listen):
        return [*hosts, listen, "localhost"]
    if listen in ("0.0.0.0", "::"):
        return [*hosts, *own_address(listen), socket.gethostname(), "localhost", "127.0.0.1"]
    return [*hosts, listen]


def own_address(listen: str) -> list[str]:
    """The address with which this machine speaks to others; empty when it is on no network."""
    family, anywhere = (socket.AF_INET6, "2001:db8::1") if listen == "::" else (socket.AF_INET, "192.0.2.1")
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        # Only asks the routing table; nothing is sent.
        probe.connect((anywhere, 9))
        return [str(probe.getsockname()[0])]
    return []


def _web_port(listen: str) -> int:
    if free.is_free(WEB_PORT, listen):
        return WEB_PORT
    return free.pick(1, listen)[0]


def require_ports(launch: Launch) -> None:
    """Every port is free that we will listen on, before anything is started.

    Raises:
        CannotStart: somebody else listens there; names the port, what for, and the setting.
        ExchangeUnavailable: the same of the exchange's own ports.
    """
    server, exchange = launch.server, launch.server.exchange
    wanted = (
        (server.port, server.listen, "the console is served", "start with --port and another number"),
        (
            exchange.ports.ari,
            exchange.ari_listen,
            "Cordboard waits for the exchange",
            "set [exchange.ports] ari to a free one",
        ),
    )
    for port, address, purpose, instead in wanted:
        if not free.is_free(port, address):
            raise CannotStart(
                f"Port {port} on {address}, on which {purpose}, is in use or not allowed. Stop the other program "
                f"(another Cordboard?), or {instead}."
            )
    if launch.own_exchange and find(exchange.run_dir) is None:
        free.require_free(exchange)


def require_console(console: Path) -> None:
    """The browser program has been built.

    Raises:
        CannotStart: it has not.
    """
    if not (console / "index.html").is_file():
        raise CannotStart(
            f"The console for browsers is not built: {console / 'index.html'} is missing. "
            "Run `make setup` in Cordboard's folder; `make run` does it by itself."
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
