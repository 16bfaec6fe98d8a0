"""Our bridges, by what they are for: a queue's music, an organisation's hold music, an agent's line.

A bridge is made when it is first needed and found again by its name after a restart. Ids are never used twice
(reliability F8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.transport import AriResponse
from cordboard.asterisk.wire import Wire
from cordboard.core.events import Place
from cordboard.core.types import LegId


class Bridges:
    """Puts legs where they belong."""

    def __init__(self, wire: Wire, new_id: Callable[[], str]) -> None:
        self._wire = wire
        self._new_id = new_id
        self._ids: dict[str, str] = {}
        """Id of each bridge by its name."""
        self._making: dict[str, asyncio.Task[str | None]] = {}
        self._inside: dict[LegId, str] = {}
        """Name of the bridge in which a leg is: the last one out stops a holding bridge's music (22.10, seen)."""

    def found(self, ids: Mapping[str, str], inside: Mapping[LegId, str]) -> None:
        """What the exchange says that there is."""
        self._ids = dict(ids)
        self._inside = dict(inside)
        self._making.clear()

    def forget_leg(self, leg: LegId) -> None:
        """The leg is no more."""
        self._inside.pop(leg, None)

    def take_out(self, name: BridgeName) -> str | None:
        """Forget this bridge; gives its id, for it to be destroyed. None: there is none."""
        return self._ids.pop(str(name), None)

    def others_on_line(self, name: BridgeName, line: LegId, party: LegId) -> bool:
        """Somebody else is still on this line: putting the party there would let callers hear each other."""
        key = str(name)
        return any(there == key and leg not in (line, party) for leg, there in self._inside.items())

    async def put_on_line(self, name: BridgeName, line: LegId, party: LegId) -> AriResponse | None:
        """Let them hear each other. None: the exchange is away."""
        key, both = str(name), f"{line},{party}"
        # A line that a failed attempt left outside comes along with its party.
        legs = party if self._inside.get(line) == key else both
        before = self._inside.get(party)
        self._inside[party] = key
        answer = await self._add(name, legs, anew=both)
        if answer is not None and answer.is_done:
            self._inside[line] = key
        elif answer is not None:
            self._back(party, before)
        return answer

    def _back(self, leg: LegId, before: str | None) -> None:
        if before is None:
            self._inside.pop(leg, None)
        else:
            self._inside[leg] = before

    async def put_to_music(self, name: BridgeName, leg: LegId) -> AriResponse | None:
        """Put a leg where the music is; the first one in starts it. None: the exchange is away."""
        key = str(name)
        # Also true for one who is put there again: leaving stops the music.
        first = not any(there == key and other != leg for other, there in self._inside.items())
        before = self._inside.get(leg)
        self._inside[leg] = key
        answer = await self._add(name, leg, anew=leg)
        if answer is not None and not answer.is_done:
            self._back(leg, before)
        if first and (bridge := self._ids.get(key)) is not None:
            await self._wire.ask("POST", f"bridges/{bridge}/moh")
        return answer

    async def destroy(self, bridge: str) -> None:
        """End a bridge that nobody needs."""
        await self._wire.ask("DELETE", f"bridges/{bridge}")

    async def _add(self, name: BridgeName, legs: str, *, anew: str) -> AriResponse | None:
        """Put these in; `anew`: who is put into a bridge that had to be made again."""
        answer = None
        # A bridge that somebody destroyed behind our back is made anew, once.
        for _ in range(2):
            bridge = await self._bridge(name)
            if bridge is None:
                return None
            answer = await self._wire.ask("POST", f"bridges/{bridge}/addChannel", query={"channel": legs})
            if answer is None or answer.status != 404 or self._ids.get(str(name)) != bridge:
                break
            del self._ids[str(name)]
            legs = anew
        return answer

    async def _bridge(self, name: BridgeName) -> str | None:
        key = str(name)
        known = self._ids.get(key)
        if known is not None:
            return known
        making = self._making.get(key)
        if making is None:
            making = asyncio.get_running_loop().create_task(self._make(name))
            self._making[key] = making
        try:
            return await asyncio.shield(making)
        finally:
            if self._making.get(key) is making and making.done():
                del self._making[key]

    async def _make(self, name: BridgeName) -> str | None:
        bridge = self._new_id()
        # Without dtmf_events Asterisk would join two plain legs so closely that no key press is reported.
        kind = "mixing,dtmf_events" if name.place is Place.LINE else "holding"
        query = {"type": kind, "bridgeId": bridge, "name": str(name)}
        if await self._wire.ask("POST", "bridges", query=query) is None:
            return None
        self._ids[str(name)] = bridge
        return bridge
