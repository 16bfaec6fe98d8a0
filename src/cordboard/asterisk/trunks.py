"""How the lines to the public network are: does the provider answer, and does it know us."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import msgspec

from cordboard.asterisk import operations
from cordboard.asterisk.binary import ExchangeBinary
from cordboard.asterisk.http import AriOverHttp
from cordboard.asterisk.settings import ExchangeSettings, Trunk
from cordboard.asterisk.transport import AriUnavailable, send

COMMAND_SECONDS = 5


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk."""

    name: str
    is_fine: bool
    sentence: str
    do: str = ""


class _Endpoint(msgspec.Struct):
    state: str | None = None


async def states(settings: ExchangeSettings, binary: ExchangeBinary | None) -> list[TrunkState]:
    """Every trunk of the configuration; empty when the exchange does not answer.

    Args:
        binary: of our own exchange, which is asked for registrations by its command line; None: it is not ours, and
            only what ARI tells is known.
    """
    if not settings.trunks:
        return []
    registrations = await _registrations(settings, binary) if binary is not None else {}
    found = []
    async with AriOverHttp(settings) as transport:
        for trunk in settings.trunks:
            try:
                answer = await send(
                    transport, operations.endpoints_get(tech="PJSIP", resource=trunk.endpoint)
                )
            except AriUnavailable:
                return []
            state = msgspec.json.decode(answer.body, type=_Endpoint).state if answer.is_done else None
            found.append(_judge(trunk, state, registrations.get(trunk.endpoint)))
    return found


def _judge(trunk: Trunk, state: str | None, registration: str | None) -> TrunkState:
    if state is None:
        return TrunkState(
            trunk.name,
            False,
            "is not known to the exchange.",
            "It was added after the exchange started: stop Cordboard and start it again when no calls are going on.",
        )
    if trunk.registration is not None and registration not in (None, "Registered"):
        return TrunkState(
            trunk.name,
            False,
            f"is not registered with {trunk.host} ({registration}).",
            "See that user_name and password are right, and that this machine reaches the provider.",
        )
    if state != "online":
        return TrunkState(
            trunk.name,
            False,
            f"{trunk.host} does not answer.",
            "See that host, port and transport are right, and that no firewall is between.",
        )
    return TrunkState(trunk.name, True, f"{trunk.host} answers" + (", registered" if registration else ""))


async def _registrations(settings: ExchangeSettings, binary: ExchangeBinary) -> dict[str, str]:
    """Endpoint -> `Registered`, `Unregistered`, `Rejected`, ...; empty when the exchange does not tell."""
    words = [
        *binary.command(),
        "-C",
        str(settings.run_dir / "etc/asterisk.conf"),
        "-rx",
        "pjsip show registrations",
    ]
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return {}
    # A line has: name/server, name of the account, state, seconds left.
    return {
        found[1]: found[2]
        for found in re.finditer(
            r"^\s*(t-[a-z0-9-]+)/\S+\s+\S+\s+([A-Z]\w+)", said.decode(errors="replace"), re.M
        )
    }
