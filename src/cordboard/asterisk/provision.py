"""Write the phones into the exchange, without a reload and without touching calls or registrations.

Endpoint, auth and AOR are called `d-<device id>`, never by extension: two organisations may both have 201.
They live in astdb, so that phones are known again when the exchange restarts before Cordboard.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from cordboard.asterisk import operations
from cordboard.asterisk.ami import AmiClient
from cordboard.asterisk.dialplan import (
    EMERGENCY_FAMILY,
    EMERGENCY_NUMBER_FAMILY,
    FALLBACK_FAMILY,
    FALLBACK_OF_FAMILY,
)
from cordboard.asterisk.pjsip import RTP_TIMEOUT_HELD_S, RTP_TIMEOUT_S, media_options
from cordboard.asterisk.settings import ExchangeSettings
from cordboard.asterisk.transport import AriTransport, AriUnavailable, send

log = logging.getLogger(__name__)

ENDPOINT_PREFIX = "d-"

WEB_FORMATS = "opus,alaw,ulaw"
DESK_FORMATS = "alaw,ulaw,g722,opus"
"""Codecs by preference. A leg made through ARI offers PCMU first, whatever the endpoint says, unless its
`formats` says otherwise (22.10, seen): give it one of these."""


class ProvisionFailed(Exception):
    """The exchange refused a phone's settings; says which phone, never its password."""


class DeviceKind(Enum):
    """How the phone speaks to the exchange."""

    WEB = "web"
    """The browser softphone: SIP over WebSocket, encrypted sound."""
    SIP = "sip"
    """A desk phone or a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProvision:
    """One phone, as the exchange must know it."""

    id: str
    """The device's id; its endpoint and its SIP user are `d-<id>`."""
    kind: DeviceKind
    name: str
    extension: str
    username: str
    """Name for the password check; phones send it as "authentication name"."""
    password: str = field(repr=False)
    language: str = "nl"

    @property
    def endpoint(self) -> str:
        """Its name in the exchange, and its SIP user."""
        return f"{ENDPOINT_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallbacks:
    """What the exchange does by itself while Cordboard is away."""

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Called number as the trunk sends it, behind what stands in `beginnings` for the trunk -> endpoints that ring
    together."""
    beginnings: Mapping[str, str] = field(default_factory=dict)
    """Endpoint of an organisation's own trunk -> what its numbers begin with in `groups`."""
    emergency_trunks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phone's endpoint -> trunks' endpoints on which emergency numbers are tried, in this order."""
    emergency_number: Mapping[str, str] = field(default_factory=dict)
    """Phone's endpoint -> the number shown to the emergency services."""


Objects = dict[str, list[tuple[str, str]]]


def objects_of(device: DeviceProvision, settings: ExchangeSettings) -> Objects:
    """What is written for one phone: object type -> its options, always the complete list."""
    web = device.kind is DeviceKind.WEB
    name = "".join(
        character for character in device.name if character.isprintable() and character not in '"<>\\'
    )
    # ICE names the addresses of the network cards whatever the socket is bound to, so a browser's sound may not
    # be bound to loopback; its DTLS fingerprint keeps strangers out.
    media = [] if web else media_options(settings)
    endpoint: list[tuple[str, str]] = [
        ("context", "phones"),
        ("auth", device.endpoint),
        ("aors", device.endpoint),
        ("disallow", "all"),
        ("allow", WEB_FORMATS if web else DESK_FORMATS),
        ("webrtc", "yes" if web else "no"),
        ("dtls_auto_generate_cert", "yes" if web else "no"),
        ("identify_by", "username"),
        ("callerid", f'"{name}" <{device.extension}>'),
        ("language", device.language),
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
        # The phone shows who is on the line after each hold, swap and transfer.
        ("send_pai", "yes"),
        ("trust_id_outbound", "yes"),
        ("rtp_timeout", str(RTP_TIMEOUT_S)),
        ("rtp_timeout_hold", str(RTP_TIMEOUT_HELD_S)),
        *((key, "yes" if value is True else str(value)) for key, value in media),
    ]
    return {
        "auth": [("auth_type", "userpass"), ("username", device.username), ("password", device.password)],
        "aor": [
            ("max_contacts", "1"),
            ("remove_existing", "yes"),
            # A vanished phone is known after at most eight seconds, and one is found again five seconds
            # after a restart of the exchange; a question every five seconds costs a phone nothing.
            ("qualify_frequency", "5"),
            ("qualify_timeout", "3"),
        ],
        "endpoint": endpoint,
    }


