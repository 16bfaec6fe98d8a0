"""What is set in the configuration file, `cordboard.toml`; everything has a default that works on one machine.

Every wrong setting is one sentence that names the file and the setting, says what is wrong and what to write.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlsplit

import msgspec
import phonenumbers

from cordboard.app.numbers import NumberForm, read_number
from cordboard.core.types import OrganisationId

Port = int
"""1 to 65535."""


class SettingsWrong(Exception):
    """The configuration cannot be used; the text is for the person who wrote it. Nothing has started."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file; a setting that does not exist is a mistake, not a comment."""


class WebSettings(_Section, frozen=True, kw_only=True):
    """Where browsers reach the console: `[web]`."""

    listen: str = "127.0.0.1"
    """Address to listen on. Any other than loopback serves HTTPS."""
    port: Port | None = None
    """None: a free one is chosen the first time and kept."""
    public_host: str | None = None
    """The name that people type and that the certificate is made for; None: the address itself."""
    certificate: str | None = None
    """PEM file with the certificate and what leads to a known authority; None: one of our own is made."""
    key: str | None = None
    metrics_token: str | None = None
    """Whoever shows it may read `/metrics`; None: only programs on this machine may, without one."""


class PortSettings(_Section, frozen=True, kw_only=True):
    """Ports of our own exchange: `[exchange.ports]`. None: a free one is chosen the first time and kept."""

    sip: Port | None = None
    sip_tls: Port | None = None
    http: Port | None = None
    """Always on 127.0.0.1."""
    ami: Port | None = None
    ari: Port | None = None
    rtp_first: Port | None = None
    rtp_last: Port | None = None


class ExchangeSettings(_Section, frozen=True, kw_only=True):
    """The telephone exchange: `[exchange]`."""

    kind: Literal["own", "existing"] = "own"
    """own: Cordboard obtains, starts and watches an Asterisk. existing: it uses one that runs already."""
    listen: str = "127.0.0.1"
    """Address for telephones and sound; the machine's own or 0.0.0.0 for desk phones and trunks."""
    external_address: str | None = None
    """What the outside sees of us, when a router translates addresses; None: nothing does."""
    local_networks: tuple[str, ...] = ()
    """Networks that reach us without that router, such as 192.168.0.0/16."""
    stun_server: str | None = None
    emergency_numbers: tuple[str, ...] = ("112",)
    emergency_trunk: str | None = None
    """Name of the trunk on which they are tried first; None: any that is up, the organisation's own first."""
    practice: bool = True
    """Practice callers may be started from the console."""
    restart_when_stuck_s: int = 30
    """own: after so many seconds without any answer it is ended and started anew, which ends its calls; 0: never."""
    ports: PortSettings = PortSettings()
    binary: str | None = None
    """own: the `asterisk` program to run; None: the system's own, else one that Cordboard fetches."""
    tls: bool | None = None
    """Telephones may register over TLS; None: when `listen` is an address that others can reach."""
    ari_url: str | None = None
    """existing: its HTTP server, `http://127.0.0.1:8088`."""
    ari_user: str = "cordboard"
    ari_password: str | None = None
    """None: one is made, and `cordboard exchange-config` writes it into the exchange's files."""
    ari_listen: str = "127.0.0.1"
    """Address on which Cordboard waits for the exchange, which dials in."""
    ari_host: str | None = None
    """Our address as the exchange sees it; None: `ari_listen`."""
    ami_host: str | None = None
    """None: the host of `ari_url`."""
    ami_port: Port = 5038
    ami_user: str = "cordboard"
    ami_password: str | None = None
    """None: as with ari_password."""

    def dialled_at(self) -> str:
        """The address at which the exchange dials Cordboard."""
        return self.ari_host if self.ari_host is not None else self.ari_listen

    def http_address(self) -> tuple[str, int]:
        """Host and port of an existing exchange's HTTP server.

        Raises:
            ValueError: `ari_url` is not `http://host:port`.
        """
        parts = urlsplit(self.ari_url or "")
        if parts.scheme != "http" or parts.hostname is None or parts.path not in ("", "/"):
            raise ValueError(self.ari_url)
        return parts.hostname, parts.port or 8088


class TrunkSettings(_Section, frozen=True, kw_only=True):
    """One line to the public network: `[[trunks]]`."""

    name: str
    """Lower-case letters, digits and hyphens."""
    host: str
    """The provider's name or address."""
    port: Port | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    user_name: str | None = None
    """Of the account to register with; None: the provider knows us by our address."""
    password: str | None = None
    contact_user: str | None = None
    from_domain: str | None = None
    match: tuple[str, ...] = ()
    """Addresses or networks that its calls come from; empty: `host`."""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    called_number_in: Literal["uri", "to"] = "uri"
    sends: Literal["plus", "e164", "national"] = "plus"
    """How numbers are written in what we send; what comes in is understood in every form."""
    caller_id: str | None = None
    """Our number that called people see when nothing else says so."""
    trusts_our_caller_id: bool = True
    organisation: str | None = None
    """Whose calls come in here; None: the called number alone says so."""

    @property
    def form(self) -> NumberForm:
        """How this trunk writes numbers."""
        return NumberForm(self.sends)


