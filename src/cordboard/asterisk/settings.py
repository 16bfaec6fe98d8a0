"""What the operator may set about the exchange: addresses, ports, trunks, emergency numbers (D28)."""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Self

from cordboard.app.numbers import NumberForm

APPLICATION = "cordboard"
"""The ARI application that decides about calls."""

STUDIO_APPLICATION = "cordboard-studio"
"""The ARI application that rings a telephone to record an announcement."""

PRACTICE_APPLICATION = "cordboard-practice"
"""The ARI application that drives the calling side of practice callers."""

CHANNEL_VARIABLES = (
    "CB_CALL", "CB_ROLE", "CB_ORG", "CB_QUEUE", "CB_LEG", "CB_TO", "CB_SAYS", "CB_OUT", "CB_BEGUN", "CB_HEARS",
)  # fmt: skip
"""Carried by every channel object and event, so that one request restores who is who after a crash."""

EVENTS_UNWANTED = (
    "BridgeCreated",
    "BridgeDestroyed",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDialplan",
    "ChannelEnteredBridge",
    "ChannelHangupRequest",
    "ChannelLeftBridge",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelVarset",
    "ContactStatusChange",
    "DeviceStateChanged",
    "Dial",
    "PeerStatusChange",
    "PlaybackContinuing",
    "PlaybackStarted",
    "RecordingStarted",
)
"""Filtered in the exchange itself, which saves 40 % of our share of the processor."""


def event_filter() -> dict[str, object]:
    """What the exchange need not tell us."""
    # A list of what is allowed would also hold back the answers to our own commands (22.10, seen).
    return {"disallowed": [{"type": kind} for kind in EVENTS_UNWANTED]}


PRACTICE_TRUNK = "loop"
"""Dial `PJSIP/<number>@loop` and the exchange calls itself."""

PRACTICE_ENDPOINT = "practice"
"""The endpoint on which such a call arrives."""


class SettingsWrong(ValueError):
    """A setting cannot be used; one sentence says which and why. Nothing was written."""


class TrunkTransport(Enum):
    """How SIP messages travel to the provider."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    """Signalling and sound are both encrypted (SRTP by SDES)."""


class CalledNumberIn(Enum):
    """Where the provider puts the number that the caller dialled."""

    URI = "uri"
    TO = "to"
    """Registering trunks often put the account in the address and the number in the To header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The account at a provider that wants to be registered with."""

    username: str
    password: str = field(repr=False)
    contact_user: str | None = None
    """What the provider calls us by; None: the user name."""

    @classmethod
    def of(cls, username: str | None, password: str | None, contact_user: str | None) -> Self | None:
        """The account of these, as far as they are set; None: the provider knows us by address."""
        if username is None or password is None:
            return None
        return cls(username=username, password=password, contact_user=contact_user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """One line to the public network."""

    name: str
    """Lower-case letters, digits and hyphens; the endpoint is called `t-<name>`."""
    host: str
    port: int | None = None
    """None: the transport's own (5060, TLS 5061), or what DNS says."""
    transport: TrunkTransport = TrunkTransport.UDP
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    registration: Registration | None = None
    """None: the provider knows us by address."""
    match: tuple[str, ...] = ()
    """Addresses or networks that calls come from; empty: `host`."""
    called_number_in: CalledNumberIn = CalledNumberIn.URI
    from_domain: str | None = None
    trusts_our_caller_id: bool = True
    """Send the caller's number as P-Asserted-Identity."""
    sends: NumberForm = NumberForm.PLUS
    """How numbers are written in what we send; what comes in is understood in every form."""
    caller_id: str | None = None
    """Our number that called people see when nothing else says so; None: whatever the provider shows."""
    organisation: str | None = None
    """Whose it is; None: everybody's who has none of their own."""
    caller_ids: tuple[str, ...] = ()
    """Our numbers that the provider lets us show; empty: any of ours."""
    emergency: bool = False
    """Its organisation's calls for help are tried here first, and other calls only when it has no other trunk."""
    made_in_browser: bool = False
    """False: it stands in the configuration file."""
    context: str = "inbound"
    """`inbound`, or where the provider's calls must go in a dialplan of the operator's own."""

    @property
    def endpoint(self) -> str:
        """Its name in the exchange."""
        return f"t-{self.name}"

    @property
    def address(self) -> str:
        """Where its SIP messages go."""
        address = f"sip:{self.host}" + (f":{self.port}" if self.port else "")
        udp = self.transport is TrunkTransport.UDP
        return address if udp else f"{address};transport={self.transport.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every port that the exchange listens on (and `ari`, on which Cordboard waits for it)."""

    sip: int = 5060
    sip_tls: int = 5061
    http: int = 8188
    """Carries `/ws` for browser phones and ARI over HTTP; always on 127.0.0.1."""
    ami: int = 5138
    ari: int = 8189
    """Cordboard's own: the exchange dials in here."""
    rtp_first: int = 30000
    rtp_last: int = 31999


