"""Every configuration file of the exchange, from `ExchangeSettings`; pure but for `write`.

Loopback by default. ARI and AMI are on another address only for an exchange on another machine, and then for
Cordboard's alone: ARI's password is root of the exchange.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cordboard.asterisk.conffile import section
from cordboard.asterisk.dialplan import extensions_conf
from cordboard.asterisk.modules import modules_conf
from cordboard.asterisk.music import musiconhold_conf
from cordboard.asterisk.pjsip import pjsip_conf
from cordboard.asterisk.settings import (
    APPLICATION,
    CHANNEL_VARIABLES,
    PRACTICE_APPLICATION,
    STUDIO_APPLICATION,
    ExchangeSettings,
)
from cordboard.asterisk.tones import indications_conf

EMPTY = ("acl", "ccss", "cel", "codecs", "dnsmgr", "features", "pjproject", "stasis", "udptl")
"""Files that Asterisk complains about when they are absent, and that may be empty."""

FOLDERS = (
    "etc",
    "run",
    "db",
    "lib",
    "data",
    "spool",
    "spool/recording",
    "log",
    "moh",
    "data/sounds",
)
"""Under the run folder; recording fails without a word when its own is missing."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the program's own parts lie."""

    modules_dir: Path
    modules: frozenset[str] | None = None
    """Names without `.so`; None: not looked at."""


def files(settings: ExchangeSettings, places: Places) -> dict[str, str]:
    """File name -> contents, complete; two calls with equal settings give equal text."""
    found = {f"{name}.conf": "" for name in EMPTY}
    found |= shared_files(settings)
    found |= {
        "asterisk.conf": _asterisk(settings, places),
        "modules.conf": modules_conf(places.modules),
        "logger.conf": _logger(),
        "musiconhold.conf": musiconhold_conf(settings),
    }
    return found


def shared_files(settings: ExchangeSettings) -> dict[str, str]:
    """The files that an Asterisk which is not ours needs too (`cordboard exchange-config`)."""
    return {
        "ari.conf": _ari(settings),
        "websocket_client.conf": _websocket_clients(settings),
        "http.conf": section(
            "general",
            [
                ("enabled", True),
                ("bindaddr", _bind(settings.http_host)),
                ("bindport", settings.ports.http),
                # The default of 100 is one busy office of browser phones.
                ("sessionlimit", 2000),
                ("enable_static", False),
                ("enable_status", False),
            ],
        ),
        "manager.conf": _manager(settings),
        "pjsip.conf": pjsip_conf(settings),
        "pjsip_notify.conf": section("talk", [("Event", "talk")]) + section("hold", [("Event", "hold")]),
        "extensions.conf": extensions_conf(settings),
        "rtp.conf": _rtp(settings),
        "sorcery.conf": _sorcery(),
        "indications.conf": indications_conf(settings.country),
        # 2.27 million call records once filled 12 GB of memory; we keep our own history.
        "cdr.conf": section("general", [("enable", False)]),
    }


def _asterisk(settings: ExchangeSettings, places: Places) -> str:
    run = settings.run_dir
    directories: list[tuple[str, object]] = [
        ("astetcdir", run / "etc"),
        ("astmoddir", places.modules_dir),
        ("astvarlibdir", run / "lib"),
        ("astdbdir", run / "db"),
        ("astkeydir", run),
        ("astdatadir", run / "data"),
        ("astagidir", run / "lib"),
        ("astspooldir", run / "spool"),
        ("astrundir", run / "run"),
        ("astlogdir", run / "log"),
    ]
    options: list[tuple[str, object]] = [
        ("nocolor", True),
        ("live_dangerously", False),
        ("defaultlanguage", settings.language),
        ("hideconnect", True),
        # A quick key is passed on as long as it was. With the 80 ms that it has otherwise, one that came late keeps
        # all after it late, and each of those is told twice.
        ("mindtmfduration", 40),
    ]
    return section("directories", directories) + section("options", options)


def _ari(settings: ExchangeSettings) -> str:
    parts = [
        section(
            "general",
            [
                ("enabled", True),
                ("pretty", False),
                ("channelvars", ",".join(CHANNEL_VARIABLES)),
                # 100 ms by default, after which a slow reader loses the socket and its events.
                ("websocket_write_timeout", 5000),
            ],
        ),
        section(
            settings.ari_user,
            [("type", "user"), ("read_only", False), ("password", settings.ari_password)],
        ),
    ]
    for application in applications(settings):
        parts.append(
            section(
                f"{application}-out",
                [
                    ("type", "outbound_websocket"),
                    ("websocket_client_id", f"{application}-client"),
                    ("apps", application),
                    ("local_ari_user", settings.ari_user),
                    ("subscribe_all", False),
                ],
            )
        )
    return "\n".join(parts)