class NumberSettings(_Section, frozen=True, kw_only=True):
    """A number of ours and where it leads: `[[numbers]]`."""

    number: str
    """In any form; `+31 53 480 09 00`."""
    queue: str | None = None
    """Name or id of the queue that its calls wait in; None: they are for one person."""
    person: str | None = None
    """User name or id of the person whom its calls are for (D29); None: they wait in a queue."""
    organisation: OrganisationId | None = None
    """None: the only organisation."""


class MailSettings(_Section, frozen=True, kw_only=True):
    """Letters to people: invitations and forgotten passwords: `[mail]`."""

    host: str | None = None
    """The mail server; None: letters are files in the folder `outbox` of the data folder."""
    port: Port | None = None
    """None: 587 with starttls, 465 with tls, 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """none: only to a mail server on this machine."""
    user_name: str | None = None
    password: str | None = None
    sender: str = "cordboard@localhost"
    """Whom letters come from: `Cordboard <telefoon@example.nl>`."""
    reset_unknown: Literal["error", "neutral"] = "error"
    """What is said of an address that no account has (D20). error: that it is unknown, to those who have logged in
    from that browser before or whose address is in one of `domains`; neutral: to nobody."""
    domains: tuple[str, ...] = ()
    """Mail domains of your own people."""

    def port_or_usual(self) -> int:
        """The port to connect to."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class Settings(_Section, frozen=True, kw_only=True):
    """The whole file."""

    data: str = ".run"
    """Folder for database, certificate, chosen ports and the exchange's run folder."""
    database: str | None = None
    """`sqlite:///...` or `postgresql://...`; None: `cordboard.db` in the data folder."""
    language: Literal["nl", "en"] = "nl"
    """Of new organisations and of people who did not choose."""
    country: str = "NL"
    """ISO 3166; numbers are read with it."""
    time_zone: str = "Europe/Amsterdam"
    contact: str = ""
    """Whom to ask when user name or password never came; shown on the log-in page (1.1-g)."""
    web: WebSettings = WebSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    trunks: tuple[TrunkSettings, ...] = ()
    numbers: tuple[NumberSettings, ...] = ()
    mail: MailSettings = MailSettings()

    def data_folder(self) -> Path:
        """Absolute."""
        return Path(self.data).expanduser().absolute()

    def database_url(self) -> str:
        """As `storage.open_database` takes it."""
        return (
            self.database if self.database is not None else f"sqlite:///{self.data_folder() / 'cordboard.db'}"
        )