def _secret() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSettings:
    """All that the generated configuration depends on."""

    run_dir: Path
    """Absolute; the only folder the exchange writes in, and what a living one is found again by."""
    ports: Ports = Ports()
    listen: str = "127.0.0.1"
    """Address for SIP and sound. Loopback by default; desk phones need the machine's own or 0.0.0.0."""
    external_media_address: str | None = None
    """The address that phones and trunks outside `local_networks` send sound to; None: no NAT."""
    external_signalling_address: str | None = None
    local_networks: tuple[str, ...] = ()
    stun_server: str | None = None
    tls_certificate: Path | None = None
    """PEM; None: no TLS for phones."""
    tls_key: Path | None = None
    ari_listen: str = "127.0.0.1"
    """Address on which Cordboard waits for the exchange; another one only for an exchange on another machine."""
    ari_host: str = "127.0.0.1"
    """Our address as the exchange sees it: it dials in there, and lets only this one manage it."""
    http_host: str = "127.0.0.1"
    """Where Cordboard finds the exchange's HTTP server."""
    ami_host: str = "127.0.0.1"
    ari_user: str = APPLICATION
    ami_user: str = APPLICATION
    ari_password: str = field(default_factory=_secret, repr=False)
    """For ARI over HTTP, and what the exchange proves itself with when it dials in."""
    ami_password: str = field(default_factory=_secret, repr=False)
    practice_password: str = field(default_factory=_secret, repr=False)
    trunks: tuple[Trunk, ...] = ()
    emergency_numbers: tuple[str, ...] = ("112",)
    """Dialled from any phone they go straight to a trunk, also while Cordboard is down (D28)."""
    emergency_trunk: str | None = None
    """Name of the trunk that they are tried on first; None: the organisation's own, then everybody's."""
    country: str = "nl"
    """Two letters; chooses the tones that callers hear."""
    language: str = "nl"
    """Of prompts when nothing else says so."""
    practice: bool = True
    """Practice callers may come in over the loopback trunk."""

    def __post_init__(self) -> None:
        if not self.run_dir.is_absolute():
            raise SettingsWrong(f"The exchange's run folder {self.run_dir} must be an absolute path.")
        for trunk in self.trunks:
            _check_trunk(trunk)
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) != len(names):
            raise SettingsWrong("Two trunks have the same name; each needs its own.")
        if self.emergency_trunk is not None and self.emergency_trunk not in names:
            raise SettingsWrong(f"There is no trunk {self.emergency_trunk!r} for emergency numbers.")
        for number in self.emergency_numbers:
            if not re.fullmatch(r"[0-9]{2,6}", number):
                raise SettingsWrong(f"The emergency number {number!r} must be 2 to 6 digits.")
        for value in (self.country, self.language):
            if not re.fullmatch(r"[a-z]{2}", value):
                raise SettingsWrong(f"{value!r} must be two lower-case letters, such as 'nl'.")
        if not 1024 <= self.ports.rtp_first < self.ports.rtp_last <= 65535:
            raise SettingsWrong("The ports for sound must be a range within 1024 to 65535.")
        try:
            ipaddress.ip_address(self.ari_host)
        except ValueError:
            raise SettingsWrong(
                f"{self.ari_host!r}, where the exchange finds Cordboard, is no address."
            ) from None
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise SettingsWrong("TLS for phones needs both a certificate and its key.")

    def emergency_trunks(self, organisation: str | None) -> tuple[Trunk, ...]:
        """Over which trunks an organisation's emergency calls are tried, in this order; None: of nobody we know."""
        named = [trunk for trunk in self.trunks if trunk.name == self.emergency_trunk]
        own = [t for t in self.trunks if t.organisation == organisation and organisation is not None]
        own.sort(key=lambda trunk: not trunk.emergency)
        shared = [trunk for trunk in self.trunks if trunk.organisation is None]
        return tuple(dict.fromkeys([*named, *own, *shared])) or self.trunks[:1]

    @property
    def ari_authority(self) -> str:
        """Host and port at which the exchange dials Cordboard."""
        host = f"[{self.ari_host}]" if ":" in self.ari_host else self.ari_host
        return f"{host}:{self.ports.ari}"

    @property
    def http_url(self) -> str:
        """The exchange's HTTP server, without a slash at the end."""
        host = f"[{self.http_host}]" if ":" in self.http_host else self.http_host
        return f"http://{host}:{self.ports.http}"

    @property
    def messages_dir(self) -> Path:
        """Where the exchange puts what callers say into it."""
        return messages_dir(self.run_dir)

    @property
    def is_loopback(self) -> bool:
        """Nobody outside this machine can reach it."""
        return self.listen.startswith("127.")


def messages_dir(run_dir: Path) -> Path:
    """Where an exchange with this folder puts what callers say into it."""
    return run_dir / "spool" / "recording"


def _check_trunk(trunk: Trunk) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", trunk.name):
        raise SettingsWrong(
            f"The trunk name {trunk.name!r} may hold lower-case letters, digits and hyphens, at most 40."
        )
    # A colon may stand in an IPv6 address only.
    if not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", trunk.host):
        raise SettingsWrong(f"The host {trunk.host!r} of trunk {trunk.name} is not a name or an address.")
    for codec in trunk.codecs:
        if not re.fullmatch(r"[a-z0-9]+", codec):
            raise SettingsWrong(f"The codec {codec!r} of trunk {trunk.name} is not a codec's name.")
    if not trunk.codecs:
        raise SettingsWrong(f"Trunk {trunk.name} has no codec.")