def applications(settings: ExchangeSettings) -> tuple[str, ...]:
    """The ARI applications that the exchange opens a socket for."""
    practice = (PRACTICE_APPLICATION,) if settings.practice else ()
    return (APPLICATION, STUDIO_APPLICATION, *practice)


def _websocket_clients(settings: ExchangeSettings) -> str:
    return "\n".join(
        section(
            f"{application}-client",
            [
                ("type", "websocket_client"),
                ("connection_type", "persistent"),
                ("uri", f"ws://{settings.ari_authority}/ari/{application}"),
                ("protocols", "ari"),
                ("username", settings.ari_user),
                ("password", settings.ari_password),
                ("connection_timeout", 500),
                ("reconnect_interval", 500),
                ("reconnect_attempts", 4),
                ("tls_enabled", False),
            ],
        )
        for application in applications(settings)
    )


def _manager(settings: ExchangeSettings) -> str:
    general: list[tuple[str, object]] = [
        ("enabled", True),
        ("bindaddr", _bind(settings.ami_host)),
        ("port", settings.ports.ami),
        ("displayconnects", False),
    ]
    # PJSIPNotify, DBPut and GetConfig are "system" actions; no events are read.
    account: list[tuple[str, object]] = [
        ("secret", settings.ami_password),
        ("deny", "0.0.0.0/0.0.0.0"),
        *(("permit", address) for address in _managers(settings)),
        ("read", ""),
        # "command" is for the task processors' queues, which nothing else tells.
        ("write", "system,command"),
    ]
    return section("general", general) + section(settings.ami_user, account)


def _bind(host: str) -> str:
    """Where a server listens that is reached at `host`: a name may stand for any of the machine's addresses."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return "127.0.0.1" if host == "localhost" else "0.0.0.0"


def _managers(settings: ExchangeSettings) -> list[str]:
    """Who may log in to the management socket: this machine, and Cordboard's own where that is another."""
    found = ["127.0.0.1/255.255.255.255"]
    cordboard = ipaddress.ip_address(settings.ari_host)
    if not cordboard.is_loopback:
        found.append(f"{cordboard}/{'255.255.255.255' if cordboard.version == 4 else 128}")
    return found


def _rtp(settings: ExchangeSettings) -> str:
    general: list[tuple[str, object]] = [
        ("rtpstart", settings.ports.rtp_first),
        ("rtpend", settings.ports.rtp_last),
        ("icesupport", True),
        ("strictrtp", True),
        ("stunaddr", settings.stun_server),
    ]
    text = section("general", general)
    if settings.external_media_address and settings.listen != "0.0.0.0" and not settings.is_loopback:
        # Browser phones outside the NAT are told the outside address, those inside the inner one.
        outside = f"> {settings.external_media_address},include_local_address"
        text += section("ice_host_candidates", [(settings.listen, outside)])
    return text


def _sorcery() -> str:
    """First what stands in pjsip.conf, then the phones that Cordboard writes; ids of the two never mix."""
    return section(
        "res_pjsip",
        [
            # Read from astdb, an endpoint is decoded anew (and grumbled about in the log) at every message.
            *((f"{kind}/cache", "memory_cache,expire_on_reload=yes") for kind in ("endpoint", "auth", "aor")),
            ("endpoint", "config,pjsip.conf,criteria=type=endpoint"),
            ("endpoint", "astdb,ps_endpoint"),
            ("auth", "config,pjsip.conf,criteria=type=auth"),
            ("auth", "astdb,ps_auth"),
            ("aor", "config,pjsip.conf,criteria=type=aor"),
            ("aor", "astdb,ps_aor"),
            ("contact", "astdb,registrar"),
        ],
    )


def _logger() -> str:
    # No "verbose": it writes numbers and names. "security" feeds a ban list.
    return section("general", [("dateformat", "%F %T.%3q"), ("rotatestrategy", "rotate")]) + section(
        "logfiles", [("messages", "notice,warning,error"), ("security", "security")]
    )


def write(folder: Path, contents: dict[str, str]) -> None:
    """Put the files in place, each whole or not at all, readable by nobody else.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in sorted(contents.items()):
        half = folder / f".{name}.half"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        half.rename(folder / name)