def read_settings(path: Path | None) -> Settings:
    """Read the file; None: there is none, the defaults.

    Raises:
        SettingsWrong: one sentence on what is wrong, where, and what to write.
    """
    if path is None:
        return Settings()
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise SettingsWrong(
            f"There is no configuration file {path}; give the right path with --config."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(
            f"The configuration file {path} cannot be read: {error}. Save it as UTF-8 text."
        ) from error
    return parse_settings(text, str(path))


def parse_settings(text: str, source: str) -> Settings:
    """Understand the text of a configuration file.

    Args:
        source: how to name the file in a sentence.

    Raises:
        SettingsWrong: one sentence on what is wrong, where, and what to write.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(
            f'{source} is not valid TOML: {error}. A line reads name = "text", name = 12 or [section].'
        ) from error
    for place, name, known in _unknown(found, Settings, ""):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}."
        raise SettingsWrong(f"{source}: {place}{name} is not a setting; {hint}")
    try:
        settings = msgspec.convert(found, Settings, strict=True)
    except msgspec.ValidationError as error:
        raise SettingsWrong(f"{source}: {_sentence(error)}") from error
    for place, wrong in _contradictions(settings):
        raise SettingsWrong(f"{source}: {place} {wrong}")
    return settings


# --- what is wrong ------------------------------------------------------------------------------------------

_Part = TypeVar("_Part")

_WORDS = {
    "str": 'a text in quotes, such as "text"',
    "int": "a whole number without quotes",
    "bool": "true or false without quotes",
    "array": 'a list, such as ["one", "two"]',
    "object": "a section, such as [web]",
    "null": "left out",
}


def _unknown(
    found: dict[str, Any], section: type[_Section], place: str
) -> Iterator[tuple[str, str, list[str]]]:
    """Every name that is no setting, with its place and the names that are."""
    known = {field.name: field.type for field in msgspec.structs.fields(section)}
    for name, value in found.items():
        if name not in known:
            yield place, name, list(known)
            continue
        inner = [kind for kind in (known[name], *get_args(known[name])) if _is_section(kind)]
        if not inner:
            continue
        for number, entry in enumerate(value if isinstance(value, list) else [value], start=1):
            if isinstance(entry, dict):
                where = f"{place}{name} {number}, " if isinstance(value, list) else f"{place}{name}."
                yield from _unknown(entry, inner[0], where)


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, _Section)


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int | null`, got `str` - at `$.web.port`" in the words of who wrote the file."""
    said, _, at = str(error).partition(" - at ")
    place = re.sub(r"\[(\d+)\]", lambda m: f" {int(m[1]) + 1}", at.strip("`").removeprefix("$").lstrip("."))
    place = place.replace("[...]", "").replace(".", ".") or "the file"
    if missing := re.search(r"missing required field `(\w+)`", said):
        return f'{place} has no {missing[1]}; add {missing[1]} = "..." to it.'
    if expected := re.search(r"Expected `([^`]+)`, got `([^`]+)`", said):
        wanted = expected[1].removesuffix(" | null")
        return f"{place} must be {_WORDS.get(wanted, wanted)}, not {expected[2]}."
    if invalid := re.search(r"Invalid enum value (.+)", said):
        return f"{place} is {invalid[1]}, which it cannot be; write one of the values of the example file."
    return f"{place}: {said}."


def _contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is of the right kind and wrong all the same: the setting, and the rest of the sentence."""
    if settings.country not in phonenumbers.SUPPORTED_REGIONS:
        yield "country", f'is "{settings.country}"; write two capitals of ISO 3166, such as "NL".'
    if settings.time_zone not in zoneinfo.available_timezones():
        yield "time_zone", f'is "{settings.time_zone}", which is none; write one such as "Europe/Amsterdam".'
    if settings.database is not None and not re.match(r"(sqlite|postgresql)://", settings.database):
        yield "database", 'must start with "sqlite:///" or "postgresql://".'
    yield from _wrong_addresses(settings)
    yield from _wrong_ports(settings)
    yield from _wrong_exchange(settings.exchange)
    yield from _wrong_trunks(settings)
    yield from _wrong_numbers(settings)
    yield from _wrong_mail(settings.mail)


def _wrong_addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    for place, address in (
        ("web.listen", settings.web.listen),
        ("exchange.listen", settings.exchange.listen),
        ("exchange.ari_listen", settings.exchange.ari_listen),
    ):
        if not _is_address(address):
            yield (
                place,
                f'is "{address}"; write an address of this machine, such as "0.0.0.0" or "192.168.1.10".',
            )
    dialled = settings.exchange.dialled_at()
    if not _is_address(dialled) or dialled in ("0.0.0.0", "::"):
        yield (
            "exchange.ari_host",
            f'is "{dialled}"; write the address at which the exchange reaches Cordboard, such as "192.168.1.10".',
        )
    for network in settings.exchange.local_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            yield "exchange.local_networks", f'has "{network}"; write a network such as "192.168.0.0/16".'
    if (settings.web.certificate is None) != (settings.web.key is None):
        yield "web.certificate", "and web.key belong together; set both, or neither to have one made."


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _wrong_ports(settings: Settings) -> Iterator[tuple[str, str]]:
    ports = settings.exchange.ports
    places: list[tuple[str, int | None]] = [("web.port", settings.web.port)]
    places += [(f"exchange.ports.{name}", getattr(ports, name)) for name in ports.__struct_fields__]
    places += [("exchange.ami_port", settings.exchange.ami_port)]
    places += [(f"trunks {at}.port", trunk.port) for at, trunk in enumerate(settings.trunks, start=1)]
    for place, port in places:
        if port is not None and not 1 <= port <= 65535:
            yield place, f"is {port}; a port is a number from 1 to 65535."
    if (ports.rtp_first is None) != (ports.rtp_last is None):
        yield "exchange.ports.rtp_first", "and rtp_last belong together; set both, or neither."
    if ports.rtp_first is not None and ports.rtp_last is not None and ports.rtp_last - ports.rtp_first < 99:
        yield "exchange.ports.rtp_last", "must be at least 99 above rtp_first: every call takes four ports."
    used = [port for place, port in places[:-1] if port is not None and place in _OUR_PORTS]
    for port in sorted({port for port in used if used.count(port) > 1}):
        yield "exchange.ports", f"use {port} twice; every listener needs a port of its own."


def _wrong_ari_url(exchange: ExchangeSettings) -> Iterator[tuple[str, str]]:
    try:
        exchange.http_address()
    except ValueError:
        yield (
            "exchange.ari_url",
            f'is "{exchange.ari_url}"; write "http://host:port", without anything behind it.',
        )


_OUR_PORTS = {"web.port"} | {f"exchange.ports.{name}" for name in ("sip", "sip_tls", "http", "ami", "ari")}


def _wrong_exchange(exchange: ExchangeSettings) -> Iterator[tuple[str, str]]:
    if exchange.kind == "existing":
        if exchange.ari_url is None:
            yield (
                "exchange.ari_url",
                'is needed with kind = "existing"; write "http://127.0.0.1:8088" or where it is.',
            )
        else:
            yield from _wrong_ari_url(exchange)
    for name in ("ari_user", "ami_user"):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", getattr(exchange, name)):
            yield f"exchange.{name}", "may hold letters, digits, - and _, at most 40."
    for name in ("ari_password", "ami_password"):
        if not re.fullmatch(r"[!-:<-~]{6,80}", getattr(exchange, name) or "123456"):
            yield f"exchange.{name}", "must be 6 to 80 signs, no spaces and no semicolon."
    if exchange.restart_when_stuck_s != 0 and not 10 <= exchange.restart_when_stuck_s <= 3600:
        yield "exchange.restart_when_stuck_s", "must be 0 (never), or 10 to 3600 seconds."
    for number in exchange.emergency_numbers:
        if not re.fullmatch(r"[0-9]{2,6}", number):
            yield "exchange.emergency_numbers", f'has "{number}"; write 2 to 6 digits, such as "112".'


def _wrong_trunks(settings: Settings) -> Iterator[tuple[str, str]]:
    names = [trunk.name for trunk in settings.trunks]
    named = settings.exchange.emergency_trunk
    if named is not None and named not in names:
        yield (
            "exchange.emergency_trunk",
            f'is "{named}"; write one of: {", ".join(names) or "(no trunk yet)"}.',
        )
    for at, trunk in enumerate(settings.trunks, start=1):
        place = f"trunks {at}"
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", trunk.name):
            yield f"{place}.name", f'is "{trunk.name}"; write lower-case letters, digits and hyphens.'
        if names.index(trunk.name) != at - 1:
            yield f"{place}.name", f'is "{trunk.name}", which another trunk has too; each needs its own.'
        if not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", trunk.host):
            yield (
                f"{place}.host",
                f'is "{trunk.host}"; write a name or an address, the port goes in port = ...',
            )
        if (trunk.user_name is None) != (trunk.password is None):
            yield f"{place}.user_name", "and password belong together; leave out both for a trunk by address."
        if trunk.caller_id is not None and read_number(trunk.caller_id, settings.country) is None:
            yield f"{place}.caller_id", 'is no number; write one of yours, such as "+31 53 480 09 00".'


def _wrong_mail(mail: MailSettings) -> Iterator[tuple[str, str]]:
    if (mail.user_name is None) != (mail.password is None):
        yield (
            "mail.user_name",
            "and password belong together; leave out both for a server that asks for none.",
        )
    if mail.host is not None and not re.fullmatch(r"[A-Za-z0-9.-]+|\[?[0-9A-Fa-f:]+\]?", mail.host):
        yield "mail.host", f'is "{mail.host}"; write a name or an address, the port goes in port = ...'
    if mail.security == "none" and mail.host not in (None, "localhost", "127.0.0.1", "::1"):
        yield (
            "mail.security",
            'is "none", which would send passwords and links in plain text; write "starttls" or "tls".',
        )
    if not re.fullmatch(r"[^\r\n<>]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+", mail.sender):
        yield "mail.sender", f'is "{mail.sender}"; write one such as "Cordboard <telefoon@example.nl>".'
    if mail.port is not None and not 1 <= mail.port <= 65535:
        yield "mail.port", f"is {mail.port}; a port is a number from 1 to 65535."


def _wrong_numbers(settings: Settings) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for at, entry in enumerate(settings.numbers, start=1):
        if (entry.queue is None) == (entry.person is None):
            yield (
                f"numbers {at}",
                'leads nowhere or to two places; write queue = "..." or person = "...", one of them.',
            )
        number = read_number(entry.number, settings.country)
        if number is None or not number.isdigit():
            yield f"numbers {at}.number", f'is "{entry.number}"; write a number such as "+31 53 480 09 00".'
        elif number in seen:
            yield (
                f"numbers {at}.number",
                f'is "{entry.number}", the same as {seen[number]}; one leads to one queue or person.',
            )
        else:
            seen[number] = entry.number