class Provisioner:
    """Keeps the exchange's phones and fallbacks equal to what Cordboard knows."""

    def __init__(self, transport: AriTransport, ami: AmiClient, settings: ExchangeSettings) -> None:
        self._transport = transport
        self._ami = ami
        self._settings = settings
        self._written: dict[str, tuple[DeviceKind, str]] = {}
        self._families: dict[str, dict[str, str]] = {}
        """What the exchange has of each family of fall-backs."""
        self._lock = asyncio.Lock()
        """Two who write the fall-backs at once would each take the other's half for what is there."""

    def forget(self) -> None:
        """Write everything anew the next time: call it when the exchange was started anew."""
        self._written.clear()
        self._families.clear()

    async def write_all(self, devices: Iterable[DeviceProvision]) -> int:
        """Make the exchange know exactly these phones; returns how many were written or removed.

        Raises:
            ProvisionFailed: some were refused; all others are written.
            AriUnavailable: the exchange went away; call again when it is back.
        """
        wanted = {device.endpoint: device for device in devices}
        answer = await send(self._transport, operations.endpoints_list_by_tech(tech="PJSIP"))
        if not answer.is_done:
            # It dials in before it has loaded all of itself.
            raise AriUnavailable(f"The exchange does not know of telephones yet ({answer.status}).")
        known = {
            str(entry["resource"])
            for entry in msgspec.json.decode(answer.body, type=list[dict[str, object]])
            if str(entry["resource"]).startswith(ENDPOINT_PREFIX)
        }
        changed = 0
        refused: list[str] = []
        # One bad phone is one bad phone; those of other organisations have nothing to do with it.
        for name in sorted(known - wanted.keys()):
            try:
                await self._remove(name)
                changed += 1
            except ProvisionFailed as problem:
                # Of an exchange that is not ours somebody else's telephone may be called so.
                refused.append(str(problem))
        for name, device in wanted.items():
            if name not in known:
                self._written.pop(name, None)
            try:
                changed += await self.write(device)
            except ProvisionFailed as problem:
                refused.append(str(problem))
        if refused:
            raise ProvisionFailed(" ".join(refused))
        return changed

    async def write(self, device: DeviceProvision) -> bool:
        """Write one phone if it differs from what was written last; True when something was sent."""
        objects = objects_of(device, self._settings)
        digest = hashlib.sha256(msgspec.json.encode(objects)).hexdigest()
        before = self._written.get(device.endpoint)
        if before == (device.kind, digest):
            return False
        if before is not None and before[0] is not device.kind:
            # Options that the other kind alone has would stay behind.
            await self._remove(device.endpoint)
        for kind, options in objects.items():
            command = operations.asterisk_update_object(
                config_class="res_pjsip",
                object_type=kind,
                id=device.endpoint,
                fields=[{"attribute": name, "value": value} for name, value in options],
            )
            answer = await send(self._transport, command)
            if not answer.is_done:
                # The answer's body may repeat the password: it is neither shown nor logged.
                raise ProvisionFailed(
                    f"The exchange refused the {kind} of {device.endpoint} ({answer.status})."
                )
        self._written[device.endpoint] = (device.kind, digest)
        log.info("phone written", extra={"endpoint": device.endpoint})
        return True

    async def remove(self, device_id: str) -> None:
        """Take one phone out; its calls go on, its next registration is refused."""
        await self._remove(f"{ENDPOINT_PREFIX}{device_id}")

    async def _remove(self, endpoint: str) -> None:
        self._written.pop(endpoint, None)
        for kind in ("endpoint", "aor", "auth"):
            command = operations.asterisk_delete_object(
                config_class="res_pjsip", object_type=kind, id=endpoint
            )
            answer = await send(self._transport, command)
            if not answer.is_done and answer.status != 404:
                raise ProvisionFailed(
                    f"The exchange did not remove the {kind} of {endpoint} ({answer.status})."
                )
        log.info("phone removed", extra={"endpoint": endpoint})

    async def write_fallbacks(self, fallbacks: Fallbacks) -> None:
        """Make the exchange do by itself exactly this; only what differs from before is written.

        Raises:
            AmiFailed: the exchange's management socket refused or is away; call again.
        """
        families = (
            (
                FALLBACK_FAMILY,
                {did: "&".join(f"PJSIP/{one}" for one in group) for did, group in fallbacks.groups.items()},
            ),
            (FALLBACK_OF_FAMILY, fallbacks.beginnings),
            (EMERGENCY_FAMILY, {phone: "&".join(t) for phone, t in fallbacks.emergency_trunks.items()}),
            (EMERGENCY_NUMBER_FAMILY, fallbacks.emergency_number),
        )
        async with self._lock:
            for family, entries in families:
                known = self._families.pop(family, None)
                before = await self._ami.family(family) if known is None else known
                # First what is to be there: whoever dies in between leaves nobody without a telephone that rings.
                for key, value in entries.items():
                    if before.get(key) != value:
                        await self._ami.put(family, key, value)
                for key in before.keys() - entries.keys():
                    await self._ami.remove(family, key)
                # Not before all of it is there: what failed half-way is written anew.
                self._families[family] = dict(entries)
