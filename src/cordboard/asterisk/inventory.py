"""Asks the exchange what lives in it: our legs and where they stand, our bridges, who is registered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from cordboard.asterisk import messages as ari
from cordboard.asterisk import translate
from cordboard.asterisk.settings import APPLICATION, event_filter
from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.transport import AriResponse, AriTransport, AriUnavailable
from cordboard.core.events import LegFound
from cordboard.core.types import DeviceId, Instant, LegId, OrganisationId

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What lives in the exchange at one moment."""

    boot: str
    """When it was started, as it says itself; another value means another life."""
    at: Instant
    """The exchange's own clock when it was asked; it need not agree with ours."""
    legs: list[tuple[OrganisationId, LegFound]]
    dialled: frozenset[LegId]
    """Those of them that we called: when they answer is not for us to say."""
    unmarked: list[ari.Channel]
    """Callers in our application that do not say whose they are."""
    names: dict[LegId, str]
    hears: dict[LegId, str]
    """Id of the sound that each leg was made to hear last, which may be over."""
    bridges: dict[str, str]
    """Our bridges: id by name."""
    doubles: list[str]
    """Ids of empty bridges of ours with the name of another one: a server died while it replaced one by the other."""
    inside: dict[LegId, str]
    """Name of the bridge that each of our legs is in."""
    online: frozenset[str]
    """Endpoints that can be reached, telephones and trunks."""
    registered: frozenset[DeviceId]
    offline: frozenset[str]
    """Endpoints, trunks among them, that do not answer."""
    channels_of: dict[str, list[str]]
    """Ids of each endpoint's channels, ours and others."""


async def take_first_inventory(
    transport: AriTransport, last_boot: str, prepare: Callable[[], Coroutine[Any, Any, None]] | None
) -> Inventory:
    """The first one of a new connection, which is told before of what we want to hear, telephones above all.

    Args:
        last_boot: another start of the exchange than that one has to be prepared first.

    Raises:
        AriUnavailable: the exchange went away, or is not ready yet.
    """
    await transport.request("PUT", f"applications/{APPLICATION}/eventFilter", body=event_filter())
    answer = await transport.request(
        "POST", f"applications/{APPLICATION}/subscription", query={"eventSource": "endpoint:PJSIP"}
    )
    if not answer.is_done:
        # It dials in before it has loaded all of itself.
        raise AriUnavailable(f"The exchange does not know of telephones yet ({answer.status}).")
    inventory = await take_inventory(transport)
    if inventory.boot != last_boot and prepare is not None:
        await prepare()
        inventory = await take_inventory(transport)
    return inventory


async def take_inventory(transport: AriTransport) -> Inventory:
    """Ask everything in one go.

    Raises:
        AriUnavailable: the exchange went away, or did not answer one of the questions.
    """
    questions = (
        transport.request("GET", "asterisk/ping"),
        transport.request("GET", "asterisk/info", query={"only": "status"}),
        transport.request("GET", f"applications/{APPLICATION}"),
        transport.request("GET", "channels"),
        transport.request("GET", "bridges"),
        transport.request("GET", "endpoints/PJSIP"),
    )
    ping, info, application, channels, bridges, endpoints = await asyncio.gather(*questions)
    in_application = set(_read(application, ari.Application).channel_ids)
    bridge_names: dict[str, str] = {}
    where: dict[str, BridgeName] = {}
    doubles: list[str] = []
    # Those with somebody inside first.
    for bridge in sorted(_read(bridges, list[ari.Bridge]), key=lambda b: (not b.channels, b.id)):
        name = BridgeName.parse(bridge.name)
        if name is None:
            continue
        where |= dict.fromkeys(bridge.channels, name)
        if bridge.name not in bridge_names:
            bridge_names[bridge.name] = bridge.id
        elif not bridge.channels:
            doubles.append(bridge.id)
    legs, unmarked, names, hears = [], [], {}, {}
    dialled: set[LegId] = set()
    for channel in _read(channels, list[ari.Channel]):
        names[LegId(channel.id)] = channel.name
        if (sound := translate.hears(channel)) is not None:
            hears[LegId(channel.id)] = sound
        if translate.is_dialled(channel):
            dialled.add(LegId(channel.id))
        found = translate.found(channel, where.get(channel.id))
        organisation = translate.organisation_of(channel)
        if found is not None and organisation is not None:
            if (recording := translate.records(channel)) is not None:
                found = replace(found, records=await _is_recorded(transport, recording))
            legs.append((organisation, found))
        elif channel.id in in_application and channel.name.startswith("PJSIP/"):
            unmarked.append(channel)
    known = _read(endpoints, list[ari.Endpoint])
    online = frozenset(e.resource for e in known if e.state == "online")
    registered = [translate.device_of_endpoint(endpoint) for endpoint in online]
    status = _read(info, ari.AsteriskInfo).status
    return Inventory(
        boot=status.startup_time if status is not None else "",
        at=translate.instant(_read(ping, ari.AsteriskPing).timestamp),
        legs=legs,
        dialled=frozenset(dialled),
        unmarked=unmarked,
        names=names,
        hears=hears,
        bridges=bridge_names,
        doubles=doubles,
        inside={found.leg: str(where[found.leg]) for _, found in legs if found.leg in where},
        online=online,
        registered=frozenset(d for d in registered if d is not None),
        offline=frozenset(e.resource for e in known if e.state == "offline"),
        channels_of={e.resource: e.channel_ids for e in known},
    )


async def _is_recorded(transport: AriTransport, recording: str) -> bool:
    """The leg says that it was to be; whether it is, the exchange knows."""
    answer = await transport.request("GET", f"recordings/live/{recording}")
    return answer.is_done


def _read(answer: AriResponse, shape: type[T]) -> T:
    if not answer.is_done:
        raise AriUnavailable(f"The exchange answered {answer.status} to a question about itself.")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.MsgspecError as problem:
        raise AriUnavailable("The exchange's answer about itself cannot be read.") from problem
