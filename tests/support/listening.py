"""Callers side by side who listen to recordings, one after the other, each its share.

Between two recordings the exchange sends nothing, so what arrives while one is played is that one, to the sample:
no clock of this machine takes part in it, however busy it is.
"""

from __future__ import annotations

import asyncio
import itertools
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cordboard.asterisk import messages as ari
from cordboard.asterisk import operations
from cordboard.asterisk.client import claim
from cordboard.asterisk.settings import Trunk
from cordboard.asterisk.transport import send
from tests.support.exchange import TestExchange
from tests.support.g711 import Codec
from tests.support.installation import TRUNK_ADDRESS
from tests.support.rtp import Packet
from tests.support.sipphone import SipCall, SipPhone

PATIENCE_S = 30.0
"""For one recording or one answer; they take seconds."""
REST_S = 0.05
"""Whoever has read nothing in two of these, one after the other, has read what was in the socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One recording as a caller heard it."""

    samples: array[int]
    codec: Codec


TRUNK = Trunk(name="listeners", host=TRUNK_ADDRESS, codecs=("alaw", "ulaw"))
"""By which the callers come in; nobody is called by it."""


def shares(lengths: Mapping[str, int], count: int) -> list[list[str]]:
    """Divide recordings so that nobody listens much longer than the others.

    Args:
        lengths: of each recording, in any unit.
        count: of callers.
    """
    found: list[list[str]] = [[] for _ in range(count)]
    took = [0] * count
    for name in sorted(lengths, key=lambda name: (-lengths[name], name)):
        least = took.index(min(took))
        found[least].append(name)
        took[least] += lengths[name]
    return [share for share in found if share]


class Listeners:
    """The callers, and the exchange (with `TRUNK`) that plays to them through Cordboard's own connection.

    Every second one speaks µ-law, the others A-law.
    """

    def __init__(self, exchange: TestExchange) -> None:
        self._exchange = exchange
        self._answered: dict[str, asyncio.Future[str]] = {}
        """Number of the caller -> channel."""
        self._played: dict[str, asyncio.Future[str]] = {}
        """Id of the playing -> how it ended."""
        self._claims: set[asyncio.Task[bool]] = set()

    async def listen(self, parts: Sequence[Sequence[str]]) -> dict[str, Heard]:
        """Play each part to a caller of its own; gives what was heard of each recording.

        Args:
            parts: names as in `nl/closed`, each once.
        """
        self._exchange.link.set_listener(self._take, lambda: None, lambda: None)
        found: dict[str, Heard] = {}
        async with self._phone(Codec.PCMA) as one, self._phone(Codec.PCMU) as other:
            phones = itertools.cycle((one, other))
            listening = [self._one(next(phones), f"06{at:08}", names) for at, names in enumerate(parts)]
            for heard in await asyncio.gather(*listening):
                found |= heard
        return found

    def _phone(self, codec: Codec) -> SipPhone:
        server = ("127.0.0.1", self._exchange.settings.ports.sip)
        return SipPhone(server=server, ip=TRUNK_ADDRESS, tone_hz=None, codecs=(codec,))

    async def _one(self, phone: SipPhone, number: str, names: Sequence[str]) -> dict[str, Heard]:
        self._answered[number] = asyncio.get_running_loop().create_future()
        call = await phone.dial("+31201234567", from_number=number)
        channel = await asyncio.wait_for(self._answered[number], PATIENCE_S)
        await send(self._exchange.link, operations.channels_answer(channel_id=channel))
        found = {name: await self._play(call, channel, name) for name in names}
        await call.hang_up()
        return found

    async def _play(self, call: SipCall, channel: str, name: str) -> Heard:
        first, id_ = len(call.ear.packets), f"{channel}-{name.replace('/', '-')}"
        self._played[id_] = asyncio.get_running_loop().create_future()
        play = operations.channels_play(channel_id=channel, media=f"sound:cordboard/{name}", playback_id=id_)
        answer = await send(self._exchange.link, play)
        assert answer.status == 201, (name, answer)
        state = await asyncio.wait_for(self._played[id_], PATIENCE_S)
        assert state == "done", (name, state)
        packets = call.ear.packets
        async with asyncio.timeout(PATIENCE_S):
            await _all_read(packets)
        codecs = {packet.payload_type for packet in packets[first:]}
        assert len(codecs) == 1, (name, codecs)
        return Heard(samples=call.ear.samples(first, len(packets)), codec=Codec(codecs.pop()))

    def _take(self, data: bytes) -> None:
        match ari.decode_event(data):
            case ari.CallBroadcast() as arrived:
                task = asyncio.create_task(claim(self._exchange.link, arrived.channel.id))
                self._claims.add(task)
                task.add_done_callback(self._claims.discard)
            case ari.StasisStart(channel=channel):
                _settle(self._answered.get(channel.caller.number), channel.id)
            case ari.PlaybackFinished(playback=playback):
                _settle(self._played.get(playback.id), playback.state)
            case _:
                pass


async def _all_read(packets: Sequence[Packet]) -> None:
    """The sound was sent before its end was told; on a busy machine much of it is in the socket still."""
    rests = 0
    while rests < 2:
        before = len(packets)
        await asyncio.sleep(REST_S)
        rests = rests + 1 if len(packets) == before else 0


def _settle(future: asyncio.Future[str] | None, value: str) -> None:
    if future is not None and not future.done():
        future.set_result(value)
