"""Our bridges, by what they are for: a queue's music, an organisation's hold music, an agent's line, two who were
connected with each other.

A bridge is made when it is first needed and found again by its name after a restart. Ids are never used twice
(reliability F8).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from cordboard.asterisk.translate import BridgeName
from cordboard.asterisk.transport import AriResponse
from cordboard.asterisk.wire import Wire
from cordboard.core.events import Place
from cordboard.core.types import LegId, OrganisationId

_TALKS = "mixing,dtmf_events"
"""Without dtmf_events Asterisk would join two plain legs so closely that no key press is reported."""
_MIXES = "mixing,dtmf_events,video_sfu"
"""For conversations over a piece of wire. What the exchange plays into one end (hold music above all) is lost at the
other where the codec has to be changed, unless the bridge there mixes; this is the one way to ask for that (22.10,
seen). It costs some processor time, so nobody else's bridge does it."""
_NO_SUCH_LEG = frozenset({400, 422})
"""What addChannel answers of a leg that is no more, or is not in our hands (Asterisk's ARI reference)."""


class Bridges:
    """Puts legs where they belong."""

    def __init__(
        self,
        wire: Wire,
        new_id: Callable[[], str],
        *,
        lives: Callable[[LegId], bool],
        music: Callable[[BridgeName], str | None],
    ) -> None:
        """
        Args:
            lives: whether a leg has not ended: word of that may come before the answer to a command about it.
            music: the class of music of a queue, or of those on hold; None: the installation's. One that the exchange
                does not know is the installation's too (22.10, seen).
        """
        self._wire = wire
        self._new_id = new_id
        self._lives = lives
        self._music = music
        self._ids: dict[str, str] = {}
        """Id of each bridge by its name."""
        self._making: dict[str, asyncio.Task[str | None]] = {}
        self._mixing: set[str] = set()
        """Names of the bridges that mix."""
        self._inside: dict[LegId, str] = {}
        """Name of the bridge in which a leg is: the last one out stops a holding bridge's music (22.10, seen)."""
        self._moves: list[Mapping[LegId, str | None]] = []
        """The moves under way: whom, and out of which bridge. Until it is done they are still in that one."""
        self._replaced: dict[str, list[str]] = {}
        """Ids of bridges whose place another has taken, by the name of both, while somebody is moved out of them."""

    def found(
        self,
        ids: Mapping[str, str],
        inside: Mapping[LegId, str],
        *,
        of: AbstractSet[OrganisationId] | None = None,
    ) -> None:
        """What the exchange says that there is.

        Args:
            of: it was asked for these only, and the others may have moved since; None: for all.
        """

        def meant(key: str) -> bool:
            name = BridgeName.parse(key)
            return of is None or (name is not None and name.organisation in of)

        # Which of them mix is not known: the next wire makes its bridge anew.
        self._mixing = {key for key in self._mixing if not meant(key)}
        self._making = {key: task for key, task in self._making.items() if not meant(key)}
        # Empty ones with the name of another are seen in each answer.
        self._replaced = {key: those for key, those in self._replaced.items() if not meant(key)}
        self._ids = {key: id_ for key, id_ in self._ids.items() if not meant(key)}
        self._ids |= {key: id_ for key, id_ in ids.items() if meant(key)}
        self._inside = {leg: key for leg, key in self._inside.items() if not meant(key)}
        self._inside |= {leg: key for leg, key in inside.items() if meant(key)}

    async def play_on(self) -> None:
        """Have music play wherever somebody is who should hear it, and nowhere else.

        Whoever put them there may not have lived to do it, or not have heard that it was done.
        """
        for key, bridge in list(self._ids.items()):
            name = BridgeName.parse(key)
            if name is None or name.place not in (Place.HOLD, Place.QUEUE):
                continue
            if self.is_used(name):
                await self._play(name, bridge)
            else:
                await self.tidy(name)

    def is_used(self, name: BridgeName) -> bool:
        """Somebody is in it, or on the way there."""
        return str(name) in self._inside.values()

    def is_inside(self, name: BridgeName, leg: LegId) -> bool:
        """This leg is in it, or on the way there."""
        return self._inside.get(leg) == str(name)

    def is_ours(self, bridge: str) -> bool:
        """The bridge of this id is the one that we put legs into."""
        return bridge in self._ids.values()

    def forget_leg(self, leg: LegId) -> BridgeName | None:
        """The leg is no more. Gives the bridge in which it was, should nobody be left there, for it to be tidied."""
        key = self._inside.pop(leg, None)
        return None if key is None or key in self._inside.values() else BridgeName.parse(key)

    async def tidy(self, name: BridgeName) -> None:
        """Nobody was left there: a pair's bridge goes; where music was begun behind the last listener it ends."""
        if self.is_used(name):
            return
        if name.place is Place.PAIR:
            if self._is_left(str(name)):
                # Whoever is moved out of a bridge while that is taken away is put nowhere, and hears nothing for ever;
                # the exchange says that all was done (22.10, seen). The last one out comes by here again.
                return
            if (bridge := self.take_out(name)) is not None:
                await self.destroy(bridge)
        elif name.place in (Place.HOLD, Place.QUEUE) and (bridge := self._ids.get(str(name))) is not None:
            await self._wire.ask("DELETE", f"bridges/{bridge}/moh")

    def take_out(self, name: BridgeName) -> str | None:
        """Forget this bridge; gives its id, for it to be destroyed. None: there is none."""
        self._mixing.discard(str(name))
        return self._ids.pop(str(name), None)

    def others_on_line(self, name: BridgeName, line: LegId, party: LegId) -> bool:
        """Somebody else is still on this line: putting the party there would let callers hear each other."""
        key = str(name)
        return any(there == key and leg not in (line, party) for leg, there in self._inside.items())

    async def put_on_line(
        self, name: BridgeName, line: LegId, party: LegId, *, unseen: bool = False, wire: bool = False
    ) -> AriResponse | None:
        """Let them hear each other. None: the exchange is away.

        Args:
            unseen: neither is shown who the other is: one that is about to be dialled would tell the network that it
                is called by the agent's extension.
            wire: the party is an end of a piece of wire.
        """
        if wire:
            return await self._put_mixed(name, [line, party], unseen=unseen)
        key = str(name)
        # A line that a failed attempt left outside comes along with its party.
        legs = [party] if self._inside.get(line) == key else [line, party]
        return await self._put(name, legs, anew=[line, party], unseen=unseen)

    async def put_together(
        self, name: BridgeName, one: LegId, other: LegId, *, wire: bool = False
    ) -> AriResponse | None:
        """Let two parties hear each other. None: the exchange is away."""
        if wire:
            return await self._put_mixed(name, [one, other])
        return await self._put(name, [one, other], anew=[one, other])

    async def put_to_music(self, name: BridgeName, leg: LegId) -> AriResponse | None:
        """Put a leg where the music is, and have it play. None: the exchange is away.

        Each time: whoever was there before may have left a moment ago, and the music with them. Where it plays it goes
        on.
        """
        key = str(name)
        answer = await self._put(name, [leg], anew=[leg])
        if not self.is_used(name):
            # Who was to hear it is no more.
            await self.tidy(name)
        elif answer is not None and answer.is_done and (bridge := self._ids.get(key)) is not None:
            await self._play(name, bridge)
        return answer

    async def _play(self, name: BridgeName, bridge: str) -> AriResponse | None:
        music = self._music(name)
        query = {"mohClass": music} if music is not None else None
        return await self._wire.ask("POST", f"bridges/{bridge}/moh", query=query)

    async def take_aside(self, leg: LegId) -> AriResponse | None:
        """Take a leg out of wherever it is. None: it is nowhere, or the exchange is away."""
        key = self._inside.pop(leg, None)
        bridge = self._ids.get(key) if key is not None else None
        if bridge is None:
            return None
        with self._under_way({leg: key}):
            answer = await self._wire.ask("POST", f"bridges/{bridge}/removeChannel", query={"channel": leg})
        await self._left(key)
        return answer

    def settled(self) -> dict[LegId, str]:
        """Who is in which bridge, without those who are being moved."""
        return {leg: key for leg, key in self._inside.items() if not any(leg in move for move in self._moves)}

    async def put_back(self, leg: LegId, key: str) -> None:
        """Put a leg, which is not there, into the bridge of this name again; not one that was moved meanwhile."""
        name = BridgeName.parse(key)
        if name is None or self._inside.get(leg) != key:
            return
        if name.place in (Place.HOLD, Place.QUEUE):
            await self.put_to_music(name, leg)
        else:
            await self._put(name, [leg], anew=[leg])

    @contextlib.contextmanager
    def _under_way(self, move: Mapping[LegId, str | None]) -> Iterator[None]:
        self._moves.append(move)
        try:
            yield
        finally:
            self._moves = [other for other in self._moves if other is not move]

    async def _put_mixed(
        self, name: BridgeName, legs: list[LegId], *, unseen: bool = False
    ) -> AriResponse | None:
        """Put these into the bridge of this name that mixes; where it does not yet, all in it move to one that does."""
        key = str(name)
        if key in self._mixing:
            there = [leg for leg in legs[:-1] if self._inside.get(leg) == key]
            return await self._put(name, [leg for leg in legs if leg not in there], anew=legs, unseen=unseen)
        plain = self._ids.pop(key, None)
        self._mixing.add(key)
        all_of_them = list(dict.fromkeys([*(leg for leg, at in self._inside.items() if at == key), *legs]))
        along = frozenset(all_of_them) - frozenset(legs)
        answer = await self._put(name, all_of_them, anew=all_of_them, unseen=unseen, along=along)
        if plain is None:
            return answer
        if answer is not None and answer.is_done:
            self._replaced.setdefault(key, []).append(plain)
            await self._end_replaced(key)
        else:
            # They stayed where they were.
            made, self._ids[key] = self._ids.get(key), plain
            self._mixing.discard(key)
            if made is not None:
                await self.destroy(made)
        return answer

    async def _end_replaced(self, key: str) -> None:
        """Destroy what was replaced, when nobody is moved out of it any more: the last one out comes by here again."""
        if not self._is_left(key):
            for bridge in self._replaced.pop(key, ()):
                await self.destroy(bridge)

    def _is_left(self, key: str) -> bool:
        """Somebody is being moved out of a bridge of this name."""
        return any(key in move.values() for move in self._moves)

    async def _put(
        self,
        name: BridgeName,
        legs: list[LegId],
        *,
        anew: list[LegId],
        unseen: bool = False,
        along: AbstractSet[LegId] = frozenset(),
    ) -> AriResponse | None:
        """Put these in.

        Args:
            anew: who is put into a bridge that had to be made again.
            along: those of them whom no command is about, so that another may move them meanwhile: then that counts.
        """
        key = str(name)
        before = {leg: self._inside.get(leg) for leg in anew}
        # From now on, as others who come meanwhile must see: music begins with the first one in.
        self._inside |= dict.fromkeys(legs, key)
        with self._under_way(before):
            answer = await self._add(name, legs, anew=anew, unseen=unseen, along=along)
        moved = {leg for leg in along if self._inside.get(leg) != key}
        if answer is not None and answer.is_done:
            self._inside |= dict.fromkeys(filter(self._lives, [leg for leg in anew if leg not in moved]), key)
            for left in {there for there in before.values() if there != key}:
                await self._left(left)
            await self._end_replaced(key)
        elif answer is not None:
            # Who is no more is not back in the last place either: others are kept from a line while somebody is on it.
            is_gone = len(legs) == 1 and answer.status in _NO_SUCH_LEG
            for leg in [leg for leg in legs if leg not in moved]:
                self._back(leg, None if is_gone else before[leg])
            # Of two who did not come together nothing stays behind.
            await self._left(key)
        return answer

    def _back(self, leg: LegId, before: str | None) -> None:
        if before is None or not self._lives(leg):
            self._inside.pop(leg, None)
        else:
            self._inside[leg] = before

    async def _left(self, key: str | None) -> None:
        """Somebody has been moved out of this bridge: of a pair that nobody is left of nothing stays."""
        name = BridgeName.parse(key) if key is not None else None
        if name is not None and name.place is Place.PAIR:
            await self.tidy(name)
        if key is not None:
            await self._end_replaced(key)

    async def destroy(self, bridge: str) -> None:
        """End a bridge that nobody needs."""
        await self._wire.ask("DELETE", f"bridges/{bridge}")

    async def _add(
        self,
        name: BridgeName,
        legs: list[LegId],
        *,
        anew: list[LegId],
        unseen: bool,
        along: AbstractSet[LegId],
    ) -> AriResponse | None:
        answer = None
        # A bridge that somebody destroyed behind our back is made anew, once.
        for _ in range(2):
            bridge = await self._bridge(name)
            if bridge is None:
                return None
            # The bridge may have taken its time, and some of those who were to come along have gone elsewhere.
            still = [leg for leg in legs if leg not in along or self.is_inside(name, leg)]
            query = {"channel": ",".join(still)}
            if unseen:
                query["inhibitConnectedLineUpdates"] = "true"
            answer = await self._wire.ask("POST", f"bridges/{bridge}/addChannel", query=query)
            if answer is None or answer.status != 404:
                break
            # Another who found so too may have made it anew already.
            if self._ids.get(str(name)) == bridge:
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
        kind = "holding"
        if name.place in (Place.LINE, Place.PAIR):
            kind = _MIXES if str(name) in self._mixing else _TALKS
        query = {"type": kind, "bridgeId": bridge, "name": str(name)}
        if await self._wire.ask("POST", "bridges", query=query) is None:
            return None
        self._ids[str(name)] = bridge
        return bridge
